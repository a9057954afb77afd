"""What gpresult saw beside what the exports say: GPOs that were applied or not, and deciders that differ (RD033)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from policylint.checks.found import Found, Spot, claim_spot, quoted
from policylint.effective import Contender, Effective, Result, State
from policylint.estate import Estate
from policylint.facts import ALWAYS
from policylint.model import Channel, Policy, Scope
from policylint.naming import named
from policylint.observed import Observation, ObservedGpo, ObservedSetting, observation_of
from policylint.rank import rank
from policylint.resolve import resolve
from policylint.targets import targets
from policylint.topology import Target


def differs(estate: Estate) -> Iterable[Found]:
    """GPOs that came through or did not when gpresult ran, and settings with another decider, against the exports.

    Only GPOs whose exports were read are compared, and only where the two say different things: which of two equal
    values wins is of no consequence, and not always known.
    """
    for target in targets(estate) if estate.observations else ():
        seen = observation_of(target, estate.observations)
        if seen is not None:
            yield from _reached(estate, target, seen)
        narrowed = None if seen is None else _narrow(estate, seen)
        if narrowed is not None:
            effective = named(resolve(rank(narrowed, target)), estate)
            for row in effective.settings:
                yield from _compared(row, effective, estate)


_REFUSED = frozenset({"access denied", "disabled", "filtered out"})
"""Refusals that the exports tell too. Of others, an empty GPO among them, they say nothing."""


def _reached(estate: Estate, target: Target, seen: Observation) -> Iterator[Found]:
    """GPOs that gpresult saw applied and that do not reach the target by the exports, for certain, or the reverse."""
    both = list(_listed(estate, seen))
    if not both:
        return
    precedence = rank(estate, target)
    for scope, policy, listed in both:
        ours = [reach for reach in precedence.reaches if reach.policy is policy and reach.scope is scope]
        out = [o for o in precedence.excluded if o.policy is policy and o.scope in (None, scope)]
        if any(gpo.applied for gpo in listed) and out and not ours:
            yield _found(target, seen, policy, scope, "was applied", f"it is kept out: {out[0].text}")
        refusals = {gpo.refused for gpo in listed}
        if len(refusals) == 1 and refusals <= _REFUSED and any(reach.when == ALWAYS for reach in ours):
            yield _found(target, seen, policy, scope, f"was not applied ({refusals.pop()})", "it reaches the target")


def _listed(estate: Estate, seen: Observation) -> Iterator[tuple[Scope, Policy, list[ObservedGpo]]]:
    """The GPOs of the estate that the report lists, on each side, with the links that it lists them at."""
    ids = {gpo.id.casefold() for scope in Scope for gpo in seen.side(scope).gpos}
    ours = [policy for policy in estate.policies if policy.id.casefold() in ids]
    for scope, policy in ((scope, policy) for scope in Scope for policy in ours):
        listed = [gpo for gpo in seen.side(scope).gpos if gpo.same(policy)]
        if listed:
            yield scope, policy, listed


def _found(target: Target, seen: Observation, policy: Policy, scope: Scope, saw: str, exported: str) -> Found:
    side = "computer" if scope is Scope.DEVICE else "user"
    message = f"gpresult of {target.name} shows that {quoted([policy.name])} {saw} to the {side}"
    spots = (Spot(seen.evidence, None, "listed here"), Spot(policy.evidence, policy, "otherwise by the exports"))
    return Found(f"{message}, and by the exports {exported}", spots, scope=scope)


def _narrow(estate: Estate, seen: Observation) -> Estate | None:
    """The estate with only the settings that the report or its GPOs say something about; None without such a GPO."""
    deciders = [setting for side in (seen.computer, seen.user) for setting in side.settings]
    gpos = dict.fromkeys(setting.gpo for setting in deciders)
    ids = {gpo.id.casefold() for gpo in gpos}
    ours = [p for p in estate.policies if p.id.casefold() in ids and any(gpo.same(p) for gpo in gpos)]
    if not ours:
        return None
    keys = {claim.setting.key for policy in ours for claim in policy.claims}
    keys |= {setting.setting.key for setting in deciders if setting.setting is not None}
    policies = (replace(p, claims=tuple(c for c in p.claims if c.setting.key in keys)) for p in estate.policies)
    return replace(estate, policies=tuple(policies))


def _compared(row: Result, effective: Effective, estate: Estate) -> Iterator[Found]:
    seen, winner = effective.observed(row), row.winner
    if seen is None or winner is None or row.state is not State.DETERMINED or winner.policy.channel is not Channel.GPO:
        return
    ours = next((policy for policy in estate.policies if seen.gpo.same(policy)), None)
    if ours is None or seen.gpo.same(winner.policy):
        return
    beaten = next((loser for loser in row.losers if seen.gpo.same(loser.policy)), None)
    if beaten is not None and _equal(beaten, winner):
        return
    if beaten is None and seen.setting is None:
        return  # a template has several values, and the observed GPO decides the others
    yield Found(
        f"gpresult of {effective.target} shows that {quoted([ours.name])} decides {row.setting.text}, "
        f"and the exports say {quoted([winner.policy.name])}",
        tuple(_spots(seen, winner, beaten)),
        row.setting.text,
        row.scope,
        subject=row.setting.text,
    )


def _equal(a: Contender, b: Contender) -> bool:
    return (a.claim.value, a.claim.absent) == (b.claim.value, b.claim.absent)


def _spots(seen: ObservedSetting, winner: Contender, beaten: Contender | None) -> Iterator[Spot]:
    yield Spot(seen.evidence, None, "decided here")
    yield claim_spot(winner.claim, winner.policy, "decides by the exports")
    if beaten is not None:
        yield claim_spot(beaten.claim, beaten.policy, "loses by the exports")
