"""Policies come from a second process as they were there."""

from __future__ import annotations

import pickle

from hypothesis import given
from hypothesis import strategies as st

from policylint.evidence import ByteAt, Evidence, JsonAt, LineAt, Place, PolAt, XmlAt
from policylint.facts import ALWAYS, Is
from policylint.model import Channel, Claim, Policy, Scope, Sweep, folded
from policylint.readers.carried import packed, unpacked

NUMBERS = st.integers(0, 1 << 40)
PLACES: st.SearchStrategy[Place] = st.one_of(
    st.none(),
    st.builds(PolAt, NUMBERS, NUMBERS, NUMBERS),
    st.builds(LineAt, NUMBERS, st.none() | NUMBERS),
    st.builds(XmlAt, st.lists(NUMBERS).map(tuple)),
    st.builds(JsonAt, st.text()),
    st.builds(ByteAt, NUMBERS),
)
CLAIMS = st.builds(
    Claim,
    st.text().map(folded),
    st.sampled_from(Scope),
    st.none() | st.integers() | st.text() | st.binary() | st.booleans() | st.lists(st.text()).map(tuple),
    st.text(),
    st.builds(Evidence, st.text(), PLACES),
    st.booleans(),
    st.booleans(),
    st.text(),
    st.sampled_from([ALWAYS, Is("here")]),
)
SWEEPS = st.builds(Sweep, st.sampled_from(Scope), st.text(), st.booleans(), st.just(Evidence("p")))
POLICIES = st.builds(
    Policy,
    id=st.text(),
    name=st.text(),
    channel=st.just(Channel.GPO),
    kind=st.just("gpo"),
    evidence=st.builds(Evidence, st.text(), PLACES),
    claims=st.lists(CLAIMS).map(tuple),
    sweeps=st.lists(st.builds(Sweep, st.sampled_from(Scope), st.text(), st.booleans(), st.just(Evidence("p")))).map(
        tuple
    ),
    file_version=st.none() | NUMBERS,
    setting_comments=st.just(()),
)


@given(st.lists(POLICIES, max_size=4).map(tuple))
def test_policies_are_what_they_were_before_they_were_carried(policies: tuple[Policy, ...]) -> None:
    carried = pickle.loads(pickle.dumps(packed(policies)))  # noqa: S301  # our own bytes
    assert unpacked(carried) == policies


@given(CLAIMS)
def test_the_spelling_of_a_setting_comes_over(claim: Claim) -> None:
    policy = Policy("{1}", "one", Channel.GPO, "gpo", Evidence("p"), claims=(claim,))
    assert [c.setting.text for p in unpacked(packed([policy])) for c in p.claims] == [claim.setting.text]
