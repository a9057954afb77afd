"""How strong one link of a GPO is against another: the order of the GPO list ([MS-GPOL] 3.2.5.1.5; semantics 1.1-1.6).

A link's *place* (loopback list, enforced, depth of its container) orders it against links of other places for certain;
within one place link order decides, as far as anything tells it.
"""

from __future__ import annotations

from dataclasses import dataclass

from policylint.facts import ALWAYS, When
from policylint.rank.reach import Reach

RAW_ORDER = "raw gPLink order"


@dataclass(frozen=True, slots=True)
class Order:
    """How two claims compare: whether the first beats the second, by which rule, and on which fact that hangs.

    When the fact is false the other one wins.
    """

    first_wins: bool
    rule: str
    fact: str | None = None
    """None where the order is certain."""
    when: When = ALWAYS
    """Where the order holds; elsewhere the other one may win."""
    also: tuple[str, ...] = ()
    """Further rules that explain it."""

    @property
    def rules(self) -> tuple[str, ...]:
        """Every rule that explains it."""
        return self.rule, *self.also


Place = tuple[bool, bool, int]
"""Of a link: whether it comes by loopback, whether it is enforced, the depth of its container."""


def place(reach: Reach) -> Place:
    """The place of a link in the GPO list."""
    return reach.by_loopback, reach.enforced, reach.depth


def strength(reach: Reach) -> tuple[bool, bool, int, int, str]:
    """What sorts links strongest first, as far as their places and link orders tell."""
    depth = reach.depth if reach.enforced else -reach.depth
    return not reach.by_loopback, not reach.enforced, depth, reach.order or 0, reach.policy.id


def rule_between(a: Place, b: Place) -> str:
    """The rule that orders links of two places; of one place, the rule by which link order decides."""
    if a[0] is not b[0]:
        return "G-LOOP-MERGE" if a[1] is b[1] else "G-LOOP-MERGE-ENFORCED"
    if a[1] is not b[1]:
        return "G-ENFORCED-TOP"
    if a[2] != b[2]:
        return "G-ENFORCED-INVERT" if a[1] else "G-LSDOU"
    return "G-ENFORCED-SAME-SOM" if a[1] else "G-LINK-ORDER"


def gpo_order(a: Reach, b: Reach) -> Order:
    """Strength of two links. Where exports leave it open, the order in which gpresult saw both applied settles it."""
    mine, other = place(a), place(b)
    rule = rule_between(mine, other)
    if a.by_loopback is not b.by_loopback:
        return Order(a.by_loopback, rule)
    if not a.som or not b.som:
        return _seen(a, b, "G-LSDOU") or Order(_tie(a, b), "G-LSDOU", _pair("precedence of", a, b))
    if mine != other:
        return Order(strength(a) < strength(b), rule)
    if a.order is None or b.order is None:
        return _seen(a, b, rule) or Order(_tie(a, b), rule, _pair(f"link order of {a.som}:", a, b))
    first = (a.order, a.policy.id) < (b.order, b.policy.id)
    if a.raw_order and b.raw_order:
        return _seen(a, b, rule) or Order(first, "G-LINK-RAW", RAW_ORDER)
    return Order(first, rule)


def certainly_beats(a: Reach, b: Reach) -> bool:
    """Whether the first of two links is stronger, whatever the open facts are."""
    found = gpo_order(a, b)
    return found.first_wins and found.fact is None


def _seen(a: Reach, b: Reach, rule: str) -> Order | None:
    """The order in which gpresult saw both applied; None where it did not."""
    if a.applied is None or b.applied is None or a.applied == b.applied:
        return None
    return Order(a.applied > b.applied, rule)


def _tie(a: Reach, b: Reach) -> bool:
    return (a.policy.name, a.policy.id) < (b.policy.name, b.policy.id)


def _pair(what: str, a: Reach, b: Reach) -> str:
    """The name of the fact that says which of two links is stronger; the same for both orders of the arguments."""
    first, second = (a, b) if _tie(a, b) else (b, a)
    return f'{what} "{first.policy.name}" above "{second.policy.name}"'
