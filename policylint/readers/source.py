"""One input file, its bytes, and the text in them."""

from __future__ import annotations

import codecs
import os
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


@dataclass(frozen=True, slots=True)
class Source:
    """A file: `path` is its name in reports (POSIX separators), `file` where it is opened.

    Of a file in an archive `file` is the archive and `member` the way to the file in it.
    """

    path: str
    file: Path = field(compare=False)
    member: Member | None = field(default=None, compare=False)
    name: str = field(init=False, compare=False, repr=False)
    """The last part of the path, case-folded: Windows does not tell `GPT.INI` from `gpt.ini`."""
    suffix: str = field(init=False, compare=False, repr=False)
    """The extension with its dot, case-folded."""
    _heads: list[bytes] = field(default_factory=list, compare=False, repr=False)
    """The first bytes once they were asked for: several readers look at them, and small files end there."""

    def __post_init__(self) -> None:
        name = self.path.rpartition("/")[2].casefold()
        stem, dot, extension = name.rpartition(".")
        object.__setattr__(self, "name", name)  # every reader asks every file for both
        object.__setattr__(self, "suffix", f".{extension}" if dot and stem else "")

    def at(self, place: Place = None) -> Evidence:
        """Evidence in this file."""
        return Evidence(self.path, place)

    def read(self) -> bytes:
        """The file's bytes. Raises ReadError: RD001, RD026 (not readable), RD007 (larger than MAX_BYTES)."""
        if self.member is not None:
            return self.member.read()
        if self._heads and len(self._heads[0]) < HEAD:
            return self._heads[0]
        try:
            with self.file.open("rb") as file:
                size = os.fstat(file.fileno()).st_size
                if size > MAX_BYTES:
                    raise ReadError("RD007", f"{size} bytes are more than the {MAX_BYTES} that are read of one file")
                return file.read()
        except OSError as exc:
            raise ReadError("RD001", f"cannot be opened: {exc.strerror or exc}") from exc

    def head(self) -> bytes:
        """The first HEAD bytes, which tell what many files are. Raises ReadError (RD001, RD026)."""
        if not self._heads:
            self._heads.append(self._opening())
        return self._heads[0]

    def _opening(self) -> bytes:
        if self.member is not None:
            return self.member.read()[:HEAD]
        try:
            with self.file.open("rb") as file:
                return file.read(HEAD)
        except OSError as exc:
            raise ReadError("RD001", f"cannot be opened: {exc.strerror or exc}") from exc


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
