"""Which settings are contested, and estates that hold nothing but the settings that somebody looks at."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from policylint.claimed import Claimed, claimed
from policylint.estate import Estate
from policylint.families.related import related_keys
from policylint.model import Channel, Policy, Sweep
from policylint.rank.gpo import LOOPBACK


def contested(estate: Estate) -> Estate:
    """The GPOs of the estate with the settings that more than one claims or sweeps away, on one side or on both.

    Settings that act on others under another id are among them (see `related`), and so is always the loopback mode: it
    decides which user settings reach a target. GPOs that nobody tells a link of are left out where the links of others
    are known.
    """
    ids = {n: p.id for n, p in enumerate(estate.policies) if p.channel is Channel.GPO and not unplaced(p, estate)}
    gpos = [estate.policies[number] for number in ids]
    claimants: set[str] = set()
    several: set[str] = set()
    for key, places in claimed(estate).by_key.items():
        first, last = ids.get(places[0][1]), ids.get(places[-1][1])
        mine = {first, last}
        if first == last or None in mine:  # what lies between tells
            mine = {ids.get(number) for number in {number for _, number, _ in places}} - {None}
        if mine:
            claimants.add(key)
            if len(mine) > 1:
                several.add(key)
    users = {key for key in claimants if key.startswith("hkcu\\") and f"hklm{key[4:]}" in claimants}
    both_sides = users.union(f"hklm{key[4:]}" for key in users)
    swept = _swept(gpos, claimed(estate)) & claimants
    keys = {*several, *both_sides, *swept, *related_keys(gpos, claimants), LOOPBACK}
    return narrow(estate, keys, gpos)


def unplaced(policy: Policy, estate: Estate) -> bool:
    """Whether a GPO may be linked anywhere, in an estate whose other GPOs show their links."""
    if policy.channel is not Channel.GPO or policy.links is not None or not estate.linked:
        return False
    return not {policy.name.casefold(), policy.id.casefold(), policy.id.strip("{}").casefold()} & estate.topology.gpos


def _swept(gpos: Iterable[Policy], claims: Claimed) -> set[str]:
    """The registry values that some policy sweeps away with their key."""
    sweeps = {(sweep.key, sweep.tree) for policy in gpos for sweep in policy.sweeps}
    return {
        key
        for folder, tree in sweeps
        for key in claims.beginning((f"hklm\\{folder}", f"hkcu\\{folder}"))
        if (path := registry_path(key)) == folder or (tree and path.startswith(f"{folder}\\"))
    }


def registry_path(key: str) -> str:
    """The registry key, without hive, of the setting with this (case-folded) key; '' for other settings."""
    return key.partition("\\")[2].rpartition("!")[0] if key.startswith(("hklm\\", "hkcu\\")) else ""


def narrow(estate: Estate, keys: Collection[str], among: Collection[Policy] | None = None) -> Estate:
    """The estate with only the claims of these policies (or all) on these settings; policies without any drop out."""
    paths = sorted({path for key in keys if (path := registry_path(key))})
    told = {id(policy): tuple(claims) for policy, claims in claimed(estate).by_policy(keys)} if among is None else None
    kept = []
    for policy in estate.policies if among is None else among:
        if told is None:
            claims = tuple([claim for claim in policy.claims if claim.setting.key in keys])
        else:
            claims = told.get(id(policy), ())
        sweeps = tuple([sweep for sweep in policy.sweeps if _sweeps(sweep, paths)]) if policy.sweeps else ()
        if (claims or sweeps) and (len(claims), len(sweeps)) == (len(policy.claims), len(policy.sweeps)):
            kept.append(policy)
        elif claims or sweeps:
            kept.append(replace(policy, claims=claims, sweeps=sweeps))
    return replace(estate, policies=tuple(kept))


def _sweeps(sweep: Sweep, paths: Sequence[str]) -> bool:
    """Whether a sweep removes values of one of the keys, which are sorted."""
    first = bisect_left(paths, sweep.key)
    if first < len(paths) and paths[first] == sweep.key:
        return True
    below = f"{sweep.key}\\"
    first = bisect_left(paths, below)
    return sweep.tree and first < len(paths) and paths[first].startswith(below)
