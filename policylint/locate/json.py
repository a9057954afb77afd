"""Where a JSON value stands in the text it came from, by its RFC 6901 pointer.

`json.loads` forgets positions, and a scanner that keeps them all costs more than reading. This one walks only along
the pointer: it notes where the members of each container on the way begin and end, and remembers them, because
findings about one file mostly share the way.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

_SPACE = re.compile(r"[ \t\r\n]*")
_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_SCALAR = re.compile(r"[^\s,\]}\"\[{:]+")
_NESTING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\]]', re.DOTALL)

Span = tuple[int, int]


class JsonText:
    """A document; `find` gives the offsets of a value in it."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._members: dict[int, dict[str, Span]] = {}
        """Of each container on the way of a pointer, by where it starts."""
        self._root: Span | None = None

    def find(self, pointer: str) -> Span | None:
        """Start and end of the value; None when the document has no such value.

        Of a key that stands twice the last one counts, as for `json.loads`. A pointer that goes on inside a string
        which holds JSON itself finds that string.
        """
        if pointer and not pointer.startswith("/"):
            return None
        try:
            return self._follow([token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]])
        except ValueError:  # not JSON (any more): the file changed since it was read
            return None

    def _follow(self, tokens: list[str]) -> Span | None:
        if self._root is None:
            start = self._space(0)
            self._root = start, self._end(start)
        span = self._root
        for token in tokens:
            if self._text[span[0]] == '"':
                return span if self._text[span[0] + 1 : span[1]].lstrip(' \\nrt"')[:1] in ("{", "[") else None
            if span[0] not in self._members:
                self._members[span[0]] = dict(self._scan(span[0]))
            found = self._members[span[0]].get(token)
            if found is None:
                return None
            span = found
        return span

    def _scan(self, start: int) -> Iterator[tuple[str, Span]]:
        """The members of an object or array that starts there: key or index, and the span of the value."""
        opening = self._text[start]
        if opening not in "{[":
            return
        at, number = self._space(start + 1), 0
        while self._text[at : at + 1] not in ("}", "]"):
            token = str(number)
            if opening == "{":
                token, at = self._key(at)
            end = self._end(at)
            yield token, (at, end)
            at, number = self._space(end), number + 1
            if self._text[at : at + 1] == ",":
                at = self._space(at + 1)

    def _key(self, at: int) -> tuple[str, int]:
        """The key that stands there, and where its value begins."""
        end = self._match(_STRING, at)
        colon = self._space(end)
        if self._text[colon : colon + 1] != ":":
            raise ValueError("a key without a value")
        return json.loads(self._text[at:end], strict=False), self._space(colon + 1)

    def _end(self, at: int) -> int:
        """Where the value that begins there ends."""
        first = self._text[at : at + 1]
        if first == '"':
            return self._match(_STRING, at)
        if first not in ("{", "["):
            return self._match(_SCALAR, at)
        depth = 0
        for token in _NESTING.finditer(self._text, at):
            depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(token[0], 0)
            if depth == 0:
                return token.end()
        raise ValueError("a container without an end")

    def _match(self, pattern: re.Pattern[str], at: int) -> int:
        found = pattern.match(self._text, at)
        if found is None:
            raise ValueError("not a JSON value")
        return found.end()

    def _space(self, at: int) -> int:
        found = _SPACE.match(self._text, at)
        return found.end() if found else at
