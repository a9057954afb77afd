"""What targets have in common is worked out once, and none of them can tell."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

from policylint.checks.found import Found, Later, View, over_worlds
from policylint.estate import Estate
from policylint.families.related import ACCOUNTS, GROUP_LIST, PREFERENCE_VALUE, SUBCATEGORY, TEMPLATE_VALUE, kind_of
from policylint.families.whfb import Situation
from policylint.families.whfb_settings import ENABLED
from policylint.lint import lint
from policylint.model import Channel, Claim, Link, Policy, Scope, registry
from policylint.rank import rank
from policylint.rank.reach import Numbers
from policylint.resolve import resolve
from policylint.rules import load_rules, select
from policylint.topology import Target, Topology
from tests.test_placements import EVIDENCE, HELLO, estates

SETTINGS = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
RULES = select(load_rules(), ["WH", "PR"])
COLOUR = registry(Scope.DEVICE, r"SOFTWARE\Contoso", "Colour")
PLACES = [Target(name=name, device=f"contoso.com/{name}") for name in ("W", "W/L")]


def gpo(name: str, value: int, key: str = COLOUR.text) -> Policy:
    """A GPO at the domain that sets one value of computers."""
    setting = registry(Scope.DEVICE, *key.removeprefix("HKLM\\").split("!"))
    claims = (Claim(setting, Scope.DEVICE, value, "REG_DWORD", EVIDENCE),)
    links = (Link("contoso.com", True, True, EVIDENCE),)
    return Policy(f"{{{name}}}", name, Channel.GPO, "gpo", EVIDENCE, claims, links=links)


def estate_of(*policies: Policy) -> Estate:
    return Estate(policies, topology=Topology(target=PLACES), linked=True)


@SETTINGS
@given(estates())
def test_what_a_target_gets_does_not_hang_on_who_was_asked_about_before(estate: Estate) -> None:
    for target in estate.topology.target:
        assert resolve(rank(estate, target)) == resolve(rank(replace(estate), target))


@SETTINGS
@given(estates())
def test_the_findings_of_a_target_are_those_that_it_has_alone(estate: Estate) -> None:
    together = lint(estate, RULES)
    for target in estate.topology.target:
        alone = replace(estate, topology=replace(estate.topology, target=[target]))
        expected = sorted(found.fingerprint for found in lint(alone, RULES) if found.targets)
        assert sorted(found.fingerprint for found in together if target.name in found.targets) == expected


def test_two_targets_below_one_link_share_what_comes_with_it() -> None:
    estate = estate_of(gpo("A", 1), gpo("B", 2))
    first, second = (rank(estate, target).contests[COLOUR.key, Scope.DEVICE] for target in PLACES)
    assert [a is b for a, b in zip(first, second, strict=True)] == [True, True]


def test_a_contest_that_two_targets_see_has_one_clash() -> None:
    estate = estate_of(gpo("A", 1), gpo("B", 2))
    first, second = (View(estate, rank(estate, target)) for target in PLACES)
    alike = replace(second, known=first.known)
    assert [a is b for a, b in zip(first.clashes, alike.clashes, strict=True)] == [True]


def test_reaches_of_two_estates_that_are_alike_have_one_number() -> None:
    [one], [same], [other] = (
        [r for r in rank(estate_of(policy), PLACES[0]).reaches if r.scope is Scope.DEVICE]
        for policy in (gpo("A", 1), gpo("A", 1), gpo("B", 1))
    )
    numbers = Numbers()
    assert [numbers.of(reach) for reach in (one, same, other)] == [0, 0, 1]


def test_what_is_asked_once_of_a_target_is_made_once() -> None:
    view = View(estate_of(gpo("A", 1)), rank(estate_of(gpo("A", 1)), PLACES[0]))

    def names(_: View) -> list[str]:
        return ["A"]

    assert view.once(names) is view.once(names)


def test_words_for_a_finding_of_many_worlds_are_made_once() -> None:
    estate = estate_of(gpo("A", 1, rf"HKLM\{HELLO}!Enabled"), gpo("B", 0, rf"HKLM\{HELLO}!Enabled"))
    told: list[Situation] = []

    def predicate(situation: Situation) -> list[Later]:
        def tell() -> Found:
            told.append(situation)
            return Found("Hello", (), None, None)

        return [Later(None, None, tell)]

    [found] = over_worlds(View(estate, rank(estate, PLACES[0])), (ENABLED,), predicate)
    assert (found.message, found.confidence, len(told)) == ("Hello", "certain", 1)


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        (r"hklm\software\contoso!colour", ""),
        ("secedit:system access/minimumpasswordlength (domain accounts)", ACCOUNTS),
        (r"secedit:registry values/machine\a\b", TEMPLATE_VALUE),
        (r"gpp:registry/hklm\a!b", PREFERENCE_VALUE),
        ("secedit:group membership/s-1-5-32-544__members", GROUP_LIST),
        ("audit:{0cce9215-69ae-11d9-bed3-505054503030}", SUBCATEGORY),
        ("script:startup/1", ""),
    ],
)
def test_a_setting_is_of_one_kind_by_how_its_key_begins(key: str, kind: str) -> None:
    assert kind_of(key) == kind
