"""Group Policy precedence: the G- rules of semantics chapter 1 that links and topology decide."""

from __future__ import annotations

from typing import Any

from policylint.effective import Result, State
from policylint.estate import Estate
from policylint.evidence import Evidence
from policylint.model import Channel, Claim, Filtering, Link, Policy, Scope, Sweep, registry
from policylint.rank import rank
from policylint.resolve import resolve
from policylint.topology import Target, parse

EVERYONE = Filtering(apply=("S-1-5-11",), deny=())
KEY = r"SOFTWARE\Policies\Contoso"


def claim(value: int | None, scope: Scope = Scope.DEVICE, name: str = "Value", **more: Any) -> Claim:
    return Claim(
        registry(scope, KEY, name), scope, value, "REG_DWORD", Evidence("registry.pol"), absent=value is None, **more
    )


def gpo(name: str, *claims: Claim, links: tuple[Link, ...] | None = (), **more: Any) -> Policy:
    return Policy(
        f"{{{name}}}",
        name,
        Channel.GPO,
        "gpo",
        Evidence(f"{name}/Backup.xml"),
        claims,
        links=links,
        **{"filtering": EVERYONE, **more},
    )


def link(som: str, *, enabled: bool = True, enforced: bool = False) -> Link:
    return Link(som, enabled, enforced, Evidence("gpreport.xml"))


PLACES = """
[[som]]
path = "contoso.com"
blocks-inheritance = false
[[som]]
path = "contoso.com/A"
blocks-inheritance = false
[[som]]
path = "contoso.com/A/B"
blocks-inheritance = false
"""


def settle(
    *policies: Policy, topology: str = PLACES, target: Target | None = None, scope: Scope = Scope.DEVICE
) -> Result:
    estate = Estate(policies, topology=parse(topology, "topology.toml"), linked=True)
    place = target or Target(name="T", device="contoso.com/A/B", user="contoso.com/A/B", site="London")
    rows = resolve(rank(estate, place)).settings
    return next(r for r in rows if r.setting == registry(scope, KEY, "Value"))


def story(result: Result) -> tuple[str, object, str | None, list[tuple[str, tuple[str, ...]]]]:
    return (
        result.state.value,
        result.value,
        result.winner.policy.name if result.winner else None,
        [(loser.policy.name, loser.reasons) for loser in result.losers],
    )


def test_g_lsdou_the_nearest_container_wins() -> None:
    found = settle(
        gpo("Site", claim(1), links=(link("site:London"),)),
        gpo("Domain", claim(2), links=(link("contoso.com"),)),
        gpo("Outer", claim(3), links=(link("contoso.com/A"),)),
        gpo("Inner", claim(4), links=(link("contoso.com/A/B"),)),
    )
    assert story(found) == (
        "determined",
        4,
        "Inner",
        [("Outer", ("G-LSDOU",)), ("Domain", ("G-LSDOU",)), ("Site", ("G-LSDOU",))],
    )


def test_a_gpo_that_nobody_tells_a_link_of_does_not_turn_the_order_of_two_others() -> None:
    found = settle(
        gpo("First by name", claim(1), links=(link("contoso.com"),)),
        gpo("In between", claim(3), links=None),
        gpo("Nearest", claim(3), links=(link("contoso.com/A/B"),)),
    )
    assert (found.state, found.value, found.candidates) == (State.DETERMINED, 3, (3,))
    assert [contender.policy.name for contender in found.losers] == ["Nearest", "First by name"]


def test_g_enforced_top_an_enforced_link_beats_the_nearest_one() -> None:
    found = settle(
        gpo("Domain", claim(1), links=(link("contoso.com", enforced=True),)),
        gpo("Inner", claim(2), links=(link("contoso.com/A/B"),)),
    )
    assert story(found) == ("determined", 1, "Domain", [("Inner", ("G-ENFORCED-TOP",))])


def test_g_enforced_invert_the_highest_container_wins_among_enforced_links() -> None:
    found = settle(
        gpo("Site", claim(1), links=(link("site:London", enforced=True),)),
        gpo("Domain", claim(2), links=(link("contoso.com", enforced=True),)),
        gpo("Inner", claim(3), links=(link("contoso.com/A/B", enforced=True),)),
    )
    assert story(found) == (
        "determined",
        1,
        "Site",
        [("Domain", ("G-ENFORCED-INVERT",)), ("Inner", ("G-ENFORCED-INVERT",))],
    )


ORDERED = """
[[som]]
path = "contoso.com/A/B"
links = [ { gpo = "First", enforced = %s }, { gpo = "Second", enforced = %s } ]
"""


def test_g_link_order_the_lowest_number_wins() -> None:
    found = settle(gpo("Second", claim(2)), gpo("First", claim(1)), topology=ORDERED % ("false", "false"))
    assert story(found) == ("determined", 1, "First", [("Second", ("G-LINK-ORDER",))])


def test_g_enforced_same_som_link_order_decides_among_enforced_links_too() -> None:
    found = settle(gpo("Second", claim(2)), gpo("First", claim(1)), topology=ORDERED % ("true", "true"))
    assert story(found) == ("determined", 1, "First", [("Second", ("G-ENFORCED-SAME-SOM",))])


def test_an_unknown_link_order_makes_different_values_conditional() -> None:
    here = (link("contoso.com/A/B"),)
    found = settle(gpo("One", claim(1), links=here), gpo("Two", claim(2), links=here))
    assert (found.state, found.value, found.candidates, found.conditions) == (
        State.CONDITIONAL,
        None,
        (1, 2),
        ('link order of contoso.com/A/B: "One" above "Two"',),
    )


def test_an_unknown_link_order_does_not_matter_for_equal_values() -> None:
    here = (link("contoso.com/A/B"),)
    found = settle(gpo("One", claim(1), links=here), gpo("Two", claim(1), links=here))
    assert (found.state, found.value, found.conditions) == (State.DETERMINED, 1, ())


BLOCKED = """
[[som]]
path = "contoso.com/A"
blocks-inheritance = true
[[som]]
path = "contoso.com/A/B"
blocks-inheritance = false
"""


def test_g_block_keeps_links_from_above_out() -> None:
    found = settle(
        gpo("Domain", claim(1), links=(link("contoso.com"),)),
        gpo("Outer", claim(2), links=(link("contoso.com/A"),)),
        topology=BLOCKED,
    )
    assert story(found) == ("determined", 2, "Outer", [])


def test_g_enforced_beats_block() -> None:
    found = settle(
        gpo("Domain", claim(1), links=(link("contoso.com", enforced=True),)),
        gpo("Outer", claim(2), links=(link("contoso.com/A"),)),
        topology=BLOCKED,
    )
    assert story(found) == ("determined", 1, "Domain", [("Outer", ("G-ENFORCED-TOP",))])


def test_blocking_that_nobody_tells_is_a_condition() -> None:
    found = settle(gpo("Domain", claim(1), links=(link("contoso.com"),)), topology="")
    assert (found.state, found.value, found.candidates, found.conditions) == (
        State.CONDITIONAL,
        1,
        (1, None),
        ("blocks-inheritance of contoso.com/A", "blocks-inheritance of contoso.com/A/B"),
    )


def test_g_link_disabled_a_disabled_link_applies_nothing() -> None:
    found = settle(
        gpo("Off", claim(1), links=(link("contoso.com/A/B", enabled=False),)),
        gpo("On", claim(2), links=(link("contoso.com/A/B"),)),
    )
    assert story(found) == ("determined", 2, "On", [])


def test_g_link_disabled_wins_over_enforced_on_the_same_link() -> None:
    found = settle(
        gpo("Off", claim(1), links=(link("contoso.com/A/B", enabled=False, enforced=True),)),
        gpo("On", claim(2), links=(link("contoso.com/A/B"),)),
    )
    assert story(found) == ("determined", 2, "On", [])


def test_g_status_a_disabled_side_applies_nothing() -> None:
    here = (link("contoso.com/A/B"),)
    found = settle(
        gpo("Off", claim(1), links=here, disabled_sides=frozenset({Scope.DEVICE})), gpo("On", claim(2), links=here)
    )
    assert story(found) == ("determined", 2, "On", [])


def test_g_wmi_a_filter_that_nobody_evaluated_is_a_condition() -> None:
    found = settle(gpo("Laptops", claim(1), links=(link("contoso.com/A/B"),), wmi_filter="Is a laptop"))
    assert (found.state, found.value, found.conditions) == (State.CONDITIONAL, 1, ('wmi-filter "Is a laptop"',))


def test_g_wmi_a_given_result_decides() -> None:
    answer = '[[wmi-filter]]\nname = "Is a laptop"\nresult = {}\n'
    here = (link("contoso.com/A/B"),)
    laptops = gpo("Laptops", claim(1), links=here, wmi_filter="Is a laptop")
    base = gpo("Base", claim(2), links=(link("contoso.com"),))
    assert story(settle(laptops, base, topology=PLACES + answer.format("true")))[:3] == ("determined", 1, "Laptops")
    assert story(settle(laptops, base, topology=PLACES + answer.format("false")))[:3] == ("determined", 2, "Base")


def test_g_wmi_error_a_failing_filter_denies_its_gpo_alone() -> None:
    answer = '[[wmi-filter]]\nname = "Broken"\nresult = "error"\n'
    found = settle(
        gpo("Filtered", claim(1), links=(link("contoso.com/A/B"),), wmi_filter="Broken"),
        gpo("Base", claim(2), links=(link("contoso.com"),)),
        topology=PLACES + answer,
    )
    assert story(found) == ("determined", 2, "Base", [])


PILOT = Filtering(apply=("S-1-5-21-1-2-3-1105",), deny=())
PILOT_GROUP = '[[group]]\nname = "Pilot"\nid = "S-1-5-21-1-2-3-1105"\n'


def test_g_secfilter_an_unknown_membership_is_a_condition() -> None:
    found = settle(
        gpo("Pilot only", claim(1), links=(link("contoso.com/A/B"),), filtering=PILOT), topology=PLACES + PILOT_GROUP
    )
    assert (found.state, found.conditions) == (State.CONDITIONAL, ('group "Pilot"',))


def test_g_secfilter_membership_through_a_nested_group_applies() -> None:
    nested = PILOT_GROUP + 'members = ["Finance"]\n[[group]]\nname = "Finance"\nmembers = ["LON-1$"]\n'
    target = Target(name="T", device="contoso.com/A/B", device_name="LON-1$")
    found = settle(
        gpo("Pilot only", claim(1), links=(link("contoso.com/A/B"),), filtering=PILOT),
        topology=PLACES + nested,
        target=target,
    )
    assert story(found) == ("determined", 1, "Pilot only", [])


def test_g_secfilter_a_denied_group_beats_everyone() -> None:
    target = Target(name="T", device="contoso.com/A/B", groups=["Pilot"])
    denied = Filtering(apply=("S-1-5-11",), deny=("S-1-5-21-1-2-3-1105",))
    found = settle(
        gpo("Denied", claim(1), links=(link("contoso.com/A/B"),), filtering=denied),
        gpo("Base", claim(2), links=(link("contoso.com"),)),
        topology=PLACES + PILOT_GROUP,
        target=target,
    )
    assert story(found) == ("determined", 2, "Base", [])


def test_an_unreadable_descriptor_is_a_condition() -> None:
    found = settle(gpo("Redacted", claim(1), links=(link("contoso.com/A/B"),), filtering=None))
    assert found.conditions == ('security filtering of "Redacted"',)


def test_a_site_that_nobody_tells_is_a_condition() -> None:
    target = Target(name="T", device="contoso.com")
    found = settle(gpo("Site", claim(1), links=(link("site:London"),)), target=target)
    assert (found.state, found.conditions) == (State.CONDITIONAL, ("site",))


def test_a_gpo_whose_export_tells_no_links_may_be_linked_anywhere() -> None:
    found = settle(
        gpo("Loose", claim(1), links=None), gpo("Linked", claim(2), links=(link("contoso.com/A/B"),)), topology=""
    )
    assert (found.state, found.value, set(found.candidates)) == (State.CONDITIONAL, None, {1, 2})
    assert 'link of "Loose"' in found.conditions


def test_g_pol_disabled_a_delete_beats_a_value_of_a_weaker_gpo() -> None:
    found = settle(
        gpo("Delete", claim(None), links=(link("contoso.com/A/B"),)), gpo("Set", claim(1), links=(link("contoso.com"),))
    )
    assert (found.state, found.value, found.absent, found.winner and found.winner.policy.name) == (
        State.DETERMINED,
        None,
        True,
        "Delete",
    )


def test_g_pol_special_a_sweep_of_the_key_removes_a_weaker_value() -> None:
    sweep = Sweep(Scope.DEVICE, KEY.casefold(), False, Evidence("registry.pol"))
    found = settle(
        gpo("Sweep", links=(link("contoso.com/A/B"),), sweeps=(sweep,)),
        gpo("Set", claim(1), links=(link("contoso.com"),)),
    )
    assert (found.value, found.absent, found.winner and found.winner.policy.name) == (None, True, "Sweep")


def test_g_pol_special_a_soft_value_counts_only_where_nothing_else_does() -> None:
    soft = gpo("Soft", claim(1, soft=True), links=(link("contoso.com/A/B"),))
    weaker = gpo("Set", claim(2), links=(link("contoso.com"),))
    assert story(settle(soft, weaker)) == ("determined", 2, "Set", [("Soft", ("G-POL-SPECIAL",))])
    assert story(settle(soft)) == ("determined", 1, "Soft", [])


LOOP = registry(Scope.DEVICE, r"Software\Policies\Microsoft\Windows\System", "UserPolicyMode")


def _loopback(mode: int, **more: Any) -> Policy:
    setting = Claim(LOOP, Scope.DEVICE, mode, "REG_DWORD", Evidence("registry.pol"))
    return gpo("Loopback", setting, claim(9, Scope.USER), links=(link("contoso.com/A/B"),), **more)


AWAY = Target(name="T", device="contoso.com/A/B", user="contoso.com/Users")
AWAY_PLACES = PLACES + '[[som]]\npath = "contoso.com/Users"\nblocks-inheritance = false\n'


def test_g_loop_replace_only_the_computers_list_supplies_user_settings() -> None:
    users = gpo("Users", claim(1, Scope.USER), links=(link("contoso.com/Users"),))
    found = settle(_loopback(2), users, target=AWAY, topology=AWAY_PLACES, scope=Scope.USER)
    assert story(found) == ("determined", 9, "Loopback", [])


def test_g_loop_merge_the_computers_list_is_applied_later() -> None:
    users = gpo("Users", claim(1, Scope.USER), links=(link("contoso.com/Users"),))
    found = settle(_loopback(1), users, target=AWAY, topology=AWAY_PLACES, scope=Scope.USER)
    assert story(found) == ("determined", 9, "Loopback", [("Users", ("G-LOOP-MERGE",))])


def test_g_loop_self_a_mode_that_hangs_on_a_fact_makes_user_settings_conditional() -> None:
    users = gpo("Users", claim(1, Scope.USER), links=(link("contoso.com/Users"),))
    loop = _loopback(2, wmi_filter="Kiosk")
    found = settle(loop, users, target=AWAY, topology=AWAY_PLACES, scope=Scope.USER)
    assert found.state is State.CONDITIONAL
    assert {9, 1} <= set(found.candidates)
    assert "loopback" in found.conditions


def test_without_loopback_the_computers_list_supplies_no_user_settings() -> None:
    users = gpo("Users", claim(1, Scope.USER), links=(link("contoso.com/Users"),))
    computers = gpo("Computers", claim(9, Scope.USER), links=(link("contoso.com/A/B"),))
    found = settle(computers, users, target=AWAY, topology=AWAY_PLACES, scope=Scope.USER)
    assert story(found) == ("determined", 1, "Users", [])


def test_g_link_raw_the_last_string_is_link_order_1_by_convention() -> None:
    raw = '[[som]]\npath = "contoso.com/A/B"\nraw-order = true\nlinks = [ { gpo = "Last" }, { gpo = "First" } ]\n'
    found = settle(gpo("First", claim(1)), gpo("Last", claim(2)), topology=raw)
    assert (found.state, found.value, found.candidates, found.conditions) == (
        State.CONDITIONAL,
        2,
        (2, 1),
        ("raw gPLink order",),
    )
    assert {"G-LINK-RAW", "D1"} <= set(found.reasons)


def test_policies_that_do_not_reach_the_target_are_listed_with_the_rule_that_keeps_them_out() -> None:
    estate = Estate(
        (
            gpo("Blocked", claim(1), links=(link("contoso.com"),)),
            gpo("Disabled", claim(2), links=(link("contoso.com/A", enabled=False),)),
            gpo("Elsewhere", claim(3), links=(link("contoso.com/C"),)),
            gpo("Here", claim(4), links=(link("contoso.com/A"),)),
        ),
        topology=parse(BLOCKED, "topology.toml"),
        linked=True,
    )
    found = resolve(rank(estate, Target(name="T", device="contoso.com/A")))
    assert [(o.policy.name, o.reason, o.text) for o in found.out_of_play([registry(Scope.DEVICE, KEY, "Value")])] == [
        ("Blocked", "G-BLOCK", "inheritance is blocked below its link"),
        ("Disabled", "G-LINK-DISABLED", "its link to contoso.com/A is disabled"),
        ("Elsewhere", "G-LSDOU", "not linked to a container of this target"),
    ]


def test_a_placement_that_nobody_tells_is_a_condition() -> None:
    found = settle(gpo("Linked", claim(1), links=(link("contoso.com/A/B"),)), target=Target(name="T"))
    assert (found.state, found.value, found.candidates) == (State.CONDITIONAL, 1, (1, None))
    assert "device in contoso.com/A/B" in found.conditions
