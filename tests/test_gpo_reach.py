"""Who a GPO reaches: denials, failing filters, local policy, containers and forests (semantics 1.1, 1.5 and 1.6)."""

from __future__ import annotations

from typing import Any

import pytest

from policylint.effective import Effective
from policylint.model import Filtering, Policy
from policylint.topology import Facts
from tests.gpo_estate import DOMAIN, INNER, KEY, PLACES, VALUE, claim, gpo, row, settle, told

USERS = f"HKCU\\{KEY}!Value"
PILOT = "S-1-5-21-1-2-3-1105"
NAMED = {"device_name": "PC-1", "user_name": "ann"}
EVERYBODY = ("S-1-5-11",)


def group(*members: str) -> str:
    listed = ", ".join(f'"{member}"' for member in members)
    return f'{PLACES}[[group]]\nname = "Pilot"\nid = "{PILOT}"\nmembers = [{listed}]\n'


def filtered(text: str, *, deny: str = "", deny_read: str = "", read: tuple[str, ...] = EVERYBODY) -> Policy:
    return gpo(
        "Filtered",
        {text: 1},
        INNER,
        filtering=Filtering(EVERYBODY, (deny,) if deny else (), read, (deny_read,) if deny_read else ()),
    )


@pytest.mark.parametrize(
    ("text", "denied", "member", "result"),
    [
        pytest.param(VALUE, "deny", "PC-1", "G-SECFILTER", id="computer settings: Apply, the computer"),
        pytest.param(VALUE, "deny", "ann", "determined", id="computer settings: Apply, the user"),
        pytest.param(VALUE, "deny_read", "PC-1", "G-SECFILTER", id="computer settings: Read, the computer"),
        pytest.param(VALUE, "deny_read", "ann", "undetermined", id="computer settings: Read, the user"),
        pytest.param(USERS, "deny", "ann", "G-SECFILTER", id="user settings: Apply, the user"),
        pytest.param(USERS, "deny", "PC-1", "undetermined", id="user settings: Apply, the computer"),
        pytest.param(USERS, "deny_read", "PC-1", "G-MS16-072", id="user settings: Read, the computer"),
        pytest.param(USERS, "deny_read", "ann", "determined", id="user settings: Read, the user"),
    ],
)
def test_g_deny_cells_what_a_denial_does_hangs_on_whom_it_names(
    text: str, denied: str, member: str, result: str
) -> None:
    denying = filtered(text, deny=PILOT) if denied == "deny" else filtered(text, deny_read=PILOT)
    found = settle(denying, topology=group(member), **NAMED)
    side = "HKCU" if text == USERS else "HKLM"
    states = [r.state.value for r in found.settings if r.setting.text.startswith(side)]
    reasons = [item.reason for item in found.excluded if item.scope is claim(text, 1).scope]
    assert [*states, *reasons] == [result]


@pytest.mark.parametrize(
    ("text", "listed", "result"),
    [
        pytest.param(VALUE, "PC-1", ["determined"], id="the computer is in the group"),
        pytest.param(VALUE, "PC-2", ["G-SECFILTER"], id="the computer is not"),
        pytest.param(USERS, "PC-1", ["conditional"], id="the computer is, and the user is not known"),
        pytest.param(USERS, "PC-2", ["conditional"], id="the computer is not, and the user is not known"),
    ],
)
def test_g_secfilter_a_computer_says_nothing_about_a_user_whom_nobody_names(
    text: str, listed: str, result: list[str]
) -> None:
    only = gpo("Filtered", {text: 1}, INNER, filtering=Filtering((PILOT,), (), EVERYBODY))
    found = settle(only, topology=group(listed), device_name="PC-1")
    states = [r.state.value for r in found.settings if r.setting == claim(text, 1).setting]
    reasons = [item.reason for item in found.excluded if item.scope is claim(text, 1).scope]
    assert [*states, *reasons] == result


def test_g_deny_cells_a_cell_that_nobody_measured_names_no_winner() -> None:
    found = row(settle(filtered(USERS, deny=PILOT), topology=group("PC-1"), **NAMED), USERS)
    assert (*told(found), found.winner) == ("undetermined", None, (1, None), None)
    assert found.conditions == ('G-DENY-CELLS (deny Apply on "Filtered" keeps it out)',)


@pytest.mark.parametrize(
    ("read", "state"),
    [
        pytest.param(("S-1-5-21-1-2-3-515",), ["determined"], id="domain computers"),
        pytest.param(("S-1-5-21-1-2-3-513",), [], id="domain users"),
    ],
)
def test_g_ms16_072_the_computer_must_be_able_to_read_the_users_gpo(read: tuple[str, ...], state: list[str]) -> None:
    found = settle(filtered(USERS, read=read), **NAMED)
    assert [r.state.value for r in found.settings] == state


def test_d16_g_wmi_error_a_filter_that_fails_denies_its_gpo_alone() -> None:
    broken = f'{PLACES}[[wmi-filter]]\nname = "Broken"\nresult = "error"\n'
    policies = gpo("Broken", {VALUE: 1}, INNER, wmi_filter="Broken"), gpo("Base", {VALUE: 2}, DOMAIN)
    found = settle(*policies, topology=broken)
    assert told(row(found, VALUE)) == ("determined", 2, (2,))
    assert {(item.policy.name, item.reason) for item in found.excluded} == {("Broken", "G-WMI-ERROR")}


def test_g_container_a_computer_in_cn_computers_gets_what_the_domain_links() -> None:
    domain = f'[[som]]\npath = "{DOMAIN}"\nblocks-inheritance = false\n'
    found = row(settle(gpo("Domain", {VALUE: 1}, DOMAIN), topology=domain, device="contoso.com/Computers"), VALUE)
    assert (*told(found), found.conditions) == ("determined", 1, (1,), ())


class TestLocalPolicy:
    def machine(self) -> Policy:
        return Policy(**_local("Windows/System32/GroupPolicy", 1))

    def users(self, sid: str, value: int) -> Policy:
        return Policy(**_local(f"Windows/System32/GroupPolicyUsers/{sid}", value))

    def test_g_lsdou_local_policy_is_the_weakest(self) -> None:
        site = gpo("Site", {VALUE: 2}, "site:London")
        found = row(settle(self.machine(), site), VALUE)
        assert (*told(found), [(c.policy.name, c.reasons) for c in found.losers]) == (
            "determined",
            2,
            (2,),
            [("Windows/System32/GroupPolicy", ("G-LSDOU",))],
        )

    def test_d2_g_block_local_blocked_inheritance_leaves_local_policy_alone(self) -> None:
        blocked = PLACES.replace("false", "true")
        found = settle(self.machine(), gpo("Domain", {VALUE: 2}, DOMAIN), topology=blocked)
        assert told(row(found, VALUE)) == ("determined", 1, (1,))

    def test_g_mlgpo_the_users_own_layer_comes_last(self) -> None:
        own, everybody = self.users("S-1-5-21-9-9-9-1001", 3), self.machine()
        found = row(settle(everybody, own), USERS)
        assert (*told(found), found.conditions) == ("conditional", 3, (3, 1), ("user S-1-5-21-9-9-9-1001",))

    def test_g_mlgpo_administrators_and_the_others_have_one_layer_each(self) -> None:
        found = row(settle(self.users("S-1-5-32-544", 4), self.users("S-1-5-32-545", 5)), USERS)
        assert (set(found.candidates) - {None}, found.conditions) == ({4, 5}, ("user is an administrator",))

    def test_g_mlgpo_layers_of_users_have_no_computer_settings(self) -> None:
        found = settle(self.users("S-1-5-32-544", 4))
        assert [r.setting.text for r in found.settings] == [USERS]

    def test_g_lgpo_off_a_gpo_of_the_directory_turns_local_policy_off(self) -> None:
        off = gpo("Off", {r"HKLM\Software\Policies\Microsoft\Windows\System!DisableLGPOProcessing": 1}, DOMAIN)
        found = settle(self.machine(), off)
        assert [r.setting.text.rpartition("!")[2] for r in found.settings] == ["DisableLGPOProcessing"]
        assert {item.reason for item in found.excluded if item.policy.name.startswith("Windows")} == {"G-LGPO-OFF"}

    def test_g_lgpo_off_said_by_local_policy_itself_means_nothing(self) -> None:
        text = r"HKLM\Software\Policies\Microsoft\Windows\System!DisableLGPOProcessing"
        itself = Policy(**{**_local("System32/GroupPolicy", 1), "claims": (claim(VALUE, 1), claim(text, 1))})
        assert told(row(settle(itself), VALUE)) == ("determined", 1, (1,))


def _local(folder: str, value: int) -> dict[str, Any]:
    made = gpo(folder, {VALUE: value, USERS: value}, links=None, filtering=None)
    return {
        **{name: getattr(made, name) for name in ("name", "channel", "kind", "evidence", "claims")},
        "id": folder,
    }


class TestForests:
    TEXT = r"HKLM\Software\Policies\Microsoft\Windows\System!AllowX-ForestPolicy-and-RUP"
    AWAY = f'{PLACES}[[som]]\npath = "fabrikam.com"\nblocks-inheritance = false\n'

    def settled(self, *more: Policy, user: str = "fabrikam.com") -> Effective:
        users, computers = gpo("Users", {USERS: 1}, "fabrikam.com"), gpo("Computers", {USERS: 9}, INNER)
        return settle(users, computers, *more, topology=self.AWAY, user=user, facts=Facts(join="ad"))

    def test_g_loop_xforest_a_user_of_another_forest_gets_the_computers_list(self) -> None:
        found = row(self.settled(), USERS)
        assert (set(found.candidates), found.state.value) == ({1, 9}, "conditional")
        assert found.conditions == ("fabrikam.com is in another forest than contoso.com",)

    def test_g_loop_xforest_allowed_by_policy_the_users_own_list_counts(self) -> None:
        assert told(row(self.settled(gpo("Allow", {self.TEXT: 1}, DOMAIN)), USERS)) == ("determined", 1, (1,))
