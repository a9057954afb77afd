"""Where GPOs are linked: which of an estate's links count at a placement (semantics 1.1, 1.2)."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass

from policylint.estate import Estate
from policylint.facts import ALWAYS, NEVER, Is, When, every
from policylint.model import Channel, Link, Policy, Scope
from policylint.rank.filtering import at_controllers
from policylint.rank.local_policy import layer_of
from policylint.rank.reach import Excluded
from policylint.topology import Linked, Target, Topology

NO_OUS = ("users", "computers")
FUNCTIONALITY = 2
"""The only version of a GPO's format (G-FUNCVER)."""


@dataclass(frozen=True, slots=True, eq=False)
class Counting:
    """A link that counts at a placement: one value for all placements where it does alike. Compared by identity."""

    link: Link
    order: int | None
    """Link order; None where nothing tells it."""
    depth: int
    """0 for a site, 1 for the domain, 2 and more for OUs."""
    raw_order: bool
    placed: bool
    """Whether somebody tells where the device or user stands."""
    unblocked: When
    """When no container between it and the placement blocks inheritance."""


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """A link of a GPO, wherever that is. Compared by identity."""

    link: Link
    order: int | None
    key: str
    """The container, without case."""
    is_site: bool
    depth: int
    raw_order: bool


@dataclass(frozen=True, slots=True)
class Gpo:
    """A GPO of the estate, with what is the same for every target."""

    policy: Policy
    layer: tuple[int, When] | None
    """For a local policy."""
    told: Sequence[Row]
    """Its links as the topology has them, in the order in which they count."""
    shown: Sequence[Row]
    """Those that its export shows, to containers whose links the topology does not tell."""
    untold: Row
    """The one to a container that nobody names."""
    shut: Mapping[Scope, Excluded]
    """The sides that its status or its versions keep out everywhere."""
    anywhere: Sequence[Counting]
    """The link to a container that nobody names, as it counts there."""


Listed = Sequence[tuple[int, Sequence[Counting]]]
"""The numbers of GPOs, in the order of the estate, with the links that count."""


class Gpos:
    """The GPOs of an estate, and where they may be linked, worked out once for all its targets."""

    def __init__(self, estate: Estate) -> None:
        self._estate = estate
        self.listed = [_gpo(policy, estate) for policy in estate.policies if policy.channel is Channel.GPO]
        self.elsewhere = {s: [gpo.shut.get(s) or elsewhere(gpo.policy, s) for gpo in self.listed] for s in Scope}
        """Why each does not reach a target on whose path nothing links it."""
        self._untold = {n: gpo.anywhere for n, gpo in enumerate(self.listed) if not gpo.told and _is_untold(gpo)}
        """Those whose links nobody tells: one of them may be linked wherever another may."""
        self._anywhere: set[int] = set()
        self._linked: dict[str, set[int]] = {}
        for number, gpo in enumerate(self.listed):
            places = _places(gpo, estate)
            if gpo.layer is not None or (places is None and number not in self._untold):
                self._anywhere.add(number)
            for place in places or ():
                self._linked.setdefault(place, set()).add(number)
        self._told: dict[tuple[str, ...], Listed] = {}
        self._with_untold: dict[tuple[str, ...], Listed] = {}
        self._countings: dict[Hashable, Counting] = {}

    def on(self, path: tuple[str, ...]) -> Listed:
        """The links that count on a path, with the number of the GPO, of every GPO that may be linked there."""
        if not self._untold or not self._is_open(path):
            return self._on(path)
        if path not in self._with_untold:
            self._with_untold[path] = sorted([*self._on(path), *self._untold.items()])
        return self._with_untold[path]

    def _on(self, path: tuple[str, ...]) -> Listed:
        if path not in self._told:
            blocks: dict[int, When] = {}
            keys = [container.casefold() for container in path]
            self._told[path] = [(n, self._counting(n, path, keys, blocks)) for n in sorted(self._near(path))]
        return self._told[path]

    def _counting(
        self, number: int, path: tuple[str, ...], keys: Sequence[str], blocks: dict[int, When]
    ) -> list[Counting]:
        """The GPO's links on the path, with what may block each: by the depth of its container."""
        found, placed = [], bool(path)
        for row in _links(self.listed[number], self._estate, keys):
            unblocked = ALWAYS
            if row.link.som and not row.link.enforced:
                if row.depth not in blocks:
                    blocks[row.depth] = _unblocked(path, row.depth, self._estate)
                unblocked = blocks[row.depth]
            told = (row, placed) if unblocked is ALWAYS else (row, placed, unblocked)
            if told not in self._countings:
                self._countings[told] = Counting(row.link, row.order, row.depth, row.raw_order, placed, unblocked)
            found.append(self._countings[told])
        return found

    def _near(self, path: Sequence[str]) -> Collection[int]:
        """The numbers of the GPOs that may be linked on a path; without a path all of them."""
        if not path:
            return [number for number in range(len(self.listed)) if number not in self._untold]
        return self._anywhere.union(*(self._linked.get(container.casefold(), ()) for container in path))

    def _is_open(self, path: Sequence[str]) -> bool:
        """Whether a link that nobody tells may be on the path: somebody describes all links of some containers."""
        described = self._estate.topology.linked
        return not described or any(container.casefold() not in described for container in path)

    def standing(self, path: tuple[str, ...]) -> Hashable:
        """What the links on a path come to: equal where the same ones count under the same conditions."""
        told = [one for _, counting in self._on(path) for one in counting]
        return tuple(told), self._is_open(path)


def standing(place: str | None, estate: Estate) -> Hashable:
    """What the GPO lists of a placement hang on: equal where the same links count under the same conditions."""
    path = containers(place, estate.topology)
    return (estate.once(Gpos).standing(path), at_controllers(place)) if path else None


def _gpo(policy: Policy, estate: Estate) -> Gpo:
    shut = {s: excluded for s in Scope if (excluded := _shut(policy, s)) is not None}
    described = estate.topology.linked
    told = [
        _row(Link(one.som.path, one.entry.enabled, one.entry.enforced, policy.evidence), one.number, estate)
        for one in _told(policy, estate.topology)
    ]
    shown = [
        _row(link, None, estate) for link in policy.links or () if link.som.rstrip("/").casefold() not in described
    ]
    untold = _row(Link("", True, False, policy.evidence), None, estate)
    anywhere = Counting(untold.link, None, 1, False, True, ALWAYS)
    return Gpo(policy, layer_of(policy), told, shown, untold, shut, (anywhere,))


def _is_untold(gpo: Gpo) -> bool:
    return gpo.policy.links is None and gpo.layer is None


def elsewhere(policy: Policy, scope: Scope) -> Excluded:
    """Why a GPO does not reach a target on whose path nothing links it."""
    return Excluded(policy, "G-LSDOU", "not linked to a container of this target", scope)


def _shut(policy: Policy, scope: Scope) -> Excluded | None:
    """Why the status of a GPO, or its versions, deny one side of it ([MS-GPOL] 3.2.5.1.6)."""
    if scope in policy.disabled_sides:
        return Excluded(policy, "G-STATUS", f"the {side(scope)} side of the GPO is disabled", scope)
    if policy.functionality not in (None, FUNCTIONALITY):
        return Excluded(policy, "G-FUNCVER", f"its functionality version is {policy.functionality}, not 2", scope)
    if policy.versions(scope) == (0, 0):
        return Excluded(policy, "G-EMPTY", f"the version of the {side(scope)} side of the GPO is 0", scope)
    return None


def _places(gpo: Gpo, estate: Estate) -> frozenset[str] | None:
    """The containers that it may be linked to, without case; None where sites or anything else are among them."""
    if gpo.policy.links is None or not (estate.topology.linked or estate.linked):
        return None
    places = {linked.key for linked in gpo.told} | {link.som.rstrip("/").casefold() for link in gpo.policy.links}
    return None if any(place.startswith("site:") for place in places) else frozenset(places)


def side(scope: Scope) -> str:
    """What people call a side of a GPO."""
    return "computer" if scope is Scope.DEVICE else "user"


def containers(place: str | None, topology: Topology) -> tuple[str, ...]:
    """The canonical paths that apply to a placement, domain first: contoso.com, contoso.com/OU, …

    `Users` and `Computers` below a domain are no OUs, unless somebody describes them as such (G-CONTAINER).
    """
    parts = place.rstrip("/").split("/") if place else []
    if len(parts) == 2 and parts[1].casefold() in NO_OUS and topology.som_at("/".join(parts)) is None:
        parts.pop()
    return tuple("/".join(parts[: i + 1]) for i in range(len(parts)))


def _row(link: Link, order: int | None, estate: Estate) -> Row:
    key = link.som.rstrip("/").casefold()
    is_site = link.som.casefold().startswith("site:")
    som = estate.topology.som_at(link.som)
    depth = 0 if is_site else link.som.rstrip("/").count("/") + 1
    return Row(link, order, key, is_site, depth, som is not None and som.raw_order)


def _links(gpo: Gpo, estate: Estate, on_path: Sequence[str]) -> list[Row]:
    """The GPO's links on the path and to sites, with link order: as the topology has them, else as the export shows.

    A GPO whose export does not tell its links may be linked to any container whose links nobody describes, and in an
    estate without any link every GPO may be linked anywhere: its container is ''.
    """
    policy, described = gpo.policy, estate.topology.linked
    told, shown = (
        [row for row in rows if not on_path or row.key in on_path or row.is_site] for rows in (gpo.told, gpo.shown)
    )
    if len(told) > 1:
        told.sort(key=lambda row: on_path.index(row.key) if row.key in on_path else -1)
    untold = policy.links is None and not told and any(key not in described for key in on_path)
    if untold or (not described and (policy.links is None or not estate.linked)):
        shown.append(gpo.untold)
    return told + shown


def _told(policy: Policy, topology: Topology) -> list[Linked]:
    """The policy's links as the topology has them: of sites, then of containers, by link order."""
    links_of = topology.links_of
    names = {policy.name.casefold(), policy.id.casefold(), policy.id.strip("{}").casefold()}
    found = [linked for name in names for linked in links_of.get(name, ())]
    return sorted(found, key=lambda linked: (linked.place, linked.number)) if len(found) > 1 else found


def _unblocked(path: tuple[str, ...], depth: int, estate: Estate) -> When:
    """No container nearer than the link blocks inheritance (G-BLOCK)."""
    conditions: list[When] = []
    for container in path[depth:]:
        som = estate.topology.som_at(container)
        blocks = None if som is None else som.blocks_inheritance
        if blocks:
            return NEVER
        if blocks is None:
            conditions.append(Is(f"blocks-inheritance of {container}", False))
    return every(*conditions)


def forests(target: Target) -> tuple[str, str] | None:
    """The domains of the target's device and user, where one is not below the other."""
    computers, users = ((place or "").casefold().partition("/")[0] for place in (target.device, target.user))
    related = f".{users}".endswith(f".{computers}") or f".{computers}".endswith(f".{users}")
    return None if not computers or not users or related else (computers, users)
