"""One CSP node set for the device and for the user, by Intune (IN019, I-SCOPE-BOTH)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from policylint.checks.found import Found, claim_spot, quoted
from policylint.checks.meetings import Touch
from policylint.checks.overlap import Overlap, is_unassigned, overlaps
from policylint.checks.touching import CONFIDENCE, NAMED, counted, name_of, same
from policylint.estate import Estate
from policylint.families.scopes import family_of
from policylint.families.whfb_settings import BY_ID
from policylint.model import Channel, Claim, Policy, Scope

_SIDES: Mapping[Scope, tuple[str, ...]] = {Scope.DEVICE: ("device_", "hklm\\"), Scope.USER: ("user_", "hkcu\\")}
"""How the keys of settings begin that may stand on both sides."""

Claimed = dict[str, list[tuple[Policy, Claim]]]


def both_sides(estate: Estate) -> Iterator[Found]:
    """Two profiles, or one, set a node differently on its two sides. One finding a pair of profiles."""
    devices, users = _claimed(estate, Scope.DEVICE), _claimed(estate, Scope.USER)
    pairs: dict[tuple[str, str], list[tuple[Policy, Policy, str, Touch]]] = {}
    for rest in devices.keys() & users.keys():
        for policy, claim in devices[rest]:
            for other, theirs in users[rest]:
                if not same(Touch(claim, theirs)):
                    pairs.setdefault((policy.id, other.id), []).append((policy, other, rest, Touch(claim, theirs)))
    for met in (pairs[key] for key in sorted(pairs)):
        policy, other = met[0][:2]
        overlap: Overlap = "certain" if policy is other else overlaps(estate).of(policy, other, Scope.DEVICE)
        if overlap != "never":
            met.sort(key=lambda one: one[2])
            yield _found(estate, met, overlap)


def _found(estate: Estate, met: list[tuple[Policy, Policy, str, Touch]], overlap: Overlap) -> Found:
    policy, other = met[0][:2]
    names = counted(list(dict.fromkeys(name_of(touch.mine, policy, estate) for *_, touch in met)))
    mine = f"{quoted([policy.name])} sets {names} for the device and, differently,"
    whose = f"{mine} for the user" if policy is other else f"{mine} {quoted([other.name])} for the user"
    effects = {family.effect if (family := family_of(rest)) else "" for _, _, rest, _ in met}
    told = {"computer": "the device's values count", "user": "the user's values count", "each": "each side counts"}
    end = told.get(effects.pop(), "it depends on the values") if effects != {""} and len(effects) == 1 else _UNTOLD
    spots = [
        spot
        for *_, touch in met[:NAMED]
        for spot in (claim_spot(touch.theirs, other, "for the user"), claim_spot(touch.mine, policy, "for the device"))
    ]
    return Found(
        f"{whose}: {end}",
        tuple(spots),
        confidence=CONFIDENCE[overlap],
        help="set these on one side, the device's or the user's",
    )


_UNTOLD = "no document tells for each of them which side counts"


def _claimed(estate: Estate, scope: Scope) -> Claimed:
    """What profiles set on a side, by what the setting is called on both. Windows Hello has a documented order."""
    found: Claimed = {}
    for policy in estate.policies:
        if policy.channel is not Channel.MDM or policy.kind == "enrolment" or is_unassigned(policy):
            continue
        for claim in policy.claims:
            begin = next((b for b in _SIDES[scope] if claim.setting.key.startswith(b)), "")
            if begin and claim.scope is scope and claim.setting.key not in BY_ID:
                found.setdefault(claim.setting.key[len(begin) :], []).append((policy, claim))
    return found
