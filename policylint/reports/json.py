"""Reports for programs: the stable JSON contract. Keys keep their order and meaning; new ones only come after them.

`render` (check):

    {"version": 1,
     "summary": {"policies", "settings", "targets", "files", "unread",
                 "findings": {"error", "warning", "note"}, "ignored"},
     "findings": [{"rule", "name", "severity", "confidence": "certain" | "likely" | "possible", "message",
                   "setting": text | null, "target": text | null (the first of several),
                   "policies": [{"id", "name", "channel": "gpo" | "mdm"}],
                   "locations": [{"path", "role": "primary" | "related", "label",
                                  "line", "column", "record", "pointer": each null where it does not apply,
                                  "bytes": [start, end] | [start] | null}],
                   "help", "fingerprint", "targets": [text, the first 1,000], "scope": "device" | "user" | null,
                   "why", "targets_count": all of them}]}

`effective` (resolve):

    {"version": 1,
     "target": {"name", "device", "user", "facts"},
     "settings": [SETTING], "outcomes": [OUTCOME]}

    SETTING   {"setting", "name", "scope", "state", "value", "absent", "candidates", "conditions", "reasons",
               "winner": CONTENDER | null, "losers": [CONTENDER], strongest first,
               "category": of the policy "name", "element" of it, "others": [category path and name]}
    DECODED   {"kind": "firewall-rule" | "applocker-rule" | "certificate" | "name-resolution-rule" |
               "software-restriction-rule", "name", then what the rule says: text, true or false, or [text]};
               "decoded": DECODED stands only in a SETTING whose value holds a rule
    OUTCOME   {"id", "state", "value", "candidates", "conditions", "reasons", "prerequisites"}
    CONTENDER {"policy": name, "id", "channel", "location": {"path", "line", "column", "record", "pointer", "bytes"},
               "reasons", "setting", "scope", "value", "type", "absent", "origin", "when": condition in words | null}

`story` (why): `{"version": 1, "target": …, "setting": SETTING, "also": [SETTING], "excluded": […]}`, where "also" holds
the same one in the other scope and "excluded" the policies that set it and do not reach the target: {"policy", "id",
"channel", "reason", "text"}; or `{"version": 1, "target": …, "outcome": OUTCOME, …}`, where the outcome has
"contenders": [CONTENDER] as well, strongest first. Where a gpresult report tells who decided, the SETTING has
"observed": {"policy", "id", "precedence": 1 | null, "location"}.

Binary values are hexadecimal text, lists are arrays, secrets are "****". The output is ASCII, so that no code page and
no terminal can do anything to it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from policylint.decoded import Decoded
from policylint.effective import Contender, Effective, Outcome, Result, settings_of
from policylint.evidence import Evidence
from policylint.facts import ALWAYS
from policylint.findings import Finding, Location, Summary
from policylint.locate import Locator
from policylint.model import as_json
from policylint.observed import ObservedSetting
from policylint.reports import RuleText
from policylint.reports.order import ordered
from policylint.reports.phrases import open_value, said, tally

VERSION = 1

Json = dict[str, object]


def render(
    findings: Sequence[Finding],
    summary: Summary,
    locator: Locator,
    rules: Mapping[str, RuleText],
    color: bool = False,
) -> str:
    """The findings in order of file, place and rule, with the counts before them."""
    counts = {
        "policies": summary.policies,
        "settings": summary.settings,
        "targets": summary.targets,
        "files": summary.files,
        "unread": summary.unread,
        "findings": tally(findings),
        "ignored": summary.ignored,
    }
    return dumps({"version": VERSION, "summary": counts, "findings": [_finding(f, locator) for f in ordered(findings)]})


def effective(effective: Effective, locator: Locator, color: bool = False) -> str:
    """The effective settings of one target, sorted by setting id and scope."""
    rows = sorted(effective.settings, key=lambda row: (row.setting.text.casefold(), row.setting.text, row.scope))
    outcomes = sorted(effective.outcomes, key=lambda outcome: outcome.id)
    return dumps(
        {
            "version": VERSION,
            "target": _target(effective),
            "settings": [_setting(row, locator) for row in rows],
            "outcomes": [_outcome(outcome) for outcome in outcomes],
        }
    )


def story(effective: Effective, subjects: Sequence[Result | Outcome], locator: Locator, color: bool = False) -> str:
    """Why a setting, in each scope that has it, or an outcome is as it is."""
    first, *others = [_subject(effective, subject, locator) for subject in subjects]
    kind = "setting" if isinstance(subjects[0], Result) else "outcome"
    out = effective.out_of_play([setting for subject in subjects for setting in settings_of(subject)])
    excluded = [
        {
            "policy": o.policy.name,
            "id": o.policy.id,
            "channel": str(o.policy.channel),
            "reason": o.reason,
            "text": o.text,
        }
        for o in out
    ]
    return dumps({"version": VERSION, "target": _target(effective), kind: first, "also": others, "excluded": excluded})


def _subject(effective: Effective, subject: Result | Outcome, locator: Locator) -> Json:
    if isinstance(subject, Result):
        seen = effective.observed(subject)
        return {**_setting(subject, locator), **({} if seen is None else {"observed": _observed(seen, locator)})}
    contenders = [_contender(contender, locator) for contender in subject.contenders]
    return {**_outcome(subject), "contenders": contenders}


def _observed(seen: ObservedSetting, locator: Locator) -> Json:
    """Who decided the setting when gpresult ran."""
    return {
        "policy": seen.gpo.name,
        "id": seen.gpo.id,
        "precedence": seen.precedence,
        "location": _place(seen.evidence, locator),
    }


def dumps(document: object) -> str:
    """The document as ASCII text with a line break at its end."""
    return json.dumps(document, indent=2, ensure_ascii=True) + "\n"


def _finding(finding: Finding, locator: Locator) -> Json:
    return {
        "rule": finding.rule,
        "name": finding.name,
        "severity": finding.severity,
        "confidence": finding.confidence,
        "message": finding.message,
        "setting": finding.setting,
        "target": finding.targets[0] if finding.targets else None,
        "policies": [{"id": p.id, "name": p.name, "channel": str(p.channel)} for p in finding.policies],
        "locations": [_location(location, locator) for location in finding.locations],
        "help": finding.help,
        "fingerprint": finding.fingerprint,
        "targets": list(finding.targets),
        "scope": finding.scope,
        "why": finding.why,
        "targets_count": finding.target_count,
    }


def _location(location: Location, locator: Locator) -> Json:
    path, *place = _place(location.evidence, locator).items()
    return dict([path, ("role", location.role), ("label", location.label), *place])


def _place(evidence: Evidence, locator: Locator) -> Json:
    spot = locator.locate(evidence, excerpt=False)
    bounds = [at for at in (spot.byte_start, spot.byte_end) if at is not None]
    return {
        "path": evidence.path,
        "line": spot.line,
        "column": spot.column,
        "record": spot.record,
        "pointer": spot.pointer,
        "bytes": bounds or None,
    }


def _target(effective: Effective) -> Json:
    facts = {name: effective.facts[name] for name in sorted(effective.facts)}
    return {"name": effective.target, "device": effective.device, "user": effective.user, "facts": facts}


def _setting(row: Result, locator: Locator) -> Json:
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
        "winner": None if row.winner is None else _contender(row.winner, locator),
        "losers": [_contender(loser, locator) for loser in row.losers],
        "category": row.category,
        "element": row.element,
        "others": list(row.also),
        **({} if row.decoded is None else {"decoded": _decoded(row.decoded)}),
    }


def _decoded(rule: Decoded) -> Json:
    """The rule that a value holds."""
    told = ((name, list(value) if isinstance(value, tuple) else value) for name, value in rule.fields)
    return {"kind": rule.kind, "name": rule.name, **dict(told)}


def _outcome(outcome: Outcome) -> Json:
    return {
        "id": outcome.id,
        "state": str(outcome.state),
        "value": outcome.value,
        "candidates": list(outcome.candidates),
        "conditions": list(outcome.conditions),
        "reasons": list(outcome.reasons),
        "prerequisites": list(outcome.prerequisites),
    }


def _contender(contender: Contender, locator: Locator) -> Json:
    claim = contender.claim
    return {
        "policy": contender.policy.name,
        "id": contender.policy.id,
        "channel": str(contender.policy.channel),
        "location": _place(claim.evidence, locator),
        "reasons": list(contender.reasons),
        "setting": claim.setting.text,
        "scope": str(claim.scope),
        "value": as_json(open_value(claim, claim.value)),
        "type": claim.type,
        "absent": claim.absent,
        "origin": claim.origin,
        "when": None if claim.when == ALWAYS else said(claim.when),
    }
