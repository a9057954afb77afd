"""Settings, outcomes and those who had a say in them, as JSON."""

from __future__ import annotations

from policylint.decoded import Decoded
from policylint.effective import Contender, Effective, Outcome, Result
from policylint.facts import ALWAYS
from policylint.locate import Locator
from policylint.model import as_json
from policylint.rank.reach import Excluded
from policylint.reports.json_document import Json, place
from policylint.reports.phrases import open_value, said


def target(effective: Effective) -> Json:
    """The target of an answer."""
    facts = {name: effective.facts[name] for name in sorted(effective.facts)}
    return {"name": effective.target, "device": effective.device, "user": effective.user, "facts": facts}


def setting(row: Result, locator: Locator) -> Json:
    """SETTING of `policylint.reports.json`."""
    return {
        "setting": row.setting.text,
        "name": row.name,
        "scope": str(row.scope),
        "state": str(row.state),
        "value": as_json(open_value(row, row.value)),
        "absent": row.absent,
        "candidates": [as_json(open_value(row, value)) for value in row.candidates],
        "conditions": list(row.conditions),
        "reasons": list(row.reasons),
        "winner": None if row.winner is None else contender(row.winner, locator),
        "losers": [contender(loser, locator) for loser in row.losers],
        "category": row.category,
        "element": row.element,
        "others": list(row.also),
        **({} if row.decoded is None else {"decoded": _decoded(row.decoded)}),
    }


def _decoded(rule: Decoded) -> Json:
    """The rule that a value holds."""
    told = ((name, list(value) if isinstance(value, tuple) else value) for name, value in rule.fields)
    return {"kind": rule.kind, "name": rule.name, **dict(told)}


def outcome(one: Outcome) -> Json:
    """OUTCOME of `policylint.reports.json`."""
    return {
        "id": one.id,
        "state": str(one.state),
        "value": one.value,
        "candidates": list(one.candidates),
        "conditions": list(one.conditions),
        "reasons": list(one.reasons),
        "prerequisites": list(one.prerequisites),
    }


def contender(one: Contender, locator: Locator) -> Json:
    """CONTENDER of `policylint.reports.json`."""
    claim = one.claim
    return {
        "policy": one.policy.name,
        "id": one.policy.id,
        "channel": str(one.policy.channel),
        "location": place(claim.evidence, locator),
        "reasons": list(one.reasons),
        "setting": claim.setting.text,
        "scope": str(claim.scope),
        "value": as_json(open_value(claim, claim.value)),
        "type": claim.type,
        "absent": claim.absent,
        "origin": claim.origin,
        "when": None if claim.when == ALWAYS else said(claim.when),
    }


def excluded(one: Excluded) -> Json:
    """A policy that does not reach the target, and the rule that keeps it out."""
    return {
        "policy": one.policy.name,
        "id": one.policy.id,
        "channel": str(one.policy.channel),
        "reason": one.reason,
        "text": one.text,
    }
