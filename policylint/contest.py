"""One setting, several claims: who wins, and how sure that is, by the general law (chapters 1, 2 and 4).

The precedence of a contested setting is a directed graph: an edge *a to b* says that a beats b, by which rule, and on
which fact that hangs. A claim that nothing certainly beats can win.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cmp_to_key
from itertools import combinations
from typing import Any

import networkx as nx

from policylint.effective import Contender, Result, State
from policylint.facts import ALWAYS, Every, When, every, fact_names
from policylint.families import channels
from policylint.families.channels import HELD_BACK, TAMPER, ChannelLaw, facts_of, undecided
from policylint.model import Channel, Claim, Value
from policylint.rank import RAW_ORDER, Contestant, Order

ASSUMED_FACTS = ("M-DEFAULT-RACE", RAW_ORDER, TAMPER)
"""Open orders that the documentation leans on one side of: the conditional value follows it."""

DISPUTES = {"G-LINK-RAW": "D1", **channels.DISPUTES}
"""Rules that the sources disagree about, with the disagreement's id."""

NO_SWITCH = ChannelLaw()
"""The law between the channels where nothing is known about the rest of the target's policies."""


def strongest_first(contestants: Iterable[Contestant], law: ChannelLaw = NO_SWITCH) -> list[Contestant]:
    """The claims in assumed order of strength. Claims that only exist where nothing else does come last."""

    def compare(a: Contestant, b: Contestant) -> int:
        if a.claim.soft is not b.claim.soft:
            return 1 if a.claim.soft else -1
        if a.policy.id == b.policy.id and a.reach is b.reach and a.claim.type == b.claim.type:
            return -1 if (a.claim.origin, repr(a.claim.evidence)) < (b.claim.origin, repr(b.claim.evidence)) else 1
        return -1 if law.order(a, b).first_wins else 1

    return sorted(contestants, key=cmp_to_key(compare))


def graph_of(contestants: Sequence[Contestant], law: ChannelLaw = NO_SWITCH) -> nx.DiGraph[Contestant]:
    """The precedence graph: an edge from the (assumed) winner to the loser, with its `order`, `rule` and `fact`.

    An edge is certain where it has no fact and its order holds always.
    """
    graph: nx.DiGraph[Contestant] = nx.DiGraph()
    graph.add_nodes_from(contestants)
    for a, b in combinations(contestants, 2):
        if a.claim.soft is not b.claim.soft:
            soft, hard = (a, b) if a.claim.soft else (b, a)
            _add(graph, hard, soft, Order(True, "G-POL-SPECIAL"))
            continue
        if a.policy.id == b.policy.id and a.policy.channel is Channel.GPO:
            _add(graph, a, b, Order(True, "G-POL-LWW"))
            continue
        found = law.order(a, b)
        _add(graph, *((a, b) if found.first_wins else (b, a)), found)
    return graph


def _add(graph: nx.DiGraph[Contestant], winner: Contestant, loser: Contestant, found: Order) -> None:
    graph.add_edge(winner, loser, order=found, rule=found.rule, fact=found.fact)


def resolve_contest(contestants: Sequence[Contestant], law: ChannelLaw = NO_SWITCH) -> Result:
    """The effective value of one setting in one scope from every claim that reaches the target."""
    ranked = strongest_first(contestants, law)
    if len(ranked) == 1:
        return _single(ranked[0])
    graph = graph_of(ranked, law)
    possible = [c for c in ranked if not _certainly_beaten(c, graph)]
    open_orders = _open_orders(possible, graph)
    reachable = _values(c.claim for c in possible)
    nothing = not any(c.when == ALWAYS for c in ranked) or any(found.rule == HELD_BACK for *_, found in open_orders)
    candidates = (*reachable, *((None,) if nothing and None not in reachable else ()))
    conditions = _conditions(possible, open_orders) if len(candidates) > 1 else ()
    certain_conflict = any(
        undecided(found.rule, found.fact) and a.when == b.when for a, b, found in open_orders
    )  # both apply wherever one does, and nobody promises a winner
    state = State.DETERMINED if len(candidates) == 1 else State.UNDETERMINED if certain_conflict else State.CONDITIONAL
    settled = all(found.fact is None or found.fact in ASSUMED_FACTS for *_, found in open_orders)
    first = ranked[0]
    value = None if len(candidates) > 1 and not settled else first.claim.value
    winner = first if len(candidates) == 1 or settled else None
    losers = [c for c in ranked if c is not winner and not (winner and c.policy.id == winner.policy.id)]
    reasons = dict.fromkeys(
        [
            *(r for c in ranked[:1] for r in c.reach.reasons),
            *(r for *_, edge in graph.edges(data=True) for r in _rules(edge)),
        ]
    )
    return Result(
        first.claim.setting,
        first.claim.scope,
        state,
        value,
        bool(winner and winner.claim.absent),
        candidates,
        conditions,
        (*reasons, *(dispute for rule, dispute in DISPUTES.items() if rule in reasons)),
        contender(winner) if winner else None,
        tuple(contender(c, *_beaten_by(c, graph)) for c in losers),
    )


def contender(contestant: Contestant, *reasons: str) -> Contender:
    """A contestant as results name it, with what is still open about it; without reasons it carries its reach's."""
    claim = replace(contestant.claim, when=contestant.when)
    return Contender(claim, contestant.policy, reasons or contestant.reach.reasons)


def _single(only: Contestant) -> Result:
    certain = only.when == ALWAYS
    return Result(
        only.claim.setting,
        only.claim.scope,
        State.DETERMINED if certain or only.claim.absent else State.CONDITIONAL,
        only.claim.value,
        only.claim.absent,
        (only.claim.value,) if certain or only.claim.value is None else (only.claim.value, None),
        () if only.claim.absent else tuple(sorted(fact_names(only.when))),
        only.reach.reasons,
        contender(only),
        (),
    )


def _rules(edge: Mapping[str, Any]) -> tuple[str, ...]:
    found: Order = edge["order"]
    return (found.rule, *found.also)


def _certainly_beaten(contestant: Contestant, graph: nx.DiGraph[Contestant]) -> bool:
    """Whether some claim that applies wherever it does certainly beats it."""
    own = _parts(contestant.when)
    return any(
        edge["fact"] is None and _parts(every(winner.when, edge["order"].when)) <= own
        for winner, _, edge in graph.in_edges(contestant, data=True)
    )


def _parts(when: When) -> frozenset[When]:
    """The conditions that must all hold; none for what always applies."""
    return frozenset(when.parts) if isinstance(when, Every) else frozenset((when,))


def _values(claims: Iterable[Claim]) -> tuple[Value, ...]:
    return tuple(dict.fromkeys(None if claim.absent else claim.value for claim in claims))


def _open_orders(
    possible: Sequence[Contestant], graph: nx.DiGraph[Contestant]
) -> list[tuple[Contestant, Contestant, Order]]:
    """The pairs of possible winners with different values whose order hangs on a fact."""
    among = graph.subgraph(possible)
    return [
        (a, b, edge["order"])
        for a, b, edge in among.edges(data=True)
        if facts_of(edge["order"]) and (a.claim.value, a.claim.absent) != (b.claim.value, b.claim.absent)
    ]


def _conditions(
    possible: Sequence[Contestant], open_orders: Iterable[tuple[Contestant, Contestant, Order]]
) -> tuple[str, ...]:
    applying = [fact for c in possible for fact in sorted(fact_names(c.when))]
    return tuple(dict.fromkeys([*applying, *(fact for *_, found in open_orders for fact in facts_of(found))]))


def _beaten_by(contestant: Contestant, graph: nx.DiGraph[Contestant]) -> tuple[str, ...]:
    """The rules by which other policies beat it."""
    return tuple(
        dict.fromkeys(
            rule
            for winner, _, edge in graph.in_edges(contestant, data=True)
            if winner.policy.id != contestant.policy.id
            for rule in _rules(edge)
        )
    )
