"""Which policies of a packed file write which registry values, by their numbers in the file.

As JSON it is two lists, each with one entry for every key of the file, folded and sorted: the case-folded names of the
values that policies write there, null for a list box; and beside each name the number of the policy.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from policylint.catalogue.admx_finder import placed
from policylint.catalogue.admx_policy import AdmxPolicy

NOBODY: Mapping[str | None, Sequence[int]] = {}


@dataclass(frozen=True)
class PackedIndex:
    """The numbers of the policies that write something at a place, in file order."""

    keys: Sequence[str]
    """Folded and sorted."""
    names: Sequence[Sequence[str | None]]
    numbers: Sequence[Sequence[int]]

    @classmethod
    def of(cls, keys: Iterable[str], policies: Iterable[AdmxPolicy]) -> PackedIndex:
        """The index of these policies, which write into no other keys than these folded ones."""
        found: dict[str, dict[tuple[str | None, int], None]] = {key: {} for key in sorted(keys)}
        for number, policy in enumerate(policies):
            for key, name, _ in placed(policy):
                found[key][name, number] = None
        rows = found.values()
        return cls(list(found), [[name for name, _ in row] for row in rows], [[n for _, n in row] for row in rows])

    def written(self) -> Any:
        """As JSON has it; `PackedIndex(sorted(keys), *written)` reads it."""
        return [self.names, self.numbers]

    @cached_property
    def _rows(self) -> Mapping[str, int]:
        return {key: row for row, key in enumerate(self.keys)}

    @cached_property
    def _asked(self) -> dict[str, Mapping[str | None, Sequence[int]]]:
        """The keys that were asked about, each with the numbers by the names of its values."""
        return {}

    def at(self, key: str, name: str | None) -> Sequence[int]:
        """The policies that write the value of a case-folded name in a folded key; for None, that have a list there."""
        by_name = self._asked.get(key)
        if by_name is None:
            by_name = self._asked[key] = self._by_name(key)
        return by_name.get(name, ())

    def _by_name(self, key: str) -> Mapping[str | None, Sequence[int]]:
        row = self._rows.get(key)
        if row is None:
            return NOBODY
        found: dict[str | None, list[int]] = {}
        for name, number in zip(self.names[row], self.numbers[row], strict=True):
            found.setdefault(name, []).append(number)
        return found

    def inside(self, key: str) -> Sequence[int]:
        """The policies that write into a folded key."""
        row = self._rows.get(key)
        return () if row is None else list(dict.fromkeys(self.numbers[row]))
