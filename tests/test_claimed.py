"""The index of what an estate claims: which settings it knows, and in which order claims come back."""

from __future__ import annotations

from policylint.claimed import claimed, sides
from policylint.estate import Estate
from policylint.evidence import Evidence
from policylint.model import Channel, Claim, Policy, Scope, registry

HERE = Evidence("policy.json")


def claim(key: str, value: int = 1) -> Claim:
    return Claim(registry(Scope.DEVICE, key, "V"), Scope.DEVICE, value, "REG_DWORD", HERE)


def policy(name: str, *claims: Claim, written: tuple[Claim, ...] = ()) -> Policy:
    return Policy(name, name, Channel.GPO, "gpo", HERE, claims, written=written)


A, B, AB = claim("Software\\A"), claim("SOFTWARE\\B"), claim("software\\a\\b")
OTHER_A = claim("SOFTWARE\\a", 2)
ONE, TWO = policy("One", B, A, AB), policy("Two", OTHER_A)
INDEX = claimed(Estate((ONE, TWO)))


def test_settings_are_found_by_how_their_keys_begin_once_each() -> None:
    assert INDEX.beginning(("hklm\\software\\a", "hklm\\software\\a!")) == [
        "hklm\\software\\a!v",
        "hklm\\software\\a\\b!v",
    ]


def test_a_beginning_that_no_setting_has_finds_nothing() -> None:
    assert INDEX.beginning(("hkcu\\", "hklm\\software\\a!vv")) == []


def test_claims_come_in_the_order_of_the_estate_and_of_its_policies() -> None:
    keys = ["hklm\\software\\a!v", "hklm\\software\\b!v", "nobody's"]
    assert INDEX.on(keys) == [(ONE, B), (ONE, A), (TWO, OTHER_A)]
    assert list(INDEX.by_policy(keys)) == [(ONE, [B, A]), (TWO, [OTHER_A])]


def test_two_policies_that_are_equal_stay_two() -> None:
    again = policy("One", A)
    assert [claims for _, claims in claimed(Estate((again, policy("One", A)))).by_policy(["hklm\\software\\a!v"])] == [
        [A],
        [A],
    ]


def test_the_sides_of_a_policy_are_those_that_it_sets_something_on() -> None:
    user = Claim(registry(Scope.USER, "Software\\A", "V"), Scope.USER, 1, "REG_DWORD", HERE)
    assert list(sides(Estate((ONE, policy("Both", A, user), policy("None"))))) == [
        frozenset({Scope.DEVICE}),
        frozenset(Scope),
        frozenset(),
    ]
