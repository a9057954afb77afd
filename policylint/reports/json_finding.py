"""Findings as JSON."""

from __future__ import annotations

from collections.abc import Iterable

from policylint.findings import Finding, Location
from policylint.locate import Locator
from policylint.reports.json_document import Json, Written, place, written


def findings(found: Iterable[Finding], locator: Locator) -> list[Json]:
    """Each as FINDING of `policylint.reports.json`."""
    locations = _Locations(locator)
    return [_finding(one, locations) for one in found]


def _finding(found: Finding, locations: _Locations) -> Json:
    return {
        "rule": found.rule,
        "name": found.name,
        "severity": found.severity,
        "confidence": found.confidence,
        "message": found.message,
        "setting": found.setting,
        "target": found.targets[0] if found.targets else None,
        "policies": [{"id": p.id, "name": p.name, "channel": str(p.channel)} for p in found.policies],
        "locations": [locations.text(one) for one in found.locations],
        "help": found.help,
        "fingerprint": found.fingerprint,
        "targets": list(found.targets),
        "scope": found.scope,
        "why": found.why,
        "targets_count": found.target_count,
    }


class _Locations:
    """Locations as text, each written once: a claim that many others meet stands in many findings."""

    def __init__(self, locator: Locator) -> None:
        self._locator = locator
        self._known: dict[tuple[int, str, str], tuple[Location, Written]] = {}
        """By the identity of the evidence, cheaper to ask for than its hash; it is kept, so that it stays its own."""

    def text(self, location: Location) -> Written:
        """The location as JSON."""
        key = id(location.evidence), location.role, location.label
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = location, written(self._told(location))
        return known[1]

    def _told(self, location: Location) -> Json:
        path, *at = place(location.evidence, self._locator).items()
        return dict([path, ("role", location.role), ("label", location.label), *at])
