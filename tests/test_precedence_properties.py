"""What holds of every estate: properties of ranking and resolving, over random GPOs and Intune policies together."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from policylint.contest import strongest_first
from policylint.contest.edges import edges_of
from policylint.contest.ladder import parts
from policylint.effective import Effective, Result, State
from policylint.estate import Estate
from policylint.evidence import Evidence
from policylint.facts import every
from policylint.families.channels import channel_law
from policylint.model import Assignment, Channel, Claim, Link, Policy, Scope, Value, setting_id
from policylint.rank import rank
from policylint.resolve import resolve
from policylint.topology import Facts, LinkEntry, Som, Target, Topology, WmiFilter
from tests.gpo_estate import EVERYONE

REGISTRY = r"HKLM\SOFTWARE\Policies\Contoso!Value"
LSA = r"HKLM\SYSTEM\CurrentControlSet\Control\Lsa!LmCompatibilityLevel"
TEMPLATE = r"secedit:Registry Values/MACHINE\System\CurrentControlSet\Control\Lsa\LmCompatibilityLevel"
USERS = r"HKCU\SOFTWARE\Policies\Contoso!Value"
MODE = r"HKLM\Software\Policies\Microsoft\Windows\System!UserPolicyMode"
OF_GPOS = (
    *(REGISTRY, LSA, TEMPLATE, USERS, "secedit:System Access/MinimumPasswordLength", "secedit:Event Audit/AuditLogon"),
    *("secedit:Group Membership/Helpdesk__Memberof", "audit:{0cce9215-69ae-11d9-bed3-505054503030}", "gpp:Drives/X:"),
)
OF_INTUNE = (REGISTRY, LSA, "./Device/Vendor/MSFT/Policy/Config/Experience/AllowCortana")
PLACES = ("contoso.com", "contoso.com/A", "contoso.com/A/B")
TARGET = Target(name="T", device="contoso.com/A/B", user="contoso.com/A", site="London", facts=Facts(join="hybrid"))
NOWHERE = "contoso.com/Elsewhere"

_values = st.integers(1, 3)


@st.composite
def _claims(draw: st.DrawFn, texts: tuple[str, ...], name: str, *, gpo: bool) -> tuple[Claim, ...]:
    found = []
    for text in draw(st.lists(st.sampled_from(texts), min_size=1, max_size=4, unique=True)):
        value = draw(_values)
        gone = gpo and not text.startswith("secedit") and draw(st.integers(0, 4)) == 0
        soft = gpo and not gone and not text.startswith("secedit") and draw(st.integers(0, 4)) == 0
        scope = Scope.USER if text.startswith("HKCU") else Scope.DEVICE
        told: Value = (f"v{value}",) if text.endswith("__Memberof") else value
        evidence = Evidence(f"{name}/{text}")
        setting = setting_id(text)
        found.append(Claim(setting, scope, None if gone else told, "REG_DWORD", evidence, gone, soft))
    return tuple(found)


@st.composite
def gpos(draw: st.DrawFn, name: str) -> Policy:
    """A GPO that is linked by its own report, by the topology, or nobody knows where."""
    soms = draw(st.lists(st.sampled_from((*PLACES, NOWHERE)), max_size=2, unique=True))
    links = tuple(Link(som, True, draw(st.integers(0, 3)) == 0, Evidence(name)) for som in soms)
    claims = draw(_claims(OF_GPOS, name, gpo=True))
    if draw(st.integers(0, 5)) == 0:
        loop = draw(st.sampled_from((1, 2)))
        claims = (*claims, Claim(setting_id(MODE), Scope.DEVICE, loop, "REG_DWORD", Evidence(f"{name}/mode")))
    return Policy(
        f"{{{name}}}",
        name,
        Channel.GPO,
        "gpo",
        Evidence(name),
        claims,
        links=draw(st.sampled_from((None, links, links, links))),
        wmi_filter=draw(st.sampled_from((None, None, None, "Laptops", "Servers"))),
        filtering=EVERYONE,
    )


@st.composite
def profiles(draw: st.DrawFn, name: str) -> Policy:
    """An Intune profile: of all devices, of a group, or of an export without assignments."""
    assigned = draw(st.sampled_from((None, (Assignment("all-devices"),), (Assignment("group", group="Pilot"),))))
    claims = draw(_claims(OF_INTUNE, name, gpo=False))
    return Policy(name, name, Channel.MDM, "settings-catalog", Evidence(name), claims, assignments=assigned)


@st.composite
def estates(draw: st.DrawFn) -> Estate:
    """A few policies of both channels, with some containers described and others not."""
    found = [draw(gpos(f"G{n}")) for n in range(draw(st.integers(1, 4)))]
    found += [draw(profiles(f"P{n}")) for n in range(draw(st.integers(0, 2)))]
    soms = []
    for path in PLACES:
        names = [p.name for p in found if p.channel is Channel.GPO and draw(st.booleans())]
        links = [LinkEntry(gpo=name) for name in names] if draw(st.booleans()) else None
        blocks = draw(st.sampled_from((False, False, True, None)))
        soms.append(Som(path=path, blocks_inheritance=blocks, links=links, raw_order=draw(st.integers(0, 4)) == 0))
    return Estate(tuple(found), topology=Topology(som=soms), linked=True)


def settle(estate: Estate, target: Target = TARGET) -> Effective:
    return resolve(rank(estate, target))


def told(effective: Effective) -> dict[tuple[str, Scope], tuple[Any, ...]]:
    """What each row answers, whatever the order in which its candidates are listed."""
    return {(row.setting.key, row.scope): _told(row) for row in effective.settings}


def _told(row: Result) -> tuple[Any, ...]:
    winner = row.winner.policy.name if row.winner else None
    return row.state, row.value, row.absent, frozenset(row.candidates), frozenset(row.conditions), winner


@settings(max_examples=150)
@given(estates(), st.randoms(use_true_random=False))
def test_the_order_of_the_inputs_never_matters(estate: Estate, dice: Any) -> None:
    shuffled = list(estate.policies)
    dice.shuffle(shuffled)
    first, second = settle(estate), settle(replace(estate, policies=tuple(shuffled)))
    assert (first.settings, first.outcomes) == (second.settings, second.outcomes)


@settings(max_examples=150)
@given(estates(), st.data())
def test_adding_a_policy_that_reaches_nobody_changes_nothing(estate: Estate, data: st.DataObject) -> None:
    gpo = data.draw(gpos("Away"))
    away = replace(gpo, links=(Link(NOWHERE, True, True, gpo.evidence),))
    unassigned = replace(data.draw(profiles("Unassigned")), assignments=())
    assert told(settle(replace(estate, policies=(away, *estate.policies, unassigned)))) == told(settle(estate))


FACTS: tuple[tuple[str, dict[str, Any], dict[str, Any]], ...] = (
    ("Laptops", {"wmi_filter": [WmiFilter(name="Laptops", result=True)]}, {}),
    ("no laptop", {"wmi_filter": [WmiFilter(name="Laptops", result=False)]}, {}),
    ("in no group", {}, {"groups": []}),
    ("enrolled", {}, {"facts": Facts(join="hybrid", mdm=True)}),
    ("not enrolled", {}, {"facts": Facts(join="hybrid", mdm=False)}),
)


@settings(max_examples=200)
@given(estates(), st.sampled_from(FACTS))
def test_giving_a_fact_only_narrows_the_candidates(
    estate: Estate, fact: tuple[str, dict[str, Any], dict[str, Any]]
) -> None:
    _, topology, target = fact
    before = {(row.setting.key, row.scope): row for row in settle(estate).settings}
    known = replace(estate, topology=replace(estate.topology, **topology))
    for row in settle(known, replace(TARGET, **target)).settings:
        assert set(row.candidates) <= set(before[row.setting.key, row.scope].candidates) | {None}


@settings(max_examples=200)
@given(estates())
def test_what_is_determined_has_exactly_one_value_that_nothing_beats(estate: Estate) -> None:
    """By the graph of all pairs, which certain contests are settled without."""
    precedence = rank(estate, TARGET)
    law = channel_law(precedence)
    rows = {(row.setting.key, row.scope): row for row in resolve(precedence).settings}
    for at, contestants in precedence.contests.items():
        if at in rows and rows[at].state is State.DETERMINED:
            beaten = {
                loser
                for winner, loser, order in edges_of(strongest_first(contestants, law), law)
                if order.fact is None and parts(every(winner.when, order.when)) <= parts(loser.when)
            }
            sure = {None if c.claim.absent else c.claim.value for c in contestants if not {c} & beaten}
            assert sure == {rows[at].value}


@settings(max_examples=100)
@given(estates(), st.data())
def test_loopback_replace_drops_exactly_the_users_list(estate: Estate, data: st.DataObject) -> None:
    """Without any policy that sets the mode itself: as if the user stood where the computer stands."""
    policies = tuple(replace(p, claims=tuple(c for c in p.claims if c.setting.text != MODE)) for p in estate.policies)
    mode = Claim(setting_id(MODE), Scope.DEVICE, 2, "REG_DWORD", Evidence("mode"))
    loop = Policy(
        "{Loop}",
        "Loop",
        Channel.GPO,
        "gpo",
        Evidence("Loop"),
        (mode,),
        links=(Link("site:London", True, True, Evidence("Loop")),),
        filtering=EVERYONE,
    )
    target = Target(name="T", device="contoso.com/A/B", user=data.draw(st.sampled_from(PLACES)), site="London")
    replaced = told(settle(replace(estate, policies=(*policies, loop)), target))
    moved = told(settle(replace(estate, policies=policies), replace(target, user=target.device)))
    users = {at: row for at, row in replaced.items() if at[1] is Scope.USER}
    assert users == {at: row for at, row in moved.items() if at[1] is Scope.USER}
