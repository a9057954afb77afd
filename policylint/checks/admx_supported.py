"""Administrative templates against the Windows and the store around them (AD006, AD008)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from policylint.catalogue.admx_policy import AdmxPolicy
from policylint.catalogue.raising import owners_of
from policylint.checks.found import Found, Spot, claim_spot, listed, quoted
from policylint.checks.os_builds import build
from policylint.estate import Estate
from policylint.evidence import Evidence
from policylint.families.whfb_settings import BY_ID
from policylint.model import Channel, Claim, Policy
from policylint.targets import targets

_WINDOWS = "microsoft.policies.windows"
_SERVERS = frozenset({20348, 25398})
"""Builds of servers only: which client release they compare to, no definition says."""

FIRST: Mapping[str, tuple[int, str]] = {
    "windows_10_0_rs1": (14393, "Windows 10 1607"),
    "windows_10_0_rs2": (15063, "Windows 10 1703"),
    "windows_10_0_rs3": (16299, "Windows 10 1709"),
    "windows_10_0_rs4": (17134, "Windows 10 1803"),
    "windows_10_0_rs5": (17763, "Windows 10 1809"),
    "windows_10_0_rs6": (18362, "Windows 10 1903"),
    "windows_10_0_rs6_noserver": (18362, "Windows 10 1903"),
    "windows_10_0_19h1": (18362, "Windows 10 1903"),
    "windows_10_0_20h1": (19041, "Windows 10 2004"),
    "windows_11_0_noserver": (22000, "Windows 11"),
    "windows_11_0_22h2": (22621, "Windows 11 22H2"),
    "windows_11_0_22h2_noserver": (22621, "Windows 11 22H2"),
    "windows_11_0_24h2": (26100, "Windows 11 24H2"),
}
"""What "at least" means in the supportedOn definitions of Windows.admx, by their names."""

_NAMED = 3
_CENTRAL = re.compile(r"(?:^|/)sysvol/(?:.*/)?policies/policydefinitions/", re.IGNORECASE)
_LOCAL = re.compile(r"(?:^|/)windows/policydefinitions/", re.IGNORECASE)


def newer_than_targets(estate: Estate) -> Iterator[Found]:
    """A GPO sets policies for a later Windows than any target of the estate runs (AD006).

    Only where every target tells its build: reach is not asked for, and need not be.
    """
    known = [build(str(target.facts.known().get("os-build", ""))) for target in targets(estate)]
    majors = [device.major for device in known if device is not None]
    if not majors or len(majors) < len(known) or _SERVERS & set(majors):
        return
    for policy in estate.policies:
        if policy.channel is Channel.GPO:
            yield from _newer(policy, max(majors), estate)


def _newer(policy: Policy, newest: int, estate: Estate) -> Iterator[Found]:
    found: dict[tuple[int, str], dict[str, Claim]] = {}
    for claim in policy.claims:
        owner = _owner(claim, estate)
        first = _first(owner) if owner else None
        if owner and first and first[0] > newest:
            found.setdefault(first, {}).setdefault(owner.display_name, claim)
    for (_, release), named in found.items():
        names = [quoted([name]) for name in list(named)[:_NAMED]]
        more = [f"{len(named) - _NAMED} more"] if len(named) > _NAMED else []
        first_claim = min(named.values(), key=lambda claim: claim.setting.key)
        yield Found(
            f"{quoted([policy.name])} sets {listed([*names, *more])} for {release} or later, and every target runs an "
            "older Windows",
            tuple(claim_spot(claim, policy, f"{release} or later") for claim in list(named.values())[:_NAMED]),
            first_claim.setting.text,
            first_claim.scope.value,
            confidence="possible",
        )


def _owner(claim: Claim, estate: Estate) -> AdmxPolicy | None:
    """The policy behind a registry value, where all that own it are for one release."""
    hive = claim.setting.key.partition("\\")[0]
    if hive not in ("hklm", "hkcu") or claim.absent or claim.setting.key in BY_ID:
        return None
    owners = [slot.policy for slot in owners_of(estate.store, claim.setting)]
    return owners[0] if owners and len({_first(owner) for owner in owners}) == 1 else None


def _first(policy: AdmxPolicy) -> tuple[int, str] | None:
    """The first build and its release, from the supportedOn of Windows' own definitions."""
    named = policy.supported_on
    if named is None or named.namespace.casefold() != _WINDOWS:
        return None
    return FIRST.get(named.name.casefold().removeprefix("supported_"))


def local_store_ignored(estate: Estate) -> Iterator[Found]:
    """A computer's own definitions beside a central store, which the editor reads instead (AD008)."""
    central = {file.name: file.path for file in estate.admx if _CENTRAL.search(file.path)}
    local = {file.name: file.path for file in estate.admx if _LOCAL.search(file.path) and file.name not in central}
    if central and local:
        names = [path.rpartition("/")[2] for path in local.values()]
        more = [f"{len(names) - _NAMED} more"] if len(names) > _NAMED else []
        store = next(iter(central.values())).rpartition("/")[0]
        yield Found(
            f"{listed([*names[:_NAMED], *more])} {'stands' if len(names) == 1 else 'stand'} in a computer's own store "
            f"only: the editor reads the central store {store} alone and does not show their policies",
            tuple(Spot(Evidence(path), None, "not read") for path in list(local.values())[:_NAMED]),
        )
