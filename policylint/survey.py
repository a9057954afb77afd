"""Every target's answer: the effective settings of each class of placements, one after the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from policylint.effective import Effective
from policylint.estate import Estate
from policylint.naming import named
from policylint.rank import rank
from policylint.rank.placements import PlacementClass, placements
from policylint.resolve import resolve
from policylint.topology import Target


@dataclass(frozen=True, slots=True)
class Answer:
    """What the targets of one class end up with."""

    placement: PlacementClass
    effective: Effective


def survey(estate: Estate, of: Iterable[Target] | None = None) -> Iterator[Answer]:
    """The answers for the estate's targets (or those given), the largest class first, one at a time: none is kept."""
    for placement in sorted(placements(estate, of), key=lambda found: (-found.count, found.names)):
        yield Answer(placement, named(resolve(rank(estate, placement.target)), estate))
