"""The rule book: every rule holds what its file says, and `explain` and `rules list` print it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import policylint
from policylint.checks import ESTATE_CHECKS, READING, TARGET_CHECKS
from policylint.checks.found import WHERE
from policylint.errors import ConfigError, UsageError
from policylint.model import FileRecord
from policylint.reports.inputs import inputs
from policylint.reports.rulebook import explanation, listing, listing_json
from policylint.rule_files import Fixture
from policylint.rule_tests import messages, run_fixtures
from policylint.rules import Rule, find_rule, load_rules, read_rules, rules_folder, select

RULES = read_rules(rules_folder())
WITHOUT_FIXTURES = {"RD001": "no file is unreadable everywhere: permissions do not bind root, nor every file system"}
PACKAGE = Path(policylint.__file__).parent
LAW = re.compile(r"\b(?:[GMWI]-[A-Z][A-Z0-9-]*|D\d{1,2})\b")


def cases() -> Iterator[object]:
    for rule in RULES.values():
        for kind, fixtures in (("fail", rule.fail), ("pass", rule.pass_)):
            for fixture in fixtures:
                yield pytest.param(rule, fixture, id=f"{rule.id} {kind}: {fixture.name}")


@pytest.fixture(scope="session")
def links_work(tmp_path_factory: pytest.TempPathFactory) -> bool:
    """Windows lets only some accounts make symbolic links."""
    try:
        (tmp_path_factory.mktemp("links") / "link").symlink_to("nowhere")
    except OSError:
        return False
    return True


@pytest.mark.parametrize(("rule", "fixture"), list(cases()))
def test_a_rule_says_exactly_what_its_fixture_expects(rule: Rule, fixture: Fixture, links_work: bool) -> None:
    if not links_work and any(content.startswith("link:") for content in fixture.files.values()):
        pytest.skip("symbolic links cannot be made here")
    assert messages(rule, fixture) == fixture.expect


def test_every_rule_has_a_fixture_that_fails_and_one_that_passes() -> None:
    assert [id_ for id_, rule in RULES.items() if not rule.fail or not rule.pass_] == list(WITHOUT_FIXTURES)


def test_fixtures_that_fail_expect_messages_and_those_that_pass_expect_none() -> None:
    assert [f.name for rule in RULES.values() for f in rule.fail if not f.expect] == []
    assert [f.name for rule in RULES.values() for f in rule.pass_ if f.expect] == []


def test_fixtures_of_a_rule_have_different_names() -> None:
    named = {id_: [f.name for f in (*rule.fail, *rule.pass_)] for id_, rule in RULES.items()}
    assert {id_: names for id_, names in named.items() if len(set(names)) != len(names)} == {}


def test_every_check_is_named_by_one_rule_and_every_rule_names_a_check() -> None:
    named = sorted(rule.check for rule in RULES.values() if rule.check != READING)
    assert named == sorted([*ESTATE_CHECKS, *TARGET_CHECKS])


def test_every_problem_that_readers_raise_has_a_rule_and_every_reading_rule_is_raised() -> None:
    code = "".join(path.read_text("utf-8") for path in sorted((PACKAGE / "readers").rglob("*.py")))
    reading = sorted(id_ for id_, rule in RULES.items() if rule.check == READING)
    assert sorted(set(re.findall(r'"([A-Z]{2}\d{3})"', code))) == reading


def test_rules_stand_in_the_folder_of_their_family() -> None:
    placed = {path.stem[:5]: path.parent.name for path in rules_folder().rglob("*.toml")}
    assert placed == {id_: rule.family.casefold() for id_, rule in RULES.items()}


def test_references_are_secure_links() -> None:
    links = [link for rule in RULES.values() for link in rule.references]
    assert [link for link in links if not re.fullmatch(r"https://[^\s]+", link)] == []


def test_windows_hello_rules_cite_microsoft() -> None:
    host = "https://learn.microsoft.com/"
    cited = {id_: rule.references for id_, rule in RULES.items() if rule.family == "WH"}
    assert {id_: links for id_, links in cited.items() if not links or not links[0].startswith(host)} == {}


def test_texts_name_only_laws_that_the_code_knows() -> None:
    known = LAW.findall("".join(path.read_text("utf-8") for path in sorted(PACKAGE.rglob("*.py"))))
    used = {law for rule in RULES.values() for law in LAW.findall(f"{rule.summary} {rule.why} {rule.fix}")}
    assert used - set(known) == set()


def test_texts_are_sentences_and_messages_are_one_line() -> None:
    texts = {f"{id_} {what}": getattr(rule, what) for id_, rule in RULES.items() for what in ("summary", "why", "fix")}
    assert [name for name, text in texts.items() if not re.fullmatch(r"\S[^\n]*[.]", text.strip())] == []
    expected = [m for rule in RULES.values() for f in rule.fail for m in f.expect]
    assert [m for m in expected if "\n" in m or WHERE in m or m.endswith(".")] == []


# The rule book as a program ------------------------------------------------------------------------------------------

EXAMPLE = r"""
id = "WH900"
name = "example"
check = "whfb_minimum_length"
severity = "warning"
since = "0.2"
summary = "A PIN is short."
why = "Short PINs are guessed."
fix = "Make it longer."
references = ["https://example.com/pin"]

[[fail]]
name = "four"
given = [
  { policy = "PIN", channel = "gpo", link = "contoso.com/W#2!", set = { 'HKLM\X!A' = 4 }, delete = ['HKLM\X!B'] },
  { policy = "Cloud", channel = "mdm", kind = "custom", assigned = ["all-users", "A"], set = { './Device/X' = true } },
  { policy = "Tenant", channel = "mdm", kind = "enrolment", set = { './Device/Y' = "a" } },
]
tenant = "t"
expect = ["short"]
"""


def example(tmp_path: Path, text: str = EXAMPLE, name: str = "WH900-example.toml") -> dict[str, Rule]:
    (tmp_path / name).write_text(text, "utf-8")
    return read_rules(tmp_path)


def test_an_explanation_tells_the_rule_and_its_first_example(tmp_path: Path) -> None:
    expected = r"""WH900 example (warning, stable, since 0.2)

A PIN is short.

Why
  Short PINs are guessed.

Fix
  Make it longer.

Example: four
  "PIN" (gpo, linked to contoso.com/W, link order 2, enforced)
    HKLM\X!A = 4
    HKLM\X!B is deleted
  "Cloud" (mdm, custom, assigned to all users and A)
    ./Device/X = true
  "Tenant" (mdm, tenant-wide enrolment policy)
    ./Device/Y = "a"
  on a device with join = "hybrid", mdm = true, tenant = "t"
  => WH900: short

References
  https://example.com/pin
"""
    assert explanation(example(tmp_path)["WH900"]) == expected


def test_an_example_of_files_shows_text_bytes_and_links(tmp_path: Path) -> None:
    files = """files = { "a.txt" = "one\\ntwo\\n", "b.pol" = "hex:5052", c = "link:a.txt" }"""
    head = EXAMPLE.partition("[[fail]]")[0]
    rule = example(tmp_path, f'{head}[[fail]]\nname = "files"\n{files}')["WH900"]
    shown = explanation(rule).partition("Example: ")[2].partition("  on a device")[0]
    assert shown == "files\n  a.txt\n    one\n    two\n  b.pol (2 bytes)\n    50 52\n  c (a link to a.txt)\n"


def test_a_fixture_is_read_when_it_is_asked_for_and_a_wrong_one_is_named_then(tmp_path: Path) -> None:
    rule = example(tmp_path, f'{EXAMPLE}expected = "x"\n')["WH900"]
    with pytest.raises(ConfigError) as caught:
        _ = rule.fail
    assert str(caught.value) == "WH900-example.toml: unknown key fail[0].expected; did you mean 'expect'?"


def test_fixtures_that_stand_in_the_head_are_found_too(tmp_path: Path) -> None:
    head, _, fixture = EXAMPLE.partition("[[fail]]")
    one = 'fail = [{ name = "one", expect = ["short"] }]\n'
    rule = example(tmp_path, f"{one}{head}[[pass]]{fixture}".replace('expect = ["short"]\n', ""))["WH900"]
    assert ([f.name for f in rule.fail], [f.name for f in rule.pass_]) == (["one"], ["four"])


def test_the_head_of_a_file_is_told_as_its_schema_tells_it() -> None:
    heads = {rule.id: rule._whole.model_dump(exclude={"fail", "pass_"}) for rule in RULES.values()}
    assert {
        id_: {key: getattr(rule, key) or heads[id_][key] for key in heads[id_]} for id_, rule in RULES.items()
    } == heads


@pytest.mark.parametrize("id_", RULES)
def test_every_rule_can_be_explained(id_: str) -> None:
    text = explanation(RULES[id_])
    assert text.startswith(f"{id_} {RULES[id_].name} (")
    assert text == "".join(f"{line.rstrip()}\n" for line in text.splitlines())


def test_the_list_has_a_line_for_each_rule_by_family_and_their_number(tmp_path: Path) -> None:
    (tmp_path / "RD901-other.toml").write_text(
        EXAMPLE.replace("WH900", "RD901").replace('"example"', '"other"').replace('"warning"', '"error"'), "utf-8"
    )
    assert listing(example(tmp_path)) == (
        "RD  reading\n  RD901  error    other    A PIN is short.\n\n"
        "WH  Windows Hello for Business\n  WH900  warning  example  A PIN is short.\n\n"
        "2 rules: 1 RD, 1 WH\n"
    )


def test_an_empty_list_says_so() -> None:
    assert listing({}) == "0 rules\n"


def test_the_list_for_programs(tmp_path: Path) -> None:
    assert json.loads(listing_json(example(tmp_path))) == {
        "version": 1,
        "rules": [
            {
                "id": "WH900",
                "name": "example",
                "severity": "warning",
                "family": "WH",
                "profile": "core",
                "status": "stable",
                "since": "0.2",
                "summary": "A PIN is short.",
                "references": ["https://example.com/pin"],
            }
        ],
    }


def test_a_fixture_that_does_not_hold_is_reported(tmp_path: Path) -> None:
    report = run_fixtures(example(tmp_path))
    assert (report.failed, report.text) == (
        1,
        "WH900 four:\n  expected: short\n1 rule: 0 fixtures passed, 1 failed",
    )


@pytest.mark.parametrize(
    ("text", "name", "message"),
    [
        ("id = ", "a.toml", r"a\.toml: not valid TOML: .*"),
        (EXAMPLE, "a.toml", r"a\.toml: the file must be called WH900-example\.toml"),
        (
            EXAMPLE.replace("summary", "sumary"),
            "WH900-example.toml",
            r"[\s\S]*unknown key sumary; did you mean 'summary'\?",
        ),
    ],
)
def test_a_rule_file_that_is_wrong_is_named(tmp_path: Path, text: str, name: str, message: str) -> None:
    with pytest.raises(ConfigError, match=rf"\A{message}"):
        example(tmp_path, text, name)


def test_an_id_can_be_taken_only_once(tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "WH900-example.toml").write_text(EXAMPLE, "utf-8")
    with pytest.raises(ConfigError, match=r"\AWH900-example\.toml: the id WH900 is taken\Z"):
        example(tmp_path)


def test_rules_are_selected_by_family_id_and_name() -> None:
    assert list(select(RULES, ["wh001,RD002", "pin-expires"])) == ["RD002", "WH001", "WH044"]
    assert list(select(RULES, ["WH"])) == [id_ for id_, rule in RULES.items() if rule.family == "WH"]
    assert list(select(RULES, [], ["RD"])) == [id_ for id_, rule in RULES.items() if rule.family != "RD"]


def test_an_unknown_rule_or_family_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"\Ano rule or family 'XX'; families: WH\Z"):
        select(example(tmp_path), ["XX"])


def test_a_rule_is_found_by_id_or_name_and_the_closest_is_suggested() -> None:
    assert find_rule("wh044", RULES) is find_rule("pin-expires", RULES)
    with pytest.raises(UsageError, match=r"\Ano rule 'pin-expire'; did you mean 'pin-expires'\?\Z"):
        find_rule("pin-expire", RULES)


# Inputs --------------------------------------------------------------------------------------------------------------


def test_the_inputs_are_listed_by_path_and_counted_by_kind() -> None:
    files = [
        FileRecord("b.pol", "read", "Registry.pol", settings=2),
        FileRecord("a.txt", "ignored", "unknown", "not recognised"),
        FileRecord("\x1b[2Jc.pol", "unread", "Registry.pol", "cut\noff", settings=1),
    ]
    assert inputs(files) == (
        "unread   Registry.pol  1 setting   \\x1b[2Jc.pol  (cut\\noff)\n"
        "ignored  unknown                   a.txt  (not recognised)\n"
        "read     Registry.pol  2 settings  b.pol\n"
        "\n"
        "Registry.pol  2 files  1 read, 1 unread  3 settings\n"
        "unknown       1 file   1 ignored\n"
        "3 files: 1 read, 1 ignored, 1 unread; 3 settings\n"
    )


def test_no_inputs_are_said() -> None:
    assert inputs([]) == "0 files: 0 read, 0 ignored, 0 unread; 0 settings\n"


def test_a_rule_is_found_by_the_ids_of_other_families_that_it_also_has() -> None:
    rules = load_rules()
    assert [find_rule(name, rules).id for name in ("AD007", "in023", "IN032")] == ["WH018", "RD015", "RD010"]
    assert list(select(rules, ["AD007"])) == ["WH018"]
    assert [name for rule in rules.values() for name in rule.also if name in rules] == []
