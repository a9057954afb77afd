"""What changes about policies and containers themselves, whatever comes of it on machines."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from policylint.estate import Estate
from policylint.model import Channel, Policy
from policylint.topology import LinkEntry, Som, Topology

ContainerWhat = Literal["blocks", "inherits", "blocking-untold", "order"]
BLOCKING: Mapping[bool | None, ContainerWhat] = {True: "blocks", False: "inherits", None: "blocking-untold"}
What = Literal["added", "removed", "renamed", "settings", "status", "links", "filtering", "assignments"]


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """A policy that is not as it was."""

    what: tuple[What, ...]
    policy: Policy
    """As the new side has it, else as the old one had it."""
    effective: bool | None
    """Whether something that it sets changes on a target that was compared; None where nothing of it is evaluated."""


@dataclass(frozen=True, slots=True)
class ContainerChange:
    """A container whose own properties change: it blocks inheritance now, or inherits, or nobody tells any more; or the
    links that were there before have another order."""

    path: str
    what: tuple[ContainerWhat, ...]


def changed_policies(old: Estate, new: Estate, seen: Collection[str]) -> tuple[PolicyChange, ...]:
    """The policies that change, by name; `seen` are the keys of the settings that change on machines."""
    before, after = _by_id(old), _by_id(new)
    found = []
    for key, policy in {**before, **after}.items():
        a, b = before.get(key), after.get(key)
        what = tuple(_what(a, b, old, new))
        if what:
            claims = [claim for side in (a, b) if side for claim in side.claims]
            sweeps = [sweep.key for side in (a, b) if side for sweep in side.sweeps]
            effective = any(c.setting.key in seen for c in claims) or any(s in k for s in sweeps for k in seen)
            found.append(PolicyChange(what, policy, effective if claims or sweeps else None))
    return tuple(sorted(found, key=lambda c: (c.policy.name.casefold(), c.policy.name, c.policy.id, c.policy.domain)))


def _by_id(estate: Estate) -> dict[tuple[Channel, str, str, int], Policy]:
    """The policies by id and domain: the default GPOs have the same id in every domain."""
    counts: dict[tuple[Channel, str, str], int] = {}
    found = {}
    for policy in estate.policies:
        key = (policy.channel, policy.id.casefold(), policy.domain.casefold())
        counts[key] = counts.get(key, 0) + 1
        found[*key, counts[key]] = policy
    return found


def _what(a: Policy | None, b: Policy | None, old: Estate, new: Estate) -> Iterator[What]:
    if a is None or b is None:
        yield "added" if a is None else "removed"
        return
    if a.name != b.name:
        yield "renamed"
    if _settings(a) != _settings(b):
        yield "settings"
    if a.disabled_sides != b.disabled_sides:
        yield "status"
    if _links(a, old.topology) != _links(b, new.topology):
        yield "links"
    if (a.filtering, a.wmi_filter) != (b.filtering, b.wmi_filter):
        yield "filtering"
    if _assignments(a) != _assignments(b):
        yield "assignments"


def _settings(policy: Policy) -> Hashable:
    """What the policy says, wherever in its files it says so."""
    claims = frozenset((c.setting.key, c.scope, repr(c.value), c.type, c.absent, c.soft, c.when) for c in policy.claims)
    return claims, frozenset((s.scope, s.key, s.tree) for s in policy.sweeps)


def _links(policy: Policy, topology: Topology) -> Hashable:
    """Where the policy is linked, and how; None where nothing tells. Numbers are the containers' affair."""
    if policy.channel is not Channel.GPO:
        return None
    names = {policy.name.casefold(), policy.id.casefold(), policy.id.strip("{}").casefold()}
    told = [(linked.key, linked.entry) for name in names for linked in topology.links_of.get(name, ())]
    own = [link for link in policy.links or () if link.som.rstrip("/").casefold() not in topology.linked]
    if policy.links is None and not told:
        return None
    found = {(link.som.rstrip("/").casefold(), link.enabled, link.enforced) for link in own}
    return frozenset(found | {(key, entry.enabled, entry.enforced) for key, entry in told})


def _assignments(policy: Policy) -> Hashable:
    return None if policy.assignments is None else frozenset(policy.assignments)


def changed_containers(old: Topology, new: Topology) -> tuple[ContainerChange, ...]:
    """The containers that both sides describe differently, by path."""
    found = []
    for key in sorted({*old.soms, *new.soms}):
        a, b = old.soms.get(key, Som(path=key)), new.soms.get(key, Som(path=key))
        what: list[ContainerWhat] = []
        if a.blocks_inheritance != b.blocks_inheritance:
            what.append(BLOCKING[b.blocks_inheritance])
        if _order(a, b) != _order(b, a):
            what.append("order")
        if what:
            found.append(ContainerChange(new.soms.get(key, a).path, tuple(what)))
    return tuple(found)


def _order(som: Som, other: Som) -> list[str]:
    """The links that both have, in the order of the first."""
    known = {_name(link) for link in other.links or ()}
    return [_name(link) for link in som.links or () if _name(link) in known]


def _name(link: LinkEntry) -> str:
    return link.gpo.casefold()
