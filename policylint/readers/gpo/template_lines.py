"""Entries of security templates and audit tables that stand in other formats (Policy Analyzer rules, reports).

They are taken for rows of the file that they came from, so that every entry has one meaning; only their places are
those that they really have.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from policylint.evidence import Place
from policylint.frozen import quickly_built
from policylint.model import Scope
from policylint.readers.gpo import audit_csv, security_template
from policylint.readers.gpo.settings_file import BLANKS, Found, Row, Written
from policylint.readers.source import Source


@quickly_built
@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a security template: its section, its line, and where it really stands."""

    section: str
    line: str
    place: Place


@quickly_built
@dataclass(frozen=True, slots=True)
class Subcategory:
    """A row of an audit table for the whole system: GUID and number, and where it really stands."""

    guid: str
    number: str
    place: Place


def template(entries: Sequence[Entry], source: Source) -> Found:
    """What the entries claim for the computer, by the rules of GptTmpl.inf."""
    found = Written(Scope.DEVICE, source, [entry.place for entry in entries])
    security_template.write(found, _template_rows(entries))
    return found.found()


def _template_rows(entries: Sequence[Entry]) -> Iterator[Row]:
    for number, entry in enumerate(entries, 1):
        text = _row_text(entry.line)
        if text:
            yield Row(number, entry.section.strip(), text)


@lru_cache(maxsize=1 << 12)
def _row_text(line: str) -> str:
    """A line as a row of a template would have it; '' for one that says nothing there."""
    text = _one_line(line).strip(BLANKS)
    return "" if text.startswith(";") or (text.startswith("[") and text.endswith("]")) else text


def audit(rows: Sequence[Subcategory], source: Source) -> Found:
    """What the rows claim for the computer, by the rules of audit.csv."""
    found = Written(Scope.DEVICE, source, [row.place for row in rows])
    for line, row in enumerate(rows, 1):
        audit_csv.write(found, line, ["", "System", "", _one_line(row.guid), "", "", _one_line(row.number)])
    return found.found()


def _one_line(text: str) -> str:
    return " ".join(text.replace("\0", "").split("\n")).strip()
