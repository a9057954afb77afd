"""From what a check found to a finding: findings share the places and policies that they name."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from policylint.checks.found import WHERE, Found, Spot
from policylint.evidence import JsonAt
from policylint.findings import Finding, Location, PolicyRef, ref
from policylint.frozen import plain
from policylint.model import Policy
from policylint.rules import Rule

_finding, _location = plain(Finding), plain(Location)


@dataclass(slots=True, eq=False)
class _Place:
    """A place with what is said of it, as the first of a finding and as one of the others. Compared by identity."""

    primary: Location
    related: Location


@dataclass(slots=True, eq=False)
class _Shown:
    """What a spot comes to."""

    spot: Spot
    place: _Place
    policy: PolicyRef | None


class Telling:
    """Makes findings. Many show the same spots, of the same policies, so what these come to is made once."""

    def __init__(self) -> None:
        self._shown: dict[int, _Shown] = {}
        """By the identity of the spot."""
        self._places: dict[Hashable, _Place] = {}
        self._policies: dict[int, tuple[Policy, PolicyRef]] = {}
        """By the identity of the policy."""
        self._refs: dict[PolicyRef, PolicyRef] = {}

    def finding(self, found: Found, rule: Rule, where: str, subject: str) -> Finding:
        """The finding with the targets in its message told as `where`, and what its story is about."""
        message, (locations, policies) = found.message, self._shown_at(found.spots)
        return _finding(
            rule.id,
            rule.name,
            found.severity or rule.severity,
            found.confidence,
            message if where is WHERE or "{" not in message else message.replace(WHERE, where),
            locations,
            policies,
            found.setting,
            found.scope,
            (),
            found.help or rule.fix,
            subject,
        )

    def _shown_at(self, spots: Sequence[Spot]) -> tuple[tuple[Location, ...], tuple[PolicyRef, ...]]:
        """The places of spots and their policies, each once. A plain loop: there are few spots, and many findings."""
        known = self._shown
        locations: dict[_Place, Location] = {}
        policies: dict[int, PolicyRef] = {}
        for spot in spots:
            one = known.get(id(spot)) or self._show(spot)
            place, policy = one.place, one.policy
            if place not in locations:
                locations[place] = place.related if locations else place.primary
            if policy is not None:
                policies[id(policy)] = policy
        return tuple(locations.values()), tuple(policies.values())

    def _show(self, spot: Spot) -> _Shown:
        """Two spots of one place, policy and label are one."""
        evidence, policy, label = spot.evidence, spot.policy, spot.label
        place = evidence.place
        at = place.pointer if isinstance(place, JsonAt) else place  # texts are hashed at less cost
        key = evidence.path, at, policy and policy.id, label
        found = self._places.get(key)
        if found is None:
            found = _Place(_location(evidence, "primary", label), _location(evidence, "related", label))
            self._places[key] = found
        told = self._shown[id(spot)] = _Shown(spot, found, None if policy is None else self.ref(policy))
        return told

    def ref(self, policy: Policy) -> PolicyRef:
        """The reference to a policy: one for all that are named alike."""
        known = self._policies.get(id(policy))
        if known is None:
            made = ref(policy)
            known = self._policies[id(policy)] = policy, self._refs.setdefault(made, made)
        return known[1]
