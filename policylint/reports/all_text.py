"""Every target, for people: what each class of placements is and gets, in a few lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from policylint.effective import Effective, State
from policylint.escape import terminal
from policylint.locate import Locator
from policylint.reports.drawing import Paint, painter
from policylint.reports.phrases import counted, decided
from policylint.reports.text_effective import MARKS, STYLES, header
from policylint.survey import Answer

_NAME = 40
"""Columns for the outcomes' names."""


def every(answers: Iterable[Answer], locator: Locator, color: bool = False) -> Iterator[str]:
    """A block for each class: how many targets, which, where and what they get; then the totals."""
    paint = painter(color)
    sizes = []
    for answer in answers:
        sizes.append(answer.placement.count)
        yield "\n".join(_block(answer, paint)) + "\n\n"
    yield paint(f"{counted(sum(sizes), 'target')} in {counted(len(sizes), 'class', 'classes')}", "strong") + "\n"


def _block(answer: Answer, paint: Paint) -> Iterator[str]:
    placement, effective = answer.placement, answer.effective
    more = f" and {placement.count - 1} more" if placement.count > 1 else ""
    yield paint(f"{counted(placement.count, 'target')}: {terminal(placement.names[0])}{more}", "strong")
    yield from islice(header(effective, paint), 1, None)
    for outcome in effective.outcomes:
        yield f"    {paint(MARKS[outcome.state], STYLES[outcome.state])} {outcome.id:<{_NAME}}{decided(outcome)}"
    yield f"    {_settings(effective, paint)}"


def _settings(effective: Effective, paint: Paint) -> str:
    counts = {state: sum(row.state is state for row in effective.settings) for state in State}
    parts = [f"{paint(MARKS[state], STYLES[state])} {number} {state}" for state, number in counts.items() if number]
    return f"{counted(len(effective.settings), 'setting')}{': ' if parts else ''}{'  '.join(parts)}"
