"""Single policies and places of one .admx file, found without the others where the file's form allows it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, TypeVar

from policylint.catalogue.admx_policy import AdmxPolicy, Slot, Written, fold_key, written

K = TypeVar("K")
V = TypeVar("V")

Placed = tuple[str, str | None, Written]
"""What a policy writes, under its folded key and the case-folded name of its value; None is a list box, which writes
many names."""


class Finder(Protocol):
    """What is asked of a file about some of its policies. Answers are in file order."""

    def named(self, name: str) -> tuple[AdmxPolicy, ...]:
        """The policies of a case-folded name."""

    def shown_as(self, name: str) -> tuple[AdmxPolicy, ...]:
        """The policies that the editor calls so, case-folded and without blanks around it."""

    def at(self, key: str, name: str | None) -> tuple[Slot, ...]:
        """What writes the value of a case-folded name in a folded key; for None the list boxes of the key."""

    def inside(self, key: str) -> tuple[Slot, ...]:
        """Everything that policies write into a folded key."""


@dataclass(frozen=True)
class Opened:
    """Finds among policies that are all there."""

    policies: tuple[AdmxPolicy, ...]

    def named(self, name: str) -> tuple[AdmxPolicy, ...]:
        """The policies of a case-folded name."""
        return self._by_name.get(name, ())

    @cached_property
    def _by_name(self) -> Mapping[str, tuple[AdmxPolicy, ...]]:
        return grouped((policy.name.casefold(), policy) for policy in self.policies)

    def shown_as(self, name: str) -> tuple[AdmxPolicy, ...]:
        """The policies that the editor calls so, case-folded and without blanks around it."""
        return self._by_display_name.get(name, ())

    @cached_property
    def _by_display_name(self) -> Mapping[str, tuple[AdmxPolicy, ...]]:
        return grouped((folded(policy.display_name), policy) for policy in self.policies)

    def at(self, key: str, name: str | None) -> tuple[Slot, ...]:
        """What writes the value of a case-folded name in a folded key; for None the list boxes of the key."""
        return self._by_place.get((key, name), ())

    @cached_property
    def _by_place(self) -> Mapping[tuple[str, str | None], tuple[Slot, ...]]:
        return grouped(((key, name), Slot(p, *found)) for p in self.policies for key, name, found in placed(p))

    def inside(self, key: str) -> tuple[Slot, ...]:
        """Everything that policies write into a folded key."""
        return self._by_key.get(key, ())

    @cached_property
    def _by_key(self) -> Mapping[str, tuple[Slot, ...]]:
        return grouped((key, Slot(p, *found)) for p in self.policies for key, _, found in placed(p))


def placed(policy: AdmxPolicy) -> list[Placed]:
    """Everything that a policy writes, with its place."""
    return [(fold_key(one[0]), one[1] and one[1].casefold(), one) for one in written(policy)]


def folded(display_name: str) -> str:
    """What the editor calls a policy, for comparison."""
    return display_name.strip().casefold()


def grouped(pairs: Iterable[tuple[K, V]]) -> dict[K, tuple[V, ...]]:
    """The values of each key, in their order."""
    found: dict[K, list[V]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return {key: tuple(values) for key, values in found.items()}
