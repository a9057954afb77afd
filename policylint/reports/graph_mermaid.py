"""A precedence graph as a Mermaid flowchart, which Markdown viewers and pull requests draw."""

from __future__ import annotations

import re
from collections.abc import Iterator

from policylint.escape import terminal
from policylint.graph import Arrow, Drawing
from policylint.locate import Locator
from policylint.reports.graph_words import arrow_text, box_lines, cycle_lines

_CLASSES = (
    "classDef wins stroke:#1a7f37,stroke-width:3px",
    "classDef stands stroke:#57606a",
    "classDef loses stroke:#8c959f",
    "classDef out stroke:#d0d7de,color:#8c959f,stroke-dasharray:4",
)
_MARKUP = re.compile(r"[^\w .,:!(){}\-/~+=?\u0080-\U0010ffff]", re.ASCII)
"""What may mean something in a label, to Mermaid, to Markdown or to HTML; it is written as a character code."""


def graph(drawing: Drawing, locator: Locator, color: bool = False) -> str:
    """The flowchart; what an open fact could turn round is dotted."""
    return "\n".join(["flowchart TB", *(f"  {line}" for line in _body(drawing, locator)), ""])


def _body(drawing: Drawing, locator: Locator) -> Iterator[str]:
    for number, text in enumerate(cycle_lines(drawing)):
        yield f'cycle{number}["{_text(text)}"]'
    for number, group in enumerate(drawing.groups):
        yield f'subgraph g{number}["{_text(group.title)}"]'
        for box in group.boxes:
            label = "<br/>".join(map(_text, box_lines(box, locator)))
            yield f'  {box.id}["{label}"]:::{box.role}'
        yield "end"
    yield from map(_arrow, drawing.arrows)
    yield from _CLASSES


def _arrow(arrow: Arrow) -> str:
    line = "-.->" if arrow.facts else "-->"
    return f'{arrow.winner} {line}|"{_text(arrow_text(arrow))}"| {arrow.loser}'


def _text(text: str) -> str:
    return _MARKUP.sub(lambda found: f"#{ord(found[0])};", terminal(text))
