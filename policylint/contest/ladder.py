"""Claims of GPOs whose links are in one certain order: the whole contest in one pass, without comparing every pair.

Links of different places (see `strength`) are always in a certain order, and within a place link order tells; so which
rules a claim is beaten by follows from the places that stand above it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from policylint.facts import ALWAYS, Every, When
from policylint.rank import Contestant
from policylint.rank.reach import Reach
from policylint.rank.strength import Place, rule_between, strength

Run = tuple[Place, bool]
"""A place, and whether more than one link of the contest stands there."""


class Ladder(NamedTuple):
    """A contest in certain order."""

    ranked: tuple[Contestant, ...]
    """Strongest first."""
    possible: tuple[Contestant, ...]
    """Those that nothing certainly beats."""
    rules: tuple[str, ...]
    """Every rule that orders two of them, from the strongest down."""
    beaten_by: tuple[tuple[str, ...], ...]
    """For each of the ranked, the rules by which stronger ones beat it."""


def ladder(contestants: Sequence[Contestant]) -> Ladder | None:
    """The contest in order; None where an order is open, or the claims are not all of GPOs that simply write."""
    for c in contestants:
        reach = c.reach
        if c.claim.soft or not reach.som or reach.scope is None:  # Intune's policies have no side of their own
            return None
    keyed = sorted([(strength(c.reach), number) for number, c in enumerate(contestants)])
    ranked = tuple([contestants[number] for _, number in keyed])
    sizes: dict[Place, int] = {}
    for (by_loopback, enforced, depth, *_), _ in keyed:
        at = not by_loopback, not enforced, abs(depth)
        sizes[at] = sizes.get(at, 0) + 1
    if len(sizes) < len(ranked) and not all(_certain(a.reach, b.reach) for a, b in pairwise(ranked)):
        return None
    runs = tuple((at, size > 1) for at, size in sizes.items())
    told = [_beaten_by(runs, number) for number in range(len(runs))]
    beaten = [told[n][i > 0] for n, size in enumerate(sizes.values()) for i in range(size)]
    return Ladder(ranked, tuple(_possible(ranked)), _rules(runs), tuple(beaten))


def _certain(a: Reach, b: Reach) -> bool:
    """Whether two neighbours are in a certain order: of different places, or with link orders that somebody tells."""
    if a.depth != b.depth or a.enforced is not b.enforced or a.by_loopback is not b.by_loopback:
        return True
    if a.order is None or b.order is None or a.order == b.order:
        return False
    return not (a.raw_order or b.raw_order)


@lru_cache(4096)
def _rules(runs: tuple[Run, ...]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for number, (at, several) in enumerate(runs):
        if several:
            found[rule_between(at, at)] = None
        found.update(dict.fromkeys(rule_between(at, below) for below, _ in runs[number + 1 :]))
    return tuple(found)


@lru_cache(4096)
def _beaten_by(runs: tuple[Run, ...], number: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The rules against the first link of a place, and against the others there."""
    at, _ = runs[number]
    above = tuple(dict.fromkeys(rule_between(other, at) for other, _ in runs[:number]))
    return above, tuple(dict.fromkeys((*above, rule_between(at, at))))


def _possible(ranked: Sequence[Contestant]) -> list[Contestant]:
    """Those that no stronger claim beats wherever they apply. Below a claim that always applies nothing is left."""
    found: list[Contestant] = []
    seen: dict[frozenset[When], None] = {}
    for contestant in ranked:
        own = parts(contestant.when)
        if not any(other <= own for other in seen):
            found.append(contestant)
            seen[own] = None
        if not own:
            break
    return found


def parts(when: When) -> frozenset[When]:
    """The conditions that must all hold; none for what always applies."""
    if when is ALWAYS:
        return frozenset()
    return frozenset(when.parts) if isinstance(when, Every) else frozenset((when,))
