"""A setting under all its names, for programs.

`explain`:

    {"version": 1, "kind": "setting", "name", "category", "element",
     "settings": [id], "lists": [how the ids of a list's entries begin],
     "policies": [{"name", "namespace", "file", "sides": ["computer" | "user"], "displayName", "element": id | null,
                   "states": [text], "supportedOn": text}],
     "nodes": [{"uri", "format", "default", "allowed": [[value, name]], "ranges": [[lowest, highest]], "builds",
                "deprecated", "conflictResolution"}],
     "catalog": [{"id", "name", "kind"}], "properties": [text], "values": [{"node", "translation"}],
     "rules": {"channels": [id], "sides": [id]},
     "mdmWinsOverGP": [{"node", "reaches": "yes" | "no" | "not said", "rules"}]}

`unset`: the document of `policylint.reports.json.story` with "setting" null and, under "known", the names of `explain`.
"""

from __future__ import annotations

from policylint.catalogue.admx import AdmxStore
from policylint.effective import Effective
from policylint.explain.known import Known
from policylint.explain.law import between_channels, between_sides, covered
from policylint.model import Scope
from policylint.reports.json_document import VERSION, Json, dumps
from policylint.reports.json_setting import excluded, target
from policylint.reports.known_facts import SIDES, file_of, states, translations
from policylint.story import Unset


def explain(known: Known, store: AdmxStore, color: bool = False) -> str:
    """Everything about one setting."""
    document: Json = {
        "version": VERSION,
        "kind": "setting",
        **_names(known),
        "policies": [
            {
                "name": policy.name,
                "namespace": policy.id.namespace,
                "file": file_of(policy),
                "sides": [SIDES[scope] for scope in Scope if scope in policy.scopes],
                "displayName": policy.display_name,
                "element": element,
                "states": list(states(policy)) if element is None else [],
                "supportedOn": store.supported_on(policy),
            }
            for policy, element in known.parts
        ],
        "nodes": [
            {
                "uri": node.uri,
                "format": node.format,
                "default": node.default,
                "allowed": [list(pair) for pair in node.allowed.values] if node.allowed else [],
                "ranges": [list(pair) for pair in node.allowed.ranges] if node.allowed else [],
                "builds": list(node.builds),
                "deprecated": node.deprecated,
                "conflictResolution": node.conflict_resolution,
            }
            for node in known.described
        ],
        "catalog": [{"id": one.id, "name": one.name, "kind": one.kind} for one in known.definitions],
        "properties": [one.text for one in known.properties],
        "values": [{"node": node, "translation": text} for node, text in translations(known)],
        "rules": {"channels": list(between_channels(known)), "sides": list(between_sides(known))},
        "mdmWinsOverGP": [
            {"node": node, "reaches": word, "rules": list(rules)} for node, word, rules in covered(known)
        ],
    }
    return dumps(document)


def unset(effective: Effective, found: Unset, color: bool = False) -> str:
    """That nothing sets it at the target."""
    known = found.known
    out = [excluded(one) for one in effective.out_of_play(known.ids)]
    nodes = {"nodes": list(known.nodes), "catalog": [one.id for one in known.definitions]}
    return dumps(
        {
            "version": VERSION,
            "target": target(effective),
            "setting": None,
            "also": [],
            "excluded": out,
            "known": {**_names(known), **nodes},
        }
    )


def _names(known: Known) -> Json:
    return {
        "name": known.name,
        "category": known.category,
        "element": known.element,
        "settings": [setting.text for setting in known.ids],
        "lists": list(known.keys),
    }
