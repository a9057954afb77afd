"""Windows Hello for Business in the identity protection template, as a profile and as part of an intent.

`windowsIdentityProtectionConfiguration` is flat and states every property; intents list the same properties as
`deviceConfiguration--windowsIdentityProtectionConfiguration_<property>` with their value as JSON. What "not configured"
looks like differs by property: `false` for most, `null` for `windowsHelloForBusinessBlocked`, whose `false` means
enabled. Graph's map to CSPs leaves open whether `./Vendor` is delivered to the device or the user; claims say device,
and the assignment decides later (W-JSON).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from policylint.model import Claim, Problem, Scope, Value, csp
from policylint.readers.intune.graph_object import Found, Item
from policylint.readers.intune.policy import policy

KIND = "identity protection profile"

PASSPORT = "./Vendor/MSFT/PassportForWork"
POLICIES = f"{PASSPORT}/{{TenantId}}/Policies"
PIN = f"{POLICIES}/PINComplexity"

ONLY_TRUE: Mapping[object, Value] = {True: True}
EITHER: Mapping[object, Value] = {True: True, False: False}
INVERTED: Mapping[object, Value] = {True: False, False: True}
USAGE: Mapping[object, Value] = {"allowed": 0, "required": 1, "blocked": 2, "disallowed": 2}
ONE: Mapping[object, Value] = {True: 1}
NUMBER = None
"""Any whole number, 0 included."""


@dataclass(frozen=True, slots=True)
class Node:
    """The CSP node that a property writes, its type, and what each value means; values left out configure nothing."""

    uri: str
    type: str
    values: Mapping[object, Value] | None


PROPERTIES: Mapping[str, Node] = {
    "windowsHelloForBusinessBlocked": Node(f"{POLICIES}/UsePassportForWork", "Boolean", INVERTED),
    "securityDeviceRequired": Node(f"{POLICIES}/RequireSecurityDevice", "Boolean", ONLY_TRUE),
    "useCertificatesForOnPremisesAuthEnabled": Node(f"{POLICIES}/UseCertificateForOnPremAuth", "Boolean", ONLY_TRUE),
    "pinRecoveryEnabled": Node(f"{POLICIES}/EnablePinRecovery", "Boolean", ONLY_TRUE),
    "pinMinimumLength": Node(f"{PIN}/MinimumPINLength", "Integer", NUMBER),
    "pinMaximumLength": Node(f"{PIN}/MaximumPINLength", "Integer", NUMBER),
    "pinLowercaseCharactersUsage": Node(f"{PIN}/LowercaseLetters", "Integer", USAGE),
    "pinUppercaseCharactersUsage": Node(f"{PIN}/UppercaseLetters", "Integer", USAGE),
    "pinSpecialCharactersUsage": Node(f"{PIN}/SpecialCharacters", "Integer", USAGE),
    "pinExpirationInDays": Node(f"{PIN}/Expiration", "Integer", NUMBER),
    "pinPreviousBlockCount": Node(f"{PIN}/History", "Integer", NUMBER),
    "unlockWithBiometricsEnabled": Node(
        "./Device/Vendor/MSFT/PassportForWork/Biometrics/UseBiometrics", "Boolean", ONLY_TRUE
    ),
    "enhancedAntiSpoofingForFacialFeaturesEnabled": Node(
        "./Device/Vendor/MSFT/PassportForWork/Biometrics/FacialFeaturesUseEnhancedAntiSpoofing", "Boolean", ONLY_TRUE
    ),
    "useSecurityKeyForSignin": Node(
        "./Device/Vendor/MSFT/PassportForWork/SecurityKey/UseSecurityKeyForSignin", "Integer", ONE
    ),
}

_SILENT = (None, False, "", "notConfigured", "userDefined")
_SPELLED = {name.casefold(): name for name in PROPERTIES}


def property_parts(item: Item, node: Node, stated: object, origin: str, at: str) -> Iterator[Claim | Problem]:
    """The claim of one property, nothing when it is not configured, or RD012 for a value that means nothing known."""
    value = _plain(stated)
    if node.values is NUMBER and isinstance(value, int) and not isinstance(value, bool):
        meant: Value = value
    elif node.values is not None and isinstance(value, bool | str) and value in node.values:
        meant = node.values[value]
    elif value in _SILENT:
        return
    else:
        yield Problem("RD012", f"{origin} has a value that means nothing known", item.below(at), item.id)
        return
    yield Claim(csp(node.uri), Scope.DEVICE, meant, node.type, item.below(at), origin=origin)


def _plain(value: object) -> object:
    """Hand-written exports put booleans and numbers into strings, and `"null"` for null."""
    if isinstance(value, str) and (value in ("true", "false", "null") or value.isdecimal()):
        return {"true": True, "false": False, "null": None}[value] if value.isalpha() else int(value[:18])
    return value


def read(item: Item) -> Found:
    """The template as a profile of its own."""
    stated = ((name, node) for name, node in PROPERTIES.items() if name in item.body)
    parts = (part for name, node in stated for part in property_parts(item, node, item.body[name], name, f"/{name}"))
    return policy(item, KIND, "identity-protection", parts)


def setting_parts(item: Item, id_: str, name: str, stated: object, at: str) -> Iterator[Claim | Problem]:
    """One setting of an intent: `id_` is its definition, `name` the property in it, `stated` its value."""
    node = PROPERTIES.get(_SPELLED.get(name.casefold(), ""))
    if node is not None:
        yield from property_parts(item, node, stated, id_, at)
    elif stated not in _SILENT:
        yield Problem("RD012", f"{id_} is not a known Windows Hello setting", item.below(at), item.id)
