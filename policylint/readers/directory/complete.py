"""Putting the directory's half of a GPO together with its settings, and naming what directory exports link in vain."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from policylint.model import Channel, Policy, Problem
from policylint.readers.directory.known import Described, DirectoryGpo, WmiQuery
from policylint.topology import GroupEntry, Topology


def complete(
    policies: Iterable[Policy], gpos: Iterable[DirectoryGpo], queries: Iterable[WmiQuery]
) -> tuple[Policy, ...]:
    """The policies, with what they lack filled in from the directory; what a backup says itself is never replaced.

    A copy of SYSVOL has only the settings: it is named by its id, and name, status and filters are the directory's.
    """
    by_id: dict[str, list[DirectoryGpo]] = {}
    for gpo in gpos:
        by_id.setdefault(gpo.id, []).append(gpo)
    filters = {query.id: query.name for query in queries}
    return tuple(
        _filled(policy, by_id[policy.id], filters) if policy.channel is Channel.GPO and policy.id in by_id else policy
        for policy in policies
    )


def _filled(policy: Policy, told: Sequence[DirectoryGpo], filters: Mapping[str, str]) -> Policy:
    for gpo in told:
        if policy.domain and gpo.domain and policy.domain.casefold() != gpo.domain.casefold():
            continue  # the default policies have the same id in every domain
        bare = policy.name == policy.id
        policy = replace(
            policy,
            domain=policy.domain or gpo.domain,
            directory_version=gpo.version if policy.directory_version is None else policy.directory_version,
            functionality=gpo.functionality if policy.functionality is None else policy.functionality,
            filtering=policy.filtering if policy.filtering is not None else gpo.filtering,
            disabled_sides=gpo.disabled_sides if bare and gpo.disabled_sides is not None else policy.disabled_sides,
            wmi_filter=policy.wmi_filter or (filters.get(gpo.wmi_filter, gpo.wmi_filter) if gpo.wmi_filter else None)
            if bare
            else policy.wmi_filter,
        )
    names = [gpo.name for gpo in told if gpo.name]
    return replace(policy, name=names[0]) if policy.name == policy.id and names else policy


def needed_groups(described: Topology, policies: Iterable[Policy], written: Iterable[Topology]) -> Topology:
    """The topology of an export with the groups that somebody asks for: a domain has thousands of others.

    Asked for are groups in security filters and assignments, groups of targets, and groups inside those.
    """
    wanted = [
        sid for p in policies if p.filtering for sid in (*p.filtering.apply, *p.filtering.deny, *p.filtering.read)
    ]
    wanted += [a.group for p in policies for a in p.assignments or () if a.group]
    wanted += [group for t in (described, *written) for target in t.target for group in target.groups or ()]
    by_name: dict[str, list[GroupEntry]] = {}
    for group in described.group:
        for name in {text.casefold() for text in (group.name, group.id) if text}:
            by_name.setdefault(name, []).append(group)
    waiting, seen, kept = [text.casefold() for text in wanted], set[str](), dict[int, GroupEntry]()
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            kept |= {id(group): group for group in by_name.get(name, ())}
            waiting += [m.casefold() for group in by_name.get(name, ()) for m in group.members or ()]
    return replace(described, group=[group for group in described.group if id(group) in kept])


def dangling(
    described: Iterable[Described], policies: Iterable[Policy], gpos: Iterable[DirectoryGpo]
) -> Iterator[Problem]:
    """Links to GPOs that were not read (G-LINK-DANGLING): one problem for each GPO and description."""
    names = {text.casefold() for p in policies if p.channel is Channel.GPO for text in (p.id, p.id.strip("{}"), p.name)}
    called = {gpo.id: gpo.name for gpo in gpos if gpo.name}
    for each in described:
        missing: dict[str, list[str]] = {}
        for som in each.topology.som:
            for link in som.links or ():
                if link.gpo.casefold() not in names:
                    missing.setdefault(link.gpo, []).append(som.path)
        for gpo, paths in missing.items():
            more = f" and {len(paths) - 1} more link" if len(paths) > 1 else " links"
            name = f" ({called[gpo]})" if gpo in called else ""
            text = f"{paths[0]}{more} the GPO '{gpo}'{name}, which is not among the policies that were read"
            yield Problem("RD017", text, each.evidence)
