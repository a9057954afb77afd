"""The text of an XML document is told by its mark and bytes; what its declaration says counts for single bytes only."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from policylint.errors import ReadError
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
