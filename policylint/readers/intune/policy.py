"""A Graph object's settings, once read, as a policy with its assignments."""

from __future__ import annotations

from collections.abc import Iterable

from policylint.model import Channel, Claim, OsVersions, Policy, PolicyKind, Problem
from policylint.readers.intune.assignments import assignments, groups
from policylint.readers.intune.graph_object import Found, Item


def policy(item: Item, label: str, kind: PolicyKind, parts: Iterable[Claim | Problem], *, made_from: str = "") -> Found:
    """The policy that an object is: what its settings claim, and what is wrong with those that claim nothing."""
    read = list(parts)
    claims = tuple([part for part in read if part.__class__ is Claim])
    problems = tuple([part for part in read if part.__class__ is Problem]) if len(claims) < len(read) else ()
    made = Policy(
        item.id,
        item.name,
        Channel.MDM,
        kind,
        item.named,
        claims,
        assignments=assignments(item),
        os_versions=os_versions(item.body.get("deviceManagementApplicabilityRuleOsVersion")),
        priority=_priority(item.body.get("priority")),
        made_from=made_from,
    )
    return Found(label, policy=made, problems=problems, groups=groups(item))


def _priority(stated: object) -> int | None:
    return stated if isinstance(stated, int) and not isinstance(stated, bool) else None


def os_versions(stated: object) -> OsVersions | None:
    """The Windows versions that an applicability rule names (deviceManagementApplicabilityRuleOsVersion)."""
    if not isinstance(stated, dict):
        return None
    first, last = (str(stated.get(name) or "") for name in ("minOSVersion", "maxOSVersion"))
    exclude = str(stated.get("ruleType", "")).casefold() == "exclude"
    return OsVersions(first, last, exclude) if first or last else None
