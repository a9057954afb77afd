"""When policies arrive at the estate's targets: under which condition at each class of them, by numbers.

Conditions are numbered, so that a policy is a row of numbers, most policies share their row, and whether two meet is
asked once for each pair of conditions.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Literal

from policylint.claimed import claimed, sides
from policylint.estate import Estate
from policylint.facts import ALWAYS, NEVER, Not, When, every, some
from policylint.frozen import changing
from policylint.model import Channel, Policy, Scope
from policylint.rank import reaches
from policylint.rank.gpo import LOOPBACK
from policylint.rank.placements import placements
from policylint.targets import targets
from policylint.topology import Target

Meet = Literal["certain", "possible", "never"]
Row = tuple[int, ...]
"""The number of the condition under which a policy reaches each class of targets. Rows have numbers, too."""

_NOT = 0
"""The number of the condition that never holds."""


class Arrivals:
    """When policies of an estate reach its targets.

    The targets are those of the placed policies; `among` are the numbers of those that may be asked about.
    """

    def __init__(self, estate: Estate, placed: Collection[int], among: Collection[int]) -> None:
        self._estate = estate
        self._placed = placed
        self._modes = {number for _, number, _ in claimed(estate).by_key.get(LOOPBACK, ())}
        gpos = (number for number in sorted(placed) if estate.policies[number].channel is Channel.GPO)
        any_gpo = next(gpos, None)  # without any, devices that nobody places would count as never in a domain
        self._among = sorted({*among, *self._modes.intersection(placed), *(() if any_gpo is None else (any_gpo,))})
        self._rows: list[Row] = [()]
        self._where: list[frozenset[int]] = [frozenset()]
        """The classes that each row reaches under some condition: mostly a few, as those below a container."""
        self._numbers_of_rows: dict[Row, int] = {(): 0}
        self._conditions: list[When] = [NEVER]
        self._numbers: dict[When, int] = {NEVER: _NOT}
        self._known: dict[int, tuple[When, int]] = {}
        """By identity, with the condition itself, so that no other gets its place."""
        self._rows_meet: dict[tuple[int, int], Meet] = {}
        self._conditions_meet: dict[tuple[int, int], Meet] = {}

    def row(self, number: int, side: Scope | None) -> int:
        """When a policy, by its number, reaches the targets: a GPO with its settings of a side. A number for that."""
        if side is None:
            rows = self._of_profiles
        elif side is Scope.DEVICE:
            rows = self._on_devices
        else:
            rows = self._of_few_on_users if number in self._setting_users else self._on_users
        return rows.get(number, 0)

    @cached_property
    def _of_profiles(self) -> Mapping[int, int]:
        return self._worked_out(None, self._bare)

    @cached_property
    def _on_devices(self) -> Mapping[int, int]:
        return self._worked_out(Scope.DEVICE, self._bare)

    @cached_property
    def _on_users(self) -> Mapping[int, int]:
        return self._worked_out(Scope.USER, self._bare)

    @cached_property
    def _of_few_on_users(self) -> Mapping[int, int]:
        return self._worked_out(Scope.USER, self._few)

    @cached_property
    def _setting_users(self) -> Collection[int]:
        """The policies that set something for users, or the loopback mode: a few, and others are hardly asked about."""
        told = sides(self._estate)
        return {number for number in self._among if Scope.USER in told[number] or number in self._modes}

    @cached_property
    def _few(self) -> Estate:
        users = self._setting_users
        those = [policy for number, policy in zip(self._among, self._bare.policies, strict=True) if number in users]
        return replace(self._bare, policies=tuple(those))

    def meet(self, a: int, b: int) -> Meet:
        """Whether two policies reach one target, by the numbers of their rows."""
        told = self._rows_meet.get((a, b))
        if told is None:
            mine, theirs = self._rows[a], self._rows[b]
            both = {(mine[at], theirs[at]) for at in self._where[a] & self._where[b]}
            found = {self._together(one, other) for one, other in both}
            told = "certain" if "certain" in found else "possible" if "possible" in found else "never"
            self._rows_meet[a, b] = told
        return told

    def _together(self, a: int, b: int) -> Meet:
        """Whether two conditions can hold at once, or surely do."""
        pair = a, b
        if pair not in self._conditions_meet:
            together = every(self._conditions[a], self._conditions[b])
            open_: Meet = "never" if _contradicts(together) else "possible"
            self._conditions_meet[pair] = "certain" if together == ALWAYS else open_
        return self._conditions_meet[pair]

    def _worked_out(self, side: Scope | None, among: Estate) -> Mapping[int, int]:
        place, classes = self._number_of, self._classes
        rows: dict[int, list[int]] = {}
        answers: dict[int, tuple[object, dict[int, int]]] = {}
        for at, target in enumerate(classes):
            found = reaches(among, target, side)
            if id(found) not in answers:
                told: dict[int, int] = {}
                for reach in found:
                    number = place[id(reach.policy)]
                    when = self._number(reach.when)
                    told[number] = self._either(told[number], when) if number in told else when
                answers[id(found)] = found, told
            for number, when in answers[id(found)][1].items():
                if number not in rows:
                    rows[number] = [_NOT] * len(classes)
                rows[number][at] = when
        return {number: self._number_of_row(tuple(row)) for number, row in rows.items()}

    def _number_of_row(self, row: Row) -> int:
        number = self._numbers_of_rows.setdefault(row, len(self._rows))
        if number == len(self._rows):
            self._rows.append(row)
            self._where.append(frozenset([at for at, when in enumerate(row) if when]))
        return number

    @cached_property
    def _bare(self) -> Estate:
        """The policies with nothing but what decides about reach."""
        policies = self._estate.policies
        bare = [_bare(policies[number], number in self._modes) for number in self._among]
        return replace(self._estate, policies=tuple(bare))

    @cached_property
    def _number_of(self) -> Mapping[int, int]:
        """The number of a bare policy, by its identity."""
        return {id(policy): number for number, policy in zip(self._among, self._bare.policies, strict=True)}

    @cached_property
    def _classes(self) -> Sequence[Target]:
        """One of the targets that see the same."""
        policies = self._estate.policies
        every = replace(self._estate, policies=tuple([policies[number] for number in sorted(self._placed)]))
        return [alike.target for alike in placements(self._bare, targets(every))]

    def _number(self, when: When) -> int:
        found = self._known.get(id(when))
        if found is None:
            number = self._numbers.setdefault(when, len(self._conditions))
            if number == len(self._conditions):
                self._conditions.append(when)
            found = self._known[id(when)] = when, number
        return found[1]

    def _either(self, a: int, b: int) -> int:
        return self._number(some(self._conditions[a], self._conditions[b]))


def _bare(policy: Policy, loops: bool) -> Policy:
    """The policy with nothing but what decides about others' reach: the loopback mode."""
    kept = tuple([claim for claim in policy.claims if claim.setting.key == LOOPBACK]) if loops else ()
    return _with(policy, kept, (), ())


_with = changing(Policy, "claims", "written", "sweeps")


def _contradicts(when: When) -> bool:
    """Whether the conditions cannot hold together: one of them is the opposite of another."""
    parts = getattr(when, "parts", ())
    return when == NEVER or any(isinstance(part, Not) and part.part in parts for part in parts)
