"""Every target as a table: a row for each class of placements and setting, with how many devices it is about."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator

from policylint.effective import Outcome, Result
from policylint.escape import spreadsheet
from policylint.locate import Locator
from policylint.model import as_json
from policylint.reports.phrases import open_value
from policylint.survey import Answer

COLUMNS = (
    "class",
    "devices",
    "first",
    "device",
    "user",
    "setting",
    "name",
    "scope",
    "state",
    "value",
    "candidates",
    "conditions",
    "reasons",
    "winner",
    "winner-id",
    "channel",
)
"""`first` is one of the class's targets; lists and values that are no plain text are JSON."""


def every(answers: Iterable[Answer], locator: Locator, color: bool = False) -> Iterator[str]:
    """The table in pieces, one for each class: outcomes first, then settings by id and scope."""
    yield ",".join(COLUMNS) + "\n"
    for number, answer in enumerate(answers, 1):
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        effective, placement = answer.effective, answer.placement
        lead = (number, placement.count, placement.names[0], effective.device or "", effective.user or "")
        outcomes = sorted(effective.outcomes, key=lambda outcome: outcome.id)
        settings = sorted(
            effective.settings, key=lambda row: (row.setting.text.casefold(), row.setting.text, row.scope)
        )
        for cells in (*map(_outcome, outcomes), *map(_setting, settings)):
            writer.writerow([_cell(cell) for cell in (*lead, *cells)])
        yield out.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, str):
        return spreadsheet(value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | tuple | bool) else value


def _outcome(outcome: Outcome) -> tuple[object, ...]:
    value = "" if outcome.value is None else outcome.value
    known = (outcome.id, "", "", str(outcome.state), value, outcome.candidates, outcome.conditions, outcome.reasons)
    return (*known, "", "", "")


def _setting(row: Result) -> tuple[object, ...]:
    value = as_json(open_value(row, row.value))
    candidates = [as_json(open_value(row, candidate)) for candidate in row.candidates]
    policy = None if row.winner is None else row.winner.policy
    return (
        row.setting.text,
        row.name or "",
        str(row.scope),
        str(row.state),
        "" if value is None else value,
        candidates,
        row.conditions,
        row.reasons,
        *(("", "", "") if policy is None else (policy.name, policy.id, str(policy.channel))),
    )
