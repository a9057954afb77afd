"""Rules and laws as `explain` prints them.

The JSON of a law: `{"version": 1, "kind": "law", "id", "text", "provenance", "source"}`; of a rule: the entry that
`rules list -o json` has for it, with "version" and "kind": "rule" before it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from textwrap import fill

from policylint.laws import LAWS
from policylint.laws.law import Law
from policylint.reports.json_document import VERSION, dumps
from policylint.reports.rulebook import explanation, listing_json
from policylint.rules import Rule, load_rules

_PROVENANCE = {
    "SPEC": "an open specification of Microsoft",
    "DOC": "Microsoft's documentation",
    "MEASURED": "observed on Windows",
    "DERIVED": "follows from documented rules; no document states it",
    "SILENT": "looked for, and not documented",
    "CONFLICT": "the sources contradict each other",
}


def rule_or_law(name: str) -> Callable[[str, bool], str] | None:
    """How a rule of that id or name, or a law of that id, is printed in a format; None where there is neither."""
    wanted = name.strip().casefold()
    rules = load_rules()
    rule = next((one for one in rules.values() if wanted.upper() in one.called), None)
    if rule is not None:
        return lambda form, _: explanation(rule) if form == "text" else _rule_json(rule)
    law = next(((id_, one) for id_, one in LAWS.items() if id_.casefold() == wanted), None)
    return None if law is None else lambda form, _: _law_text(*law) if form == "text" else _law_json(*law)


def _rule_json(rule: Rule) -> str:
    listed = json.loads(listing_json({rule.id: rule}))
    return dumps({"version": VERSION, "kind": "rule", **listed["rules"][0]})


def _law_text(id_: str, law: Law) -> str:
    parts = [f"{id_} ({law.provenance}: {_PROVENANCE[law.provenance]})", fill(law.text, 98), f"Source: {law.source}"]
    see = [other for other in LAWS if other != id_ and other in law.source.replace(";", " ").split()]
    return "\n\n".join(parts) + "\n" + "".join(f"See: policylint explain {other}\n" for other in see)


def _law_json(id_: str, law: Law) -> str:
    return dumps(
        {
            "version": VERSION,
            "kind": "law",
            "id": id_,
            "text": law.text,
            "provenance": law.provenance,
            "source": law.source,
        }
    )
