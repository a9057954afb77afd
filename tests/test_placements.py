"""Placements in classes: what one target of a class gets, all of them get."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policylint.effective import Effective
from policylint.estate import Estate
from policylint.evidence import Evidence
from policylint.lint import lint
from policylint.model import Assignment, Channel, Claim, Filtering, Group, Link, Policy, Scope, csp, registry
from policylint.rank import rank
from policylint.rank.placements import Signature, placements
from policylint.resolve import resolve
from policylint.rules import load_rules
from policylint.scenario import Scenario, estate_of
from policylint.topology import Facts, GroupEntry, LinkEntry, Som, Target, Topology

HELLO = r"SOFTWARE\Policies\Microsoft\PassportForWork"
EVIDENCE = Evidence("file")
PATHS = ("contoso.com", "contoso.com/W", "contoso.com/W/L", "contoso.com/W/L/1", "contoso.com/U", "contoso.com/W/Q")
GROUPS = ("S-1-5-21-1-1105", "Pilot", "Nested", "Other", "S-1-5-11")
DEVICES = ("PC-1", "PC-1$", "PC-2$", "PC-3")
USERS = ("ann", "ben")


def claims(draw: st.DrawFn) -> tuple[Claim, ...]:
    """A few values that meet each other: of Windows Hello, and of no family; and loopback."""
    told = []
    for scope in Scope:
        for name, key in (("UsePassportForWork", HELLO), ("Enabled", HELLO), ("Colour", r"SOFTWARE\Contoso")):
            if draw(st.booleans()):
                value = draw(st.integers(0, 1))
                told.append(Claim(registry(scope, key, name), scope, value, "REG_DWORD", EVIDENCE))
    if draw(st.integers(0, 3)) == 0:
        setting = registry(Scope.DEVICE, r"SOFTWARE\Policies\Microsoft\Windows\System", "UserPolicyMode")
        told.append(Claim(setting, Scope.DEVICE, draw(st.integers(1, 2)), "REG_DWORD", EVIDENCE))
    return tuple(told)


@st.composite
def gpos(draw: st.DrawFn, name: str) -> Policy:
    """A GPO with links of its own, a WMI filter and a security filter now and then."""
    soms = draw(st.lists(st.sampled_from([*PATHS, "site:London"]), max_size=2, unique=True))
    filtering = draw(st.sampled_from([None, "all", "group", "deny"]))
    apply = ("S-1-5-11",) if filtering in ("all", "deny") else (draw(st.sampled_from(GROUPS)),)
    deny = (draw(st.sampled_from(GROUPS[:4])),) if filtering == "deny" else ()
    return Policy(
        name,
        name,
        Channel.GPO,
        "gpo",
        EVIDENCE,
        claims(draw),
        links=draw(st.sampled_from([None, tuple(Link(som, True, draw(st.booleans()), EVIDENCE) for som in soms)])),
        wmi_filter=draw(st.sampled_from([None, None, "Laptops"])),
        filtering=Filtering(apply, deny, read=apply) if filtering else None,
    )


@st.composite
def profiles(draw: st.DrawFn, name: str) -> Policy:
    """An Intune profile with assignments of every kind."""
    setting = csp("./Device/Vendor/MSFT/Policy/Config/Contoso/Colour")
    claim = Claim(setting, Scope.DEVICE, draw(st.integers(0, 1)), "Integer", EVIDENCE)
    groups = draw(st.lists(st.tuples(st.sampled_from(GROUPS[:4]), st.booleans()), max_size=2))
    assigned = tuple(Assignment("group", exclude=exclude, group=group) for group, exclude in groups)
    return Policy(
        name,
        name,
        Channel.MDM,
        "settings-catalog",
        EVIDENCE,
        (claim,),
        assignments=draw(st.sampled_from([None, (Assignment("all-devices"),), assigned, assigned])),
    )


@st.composite
def directories(draw: st.DrawFn) -> Topology:
    """Containers that link, block or are quiet, and groups inside groups."""
    soms = []
    for path in draw(st.lists(st.sampled_from([*PATHS, "site:London"]), unique=True)):
        links = draw(st.none() | st.lists(st.sampled_from(["A", "B", "C", "elsewhere"]), max_size=2, unique=True))
        entries = None if links is None else [LinkEntry(gpo=gpo, enforced=draw(st.booleans())) for gpo in links]
        soms.append(Som(path=path, links=entries, blocks_inheritance=draw(st.sampled_from([None, False, False, True]))))
    group = [
        GroupEntry(
            name=name,
            id="S-1-5-21-1-1105" if name == "Pilot" else None,
            members=draw(st.none() | st.lists(st.sampled_from([*DEVICES, *USERS, *GROUPS]), max_size=3)),
        )
        for name in draw(st.lists(st.sampled_from(["Pilot", "Nested", "Other"]), unique=True))
    ]
    return Topology(som=soms, group=group)


def some_target(draw: st.DrawFn, number: int) -> Target:
    """A target with anything told or left out."""
    place = st.sampled_from([None, *PATHS, "contoso.com/W/"])
    return Target(
        name=f"T{number}",
        device=draw(place),
        user=draw(place),
        device_name=draw(st.none() | st.sampled_from(DEVICES)),
        user_name=draw(st.none() | st.sampled_from(USERS)),
        site=draw(st.sampled_from([None, "London", "LONDON", "Leeds"])),
        groups=draw(st.none() | st.lists(st.sampled_from(GROUPS), max_size=2)),
        facts=draw(st.sampled_from([Facts(), Facts(join="hybrid", mdm=True), Facts(join="ad"), Facts(join="entra")])),
    )


@st.composite
def estates(draw: st.DrawFn) -> Estate:
    """Policies of both channels, a directory and targets in it."""
    policies = (draw(gpos("A")), draw(gpos("B")), draw(gpos("C")), draw(profiles("I")), draw(profiles("J")))
    topology = draw(directories())
    targets = [some_target(draw, number) for number in range(6)]
    groups = draw(st.sampled_from([(), (Group("0e42", "Pilot", "devices", EVIDENCE),)]))
    linked = any(policy.links for policy in policies) or any(som.links for som in topology.som)
    whole = replace(topology, target=targets)
    return Estate(policies, groups=groups, topology=whole, linked=linked)


def answer(estate: Estate, target: Target) -> Effective:
    """What the target gets, without what the target itself is called and where it stands."""
    found = resolve(rank(estate, target))
    return replace(found, target="", device=None, user=None)


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(estates())
def test_targets_of_one_class_have_equal_answers(estate: Estate) -> None:
    key = Signature(estate)
    for a, b in combinations(estate.topology.target, 2):
        if key.of(a) == key.of(b):
            assert answer(estate, a) == answer(estate, b)


@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(estates())
def test_every_target_is_in_one_class(estate: Estate) -> None:
    names = [name for found in placements(estate) for name in found.names]
    assert sorted(names) == [target.name for target in estate.topology.target]


def some_class(estate: Estate) -> list[tuple[str, ...]]:
    return [found.names for found in placements(estate)]


def directory(*soms: Som) -> Topology:
    """Containers, and a target in each."""
    return Topology(som=[*soms], target=[Target(name=som.path, device=som.path) for som in soms])


LINKED = Policy("A", "A", Channel.GPO, "gpo", EVIDENCE, links=())


def test_a_container_that_links_and_blocks_nothing_is_of_the_class_above_it() -> None:
    quiet = Som(path="contoso.com/W/L", links=[], blocks_inheritance=False)
    above = Som(path="contoso.com/W", links=[LinkEntry(gpo="A")], blocks_inheritance=False)
    estate = Estate((LINKED,), topology=directory(above, quiet), linked=True)
    assert some_class(estate) == [("contoso.com/W", "contoso.com/W/L")]


def test_a_container_that_blocks_or_may_block_is_a_class_of_its_own() -> None:
    soms = [
        Som(path="contoso.com", links=[LinkEntry(gpo="A")], blocks_inheritance=False),
        Som(path="contoso.com/blocks", links=[], blocks_inheritance=True),
        Som(path="contoso.com/unknown", links=[]),
        Som(path="contoso.com/untold", blocks_inheritance=False),
    ]
    estate = Estate((LINKED,), topology=directory(*soms), linked=True)
    assert some_class(estate) == [(som.path,) for som in soms]


def test_groups_that_nothing_asks_about_make_no_class() -> None:
    filtered = replace(LINKED, filtering=Filtering(("Pilot",), ()))
    targets = [
        Target(name=name, groups=groups)
        for name, groups in (("a", ["x"]), ("b", ["pilot", "y"]), ("c", []), ("d", None))
    ]
    estate = Estate((filtered,), topology=Topology(target=targets))
    assert some_class(estate) == [("a", "c"), ("b",), ("d",)]


def test_a_device_that_is_told_beside_a_user_makes_a_class() -> None:
    filtered = replace(LINKED, filtering=Filtering(("Pilot",), ()))
    targets = [Target(name="a", user_name="ann"), Target(name="b", user_name="ann", device_name="PC-1")]
    topology = Topology(group=[GroupEntry(name="Pilot", members=["ann"])], target=targets)
    assert some_class(Estate((filtered,), topology=topology)) == [("a",), ("b",)]


def test_findings_name_three_targets_and_count_the_others() -> None:
    given_ = [
        {"policy": "PKI", "channel": "gpo", "set": {rf"HKLM\{HELLO}!UseCertificateForOnPremAuth": 1}},
        {"policy": "Cloud", "channel": "gpo", "link": "contoso.com/W#2"}
        | {"set": {rf"HKLM\{HELLO}!Enabled": 1, rf"HKLM\{HELLO}!UseCloudTrustForOnPremAuth": 1}},
    ]
    estate = estate_of(Scenario.model_validate({"given": given_}))
    [target] = estate.topology.target
    many = [replace(target, name=f"PC-{number:04}") for number in range(1500)]
    estate = replace(estate, topology=replace(estate.topology, target=many))
    [found] = lint(estate, {"WH001": load_rules()["WH001"]})
    assert "PC-0000, PC-0001, PC-0002 and 1497 more targets" in found.message
    assert (found.targets, found.target_count) == (tuple(target.name for target in many[:1000]), 1500)
