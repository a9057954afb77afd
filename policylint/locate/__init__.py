"""From symbolic places to lines, columns, byte ranges and excerpts; done when something is printed, never before."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISREG

from policylint.errors import ReadError
from policylint.evidence import ByteAt, Evidence, JsonAt, LineAt, Place, PolAt, XmlAt
from policylint.locate.json import JsonText
from policylint.locate.pol import decoded
from policylint.locate.text import Excerpt, Lines
from policylint.locate.xml import XmlText
from policylint.readers.gpo.pol_records import Record, records
from policylint.readers.source import MAX_BYTES, decode, sniff_encoding
from policylint.readers.xml import text_of
from policylint.zip_member import Member

_KEPT = 128
"""Files kept in memory: findings come sorted by path, and their related places are mostly in few files."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place as reports print it. What does not apply, or cannot be told any more, is None."""

    line: int | None = None
    column: int | None = None
    end_column: int | None = None
    """The column after the last character; None when the place goes on in later lines."""
    record: int | None = None
    pointer: str | None = None
    byte_start: int | None = None
    byte_end: int | None = None
    excerpt: tuple[Excerpt, ...] = ()


class _File:
    """One file, parsed as far as somebody asked for."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    @functools.cached_property
    def lines(self) -> Lines:
        """The text, XML or not, by the encoding its reader takes; undecodable bytes as U+FFFD."""
        is_xml = self.data[:200].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(b"<")
        try:
            return Lines(text_of(self.data) if is_xml else decode(self.data))
        except ReadError:
            encoding, skip = sniff_encoding(self.data)
            return Lines(self.data[skip:].decode(encoding, "replace"))

    @functools.cached_property
    def records(self) -> tuple[Record, ...]:
        """The records of a Registry.pol, as far as it is readable."""
        return records(self.data)[0]

    @functools.cached_property
    def json(self) -> JsonText:
        """The text as JSON."""
        return JsonText(self.lines.text)

    @functools.cached_property
    def xml(self) -> XmlText:
        """The text as XML."""
        return XmlText(self.lines.text)


class Locator:
    """Finds places in files. It caches files, and is the one stateful thing of printing."""

    def __init__(self, paths: Mapping[str, str | Path | Member]) -> None:
        """`paths` says where the files named in evidence are opened (`Estate.paths`)."""
        self._paths = paths
        self._open = functools.lru_cache(_KEPT)(self._load)
        self._prepared: dict[tuple[Evidence, bool], Spot] = {}

    def locate(self, evidence: Evidence, excerpt: bool = True) -> Spot:
        """The spot of a piece of evidence, with or without an excerpt.

        Never fails: a file that vanished or changed since it was read leaves what the evidence itself says.
        """
        if evidence.place is None:
            return Spot()
        known = self._prepared.get((evidence, excerpt))
        return known or _spot(self._open(evidence.path), evidence.place, excerpt)

    def prepare(self, evidence: Iterable[Evidence], excerpt: bool = True) -> None:
        """Finds many places at once, so that each file is opened once; `locate` then has them at hand."""
        files: dict[str, dict[Evidence, None]] = {}
        for one in {id(one): one for one in evidence}.values():  # mostly the very same, and hashes of places cost
            files.setdefault(one.path, {})[one] = None
        for path, places in files.items():
            file = self._load(path)
            for one in places:
                if one.place is not None:
                    self._prepared[one, excerpt] = _spot(file, one.place, excerpt)

    def _load(self, path: str) -> _File | None:
        told = self._paths.get(path)
        try:
            if isinstance(told, Member):
                return _File(told.read())
            seen = None if told is None else os.stat(told)  # noqa: PTH116  # a path object for each file costs more
            if told is None or seen is None or not S_ISREG(seen.st_mode) or seen.st_size > MAX_BYTES:
                return None
            with open(told, "rb") as file:  # noqa: PTH123  # the same
                return _File(file.read())
        except (OSError, ValueError, ReadError):
            return None


def _spot(file: _File | None, place: Place, excerpt: bool) -> Spot:
    return _FINDERS[type(place)](file, place, excerpt)


def _at(lines: Lines, span: tuple[int, int] | None, excerpt: bool, pointer: str | None = None) -> Spot:
    """The spot of a span of text."""
    if span is None:
        return Spot(pointer=pointer)
    start, end = span
    line, column = lines.position(start)
    last, after = lines.position(end)
    shown = lines.excerpt(start, end) if excerpt else None
    return Spot(line, column, after if last == line else None, None, pointer, excerpt=(shown,) if shown else ())


def _json(file: _File | None, place: JsonAt, excerpt: bool) -> Spot:
    if file is None:
        return Spot(pointer=place.pointer)
    return _at(file.lines, file.json.find(place.pointer), excerpt, place.pointer)


def _xml(file: _File | None, place: XmlAt, excerpt: bool) -> Spot:
    return Spot() if file is None else _at(file.lines, file.xml.find(place.route), excerpt)


def _pol(file: _File | None, place: PolAt, excerpt: bool) -> Spot:
    found = decoded(file.records, place) if file and excerpt else None
    shown = [Excerpt(str(place.record), text, start, len(text) - start) for text, start in ([found] if found else [])]
    return Spot(record=place.record, byte_start=place.start, byte_end=place.end, excerpt=tuple(shown))


def _line(file: _File | None, place: LineAt, excerpt: bool) -> Spot:
    """A line, marked from its column on for one character, or as a whole."""
    bounds = file.lines.bounds(place.line) if file else None
    if file is None or bounds is None:
        return Spot(place.line, place.column)
    begin, stop = bounds
    text = file.lines.text[begin:stop]
    if place.column is None:
        start = begin + len(text) - len(text.lstrip())
        shown = file.lines.excerpt(start, max(start, begin + len(text.rstrip()))) if excerpt else None
        return Spot(place.line, excerpt=(shown,) if shown else ())
    start = min(begin + place.column - 1, stop)
    shown = file.lines.excerpt(start, start + 1) if excerpt else None
    return Spot(place.line, place.column, excerpt=(shown,) if shown else ())


def _byte(file: _File | None, place: ByteAt, excerpt: bool) -> Spot:
    """A byte: as line and column too where the file is text. Bytes of a binary file are not shown: who knows what."""
    if file is None or _is_binary(file.data) or place.offset > len(file.data):
        return Spot(byte_start=place.offset)
    encoding, skip = sniff_encoding(file.data)
    offset = len(file.data[skip : max(skip, place.offset)].decode(encoding, "replace"))
    line, column = file.lines.position(min(offset, len(file.lines.text)))
    shown = file.lines.excerpt(offset, offset + 1) if excerpt else None
    return Spot(line, column, byte_start=place.offset, excerpt=(shown,) if shown else ())


def _is_binary(data: bytes) -> bool:
    return (b"\0" in data and sniff_encoding(data)[0] == "utf-8") or data.startswith(b"PReg")


_FINDERS: dict[type, Callable[..., Spot]] = {JsonAt: _json, XmlAt: _xml, PolAt: _pol, LineAt: _line, ByteAt: _byte}
