"""What changes, for programs.

    {"version": 1,
     "old": {"name", "policies", "settings", "targets", "files", "unread"}, "new": the same,
     "summary": {"compared": targets on both sides, "changed": targets on which something changes,
                 "outcomes", "settings": {KIND: n}, "findings": {"new", "fixed"}, "policies"},
     "targets": {"added": [text], "removed": [text]},
     "changes": [{"count": n, "targets": [text],
                  "outcomes": [{"id", "change": KIND, "old": OUTCOME | null, "new": OUTCOME | null}],
                  "settings": [{"setting", "name", "scope", "change": KIND, "old": SETTING | null, "new": …}]}],
     "findings": {"new": [FINDING], "fixed": [FINDING]},
     "policies": [{"id", "name", "channel", "changes": [WHAT], "effective": bool | null}],
     "containers": [{"path", "changes": ["blocks" | "inherits" | "blocking-untold" | "order"]}]}

KIND is "appeared", "gone", "value", "certainty" (the same value) or "winner" (the same value, as sure), WHAT "added",
"removed", "renamed", "settings", "status", "links", "filtering" or "assignments". "effective" is false where nothing
that the policy sets changes on any target that was compared, null where nothing of it is evaluated. Numbers in
"summary" count each change once, on however many targets. FINDING, SETTING and OUTCOME stand in
`policylint.reports.json`; outcomes have their contenders.
"""

from __future__ import annotations

from policylint.diff import KINDS, Difference, OutcomeChange, SettingChange
from policylint.effective import Outcome, Result
from policylint.locate import Locator
from policylint.reports import Compared
from policylint.reports.json_document import VERSION, Json, dumps
from policylint.reports.json_finding import findings
from policylint.reports.json_setting import contender, outcome, setting
from policylint.reports.order import ordered


def difference(found: Difference, old: Compared, new: Compared, color: bool = False) -> str:
    """The document."""
    return dumps(
        {
            "version": VERSION,
            "old": _side(old),
            "new": _side(new),
            "summary": _summary(found),
            "targets": {"added": list(found.added), "removed": list(found.removed)},
            "changes": [
                {
                    "count": len(group.targets),
                    "targets": list(group.targets),
                    "outcomes": [_outcome_change(change, old.locator, new.locator) for change in group.outcomes],
                    "settings": [_setting_change(change, old.locator, new.locator) for change in group.settings],
                }
                for group in found.changes
            ],
            "findings": {
                "new": findings(ordered(found.new), new.locator),
                "fixed": findings(ordered(found.fixed), old.locator),
            },
            "policies": [
                {
                    "id": change.policy.id,
                    "name": change.policy.name,
                    "channel": str(change.policy.channel),
                    "changes": list(change.what),
                    "effective": change.effective,
                }
                for change in found.policies
            ],
            "containers": [{"path": change.path, "changes": list(change.what)} for change in found.containers],
        }
    )


def _side(side: Compared) -> Json:
    counts = side.summary
    return {
        "name": side.name,
        "policies": counts.policies,
        "settings": counts.settings,
        "targets": counts.targets,
        "files": counts.files,
        "unread": counts.unread,
    }


def _summary(found: Difference) -> Json:
    settings = {(c.subject.setting.key, c.subject.scope, c.kind) for group in found.changes for c in group.settings}
    kinds = [kind for _, _, kind in settings]
    return {
        "compared": found.compared,
        "changed": sum(len(group.targets) for group in found.changes),
        "outcomes": len({change.subject.id for group in found.changes for change in group.outcomes}),
        "settings": {kind: kinds.count(kind) for kind in KINDS},
        "findings": {"new": len(found.new), "fixed": len(found.fixed)},
        "policies": len(found.policies),
    }


def _setting_change(change: SettingChange, old: Locator, new: Locator) -> Json:
    def told(row: Result | None, locator: Locator) -> Json | None:
        return None if row is None else setting(row, locator)

    return {
        "setting": change.subject.setting.text,
        "name": change.subject.name,
        "scope": str(change.subject.scope),
        "change": change.kind,
        "old": told(change.old, old),
        "new": told(change.new, new),
    }


def _outcome_change(change: OutcomeChange, old: Locator, new: Locator) -> Json:
    def told(found: Outcome | None, locator: Locator) -> Json | None:
        if found is None:
            return None
        return {**outcome(found), "contenders": [contender(one, locator) for one in found.contenders]}

    return {
        "id": change.subject.id,
        "change": change.kind,
        "old": told(change.old, old),
        "new": told(change.new, new),
    }
