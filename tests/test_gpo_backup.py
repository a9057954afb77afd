"""Reading GPO backups: the policy, and what became of every file."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from policylint.evidence import Evidence, PolAt, XmlAt
from policylint.model import Channel, Claim, FileRecord, Filtering, Link, Policy, Problem, Scope, registry
from policylint.readers.gpo import gpreport
from policylint.readers.gpo.backup_folder import backups, by_folder
from policylint.readers.source import Reading, Source
from tests.gpo_take import take_backups as take
from tests.gpo_writer import (
    APPLY,
    REGISTRY_CSE,
    BackupWriter,
    ace,
    descriptor,
    directive,
    dword,
    link,
    pol,
    sources,
    utf16,
    write,
)

KEY = "Software\\Policies\\Contoso"
FOLDER = BackupWriter.folder
GPO = BackupWriter.id
POL = f"{FOLDER}/DomainSysvol/GPO/Machine/registry.pol"
ONE = pol(dword(KEY, "Enabled", 1))
TEMPLATE = b"\xff\xfe" + utf16("[Unicode]\r\nUnicode=yes\r\n[System Access]\r\nMinimumPasswordLength = 14\r\n")
EMPTY_TEMPLATE = b"\xff\xfe" + utf16('[Unicode]\r\nUnicode=yes\r\n[Version]\r\nsignature="$CHICAGO$"\r\n')
SECURITY_CSE = "{827D319E-6EAC-11D2-A4EA-00C04F79F83A}"
MACHINE = "Machine/microsoft/windows nt"


def read(base: Path, *backups: BackupWriter) -> Reading:
    for backup in backups:
        backup.write(base)
    reading, rest = take(sources(base))
    assert rest == []
    return reading


def only(reading: Reading) -> Policy:
    (policy,) = reading.policies
    return policy


def told(reading: Reading) -> list[tuple[str, str]]:
    return [(fault.rule, fault.message) for fault in reading.problems]


def records(reading: Reading) -> dict[str, tuple[str, str, str, int]]:
    return {
        r.path.removeprefix(f"{FOLDER}/").removeprefix("DomainSysvol/GPO/"): (r.status, r.kind, r.reason, r.settings)
        for r in reading.files
    }


def test_a_backup_becomes_a_policy_with_the_claims_of_both_halves(tmp_path: Path) -> None:
    files = {"Machine/registry.pol": ONE, "User/registry.pol": pol(dword(KEY, "Theme", 2))}
    reading = read(tmp_path, BackupWriter(files=files, links=link("contoso.com/Workstations", "true", "true")))
    user = POL.replace("Machine", "User")
    assert reading == Reading(
        policies=(
            Policy(
                id=GPO,
                name="Base",
                channel=Channel.GPO,
                kind="gpo",
                evidence=Evidence(f"{FOLDER}/Backup.xml", XmlAt((0, 2, 3))),
                claims=(
                    Claim(
                        registry(Scope.DEVICE, KEY, "Enabled"),
                        Scope.DEVICE,
                        1,
                        "REG_DWORD",
                        Evidence(POL, PolAt(1, 8, len(ONE))),
                    ),
                    Claim(
                        registry(Scope.USER, KEY, "Theme"),
                        Scope.USER,
                        2,
                        "REG_DWORD",
                        Evidence(user, PolAt(1, 8, len(files["User/registry.pol"]))),
                    ),
                ),
                domain="contoso.com",
                links=(Link("contoso.com/Workstations", True, True, Evidence(f"{FOLDER}/gpreport.xml", XmlAt((4,)))),),
            ),
        ),
        files=(
            FileRecord(f"{FOLDER}/Backup.xml", "read", "Backup.xml"),
            FileRecord(f"{FOLDER}/bkupInfo.xml", "read", "bkupInfo.xml"),
            FileRecord(f"{FOLDER}/gpreport.xml", "read", "GPO report"),
            FileRecord(POL, "read", "Registry.pol", "", 1),
            FileRecord(user, "read", "Registry.pol", "", 1),
        ),
    )


def test_the_case_of_paths_does_not_count(tmp_path: Path) -> None:
    folder = FOLDER.lower()
    BackupWriter(folder=folder).write(tmp_path)
    (tmp_path / folder / "Backup.xml").rename(tmp_path / folder / "BACKUP.XML")
    write(tmp_path, {f"{folder}/DOMAINSYSVOL/gpo/MACHINE/Registry.POL": ONE})
    assert [c.value for c in only(read(tmp_path)).claims] == [1]


@pytest.mark.parametrize(
    ("options", "off"),
    [("0", ()), ("1", (Scope.USER,)), ("2", (Scope.DEVICE,)), ("3", (Scope.USER, Scope.DEVICE))],
)
def test_options_switch_sides_off(tmp_path: Path, options: str, off: tuple[Scope, ...]) -> None:
    assert only(read(tmp_path, BackupWriter(options=options))).disabled_sides == frozenset(off)


def test_options_that_are_no_number_are_said(tmp_path: Path) -> None:
    reading = read(tmp_path, BackupWriter(options="both"))
    assert only(reading).disabled_sides == frozenset()
    assert told(reading) == [
        ("RD016", "Options is 'both', not a number; both sides of the GPO are taken as enabled"),
    ]


def test_security_filtering_comes_from_the_descriptor(tmp_path: Path) -> None:
    raw = descriptor(ace(6, 0x100, "S-1-5-21-9-1", APPLY), ace(5, 0x100, "S-1-5-11", APPLY), ace(0, 0x14, "S-1-5-11"))
    assert only(read(tmp_path, BackupWriter(descriptor=raw))).filtering == Filtering(
        apply=("S-1-5-11",), deny=("S-1-5-21-9-1",), read=("S-1-5-11",)
    )


def test_a_broken_descriptor_is_said_and_leaves_the_filtering_unknown(tmp_path: Path) -> None:
    reading = read(tmp_path, BackupWriter(descriptor=descriptor(ace(0, 0x14, "S-1-5-11"))[:-4]))
    assert only(reading).filtering is None
    assert reading.problems == (
        Problem(
            "RD016",
            "entry 1 of the security descriptor's DACL is longer than the DACL, so who the GPO applies to is not known",
            Evidence(f"{FOLDER}/Backup.xml", XmlAt((0, 2, 2))),
            GPO,
        ),
    )


@pytest.mark.parametrize(
    ("xml", "name"),
    [
        ('<WMIFilter>MSFT_SomFilter.ID="{AB}",Domain="c"</WMIFilter><WMIFilterName>Laptops</WMIFilterName>', "Laptops"),
        ('<WMIFilter>MSFT_SomFilter.ID="{AB}",Domain="c"</WMIFilter>', "{AB}"),
        ("<WMIFilter/>", None),
    ],
)
def test_a_wmi_filter_goes_by_its_name_or_else_its_id(tmp_path: Path, xml: str, name: str | None) -> None:
    assert only(read(tmp_path, BackupWriter(wmi=xml))).wmi_filter == name


# Links


def test_links_are_none_without_a_report_and_empty_when_the_report_has_none(tmp_path: Path) -> None:
    assert only(read(tmp_path / "without", BackupWriter(links=None))).links is None
    assert only(read(tmp_path / "with", BackupWriter(links=""))).links == ()


def test_a_broken_report_leaves_the_links_unknown_and_the_settings_read(tmp_path: Path) -> None:
    BackupWriter(files={"Machine/registry.pol": ONE}).write(tmp_path)
    (tmp_path / FOLDER / "gpreport.xml").write_bytes(b"<GPO><Name></GPO>")
    reading = read(tmp_path)
    assert (only(reading).links, [c.value for c in only(reading).claims]) == (None, [1])
    assert [(p.rule, p.evidence.path, p.policy) for p in reading.problems] == [("RD003", f"{FOLDER}/gpreport.xml", GPO)]
    assert records(reading)["gpreport.xml"][:2] == ("unread", "GPO report")


def test_the_report_of_another_gpo_gives_no_links(tmp_path: Path) -> None:
    backup = BackupWriter(links=link("contoso.com"))
    backup.write(tmp_path)
    other = replace(backup, id="{BBBBBBBB-0000-0000-0000-000000000002}", name="Other")
    (tmp_path / FOLDER / "gpreport.xml").write_bytes(other.report_xml())
    reading = read(tmp_path)
    assert only(reading).links is None
    assert told(reading) == [("RD016", f"the report of another GPO, 'Other' {other.id}; its links are not used")]


def test_a_report_lists_the_administrative_template_policies_of_each_side() -> None:
    xsi = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    registry_ns = "http://www.microsoft.com/GroupPolicy/Settings/Registry"
    policy = "<q1:Policy><q1:Name>{}</q1:Name><q1:State>{}</q1:State><q1:Category>A/B</q1:Category></q1:Policy>"
    side = '<{0}><ExtensionData><Extension xmlns:q1="{1}">{2}</Extension></ExtensionData></{0}>'
    preferences = side.format("User", registry_ns.replace("Registry", "Windows/Registry"), policy.format("X", "Y"))
    report = (
        f'<GPO xmlns="http://www.microsoft.com/GroupPolicy/Settings" {xsi}>'
        f"{side.format('Computer', registry_ns, policy.format('Lock', 'Enabled'))}{preferences}</GPO>"
    )
    assert gpreport.policies(report.encode()) == (gpreport.ReportedPolicy(Scope.DEVICE, "Lock", "Enabled", "A/B"),)


# Client-side extensions


def test_settings_of_an_unregistered_extension_do_not_apply(tmp_path: Path) -> None:
    files = {"Machine/registry.pol": pol(dword(KEY, "A", 1), directive(KEY, "**del.B"))}
    reading = read(tmp_path, BackupWriter(machine_cses=(), files=files))
    assert only(reading).claims == ()
    assert reading.problems == (
        Problem(
            "RD006",
            "2 settings in this file do not apply: the GPO does not register the client-side extension 'Registry' "
            f"{REGISTRY_CSE} for its computer side",
            Evidence(POL),
            GPO,
        ),
    )
    reason = "its client-side extension is not registered in the GPO"
    assert records(reading)["Machine/registry.pol"] == ("ignored", "Registry.pol", reason, 0)


def test_each_side_registers_its_own_extensions(tmp_path: Path) -> None:
    files = {"Machine/registry.pol": ONE, "User/registry.pol": ONE}
    reading = read(tmp_path, BackupWriter(machine_cses=(), files=files))
    assert [c.scope for c in only(reading).claims] == [Scope.USER]


def test_a_registry_pol_without_records_needs_no_extension(tmp_path: Path) -> None:
    reading = read(tmp_path, BackupWriter(machine_cses=(), files={"Machine/registry.pol": pol()}))
    assert told(reading) == []
    assert records(reading)["Machine/registry.pol"] == ("read", "Registry.pol", "", 0)


@pytest.mark.parametrize("gone", ["Backup.xml", None])
def test_an_unknown_extension_list_lets_every_setting_count(tmp_path: Path, gone: str | None) -> None:
    BackupWriter(machine_cses=None, files={"Machine/registry.pol": ONE}).write(tmp_path)
    if gone:
        (tmp_path / FOLDER / gone).unlink()
    assert [c.value for c in only(read(tmp_path)).claims] == [1]


def test_backup_xml_tells_the_versions_of_both_halves(tmp_path: Path) -> None:
    backup = BackupWriter(links=None)
    backup.write(tmp_path)
    numbers = (b"<UserVersionNumber>65536</UserVersionNumber>", b"<MachineVersionNumber>196610</MachineVersionNumber>")
    core = backup.core_xml().replace(b"<Domain>", b"".join(numbers) + b"<Domain>", 1)
    (tmp_path / FOLDER / "Backup.xml").write_bytes(core)
    found = only(read(tmp_path))
    assert [found.versions(scope) for scope in (Scope.DEVICE, Scope.USER)] == [(2, 3), (0, 1)]


def test_the_report_tells_versions_that_backup_xml_does_not(tmp_path: Path) -> None:
    backup = BackupWriter()
    backup.write(tmp_path)
    report = backup.report_xml().decode("utf-16-le")
    for side, directory, file in (("Computer", 4, 5), ("User", 6, 7)):
        told = f"<VersionDirectory>{directory}</VersionDirectory><VersionSysvol>{file}</VersionSysvol>"
        report = report.replace(f"<{side}>", f"<{side}>{told}")
    (tmp_path / FOLDER / "gpreport.xml").write_bytes(report.encode("utf-16-le"))
    found = only(read(tmp_path))
    assert [found.versions(scope) for scope in (Scope.DEVICE, Scope.USER)] == [(4, 5), (6, 7)]


def test_gpt_ini_tells_no_version_in_a_backup(tmp_path: Path) -> None:
    BackupWriter(files={"GPT.INI": b"[General]\r\nVersion=0\r\n"}).write(tmp_path)
    assert only(read(tmp_path)).versions(Scope.DEVICE) == (None, None)


def test_an_extension_list_may_be_one_blank(tmp_path: Path) -> None:
    backup = BackupWriter(machine_cses=(), files={"Machine/registry.pol": ONE})
    backup.write(tmp_path)
    core = backup.core_xml().replace(b"<MachineExtensionGuids><![CDATA[]]>", b"<MachineExtensionGuids><![CDATA[ ]]>")
    assert core != backup.core_xml()
    (tmp_path / FOLDER / "Backup.xml").write_bytes(core)
    assert [p.rule for p in read(tmp_path).problems] == ["RD006"]


def test_an_extension_list_out_of_order_is_said(tmp_path: Path) -> None:
    backup = BackupWriter()
    backup.write(tmp_path)
    core = backup.core_xml().replace(b"<![CDATA[[{3", b"<![CDATA[[{827D319E-6EAC-11D2-A4EA-00C04F79F83A}{0}][{3", 1)
    (tmp_path / FOLDER / "Backup.xml").write_bytes(core)
    assert told(read(tmp_path)) == [
        (
            "GP008",
            f"the extension list of the computer side is not sorted: {REGISTRY_CSE} comes too late, and [MS-GPOL] has "
            "Windows stop reading the list there",
        )
    ]


def test_g_cse_guid_an_extension_out_of_sequence_applies_nothing(tmp_path: Path) -> None:
    backup = BackupWriter(files={"Machine/registry.pol": ONE})
    backup.write(tmp_path)
    core = backup.core_xml().replace(b"<![CDATA[[{3", b"<![CDATA[[{827D319E-6EAC-11D2-A4EA-00C04F79F83A}{0}][{3", 1)
    (tmp_path / FOLDER / "Backup.xml").write_bytes(core)
    reading = read(tmp_path)
    assert (only(reading).claims, [p.rule for p in reading.problems]) == ((), ["GP008", "RD006"])


# Other settings files


def test_settings_of_other_kinds_are_named_once_a_kind(tmp_path: Path) -> None:
    files = {
        f"{MACHINE}/SecEdit/GptTmpl.inf": TEMPLATE,
        "Machine/Preferences/Vendor/Vendor.xml": b"<Vendor/>",
        "User/Preferences/Vendor/Vendor.xml": b"<Vendor/>",
    }
    reading = read(tmp_path, BackupWriter(files=files, machine_cses=(SECURITY_CSE,)))
    assert told(reading) == [
        (
            "RD010",
            "2 files of settings of the kind 'preferences: vendor': recognised, but not evaluated yet",
        ),
    ]
    kind = "preferences: vendor"
    assert [record for path, record in records(reading).items() if "Preferences" in path] == [
        ("ignored", kind, "not evaluated yet", 0),
        ("ignored", kind, "not evaluated yet", 0),
    ]


def test_other_settings_of_an_unregistered_extension_do_not_apply(tmp_path: Path) -> None:
    reading = read(tmp_path, BackupWriter(files={f"{MACHINE}/SecEdit/GptTmpl.inf": TEMPLATE}))
    assert told(reading) == [
        (
            "RD006",
            "1 setting in this file does not apply: the GPO does not register the client-side extension 'Security' "
            f"{SECURITY_CSE} for its computer side",
        )
    ]


@pytest.mark.parametrize(
    ("path", "data"),
    [
        (f"{MACHINE}/SecEdit/GptTmpl.inf", EMPTY_TEMPLATE),
        (f"{MACHINE}/Audit/audit.csv", b"Machine Name,Policy Target,Subcategory\r\n"),
        ("User/Scripts/scripts.ini", b"\xff\xfe\r\0\n\0"),
        ("User/Documents & Settings/fdeploy.ini", b"\xff\xfe" + utf16("[version]\r\nversion=100\r\n")),
    ],
)
def test_files_that_set_nothing_need_no_extension(tmp_path: Path, path: str, data: bytes) -> None:
    reading = read(tmp_path, BackupWriter(files={path: data}))
    assert told(reading) == []
    assert records(reading)[path][2] == "holds no settings"


def test_an_unreadable_settings_file_is_said(tmp_path: Path) -> None:
    path = f"{MACHINE}/Audit/audit.csv"
    reading = read(tmp_path, BackupWriter(files={path: b"Machine\xff\n"}))
    assert told(reading) == [("RD005", "not valid UTF-8 at byte 7: invalid start byte")]
    assert records(reading)[path][0] == "unread"


def test_files_that_hold_no_settings_say_what_they_are(tmp_path: Path) -> None:
    files = {
        "GPO.cmt": b"",
        "Machine/comment.cmtx": b"<policyComments/>",
        "Machine/Scripts/Startup/run.cmd": b"echo",
        "Machine/Preferences/Groups/Groups.xml.backup": b"",
    }
    backup = BackupWriter(files=files)
    backup.write(tmp_path)
    write(tmp_path, {f"{FOLDER}/translation.xml": b"", f"{FOLDER}/notes/a.txt": b""})
    reading = read(tmp_path)
    assert told(reading) == []
    assert {path: record[1:3] for path, record in records(reading).items() if record[0] == "ignored"} == {
        "GPO.cmt": ("GPO comment", "holds the comment of the GPO, not settings"),
        "Machine/comment.cmtx": ("comments", "holds the comments of settings, not settings"),
        "Machine/Scripts/Startup/run.cmd": ("script", "is run by a script setting and holds none"),
        "Machine/Preferences/Groups/Groups.xml.backup": ("other file", "is not part of a GPO"),
        "translation.xml": ("other file", "is not part of a GPO backup"),
        "notes/a.txt": ("other file", "is not part of a GPO backup"),
    }


def test_a_damaged_registry_pol_is_said_and_its_whole_records_count(tmp_path: Path) -> None:
    reading = read(tmp_path, BackupWriter(files={"Machine/registry.pol": ONE + b"[\0K"}))
    assert [c.value for c in only(reading).claims] == [1]
    assert [(p.rule, p.policy) for p in reading.problems] == [("RD002", GPO)]
    assert records(reading)["Machine/registry.pol"] == (
        "unread",
        "Registry.pol",
        "damaged, or not all of it could be used",
        1,
    )


def test_a_settings_file_that_backup_xml_lists_and_that_is_lost_is_said(tmp_path: Path) -> None:
    base = "DomainSysvol\\GPO\\Machine"
    lost = [
        f"{base}\\registry.pol",
        f"{base}\\microsoft\\windows nt\\SecEdit\\GptTmpl.inf",
        f"{base}\\Preferences\\Groups\\Groups.xml",
        f"{base}\\comment.cmtx",
        f"{base}\\REGISTRY.POL".replace("Machine", "USER"),
    ]
    reading = read(tmp_path, BackupWriter(listed=lost, files={"User/registry.pol": ONE}))
    assert reading.problems == tuple(
        Problem(
            "RD016",
            f"lists '{lost[i].replace(chr(92), '/')}', which is not in the backup: its settings are lost",
            Evidence(f"{FOLDER}/Backup.xml", XmlAt((0, 3, i + 1))),
            GPO,
        )
        for i in range(3)
    )


# Incomplete, contradicting and several backups


def test_a_backup_without_bkupinfo_is_read(tmp_path: Path) -> None:
    BackupWriter(files={"Machine/registry.pol": ONE}).write(tmp_path)
    (tmp_path / FOLDER / "bkupInfo.xml").unlink()
    reading = read(tmp_path)
    assert (only(reading).name, told(reading)) == ("Base", [])


def test_a_backup_without_backup_xml_is_named_by_bkupinfo(tmp_path: Path) -> None:
    BackupWriter(files={"Machine/registry.pol": ONE}).write(tmp_path)
    (tmp_path / FOLDER / "Backup.xml").unlink()
    policy = only(read(tmp_path))
    assert (policy.id, policy.name, policy.domain, policy.filtering) == (GPO, "Base", "contoso.com", None)
    assert policy.evidence == Evidence(f"{FOLDER}/bkupInfo.xml", XmlAt((4,)))


def test_a_backup_whose_descriptions_are_all_broken_is_named_by_its_folder(tmp_path: Path) -> None:
    BackupWriter(files={"Machine/registry.pol": ONE}).write(tmp_path)
    for name in ("Backup.xml", "bkupInfo.xml", "gpreport.xml"):
        (tmp_path / FOLDER / name).write_bytes(b"<x")
    reading = read(tmp_path)
    assert (only(reading).id, only(reading).name, [c.value for c in only(reading).claims]) == (FOLDER, FOLDER, [1])
    assert [(p.rule, p.evidence.path) for p in reading.problems] == [
        ("RD003", f"{FOLDER}/Backup.xml"),
        ("RD003", f"{FOLDER}/bkupInfo.xml"),
        ("RD003", f"{FOLDER}/gpreport.xml"),
    ]


def test_bkupinfo_that_contradicts_backup_xml_is_said_and_backup_xml_believed(tmp_path: Path) -> None:
    backup = BackupWriter()
    backup.write(tmp_path)
    other = replace(backup, domain="fabrikam.com", name="Old name")
    (tmp_path / FOLDER / "bkupInfo.xml").write_bytes(other.info_xml())
    reading = read(tmp_path)
    assert (only(reading).name, only(reading).domain) == ("Base", "contoso.com")
    assert told(reading) == [
        ("RD016", "its domain is 'fabrikam.com', and Backup.xml says 'contoso.com'; Backup.xml is believed"),
        ("RD016", "its display name is 'Old name', and Backup.xml says 'Base'; Backup.xml is believed"),
    ]


OLDER = BackupWriter(folder="{99999999-0000-0000-0000-000000000000}", time="2023-01-01T00:00:00")


def test_only_the_newest_backup_of_a_gpo_is_used(tmp_path: Path) -> None:
    older = replace(OLDER, files={"Machine/registry.pol": pol(dword(KEY, "Enabled", 0))})
    reading = read(tmp_path, older, BackupWriter(files={"Machine/registry.pol": ONE}))
    assert [c.value for c in only(reading).claims] == [1]
    assert reading.problems == (
        Problem(
            "RD013",
            f"an older backup of 'Base' {GPO}, not used: '{FOLDER}' is "
            "(made 2023-01-01T00:00:00, the other 2024-05-01T10:00:00)",
            Evidence(f"{OLDER.folder}/Backup.xml"),
            GPO,
        ),
    )
    assert [(r.status, r.kind, r.reason) for r in reading.files if r.path.startswith(OLDER.folder)] == [
        ("ignored", "Backup.xml", "older backup"),
        ("ignored", "Registry.pol", "older backup"),
        ("ignored", "bkupInfo.xml", "older backup"),
        ("ignored", "GPO report", "older backup"),
    ]


def test_of_backups_of_the_same_time_the_last_folder_is_used(tmp_path: Path) -> None:
    reading = read(tmp_path, replace(OLDER, time=BackupWriter.time), BackupWriter())
    assert told(reading) == [
        (
            "RD013",
            f"an older backup of 'Base' {GPO}, not used: '{OLDER.folder}' is "
            "(made at the same time, so the last by folder name is used)",
        )
    ]


def test_the_same_gpo_id_in_two_domains_is_two_gpos(tmp_path: Path) -> None:
    reading = read(tmp_path, replace(OLDER, domain="fabrikam.com"), BackupWriter())
    assert [(p.id, p.domain) for p in reading.policies] == [(GPO, "contoso.com"), (GPO, "fabrikam.com")]
    assert told(reading) == []


# What is taken and what is left


def test_manifests_are_taken_and_not_used(tmp_path: Path) -> None:
    manifest = b'<Backups xmlns="http://www.microsoft.com/GroupPolicy/GPOOperations/Manifest"/>'
    write(tmp_path, {"manifest.xml": manifest})
    reading = read(tmp_path, BackupWriter())
    reason = "an index of backups; the backups themselves are read"
    assert FileRecord("manifest.xml", "ignored", "manifest", reason) in reading.files


def test_files_of_others_are_left(tmp_path: Path) -> None:
    others = {
        "manifest.xml": b"<addin/>",
        "intune/policy.json": b"{}",
        "tools/Backup.xml": b"<config/>",
        "tools/job.txt": b"",
    }
    write(tmp_path, others)
    BackupWriter().write(tmp_path)
    _, rest = take(sources(tmp_path))
    assert [source.path for source in rest] == sorted(others)


def test_a_backup_in_a_folder_without_a_guid_leaves_what_is_not_its_own(tmp_path: Path) -> None:
    write(tmp_path, {"repo/topology.toml": b"", "repo/intune/a.json": b""})
    BackupWriter(folder="repo", files={"Machine/registry.pol": ONE}).write(tmp_path)
    reading, rest = take(sources(tmp_path))
    assert [c.value for c in only(reading).claims] == [1]
    assert [source.path for source in rest] == ["repo/intune/a.json", "repo/topology.toml"]


def test_two_files_that_differ_in_case_alone_are_said(tmp_path: Path) -> None:
    BackupWriter(files={"Machine/registry.pol": ONE}).write(tmp_path)
    twin = Source(POL.replace("Machine", "MACHINE"), tmp_path / POL)
    reading, _ = take([*sources(tmp_path), twin])
    assert [c.evidence.path for c in only(reading).claims] == [twin.path]
    message = f"differs from '{twin.path}' only in letter case; Windows can hold just one of them, and that one is used"
    assert told(reading) == [("RD016", message)]


def test_a_file_that_cannot_be_opened_is_said(tmp_path: Path) -> None:
    BackupWriter().write(tmp_path)
    reading, _ = take([*sources(tmp_path), Source(POL, tmp_path / "gone")])
    assert told(reading) == [("RD001", "cannot be opened: No such file or directory")]
    assert records(reading)["Machine/registry.pol"][0] == "unread"


def test_the_order_of_the_sources_does_not_count(tmp_path: Path) -> None:
    OLDER.write(tmp_path)
    BackupWriter(files={"Machine/registry.pol": ONE, "User/registry.pol": ONE}).write(tmp_path)
    found = sources(tmp_path)
    assert take(found[::-1])[0] == take(found)[0]


def test_damaged_backups_are_read_without_an_exception(tmp_path: Path) -> None:
    raw = descriptor(ace(5, 0x100, "S-1-5-11", APPLY))
    files = {
        "Machine/registry.pol": ONE,
        f"{MACHINE}/SecEdit/GptTmpl.inf": TEMPLATE,
        "Machine/Scripts/scripts.ini": b"\xff\xfe" + utf16("[Startup]\r\n0CmdLine=a\r\n"),
        "GPT.INI": b"[General]\r\nVersion=1\r\n",
    }
    BackupWriter(files=files, descriptor=raw, links=link("contoso.com"), listed=["x"]).write(tmp_path)
    found = sources(tmp_path)
    whole = {source.path: source.read() for source in found}
    chance = random.Random(7)  # noqa: S311 # repeatable damage, nothing secret
    for _ in range(150):
        source = chance.choice(found)
        data = bytearray(whole[source.path])
        for _ in range(chance.randint(1, 4)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        Path(source.file).write_bytes(bytes(data[: chance.choice((len(data), chance.randrange(len(data))))]))
        reading, rest = take(found)
        assert sorted([r.path for r in reading.files] + [s.path for s in rest]) == sorted(whole)
        Path(source.file).write_bytes(whole[source.path])


# Real backups


@pytest.fixture(scope="module")
def real(sample_data: Path) -> list[Source]:
    return sources(sample_data / "gpo")


def test_folders_may_lie_thousands_of_levels_below_a_backup() -> None:
    deep = Source(f"backup/{'a/' * 3000}f", "")
    marked = Source("backup/bkupInfo.xml", "")
    held, rest = by_folder([marked, deep])
    assert (held, rest) == ({"backup": [("bkupInfo.xml", marked)]}, [deep])


def test_every_real_file_below_a_backup_gets_one_record(real: list[Source]) -> None:
    reading, rest = take(real)
    paths = [record.path for record in reading.files] + [source.path for source in rest]
    assert sorted(paths) == sorted(source.path for source in real)
    assert [record.path for record in reading.files if record.status == "unread"] == []


def test_every_real_backup_is_a_policy_or_an_older_backup(real: list[Source]) -> None:
    reading, _ = take(real)
    found = backups(by_folder(real)[0])
    assert len(reading.policies) + Counter(p.rule for p in reading.problems)["RD013"] == len(found)


def test_real_reports_agree_about_name_id_and_sides(real: list[Source]) -> None:
    folders = {backup.folder: backup for backup in backups(by_folder(real)[0])}
    for policy in take(real)[0].policies:
        report = folders[policy.evidence.path.rpartition("/")[0]].report.value
        if report is not None:
            told_by_report = (report.id, report.name.text, report.disabled_sides)
            assert (policy.id, policy.name, policy.disabled_sides) == told_by_report


def test_real_reports_show_no_registry_settings_where_the_extension_is_missing(real: list[Source]) -> None:
    folders = {backup.folder: backup for backup in backups(by_folder(real)[0])}
    missing = [p for p in take(real)[0].problems if p.rule == "RD006" and p.evidence.path.endswith("registry.pol")]
    assert missing != []
    for problem in missing:
        report = folders[problem.evidence.path.partition("/DomainSysvol/")[0]].report.source
        assert report is not None
        assert gpreport.policies(report.read()) == ()
