"""Reports without their backups: what of them counts, and how they complete what was read from better sources."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from policylint.evidence import Evidence, XmlAt
from policylint.model import FileRecord, Filtering, Link, Policy, Scope
from policylint.readers import read as read_estate
from policylint.readers.gpo import report_policies, sddl_text, security_descriptor
from policylint.readers.source import Reading, Source
from tests.gpo_take import take_backups
from tests.gpo_writer import BackupWriter, dword, link, pol, sources, write

GPO = "{AAAAAAAA-0000-0000-0000-000000000001}"
SETTINGS = "http://www.microsoft.com/GroupPolicy/Settings"
TYPES = "http://www.microsoft.com/GroupPolicy/Types"
APPLY = "edacfd8f-ffb3-11d1-b41d-00a0c968f939"
KEY = "Software\\K"


def extension(name: str, namespace: str, inside: str) -> str:
    return (
        f'<ExtensionData><Extension xmlns:q1="{SETTINGS}/{namespace}">{inside}</Extension><Name>{name}</Name>'
        "</ExtensionData>"
    )


def gpo(
    computer: str = "", user: str = "", links: str = "", sddl: str = "", identity: str = GPO, name: str = "Base"
) -> str:
    security = f'<SDDL xmlns="{TYPES}/Security">{sddl}</SDDL>' if sddl else ""
    return (
        f'<GPO xmlns="{SETTINGS}"><Identifier><Identifier xmlns="{TYPES}">{identity}</Identifier>'
        f'<Domain xmlns="{TYPES}">contoso.com</Domain></Identifier><Name>{name}</Name>'
        f"<SecurityDescriptor>{security}</SecurityDescriptor><FilterName>Laptops</FilterName>"
        f"<Computer><Enabled>true</Enabled>{computer}</Computer><User><Enabled>false</Enabled>{user}</User>{links}</GPO>"
    )


def read(base: Path, xml: str, path: str = "report.xml") -> Reading:
    write(base, {path: f'\ufeff<?xml version="1.0" encoding="utf-16"?>{xml}'.encode("utf-16-le")})
    reading, rest = report_policies.take(sources(base))
    assert rest == []
    return reading


def registry_setting(inside: str) -> str:
    return extension(
        "Registry",
        "Registry",
        f"<q1:RegistrySetting><q1:KeyPath>{KEY}</q1:KeyPath>{inside}</q1:RegistrySetting><q1:Blocked>false</q1:Blocked>",
    )


def value(inside: str) -> str:
    return registry_setting(f"<q1:Value><q1:Name>V</q1:Name>{inside}</q1:Value>")


def test_a_report_alone_tells_links_sides_filter_and_filtering(tmp_path: Path) -> None:
    sddl = f"O:DAG:DAD:PAI(OA;CI;CR;{APPLY};;AU)(OD;CI;CR;{APPLY};;S-1-5-21-1-2-3-1105)(A;CI;LCRPLORC;;;AU)"
    (policy,) = read(tmp_path, gpo(links=link("contoso.com/W", enforced="true"), sddl=sddl)).reduced
    assert policy == Policy(
        GPO,
        "Base",
        policy.channel,
        "gpo",
        Evidence("report.xml", XmlAt((1,))),
        domain="contoso.com",
        disabled_sides=frozenset({Scope.USER}),
        links=(Link("contoso.com/W", True, True, Evidence("report.xml", XmlAt((6,)))),),
        wmi_filter="Laptops",
        filtering=Filtering(("S-1-5-11",), ("S-1-5-21-1-2-3-1105",), ("S-1-5-11",)),
    )


@pytest.mark.parametrize("root", ["GPOS", "report", "Anything"])
def test_any_root_will_do(tmp_path: Path, root: str) -> None:
    other = "{AAAAAAAA-0000-0000-0000-000000000002}"
    reading = read(tmp_path, f"<{root}>{gpo()}{gpo(identity=other, name='Other')}</{root}>")
    assert [(policy.id, policy.name) for policy in reading.reduced] == [(GPO, "Base"), (other, "Other")]
    assert reading.files == (FileRecord("report.xml", "read", "GPO report", "", 0),)


@pytest.mark.parametrize(
    "text",
    [
        '<Tasks><GPO BackupID="{1}" Name="x"/></Tasks>',
        "<Rsop><GPO><Identifier/><Name>x</Name></GPO></Rsop>",
        "<GPO><Name>x</Name></GPO>",
        "<GPO><Identifier>",
        "",
    ],
)
def test_other_xml_is_left_to_others(tmp_path: Path, text: str) -> None:
    write(tmp_path, {"other.xml": text.encode()})
    assert report_policies.take(sources(tmp_path)) == (Reading(), sources(tmp_path))


@pytest.mark.parametrize(
    ("inside", "type", "expected"),
    [
        ("<q1:Number>5</q1:Number>", "REG_DWORD", 5),
        ("<q1:Number>4294967296</q1:Number>", "REG_QWORD", 1 << 32),
        ("<q1:String>x</q1:String>", "REG_SZ", "x"),
        ("<q1:ExpString>%x%</q1:ExpString>", "REG_EXPAND_SZ", "%x%"),
    ],
)
def test_values_without_a_template_are_claims(tmp_path: Path, inside: str, type: str, expected: object) -> None:
    (policy,) = read(tmp_path, gpo(value(inside))).reduced
    assert [(c.setting.text, c.type, c.value, c.evidence.place) for c in policy.claims] == [
        (rf"HKLM\{KEY}!V", type, expected, XmlAt((4, 1, 0, 0)))
    ]


def test_a_delete_without_a_template_is_a_claim_and_a_bare_key_is_none(tmp_path: Path) -> None:
    computer = registry_setting("<q1:Command>**del.V</q1:Command>") + registry_setting("")
    (policy,) = read(tmp_path, gpo(computer)).reduced
    assert [(c.setting.text, c.absent) for c in policy.claims] == [(rf"HKLM\{KEY}!V", True)]


def test_settings_that_a_report_shows_by_name_are_counted_and_not_used(tmp_path: Path) -> None:
    shown = "<q1:Policy><q1:Name>Turn off x</q1:Name><q1:State>Enabled</q1:State></q1:Policy>"
    firewall = extension("Windows Firewall", "WindowsFirewall", "<q1:InboundFirewallRules/>")
    reading = read(tmp_path, gpo(extension("Registry", "Registry", shown * 2) + firewall))
    assert [(p.rule, p.message, p.policy) for p in reading.problems] == [
        (
            "RD010",
            "1 setting of the kind 'Windows Firewall' in a report: recognised, but not evaluated yet",
            GPO,
        ),
        (
            "RD010",
            "2 settings of the kind 'administrative templates' in a report: a report shows them by display name, "
            "not by the values they write, so they are not evaluated",
            GPO,
        ),
    ]


def test_preferences_in_a_report_are_those_of_its_file(tmp_path: Path) -> None:
    item = (
        '<q1:Drives clsid="{1}"><q1:Drive name="N:"><q1:GPOSettingOrder>1</q1:GPOSettingOrder>'
        '<q1:Properties action="U" path="\\\\s\\d" letter="N" cpassword="AAAA"/><q1:Filters/></q1:Drive></q1:Drives>'
    )
    reading = read(tmp_path, gpo(user=extension("Drive Maps", "DriveMaps", item)))
    (policy,) = reading.reduced
    assert [(c.setting.text, c.scope, c.value) for c in policy.claims] == [
        ("gpp:Drives/N:", Scope.USER, ("cpassword=****", "letter=N", r"path=\\s\d"))
    ]
    assert [p.rule for p in reading.problems] == ["GP001"]


def test_security_settings_are_those_of_the_template(tmp_path: Path) -> None:
    shown = (
        "<q1:Account><q1:Name>MinimumPasswordLength</q1:Name><q1:SettingNumber>14</q1:SettingNumber></q1:Account>"
        "<q1:Account><q1:Name>LockoutDuration</q1:Name><q1:SettingNumber>4294967295</q1:SettingNumber></q1:Account>"
        "<q1:Account><q1:Name>MaxClockSkew</q1:Name><q1:SettingNumber>5</q1:SettingNumber><q1:Type>Kerberos</q1:Type>"
        "</q1:Account><q1:Audit><q1:Name>AuditDSAccess</q1:Name><q1:SuccessAttempts>true</q1:SuccessAttempts>"
        "<q1:FailureAttempts>true</q1:FailureAttempts></q1:Audit>"
        "<q1:EventLog><q1:Name>MaximumLogSize</q1:Name><q1:Log>Application</q1:Log>"
        "<q1:SettingNumber>16384</q1:SettingNumber></q1:EventLog>"
        "<q1:UserRightsAssignment><q1:Name>SeBackupPrivilege</q1:Name><q1:Member><SID>S-1-5-32-544</SID></q1:Member>"
        "</q1:UserRightsAssignment><q1:UserRightsAssignment><q1:Name>SeTcbPrivilege</q1:Name></q1:UserRightsAssignment>"
        "<q1:SecurityOptions><q1:KeyName>MACHINE\\A</q1:KeyName><q1:SettingNumber>2</q1:SettingNumber>"
        "</q1:SecurityOptions><q1:SecurityOptions><q1:KeyName>MACHINE\\B</q1:KeyName><q1:SettingStrings>"
        "<q1:Value>x</q1:Value><q1:Value>y,z</q1:Value></q1:SettingStrings></q1:SecurityOptions>"
        "<q1:SecurityOptions><q1:KeyName>MACHINE\\C</q1:KeyName><q1:SettingString>t</q1:SettingString>"
        "</q1:SecurityOptions><q1:SecurityOptions><q1:SystemAccessPolicyName>NewGuestName</q1:SystemAccessPolicyName>"
        '<q1:SettingString>"Visitor"</q1:SettingString></q1:SecurityOptions><q1:Blocked>false</q1:Blocked>'
    )
    (policy,) = read(tmp_path, gpo(extension("Security", "Security", shown))).reduced
    assert {c.setting.text: c.value for c in policy.claims} == {
        "secedit:System Access/MinimumPasswordLength": 14,
        "secedit:System Access/LockoutDuration": -1,
        "secedit:Kerberos Policy/MaxClockSkew": 5,
        "secedit:Event Audit/AuditDSAccess": 3,
        "secedit:Application Log/MaximumLogSize": 16384,
        "secedit:Privilege Rights/SeBackupPrivilege": ("S-1-5-32-544",),
        "secedit:Privilege Rights/SeTcbPrivilege": (),
        "secedit:Registry Values/MACHINE\\A": 2,
        "secedit:Registry Values/MACHINE\\B": ("x", "y,z"),
        "secedit:Registry Values/MACHINE\\C": "t",
        "secedit:System Access/NewGuestName": "Visitor",
    }


def test_audit_settings_are_those_of_the_table(tmp_path: Path) -> None:
    guid = "{0cce9220-69ae-11d9-bed3-505054503030}"
    shown = f"<q1:AuditSetting><q1:SubcategoryGuid>{guid}</q1:SubcategoryGuid><q1:SettingValue>3</q1:SettingValue>"
    (policy,) = read(tmp_path, gpo(extension("Audit", "Auditing", f"{shown}</q1:AuditSetting>"))).reduced
    assert [(c.setting.text, c.value) for c in policy.claims] == [(f"audit:{guid}", 3)]


def test_a_descriptor_that_cannot_be_read_leaves_the_filtering_open(tmp_path: Path) -> None:
    reading = read(tmp_path, gpo(sddl="D:(ZZ;;;;;AU)"))
    message = (
        "the security descriptor cannot be read: '(ZZ;;;;;AU)' is no entry of a DACL that is known here; so who the "
        "GPO applies to is not known"
    )
    assert reading.reduced[0].filtering is None
    assert [(p.rule, p.message) for p in reading.problems] == [("RD016", message)]


@pytest.mark.parametrize(
    ("alias", "domain", "sid"),
    [("AU", "", "S-1-5-11"), ("DC", "S-1-5-21-1-2-3", "S-1-5-21-1-2-3-515"), ("DC", "", "Domain Computers")],
)
def test_aliases_of_principals_are_sids_where_the_domain_is_known(alias: str, domain: str, sid: str) -> None:
    found = security_descriptor.filtering(sddl_text.parse(f"D:(OA;CI;CR;{APPLY};;{alias})", domain))
    assert found == Filtering((sid,), ())


# Beside better sources


def links_of(base: Path) -> list[tuple[str, tuple[str, ...] | None, int]]:
    estate = read_estate(["."], base=base)
    return [
        (p.name, None if p.links is None else tuple(link.som for link in p.links), len(p.claims))
        for p in estate.policies
    ]


def test_a_report_gives_its_links_to_a_backup_that_has_none_and_nothing_else(tmp_path: Path) -> None:
    files = {"Machine/registry.pol": pol(dword(KEY, "W", 1))}
    BackupWriter(links=None, files=files).write(tmp_path)
    shown = value("<q1:Number>5</q1:Number>") + extension("Windows Firewall", "WindowsFirewall", "<q1:Rule/>")
    report = gpo(shown, links=link("contoso.com/W"))
    write(tmp_path, {"report.xml": report.encode()})
    assert links_of(tmp_path) == [("Base", ("contoso.com/W",), 1)]
    assert [p for p in read_estate(["."], base=tmp_path).problems if p.evidence.path == "report.xml"] == []


def test_the_links_of_a_backup_with_a_report_of_its_own_stay(tmp_path: Path) -> None:
    BackupWriter(links=link("contoso.com/Old")).write(tmp_path)
    write(tmp_path, {"report.xml": gpo(links=link("contoso.com/W")).encode()})
    assert links_of(tmp_path) == [("Base", ("contoso.com/Old",), 0)]


def test_a_sysvol_folder_gets_its_name_and_links_from_a_report(tmp_path: Path) -> None:
    files = {f"Policies/{GPO}/Machine/Registry.pol": pol(dword(KEY, "W", 1))}
    write(tmp_path, {**files, "all.xml": f"<report>{gpo(links=link('contoso.com/W'))}</report>".encode()})
    assert links_of(tmp_path) == [("Base", ("contoso.com/W",), 1)]


def test_a_gpo_of_another_domain_is_another_gpo(tmp_path: Path) -> None:
    BackupWriter(domain="fabrikam.com", links=None).write(tmp_path)
    write(tmp_path, {"report.xml": gpo(links=link("contoso.com/W")).encode()})
    assert links_of(tmp_path) == [("Base", ("contoso.com/W",), 0), ("Base", None, 0)]


# Real files


@pytest.fixture(scope="module")
def pairs(sample_data: Path) -> list[tuple[Policy, Policy]]:
    """Every real backup with the policy that its report alone amounts to."""
    pile = sources(sample_data / "gpo")
    backups = {p.evidence.path.rpartition("/")[0]: p for p in take_backups(pile)[0].policies}
    reports = [s for s in pile if s.name == "gpreport.xml" and s.path.rpartition("/")[0] in backups]
    return [(backups[s.path.rpartition("/")[0]], _reported(s)) for s in reports]


def _reported(source: Source) -> Policy:
    (policy,) = report_policies.take([source])[0].reduced
    return policy


def test_real_reports_know_the_links_filters_and_sides_that_backups_know(pairs: list[tuple[Policy, Policy]]) -> None:
    assert len(pairs) == 299
    for backup, report in pairs:
        assert (report.id, report.name, report.domain) == (backup.id, backup.name, backup.domain)
        assert (report.links, report.wmi_filter, report.disabled_sides) == (
            backup.links,
            backup.wmi_filter,
            backup.disabled_sides,
        )
        if backup.filtering is not None:
            assert report.filtering == backup.filtering
    assert sum(backup.filtering is None for backup, _ in pairs) == 18  # their descriptors were removed


EDITED = ("hardenad-1", "azure-arc", "tier-isolation")
"""Sets whose preferences were edited after the report was made: Import-GPO uses the files."""


def test_preferences_of_real_reports_are_those_of_the_files(pairs: list[tuple[Policy, Policy]]) -> None:
    kinds: Counter[bool] = Counter()
    for backup, report in pairs:
        if not backup.evidence.path.startswith(EDITED):
            theirs = _preferences(backup)
            assert _preferences(report) == theirs, backup.evidence.path
            kinds[bool(theirs)] += 1
    assert kinds[True] == 66


def _preferences(policy: Policy) -> dict[tuple[str, Scope], object]:
    """The claims of preferences; reports leave out some attributes of task definitions, as Context of Actions."""
    found: dict[tuple[str, Scope], object] = {}
    for c in policy.claims:
        if c.setting.key.startswith("gpp:"):
            said = c.value
            if isinstance(said, tuple):
                said = tuple(text for text in said if "@" not in text.partition("=")[0])
            found[c.setting.key, c.scope] = said, c.type, c.absent, c.soft, c.when
    return found


def test_security_settings_of_real_reports_are_those_of_the_files(pairs: list[tuple[Policy, Policy]]) -> None:
    agreed: Counter[str] = Counter()
    for backup, report in pairs:
        theirs = {c.setting.key: (c.value, c.type, c.when) for c in backup.claims}
        for c in report.claims:
            if not c.setting.key.startswith("gpp:"):
                assert (c.value, c.type, c.when) == theirs[c.setting.key], (backup.name, c.setting)
                agreed[c.setting.text.partition(":")[0] if "secedit" in c.setting.text else c.setting.text[:5]] += 1
    assert agreed == {"secedit": 553, "audit": 464, "HKLM\\": 4, "HKCU\\": 5}
