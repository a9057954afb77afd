"""Where reports go: the screen or a file, in one format or several."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence


def chosen(
    given: Sequence[str], known: Mapping[str, Callable[..., object]], default: str = "text"
) -> list[tuple[str, str | None]]:
    """The formats asked for, each with the file it goes to. Raises click.UsageError for one that does not exist."""
    found = []
    for text in given or [default]:
        name, _, path = text.partition("=")
        if name not in known:
            raise click.UsageError(f"no output format '{name}'; there are: {', '.join(known)}")
        found.append((name, path or None))
    if sum(path is None for _, path in found) > 1:
        raise click.UsageError(
            "only one output can go to the screen: give the others a path, as in -o json=report.json"
        )
    return found


def write(text: str, path: str | None = None) -> None:
    """Writes a report. Raises click.UsageError where that is not possible."""
    if path is None:
        try:
            click.echo(text.removesuffix("\n"), color=True)
        except BrokenPipeError:
            raise
        except OSError as exc:
            raise click.UsageError(f"cannot write to the screen: {exc.strerror}") from exc
        return
    try:
        Path(path).write_text(text, "utf-8", newline="\n")
    except OSError as exc:
        raise click.UsageError(f"cannot write {path}: {exc.strerror}") from exc


def stream(pieces: Iterable[str], path: str | None) -> None:
    """Writes a long report piece by piece."""
    try:
        with click.open_file(path or "-", "w", "utf-8") as file:
            for piece in pieces:
                file.write(piece)
    except BrokenPipeError:
        raise
    except OSError as exc:
        raise click.UsageError(f"cannot write {path or 'to the screen'}: {exc.strerror}") from exc


def colored(wanted: bool | None, path: str | None = None) -> bool:
    """Whether a report that goes there has colours; a file never has."""
    if path is not None:
        return False
    if wanted is not None:
        return wanted
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ
