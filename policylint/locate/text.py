"""Offsets of a text as lines and columns, and the piece of a line that a report shows."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate

from policylint.masks import MASK, spans, within

WIDTH = 100
"""Characters of a line that an excerpt shows."""
_LEAD = 40
"""Characters before the marked part, when the line is cut."""
_LONGEST = 60
"""Characters of the marked part, when the line is cut."""
_DEEPEST = 8
"""Characters of indentation that are kept: PowerShell indents by the length of the key, a hundred and more."""
_with_its_end = (1).__add__
"""The length of a line, its line feed counted."""
_INDENT = re.compile(r"[ \t]*")


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A line as it may be printed: secrets masked, long lines cut with `…`; `start` and `length` mark a part of it."""

    gutter: str
    text: str
    start: int
    length: int


class Lines:
    """A text with its line ends; lines and columns count from 1, columns in characters."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts = [0, *accumulate(map(_with_its_end, map(len, text.split("\n"))))][:-1]
        self._masks: tuple[tuple[int, int], ...] | None = None

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def bounds(self, line: int) -> tuple[int, int] | None:
        """Where a line begins and ends, without its line end; None when the text has fewer."""
        if not 0 < line <= len(self._starts):
            return None
        start = self._starts[line - 1]
        end = self._starts[line] - 1 if line < len(self._starts) else len(self.text)
        return start, max(start, end - (self.text[start:end][-1:] == "\r"))

    def excerpt(self, start: int, end: int) -> Excerpt | None:
        """The line that `start` is on, with [start, end) marked as far as it is on that line."""
        line, _column = self.position(start)
        bounds = self.bounds(line)
        if bounds is None:
            return None
        begin, stop = bounds
        start, end = min(start, stop), min(end, stop)
        indent = _INDENT.match(self.text, begin, start)
        begin += max(0, len(indent[0]) - _DEEPEST) if indent else 0
        if stop - begin <= WIDTH:
            before, marked, after = self._shown(begin, start), self._shown(start, end), self._shown(end, stop)
        else:
            before, marked, after = self._cut(begin, stop, start, end)
        return Excerpt(str(line), before + marked + after, len(before), len(marked))

    def _cut(self, begin: int, stop: int, start: int, end: int) -> tuple[str, str, str]:
        """A long line around its marked part: what leads to it, the part itself, and what fits behind."""
        left = begin if start - begin <= _LEAD else start - _LEAD
        before = "…" * (left > begin) + self._shown(left, start)
        marked = _shortened(self._shown(start, end))
        right = min(stop, end + max(0, WIDTH - len(before) - len(marked)))
        return before, marked, self._shown(end, right) + "…" * (right < stop)

    def _shown(self, start: int, end: int) -> str:
        """A part of the text with secrets masked."""
        if self._masks is None:
            self._masks = spans(self.text)
        parts, at = [], start
        for begin, stop in within(self._masks, start, end):
            parts += [self.text[at:begin], MASK]
            at = stop
        return "".join(parts) + self.text[at:end]


def _shortened(text: str) -> str:
    """A long marked part: of identifiers the end tells (`"…_usepassportforwork_true"`), of prose the beginning."""
    if len(text) <= _LONGEST:
        return text
    if text.startswith('"') and not re.search(r"\s", text):
        return f'"…{text[2 - _LONGEST :]}'
    return text[: _LONGEST - 1] + "…"
