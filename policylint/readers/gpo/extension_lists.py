"""The order of a GPO's extension lists: one out of sequence ends the list (GP008)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from policylint.evidence import Evidence
from policylint.model import Problem, Scope
from policylint.readers.gpo.cse import out_of_order

SIDES = {Scope.DEVICE: "computer", Scope.USER: "user"}

Lists = Mapping[Scope, tuple[str, ...] | None]


def unsorted(lists: Lists, evidence: Evidence, policy: str) -> Iterator[Problem]:
    """GP008 for each side whose list is not in ascending order ([MS-GPOL] 3.2.5.1.10)."""
    for scope, guids in lists.items():
        stray = out_of_order(guids or ())
        if stray is not None:
            message = (
                f"the extension list of the {SIDES[scope]} side is not sorted: {stray} comes too late, and [MS-GPOL] "
                "has Windows stop reading the list there"
            )
            yield Problem("GP008", message, evidence, policy)
