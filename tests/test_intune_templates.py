"""Template profiles: what says nothing, which CSP node a property writes, and what keeps its Graph name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from policylint.catalogue.template_properties import lookup
from policylint.cli import cli
from policylint.evidence import Evidence, JsonAt
from policylint.model import Scope, csp, setting_id
from policylint.readers.intune.templates import plain
from tests.intune_writer import GRAPH, Json, only, pointers, read_one, values

CONFIG = "./Device/Vendor/MSFT/Policy/Config"
ENDPOINT = "windows10EndpointProtectionConfiguration"
GENERAL = "windows10GeneralConfiguration"


def template(type_: str, **members: object) -> Json:
    return {"@odata.type": f"{GRAPH}{type_}", "id": "t", "displayName": "Template", **members}


@pytest.mark.parametrize("nothing", [None, False, "notConfigured", "userDefined", [], ""])
def test_what_is_not_configured_claims_nothing(nothing: object, tmp_path: Path) -> None:
    reading = read_one(tmp_path, template(GENERAL, cameraBlocked=nothing, nobodyKnowsThis=nothing))
    assert (only(reading).claims, reading.problems) == ((), ())


def test_a_switch_that_blocks_writes_0_into_a_node_that_allows(tmp_path: Path) -> None:
    policy = only(read_one(tmp_path, template(GENERAL, cameraBlocked=True)))
    (claim,) = policy.claims
    assert (policy.kind, claim.setting, claim.value, claim.type) == (
        "template",
        csp(f"{CONFIG}/Camera/AllowCamera"),
        0,
        "Integer",
    )
    assert (claim.origin, claim.evidence) == (
        f"{GENERAL}.cameraBlocked",
        Evidence("policy.json", JsonAt("/cameraBlocked")),
    )


@pytest.mark.parametrize(
    ("name", "stated", "node", "value"),
    [
        ("passwordRequired", True, "DeviceLock/DevicePasswordEnabled", 0),
        ("passwordMinimumLength", 8, "DeviceLock/MinDevicePasswordLength", 8),
        ("defenderRequireNetworkInspectionSystem", True, "Defender/AllowIntrusionPreventionSystem", 1),
        ("defenderFilesAndFoldersToExclude", ["C:\\a", "C:\\b"], "Defender/ExcludedPaths", ("C:\\a", "C:\\b")),
        ("accountLogonAuditCredentialValidation", "failure", "Audit/AccountLogon_AuditCredentialValidation", 2),
        ("oneDriveDisableFileSync", True, "System/DisableOneDriveFileSync", 1),
    ],
)
def test_device_restrictions_write_the_value_that_the_csp_knows(
    name: str, stated: object, node: str, value: object, tmp_path: Path
) -> None:
    assert values(only(read_one(tmp_path, template(GENERAL, **{name: stated})))) == {f"{CONFIG}/{node}": value}


def test_a_rule_of_attack_surface_reduction_meets_the_settings_catalog(tmp_path: Path) -> None:
    found = values(only(read_one(tmp_path, template(ENDPOINT, defenderEmailContentExecutionType="auditMode"))))
    assert found == {
        f"{CONFIG}/Defender/AttackSurfaceReductionRules/BlockExecutableContentFromEmailClientAndWebmail": (
            "BE9BA2D9-53EA-4CDC-84E5-9B1EEEE46550=2"
        )
    }


def test_a_choice_in_a_dialog_is_the_policy_and_its_element(tmp_path: Path) -> None:
    profile = template(GENERAL, internetExplorerInternetZoneAccessToDataSources="disable")
    node = f"{CONFIG}/InternetExplorer/InternetZoneAllowAccessToDataSources"
    assert values(only(read_one(tmp_path, profile))) == {node: 1, f"{node}/IZ_Partname1406": 3}


def test_a_number_is_written_in_the_unit_of_its_node(tmp_path: Path) -> None:
    limit = only(read_one(tmp_path, template(ENDPOINT, localSecurityOptionsMachineInactivityLimitInMinutes=15)))
    node = f"{CONFIG}/LocalPoliciesSecurityOptions/InteractiveLogon_MachineInactivityLimit"
    assert values(limit) == {node: 900}
    size = only(read_one(tmp_path, template(ENDPOINT, eventLogServiceSystemLogMaximumFileSizeInKb=32768)))
    log = f"{CONFIG}/EventLogService/SpecifyMaximumFileSizeSystemLog"
    assert values(size) == {log: 1, f"{log}/Channel_LogMaxSize": 32768}


def test_a_user_right_is_the_list_of_those_who_have_it(tmp_path: Path) -> None:
    users = [{"name": "Administrators", "securityIdentifier": "*S-1-5-32-544"}, {"name": "CONTOSO\\Backup"}]
    profile = template(ENDPOINT, userRightsBackupData={"state": "allowed", "localUsersOrGroups": users})
    assert values(only(read_one(tmp_path, profile))) == {
        f"{CONFIG}/UserRights/BackupFilesAndDirectories": ("*S-1-5-32-544", "CONTOSO\\Backup")
    }


def test_a_user_right_that_is_blocked_keeps_its_graph_name(tmp_path: Path) -> None:
    """Whether nobody has it then, or the service writes nothing, no reference tells."""
    profile = template(ENDPOINT, userRightsBackupData={"state": "blocked", "localUsersOrGroups": []})
    assert values(only(read_one(tmp_path, profile))) == {f"graph:{ENDPOINT}/userRightsBackupData.state": "blocked"}


def test_user_defined_network_protection_keeps_its_graph_name_because_the_sources_contradict(tmp_path: Path) -> None:
    found = values(only(read_one(tmp_path, template(ENDPOINT, defenderNetworkProtectionType="userDefined"))))
    assert found == {f"graph:{ENDPOINT}/defenderNetworkProtectionType": "userDefined"}


def test_members_of_a_firewall_profile_are_settings_of_the_firewall_csp(tmp_path: Path) -> None:
    profile = {"firewallEnabled": "allowed", "inboundConnectionsBlocked": True, "stealthModeBlocked": False}
    policy = only(read_one(tmp_path, template(ENDPOINT, firewallProfileDomain=profile)))
    node = "./Vendor/MSFT/Firewall/MdmStore/DomainProfile"
    assert {csp(uri): value for uri, value in values(policy).items()} == {
        csp(f"{node}/EnableFirewall"): True,
        csp(f"{node}/DefaultInboundAction"): 1,
    }
    assert sorted(pointers(policy).values()) == [
        "/firewallProfileDomain/firewallEnabled",
        "/firewallProfileDomain/inboundConnectionsBlocked",
    ]


def test_a_word_that_no_csp_value_is_known_for_keeps_its_graph_name(tmp_path: Path) -> None:
    reading = read_one(tmp_path, template(GENERAL, edgeCookiePolicy="blockThirdParty"))
    assert values(only(reading)) == {f"graph:{GENERAL}/edgeCookiePolicy": "blockThirdParty"}
    assert reading.problems == ()


def test_members_of_an_object_are_named_by_their_path(tmp_path: Path) -> None:
    proxy = {
        "@odata.type": f"{GRAPH}windows10NetworkProxyServer",
        "address": "127.0.0.2:8080",
        "useForLocalAddresses": True,
    }
    found = values(only(read_one(tmp_path, template(GENERAL, networkProxyServer=proxy))))
    assert found == {
        f"graph:{GENERAL}/networkProxyServer.address": "127.0.0.2:8080",
        f"graph:{GENERAL}/networkProxyServer.useForLocalAddresses": True,
    }


def test_choices_in_one_dialog_enable_its_policy_once(tmp_path: Path) -> None:
    options = {"recoveryKeyUsage": "blocked", "hideRecoveryOptions": True, "blockDataRecoveryAgent": False}
    profile = template(ENDPOINT, bitLockerFixedDrivePolicy={"recoveryOptions": options})
    node = "./Device/Vendor/MSFT/BitLocker/FixedDrivesRecoveryOptions"
    claims = only(read_one(tmp_path, profile)).claims
    assert [(claim.setting.text, claim.value) for claim in claims] == [
        (node, 1),
        (f"{node}/FDVRecoveryKeyUsageDropDown_Name", 0),
        (f"{node}/FDVHideRecoveryPage_Name", 1),
    ]


def test_rows_of_a_list_are_settings_by_their_names(tmp_path: Path) -> None:
    rules = [{"displayName": "DNS", "action": "allowed"}, {"displayName": "DNS", "action": "blocked"}, {"protocol": 6}]
    policy = only(read_one(tmp_path, template(ENDPOINT, firewallRules=rules)))
    rows = f"graph:{ENDPOINT}/firewallRules"
    assert {name: json.loads(str(value)) for name, value in values(policy).items()} == {
        f"{rows}/DNS": rules[0],
        f"{rows}/DNS#2": rules[1],
        f"{rows}/2": rules[2],
    }
    assert sorted(pointers(policy).values()) == ["/firewallRules/0", "/firewallRules/1", "/firewallRules/2"]


def test_unknown_properties_keep_their_graph_names_and_are_counted_once(tmp_path: Path) -> None:
    reading = read_one(tmp_path, template(GENERAL, first="a", second=2, third=["x"], fourth={"inner": True}))
    assert values(only(reading)) == {
        f"graph:{GENERAL}/first": "a",
        f"graph:{GENERAL}/second": 2,
        f"graph:{GENERAL}/third": ("x",),
        f"graph:{GENERAL}/fourth.inner": True,
    }
    assert [(p.rule, p.message, p.policy) for p in reading.problems] == [
        (
            "RD012",
            '4 settings of "Template" cannot be mapped to a CSP, because no table knows the property: '
            "first, second, third and others",
            "t",
        )
    ]


def test_a_masked_value_is_no_value(tmp_path: Path) -> None:
    reading = read_one(tmp_path, template("windowsWifiConfiguration", preSharedKey="****"))
    assert only(reading).claims == ()
    assert [(p.rule, p.evidence) for p in reading.problems] == [
        ("RD015", Evidence("policy.json", JsonAt("/preSharedKey")))
    ]


@pytest.mark.parametrize("output", ["text", "json"])
def test_a_secret_that_is_exported_in_the_clear_is_hidden_where_it_is_shown(output: str, tmp_path: Path) -> None:
    profile = template("windowsWifiConfiguration", preSharedKey="hunter2", profiles=[{"preSharedKey": "hunter3"}])
    (tmp_path / "wifi.json").write_text(json.dumps(profile), "utf-8")
    shown = CliRunner().invoke(cli, ["resolve", str(tmp_path), "-o", output]).output
    assert ("hunter" in shown, "****" in shown, "preSharedKey" in shown) == (False, True, True)


def test_update_rings_state_their_schedule_by_its_type(tmp_path: Path) -> None:
    schedule = {"@odata.type": f"{GRAPH}windowsUpdateActiveHoursInstall", "activeHoursStart": "08:00:00.0000000"}
    ring = template(
        "windowsUpdateForBusinessConfiguration",
        installationSchedule=schedule,
        qualityUpdatesDeferralPeriodInDays=3,
        qualityUpdatesPauseExpiryDateTime="2024-02-13T04:00:29.6769106Z",
        featureUpdatesPauseStartDate="0001-01-01T00:00:00Z",
    )
    name = "graph:windowsUpdateForBusinessConfiguration/installationSchedule"
    assert values(only(read_one(tmp_path, ring))) == {
        name: "windowsUpdateActiveHoursInstall",
        f"{CONFIG}/Update/ActiveHoursStart": 8,
        f"{CONFIG}/Update/DeferQualityUpdatesPeriodInDays": 3,
    }


def test_feature_updates_have_graph_names_only_and_nothing_is_missing(tmp_path: Path) -> None:
    reading = read_one(
        tmp_path, template("windowsFeatureUpdateProfile", featureUpdateVersion="Windows 11, version 24H2")
    )
    assert values(only(reading)) == {
        "graph:windowsFeatureUpdateProfile/featureUpdateVersion": "Windows 11, version 24H2"
    }
    assert reading.problems == ()


def test_a_node_of_users_is_claimed_in_user_scope(tmp_path: Path) -> None:
    policy = only(read_one(tmp_path, template(GENERAL, windowsSpotlightBlockTailoredExperiences=True)))
    assert [(str(c.setting), c.scope, c.value) for c in policy.claims] == [
        ("./User/Vendor/MSFT/Policy/Config/Experience/AllowTailoredExperiencesWithDiagnosticData", Scope.USER, 0)
    ]


def test_case_does_not_count_in_the_table() -> None:
    assert lookup("WINDOWS10GENERALCONFIGURATION", "CAMERABLOCKED") == lookup(GENERAL, "cameraBlocked")
    assert lookup(GENERAL, "nobodyKnowsThis") is None


@pytest.mark.parametrize("text", ["graph:a/b", "admx:Windows Components/X", "compliance:windows10CompliancePolicy/rtp"])
def test_ids_of_settings_without_a_csp_are_read_back(text: str) -> None:
    family, _, rest = text.partition(":")
    assert (str(setting_id(text)), setting_id(text)) == (text, setting_id(f"{family}:{rest.upper()}"))


def test_numbers_with_a_fraction_are_text() -> None:
    assert plain(0.5) == "0.5"
