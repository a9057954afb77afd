"""Finding the files below the given paths, without ever leaving them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path, PurePath

from policylint.errors import UsageError
from policylint.evidence import Evidence
from policylint.model import FileRecord, Problem
from policylint.readers.source import Source

SKIPPED = frozenset({".git", ".hg", ".svn", "__pycache__", ".venv", "node_modules"})
"""Folders of tools, which hold no policies."""


@dataclass(frozen=True, slots=True)
class Walked:
    """The files found, and the links and folders that were not entered."""

    given: tuple[str, ...]
    """The paths that were walked, as reports name them."""
    sources: tuple[Source, ...]
    files: tuple[FileRecord, ...]
    problems: tuple[Problem, ...]


def walk(paths: Iterable[str], base: Path) -> Walked:
    """Every regular file below the paths, each once, in order of names. Raises UsageError for a path that is not there.

    A symbolic link is followed to a file only where that stays below a given path; other links and folders that cannot
    be listed are reported, never entered.
    """
    given = [(_shown(text, base), base / text) for text in dict.fromkeys(paths)]
    for text in paths:
        if not (base / text).exists():
            raise UsageError(f"no file or folder '{text}'")
    roots = [path.resolve() for _, path in given]
    sources: dict[str, Source] = {}
    problems: dict[str, Problem] = {}
    skipped: dict[str, FileRecord] = {}
    for shown, path in given:
        for name, file, refusal in _below(shown, path, roots):
            if refusal is None:
                sources.setdefault(name, Source(name, file))
            elif refusal is NOT_ENTERED:
                skipped[name] = FileRecord(name, "ignored", "folder of tools", refusal[1])
            else:
                problems.setdefault(name, Problem(refusal[0], refusal[1], Evidence(name)))
    refused = {name: FileRecord(name, "unread", "link or folder", p.message) for name, p in problems.items()}
    records = tuple(record for _, record in sorted({**refused, **skipped}.items()))
    found = tuple(sources[name] for name in sorted(sources))
    return Walked(tuple(shown for shown, _ in given), found, records, tuple(problems.values()))


def _shown(text: str, base: Path) -> str:
    """The name that reports use for a path: relative to the current folder, or as given; never an absolute prefix."""
    path = PurePath(os.path.normpath(text))
    if not path.is_absolute():
        return path.as_posix()
    try:
        return path.relative_to(base.resolve()).as_posix()
    except ValueError:
        return path.name


Refusal = tuple[str, str]
NOT_ENTERED: Refusal = ("", "a folder of tools is not entered")
"""No problem, but said: the folder has a record like every file."""


def _below(shown: str, path: Path, roots: list[Path]) -> Iterator[tuple[str, Path, Refusal | None]]:
    if path.is_file():
        yield shown, path, None
        return
    folders = [(shown, path)]
    while folders:
        name, folder = folders.pop()
        try:
            entries = sorted(os.scandir(folder), key=attrgetter("name"))
        except OSError as exc:
            yield name, folder, ("RD001", f"the folder cannot be listed: {exc.strerror}")
            continue
        for entry in entries:
            here = _readable(entry.name) if name == "." else f"{name}/{_readable(entry.name)}"
            if entry.is_symlink():
                yield here, Path(entry.path), _refusal(Path(entry.path), roots)
            elif entry.is_dir():
                if entry.name in SKIPPED:
                    yield here, Path(entry.path), NOT_ENTERED
                else:
                    folders.append((here, Path(entry.path)))
            elif entry.is_file():
                yield here, Path(entry.path), None
            else:
                yield here, Path(entry.path), ("RD001", "neither a file nor a folder: it is not opened")


def _readable(name: str) -> str:
    """A file name as text: bytes that are not in the file system's encoding are shown escaped."""
    return name if name.isascii() else name.encode("utf-8", "backslashreplace").decode("utf-8")


def _refusal(link: Path, roots: list[Path]) -> Refusal | None:
    """Why a symbolic link is not followed; None when it leads to a file below one of the roots."""
    try:
        end = link.resolve(strict=True)
    except (OSError, RuntimeError):
        return "RD008", "the link leads nowhere"
    if not any(end.is_relative_to(root) for root in roots):
        return "RD008", "the link leads out of the given paths and is not followed"
    return None if end.is_file() else ("RD008", "the link leads to a folder, which is read in its own place only")
