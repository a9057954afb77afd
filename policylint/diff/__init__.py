"""What changes on machines between two estates: effective settings, outcomes and findings, target by target.

Targets are compared by name. Where nobody wrote targets down, a container that only one side shows counts on both: it
is there before the first GPO is linked to it. What a policy says and what machines get are two things: a policy that
changes without any effect is said to.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from policylint.diff.policies import ContainerChange, PolicyChange, changed_containers, changed_policies
from policylint.effective import Contender, Effective, Outcome, Result
from policylint.errors import UsageError
from policylint.estate import Estate
from policylint.findings import SEVERITIES, Finding, fingerprint_below
from policylint.lint import lint
from policylint.naming import named
from policylint.rank import rank
from policylint.rank.placements import Signature
from policylint.resolve import resolve
from policylint.rules import Rule
from policylint.targets import find_target, is_derived, targets
from policylint.topology import Target

Kind = Literal["appeared", "gone", "value", "certainty", "winner"]
KINDS: tuple[Kind, ...] = ("appeared", "gone", "value", "certainty", "winner")
"""Of what changes about one answer, the first of these that fits: `certainty` keeps the value, `winner` both."""


@dataclass(frozen=True, slots=True)
class SettingChange:
    """One setting in one scope, on one side or on both."""

    kind: Kind
    subject: Result
    """The setting as the new side has it, else as the old one had it."""
    old: Result | None
    new: Result | None


@dataclass(frozen=True, slots=True)
class OutcomeChange:
    """One outcome, such as `whfb/trust-model`."""

    kind: Kind
    subject: Outcome
    """The outcome as the new side has it, else as the old one had it."""
    old: Outcome | None
    new: Outcome | None


@dataclass(frozen=True, slots=True)
class TargetChanges:
    """Targets on which the same things change."""

    targets: tuple[str, ...]
    outcomes: tuple[OutcomeChange, ...]
    settings: tuple[SettingChange, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """Everything that changes. All of it is empty for an estate and itself."""

    changes: tuple[TargetChanges, ...]
    """The largest group of targets first."""
    compared: int
    """How many targets are on both sides."""
    added: tuple[str, ...]
    """Targets that only the new side has."""
    removed: tuple[str, ...]
    new: tuple[Finding, ...]
    """Findings that the old side has not: see `new_and_fixed`."""
    fixed: tuple[Finding, ...]
    policies: tuple[PolicyChange, ...]
    containers: tuple[ContainerChange, ...]

    @property
    def empty(self) -> bool:
        """Whether nothing changes at all."""
        parts = (self.changes, self.added, self.removed, self.new, self.fixed, self.policies, self.containers)
        return not any(parts)


Pair = tuple[Target, Target]


def diff(
    old: Estate,
    new: Estate,
    rules: Mapping[str, Rule],
    pair: Pair | None = None,
    roots: tuple[str, str] = ("", ""),
) -> Difference:
    """Compares two estates: on every target, or on one `pair` of them. `roots` begin the names of each side's files."""
    pairs, added, removed = ([pair], (), ()) if pair else _paired(old, new)
    changes = tuple(_changes(pairs, old, new))
    one = pair or (None, None)
    fresh, fixed = new_and_fixed(_found(old, rules, one[0]), _found(new, rules, one[1]), roots)
    seen = {changed.subject.setting.key for group in changes for changed in group.settings}
    seen |= {s.key for group in changes for found in group.outcomes for s in found.subject.settings}
    return Difference(
        changes,
        len(pairs),
        added,
        removed,
        fresh,
        fixed,
        changed_policies(old, new, seen),
        changed_containers(old.topology, new.topology),
    )


# Targets --------------------------------------------------------------------------------------------------------------


def pair_of(name: str, old: Estate, new: Estate) -> Pair:
    """The target of that name on both sides. A container that one side shows counts on the other one as well, where
    nobody wrote targets down. Raises UsageError where a side has no such target."""
    try:
        before = find_target(name, old)
    except UsageError:
        if not (is_derived(old) and is_derived(new)):
            raise
        after = find_target(name, new)
        return after, after
    try:
        return before, find_target(name, new)
    except UsageError:
        if not (is_derived(old) and is_derived(new)):
            raise
        return before, before


def _paired(old: Estate, new: Estate) -> tuple[list[Pair], tuple[str, ...], tuple[str, ...]]:
    """The targets of both sides by name, and the names of those that one side lacks."""
    before, after = _by_name(old), _by_name(new)
    if is_derived(old) and is_derived(new):
        places = {key: t for side in (before, after) for key, t in side.items() if not t.observed}
        before, after = places | before, places | after
    pairs = [(target, after[key]) for key, target in before.items() if key in after]
    added = tuple(sorted(target.name for key, target in after.items() if key not in before))
    removed = tuple(sorted(target.name for key, target in before.items() if key not in after))
    return pairs, added, removed


def _by_name(estate: Estate) -> dict[tuple[str, int], Target]:
    """The targets by name without case; of one that comes again each by its number."""
    counts: dict[str, int] = {}
    found = {}
    for target in targets(estate):
        key = target.name.casefold()
        counts[key] = counts.get(key, 0) + 1
        found[key, counts[key]] = target
    return found


def _changes(pairs: Iterable[Pair], old: Estate, new: Estate) -> list[TargetChanges]:
    """What changes, by groups of targets: compared once for all that are of one class on both sides."""
    keys = Signature(old), Signature(new)
    classes: dict[Hashable, tuple[Pair, list[str]]] = {}
    for a, b in pairs:
        classes.setdefault((keys[0].of(a), keys[1].of(b)), ((a, b), []))[1].append(b.name)
    groups: dict[Hashable, tuple[list[OutcomeChange], list[SettingChange], list[str]]] = {}
    for (a, b), names in classes.values():
        outcomes, settings = compared(_effective(old, a), _effective(new, b))
        if outcomes or settings:
            same = (*map(_identity, outcomes), *map(_identity, settings))
            groups.setdefault(same, (outcomes, settings, []))[2].extend(names)
    found = [TargetChanges(tuple(sorted(names)), tuple(o), tuple(s)) for o, s, names in groups.values()]
    return sorted(found, key=lambda group: (-len(group.targets), group.targets))


def _effective(estate: Estate, target: Target) -> Effective:
    return named(resolve(rank(estate, target)), estate)


# Answers --------------------------------------------------------------------------------------------------------------


def compared(old: Effective, new: Effective) -> tuple[list[OutcomeChange], list[SettingChange]]:
    """What changes between two answers, by outcome id, and by setting id and scope."""
    before, after = ({o.id: o for o in side.outcomes} for side in (old, new))
    outcomes = [
        OutcomeChange(kind, found, before.get(id_), after.get(id_))
        for id_, found in sorted({**before, **after}.items())
        if (kind := _kind(before.get(id_), after.get(id_))) is not None
    ]
    olds, news = ({(row.setting.key, str(row.scope)): row for row in side.settings} for side in (old, new))
    settings = [
        SettingChange(kind, row, olds.get(key), news.get(key))
        for key, row in sorted({**olds, **news}.items(), key=lambda item: item[0])
        if (kind := _kind(olds.get(key), news.get(key))) is not None
    ]
    return outcomes, settings


Subject = Result | Outcome


def _kind(old: Subject | None, new: Subject | None) -> Kind | None:
    """What changes about one answer; None where nothing does."""
    if old is None or new is None:
        return None if old is new else "appeared" if old is None else "gone"
    if _value(old) != _value(new):
        return "value"
    if (old.state, set(old.conditions)) != (new.state, set(new.conditions)):
        return "certainty"
    return "winner" if _winner(old) != _winner(new) else None


def _value(subject: Subject) -> Hashable:
    """The value and what it may be: numbers and their texts are different values."""
    absent = isinstance(subject, Result) and subject.absent
    return repr(subject.value), absent, frozenset(map(repr, subject.candidates))


def _winner(subject: Subject) -> Hashable:
    """Who decides it: of an outcome the policy whose claim does."""
    first = winner_of(subject)
    return None if first is None else (first.policy.channel, first.policy.id.casefold())


def winner_of(subject: Subject) -> Contender | None:
    """The claim that decides a setting or an outcome; None where none does for sure."""
    if isinstance(subject, Result):
        return subject.winner
    return subject.contenders[0] if subject.contenders and subject.value is not None else None


def _identity(change: SettingChange | OutcomeChange) -> Hashable:
    """Equal for changes that are told alike."""
    return change.kind, _told(change.old), _told(change.new)


def _told(subject: Subject | None) -> Hashable:
    if subject is None:
        return None
    name = (subject.setting.key, subject.scope) if isinstance(subject, Result) else (subject.id, "")
    winner = winner_of(subject)
    decided = None if winner is None else (winner.policy.id, winner.claim.evidence)
    return *name, _value(subject), subject.state, subject.conditions, decided


# Findings -------------------------------------------------------------------------------------------------------------


def _found(estate: Estate, rules: Mapping[str, Rule], target: Target | None) -> tuple[Finding, ...]:
    """The findings of an estate: of all of it, or those of one target beside those that are of none."""
    if target is None:
        return lint(estate, rules)
    if target.observed:  # a target that only a report tells is one beside others
        return tuple(f for f in lint(estate, rules) if not f.targets or target.name in f.targets)
    topology = replace(estate.topology, target=[target])
    return lint(replace(estate, topology=topology), rules)


def new_and_fixed(
    old: Sequence[Finding], new: Sequence[Finding], roots: tuple[str, str] = ("", "")
) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """The findings that only the new side has, or has with more severity, and those that only the old side had.

    One is the other where the fingerprints are equal. A finding that some policies dropped out of is not new either:
    what is left of it was there before.
    """
    before, after = _by_fingerprint(old, roots[0]), _by_fingerprint(new, roots[1])
    gone = [finding for mark, finding in before.items() if mark not in after]
    came = {mark: finding for mark, finding in after.items() if mark not in before or _worse(finding, before[mark])}
    rest = {mark: [g for g in gone if _is_rest(finding, g)] for mark, finding in came.items()}
    kept = {id(finding) for found in rest.values() for finding in found}
    fresh = [f for f in new if (mark := fingerprint_below(f, roots[1])) in came and not rest[mark]]
    fixed = [
        f for f in old if fingerprint_below(f, roots[0]) not in after and id(_one(f, before, roots[0])) not in kept
    ]
    return tuple(fresh), tuple(fixed)


def _one(finding: Finding, known: Mapping[str, Finding], root: str) -> Finding:
    return known[fingerprint_below(finding, root)]


def _by_fingerprint(findings: Iterable[Finding], root: str) -> dict[str, Finding]:
    """The findings by fingerprint; of several the one with most severity."""
    found: dict[str, Finding] = {}
    for finding in findings:
        mark = fingerprint_below(finding, root)
        if mark not in found or _worse(finding, found[mark]):
            found[mark] = finding
    return found


def _worse(a: Finding, b: Finding) -> bool:
    return SEVERITIES.index(a.severity) < SEVERITIES.index(b.severity)


def _is_rest(finding: Finding, gone: Finding) -> bool:
    """Whether a finding is what is left of one that is gone: fewer policies, and nothing else."""
    same = [((f.setting or "").casefold(), f.scope, f.rule) for f in (finding, gone)]
    policies = [{policy.id.casefold() for policy in f.policies} for f in (finding, gone)]
    if same[0] != same[1] or not policies[0] or not policies[0] < policies[1] or _worse(finding, gone):
        return False
    return not finding.targets or not {*finding.targets}.isdisjoint(gone.targets)
