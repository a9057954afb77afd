"""Whether two policies reach one device or user: by their assignments, and by the targets that are told."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policylint.checks.assigned import by_assignments, is_unassigned
from policylint.checks.overlap import overlaps
from policylint.estate import Estate
from policylint.evidence import Evidence
from policylint.model import Assignment, Channel, Group, Policy, Scope
from policylint.scenario import Scenario, estate_of
from tests.channel_scenarios import Given, gpo, mdm

HERE = Evidence("x")
ROOMS = Group("Rooms", "Rooms", "devices", HERE)
KIOSKS = Group("Kiosks", "Kiosks", "devices", HERE)
CHIEFS = Group("Chiefs", "Chiefs", "users", HERE)
ESTATE = Estate((), groups=(ROOMS, KIOSKS, CHIEFS))
CAMERA = "./Device/Vendor/MSFT/Policy/Config/Camera/AllowCamera"


def policy(assigned: list[str] | None) -> Policy:
    """A profile, with assignments in the notation of rule files."""
    scenario = Scenario.model_validate({"given": [{"policy": "P", "channel": "mdm", "assigned": assigned}]})
    return estate_of(scenario).policies[0]


CASES: list[tuple[list[str] | None, list[str] | None, str]] = [
    (["all-devices"], ["all-devices"], "certain"),
    (["all-users"], ["all-users"], "certain"),
    (["Sales"], ["sales"], "certain"),
    (["all-devices"], ["Rooms"], "certain"),
    (["all-users"], ["Chiefs"], "certain"),
    (["all-devices", "-Rooms"], ["all-devices", "-Rooms"], "certain"),
    (["all-devices ? Laptops"], ["all-devices ? Laptops"], "certain"),
    (["all-devices"], ["all-users"], "possible"),
    (["all-devices"], ["Chiefs"], "possible"),
    (["all-devices"], ["Sales"], "possible"),
    (["Sales"], ["Finance"], "possible"),
    (["all-devices"], ["all-devices ? Laptops"], "possible"),
    (["all-devices", "-Rooms"], ["all-devices"], "possible"),
    (["all-devices", "Rooms ?- Laptops"], ["all-devices"], "possible"),
    (["all-users", "-Rooms"], ["Rooms"], "possible"),
    (["all-devices", "-Sales"], ["Sales", "Rooms"], "possible"),
    (None, ["all-devices"], "possible"),
    (None, None, "possible"),
    (None, [], "never"),
    ([], ["all-devices"], "never"),
    (["-Rooms"], ["all-devices"], "never"),
    (["all-devices", "-Rooms"], ["Rooms"], "never"),
    (["all-devices ? Laptops"], ["all-devices ?- Laptops"], "never"),
]


@pytest.mark.parametrize(("a", "b", "expected"), CASES, ids=str)
def test_assignments_tell_whether_two_profiles_meet(a: list[str] | None, b: list[str] | None, expected: str) -> None:
    first, second = policy(a), policy(b)
    assert (by_assignments(first, second, ESTATE), by_assignments(second, first, ESTATE)) == (expected, expected)


def test_a_profile_that_only_takes_groups_out_goes_to_nobody() -> None:
    assert [is_unassigned(policy(told)) for told in (["-Rooms"], [], ["Rooms"], None)] == [True, True, False, False]


# -- against every way in which two devices may be in two groups and match a filter --

Device = tuple[bool, bool, bool]
"""In Rooms, in Kiosks, and whether the filter matches it."""

GROUPS = {"Rooms": 0, "Kiosks": 1}


def worlds() -> Iterator[tuple[Device, ...]]:
    either = (True, False)
    one: list[Device] = [(a, b, c) for a in either for b in either for c in either]
    return ((a, b) for a, b in product(one, repeat=2))


def hit(assignment: Assignment, device: Device) -> bool:
    return assignment.target == "all-devices" or device[GROUPS[assignment.group or ""]]


def receives(told: Policy, device: Device) -> bool:
    """The documented order: exclusions first; then filters that exclude, none, and those that include."""
    if any(a.exclude and hit(a, device) for a in told.assignments or ()):
        return False
    hits = [a for a in told.assignments or () if not a.exclude and hit(a, device)]
    if any(a.filter_mode == "exclude" for a in hits):
        return not device[2]
    return any(a.filter_mode is None or device[2] for a in hits)


def alone(told: Policy, world: tuple[Device, ...]) -> bool:
    """Whether each inclusion of a profile reaches somebody: a group without members says nothing."""
    excluded = [a for a in told.assignments or () if a.exclude]
    for a in told.assignments or ():
        only = Policy("x", "x", Channel.MDM, "custom", HERE, assignments=(a, *excluded))
        if not a.exclude and not any(receives(only, device) for device in world):
            return False
    return True


notation = st.lists(
    st.tuples(
        st.sampled_from(["all-devices", "Rooms", "Kiosks"]), st.sampled_from(["", " ? F", " ?- F"]), st.booleans()
    ),
    min_size=1,
    max_size=3,
    unique_by=lambda one: (one[0], one[2]),
).map(lambda told: [f"-{name}" if out and name != "all-devices" else f"{name}{filter_}" for name, filter_, out in told])


@settings(max_examples=300)
@given(notation, notation)
def test_what_is_certain_holds_in_every_world_and_what_is_never_in_none(a: list[str], b: list[str]) -> None:
    first, second = policy(a), policy(b)
    told = by_assignments(first, second, ESTATE)
    meets = {
        any(receives(first, device) and receives(second, device) for device in world)
        for world in worlds()
        if told == "never" or (alone(first, world) and alone(second, world))
    }
    if told == "certain":
        assert meets <= {True}
    if told == "never":
        assert meets == {False}


# -- with targets --


def met(given: list[Given], **scenario: Any) -> str:
    told = {"facts": {"join": "hybrid", "mdm": True}, **scenario}
    estate = estate_of(Scenario.model_validate({"given": given, **told}))
    first, second = estate.policies
    return overlaps(estate).of(first, second, Scope.DEVICE)


A = gpo("A", set={r"HKLM\Software\X!V": 1})
B = mdm("B", {CAMERA: 1})


def test_a_gpo_and_a_profile_meet_where_one_target_gets_both() -> None:
    assert met([A, B]) == "certain"


def test_a_gpo_and_a_profile_may_meet_where_nobody_tells_of_enrolment() -> None:
    assert met([A, B], facts={"join": "hybrid"}) == "possible"


def test_a_gpo_and_a_profile_do_not_meet_on_a_device_without_intune_or_without_a_domain() -> None:
    assert [met([A, B], facts={"join": join}) for join in ("ad", "entra")] == ["never", "never"]


def test_a_gpo_that_is_linked_elsewhere_meets_nothing() -> None:
    assert met([gpo("A", "contoso.com/Other#1", set={r"HKLM\Software\X!V": 1}), B]) == "never"


def test_two_gpos_meet_below_one_container() -> None:
    assert met([A, gpo("C", "contoso.com#1", set={r"HKLM\Software\X!V": 2})]) == "certain"


def test_groups_of_the_only_target_settle_what_assignments_leave_open() -> None:
    pair = [mdm("A", {CAMERA: 1}, assigned="Sales"), mdm("B", {CAMERA: 0}, assigned="Finance")]
    assert [met(pair, groups=told) for told in (["Sales", "Finance"], ["Sales"], None)] == [
        "certain",
        "never",
        "possible",
    ]


def test_the_same_condition_both_ways_is_no_meeting() -> None:
    pair = [
        {**mdm("A", {CAMERA: 1}), "assigned": ["Sales ? F"]},
        {**mdm("B", {CAMERA: 0}), "assigned": ["Finance ?- F"]},
    ]
    assert met(pair) == "never"


def test_a_pair_is_the_same_whichever_comes_first() -> None:
    estate = estate_of(Scenario.model_validate({"given": [A, B]}))
    first, second = estate.policies
    told = overlaps(estate)
    assert told is overlaps(estate)
    assert told.of(first, second, Scope.DEVICE) == told.of(second, first, Scope.DEVICE) == "certain"


# -- which policies are worked out together --


def test_policies_that_nobody_was_likely_to_ask_about_are_told_by_all_targets_too() -> None:
    """Neither GPO sets what a profile sets, nor what rules compare; a third decides about loopback."""
    alone = [gpo("A", set={r"HKLM\Software\X!V": 1}), gpo("C", "contoso.com#1", set={r"HKLM\Software\Y!V": 2})]
    estate = estate_of(Scenario.model_validate({"given": [*alone, B], "facts": {"join": "hybrid", "mdm": True}}))
    told = overlaps(estate)
    first, second, profile = estate.policies
    assert [told.of(first, other, Scope.DEVICE) for other in (second, profile)] == ["certain", "certain"]


def test_a_side_on_which_a_gpo_sets_nothing_reaches_users_all_the_same() -> None:
    mine = {r"HKLM\Software\X!V": 1}
    pair = [gpo("A", set=mine), mdm("B", mine)]
    estate = estate_of(Scenario.model_validate({"given": pair, "facts": {"join": "hybrid", "mdm": True}}))
    first, second = estate.policies
    assert overlaps(estate).of(first, second, Scope.USER) == "certain"
