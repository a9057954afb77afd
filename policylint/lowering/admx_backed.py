"""ADMX-backed settings of Intune, lowered to the registry values that a GPO with the same policy writes.

Five shapes of profile name the same policy: the settings catalog and templates (a choice 0 or 1 and the elements below
it), custom profiles (a payload, M-ADMXB), administrative templates profiles (display names) and intents. The policy's
own values and lists have the evidence of its state, an element's values that of the element. A list claims its entries
only: whether the MDM client removes other values of the key is not documented.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace

from policylint.catalogue.admx_policy import AdmxPolicy, AnyElement, Enum, ListBox
from policylint.catalogue.element_state import EMPTIED
from policylint.facts import ALWAYS, Is, When, every
from policylint.lowering.admx_definitions import Definitions, Miss, Spot
from policylint.lowering.admx_registry import Write, disabled, element_writes, enabled_own, entry
from policylint.lowering.context import Context
from policylint.lowering.element_values import from_payload, from_value
from policylint.lowering.payload import Fault, Payload, read_payload
from policylint.model import Claim, Policy, Value, csp, registry

PAYLOAD_TYPES = ("String", "StringXml")
"""The types of an OMA-URI whose value can be a payload: the nodes have the format chr."""

_TOKEN = re.compile(r"%OrganizationId%|\{\{\w+\}\}", re.IGNORECASE)
"""What profiles hold in place of an id of the tenant or the device. What a device gets for it no export says."""

UNLABELLED = "element"
"""What the reader calls a presentation without a label."""

_STATES: Mapping[Value, bool] = {0: False, 1: True, "enabled": True, "disabled": False, "0": False, "1": True}


Found = list[tuple[Claim, Spot | None]]


def lower(claims: Iterable[Claim], policy: Policy, context: Context) -> Iterator[Claim]:
    """The claims of an Intune policy, those of ADMX-backed settings lowered; what cannot be joined stays."""
    find = _FINDERS.get(policy.kind)
    if find is None:
        yield from claims
        return
    found = find(tuple(claims), context.definitions)
    if policy.kind == "custom":
        for claim, spot in found:
            yield from (_by_payload(claim, spot) if spot else ()) or (claim,)
    else:
        yield from _by_claims(found)


def _by_claims(found: Found) -> Iterator[Claim]:
    """A claim for a policy's state, one for each element. A policy that writes by elements alone has only theirs."""
    states = _states(found)
    elements = [
        _element(claim, spot) if spot and spot.element and states.get(spot.node) else () for claim, spot in found
    ]
    carried = {spot.node for (_, spot), lowered in zip(found, elements, strict=True) if spot and lowered}
    for (claim, spot), lowered in zip(found, elements, strict=True):
        state = states.get(spot.node) if spot and not spot.element else None
        if spot is None or state is None:
            yield from lowered or (claim,)
        else:
            yield from _own(claim, spot.policy, state) or (() if spot.node in carried else (claim,))


def _states(found: Found) -> Mapping[str, bool | None]:
    """Enabled or disabled, by node. None where the profile fills in a dialog that the definition does not have."""
    states = {spot.node: _STATES.get(claim.value) for claim, spot in found if spot and not spot.element}
    strange = {spot.node: None for _, spot in found if spot and spot.element and not spot.policy.elements}
    return states | strange


def _by_node(claims: tuple[Claim, ...], definitions: Definitions) -> Found:
    return [(claim, definitions.spot(claim.setting.text)) for claim in claims]


def _by_display(claims: tuple[Claim, ...], definitions: Definitions) -> Found:
    """Administrative templates profiles: a policy's claim comes before those of its elements, which are named below."""
    found: Found = []
    root: tuple[str, AdmxPolicy] | None = None
    for claim in claims:
        text = claim.setting.text
        if root is not None and text.startswith(f"{root[0]}/"):
            label = text[len(root[0]) + 1 :]
            element = _labelled(root[1], label, definitions)
            found.append((claim, Spot(root[0].casefold(), root[1], element) if element else None))
            continue
        parts = text.removeprefix("admx:").split("/")
        named = text.startswith("admx:") and not parts[0].startswith("{")
        policy = definitions.shown_as(parts, claim.scope) if named else None
        root = (text, policy) if isinstance(policy, AdmxPolicy) else None
        found.append((claim, Spot(text.casefold(), root[1]) if root else None))
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


def _by_intent(claims: tuple[Claim, ...], definitions: Definitions) -> Found:
    """Intents: nodes of ingested areas, and `admx:namespace/Policy` with `admx:namespace/Policy/Element`."""
    found: Found = []
    for claim in claims:
        spot = definitions.spot(claim.setting.text)
        parts = claim.setting.text.removeprefix("admx:").split("/")
        if claim.setting.key.startswith("admx:") and len(parts) in (2, 3):
            policy = definitions.of_app(parts[0], parts[1], claim.scope)
            name = "/".join(parts[:2]).casefold()
            spot = None if isinstance(policy, Miss) else Spot(name, policy, parts[2] if len(parts) == 3 else "")
        found.append((claim, spot))
    return found


_FINDERS: Mapping[str, Callable[[tuple[Claim, ...], Definitions], Found]] = {
    "settings-catalog": _by_node,
    "custom": _by_node,
    "administrative-template": _by_display,
    "intent": _by_intent,
    "template": _by_node,
}


def _by_payload(claim: Claim, spot: Spot) -> tuple[Claim, ...]:
    """A custom profile's payload. What it says about elements that cannot be used stays, named below the node."""
    payload = _payload(claim, spot)
    if payload is None:
        return ()
    claim = replace(claim, when=every(claim.when, _complete(claim, spot.policy, payload)))
    own = _own(claim, spot.policy, payload.enabled)
    data = payload.data if payload.enabled else ()
    return own + tuple(part for id, text in data for part in _datum(claim, spot.policy, id, text))


def _datum(claim: Claim, policy: AdmxPolicy, id: str, text: str) -> tuple[Claim, ...]:
    element = element_of(policy, id)
    with suppress(ValueError):
        known = element is not None and not _TOKEN.search(text)
        lowered = _lowered(claim, element_writes(element, from_payload(element, text))) if element and known else ()
        if lowered:
            return lowered
    return (replace(claim, setting=csp(f"{claim.setting.text}/{id}"), value=text, origin=_origin(claim)),)


def _own(claim: Claim, policy: AdmxPolicy, state: bool) -> tuple[Claim, ...]:
    """What a policy's state writes by itself; nothing where only its elements write."""
    return _lowered(claim, enabled_own(policy) if state else disabled(policy))


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
    return Is(f"the device accepts {_origin(claim)} without {', '.join(missing)}")


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


def _element(claim: Claim, spot: Spot) -> tuple[Claim, ...]:
    """The claim of one element or one entry of a list; nothing when its meaning is not known."""
    element = element_of(spot.policy, spot.element) or _only(spot.policy)
    with suppress(ValueError):
        return _lowered(claim, _element_writes(claim, element, spot.entry)) if element else ()
    return ()


def _only(policy: AdmxPolicy) -> AnyElement | None:
    """The element of a policy that has no other, for intents name it as they like; one that refuses what is not its."""
    only = policy.elements[0] if len(policy.elements) == 1 else None
    return only if isinstance(only, Enum | ListBox) else None


def _element_writes(claim: Claim, element: AnyElement, name: str) -> Iterable[Write]:
    """Raises ValueError when the claim holds what the element cannot."""
    stated = claim.value if isinstance(claim.value, tuple) else (claim.value, name)
    if any(_TOKEN.search(str(part)) for part in stated):
        raise ValueError("holds what the service fills in")
    if not name:
        return element_writes(element, from_value(element, claim.value))
    if not isinstance(element, ListBox):
        raise ValueError("is a row of what is no list")
    return (entry(element, name, str(claim.value)),)


def _lowered(claim: Claim, writes: Iterable[Write]) -> tuple[Claim, ...]:
    """A claim for each write. That a list's other values go is not claimed."""
    origin = _origin(claim)
    return tuple(
        Claim(
            registry(claim.scope, write.key, write.value_name),
            claim.scope,
            write.value,
            write.type or "REG_SZ",
            claim.evidence,
            write.absent,
            claim.soft,
            origin,
            claim.when,
        )
        for write in writes
        if write.value_name != EMPTIED
    )


def _origin(claim: Claim) -> str:
    return (claim.origin or claim.setting.text).strip()
