"""audit.csv, scripts, folder redirection and advertise scripts: what they claim, and what is wrong with them."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policylint.errors import ReadError
from policylint.facts import ALWAYS, Is, When
from policylint.masks import masked
from policylint.model import Scope, Value
from policylint.readers.gpo import audit_csv, folder_redirection, scripts_ini, software
from policylint.readers.gpo.settings_file import Found
from policylint.readers.source import Source
from tests.gpo_take import take_backups, take_trees
from tests.gpo_writer import BackupWriter, sources

Read = Callable[[bytes, Scope, Source, str], Found]
HEADER = "Machine Name,Policy Target,Subcategory,Subcategory GUID,Inclusion Setting,Exclusion Setting,Setting Value\n"
GUID = "{0CCE923F-69AE-11D9-BED3-505054503030}"
AUDIT = f"audit:{GUID.casefold()}"
ZERO = Is("D30 (0 means no auditing)")
FOLDER = "{374DE290-123F-4565-9164-39C4925E467B}"


def source(name: str) -> Source:
    return Source(f"GPO/{name}", Path(name))


def values(read: Read, data: str, name: str = "x", scope: Scope = Scope.DEVICE) -> dict[str, Value]:
    found = read(data.encode(), scope, source(name), "{A}")
    assert found.problems == ()
    return {claim.setting.text: claim.value for claim in found.claims}


def complaints(read: Read, data: str, scope: Scope = Scope.DEVICE) -> list[tuple[str, str]]:
    return [(p.rule, p.message) for p in read(data.encode(), scope, source("x"), "{A}").problems]


class TestAudit:
    @pytest.mark.parametrize(
        ("row", "setting", "value", "when"),
        [
            (f",System,Überwachen,{GUID},Erfolg,,3", AUDIT, 3, ALWAYS),
            (f",System,Audit,{GUID},No Auditing,,0", AUDIT, 0, ZERO),
            (f",System,Audit,{GUID},No Auditing,,4", AUDIT, 4, ALWAYS),
            (f",*s-1-5-21-1-2-3-1001,Audit,{GUID},Success,,1", f"{AUDIT}/S-1-5-21-1-2-3-1001", 1, ALWAYS),
            (",,Option:CrashOnAuditFail,,Disabled,,0", "audit:option/CrashOnAuditFail", 0, ALWAYS),
            (",,FileGlobalSacl,,,,S:(AU;SA;FA;;;WD)", "audit:sacl/FileGlobalSacl", "S:(AU;SA;FA;;;WD)", ALWAYS),
        ],
    )
    def test_a_row_is_known_by_its_guid_and_number(self, row: str, setting: str, value: Value, when: When) -> None:
        found = audit_csv.read(f"{HEADER}{row}\r\n".encode(), Scope.DEVICE, source("audit.csv"), "{A}")
        assert [(c.setting.text, c.value, c.when) for c in found.claims] == [(setting, value, when)]

    @pytest.mark.parametrize(
        ("row", "message"),
        [
            (",System", "line 2: 2 columns instead of 7"),
            (",System,Audit,no guid,,,1", "line 2: 'no guid' is not the GUID of a subcategory"),
            (f",System,Audit,{GUID},,,Success", f"line 2: the value of {AUDIT} is 'Success', not a number from 0 to 4"),
            (f",System,Audit,{GUID},,,5", f"line 2: the value of {AUDIT} is '5', not a number from 0 to 4"),
        ],
    )
    def test_a_broken_row_is_said(self, row: str, message: str) -> None:
        assert complaints(audit_csv.read, HEADER + row) == [("RD020", message)]

    def test_a_header_alone_claims_nothing(self) -> None:
        assert values(audit_csv.read, HEADER) == {}


class TestScripts:
    def test_each_script_is_a_setting_with_its_parameters(self) -> None:
        startup = "\n[Startup]\n1CmdLine=\\\\server\\s\\b.cmd\n0CmdLine=a.ps1\n0Parameters=-Quiet 1\n"
        text = startup + "[Shutdown]\n0CmdLine=C:\\c.bat\n"
        assert values(scripts_ini.read, text) == {
            "script:Shutdown/C:\\c.bat": "",
            "script:Startup/{A}\\a.ps1 -Quiet 1": "-Quiet 1",
            "script:Startup/\\\\server\\s\\b.cmd": "",
        }

    def test_powershell_first_is_a_setting_of_each_occasion(self) -> None:
        text = "[ScriptsConfig]\nStartExecutePSFirst=true\nEndExecutePSFirst=false\n"
        assert values(scripts_ini.read, text) == {
            "script:Startup/run PowerShell first": True,
            "script:Shutdown/run PowerShell first": False,
        }
        assert values(scripts_ini.read, text, scope=Scope.USER) == {
            "script:Logon/run PowerShell first": True,
            "script:Logoff/run PowerShell first": False,
        }

    def test_scripts_of_the_other_side_have_no_effect(self) -> None:
        assert complaints(scripts_ini.read, "[Logon]\n0CmdLine=a.bat\n") == [
            ("RD021", "line 2: [Logon] belongs to the other side of a GPO and has no effect here")
        ]

    def test_parameters_without_a_command_and_other_rows_are_said(self) -> None:
        assert complaints(scripts_ini.read, "[Startup]\n0Parameters=x\nfoo\n[ScriptsConfig]\nX=1\n") == [
            ("RD020", "line 3: 'foo' is no entry of a file of scripts"),
            ("RD020", "line 5: 'X=1' is no entry of [ScriptsConfig]"),
            ("RD020", "line 2: a script of [Startup] has no command line"),
        ]

    def test_a_password_on_the_command_line_is_not_in_the_id_and_is_masked_in_the_value(self) -> None:
        found = values(
            scripts_ini.read, "[Startup]\n0CmdLine=C:\\a.ps1\n0Parameters=-User x -Password S3cret! -Quiet\n"
        )
        assert list(found) == ["script:Startup/C:\\a.ps1 -User x -Password **** -Quiet"]
        assert [masked((), value) for value in found.values()] == ["-User x -Password **** -Quiet"]


class TestFolderRedirection:
    def test_a_redirection_has_a_path_and_flags(self) -> None:
        head = f"[version]\nversion=100\n[Folder_Redirection]\n{FOLDER}=s-1-1-0;\n"
        text = head + f"[{FOLDER}_s-1-1-0]\nFlags = 1211\nFullPath=\\\\s\\u\n"
        assert values(folder_redirection.read, text, scope=Scope.USER) == {
            f"folder:{FOLDER}/S-1-1-0/flags": 0x1211,
            f"folder:{FOLDER}/S-1-1-0": "\\\\s\\u",
        }

    def test_broken_rows_are_said(self) -> None:
        text = f"[Other]\nA=1\n[{FOLDER}_s-1-1-0]\nFlags=many\nMore=1\nwords\n"
        assert complaints(folder_redirection.read, text) == [
            ("RD020", "line 2: the section [Other] names no folder and group"),
            ("RD020", "line 4: the flags are 'many', not a hexadecimal number"),
            ("RD021", "line 5: 'more' is no entry of a redirection"),
            ("RD020", "line 6: 'words' assigns nothing"),
        ]


class TestSoftware:
    @staticmethod
    def script(name: bytes, size: int) -> bytes:
        head = b"\x02\x09\x00\x40IXOS\x00\x40" + bytes(40)
        return head + b"\x26\x00" + GUID.encode() + struct.pack("<H", size) + name

    @pytest.mark.parametrize(
        ("data", "setting"),
        [
            (script(b"7-Zip 19", 8), "software:7-Zip 19"),
            (script("Été".encode("utf-16-le"), 0x8003), "software:Été"),
            (b"\x02\x09\x00\x40IXOS", "software:{B}.aas"),
        ],
    )
    def test_a_package_is_named_by_its_product_or_file(self, data: bytes, setting: str) -> None:
        found = software.read(data, Scope.DEVICE, source("{B}.aas"), "{A}")
        code = GUID if len(data) > 8 else ""
        assert [(c.setting.text, c.value) for c in found.claims] == [(setting, code)]

    def test_what_is_no_advertise_script_is_refused(self) -> None:
        with pytest.raises(ReadError, match="not an advertise script"):
            software.read(b"MZ", Scope.DEVICE, source("{B}.aas"), "{A}")


@given(st.sampled_from((audit_csv.read, scripts_ini.read, folder_redirection.read, software.read)), st.binary())
def test_any_bytes_give_a_reading_or_a_read_error(read: Read, data: bytes) -> None:
    try:
        assert isinstance(read(data, Scope.DEVICE, source("x"), "{A}"), Found)
    except ReadError as error:
        assert error.rule in ("RD005", "RD020")


@given(st.text())
def test_any_rows_give_claims_and_problems(text: str) -> None:
    data = text.encode("utf-8", "replace")
    for read, head in ((audit_csv.read, HEADER), (scripts_ini.read, "[Startup]\n"), (folder_redirection.read, "[a]\n")):
        try:
            assert isinstance(read(head.encode() + data, Scope.DEVICE, source("x"), "{A}"), Found)
        except ReadError as error:
            assert error.rule in ("RD005", "RD020")


def test_real_files_beside_registry_pol_are_read_whole(sample_data: Path) -> None:

    reading, rest = take_backups(sources(sample_data / "gpo"))
    second, _ = take_trees(rest)
    totals: dict[str, int] = {}
    for record in (*reading.files, *second.files):
        if record.kind in KINDS:
            assert record.status != "unread", record
            totals[record.kind] = totals.get(record.kind, 0) + record.settings
    assert totals == KINDS
    assert [p for p in (*reading.problems, *second.problems) if p.rule in ("RD020", "RD021")] == []


KINDS = {
    "security template": 1239,
    "advanced audit policy": 500,
    "scripts": 34,
    "folder redirection": 1,
    "software installation": 7,
}


def test_claims_of_an_unregistered_extension_do_not_count(tmp_path: Path) -> None:

    path = "Machine/microsoft/windows nt/Audit/audit.csv"
    BackupWriter(files={path: f"{HEADER},System,A,{GUID},,,1\n".encode()}, machine_cses=()).write(tmp_path)
    reading, _ = take_backups(sources(tmp_path))
    assert [policy.claims for policy in reading.policies] == [()]
    assert [problem.rule for problem in reading.problems] == ["RD006"]
