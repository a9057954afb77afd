"""Intents beyond Windows Hello: template properties, members of objects, areas of the Policy CSP, ADMX policies."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from policylint.evidence import Evidence, JsonAt
from policylint.model import csp
from tests.intune_writer import GRAPH, Json, only, pointers, read_one, values

CONFIG = "./Device/Vendor/MSFT/Policy/Config"
ENDPOINT = "windows10EndpointProtectionConfiguration"
EDGE = "microsoft_edge~Policy~microsoft_edge~HTTPAuthentication"


def baseline(members: Mapping[str, object]) -> Json:
    """An intent with its settings by definition id."""
    stated = [{"definitionId": name, "valueJson": json.dumps(value)} for name, value in members.items()]
    return {"@odata.type": f"{GRAPH}deviceManagementIntent", "id": "i", "displayName": "Baseline", "settings": stated}


def test_a_template_property_is_read_as_in_its_template(tmp_path: Path) -> None:
    reading = read_one(tmp_path, baseline({"deviceConfiguration--windows10GeneralConfiguration_cameraBlocked": True}))
    policy = only(reading)
    assert (policy.kind, values(policy)) == ("intent", {f"{CONFIG}/Camera/AllowCamera": 0})
    assert policy.claims[0].origin == "deviceConfiguration--windows10GeneralConfiguration_cameraBlocked"
    assert (pointers(policy), reading.problems) == ({f"{CONFIG}/Camera/AllowCamera": "/settings/0/valueJson"}, ())


@pytest.mark.parametrize("nothing", [None, False, "notConfigured", "userDefined", []])
def test_settings_that_are_not_configured_claim_nothing(nothing: object, tmp_path: Path) -> None:
    ids = ("deviceConfiguration--windows10GeneralConfiguration_cameraBlocked", "admx--edge_X" if nothing else "")
    reading = read_one(tmp_path, baseline({id_: nothing for id_ in ids if id_}))
    assert (only(reading).claims, reading.problems) == ((), ())


def test_members_of_an_object_are_read_from_its_json(tmp_path: Path) -> None:
    profile = {"firewallEnabled": "allowed", "inboundConnectionsBlocked": True, "stealthModeBlocked": None}
    policy = only(read_one(tmp_path, baseline({f"deviceConfiguration--{ENDPOINT}_firewallProfilePublic": profile})))
    node = "./Vendor/MSFT/Firewall/MdmStore/PublicProfile"
    assert {csp(uri): value for uri, value in values(policy).items()} == {
        csp(f"{node}/EnableFirewall"): True,
        csp(f"{node}/DefaultInboundAction"): 1,
    }
    assert set(pointers(policy).values()) == {"/settings/0/valueJson"}


def test_nested_settings_of_an_object_give_the_same_as_its_json(tmp_path: Path) -> None:
    drive = {"encryptionMethod": "xtsAes256", "requireEncryptionForWriteAccess": True}
    whole = only(read_one(tmp_path, baseline({f"deviceConfiguration--{ENDPOINT}_bitLockerFixedDrivePolicy": drive})))
    nested = [
        {"definitionId": f"deviceConfiguration--bitLockerFixedDrivePolicy_{name}", "valueJson": json.dumps(value)}
        for name, value in drive.items()
    ]
    written = baseline({})
    id_ = f"deviceConfiguration--{ENDPOINT}_bitLockerFixedDrivePolicy"
    written["settings"] = [{"definitionId": id_, "value": nested}]
    assert values(only(read_one(tmp_path, written))) == values(whole)
    written["settings"] = nested
    assert values(only(read_one(tmp_path, written))) == values(whole)
    node = "./Device/Vendor/MSFT/BitLocker"
    assert values(whole) == {
        f"{node}/EncryptionMethodByDriveType": 1,
        f"{node}/EncryptionMethodByDriveType/EncryptionMethodWithXtsFdvDropDown_Name": 7,
        f"{node}/FixedDrivesRequireEncryption": 1,
    }


def test_an_object_of_several_types_states_its_type(tmp_path: Path) -> None:
    paths = {"$implementationId": "deviceConfiguration--hardenedUncPathEnabled", "hardenedUncPaths": ["a"]}
    found = values(
        only(read_one(tmp_path, baseline({f"deviceConfiguration--{ENDPOINT}_connectivityHardenedUncPaths": paths})))
    )
    name = f"graph:{ENDPOINT}/connectivityHardenedUncPaths"
    assert found == {name: "hardenedUncPathEnabled", f"{name}.hardenedUncPaths": ("a",)}


def test_an_area_of_the_policy_csp_meets_the_settings_catalog(tmp_path: Path) -> None:
    stated = {"enabled": True, "data": {"AuthSchemes": "ntlm,negotiate"}}
    id_ = f"deviceConfiguration--{EDGE}"
    found = values(only(read_one(tmp_path, baseline({f"{id_}_AuthSchemes": stated, f"{id_}_BasicAuth": False}))))
    assert found == {
        f"{CONFIG}/{EDGE}/AuthSchemes": 1,
        f"{CONFIG}/{EDGE}/AuthSchemes/AuthSchemes": "ntlm,negotiate",
        f"{CONFIG}/{EDGE}/BasicAuth": 0,
    }


def test_a_policy_of_an_administrative_template_and_its_element_belong_together(tmp_path: Path) -> None:
    stated = {"admx--microsoftedgeAuthSchemes_AuthSchemes": ["ntlm"], "admx--microsoftedge_AuthSchemes": "enabled"}
    assert values(only(read_one(tmp_path, baseline(stated)))) == {
        "admx:microsoftedge/AuthSchemes/AuthSchemes": ("ntlm",),
        "admx:microsoftedge/AuthSchemes": "enabled",
    }


def test_settings_delta_is_read_in_its_own_place(tmp_path: Path) -> None:
    written = baseline({"deviceConfiguration--windows10GeneralConfiguration_cameraBlocked": True})
    delta = {"displayName": "Delta", "TemplateId": "x", "settingsDelta": written["settings"]}
    assert pointers(only(read_one(tmp_path, delta))) == {f"{CONFIG}/Camera/AllowCamera": "/settingsDelta/0/valueJson"}


def test_a_masked_value_is_no_value(tmp_path: Path) -> None:
    written = baseline({"deviceConfiguration--windows10GeneralConfiguration_networkProxyServer": "****"})
    reading = read_one(tmp_path, written)
    assert only(reading).claims == ()
    assert [(p.rule, p.evidence) for p in reading.problems] == [
        ("RD015", Evidence("policy.json", JsonAt("/settings/0/valueJson")))
    ]


@pytest.mark.parametrize("id_", [None, 7, "", "no separator"])
def test_a_setting_without_a_definition_is_told(id_: object, tmp_path: Path) -> None:
    written = baseline({"x": 1})
    written["settings"][0]["definitionId"] = id_
    (problem,) = read_one(tmp_path, written).problems
    assert (problem.rule, problem.evidence) == ("RD012", Evidence("policy.json", JsonAt("/settings/0")))
