"""The trust model of Windows Hello for Business: every rule of semantics chapter 3 that decides something."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from policylint.effective import State
from policylint.families.whfb_effective import runs_cloud_trust
from policylint.families.whfb_law import TRUTH_TABLE, Trust
from tests.hello import DEVICE, HKCU, HKLM, USER, gpo, mdm, trust

ON_OFF_NC = (1, 0, None)
NAMES = ("Enabled", "UseCertificateForOnPremAuth", "UseCloudTrustForOnPremAuth")


def _settings(values: tuple[int | None, ...]) -> dict[str, int]:
    return {HKLM + name: value for name, value in zip(NAMES, values, strict=True) if value is not None}


# Written out by hand from the truth table, as (enablement, certificate, cloud): model on a hybrid joined device.
EXPECTED: dict[tuple[int | None, int | None, int | None], str] = {
    (1, 1, 1): "certificate",
    (1, 1, 0): "certificate",
    (1, 1, None): "certificate",
    (1, 0, 1): "cloud-kerberos",
    (1, None, 1): "cloud-kerberos",
    (1, 0, 0): "key",
    (1, 0, None): "key",
    (1, None, 0): "key",
    (1, None, None): "key",
    (0, 1, 1): "none",
    (0, 1, 0): "none",
    (0, 1, None): "none",
    (0, 0, 1): "none",
    (0, 0, 0): "none",
    (0, 0, None): "none",
    (0, None, 1): "none",
    (0, None, 0): "none",
    (0, None, None): "none",
}
DEFAULTS: dict[tuple[int | None, int | None, int | None], str] = {
    (None, 1, 1): "certificate",
    (None, 1, 0): "certificate",
    (None, 1, None): "certificate",
    (None, 0, 1): "cloud-kerberos",
    (None, None, 1): "cloud-kerberos",
    (None, 0, 0): "key",
    (None, 0, None): "key",
    (None, None, 0): "key",
    (None, None, None): "key",
}


def test_the_table_in_code_has_all_27_combinations() -> None:
    assert set(TRUTH_TABLE) == set(product((True, False, None), repeat=3))


def test_the_expectations_here_cover_all_27_combinations() -> None:
    assert {*EXPECTED, *DEFAULTS} == set(product(ON_OFF_NC, repeat=3))


@pytest.mark.parametrize("values", EXPECTED)
def test_w_table_with_enablement_configured_is_determined(values: tuple[int | None, ...]) -> None:
    found = trust(gpo("Hello", _settings(values)))
    assert (found.state, found.value, found.conditions) == (State.DETERMINED, EXPECTED[values], ())  # type: ignore[index]  # three values


@pytest.mark.parametrize("values", DEFAULTS)
def test_w_default_on_a_hybrid_device_is_undetermined_without_enablement(values: tuple[int | None, ...]) -> None:
    found = trust(gpo("Hello", _settings(values)), facts={"join": "hybrid"})
    assert (found.state, found.value, set(found.candidates)) == (
        State.UNDETERMINED,
        None,
        {DEFAULTS[values], "none"},  # type: ignore[index]  # three values
    )
    assert {"W-TABLE", "W-DEFAULT", "D25"} <= set(found.reasons)


@pytest.mark.parametrize("values", DEFAULTS)
def test_w_default_on_an_entra_device_is_conditional_without_enablement(values: tuple[int | None, ...]) -> None:
    enabled, certificate, cloud = values
    settings = {
        DEVICE + name: bool(value)
        for name, value in zip(NAMES, (None, certificate, cloud), strict=True)
        if value is not None
    }
    assert enabled is None
    found = trust(mdm("Hello", settings), facts={"join": "entra", "mdm": True})
    assert (found.state, found.value, found.conditions) == (
        State.CONDITIONAL,
        DEFAULTS[values],  # type: ignore[index]  # three values
        ("W-DEFAULT",),
    )


def test_w_default_is_undetermined_when_the_join_type_is_unknown() -> None:
    found = trust(facts={})
    assert (found.state, found.value, set(found.candidates)) == (State.UNDETERMINED, None, {"key", "none"})


def test_w_join_cloud_trust_is_not_supported_on_devices_joined_to_ad_only() -> None:
    found = trust(gpo("Hello", _settings((1, None, 1))), facts={"join": "ad"})
    assert (found.state, found.value) == (State.DETERMINED, "key")
    assert "W-JOIN" in found.reasons


def test_w_join_an_unknown_join_type_is_a_condition_where_it_changes_the_result() -> None:
    found = trust(gpo("Hello", _settings((1, None, 1))), facts={})
    assert (found.state, found.value, found.candidates, found.conditions) == (
        State.CONDITIONAL,
        "cloud-kerberos",
        ("cloud-kerberos", "key"),
        ("join",),
    )


def test_w_join_an_unknown_join_type_is_no_condition_where_it_changes_nothing() -> None:
    found = trust(gpo("Hello", _settings((1, 1, 1))), facts={})
    assert (found.state, found.value, found.conditions) == (State.DETERMINED, "certificate", ())


def test_w_join_no_gpo_reaches_an_entra_joined_device() -> None:
    found = trust(
        gpo("PKI", _settings((1, 1, None))),
        mdm("Cloud", {DEVICE + "UsePassportForWork": True, DEVICE + "UseCloudTrustForOnPremAuth": True}),
        facts={"join": "entra", "mdm": True},
    )
    assert (found.state, found.value) == (State.DETERMINED, "cloud-kerberos")


def test_w_join_no_intune_reaches_a_device_joined_to_ad_only() -> None:
    found = trust(
        gpo("Key", _settings((1, None, None))),
        mdm("Off", {DEVICE + "UsePassportForWork": False}),
        facts={"join": "ad"},
    )
    assert (found.state, found.value) == (State.DETERMINED, "key")


def test_w_hier_user_gpo_beats_computer_gpo() -> None:
    found = trust(
        gpo("Users", {HKCU + "Enabled": 0}, link="contoso.com/W#2"),
        gpo("Computers", {HKLM + "Enabled": 1}),
    )
    assert (found.state, found.value) == (State.DETERMINED, "none")
    assert {"W-HIER", "W-SAME-SOURCE"} <= set(found.reasons)


def test_w_same_source_user_enablement_with_computer_certificate_is_certificate_trust() -> None:
    found = trust(
        gpo("Users", {HKCU + "Enabled": 1}),
        gpo("Computers", {HKLM + "UseCertificateForOnPremAuth": 1}, link="contoso.com/W#2"),
    )
    assert (found.state, found.value) == (State.DETERMINED, "certificate")


def test_w_same_source_user_certificate_off_beats_computer_certificate_on() -> None:
    found = trust(
        gpo("Users", {HKCU + "UseCertificateForOnPremAuth": 0}),
        gpo("Computers", {HKLM + "Enabled": 1, HKLM + "UseCertificateForOnPremAuth": 1}, link="contoso.com/W#2"),
    )
    assert (found.state, found.value) == (State.DETERMINED, "key")


def test_w_correction_s0_a_user_certificate_policy_beats_computer_cloud_trust() -> None:
    found = trust(
        gpo("Users", {HKCU + "UseCertificateForOnPremAuth": 1}),
        gpo("Computers", {HKLM + "Enabled": 1, HKLM + "UseCloudTrustForOnPremAuth": 1}, link="contoso.com/W#2"),
    )
    assert (found.state, found.value) == (State.DETERMINED, "certificate")


def test_user_enablement_with_computer_cloud_trust_is_one_channel_and_determined() -> None:
    found = trust(
        gpo("Users", {HKCU + "Enabled": 1}),
        gpo("Computers", {HKLM + "UseCloudTrustForOnPremAuth": 1}, link="contoso.com/W#2"),
    )
    assert (found.state, found.value) == (State.DETERMINED, "cloud-kerberos")


def test_w_grp_e_a_certificate_policy_of_the_other_channel_is_never_consulted() -> None:
    found = trust(
        gpo("GPO", {HKLM + "Enabled": 1}),
        mdm("Intune", {DEVICE + "UseCertificateForOnPremAuth": True}),
    )
    assert (found.state, found.value) == (State.DETERMINED, "key")


def test_w_cert_without_enable_gpo_certificate_is_discarded_when_intune_enables() -> None:
    found = trust(
        gpo("GPO", {HKLM + "UseCertificateForOnPremAuth": 1}),
        mdm("Intune", {DEVICE + "UsePassportForWork": True}),
    )
    assert (found.state, found.value) == (State.CONDITIONAL, "key")
    assert {"W-GRP-E", "W-EITHER-OR", "D5"} <= set(found.reasons)


def test_w_grp_cloud_cloud_trust_from_another_channel_than_enablement_is_undetermined() -> None:
    found = trust(
        gpo("GPO", {HKLM + "Enabled": 1}),
        mdm("Intune", {DEVICE + "UseCloudTrustForOnPremAuth": True}),
    )
    assert (found.state, found.value, set(found.candidates)) == (State.UNDETERMINED, None, {"cloud-kerberos", "key"})
    assert {"W-GRP-CLOUD", "D6"} <= set(found.reasons)


def test_w_grp_cloud_mixed_channels_are_determined_where_both_readings_give_one_row() -> None:
    found = trust(
        gpo("GPO", {HKLM + "Enabled": 1, HKLM + "UseCertificateForOnPremAuth": 1}),
        mdm("Intune", {DEVICE + "UseCloudTrustForOnPremAuth": True}),
    )
    assert (found.state, found.value) == (State.DETERMINED, "certificate")


def test_w_grp_cloud_enablement_in_user_scope_mdm_beside_device_cloud_trust_is_undetermined() -> None:
    found = trust(
        mdm("Users", {USER + "UsePassportForWork": True}),
        mdm("Devices", {DEVICE + "UseCloudTrustForOnPremAuth": True}),
    )
    assert (found.state, found.value, set(found.candidates)) == (State.UNDETERMINED, None, {"cloud-kerberos", "key"})


def test_w_either_or_a_gpo_with_any_hello_setting_makes_intunes_trust_model_conditional() -> None:
    found = trust(
        gpo("Hardware", {HKLM + "RequireSecurityDevice": 1}),
        mdm("Cloud", {DEVICE + "UsePassportForWork": True, DEVICE + "UseCloudTrustForOnPremAuth": True}),
    )
    assert (found.state, found.value, found.conditions) == (State.CONDITIONAL, "cloud-kerberos", ("W-EITHER-OR",))


def test_i_conf_conf_two_intune_profiles_that_disagree_have_no_winner() -> None:
    found = trust(
        mdm("A", {DEVICE + "UsePassportForWork": True}),
        mdm("B", {DEVICE + "UsePassportForWork": False}),
        facts={"join": "entra", "mdm": True},
    )
    assert (found.state, found.value, set(found.candidates)) == (State.UNDETERMINED, None, {"key", "none"})
    assert {"I-CONF-CONF", "D19"} <= set(found.reasons)


def test_two_intune_profiles_that_agree_are_no_conflict() -> None:
    found = trust(
        mdm("A", {DEVICE + "UsePassportForWork": True}),
        mdm("B", {DEVICE + "UsePassportForWork": True, DEVICE + "UseCloudTrustForOnPremAuth": True}),
        facts={"join": "entra", "mdm": True},
    )
    assert (found.state, found.value) == (State.DETERMINED, "cloud-kerberos")


TENANT: dict[str, Any] = {"kind": "enrolment"}


def test_w_tenant_the_tenant_wide_policy_is_conditional_on_the_time_of_enrolment() -> None:
    found = trust(mdm("Tenant", {DEVICE + "UsePassportForWork": False}, **TENANT), facts={"join": "entra", "mdm": True})
    assert (found.state, found.value) == (State.CONDITIONAL, "none")
    assert "enrolled-after-tenant-policy" in found.conditions


def test_w_tenant_the_tenant_wide_policy_counts_for_devices_enrolled_after_it() -> None:
    found = trust(
        mdm("Tenant", {DEVICE + "UsePassportForWork": False}, **TENANT),
        facts={"join": "entra", "mdm": True, "enrolled-after-tenant-policy": True},
    )
    assert (found.state, found.value) == (State.DETERMINED, "none")


def test_w_tenant_a_targeted_profile_beats_the_tenant_wide_policy() -> None:
    found = trust(
        mdm("Tenant", {DEVICE + "UsePassportForWork": False}, **TENANT),
        mdm("Cloud", {DEVICE + "UsePassportForWork": True, DEVICE + "UseCloudTrustForOnPremAuth": True}),
        facts={"join": "entra", "mdm": True},
    )
    assert (found.state, found.value) == (State.DETERMINED, "cloud-kerberos")


GUID = "dcd219dd-bc68-4b9b-bf0b-4a33a796be35"


def _oma(tenant: str) -> dict[str, Any]:
    base = f"./Device/Vendor/MSFT/PassportForWork/{tenant}/Policies/"
    return mdm("OMA", {base + "UsePassportForWork": True, base + "UseCloudTrustForOnPremAuth": True}, kind="custom")


@pytest.mark.parametrize(
    "segment", ["{TenantId}", "$TenantID", "{" + GUID + "}", "11111111-2222-3333-4444-555555555555"]
)
def test_w_uri_an_oma_uri_without_this_tenants_id_does_not_count(segment: str) -> None:
    found = trust(_oma(segment), tenant=GUID, facts={"join": "entra", "mdm": True})
    assert (found.state, found.value, found.conditions) == (State.CONDITIONAL, "key", ("W-DEFAULT",))


def test_w_uri_an_oma_uri_with_this_tenants_id_counts() -> None:
    found = trust(_oma(GUID.upper()), tenant=GUID, facts={"join": "entra", "mdm": True})
    assert (found.state, found.value) == (State.DETERMINED, "cloud-kerberos")


def test_w_uri_a_tenant_id_is_a_condition_while_no_tenant_is_known() -> None:
    found = trust(_oma(GUID), facts={"join": "entra", "mdm": True})
    assert (found.state, found.value) == (State.CONDITIONAL, "cloud-kerberos")
    assert "tenant" in found.conditions


def test_mdm_enrolment_is_a_condition_where_it_changes_the_result() -> None:
    found = trust(
        mdm("Cloud", {DEVICE + "UsePassportForWork": True, DEVICE + "UseCloudTrustForOnPremAuth": True}),
        facts={"join": "entra"},
    )
    assert (found.state, found.value) == (State.CONDITIONAL, "cloud-kerberos")
    assert "mdm" in found.conditions


def test_an_unknown_link_order_that_decides_leaves_no_value() -> None:
    found = trust(
        gpo("On", {HKLM + "Enabled": 1}, link="contoso.com/W"),
        gpo("Off", {HKLM + "Enabled": 0}, link="contoso.com/W"),
    )
    assert (found.state, found.value, set(found.candidates)) == (State.CONDITIONAL, None, {"key", "none"})
    assert found.conditions == ('link order of contoso.com/W: "Off" above "On"',)


def test_a_value_that_no_document_explains_makes_the_model_undetermined() -> None:
    found = trust(gpo("Odd", {HKLM + "Enabled": 7}))
    assert found.state is State.UNDETERMINED
    assert found.value is None


def test_more_open_facts_than_can_be_enumerated_are_never_determined() -> None:
    profiles = [{"policy": f"P{n}", "channel": "mdm", "set": {DEVICE + "UsePassportForWork": True}} for n in range(14)]
    found = trust(*profiles, facts={"join": "entra", "mdm": True})
    assert found.state is State.UNDETERMINED
    assert "more open facts than can be enumerated" in found.conditions


def test_prerequisites_are_listed_and_do_not_decide() -> None:
    given = gpo("Hello", _settings((1, None, 1)))
    plain = trust(given, facts={"join": "hybrid"})
    contradicted = trust(given, facts={"join": "hybrid", "entra-kerberos": False})
    assert (plain.state, plain.value) == (contradicted.state, contradicted.value) == (State.DETERMINED, Trust.CLOUD)
    assert any("entra-kerberos = false" in text for text in contradicted.prerequisites)


@pytest.mark.parametrize(
    ("build", "enough"),
    [
        ("10.0.19044.1566", True),
        ("10.0.19044.1500", False),
        ("10.0.19045.5247", True),
        ("10.0.19043.2364", False),
        ("10.0.22000.526", False),
        ("10.0.22000.527", True),
        ("10.0.22621.1", True),
        ("10.0.26100", True),
        ("22631.3007", True),
    ],
)
def test_cloud_trust_needs_one_of_the_documented_builds(build: str, enough: bool) -> None:
    assert runs_cloud_trust(build) is enough
