"""One setting, several claims: who wins, and how sure that is, by the general law (chapters 1, 2 and 4).

The precedence of a contested setting is a directed graph (`edges`). A claim that nothing certainly beats can win. Where
the order of all claims is certain no graph is needed to see that (`ladder`).
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cmp_to_key

from policylint.contest.cycles import CYCLE, open_cycle
from policylint.contest.edges import Edge, edges_of, graph_of
from policylint.contest.ladder import ladder, parts
from policylint.contest.soft import settled_first
from policylint.effective import Contender, Result, State
from policylint.facts import ALWAYS, every, exhaustive, fact_names
from policylint.families import channels
from policylint.families.channels import HELD_BACK, TAMPER, ChannelLaw, facts_of, undecided
from policylint.families.merging import UNMERGED, merge_of
from policylint.model import Channel, Claim, Value
from policylint.rank import Contestant
from policylint.rank.filtering import UNMEASURED
from policylint.rank.strength import RAW_ORDER

ASSUMED_FACTS = ("M-DEFAULT-RACE", RAW_ORDER, TAMPER)
"""Open orders that the documentation leans on one side of: the conditional value follows it."""

DISPUTES = {"G-LINK-RAW": "D1", "G-LOOP-MERGE-ENFORCED": "D18", **channels.DISPUTES}
"""Rules that the sources disagree about, with the disagreement's id."""

NO_SWITCH = ChannelLaw()
"""The law between the channels where nothing is known about the rest of the target's policies."""


def strongest_first(contestants: Iterable[Contestant], law: ChannelLaw = NO_SWITCH) -> list[Contestant]:
    """The claims in assumed order of strength. One that writes only where nothing is comes after what kept it out.

    What certainly beats another one comes before it: GPOs that nobody tells a link of, whose order against all others
    is open, are put between the others once those are in order.
    """
    listed = sorted(contestants, key=_named)  # orders that are open make circles: where to begin is by name
    if len(listed) < 2:
        return listed

    def compare(a: Contestant, b: Contestant) -> int:
        if a.reach is b.reach and (a.policy.channel is Channel.GPO or a.claim.type == b.claim.type):
            return -1 if (a.claim.origin, repr(a.claim.evidence)) < (b.claim.origin, repr(b.claim.evidence)) else 1
        return -1 if law.order(a, b).first_wins else 1

    strength = cmp_to_key(compare)
    placed, unplaced = (sorted([c for c in listed if _is_placed(c) is told], key=strength) for told in (True, False))
    found = list(heapq.merge(placed, unplaced, key=strength)) if unplaced else placed
    return settled_first(found) if any(c.claim.soft for c in found) else found


def _is_placed(contestant: Contestant) -> bool:
    return contestant.reach.scope is None or bool(contestant.reach.som)  # Intune's policies have no side of their own


def _named(contestant: Contestant) -> tuple[str, str, str, bool, bool]:
    reach = contestant.reach
    return reach.policy.name, reach.policy.id, reach.som, reach.enforced, reach.by_loopback


@dataclass(frozen=True, slots=True)
class _Story:
    """A contest: the claims strongest first, those that can win, what is open between them, and why."""

    ranked: Sequence[Contestant]
    possible: Sequence[Contestant]
    open_orders: Sequence[Edge]
    rules: Iterable[str]
    beaten_by: Callable[[int], tuple[str, ...]]
    """By the place in `ranked`: the rules by which other policies beat the claim."""


def _story(contestants: Sequence[Contestant], law: ChannelLaw) -> _Story:
    merge = merge_of(contestants[0].claim.setting.key)
    certain = None if merge.mode == "unknown" else ladder(contestants)
    if certain is not None:
        return _Story(certain.ranked, certain.possible, (), certain.rules, certain.beaten_by.__getitem__)
    ranked = strongest_first(contestants, law)
    edges = edges_of(ranked, law)
    beaten: dict[Contestant, list[Edge]] = {c: [] for c in ranked}
    for edge in edges:
        beaten[edge[1]].append(edge)
    possible = [c for c in ranked if not any(map(_is_certain, beaten[c]))]
    rules = (rule for *_, order in edges for rule in order.rules)
    open_orders = _open_orders(possible, edges)
    if not possible:
        possible, open_orders = open_cycle(graph_of(ranked, edges), ranked)
    return _Story(ranked, possible, open_orders, rules, lambda number: _beaten_by(beaten[ranked[number]]))


def resolve_contest(contestants: Sequence[Contestant], law: ChannelLaw = NO_SWITCH) -> Result:
    """The effective value of one setting in one scope from every claim that reaches the target."""
    if len(contestants) == 1:
        return _single(contestants[0])
    story = _story(contestants, law)
    first = story.possible[0]
    open_orders = story.open_orders
    candidates = _candidates(story)
    several = len(candidates) > 1
    conditions = _conditions(story) if several else ()
    silent = _is_silent(conditions)
    open_law = silent or _conflict(open_orders)
    state = State.DETERMINED if not several else State.UNDETERMINED if open_law else State.CONDITIONAL
    settled = not silent and all(found.fact is None or found.fact in ASSUMED_FACTS for *_, found in open_orders)
    winner = first if settled or not several else None
    reasons = dict.fromkeys((*first.reach.reasons, *story.rules, *_merged(story.ranked)))
    return Result(
        first.claim.setting,
        first.claim.scope,
        state,
        None if winner is None else first.claim.value,
        bool(winner and winner.claim.absent),
        candidates,
        conditions,
        (*reasons, *(dispute for rule, dispute in DISPUTES.items() if rule in reasons)),
        contender(winner) if winner else None,
        _losers(story, winner),
    )


def _losers(story: _Story, winner: Contestant | None) -> tuple[Contender, ...]:
    """Everybody else, strongest first; the winner's policy is not said to lose against itself."""
    own = "" if winner is None else winner.reach.policy.id
    told = story.beaten_by
    return tuple([_as_named(c, told(n)) for n, c in enumerate(story.ranked) if c.reach.policy.id != own])


def _candidates(story: _Story) -> tuple[Value, ...]:
    """The values that the setting may have; None where perhaps no claim applies, or none is sent."""
    reachable = _values(c.claim for c in story.possible)
    nothing = not any(c.when is ALWAYS for c in story.ranked) and not exhaustive(c.when for c in story.ranked)
    nothing = nothing or any(found.rule == HELD_BACK for *_, found in story.open_orders)
    return (*reachable, None) if nothing and None not in reachable else reachable


def _conflict(open_orders: Iterable[Edge]) -> bool:
    """Whether two claims apply wherever one does, and nobody promises a winner."""
    return any(
        (undecided(found.rule, found.fact) or found.fact in UNMERGED) and a.when == b.when
        for a, b, found in open_orders
    )


def _is_silent(conditions: Iterable[str]) -> bool:
    """Whether a result hangs on what nobody has documented or measured."""
    return any(fact.startswith((UNMEASURED, CYCLE)) for fact in conditions)


def _merged(contestants: Sequence[Contestant]) -> tuple[str, ...]:
    """What several GPOs do to a setting of this kind."""
    gpos = (c.policy.id for c in contestants if c.policy.channel is Channel.GPO)
    first = next(gpos, None)
    if all(other == first for other in gpos):
        return ()
    rules = merge_of(contestants[0].claim.setting.key).rules
    return (*rules, "G-POL-LIST") if any(c.claim.type == "**DelVals." for c in contestants) else rules


def contender(contestant: Contestant, *reasons: str) -> Contender:
    """A contestant as results name it, with what is still open about it; without reasons it carries its reach's."""
    return _as_named(contestant, reasons)


def _as_named(contestant: Contestant, reasons: tuple[str, ...]) -> Contender:
    claim, reach = contestant.claim, contestant.reach
    if claim.when is not contestant.when:
        claim = replace(claim, when=contestant.when)
    return Contender(claim, reach.policy, reasons or reach.reasons)


def _single(only: Contestant) -> Result:
    certain = only.when is ALWAYS or only.when == ALWAYS
    conditions = () if only.claim.absent else tuple(sorted(fact_names(only.when)))
    silent = _is_silent(conditions)
    state = State.DETERMINED if certain or only.claim.absent else State.CONDITIONAL
    return Result(
        only.claim.setting,
        only.claim.scope,
        State.UNDETERMINED if silent else state,
        None if silent else only.claim.value,
        only.claim.absent,
        (only.claim.value,) if certain or only.claim.value is None else (only.claim.value, None),
        conditions,
        only.reach.reasons,
        None if silent else contender(only),
        (contender(only),) if silent else (),
    )


def _is_certain(edge: Edge) -> bool:
    """Whether the winner certainly beats the loser, and applies wherever it does."""
    winner, loser, order = edge
    return order.fact is None and parts(every(winner.when, order.when)) <= parts(loser.when)


def _values(claims: Iterable[Claim]) -> tuple[Value, ...]:
    return tuple(dict.fromkeys(None if claim.absent else claim.value for claim in claims))


def _open_orders(possible: Sequence[Contestant], edges: Iterable[Edge]) -> list[Edge]:
    """The pairs of possible winners with different values whose order hangs on a fact."""
    among = frozenset(possible)
    return [
        (a, b, order)
        for a, b, order in edges
        if a in among
        and b in among
        and facts_of(order)
        and (a.claim.value, a.claim.absent) != (b.claim.value, b.claim.absent)
    ]


def _conditions(story: _Story) -> tuple[str, ...]:
    applying = [fact for c in story.possible for fact in sorted(fact_names(c.when))]
    return tuple(dict.fromkeys([*applying, *(fact for *_, found in story.open_orders for fact in facts_of(found))]))


def _beaten_by(edges: Iterable[Edge]) -> tuple[str, ...]:
    """The rules by which other policies beat the claim that loses on these edges."""
    told = (order.rules for winner, loser, order in edges if winner.policy.id != loser.policy.id)
    return tuple(dict.fromkeys(rule for rules in told for rule in rules))
