"""Reports for people. Findings read as in rustc: the consequence first, then the proof, then what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from policylint.escape import terminal
from policylint.findings import Finding, Summary
from policylint.locate import Locator
from policylint.reports import RuleText
from policylint.reports.drawing import Paint, gutter, located, painter
from policylint.reports.order import ordered
from policylint.reports.phrases import summary_line
from policylint.reports.text_effective import effective
from policylint.reports.text_story import story

__all__ = ["effective", "render", "story"]

_NAMED = 3
"""How many targets are named before the rest is counted."""


def render(
    findings: Sequence[Finding],
    summary: Summary,
    locator: Locator,
    rules: Mapping[str, RuleText],
    color: bool = False,
) -> str:
    """The findings in order of file, place and rule, then one line of counts."""
    paint = painter(color)
    locator.prepare(location.evidence for finding in findings for location in finding.locations)
    blocks = ["\n".join(_finding(finding, locator, paint)) for finding in ordered(findings)]
    return "\n\n".join([*blocks, paint(summary_line(findings, summary), "strong")]) + "\n"


def _finding(finding: Finding, locator: Locator, paint: Paint) -> Iterator[str]:
    yield paint(f"{finding.severity}[{finding.rule}]", finding.severity) + paint(
        f": {terminal(finding.message)}", "strong"
    )
    spots = [locator.locate(location.evidence) for location in finding.locations]
    width = gutter(spots)
    for location, spot in zip(finding.locations, spots, strict=True):
        primary = location.role == "primary"
        style = finding.severity if primary else "related"
        yield from located(location.evidence.path, spot, location.label, width, paint, style, primary)
    for name, text in _notes(finding):
        yield f"{paint(f'{chr(32):{width}} =', 'frame')} {paint(f'{name}:'.ljust(5), 'strong')} {terminal(text)}"


def _notes(finding: Finding) -> Iterator[tuple[str, str]]:
    if len(finding.targets) > 1:
        yield "targets", _some(finding)
    if finding.confidence != "certain":
        yield "confidence", finding.confidence
    if finding.why:
        yield "why", finding.why
    if finding.help:
        yield "help", finding.help


def _some(finding: Finding) -> str:
    more = finding.target_count - _NAMED
    return ", ".join(finding.targets[:_NAMED]) + (f" and {more} more" if more > 0 else "")
