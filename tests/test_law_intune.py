"""The I- rules of semantics chapter 4 about assignments and scopes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from policylint.effective import Effective, State
from policylint.estate import Estate
from policylint.evidence import Evidence
from policylint.model import Assignment, Channel, Claim, Group, OsVersions, Policy, Scope, csp
from policylint.rank import rank
from policylint.resolve import resolve
from policylint.topology import Facts, Filter, GroupEntry, Target, Topology

NODE = "./Device/Vendor/MSFT/Policy/Config/Experience/AllowCortana"
HERE = Evidence("profile.json")
DEVICES, MORE_DEVICES = Group("d", "Devices", "devices", HERE), Group("e", "Kiosks", "devices", HERE)
PEOPLE = Group("u", "People", "users", HERE)
ALL_DEVICES, ALL_USERS = Assignment("all-devices"), Assignment("all-users")


States = list[tuple[str, object, tuple[str, ...]]]


def include(group: str, **more: str) -> Assignment:
    return Assignment("group", group=group, **more)  # type: ignore[arg-type]  # keywords of a dataclass


def exclude(group: str) -> Assignment:
    return Assignment("group", exclude=True, group=group)


def profile(*assigned: Assignment, node: str = NODE, value: int = 0, name: str = "Profile") -> Policy:
    scope = Scope.USER if node.startswith("./User") else Scope.DEVICE
    claim = Claim(csp(node), scope, value, "integer", HERE)
    return Policy(name, name, Channel.MDM, "settings-catalog", HERE, (claim,), assignments=assigned)


def settle(*policies: Policy, groups: list[str] | None = None, filters: tuple[Filter, ...] = ()) -> Effective:
    estate = Estate(policies, groups=(DEVICES, MORE_DEVICES, PEOPLE), topology=Topology(filter=list(filters)))
    target = Target(name="T", groups=groups, facts=Facts(join="entra", mdm=True))
    return resolve(rank(estate, target))


def states(found: Effective) -> States:
    return [(r.state.value, r.value, r.conditions) for r in found.settings]


REACHED: States = [("determined", 0, ())]
KEPT_OUT: States = []


@pytest.mark.parametrize(
    ("assigned", "reached"),
    [
        pytest.param((include("Devices"), exclude("Kiosks")), False, id="device groups"),
        pytest.param((ALL_DEVICES, exclude("Kiosks")), False, id="all devices"),
        pytest.param((include("Devices"), exclude("Others")), True, id="not in it"),
    ],
)
def test_i_asg_excl_excluding_beats_including_of_one_type(assigned: tuple[Assignment, ...], reached: bool) -> None:
    found = settle(profile(*assigned), groups=["Devices", "Kiosks"])
    assert states(found) == (REACHED if reached else KEPT_OUT)


@pytest.mark.parametrize(
    "assigned",
    [
        pytest.param((include("People"), exclude("Kiosks")), id="user group but devices"),
        pytest.param((ALL_USERS, exclude("Kiosks")), id="all users but devices"),
    ],
)
def test_d22_i_asg_mixed_excluding_the_other_type_has_no_effect(assigned: tuple[Assignment, ...]) -> None:
    assert states(settle(profile(*assigned), groups=["People", "Kiosks"])) == REACHED


@pytest.mark.parametrize("assigned", [ALL_DEVICES, ALL_USERS])
def test_i_asg_virtual_all_devices_and_all_users_reach_everybody(assigned: Assignment) -> None:
    assert states(settle(profile(assigned))) == REACHED


@pytest.mark.parametrize(
    ("group", "found"),
    [
        pytest.param("Devices", KEPT_OUT, id="a group of devices"),
        pytest.param("People", [("conditional", 0, ('group "People"',))], id="a group of users"),
        pytest.param("Others", [("conditional", 0, ('group "Others"',))], id="a group of nobody knows what"),
    ],
)
def test_i_explain_a_device_says_nothing_about_a_user_whom_nobody_names(group: str, found: States) -> None:
    topology = Topology(group=[GroupEntry(name=group, members=["somebody"])])
    estate = Estate((profile(include(group)),), groups=(DEVICES, PEOPLE), topology=topology)
    target = Target(name="T", device_name="PC-1", facts=Facts(join="entra", mdm=True))
    assert states(resolve(rank(estate, target))) == found


def test_i_asg_none_a_profile_without_assignments_has_no_effect() -> None:
    found = settle(profile())
    assert (states(found), [item.reason for item in found.excluded]) == ([], ["I-ASG-NONE"])


@pytest.mark.parametrize(
    ("modes", "result", "reached"),
    [
        pytest.param(("exclude", None), True, False, id="exclude before no filter"),
        pytest.param((None, "include"), False, True, id="no filter before include"),
        pytest.param(("include",), True, True, id="include that matches"),
        pytest.param(("include",), False, False, id="include that does not"),
    ],
)
def test_i_filter_exclude_outranks_no_filter_which_outranks_include(
    modes: tuple[str | None, ...], result: bool, reached: bool
) -> None:
    assigned = [include("Devices", filter="F", filter_mode=mode) if mode else include("Devices") for mode in modes]
    found = settle(profile(*assigned), groups=["Devices"], filters=(Filter(name="F", result=result),))
    assert states(found) == (REACHED if reached else KEPT_OUT)


def test_i_filter_a_filter_that_nobody_evaluated_is_a_condition() -> None:
    found = settle(profile(include("Devices", filter="F", filter_mode="include")), groups=["Devices"])
    assert states(found) == [("conditional", 0, ('filter "F"',))]


def test_i_sec_base_policies_of_different_kinds_have_no_precedence_over_each_other() -> None:
    found = settle(profile(ALL_DEVICES, name="Baseline"), profile(ALL_DEVICES, value=1, name="Catalog"))
    (row,) = found.settings
    assert (row.state.value, row.value, set(row.candidates)) == ("undetermined", None, {0, 1})
    assert row.reasons == ("I-ASG-VIRTUAL", "I-CONF-CONF", "D19")


def test_i_scope_bare_vendor_is_the_device_and_user_is_a_setting_of_its_own() -> None:
    bare, user = NODE.replace("./Device", "."), NODE.replace("./Device", "./User")
    found = settle(profile(ALL_DEVICES), profile(ALL_DEVICES, node=bare, name="Bare"), profile(ALL_USERS, node=user))
    assert [(r.scope.value, r.state.value) for r in found.settings] == [
        ("device", "determined"),
        ("user", "determined"),
    ]


def test_i_scope_assign_a_device_setting_may_be_assigned_to_users() -> None:
    assert states(settle(profile(include("People")), groups=["People"])) == REACHED


@pytest.mark.parametrize(
    ("build", "rule", "state"),
    [
        ("10.0.22631.3007", OsVersions("10.0.22000", "10.0.22631"), (State.DETERMINED, 1)),
        ("10.0.22631.3007", OsVersions("10.0.22000", "10.0.22631", exclude=True), None),
        ("10.0.19045.1", OsVersions("10.0.22000", ""), None),
        ("10.0.26100.1", OsVersions("10.0.22000", "10.0.22631", exclude=True), (State.DETERMINED, 1)),
        ("10.0.22000", OsVersions("10.0.22000.500", ""), (State.CONDITIONAL, 1)),
        (None, OsVersions("10.0.22000", ""), (State.CONDITIONAL, 1)),
    ],
)
def test_i_applicability_a_rule_restricts_a_profile_to_versions_of_windows(
    build: str | None, rule: OsVersions, state: tuple[State, int] | None
) -> None:
    policy = replace(profile(Assignment("all-devices"), value=1), os_versions=rule)
    target = Target(name="T", facts=Facts(join="entra", mdm=True, os_build=build))
    rows = resolve(rank(Estate((policy,)), target)).settings
    assert [(row.state, row.value) for row in rows] == ([] if state is None else [state])


def test_i_enr_of_several_enrolment_policies_the_one_with_the_best_priority_counts() -> None:
    def enrolment(name: str, value: int, priority: int, *assigned: Assignment) -> Policy:
        return replace(profile(*assigned, value=value, name=name), kind="enrolment", priority=priority)

    default = enrolment("Default", 0, 0, Assignment("all-users"))
    pilot = enrolment("Pilot", 1, 1, include("Pilot"))
    everybody = enrolment("Everybody", 2, 2, Assignment("all-users"))
    facts = Facts(join="entra", mdm=True, enrolled_after_tenant_policy=True)

    def value(*groups: str) -> object:
        target = Target(name="T", groups=list(groups), facts=facts)
        (row,) = resolve(rank(Estate((default, pilot, everybody)), target)).settings
        return (
            row.state,
            row.value,
            [(o.policy.name, o.reason) for o in rank(Estate((default, pilot)), target).excluded],
        )

    assert value("Pilot") == (State.DETERMINED, 1, [("Default", "I-ENR")])
    assert value() == (State.DETERMINED, 2, [("Pilot", "I-ENR")])
