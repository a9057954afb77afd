"""Targets: where they come from, and how they are named."""

from __future__ import annotations

import pytest

from policylint.errors import UsageError
from policylint.estate import Estate
from policylint.evidence import Evidence
from policylint.model import Channel, Link, Policy
from policylint.targets import ANY_DEVICE, find_target, targets
from policylint.topology import Target, parse


def _gpo(name: str, *soms: str) -> Policy:
    evidence = Evidence("Backup.xml")
    return Policy(
        name, name, Channel.GPO, "gpo", evidence, links=tuple(Link(som, True, False, evidence) for som in soms)
    )


def test_without_topology_each_linked_container_is_a_target() -> None:
    estate = Estate((_gpo("A", "contoso.com/W", "contoso.com"), _gpo("B", "CONTOSO.com/w", "site:London")))
    assert targets(estate) == (
        Target(name="contoso.com", device="contoso.com", user="contoso.com"),
        Target(name="contoso.com/W", device="contoso.com/W", user="contoso.com/W"),
        Target(name="site:London", site="London"),
    )


def test_an_estate_without_any_container_has_one_target() -> None:
    assert targets(Estate((_gpo("A"),))) == (Target(name=ANY_DEVICE),)


def test_the_topologys_targets_are_the_targets() -> None:
    estate = Estate((_gpo("A", "contoso.com"),), topology=parse('[[target]]\nname = "Laptop"', "t"))
    assert targets(estate) == (Target(name="Laptop"),)


ESTATE = Estate((_gpo("A", "contoso.com/Workstations", "contoso.com/Servers"),))


@pytest.mark.parametrize("name", ["contoso.com/Workstations", "CONTOSO.COM/workstations", "Workstations"])
def test_a_target_is_found_by_its_name_or_the_end_of_its_container(name: str) -> None:
    assert find_target(name, ESTATE).name == "contoso.com/Workstations"


def test_containers_of_one_name_are_told_apart_by_what_is_above_them() -> None:
    estate = Estate((_gpo("A", "contoso.com/Servers/Paris", "contoso.com/Workstations/Paris"),))
    assert find_target("servers/paris", estate).name == "contoso.com/Servers/Paris"
    with pytest.raises(UsageError, match=r"'Paris' fits several targets"):
        find_target("Paris", estate)
    with pytest.raises(UsageError, match=r"no target 'vers/Paris'"):
        find_target("vers/Paris", estate)


def test_an_unknown_target_is_refused_with_the_closest_one() -> None:
    with pytest.raises(
        UsageError, match=r"no target 'contoso\.com/Workstation'; did you mean 'contoso\.com/Workstations'\?"
    ):
        find_target("contoso.com/Workstation", ESTATE)


def test_among_several_targets_one_must_be_named() -> None:
    with pytest.raises(UsageError, match=r"which target\? Add --for with one of: 'contoso\.com/Servers'"):
        find_target(None, ESTATE)


def test_the_only_target_needs_no_name() -> None:
    assert find_target(None, Estate((_gpo("A", "contoso.com"),))).name == "contoso.com"
