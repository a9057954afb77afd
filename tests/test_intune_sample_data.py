"""The real exports: every file accounted for, and Windows Hello profiles that say what is documented of them."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from policylint.catalogue.settings_catalog import lookup
from policylint.evidence import JsonAt
from policylint.model import Assignment, Claim, Policy, Scope, csp
from policylint.readers.intune import exports as intune
from policylint.readers.source import Reading, Source, decode
from tests.intune_writer import DEVICE_PASSPORT, TEMPLATE_PASSPORT, pointer_of, values

DEVICE = f"{DEVICE_PASSPORT}/{{TenantId}}/Policies"
TEMPLATE = f"{TEMPLATE_PASSPORT}/{{TenantId}}/Policies"
ANTI_SPOOFING = f"{DEVICE_PASSPORT}/Biometrics/FacialFeaturesUseEnhancedAntiSpoofing"


def below(folder: Path) -> list[Source]:
    files = (file for file in sorted(folder.rglob("*")) if file.is_file())
    return [Source(file.relative_to(folder).as_posix(), file) for file in files]


@pytest.fixture(scope="module")
def exports(sample_data: Path) -> Reading:
    reading, left = intune.take(below(sample_data / "intune"))
    assert {source.suffix for source in left} == {".md", ".tsv", ".jsonl"}
    return reading


def named(reading: Reading, folder: str, name: str) -> Policy:
    (found,) = (p for p in reading.policies if p.name == name and p.evidence.path.startswith(f"{folder}/"))
    return found


def test_every_file_is_accounted_for(exports: Reading) -> None:
    assert Counter(record.status for record in exports.files) == {"read": 435, "ignored": 121, "unread": 3}
    assert Counter(record.kind for record in exports.files if record.status == "read") == {
        "settings catalog policy": 260,
        "compliance policy": 44,
        "endpoint security intent": 29,
        "administrative templates profile": 26,
        "custom profile": 19,
        "update ring": 11,
        "PowerShell script": 10,
        "device restrictions template": 6,
        "endpoint protection template": 6,
        "remediation script": 5,
        "health monitoring template": 4,
        "identity protection profile": 3,
        "driver update profile": 3,
        "feature update profile": 2,
        "Windows Information Protection policy": 2,
        "delivery optimization template": 1,
        "device firmware (DFCI) template": 1,
        "Windows Hello enrolment policy": 1,
        "5 kinds of Graph objects": 1,
        "28 kinds of Graph objects": 1,
    }
    why = Counter(re.sub(r"(the same policy as|the settings of) .*", r"\1 …", r.reason) for r in exports.files)
    assert {reason: count for reason, count in why.items() if reason} == {
        "no policy; its name and rule are used": 14,
        "no policy; its name is used": 15,
        "no policy; tenant and group names are used": 1,
        "for another platform, not for Windows": 10,
        "for linux, not for Windows": 2,
        "part of an administrative template, no policy of its own": 12,
        "sets nothing on devices": 7,
        "shown at enrolment, no setting": 4,
        "takes effect before enrolment, no setting": 3,
        "takes effect at enrolment, no setting": 1,
        "a catalogue, no policy": 6,
        "no policy": 9,
        "no policy of their own": 1,
        "not a Graph object": 1,
        "settings lost in the export": 3,
        "the settings of …": 7,
        "the same policy as …": 25,
        "not valid JSON: comments are not part of JSON": 3,
    }


def test_policies_and_claims_of_every_kind_are_counted(exports: Reading) -> None:
    assert Counter(policy.kind for policy in exports.policies) == {
        "settings-catalog": 281,
        "compliance": 46,
        "template": 37,
        "intent": 34,
        "administrative-template": 26,
        "custom": 20,
        "script": 20,
        "update": 5,
        "identity-protection": 3,
        "enrolment": 2,
    }
    assert Counter(policy.kind for policy in exports.policies for _ in policy.claims) == {
        "settings-catalog": 8019,
        "intent": 1732,
        "template": 1143,
        "custom": 819,
        "compliance": 325,
        "administrative-template": 100,
        "identity-protection": 33,
        "enrolment": 25,
        "update": 13,
    }
    assert sum(record.settings for record in exports.files) == 12209


def test_nothing_is_left_unevaluated_and_every_gap_is_told(exports: Reading) -> None:
    assert Counter(problem.rule for problem in exports.problems) == {
        "RD004": 3,
        "RD011": 3,
        "RD012": 4,
        "RD015": 1,
        "RD032": 14,
    }


def test_ids_are_distinct_and_evidence_lies_in_the_files(exports: Reading) -> None:
    assert [n for n in Counter(policy.id for policy in exports.policies).values() if n > 1] == []
    paths = {record.path for record in exports.files}
    assert {claim.evidence.path for policy in exports.policies for claim in policy.claims} <= paths


def test_evidence_points_at_values_that_exist(exports: Reading, sample_data: Path) -> None:
    for policy in exports.policies:
        if not policy.evidence.path.endswith(".json"):
            continue
        document = json.loads(decode((sample_data / "intune" / policy.evidence.path).read_bytes()))
        for claim in policy.claims:
            if claim.evidence.path == policy.evidence.path:
                assert _at(document, pointer_of(claim)) is not None


def _at(value: Any, pointer: str) -> Any:
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        value = value[int(name)] if isinstance(value, list) else value[name]
    return value


def test_every_setting_of_the_catalog_is_known_to_the_catalogue(exports: Reading) -> None:
    catalog = (policy for policy in exports.policies if policy.kind == "settings-catalog")
    assert {claim.origin for policy in catalog for claim in policy.claims if lookup(claim.origin) is None} == set()


def test_every_instance_becomes_a_claim_or_a_problem(exports: Reading, sample_data: Path) -> None:
    """The oracle is a walk over the raw document: instances that hold a value, less the keys of list rows."""
    problems = Counter(problem.policy for problem in exports.problems if problem.rule in ("RD012", "RD015"))
    for policy in exports.policies:
        claims = [claim for claim in policy.claims if claim.evidence.path == policy.evidence.path]
        is_json = all(isinstance(claim.evidence.place, JsonAt) for claim in claims)
        in_settings = all(pointer_of(claim).startswith("/settings") for claim in claims)
        if policy.kind != "settings-catalog" or not is_json or not in_settings:
            continue
        document = json.loads(decode((sample_data / "intune" / policy.evidence.path).read_bytes()))
        ids = Counter(_valued(document["settings"]))
        keys = sum(count for id_, count in ids.items() if id_.endswith("_key") and f"{id_[:-4]}_value" in ids)
        assert len(claims) + problems[policy.id] == sum(ids.values()) - keys, policy.evidence.path


def _valued(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if any(value.get(member) is not None for member in _HOLDERS):
            yield value["settingDefinitionId"]
        for child in value.values():
            yield from _valued(child)
    elif isinstance(value, list):
        for child in value:
            yield from _valued(child)


_HOLDERS = (
    "choiceSettingValue",
    "simpleSettingValue",
    "simpleSettingCollectionValue",
    "choiceSettingCollectionValue",
)


def test_cloud_trust_of_openintunebaseline(exports: Reading) -> None:
    trust = named(exports, "oib-v3.7", "Win - OIB - SC - Windows Hello for Business - D - Cloud Kerberos Trust - v3.5")
    assert {uri: value for uri, value in values(trust).items() if "PassportForWork" in uri} == {
        f"{DEVICE}/UseCloudTrustForOnPremAuth": True
    }
    settings = named(exports, "oib-v3.7", "Win - OIB - ES - Windows Hello for Business - D - WHfB Configuration - v3.2")
    assert values(settings) == {
        f"{DEVICE}/RequireSecurityDevice": True,
        f"{DEVICE}/UsePassportForWork": True,
        f"{DEVICE}/PINComplexity/MinimumPINLength": 6,
        f"{DEVICE}/UseCertificateForOnPremAuth": False,
        f"{DEVICE}/EnablePinRecovery": True,
        ANTI_SPOOFING: True,
    }
    assert (trust.assignments, settings.assignments) == (None, None)


def test_certificate_trust_and_cloud_trust_of_one_tenant_clash(exports: Reading) -> None:
    intent = named(exports, "oib-2022-09", "Baseline - Windows Hello for Business")
    assert values(intent) == {
        f"{TEMPLATE}/EnablePinRecovery": True,
        f"{TEMPLATE}/UseCertificateForOnPremAuth": True,
        f"{TEMPLATE}/UsePassportForWork": True,
        f"{TEMPLATE}/RequireSecurityDevice": True,
        f"{TEMPLATE}/PINComplexity/Expiration": 0,
        f"{TEMPLATE}/PINComplexity/MinimumPINLength": 6,
        f"{TEMPLATE}/PINComplexity/History": 0,
        f"{DEVICE_PASSPORT}/Biometrics/UseBiometrics": True,
        ANTI_SPOOFING: True,
        "./Device/Vendor/MSFT/Policy/Config/DeviceGuard/LsaCfgFlags": 2,
    }
    assert intent.assignments == (Assignment("all-devices"),)
    cloud = named(exports, "oib-2022-09", "Windows Hello for Business Hybrid Cloud Trust")
    (claim,) = cloud.claims
    assert (claim.setting, claim.value) == (csp(f"{DEVICE}/UseCloudTrustForOnPremAuth"), True)
    assert claim.origin == f"{DEVICE_PASSPORT}/{{TenantID}}/Policies/UseCloudTrustForOnPremAuth"
    assert cloud.assignments == ()


def test_windows_hello_of_ces2026(exports: Reading) -> None:
    cloud = named(exports, "ces2026-intunecd", "POC_WIN_D_CO_SBL_NCSC_MS_WindowsHello")
    assert values(cloud) == {
        f"{DEVICE_PASSPORT}/Biometrics/UseBiometrics": True,
        f"{DEVICE}/EnablePinRecovery": True,
        f"{DEVICE}/PINComplexity/Expiration": 0,
        f"{DEVICE}/PINComplexity/LowercaseLetters": 0,
        f"{DEVICE}/PINComplexity/MinimumPINLength": 6,
        f"{DEVICE}/PINComplexity/History": 0,
        f"{DEVICE}/RequireSecurityDevice": True,
        f"{DEVICE}/PINComplexity/SpecialCharacters": 0,
        f"{DEVICE}/PINComplexity/UppercaseLetters": 0,
        f"{DEVICE}/UseCertificateForOnPremAuth": False,
        f"{DEVICE}/UseCloudTrustForOnPremAuth": True,
        f"{DEVICE}/UsePassportForWork": True,
        ANTI_SPOOFING: True,
        f"{DEVICE_PASSPORT}/SecurityKey/UseSecurityKeyForSignin": 0,
    }
    assert cloud.assignments == ()
    key = named(exports, "ces2026-intunecd", "POC_WIN_D_CO_SBL_MSZT_WindowsHello")
    trusts = {f"{DEVICE}/UseCertificateForOnPremAuth", f"{DEVICE}/UseCloudTrustForOnPremAuth"}
    assert {uri: value for uri, value in values(key).items() if uri in trusts} == {
        f"{DEVICE}/UseCertificateForOnPremAuth": False
    }
    assert key.assignments == (Assignment("all-devices"),)


def test_tenant_wide_windows_hello_of_ces2026(exports: Reading) -> None:
    assert values(named(exports, "ces2026-intunecd", "All users and all devices")) == {
        f"{TEMPLATE}/UsePassportForWork": True,
        f"{TEMPLATE}/RequireSecurityDevice": True,
        f"{TEMPLATE}/PINComplexity/MinimumPINLength": 6,
        f"{TEMPLATE}/PINComplexity/MaximumPINLength": 127,
        f"{TEMPLATE}/PINComplexity/LowercaseLetters": 0,
        f"{TEMPLATE}/PINComplexity/UppercaseLetters": 0,
        f"{TEMPLATE}/PINComplexity/SpecialCharacters": 0,
        f"{TEMPLATE}/PINComplexity/Expiration": 0,
        f"{TEMPLATE}/PINComplexity/History": 24,
        f"{DEVICE_PASSPORT}/Biometrics/UseBiometrics": True,
        ANTI_SPOOFING: True,
        f"{TEMPLATE}/Remote/UseRemotePassport": False,
        f"{DEVICE_PASSPORT}/SecurityKey/UseSecurityKeyForSignin": 0,
    }


@pytest.mark.parametrize(
    ("name", "group"),
    [
        ("Enterprise-Config-Win10-Identity-Protection-UI", "Enterprise Workstations"),
        ("PAW-Win10-Config-Identity-Protection-UI", "Privileged Workstations"),
        ("Specialized-Win10-Identity-Protection-UI", "Specialized Workstations"),
    ],
)
def test_identity_protection_of_the_secured_workstations(exports: Reading, name: str, group: str) -> None:
    policy = named(exports, "securedworkstation", name)
    assert values(policy) == {
        f"{TEMPLATE}/UsePassportForWork": True,
        f"{TEMPLATE}/RequireSecurityDevice": True,
        f"{TEMPLATE}/EnablePinRecovery": True,
        f"{TEMPLATE}/PINComplexity/MinimumPINLength": 8,
        f"{TEMPLATE}/PINComplexity/MaximumPINLength": 100,
        f"{TEMPLATE}/PINComplexity/LowercaseLetters": 2,
        f"{TEMPLATE}/PINComplexity/UppercaseLetters": 2,
        f"{TEMPLATE}/PINComplexity/SpecialCharacters": 2,
        f"{DEVICE_PASSPORT}/Biometrics/UseBiometrics": True,
        ANTI_SPOOFING: True,
        f"{DEVICE_PASSPORT}/SecurityKey/UseSecurityKeyForSignin": 1,
    }
    assert policy.assignments == (Assignment("group", group=group),)


def test_windows_hello_in_user_scope(exports: Reading) -> None:
    policy = named(exports, "intuneadmin-expert", "Baseline - WHFB Require Security Device - 1")
    assert [(str(claim.setting), claim.scope, claim.value) for claim in policy.claims] == [
        ("./User/Vendor/MSFT/PassportForWork/{TenantId}/Policies/RequireSecurityDevice", Scope.USER, True)
    ]


def test_the_settings_written_beside_an_intent_count_once(exports: Reading) -> None:
    twins = [record for record in exports.files if record.path.casefold().endswith("_settings.json")]
    assert {(record.status, record.settings) for record in twins} == {("ignored", 0)}
    assert {record.reason.endswith(" once more") for record in twins} == {True}


def test_two_layouts_of_one_export_give_each_policy_once(sample_data: Path) -> None:
    reading, _ = intune.take(below(sample_data / "intune" / "oib-v3.7" / "WINDOWS365"))
    dropped = {r.path: r.reason for r in reading.files if r.reason.startswith("the same policy as ")}
    assert sorted({path.partition("/")[0] for path in dropped}) == ["NativeImport"]
    assert len(dropped) == len([r for r in reading.files if r.path.startswith("NativeImport/")])
    assert Counter(policy.name for policy in reading.policies).most_common(1)[0][1] == 1


def test_nodes_agree_with_an_independent_resolver(sample_data: Path, tmp_path: Path) -> None:
    """andrewj-t/IntuneSettingsToOmaUri resolves the same exports; it leaves out what stands below a choice."""
    oracle = sample_data / "settings-catalog" / "omauri-oracle"
    for packed in (oracle / "exports").glob("*.json.gz"):
        (tmp_path / packed.stem).write_bytes(gzip.decompress(packed.read_bytes()))
    reading, _ = intune.take(below(tmp_path))
    policies = {policy.name: policy for policy in reading.policies}
    compared = 0
    for output in sorted((oracle / "output").iterdir()):
        told = json.loads(output.read_text("utf-8-sig"))
        if isinstance(told, dict):
            expected: dict[str, set[str]] = defaultdict(set)
            for setting in told.get("Settings") or told["PolicySettings"]:
                expected[csp(setting["OmaUri"]).key] |= set(_leaves(setting["Value"]))
            ours: dict[str, set[str]] = defaultdict(set)
            for claim in policies[told["PolicyName"]].claims:
                node = csp(_node(claim)).key
                assert node in expected or "/children/" in pointer_of(claim)
                ours[node] |= set(_leaves(claim.value))
            assert {node: found - ours[node] for node, found in expected.items() if found - ours[node]} == {}
            compared += len(expected)
    assert compared == 876


def _node(claim: Claim) -> str:
    definition = lookup(claim.origin)
    assert definition is not None
    return definition.node


def _leaves(value: object) -> Iterator[str]:
    if isinstance(value, list | tuple):
        for child in value:
            yield from _leaves(child)
    else:
        yield str(value).casefold()


BLUEPRINT = "asd-blueprint/automation/dsc/asdbpsc-dsc-intune.txt"


@pytest.mark.parametrize(
    ("name", "portal", "blueprint", "same"),
    [
        ("ASD Office Hardening Guidelines", 119, 119, 119),
        ("ASD Edge Hardening Guidelines", 17, 17, 14),  # another version of DownloadRestrictions; pop-ups changed
        ("ASD Office Hardening - All Macros Disabled", 49, 49, 42),  # VBA warnings changed from 2 to 4 in all programs
        ("ASD Office Hardening - Macros Enabled for Trusted Publishers", 74, 79, 73),  # Outlook added, VBA turned on
        ("ASD Windows Hardening Guidelines", 291, 291, 284),  # UNC paths and device ids had changed places; quotes
    ],
)
def test_a_blueprint_gives_the_settings_of_the_portal(
    exports: Reading, name: str, portal: int, blueprint: int, same: int
) -> None:
    """What differs, differs in the files: the blueprint is newer, and each difference was looked at in both."""
    told = [p for p in exports.policies if p.name == name and p.evidence.path.startswith("asd-blueprint/")]
    by_file = {p.evidence.path == BLUEPRINT: {(c.setting.key, c.scope, c.value) for c in p.claims} for p in told}
    assert (len(by_file[False]), len(by_file[True]), len(by_file[False] & by_file[True])) == (portal, blueprint, same)


def test_templates_and_the_settings_catalog_agree_about_values(exports: Reading) -> None:
    """Baselines of one vendor in two shapes are an oracle for words: a wrong direction would set each node apart."""
    values: dict[str, dict[bool, set[object]]] = defaultdict(lambda: {True: set(), False: set()})
    for policy in exports.policies:
        for claim in policy.claims:
            if not re.match("(graph|admx|compliance):", claim.setting.text):
                values[claim.setting.key][policy.kind in ("template", "intent")].add(claim.value)
    both = {key: found for key, found in values.items() if found[True] and found[False]}
    apart = {key.rpartition("_")[2] for key, found in both.items() if not found[True] & found[False]}
    assert len(both) == 454
    assert apart == {
        "disablestealthmode",  # stealthModeBlocked is set in one tenant, the baselines leave stealth mode on
        "usecertificateforonpremauth",  # certificate trust against cloud trust
        # what the authors recommend differs, in numbers …
        "daystoretaincleanedmalware",
        "dodelaybackgrounddownloadfromhttp",
        "domaxcachesize",
        "dopercentagemaxbackgroundbandwidth",
        "maxinactivitytimedevicelock",
        "mindevicepasswordlength",
        "minpinlength",
        "allowedtoformatandejectremovablemedia",  # a custom profile writes the editor's words instead of the number
        # … and in what is blocked; the switches say so in Intune's own labels
        "allowdonottrack",
        "allowshareduserappdata",
        "allowwindowsspotlight",
        "disableonedrivefilesync",
        "disabletpmfirmwareupdatewarning",
    }


def test_a_policy_never_contradicts_itself(exports: Reading) -> None:
    """Two properties of one template that lead to one node would."""
    clashes = []
    for policy in exports.policies:
        if policy.kind in ("template", "intent", "administrative-template", "compliance", "update"):
            told: dict[tuple[str, Scope], set[object]] = defaultdict(set)
            for claim in policy.claims:
                told[claim.setting.key, claim.scope].add(claim.value)
            clashes += [(policy.name, key) for (key, _), found in told.items() if len(found) > 1]
    assert clashes == []


def test_every_configured_property_of_a_template_is_claimed(exports: Reading, sample_data: Path) -> None:
    """The oracle is the rule of thumb of the documentation; the table knows better about the properties named here."""
    missed, added = set(), set()
    templates = (policy for policy in exports.policies if policy.kind == "template")
    for policy in (policy for policy in templates if policy.evidence.path.endswith(".json")):
        document = json.loads(decode((sample_data / "intune" / policy.evidence.path).read_bytes()))
        if isinstance(document, dict) and "lastModifiedDateTime" in document and "groupAssignments" not in document:
            stated = {name for name, value in document.items() if _is_stated(name, value)}
            claimed = {pointer_of(claim).split("/")[1] for claim in policy.claims}
            missed |= stated - claimed
            added |= {name for name in claimed - stated if not isinstance(document[name], dict)}
    assert missed == _DEFAULTS
    assert added == {  # switches with two real values, and a word that means off or the user's choice
        "driversExcluded",
        "skipChecksBeforeRestart",
        "postponeRebootUntilAfterDeadline",
        "defenderNetworkProtectionType",
        "defenderSystemScanSchedule",
    }


def _is_stated(name: str, value: object) -> bool:
    if "@" in name or "#" in name or name in _ABOUT or isinstance(value, dict):
        return False
    if isinstance(value, int) and not isinstance(value, bool):
        return True
    return value not in (None, False, "", "notConfigured", "userDefined", "deviceDefault", [], "0001-01-01T00:00:00Z")


_ABOUT = {
    *("id", "displayName", "description", "version", "createdDateTime", "lastModifiedDateTime", "roleScopeTagIds"),
    *("supportsScopeTags", "assignments"),
}
_DEFAULTS = {
    "qualityUpdatesPauseExpiryDateTime",  # written by the service; the others are what the portal calls not configured
    "cellularData",
    "lanManagerAuthenticationLevel",
    "localSecurityOptionsMinimumSessionSecurityForNtlmSspBasedClients",
    "localSecurityOptionsMinimumSessionSecurityForNtlmSspBasedServers",
    "xboxServicesAccessoryManagementServiceStartupMode",
    "xboxServicesLiveAuthManagerServiceStartupMode",
    "xboxServicesLiveGameSaveServiceStartupMode",
    "xboxServicesLiveNetworkingServiceStartupMode",
}
