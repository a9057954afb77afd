"""What the registry values of GPOs say against the ADMX definitions that own them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain

from policylint.catalogue.admx import AdmxStore
from policylint.catalogue.admx_policy import (
    ONE,
    AdmxPolicy,
    Boolean,
    Datum,
    Decimal,
    Element,
    Enum,
    Item,
    ListBox,
    MultiText,
    Slot,
    Text,
)
from policylint.catalogue.element_state import Half
from policylint.catalogue.raising import owners_of
from policylint.catalogue.state import PolicyState, half_of, recover
from policylint.checks.found import Found, Spot, claim_spot, listed, quoted
from policylint.estate import Estate
from policylint.model import Channel, Claim, Policy, Scope

_SIDES = {Scope.DEVICE: "computers", Scope.USER: "users"}
_BRANCHES = ("software\\policies\\", "software\\microsoft\\windows\\currentversion\\policies\\")
_TEXTS = frozenset({"REG_SZ", "REG_EXPAND_SZ"})
_WINDOWS = "microsoft.policies.windows"
"""The namespace that every store of Windows has: one without it is a vendor's own, and explains only his values."""

_NAMED = 3

_OTHER_EDITORS = (
    "software\\policies\\microsoft\\systemcertificates",
    "software\\policies\\microsoft\\cryptography",
    "software\\policies\\microsoft\\windowsfirewall",
    "software\\policies\\microsoft\\windows\\safer",
    "software\\policies\\microsoft\\windows\\srpv2",
    "software\\policies\\microsoft\\windows\\ipsec",
    "software\\policies\\microsoft\\windows\\qos",
    "software\\policies\\microsoft\\windows\\wiredl2",
    "software\\policies\\microsoft\\windows\\wireless",
    "software\\policies\\microsoft\\windows nt\\dnsclient\\dnspolicyconfig",
    "software\\policies\\microsoft\\windows nt\\currentversion\\networklist",
)
"""Keys that other extensions of the editor write: public keys, firewall, restrictions, networks. They need no ADMX."""


_SECURITY_OPTIONS = "software\\microsoft\\windows\\currentversion\\policies\\system!"
_OPTIONS = frozenset(
    {
        "consentpromptbehavioradmin",
        "consentpromptbehavioruser",
        "disablecad",
        "dontdisplaylastusername",
        "dontdisplaylockeduserid",
        "dontdisplayusername",
        "enableinstallerdetection",
        "enablelua",
        "enablesecureuiapaths",
        "enableuiadesktoptoggle",
        "enablevirtualization",
        "filteradministratortoken",
        "inactivitytimeoutsecs",
        "legalnoticecaption",
        "legalnoticetext",
        "maxdevicepasswordfailedattempts",
        "noconnecteduser",
        "promptonsecuredesktop",
        "scforceoption",
        "shutdownwithoutlogon",
        "undockwithoutlogon",
        "validateadmincodesignatures",
    }
)
"""Values of security options, which some exports hold among the others."""


def _values(estate: Estate) -> Iterator[tuple[Policy, Claim]]:
    """The registry values that GPOs write, in policy keys."""
    for policy in estate.policies:
        for claim in policy.claims if policy.channel is Channel.GPO else ():
            hive, _, rest = claim.setting.key.partition("\\")
            if hive in ("hklm", "hkcu") and rest.startswith(_BRANCHES) and claim.type.startswith("REG_"):
                yield policy, claim


def unexplained(estate: Estate) -> Iterator[Found]:
    """A GPO writes policy values that no file of the estate's ADMX store has a policy for (AD003)."""
    own, known = estate.own_store, estate.store
    if _WINDOWS not in own.by_namespace:
        return
    found: dict[str, list[Claim]] = {}
    policies = {policy.id: policy for policy in estate.policies}
    for policy, claim in _values(estate):
        if not claim.absent and not _is_other_editors(claim) and not _somebody(own, claim):
            found.setdefault(policy.id, []).append(claim)
    for id, claims in found.items():
        yield _extra(policies[id], claims, known)


def _is_other_editors(claim: Claim) -> bool:
    place = claim.setting.key.partition("\\")[2]
    return place.startswith(_OTHER_EDITORS) or (
        place.startswith(_SECURITY_OPTIONS) and place.removeprefix(_SECURITY_OPTIONS) in _OPTIONS
    )


def _somebody(store: AdmxStore, claim: Claim) -> bool:
    return bool(owners_of(store, claim.setting) or owners_of(store, claim.setting, other_side=True))


def _extra(policy: Policy, claims: Sequence[Claim], known: AdmxStore) -> Found:
    files = dict.fromkeys(
        owners[0].policy.evidence.path.rpartition("/")[2]
        for owners in (owners_of(known, claim.setting) for claim in claims)
        if owners
    )
    values = "1 value" if len(claims) == 1 else f"{len(claims)} values"
    shown = listed(_first([claim.setting.text for claim in claims]))
    newer = f"; newer or other templates have policies for some: {listed(_first(list(files)))}" if files else ""
    return Found(
        f"{quoted([policy.name])} writes {values} that no policy of the ADMX store explains ({shown}): the editor "
        f"cannot show or change {'it' if len(claims) == 1 else 'them'}{newer}",
        tuple(claim_spot(claim, policy) for claim in claims[:10]),
        claims[0].setting.text,
        claims[0].scope.value,
    )


def _first(names: list[str]) -> list[str]:
    return names if len(names) <= _NAMED + 1 else [*names[:_NAMED], f"{len(names) - _NAMED} more"]


def wrong_type_or_range(estate: Estate) -> Iterator[Found]:
    """A value has a type that its policy never writes, or lies outside the numbers that the policy takes (AD004)."""
    known = estate.store
    found: dict[tuple[str, tuple[str, str], str], list[tuple[Policy, Claim]]] = {}
    for policy, claim in _values(estate):
        owners = () if claim.absent else owners_of(known, claim.setting)
        fitting = [slot for slot in owners if claim.type in _types(slot)]
        if owners and not fitting:
            types = listed(sorted(set(chain.from_iterable(_types(slot) for slot in owners))))
            contrast = f"as {claim.type}, where {quoted([owners[0].policy.display_name])} writes {types}"
            found.setdefault((policy.id, owners[0].policy.id.key, contrast), []).append((policy, claim))
        numbers = [slot.element for slot in fitting if isinstance(slot.element, Decimal)]
        if fitting and len(numbers) == len(fitting) and not any(_in_range(number, claim) for number in numbers):
            owner = fitting[0].policy
            contrast = f"= {claim.value!s}, where {quoted([owner.display_name])} takes {_range(numbers[0])}"
            found.setdefault((policy.id, owner.id.key, contrast), []).append((policy, claim))
    for (_, _, contrast), places in found.items():
        policy, claim = places[0]
        more = f" and {len(places) - 1} more" if len(places) > 1 else ""
        by_type = contrast.startswith("as ")
        yield Found(
            f"{quoted([policy.name])} holds {claim.setting.text}{more} {contrast}: what Windows makes of it is not "
            "documented",
            tuple(claim_spot(other, policy) for _, other in places[:10]),
            claim.setting.text,
            claim.scope.value,
            severity="warning" if by_type else None,  # a number out of range is wrong, another type may still be read
            confidence="likely",
        )


def _types(slot: Slot) -> frozenset[str]:
    """The registry types that a policy writes at a place."""
    policy, element = slot.policy, slot.element
    if slot.item:
        lists = _items(element) if element else policy.enabled_list + policy.disabled_list
        return _of(item.data for item in lists if item.value_name.casefold() == (slot.value_name or "").casefold())
    if element is None:
        shared = (e for e in policy.elements if not isinstance(e, ListBox) and _same_place(e, policy))
        own = _of((policy.enabled or ONE, *([policy.disabled] if policy.disabled else [])))
        return own.union(*(_types(Slot(policy, e.key, e.value_name, e, item=False)) for e in shared))
    return _TYPES[type(element)](element)


def _same_place(element: Element, policy: AdmxPolicy) -> bool:
    return (element.key.casefold(), element.value_name.casefold()) == (
        policy.key.casefold(),
        (policy.value_name or "").casefold(),
    )


def _items(element: Element) -> tuple[Item, ...]:
    if isinstance(element, Boolean):
        return element.on_list + element.off_list
    return tuple(chain.from_iterable(c.items for c in element.choices)) if isinstance(element, Enum) else ()


def _of(data: Iterator[Datum] | Sequence[Datum]) -> frozenset[str]:
    """The types of the values; REG_EXPAND_SZ goes for REG_SZ."""
    types = {datum.type for datum in data} - {"delete"}
    return frozenset(types) | (_TEXTS if "REG_SZ" in types else frozenset())


_TYPES: Mapping[type, Callable[..., frozenset[str]]] = {
    Boolean: lambda box: _of(datum for datum in (box.on or ONE, box.off) if datum),
    Enum: lambda enum: _of([choice.data for choice in enum.choices]),
    Decimal: lambda number: _TEXTS if number.as_text else frozenset({"REG_QWORD" if number.long else "REG_DWORD"}),
    Text: lambda _: _TEXTS,
    MultiText: lambda _: frozenset({"REG_MULTI_SZ"}),
    ListBox: lambda _: _TEXTS,
}


def _in_range(element: Decimal, claim: Claim) -> bool:
    try:
        number = int(claim.value) if isinstance(claim.value, int | str) else None
    except ValueError:
        return False
    if number is None:
        return True
    return (element.minimum is None or number >= element.minimum) and (
        element.maximum is None or number <= element.maximum
    )


def _range(element: Decimal) -> str:
    low, high = element.minimum, element.maximum
    return f"{low or 0} to {high}" if high is not None else f"{low} or more"


def required_missing(estate: Estate) -> Iterator[Found]:
    """A policy is enabled without an element that its dialog requires (AD005).

    Only by the estate's own definitions: newer ones require what older GPOs could not know.
    """
    own = estate.own_store
    for policy, _, state in _states(estate) if estate.admx else ():
        asked = (e for e in state.policy.elements if e.required and not isinstance(e, Boolean))
        lacking = [element.id for element in asked if element.id in state.missing]
        if lacking and own.is_own(state.policy) and state.state == "enabled" and not state.partial:
            spot = _spot(policy, state)
            yield Found(
                f"{quoted([policy.name])} enables {quoted([state.policy.display_name])} without "
                f"{listed(lacking)}, which the ADMX store requires",
                (spot,) if spot else (Spot(policy.evidence, policy),),
                confidence="possible",
            )


def _states(estate: Estate) -> Iterator[tuple[Policy, Half, PolicyState]]:
    """The states of the administrative template policies of every GPO."""
    known = estate.store
    for policy in estate.policies:
        if policy.channel is Channel.GPO:
            for scope in Scope:
                half = half_of(policy.claims, policy.sweeps, scope)
                for state in recover(known, scope, half) if half != Half({}) else ():
                    yield policy, half, state


def _spot(policy: Policy, state: PolicyState) -> Spot | None:
    """The first value of the GPO that shows the policy."""
    for claim in policy.claims:
        key, _, name = claim.setting.key.partition("\\")[2].partition("!")
        if (key, name) in state.explained:
            return claim_spot(claim, policy, state.state)
    return None


def wrong_side(estate: Estate) -> Iterator[Found]:
    """A policy of the computer stands on the user's side of a GPO, or the other way round (AD009)."""
    known = estate.store
    for policy, claim in _values(estate):
        if claim.absent or owners_of(known, claim.setting):
            continue
        owners = [s for s in owners_of(known, claim.setting, other_side=True) if s.value_name is not None]
        if owners:
            there = Scope.USER if claim.scope is Scope.DEVICE else Scope.DEVICE
            yield Found(
                f"{quoted([policy.name])} sets {claim.setting.text} for {_SIDES[claim.scope]}, but "
                f"{quoted([owners[0].policy.display_name])} is a policy for {_SIDES[there]}: nothing is known to "
                "read it here",
                (claim_spot(claim, policy, "the other side"),),
                claim.setting.text,
                claim.scope.value,
                confidence="likely",
                subject=claim.setting.text,
            )


def undecidable(estate: Estate) -> Iterator[Found]:
    """A GPO holds what Enabled and what Disabled writes of one policy (AD012)."""
    for policy, half, state in _states(estate):
        lists = state.policy.enabled_list, state.policy.disabled_list
        opposite, own = lists if state.state == "disabled" else lists[::-1]
        written = [item for item in opposite if item.data.type != "delete" and item not in own]
        if written and half.holds_all(opposite):
            spot = _spot(policy, state)
            yield Found(
                f"{quoted([policy.name])} holds what both Enabled and Disabled of "
                f"{quoted([state.policy.display_name])} write: its state cannot be told",
                (spot,) if spot else (Spot(policy.evidence, policy),),
            )
