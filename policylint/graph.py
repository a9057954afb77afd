"""Precedence as a drawing: the policy order of a target, or one setting's claims with what beats what, and why.

A drawing is boxes in groups, strongest first, and arrows from what beats to what is beaten. A cycle, in which every
claim is beaten by another one, is named: nothing in it wins.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from policylint.contest import strongest_first
from policylint.contest.cycles import cycles_in
from policylint.contest.edges import edges_of, graph_of
from policylint.effective import Contender, Effective, Outcome, Result
from policylint.evidence import Evidence
from policylint.facts import ALWAYS, When
from policylint.families.channels import ChannelLaw, channel_law, facts_of
from policylint.families.laps import with_root
from policylint.families.whfb_settings import BY_ID
from policylint.model import Claim, Policy, Scope
from policylint.rank import Contestant, Precedence
from policylint.rank.reach import Reach
from policylint.rank.strength import gpo_order, strength

Role = Literal["wins", "stands", "loses", "out"]
"""What becomes of a box: it wins, nothing certain is known, something beats it, or it does not reach the target."""


@dataclass(frozen=True, slots=True)
class Box:
    """A policy, or its claim on the setting."""

    id: str
    role: Role
    policy: Policy
    claim: Claim | None = None
    reach: Reach | None = None
    when: When = ALWAYS
    reasons: tuple[str, ...] = ()
    text: str = ""
    """Why it is out of play."""
    scope: Scope | None = None
    """The side of it that is meant; None for both."""

    @property
    def evidence(self) -> Evidence:
        """Where it stands."""
        return self.claim.evidence if self.claim else self.policy.evidence


@dataclass(frozen=True, slots=True)
class Arrow:
    """The first beats the second, by these rules; `facts` is what that hangs on."""

    winner: str
    loser: str
    rules: tuple[str, ...]
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Boxes that belong together, strongest first."""

    title: str
    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """The whole graph of one target."""

    title: str
    groups: tuple[Group, ...]
    arrows: tuple[Arrow, ...]
    cycles: tuple[tuple[str, ...], ...] = ()
    """The boxes that beat each other in a circle."""


def order_of(precedence: Precedence) -> Drawing:
    """Every policy that reaches a target, side by side, and those that do not, with the rule that keeps each out."""
    groups: list[Group] = []
    arrows: list[Arrow] = []
    for scope in Scope:
        reaches = sorted((r for r in precedence.reaches if r.scope is scope), key=strength)
        boxes = [_reaching(reach, f"{scope}{number}") for number, reach in enumerate(reaches, 1)]
        groups.append(Group(f"Group Policy, {scope}", tuple(boxes)))
        for (first, a), (second, b) in pairwise(zip(boxes, reaches, strict=True)):
            found = gpo_order(a, b)
            arrows.append(Arrow(first.id, second.id, found.rules, facts_of(found)))
    intune = sorted((r for r in precedence.reaches if r.scope is None), key=lambda r: (r.policy.name, r.policy.id))
    groups.append(
        Group("Intune, by name", tuple(_reaching(r, f"intune{number}") for number, r in enumerate(intune, 1)))
    )
    out = sorted(precedence.excluded, key=lambda o: (o.policy.name, o.policy.id, o.reason, o.scope or ""))
    kept = (
        Box(f"out{number}", "out", one.policy, reasons=(one.reason,), text=one.text, scope=one.scope)
        for number, one in enumerate(out, 1)
    )
    groups.append(Group("not in play", tuple(kept)))
    return Drawing(precedence.target.name, tuple(group for group in groups if group.boxes), tuple(arrows))


def _reaching(reach: Reach, id_: str) -> Box:
    return Box(id_, "stands", reach.policy, reach=reach, when=reach.when, reasons=reach.reasons)


def story_of(subjects: Sequence[Result | Outcome], effective: Effective, precedence: Precedence) -> Drawing:
    """The claims on one setting, in each scope that has it, or on the settings of an outcome.

    Windows Hello has a law of its own, which elects sources in place of comparing claims in pairs: its arrows go from
    what takes effect to what does not.
    """
    law, contests = channel_law(precedence), with_root(precedence.contests)
    groups: list[Group] = []
    arrows: list[Arrow] = []
    cycles: list[tuple[str, ...]] = []
    for number, subject in enumerate(subjects):
        prefix = f"s{number}c"
        if isinstance(subject, Outcome) or subject.setting.key in BY_ID:
            drawn = _elected(subject, prefix)
        else:
            drawn = contest_of(contests.get((subject.setting.key, subject.scope), ()), law, prefix, subject)
        groups.append(drawn.groups[0])
        arrows += drawn.arrows
        cycles += drawn.cycles
    return Drawing(effective.target, tuple(groups), tuple(arrows), tuple(cycles))


def contest_of(contestants: Iterable[Contestant], law: ChannelLaw, prefix: str, row: Result) -> Drawing:
    """The graph of a contest by the general law."""
    ranked = strongest_first(contestants, law)
    ids = {contestant: f"{prefix}{number}" for number, contestant in enumerate(ranked, 1)}
    edges = edges_of(ranked, law)
    graph = graph_of(ranked, edges)
    arrows = [Arrow(ids[a], ids[b], order.rules, facts_of(order)) for a, b, order in edges]
    cycles = [tuple(ids[c] for c in cycle) for cycle in cycles_in(graph, ranked)]
    boxes = tuple(
        Box(ids[c], _role(c, row, graph.in_degree(c)), c.policy, c.claim, c.reach, c.when, c.reach.reasons)
        for c in ranked
    )
    ordered = sorted(arrows, key=lambda arrow: (_number(arrow.winner), _number(arrow.loser)))
    return Drawing("", (Group(f"{row.setting.text} ({row.scope})", boxes),), tuple(ordered), tuple(cycles))


def _role(contestant: Contestant, row: Result, beaten: int) -> Role:
    won = row.winner is not None and row.winner.policy.id == contestant.policy.id
    if won and row.winner is not None and row.winner.claim.evidence == contestant.claim.evidence:
        return "wins"
    return "loses" if row.winner is not None and beaten else "stands"


def _number(id_: str) -> int:
    return int(id_.rpartition("c")[2])


def _elected(subject: Result | Outcome, prefix: str) -> Drawing:
    """A subject of Windows Hello."""
    ranked = list(_ranked(subject))
    boxes = tuple(_told(contender, wins, f"{prefix}{n}", subject) for n, (contender, wins) in enumerate(ranked, 1))
    first = next((box for box in boxes if box.role == "wins"), None)
    arrows = tuple(Arrow(first.id, box.id, box.reasons) for box in boxes if first is not None and box.role == "loses")
    title = f"{subject.setting.text} ({subject.scope})" if isinstance(subject, Result) else subject.id
    return Drawing("", (Group(title, boxes),), arrows)


def _ranked(subject: Result | Outcome) -> Iterator[tuple[Contender, bool]]:
    if isinstance(subject, Outcome):
        yield from ((one, number == 0 and subject.value is not None) for number, one in enumerate(subject.contenders))
        return
    if subject.winner is not None:
        yield subject.winner, True
    yield from ((loser, False) for loser in subject.losers)


def _told(contender: Contender, wins: bool, id_: str, subject: Result | Outcome) -> Box:
    is_open = subject.value is None if isinstance(subject, Outcome) else subject.winner is None
    role: Role = "wins" if wins else "stands" if is_open else "loses"
    return Box(id_, role, contender.policy, contender.claim, when=contender.claim.when, reasons=contender.reasons)
