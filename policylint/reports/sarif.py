"""SARIF 2.1.0, for code scanning and for whatever else collects results (OASIS, sarif-v2.1.0).

The whole rule book is written, not only what was found: a rule without results is one that was checked. Columns count
characters. Paths are relative to %SRCROOT%, which whoever uploads the log knows and policylint does not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from urllib.parse import quote

from policylint import __version__
from policylint.findings import Finding, Location, Severity, Summary
from policylint.locate import Locator, Spot
from policylint.reports import RuleText
from policylint.reports.json_document import Json, dumps
from policylint.reports.order import ordered
from policylint.reports.phrases import tally

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
ROOT = "%SRCROOT%"

_LEVELS: dict[Severity, str] = {"error": "error", "warning": "warning", "note": "note"}
_LINK = re.compile(r"\[(?=[^\]]*\]\()|\](?=\()")


def render(
    findings: Sequence[Finding],
    summary: Summary,
    locator: Locator,
    rules: Mapping[str, RuleText],
    color: bool = False,
) -> str:
    """One run: the rules sorted by id, the findings in order of file, place and rule."""
    locator.prepare((location.evidence for finding in findings for location in finding.locations), excerpt=False)
    found = ordered(findings)
    ids = sorted({*rules, *(finding.rule for finding in found)})
    index = {id: number for number, id in enumerate(ids)}
    unknown = {finding.rule: finding for finding in reversed(found)}
    driver = {
        "name": "policylint",
        "version": __version__,
        "semanticVersion": __version__,
        "rules": [_rule(rules[id]) if id in rules else _stub(unknown[id]) for id in ids],
    }
    run = {
        "tool": {"driver": driver},
        "originalUriBaseIds": {ROOT: {"description": {"text": "The folder that the paths of this run start from."}}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, index[finding.rule], locator) for finding in found],
        "properties": {"summary": _summary(found, summary)},
    }
    return dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _summary(findings: Sequence[Finding], summary: Summary) -> Json:
    names = ("policies", "settings", "targets", "files", "unread", "ignored")
    return {**{name: getattr(summary, name) for name in names}, "findings": tally(findings)}


def _rule(rule: RuleText) -> Json:
    """A reportingDescriptor (3.49)."""
    links = "\n".join(f"- <{reference}>" for reference in rule.references)
    plain = "\n\n".join(part for part in (rule.why, rule.fix, "\n".join(rule.references)) if part)
    marked = [("Why", rule.why), ("Fix", rule.fix), ("References", links)]
    markdown = "\n\n".join(f"## {title}\n\n{text}" for title, text in marked if text)
    return {
        "id": rule.id,
        "name": rule.name,
        "shortDescription": {"text": rule.summary or rule.name},
        "fullDescription": {"text": rule.why or rule.summary or rule.name},
        "help": {"text": plain or rule.summary or rule.name, "markdown": markdown or rule.summary or rule.name},
        **({"helpUri": rule.references[0]} if rule.references else {}),
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"tags": [rule.id[:2]]},
    }


def _stub(finding: Finding) -> Json:
    """What a finding tells about its rule, where the rule book does not have it."""
    return {
        "id": finding.rule,
        "name": finding.name,
        "shortDescription": {"text": finding.name or finding.rule},
        "defaultConfiguration": {"level": _LEVELS[finding.severity]},
    }


def _result(finding: Finding, index: int, locator: Locator) -> Json:
    """A result (3.27). Code scanning refuses results without a location, so the run itself stands at the root."""
    primary = [location for location in finding.locations if location.role == "primary"]
    related = [location for location in finding.locations if location.role == "related"]
    places = [_location(location, locator) for location in primary]
    text = _plain(finding.message) + (f"\n\n{_plain(finding.help)}" if finding.help else "")
    return {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": _LEVELS[finding.severity],
        "message": {"text": text},
        "locations": places or [{"physicalLocation": {"artifactLocation": {"uri": ".", "uriBaseId": ROOT}}}],
        **({"relatedLocations": [_related(n, r, locator) for n, r in enumerate(related, 1)]} if related else {}),
        "partialFingerprints": {"policylint/v1": finding.fingerprint},
        "properties": {
            "confidence": finding.confidence,
            "policies": [{"id": p.id, "name": p.name, "channel": str(p.channel)} for p in finding.policies],
            "setting": finding.setting,
            "targets": list(finding.targets),
        },
    }


def _plain(text: str) -> str:
    """The text without embedded links (3.11.6): a policy may be called `[click](https://…)`."""
    return _LINK.sub(lambda bracket: "\\" + bracket[0], text)


def _related(number: int, location: Location, locator: Locator) -> Json:
    return {"id": number, **_location(location, locator), "message": {"text": _plain(location.label or "related")}}


def _location(location: Location, locator: Locator) -> Json:
    """A location (3.28); its message is the label of the place."""
    spot = locator.locate(location.evidence, excerpt=False)
    region = _region(spot)
    uri = quote(location.evidence.path, safe="/", errors="surrogatepass")
    physical = {"artifactLocation": {"uri": uri, "uriBaseId": ROOT}, **({"region": region} if region else {})}
    return {
        "physicalLocation": physical,
        **({"message": {"text": _plain(location.label)}} if location.label else {}),
    }


def _region(spot: Spot) -> Json:
    """A region (3.30): lines and columns of text, bytes of a Registry.pol.

    Code scanning shows no result whose region has no line (ossf/scorecard#1458), so binary ones say line 1 as well.
    """
    if spot.line is not None:
        columns = {"startColumn": spot.column, "endColumn": spot.end_column if spot.column else None}
        return {"startLine": spot.line, **{name: column for name, column in columns.items() if column}}
    if spot.byte_start is not None:
        length = {} if spot.byte_end is None else {"byteLength": spot.byte_end - spot.byte_start}
        return {"startLine": 1, "byteOffset": spot.byte_start, **length}
    return {}
