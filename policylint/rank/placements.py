"""Placements in classes: targets that see the same policies under the same facts, so that one answer holds for all.

Cost grows with classes instead of devices. What tells two targets apart is what `rank` reads of them: the links on
their paths and what may block them, the site where a site links anything, every fact, and membership of the groups that
a security filter or an assignment names.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, fields
from operator import attrgetter

from policylint.estate import Estate
from policylint.facts import ALWAYS, mentions
from policylint.rank.domain_accounts import account_settings
from policylint.rank.links import forests, standing
from policylint.rank.memberships import Memberships
from policylint.targets import targets
from policylint.topology import Facts, Target

_FACTS: Callable[[Facts], Hashable] = attrgetter(*(fact.name for fact in fields(Facts)))


@dataclass(frozen=True, slots=True)
class PlacementClass:
    """Targets that one answer holds for. `target` stands for them: the first in the estate's order."""

    target: Target
    names: tuple[str, ...]
    """Of all of them, in the estate's order."""

    @property
    def count(self) -> int:
        """How many targets the class has."""
        return len(self.names)


def placements(estate: Estate, of: Iterable[Target] | None = None) -> tuple[PlacementClass, ...]:
    """The estate's targets (or those given) as classes, in the order in which each class is first met."""
    key = Signature(estate)
    found: dict[Hashable, tuple[Target, list[str]]] = {}
    for target in targets(estate) if of is None else of:
        found.setdefault(key.of(target), (target, []))[1].append(target.name)
    return tuple(PlacementClass(target, tuple(names)) for target, names in found.values())


class Signature:
    """What `rank` reads of a target, as a value that is equal where all of it is; remembered piece by piece."""

    def __init__(self, estate: Estate) -> None:
        self._estate = estate
        self._places: dict[str, int] = {}
        self._accounts = bool(estate.once(account_settings))
        self._sites = frozenset(_sites(estate))
        self._memberships = estate.once(Memberships)
        self._distinct: dict[Hashable, int] = {}
        self._observed = frozenset(seen.target for seen in estate.observations)

    def of(self, target: Target) -> Hashable:
        """The signature of one target."""
        return (
            self._place(target.device),
            self._place(target.user),
            forests(target),
            (target.device or "").partition("/")[0] if self._accounts else None,
            self._site(target.site),
            _FACTS(target.facts),
            self._memberships.of(target),
            target.name if target.observed and target.name in self._observed else None,
        )

    def _place(self, place: str | None) -> int | None:
        """The number of the list of links that count in a container."""
        if not place:
            return None
        if place not in self._places:
            self._places[place] = self._number(standing(place, self._estate))
        return self._places[place]

    def _site(self, site: str | None) -> str | None:
        """The site, where one of them links something; sites that link nothing are all the same."""
        if site is None or not self._sites:
            return None
        return site.casefold() if site.casefold() in self._sites else ""

    def _number(self, found: Hashable) -> int:
        """One number for equal lists of links: long ones are compared once."""
        return self._distinct.setdefault(found, len(self._distinct))


def _sites(estate: Estate) -> Iterator[str]:
    """The sites that a link or a condition names, without case."""
    yield from (path[5:] for path in estate.topology.linked_sites)
    for policy in estate.policies:
        for link in policy.links or ():
            if link.som.casefold().startswith("site:"):
                yield link.som[5:].casefold()
        for claim in policy.claims:
            for leaf in mentions(claim.when) if claim.when is not ALWAYS else ():
                if leaf.fact == "site":
                    yield str(leaf.value).casefold()
