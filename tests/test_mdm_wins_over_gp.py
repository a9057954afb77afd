"""ControlPolicyConflict/MDMWinsOverGP: what it reaches, what it does not, and where it is in force (semantics 2.2)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from policylint.effective import Result
from policylint.families.mdm_wins import Cover, cover
from policylint.lowering import lower
from policylint.rank import Contestant, rank
from policylint.readers.source import Reading
from policylint.scenario import Scenario, estate_of, target_of
from tests.channel_scenarios import SWITCH, gpo, mdm, settle, settled, told, winner
from tests.intune_writer import only, read_one

RDP_NODE = "./Device/Vendor/MSFT/Policy/Config/RemoteDesktopServices/AllowUsersToConnectRemotely"
RDP = r"HKLM\Software\Policies\Microsoft\Windows NT\Terminal Services!fDenyTSConnections"
ON = mdm("Switch", {SWITCH: 1})
RACE = ("M-DEFAULT-RACE",)


def remote_desktop(*more: dict[str, Any], **facts: Any) -> Result:
    """Remote Desktop allowed by a GPO and denied by Intune, through an ADMX-backed policy of the Policy CSP."""
    given = [gpo("G", set={RDP: 0}), mdm("M", {RDP_NODE: "<disabled/>"}, "custom"), *more]
    return settled(RDP, given, **facts)


def test_m_mwg_effect_the_mdm_value_wins() -> None:
    row = remote_desktop(ON)
    assert (*told(row), winner(row)) == ("determined", 1, (1,), (), "M")
    assert [(loser.policy.name, loser.reasons[0]) for loser in row.losers] == [("G", "M-MWG-EFFECT")]


def test_m_mwg_effect_nothing_is_blocked_where_intune_sets_nothing() -> None:
    other = r"HKLM\Software\Policies\Microsoft\Windows NT\Terminal Services!fDisableCdm"
    assert told(settled(other, [gpo("G", set={other: 1}), ON])) == ("determined", 1, (1,), ())


def test_without_the_switch_it_is_the_documented_race() -> None:
    assert told(remote_desktop()) == ("conditional", 0, (0, 1), RACE)


def test_a_switch_that_is_off_changes_nothing() -> None:
    assert told(remote_desktop(mdm("Switch", {SWITCH: 0}))) == ("conditional", 0, (0, 1), RACE)


def test_the_switch_counts_only_where_it_reaches() -> None:
    row = remote_desktop(mdm("Switch", {SWITCH: 1}, assigned=None))
    assert told(row) == ("conditional", 1, (1, 0), ('assignment of "Switch"',))


def test_a_switch_that_nobody_enrolled_gets_changes_nothing() -> None:
    row = remote_desktop(ON, mdm=False, join="ad")
    assert (*told(row), winner(row)) == ("determined", 0, (0,), (), "G")


@pytest.mark.parametrize(
    ("build", "expected"),
    [
        ("10.0.17134.1", ("determined", 1, (1,), ())),
        ("10.0.16299.15", ("conditional", 0, (0, 1), RACE)),
        (None, ("conditional", 1, (1, 0), ("os-build",))),
    ],
)
def test_m_mwg_scope_builds_before_1803_do_not_know_it(build: str | None, expected: object) -> None:
    assert told(remote_desktop(ON, **{"os-build": build})) == expected


def test_profiles_that_disagree_about_the_switch_leave_it_open() -> None:
    row = remote_desktop(ON, mdm("Off", {SWITCH: 0}))
    assert told(row) == ("conditional", 1, (1, 0), ('conflict between "Off" and "Switch"',))


@pytest.mark.parametrize(
    ("node", "value", "setting"),
    [
        (
            "./Vendor/MSFT/Firewall/MdmStore/PublicProfile/EnableFirewall",
            True,
            r"HKLM\SOFTWARE\Policies\Microsoft\WindowsFirewall\PublicProfile!EnableFirewall",
        ),
        (
            "./Device/Vendor/MSFT/BitLocker/SystemDrivesMinimumPINLength",
            '<enabled/><data id="MinPINLength" value="6"/>',
            r"HKLM\SOFTWARE\Policies\Microsoft\FVE!MinimumPIN",
        ),
    ],
)
def test_m_mwg_exceptions_other_csps_keep_their_law(node: str, value: Any, setting: str) -> None:
    row = settled(setting, [gpo("G", set={setting: 0}), mdm("M", {node: value}, "custom"), ON])
    assert row.state.value == "undetermined"
    assert "M-MWG-EXCEPTIONS" in row.reasons


def test_m_mwg_only_policycsp_the_defender_csp_keeps_its_chain() -> None:
    setting = r"HKLM\Software\Policies\Microsoft\Windows Defender!DisableLocalAdminMerge"
    node = "./Device/Vendor/MSFT/Defender/Configuration/DisableLocalAdminMerge"
    row = settled(setting, [gpo("G", set={setting: 0}), mdm("M", {node: 1}), ON])
    assert (*told(row), winner(row)) == ("determined", 0, (0,), (), "G")
    assert {"M-DEF-CHAIN", "M-MWG-EXCEPTIONS"} <= set(row.reasons)


def test_m_mwg_tags_the_policy_csps_defender_nodes_are_reached() -> None:
    setting = r"HKLM\Software\Policies\Microsoft\Windows Defender\Windows Defender Exploit Guard\ASR\Rules"
    rule = "be9ba2d9-53ea-4cdc-84e5-9b1eeee46550"
    node = "./Device/Vendor/MSFT/Policy/Config/Defender/AttackSurfaceReductionRules"
    row = settled(f"{setting}!{rule}", [gpo("G", set={f"{setting}!{rule}": "1"}), mdm("M", {node: f"{rule}=2"}), ON])
    assert (*told(row), winner(row)) == ("determined", "2", ("2",), (), "M")


def test_m_mwg_exceptions_laps_counts_by_its_root_with_or_without_the_switch() -> None:
    setting = r"HKLM\Software\Microsoft\Windows\CurrentVersion\Policies\LAPS!PasswordLength"
    given = [gpo("G", set={setting: 14}), mdm("M", {"./Device/Vendor/MSFT/LAPS/Policies/PasswordLength": 21})]
    assert told(settled(setting, [*given, ON])) == told(settled(setting, given)) == ("determined", 21, (21,), ())


def test_d4_windows_update_under_the_switch_is_undetermined() -> None:
    setting = r"HKLM\Software\Policies\Microsoft\Windows\WindowsUpdate!SetDisableUXWUAccess"
    node = "./Device/Vendor/MSFT/Policy/Config/Update/SetDisableUXWUAccess"
    row = settled(setting, [gpo("G", set={setting: 0}), mdm("M", {node: 1}), ON])
    assert told(row) == ("undetermined", None, (0, 1), ("D4",))


def test_m_mwg_user_whether_user_policy_is_blocked_is_not_said() -> None:
    setting = r"HKCU\Software\Policies\Contoso!Level"
    row = settled(setting, [gpo("G", set={setting: 0}), mdm("M", {setting: 1}), ON])
    assert told(row) == ("undetermined", None, (0, 1), ("M-MWG-USER",))


def test_m_mwg_tags_a_policy_of_an_ingested_template_is_undetermined() -> None:
    node = "./Device/Vendor/MSFT/Policy/Config/Contoso~Policy~Category/Level"
    row = settled(node, [gpo("G", set={node: 0}), mdm("M", {node: 1}), ON])
    assert told(row) == ("undetermined", None, (0, 1), ("M-MWG-TAGS",))


def test_m_mwg_tags_a_templates_property_is_reached_by_the_node_that_it_feeds(tmp_path: Path) -> None:
    template = {
        "@odata.type": "#microsoft.graph.windows10EndpointProtectionConfiguration",
        "id": "T",
        "displayName": "Template",
        "defenderEmailContentExecution": "block",
        "firewallProfilePublic": {"firewallEnabled": "allowed"},
        "assignments": [{"target": {"@odata.type": "#microsoft.graph.allDevicesAssignmentTarget"}}],
    }
    covers = {_product(c): cover(c.claim, c.policy) for c in _contestants(read_one(tmp_path, template), ON)}
    assert covers == {"Windows Defender": Cover.YES, "WindowsFirewall": Cover.NO}


def _contestants(reading: Reading, switch: dict[str, Any]) -> list[Contestant]:
    """The claims of the only policy, lowered, as they reach an enrolled device."""
    policy = only(reading)
    scenario = Scenario.model_validate({"given": [switch], "facts": {"join": "hybrid", "mdm": True}})
    estate = lower(replace(estate_of(scenario), policies=(policy,)))
    precedence = rank(estate, target_of(scenario))
    return [c for contest in precedence.contests.values() for c in contest]


def _product(contestant: Contestant) -> str:
    return contestant.claim.setting.text.split("\\")[4].partition("!")[0]


def test_m_mwg_exceptions_windows_hello_does_not_respect_the_switch() -> None:
    setting = r"HKLM\SOFTWARE\Policies\Microsoft\PassportForWork!Enabled"
    node = "./Device/Vendor/MSFT/PassportForWork/{TenantId}/Policies/UsePassportForWork"
    given = [gpo("G", set={setting: 0}), mdm("M", {node: True}, "custom")]
    with_switch, without = settled(setting, [*given, ON]), settled(setting, given)
    assert (with_switch.value, with_switch.reasons) == (without.value, without.reasons)
    assert winner(with_switch) == "G"


@drawn(st.sampled_from([None, "all-devices", "Pilot"]), st.sampled_from([0, 1]), st.booleans())
@hypothesis_settings(max_examples=40)
def test_giving_a_fact_only_narrows_the_candidates(assigned: str | None, state: int, enrolled: bool) -> None:
    switch = mdm("Switch", {SWITCH: state}, assigned=assigned)
    given = [gpo("G", set={RDP: 0}), mdm("M", {RDP_NODE: "<disabled/>"}, "custom"), switch]
    unknown: dict[str, Any] = {"mdm": None, "os-build": None}
    open_rows = settle(given, **unknown)
    for fact in ({"mdm": enrolled}, {"os-build": "10.0.22631.1"}, {"os-build": "10.0.16299.1"}):
        for key, row in settle(given, **{**unknown, **fact}).items():
            assert set(row.candidates) <= set(open_rows[key].candidates)
