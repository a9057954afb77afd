"""The report in a backup is read without what its extensions show, and tells the same as the whole of it."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from policylint.errors import ReadError
from policylint.model import Scope
from policylint.readers.gpo import gpreport
from policylint.readers.xml import parse

GUID = "{AAAAAAAA-0000-0000-0000-000000000001}"
SHOWN = (
    '<ExtensionData><Extension xmlns:q1="urn:x"><q1:User name="A"/></Extension><Name>Registry</Name></ExtensionData>'
)
TRAPS = (
    "<!-- </Computer> -->",
    "<!-- </User> -->",
    "<!-- <ExtensionData> -->",
    "<![CDATA[</User>]]>",
    "<![CDATA[<ExtensionData>]]>",
    "<Computer><Enabled>false</Enabled></Computer>",
    "<User><ExtensionData/></User>",
    "<ExtensionData><Computer/></ExtensionData>",
    "<Owner/>",
    "<SecurityDescriptor><Owner/></SecurityDescriptor>",
    "\u3c3c\u3e00",
    "&lt;/User&gt;",
    SHOWN,
)
MARKS = ("utf-16-le", codecs.BOM_UTF16_LE), ("utf-16-be", codecs.BOM_UTF16_BE), ("utf-8", b"")


def report(*traps: str, encoding: str = "utf-16-le", mark: bytes = codecs.BOM_UTF16_LE) -> bytes:
    """A report with something put at each of the places where something can stand."""
    head, rights, computer, user, tail = (*traps, *[""] * 5)[:5]
    text = (
        f'<?xml version="1.0" encoding="utf-16"?><GPO xmlns="http://www.microsoft.com/GroupPolicy/Settings">{head}'
        f"<Identifier><Identifier>{GUID}</Identifier></Identifier><Name>Base</Name><SecurityDescriptor>"
        f"<SDDL>O:DA</SDDL><Owner><SID>S-1-5-18</SID></Owner>{rights}</SecurityDescriptor>"
        f"<Computer><VersionDirectory>3</VersionDirectory><VersionSysvol>3</VersionSysvol><Enabled>true</Enabled>"
        f"{SHOWN}{computer}{SHOWN}</Computer><User><VersionDirectory>1</VersionDirectory><VersionSysvol>2"
        f"</VersionSysvol><Enabled>false</Enabled>{SHOWN}{user}</User><LinksTo><SOMPath>contoso.com/A</SOMPath>"
        f"<Enabled>true</Enabled><NoOverride>true</NoOverride></LinksTo>{tail}</GPO>"
    )
    return mark + text.encode(encoding)


@pytest.mark.parametrize(("encoding", "mark"), MARKS)
def test_a_report_in_any_encoding_tells_what_the_whole_of_it_tells(encoding: str, mark: bytes) -> None:
    data = report(encoding=encoding, mark=mark)
    found = gpreport.read(data)
    assert found == gpreport.report_of(parse(data))
    assert [(link.som, link.enforced, link.place.route) for link in found.links] == [("contoso.com/A", True, (5,))]


@given(st.lists(st.sampled_from(("", *TRAPS)), max_size=5), st.sampled_from(MARKS))
@example(["<!-- <ExtensionData> -->", "", "", "", "<!-- x -->"], MARKS[0])
@example(["", "", "<!-- </Computer> -->"], MARKS[1])
@example(["", "", "", "", "<User><ExtensionData/></User>"], MARKS[0])
def test_what_only_looks_like_the_end_of_a_side_is_none(traps: list[str], mark: tuple[str, bytes]) -> None:
    data = report(*traps, encoding=mark[0], mark=mark[1])
    assert gpreport.read(data) == gpreport.report_of(parse(data))


@given(st.integers(0, len(report()) - 4))
def test_a_report_that_is_cut_off_anywhere_is_damaged(end: int) -> None:
    with pytest.raises(ReadError) as caught:
        gpreport.read(report()[:end])
    assert caught.value.rule in ("RD003", "RD005", "RD016")


def test_a_report_without_a_side_is_read_as_a_whole() -> None:
    data = f"<GPO><Identifier><Identifier>{GUID}</Identifier></Identifier><User>{SHOWN}</User></GPO>".encode()
    assert gpreport.read(data) == gpreport.report_of(parse(data))


def test_a_side_that_tells_whether_it_is_on_after_its_settings_is_read_as_a_whole() -> None:
    side = f"<Computer>{SHOWN}<Enabled>false</Enabled></Computer><User><Enabled>true</Enabled></User>"
    found = gpreport.read(f"<GPO>{side}</GPO>".encode())
    assert found == gpreport.report_of(parse(f"<GPO>{side}</GPO>".encode()))
    assert found.disabled_sides == {Scope.DEVICE}


def test_damage_in_what_the_extensions_show_does_not_hide_the_links() -> None:
    data = report().replace("A".encode("utf-16-le") + '"/>'.encode("utf-16-le"), "<".encode("utf-16-le"))
    assert [link.som for link in gpreport.read(data).links] == ["contoso.com/A"]


def test_every_sample_report_tells_what_the_whole_of_it_tells(sample_data: Path) -> None:
    for path in sample_data.joinpath("gpo").rglob("*"):
        if path.name.casefold() == "gpreport.xml":
            data = path.read_bytes()
            assert gpreport.read(data) == gpreport.report_of(parse(data)), path
