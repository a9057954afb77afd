"""What the registry values of GPOs say against the ADMX definitions that own them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from policylint.catalogue.admx import AdmxStore
from policylint.catalogue.admx_policy import (
    DELETE,
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
from policylint.catalogue.raising import owners_of
from policylint.checks.found import Found, claim_spot, listed, quoted
from policylint.claimed import Place, claimed
from policylint.estate import Estate
from policylint.model import Channel, Claim, Policy, Scope, SettingId

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


_POLICIES = tuple(hive + branch for hive in ("hklm\\", "hkcu\\") for branch in _BRANCHES)


@dataclass(frozen=True, slots=True)
class _Value:
    """A registry value in policy keys: who owns it, and which GPOs write it."""

    setting: SettingId
    owners: tuple[Slot, ...]
    places: tuple[Place, ...]


def _values(estate: Estate) -> tuple[_Value, ...]:
    """The registry values that GPOs write or delete, in policy keys."""
    return estate.once(_found_values)


def _found_values(estate: Estate) -> tuple[_Value, ...]:
    index, known = claimed(estate), estate.store
    is_gpo = [policy.channel is Channel.GPO for policy in estate.policies]
    found = []
    for key in index.beginning(_POLICIES):
        places = tuple([p for p in index.by_key[key] if is_gpo[p[1]] and p[2].type.startswith("REG_")])
        if places:
            setting = places[0][2].setting
            found.append(_Value(setting, owners_of(known, setting), places))
    return tuple(found)


def _in_order(estate: Estate, places: Iterable[Place]) -> Iterator[tuple[Policy, Claim]]:
    """Claims with their policies, in the order of the estate."""
    return ((estate.policies[number], claim) for _, number, claim in sorted(places))


def unexplained(estate: Estate) -> Iterator[Found]:
    """A GPO writes policy values that no file of the estate's ADMX store has a policy for (AD003)."""
    own, known = estate.own_store, estate.store
    if _WINDOWS not in own.by_namespace:
        return
    found: dict[str, list[Claim]] = {}
    policies = {policy.id: policy for policy in estate.policies}
    nobodys = [v for v in _values(estate) if not _is_other_editors(v.setting) and not _somebody(own, v.setting)]
    for policy, claim in _in_order(estate, (place for value in nobodys for place in value.places)):
        if not claim.absent:
            found.setdefault(policy.id, []).append(claim)
    for id, claims in found.items():
        yield _extra(policies[id], claims, known)


def _is_other_editors(setting: SettingId) -> bool:
    place = setting.key.partition("\\")[2]
    return place.startswith(_OTHER_EDITORS) or (
        place.startswith(_SECURITY_OPTIONS) and place.removeprefix(_SECURITY_OPTIONS) in _OPTIONS
    )


def _somebody(store: AdmxStore, setting: SettingId) -> bool:
    return bool(owners_of(store, setting) or owners_of(store, setting, other_side=True))


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
    contrasts: dict[int, tuple[AdmxPolicy, str]] = {}
    wrong: list[Place] = []
    for value in _values(estate):
        if value.owners:
            typed = [(slot, _types(slot)) for slot in value.owners]
            right = frozenset().union(*(types for slot, types in typed if not isinstance(slot.element, Decimal)))
            for place in value.places:
                claim = place[2]
                if not claim.absent and claim.type not in right and (contrast := _contrast(claim, typed)):
                    contrasts[place[0]] = contrast
                    wrong.append(place)
    found: dict[tuple[str, tuple[str, str], str], list[tuple[Policy, Claim]]] = {}
    for ordinal, number, claim in sorted(wrong):
        owner, text = contrasts[ordinal]
        policy = estate.policies[number]
        found.setdefault((policy.id, owner.id.key, text), []).append((policy, claim))
    for (_, _, text), places in found.items():
        policy, claim = places[0]
        more = f" and {len(places) - 1} more" if len(places) > 1 else ""
        by_type = text.startswith("as ")
        yield Found(
            f"{quoted([policy.name])} holds {claim.setting.text}{more} {text}: what Windows makes of it is not "
            "documented",
            tuple(claim_spot(other, policy) for _, other in places[:10]),
            claim.setting.text,
            claim.scope.value,
            severity="warning" if by_type else None,  # a number out of range is wrong, another type may still be read
            confidence="likely",
        )


def _contrast(claim: Claim, typed: Sequence[tuple[Slot, frozenset[str]]]) -> tuple[AdmxPolicy, str] | None:
    """What the owners of a value write or take instead, and the first of them; None where the claim is as they say."""
    fitting = [slot for slot, types in typed if claim.type in types]
    if not fitting:
        owner = typed[0][0].policy
        types = listed(sorted(frozenset().union(*(types for _, types in typed))))
        return owner, f"as {claim.type}, where {quoted([owner.display_name])} writes {types}"
    numbers = [slot.element for slot in fitting if isinstance(slot.element, Decimal)]
    if len(numbers) == len(fitting) and not any(_in_range(number, claim) for number in numbers):
        owner = fitting[0].policy
        return owner, f"= {claim.value!s}, where {quoted([owner.display_name])} takes {_range(numbers[0])}"
    return None


def _types(slot: Slot) -> frozenset[str]:
    """The registry types that a policy writes at a place."""
    policy, element = slot.policy, slot.element
    if slot.item:
        lists = _items(element) if element else policy.enabled_list + policy.disabled_list
        return _of(item.data for item in lists if item.value_name.casefold() == (slot.value_name or "").casefold())
    if element is None:
        own = _of((policy.enabled or ONE, policy.disabled or DELETE))
        shared = [e for e in policy.elements if not isinstance(e, ListBox) and _same_place(e, policy)]
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


def _of(data: Iterable[Datum]) -> frozenset[str]:
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


def wrong_side(estate: Estate) -> Iterator[Found]:
    """A policy of the computer stands on the user's side of a GPO, or the other way round (AD009)."""
    known = estate.store
    others: dict[str, AdmxPolicy] = {}
    strange: list[Place] = []
    for value in _values(estate):
        owners = () if value.owners else owners_of(known, value.setting, other_side=True)
        owner = next((slot.policy for slot in owners if slot.value_name is not None), None)
        if owner is not None:
            others[value.setting.key] = owner
            strange += [place for place in value.places if not place[2].absent]
    for policy, claim in _in_order(estate, strange):
        there = Scope.USER if claim.scope is Scope.DEVICE else Scope.DEVICE
        yield Found(
            f"{quoted([policy.name])} sets {claim.setting.text} for {_SIDES[claim.scope]}, but "
            f"{quoted([others[claim.setting.key].display_name])} is a policy for {_SIDES[there]}: nothing is known to "
            "read it here",
            (claim_spot(claim, policy, "the other side"),),
            claim.setting.text,
            claim.scope.value,
            confidence="likely",
            subject=claim.setting.text,
        )
