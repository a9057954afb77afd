"""The Windows Hello checks beyond their rules' fixtures: confidence, targets, scopes, assignments, clean estates."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from policylint.estate import Estate
from policylint.findings import Finding
from policylint.lint import lint
from policylint.model import Assignment
from policylint.rules import load_rules, select
from policylint.scenario import Scenario, estate_of
from policylint.topology import Target
from tests.hello import DEVICE, HKCU, HKLM, PIN, USER, gpo, mdm

TENANT = "dcd219dd-bc68-4b9b-bf0b-4a33a796be35"
CUSTOM = f"./Device/Vendor/MSFT/PassportForWork/{TENANT}/Policies/"
ENTRA = {"join": "entra", "mdm": True}
LOCK = "./Device/Vendor/MSFT/Policy/Config/DeviceLock/"

CLOUD_GPO = gpo("Cloud", {f"{HKLM}Enabled": 1, f"{HKLM}UseCloudTrustForOnPremAuth": 1}, link="contoso.com/W#2")
PKI_GPO = gpo("PKI", {f"{HKLM}UseCertificateForOnPremAuth": 1}, link="contoso.com/W#1")


def estate(*given: dict[str, Any], **more: Any) -> Estate:
    return estate_of(Scenario.model_validate({"given": list(given), **more}))


def found(rule: str, *given: dict[str, Any], **more: Any) -> list[Finding]:
    return list(lint(estate(*given, **more), select(load_rules(), [rule])))


def told(rule: str, *given: dict[str, Any], **more: Any) -> list[tuple[str, str]]:
    """Severity and confidence of what a rule finds."""
    return [(finding.severity, finding.confidence) for finding in found(rule, *given, **more)]


# A clean estate ------------------------------------------------------------------------------------------------------


def test_a_clean_estate_of_group_policy_gives_nothing() -> None:
    settings = {
        f"{HKLM}Enabled": 1,
        f"{HKLM}UseCloudTrustForOnPremAuth": 1,
        f"{HKLM}RequireSecurityDevice": 1,
        HKLM.replace("PassportForWork!", "PassportForWork\\ExcludeSecurityDevices!TPM12"): 1,
        f"{PIN}MinimumPINLength": 6,
        f"{PIN}MaximumPINLength": 20,
        f"{PIN}Digits": 1,
        f"{PIN}Expiration": 0,
    }
    assert found("WH", gpo("WHfB", settings)) == []


def test_a_clean_tenant_gives_nothing() -> None:
    profile = {
        f"{DEVICE}UsePassportForWork": True,
        f"{DEVICE}UseCloudTrustForOnPremAuth": True,
        f"{DEVICE}RequireSecurityDevice": True,
        f"{DEVICE}ExcludeSecurityDevices/TPM12": True,
        f"{DEVICE}PINComplexity/MinimumPINLength": 6,
    }
    tenant = mdm("Tenant", {f"{DEVICE}UsePassportForWork": False}, kind="enrolment")
    assert found("WH", mdm("WHfB", profile), tenant, facts=ENTRA) == []


def test_an_estate_without_windows_hello_gives_nothing() -> None:
    assert found("WH", gpo("Other", {r"HKLM\SOFTWARE\Policies\Contoso!A": 1}), mdm("Lock", {f"{LOCK}A": 1})) == []


# Confidence ----------------------------------------------------------------------------------------------------------


def test_what_holds_in_every_world_is_certain() -> None:
    assert told("WH001", CLOUD_GPO, PKI_GPO) == [("error", "certain")]


def test_what_holds_in_the_assumed_world_only_is_likely() -> None:
    assigned = mdm("PKI", {f"{DEVICE}UseCertificateForOnPremAuth": True}, assigned=None)
    cloud = mdm("Cloud", {f"{DEVICE}UsePassportForWork": True, f"{DEVICE}UseCloudTrustForOnPremAuth": True})
    assert told("WH001", assigned, cloud, facts=ENTRA) == [("error", "likely")]


def test_an_unknown_link_order_that_is_assumed_the_other_way_makes_it_possible() -> None:
    off = gpo("A", {f"{HKLM}UseCertificateForOnPremAuth": 0}, link="contoso.com/W")
    on = gpo("B", {f"{HKLM}UseCertificateForOnPremAuth": 1}, link="contoso.com/W")
    cloud = gpo("C", {f"{HKLM}Enabled": 1, f"{HKLM}UseCloudTrustForOnPremAuth": 1}, link="contoso.com/W")
    assert told("WH001", off, on, cloud) == [("error", "possible")]


def test_an_unknown_link_order_does_not_matter_where_both_orders_give_the_same() -> None:
    certificate = gpo("A", {f"{HKLM}UseCertificateForOnPremAuth": 1}, link="contoso.com/W")
    cloud = gpo("B", {f"{HKLM}Enabled": 1, f"{HKLM}UseCloudTrustForOnPremAuth": 1}, link="contoso.com/W")
    assert told("WH001", certificate, cloud) == [("error", "certain")]


def test_a_wmi_filter_that_nobody_evaluated_makes_it_likely() -> None:
    filtered = {**PKI_GPO, "wmi-filter": "Laptops"}
    assert told("WH001", CLOUD_GPO, filtered) == [("error", "likely")]


def test_a_filter_on_the_policy_that_enables_is_no_reason_to_miss_enablement() -> None:
    cloud = gpo("Cloud", {f"{HKLM}UseCloudTrustForOnPremAuth": 1}, link="contoso.com/W#1")
    enabled = gpo("WHfB", {f"{HKLM}Enabled": 1}, link="contoso.com/W#2", **{"wmi-filter": "Laptops"})
    assert found("WH003", cloud, enabled) == []


def test_windows_hello_that_is_off_in_one_order_of_links_possibly_stops_cloud_trust() -> None:
    on = gpo("A", {f"{HKLM}Enabled": 1}, link="contoso.com/W")
    off = gpo("B", {f"{HKLM}Enabled": 0}, link="contoso.com/W")
    cloud = gpo("C", {f"{HKLM}UseCloudTrustForOnPremAuth": 1}, link="contoso.com/W")
    assert told("WH003", on, off, cloud) == [("error", "possible")]


def test_that_both_channels_configure_is_certain_whatever_guides_mean() -> None:
    assert told("WH005", CLOUD_GPO, mdm("WHfB", {f"{DEVICE}UsePassportForWork": True})) == [("warning", "certain")]


def test_enrolment_that_nobody_tells_makes_a_second_channel_likely() -> None:
    profile = mdm("WHfB", {f"{DEVICE}UsePassportForWork": True})
    assert told("WH005", CLOUD_GPO, profile, facts={"join": "hybrid"}) == [("warning", "likely")]


def test_a_join_type_that_nobody_tells_leaves_the_stronger_finding_about_missing_enablement() -> None:
    cloud = mdm("Cloud", {f"{DEVICE}UseCloudTrustForOnPremAuth": True}, assigned="all-devices")
    assert told("WH003", cloud, facts={"mdm": True}) == [("error", "certain")]


# Targets -------------------------------------------------------------------------------------------------------------


def with_targets(base: Estate, *names: str) -> Estate:
    first = base.topology.target[0]
    targets = [replace(first, name=name) for name in names]
    return replace(base, topology=replace(base.topology, target=targets))


def messages(base: Estate, rule: str) -> list[tuple[str, tuple[str, ...]]]:
    return [(f.message, f.targets) for f in lint(base, select(load_rules(), [rule]))]


def test_one_finding_names_both_targets() -> None:
    both = with_targets(estate(CLOUD_GPO, PKI_GPO), "London", "Oslo")
    assert messages(both, "WH001") == [
        (
            'certificate trust in "PKI" wins: cloud Kerberos trust in "Cloud" has no effect on London, Oslo',
            ("London", "Oslo"),
        )
    ]


def test_many_targets_are_counted() -> None:
    many = with_targets(estate(CLOUD_GPO, PKI_GPO), "A", "B", "C", "D", "E")
    assert messages(many, "WH001") == [
        (
            'certificate trust in "PKI" wins: cloud Kerberos trust in "Cloud" has no effect on '
            "A, B, C and 2 more targets",
            ("A", "B", "C", "D", "E"),
        )
    ]


def test_targets_that_differ_are_merged_at_the_surest_of_their_confidences() -> None:
    base = estate(CLOUD_GPO, {**PKI_GPO, "wmi-filter": "Laptops"})
    known = replace(
        base.topology,
        target=[
            Target(name="Oslo", device="contoso.com/W", user="contoso.com/W"),
            Target(name="Rome", device="contoso.com/W/Rome", user="contoso.com/W/Rome"),
        ],
    )
    (finding,) = lint(replace(base, topology=known), select(load_rules(), ["WH001"]))
    assert (finding.confidence, finding.targets) == ("likely", ("Oslo", "Rome"))


def test_a_target_that_the_policy_does_not_reach_is_not_named() -> None:
    base = estate(CLOUD_GPO, PKI_GPO)
    elsewhere = Target(name="Servers", device="contoso.com/Servers", user="contoso.com/Servers")
    topology = replace(base.topology, target=[*base.topology.target, elsewhere])
    assert [f.targets for f in lint(replace(base, topology=topology), select(load_rules(), ["WH001"]))] == [("W",)]


def test_a_finding_of_one_target_tells_how_to_ask_why() -> None:
    (finding,) = found("WH001", CLOUD_GPO, PKI_GPO)
    assert (finding.setting, finding.scope, finding.why, finding.help) == (
        f"{HKLM}UseCertificateForOnPremAuth",
        "device",
        "policylint why whfb/trust-model --for W",
        'set "Use certificate for on-premises authentication" to Not Configured in "PKI"',
    )


# Scopes --------------------------------------------------------------------------------------------------------------


def test_a_user_certificate_policy_beats_cloud_trust_from_intune_as_well() -> None:
    user = gpo("PKI", {f"{HKCU}UseCertificateForOnPremAuth": 1, f"{HKCU}Enabled": 1})
    cloud = mdm("Cloud", {f"{DEVICE}UseCloudTrustForOnPremAuth": True})
    assert [(f.message, f.scope) for f in found("WH001", user, cloud)] == [
        ('certificate trust in "PKI" wins: cloud Kerberos trust in "Cloud" has no effect on W', "user")
    ]


def test_user_and_computer_findings_keep_their_own_fingerprints() -> None:
    user = gpo("U", {f"{HKCU}UseCertificateForOnPremAuth": 1}, link="contoso.com/W#1")
    assert found("WH001", user, CLOUD_GPO)[0].fingerprint != found("WH001", PKI_GPO, CLOUD_GPO)[0].fingerprint


def test_a_user_policy_that_turns_certificate_trust_off_saves_cloud_trust() -> None:
    user = gpo("U", {f"{HKCU}UseCertificateForOnPremAuth": 0}, link="contoso.com/W#3")
    assert found("WH001", user, PKI_GPO, CLOUD_GPO) == []


def test_a_disabled_user_enablement_elects_no_certificate_policy() -> None:
    user = gpo("U", {f"{HKCU}Enabled": 0}, link="contoso.com/W#3")
    assert found("WH007", user, PKI_GPO) == []


def test_enablement_in_both_mdm_scopes_is_decided_by_the_user_scope() -> None:
    users = mdm("Users", {f"{USER}UsePassportForWork": False}, assigned="all-users")
    devices = mdm("Devices", {f"{DEVICE}UsePassportForWork": True})
    assert [f.message for f in found("WH004", users, devices, facts=ENTRA)] == [
        'Windows Hello is off on W: "Users" (user MDM) turns it off and beats "Devices" (device MDM)'
    ]


# Assignments ---------------------------------------------------------------------------------------------------------


def test_a_profile_for_a_group_that_the_target_is_not_in_does_not_count() -> None:
    pilot = mdm("PKI", {f"{DEVICE}UseCertificateForOnPremAuth": True}, assigned="Pilot")
    cloud = mdm("Cloud", {f"{DEVICE}UsePassportForWork": True, f"{DEVICE}UseCloudTrustForOnPremAuth": True})
    assert told("WH001", pilot, cloud, facts=ENTRA, groups=["Finance"]) == []
    assert told("WH001", pilot, cloud, facts=ENTRA, groups=["Pilot"]) == [("error", "certain")]
    assert told("WH001", pilot, cloud, facts=ENTRA) == [("error", "likely")]


def test_an_unassigned_profile_does_not_count() -> None:
    unassigned = mdm("PKI", {f"{DEVICE}UseCertificateForOnPremAuth": True}, assigned=[])
    cloud = mdm("Cloud", {f"{DEVICE}UsePassportForWork": True, f"{DEVICE}UseCloudTrustForOnPremAuth": True})
    assert found("WH001", unassigned, cloud, facts=ENTRA) == []


@pytest.mark.parametrize(
    ("mine", "theirs", "confidence"),
    [
        ("all-devices", "all-devices", "certain"),
        (["Pilot", "Finance"], "pilot", "certain"),
        ("Pilot", "Finance", "likely"),
        (None, "all-devices", "likely"),
    ],
)
def test_two_profiles_conflict_for_certain_only_where_their_assignments_overlap(
    mine: str | list[str] | None, theirs: str | list[str] | None, confidence: str
) -> None:
    written = mdm("OMA", {f"{CUSTOM}UsePassportForWork": True}, kind="custom", assigned=mine)
    catalog = mdm("Catalog", {f"{DEVICE}UsePassportForWork": False}, assigned=theirs)
    assert told("WH015", written, catalog, tenant=TENANT) == [("error", confidence)]


def test_an_assignment_filter_makes_an_overlap_likely() -> None:
    written = mdm("OMA", {f"{CUSTOM}UsePassportForWork": True}, kind="custom")
    base = estate(written, mdm("Catalog", {f"{DEVICE}UsePassportForWork": False}), tenant=TENANT)
    filtered = (Assignment("all-devices", filter="Corporate", filter_mode="include"),)
    policies = tuple(replace(p, assignments=filtered) if p.name == "OMA" else p for p in base.policies)
    changed = replace(base, policies=policies)
    assert [f.confidence for f in lint(changed, select(load_rules(), ["WH015"]))] == ["likely"]


# What single checks leave alone --------------------------------------------------------------------------------------


def test_device_lock_that_may_not_reach_the_target_is_likely_at_most() -> None:
    pin = mdm("PIN", {f"{DEVICE}PINComplexity/MinimumPINLength": 6})
    lock = {f"{LOCK}MinDevicePasswordLength": 14}
    assert told("WH045", pin, mdm("Lock", lock), facts=ENTRA) == [("warning", "certain")]
    assert told("WH045", pin, mdm("Lock", lock, assigned=None), facts=ENTRA) == [("warning", "likely")]


def test_an_expiration_is_compared_with_0_as_never() -> None:
    pin = mdm("PIN", {f"{DEVICE}PINComplexity/Expiration": 30})
    assert told("WH045", pin, mdm("Lock", {f"{LOCK}DevicePasswordExpiration": 0}), facts=ENTRA) == []
    assert told("WH045", pin, mdm("Lock", {f"{LOCK}DevicePasswordExpiration": 14}), facts=ENTRA) == [
        ("warning", "certain")
    ]


def test_pin_rules_that_intune_loses_by_either_reading_are_certain() -> None:
    ours = gpo("GPO", {f"{PIN}MinimumPINLength": 8})
    theirs = mdm("Intune", {f"{DEVICE}PINComplexity/MinimumPINLength": 6})
    assert told("WH008", ours, theirs) == [("warning", "certain")]


def test_several_sources_of_pin_rules_are_all_named() -> None:
    ours = gpo("GPO", {f"{PIN}MinimumPINLength": 8})
    users = mdm("Users", {f"{USER}PINComplexity/Digits": 1}, assigned="all-users")
    devices = mdm("Devices", {f"{DEVICE}PINComplexity/History": 5, f"{DEVICE}RequireSecurityDevice": True})
    assert [f.message for f in found("WH008", ours, users, devices)] == [
        'PIN rules count from one source only, on W from "GPO" (computer GPO); '
        'without effect from "Devices" and "Users": RequireSecurityDevice 1, Digits 1 and History 5'
    ]


def test_the_tenant_wide_policy_is_no_second_source_of_pin_rules() -> None:
    tenant = mdm("Tenant", {f"{DEVICE}PINComplexity/MinimumPINLength": 6}, kind="enrolment")
    profile = mdm("WHfB", {f"{DEVICE}PINComplexity/History": 5})
    assert found("WH008", tenant, profile, facts=ENTRA) == []


def test_a_hardware_rule_that_pin_rules_elsewhere_discard_leaves_software_keys_possible() -> None:
    ours = gpo("GPO", {f"{HKLM}Enabled": 1, f"{PIN}MinimumPINLength": 8})
    theirs = mdm("Intune", {f"{DEVICE}RequireSecurityDevice": True})
    assert told("WH039", ours, theirs) == [("warning", "likely")]


def test_where_certificate_trust_results_anyway_nothing_is_said_about_undocumented_mixes() -> None:
    users = mdm("Users", {f"{USER}UsePassportForWork": True}, assigned="all-users")
    trust = mdm("Trust", {f"{DEVICE}UseCloudTrustForOnPremAuth": True, f"{DEVICE}UseCertificateForOnPremAuth": True})
    assert found("WH011", users, trust, facts=ENTRA) == []
    assert told("WH001", users, trust, facts=ENTRA) == [("error", "certain")]


def test_a_misspelt_node_is_answered_with_the_nearest_one() -> None:
    misspelt = mdm("OMA", {f"{CUSTOM}PINComplexity/MinimumPINLenght": 6}, kind="custom")
    assert [f.help for f in found("WH013", misspelt)] == [
        'write ./Device/Vendor/MSFT/PassportForWork/<tenant id>/Policies/PINComplexity/MinimumPINLength in "OMA"'
    ]


def test_the_right_path_is_told_for_a_node_below_the_policy_csp() -> None:
    wrong = CUSTOM.replace("/MSFT/", "/MSFT/Policy/Config/")
    assert [f.help for f in found("WH016", mdm("OMA", {f"{wrong}EnablePinRecovery": True}, kind="custom"))] == [
        f'write {CUSTOM}EnablePinRecovery in "OMA"'
    ]


def test_a_placeholder_and_a_wrong_type_in_one_uri_are_two_findings() -> None:
    both = mdm("OMA", {f"{DEVICE}UseCloudTrustForOnPremAuth": "True"}, kind="custom")
    assert [f.rule for f in found("WH", both, facts=ENTRA)] == ["WH012", "WH014"]


def test_help_for_a_profile_does_not_speak_of_not_configured() -> None:
    off = mdm("Off", {f"{USER}UsePassportForWork": False}, assigned="all-users")
    on = mdm("On", {f"{DEVICE}UsePassportForWork": True})
    assert [f.help for f in found("WH004", off, on, facts=ENTRA)] == [
        'take "Use Windows Hello for Business" out of "Off"'
    ]
