"""Windows LAPS reads one policy root and nothing else: the first that holds any setting (M-LAPS, D21).

The root of the LAPS CSP comes before the one of Group Policy, so where Intune sets anything of LAPS, what a GPO says
about LAPS is ignored, also where the CSP leaves the setting to its default. Each setting of a GPO therefore meets the
root as one more claim: left unset by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from policylint.facts import some
from policylint.families.product_keys import LAPS, prefixed
from policylint.model import Channel, Scope
from policylint.rank import Contestant

LEFT_UNSET = "left unset"
"""The type of the claim that a whole root makes about a setting that it does not hold."""

Contests = Mapping[tuple[str, Scope], tuple[Contestant, ...]]


def with_root(contests: Contests) -> Contests:
    """The contests, with the LAPS CSP as a whole in each that a GPO has about LAPS."""
    laps = {at: contestants for at, contestants in contests.items() if prefixed(at[0], LAPS)}
    root = [c for at in sorted(laps) for c in laps[at] if c.policy.channel is Channel.MDM]
    if not root:
        return contests
    met = {at: _met(those, root) for at, those in laps.items() if any(c.policy.channel is Channel.GPO for c in those)}
    return {**contests, **met}


def _met(contestants: tuple[Contestant, ...], root: list[Contestant]) -> tuple[Contestant, ...]:
    """A contest with the root in it, unless the same policies set the setting itself."""
    whens = {c.when for c in root}
    if whens <= {c.when for c in contestants if c.policy.channel is Channel.MDM}:
        return contestants
    first = min(root, key=lambda c: (c.policy.name, c.policy.id, repr(c.claim.evidence)))
    setting = contestants[0].claim.setting
    unset = replace(first.claim, setting=setting, value=None, absent=True, soft=False, type=LEFT_UNSET, origin="")
    return (*contestants, Contestant(unset, first.reach, some(*dict.fromkeys(c.when for c in root))))
