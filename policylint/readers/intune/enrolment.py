"""The tenant-wide Windows Hello for Business object (Graph `deviceEnrollmentWindowsHelloForBusinessConfiguration`).

It applies when a device enrols (W-TENANT). A `state` of notConfigured sends nothing; disabled still sends the rest.
Unlike in the template, both values of its switches are real, and the PIN rules say `disallowed` for `blocked`.
"""

from __future__ import annotations

from collections.abc import Mapping

from policylint.model import Value
from policylint.readers.intune.graph_object import Found, Item
from policylint.readers.intune.identity_protection import EITHER, NUMBER, PIN, POLICIES, USAGE, Node, property_parts
from policylint.readers.intune.policy import policy

KIND = "Windows Hello enrolment policy"

_STATE: Mapping[object, Value] = {"enabled": True, "disabled": False}
_STATE_NUMBER: Mapping[object, Value] = {"enabled": 1, "disabled": 0}
_DEVICE = "./Device/Vendor/MSFT/PassportForWork"

PROPERTIES: Mapping[str, Node] = {
    "state": Node(f"{POLICIES}/UsePassportForWork", "Boolean", _STATE),
    "securityDeviceRequired": Node(f"{POLICIES}/RequireSecurityDevice", "Boolean", EITHER),
    "pinMinimumLength": Node(f"{PIN}/MinimumPINLength", "Integer", NUMBER),
    "pinMaximumLength": Node(f"{PIN}/MaximumPINLength", "Integer", NUMBER),
    "pinLowercaseCharactersUsage": Node(f"{PIN}/LowercaseLetters", "Integer", USAGE),
    "pinUppercaseCharactersUsage": Node(f"{PIN}/UppercaseLetters", "Integer", USAGE),
    "pinSpecialCharactersUsage": Node(f"{PIN}/SpecialCharacters", "Integer", USAGE),
    "pinExpirationInDays": Node(f"{PIN}/Expiration", "Integer", NUMBER),
    "pinPreviousBlockCount": Node(f"{PIN}/History", "Integer", NUMBER),
    "unlockWithBiometricsEnabled": Node(f"{_DEVICE}/Biometrics/UseBiometrics", "Boolean", EITHER),
    "enhancedBiometricsState": Node(f"{_DEVICE}/Biometrics/FacialFeaturesUseEnhancedAntiSpoofing", "Boolean", _STATE),
    "remotePassportEnabled": Node(f"{POLICIES}/Remote/UseRemotePassport", "Boolean", EITHER),
    "securityKeyForSignIn": Node(f"{_DEVICE}/SecurityKey/UseSecurityKeyForSignin", "Integer", _STATE_NUMBER),
}


def read(item: Item) -> Found:
    """The object as claims; none while its state is notConfigured."""
    silent = item.body.get("state") in (None, "notConfigured")
    stated = () if silent else tuple((name, node) for name, node in PROPERTIES.items() if name in item.body)
    parts = (part for name, node in stated for part in property_parts(item, node, item.body[name], name, f"/{name}"))
    return policy(item, KIND, "enrolment", parts)
