"""Claims that write only where nothing is: `**soft.` of Registry.pol ([MS-GPREG] 3.2.5.1) and "Create" of preferences.

GPOs are applied one after the other, the weakest first. At its turn such a claim finds what weaker GPOs left: a value
keeps it out, whoever is stronger; after a deletion it writes, and then counts like any other value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from policylint.facts import ALWAYS, NEVER, Is, When, every, fact_names, negate, some
from policylint.families.merging import soft_rule
from policylint.rank import Contestant
from policylint.rank.strength import Order

Ask = Callable[[Contestant, Contestant], Order]
"""How two claims compare that write whatever is there."""


def settled_first(strongest: Iterable[Contestant]) -> list[Contestant]:
    """What is left of the claims after all are applied, first, then the others; given and returned strongest first."""
    left: list[Contestant] = []
    for contestant in reversed(list(strongest)):
        kept_out = contestant.claim.soft and left and not left[0].claim.absent
        left.insert(1 if kept_out else 0, contestant)
    return left


def soft_order(a: Contestant, b: Contestant, among: Sequence[Contestant], ask: Ask) -> Order:
    """How two claims compare, at least one of which is soft, among all claims on the setting."""
    rule = soft_rule(a.claim.setting.key)
    if a.reach is b.reach:
        return Order(True, rule)  # the conditions of one GPO's claims exclude each other
    stronger, assumed = _above(a, b, ask)
    up, down = _stands(a, b, among, ask), _stands(b, a, among, ask)
    wins = some(every(stronger, up[0]), every(negate(stronger), negate(down[0])))
    first = up[1] if assumed else not down[1]
    if wins in (ALWAYS, NEVER):
        return Order(wins == ALWAYS, _rule(a, b, wins == ALWAYS, ask, rule))
    orders = {fact for c in among for fact in (ask(a, c).fact, ask(b, c).fact) if fact is not None and c not in (a, b)}
    hung = sorted(fact_names(wins) & (orders | {ask(a, b).fact}))
    return Order(first, rule, hung[0] if hung else None, wins if first else negate(wins))


def _rule(a: Contestant, b: Contestant, first: bool, ask: Ask, rule: str) -> str:
    """The ordinary rule, where the stronger of the two wins because it writes whatever is there."""
    winner = a if first else b
    found = ask(a, b)
    return found.rule if found.fact is None and found.first_wins is first and not winner.claim.soft else rule


def _stands(stronger: Contestant, weaker: Contestant, among: Sequence[Contestant], ask: Ask) -> tuple[When, bool]:
    """Where the stronger claim writes over the weaker one, and whether it does so as far as is assumed."""
    if not stronger.claim.soft or weaker.claim.absent:
        return ALWAYS, True
    deleted = [_between(stronger, c, weaker, ask) for c in among if c.claim.absent]
    return some(*(when for when, _ in deleted)), any(assumed for _, assumed in deleted)


def _between(stronger: Contestant, deletion: Contestant, weaker: Contestant, ask: Ask) -> tuple[When, bool]:
    """Where a deletion stands between two claims."""
    if deletion.reach in (stronger.reach, weaker.reach):
        return NEVER, False
    below, under = _above(stronger, deletion, ask)
    above, over = _above(deletion, weaker, ask)
    return every(deletion.when, below, above), under and over


def _above(a: Contestant, b: Contestant, ask: Ask) -> tuple[When, bool]:
    """Where the first of two claims is applied after the second, and whether it is as far as is assumed."""
    found = ask(a, b)
    holds = found.when if found.fact is None else every(Is(found.fact), found.when)
    return (holds if found.first_wins else negate(holds)), found.first_wins
