"""A table of the catalogue, sorted by the names in its first column: few of its lines are ever asked for."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import ItemsView, Iterator, Mapping, Sequence
from functools import cached_property
from json import JSONDecoder
from typing import Any

_DECODER = JSONDecoder()


def cell(text: str) -> Any:
    """What a cell says that holds JSON and nothing else, not even blanks: `json.loads` looks for them, at both ends."""
    return _DECODER.raw_decode(text)[0]


class Table(Mapping[str, str]):
    """The rest of each line by what stands before its first tab. Taking all lines apart takes longer than asking.

    `lines` are sorted UTF-8 without their ends; a tab sorts before all that a name has in it.
    """

    def __init__(self, lines: Sequence[bytes]) -> None:
        self._lines = lines

    def __getitem__(self, name: str) -> str:
        begin = name.encode("utf-8", "surrogatepass") + b"\t"
        at = bisect_left(self._lines, begin)
        if at == len(self._lines) or not self._lines[at].startswith(begin):
            raise KeyError(name)
        return self._lines[at][len(begin) :].decode("utf-8")

    def __iter__(self) -> Iterator[str]:
        return iter(self._whole)

    def __len__(self) -> int:
        return len(self._lines)

    def items(self) -> ItemsView[str, str]:
        """Every name with its line."""
        return self._whole.items()

    @cached_property
    def _whole(self) -> dict[str, str]:
        return dict(line.decode("utf-8").split("\t", 1) for line in self._lines)
