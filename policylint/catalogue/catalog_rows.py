"""Graph's settings-catalog definitions as rows of the table that `policylint.catalogue.settings_catalog` reads.

Only facts are kept: how a URI is spelled, which element a definition stands for, which value a choice has, and what
the setting is called.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from policylint.catalogue.settings_catalog import KINDS
from policylint.model import csp

Graph = Mapping[str, Any]

FORM = 1
"""Of the rows: readers keep those of a dump between two runs. Raise it with every change to what `rows` makes."""

_NOT_CSP = ("enrollment_", "osrecoverysettings_")
"""Definitions of Autopilot device preparation and OS recovery: they have URIs, but name no CSP node."""

_PLACEHOLDER = re.compile(r"\{[^}]*\}")
_NUMBERED = re.compile(r"\{(\d+)\}")
_VERSION = re.compile(r"_v\d+$")
_LONG = 160
"""Display names are facts; a longer one is an explanation in the wrong place, and is left out."""

_TEXTS = ("name", "baseUri", "offsetUri", "displayName")
_BROKEN = re.compile(r"[\t\r\n]")
"""A row is one line; no real id or URI has any of these."""

_SCOPE = re.compile(r" \((?:User|Device)\)$")
_LETTERS = {kind: letter for letter, kind in KINDS.items()}


def usable(definition: object) -> bool:
    """Whether a definition has the members that rows are made of, each of its type."""
    if not isinstance(definition, Mapping) or not isinstance(definition.get("id"), str) or not definition["id"]:
        return False
    options = definition.get("options") or ()
    return (
        isinstance(definition.get("@odata.type"), str)
        and all(isinstance(definition.get(member) or "", str) for member in _TEXTS)
        and isinstance(definition.get("maximumCount") or 1, int)
        and isinstance(definition.get("valueDefinition") or {}, Mapping)
        and isinstance(options, list | tuple)
        and all(map(_usable_option, options))
        and not _BROKEN.search("".join(str(definition.get(member) or "") for member in ("id", "name", *_TEXTS[1:3])))
    )


def _usable_option(option: object) -> bool:
    if not isinstance(option, Mapping) or not isinstance(option.get("itemId"), str):
        return False
    value, below = option.get("optionValue"), option.get("dependedOnBy") or ()
    return (
        isinstance(value, Mapping)
        and isinstance(value.get("value"), str | int)
        and isinstance(below, list | tuple)
        and all(isinstance(child, Mapping) and isinstance(child.get("dependedOnBy"), str) for child in below)
    )


def rows(definitions: Iterable[Graph]) -> list[str]:
    """A row for each definition of a CSP node, by id: id, node, element, kind, options, display name[, children]."""
    known = [d for d in definitions if _base(d).startswith("./") and not d["id"].startswith(_NOT_CSP)]
    spelled = _placeholders(known)
    nodes = {d["id"]: _node(d, spelled) for d in known}
    elements = _elements(known, nodes)
    return [
        "\t".join((d["id"], nodes[d["id"]], elements[d["id"]], _kind(d), _options(d), _name(d), *_children(d)))
        for d in sorted(known, key=lambda d: str(d["id"]))
    ]


def _base(definition: Graph) -> str:
    return definition.get("baseUri") or ""


def _placeholders(definitions: Sequence[Graph]) -> dict[str, str]:
    """How placeholders are spelled: `{tenantid}` of an id is `{TenantId}`, because a definition has that name."""
    names = [name for d in definitions if _PLACEHOLDER.fullmatch(name := d.get("name") or "")]
    return {"{tenantid}": "{TenantId}"} | {name.casefold(): name for name in sorted(names)}


def _node(definition: Graph, spelled: Mapping[str, str]) -> str:
    """baseUri + offsetUri with named placeholders; `{0}` is the first placeholder of the id."""
    uri = f"{_base(definition)}/{definition.get('offsetUri') or ''}"
    uri = "./" + re.sub("/+", "/", uri.removeprefix("./")).strip("/")
    names = _PLACEHOLDER.findall(definition["id"])
    names = names[max(0, len(names) - len(set(_NUMBERED.findall(uri)))) :]  # a fixed segment may stand for the first

    def named(numbered: re.Match[str]) -> str:
        index = int(numbered[1])
        name = names[index] if index < len(names) else "{Id}"
        return spelled.get(name, name)

    return _NUMBERED.sub(named, uri)


def _elements(definitions: Sequence[Graph], nodes: Mapping[str, str]) -> dict[str, str]:
    """The element of each definition: empty for the node itself. Definitions of one node get distinct elements."""
    elements: dict[str, str] = {}
    for definition in sorted(definitions, key=lambda d: len(d["id"])):
        elements[definition["id"]] = _element(definition, nodes, elements)
    for clash in _clashes(nodes, elements):
        for id_ in clash:
            elements[id_] = _tail(id_, nodes[id_])
    return elements


def _element(definition: Graph, nodes: Mapping[str, str], elements: Mapping[str, str]) -> str:
    id_, name = definition["id"], definition.get("name") or ""
    key, node = csp(id_).key, csp(nodes[id_]).key
    if node.replace("_", "") in (key.replace("_", ""), _VERSION.sub("", key).replace("_", "")):
        return ""
    tail = key.removeprefix(f"{node}_") if key.startswith(f"{node}_") else ""
    if tail and name.casefold() in (tail, _VERSION.sub("", tail)):
        return name
    if not tail and f"_{name.casefold()}" == key[-len(name) - 1 :]:
        return "" if nodes[id_].casefold().endswith(f"/{name.casefold()}") else name
    parent = _parent(id_, nodes)
    if parent is None and nodes[id_].casefold().endswith(f"/{name.casefold()}"):
        return ""  # its id abbreviates the URI
    if parent is None or not elements[parent]:
        return tail or _tail(id_, nodes[id_])
    rest = id_[len(parent) + 1 :]
    return f"{elements[parent]}/{rest}" if nodes[parent] == nodes[id_] else elements[parent]


def _parent(id_: str, nodes: Mapping[str, str]) -> str | None:
    """The longest other id that this one continues."""
    pieces = id_.split("_")
    prefixes = ("_".join(pieces[:n]) for n in range(len(pieces) - 1, 0, -1))
    return next((prefix for prefix in prefixes if prefix in nodes), None)


def _tail(id_: str, node: str) -> str:
    """What an id says that its node does not: the pieces behind those that both begin with."""
    ours, theirs = csp(id_).key.split("_"), csp(node).key.split("_")
    shared = next((n for n, (a, b) in enumerate(zip(ours, theirs, strict=False)) if a != b), len(theirs))
    return "_".join(ours[shared:])


def _clashes(nodes: Mapping[str, str], elements: Mapping[str, str]) -> list[list[str]]:
    """Ids that would get one name although they are different settings; `_v2` of a definition is the same one."""
    same: dict[str, list[str]] = defaultdict(list)
    for id_, node in nodes.items():
        same[csp(f"{node}/{elements[id_]}" if elements[id_] else node).key].append(id_)
    return [ids for ids in same.values() if len({_VERSION.sub("", id_) for id_ in ids}) > 1]


def _kind(definition: Graph) -> str:
    type_ = definition["@odata.type"]
    many = "*" if (definition.get("maximumCount") or 1) > 1 and "SettingGroupCollection" in type_ else ""
    if "SettingGroupCollection" in type_:
        return _LETTERS["group"] + many
    if "Choice" in type_:
        return _LETTERS["choices" if "Collection" in type_ else "choice"]
    if "Redirect" in type_:
        return _LETTERS["redirect"]
    value = definition.get("valueDefinition") or {}
    if value.get("isSecret"):
        return _LETTERS["secret"]
    whole = "Integer" in value.get("@odata.type", "")
    if "Collection" in type_:
        return _LETTERS["integers" if whole else "strings"]
    return _LETTERS["integer" if whole else "string"]


def _options(definition: Graph) -> str:
    """The choices whose value cannot be read off their id, as JSON."""
    own = f"{definition['id']}_"
    options = {option["itemId"]: option["optionValue"]["value"] for option in definition.get("options") or ()}
    told = {item: value for item, value in options.items() if item != f"{own}{value}"}
    return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")) if told else ""


def _children(definition: Graph) -> Iterator[str]:
    """The children that choices need, by choice, as JSON; ids that continue the definition's own without it."""
    id_ = definition["id"]
    needed = {
        option["itemId"].removeprefix(id_): [
            child["dependedOnBy"].removeprefix(id_)
            for child in option.get("dependedOnBy") or ()
            if child.get("required")
        ]
        for option in definition.get("options") or ()
    }
    told = {option: children for option, children in needed.items() if children}
    if told:
        yield json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _name(definition: Graph) -> str:
    """The display name on one line; which side the setting is of stands in its node."""
    name = " ".join((definition.get("displayName") or "").split())
    return _SCOPE.sub("", name) if len(name) <= _LONG else ""
