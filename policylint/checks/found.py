"""What a check hands to lint: one thing found, still without its rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TypeVar, cast

from policylint.checks.clashes import Clash, Known, clashes
from policylint.effective import Effective
from policylint.estate import Estate
from policylint.evidence import Evidence
from policylint.families.related import kind_of
from policylint.families.whfb import Pick, Situation
from policylint.families.whfb_settings import Hello
from policylint.families.whfb_worlds import Hellos, hellos
from policylint.findings import Confidence, Severity
from policylint.frozen import quickly_built
from policylint.model import Claim, Policy
from policylint.rank import Precedence
from policylint.rank.contests import Contestant, Contests, Key
from policylint.resolve import resolve

T = TypeVar("T")

WHERE = "{where}"
"""Stands in messages for the targets, which are named once findings of several targets are merged."""


@quickly_built
@dataclass(frozen=True, slots=True)
class Spot:
    """A place to show, whose policy it is, and what is to be said about it."""

    evidence: Evidence
    policy: Policy | None = None
    label: str = ""


@quickly_built
@dataclass(frozen=True, slots=True)
class Found:
    """One thing found. The first spot is the thing to change."""

    message: str
    spots: tuple[Spot, ...]
    setting: str | None = None
    scope: str | None = None
    severity: Severity | None = None
    """Where it differs from the rule's."""
    confidence: Confidence = "certain"
    help: str = ""
    subject: str = ""
    """The setting or outcome whose story tells more."""
    apart: str = ""
    """What keeps it apart from findings of other targets about the same policies and setting, such as who wins."""


@dataclass(frozen=True)
class View:
    """One target, as the checks see it. `precedence` holds only the settings that the checks look at."""

    estate: Estate
    precedence: Precedence
    known: Known = field(default_factory=dict, repr=False, compare=False)
    """What was found out about contests that several targets see."""
    _made: dict[object, object] = field(default_factory=dict, init=False, repr=False, compare=False)

    def once(self, make: Callable[[View], T]) -> T:
        """What a function makes of the target, made once however many checks ask for it."""
        if make not in self._made:
            self._made[make] = make(self)
        return cast(T, self._made[make])

    @cached_property
    def hello(self) -> Hellos:
        """The Windows Hello claims that reach the target."""
        return hellos(self.precedence)

    @cached_property
    def clashes(self) -> tuple[Clash, ...]:
        """Where a stronger GPO takes a setting from a weaker one, of the settings that the checks look at."""
        return tuple(clashes(self.precedence, self.known))

    def on(self, kind: str) -> Contests:
        """The contests on settings of a kind (`kind_of`)."""
        return self._by_kind.get(kind, {})

    @cached_property
    def _by_kind(self) -> Mapping[str, Contests]:
        found: dict[str, dict[Key, tuple[Contestant, ...]]] = {}
        for at, contestants in self.precedence.contests.items():
            if kind := kind_of(at[0]):
                found.setdefault(kind, {})[at] = contestants
        return found

    @cached_property
    def effective(self) -> Effective:
        """The settings of the target that the checks look at, resolved."""
        return resolve(self.precedence)


@dataclass(frozen=True, slots=True)
class Later:
    """One thing found, whose words are made once nothing else is known to tell the same: there are many worlds."""

    setting: str | None
    scope: str | None
    tell: Callable[[], Found]
    """What makes it; of the same setting and scope."""


EstateCheck = Callable[[Estate], Iterable[Found]]
TargetCheck = Callable[[View], Iterable[Found]]


def over_worlds(
    view: View,
    subjects: Sequence[Hello],
    predicate: Callable[[Situation], Iterable[Found | Later]],
    *,
    assumed_only: bool = False,
) -> Iterator[Found]:
    """Runs a predicate in every world that matters to the subjects.

    What it finds in all worlds is certain, in the assumed one likely, in others possible. `assumed_only` is for things
    that are missing: that a policy might not reach the target is no reason to miss what it sets.
    """
    kinds, exhaustive = view.hello.kinds(subjects)
    worlds = sum(number for _, number in kinds)
    seen: dict[tuple[str | None, str | None], tuple[Found | Later, bool]] = {}
    counts: Counter[tuple[str | None, str | None]] = Counter()
    for situation, number in kinds:
        for found in predicate(situation):
            key = found.setting, found.scope
            counts[key] += number
            if key not in seen:
                seen[key] = found, situation is kinds[0][0]
    for key, (one, assumed) in seen.items():
        certain = exhaustive and counts[key] == worlds
        if assumed or not assumed_only:
            found = one.tell() if isinstance(one, Later) else one
            yield replace(found, confidence="certain" if certain else "likely" if assumed else "possible")


def spot(pick: Pick, label: str = "") -> Spot:
    """The place of a pick's claim."""
    return Spot(pick.contestant.claim.evidence, pick.contestant.policy, label)


def claim_spot(claim: Claim, policy: Policy, label: str = "") -> Spot:
    """The place of a claim."""
    return Spot(claim.evidence, policy, label)


def names(picks: Iterable[Pick]) -> str:
    """The policies of the picks, quoted, once each."""
    return quoted(dict.fromkeys(pick.contestant.policy.name for pick in picks))


def quoted(texts: Iterable[str]) -> str:
    """Names in quotes: "A", "B" and "C"."""
    found = [f'"{text}"' for text in texts]
    return found[0] if len(found) == 1 else f"{', '.join(found[:-1])} and {found[-1]}" if found else ""


def listed(texts: Iterable[str]) -> str:
    """Words as a list: a, b and c."""
    found = list(texts)
    return found[0] if len(found) == 1 else f"{', '.join(found[:-1])} and {found[-1]}" if found else ""
