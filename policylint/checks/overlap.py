"""Whether two policies reach one device or user: certainly, possibly or never (semantics 4.1 I-EXPLAIN, 4.4).

Two Intune profiles can be told by their assignments alone; what those leave open, and everything about GPOs, the
estate's targets tell. Where somebody wrote the targets down, policies that share none of them do not meet.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from functools import cached_property

from policylint.checks.arrivals import Arrivals, Meet
from policylint.checks.assigned import by_assignments
from policylint.checks.contested import unplaced
from policylint.checks.setters import shared
from policylint.claimed import claimed
from policylint.estate import Estate
from policylint.families.product_keys import FIREWALL, LAPS, LEGACY_LAPS
from policylint.model import Channel, Policy, Scope
from policylint.targets import is_derived

Overlap = Meet


COMPARED = (
    *FIREWALL,
    *LAPS,
    *LEGACY_LAPS,
    r"hklm\software\policies\microsoft\windows\safer" + "\\",
    r"hklm\software\policies\microsoft\windows\srpv2" + "\\",
)
"""What rules hold the GPOs that set it against each other for; of others they ask where a profile sets the same."""


class Overlaps:
    """The overlaps of an estate's policies. What is the same for many pairs is worked out once.

    Of two Intune profiles only their assignments count, which most share with others; of what reaches targets, only
    when it reaches which of them.
    """

    def __init__(self, estate: Estate) -> None:
        self._estate = estate
        self._place = {id(policy): number for number, policy in enumerate(estate.policies)}
        self._gpos = [policy.channel is Channel.GPO for policy in estate.policies]
        self._assigned = _numbered(policy.assignments for policy in estate.policies)
        self._unplaced = [unplaced(policy, estate) for policy in estate.policies]
        self._derived = is_derived(estate)
        self._told: dict[tuple[int, int], Overlap] = {}

    def of(self, a: Policy, b: Policy, scope: Scope) -> Overlap:
        """Whether two policies of the estate reach one target with their settings of a side."""
        return self.of_numbers(self._place[id(a)], self._place[id(b)], scope)

    def of_numbers(self, a: int, b: int, scope: Scope) -> Overlap:
        """The same of two policies by their numbers in the estate."""
        if not (self._gpos[a] or self._gpos[b]):
            told = self._by_assignments(a, b)
            if told != "possible" or self._derived:
                return told
        elif self._unplaced[a] or self._unplaced[b]:
            return "possible"
        return self._at_targets(a, b, scope)

    def _by_assignments(self, a: int, b: int) -> Overlap:
        pair = self._assigned[a], self._assigned[b]
        told = self._told.get(pair)
        if told is None:
            policies = self._estate.policies
            told = self._told[pair] = by_assignments(policies[a], policies[b], self._estate)
        return told

    def _at_targets(self, a: int, b: int, scope: Scope) -> Overlap:
        """By when each of them reaches the estate's targets; Intune policies do so as a whole."""
        arrivals = self._likely if a in self._asked and b in self._asked else self._all
        mine = arrivals.row(a, scope if self._gpos[a] else None)
        theirs = arrivals.row(b, scope if self._gpos[b] else None)
        return arrivals.meet(mine, theirs)

    @cached_property
    def _asked(self) -> frozenset[int]:
        """The policies that rules are likely to ask about."""
        index = claimed(self._estate)
        compared = {number for key in index.beginning(COMPARED) for _, number, _ in index.by_key[key]}
        return frozenset(n for n in compared | shared(self._estate).setters.keys() if not self._unplaced[n])

    @cached_property
    def _likely(self) -> Arrivals:
        return Arrivals(self._estate, self._placed, self._asked)

    @cached_property
    def _all(self) -> Arrivals:
        return Arrivals(self._estate, self._placed, self._placed)

    @property
    def _placed(self) -> frozenset[int]:
        return frozenset(n for n, unplaced in enumerate(self._unplaced) if not unplaced)


def _numbered(values: Iterable[Hashable]) -> list[int]:
    """A number for each value, the same for equal ones."""
    numbers: dict[Hashable, int] = {}
    return [numbers.setdefault(value, len(numbers)) for value in values]


def overlaps(estate: Estate) -> Overlaps:
    """The overlaps of the estate's policies."""
    return estate.once(Overlaps)
