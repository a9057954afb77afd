"""One CSP node set for the device and for the user, by Intune (IN019, I-SCOPE-BOTH)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from policylint.checks.assigned import is_unassigned
from policylint.checks.found import Found, claim_spot, quoted
from policylint.checks.overlap import Overlap, overlaps
from policylint.checks.setters import Touch, same
from policylint.checks.touching import CONFIDENCE, NAMED, counted, name_of
from policylint.claimed import claimed
from policylint.estate import Estate
from policylint.families.scopes import family_of
from policylint.families.whfb_settings import BY_ID
from policylint.model import Channel, Claim, Policy, Scope

_SIDES: Mapping[Scope, tuple[str, ...]] = {Scope.DEVICE: ("device_", "hklm\\"), Scope.USER: ("user_", "hkcu\\")}
"""How the keys of settings begin that may stand on both sides."""


def both_sides(estate: Estate) -> Iterator[Found]:
    """Two profiles, or one, set a node differently on its two sides. One finding a pair of profiles."""
    pairs: dict[tuple[str, str], list[tuple[Policy, Policy, str, Touch]]] = {}
    known, (node, value) = claimed(estate).by_key, _SIDES[Scope.DEVICE]
    for rest, users in _keys(estate, Scope.USER).items():
        devices = [key for key in (node + rest, value + rest) if key in known]
        on_devices = _claims(estate, devices, Scope.DEVICE) if devices else []
        on_users = _claims(estate, users, Scope.USER) if on_devices else []
        for policy, claim in on_devices if on_users else ():
            for other, theirs in on_users:
                if not same(claim, theirs):
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


def _keys(estate: Estate, scope: Scope) -> Mapping[str, list[str]]:
    """The keys of settings that belong to a side, by what the setting is called on both."""
    found: dict[str, list[str]] = {}
    for begin in _SIDES[scope]:
        for key in claimed(estate).beginning((begin,)):
            found.setdefault(key[len(begin) :], []).append(key)
    return found


def _claims(estate: Estate, keys: Iterable[str], scope: Scope) -> list[tuple[Policy, Claim]]:
    """What profiles set of these on a side. Windows Hello has a documented order."""
    return [
        (policy, claim)
        for policy, claim in claimed(estate).on(key for key in keys if key not in BY_ID)
        if claim.scope is scope
        and policy.channel is Channel.MDM
        and policy.kind != "enrolment"
        and not is_unassigned(policy)
    ]
