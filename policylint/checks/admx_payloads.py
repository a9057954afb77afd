"""Custom profiles against the ADMX policies behind their nodes: payloads that a device refuses or reads otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from policylint.catalogue.admx_policy import AdmxPolicy
from policylint.checks.found import Found, claim_spot, listed, quoted
from policylint.estate import Estate
from policylint.lowering.admx_backed import PAYLOAD_TYPES, element_of, missing_elements
from policylint.lowering.admx_definitions import BACKED, Definitions
from policylint.lowering.context import Context
from policylint.lowering.element_values import from_payload
from policylint.lowering.payload import Fault, Payload, read_payload
from policylint.model import Claim, Policy

_FORM = "write <enabled/> and a <data id=… value=…/> for each field of the policy, or <disabled/>,"


@dataclass(frozen=True, slots=True)
class _Wrong:
    """What is wrong with a payload and what to do; `refused`: not merely incomplete."""

    text: str
    fix: str
    refused: bool = True


def wrong_payload(estate: Estate) -> Iterator[Found]:
    """The value of an ADMX-backed node is no payload, or not one of its policy (IN005, M-ADMXB)."""
    definitions = Context(estate).definitions
    for policy in estate.policies:
        for claim in policy.written if policy.kind == "custom" else ():
            wrong = _wrong(claim, definitions)
            if wrong:
                yield _found(policy, claim, wrong)


def _wrong(claim: Claim, definitions: Definitions) -> list[_Wrong]:
    node = BACKED.fullmatch(claim.setting.text)
    backing = definitions.behind(node[1]) if node and not node[2] else None
    if not isinstance(backing, AdmxPolicy) or claim.type not in PAYLOAD_TYPES:
        return []
    payload = read_payload(str(claim.value))
    return [_Wrong(payload.reason, _FORM)] if isinstance(payload, Fault) else list(_misfits(backing, payload))


def _misfits(policy: AdmxPolicy, payload: Payload) -> Iterator[_Wrong]:
    """Fields that the policy has not, values that they cannot hold, fields that are left out."""
    for id, text in payload.data:
        element = element_of(policy, id)
        if element is None:
            yield _unknown(policy, id)
            continue
        try:
            from_payload(element, text)
        except ValueError as exc:
            yield _Wrong(f"gives a value that the policy does not take: {element.id} {exc}", "correct the value")
    missing = missing_elements(policy, payload)
    if missing:
        text = f"leaves out {listed(missing)}, and a payload has to hold every field of the policy"
        yield _Wrong(text, f"add a <data id=… value=…/> for {listed(missing)}", refused=False)


def _unknown(policy: AdmxPolicy, id: str) -> _Wrong:
    fields = [element.id for element in policy.elements]
    near = get_close_matches(id.casefold(), [field.casefold() for field in fields], 1)
    meant = next((field for field in fields if near and field.casefold() == near[0]), None)
    fix = f"write {meant} for {id}" if meant else f"remove the <data> of {id}"
    return _Wrong(f"names the field {id}, which the policy {policy.name} has not", fix)


def _found(policy: Policy, claim: Claim, wrong: list[_Wrong]) -> Found:
    uri = (claim.origin or claim.setting.text).strip()
    return Found(
        f"the value of {uri} in {quoted([policy.name])} {'; it '.join(one.text for one in wrong)}",
        (claim_spot(claim, policy, "the device can refuse this value"),),
        claim.setting.text,
        claim.scope.value,
        severity=None if any(one.refused for one in wrong) else "warning",
        confidence="certain" if wrong[0].fix == _FORM else "likely",
        help=f"{wrong[0].fix} in {quoted([policy.name])}",
    )
