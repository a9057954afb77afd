"""The order of findings in every report: by severity, file, place, rule. It needs no positions, so it opens nothing."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from policylint.evidence import ByteAt, Evidence, JsonAt, LineAt, PolAt, XmlAt
from policylint.findings import SEVERITIES, Finding


def ordered(findings: Sequence[Finding]) -> list[Finding]:
    """The findings sorted: errors first, then by place; equal findings stay side by side."""
    ranked = sorted(((_key(finding), finding) for finding in findings), key=itemgetter(0))
    alike = (list(group) for _, group in groupby(ranked, key=itemgetter(0)))
    return [finding for group in alike for finding in _settled([finding for _, finding in group])]


def _key(finding: Finding) -> tuple[Any, ...]:
    """What tells nearly all findings apart."""
    first = [_place(location.evidence) for location in finding.locations[:1]]
    subject = (finding.rule, finding.setting or "", finding.scope or "", finding.message, finding.targets)
    return SEVERITIES.index(finding.severity), first, *subject


def _settled(alike: list[Finding]) -> list[Finding]:
    """Findings with one key, sorted by their other places, and then by all that is in them."""
    if len(alike) == 1:
        return alike
    return sorted(alike, key=lambda finding: ([_place(one.evidence) for one in finding.locations], repr(finding)))


def _place(evidence: Evidence) -> tuple[Any, ...]:
    """A key that compares across all kinds of places."""
    match evidence.place:
        case PolAt(record, start, _):
            steps: tuple[int | str, ...] = (record, start)
        case XmlAt(route):
            steps = route
        case JsonAt(pointer):
            steps = tuple(int(t) if t.isascii() and t.isdigit() else t for t in pointer.split("/")[1:])
        case LineAt(line, column):
            steps = (line, column or 0)
        case ByteAt(offset):
            steps = (offset,)
        case _:
            steps = ()
    return (
        evidence.path,
        type(evidence.place).__name__ if evidence.place else "",
        tuple((0, step, "") if isinstance(step, int) else (1, 0, step) for step in steps),
    )
