"""Reading SYSVOL trees, local GPO folders and loose Registry.pol files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from policylint.evidence import ByteAt, Evidence, PolAt
from policylint.model import Channel, Claim, FileRecord, Policy, Problem, Scope, registry
from policylint.readers.source import Reading
from tests.gpo_take import take_backups
from tests.gpo_take import take_trees as take
from tests.gpo_writer import REGISTRY_CSE, BackupWriter, dword, extension_list, pol, sources, utf16, write

KEY = "Software\\Policies\\Contoso"
GUID = "{6AC1786C-016F-11D2-945F-00C04fB984F9}"
GPO = f"contoso.com/Policies/{GUID}"
ONE = pol(dword(KEY, "Enabled", 1))
GPT = b"[General]\r\nVersion=3\r\ndisplayName=New Group Policy Object\r\n"
TEMPLATE = b"\xff\xfe" + utf16("[System Access]\r\nMinimumPasswordLength = 14\r\n")


def read(base: Path, files: dict[str, bytes]) -> Reading:
    write(base, files)
    reading, rest = take(sources(base))
    assert rest == []
    return reading


def claimed(path: str, scope: Scope, data: bytes = ONE) -> Claim:
    setting = registry(scope, KEY, "Enabled")
    return Claim(setting, scope, 1, "REG_DWORD", Evidence(path, PolAt(1, 8, len(data))))


def policy(identity: str, evidence: str, *claims: Claim) -> Policy:
    return Policy(identity, identity, Channel.GPO, "gpo", Evidence(evidence), claims)


def test_a_sysvol_folder_is_a_policy_named_by_its_guid_and_knows_no_links(tmp_path: Path) -> None:
    machine, user = f"{GPO}/MACHINE/Registry.pol", f"{GPO}/User/registry.pol"
    reading = read(tmp_path, {f"{GPO}/GPT.INI": GPT, machine: ONE, user: ONE})
    assert reading == Reading(
        policies=(
            replace(
                policy(GUID.upper(), f"{GPO}/GPT.INI", claimed(machine, Scope.DEVICE), claimed(user, Scope.USER)),
                domain="contoso.com",
                file_version=3,
            ),
        ),
        files=(
            FileRecord(f"{GPO}/GPT.INI", "ignored", "GPT.INI", "holds versions, not settings"),
            FileRecord(machine, "read", "Registry.pol", "", 1),
            FileRecord(user, "read", "Registry.pol", "", 1),
        ),
    )


def test_the_same_gpo_of_two_domains_is_two_policies_each_with_its_domain(tmp_path: Path) -> None:
    default = f"Policies/{GUID}/Machine/Registry.pol"
    places = ("a.contoso.com", "b.contoso.com", "Copies")
    found = read(tmp_path, {f"{place}/{default}": ONE for place in places}).policies
    assert [(p.id, p.domain) for p in found] == [(GUID.upper(), d) for d in ("", "a.contoso.com", "b.contoso.com")]


def test_a_guid_folder_needs_no_gpt_ini(tmp_path: Path) -> None:
    path = f"{GUID.lower()}/machine/registry.pol"
    assert read(tmp_path, {path: ONE}).policies == (policy(GUID.upper(), path, claimed(path, Scope.DEVICE)),)


def test_a_gpo_folder_of_any_name_is_one_policy_by_its_path(tmp_path: Path) -> None:
    machine, user = "baseline/GPO/Machine/registry.pol", "baseline/GPO/User/registry.pol"
    reading = read(tmp_path, {machine: ONE, user: ONE, "baseline/GPO/Machine/comment.cmtx": b"<x/>"})
    assert reading.policies == (
        policy(
            "baseline/GPO",
            "baseline/GPO/Machine/comment.cmtx",
            claimed(machine, Scope.DEVICE),
            claimed(user, Scope.USER),
        ),
    )


def test_a_gpo_folder_without_a_guid_leaves_what_no_gpo_has(tmp_path: Path) -> None:
    write(
        tmp_path, {"base/GPO/Machine/registry.pol": ONE, "base/GPO/Machine/machine.txt": b"x", "base/GPO/a.json": b"{}"}
    )
    _, rest = take(sources(tmp_path))
    assert [source.path for source in rest] == ["base/GPO/Machine/machine.txt", "base/GPO/a.json"]


def test_everything_in_a_guid_folder_is_accounted_for(tmp_path: Path) -> None:
    reading = read(tmp_path, {f"{GPO}/GPT.INI": GPT, f"{GPO}/Adm/system.adm": b"", f"{GPO}/notes.txt": b""})
    assert [(r.path, r.kind, r.reason) for r in reading.files] == [
        (f"{GPO}/GPT.INI", "GPT.INI", "holds versions, not settings"),
        (f"{GPO}/Adm/system.adm", "ADM template", "defines settings for the old editor and sets none"),
        (f"{GPO}/notes.txt", "other file", "is not part of a GPO"),
    ]


@pytest.mark.parametrize(
    ("path", "scope"),
    [
        ("export/registry.pol", Scope.DEVICE),
        ("export/User/old.POL", Scope.USER),
        ("export/Machine/User/Machine/x.pol", Scope.DEVICE),
        ("user/registry.pol", Scope.USER),
    ],
)
def test_a_loose_pol_file_is_a_policy_by_its_path(tmp_path: Path, path: str, scope: Scope) -> None:
    reading = read(tmp_path, {path: ONE})
    assert reading == Reading(
        policies=(policy(path, path, claimed(path, scope)),),
        files=(FileRecord(path, "read", "Registry.pol", "", 1),),
    )


def test_a_damaged_file_is_reported_at_its_byte(tmp_path: Path) -> None:
    path = f"{GPO}/User/Registry.pol"
    reading = read(tmp_path, {path: b"Fake reg"})
    message = "not a Registry.pol: expected the signature 'PReg', found 46 61 6b 65"
    assert reading.problems == (Problem("RD002", message, Evidence(path, ByteAt(0)), GUID.upper()),)
    assert [(r.status, r.settings) for r in reading.files] == [("unread", 0)]


def test_extension_lists_in_gpt_ini_decide_what_applies(tmp_path: Path) -> None:
    ini = f"[General]\r\ngPCMachineExtensionNames={extension_list([REGISTRY_CSE])}\r\nVersion=1\r\n".encode()
    machine, user = f"{GPO}/Machine/registry.pol", f"{GPO}/User/registry.pol"
    reading = read(tmp_path, {f"{GPO}/gpt.ini": ini, machine: ONE, user: ONE})
    assert reading.policies[0].claims == (claimed(machine, Scope.DEVICE),)
    assert [(p.rule, p.evidence.path) for p in reading.problems] == [("RD006", user)]


def test_a_broken_gpt_ini_is_said_and_every_setting_counts(tmp_path: Path) -> None:
    path = f"{GPO}/Machine/registry.pol"
    reading = read(tmp_path, {f"{GPO}/GPT.INI": b"[General]\r\n\xff", path: ONE})
    assert reading.policies[0].claims == (claimed(path, Scope.DEVICE),)
    assert [(p.rule, p.evidence, p.policy) for p in reading.problems] == [
        ("RD005", Evidence(f"{GPO}/GPT.INI", ByteAt(11)), GUID.upper())
    ]
    assert [(r.path, r.status) for r in reading.files] == [(f"{GPO}/GPT.INI", "unread"), (path, "read")]


def test_settings_outside_of_any_gpo_make_a_policy_a_file(tmp_path: Path) -> None:
    reading = read(
        tmp_path,
        {
            "x/GptTmpl.inf": TEMPLATE,
            "x/audit.csv": b"Machine Name,Policy Target\r\n,System\r\n",
            "x/Preferences/Drives/Drives.xml": b"<Drives/>",
            "x/comment.cmtx": b"<x/>",
            "Assets/GPT.INI": GPT,
        },
    )
    assert [(p.rule, p.message, p.evidence.path) for p in reading.problems] == [
        ("RD020", "line 2: 2 columns instead of 7", "x/audit.csv"),
    ]
    assert {r.path: (r.status, r.kind) for r in reading.files} == {
        "Assets/GPT.INI": ("ignored", "GPT.INI"),
        "x/GptTmpl.inf": ("read", "security template"),
        "x/Preferences/Drives/Drives.xml": ("read", "preferences: Drive Maps"),
        "x/audit.csv": ("unread", "advanced audit policy"),
        "x/comment.cmtx": ("ignored", "comments"),
    }
    assert [policy.id for policy in reading.policies] == ["x/GptTmpl.inf", "x/Preferences/Drives/Drives.xml"]


def test_an_exported_template_of_any_name_is_read_and_a_driver_is_left(tmp_path: Path) -> None:
    write(tmp_path, {"export.inf": TEMPLATE, "driver.inf": b'[Version]\r\nsignature="$CHICAGO$"\r\n[Strings]\r\n'})
    reading, rest = take(sources(tmp_path))
    assert [(r.path, r.status, r.kind) for r in reading.files] == [("export.inf", "read", "security template")]
    assert [source.path for source in rest] == ["driver.inf"]


def test_files_that_only_share_a_name_are_left(tmp_path: Path) -> None:
    others = {"a/audit.csv": b"Time,User\r\n", "b/Registry.xml": b"<x/>", "c/policy.json": b"{}"}
    write(tmp_path, others)
    assert [source.path for source in take(sources(tmp_path))[1]] == sorted(others)


def test_what_lgpo_writes_belongs_to_the_backup(tmp_path: Path) -> None:
    BackupWriter(files={"GPT.INI": GPT, "Machine/registry.pol": ONE}).write(tmp_path)
    _, rest = take_backups(sources(tmp_path))
    assert take(rest) == (Reading(), [])


def test_every_real_file_that_is_taken_gets_one_record_and_damage_has_a_place(sample_data: Path) -> None:
    _, left = take_backups(sources(sample_data / "gpo"))
    reading, rest = take(left)
    paths = [record.path for record in reading.files] + [source.path for source in rest]
    assert sorted(paths) == sorted(source.path for source in left)
    broken = {p.evidence.path for p in reading.problems if p.rule == "RD002" and p.evidence.place is not None}
    assert broken == {record.path for record in reading.files if record.status == "unread"}
    assert broken != set()
