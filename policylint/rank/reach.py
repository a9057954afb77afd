"""How a policy reaches a target: the values that the two channels' modules fill in and `rank` orders."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from policylint.estate import Estate
from policylint.facts import FactValue, When, every
from policylint.frozen import quickly_built
from policylint.model import Policy, Scope, SettingId
from policylint.observed import Observation
from policylint.topology import Target


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


@dataclass(frozen=True, slots=True)
class Placement:
    """A target in its estate, with the facts that are given and the join types that are possible."""

    estate: Estate
    target: Target
    known: Mapping[str, FactValue]
    joins: tuple[str, ...]
    observation: Observation | None = None
    """What gpresult saw there."""
    gates: dict[Hashable, list[tuple[str, When]]] = field(default_factory=dict, compare=False)
    """What filters come to at this target, by filter and side: a thousand GPOs have a few filters."""
