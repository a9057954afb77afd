"""What the policies that reach a target say there: every claim, by setting and scope."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from policylint.facts import ALWAYS, NEVER, FactValue, When, every, given
from policylint.model import Claim, Policy, Scope, Sweep
from policylint.rank.reach import Reach


@dataclass(slots=True, eq=False)
class Contestant:
    """A claim (or a sweep that acts on it, as an absent claim) that reaches the target. Compared by identity.

    Nothing changes one. It is not frozen, because an estate has tens of thousands and frozen ones take twice the time.
    """

    claim: Claim
    reach: Reach
    when: When

    @property
    def policy(self) -> Policy:
        """Whose claim it is."""
        return self.reach.policy


Key = tuple[str, Scope]
"""A setting's key and the scope."""

Contests = Mapping[Key, tuple[Contestant, ...]]


def contests_of(
    reaches: Iterable[Reach], known: Mapping[str, FactValue], told: dict[Reach, Sequence[tuple[Key, Contestant]]]
) -> dict[Key, tuple[Contestant, ...]]:
    """Every claim that reaches the target, by setting and scope; sweeps of keys join as absent claims.

    What comes with a reach under these facts is remembered in `told`: it is the same for all targets that share it.
    """
    found: dict[Key, list[Contestant]] = {}
    sweeps: list[tuple[Reach, Sweep]] = []
    for reach in reaches:
        if reach not in told:
            told[reach] = _brought_by(reach, known)
        for key, contestant in told[reach]:
            if key in found:
                found[key].append(contestant)
            else:
                found[key] = [contestant]
        if reach.policy.sweeps:
            sweeps += [(reach, sweep) for sweep in reach.policy.sweeps if sweep.scope is reach.scope]
    if sweeps:
        _add_sweeps(found, sweeps)
    return {key: tuple(contestants) for key, contestants in found.items()}


def _brought_by(reach: Reach, known: Mapping[str, FactValue]) -> list[tuple[Key, Contestant]]:
    """The claims that come with a reach."""
    found: list[tuple[Key, Contestant]] = []
    scope, usual = reach.scope, reach.when
    for claim in reach.policy.claims:
        if scope is None or claim.scope is scope:
            when = usual if claim.when is ALWAYS else every(usual, given(claim.when, known))
            if when is not NEVER:
                found.append(((claim.setting.key, claim.scope), Contestant(claim, reach, when)))
    return found


def _add_sweeps(found: dict[Key, list[Contestant]], sweeps: list[tuple[Reach, Sweep]]) -> None:
    """A `**DelVals.` or `**DeleteKeys` acts on every value of its keys that another policy writes (G-POL-SPECIAL)."""
    for (key, scope), contestants in found.items():
        path = key.partition("\\")[2].rpartition("!")[0] if key.startswith(("hklm\\", "hkcu\\")) else None
        if path is None:
            continue
        writers = {c.policy.id for c in contestants}
        for reach, sweep in sweeps:
            hit = path == sweep.key or (sweep.tree and path.startswith(f"{sweep.key}\\"))
            if hit and sweep.scope is scope and reach.policy.id not in writers:
                swept = replace(
                    contestants[0].claim,
                    value=None,
                    absent=True,
                    soft=False,
                    type="**DeleteKeys" if sweep.tree else "**DelVals.",
                    evidence=sweep.evidence,
                    when=ALWAYS,
                )
                contestants.append(Contestant(swept, reach, reach.when))
