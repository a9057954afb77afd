"""Settings that several GPOs write differently, and which link decides (PR001 to PR003, PR006, PR011)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policylint.checks.clashes import Clash
from policylint.checks.found import WHERE, Found, View, quoted
from policylint.checks.gpo_links import some_of
from policylint.checks.pairs import Pair, by_pair, counted, pair_found
from policylint.checks.precedence_lists import is_of_list
from policylint.families.merging import ACCOUNT_POLICY
from policylint.model import Scope
from policylint.rank import Contestant
from policylint.rank.gpo import LOOPBACK, LOOPBACK_MODES
from policylint.rank.reach import Reach
from policylint.rank.strength import RAW_ORDER

_REGISTRY = ("hklm\\", "hkcu\\")
_ELSEWHERE = (*ACCOUNT_POLICY, "secedit:privilege rights/", "secedit:group membership/", "secedit:event audit/")
"""Security settings with a law, and rules, of their own."""


def overridden(view: View) -> Iterator[Found]:
    """Values that a stronger link overrides, in the ordinary order of links (PR001)."""
    plain = [clash for clash in view.once(_valued) if not _is_trap(clash)]
    yield from by_pair(plain, lambda pair: _overridden(pair, _because(pair[0])))
    yield from _of_unknown_links(view)


def beaten_by_enforced(view: View) -> Iterator[Found]:
    """Values of the nearer link that an enforced one from further up overrides (PR002, G-ENFORCED-TOP)."""
    yield from by_pair([clash for clash in view.once(_valued) if _is_enforced_above(clash)], _beaten_by_enforced)


def both_enforced(view: View) -> Iterator[Found]:
    """Values of an enforced link that an enforced one from further up overrides (PR003, G-ENFORCED-INVERT)."""
    yield from by_pair([c for c in view.once(_valued) if c.order.rule == "G-ENFORCED-INVERT"], _both_enforced)


def raw_order(view: View) -> Iterator[Found]:
    """Containers whose raw gPLink string decides about values, with the end that is taken as first (PR006)."""
    hanging = [clash for clash in view.clashes if clash.order.fact == RAW_ORDER]
    for som in dict.fromkeys(clash.winner.reach.som for clash in hanging):
        yield _raw_order(som, [clash for clash in hanging if clash.winner.reach.som == som])


def loopback_modes(view: View) -> Iterator[Found]:
    """GPOs that set the mode of loopback differently (PR011, G-LOOP-SELF)."""
    for clash in view.clashes:
        if clash.key == LOOPBACK and clash.winner.claim.scope is Scope.DEVICE:
            first, second = (f"{quoted([c.policy.name])} ({_mode(c)})" for c in (clash.winner, clash.loser))
            wins = f"{first} wins" if clash.order.fact is None else "which of them wins is not told"
            yield pair_found([clash], f"{first} and {second} set the mode of loopback differently on {WHERE}: {wins}")


def _mode(contestant: Contestant) -> str:
    value = contestant.claim.value
    return LOOPBACK_MODES.get(value, "off") if isinstance(value, int) else "off"


def _valued(view: View) -> list[Clash]:
    """The clashes of single values: what lists, deletions, loopback and other extensions come to has its own rules."""
    return [
        clash
        for clash in view.clashes
        if clash.is_placed and _is_plain(clash) and not clash.winner.claim.absent and not is_of_list(clash, view)
    ]


def _is_plain(clash: Clash) -> bool:
    """Whether the last writer is all that there is to the setting."""
    if clash.winner.claim.soft or clash.loser.claim.soft or clash.key == LOOPBACK:
        return False
    if clash.winner.reach.by_loopback is not clash.loser.reach.by_loopback:
        return False
    return clash.key.startswith((*_REGISTRY, "secedit:")) and not clash.key.startswith(_ELSEWHERE)


def _of_unknown_links(view: View) -> Iterator[Found]:
    """GPOs that differ from others, where nobody tells where one of them is linked: one finding for each GPO."""
    groups: dict[object, list[Clash]] = {}
    for clash in view.clashes:
        if _is_plain(clash) and not clash.is_placed:
            groups.setdefault((clash.winner.policy.id, clash.winner.claim.scope), []).append(clash)
    yield from map(_differing, groups.values())


def _differing(pair: Pair) -> Found:
    others = list({clash.loser.policy.id: clash.loser.policy for clash in pair}.values())
    message = (
        f"{quoted([pair[0].winner.policy.name])} writes {counted(pair)} otherwise than {some_of(others)}; "
        f"which of them wins on {WHERE} is not known, because no input tells where they are linked"
    )
    return pair_found(pair, message)


def _is_trap(clash: Clash) -> bool:
    """Whether the stronger link is not the one that people expect."""
    return clash.order.rule == "G-ENFORCED-INVERT" or _is_enforced_above(clash)


def _is_enforced_above(clash: Clash) -> bool:
    return clash.order.rule == "G-ENFORCED-TOP" and clash.winner.reach.depth < clash.loser.reach.depth


def _overridden(pair: Pair, because: str) -> Found:
    first = pair[0]
    winner, loser = quoted([first.winner.policy.name]), quoted([first.loser.policy.name])
    if first.order.fact is not None and first.order.fact != RAW_ORDER:
        return pair_found(
            pair, f"{winner} and {loser} both write {counted(pair)} on {WHERE} with different data: {because}"
        )
    return pair_found(
        pair, f"{winner} beats {loser} on {WHERE}: both write {counted(pair)} with different data, {because}"
    )


def _because(clash: Clash) -> str:
    """Why the winner wins, or what would tell who does."""
    winner, loser, rule = clash.winner.reach, clash.loser.reach, clash.order.rule
    name = quoted([winner.policy.name])
    if clash.order.fact == RAW_ORDER:
        return f"and {name} is taken to have the lower link order on {winner.som}"
    if clash.order.fact is not None:
        return f"which of them wins is not known, because no input tells their link order on {winner.som}"
    return f"and {name} {_stronger(winner, loser, rule)}"


def _stronger(winner: Reach, loser: Reach, rule: str) -> str:
    if rule == "G-ENFORCED-TOP":
        return f"is enforced on {winner.som}"
    if rule == "G-LSDOU":
        return f"is linked nearer, to {winner.som} and not to {loser.som}"
    if winner.order is None or loser.order is None:
        return "was seen to be applied later by gpresult"
    return f"has link order {winner.order} on {winner.som}, not {loser.order}"


def _beaten_by_enforced(pair: Pair) -> Found:
    winner, loser = pair[0].winner, pair[0].loser
    message = (
        f"{quoted([loser.policy.name])} is linked nearer ({loser.reach.som}) and loses {counted(pair)} on {WHERE} to "
        f"{quoted([winner.policy.name])}, which is enforced on {winner.reach.som}"
    )
    return pair_found(pair, message)


def _both_enforced(pair: Pair) -> Found:
    winner, loser = pair[0].winner, pair[0].loser
    message = (
        f"{quoted([winner.policy.name])} on {winner.reach.som} and {quoted([loser.policy.name])} on {loser.reach.som} "
        f"are both enforced and write {counted(pair)} on {WHERE} with different data: the higher container wins"
    )
    return pair_found(pair, message)


def _raw_order(som: str, hanging: Sequence[Clash]) -> Found:
    pairs = dict.fromkeys((c.winner.policy.name, c.loser.policy.name) for c in hanging)
    first, second = next(iter(pairs))
    more = f" and {len(pairs) - 1} more pairs" if len(pairs) > 2 else " and 1 more pair" if len(pairs) == 2 else ""
    message = (
        f"{counted(hanging)} on {WHERE} hang on the order of the raw gPLink string of {som}, "
        f"which is taken to put {quoted([first])} above {quoted([second])}{more}"
    ).replace(" hang on", " hangs on" if len({c.key for c in hanging}) == 1 else " hang on", 1)
    return pair_found(hanging, message)
