"""Reading the security descriptor of a GPO: who gets it applied."""

from __future__ import annotations

import re
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policylint.errors import ReadError
from policylint.model import Filtering
from policylint.readers.gpo import backup_xml, gpreport
from policylint.readers.gpo.security_descriptor import filtering, parse, sddl
from tests.gpo_writer import APPLY, ace, descriptor

USERS, ADMINS, SYSTEM, PILOT = "S-1-5-11", "S-1-5-21-1-2-3-512", "S-1-5-18", "S-1-5-21-1-2-3-1105"
READ = 0x20094
EDIT = 0xF00FF
"""What GPMC gives to administrators: everything but extended rights, so the GPO does not apply to them."""
FULL = 0xF01FF
PROPERTY = UUID("f30e3bbe-9ff0-11d1-b603-0000f80367c1")


def of(*aces: bytes) -> Filtering | None:
    return filtering(parse(descriptor(*aces)))


def test_the_descriptor_of_a_new_gpo_applies_to_authenticated_users() -> None:
    assert of(
        ace(5, 0x100, USERS, APPLY, flags=2), ace(0, READ, USERS), ace(0, EDIT, ADMINS), ace(0, EDIT, SYSTEM)
    ) == Filtering(apply=(USERS,), deny=(), read=tuple(sorted((USERS, ADMINS, SYSTEM))))


def test_a_denied_group_does_not_hide_who_is_allowed() -> None:
    assert of(ace(6, 0x100, PILOT, APPLY), ace(5, 0x100, USERS, APPLY), ace(0, READ, USERS)) == Filtering(
        apply=(USERS,), deny=(PILOT,), read=(USERS,)
    )


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(ace(0, FULL, PILOT), id="full control holds every extended right"),
        pytest.param(ace(0, 0x1000_0000, PILOT), id="so does GENERIC_ALL"),
        pytest.param(ace(5, 0x110, PILOT), id="so does an object entry without an object"),
    ],
)
def test_a_right_without_an_object_is_every_extended_right(entry: bytes) -> None:
    assert of(entry) == Filtering(apply=(PILOT,), deny=(), read=(PILOT,))


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(ace(0, EDIT & ~0x10, PILOT), id="no extended right"),
        pytest.param(ace(5, 0x100, PILOT, PROPERTY), id="another extended right"),
        pytest.param(ace(5, 0x10, PILOT, PROPERTY), id="one property only"),
        pytest.param(ace(0, FULL, PILOT, flags=0x0A), id="for children only"),
    ],
)
def test_other_rights_neither_apply_nor_read_the_gpo(entry: bytes) -> None:
    assert of(entry) == Filtering(apply=(), deny=(), read=())


@pytest.mark.parametrize("kind", [1, 6])
def test_full_control_denied_is_apply_denied(kind: int) -> None:
    assert of(ace(kind, FULL, PILOT)) == Filtering(apply=(), deny=(PILOT,), read=(), deny_read=(PILOT,))


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\1\0\4\x80\0\0\0\0", id="redacted to eight bytes"),
        pytest.param(b"\1\0\0\x80" + bytes(16), id="no DACL"),
        pytest.param(b"\1\0\4\x80" + bytes(16), id="a DACL at no offset"),
    ],
)
def test_a_descriptor_without_entries_tells_nothing(data: bytes) -> None:
    assert filtering(parse(data)) is None


def test_an_unknown_kind_of_entry_is_refused_because_it_could_be_about_apply() -> None:
    with pytest.raises(ReadError) as caught:
        of(ace(0, READ, USERS), ace(9, FULL, PILOT))
    assert (caught.value.rule, caught.value.message) == (
        "RD012",
        "entry 2 of the security descriptor's DACL has the unknown type 9",
    )


def test_the_text_form_names_every_entry() -> None:
    found = parse(descriptor(ace(6, 0x100, PILOT, APPLY, flags=2), ace(0, EDIT, SYSTEM), control=0x9404))
    assert found is not None
    assert sddl(found) == (f"D:PAI(OD;CI;CR;{APPLY};;{PILOT})(A;;CCDCLCSWRPWPDTLOSDRCWDWO;;;{SYSTEM})")


@given(st.binary(max_size=120), st.lists(st.tuples(st.integers(0, 200), st.integers(0, 255)), max_size=6))
def test_damage_never_gives_anything_but_a_read_error(noise: bytes, hits: list[tuple[int, int]]) -> None:
    data = bytearray(descriptor(ace(5, 0x100, USERS, APPLY), ace(0, EDIT, ADMINS)) + noise)
    for at, value in hits:
        data[at % len(data)] = value
    try:
        found = parse(bytes(data))
        filtering(found)
        if found is not None:
            sddl(found)
    except ReadError as error:
        assert error.rule in ("RD012", "RD016")


ALIASES = {"AU": "S-1-5-11", "SY": "S-1-5-18", "CO": "S-1-3-0", "ED": "S-1-5-9", "WD": "S-1-1-0", "BA": "S-1-5-32-544"}
DOMAIN_ALIASES = {"DA": "512", "DU": "513", "DC": "515", "DD": "516", "EA": "519", "LA": "500", "PA": "520"}


def spelled_out(trustee: str, ours: str) -> str:
    """The SID behind an alias of SDDL; for those of a domain, with the domain of the SID to compare with."""
    if trustee in DOMAIN_ALIASES:
        return f"{ours.rpartition('-')[0]}-{DOMAIN_ALIASES[trustee]}"
    return ALIASES.get(trustee, trustee)


def test_real_descriptors_say_what_windows_writes_in_the_report_beside_them(sample_data: Path) -> None:
    compared = 0
    for path in sorted(sample_data.rglob("Backup.xml")):
        report = path.with_name("gpreport.xml")
        core = backup_xml.core(path.read_bytes()) if report.exists() else None
        found = parse(bytes.fromhex(core.descriptor.text)) if core and core.descriptor else None
        if found is None or found.dacl is None:
            continue
        ours = sddl(found)
        theirs = gpreport.read(report.read_bytes()).sddl
        theirs = theirs[theirs.index("D:") :].partition("S:")[0]
        assert ours.partition("(")[0] == theirs.partition("(")[0], path
        pairs = zip(re.findall(r"\((.*?)\)", ours), re.findall(r"\((.*?)\)", theirs), strict=True)
        for mine, other in pairs:
            *head, trustee = other.split(";")
            *mine_head, mine_trustee = mine.split(";")
            assert (mine_head, mine_trustee) == (head, spelled_out(trustee, mine_trustee)), path
        compared += 1
    assert compared > 0
