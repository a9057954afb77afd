"""Who wins when Group Policy and Intune, or two Intune policies, set one setting; a test for each rule that decides."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.channel_scenarios import SWITCH, gpo, mdm, settle, settled, told, winner

LAPS_NODES = "./Device/Vendor/MSFT/LAPS/Policies"
LAPS = r"HKLM\Software\Microsoft\Windows\CurrentVersion\Policies\LAPS"
DEFENDER = r"HKLM\Software\Policies\Microsoft\Windows Defender"
FIREWALL_NODES = "./Vendor/MSFT/Firewall/MdmStore"
FIREWALL = r"HKLM\SOFTWARE\Policies\Microsoft\WindowsFirewall"
ASR_NODE = "./Device/Vendor/MSFT/Policy/Config/Defender/AttackSurfaceReductionRules"
ASR = rf"{DEFENDER}\Windows Defender Exploit Guard\ASR\Rules"
EXCLUDED_PATHS = "./Device/Vendor/MSFT/Policy/Config/Defender/ExcludedPaths"
RULE = "be9ba2d9-53ea-4cdc-84e5-9b1eeee46550"
PLAIN = r"HKLM\SOFTWARE\Policies\Contoso!Level"


def both(setting: str, gpo_value: Any, mdm_value: Any) -> list[dict[str, Any]]:
    """One setting in both channels, under the id that both have after lowering."""
    return [gpo("G", set={setting: gpo_value}), mdm("M", {setting: mdm_value})]


def test_m_laps_the_csp_beats_the_gpo() -> None:
    given = [gpo("G", set={f"{LAPS}!PasswordLength": 14}), mdm("M", {f"{LAPS_NODES}/PasswordLength": 21})]
    row = settled(f"{LAPS}!PasswordLength", given)
    assert (*told(row), winner(row)) == ("determined", 21, (21,), (), "M")


def test_d21_what_the_csp_leaves_out_is_not_taken_from_the_gpo() -> None:
    given = [gpo("G", set={f"{LAPS}!PasswordAgeDays": 1}), mdm("M", {f"{LAPS_NODES}/BackupDirectory": 1})]
    row = settled(f"{LAPS}!PasswordAgeDays", given)
    assert (*told(row), row.absent, winner(row)) == ("determined", None, (None,), (), True, "M")
    assert row.reasons == ("I-ASG-VIRTUAL", "M-LAPS", "D21")
    assert [(loser.policy.name, loser.reasons) for loser in row.losers] == [("G", ("M-LAPS",))]


def test_m_laps_counts_only_where_the_profile_reaches() -> None:
    profile = mdm("M", {f"{LAPS_NODES}/BackupDirectory": 1}, assigned=None)
    row = settled(f"{LAPS}!PasswordAgeDays", [gpo("G", set={f"{LAPS}!PasswordAgeDays": 1}), profile])
    assert told(row) == ("conditional", None, (None, 1), ('assignment of "M"',))


def test_m_laps_a_policy_that_sets_the_setting_is_not_unset_by_another() -> None:
    given = [
        gpo("G", set={f"{LAPS}!PasswordLength": 14}),
        mdm("A", {f"{LAPS_NODES}/BackupDirectory": 1}),
        mdm("B", {f"{LAPS_NODES}/PasswordLength": 21}),
    ]
    assert told(settled(f"{LAPS}!PasswordLength", given)) == ("determined", 21, (21,), ())


def test_m_laps_without_the_csp_the_gpo_counts() -> None:
    row = settled(f"{LAPS}!PasswordLength", [gpo("G", set={f"{LAPS}!PasswordLength": 14})])
    assert told(row) == ("determined", 14, (14,), ())


def test_m_def_chain_group_policy_beats_intune() -> None:
    row = settled(f"{DEFENDER}!PUAProtection", both(f"{DEFENDER}!PUAProtection", 0, 1))
    assert (*told(row), winner(row)) == ("determined", 0, (0,), (), "G")
    assert "M-DEF-CHAIN" in row.reasons


def test_m_def_tamper_leaves_protected_settings_open() -> None:
    setting = rf"{DEFENDER}\Real-Time Protection!DisableRealtimeMonitoring"
    given = both(setting, 1, 0)
    assert told(settled(setting, given)) == ("conditional", 1, (1, 0), ("tamper-protection",))
    assert told(settled(setting, given, **{"tamper-protection": False})) == ("determined", 1, (1,), ())


def test_m_def_excl_exclusions_of_both_channels_are_merged() -> None:
    given = [gpo("G", set={rf"{DEFENDER}\Exclusions\Paths!C:\a": "0"}), mdm("M", {EXCLUDED_PATHS: ["C:\\b"]})]
    rows = {key: (row.state.value, winner(row)) for key, row in settle(given).items() if "exclusions" in key}
    paths = rf"{DEFENDER}\Exclusions\Paths".casefold()
    assert rows == {rf"{paths}!c:\a": ("determined", "G"), rf"{paths}!c:\b": ("determined", "M")}


@pytest.mark.parametrize(
    ("setting", "rule"),
    [
        (r"HKLM\SOFTWARE\Policies\Microsoft\FVE!EncryptionMethodWithXtsOs", "M-BL"),
        (rf"{FIREWALL}\PublicProfile!EnableFirewall", "M-FW"),
    ],
)
def test_d20_bitlocker_and_firewall_are_undetermined(setting: str, rule: str) -> None:
    row = settled(setting, both(setting, 1, 0))
    assert (*told(row), winner(row)) == ("undetermined", None, (1, 0), (rule,), None)
    assert {rule, "D20"} <= set(row.reasons)


def test_m_fw_the_node_and_the_gpos_value_are_one_setting() -> None:
    given = [
        gpo("G", set={rf"{FIREWALL}\DomainProfile!DisableNotifications": 1}),
        mdm("M", {f"{FIREWALL_NODES}/DomainProfile/DisableInboundNotifications": True}),
    ]
    row = settled(rf"{FIREWALL}\DomainProfile!DisableNotifications", given)
    assert told(row) == ("determined", 1, (1,), ())


@pytest.mark.parametrize(
    ("setting", "rule"),
    [
        (r"HKLM\Software\Policies\Microsoft\Windows\NetworkIsolation!DomainSubnets", "M-NETISO"),
        (r"HKLM\Software\Policies\Microsoft\Windows\System!EnableFontProviders", "M-FONT"),
    ],
)
def test_m_netiso_and_m_font_group_policy_wins(setting: str, rule: str) -> None:
    row = settled(setting, both(setting, 0, 1))
    assert (*told(row), winner(row)) == ("determined", 0, (0,), (), "G")
    assert rule in row.reasons


@pytest.mark.parametrize(("key", "rule"), [(r"Google\Chrome", "M-CHROME"), (r"Microsoft\Edge", "M-EDGE")])
def test_m_chrome_and_m_edge_the_last_writer_is_not_known(key: str, rule: str) -> None:
    setting = rf"HKLM\Software\Policies\{key}!PasswordManagerEnabled"
    assert told(settled(setting, both(setting, 0, 1))) == ("undetermined", None, (0, 1), (rule,))


def test_d3_without_a_family_group_policy_is_assumed_and_doubted() -> None:
    row = settled(PLAIN, both(PLAIN, 1, 2))
    assert (*told(row), winner(row)) == ("conditional", 1, (1, 2), ("M-DEFAULT-RACE",), "G")
    assert {"M-DEFAULT-GP", "D3"} <= set(row.reasons)


def test_m_not_same_store_is_told_of_admx_backed_policies() -> None:
    value = r"HKLM\Software\Policies\Microsoft\Windows NT\Terminal Services!fDenyTSConnections"
    node = "./Device/Vendor/MSFT/Policy/Config/RemoteDesktopServices/AllowUsersToConnectRemotely"
    given = [gpo("G", set={value: 0}), mdm("M", {node: "<disabled/>"}, "custom")]
    row = settled(value, given)
    assert told(row) == ("conditional", 0, (0, 1), ("M-DEFAULT-RACE",))
    assert {"M-NOT-SAME-STORE", "D3"} <= set(row.reasons)


def test_equal_values_in_both_channels_are_determined() -> None:
    assert told(settled(PLAIN, both(PLAIN, 1, 1))) == ("determined", 1, (1,), ())


def test_defender_smartscreen_is_no_defender_setting() -> None:
    setting = rf"{DEFENDER}\SmartScreen!ConfigureAppInstallControl"
    assert told(settled(setting, both(setting, "Anywhere", "StoreOnly")))[3] == ("M-DEFAULT-RACE",)


def test_security_center_is_no_defender_setting() -> None:
    setting = r"HKLM\SOFTWARE\Policies\Microsoft\Windows Defender Security Center\Notifications!DisableNotifications"
    assert told(settled(setting, both(setting, 0, 1)))[3] == ("M-DEFAULT-RACE",)


# Intune against Intune


def test_i_conf_conf_no_winner_is_documented() -> None:
    node = "./Device/Vendor/MSFT/BitLocker/RequireDeviceEncryption"
    row = settled(node, [mdm("A", {node: 1}), mdm("B", {node: 0})])
    assert told(row) == ("undetermined", None, (1, 0), ('conflict between "A" and "B"',))
    assert "I-CONF-CONF" in row.reasons


def test_i_explain_profiles_that_may_not_meet_are_conditional() -> None:
    node = "./Device/Vendor/MSFT/BitLocker/RequireDeviceEncryption"
    row = settled(node, [mdm("A", {node: 1}), mdm("B", {node: 0}, assigned="Pilot")])
    assert told(row) == ("conditional", None, (1, 0), ('group "Pilot"', 'conflict between "A" and "B"'))


def test_d19_the_ddfs_hint_does_not_decide_between_profiles() -> None:
    node = "./Device/Vendor/MSFT/Policy/Config/DeviceLock/MaxDevicePasswordFailedAttempts"
    rows = settle([mdm("A", {node: 4}), mdm("B", {node: 10})])
    (row,) = [row for row in rows.values() if set(row.candidates) == {4, 10}]
    assert told(row) == ("undetermined", None, (4, 10), ('conflict between "A" and "B"',))
    assert "D19" in row.reasons


def test_i_custom_is_no_conflict_that_intune_sees() -> None:
    node = "./Device/Vendor/MSFT/BitLocker/RequireDeviceEncryption"
    row = settled(node, [mdm("A", {node: 1}), mdm("B", {node: 0}, "custom")])
    assert row.state.value == "undetermined"
    assert "I-CUSTOM" in row.reasons


def test_i_merge_rules_of_several_profiles_add_up() -> None:
    other = "7674ba52-37eb-4a4f-a9a1-f0f9a1619a2c"
    rows = settle([mdm("A", {ASR_NODE: f"{RULE}=1"}), mdm("B", {ASR_NODE: f"{other}=2|{RULE}=1"})])
    expected = {f"{ASR}!{RULE}".casefold(): ("determined", "1"), f"{ASR}!{other}".casefold(): ("determined", "2")}
    assert {key: (row.state.value, row.value) for key, row in rows.items() if r"\asr\rules!" in key} == expected


def test_i_merge_a_rule_with_two_values_is_held_back() -> None:
    row = settled(f"{ASR}!{RULE}", [mdm("A", {ASR_NODE: f"{RULE}=1"}), mdm("B", {ASR_NODE: f"{RULE}=2"})])
    assert (row.state.value, row.value, row.candidates) == ("undetermined", None, ("1", "2", None))
    assert "I-MERGE" in row.reasons


def test_i_merge_a_firewall_setting_with_two_values_is_held_back() -> None:
    node = f"{FIREWALL_NODES}/PublicProfile/AllowLocalPolicyMerge"
    row = settled(rf"{FIREWALL}\PublicProfile!AllowLocalPolicyMerge", [mdm("A", {node: False}), mdm("B", {node: True})])
    assert (row.state.value, row.candidates) == ("undetermined", (0, 1, None))


def test_i_merge_exclusions_of_two_profiles_are_a_union() -> None:
    rows = settle([mdm("A", {EXCLUDED_PATHS: ["C:\\a"]}), mdm("B", {EXCLUDED_PATHS: ["C:\\a", "C:\\b"]})])
    found = {key.rpartition("!")[2]: row.state.value for key, row in rows.items() if "exclusions" in key}
    assert found == {"c:\\a": "determined", "c:\\b": "determined"}


def test_i_comp_conf_compliance_outranks_configuration() -> None:
    given = [mdm("Configuration", {PLAIN: 1}), mdm("Compliance", {PLAIN: 2}, "compliance")]
    row = settled(PLAIN, given)
    assert (*told(row), winner(row)) == ("determined", 2, (2,), (), "Compliance")


def test_i_comp_conf_of_two_compliance_policies_the_stricter_is_not_listed() -> None:
    row = settled(PLAIN, [mdm("A", {PLAIN: 1}, "compliance"), mdm("B", {PLAIN: 2}, "compliance")])
    assert row.state.value == "undetermined"
    assert "I-COMP-CONF" in row.reasons


def test_i_merge_group_members_that_differ_are_held_back() -> None:
    setting = "secedit:Group Membership/S-1-5-32-544__Members"
    row = settled(setting, [mdm("A", {setting: ["S-1-5-21-1"]}), mdm("B", {setting: ["S-1-5-21-2"]})])
    assert (row.state.value, row.candidates) == ("undetermined", (("S-1-5-21-1",), ("S-1-5-21-2",), None))


# Giving a fact, and the order of the inputs

SETTINGS = (
    PLAIN,
    f"{LAPS}!PasswordLength",
    rf"{DEFENDER}\Spynet!SpynetReporting",
    f"{DEFENDER}!PUAProtection",
    rf"{FIREWALL}\PublicProfile!EnableFirewall",
    r"HKLM\SOFTWARE\Policies\Microsoft\Edge!PasswordManagerEnabled",
)
FACTS: tuple[dict[str, Any], ...] = (
    {"mdm": True},
    {"mdm": False},
    {"tamper-protection": False},
    {"tamper-protection": True},
    {"os-build": "10.0.22631.1"},
    {"os-build": "10.0.15063.1"},
)


@drawn(
    st.sampled_from(SETTINGS),
    st.lists(st.tuples(st.integers(0, 2), st.sampled_from([None, "all-devices", "Pilot"])), max_size=3),
    st.lists(st.integers(0, 2), max_size=2),
    st.sampled_from(FACTS),
)
@hypothesis_settings(max_examples=150)
def test_giving_a_fact_only_narrows_the_candidates(
    setting: str, profiles: list[tuple[int, str | None]], gpos: list[int], fact: dict[str, Any]
) -> None:
    given = [gpo(f"G{n}", f"contoso.com/W#{n + 1}", set={setting: value}) for n, value in enumerate(gpos)]
    given += [mdm(f"M{n}", {setting: value}, assigned=to) for n, (value, to) in enumerate(profiles)]
    unknown: dict[str, Any] = {"mdm": None, "os-build": None}
    open_rows, rows = settle(given, **unknown), settle(given, **{**unknown, **fact})
    for key, row in rows.items():
        assert set(row.candidates) <= set(open_rows[key].candidates)


@drawn(st.data())
@hypothesis_settings(max_examples=100)
def test_the_order_of_the_policies_never_matters(data: st.DataObject) -> None:
    setting = data.draw(st.sampled_from(SETTINGS))
    values = st.integers(0, 2)
    kinds = st.sampled_from(["settings-catalog", "custom", "compliance", "administrative-template"])
    given = [gpo(f"G{n}", f"contoso.com/W#{n}", set={setting: data.draw(values)}) for n in (1, 2)]
    given += [mdm(f"M{n}", {setting: data.draw(values)}, data.draw(kinds)) for n in (1, 2, 3)]
    given += [mdm("Switch", {SWITCH: 1})] if data.draw(st.booleans()) else []
    shuffled = data.draw(st.permutations(given))
    first, second = settled(setting, given), settled(setting, shuffled)
    assert (*told(first), winner(first)) == (*told(second), winner(second))
