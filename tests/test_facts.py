"""Conditions over facts."""

from __future__ import annotations

from hypothesis import given as having
from hypothesis import strategies as st

from policylint.facts import (
    ALWAYS,
    NEVER,
    Every,
    Is,
    Not,
    Some,
    When,
    every,
    exhaustive,
    fact_names,
    given,
    holds,
    negate,
    some,
    worlds,
)

FACTS = ("a", "b", "c")
leaves = st.builds(Is, st.sampled_from(FACTS), st.booleans())
expressions = st.recursive(
    leaves | st.just(ALWAYS) | st.just(NEVER),
    lambda inner: (
        st.builds(lambda parts: Every(tuple(parts)), st.lists(inner, max_size=3))
        | st.builds(lambda parts: Some(tuple(parts)), st.lists(inner, max_size=3))
        | st.builds(Not, inner)
    ),
    max_leaves=12,
)
full_worlds = st.fixed_dictionaries({name: st.booleans() for name in FACTS})


@having(expressions, full_worlds, st.sets(st.sampled_from(FACTS)))
def test_filling_in_known_facts_never_changes_what_an_expression_says(
    when: When, world: dict[str, bool | str], known: set[str]
) -> None:
    assert holds(given(when, {name: world[name] for name in known}), world) is holds(when, world)


@having(expressions, full_worlds)
def test_filling_in_every_fact_leaves_always_or_never(when: When, world: dict[str, bool | str]) -> None:
    assert given(when, world) == (ALWAYS if holds(when, world) else NEVER)


@having(st.lists(expressions, max_size=4), full_worlds)
def test_the_constructors_agree_with_python(parts: list[When], world: dict[str, bool | str]) -> None:
    values = [holds(part, world) for part in parts]
    assert holds(every(*parts), world) is all(values)
    assert holds(some(*parts), world) is any(values)
    assert all(holds(negate(part), world) is not value for part, value in zip(parts, values, strict=True))


@having(expressions, st.sets(st.sampled_from(FACTS)))
def test_filled_in_facts_are_gone(when: When, known: set[str]) -> None:
    assert not fact_names(given(when, dict.fromkeys(known, True))) & known


def test_the_first_world_is_the_assumed_one() -> None:
    found = list(worlds({"join": ("hybrid", "ad"), "mdm": (True, False)}))
    assert found == [
        {"join": "hybrid", "mdm": True},
        {"join": "hybrid", "mdm": False},
        {"join": "ad", "mdm": True},
        {"join": "ad", "mdm": False},
    ]


def test_expressions_of_which_one_holds_in_every_world_are_exhaustive() -> None:
    laptop, site = Is("wmi-filter"), Is("site", "london")
    assert exhaustive([laptop, negate(laptop)])
    assert exhaustive([every(laptop, site), negate(site), negate(laptop)])
    assert not exhaustive([site, Is("site", "paris")])
    assert not exhaustive([])
