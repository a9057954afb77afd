"""What Intune profiles say together: BitLocker in pieces (IN030), tenants that differ (IN031)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from policylint.checks.found import Found, Spot, claim_spot, quoted
from policylint.checks.overlap import Overlap, overlaps
from policylint.claimed import claimed
from policylint.estate import Estate
from policylint.model import Channel, Claim, Policy, Scope

_BITLOCKER = "device_vendor_msft_bitlocker_"
_NAMED = 3

_TENANTS = frozenset(
    {
        "hklm\\software\\policies\\microsoft\\onedrive!kfmoptinwithwizard",
        "hklm\\software\\policies\\microsoft\\onedrive!kfmsilentoptin",
    }
)
"""Values that hold the id of the organisation's own tenant, and no other."""

_GUID = re.compile(r"\{?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\}?", re.IGNORECASE)
_FILLED_IN = re.compile(r"%[^%]+%|\{\{.+\}\}")
"""Variables, which somebody replaces before the profile is used."""


def split_bitlocker(estate: Estate) -> Iterator[Found]:
    """Profiles that each hold a part of the BitLocker settings and meet on one device (IN030, M-BL)."""
    parts = list(_bitlocker(estate))
    meet = overlaps(estate)
    for (a, mine), (b, theirs) in combinations(parts, 2):
        shared = mine.keys() & theirs.keys()
        if len(shared) in (len(mine), len(theirs)):
            continue  # one repeats the other, in whole or in part
        sure = meet.of(a, b, Scope.DEVICE)
        if sure == "certain" or (sure == "possible" and not shared):
            both = (a, [*mine.values()]), (b, [*theirs.values()])
            yield _pieces(sorted(both, key=lambda part: len(part[1])), sure)


def _pieces(parts: Sequence[tuple[Policy, Sequence[Claim]]], sure: Overlap) -> Found:
    (less, few), (more, many) = parts
    return Found(
        f"{quoted([less.name])} holds {len(few)} and {quoted([more.name])} {len(many)} settings of BitLocker"
        f"{' for the same devices' if sure == 'certain' else ''}: encryption begins with those that have arrived, and "
        "they are to be sent together",
        (claim_spot(few[0], less, "a part"), claim_spot(many[0], more, "another part")),
        severity=None if sure == "certain" else "note",
        confidence="likely" if sure == "certain" else "possible",
        help=f"move the settings of {quoted([less.name])} to {quoted([more.name])}",
    )


def _bitlocker(estate: Estate) -> Iterator[tuple[Policy, Mapping[str, Claim]]]:
    """The settings of the BitLocker CSP that each Intune profile states, one claim for each, by its key."""
    for policy in estate.policies:
        if policy.channel is Channel.MDM and policy.kind != "compliance":
            found = {c.setting.key: c for c in policy.written if c.setting.key.startswith(_BITLOCKER)}
            if found:
                yield policy, found


def other_tenant(estate: Estate) -> Iterator[Found]:
    """A setting that takes the organisation's tenant id holds another's, or none at all (IN031)."""
    told = [(policy, claim) for policy, claim in claimed(estate).on(_TENANTS) if claim.value is not None]
    ids = {found[1].casefold() for _, claim in told if (found := _GUID.fullmatch(str(claim.value).strip()))}
    for policy, claim in told:
        text = str(claim.value).strip()
        guid = _GUID.fullmatch(text)
        if guid is None:
            if text and not _FILLED_IN.search(text):
                yield _wrong(policy, claim, f"is '{text}', which is no tenant id", "write the tenant id")
        elif estate.tenant and guid[1].casefold() != estate.tenant.casefold():
            said = f"names the tenant {guid[1]}, and the devices are in {estate.tenant}"
            yield _wrong(policy, claim, said, f"write {estate.tenant}")
        elif not estate.tenant and len(ids) > 1:
            others = ", ".join(sorted(ids - {guid[1].casefold()})[:_NAMED])
            yield _wrong(policy, claim, f"names the tenant {guid[1]}, and other policies name {others}", "correct it")


def _wrong(policy: Policy, claim: Claim, text: str, fix: str) -> Found:
    return Found(
        f"{claim.setting.text} in {quoted([policy.name])} {text}",
        (Spot(claim.evidence, policy, "the tenant id"),),
        claim.setting.text,
        claim.scope.value,
        confidence="likely",
        help=f"{fix} in {quoted([policy.name])}",
    )
