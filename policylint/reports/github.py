"""Workflow commands of GitHub Actions: an annotation beside the line of the pull request that a finding is about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from policylint.escape import terminal, workflow, workflow_property
from policylint.findings import Finding, Severity, Summary
from policylint.locate import Locator, Spot
from policylint.reports import RuleText
from policylint.reports.order import ordered
from policylint.reports.phrases import place, summary_line

_COMMANDS: dict[Severity, str] = {"error": "error", "warning": "warning", "note": "notice"}


def render(
    findings: Sequence[Finding],
    summary: Summary,
    locator: Locator,
    rules: Mapping[str, RuleText],
    color: bool = False,
) -> str:
    """A command per finding in order of file, place and rule; then the counts, as plain text of the log."""
    locator.prepare((location.evidence for finding in findings for location in finding.locations), excerpt=False)
    lines = [_command(finding, locator) for finding in ordered(findings)]
    return "\n".join([*lines, summary_line(findings, summary)]) + "\n"


def _command(finding: Finding, locator: Locator) -> str:
    spots = [locator.locate(location.evidence, excerpt=False) for location in finding.locations]
    properties = ",".join(f"{name}={workflow_property(terminal(text))}" for name, text in _properties(finding, spots))
    lines = [terminal(line) for line in _message(finding, spots)]
    return f"::{_COMMANDS[finding.severity]} {properties}::{workflow(chr(10).join(lines))}"


def _properties(finding: Finding, spots: Sequence[Spot]) -> Iterator[tuple[str, str]]:
    """Where the annotation stands, and its title. A place without a line is said in the message."""
    if spots:
        spot = spots[0]
        yield "file", finding.locations[0].evidence.path
        if spot.line is not None:
            yield "line", str(spot.line)
        if spot.line is not None and spot.column is not None:
            yield "col", str(spot.column)
        if spot.line is not None and spot.end_column is not None:
            yield "endColumn", str(spot.end_column)
    yield "title", f"{finding.rule} {finding.name}".strip()


def _message(finding: Finding, spots: Sequence[Spot]) -> Iterator[str]:
    yield finding.message
    for location, spot in zip(finding.locations, spots, strict=True):
        if location.role == "related" or spot.line is None:
            label = f": {location.label}" if location.label else ""
            yield f"{place(location.evidence.path, spot)}{label}"
    if finding.help:
        yield f"help: {finding.help}"
