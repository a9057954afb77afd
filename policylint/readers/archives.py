"""`.zip` archives, read in place: baseline downloads, portal exports, collections.

Nothing is unpacked to disk, so names inside an archive cannot lead anywhere; those that would (absolute, `..`, drive
letters) are refused all the same, because their folders would lie about where a file belongs. Limits keep small files
from growing without bound.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from policylint.errors import ReadError
from policylint.model import FileRecord, Problem
from policylint.readers.source import MAX_BYTES, Source, problem
from policylint.zip_member import Member, opened

MAX_ENTRIES = 20_000
MAX_TOTAL = 512 * 1024 * 1024
MAX_RATIO = 200
RATIO_FROM = 10 * 1024 * 1024
"""Only what unpacks to more than this can be a bomb: text of a megabyte packs a thousandfold and harms nobody."""
MAX_NESTED = 2

KIND = "archive (.zip)"
_ENCRYPTED = 0x1
_UNSAFE = re.compile(r"(^|/)\.\.(/|$)|^/|^[A-Za-z]:|[\x00-\x1f]")
_SKIPPED = frozenset({"__macosx", ".git"})


@dataclass(slots=True)
class _Expanded:
    """What the archives among the files hold, while it is collected."""

    sources: list[Source] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    files: list[FileRecord] = field(default_factory=list)


@dataclass(slots=True)
class _Spent:
    """What one archive on disk has used up of its limits, with the archives inside it."""

    entries: int = 0
    size: int = 0


def expand(sources: Sequence[Source]) -> tuple[list[Source], list[Problem], list[FileRecord]]:
    """The files, with those in archives in the archives' places, sorted by name; problems; and a record per archive.

    The files are given sorted.

    Problems: RD001; RD007 for archives beyond the limits; RD026 for damaged or encrypted ones and unsafe names.
    """
    if not any([source.suffix == ".zip" for source in sources]):  # noqa: C419  # a generator takes twice as long, and every file is asked
        return list(sources), [], []
    into = _Expanded()
    for source in sources:
        if source.suffix == ".zip":
            _expand(source, 1, _Spent(), into)
        else:
            into.sources.append(source)
    return sorted(into.sources, key=lambda s: s.path), into.problems, into.files


def _expand(source: Source, depth: int, spent: _Spent, into: _Expanded) -> None:
    names = source.member.names if source.member else ()
    try:
        if depth > MAX_NESTED:
            raise ReadError("RD007", f"archives nested deeper than {MAX_NESTED} are not opened")
        entries = _entries(source, names, spent)
    except ReadError as error:
        into.problems.append(problem(source, error))
        into.files.append(FileRecord(source.path, "unread", KIND, error.message))
        return
    refused = {info.filename: reason for info in entries for reason in [_refusal(info)] if reason}
    taken: set[str] = set()
    for info in entries:
        name = info.filename
        if name in taken:
            refused[name] = "stands twice in the archive, and only the last one is read"
        elif name not in refused and not _SKIPPED & set(_posix(name).casefold().split("/")):
            taken.add(name)
            member = Member(Path(source.file), (*names, name))
            inner = Source(f"{source.path}/{_posix(name)}", source.file, member)
            if inner.suffix == ".zip":
                _expand(inner, depth + 1, spent, into)
            else:
                into.sources.append(inner)
    _record(source, refused, into)


def _entries(source: Source, names: tuple[str, ...], spent: _Spent) -> list[zipfile.ZipInfo]:
    """The files that an archive lists. Raises ReadError: RD001, RD026, and RD007 beyond the limits."""
    archive = Path(source.file)
    if archive.stat().st_size > MAX_BYTES:
        raise ReadError("RD007", f"an archive of more than {MAX_BYTES} bytes is not opened")
    found = [info for info in opened(archive, names).infolist() if not _posix(info.filename).endswith("/")]
    spent.entries += len(found)
    spent.size += sum(info.file_size for info in found)
    if spent.entries > MAX_ENTRIES:
        raise ReadError("RD007", f"holds more than {MAX_ENTRIES} files, so none of them is read")
    if spent.size > MAX_TOTAL:
        raise ReadError("RD007", f"unpacks to more than {MAX_TOTAL} bytes, so nothing in it is read")
    for info in found:
        if info.file_size > RATIO_FROM and info.file_size > MAX_RATIO * max(info.compress_size, 1):
            message = f"'{info.filename}' unpacks to more than {MAX_RATIO} times its size, so nothing in it is read"
            raise ReadError("RD007", message)
    return found


def _posix(name: str) -> str:
    """A name with POSIX separators: archives made by Windows PowerShell 5 write backslashes."""
    return name.replace("\\", "/")


def _refusal(info: zipfile.ZipInfo) -> str:
    """Why a file of an archive is not read; '' when it is."""
    if info.flag_bits & _ENCRYPTED:
        return "encrypted"
    if info.file_size > MAX_BYTES:
        return f"more than the {MAX_BYTES} bytes that are read of one file"
    return "its name leads out of the archive" if _UNSAFE.search(_posix(info.filename)) else ""


def _record(source: Source, refused: dict[str, str], into: _Expanded) -> None:
    """The record of the archive itself, and one problem for each reason that files in it were refused for."""
    messages = list(_refusals(refused))
    into.problems.extend(Problem("RD026", message, source.at()) for message in messages)
    into.files.append(FileRecord(source.path, "unread" if messages else "read", KIND, "; ".join(messages)))


def _refusals(refused: dict[str, str]) -> Iterator[str]:
    for reason in dict.fromkeys(refused.values()):
        names = [name for name, why in refused.items() if why == reason]
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        yield f"'{names[0]}'{more}: {reason}"
