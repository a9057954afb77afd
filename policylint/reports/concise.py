"""One line per finding, for grep and editors: `path:line:col: error[WH001] message`, and the counts in the last line.

A record of a Registry.pol reads `path#record2:`. Nothing taken from inputs can start a line of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from policylint.escape import terminal
from policylint.findings import Finding, Summary
from policylint.locate import Locator, Spot
from policylint.reports import RuleText
from policylint.reports.drawing import Paint, painter
from policylint.reports.order import ordered
from policylint.reports.phrases import summary_line


def render(
    findings: Sequence[Finding],
    summary: Summary,
    locator: Locator,
    rules: Mapping[str, RuleText],
    color: bool = False,
) -> str:
    """The findings in order of file, place and rule."""
    paint = painter(color)
    locator.prepare((finding.locations[0].evidence for finding in findings if finding.locations), excerpt=False)
    lines = [_line(finding, locator, paint) for finding in ordered(findings)]
    return "\n".join([*lines, summary_line(findings, summary)]) + "\n"


def _line(finding: Finding, locator: Locator, paint: Paint) -> str:
    tag = paint(f"{finding.severity}[{finding.rule}]", finding.severity)
    return f"{paint(_where(finding, locator), 'strong')}: {tag} {terminal(finding.message)}"


def _where(finding: Finding, locator: Locator) -> str:
    """The primary place; findings about the run itself stand under the program's name."""
    if not finding.locations:
        return "policylint"
    evidence = finding.locations[0].evidence
    return terminal(evidence.path) + _within(locator.locate(evidence, excerpt=False))


def _within(spot: Spot) -> str:
    if spot.record is not None:
        return f"#record{spot.record}"
    if spot.line is None:
        return ""
    return f":{spot.line}" + ("" if spot.column is None else f":{spot.column}")
