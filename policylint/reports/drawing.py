"""Lines of a report in the manner of rustc: arrow, gutter, the line, and the underline with its label."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator

from policylint.escape import terminal
from policylint.locate import Spot
from policylint.locate.text import Excerpt
from policylint.reports.phrases import place

Paint = Callable[[str, str], str]
"""Gives a text one of the styles below, or leaves it as it is."""

_STYLES: dict[str, dict[str, object]] = {
    "error": {"fg": "red", "bold": True},
    "warning": {"fg": "yellow", "bold": True},
    "note": {"fg": "cyan", "bold": True},
    "strong": {"bold": True},
    "frame": {"fg": "blue", "bold": True},
    "related": {"fg": "blue"},
    "good": {"fg": "green", "bold": True},
    "faint": {"dim": True},
}

_ASCII = re.compile(r"[\x00-\x7f]+")


def painter(color: bool) -> Paint:
    """The styles of a terminal, or none."""
    if not color:
        return lambda text, _style: text
    import click

    return lambda text, style: click.style(text, **_STYLES[style]) if text else text  # type: ignore[arg-type]  # the table holds what style takes


def gutter(spots: Iterable[Spot]) -> int:
    """How wide the column of line and record numbers is for these spots."""
    return max([3, *(len(excerpt.gutter) for spot in spots for excerpt in spot.excerpt)])


def located(path: str, spot: Spot, label: str, width: int, paint: Paint, style: str, primary: bool) -> Iterator[str]:
    """A place with its excerpt. Where nothing can be shown, the label follows the place."""
    arrow = paint(f"{'':{width}}{'-->' if primary else ':::'}", "frame")
    yield f"{arrow} {place(path, spot)}" + (f": {terminal(label)}" if label and not spot.excerpt else "")
    if spot.excerpt:
        yield paint(f"{'':{width}} |", "frame")
    for excerpt in spot.excerpt:
        yield from _shown(excerpt, label, width, paint, style, "^" if primary else "-")


def _shown(excerpt: Excerpt, label: str, width: int, paint: Paint, style: str, mark: str) -> Iterator[str]:
    start, end = excerpt.start, excerpt.start + excerpt.length
    before, marked, after = map(_printable, (excerpt.text[:start], excerpt.text[start:end], excerpt.text[end:]))
    yield f"{paint(f'{excerpt.gutter:>{width}} |', 'frame')} {before}{marked}{after}".rstrip()
    underline = mark * max(1, _columns(marked)) + (f" {terminal(label)}" if label else "")
    yield f"{paint(f'{chr(32):{width}} |', 'frame')} {'':{_columns(before)}}{paint(underline, style)}"


def _printable(text: str) -> str:
    return terminal(text.replace("\t", "    "))


def _columns(text: str) -> int:
    """How many columns of a terminal the text takes (Unicode Standard Annex 11)."""
    special = "" if text.isascii() else _ASCII.sub("", text)
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in special)
    return len(text) + wide - sum(unicodedata.combining(char) > 0 for char in special)
