"""Which pairs of policies touch each other on what: the sets of numbers against every pair of claims, one by one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from policylint.checks import setters
from policylint.checks.meetings import meetings
from policylint.checks.setters import Touch, same
from policylint.estate import Estate
from policylint.evidence import Evidence
from policylint.model import Assignment, Channel, Claim, Policy, Scope, Value, csp

HERE = Evidence("profile.json")
NODES = [csp(f"./Device/Vendor/MSFT/Policy/Config/Area/{name}") for name in "ABCD"]
EVERYBODY = (Assignment("all-devices"),)

values: st.SearchStrategy[Value] = st.sampled_from(
    [0, 1, True, False, "1", "true", " True", ("a", "B"), ("b", "A"), None]
)
claims = st.builds(
    Claim,
    st.sampled_from(NODES),
    st.sampled_from(Scope),
    values,
    st.just("Integer"),
    st.just(HERE),
    st.booleans(),
)


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    name, channel = draw(st.sampled_from("PQRSTU")), draw(st.sampled_from(Channel))
    shut = frozenset(draw(st.sets(st.sampled_from(Scope), max_size=1))) if channel is Channel.GPO else frozenset()
    told = draw(st.sampled_from([None, (), EVERYBODY])) if channel is Channel.MDM else None
    kind = "gpo" if channel is Channel.GPO else draw(st.sampled_from(["custom", "enrolment"]))
    found = tuple(draw(st.lists(claims, max_size=6)))
    return Policy(name, name, channel, kind, HERE, found, disabled_sides=shut, assignments=told)  # type: ignore[arg-type]


def live(policy: Policy) -> list[Claim]:
    """What a policy sets that reaches anybody."""
    if policy.kind == "enrolment" or policy.assignments == ():
        return []
    return [claim for claim in policy.claims if claim.scope not in policy.disabled_sides]


def pairs(estate: Estate) -> Iterator[tuple[Policy, Policy]]:
    for a, b in combinations(estate.policies, 2):
        mine, theirs = (b, a) if a.channel is Channel.GPO else (a, b)
        copies = a.channel is b.channel and a.name == b.name
        if Channel.MDM in (a.channel, b.channel) and not copies:
            yield mine, theirs


def touched(mine: Policy, theirs: Policy) -> set[Touch]:
    """One touch a setting: the first that differs, else the first."""
    every = [
        Touch(one, other)
        for one in live(mine)
        for other in live(theirs)
        if (one.setting.key, one.scope) == (other.setting.key, other.scope)
    ]
    found: dict[tuple[str, Scope], Touch] = {}
    for touch in [*(t for t in every if not t.equal), *every]:
        found.setdefault((touch.mine.setting.key, touch.mine.scope), touch)
    return set(found.values())


Told = dict[tuple[Channel, str, str], tuple[set[Touch], set[Touch]]]


def expected(estate: Estate) -> Told:
    """Of several pairs with one pair of names, the last one stands."""
    order = {id(policy): number for number, policy in enumerate(estate.policies)}
    found: Told = {}
    for mine, theirs in sorted(pairs(estate), key=lambda pair: (order[id(pair[0])], order[id(pair[1])])):
        if touches := touched(mine, theirs):
            different = {touch for touch in touches if not same(touch.mine, touch.theirs)}
            found[theirs.channel, mine.name, theirs.name] = touches, different
    return found


def told(estate: Estate) -> Told:
    return {
        (m.theirs.channel, m.mine.name, m.theirs.name): (
            set(map(m.touch, m.ordered(m.both))),
            set(map(m.touch, m.ordered(m.differing))),
        )
        for m in meetings(estate)
    }


@given(st.lists(policies(), max_size=7))
def test_policies_meet_on_what_both_set_and_differ_where_they_mean_different_values(drawn: Sequence[Policy]) -> None:
    estate = Estate(tuple(drawn))
    assert told(estate) == expected(estate)


def test_touches_come_in_the_order_in_which_profiles_first_set_them_and_gpos_for_pairs_with_one() -> None:
    def policy(name: str, channel: Channel, order: str) -> Policy:
        said = tuple(Claim(NODES["ABCD".index(n)], Scope.DEVICE, len(name), "Integer", HERE) for n in order)
        return Policy(name, name, channel, "gpo" if channel is Channel.GPO else "custom", HERE, said)

    estate = Estate(
        (policy("P", Channel.MDM, "CA"), policy("G+", Channel.GPO, "BAC"), policy("Q++", Channel.MDM, "ABC"))
    )
    found = {
        (m.mine.name, m.theirs.name): [m.touch(n).mine.setting.text[-1] for n in m.ordered(m.differing)]
        for m in meetings(estate)
    }
    assert found == {("P", "G+"): ["A", "C"], ("P", "Q++"): ["C", "A"], ("Q++", "G+"): ["B", "A", "C"]}


def test_in_a_crowd_that_differs_everybody_touches_the_first_of_each_value() -> None:
    def policy(number: int) -> Policy:
        said = Claim(NODES[0], Scope.DEVICE, number % 3, "Integer", HERE)
        name = f"Profile {number:03}"
        return Policy(name, name, Channel.MDM, "custom", HERE, (said,), assignments=EVERYBODY)

    crowd = [policy(number) for number in range(setters.CROWD + 1)]
    found = {(m.mine.name, m.theirs.name): m.differing.bit_count() for m in meetings(Estate(tuple(crowd)))}
    assert found == {
        (a.name, b.name): int(a.claims[0].value != b.claims[0].value)
        for a, b in combinations(crowd, 2)
        if a in crowd[:3] or b in crowd[:3]
    }
