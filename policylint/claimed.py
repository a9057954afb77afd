"""Which settings an estate claims: an index, so that a rule about some settings looks at those and not at every claim.

An estate has several times as many claims as settings, and most rules ask about a few of them, or ask something whose
answer is the same for every claim on a setting. Claims come back in the order of the estate and of its policies.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import count
from operator import itemgetter

from policylint.estate import Estate
from policylint.model import Claim, Policy, Scope

Place = tuple[int, int, Claim]
"""A claim: where it stands among all of the estate, the number of its policy, and the claim itself."""

_DEVICE = Scope.DEVICE  # asked of a class of enumerated values, a member takes as long as ten comparisons
_ORDINAL = itemgetter(0)
_LAST = "\U0010ffff"
"""Sorts behind everything that a key goes on with."""


class Claimed:
    """Claims by the key of their setting. Make one with `claimed`."""

    def __init__(self, policies: Sequence[Policy]) -> None:
        self._policies = policies
        self.by_key: dict[str, list[Place]] = {}
        """Where each setting is claimed."""
        places, ordinal = self.by_key, count()
        for number, policy in enumerate(policies):
            for claim in policy.claims:
                key = claim.setting.key
                if key in places:
                    places[key].append((next(ordinal), number, claim))
                else:
                    places[key] = [(next(ordinal), number, claim)]

    @cached_property
    def _sorted(self) -> Sequence[str]:
        return sorted(self.by_key)

    def beginning(self, prefixes: Iterable[str]) -> list[str]:
        """The keys that begin in one of the ways, each once."""
        found: dict[str, None] = {}
        for prefix in prefixes:
            first, last = (bisect_left(self._sorted, text) for text in (prefix, prefix + _LAST))
            found.update(dict.fromkeys(self._sorted[first:last]))
        return list(found)

    def _on(self, keys: Iterable[str]) -> list[Place]:
        places = [place for key in keys for place in self.by_key.get(key, ())]
        places.sort(key=_ORDINAL)
        return places

    def on(self, keys: Iterable[str]) -> list[tuple[Policy, Claim]]:
        """The claims on settings by their keys, with their policies."""
        places = self._on(keys)
        return [(self._policies[number], claim) for _, number, claim in places]

    def by_policy(self, keys: Iterable[str]) -> Iterator[tuple[Policy, list[Claim]]]:
        """The policies that claim some of the settings, with what they claim of them."""
        found: dict[int, list[Claim]] = {}
        for _, number, claim in self._on(keys):
            found.setdefault(number, []).append(claim)
        return ((self._policies[number], claims) for number, claims in found.items())


def claimed(estate: Estate) -> Claimed:
    """What the policies of the estate claim, by setting."""
    return estate.once(_claimed)


def _claimed(estate: Estate) -> Claimed:
    return Claimed(estate.policies)


def sides(estate: Estate) -> Sequence[frozenset[Scope]]:
    """The sides that each policy of the estate sets something on, by its number."""
    return estate.once(_sides)


def _sides(estate: Estate) -> Sequence[frozenset[Scope]]:
    return [_of(policy) for policy in estate.policies]


def _of(policy: Policy) -> frozenset[Scope]:
    device = user = False
    for claim in policy.claims:
        if claim.scope is _DEVICE:
            device = True
        else:
            user = True
    return _SIDES[device, user]


_SIDES = {
    (False, False): frozenset[Scope](),
    (True, False): frozenset({Scope.DEVICE}),
    (False, True): frozenset({Scope.USER}),
    (True, True): frozenset(Scope),
}


class Written:
    """What policies state before lowering, by the names that they write (`Claim.origin`)."""

    def __init__(self, _: Estate) -> None:
        self._known: dict[int, dict[str, list[Claim]]] = {}

    def of(self, policy: Policy, origin: str) -> Sequence[Claim]:
        """What a policy of the estate states under a name."""
        if id(policy) not in self._known:
            found: dict[str, list[Claim]] = {}
            for claim in policy.written:
                found.setdefault(claim.origin, []).append(claim)
            self._known[id(policy)] = found
        return self._known[id(policy)].get(origin, ())
