"""Where a stronger GPO takes a setting from a weaker one on a target: pairs of claims with different data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from policylint.contest import strongest_first
from policylint.facts import ALWAYS
from policylint.findings import Confidence
from policylint.frozen import quickly_built
from policylint.model import Channel
from policylint.rank import Contestant, Precedence, order
from policylint.rank.strength import Order


@quickly_built
@dataclass(frozen=True, slots=True)
class Clash:
    """One setting that two GPOs claim differently; `winner` is stronger, or assumed to be where `order` has a fact."""

    winner: Contestant
    loser: Contestant
    order: Order

    @property
    def key(self) -> str:
        """The key of the setting."""
        return self.winner.claim.setting.key

    @property
    def is_placed(self) -> bool:
        """Whether it is told where both are linked."""
        return bool(self.winner.reach.som and self.loser.reach.som)

    @property
    def confidence(self) -> Confidence:
        """Certain where both certainly reach the target and their order is known, possible where a link is not told."""
        if not self.is_placed:
            return "possible"
        reach = self.winner.when == ALWAYS and self.loser.when == ALWAYS
        return "certain" if reach and self.order.fact is None else "likely"


Known = dict[tuple[Contestant, ...], tuple[Clash, ...]]
"""The clashes of contests that were looked at."""


def clashes(precedence: Precedence, known: Known) -> Iterator[Clash]:
    """The clashes of a target: on each setting the strongest GPO against all others that write something else.

    Where the strongest may not reach the target, the next ones count as winners too, down to one that certainly does;
    but of GPOs that nobody tells a link of only the first, since all of them are alike. What is known of a contest is
    taken from there: many targets see the same ones.
    """
    for contestants in precedence.contests.values():
        if len(contestants) > 1:
            if contestants not in known:
                known[contestants] = tuple(_among(contestants))
            yield from known[contestants]


def _among(contestants: Iterable[Contestant]) -> Iterator[Clash]:
    gpos = [c for c in contestants if c.reach.policy.channel is Channel.GPO]
    if len({c.reach.policy.id for c in gpos}) > 1:
        yield from _clashes(_once(strongest_first(gpos)))


def _once(ranked: Iterable[Contestant]) -> list[Contestant]:
    """The strongest claim of each GPO."""
    found: dict[str, Contestant] = {}
    for contestant in ranked:
        found.setdefault(contestant.policy.id, contestant)
    return list(found.values())


def _clashes(ranked: Sequence[Contestant]) -> Iterator[Clash]:
    for number, winner in enumerate(ranked):
        for loser in ranked[number + 1 :]:
            if loser.claim.type.startswith("**"):
                continue  # emptying a key before somebody else writes into it does no harm
            if (winner.claim.value, winner.claim.absent) != (loser.claim.value, loser.claim.absent):
                yield Clash(winner, loser, order(winner, loser))
        if winner.when == ALWAYS or not winner.reach.som:
            return
