"""Entries of security templates and audit tables that stand in other formats (Policy Analyzer rules, reports).

They are written out as the file that they came from and read as such, so that every entry has one meaning; then each
claim gets the place that it really has.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from policylint.evidence import Evidence, LineAt, Place
from policylint.model import Problem, Scope
from policylint.readers.gpo import audit_csv, security_template
from policylint.readers.gpo.settings_file import Found
from policylint.readers.source import Source


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a security template: its section, its line, and where it really stands."""

    section: str
    line: str
    place: Place


@dataclass(frozen=True, slots=True)
class Subcategory:
    """A row of an audit table for the whole system: GUID and number, and where it really stands."""

    guid: str
    number: str
    place: Place


def template(entries: Sequence[Entry], source: Source) -> Found:
    """What the entries claim for the computer, by the rules of GptTmpl.inf."""
    text = "".join(f"[{entry.section}]\n{_one_line(entry.line)}\n" for entry in entries)
    found = security_template.read(text.encode(), Scope.DEVICE, source, "")
    return _moved(found, lambda line: entries[(line - 1) // 2].place)


def audit(rows: Sequence[Subcategory], source: Source) -> Found:
    """What the rows claim for the computer, by the rules of audit.csv."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    for row in rows:
        table.writerow(["", "System", "", _one_line(row.guid), "", "", _one_line(row.number)])
    return _moved(audit_csv.read(text.getvalue().encode(), Scope.DEVICE, source, ""), lambda line: rows[line - 1].place)


def _one_line(text: str) -> str:
    return " ".join(text.replace("\0", "").split("\n"))


def _moved(found: Found, place: Callable[[int], Place]) -> Found:
    def here(evidence: Evidence) -> Evidence:
        at = evidence.place
        return replace(evidence, place=place(at.line)) if isinstance(at, LineAt) else evidence

    return Found(
        tuple(replace(claim, evidence=here(claim.evidence)) for claim in found.claims),
        tuple(Problem(p.rule, p.message.partition(": ")[2], here(p.evidence)) for p in found.problems),
    )
