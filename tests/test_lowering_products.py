"""Nodes of single products meet the group policy that says the same, value by value."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policylint.catalogue import ddf, shipped
from policylint.catalogue.admx import AdmxStore
from policylint.lowering.product_nodes import FIREWALL_KEY, NODES, PROFILES
from policylint.lowering.products import flags, number
from policylint.model import Claim, Scope
from policylint.scenario import Scenario, estate_of

DEFENDER = "./Device/Vendor/MSFT/Policy/Config/Defender"
ASR = r"HKLM\Software\Policies\Microsoft\Windows Defender\Windows Defender Exploit Guard\ASR\Rules"
FIREWALL = "./Vendor/MSFT/Firewall/MdmStore"
EMAIL, ADOBE = "be9ba2d9-53ea-4cdc-84e5-9b1eeee46550", "7674ba52-37eb-4a4f-a9a1-f0f9a1619a2c"


def claims_of(sets: dict[str, Any], kind: str = "custom") -> tuple[Claim, ...]:
    """What a profile's settings become."""
    policy = {"policy": "P", "channel": "mdm", "kind": kind, "set": sets}
    (policy_read,) = estate_of(Scenario.model_validate({"given": [policy]})).policies
    return policy_read.claims


def lowered(sets: dict[str, Any], kind: str = "custom") -> dict[str, object]:
    return {str(claim.setting): claim.value for claim in claims_of(sets, kind)}


def test_a_laps_node_is_the_value_of_the_same_name_below_the_policy_key() -> None:
    key = r"HKLM\Software\Microsoft\Windows\CurrentVersion\Policies\LAPS"
    nodes = "./Device/Vendor/MSFT/LAPS/Policies"
    assert lowered(
        {
            f"{nodes}/BackupDirectory": 1,
            f"{nodes}/AutomaticAccountManagementEnabled": True,
            f"{nodes}/AutomaticAccountManagementEnableAccount": "False",
            f"{nodes}/AdministratorAccountName": "localadmin",
        }
    ) == {
        f"{key}!BackupDirectory": 1,
        f"{key}!AutomaticAccountManagementEnabled": 1,
        f"{key}!AutomaticAccountManagementEnableAccount": 0,
        f"{key}!AdministratorAccountName": "localadmin",
    }


def test_the_catalogs_second_name_of_a_laps_node_is_the_same_setting() -> None:
    nodes = "./Device/Vendor/MSFT/LAPS/Policies"
    assert lowered({f"{nodes}/PasswordAgeDays/aad": 14}) == lowered({f"{nodes}/PasswordAgeDays": 14})


def test_a_firewall_node_is_a_value_of_its_profile() -> None:
    assert lowered(
        {
            f"{FIREWALL}/DomainProfile/EnableFirewall": True,
            f"{FIREWALL}/PrivateProfile/Shielded": "true",
            f"{FIREWALL}/PublicProfile/DisableInboundNotifications": False,
            f"{FIREWALL}/PublicProfile/EnableLogSuccessConnections": True,
            f"{FIREWALL}/PublicProfile/LogMaxFileSize": 16384,
            f"{FIREWALL}/PublicProfile/LogFilePath": "%systemroot%\\fw.log",
        }
    ) == {
        rf"HKLM\{FIREWALL_KEY}\DomainProfile!EnableFirewall": 1,
        rf"HKLM\{FIREWALL_KEY}\PrivateProfile!DoNotAllowExceptions": 1,
        rf"HKLM\{FIREWALL_KEY}\PublicProfile!DisableNotifications": 0,
        rf"HKLM\{FIREWALL_KEY}\PublicProfile\Logging!LogSuccessfulConnections": 1,
        rf"HKLM\{FIREWALL_KEY}\PublicProfile\Logging!LogFileSize": 16384,
        rf"HKLM\{FIREWALL_KEY}\PublicProfile\Logging!LogFilePath": "%systemroot%\\fw.log",
    }


def test_the_standard_profile_of_the_older_policies_is_nobodys_twin() -> None:
    assert {twin.key for twin in NODES.values() if "StandardProfile" in twin.key} == set()


def test_flags_that_a_node_lists_are_one_number() -> None:
    assert lowered({f"{FIREWALL}/Global/IPsecExempt": ["1", "8"]}) == {rf"HKLM\{FIREWALL_KEY}!IPsecExempt": 9}


@pytest.mark.parametrize(
    "node",
    [
        "./Device/Vendor/MSFT/BitLocker/RequireDeviceEncryption",
        "./Device/Vendor/MSFT/BitLocker/AllowWarningForOtherDiskEncryption",
        "./Device/Vendor/MSFT/BitLocker/ConfigureRecoveryPasswordRotation",
        "./Device/Vendor/MSFT/Defender/Configuration/PassiveRemediation",
        "./Device/Vendor/MSFT/Defender/Configuration/TamperProtection",
        "./Device/Vendor/MSFT/Policy/Config/Update/AllowNonMicrosoftSignedUpdate",
        f"{FIREWALL}/Global/SaIdleTime",
    ],
)
def test_a_node_without_a_certain_twin_stays_a_node(node: str) -> None:
    assert lowered({node: 1}) == {node: 1}


@pytest.mark.parametrize("value", ["****", "", "on", "1.5"])
def test_a_value_that_is_no_number_stays_as_written(value: str) -> None:
    node = f"{FIREWALL}/DomainProfile/EnableFirewall"
    assert lowered({node: value}) == {node: value}


def test_attack_surface_rules_meet_one_by_one_however_they_are_written() -> None:
    node = f"{DEFENDER}/AttackSurfaceReductionRules"
    as_text = lowered({node: f"{EMAIL.upper()}=1|{ADOBE}=2"})
    as_choices = lowered(
        {
            f"{node}/BlockExecutableContentFromEmailClientAndWebmail": f"{EMAIL}=1",
            f"{node}/BlockAdobeReaderFromCreatingChildProcesses": f"{ADOBE}=2",
        },
        "settings-catalog",
    )
    assert as_text == as_choices == {f"{ASR}!{EMAIL}": "1", f"{ASR}!{ADOBE}": "2"}


def test_rules_that_cannot_be_read_stay_one_value() -> None:
    node = f"{DEFENDER}/AttackSurfaceReductionRules"
    assert lowered({node: f"{EMAIL}=1|{ADOBE}"}) == {node: f"{EMAIL}=1|{ADOBE}"}


def test_each_exclusion_is_a_setting_of_its_own() -> None:
    paths = r"HKLM\Software\Policies\Microsoft\Windows Defender\Exclusions\Paths"
    expected = {rf"{paths}!C:\a": "0", rf"{paths}!D:\b": "0"}
    assert lowered({f"{DEFENDER}/ExcludedPaths": r"C:\a|D:\b"}) == expected
    assert lowered({f"{DEFENDER}/ExcludedPaths": ["C:\\a", "D:\\b", ""]}, "settings-catalog") == expected


def test_what_the_export_wrote_is_kept_beside_it() -> None:
    node = f"{DEFENDER}/ExcludedPaths"
    (claim,) = claims_of({node: "C:\\a"})
    assert (claim.origin, claim.scope) == (node, Scope.DEVICE)


def test_every_node_of_the_table_exists() -> None:
    variants = {"./Device/Vendor/MSFT/LAPS/Policies/PasswordAgeDays/aad"}
    assert {node for node in NODES if ddf.lookup(node) is None} == variants


def test_every_twin_is_a_value_that_an_admx_file_defines() -> None:
    store = AdmxStore.of((), shipped.files())
    firewall = {twin for twin in NODES.values() if twin.key.startswith(FIREWALL_KEY)}
    unknown = {t for t in NODES.values() if t not in firewall and not store.owners(Scope.DEVICE, t.key, t.value)}
    assert unknown == set()
    assert len(firewall) == 17 * len(PROFILES) + 6


@given(st.integers(0, 2**32 - 1))
def test_a_number_is_read_from_all_its_spellings(value: int) -> None:
    assert {number(value), number(str(value)), flags(str(value)), flags((str(value),))} == {value}
