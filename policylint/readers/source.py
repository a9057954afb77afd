"""One input file, its bytes, and the text in them."""

from __future__ import annotations

import codecs
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from policylint.catalogue.admx import AdmxFile
from policylint.catalogue.definitions import Definitions
from policylint.errors import ReadError
from policylint.evidence import ByteAt, Evidence, Place
from policylint.model import FileRecord, Group, Policy, Problem
from policylint.observed import Observation
from policylint.readers.directory.known import Described, DirectoryGpo, WmiQuery
from policylint.zip_member import Member

HEAD = 8 * 1024
MAX_BYTES = 256 * 1024 * 1024
"""Larger files are refused: no export of the formats read here comes near it."""
_AT_ONCE = 64 * 1024
"""Most files are smaller, and are read with one call."""
_READING = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


@dataclass(slots=True, unsafe_hash=True)
class Source:
    """A file: `path` is its name in reports (POSIX separators), `file` where it is opened.

    Of a file in an archive `file` is the archive and `member` the way to the file in it. Nobody changes a source: it is
    not frozen because there are thousands.
    """

    path: str
    file: str | Path = field(compare=False)
    member: Member | None = field(default=None, compare=False)
    name: str = field(init=False, compare=False, repr=False)
    """The last part of the path, case-folded: Windows does not tell `GPT.INI` from `gpt.ini`."""
    suffix: str = field(init=False, compare=False, repr=False)
    """The extension with its dot, case-folded."""
    _begun: bytes | None = field(default=None, init=False, compare=False, repr=False)
    """The first bytes once they were asked for: several readers look at them, and most files end there."""

    def __post_init__(self) -> None:
        self.name = name = self.path.rpartition("/")[2].casefold()  # every reader asks every file for both
        stem, dot, extension = name.rpartition(".")
        self.suffix = dot + extension if stem else ""

    def at(self, place: Place = None) -> Evidence:
        """Evidence in this file."""
        return Evidence(self.path, place)

    def read(self) -> bytes:
        """The file's bytes. Raises ReadError: RD001, RD026 (not readable), RD007 (larger than MAX_BYTES)."""
        if self.member is not None:
            return self.member.read()
        begun, self._begun = self._begun, None  # mostly nobody asks again, and all files are a lot to keep
        if begun is not None and len(begun) < _AT_ONCE:
            return begun  # the whole file
        return self._opened(_whole)

    def head(self) -> bytes:
        """The first HEAD bytes, which tell what many files are. Raises ReadError (RD001, RD026)."""
        if self._begun is None:
            self._begun = self._opened(_first) if self.member is None else self.member.read()[:HEAD]
        return self._begun[:HEAD]

    def _opened(self, reading: Callable[[int], bytes]) -> bytes:
        try:
            handle = os.open(self.file, _READING)  # a file object takes twice as long, and there are thousands
            try:
                return reading(handle)
            finally:
                os.close(handle)
        except OSError as exc:
            raise ReadError("RD001", f"cannot be opened: {exc.strerror or exc}") from exc


def _first(handle: int) -> bytes:
    """The first bytes of an open file; it is whole if they are fewer than _AT_ONCE."""
    data = os.read(handle, _AT_ONCE)
    while len(data) < _AT_ONCE and (more := os.read(handle, _AT_ONCE - len(data))):
        data += more
    return data


def _whole(handle: int) -> bytes:
    """An open file. Raises ReadError (RD007)."""
    data = _first(handle)
    if len(data) < _AT_ONCE:
        return data
    size = os.fstat(handle).st_size
    if size > MAX_BYTES:
        raise ReadError("RD007", f"{size} bytes are more than the {MAX_BYTES} that are read of one file")
    os.lseek(handle, 0, os.SEEK_SET)  # reading its first bytes again is cheaper than putting megabytes together
    parts = [os.read(handle, size + 1)]
    while more := os.read(handle, _AT_ONCE):
        parts.append(more)
    return b"".join(parts)


@dataclass(frozen=True, slots=True)
class Reading:
    """What one reader made of the files it took."""

    policies: tuple[Policy, ...] = ()
    reduced: tuple[Policy, ...] = ()
    """Policies from reports and flattened copies, for where nothing better of the same GPO was read."""
    admx: tuple[AdmxFile, ...] = ()
    definitions: Definitions = field(default_factory=Definitions)
    """CSP nodes and catalog settings that policies are read with."""
    groups: tuple[Group, ...] = ()
    tenants: tuple[str, ...] = ()
    described: tuple[Described, ...] = ()
    """What directory exports tell about containers, links and groups."""
    directory: tuple[DirectoryGpo, ...] = ()
    """The directory's halves of GPOs: names, status, filtering."""
    wmi_queries: tuple[WmiQuery, ...] = ()
    observations: tuple[Observation, ...] = ()
    """What gpresult reports saw."""
    problems: tuple[Problem, ...] = ()
    files: tuple[FileRecord, ...] = ()


def problem(source: Source, error: ReadError, policy: str | None = None) -> Problem:
    """The problem that a ReadError stands for, at its place in the source."""
    return Problem(error.rule, error.message, source.at(error.place), policy)


_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def sniff_encoding(data: bytes) -> tuple[str, int]:
    """The encoding and the length of its byte-order mark: by the mark, else by the first NUL, else UTF-8."""
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return encoding, len(bom)
    if len(data) >= 2 and data[1] == 0 and data[0] != 0:
        return "utf-16-le", 0
    if len(data) >= 2 and data[0] == 0 and data[1] != 0:
        return "utf-16-be", 0
    return "utf-8", 0


def decode(data: bytes) -> str:
    """The text of a file, by its byte-order mark and bytes. Raises ReadError (RD005) with the bad byte's offset."""
    encoding, skip = sniff_encoding(data)
    try:
        return data[skip:].decode(encoding)
    except UnicodeDecodeError as exc:
        at = skip + exc.start
        raise ReadError("RD005", f"not valid {encoding.upper()} at byte {at}: {exc.reason}", ByteAt(at)) from exc
