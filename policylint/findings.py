"""What lint says: findings, with their places, certainty and fingerprints."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from typing import Literal

from policylint.evidence import Evidence
from policylint.frozen import quickly_built
from policylint.model import Channel, Policy

Severity = Literal["error", "warning", "note"]
Confidence = Literal["certain", "likely", "possible"]

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")

LISTED = 1_000
"""So many targets a finding lists by name; beyond, it counts them."""


@quickly_built
@dataclass(frozen=True, slots=True)
class PolicyRef:
    """A policy as findings name it."""

    id: str
    name: str
    channel: Channel


def ref(policy: Policy) -> PolicyRef:
    """The reference to a policy."""
    return PolicyRef(policy.id, policy.name, policy.channel)


@quickly_built
@dataclass(frozen=True, slots=True)
class Location:
    """A place that a finding shows. The primary one is the thing to change; labels say what is wrong there."""

    evidence: Evidence
    role: Literal["primary", "related"]
    label: str = ""


@quickly_built
@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, with its proof."""

    rule: str
    name: str
    severity: Severity
    confidence: Confidence
    message: str
    locations: tuple[Location, ...]
    """The primary location first; never empty but for findings about the run itself."""
    policies: tuple[PolicyRef, ...] = ()
    setting: str | None = None
    scope: str | None = None
    targets: tuple[str, ...] = ()
    """The targets it was found for, the first LISTED of them; empty for findings about an input as such."""
    help: str = ""
    why: str = ""
    """A command that tells the story behind it, or ''."""
    unlisted: int = 0
    """How many more targets there are."""

    @property
    def target_count(self) -> int:
        """How many targets it was found for."""
        return len(self.targets) + self.unlisted

    @property
    def fingerprint(self) -> str:
        """Stable over moves of files and other targets: rule, setting, policies and scope, hashed.

        What was wrong with reading is told apart, within one policy, by the names of files and their folders.
        """
        parts = [self.rule, (self.setting or "").casefold(), sorted(p.id.casefold() for p in self.policies), self.scope]
        if self.setting is None and self.locations and (self.rule.startswith("RD") or not self.policies):
            path = self.locations[0].evidence.path
            parts.append("/".join(path.split("/")[-2:]).casefold() if self.policies else path)
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


def fingerprint_below(finding: Finding, root: str) -> str:
    """The fingerprint with the file's name as it is below a root, such as an archive's, which may have another name."""
    if not root or not finding.locations:
        return finding.fingerprint
    first, *others = finding.locations
    name = first.evidence.path.removeprefix(root).lstrip("/")
    moved = replace(first, evidence=replace(first.evidence, path=name))
    return replace(finding, locations=(moved, *others)).fingerprint


@dataclass(frozen=True, slots=True)
class Summary:
    """The counts that every report prints."""

    policies: int
    settings: int
    targets: int
    files: int
    unread: int
    ignored: int = 0
