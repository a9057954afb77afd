"""`policylint diff`: what changes on machines between two estates, and nothing else."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from policylint.diff import Difference, compared, diff, new_and_fixed
from policylint.effective import Effective
from policylint.escape import markdown
from policylint.estate import Estate
from policylint.evidence import Evidence
from policylint.findings import Finding, Location, PolicyRef
from policylint.model import Channel
from policylint.rank import rank
from policylint.reports.diff_markdown import LONGEST, _fitting
from policylint.resolve import resolve
from policylint.scenario import Scenario, estate_of
from policylint.topology import Target
from tests.test_cli import run
from tests.test_placements import estates

CORPUS = Path(__file__).parents[1] / "corpus"
HYBRID = "hybrid-classic-mistakes"
PKI = "{B09E8C50-223C-4688-BF6C-05BCB29A3C84}"
HELLO = r"HKLM\SOFTWARE\Policies\Microsoft\PassportForWork"
CERTIFICATE = rf"{HELLO}!UseCertificateForOnPremAuth"

Json = dict[str, Any]


def gpo(name: str, value: int, link: str = "contoso.com/W#1", setting: str = r"HKLM\SOFTWARE\Contoso!Colour") -> Json:
    """A GPO that sets one value."""
    return {"policy": name, "channel": "gpo", "link": link, "set": {setting: value}}


def difference(old: list[Json], new: list[Json]) -> Difference:
    """What changes between two scenarios."""
    before, after = (estate_of(Scenario.model_validate({"given": given_})) for given_ in (old, new))
    return diff(before, after, {})


def told(found: Difference) -> list[tuple[tuple[str, ...], list[tuple[str, str, object, object]]]]:
    """The changes of settings in short: targets, kind, setting's name and both values."""
    return [
        (
            group.targets,
            [
                (c.kind, c.subject.setting.text.rpartition("!")[2], c.old and c.old.value, c.new and c.new.value)
                for c in group.settings
            ],
        )
        for group in found.changes
    ]


class TestKinds:
    """Each kind of change is told as what it is."""

    def test_a_setting_appears(self) -> None:
        found = difference([gpo("A", 1)], [gpo("A", 1), gpo("B", 2, "contoso.com/W#2", r"HKLM\SOFTWARE\Contoso!Size")])
        assert told(found) == [(("W",), [("appeared", "Size", None, 2)])]

    def test_a_setting_is_gone(self) -> None:
        assert told(difference([gpo("A", 1)], [])) == [(("W",), [("gone", "Colour", 1, None)])]

    def test_a_value_changes(self) -> None:
        assert told(difference([gpo("A", 1)], [gpo("A", 2)])) == [(("W",), [("value", "Colour", 1, 2)])]

    def test_a_value_becomes_open(self) -> None:
        filtered = gpo("A", 1) | {"wmi-filter": "Laptops"}
        found = difference([gpo("A", 1)], [filtered])
        assert told(found) == [(("W",), [("value", "Colour", 1, 1)])]
        [change] = found.changes[0].settings
        assert change.new is not None
        assert (change.new.state, change.new.candidates) == ("conditional", (1, None))

    def test_what_a_value_hangs_on_changes(self) -> None:
        sides = (gpo("A", 1) | {"wmi-filter": name} for name in ("Laptops", "Desktops"))
        assert told(difference(*([side] for side in sides))) == [(("W",), [("certainty", "Colour", 1, 1)])]

    def test_another_policy_sets_the_same_value(self) -> None:
        old = [gpo("A", 1), gpo("B", 1, "contoso.com/W#2")]
        new = [gpo("A", 1, "contoso.com/W#2"), gpo("B", 1)]
        found = difference(old, new)
        assert told(found) == [(("W",), [("winner", "Colour", 1, 1)])]
        assert [(c.path, c.what) for c in found.containers] == [("contoso.com/W", ("order",))]


class TestPolicies:
    """A policy that changes is told apart from what comes of it."""

    def test_a_weaker_policy_that_is_added_changes_nothing_effective(self) -> None:
        found = difference([gpo("A", 1)], [gpo("A", 1), gpo("B", 2, "contoso.com/W#2")])
        assert (found.changes, [(c.policy.name, c.what, c.effective) for c in found.policies]) == (
            (),
            [("B", ("added",), False)],
        )

    def test_each_thing_that_changes_about_a_policy_is_named(self) -> None:
        old = [gpo("A", 1), {"policy": "I", "channel": "mdm", "assigned": "Pilot", "set": {"./Device/Vendor/X": 1}}]
        new = [
            gpo("A", 2, "contoso.com/W#1!") | {"wmi-filter": "Laptops"},
            {"policy": "I", "channel": "mdm", "assigned": "all-devices", "set": {"./Device/Vendor/X": 1}},
        ]
        assert [(c.policy.name, c.what, c.effective) for c in difference(old, new).policies] == [
            ("A", ("settings", "links", "filtering"), True),
            ("I", ("assignments",), True),
        ]


def finding(rule: str, *policies: str, severity: Any = "error", targets: tuple[str, ...] = ("T",)) -> Finding:
    refs = tuple(PolicyRef(name, name, Channel.GPO) for name in policies)
    places = (Location(Evidence("file"), "primary"),)
    return Finding(rule, "name", severity, "certain", "message", places, refs, "setting", "device", targets)


class TestFindings:
    """Findings are one where their fingerprints are."""

    def test_new_ones_and_fixed_ones(self) -> None:
        a, b, c = finding("WH001", "A"), finding("WH001", "B"), finding("WH002", "A")
        assert new_and_fixed([a, b], [b, c]) == ((c,), (a,))

    def test_one_that_gets_worse_is_new(self) -> None:
        worse = finding("WH001", "A")
        assert new_and_fixed([finding("WH001", "A", severity="note")], [worse]) == ((worse,), ())

    def test_one_that_a_policy_drops_out_of_is_neither_new_nor_fixed(self) -> None:
        assert new_and_fixed([finding("WH005", "A", "B", "C")], [finding("WH005", "A", "C")]) == ((), ())

    def test_one_that_a_policy_comes_into_is_new(self) -> None:
        old, new = finding("WH005", "A", "C"), finding("WH005", "A", "B", "C")
        assert new_and_fixed([old], [new]) == ((new,), (old,))

    def test_an_archives_name_does_not_count(self) -> None:
        old, new = (
            Finding("RD001", "n", "error", "certain", "m", (Location(Evidence(path), "primary"),))
            for path in ("monday.zip/a.json", "friday.zip/a.json")
        )
        assert new_and_fixed([old], [new], ("monday.zip", "friday.zip")) == ((), ())


# Properties -----------------------------------------------------------------------------------------------------------

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]


@settings(max_examples=15, suppress_health_check=SLOW)
@given(estates())
def test_an_estate_and_itself_differ_in_nothing(estate: Estate) -> None:
    assert diff(estate, estate, {}).empty


@settings(max_examples=12, suppress_health_check=SLOW)
@given(estates(), estates())
def test_what_changes_is_what_differs_target_by_target(old: Estate, new: Estate) -> None:
    found = diff(old, new, {})
    changed = {
        (name, change.subject.setting.key, change.subject.scope)
        for group in found.changes
        for name in group.targets
        for change in group.settings
    }
    assert changed == set(naive(old, new))


def naive(old: Estate, new: Estate) -> list[tuple[str, str, str]]:
    """Every target and setting whose answers differ, each target resolved alone."""
    found = []
    for a, b in zip(old.topology.target, new.topology.target, strict=True):
        before, after = answers(old, a), answers(new, b)
        found += [(b.name, *key) for key in {**before, **after} if before.get(key) != after.get(key)]
    return found


def answers(estate: Estate, target: Target) -> dict[tuple[str, str], object]:
    effective: Effective = resolve(rank(estate, target))
    return {
        (row.setting.key, row.scope): (
            row.value,
            row.absent,
            {*row.candidates},
            row.state,
            {*row.conditions},
            row.winner and row.winner.policy.id,
        )
        for row in effective.settings
    }


@settings(max_examples=15, suppress_health_check=SLOW)
@given(estates(), estates())
def test_the_way_back_is_the_mirror_image(a: Estate, b: Estate) -> None:
    mirror = {"appeared": "gone", "gone": "appeared"}
    for x, y in zip(a.topology.target, b.topology.target, strict=True):
        there = compared(resolve(rank(a, x)), resolve(rank(b, y)))
        back = compared(resolve(rank(b, y)), resolve(rank(a, x)))
        assert [[(mirror.get(c.kind, c.kind), c.new, c.old) for c in part] for part in there] == [
            [(c.kind, c.old, c.new) for c in part] for part in back
        ]


# The command line -----------------------------------------------------------------------------------------------------


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with two copies of the hybrid estate; in `new` the PKI policy is removed and Kiosk blocks nothing."""
    for name in ("old", "new"):
        shutil.copytree(CORPUS / HYBRID, tmp_path / name)
    shutil.rmtree(tmp_path / "new" / "gpo" / PKI)
    edit(tmp_path / "new" / "topology.toml", lambda text: text.replace('{ gpo = "WHfB PKI" },', ""))
    edit(tmp_path / "new" / "topology.toml", lambda text: text.replace("inheritance = true", "inheritance = false"))
    return tmp_path


def edit(path: Path, change: Callable[[str], str]) -> None:
    path.write_text(change(path.read_text("utf-8")), "utf-8")


def test_two_copies_of_one_estate_differ_in_nothing(tmp_path: Path) -> None:
    shutil.copytree(CORPUS / HYBRID, tmp_path / "copy")
    found = run("diff", str(CORPUS / HYBRID), str(tmp_path / "copy"))
    assert (found.returncode, found.stdout) == (0, "nothing changes on 3 targets\n")


def test_the_text_tells_old_and_new_with_who_decides(desk: Path) -> None:
    found = run("diff", "old", "new", "--for", "London laptop", cwd=desk)
    pki = f"gpo/{PKI}/DomainSysvol/GPO/Machine/registry.pol  record 2, bytes 0x88-0x130"
    pilot = "gpo/{A62B5115-BED4-4CC6-ABEC-93B45B74141D}/DomainSysvol/GPO/Machine/registry.pol  record 3, bytes"
    assert (found.returncode, found.stdout.replace("\N{EN DASH}", "-").splitlines()) == (
        0,
        [
            "London laptop",
            "  ~ whfb/trust-model",
            "      certificate -> cloud-kerberos",
            f'      old: "WHfB PKI" (gpo)  --> {pki}',
            f'      new: "WHfB Cloud Trust Pilot" (gpo)  --> {pilot} 0x132-0x1d8',
            f"  - {CERTIFICATE}  Use certificate for on-premises authentication",
            "      1 -> not configured",
            f'      old: "WHfB PKI" (gpo)  --> {pki}',
            "",
            "2 fixed findings",
            '  error[WH001]: certificate trust in "WHfB PKI" wins: cloud Kerberos trust in "WHfB Cloud Trust Pilot" '
            'and "WHfB Cloud Trust" has no effect on London laptop',
            f"      --> {pki}",
            '  note[PR004]: contoso.com/Workstations/Kiosk blocks inheritance, so "WHfB PKI" and "Workstation Base" '
            "from above are not applied there",
            f"      --> gpo/{PKI}/Backup.xml:2:1752",
            "",
            "what was changed",
            '  "WHfB PKI" (gpo): removed',
            "  contoso.com/Workstations/Kiosk: does not block inheritance",
            "",
            "1 setting and 1 outcome change on 1 of 1 target, 0 new findings, 2 fixed",
        ],
    )


def test_new_findings_fail_and_old_ones_do_not(desk: Path) -> None:
    codes = [run("diff", "old", "new", *more, cwd=desk).returncode for more in ((), ("--fail-on", "never"))]
    assert (codes, run("diff", "old", "old", cwd=desk).returncode) == ([1, 0], 0)


def test_a_side_that_is_not_fully_read_is_never_green(desk: Path) -> None:
    (desk / "new" / "intune" / "broken.json").write_text("{", "utf-8")
    (desk / "empty").mkdir()
    assert [
        run("diff", *sides, cwd=desk).returncode for sides in (("old", "new"), ("new", "old"), ("old", "empty"))
    ] == [
        3,
        3,
        3,
    ]


def test_the_json_document_counts_what_it_holds(desk: Path) -> None:
    document = json.loads(run("diff", "old", "new", "-o", "json", cwd=desk).stdout)
    assert list(document) == [
        "version",
        "old",
        "new",
        "summary",
        "targets",
        "changes",
        "findings",
        "policies",
        "containers",
    ]
    assert document["summary"] == {
        "compared": 3,
        "changed": 3,
        "outcomes": 1,
        "settings": {"appeared": 3, "gone": 1, "value": 0, "certainty": 0, "winner": 0},
        "findings": {"new": 1, "fixed": 2},
        "policies": 1,
    }
    assert document["policies"] == [
        {
            "id": "{6A1FBA98-1231-443A-A13F-DE7519BA2198}",
            "name": "WHfB PKI",
            "channel": "gpo",
            "changes": ["removed"],
            "effective": True,
        }
    ]
    first = document["changes"][0]
    assert (first["targets"], [c["setting"] for c in first["settings"]]) == (["Finance laptop"], [CERTIFICATE])


def test_the_same_inputs_give_the_same_bytes(desk: Path) -> None:
    outputs = []
    for seed in ("1", "2"):
        for form in ("text", "json", "markdown"):
            command = [sys.executable, "-m", "policylint", "diff", "old", "new", "-o", form]
            environment = os.environ | {"PYTHONHASHSEED": seed}
            outputs.append(subprocess.run(command, cwd=desk, capture_output=True, check=False, env=environment).stdout)
    assert outputs[:3] == outputs[3:]


def test_names_in_markdown_are_no_markup(desk: Path) -> None:
    path = desk / "new" / "topology.toml"
    edit(path, lambda text: text.replace('name = "Kiosk"', 'name = "@all `<b>` | [x](http://y)"'))
    shown = run("diff", "old", "new", "-o", "markdown", cwd=desk).stdout
    assert "1 target added: ``@all `<b>` | [x](http://y)``" in shown


def test_a_long_comment_names_what_it_leaves_out() -> None:
    block = "#### On `PC`\n\n" + "\n".join(f"- `{number}`: `1`\n  - after: `A`" for number in range(5_000))
    shown = _fitting(["### title", block, "#### New\n\n- `x`"])
    lines = shown.splitlines()
    assert len(shown) < LONGEST
    assert (lines[0], lines[4], lines[-3:]) == ("### title", "- `0`: `1`", ["#### New", "", "- `x`"])
    [left_out] = [line for line in lines if line.startswith("- …")]
    shown_entries = sum(line.endswith("`1`") for line in lines)
    assert left_out == f"- … and {5_000 - shown_entries} more: `policylint diff` shows all of them"


@pytest.mark.parametrize(
    ("text", "span"),
    [("a", "`a`"), ("a`b", "``a`b``"), ("`a", "`` `a ``"), ("", "` `"), ("a\nb", "`a\\nb`"), ("**", "`**`")],
)
def test_a_code_span_holds_any_text(text: str, span: str) -> None:
    assert markdown(text) == span


def test_a_container_that_only_one_side_shows_counts_on_both(tmp_path: Path) -> None:
    for name in ("old", "new"):
        shutil.copytree(CORPUS / "no-topology", tmp_path / name)
    for report in (tmp_path / "new").rglob("gpreport.xml"):
        data = report.read_bytes().decode("utf-16")
        report.write_bytes(data.replace("fabrikam.com/Workstations<", "fabrikam.com/Laptops<").encode("utf-16"))
    found = json.loads(run("diff", "old", "new", "-o", "json", cwd=tmp_path).stdout)
    assert (found["targets"], sorted(name for group in found["changes"] for name in group["targets"])) == (
        {"added": [], "removed": []},
        ["fabrikam.com/Laptops", "fabrikam.com/Workstations"],
    )


def git(folder: Path, *arguments: str) -> None:
    """Runs git as nobody in particular."""
    who = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "core.autocrlf=false")
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


def commit(folder: Path) -> None:
    """Commits everything in the folder."""
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "exports")


class TestRevisions:
    """Two revisions of one repository, read from what was committed."""

    @pytest.fixture
    def repository(self, desk: Path) -> Path:
        """`exports` as in the old estate on v1, as in the new one on main; the working tree has something else."""
        folder = desk / "repository"
        shutil.copytree(desk / "old", folder / "exports")
        (folder / ".gitattributes").write_text("*.pol export-ignore\n", "utf-8")
        git(folder, "init", "-q", "-b", "main")
        commit(folder)
        git(folder, "tag", "v1")
        shutil.rmtree(folder / "exports")
        shutil.copytree(desk / "new", folder / "exports")
        commit(folder)
        shutil.rmtree(folder / "exports" / "gpo")
        return folder

    @pytest.mark.parametrize(
        "arguments",
        [
            ("v1..main", "exports"),
            ("v1...HEAD", "exports"),
            ("v1..", "exports"),
            ("v1", "main", "exports"),
            ("v1..HEAD",),
        ],
    )
    def test_are_compared_as_their_folders_would_be(
        self, arguments: tuple[str, ...], repository: Path, desk: Path
    ) -> None:
        found = json.loads(run("diff", *arguments, "-o", "json", cwd=repository).stdout)
        folders = json.loads(run("diff", "old", "new", "-o", "json", cwd=desk).stdout)
        assert (found["summary"], found["policies"]) == (folders["summary"], folders["policies"])

    def test_are_named_from_a_folder_inside_the_repository(self, repository: Path) -> None:
        found = run("diff", "v1..HEAD", cwd=repository / "exports")
        assert (found.returncode, f"--> gpo/{PKI}/DomainSysvol" in found.stdout) == (1, True)

    def test_leave_the_working_tree_alone(self, repository: Path) -> None:
        before = sorted(path.relative_to(repository) for path in repository.rglob("*") if ".git" not in path.parts)
        run("diff", "v1..HEAD", cwd=repository)
        after = sorted(path.relative_to(repository) for path in repository.rglob("*") if ".git" not in path.parts)
        assert before == after

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (("v1..v9",), "no file, folder or revision 'v9'"),
            (("v1..HEAD", "../.."), "'../..' is outside the repository that is compared"),
            (("v1",), "no file or folder 'v1'; name two folders or files, two revisions, or a range of revisions"),
            (("exports",), "name two folders or files, two revisions, or a range of revisions such as main..HEAD"),
            (("exports", "v1"), "no file or folder 'v1'"),
            (
                (
                    "--",
                    "-x..HEAD",
                ),
                "no file, folder or revision '-x'",
            ),
        ],
    )
    def test_that_are_not_there_are_refused(self, arguments: tuple[str, ...], message: str, repository: Path) -> None:
        found = run("diff", *arguments, cwd=repository)
        assert (found.returncode, message in found.stderr) == (2, True), found.stderr

    def test_without_a_repository_are_refused(self, desk: Path) -> None:
        found = run("diff", "v1..HEAD", cwd=desk)
        assert (found.returncode, "no file or folder 'v1', and no git repository here" in found.stderr) == (2, True)

    def test_without_git_are_refused(self, repository: Path) -> None:
        command = [sys.executable, "-m", "policylint", "diff", "v1..HEAD"]
        found = subprocess.run(
            command, cwd=repository, capture_output=True, encoding="utf-8", env=os.environ | {"PATH": ""}, check=False
        )
        assert (found.returncode, found.stderr) == (
            2,
            "policylint: git is needed to compare revisions, and cannot be run: No such file or directory\n",
        )
