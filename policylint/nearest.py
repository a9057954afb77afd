"""Which of many names was probably meant."""

from __future__ import annotations

import difflib
import heapq
from collections.abc import Iterable

_CLOSE = 0.6
_TRIED = 60
"""Names that are compared letter by letter: those that have most pairs of letters in common."""


def nearest(text: str, names: Iterable[str], count: int = 3) -> list[str]:
    """The names that are spelled most alike, the closest first; case does not count, nor does the order of names."""
    wanted = text.strip().casefold()
    pairs = _pairs(wanted)
    known = sorted({name for name in names if name})
    scored = ((_alike(pairs, name.casefold()), name) for name in known)
    tried = heapq.nlargest(_TRIED, (one for one in scored if one[0] > 0))
    ranked = sorted((-difflib.SequenceMatcher(None, wanted, name.casefold()).ratio(), name) for _, name in tried)
    return [name for ratio, name in ranked if -ratio >= _CLOSE][:count]


def _pairs(text: str) -> frozenset[str]:
    return frozenset(text[at : at + 2] for at in range(len(text) - 1))


def _alike(pairs: frozenset[str], name: str) -> float:
    """Dice's coefficient of the two texts' pairs of letters."""
    other = _pairs(name)
    return 2 * len(pairs & other) / (len(pairs) + len(other)) if pairs and other else 0.0
