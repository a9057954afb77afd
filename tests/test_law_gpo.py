"""The G- rules of semantics chapter 1 that no other test of Group Policy is named after."""

from __future__ import annotations

from typing import Any

import pytest

from policylint.facts import Is
from policylint.model import Filtering, Link, Policy, Scope
from tests.gpo_estate import DOMAIN, INNER, KEY, OUTER, PLACES, VALUE, claim, gpo, row, settle, told

USERS = f"HKCU\\{KEY}!Value"
MODE = r"HKLM\Software\Policies\Microsoft\Windows\System!UserPolicyMode"
AWAY = f'{PLACES}[[som]]\npath = "contoso.com/U"\nblocks-inheritance = false\n'


def test_g_link_dangling_a_link_to_a_gpo_that_is_not_there_is_ignored() -> None:
    ordered = f'[[som]]\npath = "{INNER}"\nlinks = [ {{ gpo = "Gone" }}, {{ gpo = "There" }} ]\n'
    found = row(settle(gpo("There", {VALUE: 1}), topology=ordered), VALUE)
    assert (*told(found), found.conditions) == ("determined", 1, (1,), ())


def test_g_enforced_scope_a_gpo_is_enforced_where_its_link_is() -> None:
    both = gpo("Both", {VALUE: 1}, OUTER, f"{DOMAIN}!")
    found = row(settle(both, gpo("Inner", {VALUE: 2}, INNER)), VALUE)
    assert (*told(found), found.reasons[0]) == ("determined", 1, (1,), "G-ENFORCED-TOP")


@pytest.mark.parametrize(("functionality", "value"), [(None, 2), (2, 2), (1, 1), (3, 1)])
def test_g_funcver_a_gpo_of_another_functionality_version_is_denied(functionality: int | None, value: int) -> None:
    inner = gpo("Inner", {VALUE: 2}, INNER, functionality=functionality)
    assert told(row(settle(gpo("Domain", {VALUE: 1}, DOMAIN), inner), VALUE)) == ("determined", value, (value,))


@pytest.mark.parametrize(
    ("directory", "file", "value"),
    [(None, None, 2), (1, 1, 2), (0x10000, 0x10000, 1), (0, 1, 2), (1, 0, 2), (0, 0, 1), (0, None, 2)],
)
def test_g_empty_a_side_of_version_0_in_the_directory_and_in_its_files_is_denied(
    directory: int | None, file: int | None, value: int
) -> None:
    inner = gpo("Inner", {VALUE: 2}, INNER, directory_version=directory, file_version=file)
    assert told(row(settle(gpo("Domain", {VALUE: 1}, DOMAIN), inner), VALUE)) == ("determined", value, (value,))


def test_g_empty_the_users_side_has_its_own_version() -> None:
    both = gpo("Both", {VALUE: 1, USERS: 1}, INNER, directory_version=5, file_version=5)
    assert [claim.setting.text for claim in settle(both).settings] == [VALUE]


def test_g_empty_a_file_version_of_0_alone_is_a_condition() -> None:
    found = row(settle(gpo("Inner", {VALUE: 2}, INNER, file_version=0)), VALUE)
    conditions = ('a version of the computer side of "Inner" in the directory',)
    assert (found.state.value, found.value, found.conditions) == ("conditional", 2, conditions)


def test_g_no_reorder_what_blocking_leaves_keeps_its_order() -> None:
    blocked = PLACES.replace('A"\nblocks-inheritance = false', 'A"\nblocks-inheritance = true')
    policies = gpo("Domain", {VALUE: 1}, DOMAIN), gpo("Outer", {VALUE: 2}, OUTER), gpo("Inner", {VALUE: 3}, INNER)
    found = row(settle(*policies, topology=blocked), VALUE)
    assert (found.winner and found.winner.policy.name, [c.policy.name for c in found.losers]) == ("Inner", ["Outer"])


def test_g_pol_notconf_what_a_gpo_does_not_configure_shows_through() -> None:
    found = settle(gpo("Domain", {VALUE: 1}, DOMAIN), gpo("Inner", {f"{VALUE}2": 9}, INNER))
    assert told(row(found, VALUE)) == ("determined", 1, (1,))


def test_g_pol_multi_each_value_of_a_policy_has_its_own_winner() -> None:
    domain = gpo("Domain", {VALUE: 1, f"{VALUE}2": 1}, DOMAIN)
    found = settle(domain, gpo("Inner", {VALUE: 2}, INNER))
    winners = [found.winner.policy.name for found in found.settings if found.winner]
    assert winners == ["Inner", "Domain"]


def test_g_ilt_an_item_that_is_targeted_is_a_condition() -> None:
    item = claim("gpp:Drives/X:", ("path=a",), when=Is('targeting of "X:" in "Drives"'))
    found = row(settle(gpo("Drives", [item], INNER)), "gpp:Drives/X:")
    assert (found.state.value, found.conditions) == ("conditional", ('targeting of "X:" in "Drives"',))


def test_g_wmi_offline_every_value_of_a_filtered_gpo_is_conditional() -> None:
    found = settle(gpo("Laptops", {VALUE: 1, f"{VALUE}2": 2}, INNER, wmi_filter="Laptops"))
    assert [(r.state.value, r.value, r.conditions) for r in found.settings] == [
        ("conditional", 1, ('wmi-filter "Laptops"',)),
        ("conditional", 2, ('wmi-filter "Laptops"',)),
    ]


class TestLoopback:
    def settled(self, mode: Any, *more: Policy, **computers: Any) -> Any:
        loop = gpo("Loop", {MODE: mode, USERS: 9}, INNER, **computers)
        users = gpo("Users", {USERS: 1}, "contoso.com/U!")
        return row(settle(loop, users, *more, topology=AWAY, user="contoso.com/U"), USERS)

    @pytest.mark.parametrize(
        ("mode", "value", "losers"), [(0, 1, []), (1, 9, ["Users"]), (2, 9, []), (3, 1, []), (None, 1, [])]
    )
    def test_g_loop_value_1_merges_2_replaces_and_all_else_is_normal(
        self, mode: int | None, value: int, losers: list[str]
    ) -> None:
        found = self.settled(mode)
        assert (*told(found), [c.policy.name for c in found.losers]) == ("determined", value, (value,), losers)

    def test_d18_g_loop_merge_enforced_the_computers_list_beats_an_enforced_link_of_the_user(self) -> None:
        found = self.settled(1)
        assert [(c.policy.name, c.reasons) for c in found.losers] == [("Users", ("G-LOOP-MERGE-ENFORCED",))]
        assert found.reasons[-1] == "D18"

    def test_g_loop_both_sides_the_user_side_must_be_enabled(self) -> None:
        found = self.settled(1, disabled_sides=frozenset({Scope.USER}))
        assert told(found) == ("determined", 1, (1,))

    def test_g_loop_both_sides_the_user_must_be_allowed_to_apply_it(self) -> None:
        computers = Filtering(("S-1-5-21-1-2-3-515",), (), ("S-1-5-11",))
        assert told(self.settled(1, filtering=computers)) == ("determined", 1, (1,))


def test_g_link_format_a_link_that_is_disabled_and_enforced_is_disabled() -> None:
    off = gpo("Off", {VALUE: 1}, links=(Link(INNER, False, True, claim(VALUE, 1).evidence),))
    found = settle(off, gpo("On", {VALUE: 2}, DOMAIN))
    assert told(row(found, VALUE)) == ("determined", 2, (2,))
