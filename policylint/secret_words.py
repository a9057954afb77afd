"""Where a text may tell of a secret: the words that name secrets, and the other marks that one is near.

Files are searched whole before a line of them is shown, so the search has two steps: `str.find` for the few stems
that every such word holds, which costs next to nothing, and the pattern only where a stem stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise

WORD = (
    r"(?:passwor[dt]|passwd|pwd|passphrase|passcode|secret|psk|key[ _-]?material"
    r"|(?:shared|private|secret|account|access|api|wpa|wep|network|recovery)[ _-]?key"
    r"|(?:enrol?lment|access|auth|api|bearer|refresh|registration|sas)[ _-]?token|pfx[ _-]?(?:cert[ _-]?)?blob)"
    r"(?:value|text|string|hash|blob|base64|plain|encrypted)*\d*"
)
"""The name of a secret, or the end of one."""
ANCHOR = re.compile(rf"(?P<type>secretsettingvalue)|(?P<word>{WORD})|(?P<flag>isencrypted)|(?P<url>://)", re.IGNORECASE)
"""Where looking is worth while; what stands around it decides."""

_STEMS = ("pass", "pwd", "secret", "psk", "key", "token", "pfx", "isencrypted", "://")
"""Every anchor holds one of these: at its start, or behind a qualifier."""
_QUALIFIED = ("key", "token")
_QUALIFIER = re.compile(
    r"(?:shared|private|secret|account|access|api|wpa|wep|network|recovery"
    r"|enroll?ment|auth|bearer|refresh|registration|sas)[ _-]?\Z"
)
_LONGEST = len("registration-")
_SPECIAL = {"\u0130": "i", "\u0131": "i", "\u017f": "s"}
"""The i with a dot, the one without and the long s: for `re.IGNORECASE` they are ASCII letters."""

_ARGUMENT = re.compile(
    r"(?<![^\s=\"'])(?:--?|/)\w*(?:pass(?:w\w*|phrase|code)?|pwd|secret)(?:[ \t]+|[:=])"
    r"(?P<v>\"[^\"\n]*\"|'[^'\n]*'|[^\s\"'<>,;]+)",
    re.IGNORECASE,
)
"""A password on a command line: `-Password …`, `/pass:…`."""
_ARGUMENT_STEMS = ("pass", "pwd", "secret")

Stems = Mapping[str, list[int]]
"""Where each stem stands."""


def folded(text: str) -> str:
    """The text in lower case as `re.IGNORECASE` sees it, every letter at its offset."""
    if not text.isascii():
        for letter, plain in _SPECIAL.items():
            text = text.replace(letter, plain)
    return text.lower()


def stems(text: str) -> Stems:
    """The stems of a folded text; those that it does not hold are left out."""
    return {stem: list(_offsets(text, stem)) for stem in _STEMS if stem in text}


def may_tell(text: str) -> bool:
    """Whether a text holds any stem; without one it holds no word."""
    low = folded(text)
    for stem in _STEMS:  # noqa: SIM110  # asked of every name that is printed: a generator doubles the cost
        if stem in low:
            return True
    return False


def _offsets(text: str, part: str) -> Iterator[int]:
    at = text.find(part)
    while at >= 0:
        yield at
        at = text.find(part, at + 1)


def anchors(text: str, low: str, found: Stems) -> Iterator[re.Match[str]]:
    """`ANCHOR.finditer(text)`, given the folded text and its stems."""
    end = 0
    for start in sorted(_starts(low, found)):
        anchor = ANCHOR.match(text, start) if start >= end else None
        if anchor:
            yield anchor
            end = anchor.end()


def _starts(low: str, found: Stems) -> set[int]:
    """Where an anchor may begin: at a stem, or at the qualifier before it."""
    starts = {at for offsets in found.values() for at in offsets}
    for stem in _QUALIFIED:
        for at in found.get(stem, ()):
            qualifier = _QUALIFIER.search(low, max(0, at - _LONGEST), at)
            if qualifier:
                starts.add(qualifier.start())
    return starts


def arguments(text: str, found: Stems) -> Iterator[re.Match[str]]:
    """`_ARGUMENT.finditer(text)`, given the stems of the folded text."""
    end = 0
    at_stems = sorted({at for stem in _ARGUMENT_STEMS for at in found.get(stem, ())})
    for before, at in pairwise([0, *at_stems]):
        start = _option(text, before, at)
        argument = _ARGUMENT.match(text, start) if start >= end else None
        if argument:
            yield argument
            end = argument.end()


def _option(text: str, before: int, at: int) -> int:
    """Where the option begins whose name holds the stem at `at`: at its dashes or slash; -1 when it is none.

    Names do not go back over `before`, the stem that was looked at last: what begins there was found with it.
    """
    while at > before and (text[at - 1].isalnum() or text[at - 1] == "_"):
        at -= 1
    if at == 0 or text[at - 1] not in "-/":
        return -1
    return at - 2 if text[max(0, at - 2) : at] == "--" else at - 1
