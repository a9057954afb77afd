"""What gpresult saw: read as evidence, compared with what the exports say, and used where these leave an order open."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policylint.cli import cli
from policylint.effective import Result
from policylint.evidence import Evidence, XmlAt
from policylint.lint import lint
from policylint.model import Channel, FileRecord, Policy, Scope, SettingId, registry, setting_id
from policylint.naming import named
from policylint.observed import Observation, ObservedGpo, ObservedSetting, ObservedSide, observation_of
from policylint.rank import rank
from policylint.readers import read
from policylint.readers.directory import gpresult
from policylint.readers.source import Source
from policylint.resolve import resolve
from policylint.rules import load_rules
from policylint.targets import find_target
from policylint.topology import Target
from tests import admx_writer
from tests.directory_writer import DC, gplink, ldif
from tests.gpo_writer import APPLY, BackupWriter, ace, descriptor, dword, link, pol, sources, write
from tests.test_mutations import Edit, damaged, edits

SETTINGS = "http://www.microsoft.com/GroupPolicy/Settings"
TYPES = "http://www.microsoft.com/GroupPolicy/Types"
A, B, C = (f"{{AAAAAAAA-0000-0000-0000-00000000000{n}}}" for n in (1, 2, 3))
KEY = "SOFTWARE\\Policies\\Contoso"
LOGON = "{0CCE9215-69AE-11D9-BED3-505054503030}"
COMPUTER = "CONTOSO\\LON-0001$"
VALUE = registry(Scope.DEVICE, KEY, "V")


def gpo(id_: str, name: str, *links: str, more: str = "") -> str:
    path = f'<Path><Identifier xmlns="{TYPES}">{id_.lower()}</Identifier><Domain xmlns="{TYPES}">contoso.com</Domain>'
    return f"<GPO><Name>{name}</Name>{path}</Path>{more}{''.join(links)}</GPO>"


def applied(order: int, som: str = "contoso.com/W", enforced: str = "false", enabled: str = "true") -> str:
    return (
        f"<Link><SOMPath>{som}</SOMPath><SOMOrder>1</SOMOrder><AppliedOrder>{order}</AppliedOrder>"
        f"<LinkOrder>{order + 1}</LinkOrder><Enabled>{enabled}</Enabled><NoOverride>{enforced}</NoOverride></Link>"
    )


def by(id_: str, precedence: str = "<Precedence>1</Precedence>") -> str:
    identifier = f'<Identifier xmlns="{TYPES}">{id_}</Identifier><Domain xmlns="{TYPES}">contoso.com</Domain>'
    return f'<GPO xmlns="{SETTINGS}/Base">{identifier}</GPO>{precedence}'


def extension(namespace: str, *parts: str) -> str:
    body = "".join(parts)
    return f'<ExtensionData><Extension xmlns:q1="{SETTINGS}/{namespace}">{body}</Extension></ExtensionData>'


def registry_value(id_: str, value: int, **more: str) -> str:
    return (
        f"<q1:RegistrySetting>{by(id_, **more)}<q1:KeyPath>{KEY}</q1:KeyPath><q1:Value><q1:Name>V</q1:Name>"
        f"<q1:Number>{value}</q1:Number></q1:Value></q1:RegistrySetting>"
    )


def template(id_: str, name: str, category: str) -> str:
    return (
        f"<q1:Policy>{by(id_)}<q1:Name>{name}</q1:Name><q1:State>Enabled</q1:State><q1:Category>{category}</q1:Category>"
        "</q1:Policy>"
    )


def rsop(*inside: str, kind: str = "LoggedData", at: str = "2026-01-02T03:04:05Z", user: str = "") -> str:
    searched = "".join(
        f"<SearchedSOM><Path>{path}</Path><Type>{type_}</Type><BlocksInheritance>false</BlocksInheritance></SearchedSOM>"
        for path, type_ in (("contoso.com", "Domain"), ("contoso.com/W", "OU"))
    )
    return (
        '<?xml version="1.0" encoding="utf-16"?><Rsop xmlns="http://www.microsoft.com/GroupPolicy/Rsop">'
        f"<ReadTime>{at}</ReadTime><DataType>{kind}</DataType><ComputerResults><Name>{COMPUTER}</Name>"
        f"<SOM>contoso.com/W</SOM><Site>London</Site>{searched}{''.join(inside)}</ComputerResults>{user}</Rsop>"
    )


BOTH = gpo(A, "Alpha", applied(1)), gpo(B, "Beta", applied(2))
"""Beta was applied last."""


def take(folder: Path, text: str, name: str = "r.xml") -> tuple[Observation, ...]:
    (folder / name).write_bytes(text.encode("utf-16"))
    reading, rest = gpresult.take([Source(name, folder / name)])
    assert rest == []
    return reading.observations


def backup(folder: Path, id_: str, name: str, value: int, som: str = "contoso.com/W") -> None:
    BackupWriter(
        folder=f"{id_[:-2]}9}}".replace("A", name[0]),
        id=id_,
        name=name,
        descriptor=descriptor(ace(5, 0x100, "S-1-5-11", APPLY)),
        links=link(som),
        files={"Machine/Registry.pol": pol(dword(KEY, "V", value))},
    ).write(folder)


def decided(folder: Path, target: str = COMPUTER) -> Result:
    estate = read(["."], base=folder)
    (row,) = named(resolve(rank(estate, find_target(target, estate))), estate).settings
    return row


def messages(folder: Path) -> list[str]:
    return [finding.message for finding in lint(read(["."], base=folder), {"RD033": load_rules()["RD033"]})]


def test_the_gpos_of_a_report_stand_in_applied_order(tmp_path: Path) -> None:
    (seen,) = take(
        tmp_path,
        rsop(
            gpo(B, "Beta", applied(3), applied(1, "contoso.com/Configuration/Sites/London")),
            gpo(A, "Alpha", applied(2, "contoso.com", enforced="true")),
            gpo(C, C, applied(0), more="<IsValid>false</IsValid><FilterAllowed>false</FilterAllowed>"),
            "<GPO><Name>Local Group Policy</Name><Path><Identifier>LocalGPO</Identifier></Path></GPO>",
        ),
    )
    domain = "contoso.com"
    assert seen.computer.gpos == (
        ObservedGpo("LOCALGPO", "Local Group Policy", "", "", None, 0, False),
        ObservedGpo(C, C, domain, "contoso.com/W", 1, 0, False, "filtered out"),
        ObservedGpo(B, "Beta", domain, "site:London", 2, 1, False),
        ObservedGpo(A, "Alpha", domain, "contoso.com", 3, 2, True),
        ObservedGpo(B, "Beta", domain, "contoso.com/W", 4, 3, False),
    )
    assert [gpo.name for gpo in seen.computer.gpos if gpo.applied] == ["Beta", "Alpha", "Beta"]


@pytest.mark.parametrize(
    ("inside", "why"),
    [
        ("<AccessDenied>true</AccessDenied><IsValid>false</IsValid>", "access denied"),
        ("<Enabled>false</Enabled>", "disabled"),
        ("<IsValid>false</IsValid>", "not valid"),
    ],
)
def test_a_gpo_that_did_not_come_through_is_kept_with_the_reason(tmp_path: Path, inside: str, why: str) -> None:
    (seen,) = take(tmp_path, rsop(gpo(A, "Alpha", applied(0), more=inside)))
    assert [(gpo.refused, gpo.applied) for gpo in seen.computer.gpos] == [(why, False)]


def test_a_disabled_link_is_named_as_the_reason(tmp_path: Path) -> None:
    (seen,) = take(tmp_path, rsop(gpo(A, "Alpha", applied(0, enabled="false"))))
    assert [gpo.refused for gpo in seen.computer.gpos] == ["link disabled"]


def test_settings_come_with_their_value_decider_and_place(tmp_path: Path) -> None:
    right = (
        f"<q1:UserRightsAssignment>{by(A)}<q1:Name>SeBackupPrivilege</q1:Name><q1:Member><SID>S-1-5-32-544</SID>"
        "</q1:Member></q1:UserRightsAssignment>"
    )
    audit = (
        f"<q1:AuditSetting>{by(B)}<q1:SubcategoryGuid>{LOGON}</q1:SubcategoryGuid><q1:SettingValue>3</q1:SettingValue>"
        "</q1:AuditSetting>"
    )
    (seen,) = take(
        tmp_path,
        rsop(
            *BOTH,
            extension("Security", right, "<q1:Blocked>false</q1:Blocked>"),
            extension("Auditing", audit),
            extension("Registry", registry_value(B, 7), template(A, "No gadgets", "Contoso/Gadgets")),
        ),
    )
    alpha, beta = seen.computer.gpos

    def observed(
        setting: SettingId | None, name: str, category: str, value: object, gpo: ObservedGpo, *at: int
    ) -> object:
        place = Evidence("r.xml", XmlAt((2, *at)))
        return ObservedSetting(setting, name, category, value, gpo, 1, place)  # type: ignore[arg-type]  # any value

    rights = setting_id("secedit:Privilege Rights/SeBackupPrivilege")
    assert seen.computer.settings == (
        observed(rights, "SeBackupPrivilege", "", ("S-1-5-32-544",), alpha, 7, 0, 0),
        observed(setting_id(f"audit:{LOGON}"), "", "", 3, beta, 8, 0, 0),
        observed(VALUE, "", "", 7, beta, 9, 0, 0),
        observed(None, "No gadgets", "Contoso/Gadgets", "Enabled", alpha, 9, 0, 1),
    )
    assert (seen.target, seen.user, seen.evidence) == (COMPUTER, ObservedSide(), Evidence("r.xml", XmlAt(())))


def test_both_sides_are_read_apart(tmp_path: Path) -> None:
    user = (
        f"<UserResults><Name>CONTOSO\\ann</Name><SOM>contoso.com/W</SOM>{gpo(B, 'Beta', applied(1))}"
        f"{extension('Registry', registry_value(B, 8))}</UserResults>"
    )
    (seen,) = take(tmp_path, rsop(gpo(A, "Alpha", applied(1)), user=user))
    assert [(gpo.name, gpo.applied_order) for gpo in seen.user.gpos] == [("Beta", 1)]
    assert [(s.setting, s.value) for s in seen.user.settings] == [(registry(Scope.USER, KEY, "V"), 8)]
    assert [gpo.name for gpo in seen.computer.gpos] == ["Alpha"]


def test_a_model_of_what_would_be_is_no_observation(tmp_path: Path) -> None:
    assert take(tmp_path, rsop(*BOTH, kind="PlannedData")) == ()


def test_what_lost_does_not_decide(tmp_path: Path) -> None:
    second = "<Precedence>2</Precedence>"
    parts = registry_value(A, 7, precedence=second), registry_value(B, 8)
    (seen,) = take(tmp_path, rsop(*BOTH, extension("Registry", *parts)))
    assert {key: won.gpo.name for key, won in seen.computer.winners.items()} == {VALUE.key: "Beta"}


def test_a_decider_that_the_report_does_not_list_goes_by_its_id(tmp_path: Path) -> None:
    (seen,) = take(tmp_path, rsop(extension("Registry", registry_value(A, 7))))
    assert [s.gpo for s in seen.computer.settings] == [ObservedGpo(A, A, "contoso.com", "", None, 0, False)]


def test_of_several_reports_about_a_target_the_latest_counts(tmp_path: Path) -> None:
    years = {"a.xml": ("2025", "LoggedData"), "b.xml": ("2026", "LoggedData"), "c.xml": ("2027", "PlannedData")}
    for name, (year, kind) in years.items():
        (tmp_path / name).write_text(rsop(*BOTH, at=f"{year}-01-01T00:00:00Z", kind=kind))
    reading, _ = gpresult.take(sources(tmp_path))
    assert [seen.evidence.path for seen in reading.observations] == ["b.xml"]
    assert [described.evidence.path for described in reading.described] == ["b.xml"]
    older = "b.xml is used, of the same computer and user"
    assert reading.files == (
        FileRecord("a.xml", "ignored", gpresult.KIND, older),
        FileRecord("b.xml", "read", gpresult.KIND),
        FileRecord("c.xml", "ignored", gpresult.KIND, older),
    )


def test_a_target_that_somebody_wrote_down_has_no_observation(tmp_path: Path) -> None:
    assert observation_of(Target(name=COMPUTER), take(tmp_path, rsop(*BOTH))) is None


def test_the_default_gpos_of_two_domains_are_told_apart() -> None:
    seen = ObservedGpo(A, "Default Domain Policy", "contoso.com", "contoso.com", 1, 1, False)
    domains = ("CONTOSO.com", "child.contoso.com", "")
    policies = [Policy(A, "P", Channel.GPO, "gpo", Evidence("p"), domain=domain) for domain in domains]
    assert [seen.same(policy) for policy in policies] == [True, False, True]


def test_the_applied_order_settles_an_unknown_link_order(tmp_path: Path) -> None:
    backup(tmp_path, A, "Alpha", 1)
    backup(tmp_path, B, "Beta", 2)
    (tmp_path / "r.xml").write_text(rsop(*BOTH))
    row = decided(tmp_path)
    assert (row.state, row.value, row.conditions, row.reasons) == (
        "determined",
        2,
        (),
        ("G-LSDOU", "G-LINK-ORDER", "G-POL-LWW"),
    )


def test_the_applied_order_says_which_end_of_a_raw_gplink_is_the_stronger(tmp_path: Path) -> None:
    backup(tmp_path, A, "Alpha", 1)
    backup(tmp_path, B, "Beta", 2)
    whole = "objectCategory", f"CN=X,{DC}"
    (tmp_path / "d.ldif").write_text(ldif((f"OU=W,{DC}", [("gPLink", gplink((B, 0), (A, 0))), whole])))
    (tmp_path / "r.xml").write_text(rsop(*BOTH))
    assert (decided(tmp_path, "contoso.com/W").value, decided(tmp_path, "contoso.com/W").state) == (1, "conditional")
    assert (decided(tmp_path).value, decided(tmp_path).state) == (2, "determined")


def test_the_applied_order_ranks_gpos_whose_links_nobody_told(tmp_path: Path) -> None:
    for id_, value in ((A, 1), (B, 2)):
        files = {f"Policies/{id_}/GPT.INI": b"[General]\r\nVersion=1\r\n"}
        files[f"Policies/{id_}/Machine/Registry.pol"] = pol(dword(KEY, "V", value))
        write(tmp_path, files)
    told = 'precedence of "{AAAAAAAA-0000-0000-0000-000000000001}" above "{AAAAAAAA-0000-0000-0000-000000000002}"'
    (tmp_path / "r.xml").write_text(rsop(gpo(A, "Alpha", applied(1)), gpo(B, "Beta", applied(0))))
    assert told in decided(tmp_path).conditions
    (tmp_path / "r.xml").write_text(rsop(*BOTH))
    assert told not in decided(tmp_path).conditions


def test_the_order_stays_open_for_other_targets(tmp_path: Path) -> None:
    backup(tmp_path, A, "Alpha", 1)
    backup(tmp_path, B, "Beta", 2)
    (tmp_path / "r.xml").write_text(rsop(*BOTH))
    row = decided(tmp_path, "contoso.com/W")
    assert (row.value, row.candidates) == (None, (1, 2))
    assert row.conditions[-1] == 'link order of contoso.com/W: "Alpha" above "Beta"'


def test_the_order_stays_open_beside_a_gpo_that_was_not_applied(tmp_path: Path) -> None:
    backup(tmp_path, A, "Alpha", 1)
    backup(tmp_path, B, "Beta", 2)
    (tmp_path / "r.xml").write_text(rsop(gpo(A, "Alpha", applied(1)), gpo(B, "Beta", applied(0))))
    assert decided(tmp_path).conditions == ('link order of contoso.com/W: "Alpha" above "Beta"',)


def test_a_decider_that_differs_from_the_exports_is_found(tmp_path: Path) -> None:
    backup(tmp_path, A, "Alpha", 1, "contoso.com")
    backup(tmp_path, B, "Beta", 2)
    (tmp_path / "r.xml").write_text(rsop(*BOTH, extension("Registry", registry_value(A, 1))))
    said = f'gpresult of {COMPUTER} shows that "Alpha" decides {VALUE}, and the exports say "Beta"'
    assert messages(tmp_path) == [said]


def test_a_decider_that_says_nothing_in_its_export_is_found(tmp_path: Path) -> None:
    BackupWriter(id=A, name="Alpha", links=link("contoso.com")).write(tmp_path)
    backup(tmp_path, B, "Beta", 2)
    (tmp_path / "r.xml").write_text(rsop(*BOTH, extension("Registry", registry_value(A, 1))))
    said = f'gpresult of {COMPUTER} shows that "Alpha" decides {VALUE}, and the exports say "Beta"'
    assert messages(tmp_path) == [said]


@pytest.mark.parametrize(("decider", "values"), [(B, (1, 2)), (A, (2, 2)), (C, (1, 2))])
def test_agreement_equal_values_and_unread_gpos_are_no_difference(
    tmp_path: Path, decider: str, values: tuple[int, int]
) -> None:
    backup(tmp_path, A, "Alpha", values[0], "contoso.com")
    backup(tmp_path, B, "Beta", values[1])
    (tmp_path / "r.xml").write_text(rsop(*BOTH, extension("Registry", registry_value(decider, 1))))
    assert messages(tmp_path) == []


def test_what_the_exports_leave_open_is_no_difference(tmp_path: Path) -> None:
    backup(tmp_path, A, "Alpha", 1)
    backup(tmp_path, B, "Beta", 2)
    (tmp_path / "r.xml").write_text(rsop(extension("Registry", registry_value(A, 1))))
    assert messages(tmp_path) == []


@pytest.mark.parametrize(("category", "found"), [("Contoso/Gadgets", 1), ("Contoso/Others", 0)])
def test_templates_are_compared_by_name_and_category(tmp_path: Path, category: str, found: int) -> None:
    categories = admx_writer.category("Top") + admx_writer.category("Gadgets", "Top")
    policy = admx_writer.policy("V", '<parentCategory ref="Gadgets"/>', 'valueName="V"', key=KEY)
    texts = admx_writer.adml(V="No gadgets", V_Help="", Top="Contoso", Gadgets="Gadgets")
    admx_writer.store(tmp_path, {"c.admx": admx_writer.admx(policy, categories=categories), "en-US/c.adml": texts})
    backup(tmp_path, A, "Alpha", 1, "contoso.com")
    backup(tmp_path, B, "Beta", 2)
    (tmp_path / "r.xml").write_text(rsop(*BOTH, extension("Registry", template(A, "No gadgets", category))))
    assert len(messages(tmp_path)) == found


def test_a_gpo_that_was_refused_and_reaches_the_target_by_the_exports_is_found(tmp_path: Path) -> None:
    backup(tmp_path, B, "Beta", 2)
    (tmp_path / "r.xml").write_text(rsop(gpo(B, "Beta", applied(0), more="<AccessDenied>true</AccessDenied>")))
    assert messages(tmp_path) == [
        f'gpresult of {COMPUTER} shows that "Beta" was not applied (access denied) to the computer, '
        "and by the exports it reaches the target"
    ]


def test_a_gpo_that_was_applied_and_is_not_linked_there_by_the_exports_is_found(tmp_path: Path) -> None:
    backup(tmp_path, B, "Beta", 2, "contoso.com/Elsewhere")
    (tmp_path / "r.xml").write_text(rsop(gpo(B, "Beta", applied(1))))
    assert messages(tmp_path) == [
        f'gpresult of {COMPUTER} shows that "Beta" was applied to the computer, '
        "and by the exports it is kept out: not linked to a container of this target"
    ]


@pytest.mark.parametrize(
    ("som", "seen", "more"),
    [
        ("contoso.com/W", 1, ""),
        ("contoso.com/W", 0, ""),
        ("contoso.com/W", 0, "<IsValid>false</IsValid>"),
        ("contoso.com/Elsewhere", 0, "<AccessDenied>true</AccessDenied>"),
    ],
)
def test_gpos_that_both_tell_alike_or_the_report_leaves_open_are_no_finding(
    tmp_path: Path, som: str, seen: int, more: str
) -> None:
    backup(tmp_path, B, "Beta", 2, som)
    (tmp_path / "r.xml").write_text(rsop(gpo(B, "Beta", applied(seen), more=more)))
    assert messages(tmp_path) == []


def test_why_tells_who_decided_by_gpresult(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    backup(tmp_path, A, "Alpha", 1, "contoso.com")
    backup(tmp_path, B, "Beta", 2)
    (tmp_path / "r.xml").write_text(rsop(*BOTH, "\n", extension("Registry", registry_value(A, 1))))
    monkeypatch.chdir(tmp_path)
    told = CliRunner().invoke(cli, ["why", "V", ".", "--for", COMPUTER]).output
    (line,) = [line for line in told.splitlines() if line.startswith("  observed")]
    assert line.startswith('  observed   "Alpha" decides (gpresult, precedence 1; r.xml:2:')


def test_why_tells_programs_who_decided_by_gpresult(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    backup(tmp_path, A, "Alpha", 1, "contoso.com")
    (tmp_path / "r.xml").write_text(rsop(*BOTH, "\n", extension("Registry", registry_value(A, 1))))
    monkeypatch.chdir(tmp_path)
    told = json.loads(CliRunner().invoke(cli, ["why", "V", ".", "--for", COMPUTER, "-o", "json"]).output)
    observed = told["setting"]["observed"]
    assert observed.pop("location")["path"] == "r.xml"
    assert observed == {"policy": "Alpha", "id": A, "precedence": 1}


def test_a_real_report_tells_every_decider(sample_data: Path) -> None:
    (seen,) = read(["laymanstake-rsop"], base=sample_data / "gpo").observations
    domain = "Child.ADLAB.local"
    assert [(gpo.name, gpo.som, gpo.link_order, gpo.applied_order) for gpo in seen.computer.gpos] == [
        ("Local Group Policy", "Local", 1, 0),
        ("Default Domain Policy", domain, 2, 1),
        ("Default Domain Controllers Policy", f"{domain}/Domain Controllers", 3, 2),
    ]
    deciders = Counter(
        (str(s.setting).partition("/")[0], s.gpo.name, s.precedence) for s in seen.computer.winners.values()
    )
    assert deciders == {
        ("secedit:System Access", "Default Domain Policy", 1): 11,
        ("secedit:Kerberos Policy", "Default Domain Policy", 1): 5,
        ("secedit:Registry Values", "Default Domain Policy", 1): 1,
        ("secedit:Registry Values", "Default Domain Controllers Policy", 1): 5,
        ("secedit:Privilege Rights", "Default Domain Controllers Policy", 1): 24,
    }
    lockout = seen.computer.winners["secedit:system access/lockoutbadcount"]
    assert (lockout.value, lockout.evidence.place) == (5, XmlAt((2, 30, 0, 6)))
    assert (seen.settings, seen.user) == (46, ObservedSide())


WHOLE = rsop(*BOTH, extension("Registry", registry_value(A, 7), template(B, "No gadgets", "Contoso")))


@given(edits, st.sampled_from(["utf-8", "utf-16"]))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_damaged_report_is_read_or_reported(tmp_path: Path, changes: list[Edit], encoding: str) -> None:
    backup(tmp_path, A, "Alpha", 1)
    (tmp_path / "r.xml").write_bytes(damaged(WHOLE.encode(encoding), changes))
    estate = read(["."], base=tmp_path)
    lint(estate, {"RD033": load_rules()["RD033"]})
    assert [record.path for record in estate.files].count("r.xml") == 1
