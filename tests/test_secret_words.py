"""Searching by stems finds what the patterns find by themselves, only sooner."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from policylint import secret_words
from policylint.secret_words import ANCHOR, anchors, arguments, folded, stems

_WORDS = """
    password passwort passwd pwd passphrase passcode pass secret psk key material shared private account access api wpa
    wep network recovery enrolment enrollment auth bearer refresh registration sas token pfx cert blob value text
    string hash base64 plain encrypted isencrypted :// secretsettingvalue PASSWORD Secret KEY toKEN
    pa\u017fsword w\u0130fi ap\u0131 \u212aey 1 x _ - -- / = : , " ' ä
"""
_PARTS = [*_WORDS.split(), " ", "\n"]

texts = st.lists(st.sampled_from(_PARTS)).map("".join)


def found(matches: Iterable[re.Match[str]]) -> list[tuple[int, int]]:
    """Where the matches stand."""
    return [match.span() for match in matches]


@given(texts)
def test_anchors_are_those_of_the_pattern(text: str) -> None:
    low = folded(text)
    assert found(anchors(text, low, stems(low))) == found(ANCHOR.finditer(text))


@given(texts)
def test_arguments_are_those_of_the_pattern(text: str) -> None:
    assert found(arguments(text, stems(folded(text)))) == found(secret_words._ARGUMENT.finditer(text))


def test_a_folded_letter_stays_at_its_offset_and_is_the_one_that_ignoring_case_takes_it_for() -> None:
    letters = "".join(chr(code) for code in range(sys.maxunicode + 1))
    low = folded(letters)
    assert len(low) == len(letters)
    for letter in "abcdefghijklmnopqrstuvwxyz":
        alike = {match.start() for match in re.finditer(letter, letters, re.IGNORECASE)}
        assert {at for at, char in enumerate(low) if char == letter} == alike
