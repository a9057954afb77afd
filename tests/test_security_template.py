"""Security templates: every section's rows become claims, and broken rows are said with their line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policylint.errors import ReadError
from policylint.evidence import Evidence, LineAt
from policylint.model import Problem, Scope, Value, setting_id
from policylint.principals import principals
from policylint.readers.gpo.security_template import read
from policylint.readers.gpo.settings_file import Found
from policylint.readers.source import Source

SOURCE = Source("GptTmpl.inf", Path("GptTmpl.inf"))


def utf16(text: str) -> bytes:
    return ("\ufeff" + text.replace("\n", "\r\n")).encode("utf-16-le")


def found(text: str) -> Found:
    return read(utf16(text), Scope.DEVICE, SOURCE, "GPO")


def values(text: str) -> dict[str, tuple[str, Value]]:
    reading = found(text)
    assert reading.problems == ()
    return {claim.setting.text: (claim.type, claim.value) for claim in reading.claims}


def complaints(text: str) -> list[tuple[str, str]]:
    return [(problem.rule, problem.message) for problem in found(text).problems]


def test_numbers_and_quoted_texts_are_values() -> None:
    text = '[System Access]\nMinimumPasswordLength = 14\nNewGuestName="Visitor"\nMaximumPasswordAge=-1\n'
    assert values(text) == {
        "secedit:System Access/MinimumPasswordLength": ("Integer", 14),
        "secedit:System Access/NewGuestName": ("String", "Visitor"),
        "secedit:System Access/MaximumPasswordAge": ("Integer", -1),
    }


def test_sections_come_in_any_order_and_version_and_unicode_set_nothing() -> None:
    text = '[Event Audit]\nAuditDSAccess = 3\n[Version]\nsignature="$CHICAGO$"\n[unicode]\nUnicode=yes\n'
    assert values(f"{text}[kerberos policy]\nMaxClockSkew = 5\n") == {
        "secedit:Event Audit/AuditDSAccess": ("Integer", 3),
        "secedit:Kerberos Policy/MaxClockSkew": ("Integer", 5),
    }


def test_a_right_of_nobody_is_an_empty_list_and_not_absent() -> None:
    (claim,) = found("[Privilege Rights]\nSeDebugPrivilege =\n").claims
    assert (claim.value, claim.absent, claim.evidence) == ((), False, Evidence("GptTmpl.inf", LineAt(2)))


def test_principals_are_compared_without_star_order_and_repeats() -> None:
    written = ["*S-1-5-32-551", " *s-1-5-32-544", "Guest", "*S-1-5-32-551", ""]
    assert principals(written) == ("Guest", "S-1-5-32-544", "S-1-5-32-551")
    assert principals(["guest"]) == ("guest",)


def test_groups_are_named_by_sid_or_name() -> None:
    text = (
        "[Group Membership]\n*S-1-5-32-544__Members = *S-1-5-32-545\n*S-1-5-32-544__memberof =\nSome Group__Members =\n"
    )
    assert values(text) == {
        "secedit:Group Membership/S-1-5-32-544__Members": ("Principals", ("S-1-5-32-545",)),
        "secedit:Group Membership/S-1-5-32-544__Memberof": ("Principals", ()),
        "secedit:Group Membership/Some Group__Members": ("Principals", ()),
    }


@pytest.mark.parametrize(
    ("written", "type", "value"),
    [
        ('1,"O:BAG:BAD:(A;;RC;;;BA)"', "REG_SZ", "O:BAG:BAD:(A;;RC;;;BA)"),
        ('2,"%SystemRoot%"', "REG_EXPAND_SZ", "%SystemRoot%"),
        ("3,0", "REG_BINARY", b"\0"),
        ("3,1,0xff", "REG_BINARY", b"\1\xff"),
        ("3,", "REG_BINARY", b""),
        ("4,5", "REG_DWORD", 5),
        ("4,4294967295", "REG_DWORD", 4294967295),
        ("4,0x10", "REG_DWORD", 16),
        ("7,", "REG_MULTI_SZ", ()),
        (r"7,COMNAP,SQL\QUERY", "REG_MULTI_SZ", ("COMNAP", r"SQL\QUERY")),
        ('7,one","two,three', "REG_MULTI_SZ", ("one,two", "three")),
        ('7,"a,b",c', "REG_MULTI_SZ", ("a,b", "c")),
    ],
)
def test_registry_values_are_typed_by_their_number(written: str, type: str, value: Value) -> None:
    assert values(f"[Registry Values]\nMACHINE\\Lsa\\X={written}\n") == {
        r"secedit:Registry Values/MACHINE\Lsa\X": (type, value)
    }


def test_a_registry_path_may_hold_an_equals_sign() -> None:
    assert values("[Registry Values]\nMACHINE\\a=b\\X=4,1\n") == {
        r"secedit:Registry Values/MACHINE\a=b\X": ("REG_DWORD", 1)
    }


def test_services_keys_and_files_have_a_number_and_a_descriptor() -> None:
    text = (
        '[Service General Setting]\n"Spooler",4,""\nWinRM,2,"D:(A;;GA;;;SY)"\n'
        '[Registry Keys]\n"MACHINE\\Software\\X",0,"D:PAR(A;CI;KR;;;S-1-15-2-1)"\n'
        '[File Security]\n"%SystemRoot%\\a, b",2,"D:"\n'
    )
    assert values(text) == {
        "secedit:Service General Setting/Spooler": ("Start type, SDDL", ("4", "")),
        "secedit:Service General Setting/WinRM": ("Start type, SDDL", ("2", "D:(A;;GA;;;SY)")),
        r"secedit:Registry Keys/MACHINE\Software\X": ("Mode, SDDL", ("0", "D:PAR(A;CI;KR;;;S-1-15-2-1)")),
        r"secedit:File Security/%SystemRoot%\a, b": ("Mode, SDDL", ("2", "D:")),
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[System Access]\njust words", "line 2: 'just words' in [System Access] is not of the form name = value"),
        (
            "[System Access]\nLockoutBadCount = five",
            "line 2: 'LockoutBadCount' in [System Access] is 'five', not a number",
        ),
        (
            "[Registry Values]\nMACHINE\\X",
            "line 2: 'MACHINE\\X' in [Registry Values] is not of the form path=type,data",
        ),
        ("[Registry Values]\nX=9,1", "line 2: 'X' has the type 9, which [MS-GPSB] does not know"),
        ("[Registry Values]\nX=4,many", "line 2: REG_DWORD 'X' is 'many', not a number of 32 bits"),
        ("[Registry Values]\nX=4,4294967296", "line 2: REG_DWORD 'X' is '4294967296', not a number of 32 bits"),
        ("[Registry Values]\nX=3,300", "line 2: REG_BINARY 'X' is '300', not bytes with commas between them"),
        ('[Registry Values]\nX=7,"a', "line 2: REG_MULTI_SZ 'X' has a quote that does not end"),
        (
            "[Group Membership]\nAdmins =",
            "line 2: 'Admins' in [Group Membership] ends in neither __Members nor __Memberof",
        ),
        ("A = 1", "line 1: 'A = 1' stands before the first section"),
    ],
)
def test_a_broken_row_is_said_with_its_line_and_the_others_stay(text: str, message: str) -> None:
    reading = found(f"{text}\n[Privilege Rights]\nSeDebugPrivilege =\n")
    line = int(message.removeprefix("line ").partition(":")[0])
    assert reading.problems == (Problem("RD020", message, Evidence("GptTmpl.inf", LineAt(line))),)
    assert [claim.setting.text for claim in reading.claims] == ["secedit:Privilege Rights/SeDebugPrivilege"]


def test_an_unknown_section_is_said_once() -> None:
    assert complaints("[Vendor]\nA = 1\nB = 2\n[Profile Description]\nDescription=x\n") == [
        ("RD021", "line 2: the section [Vendor] is none of a security template")
    ]


def test_of_two_rows_on_one_entry_the_later_one_stays() -> None:
    reading = found("[System Access]\nLockoutBadCount = 5\nlockoutbadcount = 10\n")
    assert [(claim.setting.text, claim.value) for claim in reading.claims] == [
        ("secedit:System Access/lockoutbadcount", 10)
    ]
    assert [problem.rule for problem in reading.problems] == ["RD021"]


def test_utf8_and_plain_text_are_read_by_their_bytes() -> None:
    assert [c.value for c in read(b"[System Log]\nMaximumLogSize = 16384", Scope.DEVICE, SOURCE, "").claims] == [16384]
    with pytest.raises(ReadError) as caught:
        read(b"[System Log]\n\xff", Scope.DEVICE, SOURCE, "")
    assert caught.value.rule == "RD005"


@given(st.text())
def test_any_text_gives_claims_and_problems_whose_ids_can_be_read_back(text: str) -> None:
    reading = read(("[Registry Values]\n" + text).encode("utf-8", "replace"), Scope.DEVICE, SOURCE, "GPO")
    for claim in reading.claims:
        assert setting_id(claim.setting.text) == claim.setting


@given(st.binary())
def test_any_bytes_give_a_reading_or_a_read_error(data: bytes) -> None:
    try:
        assert isinstance(read(data, Scope.DEVICE, SOURCE, "GPO"), Found)
    except ReadError as error:
        assert error.rule == "RD005"
