"""A precedence graph for programs.

    {"version": 1, "target": text,
     "nodes": [{"id", "group", "role": "wins" | "stands" | "loses" | "out", "policy", "policyId", "channel",
                "setting", "scope", "value", "absent", "type", "origin", "link": {"container", "order", "enforced",
                "loopback"} | null, "when": condition in words | null, "reasons", "text", "location"}],
     "edges": [{"winner", "loser", "rules", "facts": what it hangs on}],
     "cycles": [[node id]]}

Nodes of a policy order have null for what belongs to a claim. Nodes stand strongest first in each group.
"""

from __future__ import annotations

from policylint.facts import ALWAYS
from policylint.graph import Box, Drawing
from policylint.locate import Locator
from policylint.model import as_json
from policylint.reports.json_document import VERSION, Json, dumps, place
from policylint.reports.phrases import open_value, said


def graph(drawing: Drawing, locator: Locator, color: bool = False) -> str:
    """The document."""
    return dumps(
        {
            "version": VERSION,
            "target": drawing.title,
            "nodes": [_box(box, group.title, locator) for group in drawing.groups for box in group.boxes],
            "edges": [
                {"winner": one.winner, "loser": one.loser, "rules": list(one.rules), "facts": list(one.facts)}
                for one in drawing.arrows
            ],
            "cycles": [list(cycle) for cycle in drawing.cycles],
        }
    )


def _box(box: Box, group: str, locator: Locator) -> Json:
    claim = box.claim
    return {
        "id": box.id,
        "group": group,
        "role": box.role,
        "policy": box.policy.name,
        "policyId": box.policy.id,
        "channel": str(box.policy.channel),
        "setting": None if claim is None else claim.setting.text,
        "scope": str(claim.scope) if claim is not None else None if box.scope is None else str(box.scope),
        "value": None if claim is None else as_json(open_value(claim, claim.value)),
        "absent": None if claim is None else claim.absent,
        "type": None if claim is None else claim.type,
        "origin": None if claim is None else claim.origin,
        "link": _link(box),
        "when": None if box.when == ALWAYS else said(box.when),
        "reasons": list(box.reasons),
        "text": box.text,
        "location": place(box.evidence, locator),
    }


def _link(box: Box) -> Json | None:
    reach = box.reach
    if reach is None or not reach.som:
        return None
    return {
        "container": reach.som,
        "order": reach.order,
        "enforced": reach.enforced,
        "loopback": reach.by_loopback,
    }
