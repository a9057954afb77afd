"""The single Windows Hello settings: hierarchy, groups, and what the documentation leaves open."""

from __future__ import annotations

from policylint.effective import State
from tests.hello import DEVICE, HKCU, HKLM, PIN, USER, effective, gpo, losers, mdm, row

LOCK = "./Device/Vendor/MSFT/Policy/Config/DeviceLock/"
TPM12 = r"HKLM\SOFTWARE\Policies\Microsoft\PassportForWork\ExcludeSecurityDevices!TPM12"


def test_w_worked_example_gives_what_microsoft_says() -> None:
    found = effective(
        gpo("Computer GPO", {HKLM + "Enabled": 1, HKLM + "UseCertificateForOnPremAuth": 1}),
        mdm(
            "Device MDM",
            {
                DEVICE + "UsePassportForWork": False,
                DEVICE + "UseCertificateForOnPremAuth": False,
                DEVICE + "PINComplexity/MinimumPINLength": 8,
                DEVICE + "PINComplexity/Digits": 1,
                DEVICE + "PINComplexity/LowercaseLetters": 1,
                DEVICE + "PINComplexity/SpecialCharacters": 1,
            },
        ),
    )
    assert [(r.setting.text.rpartition("!")[2], r.state.value, r.value) for r in found.settings] == [
        ("Enabled", "determined", 1),
        ("UseCertificateForOnPremAuth", "determined", 1),
        ("Digits", "conditional", 1),
        ("LowercaseLetters", "conditional", 1),
        ("MinimumPINLength", "conditional", 8),
        ("SpecialCharacters", "conditional", 1),
    ]
    assert (found.outcomes[0].state, found.outcomes[0].value) == (State.DETERMINED, "certificate")
    assert row(found, PIN + "Digits").reasons[-2:] == ("W-EITHER-OR", "D5")


def test_w_hier_orders_all_four_targeted_sources() -> None:
    recovery = "EnablePinRecovery"
    found = effective(
        gpo("Computer", {HKLM + recovery: 1}),
        mdm("User profile", {USER + recovery: False}),
        mdm("Device profile", {DEVICE + recovery: False}),
    )
    device = row(found, HKLM + recovery)
    assert (device.state, device.value, device.winner and device.winner.policy.name) == (
        State.DETERMINED,
        1,
        "Computer",
    )
    assert losers(device) == [("User profile", ("W-HIER",)), ("Device profile", ("W-HIER",))]
    user = row(found, HKCU + recovery, "user")
    assert (user.state, user.value, user.winner, losers(user)) == (
        State.DETERMINED,
        None,
        None,
        [("User profile", ("W-HIER",))],
    )


def test_w_grp_p_a_gpo_with_only_the_hardware_rule_discards_intunes_pin_rules() -> None:
    found = effective(
        gpo("Hardening", {HKLM + "RequireSecurityDevice": 1}),
        mdm("PIN", {DEVICE + "PINComplexity/MinimumPINLength": 8}),
    )
    length = row(found, PIN + "MinimumPINLength")
    assert (length.state, length.value, length.candidates) == (State.CONDITIONAL, None, (None, 8))
    assert losers(length) == [("PIN", ("W-GRP-P",))]
    assert "W-GRP-P" in length.conditions
    assert row(found, HKLM + "RequireSecurityDevice").value == 1


def test_w_grp_p_within_the_elected_source_the_value_is_determined() -> None:
    found = effective(
        gpo("GPO", {PIN + "MinimumPINLength": 6}),
        mdm("Intune", {DEVICE + "PINComplexity/MinimumPINLength": 8}),
    )
    length = row(found, PIN + "MinimumPINLength")
    assert (length.state, length.value, losers(length)) == (State.DETERMINED, 6, [("Intune", ("W-GRP-P",))])


def test_w_grp_x_other_settings_are_taken_one_by_one() -> None:
    found = effective(
        gpo("GPO", {HKLM + "EnablePinRecovery": 0}),
        mdm(
            "Intune", {DEVICE + "EnablePinRecovery": True, DEVICE + "UseHelloCertificatesAsSmartCardCertificates": True}
        ),
    )
    assert (row(found, HKLM + "EnablePinRecovery").state, row(found, HKLM + "EnablePinRecovery").value) == (
        State.DETERMINED,
        0,
    )
    smart_card = row(found, HKLM + "UseHelloCertificatesAsSmartCardCertificates")
    assert (smart_card.state, smart_card.value, smart_card.conditions) == (State.CONDITIONAL, 1, ("W-EITHER-OR",))


def test_w_grp_p_whether_tpm12_belongs_to_the_pin_group_is_unsaid() -> None:
    found = effective(
        gpo("GPO", {HKLM + "RequireSecurityDevice": 1}),
        mdm("Intune", {DEVICE + "ExcludeSecurityDevices/TPM12": True}),
    )
    tpm12 = row(found, TPM12)
    assert (tpm12.state, tpm12.value, set(tpm12.candidates)) == (State.UNDETERMINED, None, {1, None})


def test_w_devlock_a_stricter_device_lock_rule_makes_the_pin_rule_undetermined() -> None:
    found = effective(
        mdm("Hello", {DEVICE + "PINComplexity/MinimumPINLength": 6}),
        mdm("Lock", {LOCK + "DevicePasswordEnabled": 0, LOCK + "MinDevicePasswordLength": 10}),
    )
    length = row(found, PIN + "MinimumPINLength")
    assert (length.state, length.candidates) == (State.UNDETERMINED, (6, 10))
    assert length.reasons[-2:] == ("W-DEVLOCK", "D11")


def test_w_devlock_a_laxer_device_lock_rule_changes_nothing() -> None:
    found = effective(
        mdm("Hello", {DEVICE + "PINComplexity/MinimumPINLength": 8}),
        mdm("Lock", {LOCK + "DevicePasswordEnabled": 0, LOCK + "MinDevicePasswordLength": 4}),
    )
    assert row(found, PIN + "MinimumPINLength").state is State.DETERMINED


def test_w_types_a_minimum_above_the_maximum_means_the_defaults_of_both() -> None:
    found = effective(gpo("GPO", {PIN + "MinimumPINLength": 10, PIN + "MaximumPINLength": 8}))
    assert (row(found, PIN + "MinimumPINLength").state, row(found, PIN + "MinimumPINLength").candidates) == (
        State.UNDETERMINED,
        (4, 6),
    )
    assert (row(found, PIN + "MaximumPINLength").state, row(found, PIN + "MaximumPINLength").value) == (
        State.DETERMINED,
        127,
    )


def test_d29_digits_that_nobody_configures_are_undetermined_beside_other_pin_rules() -> None:
    found = effective(gpo("GPO", {PIN + "MinimumPINLength": 8}))
    digits = row(found, PIN + "Digits")
    assert (digits.state, digits.candidates, digits.reasons) == (State.UNDETERMINED, (0, 1), ("D29",))


def test_a_delete_in_a_stronger_gpo_leaves_the_setting_not_configured() -> None:
    found = effective(
        {"policy": "Delete", "channel": "gpo", "delete": [HKLM + "EnablePinRecovery"]},
        gpo("Set", {HKLM + "EnablePinRecovery": 1}, link="contoso.com/W#2"),
    )
    recovery = row(found, HKLM + "EnablePinRecovery")
    assert (recovery.state, recovery.value) == (State.DETERMINED, None)


def test_mdm_wins_over_gp_has_no_effect_on_windows_hello() -> None:
    switch = "./Device/Vendor/MSFT/Policy/Config/ControlPolicyConflict/MDMWinsOverGP"
    found = effective(
        gpo("GPO", {HKLM + "EnablePinRecovery": 0}),
        mdm("Intune", {DEVICE + "EnablePinRecovery": True, switch: 1}),
    )
    assert row(found, HKLM + "EnablePinRecovery").value == 0


def test_an_identity_protection_profile_writes_the_scope_of_its_assignment() -> None:
    node = "./Vendor/MSFT/PassportForWork/{TenantId}/Policies/UsePassportForWork"
    profile = {"policy": "IP", "channel": "mdm", "kind": "identity-protection", "set": {node: True}}
    by_devices = effective({**profile, "assigned": "all-devices"})
    by_users = effective({**profile, "assigned": "all-users"})
    assert [(r.setting.text, r.scope.value, r.value) for r in by_devices.settings] == [(HKLM + "Enabled", "device", 1)]
    assert [(r.setting.text, r.scope.value, r.value) for r in by_users.settings] == [(HKCU + "Enabled", "user", 1)]


def test_an_identity_protection_profile_with_an_unknown_group_has_an_uncertain_scope() -> None:
    node = "./Vendor/MSFT/PassportForWork/{TenantId}/Policies/UsePassportForWork"
    found = effective(
        {"policy": "IP", "channel": "mdm", "kind": "identity-protection", "set": {node: True}, "assigned": "Pilot"},
        groups=["Pilot"],
    )
    assert [(r.scope.value, r.state.value, r.conditions) for r in found.settings] == [
        ("user", "conditional", ('scope of "IP"',)),
        ("device", "conditional", ('scope of "IP"',)),
    ]
