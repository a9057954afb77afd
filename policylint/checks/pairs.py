"""Findings about pairs of GPOs: what clashes of one pair come to, as one finding that names the first settings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from policylint.checks.clashes import Clash
from policylint.checks.found import Found, Spot, claim_spot, listed
from policylint.findings import Confidence

NAMED = 3
"""How many settings a message names before it counts them, and how many of them are shown."""

LONGEST = 48
"""Characters of a value's name that a message shows."""

Pair = Sequence[Clash]
"""Clashes of one pair of GPOs, on one side, that one rule and fact decides; at least one."""


def by_pair(clashes: Iterable[Clash], tell: Callable[[Pair], Found]) -> Iterator[Found]:
    """One finding for each pair of GPOs, side, rule and open fact."""
    pairs: dict[object, list[Clash]] = {}
    for clash in clashes:
        key = clash.winner.policy.id, clash.loser.policy.id, clash.winner.claim.scope, clash.order
        pairs.setdefault(key, []).append(clash)
    yield from map(tell, pairs.values())


def pair_found(pair: Pair, message: str, lost: str = "has no effect", won: str = "wins") -> Found:
    """The finding about a pair: the claims of its first settings, the losing one first, and the story of the first.

    It carries no setting, so that its fingerprint stays when the two GPOs meet in one more.
    """
    first = pair[0].winner.claim
    labels = (lost, won) if pair[0].order.fact is None else ("one of the two", "the other one")
    return Found(
        message,
        tuple(_spots(pair, *labels)),
        None,
        first.scope.value,
        confidence=surest(pair),
        subject=first.setting.text,
        apart=message,
    )


def _spots(pair: Pair, lost: str, won: str) -> Iterator[Spot]:
    for clash in list({clash.key: clash for clash in pair}.values())[:NAMED]:
        yield claim_spot(clash.loser.claim, clash.loser.policy, lost)
        yield claim_spot(clash.winner.claim, clash.winner.policy, won)


def surest(pair: Pair) -> Confidence:
    """How sure the finding is: as the least sure of its clashes."""
    sure: tuple[Confidence, ...] = ("possible", "likely", "certain")
    return min((clash.confidence for clash in pair), key=sure.index)


def counted(pair: Pair) -> str:
    """The settings of the clashes: the first three by name, and how many there are."""
    names = list({clash.key: short(clash.winner.claim.setting.text) for clash in pair}.values())
    more = len(names) - NAMED
    if more <= 0:
        return listed(names)
    return f"{', '.join(names[:NAMED])} and {more} more setting{'s' if more > 1 else ''}"


def short(setting: str) -> str:
    """A setting by the last part of its path, where its place is shown beside: `DomainProfile!EnableFirewall`."""
    path, sign, value = setting.rpartition("!")
    if sign:
        name = value or "(default)"
        return f"{path.rpartition(chr(92))[2]}!{name if len(name) <= LONGEST else name[:LONGEST] + '…'}"
    return setting.rpartition("\\")[2].rpartition("/")[2]
