"""ADMX-backed settings of Intune, lowered to the registry values that a GPO with the same policy writes.

Five shapes of profile name the same policy: the settings catalog and templates (a choice 0 or 1 and the elements below
it), custom profiles (a payload, M-ADMXB), administrative templates profiles (display names) and intents. The policy's
own values and lists have the evidence of its state, an element's values that of the element. A list claims its entries
only: whether the MDM client removes other values of the key is not documented.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from policylint.catalogue.admx_policy import AdmxPolicy, AnyElement, Enum, ListBox
from policylint.facts import ALWAYS, Is, When, every
from policylint.lowering.admx_definitions import Definitions, Miss, Spot
from policylint.lowering.admx_registry import Write, element_writes, entry
from policylint.lowering.context import Context
from policylint.lowering.element_values import from_payload, from_value
from policylint.lowering.payload import Fault, Payload, read_payload
from policylint.lowering.written import Writes, claimed, origin_of
from policylint.model import Claim, Policy, Scope, SettingId, Value, csp

PAYLOAD_TYPES = ("String", "StringXml")
"""The types of an OMA-URI whose value can be a payload: the nodes have the format chr."""

_TOKEN = re.compile(r"%OrganizationId%|\{\{\w+\}\}", re.IGNORECASE)
"""What profiles hold in place of an id of the tenant or the device. What a device gets for it no export says."""

UNLABELLED = "element"
"""What the reader calls a presentation without a label."""

_USER = Scope.USER
_STATES: Mapping[Value, bool] = {0: False, 1: True, "enabled": True, "disabled": False, "0": False, "1": True}


Spots = Sequence[Spot | None]
"""What each of some claims says something about, where that is known."""
Lowered = Sequence[Claim] | None


def concerns(setting: SettingId, context: Context) -> bool:
    """Whether it is a node that is backed by ADMX, below one, or a policy's name."""
    return setting.key.startswith("admx:") or context.definitions.spot(setting.text) is not None


def lower(claims: Sequence[Claim], policy: Policy, context: Context) -> Sequence[Lowered]:
    """What becomes of claims of one policy that concern ADMX-backed settings; what cannot be joined stays."""
    find = _FINDERS.get(policy.kind)
    if find is None:
        return [None] * len(claims)
    spots = find(claims, context.definitions)
    if policy.kind == "custom":
        pairs = zip(claims, spots, strict=True)
        return [(_by_payload(claim, spot, context.writes) if spot else None) or None for claim, spot in pairs]
    return _by_claims(claims, spots, context.writes)


def _by_claims(claims: Sequence[Claim], spots: Spots, writes: Writes) -> list[Lowered]:
    """A claim for a policy's state, one for each element. A policy that writes by elements alone has only theirs."""
    states = _states(claims, spots)
    lowered: list[Lowered] = [None] * len(claims)
    carried: set[str] = set()
    for at, spot in enumerate(spots):
        if spot is not None and spot.element and states.get(spot.node) and (made := _element(claims[at], spot, writes)):
            lowered[at] = made
            carried.add(spot.node)
    for at, spot in enumerate(spots):
        if spot is not None and not spot.element and (state := states[spot.node]) is not None:
            lowered[at] = _own(claims[at], spot.policy, state, writes) or (() if spot.node in carried else None)
    return lowered


def _states(claims: Sequence[Claim], spots: Spots) -> Mapping[str, bool | None]:
    """Enabled or disabled, by node. None where the profile fills in a dialog that the definition does not have."""
    told = [(claim, spot) for claim, spot in zip(claims, spots, strict=True) if spot is not None]
    states = {spot.node: _STATES.get(claim.value) for claim, spot in told if not spot.element}
    states |= {spot.node: None for _, spot in told if spot.element and not spot.policy.elements}
    return states


def _by_node(claims: Sequence[Claim], definitions: Definitions) -> Spots:
    return [definitions.spot(claim.setting.text) for claim in claims]


def _by_display(claims: Sequence[Claim], definitions: Definitions) -> Spots:
    """Administrative templates profiles: a policy's claim comes before those of its elements, which are named below."""
    found: list[Spot | None] = []
    root: tuple[str, AdmxPolicy] | None = None
    for claim in claims:
        text = claim.setting.text
        if root is not None and text.startswith(f"{root[0]}/"):
            label = text[len(root[0]) + 1 :]
            element = _labelled(root[1], label, definitions)
            found.append(Spot(root[0].casefold(), root[1], element) if element else None)
            continue
        parts = text.removeprefix("admx:").split("/")
        named = text.startswith("admx:") and not parts[0].startswith("{")
        policy = definitions.shown_as(parts, claim.scope) if named else None
        root = (text, policy) if isinstance(policy, AdmxPolicy) else None
        found.append(Spot(text.casefold(), root[1]) if root else None)
    return found


def _labelled(policy: AdmxPolicy, label: str, definitions: Definitions) -> str:
    """The id of the element that the dialog labels so; a policy's only element needs no label."""
    if len(policy.elements) == 1:
        return policy.elements[0].id
    name, _, number = label.partition("#")
    wanted = ("", UNLABELLED) if name == UNLABELLED else (_plain(name),)
    fitting = [c.ref for c in definitions.controls(policy) if c.ref and _plain(c.label) in wanted]
    at = int(number) - 1 if number.isdecimal() else 0
    return fitting[at] if 0 <= at < len(fitting) else ""


def _plain(label: str) -> str:
    return label.strip().rstrip(":").strip().casefold()


def _by_intent(claims: Sequence[Claim], definitions: Definitions) -> Spots:
    """Intents: nodes of ingested areas, and `admx:namespace/Policy` with `admx:namespace/Policy/Element`."""
    found: list[Spot | None] = []
    for claim in claims:
        text = claim.setting.text
        parts = text.removeprefix("admx:").split("/") if claim.setting.key.startswith("admx:") else []
        if len(parts) not in (2, 3):
            found.append(definitions.spot(text))
            continue
        policy = definitions.of_app(parts[0], parts[1], claim.scope)
        name = "/".join(parts[:2]).casefold()
        element = parts[2] if len(parts) == 3 else ""
        found.append(None if isinstance(policy, Miss) else Spot(name, policy, element))
    return found


_FINDERS: Mapping[str, Callable[[Sequence[Claim], Definitions], Spots]] = {
    "settings-catalog": _by_node,
    "custom": _by_node,
    "administrative-template": _by_display,
    "intent": _by_intent,
    "template": _by_node,
}


def _by_payload(claim: Claim, spot: Spot, writes: Writes) -> list[Claim]:
    """A custom profile's payload. What it says about elements that cannot be used stays, named below the node."""
    payload = _payload(claim, spot)
    if payload is None:
        return []
    when = _complete(claim, spot.policy, payload)
    if when is not ALWAYS:
        claim = replace(claim, when=every(claim.when, when))
    own = _own(claim, spot.policy, payload.enabled, writes)
    data = payload.data if payload.enabled else ()
    return own + [part for id, text in data for part in _datum(claim, spot.policy, id, text, writes)]


def _datum(claim: Claim, policy: AdmxPolicy, name: str, text: str, writes: Writes) -> list[Claim]:
    element = element_of(policy, name)
    if element is not None and not _TOKEN.search(text):
        at = id(element), text, claim.scope is _USER
        made = writes.once(at, claim.scope, lambda: element_writes(element, from_payload(element, text)))
        if made:
            return claimed(claim, made, origin_of(claim))
    unused = csp(f"{claim.setting.text}/{name}")
    return [replace(claim, setting=unused, value=text, origin=origin_of(claim))]


def _own(claim: Claim, policy: AdmxPolicy, state: bool, writes: Writes) -> list[Claim]:
    """What a policy's state writes by itself; nothing where only its elements write."""
    made = writes.own(policy, state, claim.scope)
    return claimed(claim, made, origin_of(claim)) if made else []


def _payload(claim: Claim, spot: Spot) -> Payload | None:
    if spot.element or claim.type not in PAYLOAD_TYPES or not isinstance(claim.value, str):
        return None
    payload = read_payload(claim.value)
    return None if isinstance(payload, Fault) else payload


def _complete(claim: Claim, policy: AdmxPolicy, payload: Payload) -> When:
    """Every field of the dialog has to be in the payload; what the client does without one is not documented."""
    missing = missing_elements(policy, payload)
    if not missing:
        return ALWAYS
    return Is(f"the device accepts {origin_of(claim)} without {', '.join(missing)}")


def missing_elements(policy: AdmxPolicy, payload: Payload) -> list[str]:
    """The ids of the elements that an enabling payload leaves out (M-ADMXB)."""
    given = {id.casefold() for id, _ in payload.data}
    return [e.id for e in policy.elements if payload.enabled and e.id.casefold() not in given]


def element_of(policy: AdmxPolicy, id: str) -> AnyElement | None:
    """The element of that id: exactly, else without case, for the catalog keeps none; nor does its `v2_` count."""
    folded = id.casefold()
    for wanted in (folded, folded.removeprefix("v2_")):
        found = [e for e in policy.elements if e.id.casefold() == wanted]
        if found:
            return next((e for e in found if e.id == id), found[0])
    return None


def _element(claim: Claim, spot: Spot, writes: Writes) -> list[Claim]:
    """The claim of one element or one entry of a list; nothing when its meaning is not known."""
    value = claim.value
    at = id(spot.policy), spot.element, spot.entry, value.__class__, value, claim.scope is _USER
    made = writes.once(at, claim.scope, lambda: _element_writes(value, spot))
    return claimed(claim, made, origin_of(claim)) if made else []


def _element_writes(value: Value, spot: Spot) -> Iterable[Write]:
    """Raises ValueError when the claim holds what the element cannot."""
    element = element_of(spot.policy, spot.element) or _only(spot.policy)
    stated = value if isinstance(value, tuple) else (value, spot.entry)
    if any(_TOKEN.search(str(part)) for part in stated):
        raise ValueError("holds what the service fills in")
    if element is None:
        return ()
    if not spot.entry:
        return element_writes(element, from_value(element, value))
    if not isinstance(element, ListBox):
        raise ValueError("is a row of what is no list")
    return (entry(element, spot.entry, str(value)),)


def _only(policy: AdmxPolicy) -> AnyElement | None:
    """The element of a policy that has no other, for intents name it as they like; one that refuses what is not its."""
    only = policy.elements[0] if len(policy.elements) == 1 else None
    return only if isinstance(only, Enum | ListBox) else None
