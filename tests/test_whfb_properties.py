"""Windows Hello with partial knowledge: what must hold whatever the policies say and whichever facts are known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from policylint.effective import Effective
from policylint.families.whfb_effective import TOO_MANY
from policylint.rank import rank
from policylint.resolve import resolve
from policylint.scenario import CONTAINER, Scenario, estate_of, target_of
from policylint.topology import WmiFilter
from tests.test_whfb_differential import MAY_SET, PIN_RULES, SOURCES, TENANT, policies

Known = Mapping[str, bool | str]
FACTS: Mapping[str, tuple[bool | str, ...]] = {
    "join": ("hybrid", "ad"),
    "mdm": (True, False),
    "enrolled-after-tenant-policy": (True, False),
    "tenant": (TENANT, "11111111-2222-3333-4444-555555555555"),
    "wmi": (True, False),
    "group": (True, False),
    "order": (True, False),
}
"""Everything that can be known here; `order` is whether the first computer GPO stands above the second."""

TOLD = st.fixed_dictionaries(
    {}, optional={name: st.sampled_from([(0,), (1,)]) for name in MAY_SET["computer-gpo"] if name not in PIN_RULES}
)


@dataclass(frozen=True)
class Answer:
    """What is said about one setting or the outcome."""

    state: str
    value: object
    candidates: frozenset[object]
    conditions: frozenset[str]
    ranking: tuple[tuple[str, tuple[str, ...]], ...]
    """Winner and losers with their reasons."""


NOTHING = Answer("determined", None, frozenset({None}), frozenset(), ())


@st.composite
def estates(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Policies of every source; some behind a WMI filter, a group, a tenant id or a link order."""
    given_ = policies(draw(SOURCES))
    extra = st.fixed_dictionaries({}, optional=dict.fromkeys(("gpo", "filtered", "group", "custom"), TOLD))
    for name, told in draw(extra).items():
        source = "computer-gpo" if name in ("gpo", "filtered") else "device-mdm"
        for policy in policies({source: told}):
            more: dict[str, Any] = {"policy": name}
            if name == "filtered":
                more |= {"wmi-filter": "Laptops"}
            if name == "group":
                more |= {"assigned": "Pilot"}
            if name == "custom":
                more |= {
                    "kind": "custom",
                    "set": {k.replace("{TenantId}", TENANT): v for k, v in policy["set"].items()},
                }
            given_.append({**policy, **more})
    return given_


def resolved(given_: list[dict[str, Any]], known: Known) -> Effective:
    """The effective settings when only these facts are known."""
    computer = [p["policy"] for p in given_ if p["channel"] == "gpo"]
    ranks = {name: n + 1 for n, name in enumerate(computer if known.get("order") else computer[::-1])}
    linked = [
        {**p, "link": f"{CONTAINER}#{ranks[p['policy']]}" if "order" in known else CONTAINER}
        if p["channel"] == "gpo"
        else p
        for p in given_
    ]
    facts = {name: known[name] for name in ("join", "mdm", "enrolled-after-tenant-policy") if name in known}
    groups = (["Pilot"] if known["group"] else []) if "group" in known else None
    scenario = Scenario.model_validate(
        {"given": linked, "facts": facts, "tenant": known.get("tenant"), "groups": groups}
    )
    estate, target = estate_of(scenario), target_of(scenario)
    if "wmi" in known:
        filters = [WmiFilter(name="Laptops", result=bool(known["wmi"]))]
        estate = replace(estate, topology=replace(estate.topology, wmi_filter=filters))
    return resolve(rank(estate, target))


def answers(given_: list[dict[str, Any]], known: Known) -> dict[str, Answer]:
    """What is said about everything, by id."""
    found = resolved(given_, known)
    model = found.outcomes[0]
    said = {
        model.id: Answer(
            model.state.value,
            model.value,
            frozenset(model.candidates),
            frozenset(model.conditions),
            tuple((c.policy.name, c.reasons) for c in model.contenders),
        )
    }
    for r in found.settings:
        if r.reasons != ("D29",):
            ranked = ([r.winner] if r.winner else []) + list(r.losers)
            said[r.setting.key] = Answer(
                r.state.value,
                r.value,
                frozenset(r.candidates),
                frozenset(r.conditions),
                tuple((c.policy.name, c.reasons) for c in ranked),
            )
    return said


def completions(open_facts: frozenset[str], known: Known) -> Iterator[dict[str, bool | str]]:
    """The known facts with every combination of values for the open ones; Intune is none on devices in AD (W-JOIN)."""
    names = sorted(open_facts)
    for values in product(*(FACTS[name] for name in names)):
        complete = {**_without(known, open_facts), **dict(zip(names, values, strict=True))}
        if complete["join"] == "ad" and "mdm" in open_facts:
            del complete["mdm"]  # W-JOIN: no Intune on a device joined to AD alone, unless `mdm` is given
        yield complete


KNOWN: st.SearchStrategy[dict[str, bool | str]] = st.fixed_dictionaries(
    {name: st.sampled_from(values) for name, values in FACTS.items()}
)
OPEN = st.frozensets(st.sampled_from(sorted(FACTS)), min_size=1, max_size=3)
QUICK = settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])


def _without(known: Known, open_facts: frozenset[str]) -> dict[str, bool | str]:
    return {name: value for name, value in known.items() if name not in open_facts}


@QUICK
@given(estates(), KNOWN, OPEN)
def test_what_is_possible_is_what_some_values_of_the_open_facts_make_possible(
    given_: list[dict[str, Any]], known: Known, open_facts: frozenset[str]
) -> None:
    before = answers(given_, _without(known, open_facts))
    assume(all(TOO_MANY not in answer.conditions for answer in before.values()))
    computer = [p for p in given_ if p["channel"] == "gpo" and p["policy"] != "user-gpo"]
    assume("order" not in open_facts or len(computer) < 3)  # three GPOs have more orders than two
    after = [answers(given_, complete) for complete in completions(open_facts, known)]
    union = {key: frozenset[object]().union(*(a.get(key, NOTHING).candidates for a in after)) for key in before}
    assert {key: answer.candidates for key, answer in before.items()} == union


@QUICK
@given(estates(), KNOWN, OPEN)
def test_what_is_determined_stays_so_whatever_the_open_facts_turn_out_to_be(
    given_: list[dict[str, Any]], known: Known, open_facts: frozenset[str]
) -> None:
    before = answers(given_, _without(known, open_facts))
    sure = {key: answer.value for key, answer in before.items() if answer.state == "determined"}
    for complete in completions(open_facts, known):
        after = answers(given_, complete)
        found = {key: after.get(key, NOTHING) for key in sure}
        assert {key: (a.state, a.value) for key, a in found.items()} == {
            key: ("determined", value) for key, value in sure.items()
        }


@QUICK
@given(estates(), KNOWN, OPEN, st.data())
def test_a_fact_that_becomes_known_never_adds_a_candidate(
    given_: list[dict[str, Any]], known: Known, open_facts: frozenset[str], data: st.DataObject
) -> None:
    fact = data.draw(st.sampled_from(sorted(open_facts)))
    assume(fact != "mdm" or (known["join"] != "ad" and "join" not in open_facts))  # W-JOIN: there it has a default
    before = answers(given_, _without(known, open_facts))
    after = answers(given_, _without(known, open_facts - {fact}))
    assume(all(TOO_MANY not in answer.conditions for answer in before.values()))
    wider = {key: after.get(key, NOTHING).candidates - answer.candidates for key, answer in before.items()}
    assert wider == dict.fromkeys(before, frozenset())


@QUICK
@given(estates().flatmap(lambda given_: st.tuples(st.just(given_), st.permutations(given_))), KNOWN, OPEN)
def test_the_order_in_which_policies_are_read_never_matters(
    both: tuple[list[dict[str, Any]], list[dict[str, Any]]], known: Known, open_facts: frozenset[str]
) -> None:
    less = _without({**known, "order": True}, open_facts | {"order"})
    assert answers(both[1], less) == answers(both[0], less)


@QUICK
@given(estates(), TOLD, KNOWN, OPEN)
def test_a_profile_that_is_assigned_to_nobody_changes_nothing(
    given_: list[dict[str, Any]], told: dict[str, tuple[int, ...]], known: Known, open_facts: frozenset[str]
) -> None:
    idle = [{**p, "policy": "Idle", "assigned": []} for p in policies({"device-mdm": told})]
    less = _without(known, open_facts)
    assert answers([*given_, *idle], less) == answers(given_, less)
