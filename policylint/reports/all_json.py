"""Every target for programs: the `resolve` document of each class of placements, with the names of its targets.

    {"version": 1,
     "classes": [{"count": n, "targets": [text, all of them], "target": …,
                  "settings": [SETTING], "outcomes": [OUTCOME]}],
     "targets": how many there are in all classes}

"target" is the one of them that stands for all; what SETTING and OUTCOME are stands in `policylint.reports.json`. The
largest class comes first. Each setting has a line of its own, so that large answers can be read, compared and written
piece by piece.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable, Iterator

from policylint.effective import Contender, Result
from policylint.locate import Locator
from policylint.reports.json_document import VERSION
from policylint.reports.json_setting import outcome, setting, target
from policylint.survey import Answer

_KEPT = 20_000
"""Rows that are remembered as text: classes have most of them in common."""


def every(answers: Iterable[Answer], locator: Locator, color: bool = False) -> Iterator[str]:
    """The document in pieces, one for each class."""
    rows = _Rows(locator)
    total = 0
    yield f'{{"version": {VERSION}, "classes": ['
    for number, answer in enumerate(answers):
        total += answer.placement.count
        yield (",\n" if number else "\n") + _class(answer, rows)
    yield f'\n], "targets": {total}}}\n'


def _class(answer: Answer, rows: _Rows) -> str:
    effective = answer.effective
    ordered = sorted(effective.settings, key=lambda row: (row.setting.text.casefold(), row.setting.text, row.scope))
    outcomes = sorted(effective.outcomes, key=lambda one: one.id)
    return "".join(
        (
            f'{{"count": {answer.placement.count}, "targets": {_text(list(answer.placement.names))},\n',
            f' "target": {_text(target(effective))},\n',
            ' "settings": [',
            ",".join(f"\n  {rows.text(row)}" for row in ordered),
            f'],\n "outcomes": {_text([outcome(one) for one in outcomes])}}}',
        )
    )


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=True)


class _Rows:
    """Settings as text, each remembered by what it is made of."""

    def __init__(self, locator: Locator) -> None:
        self._locator = locator
        self._known: dict[Hashable, str] = {}

    def text(self, row: Result) -> str:
        """The row as JSON on one line."""
        key = _identity(row)
        if key not in self._known:
            if len(self._known) >= _KEPT:
                self._known.clear()
            self._known[key] = _text(setting(row, self._locator))
        return self._known[key]


def _identity(row: Result) -> Hashable:
    """Equal for rows that are printed alike."""
    return (
        row.setting.text,
        row.scope,
        row.state,
        repr(row.value),
        row.absent,
        repr(row.candidates),
        row.conditions,
        row.reasons,
        row.name,
        None if row.winner is None else _contender(row.winner),
        tuple(map(_contender, row.losers)),
    )


def _contender(contender: Contender) -> Hashable:
    claim = contender.claim
    said = (claim.setting.text, claim.scope, repr(claim.value), claim.absent, claim.type, claim.origin)
    return contender.policy.id, contender.policy.name, claim.evidence, claim.when, contender.reasons, said
