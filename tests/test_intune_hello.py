from __future__ import annotations

from pathlib import Path

import pytest

from policylint.evidence import Evidence, JsonAt
from policylint.model import Channel, Claim, FileRecord, Policy, Problem, Scope, csp
from tests.intune_writer import (
    CONTEXT,
    DEVICE_PASSPORT,
    TEMPLATE_PASSPORT,
    Json,
    enrolment,
    identity,
    intent,
    only,
    pointers,
    read,
    read_one,
    values,
)

POLICIES = f"{TEMPLATE_PASSPORT}/{{TenantId}}/Policies"
PIN = f"{POLICIES}/PINComplexity"
BLOCKED = "windowsHelloForBusinessBlocked"
CERTIFICATES = "useCertificatesForOnPremisesAuthEnabled"

TEMPLATE: list[tuple[str, object, dict[str, object]]] = [
    (BLOCKED, False, {f"{POLICIES}/UsePassportForWork": True}),
    (BLOCKED, True, {f"{POLICIES}/UsePassportForWork": False}),
    (BLOCKED, None, {}),
    (BLOCKED, "false", {f"{POLICIES}/UsePassportForWork": True}),
    (CERTIFICATES, True, {f"{POLICIES}/UseCertificateForOnPremAuth": True}),
    (CERTIFICATES, False, {}),
    (CERTIFICATES, "false", {}),
    ("securityDeviceRequired", True, {f"{POLICIES}/RequireSecurityDevice": True}),
    ("securityDeviceRequired", False, {}),
    ("pinRecoveryEnabled", True, {f"{POLICIES}/EnablePinRecovery": True}),
    ("pinRecoveryEnabled", False, {}),
    ("pinMinimumLength", 6, {f"{PIN}/MinimumPINLength": 6}),
    ("pinMaximumLength", "127", {f"{PIN}/MaximumPINLength": 127}),
    ("pinMinimumLength", None, {}),
    ("pinExpirationInDays", 0, {f"{PIN}/Expiration": 0}),
    ("pinPreviousBlockCount", 5, {f"{PIN}/History": 5}),
    ("pinLowercaseCharactersUsage", "allowed", {f"{PIN}/LowercaseLetters": 0}),
    ("pinUppercaseCharactersUsage", "required", {f"{PIN}/UppercaseLetters": 1}),
    ("pinSpecialCharactersUsage", "blocked", {f"{PIN}/SpecialCharacters": 2}),
    ("pinSpecialCharactersUsage", "notConfigured", {}),
    ("unlockWithBiometricsEnabled", True, {f"{DEVICE_PASSPORT}/Biometrics/UseBiometrics": True}),
    ("unlockWithBiometricsEnabled", False, {}),
    (
        "enhancedAntiSpoofingForFacialFeaturesEnabled",
        True,
        {f"{DEVICE_PASSPORT}/Biometrics/FacialFeaturesUseEnhancedAntiSpoofing": True},
    ),
    ("useSecurityKeyForSignin", True, {f"{DEVICE_PASSPORT}/SecurityKey/UseSecurityKeyForSignin": 1}),
    ("useSecurityKeyForSignin", False, {}),
]


def types(policy: Policy) -> set[tuple[str, str]]:
    return {(claim.type, type(claim.value).__name__) for claim in policy.claims}


@pytest.mark.parametrize(("name", "value", "expected"), TEMPLATE)
def test_the_template_says_not_configured_in_its_own_way(
    name: str, value: object, expected: dict[str, object], tmp_path: Path
) -> None:
    policy = only(read_one(tmp_path, identity(**{name: value})))
    assert values(policy) == expected
    assert types(policy) <= {("Boolean", "bool"), ("Integer", "int")}


@pytest.mark.parametrize(("name", "value", "expected"), TEMPLATE)
def test_an_intent_says_the_same_as_the_template(
    name: str, value: object, expected: dict[str, object], tmp_path: Path
) -> None:
    policy = only(read_one(tmp_path, intent(**{name: value})))
    assert values(policy) == expected
    assert set(pointers(policy).values()) <= {"/settings/0/valueJson"}


def test_a_profile_claims_by_property_with_its_place(tmp_path: Path) -> None:
    reading = read_one(tmp_path, identity(**{BLOCKED: False}))
    claim = Claim(
        csp(f"{POLICIES}/UsePassportForWork"),
        Scope.DEVICE,
        True,
        "Boolean",
        Evidence("policy.json", JsonAt(f"/{BLOCKED}")),
        origin=BLOCKED,
    )
    named = Evidence("policy.json", JsonAt("/displayName"))
    assert reading.policies == (Policy("h", "Hello", Channel.MDM, "identity-protection", named, (claim,)),)
    assert reading.files == (FileRecord("policy.json", "read", "identity protection profile", settings=1),)


def test_a_value_that_means_nothing_known_is_told(tmp_path: Path) -> None:
    reading = read_one(tmp_path, identity(pinLowercaseCharactersUsage="sometimes", pinMinimumLength=[6]))
    assert values(only(reading)) == {}
    assert reading.problems == tuple(
        Problem(
            "RD012", f"{name} has a value that means nothing known", Evidence("policy.json", JsonAt(f"/{name}")), "h"
        )
        for name in ("pinMinimumLength", "pinLowercaseCharactersUsage")
    )


DELTA = intent(**{BLOCKED: False, CERTIFICATES: True})["settings"]
INTENTS: dict[str, tuple[Json, str, str]] = {
    "intent": (intent() | {"settings": DELTA}, "i", "/settings"),
    "settingsDelta": (
        {"displayName": "Intent", "TemplateId": "0f2b5d70", "settingsDelta": DELTA},
        "Intent",
        "/settingsDelta",
    ),
    "a page of settings": (
        {"@odata.context": f"{CONTEXT}intents('i')/settings", "value": DELTA, "displayName": "Intent"},
        "i",
        "/value",
    ),
    "a .NET hashtable": (
        {"displayName": "Intent", "Keys": ["settingsDelta", "displayName"], "Values": [DELTA, "Intent"]},
        "Intent",
        "/settingsDelta",
    ),
}


@pytest.mark.parametrize("shape", INTENTS)
def test_every_shape_of_an_intent_gives_the_same_claims(shape: str, tmp_path: Path) -> None:
    written, id_, at = INTENTS[shape]
    policy = only(read_one(tmp_path, written))
    assert (policy.id, policy.name, policy.kind) == (id_, "Intent", "intent")
    assert values(policy) == {f"{POLICIES}/UsePassportForWork": True, f"{POLICIES}/UseCertificateForOnPremAuth": True}
    assert list(pointers(policy).values()) == [f"{at}/0/valueJson", f"{at}/1/valueJson"]


def test_settings_of_an_intent_beside_windows_hello_are_read_too(tmp_path: Path) -> None:
    written = intent(**{BLOCKED: False})
    written["settings"].append({"definitionId": "admx--microsoftedge_AuthSchemes", "valueJson": '"enabled"'})
    reading = read_one(tmp_path, written)
    assert values(only(reading)) == {
        f"{POLICIES}/UsePassportForWork": True,
        "admx:microsoftedge/AuthSchemes": "enabled",
    }
    assert reading.problems == ()


def test_an_intent_without_settings_lost_them(tmp_path: Path) -> None:
    reading = read_one(tmp_path, intent())
    assert [(p.rule, p.message) for p in reading.problems] == [("RD011", 'the export of "Intent" carries no settings')]


def test_a_value_json_that_is_no_json_is_told(tmp_path: Path) -> None:
    written = intent(pinMinimumLength=6)
    written["settings"][0]["valueJson"] = "{"
    (problem,) = read_one(tmp_path, written).problems
    assert (problem.rule, problem.evidence) == (
        "RD012",
        Evidence("policy.json", JsonAt("/settings/0/valueJson")),
    )


def test_the_settings_that_intune_management_writes_beside_an_intent_count_once(tmp_path: Path) -> None:
    whole = intent(**{BLOCKED: False})
    reading = read(tmp_path, {"E/Hello.json": whole, "E/Hello_Settings.json": {"settings": whole["settings"]}})
    assert values(only(reading)) == {f"{POLICIES}/UsePassportForWork": True}
    kind = "endpoint security intent"
    assert reading.files == (
        FileRecord("E/Hello.json", "read", kind, settings=1),
        FileRecord("E/Hello_Settings.json", "ignored", kind, "the settings of E/Hello.json once more"),
    )


def test_settings_beside_an_intent_that_has_none_are_its_settings(tmp_path: Path) -> None:
    whole = intent(**{BLOCKED: False})
    bare = {**whole, "settings": None, "assignments": []}
    reading = read(tmp_path, {"Hello.json": bare, "Hello_Settings.json": {"settings": whole["settings"]}})
    policy = only(reading)
    assert (policy.id, policy.name, policy.assignments) == ("i", "Intent", ())
    assert values(policy) == {f"{POLICIES}/UsePassportForWork": True}
    assert policy.claims[0].evidence == Evidence("Hello_Settings.json", JsonAt("/settings/0/valueJson"))
    assert reading.problems == ()


ENROLMENT: list[tuple[str, object, dict[str, object]]] = [
    ("securityDeviceRequired", True, {f"{POLICIES}/RequireSecurityDevice": True}),
    ("securityDeviceRequired", False, {f"{POLICIES}/RequireSecurityDevice": False}),
    ("pinUppercaseCharactersUsage", "disallowed", {f"{PIN}/UppercaseLetters": 2}),
    ("pinUppercaseCharactersUsage", "required", {f"{PIN}/UppercaseLetters": 1}),
    ("pinPreviousBlockCount", 24, {f"{PIN}/History": 24}),
    ("pinExpirationInDays", 0, {f"{PIN}/Expiration": 0}),
    ("unlockWithBiometricsEnabled", False, {f"{DEVICE_PASSPORT}/Biometrics/UseBiometrics": False}),
    ("remotePassportEnabled", True, {f"{POLICIES}/Remote/UseRemotePassport": True}),
    (
        "enhancedBiometricsState",
        "disabled",
        {f"{DEVICE_PASSPORT}/Biometrics/FacialFeaturesUseEnhancedAntiSpoofing": False},
    ),
    ("enhancedBiometricsState", "notConfigured", {}),
    ("securityKeyForSignIn", "enabled", {f"{DEVICE_PASSPORT}/SecurityKey/UseSecurityKeyForSignin": 1}),
    ("securityKeyForSignIn", "disabled", {f"{DEVICE_PASSPORT}/SecurityKey/UseSecurityKeyForSignin": 0}),
]


@pytest.mark.parametrize(("name", "value", "expected"), ENROLMENT)
def test_the_enrolment_object_has_words_of_its_own(
    name: str, value: object, expected: dict[str, object], tmp_path: Path
) -> None:
    policy = only(read_one(tmp_path, enrolment(**{"state": "enabled", name: value})))
    assert values(policy) == {f"{POLICIES}/UsePassportForWork": True, **expected}
    assert policy.kind == "enrolment"


def test_a_disabled_enrolment_object_still_sends_its_rules(tmp_path: Path) -> None:
    policy = only(read_one(tmp_path, enrolment(state="disabled", pinMinimumLength=6)))
    assert values(policy) == {f"{POLICIES}/UsePassportForWork": False, f"{PIN}/MinimumPINLength": 6}


def test_an_enrolment_object_that_is_not_configured_sends_nothing(tmp_path: Path) -> None:
    policy = only(read_one(tmp_path, enrolment(state="notConfigured", pinMinimumLength=6, securityDeviceRequired=True)))
    assert policy.claims == ()
