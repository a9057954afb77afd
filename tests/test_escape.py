"""Names from inputs reach a terminal and a build log as text that does nothing."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policylint.escape import terminal, workflow, workflow_property


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Kioske Zürich, 日本 🙂", "Kioske Zürich, 日本 🙂"),
        ("clear \x1b[2J screen", r"clear \x1b[2J screen"),
        ("two\nlines\r\n\tindented", r"two\nlines\r\n\tindented"),
        ("C1 \x9b31m", r"C1 \x9b31m"),
        ("turned \u202egnp.exe", r"turned \u202egnp.exe"),
        ("isolated \u2066x\u2069", r"isolated \u2066x\u2069"),
        ("zero\u200bwidth", r"zero\u200bwidth"),
        ("separators \u2028\u2029", r"separators \u2028\u2029"),
        ("half a pair \ud83d", r"half a pair \ud83d"),
        ("tag \U000e0041", r"tag \U000e0041"),
        (r"HKLM\Software\Policies", r"HKLM\Software\Policies"),
    ],
)
def test_a_terminal_sees_escapes_and_directions_as_text(name: str, shown: str) -> None:
    assert terminal(name) == shown


@given(st.text(alphabet=st.characters()))
def test_nothing_that_moves_a_cursor_or_turns_text_around_is_left(name: str) -> None:
    shown = terminal(name)
    assert [char for char in shown if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp")] == []
    assert shown.encode("utf-8").decode("utf-8") == terminal(shown)


def test_a_workflow_message_keeps_its_line_breaks_and_percents() -> None:
    assert workflow("100%\r\n::error::no") == "100%25%0D%0A::error::no"


def test_a_workflow_property_cannot_start_another_one() -> None:
    assert workflow_property("a,line=1:b\n%") == "a%2Cline=1%3Ab%0A%25"
