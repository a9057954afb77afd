"""Finding the files below the given paths, without ever leaving them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
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
    met = _Met([path.resolve() for _, path in given])
    for shown, path in given:
        _below(shown, str(path), met)
    refused = {name: FileRecord(name, "unread", "link or folder", p.message) for name, p in met.problems.items()}
    records = tuple(record for _, record in sorted({**refused, **met.skipped}.items()))
    files = met.files
    found = tuple([Source(name, files[name]) for name in sorted(files)])
    return Walked(tuple(shown for shown, _ in given), found, records, tuple(met.problems.values()))


@dataclass(slots=True)
class _Met:
    """What the walk has come across, by the name that reports use; of one name the first counts."""

    roots: list[Path]
    files: dict[str, str] = field(default_factory=dict)
    problems: dict[str, Problem] = field(default_factory=dict)
    skipped: dict[str, FileRecord] = field(default_factory=dict)

    def refuse(self, name: str, rule: str, message: str) -> None:
        self.problems.setdefault(name, Problem(rule, message, Evidence(name)))


def _shown(text: str, base: Path) -> str:
    """The name that reports use for a path: relative to the current folder, or as given; never an absolute prefix."""
    path = PurePath(os.path.normpath(text))
    if not path.is_absolute():
        return path.as_posix()
    try:
        return path.relative_to(base.resolve()).as_posix()
    except ValueError:
        return path.name


def _below(shown: str, path: str, met: _Met) -> None:
    """Adds everything below a path; thousands of files are walked, so paths are plain strings here."""
    if os.path.isfile(path):  # noqa: PTH113  # the path is none of pathlib's
        met.files.setdefault(shown, path)
        return
    folders = [(shown, path)]
    while folders:
        name, folder = folders.pop()
        try:
            with os.scandir(folder) as listing:
                entries = list(listing)
        except OSError as exc:
            met.refuse(name, "RD001", f"the folder cannot be listed: {exc.strerror}")
            continue
        above = "" if name == "." else f"{name}/"
        for entry in entries:
            here = above + (entry.name if entry.name.isascii() else _readable(entry.name))
            if entry.is_symlink():
                _follow(here, entry.path, met)
            elif entry.is_file():
                met.files.setdefault(here, entry.path)
            elif not entry.is_dir():
                met.refuse(here, "RD001", "neither a file nor a folder: it is not opened")
            elif entry.name in SKIPPED:
                met.skipped[here] = FileRecord(here, "ignored", "folder of tools", "a folder of tools is not entered")
            else:
                folders.append((here, entry.path))


def _readable(name: str) -> str:
    """A file name as text: bytes that are not in the file system's encoding are shown escaped."""
    return name if name.isascii() else name.encode("utf-8", "backslashreplace").decode("utf-8")


def _follow(name: str, link: str, met: _Met) -> None:
    """Adds what a symbolic link leads to, where that is a file below one of the roots."""
    try:
        end = Path(link).resolve(strict=True)
    except (OSError, RuntimeError):
        met.refuse(name, "RD008", "the link leads nowhere")
        return
    if not any(end.is_relative_to(root) for root in met.roots):
        met.refuse(name, "RD008", "the link leads out of the given paths and is not followed")
    elif not end.is_file():
        met.refuse(name, "RD008", "the link leads to a folder, which is read in its own place only")
    else:
        met.files.setdefault(name, link)
