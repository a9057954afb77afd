"""Which settings are contested, and estates that hold nothing but the settings that somebody looks at."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from policylint.estate import Estate
from policylint.families.related import related_keys
from policylint.model import Channel, Policy
from policylint.rank.gpo import LOOPBACK

_OTHER_HIVE = {"hklm": "hkcu", "hkcu": "hklm"}


def contested(estate: Estate) -> Estate:
    """The GPOs of the estate with the settings that more than one claims or sweeps away, on one side or on both.

    Settings that act on others under another id are among them (see `related`), and so is always the loopback mode: it
    decides which user settings reach a target. GPOs that nobody tells a link of are left out where the links of others
    are known.
    """
    gpos = tuple(p for p in estate.policies if p.channel is Channel.GPO and not unplaced(p, estate))
    claimants: dict[str, str] = {}
    several: set[str] = set()
    for policy in gpos:
        for claim in policy.claims:
            if claimants.setdefault(claim.setting.key, policy.id) != policy.id:
                several.add(claim.setting.key)
    both_sides = {key for key in claimants if _twin(key) in claimants}
    told = replace(estate, policies=gpos)
    return narrow(told, {*several, *both_sides, *_swept(told, claimants), *related_keys(gpos), LOOPBACK})


def unplaced(policy: Policy, estate: Estate) -> bool:
    """Whether a GPO may be linked anywhere, in an estate whose other GPOs show their links."""
    if policy.channel is not Channel.GPO or policy.links is not None or not estate.linked:
        return False
    return not {policy.name.casefold(), policy.id.casefold(), policy.id.strip("{}").casefold()} & estate.topology.gpos


def _twin(key: str) -> str:
    """The same registry value in the other hive; '' for other settings."""
    hive, _, rest = key.partition("\\")
    return f"{_OTHER_HIVE[hive]}\\{rest}" if hive in _OTHER_HIVE else ""


def _swept(estate: Estate, claimants: Collection[str]) -> set[str]:
    """The registry values that some policy sweeps away with their key."""
    sweeps = {(sweep.key, sweep.tree) for policy in estate.policies for sweep in policy.sweeps}
    found = set()
    for key in claimants if sweeps else ():
        path = registry_path(key)
        parts = path.split("\\")
        above = ("\\".join(parts[:n]) for n in range(1, len(parts)))
        if (path, False) in sweeps or (path, True) in sweeps or any((folder, True) in sweeps for folder in above):
            found.add(key)
    return found


def registry_path(key: str) -> str:
    """The registry key, without hive, of the setting with this (case-folded) key; '' for other settings."""
    return key.partition("\\")[2].rpartition("!")[0] if key.startswith(("hklm\\", "hkcu\\")) else ""


def narrow(estate: Estate, keys: Collection[str]) -> Estate:
    """The estate with only the claims on these settings; policies without any drop out."""
    paths = {path for key in keys if (path := registry_path(key))}
    kept = []
    for policy in estate.policies:
        claims = tuple(claim for claim in policy.claims if claim.setting.key in keys)
        sweeps = tuple(s for s in policy.sweeps if s.key in paths or (s.tree and _above(s.key, paths)))
        if claims or sweeps:
            kept.append(replace(policy, claims=claims, sweeps=sweeps))
    return replace(estate, policies=tuple(kept))


def _above(key: str, paths: Collection[str]) -> bool:
    return any(path.startswith(f"{key}\\") for path in paths)
