"""Windows Hello where every fact is known, against `naive_hello`: a resolver written from the semantics alone."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policylint.effective import Effective, State
from tests import naive_hello as naive
from tests.hello import DEVICE, HKCU, HKLM, USER, effective, gpo, losers, mdm, row, trust

TENANT = "dcd219dd-bc68-4b9b-bf0b-4a33a796be35"
PIN_RULES = ("MinimumPINLength", "Digits")
MAY_SET = {
    "user-gpo": naive.GROUP_E,
    "computer-gpo": naive.SETTINGS,
    "user-mdm": ("Enabled", *naive.GROUP_P, *naive.GROUP_X),
    "device-mdm": naive.SETTINGS,
    "tenant": ("Enabled", "RequireSecurityDevice", "MinimumPINLength"),
}
"""What each source can configure (semantics 3.1)."""


def _values(name: str, source: str) -> st.SearchStrategy[tuple[int, ...]]:
    """One value, or sometimes two profiles' different values."""
    options = (6, 8, 10) if name == "MinimumPINLength" else (0, 1)
    one: st.SearchStrategy[tuple[int, ...]] = st.tuples(st.sampled_from(options))
    two = st.lists(st.sampled_from(options), min_size=2, max_size=2, unique=True).map(tuple)
    return st.integers(0, 9).flatmap(lambda n: two if n == 9 else one) if source.endswith("mdm") else one


def _told(source: str) -> st.SearchStrategy[dict[str, tuple[int, ...]]]:
    return st.fixed_dictionaries({}, optional={name: _values(name, source) for name in MAY_SET[source]})


SOURCES: st.SearchStrategy[dict[str, dict[str, tuple[int, ...]]]] = st.fixed_dictionaries(
    {}, optional={source: _told(source) for source in MAY_SET}
)
JOINS = st.sampled_from(["hybrid", "entra", "ad"])


def registry_id(name: str, *, user: bool) -> str:
    """The id of a setting on one side."""
    base = HKCU if user else HKLM
    return (base.removesuffix("!") + "\\PINComplexity!" if name in PIN_RULES else base) + name


def _node(name: str) -> str:
    below = {"Enabled": "UsePassportForWork", **{rule: f"PINComplexity/{rule}" for rule in PIN_RULES}}
    return below.get(name, name)


def policies(sources: naive.Told) -> list[dict[str, Any]]:
    """The sources as policies: one each, and a second profile where a source contradicts itself."""
    found = []
    for source, told in sources.items():
        for number in range(max((len(values) for values in told.values()), default=0)):
            said = {name: values[number] for name, values in told.items() if len(values) > number}
            user = source.startswith("user")
            if source in naive.GP:
                link = f"contoso.com/W#{1 + naive.GP.index(source)}"
                found.append(gpo(source, {registry_id(name, user=user): v for name, v in said.items()}, link=link))
                continue
            nodes = {
                (USER if user else DEVICE) + _node(name): v if name in PIN_RULES else bool(v)
                for name, v in said.items()
            }
            kind = {"kind": "enrolment"} if source == "tenant" else {}
            found.append(mdm(f"{source} {number}", nodes, **kind))
    return found


def _trust(found: Effective) -> naive.Answer:
    model = found.outcomes[0]
    return naive.Answer(model.state.value, model.value, frozenset(model.candidates))


def _setting(found: Effective, name: str, *, user: bool) -> naive.Answer:
    key = registry_id(name, user=user).casefold()
    result = next((r for r in found.settings if r.setting.key == key and r.reasons != ("D29",)), None)
    if result is None:
        return naive.Answer("determined", None, frozenset({None}))
    assert not isinstance(result.value, tuple)
    return naive.Answer(result.state.value, result.value, frozenset(result.candidates))  # type: ignore[arg-type]  # numbers


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(SOURCES, JOINS, st.booleans(), st.booleans())
def test_every_setting_and_the_trust_model_are_what_a_naive_reading_of_the_law_gives(
    sources: dict[str, dict[str, tuple[int, ...]]], join: str, enrolled: bool, after: bool
) -> None:
    facts = {"join": join, "mdm": enrolled, "enrolled-after-tenant-policy": after}
    found = effective(*policies(sources), facts=facts, tenant=TENANT)
    expected: dict[str, naive.Answer] = {"trust": naive.trust(sources, join, enrolled, after)}
    answered = {"trust": _trust(found)}
    for name in naive.SETTINGS:
        for user in (True, False):
            key = registry_id(name, user=user)
            expected[key] = naive.setting(sources, name, user, join, enrolled, after)
            answered[key] = _setting(found, name, user=user)
    assert answered == expected


# What the second resolver found ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("enabled", [0, 1])
def test_w_grp_cloud_which_group_holds_cloud_trust_is_unsaid_whether_windows_hello_is_on_or_off(enabled: int) -> None:
    found = effective(gpo("GPO", {HKLM + "Enabled": enabled}), mdm("Intune", {DEVICE + naive.CLOUD: True}))
    cloud = row(found, HKLM + naive.CLOUD)
    assert (cloud.state, cloud.value, cloud.candidates) == (State.UNDETERMINED, None, (1, None))
    assert "W-GRP-CLOUD" in cloud.reasons


def test_i_conf_conf_profiles_that_disagree_on_two_settings_have_two_conflicts() -> None:
    found = trust(
        mdm("A", {DEVICE + "UsePassportForWork": True, DEVICE + naive.CLOUD: False}),
        mdm("B", {DEVICE + "UsePassportForWork": False, DEVICE + naive.CLOUD: True}),
        facts={"join": "entra", "mdm": True},
    )
    assert (found.state, set(found.candidates)) == (State.UNDETERMINED, {"cloud-kerberos", "key", "none"})
    assert found.conditions == (
        'conflict between "A" and "B" over UseCloudTrustForOnPremAuth',
        'conflict between "A" and "B" over UsePassportForWork',
    )


def test_g_link_order_the_strongest_of_gpos_that_agree_is_the_winner_in_whatever_order_they_are_read() -> None:
    strong = gpo("A", {HKLM + "Enabled": 1}, link="contoso.com/W#1")
    weak = gpo("B", {HKLM + "Enabled": 1}, link="contoso.com/W#2")
    for found in (effective(strong, weak), effective(weak, strong)):
        enabled = row(found, HKLM + "Enabled")
        assert enabled.winner is not None
        assert (enabled.winner.policy.name, losers(enabled)) == ("A", [("B", ("G-LINK-ORDER",))])
