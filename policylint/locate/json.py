"""Where a JSON value stands in the text it came from, by its RFC 6901 pointer.

`json.loads` forgets positions, and a scanner that keeps them all costs more than reading. This one walks only along
the pointer: it notes where the members of each container on the way begin and end, and remembers them, because
findings about one file mostly share the way. Containers beside the way are parsed by the scanner of `json`, which
tells where they end, and is a hundred times faster than anything that could be written here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

_SPACE = re.compile(r"[ \t\r\n]*")
_NEXT = re.compile(r"[ \t\r\n]*(?:,[ \t\r\n]*)?")
"""What stands between two members, as far as it is there."""
_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_SCALAR = re.compile(r"[^\s,\]}\"\[{:]+")
_MEMBER = re.compile(
    rf'"([^"\\]*)"[ \t\r\n]*:[ \t\r\n]*(?:({_STRING.pattern}|{_SCALAR.pattern}){_NEXT.pattern})?', re.DOTALL
)
"""A member whose key holds no escape, and all of it when the value is no container."""
_NESTING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\]]', re.DOTALL)
_parsed = json.JSONDecoder(strict=False).raw_decode

Span = tuple[int, int]


class JsonText:
    """A document; `find` gives the offsets of a value in it."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._members: dict[int, tuple[dict[str, Span], int]] = {}
        """Of each container on the way of a pointer, by where it starts: the spans of its members, and its end."""

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
        start = self._space(0)
        nested = tokens and self._text[start : start + 1] in ("{", "[")
        span = start, len(self._text) if nested else self._end(start)
        for depth, token in enumerate(tokens):
            if self._text[span[0] : span[0] + 1] == '"':
                return span if self._text[span[0] + 1 : span[1]].lstrip(' \\nrt"')[:1] in ("{", "[") else None
            found = self._inside(span[0], tokens[depth:])[0].get(token)
            if found is None:
                return None
            span = found
        return span

    def _inside(self, start: int, way: Sequence[str]) -> tuple[dict[str, Span], int]:
        """The members of the object or array that starts there, by key or index, and where it ends.

        `way` leads on from there: what it goes through is looked into at once, so that nothing is parsed to be skipped
        first and walked through then.
        """
        if start not in self._members:
            scan = {"{": self._object, "[": self._array}.get(self._text[start : start + 1])
            self._members[start] = scan(self._space(start + 1), way) if scan else ({}, start)
        return self._members[start]

    def _object(self, at: int, way: Sequence[str]) -> tuple[dict[str, Span], int]:
        text, found = self._text, dict[str, Span]()
        while text[at : at + 1] not in ("}", "]"):
            member = _MEMBER.match(text, at)
            if member and member[2]:
                found[member[1]] = member.span(2)
                at = member.end()
                continue
            key, at = (member[1], member.end()) if member else self._key(at)
            end = self._end(at, way[1:] if key == way[0] else ())
            found[key] = at, end
            at = self._match(_NEXT, end)
        return found, at + 1

    def _array(self, at: int, way: Sequence[str]) -> tuple[dict[str, Span], int]:
        text, found = self._text, dict[str, Span]()
        while text[at : at + 1] not in ("}", "]"):
            index = str(len(found))
            end = self._end(at, way[1:] if index == way[0] else ())
            found[index] = at, end
            at = self._match(_NEXT, end)
        return found, at + 1

    def _key(self, at: int) -> tuple[str, int]:
        """The key that stands there, and where its value begins."""
        end = self._match(_STRING, at)
        colon = self._space(end)
        if self._text[colon : colon + 1] != ":":
            raise ValueError("a key without a value")
        return json.loads(self._text[at:end], strict=False), self._space(colon + 1)

    def _end(self, at: int, way: Sequence[str] = ()) -> int:
        """Where the value that begins there ends; `way` leads on inside it, if anywhere."""
        first = self._text[at : at + 1]
        if first == '"':
            return self._match(_STRING, at)
        if first not in ("{", "["):
            return self._match(_SCALAR, at)
        if way:
            return self._inside(at, way)[1]
        try:
            return _parsed(self._text, at)[1]
        except (ValueError, RecursionError):  # not JSON all through, but the brackets may match
            return self._closed(at)

    def _closed(self, at: int) -> int:
        """Where the container that begins there is closed, by its brackets alone."""
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
        return self._match(_SPACE, at)
