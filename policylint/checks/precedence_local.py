"""Local policy that somebody relies upon, and that a GPO switches off (PR050; G-LGPO-OFF)."""

from __future__ import annotations

from collections.abc import Iterator

from policylint.checks.found import WHERE, Found, Spot, View, claim_spot, quoted
from policylint.checks.gpo_claims import SHOWN, linked, some_of
from policylint.facts import ALWAYS
from policylint.families.related import NO_LOCAL_POLICY
from policylint.model import Scope
from policylint.rank import Contestant
from policylint.rank.local_policy import is_local, layer_of

OBSERVED = "LOCALGPO"
"""The local GPO, as gpresult names it."""


def local_policy_ignored(view: View) -> Iterator[Found]:
    """A GPO switches local policy off where the inputs hold some, or gpresult saw it decide settings."""
    contestants = linked(view.precedence.contests.get((NO_LOCAL_POLICY, Scope.DEVICE), ()))
    switch = next((one for one in contestants if not is_local(one.reach)), None)
    if switch is None or switch.claim.value != 1:
        return
    name = quoted([switch.policy.name])
    lost = {p.id: p for p in view.estate.policies if layer_of(p) is not None and p.claims}
    for policy in lost.values():
        many = "the setting" if len(policy.claims) == 1 else f"the {len(policy.claims)} settings"
        yield _found(
            switch,
            f"{name} switches local policy off on {WHERE}: {many} of the local policy "
            f"{quoted([policy.name])} {'has' if len(policy.claims) == 1 else 'have'} no effect there",
            [claim_spot(policy.claims[0], policy, "local policy, not processed")],
        )
    told = _observed(view)
    if told and not lost:
        names = some_of([name for name, _ in told])
        yield _found(
            switch,
            f"{name} switches local policy off on {WHERE}, where gpresult saw it decide {names}",
            [spot for _, spot in told[:SHOWN]],
        )


def _observed(view: View) -> list[tuple[str, Spot]]:
    """What gpresult saw local policy decide at the target."""
    seen = view.precedence.observation
    sides = (seen.computer, seen.user) if seen is not None else ()
    return [
        (row.name or str(row.setting), Spot(row.evidence, None, "decided by local policy"))
        for side in sides
        for row in side.winners.values()
        if row.gpo.id == OBSERVED
    ]


def _found(switch: Contestant, message: str, lost: list[Spot]) -> Found:
    return Found(
        message,
        (claim_spot(switch.claim, switch.policy, "switches local policy off"), *lost),
        switch.claim.setting.text,
        switch.claim.scope.value,
        confidence="certain" if switch.when == ALWAYS else "likely",
        help="put what local policy sets into a GPO",
        subject=switch.claim.setting.text,
    )
