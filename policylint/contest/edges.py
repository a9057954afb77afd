"""The precedence graph of a contest: who beats whom, by which rule, and on which fact that hangs.

A contest is settled by its edges alone; networkx is for who asks about the whole graph: it takes longer to import than
most contests to settle.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from policylint.contest.soft import soft_order
from policylint.families.channels import ChannelLaw
from policylint.families.merging import merge_of
from policylint.model import Channel
from policylint.rank import Contestant
from policylint.rank.strength import Order

if TYPE_CHECKING:
    import networkx as nx

Edge = tuple[Contestant, Contestant, Order]
"""The (assumed) winner, the loser, and why. An edge is certain where its order has no fact and holds always."""


def edges_of(contestants: Sequence[Contestant], law: ChannelLaw) -> list[Edge]:
    """The edges between all claims of a contest, given strongest first; those of the strongest winner come first."""
    won: dict[Contestant, list[Edge]] = {contestant: [] for contestant in contestants}
    for a, b in combinations(contestants, 2):
        found = _order(a, b, contestants, law.order)
        winner, loser = (a, b) if found.first_wins else (b, a)
        won[winner].append((winner, loser, found))
    return [edge for edges in won.values() for edge in edges]


def _order(
    a: Contestant, b: Contestant, among: Sequence[Contestant], ask: Callable[[Contestant, Contestant], Order]
) -> Order:
    if a.claim.soft or b.claim.soft:
        return soft_order(a, b, among, ask)
    if a.policy.id == b.policy.id and a.policy.channel is Channel.GPO:
        return Order(True, "G-POL-LWW")
    return _unmerged(ask(a, b), a, b)


def _unmerged(found: Order, a: Contestant, b: Contestant) -> Order:
    """The order; open where no document says what becomes of two different values of this kind."""
    merge = merge_of(a.claim.setting.key)
    both = a.policy.channel is b.policy.channel is Channel.GPO
    if merge.mode != "unknown" or not both or a.claim.value == b.claim.value:
        return found
    return Order(found.first_wins, found.rule, merge.rules[0])


def graph_of(contestants: Iterable[Contestant], edges: Iterable[Edge]) -> nx.DiGraph[Contestant]:
    """The graph of a contest. Its edges have the `order`."""
    import networkx as nx

    graph: nx.DiGraph[Contestant] = nx.DiGraph()
    graph.add_nodes_from(contestants)
    graph.add_edges_from((winner, loser, {"order": order}) for winner, loser, order in edges)
    return graph
