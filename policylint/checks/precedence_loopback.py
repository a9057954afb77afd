"""What loopback does to user settings (PR009, PR010, PR012; semantics 1.6)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from policylint.checks.clashes import Clash
from policylint.checks.found import WHERE, Found, View, claim_spot, quoted
from policylint.checks.gpo_claims import SHOWN, last_name, linked, pair_finding, some_of, whole
from policylint.checks.pairs import Pair, by_pair
from policylint.facts import ALWAYS
from policylint.model import Claim, Policy, Scope
from policylint.rank import Contestant, order
from policylint.rank.gpo import LOOPBACK, LOOPBACK_MODES


def user_lists(view: View) -> Iterator[Found]:
    """What loopback takes from GPOs that come with the user (PR009)."""
    yield from merge_overrides(view)
    yield from replace_drops(view)


def merge_overrides(view: View) -> Iterator[Found]:
    """Under merge a GPO of the computer's list overrides one of the user's."""
    yield from by_pair((clash for clash in view.once(_overridden) if not _enforced_loses(clash)), _merge)


def _merge(pair: Pair) -> Found:
    strong, weak = quoted([pair[0].winner.policy.name]), quoted([pair[0].loser.policy.name])
    return pair_finding(
        pair,
        f"loopback merge: {strong}, which comes with the computer, overrides {_settings(pair)} of {weak}, which comes "
        f"with the user, on {WHERE}",
        f"take the setting out of {strong} where the user's value is meant to count",
    )


def enforced_overridden(view: View) -> Iterator[Found]:
    """Under merge an ordinary link of the computer's list overrides an enforced one of the user's (PR010)."""
    for found in by_pair((clash for clash in view.once(_overridden) if _enforced_loses(clash)), _merge_enforced):
        yield replace(found, confidence="likely")  # derived, nobody measured it (D18)


def _merge_enforced(pair: Pair) -> Found:
    strong, weak = quoted([pair[0].winner.policy.name]), quoted([pair[0].loser.policy.name])
    return pair_finding(
        pair,
        f"loopback merge: {strong} is not enforced and overrides {_settings(pair)} of the enforced {weak} on {WHERE}, "
        "because the computer's whole list is applied after the user's (derived from [MS-GPOL] 3.2.1.3, not measured)",
        f"link {weak} to the computers as well, enforced, or take the setting out of {strong}",
    )


def replace_drops(view: View) -> Iterator[Found]:
    """Under replace the GPOs of the user's own containers are not applied: which ones that are."""
    mode = _mode(view)
    if mode is None:
        return
    kept = {reach.policy.id for reach in view.precedence.reaches if reach.scope is Scope.USER}
    lost = (e.policy for e in view.precedence.excluded if e.reason == "G-LOOP-REPLACE" and e.policy.id not in kept)
    dropped = [policy for policy in {p.id: whole(p, view.estate) for p in lost}.values() if _own(policy)]
    if dropped:
        many = "a GPO" if len(dropped) == 1 else f"{len(dropped)} GPOs"
        message = (
            f"loopback replace in {quoted([mode.policy.name])} drops the user settings of {many} that come with the "
            f"user on {WHERE}: {some_of([_counted(policy) for policy in dropped])}"
        )
        yield Found(
            message,
            (
                claim_spot(mode.claim, mode.policy, "loopback replace"),
                *(claim_spot(_own(policy)[0], policy, "is dropped") for policy in dropped[:SHOWN]),
            ),
            mode.claim.setting.text,
            Scope.USER.value,
            severity="note",
            confidence="certain" if mode.when == ALWAYS else "likely",
            help="link what these users are to have on these computers to the computers' containers, or use merge",
            subject=mode.claim.setting.text,
            apart=message,
        )


def user_side_disabled(view: View) -> Iterator[Found]:
    """Loopback is on, and a GPO that reaches the computer has user settings on a side that is disabled (PR012)."""
    mode = _mode(view)
    if mode is None:
        return
    here = {r.policy.id: r.policy for r in view.precedence.reaches if r.scope is Scope.DEVICE and r.som}
    for policy in here.values():
        own = _own(whole(policy, view.estate)) if Scope.USER in policy.disabled_sides else []
        if own:
            yield Found(
                f"loopback is on for {WHERE} (by {quoted([mode.policy.name])}), but the user side of "
                f"{quoted([policy.name])} is disabled: its {_number(own)} never applied",
                (
                    claim_spot(own[0], policy, "on a disabled side"),
                    claim_spot(mode.claim, mode.policy, "turns loopback on"),
                ),
                scope=Scope.USER.value,
                confidence="certain" if mode.when == ALWAYS else "likely",
                help=f"enable the user side of {quoted([policy.name])} (GPO Status), or remove its user settings",
            )


def _number(own: list[Claim]) -> str:
    return "user setting is" if len(own) == 1 else f"{len(own)} user settings are"


def _mode(view: View) -> Contestant | None:
    """What turns loopback on, as the strongest GPO sets it; None where it is off."""
    contestants = linked(view.precedence.contests.get((LOOPBACK, Scope.DEVICE), ()))
    return contestants[0] if contestants and contestants[0].claim.value in LOOPBACK_MODES else None


def _overridden(view: View) -> list[Clash]:
    """What counts by loopback, with the strongest of the user's own list, where that one says something else.

    GPOs that come both ways are left out of the user's list: what they lose to, they lose to without loopback.
    """
    found: list[Clash] = []
    loops = any(reach.by_loopback for reach in view.precedence.reaches)
    for (_, scope), contestants in view.precedence.contests.items() if loops else ():
        if scope is not Scope.USER or not any(c.reach.by_loopback for c in contestants):
            continue
        ranked = linked(contestants)
        both = {c.policy.id for c in ranked if c.reach.by_loopback}
        own = next((c for c in ranked if not c.reach.by_loopback), None)
        if own is None or not ranked[0].reach.by_loopback or own.policy.id in both:
            continue
        if (own.claim.value, own.claim.absent) != (ranked[0].claim.value, ranked[0].claim.absent):
            found.append(Clash(ranked[0], own, order(ranked[0], own)))
    return found


def _enforced_loses(clash: Clash) -> bool:
    return clash.loser.reach.enforced and not clash.winner.reach.enforced


def _settings(pair: Pair) -> str:
    names = [last_name(clash.winner.claim) for clash in pair]
    return f"{'' if len(names) == 1 else f'{len(names)} user settings: '}{some_of(names)}"


def _own(policy: Policy) -> list[Claim]:
    return [claim for claim in policy.claims if claim.scope is Scope.USER]


def _counted(policy: Policy) -> str:
    number = len(_own(policy))
    return f"{quoted([policy.name])} ({number} setting{'' if number == 1 else 's'})"
