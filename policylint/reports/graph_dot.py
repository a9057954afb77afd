"""A precedence graph for Graphviz: a cluster for each group, strongest at the top."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from policylint.escape import terminal
from policylint.graph import Arrow, Box, Drawing
from policylint.locate import Locator
from policylint.reports.graph_words import arrow_text, box_lines, cycle_lines

_ROLES = {
    "wins": 'color="#1a7f37" penwidth=2',
    "stands": 'color="#57606a"',
    "loses": 'color="#8c959f"',
    "out": 'color="#d0d7de" fontcolor="#8c959f" style="dashed"',
}


def graph(drawing: Drawing, locator: Locator, color: bool = False) -> str:
    """The digraph; what an open fact could turn round is dashed."""
    return "\n".join(["digraph precedence {", *(f"  {line}" for line in _body(drawing, locator)), "}", ""])


def _body(drawing: Drawing, locator: Locator) -> Iterator[str]:
    title = _quoted(drawing.title, *cycle_lines(drawing))
    yield f'graph [label={title} labelloc="t" fontname="sans-serif" rankdir="TB"]'
    yield 'node [shape="box" fontname="sans-serif" fontsize=10]'
    yield 'edge [fontname="sans-serif" fontsize=9]'
    for number, group in enumerate(drawing.groups):
        yield f"subgraph cluster_{number} {{"
        yield f"  label={_quoted(group.title)}"
        yield from (f"  {_box(box, locator)}" for box in group.boxes)
        tied = [pair for pair in pairwise(box.id for box in group.boxes) if pair not in _drawn(drawing)]
        yield from (f"  {a} -> {b} [style=invis]" for a, b in tied)
        yield "}"
    yield from map(_arrow, drawing.arrows)


def _drawn(drawing: Drawing) -> set[tuple[str, str]]:
    return {(arrow.winner, arrow.loser) for arrow in drawing.arrows}


def _box(box: Box, locator: Locator) -> str:
    return f"{box.id} [label={_quoted(*box_lines(box, locator))} {_ROLES[box.role]}]"


def _arrow(arrow: Arrow) -> str:
    style = " style=dashed" if arrow.facts else ""
    return f"{arrow.winner} -> {arrow.loser} [label={_quoted(arrow_text(arrow))}{style}]"


def _quoted(*lines: str) -> str:
    """A quoted string of the DOT language: `\\` starts an escape in labels, and `\\n` ends a line."""
    shown = (terminal(line).replace("\\", "\\\\").replace('"', '\\"') for line in lines)
    return '"' + "\\n".join(shown) + '"'
