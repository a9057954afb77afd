"""What became of every file: the report behind `check --show-inputs`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policylint.escape import terminal
from policylint.model import FileRecord, FileStatus
from policylint.reports.phrases import counted

STATUSES: tuple[FileStatus, ...] = ("read", "ignored", "unread")


def inputs(files: Sequence[FileRecord]) -> str:
    """One aligned line for each file (status, kind, settings, path, reason), then the totals of each kind."""
    ordered = sorted(files, key=lambda file: file.path)
    rows = [
        (file.status, terminal(file.kind), _settings(file), terminal(file.path) + _because(file)) for file in ordered
    ]
    return "\n".join([*_aligned(rows), *([""] if rows else []), *_totals(ordered)]) + "\n"


def _settings(file: FileRecord) -> str:
    return counted(file.settings, "setting") if file.settings else ""


def _because(file: FileRecord) -> str:
    return f"  ({terminal(file.reason)})" if file.reason else ""


def _totals(files: Sequence[FileRecord]) -> Iterator[str]:
    """How many files there are of each kind and status, and of all."""
    kinds = sorted({file.kind for file in files})
    rows = []
    for kind in kinds:
        own = [file for file in files if file.kind == kind]
        counts = [f"{number} {s}" for s in STATUSES if (number := sum(file.status == s for file in own))]
        settings = sum(file.settings for file in own)
        rows.append((terminal(kind), counted(len(own), "file"), ", ".join(counts), _sum(settings)))
    yield from _aligned(rows)
    overall = ", ".join(f"{sum(file.status == s for file in files)} {s}" for s in STATUSES)
    yield f"{counted(len(files), 'file')}: {overall}; {counted(sum(file.settings for file in files), 'setting')}"


def _sum(settings: int) -> str:
    return counted(settings, "setting") if settings else ""


def _aligned(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Rows as lines whose columns begin below one another."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))] if rows else []
    return ["  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
