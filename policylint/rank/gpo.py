"""Which GPOs reach a target: links, blocked inheritance, filtering and loopback (semantics 1.1 to 1.6)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from policylint.estate import Estate
from policylint.facts import ALWAYS, NEVER, Is, When, every, negate, some
from policylint.model import Channel, Link, Policy, Scope
from policylint.rank import filtering
from policylint.rank.local_policy import SWITCH, is_local, layer_of, local_reach
from policylint.rank.reach import Excluded, Placement, Reach
from policylint.topology import Linked, Topology

LOOPBACK = r"hklm\software\policies\microsoft\windows\system!userpolicymode"
CROSS_FOREST = r"hklm\software\policies\microsoft\windows\system!allowx-forestpolicy-and-rup"
NO_OUS = ("users", "computers")
FUNCTIONALITY = 2
"""The only version of a GPO's format (G-FUNCVER)."""
LOOPBACK_MODES: Mapping[object, str] = {1: "merge", 2: "replace"}
"""UserPolicyMode (G-LOOP-VALUE)."""


def gpo_reaches(at: Placement, scope: Scope, place: str | None) -> Iterator[Reach | Excluded]:
    """The GPO list of one side: every link on the placement's path ([MS-GPOL] 3.2.5.1.3 to 3.2.5.1.7).

    Where nobody tells the placement, every link counts on the condition that the device or user stands there.
    """
    path = _containers(place, at.estate.topology)
    on_path = {container.casefold() for container in path}
    for gpo in at.estate.once(_gpos):
        policy = gpo.policy
        if scope in policy.disabled_sides:
            yield Excluded(policy, "G-STATUS", f"the {_side(scope)} side of the GPO is disabled", scope)
            continue
        if gpo.layer is not None:
            yield local_reach(policy, scope, gpo.layer)
            continue
        if scope in gpo.denied:
            yield gpo.denied[scope]
            continue
        if on_path and gpo.places is not None and gpo.places.isdisjoint(on_path):
            yield gpo.elsewhere[scope]
            continue
        links = list(_links(policy, at, path))
        if not links:
            yield gpo.elsewhere[scope]
        for link, number in links:
            if link.enabled:
                yield _reach(policy, link, number, path, scope, at)
            else:
                yield Excluded(policy, "G-LINK-DISABLED", f"its link to {link.som} is disabled", scope)


@dataclass(frozen=True, slots=True)
class _Gpo:
    """A GPO of the estate, with what is the same for every target."""

    policy: Policy
    layer: tuple[int, When] | None
    """For a local policy."""
    places: frozenset[str] | None
    """The containers that it may be linked to, without case; None where sites or anything else are among them."""
    elsewhere: Mapping[Scope, Excluded]
    denied: Mapping[Scope, Excluded]
    """The sides that its versions keep out."""


def _gpos(estate: Estate) -> tuple[_Gpo, ...]:
    return tuple(
        _Gpo(
            policy,
            layer_of(policy),
            _places(policy, estate),
            {s: Excluded(policy, "G-LSDOU", "not linked to a container of this target", s) for s in Scope},
            {s: excluded for s in Scope if (excluded := _denied(policy, s)) is not None},
        )
        for policy in estate.policies
        if policy.channel is Channel.GPO
    )


def _denied(policy: Policy, scope: Scope) -> Excluded | None:
    """Why the versions of a GPO deny one side of it ([MS-GPOL] 3.2.5.1.6)."""
    if policy.functionality not in (None, FUNCTIONALITY):
        return Excluded(policy, "G-FUNCVER", f"its functionality version is {policy.functionality}, not 2", scope)
    if policy.versions(scope) == (0, 0):
        return Excluded(policy, "G-EMPTY", f"the version of the {_side(scope)} side of the GPO is 0", scope)
    return None


def _places(policy: Policy, estate: Estate) -> frozenset[str] | None:
    topology = estate.topology
    if policy.links is None or not (topology.linked or estate.linked):
        return None
    told = {linked.key for linked in _told(policy, topology, ())}
    places = told | {link.som.rstrip("/").casefold() for link in policy.links}
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


def _links(policy: Policy, at: Placement, path: tuple[str, ...]) -> Iterator[tuple[Link, int | None]]:
    """The policy's links on the path and to sites, with link order: as the topology has them, else as the export shows.

    A GPO whose export does not tell its links may be linked to any container whose links nobody describes, and in an
    estate without any link every GPO may be linked anywhere: its container is ''.
    """
    described = at.estate.topology.linked
    on_path = [container.casefold() for container in path]
    told = _told(policy, at.estate.topology, on_path)
    for linked in told:
        yield Link(linked.som.path, linked.entry.enabled, linked.entry.enforced, policy.evidence), linked.number
    for link in policy.links or ():
        key = link.som.rstrip("/").casefold()
        if key not in described and (not path or key in on_path or key.startswith("site:")):
            yield link, None
    untold = policy.links is None and not told and any(key not in described for key in on_path)
    if untold or (not described and (policy.links is None or not at.estate.linked)):
        yield Link("", True, False, policy.evidence), None


def _told(policy: Policy, topology: Topology, on_path: Sequence[str]) -> list[Linked]:
    """The policy's links as the topology has them: of sites, then of the path; of all without a path."""
    links_of = topology.links_of
    names = {policy.name.casefold(), policy.id.casefold(), policy.id.strip("{}").casefold()}
    found = [
        linked
        for name in names
        for linked in links_of.get(name, ())
        if not on_path or linked.key in on_path or linked.key.startswith("site:")
    ]

    def order(linked: Linked) -> tuple[int, int, int]:
        return on_path.index(linked.key) if linked.key in on_path else -1, linked.place, linked.number

    return sorted(found, key=order) if len(found) > 1 else found


def _reach(policy: Policy, link: Link, number: int | None, path: tuple[str, ...], scope: Scope, at: Placement) -> Reach:
    site = link.som.casefold().startswith("site:")
    depth = 0 if site else link.som.rstrip("/").count("/") + 1
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


def without_local(
    items: Iterable[Reach | Excluded], device_side: Sequence[Reach], beats: Beats
) -> Iterator[Reach | Excluded]:
    """The items, local policy kept out where a GPO of the directory turns it off (G-LGPO-OFF)."""
    listed = list(items)
    if not any(isinstance(item, Reach) and is_local(item) for item in listed):
        yield from listed
        return
    off = switch([reach for reach in device_side if not is_local(reach)], SWITCH, {1: "off"}, beats)
    for item in listed:
        if off == "none" or isinstance(item, Excluded) or not is_local(item):
            yield item
        elif off == "off":
            yield Excluded(item.policy, "G-LGPO-OFF", "a GPO turns local policy off", item.scope)
        else:
            yield replace(item, gates=(*item.gates, ("G-LGPO-OFF", Is("local policy is processed"))))


def user_side(at: Placement, loopback: str, device_side: Sequence[Reach], beats: Beats) -> Iterator[Reach | Excluded]:
    """The user's GPO list, and under loopback the computer's list with its user side (G-LOOP-MERGE, G-LOOP-REPLACE).

    A user of another forest gets the computer's list, unless the computer allows cross-forest policy (G-LOOP-XFOREST).
    """
    foreign = _foreign(at, device_side, beats) if loopback != "replace" else NEVER
    for item in gpo_reaches(at, Scope.USER, at.target.user):
        if isinstance(item, Reach) and loopback == "replace":
            yield Excluded(item.policy, "G-LOOP-REPLACE", "loopback replaces the user's GPO list", Scope.USER)
            continue
        gates: list[tuple[str, When]] = []
        if loopback == "unknown":
            gates.append(("G-LOOP-SELF", negate(Is("loopback", "replace"))))
        if foreign != NEVER:
            gates.append(("G-LOOP-XFOREST", negate(foreign)))
        yield replace(item, gates=(*item.gates, *gates)) if isinstance(item, Reach) and gates else item
    if loopback == "none" and foreign == NEVER:
        return
    rule = {"merge": "G-LOOP-MERGE", "replace": "G-LOOP-REPLACE", "none": "G-LOOP-XFOREST"}.get(loopback, "G-LOOP-SELF")
    mode: When = negate(Is("loopback", "none")) if loopback == "unknown" else foreign if loopback == "none" else ALWAYS
    for item in gpo_reaches(at, Scope.USER, at.target.device):
        if isinstance(item, Reach) and not is_local(item):
            gates = [*item.gates, (rule, some(mode, foreign))] if mode != ALWAYS else [*item.gates]
            yield replace(item, gates=tuple(gates), reasons=(rule, *item.reasons), by_loopback=True)


def _foreign(at: Placement, device_side: Sequence[Reach], beats: Beats) -> When:
    """Where the user's forest is another than the computer's and the computer does not allow its policy."""
    computers, users = ((place or "").casefold().partition("/")[0] for place in (at.target.device, at.target.user))
    related = f".{users}".endswith(f".{computers}") or f".{computers}".endswith(f".{users}")
    allowed = "none" if related else switch(device_side, CROSS_FOREST, {1: "allowed"}, beats)
    if not computers or not users or related or allowed == "allowed":
        return NEVER
    elsewhere = Is(f"{users} is in another forest than {computers}")
    return elsewhere if allowed == "none" else every(elsewhere, Is("cross-forest policy is not allowed"))
