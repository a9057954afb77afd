"""A finding as JSON."""

from __future__ import annotations

from policylint.findings import Finding, Location
from policylint.locate import Locator
from policylint.reports.json_document import Json, place


def finding(found: Finding, locator: Locator) -> Json:
    """FINDING of `policylint.reports.json`."""
    return {
        "rule": found.rule,
        "name": found.name,
        "severity": found.severity,
        "confidence": found.confidence,
        "message": found.message,
        "setting": found.setting,
        "target": found.targets[0] if found.targets else None,
        "policies": [{"id": p.id, "name": p.name, "channel": str(p.channel)} for p in found.policies],
        "locations": [_location(one, locator) for one in found.locations],
        "help": found.help,
        "fingerprint": found.fingerprint,
        "targets": list(found.targets),
        "scope": found.scope,
        "why": found.why,
        "targets_count": found.target_count,
    }


def _location(location: Location, locator: Locator) -> Json:
    path, *at = place(location.evidence, locator).items()
    return dict([path, ("role", location.role), ("label", location.label), *at])
