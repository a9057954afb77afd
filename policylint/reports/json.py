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

from collections.abc import Mapping, Sequence

from policylint.effective import Effective, Outcome, Result, settings_of
from policylint.findings import Finding, Summary
from policylint.locate import Locator
from policylint.observed import ObservedSetting
from policylint.reports import RuleText, json_finding, json_setting
from policylint.reports.json_document import VERSION, Json, dumps, place
from policylint.reports.order import ordered
from policylint.reports.phrases import tally


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
    locator.prepare((location.evidence for finding in findings for location in finding.locations), excerpt=False)
    return dumps(
        {
            "version": VERSION,
            "summary": counts,
            "findings": json_finding.findings(ordered(findings), locator),
        }
    )


def effective(effective: Effective, locator: Locator, color: bool = False) -> str:
    """The effective settings of one target, sorted by setting id and scope."""
    rows = sorted(effective.settings, key=lambda row: (row.setting.text.casefold(), row.setting.text, row.scope))
    outcomes = sorted(effective.outcomes, key=lambda outcome: outcome.id)
    return dumps(
        {
            "version": VERSION,
            "target": json_setting.target(effective),
            "settings": [json_setting.setting(row, locator) for row in rows],
            "outcomes": [json_setting.outcome(one) for one in outcomes],
        }
    )


def story(effective: Effective, subjects: Sequence[Result | Outcome], locator: Locator, color: bool = False) -> str:
    """Why a setting, in each scope that has it, or an outcome is as it is."""
    first, *others = [_subject(effective, subject, locator) for subject in subjects]
    kind = "setting" if isinstance(subjects[0], Result) else "outcome"
    out = effective.out_of_play([setting for subject in subjects for setting in settings_of(subject)])
    excluded = [json_setting.excluded(one) for one in out]
    return dumps(
        {
            "version": VERSION,
            "target": json_setting.target(effective),
            kind: first,
            "also": others,
            "excluded": excluded,
        }
    )


def _subject(effective: Effective, subject: Result | Outcome, locator: Locator) -> Json:
    if isinstance(subject, Result):
        seen = effective.observed(subject)
        return {
            **json_setting.setting(subject, locator),
            **({} if seen is None else {"observed": _seen(seen, locator)}),
        }
    contenders = [json_setting.contender(one, locator) for one in subject.contenders]
    return {**json_setting.outcome(subject), "contenders": contenders}


def _seen(seen: ObservedSetting, locator: Locator) -> Json:
    """Who decided the setting when gpresult ran."""
    return {
        "policy": seen.gpo.name,
        "id": seen.gpo.id,
        "precedence": seen.precedence,
        "location": place(seen.evidence, locator),
    }
