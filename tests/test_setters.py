"""Sets of settings as numbers: their members, and values that mean the same as two others that differ."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from policylint.checks.meetings import meetings
from policylint.checks.setters import numbers, shared
from policylint.estate import Estate
from policylint.evidence import Evidence
from policylint.model import Channel, Claim, Policy, Scope, Value, csp

HERE = Evidence("profile.json")
NODE = csp("./Device/Vendor/MSFT/Policy/Config/Area/A")


@given(st.sets(st.integers(0, 300)))
def test_a_set_is_the_number_with_the_bits_of_its_members(members: set[int]) -> None:
    assert numbers(sum(1 << n for n in members)) == sorted(members)


def estate(**values: Value) -> Estate:
    """A profile for each name, which sets the node to a value."""
    return Estate(
        tuple(
            Policy(name, name, Channel.MDM, "custom", HERE, (Claim(NODE, Scope.DEVICE, value, "Integer", HERE),))
            for name, value in values.items()
        )
    )


def test_a_value_that_means_the_same_as_two_others_differs_from_neither_and_these_do() -> None:
    told = estate(P="true", Q=True, R="1")
    assert shared(told).loose == 1
    assert [(m.mine.name, m.theirs.name, m.differing) for m in meetings(told)] == [
        ("P", "Q", 0),
        ("P", "R", 1),
        ("Q", "R", 0),
    ]


def test_texts_that_mean_a_number_are_held_against_it_by_what_they_mean() -> None:
    told = estate(P="1", Q=1, R=2)
    assert shared(told).loose == 0
    assert [(m.mine.name, m.theirs.name, m.differing) for m in meetings(told)] == [
        ("P", "Q", 0),
        ("P", "R", 1),
        ("Q", "R", 1),
    ]
