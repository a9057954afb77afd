"""How a policy reaches a target: the values that the two channels' modules fill in and `rank` orders."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from policylint.estate import Estate
from policylint.facts import FactValue, When, every
from policylint.frozen import quickly_built
from policylint.model import Policy, Scope, SettingId
from policylint.observed import Observation
from policylint.topology import Target

if TYPE_CHECKING:
    from policylint.rank.contests import Contestant


@quickly_built
@dataclass(frozen=True, slots=True, eq=False)
class Reach:
    """One way in which a policy reaches the target, with what its strength depends on. Compared by identity."""

    policy: Policy
    when: When
    reasons: tuple[str, ...]
    gates: tuple[tuple[str, When], ...] = ()
    """What must hold for it to reach the target, each with its rule; `when` is their conjunction."""
    scope: Scope | None = None
    """The side of a GPO; None for Intune policies, whose claims carry their scope."""
    som: str = ""
    """The container of the link; '' where the export does not say where the GPO is linked."""
    depth: int = 0
    """0 for a site, 1 for the domain, 2 and more for OUs."""
    enforced: bool = False
    order: int | None = None
    """Link order; None where nothing tells it."""
    raw_order: bool = False
    """The link order is read off a raw gPLink string (G-LINK-RAW)."""
    applied: int | None = None
    """When a gpresult report of the target saw it applied: later is stronger. None where none did."""
    by_loopback: bool = False
    """From the computer's list: applied after the user's own (G-LOOP-MERGE)."""

    def gated(self, rule: str, gate: When) -> Reach:
        """The reach with one more gate."""
        return replace(self, gates=(*self.gates, (rule, gate)))

    def left_with(self, gates: Sequence[tuple[str, When]]) -> Reach:
        """The reach under the gates that known facts leave. Called for every link of every target, so written out."""
        return Reach(
            self.policy,
            every(*[gate for _, gate in gates]),
            tuple(dict.fromkeys([*self.reasons, *[rule for rule, _ in gates]])),
            self.gates,
            self.scope,
            self.som,
            self.depth,
            self.enforced,
            self.order,
            self.raw_order,
            self.applied,
            self.by_loopback,
        )


class Numbers:
    """One number for reaches that are alike in policy, conditions and strength, whichever target they reach."""

    def __init__(self) -> None:
        self._known: dict[Reach, int] = {}
        self._alike: dict[Hashable, int] = {}

    def of(self, reach: Reach) -> int:
        """The number of a reach."""
        if reach not in self._known:
            r = reach
            alike = r.policy.id, r.scope, r.when, r.som, r.depth, r.enforced, r.order, r.applied, r.by_loopback
            self._known[reach] = self._alike.setdefault(alike, len(self._alike))
        return self._known[reach]


@quickly_built
@dataclass(frozen=True, slots=True)
class Excluded:
    """A policy that does not reach the target, and the rule that says so."""

    policy: Policy
    reason: str
    text: str
    scope: Scope | None = None
    instead: frozenset[SettingId] = frozenset()
    """Where only a part of the policy is kept out: what that part was meant to set."""


Found = tuple[list[Reach], list[Excluded]]
"""What reaches a target, and what does not."""


@dataclass(slots=True, eq=False)
class Shared:
    """What links and filters come to for all targets that are in the same groups under the same facts, by and by."""

    gates: dict[Hashable, list[tuple[str, When]]] = field(default_factory=dict)
    """By filter and side: a thousand GPOs have a few filters."""
    reaches: dict[Hashable, Reach] = field(default_factory=dict)
    """By link and side."""
    passed: dict[Reach, Reach | Excluded] = field(default_factory=dict)
    """What the known facts leave of each."""
    contestants: dict[Reach, Sequence[tuple[tuple[str, Scope], Contestant]]] = field(default_factory=dict)
    """The claims that come with each, by setting and scope."""


@dataclass(frozen=True, slots=True)
class Placement:
    """A target in its estate, with the facts that are given and the join types that are possible."""

    estate: Estate
    target: Target
    known: Mapping[str, FactValue]
    joins: tuple[str, ...]
    observation: Observation | None = None
    """What gpresult saw there."""
    shared: Shared = field(default_factory=lambda: Shared(), compare=False)
    """What it has in common with other targets."""
