"""Reading Policy Analyzer rules: several GPOs in one file, equal to the backups that they were made from."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policylint.evidence import Evidence, XmlAt
from policylint.facts import When
from policylint.model import Channel, Claim, FileRecord, Policy, Scope, Sweep, Value, registry, setting_id
from policylint.readers import read as read_estate
from policylint.readers.gpo import policy_rules
from policylint.readers.gpo.policy_rules_entries import entries
from policylint.readers.source import Reading
from tests.gpo_take import take_backups
from tests.gpo_writer import BackupWriter, dword, pol, sources, write

PATH = "rules/Base.PolicyRules"


def config(type: str, data: str, name: str = "V", policy: str = "Base", side: str = "Computer") -> str:
    return (
        f"<{side}Config><Key>Software\\K</Key><Value>{name}</Value><RegType>{type}</RegType><RegData>{data}</RegData>"
        f"<SourceFile>C:\\x</SourceFile><PolicyName>{policy}</PolicyName></{side}Config>"
    )


def read(base: Path, xml: str) -> Reading:
    write(base, {PATH: b"\xef\xbb\xbf" + f"<PolicyRules>\r\n{xml}</PolicyRules>".encode()})
    reading, rest = policy_rules.take(sources(base))
    assert rest == []
    return reading


def test_every_policy_name_is_a_policy(tmp_path: Path) -> None:
    lists = "<CSE-Machine><GUID>{1}</GUID><Name>Registry</Name></CSE-Machine>"
    xml = config("REG_DWORD", "1") + lists + config("REG_SZ", "x", policy="Extra", side="User")
    first, second = Evidence(PATH, XmlAt((0,))), Evidence(PATH, XmlAt((2,)))
    ours = Claim(registry(Scope.DEVICE, "Software\\K", "V"), Scope.DEVICE, 1, "REG_DWORD", first)
    theirs = Claim(registry(Scope.USER, "Software\\K", "V"), Scope.USER, "x", "REG_SZ", second)
    assert read(tmp_path, xml) == Reading(
        reduced=(
            Policy(f"{PATH}#Base", "Base", Channel.GPO, "gpo", first, (ours,)),
            Policy(f"{PATH}#Extra", "Extra", Channel.GPO, "gpo", second, (theirs,)),
        ),
        files=(FileRecord(PATH, "read", "Policy Analyzer rules", "", 2),),
    )


@pytest.mark.parametrize(
    ("type", "data", "value"),
    [
        ("REG_DWORD", "10", 10),
        ("REG_QWORD", "10", 10),
        ("REG_SZ", " a ", " a "),
        ("REG_SZ", r"&lt;Rule/&gt;\r\n", "<Rule/>\r\n"),
        ("REG_EXPAND_SZ", "%windir%", "%windir%"),
        ("REG_MULTI_SZ", "a,b", ("a", "b")),
        ("REG_MULTI_SZ", "", ()),
        ("REG_BINARY", "01,ff", b"\x01\xff"),
    ],
)
def test_every_type_has_its_value(tmp_path: Path, type: str, data: str, value: Value) -> None:
    (policy,) = read(tmp_path, config(type, data)).reduced
    assert [(claim.type, claim.value) for claim in policy.claims] == [(type, value)]


def test_instructions_mean_what_they_mean_in_registry_pol(tmp_path: Path) -> None:
    xml = config("REG_SZ", " ", "**delvals.") + config("REG_SZ", " ", "**del.W") + config("REG_NONE", "", "")
    (policy,) = read(tmp_path, xml).reduced
    assert policy.sweeps == (Sweep(Scope.DEVICE, "software\\k", False, Evidence(PATH, XmlAt((0,)))),)
    assert [(c.setting.text, c.absent, c.evidence.place) for c in policy.claims] == [
        (r"HKLM\Software\K!W", True, XmlAt((1,)))
    ]


def test_a_value_without_a_type_may_be_deleted(tmp_path: Path) -> None:
    (policy,) = read(tmp_path, config("", "[[[delete]]]")).reduced
    assert [(c.setting.text, c.value, c.absent) for c in policy.claims] == [(r"HKLM\Software\K!V", None, True)]


def test_template_lines_and_audit_rows_are_settings_with_their_place(tmp_path: Path) -> None:
    xml = (
        '<SecurityTemplate Section="Privilege Rights"><LineItem>SeDebugPrivilege=*S-1-5-32-544</LineItem>'
        "<PolicyName>Base</PolicyName></SecurityTemplate>"
        '<SecurityTemplate Section="Registry Values"><LineItem>MACHINE\\K\\V=4,1</LineItem>'
        "<PolicyName>Base</PolicyName></SecurityTemplate>"
        "<AuditSubcategory><GUID>{0cce923f-69ae-11d9-bed3-505054503030}</GUID><Name>Any</Name><Setting>3</Setting>"
        "<PolicyName>Base</PolicyName></AuditSubcategory>"
    )
    (policy,) = read(tmp_path, xml).reduced
    assert [(c.setting, c.value, c.evidence.place) for c in policy.claims] == [
        (setting_id("secedit:Privilege Rights/SeDebugPrivilege"), ("S-1-5-32-544",), XmlAt((0,))),
        (setting_id("secedit:Registry Values/MACHINE\\K\\V"), 1, XmlAt((1,))),
        (setting_id("audit:{0cce923f-69ae-11d9-bed3-505054503030}"), 3, XmlAt((2,))),
    ]


@pytest.mark.parametrize(
    ("xml", "rule", "message"),
    [
        (config("REG_FOO", "1"), "RD012", "'V' has the unknown type 'REG_FOO'"),
        (config("REG_DWORD", "many"), "RD012", "'V' cannot be used: 'many' is not a number"),
        (
            "<AuditOption><Name>CrashOnAuditFail</Name><PolicyName>Base</PolicyName></AuditOption>",
            "RD010",
            "1 setting of the kind 'AuditOption': recognised, but not evaluated yet",
        ),
        (
            '<SecurityTemplate Section="System Access"><LineItem>nonsense</LineItem><PolicyName>Base</PolicyName>'
            "</SecurityTemplate>",
            "RD020",
            "'nonsense' in [System Access] is not of the form name = value",
        ),
    ],
)
def test_what_cannot_be_used_is_said_and_hides_nothing(tmp_path: Path, xml: str, rule: str, message: str) -> None:
    reading = read(tmp_path, config("REG_DWORD", "1", "A") + xml)
    assert [claim.setting.text for claim in reading.reduced[0].claims] == [r"HKLM\Software\K!A"]
    assert [(p.rule, p.message, p.evidence.place, p.policy) for p in reading.problems] == [
        (rule, message, XmlAt((1,)), f"{PATH}#Base")
    ]


@pytest.mark.parametrize(("data", "rule"), [(b"<PolicyRules>", "RD003"), (b"<Other/>", "RD012"), (b"\xff", "RD005")])
def test_other_files_of_that_name_are_reported(tmp_path: Path, data: bytes, rule: str) -> None:
    write(tmp_path, {PATH: data})
    reading, _ = policy_rules.take(sources(tmp_path))
    assert (reading.reduced, [p.rule for p in reading.problems]) == ((), [rule])


def test_rules_stand_back_behind_a_backup_of_the_same_name(tmp_path: Path) -> None:
    BackupWriter(name="Base", files={"Machine/registry.pol": pol(dword("Software\\K", "V", 2))}).write(tmp_path)
    write(tmp_path, {PATH: f"<PolicyRules>{config('REG_DWORD', '1')}{config('REG_FOO', '1')}</PolicyRules>".encode()})
    estate = read_estate(["."], base=tmp_path)
    assert [[c.value for c in policy.claims] for policy in estate.policies] == [[2]]
    reason = "the GPOs in it are read from better sources"
    assert FileRecord(PATH, "ignored", "Policy Analyzer rules", reason) in estate.files
    assert [p for p in estate.problems if p.evidence.path == PATH] == []


TEXTS = st.text(st.sampled_from(" aZ\u00e9\n&<"), max_size=4).map(
    lambda text: text.replace("&", "&amp;").replace("<", "&lt;")
)
LEAVES = st.builds(
    "<{0}{1}>{2}</{0}>".format,
    st.sampled_from(["Key", "Value", "RegType", "RegData", "PolicyName", "LineItem", "SourceFile"]),
    st.sampled_from(["", "", "", ' xmlns="urn:x"']),
    TEXTS | TEXTS.map(lambda text: f"{text}<b>x</b>{text}") | TEXTS.map(lambda text: f"<![CDATA[{text}]]>"),
)
ENTRIES = st.builds(
    "<{0} Section='{1}'>{2}</{0}>".format,
    st.sampled_from(["ComputerConfig", "SecurityTemplate", "CSE-User"]),
    TEXTS.map(lambda text: text.replace("\n", " ")),
    st.lists(LEAVES, max_size=6).map("".join),
)


@given(st.lists(ENTRIES, max_size=4).map("".join))
def test_both_libraries_that_read_rules_say_the_same(xml: str) -> None:
    rules = f"<PolicyRules>{xml}</PolicyRules>".encode()
    assert entries(rules) == entries(b"<!-- makes it the other library's -->" + rules)


def test_comments_among_rules_do_not_count(tmp_path: Path) -> None:
    commented = f"{config('REG_DWORD', '1')}<!-- c -->{config('REG_DWORD', '2', name='W')}"
    (policy,) = read(tmp_path, commented).reduced
    assert [(c.value, c.evidence.place) for c in policy.claims] == [(1, XmlAt((0,))), (2, XmlAt((1,)))]


# Real files


def _said(policy: Policy) -> dict[str, tuple[Value, str, bool, When]]:
    return {c.setting.key: (c.value, c.type, c.absent, c.when) for c in policy.claims}


def test_the_server_2022_baseline_says_the_same_in_its_backups_and_in_its_rules(sample_data: Path) -> None:
    reading, rest = take_backups(sources(sample_data / "gpo" / "msft-ws2022-baseline"))
    rules, _ = policy_rules.take(rest)
    backups = {policy.name: _said(policy) for policy in reading.policies}
    assert {policy.name: _said(policy) for policy in rules.reduced} == backups
    assert {name: len(claims) for name, claims in backups.items()} == {
        "MSFT Internet Explorer 11 - Computer": 132,
        "MSFT Internet Explorer 11 - User": 3,
        "MSFT Windows Server 2022 - Defender Antivirus": 24,
        "MSFT Windows Server 2022 - Domain Controller": 158,
        "MSFT Windows Server 2022 - Domain Controller Virtualization Based Security": 6,
        "MSFT Windows Server 2022 - Domain Security": 7,
        "MSFT Windows Server 2022 - Member Server": 140,
        "MSFT Windows Server 2022 - Member Server Credential Guard": 6,
    }
    assert rules.problems == ()


def test_what_of_real_rules_cannot_be_used_is_named(sample_data: Path) -> None:
    files = [s for s in sources(sample_data / "gpo") if s.suffix == ".policyrules"]
    reading, _ = policy_rules.take(files)
    assert len(reading.files) == len(files) == 14
    assert [(p.rule, p.message) for p in reading.problems] == []
