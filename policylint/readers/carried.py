"""Policies with their claims in columns, for the way from one process to another.

Pickle spends its time on objects, and a claim is three of them; a column is one, however long it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from itertools import islice
from operator import attrgetter
from typing import Any

from policylint.evidence import Evidence, LineAt, Place, PolAt
from policylint.frozen import plain
from policylint.model import Claim, Policy, folded

_POLICY = tuple(part.name for part in fields(Policy))
_CLAIMS = _POLICY.index("claims")
_CLAIM = tuple(part.name for part in fields(Claim))
_SETTING, _EVIDENCE = _CLAIM.index("setting"), _CLAIM.index("evidence")
_Columns = Sequence[tuple[Any, ...]]
Packed = tuple[list[tuple[Any, ...]], _Columns, list[Any]]
"""The fields of each policy, with the number of its claims for them; those of all claims by column, with the paths of
their evidence for it; and its places."""


def packed(policies: Sequence[Policy]) -> Packed:
    """Policies of GPOs in few objects; the ids of their settings are `folded`, and made again of their texts."""
    claims = [claim for policy in policies for claim in policy.claims]
    columns = list(zip(*map(attrgetter(*_CLAIM), claims), strict=True)) or [()] * len(_CLAIM)
    settings, evidence = columns[_SETTING], columns[_EVIDENCE]
    columns[_SETTING] = tuple([one.text for one in settings])
    columns[_EVIDENCE] = tuple([one.path for one in evidence])
    rows = []
    for policy in policies:
        row = list(attrgetter(*_POLICY)(policy))
        row[_CLAIMS] = len(policy.claims)
        rows.append(tuple(row))
    return rows, columns, [_told(one.place) for one in evidence]


def unpacked(carried: Packed) -> tuple[Policy, ...]:
    """The policies that were packed."""
    rows, columns, places = carried
    evidence = map(plain(Evidence), columns[_EVIDENCE], map(_place, places))
    parts: list[Iterable[Any]] = list(columns)
    parts[_SETTING] = map(folded, columns[_SETTING])
    parts[_EVIDENCE] = evidence
    claims = map(plain(Claim), *parts)
    policy: Callable[..., Policy] = Policy
    return tuple([policy(*row[:_CLAIMS], tuple(islice(claims, row[_CLAIMS])), *row[_CLAIMS + 1 :]) for row in rows])


_pol_at, _line_at = plain(PolAt), plain(LineAt)


def _told(place: Place) -> Place | int | tuple[int, int, int]:
    """A place as numbers, if it is of those that nearly all claims have."""
    if place.__class__ is PolAt:
        return place.record, place.start, place.end
    return place.line if isinstance(place, LineAt) and place.column is None else place


def _place(told: Place | int | tuple[int, int, int]) -> Place:
    if isinstance(told, tuple):
        return _pol_at(*told)
    return _line_at(told) if isinstance(told, int) else told
