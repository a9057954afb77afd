"""Which GPOs reach a target: links, blocked inheritance, filtering and loopback (semantics 1.1 to 1.6)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from policylint.estate import Estate
from policylint.facts import ALWAYS, NEVER, Is, When, every, negate, some
from policylint.model import Channel, Link, Policy, Scope
from policylint.rank import filtering
from policylint.rank.local_policy import SWITCH, is_local, layer_of, local_reach
from policylint.rank.reach import Excluded, Found, Placement, Reach
from policylint.topology import Linked, Target, Topology

LOOPBACK = r"hklm\software\policies\microsoft\windows\system!userpolicymode"
CROSS_FOREST = r"hklm\software\policies\microsoft\windows\system!allowx-forestpolicy-and-rup"
NO_OUS = ("users", "computers")
FUNCTIONALITY = 2
"""The only version of a GPO's format (G-FUNCVER)."""
LOOPBACK_MODES: Mapping[object, str] = {1: "merge", 2: "replace"}
"""UserPolicyMode (G-LOOP-VALUE)."""


def gpo_reaches(at: Placement, scope: Scope, place: str | None) -> Found:
    """The GPO list of one side: every link on the placement's path ([MS-GPOL] 3.2.5.1.3 to 3.2.5.1.7).

    Where nobody tells the placement, every link counts on the condition that the device or user stands there.
    """
    path = _containers(place, at.estate.topology)
    gpos = at.estate.once(_Gpos)
    elsewhere = gpos.elsewhere[scope]
    reaches: list[Reach] = []
    excluded: list[Excluded] = []
    before = 0
    for number in sorted(gpos.near(path)):
        excluded += elsewhere[before:number]
        before = number + 1
        gpo = gpos.listed[number]
        if gpo.layer is not None and scope not in gpo.policy.disabled_sides:
            layered = local_reach(gpo.policy, scope, gpo.layer)
            if isinstance(layered, Reach):
                reaches.append(layered)
            else:
                excluded.append(layered)
        elif scope in gpo.shut:
            excluded.append(gpo.shut[scope])
        else:
            _add_linked(gpo, at, path, scope, reaches, excluded)
    excluded += elsewhere[before:]
    return reaches, excluded


def _add_linked(
    gpo: _Gpo, at: Placement, path: tuple[str, ...], scope: Scope, into: list[Reach], out: list[Excluded]
) -> None:
    """Adds one reach for each link that applies to the placement."""
    links = list(_links(gpo, at.estate, path))
    if not links:
        out.append(_elsewhere(gpo.policy, scope))
    for link, number in links:
        if link.enabled:
            into.append(_reach(gpo.policy, link, number, path, scope, at))
        else:
            out.append(Excluded(gpo.policy, "G-LINK-DISABLED", f"its link to {link.som} is disabled", scope))


@dataclass(frozen=True, slots=True)
class _Gpo:
    """A GPO of the estate, with what is the same for every target."""

    policy: Policy
    layer: tuple[int, When] | None
    """For a local policy."""
    told: Sequence[Linked]
    """Its links as the topology has them, in the order in which they count."""
    shut: Mapping[Scope, Excluded]
    """The sides that its status or its versions keep out everywhere."""


class _Gpos:
    """The GPOs of an estate, and where they may be linked, worked out once for all its targets."""

    def __init__(self, estate: Estate) -> None:
        policies = [policy for policy in estate.policies if policy.channel is Channel.GPO]
        self.listed = [_gpo(policy, estate) for policy in policies]
        self.elsewhere = {
            scope: [gpo.shut.get(scope) or _elsewhere(gpo.policy, scope) for gpo in self.listed] for scope in Scope
        }
        """Why each does not reach a target on whose path nothing links it."""
        self.untold = frozenset(n for n, gpo in enumerate(self.listed) if gpo.policy.links is None and not gpo.told)
        """Those whose links nobody tells: one of them may be linked wherever another may."""
        self._anywhere: set[int] = set()
        self._linked: dict[str, set[int]] = {}
        for number, gpo in enumerate(self.listed):
            places = _places(gpo, estate)
            if places is None or gpo.layer is not None:
                self._anywhere.add(number)
            for place in places or ():
                self._linked.setdefault(place, set()).add(number)

    def near(self, path: Sequence[str]) -> Collection[int]:
        """The numbers of the GPOs that may be linked on a path; without a path all of them."""
        if not path:
            return range(len(self.listed))
        return self._anywhere.union(*(self._linked.get(container.casefold(), ()) for container in path))


def _gpo(policy: Policy, estate: Estate) -> _Gpo:
    shut = {s: excluded for s in Scope if (excluded := _shut(policy, s)) is not None}
    return _Gpo(policy, layer_of(policy), _told(policy, estate.topology), shut)


def _elsewhere(policy: Policy, scope: Scope) -> Excluded:
    return Excluded(policy, "G-LSDOU", "not linked to a container of this target", scope)


def _shut(policy: Policy, scope: Scope) -> Excluded | None:
    """Why the status of a GPO, or its versions, deny one side of it ([MS-GPOL] 3.2.5.1.6)."""
    if scope in policy.disabled_sides:
        return Excluded(policy, "G-STATUS", f"the {_side(scope)} side of the GPO is disabled", scope)
    if policy.functionality not in (None, FUNCTIONALITY):
        return Excluded(policy, "G-FUNCVER", f"its functionality version is {policy.functionality}, not 2", scope)
    if policy.versions(scope) == (0, 0):
        return Excluded(policy, "G-EMPTY", f"the version of the {_side(scope)} side of the GPO is 0", scope)
    return None


def _places(gpo: _Gpo, estate: Estate) -> frozenset[str] | None:
    """The containers that it may be linked to, without case; None where sites or anything else are among them."""
    if gpo.policy.links is None or not (estate.topology.linked or estate.linked):
        return None
    places = {linked.key for linked in gpo.told} | {link.som.rstrip("/").casefold() for link in gpo.policy.links}
    return None if any(place.startswith("site:") for place in places) else frozenset(places)


def _side(scope: Scope) -> str:
    return "computer" if scope is Scope.DEVICE else "user"


def _containers(place: str | None, topology: Topology) -> tuple[str, ...]:
    """The canonical paths that apply to a placement, domain first: contoso.com, contoso.com/OU, …

    `Users` and `Computers` below a domain are no OUs, unless somebody describes them as such (G-CONTAINER).
    """
    parts = place.rstrip("/").split("/") if place else []
    if len(parts) == 2 and parts[1].casefold() in NO_OUS and topology.som_at("/".join(parts)) is None:
        parts.pop()
    return tuple("/".join(parts[: i + 1]) for i in range(len(parts)))


def _links(gpo: _Gpo, estate: Estate, path: tuple[str, ...]) -> Iterator[tuple[Link, int | None]]:
    """The GPO's links on the path and to sites, with link order: as the topology has them, else as the export shows.

    A GPO whose export does not tell its links may be linked to any container whose links nobody describes, and in an
    estate without any link every GPO may be linked anywhere: its container is ''.
    """
    policy = gpo.policy
    described = estate.topology.linked
    on_path = [container.casefold() for container in path]
    told = [one for one in gpo.told if not path or one.key in on_path or one.key.startswith("site:")]
    for linked in sorted(told, key=lambda one: on_path.index(one.key) if one.key in on_path else -1):
        yield Link(linked.som.path, linked.entry.enabled, linked.entry.enforced, policy.evidence), linked.number
    for link in policy.links or ():
        key = link.som.rstrip("/").casefold()
        if key not in described and (not path or key in on_path or key.startswith("site:")):
            yield link, None
    untold = policy.links is None and not told and any(key not in described for key in on_path)
    if untold or (not described and (policy.links is None or not estate.linked)):
        yield Link("", True, False, policy.evidence), None


def _told(policy: Policy, topology: Topology) -> list[Linked]:
    """The policy's links as the topology has them: of sites, then of containers, by link order."""
    links_of = topology.links_of
    names = {policy.name.casefold(), policy.id.casefold(), policy.id.strip("{}").casefold()}
    found = [linked for name in names for linked in links_of.get(name, ())]
    return sorted(found, key=lambda linked: (linked.place, linked.number)) if len(found) > 1 else found


def _reach(policy: Policy, link: Link, number: int | None, path: tuple[str, ...], scope: Scope, at: Placement) -> Reach:
    site = link.som.casefold().startswith("site:")
    depth = _depth(link)
    gates: list[tuple[str, When]] = []
    if "entra" in at.joins:
        gates.append(("W-JOIN", negate(Is("join", "entra"))))
    if not link.som:
        gates.append(("G-LSDOU", Is(f'link of "{policy.name}"')))
    if site:
        gates.append(("G-LSDOU", Is("site", link.som[5:].casefold())))
    elif link.som and not path:
        gates.append(("G-LSDOU", Is(f"{'device' if scope is Scope.DEVICE else 'user'} in {link.som}")))
    if link.som and not link.enforced:
        gates.append(("G-BLOCK", _unblocked(path, depth, at.estate)))
    if policy.versions(scope) == (None, 0):
        told = Is(f'a version of the {_side(scope)} side of "{policy.name}" in the directory')
        gates.append(("G-EMPTY", told))
    gates += filtering.gates(policy, scope, at)
    rule = "G-ENFORCED-TOP" if link.enforced else "G-LSDOU"
    som = at.estate.topology.som_at(link.som)
    raw = som is not None and som.raw_order
    applied = None if at.observation is None else at.observation.applied_order(policy, scope, link.som)
    return Reach(policy, ALWAYS, (rule,), tuple(gates), scope, link.som, depth, link.enforced, number, raw, applied)


def _depth(link: Link) -> int:
    return 0 if link.som.casefold().startswith("site:") else link.som.rstrip("/").count("/") + 1


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


def standing(place: str | None, estate: Estate) -> Hashable:
    """What the GPO lists of a placement hang on: equal where the same links count under the same conditions."""
    path = _containers(place, estate.topology)
    if not path:
        return None
    gpos = estate.once(_Gpos)
    links = tuple(
        (gpo, link.som, link.enabled, link.enforced, order, _unblocked(path, _depth(link), estate))
        for gpo in sorted(set(gpos.near(path)) - gpos.untold)
        for link, order in _links(gpos.listed[gpo], estate, path)
    )
    described = estate.topology.linked
    return links, all(container.casefold() in described for container in path), filtering.at_controllers(place)


Beats = Callable[[Reach, Reach], bool]
"""Whether the first of two links certainly beats the second."""


def switch(device_side: Sequence[Reach], key: str, meanings: Mapping[object, str], beats: Beats) -> str:
    """What the computer's own settings make of processing: the winning meaning of a value, 'none' or 'unknown'."""
    found = [
        (reach, meanings.get(claim.value, "none"))
        for reach in device_side
        for claim in reach.policy.claims
        if claim.setting.key == key and claim.scope is Scope.DEVICE
    ]
    if all(meaning == "none" for _, meaning in found):
        return "none"
    for reach, meaning in found:
        rivals = (other for other, theirs in found if theirs != meaning)
        if reach.when == ALWAYS and all(beats(reach, other) for other in rivals):
            return meaning
    return "unknown"


def loopback_mode(device_side: Sequence[Reach], beats: Beats) -> str:
    """How user policy is processed, as the computer side sets it (G-LOOP-SELF): the winning mode, or 'unknown'."""
    return switch(device_side, LOOPBACK, LOOPBACK_MODES, beats)


def without_local(reaches: Sequence[Reach], device_side: Sequence[Reach], beats: Beats) -> Found:
    """The reaches, local policy kept out where a GPO of the directory turns it off (G-LGPO-OFF)."""
    if not any(is_local(reach) for reach in reaches):
        return [*reaches], []
    off = switch([reach for reach in device_side if not is_local(reach)], SWITCH, {1: "off"}, beats)
    if off == "none":
        return [*reaches], []
    into: list[Reach] = []
    out: list[Excluded] = []
    for reach in reaches:
        if not is_local(reach):
            into.append(reach)
        elif off == "off":
            out.append(Excluded(reach.policy, "G-LGPO-OFF", "a GPO turns local policy off", reach.scope))
        else:
            into.append(reach.gated("G-LGPO-OFF", Is("local policy is processed")))
    return into, out


def user_side(at: Placement, loopback: str, device_side: Sequence[Reach], beats: Beats) -> Found:
    """The user's GPO list, and under loopback the computer's list with its user side (G-LOOP-MERGE, G-LOOP-REPLACE).

    A user of another forest gets the computer's list, unless the computer allows cross-forest policy (G-LOOP-XFOREST).
    """
    foreign = _foreign(at, device_side, beats) if loopback != "replace" else NEVER
    into, out = gpo_reaches(at, Scope.USER, at.target.user)
    if loopback == "replace":
        text = "loopback replaces the user's GPO list"
        out += [Excluded(reach.policy, "G-LOOP-REPLACE", text, Scope.USER) for reach in into]
        into = []
    if loopback == "unknown":
        into = [reach.gated("G-LOOP-SELF", negate(Is("loopback", "replace"))) for reach in into]
    if foreign != NEVER:
        into = [reach.gated("G-LOOP-XFOREST", negate(foreign)) for reach in into]
    if loopback == "none" and foreign == NEVER:
        return into, out
    rule = {"merge": "G-LOOP-MERGE", "replace": "G-LOOP-REPLACE", "none": "G-LOOP-XFOREST"}.get(loopback, "G-LOOP-SELF")
    mode: When = negate(Is("loopback", "none")) if loopback == "unknown" else foreign if loopback == "none" else ALWAYS
    for reach in gpo_reaches(at, Scope.USER, at.target.device)[0]:
        if not is_local(reach):
            gated = reach.gated(rule, some(mode, foreign)) if mode != ALWAYS else reach
            into.append(replace(gated, reasons=(rule, *reach.reasons), by_loopback=True))
    return into, out


def _foreign(at: Placement, device_side: Sequence[Reach], beats: Beats) -> When:
    """Where the user's forest is another than the computer's and the computer does not allow its policy."""
    between = forests(at.target)
    allowed = switch(device_side, CROSS_FOREST, {1: "allowed"}, beats) if between else "allowed"
    if between is None or allowed == "allowed":
        return NEVER
    computers, users = between
    elsewhere = Is(f"{users} is in another forest than {computers}")
    return elsewhere if allowed == "none" else every(elsewhere, Is("cross-forest policy is not allowed"))


def forests(target: Target) -> tuple[str, str] | None:
    """The domains of the target's device and user, where one is not below the other."""
    computers, users = ((place or "").casefold().partition("/")[0] for place in (target.device, target.user))
    related = f".{users}".endswith(f".{computers}") or f".{computers}".endswith(f".{users}")
    return None if not computers or not users or related else (computers, users)
