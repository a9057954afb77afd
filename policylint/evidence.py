"""Where in the inputs something is said: a file and a symbolic place in it.

Places are symbolic until something is printed; `policylint.locate` turns them into lines, columns and byte ranges.
"""

from __future__ import annotations

from dataclasses import dataclass

from policylint.frozen import quickly_built


@quickly_built
@dataclass(frozen=True, slots=True)
class PolAt:
    """A record of a Registry.pol: its number from 1 in file order, and its byte range [start, end)."""

    record: int
    start: int
    end: int


@quickly_built
@dataclass(frozen=True, slots=True)
class XmlAt:
    """An element: the route from the root as indexes among element children, e.g. (0, 3); () is the root."""

    route: tuple[int, ...]


@quickly_built
@dataclass(frozen=True, slots=True)
class JsonAt:
    """A JSON value, as an RFC 6901 pointer ('' is the whole document)."""

    pointer: str


@quickly_built
@dataclass(frozen=True, slots=True)
class LineAt:
    """A line, and when known a column, both from 1."""

    line: int
    column: int | None = None


@quickly_built
@dataclass(frozen=True, slots=True)
class ByteAt:
    """A byte offset from 0, where reading stopped."""

    offset: int


Place = PolAt | XmlAt | JsonAt | LineAt | ByteAt | None


@quickly_built
@dataclass(frozen=True, slots=True)
class Evidence:
    """A file, by the name it has in reports (POSIX separators), and a place in it; None means the whole file."""

    path: str
    place: Place = None
