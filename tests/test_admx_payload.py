"""The text of an ADMX-backed node, as the documentation and real profiles write it."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policylint.lowering.payload import SEPARATOR, Fault, Payload, read_payload

ON = Payload(enabled=True)
OFF = Payload(enabled=False)
XML_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Cn")))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<enabled/>", ON),
        (" <Enabled />\r\n", ON),
        ("<enabled></enabled>", ON),
        ("<Disabled/>", OFF),
        ("<!-- as CIS has it --><disabled/>", OFF),
        ('<?xml version="1.0" encoding="utf-16"?><enabled/>', ON),
    ],
)
def test_the_state_is_read_in_any_case_and_with_any_space(text: str, expected: Payload) -> None:
    assert read_payload(text) == expected


def test_the_elements_stand_in_the_order_of_the_text() -> None:
    text = '<enabled/>\n<data id="b" value="4" />\n<Data ID="a" Value="true"/>'
    assert read_payload(text) == Payload(True, (("b", "4"), ("a", "true")))


def test_the_separator_of_lists_is_read_from_its_character_reference() -> None:
    assert read_payload('<enabled/><data id="l" value="1&#xF000;a&#xf000;2&#61440;b"/>') == Payload(
        True, (("l", SEPARATOR.join("1a2b")),)
    )


@pytest.mark.parametrize(
    "wrapped",
    [
        "<![CDATA[{}]]>",
        "<Data>{}</Data>",
        "<Data><![CDATA[{}]]></Data>",
        "<policy>\n  {}\n</policy>",
    ],
)
def test_a_payload_in_a_wrapping_is_the_payload(wrapped: str) -> None:
    text = '<enabled/><data id="a" value="x &amp; y"/>'
    assert read_payload(wrapped.format(text)) == Payload(True, (("a", "x & y"),))


def test_an_escaped_payload_is_the_payload() -> None:
    assert read_payload(escape('<enabled/><data id="a" value="x &amp; y"/>')) == Payload(True, (("a", "x & y"),))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is neither <enabled/> nor <disabled/>"),
        ("<![CDATA[]]>", "is neither <enabled/> nor <disabled/>"),
        ('<data id="a" value="1"/>', "is neither <enabled/> nor <disabled/>"),
        ("<enabled/><disabled/>", "is both <enabled/> and <disabled/>"),
        ("1", "is the text '1'"),
        ("<enabled/>1", "has the text '1' beside its elements"),
        ('<enabled/><data value="1"/>', "has a <data> without id"),
        ('<enabled/><data id="a"/>', "gives a no value"),
        ('<enabled/><element id="a" value="1"/>', "has <element>, which no payload has"),
        ('<enabled><data id="a" value="1"/></enabled>', "has elements inside other elements"),
        ('<enabled/><data id="a" value="x&y"/>', "is not XML: EntityRef: expecting ';'"),
        ("<enabled>", "is not XML: Opening and ending tag mismatch: enabled and payload"),
    ],
)
def test_what_is_no_payload_is_told_and_not_raised(text: str, reason: str) -> None:
    found = read_payload(text)
    assert isinstance(found, Fault)
    assert found.reason.startswith(reason)


def test_entities_are_not_expanded() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa">]><enabled/>'
    assert isinstance(read_payload(bomb), Fault)


@given(st.booleans(), st.lists(st.tuples(XML_TEXT, XML_TEXT)))
def test_what_is_written_is_read_back(enabled: bool, data: list[tuple[str, str]]) -> None:
    state = "<enabled/>" if enabled else "<disabled/>"
    parts = "".join(f"<data id={_quoted(id)} value={_quoted(value)}/>" for id, value in data)
    assert read_payload(state + parts) == Payload(enabled, tuple(data))


@given(st.text())
def test_any_text_is_a_payload_or_a_fault(text: str) -> None:
    assert isinstance(read_payload(text), Payload | Fault)


def _quoted(text: str) -> str:
    return quoteattr(text, {"\n": "&#10;", "\t": "&#9;", "\r": "&#13;"})
