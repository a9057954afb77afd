"""Windows LAPS set in several places: it reads one of them whole, and the others not at all (M-LAPS)."""

from __future__ import annotations

from collections.abc import Iterator

from policylint.checks.assigned import is_unassigned
from policylint.checks.found import Found, claim_spot, quoted
from policylint.checks.overlap import Overlap, overlaps
from policylint.checks.touching import CONFIDENCE, counted, name_of
from policylint.claimed import claimed
from policylint.estate import Estate
from policylint.families.product_keys import LAPS, LEGACY_LAPS
from policylint.model import Channel, Claim, Policy, Scope, shown


def laps_in_both(estate: Estate) -> Iterator[Found]:
    """LAPS is set by the CSP and by a GPO: the CSP's root is used whole, the GPO's not at all (PR043, M-LAPS)."""
    by_gpo = list(_with(estate, Channel.GPO, LAPS))
    for profile, theirs in _with(estate, Channel.MDM, LAPS) if by_gpo else ():
        for gpo, mine in by_gpo:
            overlap = overlaps(estate).of(profile, gpo, Scope.DEVICE)
            if overlap == "never":
                continue
            known = {claim.setting.key for claim in theirs}
            lost = list(dict.fromkeys(name_of(c, gpo, estate) for c in mine if c.setting.key not in known))
            end = f"; of that, Intune leaves {counted(lost)} at the default" if lost else ""
            yield Found(
                f'The Intune profile "{profile.name}" sets Windows LAPS, so a device that gets it ignores everything '
                f'that the GPO "{gpo.name}" says about LAPS{end}',
                (
                    claim_spot(mine[0], gpo, "ignored"),
                    *(claim_spot(c, gpo, "ignored") for c in mine[1:3]),
                    claim_spot(theirs[0], profile, "LAPS by CSP"),
                ),
                confidence=CONFIDENCE[overlap],
                help=f'remove LAPS from "{gpo.name}", and set all of it in "{profile.name}"',
            )


def legacy_laps(estate: Estate) -> Iterator[Found]:
    """Settings of legacy Microsoft LAPS where Windows LAPS is set as well: they are never read (PR044, M-LAPS)."""
    new = [*_with(estate, Channel.GPO, LAPS), *_with(estate, Channel.MDM, LAPS)]
    old = [*_with(estate, Channel.GPO, LEGACY_LAPS), *_with(estate, Channel.MDM, LEGACY_LAPS)] if new else []
    for policy, claims in old:
        beside = [
            (other, theirs, overlap)
            for other, theirs in new
            if (overlap := "certain" if other is policy else overlaps(estate).of(policy, other, Scope.DEVICE))
            != "never"
        ]
        if beside:
            sure = any(overlap == "certain" for *_, overlap in beside)
            yield Found(
                f"{quoted([policy.name])} configures legacy Microsoft LAPS, and {quoted(o.name for o, *_ in beside)} "
                "Windows LAPS: Windows then never reads the legacy settings, and where the legacy client is installed "
                "two managers may change one account",
                (
                    claim_spot(claims[0], policy, f"legacy LAPS: {shown(claims[0].value)}"),
                    *(claim_spot(theirs[0], other, "Windows LAPS") for other, theirs, _ in beside[:3]),
                ),
                confidence="certain" if sure else "possible",
                help=f"remove the legacy LAPS settings from {quoted([policy.name])} once its client is gone",
            )


def _overlap(a: Policy, b: Policy, estate: Estate) -> Overlap:
    return "certain" if a is b else overlaps(estate).of(a, b, Scope.DEVICE)


def _with(estate: Estate, channel: Channel, keys: tuple[str, ...]) -> Iterator[tuple[Policy, list[Claim]]]:
    """The policies of a channel that can set something of these keys, with what they set."""
    index = claimed(estate)
    for policy, claims in index.by_policy(index.beginning(keys)):
        if policy.channel is not channel or is_unassigned(policy) or Scope.DEVICE in policy.disabled_sides:
            continue
        set_ = [claim for claim in claims if not claim.absent]
        if set_:
            yield policy, set_
