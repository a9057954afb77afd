"""Which targets an estate has, and what is known about each: memberships, join type, tenant."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from policylint.errors import UsageError
from policylint.estate import Estate
from policylint.facts import ALWAYS, NEVER, FactValue, Is, When
from policylint.model import Channel, Policy, Scope
from policylint.topology import GroupEntry, Som, Target

ANY_DEVICE = "any device"
"""The target of an estate that shows no container at all."""

COMPARED = 5_000
"""Up to so many targets a misspelt one is compared with, which takes a second for a hundred thousand."""

EVERYONE = frozenset({"s-1-5-11", "s-1-1-0"})
"""Authenticated Users and Everyone: every device and user of the domain is in them."""


def targets(estate: Estate) -> tuple[Target, ...]:
    """The topology's targets; where nobody wrote any, each container that something happens in; else `any device`.

    Targets that gpresult reports tell come on top. A container that links nothing and blocks nothing sees what the one
    above it sees, so in a whole directory only the others count.
    """
    return estate.once(_listed)


def _listed(estate: Estate) -> tuple[Target, ...]:
    if not is_derived(estate):
        return tuple(estate.topology.target)
    observed = tuple(estate.topology.target)
    every = estate.topology.soms
    paths = {key: som.path.rstrip("/") for key, som in every.items() if not _same_as_above(som, every)}
    for policy in sorted(estate.policies, key=lambda p: p.id):
        for link in policy.links or ():
            paths.setdefault(link.som.rstrip("/").casefold(), link.som.rstrip("/"))
    derived = [
        Target(name=path, site=path[5:])
        if path.casefold().startswith("site:")
        else Target(name=path, device=path, user=path)
        for _, path in sorted(paths.items())
    ]
    return (*derived, *observed) or (Target(name=ANY_DEVICE),)


def is_derived(estate: Estate) -> bool:
    """Whether nobody wrote targets down, so that they are the containers that the exports show."""
    return all(target.observed for target in estate.topology.target)


def _same_as_above(som: Som, every: Mapping[str, Som]) -> bool:
    above = som.path.rstrip("/").casefold().rpartition("/")[0]
    if som.path.casefold().startswith("site:"):
        return som.links == []
    return som.links == [] and som.blocks_inheritance is False and above in every


def find_target(name: str | None, estate: Estate) -> Target:
    """The target of that name, or whose container ends so (`Paris`, `Servers/Paris`).

    Raises UsageError when none fits, or several do.
    """
    known = targets(estate)
    quiet = [Target(name=som.path, device=som.path, user=som.path) for som in estate.topology.som]
    if name is None and len(known) == 1:
        return known[0]
    names = ", ".join(f"'{t.name}'" for t in known[:12]) + (f" and {len(known) - 12} more" if len(known) > 12 else "")
    if name is None:
        raise UsageError(f"which target? Add --for with one of: {names}")
    wanted = name.casefold()
    found = [t for t in known if t.name.casefold() == wanted]
    found = found or [t for t in known if t.name.casefold().endswith(f"/{wanted}")]
    if not found:
        found = [t for t in quiet if f"/{t.name.casefold()}".endswith(f"/{wanted}")]
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(f"'{name}' fits several targets: {', '.join(t.name for t in found)}")
    near = difflib.get_close_matches(name, [t.name for t in known], 1, 0.5) if len(known) <= COMPARED else []
    raise UsageError(f"no target '{name}'" + (f"; did you mean '{near[0]}'?" if near else "") + f"; there are: {names}")


def known_facts(target: Target, estate: Estate) -> dict[str, FactValue]:
    """The facts that are given, or follow: an Entra joined device gets no GPO, an AD joined one no Intune (W-JOIN)."""
    known: dict[str, FactValue] = dict(target.facts.known())
    if known.get("join") == "ad":
        known.setdefault("mdm", False)
    if estate.tenant is not None:
        known["tenant"] = estate.tenant.casefold()
    if target.site is not None:
        known["site"] = target.site.casefold()
    for wmi in estate.topology.wmi_filter:
        if isinstance(wmi.result, bool):
            known[f'wmi-filter "{wmi.name}"'] = wmi.result
    for entry in estate.topology.filter:
        if entry.result is not None:
            known[f'filter "{entry.name}"'] = entry.result
    return known


def joins(target: Target, estate: Estate) -> tuple[str, ...]:
    """The join types that are possible, the assumed one first. A device placed in AD is not merely Entra joined."""
    if target.facts.join is not None:
        return (target.facts.join,)
    if target.device or target.user:
        return ("hybrid", "ad")
    if any(policy.channel is Channel.GPO for policy in estate.policies):
        return ("hybrid", "ad", "entra")
    return ("entra", "hybrid")


def member(name: str, target: Target, estate: Estate, side: Scope | None = None) -> When:
    """Whether the target's device or user is in a group, given by name, object id or SID: known, or a condition.

    With a side, only its device, or its user, is asked about. Nothing follows from who else is in the group where
    nobody tells the name of one that is asked about.
    """
    wanted = _aliases(name, estate)
    if wanted & EVERYONE:
        return ALWAYS
    entries = _entries(wanted, estate)
    if target.groups is not None:
        mine = frozenset[str]().union(*[_aliases(group, estate) for group in target.groups])
        return ALWAYS if mine & wanted or (entries and _contains(entries, accounts(target) | mine, estate)) else NEVER
    if any(g.members is not None for g in entries):
        if _contains(entries, accounts(target, side), estate):
            return ALWAYS
        asked = (target.device_name, Scope.DEVICE), (target.user_name, Scope.USER)
        if all(told for told, of in asked if side in (None, of)):
            return NEVER
    label = next((g.name for g in entries), _display(name, estate))
    return Is(f'group "{label}"')


def principals(policies: Iterable[Policy]) -> Iterator[str]:
    """Everything that `member` is asked about: who security filters and assignments name."""
    for policy in policies:
        if policy.filtering is not None:
            filtering = policy.filtering
            yield from (*filtering.apply, *filtering.deny, *filtering.read, *filtering.deny_read)
        yield from (assignment.group for assignment in policy.assignments or () if assignment.group)


def alternatives(names: Iterable[str], estate: Estate) -> tuple[frozenset[str], frozenset[str]]:
    """What decides whether a target is in one of the groups, without case.

    First every spelling of these groups and of the groups inside them, then what those list as members: a group of a
    target that is not among the first, and a name that is not among the second, make no difference.
    """
    groups, members = set[str](), set[str]()
    waiting = [alias for name in names for alias in _aliases(name, estate)]
    while waiting:
        name = waiting.pop()
        if name in groups:
            continue
        groups |= {name}
        waiting += _aliases(name, estate)
        for entry in estate.topology.groups_named.get(name, ()):
            members |= {text.casefold() for text in entry.members or ()}
            waiting += [text.casefold() for text in entry.members or ()]
    return frozenset(groups), frozenset(members)


def _entries(wanted: Iterable[str], estate: Estate) -> Sequence[GroupEntry]:
    """The topology's entries of a group, by any of its spellings, in the order of the file."""
    named = estate.topology.groups_named
    found = {id(entry): entry for alias in sorted(wanted) for entry in named.get(alias, ())}
    return [entry for entry in estate.topology.group if id(entry) in found] if len(found) > 1 else [*found.values()]


def _aliases(name: str, estate: Estate) -> frozenset[str]:
    """Every spelling of a group: what exports call it and what the topology calls it."""
    known = estate.once(_spellings)
    if name not in known:
        known[name] = _spelled(name, estate)
    return known[name]


def _spellings(_: Estate) -> dict[str, frozenset[str]]:
    return {}


def _spelled(name: str, estate: Estate) -> frozenset[str]:
    found, waiting = set[str](), [name.casefold()]
    while waiting:
        alias = waiting.pop()
        if alias not in found:
            found.add(alias)
            for group in estate.groups_named.get(alias, ()):
                waiting += (group.id.casefold(), group.name.casefold())
            for entry in estate.topology.groups_named.get(alias, ()):
                waiting += entry.names
    return frozenset(found)


def _display(name: str, estate: Estate) -> str:
    folded = name.casefold()
    return next((g.name for g in estate.groups_named.get(folded, ()) if g.id.casefold() == folded), name)


def accounts(target: Target, side: Scope | None = None) -> frozenset[str]:
    """The names by which a group may list the device or the user. A computer account is the device's name and `$`."""
    device = (target.device_name or "").casefold().removesuffix("$") if side is not Scope.USER else ""
    user = (target.user_name or "").casefold() if side is not Scope.DEVICE else ""
    return frozenset((*((device, f"{device}$") if device else ()), *((user,) if user else ())))


def _contains(entries: Iterable[GroupEntry], principals: Collection[str], estate: Estate) -> bool:
    """Whether one of the groups holds one of the principals, directly or through other groups."""
    waiting, seen = list(entries), set[str]()
    while waiting:
        group = waiting.pop()
        for text in group.members or ():
            if text.casefold() in principals:
                return True
            if text.casefold() not in seen:
                seen.add(text.casefold())
                waiting.extend(estate.topology.groups_named.get(text.casefold(), ()))
    return False
