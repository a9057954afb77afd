"""Claims of GPOs on one target, strongest first, and those on two settings that meet there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cmp_to_key

from policylint.checks.clashes import Clash
from policylint.checks.found import Found, View, listed
from policylint.checks.pairs import NAMED, Pair, pair_found
from policylint.contest import ASSUMED_FACTS
from policylint.estate import Estate
from policylint.facts import ALWAYS
from policylint.findings import Confidence, Severity
from policylint.model import Channel, Claim, Policy, Value
from policylint.rank import Contestant, order

SHOWN = 5
"""How many policies a finding shows the place of, where it names several."""


def placed(view: View, wanted: Callable[[str], bool]) -> Iterator[Clash]:
    """The clashes on wanted settings, by key, of GPOs whose links somebody tells.

    Whether others meet anywhere is not known.
    """
    for clash in view.clashes:
        if wanted(clash.key) and clash.is_placed and not clash.winner.claim.soft and not clash.loser.claim.soft:
            yield clash


def is_known(clash: Clash) -> bool:
    """Whether the inputs tell which of the two is the stronger."""
    return clash.order.fact is None or clash.order.fact in ASSUMED_FACTS


def pair_finding(pair: Pair, message: str, help: str, severity: Severity | None = None) -> Found:
    """The finding about a pair of GPOs with what is to be done about it."""
    return replace(pair_found(pair, message), help=help, severity=severity)


def gpos(contestants: Iterable[Contestant]) -> list[Contestant]:
    """The claims of GPOs that are written whatever is there."""
    return [c for c in contestants if c.reach.policy.channel is Channel.GPO and not c.claim.soft]


def linked(contestants: Iterable[Contestant]) -> list[Contestant]:
    """The claims of GPOs whose links somebody tells, strongest first."""
    return sorted((c for c in gpos(contestants) if c.reach.som), key=cmp_to_key(_compare))


def _compare(a: Contestant, b: Contestant) -> int:
    return -1 if order(a, b).first_wins else 1


def meeting(one: Sequence[Contestant], other: Sequence[Contestant]) -> Iterator[tuple[Contestant, Contestant]]:
    """The claims on two settings that meet on the target: the strongest of each, and those of one unlinked GPO."""
    mine, theirs = linked(one), linked(other)
    if mine and theirs:
        yield mine[0], theirs[0]
    for a in gpos(one):
        yield from ((a, b) for b in gpos(other) if a.policy.id == b.policy.id and not a.reach.som and not b.reach.som)


def together(one: Contestant, other: Contestant) -> Confidence:
    """How sure it is that both reach the target."""
    return "certain" if one.when == ALWAYS == other.when else "likely"


def some_of(texts: Sequence[str]) -> str:
    """`A`, `A and B`, `A, B, C and 9 more`."""
    if len(texts) <= NAMED:
        return listed(texts)
    return f"{', '.join(texts[:NAMED])} and {len(texts) - NAMED} more"


def members(value: Value) -> tuple[str, ...]:
    """The principals of a right or a group."""
    return value if isinstance(value, tuple) else ()


def last_name(claim: Claim) -> str:
    """A setting by its last part: the value's name, the entry of a security template."""
    text = claim.setting.text
    return text.rpartition("!")[2] or text.rpartition("\\")[2] if "!" in text else text.rpartition("/")[2]


def whole(policy: Policy, estate: Estate) -> Policy:
    """A policy of a view with all its settings: the view holds only some of them."""
    return estate.once(_by_place).get((policy.id, policy.evidence.path), policy)


def _by_place(estate: Estate) -> Mapping[tuple[str, str], Policy]:
    return {(policy.id, policy.evidence.path): policy for policy in estate.policies}
