"""Whether two policies reach one device or user: certainly, possibly or never (semantics 4.1 I-EXPLAIN, 4.4).

Two Intune profiles can be told by their assignments alone; what those leave open, and everything about GPOs, the
estate's targets tell. Where somebody wrote the targets down, policies that share none of them do not meet.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Literal

from policylint.checks.contested import unplaced
from policylint.estate import Estate
from policylint.facts import ALWAYS, NEVER, Not, When, every, some
from policylint.model import Assignment, Channel, Policy, Scope
from policylint.rank import reaches
from policylint.rank.gpo import LOOPBACK
from policylint.rank.placements import placements
from policylint.targets import is_derived, targets

Overlap = Literal["certain", "possible", "never"]


class Overlaps:
    """The overlaps of an estate's policies. What is the same for many pairs is worked out once.

    Of two Intune profiles only their assignments count, which most share with others; of what reaches targets, only
    when it reaches which of them.
    """

    def __init__(self, estate: Estate) -> None:
        self._estate = estate
        self._place = {id(policy): number for number, policy in enumerate(estate.policies)}
        self._assigned = _numbered(policy.assignments for policy in estate.policies)
        self._unplaced = [unplaced(policy, estate) for policy in estate.policies]
        self._derived = is_derived(estate)
        self._told: dict[tuple[int, int], Overlap] = {}
        self._by_numbers: dict[tuple[int, int], Overlap] = {}
        self._distinct: list[Mapping[int, When]] = []

    def of(self, a: Policy, b: Policy, scope: Scope) -> Overlap:
        """Whether two policies of the estate reach one target with their settings of a side."""
        first, second = self._place[id(a)], self._place[id(b)]
        if a.channel is b.channel is Channel.MDM:
            told = self._by_assignments(first, second)
            if told != "possible" or self._derived:
                return told
        elif self._unplaced[first] or self._unplaced[second]:
            return "possible"
        return self._at_targets(self._key(first, a, scope), self._key(second, b, scope))

    def _by_assignments(self, a: int, b: int) -> Overlap:
        pair = self._assigned[a], self._assigned[b]
        if pair not in self._told:
            policies = self._estate.policies
            self._told[pair] = by_assignments(policies[a], policies[b], self._estate)
        return self._told[pair]

    def _key(self, number: int, policy: Policy, scope: Scope) -> tuple[int, Scope | None]:
        """A policy by its place in the estate, with the side of a GPO; Intune policies reach a target as a whole."""
        return number, scope if policy.channel is Channel.GPO else None

    def _at_targets(self, a: tuple[int, Scope | None], b: tuple[int, Scope | None]) -> Overlap:
        """By the pairs of conditions under which they reach each class of targets: most policies share theirs."""
        first, second = sorted((self._numbers[a], self._numbers[b]))
        if (first, second) not in self._by_numbers:
            self._by_numbers[first, second] = _meeting(self._distinct[first], self._distinct[second])
        return self._by_numbers[first, second]

    @cached_property
    def _numbers(self) -> Mapping[tuple[int, Scope | None], int]:
        """Which of the distinct lists of conditions each policy's side has."""
        lists: dict[tuple[int, Scope | None], dict[int, When]] = {}
        reached_by = list(self._reached())
        one = _Equal()
        for number, reached in enumerate(reached_by):
            for key, when in reached.items():
                lists.setdefault(key, {})[number] = one.of(when)
        found: dict[tuple[tuple[int, int], ...], int] = {(): 0}
        numbers: dict[tuple[int, Scope | None], int] = defaultdict(int)
        self._distinct = [{}]
        for key, whens in lists.items():
            told = tuple([(number, id(when)) for number, when in whens.items()])
            numbers[key] = found.setdefault(told, len(found))
            if len(found) > len(self._distinct):
                self._distinct.append(whens)
        return numbers

    def _reached(self) -> Iterator[Mapping[tuple[int, Scope | None], When]]:
        """What reaches each class of the estate's targets, of the policies that a question can be about."""
        asked = {n: _bare(p) for n, p in enumerate(self._estate.policies) if not self._unplaced[n]}
        bare = replace(self._estate, policies=tuple(asked.values()))
        place = {id(policy): number for number, policy in asked.items()}
        for alike in placements(bare, targets(bare)):
            reached: dict[tuple[int, Scope | None], When] = {}
            for reach in reaches(bare, alike.target):
                key = place[id(reach.policy)], reach.scope
                reached[key] = some(reached[key], reach.when) if key in reached else reach.when
            yield reached


class _Equal:
    """Equal conditions as one object: of most conditions, the same object comes again and again."""

    def __init__(self) -> None:
        self._same: dict[When, When] = {}
        self._known: dict[int, tuple[When, When]] = {}
        """By identity, with the object itself, so that no other gets its place."""

    def of(self, when: When) -> When:
        """The first object that was equal to this one."""
        found = self._known.get(id(when))
        if found is None:
            found = self._known[id(when)] = when, self._same.setdefault(when, when)
        return found[1]


def _numbered(values: Iterable[Hashable]) -> list[int]:
    """A number for each value, the same for equal ones."""
    numbers: dict[Hashable, int] = {}
    return [numbers.setdefault(value, len(numbers)) for value in values]


def _meeting(a: Mapping[int, When], b: Mapping[int, When]) -> Overlap:
    """Whether two policies meet, by when each reaches which classes of targets. Equal conditions are one object."""
    found: Overlap = "never"
    pairs = {(id(a[number]), id(b[number])): (a[number], b[number]) for number in a.keys() & b.keys()}
    for pair in pairs.values():
        together = every(*pair)
        if together == ALWAYS:
            return "certain"
        if not _contradicts(together):
            found = "possible"
    return found


def overlaps(estate: Estate) -> Overlaps:
    """The overlaps of the estate's policies."""
    return estate.once(Overlaps)


def _bare(policy: Policy) -> Policy:
    """The policy with nothing but what decides about others' reach: the loopback mode."""
    kept = tuple(claim for claim in policy.claims if claim.setting.key == LOOPBACK)
    return replace(policy, claims=kept, written=(), sweeps=())


def _contradicts(when: When) -> bool:
    """Whether the conditions cannot hold together: one of them is the opposite of another."""
    parts = getattr(when, "parts", ())
    return when == NEVER or any(isinstance(part, Not) and part.part in parts for part in parts)


def by_assignments(a: Policy, b: Policy, estate: Estate) -> Overlap:
    """What the assignments of two Intune profiles tell.

    Certain: both go to all devices, to all users, or to one group, with the same filter and the same exclusions (what
    one of them takes out, the other takes out too). Never: one is unassigned, or each group that one goes to is taken
    out of the other, or they use one filter in opposite ways. Groups of unknown members are possible, no more.
    """
    if a.assignments is None or b.assignments is None:
        return "never" if is_unassigned(a) or is_unassigned(b) else "possible"
    meeting = [told for x in _includes(a) for y in _includes(b) if (told := _meet(x, a, y, b, estate)) != "never"]
    return "certain" if "certain" in meeting else "possible" if meeting else "never"


def is_unassigned(policy: Policy) -> bool:
    """Whether the export shows that an Intune profile goes to nobody (I-ASG-NONE)."""
    return policy.assignments is not None and all(a.exclude for a in policy.assignments)


def _includes(policy: Policy) -> Iterator[Assignment]:
    return (a for a in policy.assignments or () if not a.exclude)


def _meet(x: Assignment, a: Policy, y: Assignment, b: Policy, estate: Estate) -> Overlap:
    """Whether two inclusions reach one device or user."""
    if x.filter and x.filter == y.filter and x.filter_mode != y.filter_mode:
        return "never"
    if _taken_out(x, b, y, estate) or _taken_out(y, a, x, estate):
        return "never"
    alike = (x.filter, x.filter_mode) == (y.filter, y.filter_mode) and _excluded(a) == _excluded(b)
    if not alike or _outranked(x, a) or _outranked(y, b):
        return "possible"
    if x.target != "other" and _named(x) == _named(y):
        return "certain"
    kinds = {members(x, estate), members(y, estate)}
    virtual = {"all-devices", "all-users"} & {x.target, y.target}
    return "certain" if virtual and len(kinds) == 1 and kinds != {None} and not x.filter else "possible"


def _outranked(x: Assignment, policy: Policy) -> bool:
    """Whether a filter that excludes, on another assignment of the profile, may decide in its place (I-FILTER)."""
    return x.filter_mode != "exclude" and any(a.filter_mode == "exclude" for a in _includes(policy))


def _taken_out(x: Assignment, b: Policy, y: Assignment, estate: Estate) -> bool:
    """Whether the other profile's inclusion leaves out everything that an inclusion reaches (I-ASG-EXCL)."""
    if not any(e.exclude and _named(e) == _named(x) for e in b.assignments or ()):
        return False
    kinds = {members(x, estate), members(y, estate)}
    return _named(x) == _named(y) or (len(kinds) == 1 and kinds != {None})


def _named(assignment: Assignment) -> tuple[str, str]:
    return assignment.target, (assignment.group or "").casefold()


def _excluded(policy: Policy) -> frozenset[tuple[str, str]]:
    return frozenset(_named(a) for a in policy.assignments or () if a.exclude)


def members(assignment: Assignment, estate: Estate) -> str | None:
    """Whether an assignment's group holds devices or users, where that is known."""
    virtual = {"all-devices": "devices", "all-users": "users"}
    if assignment.target in virtual:
        return virtual[assignment.target]
    found = estate.groups_named.get((assignment.group or "").casefold(), ())
    return next((group.members for group in found), None)
