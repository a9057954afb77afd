"""The effective settings of one target as a listing for people: outcomes first, then settings by registry key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from policylint.decoded import Decoded
from policylint.effective import Effective, Outcome, Result, State
from policylint.escape import terminal
from policylint.locate import Locator
from policylint.model import Scope
from policylint.reports.drawing import Paint, painter
from policylint.reports.phrases import counted, decided, listed, owner

MARKS = {State.DETERMINED: "=", State.CONDITIONAL: "~", State.UNDETERMINED: "?", State.NOT_APPLICABLE: "-"}
STYLES = {
    State.DETERMINED: "good",
    State.CONDITIONAL: "warning",
    State.UNDETERMINED: "error",
    State.NOT_APPLICABLE: "faint",
}
_NAME, _VALUE = 38, 24
"""Columns for names and values; longer ones push what follows to the right."""


def effective(effective: Effective, locator: Locator, color: bool = False) -> str:
    """The listing. It shows no excerpts: `why` does. Settings that hang on the same facts share a note with them."""
    paint = painter(color)
    notes = {row.conditions: 0 for row in effective.settings if row.conditions}
    notes = {conditions: number for number, conditions in enumerate(notes, 1)}
    blocks = [[*header(effective, paint)], [*_outcomes(effective.outcomes, paint)]]
    for scope in Scope:
        blocks += _side(scope, [row for row in effective.settings if row.scope is scope], notes, paint)
    blocks.append([*_notes(notes, paint)])
    blocks.append([_legend((*effective.outcomes, *effective.settings), paint)])
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def header(effective: Effective, paint: Paint) -> Iterator[str]:
    """The target: its name, placements and facts."""
    yield paint(terminal(effective.target), "strong")
    facts = ", ".join(f"{name}: {_fact(value)}" for name, value in sorted(effective.facts.items()))
    for name, text in (("device", effective.device), ("user", effective.user), ("facts", facts)):
        yield from listed(name, [text] if text else [], 2, 10)


def _fact(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _outcomes(outcomes: Sequence[Outcome], paint: Paint) -> Iterator[str]:
    if outcomes:
        yield paint("outcomes", "strong")
    for outcome in outcomes:
        yield _row(outcome, outcome.id, "", paint)
        yield from listed("because", [", ".join(outcome.reasons)] if outcome.reasons else [], 6, 15)
        yield from listed("if", outcome.conditions, 6, 15)
        yield from listed("needs", outcome.prerequisites, 6, 15)


Notes = Mapping[tuple[str, ...], int]
"""The conditions that results hang on, with the number by which a row refers to them."""


def _notes(notes: Notes, paint: Paint) -> Iterator[str]:
    if notes:
        yield paint("if", "strong")
    for conditions, number in notes.items():
        yield from listed(f"[{number}]", conditions, 4, 10)


def _side(scope: Scope, rows: Sequence[Result], notes: Notes, paint: Paint) -> list[list[str]]:
    """The settings of one side: a title, and a block for each key."""
    placed = sorted(((split(row.setting.text), row) for row in rows), key=lambda pair: _sortable(*pair[0]))
    blocks = [[paint(f"{scope}: {counted(len(rows), 'setting')}", "strong")]] if rows else []
    for key, group in groupby(placed, key=lambda pair: pair[0][0].casefold()):
        members = list(group)
        lines = [f"  {paint(terminal(members[0][0][0]), 'frame')}"] if key else []
        for (_, name), row in members:
            hangs = f"if [{notes[row.conditions]}]" if row.conditions else ""
            source = "  ".join(part for part in (_source(row), hangs, _title(row, name, paint)) if part)
            lines += [_row(row, name, source, paint), *_rule(row)]
        blocks.append(lines)
    return blocks


def _title(row: Result, name: str, paint: Paint) -> str:
    """How the editor calls the setting, where that says more than the name of its value."""
    element = row.element if row.name and row.element.casefold() != row.name.casefold() else ""
    title = ": ".join(part for part in (row.name, element) if part)
    return paint(terminal(title), "faint") if title not in ("", name) and row.decoded is None else ""


def _rule(row: Result) -> Iterator[str]:
    """What a value says that holds a whole rule: its kind and name, then its fields."""
    if row.decoded is not None:
        yield f"      {terminal(row.decoded.title)}"
        yield from told(row.decoded, 8)


def told(rule: Decoded, indent: int) -> Iterator[str]:
    """The fields of a rule, a line for each value, with names at the left."""
    lines = list(rule.lines())
    column = indent + max((len(name) for name, _ in lines), default=0) + 2
    for name, group in groupby(lines, key=lambda line: line[0]):
        yield from listed(terminal(name), [text for _, text in group], indent, column)


def split(setting: str) -> tuple[str, str]:
    """The id of a setting in two: key and value name of a registry value, parent and node of anything else."""
    for separator in ("!", "/"):
        key, found, name = setting.rpartition(separator)
        if found:
            return key, name or "(default)"
    return "", setting


def _sortable(key: str, name: str) -> tuple[str, str, str, str]:
    return key.casefold(), name.casefold(), key, name


def _source(row: Result) -> str:
    if row.winner is not None:
        return owner(row.winner.policy)
    return terminal(", ".join(row.reasons)) if row.state is not State.DETERMINED else ""


def _row(subject: Result | Outcome, name: str, source: str, paint: Paint) -> str:
    mark = paint(MARKS[subject.state], STYLES[subject.state])
    return f"    {mark} {terminal(name):<{_NAME}} {decided(subject):<{_VALUE}} {source}".rstrip()


def _legend(subjects: Sequence[Result | Outcome], paint: Paint) -> str:
    """What the marks mean, with how many there are of each."""
    counts = {state: sum(subject.state is state for subject in subjects) for state in State}
    return "  ".join(f"{paint(MARKS[state], STYLES[state])} {number} {state}" for state, number in counts.items())
