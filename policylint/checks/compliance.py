"""Compliance policies against configuration: what one demands and the other sets otherwise (IN020, I-COMP-CONF).

Compliance settings take precedence over configuration, also where they are less strict; those that only measure make a
device non-compliant that the configuration never lets comply. The table tells which property speaks of which setting.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from policylint.checks.assigned import is_unassigned
from policylint.checks.found import Found, claim_spot, listed
from policylint.checks.overlap import overlaps
from policylint.checks.touching import CONFIDENCE, NAMED, name_of
from policylint.claimed import Place, claimed
from policylint.estate import Estate
from policylint.lowering.products import number
from policylint.model import Claim, Policy, Scope, Value, csp, registry, shown

_ENTITY = "compliance:windows10compliancepolicy/"
_LOCK = "./Device/Vendor/MSFT/Policy/Config/DeviceLock"
_FIREWALL = r"SOFTWARE\Policies\Microsoft\WindowsFirewall"
_DEFENDER = r"Software\Policies\Microsoft\Windows Defender\Real-Time Protection"

Differs = Callable[[Value, Value], bool]


def _other_number(demanded: Value, configured: Value) -> bool:
    wanted, given = number(demanded), number(configured)
    return wanted is not None and given is not None and wanted != given


def _is(state: int) -> Differs:
    """That the configuration has the number, where compliance demands the opposite."""
    return lambda demanded, configured: demanded is True and number(configured) == state


@dataclass(frozen=True, slots=True)
class _Demand:
    """A setting that a property of compliance policies speaks of, and when the two contradict each other."""

    setting: str
    differs: Differs


_TABLE: Mapping[str, tuple[_Demand, ...]] = {
    "passwordMinimumLength": (_Demand(csp(f"{_LOCK}/MinDevicePasswordLength").key, _other_number),),
    "passwordMinutesOfInactivityBeforeLock": (_Demand(csp(f"{_LOCK}/MaxInactivityTimeDeviceLock").key, _other_number),),
    "passwordExpirationDays": (_Demand(csp(f"{_LOCK}/DevicePasswordExpiration").key, _other_number),),
    "passwordPreviousPasswordBlockCount": (_Demand(csp(f"{_LOCK}/DevicePasswordHistory").key, _other_number),),
    "passwordRequired": (_Demand(csp(f"{_LOCK}/DevicePasswordEnabled").key, _is(1)),),
    "bitLockerEnabled": (_Demand(csp("./Device/Vendor/MSFT/BitLocker/RequireDeviceEncryption").key, _is(0)),),
    "storageRequireEncryption": (_Demand(csp("./Device/Vendor/MSFT/BitLocker/RequireDeviceEncryption").key, _is(0)),),
    "activeFirewallRequired": tuple(
        _Demand(registry(Scope.DEVICE, rf"{_FIREWALL}\{profile}Profile", "EnableFirewall").key, _is(0))
        for profile in ("Domain", "Private", "Public")
    ),
    "rtpEnabled": (_Demand(registry(Scope.DEVICE, _DEFENDER, "DisableRealtimeMonitoring").key, _is(1)),),
    "defenderEnabled": (_Demand(registry(Scope.DEVICE, _DEFENDER, "DisableRealtimeMonitoring").key, _is(1)),),
}
"""By Graph property. DevicePasswordEnabled is 0 where a password is asked for."""

_DEMANDS = {f"{_ENTITY}{name.casefold()}": (name, demands) for name, demands in _TABLE.items()}
_SETTINGS = frozenset(demand.setting for demands in _TABLE.values() for demand in demands)


Contradiction = tuple[Claim, str, Claim]
"""What is demanded, the property's name, and what is configured."""


def configured_otherwise(estate: Estate) -> Iterator[Found]:
    """What a compliance policy demands, and a profile or GPO for the same devices sets otherwise: one for each pair."""
    compliance = [p for p in estate.policies if p.kind == "compliance" and not is_unassigned(p)]
    others = _configured(estate) if compliance else {}
    for policy in compliance:
        met: dict[int, list[Contradiction]] = {}
        for demanded in policy.claims:
            told = _DEMANDS.get(demanded.setting.key)
            if told is None:
                continue
            name, demands = told
            contrary = [
                place
                for demand in demands
                for place in others.get(demand.setting, ())
                if demand.differs(demanded.value, place[2].value)
            ]
            for _, at, claim in sorted(contrary):
                met.setdefault(at, []).append((demanded, name, claim))
        for at in sorted(met):
            yield from _found(estate, policy, estate.policies[at], met[at])


def _configured(estate: Estate) -> Mapping[str, Sequence[Place]]:
    """What the other policies set of that which compliance can speak of, by setting."""
    policies, index = estate.policies, claimed(estate).by_key
    configuring = [
        policy.kind != "compliance" and Scope.DEVICE not in policy.disabled_sides and not is_unassigned(policy)
        for policy in policies
    ]
    return {
        setting: [place for place in index.get(setting, ()) if configuring[place[1]] and not place[2].absent]
        for setting in _SETTINGS
    }


def _found(estate: Estate, policy: Policy, other: Policy, met: list[Contradiction]) -> Iterator[Found]:
    overlap = overlaps(estate).of(policy, other, Scope.DEVICE)
    if overlap == "never":
        return
    demanded = listed(dict.fromkeys(_worded(name, claim.value) for claim, name, _ in met))
    configured = listed(dict.fromkeys(f"{name_of(claim, other, estate)} to {shown(claim.value)}" for *_, claim in met))
    password = all(name.startswith("password") for _, name, _ in met)
    end = "compliance takes precedence, also where it asks for less" if password else "such a device is not compliant"
    spots = [
        spot
        for claim, _, theirs in met[:NAMED]
        for spot in (claim_spot(claim, policy, "demanded"), claim_spot(theirs, other, "configured"))
    ]
    yield Found(
        f'The compliance policy "{policy.name}" demands {demanded}, and "{other.name}" sets {configured}: {end}',
        tuple(spots),
        confidence=CONFIDENCE[overlap],
        help=f'make "{policy.name}" and "{other.name}" say the same',
    )


def _worded(name: str, value: Value) -> str:
    return name if value is True else f"{name} {shown(value)}"
