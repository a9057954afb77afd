"""Which GPOs reach a target: links, blocked inheritance, filtering and loopback (semantics 1.1 to 1.6)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from policylint.estate import Estate
from policylint.facts import ALWAYS, NEVER, Is, When, every, negate, some
from policylint.model import Channel, Link, Policy, Scope
from policylint.reach import Excluded, Placement, Reach
from policylint.targets import member
from policylint.topology import Linked, Topology

LOOPBACK = r"hklm\software\policies\microsoft\windows\system!userpolicymode"
EVERYONES_GROUP = {Scope.DEVICE: "-515", Scope.USER: "-513"}
"""Domain Computers and Domain Users: how the SID ends of the group that every account of a side is in."""
LOOPBACK_MODES = {1: "merge", 2: "replace"}
"""UserPolicyMode (G-LOOP-VALUE)."""


def gpo_reaches(at: Placement, scope: Scope, place: str | None) -> Iterator[Reach | Excluded]:
    """The GPO list of one side: every link on the placement's path ([MS-GPOL] 3.2.5.1.3 to 3.2.5.1.7).

    Where nobody tells the placement, every link counts on the condition that the device or user stands there.
    """
    path = _containers(place)
    for policy in at.estate.policies:
        if policy.channel is not Channel.GPO:
            continue
        if scope in policy.disabled_sides:
            yield Excluded(policy, "G-STATUS", f"the {_side(scope)} side of the GPO is disabled", scope)
            continue
        links = list(_links(policy, at, path))
        if not links:
            yield Excluded(policy, "G-LSDOU", "not linked to a container of this target", scope)
        for link, number in links:
            if link.enabled:
                yield _reach(policy, link, number, path, scope, at)
            else:
                yield Excluded(policy, "G-LINK-DISABLED", f"its link to {link.som} is disabled", scope)


def _side(scope: Scope) -> str:
    return "computer" if scope is Scope.DEVICE else "user"


def _containers(place: str | None) -> tuple[str, ...]:
    """The canonical paths that apply to a placement, domain first: contoso.com, contoso.com/OU, …"""
    parts = place.rstrip("/").split("/") if place else []
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
    gates.append(("G-WMI", _wmi(policy, at.estate)))
    gates += _filtered(policy, scope, at)
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


def _wmi(policy: Policy, estate: Estate) -> When:
    """The WMI filter gives rows (G-WMI); one that fails denies the GPO, as measured (G-WMI-ERROR)."""
    if not policy.wmi_filter:
        return ALWAYS
    for entry in estate.topology.wmi_filter:
        if entry.name.casefold() == policy.wmi_filter.casefold() and entry.result is not None:
            return ALWAYS if entry.result is True else NEVER
    return Is(f'wmi-filter "{policy.wmi_filter}"')


def _filtered(policy: Policy, scope: Scope, at: Placement) -> list[tuple[str, When]]:
    """Security filtering: Apply allowed and not denied; for user policy the computer may also read it (G-MS16-072)."""
    if policy.filtering is None:
        return [("G-SECFILTER", Is(f'security filtering of "{policy.name}"'))]
    allowed = some(*(_principal(sid, scope, at) for sid in policy.filtering.apply))
    denied = some(*(_principal(sid, scope, at) for sid in policy.filtering.deny))
    gates = [("G-SECFILTER", every(allowed, negate(denied)))]
    if scope is Scope.USER and policy.filtering.read:
        gates.append(("G-MS16-072", some(*(_principal(sid, Scope.DEVICE, at) for sid in policy.filtering.read))))
    return gates


def _principal(sid: str, scope: Scope, at: Placement) -> When:
    if sid.startswith("S-1-5-21-") and sid.endswith(EVERYONES_GROUP[scope]):
        return ALWAYS
    return member(sid, at.target, at.estate)


def loopback_mode(device_side: list[Reach], beats: Callable[[Reach, Reach], bool]) -> str:
    """How user policy is processed, as the computer side sets it (G-LOOP-SELF): the winning mode, or 'unknown'.

    `beats` tells whether the first of two links certainly beats the second.
    """
    found = [
        (reach, LOOPBACK_MODES.get(claim.value, "none") if isinstance(claim.value, int) else "none")
        for reach in device_side
        for claim in reach.policy.claims
        if claim.setting.key == LOOPBACK and claim.scope is Scope.DEVICE
    ]
    if all(mode == "none" for _, mode in found):
        return "none"
    for reach, mode in found:
        rivals = (other for other, theirs in found if theirs != mode)
        if reach.when == ALWAYS and all(beats(reach, other) for other in rivals):
            return mode
    return "unknown"


def user_side(at: Placement, loopback: str) -> Iterator[Reach | Excluded]:
    """The user's GPO list, and under loopback the computer's list with its user side (G-LOOP-MERGE, G-LOOP-REPLACE)."""
    for item in gpo_reaches(at, Scope.USER, at.target.user):
        if isinstance(item, Reach) and loopback == "replace":
            yield Excluded(item.policy, "G-LOOP-REPLACE", "loopback replaces the user's GPO list", Scope.USER)
        elif isinstance(item, Reach) and loopback == "unknown":
            yield replace(item, gates=(*item.gates, ("G-LOOP-SELF", negate(Is("loopback", "replace")))))
        else:
            yield item
    if loopback == "none":
        return
    rule = {"merge": "G-LOOP-MERGE", "replace": "G-LOOP-REPLACE"}.get(loopback, "G-LOOP-SELF")
    for item in gpo_reaches(at, Scope.USER, at.target.device):
        if isinstance(item, Reach):
            gates = (*item.gates, (rule, negate(Is("loopback", "none")))) if loopback == "unknown" else item.gates
            yield replace(item, gates=gates, reasons=(rule, *item.reasons), by_loopback=True)
