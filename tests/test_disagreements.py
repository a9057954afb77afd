"""Where the sources disagree or are silent, D1 to D30: what the tool answers (the last column of semantics chapter 6).

Most answers have a test beside the rule that they are about; ANSWERED names it, and the tests here are the others.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from policylint.effective import State
from policylint.families.whfb_effective import runs_cloud_trust
from policylint.rules import load_rules
from tests.gpo_estate import DOMAIN, INNER, OUTER, gpo, row, settle, told
from tests.hello import DEVICE, HKCU, HKLM, effective, mdm, trust
from tests.hello import gpo as hello

HERE = Path(__file__).parent
TENANT = "dcd219dd-bc68-4b9b-bf0b-4a33a796be35"

ANSWERED = {
    "D1": "test_gpo_precedence.py::test_g_link_raw_the_last_string_is_link_order_1_by_convention",
    "D2": "test_gpo_reach.py::test_d2_g_block_local_blocked_inheritance_leaves_local_policy_alone",
    "D3": "test_channels.py::test_d3_without_a_family_group_policy_is_assumed_and_doubted",
    "D4": "test_mdm_wins_over_gp.py::test_d4_windows_update_under_the_switch_is_undetermined",
    "D5": "test_disagreements.py::test_d5_intunes_settings_beside_a_gpos_count_conditionally",
    "D6": "test_whfb_trust.py::test_w_grp_cloud_cloud_trust_from_another_channel_than_enablement_is_undetermined",
    "D7": "test_disagreements.py::test_d7_a_certificate_policy_that_is_off_leaves_cloud_trust",
    "D8": "test_whfb_trust.py::test_w_correction_s0_a_user_certificate_policy_beats_computer_cloud_trust",
    "D9": "test_disagreements.py::test_d9_the_builds_of_the_ddf_are_the_minimum",
    "D10": "test_disagreements.py::test_d10_only_the_update_that_exists_is_named",
    "D11": "test_whfb_settings.py::test_w_devlock_a_stricter_device_lock_rule_makes_the_pin_rule_undetermined",
    "D12": "test_disagreements.py::test_d12_a_tenant_id_in_braces_counts_for_nobody",
    "D13": "test_disagreements.py::test_d13_a_user_right_is_replaced",
    "D14": "test_disagreements.py::test_d14_members_of_a_restricted_group_are_authoritative",
    "D15": "test_extensions.py::test_d15_members_and_member_of_of_two_gpos_are_undetermined",
    "D16": "test_gpo_reach.py::test_d16_g_wmi_error_a_filter_that_fails_denies_its_gpo_alone",
    "D17": "test_disagreements.py::test_d17_of_a_subcategory_the_nearest_gpos_value_counts",
    "D18": "test_law_gpo.py::test_d18_g_loop_merge_enforced_the_computers_list_beats_an_enforced_link_of_the_user",
    "D19": "test_channels.py::test_d19_the_ddfs_hint_does_not_decide_between_profiles",
    "D20": "test_channels.py::test_d20_bitlocker_and_firewall_are_undetermined",
    "D21": "test_channels.py::test_d21_what_the_csp_leaves_out_is_not_taken_from_the_gpo",
    "D22": "test_law_intune.py::test_d22_i_asg_mixed_excluding_the_other_type_has_no_effect",
    "D23": "test_disagreements.py::test_d23_the_cloud_kerberos_ticket_is_not_required_for_cloud_trust",
    "D24": "test_scopes.py::test_d24_without_a_family_nobody_tells",
    "D25": "test_disagreements.py::test_d25_unset_windows_hello_hangs_on_the_join_type",
    "D26": "test_disagreements.py::test_d26_a_permission_mode_is_its_digit",
    "D27": "test_gpo_precedence.py::test_g_enforced_invert_the_highest_container_wins_among_enforced_links",
    "D28": "test_disagreements.py::test_d28_every_rule_has_fixtures_of_its_own",
    "D29": "test_whfb_settings.py::test_d29_digits_that_nobody_configures_are_undetermined_beside_other_pin_rules",
    "D30": "test_extensions.py::test_d30_a_zero_in_audit_csv_is_no_auditing_or_nothing",
}


def _tests_of(path: Path) -> set[str]:
    """The names of the test functions of a file."""
    tree = ast.walk(ast.parse(path.read_text("utf-8")))
    return {node.name for node in tree if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def test_every_disagreement_has_a_test_of_its_answer() -> None:
    assert list(ANSWERED) == [f"D{number}" for number in range(1, 31)]
    files = {where: where.split("::") for where in ANSWERED.values()}
    assert [where for where, (file, test) in files.items() if test not in _tests_of(HERE / file)] == []


def test_d5_intunes_settings_beside_a_gpos_count_conditionally() -> None:
    found = effective(
        hello("GPO", {HKLM + "Enabled": 1}), mdm("Intune", {DEVICE + "PINComplexity/MinimumPINLength": 8})
    )
    (pin,) = [r for r in found.settings if r.setting.text.endswith("MinimumPINLength")]
    assert (pin.state, pin.value, pin.reasons[-2:]) == (State.CONDITIONAL, 8, ("W-EITHER-OR", "D5"))


def test_d7_a_certificate_policy_that_is_off_leaves_cloud_trust() -> None:
    cloud = {HKLM + "Enabled": 1, HKLM + "UseCloudTrustForOnPremAuth": 1}
    found = [trust(hello("GPO", {**cloud, **more})) for more in ({}, {HKLM + "UseCertificateForOnPremAuth": 0})]
    assert [(one.state, one.value) for one in found] == [(State.DETERMINED, "cloud-kerberos")] * 2


def test_d9_the_builds_of_the_ddf_are_the_minimum() -> None:
    builds = {"10.0.19044.1566": True, "10.0.19044.1565": False, "10.0.22000.527": True, "10.0.19045.2006": True}
    assert {build: runs_cloud_trust(build) for build in builds} == builds


def test_d10_only_the_update_that_exists_is_named() -> None:
    written = [p for folder in ("policylint", "rules", "docs") for p in (HERE.parent / folder).rglob("*.[ptm]*")]
    texts = [p for p in written if p.suffix in (".py", ".toml", ".md")]
    assert [p.name for p in texts if "3534307" in p.read_text("utf-8")] == []


def test_d12_a_tenant_id_in_braces_counts_for_nobody() -> None:
    node = f"./Device/Vendor/MSFT/PassportForWork/{{{TENANT}}}/Policies/UseCloudTrustForOnPremAuth"
    profile = mdm("Custom", {node: True}, kind="custom")
    enabled = mdm("Hello", {DEVICE + "UsePassportForWork": True})
    found = effective(profile, enabled, tenant=TENANT)
    assert found.outcomes[0].value == "key"
    assert ("Custom", "W-URI") in {(item.policy.name, item.reason) for item in found.excluded}


ADMINS = "S-1-5-32-544"


def test_d13_a_user_right_is_replaced() -> None:
    right = "secedit:Privilege Rights/SeDebugPrivilege"
    found = row(settle(gpo("Domain", {right: (ADMINS,)}, DOMAIN), gpo("Inner", {right: ("S-1-5-18",)}, INNER)), right)
    assert (*told(found), "D13" in found.reasons) == ("determined", ("S-1-5-18",), (("S-1-5-18",),), True)


def test_d14_members_of_a_restricted_group_are_authoritative() -> None:
    group = f"secedit:Group Membership/{ADMINS}__Members"
    found = row(settle(gpo("Domain", {group: ("Ann",)}, DOMAIN), gpo("Inner", {group: ()}, INNER)), group)
    assert (*told(found), "D14" in found.reasons) == ("determined", (), ((),), True)


def test_d17_of_a_subcategory_the_nearest_gpos_value_counts() -> None:
    logon = "audit:{0cce9215-69ae-11d9-bed3-505054503030}"
    found = row(settle(gpo("Domain", {logon: 2}, DOMAIN), gpo("OU", {logon: 1}, OUTER)), logon)
    assert (*told(found), "D17" in found.reasons) == ("determined", 1, (1,), True)


def test_d23_the_cloud_kerberos_ticket_is_not_required_for_cloud_trust() -> None:
    cloud = {HKLM + "Enabled": 1, HKLM + "UseCloudTrustForOnPremAuth": 1}
    ticket = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System\Kerberos\Parameters"
    more = {f"{ticket}!CloudKerberosTicketRetrievalEnabled": 1}
    without, beside = trust(hello("GPO", cloud)), trust(hello("GPO", {**cloud, **more}))
    assert (without.state, without.value) == (beside.state, beside.value) == (State.DETERMINED, "cloud-kerberos")
    assert not any("CloudKerberosTicket" in text for text in without.prerequisites)


@pytest.mark.parametrize(
    ("join", "state"), [("entra", State.CONDITIONAL), ("hybrid", State.UNDETERMINED), ("ad", State.UNDETERMINED)]
)
def test_d25_unset_windows_hello_hangs_on_the_join_type(join: str, state: State) -> None:
    found = trust(hello("GPO", {HKCU + "DisablePostLogonProvisioning": 0}), facts={"join": join, "mdm": join != "ad"})
    assert found.state is state


def test_d26_a_permission_mode_is_its_digit() -> None:
    path = "secedit:File Security/%SystemRoot%\\x"
    found = settle(gpo("Domain", {path: ("1", "D:")}, DOMAIN), gpo("Inner", {path: ("2", "D:")}, INNER))
    assert told(row(found, path)) == ("determined", ("2", "D:"), (("2", "D:"),))


def test_d28_every_rule_has_fixtures_of_its_own() -> None:
    rules = load_rules()
    judged = [r for r in rules.values() if r.check != "reading"]
    assert [r.id for r in judged if not r.fail or not r.pass_] == []
