"""Claims that beat each other in a circle: every one of them certainly loses to another, so no rule says who wins.

The documented rules compare claims in pairs, and by different things: channel, profile type, container. Nothing
promises that their answers are an order.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from policylint.contest.edges import Edge
from policylint.rank import Contestant
from policylint.rank.strength import Order

if TYPE_CHECKING:
    import networkx as nx

CYCLE = "cycle of"
"""How the fact begins that names a cycle; no inputs give it."""


def cycles_in(graph: nx.DiGraph[Contestant], ranked: Sequence[Contestant]) -> list[list[Contestant]]:
    """The cycles of a precedence graph, each in order of assumed strength, the strongest first."""
    import networkx as nx  # here, because most runs need none

    place = {contestant: number for number, contestant in enumerate(ranked)}
    found = [sorted(part, key=place.__getitem__) for part in nx.strongly_connected_components(graph) if len(part) > 1]
    return sorted(found, key=lambda part: place[part[0]])


def open_cycle(graph: nx.DiGraph[Contestant], ranked: Sequence[Contestant]) -> tuple[list[Contestant], list[Edge]]:
    """Where every claim is certainly beaten: the claims of the strongest cycle, and that their order is open."""
    claims = cycles_in(graph, ranked)[0]
    names = sorted({f'"{one.policy.name}"' for one in claims})
    fact = f"{CYCLE} {', '.join(names)}"
    rules = sorted({edge["order"].rule for *_, edge in graph.subgraph(claims).edges(data=True)})
    differing = [
        (a, b) for a, b in combinations(claims, 2) if (a.claim.value, a.claim.absent) != (b.claim.value, b.claim.absent)
    ]
    return claims, [(a, b, Order(True, rules[0], fact, also=tuple(rules[1:]))) for a, b in differing]
