"""Compliance policies, which write nothing, and scripts, which may write anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from policylint.model import FileRecord
from policylint.rank import rank
from policylint.readers import read as read_estate
from policylint.resolve import resolve
from policylint.targets import targets
from tests.intune_writer import GRAPH, Json, assigned, only, read_one, sources, values


def compliance(**members: object) -> Json:
    return {"@odata.type": f"{GRAPH}windows10CompliancePolicy", "id": "c", "displayName": "Compliance", **members}


def test_requirements_have_ids_of_their_own(tmp_path: Path) -> None:
    written = compliance(bitLockerEnabled=True, passwordMinimumLength=8, secureBootEnabled=False, osMinimumVersion=None)
    policy = only(read_one(tmp_path, written))
    assert (policy.kind, values(policy)) == (
        "compliance",
        {
            "compliance:windows10CompliancePolicy/bitLockerEnabled": True,
            "compliance:windows10CompliancePolicy/passwordMinimumLength": 8,
        },
    )


def test_actions_for_noncompliance_are_no_requirements(tmp_path: Path) -> None:
    rule = {"ruleName": None, "scheduledActionConfigurations": [{"actionType": "block"}]}
    reading = read_one(tmp_path, compliance(scheduledActionsForRule=[rule], requireHealthyDeviceReport=True))
    assert values(only(reading)) == {"compliance:windows10CompliancePolicy/requireHealthyDeviceReport": True}
    assert reading.problems == ()


def test_a_custom_script_is_known_by_its_id_and_its_rules_stay_closed(tmp_path: Path) -> None:
    script = {"deviceComplianceScriptId": "7f0c", "rulesContent": "eyJSdWxlcyI6W119"}
    found = values(only(read_one(tmp_path, compliance(deviceCompliancePolicyScript=script))))
    assert found == {"compliance:windows10CompliancePolicy/deviceCompliancePolicyScript": "7f0c"}


def test_two_compliance_policies_that_differ_name_the_rule_for_compliance(tmp_path: Path) -> None:
    everyone = {"assignments": [assigned("allDevices")]}
    files = {
        "a.json": compliance(**everyone, passwordMinimumLength=8),
        "b.json": compliance(**everyone, passwordMinimumLength=14) | {"id": "d", "displayName": "Stricter"},
    }
    sources(tmp_path, files)
    estate = read_estate(["."], base=tmp_path)
    (target,) = targets(estate)
    (setting,) = resolve(rank(estate, target)).settings
    assert (str(setting.state), sorted(map(str, setting.candidates)), "I-COMP-CONF" in setting.reasons) == (
        "undetermined",
        ["14", "8", "None"],
        True,
    )


SCRIPTS = [
    ({"@odata.type": f"{GRAPH}deviceManagementScript", "scriptContent": "cGFzc3dvcmQ="}, "PowerShell script"),
    (
        {"@odata.type": f"{GRAPH}deviceHealthScript", "detectionScriptContent": "eA==", "remediationScriptContent": ""},
        "remediation script",
    ),
]


@pytest.mark.parametrize(("written", "kind"), SCRIPTS)
def test_a_script_is_a_policy_that_claims_nothing(written: Json, kind: str, tmp_path: Path) -> None:
    reading = read_one(tmp_path, {**written, "displayName": "Fix", "assignments": [assigned("allDevices")]})
    policy = only(reading)
    assert (policy.kind, policy.claims, reading.problems) == ("script", (), ())
    assert reading.files == (FileRecord("policy.json", "read", kind),)
    assert policy.assignments is not None
    assert "cGFzc3dvcmQ=" not in repr(reading)
