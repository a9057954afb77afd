"""The text of an XML document is told by its mark and bytes; what its declaration says counts for single bytes only."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from policylint.errors import ReadError
from policylint.evidence import ByteAt
from policylint.readers.xml import parse, text_of

BROKEN = ("<?xml ", ' version="1.0"', ' encoding="utf-16"', "?>", "\r\n", "<?x y?>", "<a>", "</a>", "<a/>", "\x1c")


@pytest.mark.parametrize("encoding", ["windows-1252", "ISO-8859-1", "iso-8859-15", "us-ascii"])
def test_a_declared_encoding_of_single_bytes_counts(encoding: str) -> None:
    word = "a" if encoding == "us-ascii" else "ä"
    assert parse(f'<?xml version="1.0" encoding="{encoding}"?><a>{word}</a>'.encode(encoding)).text == word


@pytest.mark.parametrize("encoding", ["iso-8859-12", "iso-8859-17", "windows-1259"])
def test_an_encoding_that_does_not_exist_counts_for_nothing(encoding: str) -> None:
    data = f'<?xml version="1.0" encoding="{encoding}"?><a>ä</a>'
    assert parse(data.encode()).text == "ä"
    with pytest.raises(ReadError, match="not valid UTF-8"):
        parse(data.encode("latin-1"))


@given(st.lists(st.sampled_from(BROKEN), max_size=6).map("".join))
def test_ascii_is_parsed_as_its_text_is(text: str) -> None:
    """A comment that is not ASCII, in front of the end, makes no difference."""

    def told(document: str) -> object:
        try:
            return etree.tostring(parse(document.encode()), with_tail=False)
        except ReadError as error:
            return error.rule

    assert text_of(text.encode()).strip() in text
    assert told(text) == told(text + "<!--ä-->")


def marked(text: str) -> bytes:
    """As GPMC writes reports."""
    return f'\ufeff<?xml version="1.0" encoding="utf-16"?>{text}'.encode("utf-16-le")


@given(st.text(st.characters(codec="utf-8", min_codepoint=32), max_size=40), st.booleans())
def test_a_marked_report_says_what_its_text_says(text: str, blanks: bool) -> None:
    said = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    xml = f"\r\n<a>\r\n<b c='x'>{said}</b> </a>"
    try:
        expected = etree.tostring(parse(xml.encode(), blanks=blanks), encoding="unicode")
    except ReadError as error:
        with pytest.raises(ReadError) as raised:
            parse(marked(xml), blanks=blanks)
        assert raised.value.rule == error.rule
    else:
        assert etree.tostring(parse(marked(xml), blanks=blanks), encoding="unicode") == expected


@pytest.mark.parametrize("encoded", [marked, str.encode])
def test_entities_are_refused_where_they_are_declared(encoded: Callable[[str], bytes]) -> None:
    with pytest.raises(ReadError, match="declares entities"):
        parse(encoded('<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>'))


@pytest.mark.parametrize("encoded", [marked, str.encode])
def test_what_only_looks_like_a_declaration_of_entities_is_text(encoded: Callable[[str], bytes]) -> None:
    assert parse(encoded("<a><![CDATA[<!ENTITY e]]></a>")).text == "<!ENTITY e"


def test_half_a_surrogate_pair_in_a_marked_report_is_told_with_its_byte() -> None:
    damaged = marked("<a>") + b"\x00\xd8" + "</a>".encode("utf-16-le")
    with pytest.raises(ReadError) as raised:
        parse(damaged)
    assert (raised.value.rule, raised.value.place) == ("RD005", ByteAt(len(marked("<a>"))))


def test_without_blanks_those_between_elements_are_left_out_and_those_of_texts_stay() -> None:
    xml = b"<a>\n  <b> </b>\n  <c> x </c></a>"
    assert etree.tostring(parse(xml, blanks=False)) == b"<a><b> </b><c> x </c></a>"
