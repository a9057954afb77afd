"""LDIF as ldifde, ldapsearch and ldbsearch write it (RFC 2849): lines to entries, with what could not be read.

Only the attributes that somebody asks for are kept, so a whole domain stays small in memory. A value that is a file
(`attribute:< file:///…`) is never opened.
"""

from __future__ import annotations

import binascii
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Entry:
    """One object: its DN, the line where it begins, and its attributes by case-folded name without options."""

    dn: str
    line: int
    attributes: dict[str, tuple[bytes, ...]]
    ranged: bool = False
    """An attribute came in part (`member;range=0-1499`): large groups are cut off by the server."""

    def text(self, name: str) -> str | None:
        """The first value as text; None where there is none."""
        values = self.attributes.get(name)
        return values[0].decode("utf-8", "replace") if values else None

    def texts(self, name: str) -> tuple[str, ...]:
        """All values as text."""
        return tuple(value.decode("utf-8", "replace") for value in self.attributes.get(name, ()))

    def number(self, name: str) -> int | None:
        """The first value as a number; None where it is none."""
        text = (self.text(name) or "").strip()
        return int(text) if len(text) < 12 and text.removeprefix("-").isascii() and text.lstrip("-").isdigit() else None


@dataclass(frozen=True, slots=True)
class Fault:
    """A line that does not follow the format."""

    line: int
    message: str


@dataclass(slots=True)
class _Open:
    """An entry while its lines are read."""

    line: int = 0
    dn: str | None = None
    change: str = ""
    ranged: bool = False
    attributes: dict[str, list[bytes]] = field(default_factory=dict)


def entries(text: str, wanted: frozenset[str]) -> Iterator[Entry | Fault]:
    """The entries of a text with the wanted attributes, and its faults, in order.

    Change records other than `changetype: add`, which is what ldifde writes for every object, are a fault: they tell
    what to do to a directory, not what is in it.
    """
    open_ = _Open()
    for number, line in _unfolded(text):
        if not line:
            yield from _closed(open_)
            open_ = _Open()
            continue
        name, colon, value = line.partition(":")
        if not colon or not name.strip():
            if line != "-":
                yield Fault(number, "not an attribute and its value")
            continue
        base, *options = name.strip().casefold().split(";")
        if open_.dn is not None and base == "dn":
            yield from _closed(open_)
            open_ = _Open()
        if base not in wanted and base not in ("dn", "changetype"):
            continue
        try:
            raw = _value(value)
        except ValueError:
            yield Fault(number, f"the value of '{name.strip()}' is not valid base64")
            continue
        _add(open_, number, base, raw)
        open_.ranged = open_.ranged or any(o.startswith("range=") and not o.endswith("-*") for o in options)
    yield from _closed(open_)


def _add(open_: _Open, line: int, name: str, raw: bytes) -> None:
    if name == "dn":
        open_.dn, open_.line = raw.decode("utf-8", "replace"), line
    elif name == "changetype":
        open_.change = raw.decode("utf-8", "replace").strip().casefold()
    else:
        open_.attributes.setdefault(name, []).append(raw)


def _closed(open_: _Open) -> Iterable[Entry | Fault]:
    if open_.dn is None:
        return
    if open_.change not in ("", "add"):
        yield Fault(open_.line, f"a change record ({open_.change}), which is not what the directory holds")
        return
    kept = {name: tuple(values) for name, values in open_.attributes.items()}
    yield Entry(open_.dn, open_.line, kept, open_.ranged)


def _value(text: str) -> bytes:
    """The bytes of a value: plain, base64 (`:: `) or a URL (`:< `), which is left alone. Raises ValueError."""
    if text.startswith(":"):
        return binascii.a2b_base64(text[1:].strip().encode("ascii", "strict"), strict_mode=True)
    return b"" if text.startswith("<") else text.removeprefix(" ").encode("utf-8", "surrogatepass")


def _unfolded(text: str) -> Iterator[tuple[int, str]]:
    """Logical lines with the number of their first line: continued ones joined, comments dropped."""
    start, parts = 1, list[str]()
    for number, raw in enumerate(io.StringIO(text, newline=None), 1):
        line = raw.rstrip("\n")
        if line.startswith(" ") and parts and parts[0]:
            parts.append(line[1:])
            continue
        if parts and not parts[0].startswith("#"):
            yield start, "".join(parts)
        start, parts = number, [line]
    if parts and not parts[0].startswith("#"):
        yield start, "".join(parts)
