"""What resolve answers: the effective settings of one target, each with its certainty, winner, losers and reasons."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from policylint.decoded import Decoded
from policylint.model import Claim, Policy, Scope, SettingId, Value
from policylint.observed import Observation, ObservedSetting
from policylint.rank.reach import Excluded


class State(StrEnum):
    """How sure a result is. Blocked, unknown and contradictory are never collapsed into one (semantics, chapter 0)."""

    DETERMINED = "determined"
    CONDITIONAL = "conditional"
    UNDETERMINED = "undetermined"
    NOT_APPLICABLE = "not-applicable"


class Contender(NamedTuple):
    """A claim in a contest, whose policy it is, and the ids of the rules that ranked it."""

    claim: Claim
    policy: Policy
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """One setting in one scope. `value` is the assumed value of a conditional result, None where nothing is assumed."""

    setting: SettingId
    scope: Scope
    state: State
    value: Value
    absent: bool
    candidates: tuple[Value, ...]
    conditions: tuple[str, ...]
    """Facts by name, in order of first use."""
    reasons: tuple[str, ...]
    """Ids of the rules that decided it, strongest first."""
    winner: Contender | None
    losers: tuple[Contender, ...]
    """Strongest first."""
    name: str | None = None
    """The display name of the policy, where an ADMX of the estate or the catalogue tells it."""
    category: str = ""
    """The category path of that policy."""
    decoded: Decoded | None = None
    """What the value says, where it holds a whole rule."""
    element: str = ""
    """What the policy's dialog calls the element that holds the value; '' for the policy's own value."""
    also: tuple[str, ...] = ()
    """Other policies that write the same setting, by category path and name, best first."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A derived answer, such as `whfb/trust-model`."""

    id: str
    state: State
    value: str | None
    candidates: tuple[str, ...]
    conditions: tuple[str, ...]
    reasons: tuple[str, ...]
    prerequisites: tuple[str, ...] = ()
    """What the outcome needs to work; listed, never deciding."""
    contenders: tuple[Contender, ...] = ()
    """The claims that had a say, strongest first; the first one with reasons that say so decides."""
    settings: tuple[SettingId, ...] = ()
    """The settings that it is derived from."""


@dataclass(frozen=True, slots=True)
class Effective:
    """Everything that one target ends up with."""

    target: str
    device: str | None
    user: str | None
    facts: Mapping[str, object]
    settings: tuple[Result, ...]
    outcomes: tuple[Outcome, ...]
    excluded: tuple[Excluded, ...] = ()
    """Policies that do not reach the target, each with the rule that keeps it out."""
    observation: Observation | None = None
    """What gpresult saw there."""

    def observed(self, row: Result) -> ObservedSetting | None:
        """Who decided a setting by gpresult; None where that does not tell."""
        if self.observation is None:
            return None
        return self.observation.decided(row.setting, row.scope, row.name, row.category)

    def out_of_play(self, settings: Collection[SettingId]) -> tuple[Excluded, ...]:
        """The policies that say something about the settings and do not reach the target, by name."""
        found = {
            (item.policy.name, item.policy.id, item.reason): item for item in self.excluded if _is_about(item, settings)
        }
        return tuple(found[key] for key in sorted(found))


def _is_about(item: Excluded, settings: Collection[SettingId]) -> bool:
    if item.instead:
        return not item.instead.isdisjoint(settings)
    return any(c.setting in settings and item.scope in (None, c.scope) for c in item.policy.claims)


def settings_of(subject: Result | Outcome) -> tuple[SettingId, ...]:
    """The settings that a subject is about."""
    return (subject.setting,) if isinstance(subject, Result) else subject.settings
