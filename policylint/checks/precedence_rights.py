"""User rights that several GPOs assign: per right the last list replaces all others (PR028, PR029; G-SEC-RIGHTS)."""

from __future__ import annotations

from collections.abc import Iterator

from policylint.checks.clashes import Clash
from policylint.checks.found import WHERE, Found, View, quoted
from policylint.checks.gpo_claims import is_known, last_name, members, pair_finding, placed, some_of
from policylint.checks.pairs import Pair, by_pair
from policylint.principals import display

RIGHTS = "secedit:privilege rights/"


def right_replaced(view: View) -> Iterator[Found]:
    """The stronger GPO's list leaves out principals that a weaker one grants the right."""
    lost = (c for c in _rights(view) if _left_out(c) and (members(c.winner.claim.value) or not is_known(c)))
    yield from by_pair(lost, lambda pair: _replaced(pair) if is_known(pair[0]) else _unordered(pair))


def right_emptied(view: View) -> Iterator[Found]:
    """The stronger GPO assigns the right to nobody, which revokes what a weaker one grants; absent would keep it."""
    lost = (c for c in _rights(view) if is_known(c) and _left_out(c) and not members(c.winner.claim.value))
    yield from by_pair(lost, _emptied)


def _rights(view: View) -> Iterator[Clash]:
    return placed(view, lambda key: key.startswith(RIGHTS))


def _replaced(pair: Pair) -> Found:
    strong, weak = quoted([pair[0].winner.policy.name]), quoted([pair[0].loser.policy.name])
    return pair_finding(
        pair,
        f"{strong} replaces {_counted(pair)} of {weak} on {WHERE} and leaves out {some_of([_loss(c) for c in pair])}",
        f"name everybody who needs the right in {strong}: lists of several GPOs never add up",
    )


def _unordered(pair: Pair) -> Found:
    both = quoted([pair[0].winner.policy.name, pair[0].loser.policy.name])
    return pair_finding(
        pair,
        f"{both} assign {_counted(pair)} differently on {WHERE} ({some_of([_name(c) for c in pair])}): the stronger "
        "link's list replaces the other, and no input tells which link is stronger",
        "assign a right in one GPO only, or tell the link order in topology.toml",
    )


def _emptied(pair: Pair) -> Found:
    strong, weak = quoted([pair[0].winner.policy.name]), quoted([pair[0].loser.policy.name])
    return pair_finding(
        pair,
        f"{strong} assigns {_counted(pair)} to nobody on {WHERE}, and the empty list revokes what {weak} grants: "
        f"{some_of([_loss(c) for c in pair])}",
        f"leave the right undefined in {strong} if the weaker list is to count",
    )


def _counted(pair: Pair) -> str:
    return "a user right" if len(pair) == 1 else f"{len(pair)} user rights"


def _left_out(clash: Clash) -> list[str]:
    """Who is on the weaker list only; on either one where nobody tells which is the stronger."""
    strong, weak = members(clash.winner.claim.value), members(clash.loser.claim.value)
    missing = _without(weak, strong)
    return missing if is_known(clash) else missing or _without(strong, weak)


def _without(names: tuple[str, ...], others: tuple[str, ...]) -> list[str]:
    known = {other.casefold() for other in others}
    return [name for name in names if name.casefold() not in known]


def _loss(clash: Clash) -> str:
    return f"{some_of([display(name) for name in _left_out(clash)])} ({_name(clash)})"


def _name(clash: Clash) -> str:
    return last_name(clash.winner.claim)
