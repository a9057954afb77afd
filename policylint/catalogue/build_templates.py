"""The facts about template profiles: which CSP node a Graph property writes, and which of its values say nothing.

Two tables go in. One is Microsoft's article "Graph APIs and matching Windows 10 CSPs" as rows of entity.property, CSP
and offset (CC BY 4.0); the other the Intune portal's own metadata of its profiles as rows of property, type, meaning
and options (MIT, from Micke-K/IntuneManagement). Facts come out and no prose. Neither tells the number that a node gets
for a Graph word, so that is worked out where it is beyond doubt: switches whose name and whose node's name both say
which way they turn, and the words in `template_facts` and `template_choices` that the CSP's own page lists. The
rest keep their Graph names.
"""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from policylint.catalogue import template_choices
from policylint.catalogue.settings_catalog import all_definitions
from policylint.catalogue.template_facts import (
    ASR,
    AUDIT,
    AUDITED,
    ENDPOINT,
    FIREWALL,
    FIREWALL_MEMBERS,
    GENERAL,
    NEWER,
    POLICY,
    WORDS,
)
from policylint.model import csp

Rows = Iterable[Mapping[str, str]]


_DOWN = re.compile(r"(Block(ed)?|Disabled?|Hide|Hidden|Prevent|Disallow(ed)?|DoNot|TurnOff|Restrict)(?![a-z])")
_UP = re.compile(r"(Allow(ed)?|Enabled?|Required?|Force|TurnOn|Permit)(?![a-z])")
_SWITCHED = {
    "enabled": 1,
    "enable": 1,
    "allowed": 1,
    "allow": 1,
    "disabled": -1,
    "disable": -1,
    "blocked": -1,
    "block": -1,
}
_ACTIONS = {"block": -1, "disable": -1, "hide": -1, "enable": 1, "enabled": 1, "allow": 1, "require": 1, "show": 1}
"""What the portal calls the value true; yes and no answer questions that the table does not have."""
_BOOLEAN_NODES = re.compile(r"/MSFT/(Firewall|SharedPC|SecureAssessment)/")

_VERSION = re.compile(r"(type|setting|inseconds)$")
"""Later versions of a property end so; one profile has only one of them set."""

_NOT_THEIRS = frozenset({"remoteassistancesolicitedsetting", "userrightsregisterprocessasservice"})
"""Rows of the article that name another property's node."""

_MISSPELLED = {"windows10endpointconfiguration": ENDPOINT}
_OWN_READER = frozenset({"windowsidentityprotectionconfiguration", "windows10customconfiguration"})


@dataclass
class _Property:
    """One property while it is put together."""

    entity: str
    name: str
    kind: str = ""
    silent: set[str] = field(default_factory=set)
    loud: set[str] = field(default_factory=set)
    action: str = ""
    nodes: list[str] = field(default_factory=list)
    words: dict[str, Any] = field(default_factory=dict)


def template_properties(article: Rows, portal: Rows) -> bytes:
    """The table that `policylint.catalogue.template_properties` reads, as gzip without a timestamp.

    `article` has the columns graph_entity_property, csp, offset_uri; `portal` those of the derived metadata table.
    """
    found: dict[tuple[str, str], _Property] = {}
    _add_portal(found, portal)
    spelled = {p.entity.casefold(): p.entity for p in found.values()}
    for row in article:
        entity, _, name = row["graph_entity_property"].partition(" ")[0].partition(".")
        entity = _MISSPELLED.get(entity.casefold(), entity)
        if entity.casefold() in _OWN_READER:
            continue
        one = _property(found, spelled.setdefault(entity.casefold(), entity[:1].lower() + entity[1:]), name)
        one.nodes += [node for node in _nodes(row["csp"], row["offset_uri"]) if node not in one.nodes]
    for one in list(found.values()):
        if one.name.casefold() in _NOT_THEIRS:
            one.nodes.clear()
    rights = [one for one in found.values() if any("/UserRights/" in node for node in one.nodes)]
    granted = [(one, list(one.nodes)) for one in rights]
    _lower(found.values())
    for one, nodes in granted:
        one.kind, one.nodes, one.words = "r", nodes, {}
    _add_known(found)
    _add_choices(found)
    lines = ("\t".join(_row(one)) for one in sorted(found.values(), key=lambda p: (p.entity, p.name)))
    return gzip.compress("".join(f"{line}\n" for line in lines).encode("utf-8"), compresslevel=9, mtime=0)


def _property(found: dict[tuple[str, str], _Property], entity: str, name: str) -> _Property:
    name = ".".join(part[:1].lower() + part[1:] for part in name.split("."))
    return found.setdefault((entity.casefold(), name.casefold()), _Property(entity, name))


_KINDS = {"0": "b", "14": "n", "16": "e", "20": "s", "19": "b", "21": "l"}
"""The portal's data types that a value can be read by; what is none of them is an object or a list of objects."""


def _add_portal(found: dict[tuple[str, str], _Property], portal: Rows) -> None:
    for row in portal:
        if row["graph_type"].casefold() in _OWN_READER:
            continue
        one = _property(found, row["graph_type"], row["property"])
        one.kind = one.kind or _KINDS.get(row["portal_data_type"], "o")
        options = [tuple(option.rpartition("=")[::2]) for option in row["options"].split("; ") if option]
        labels = (label.lower() for label, value in options if value == "True")
        one.action = one.action or row["true_means"] or next((re.sub("option$", "", text) for text in labels), "")
        for label, value in options:
            unset = "notconfigured" in label.casefold()
            (one.silent if unset else one.loud).add(_word(value))
        unset_value = row["unconfigured_value"].strip('"')
        if unset_value:  # what the portal shows as not configured, whatever it calls it
            one.silent.add(_word(unset_value))
            one.loud.discard(_word(unset_value))
        if row["false_means"].startswith("false=not"):
            one.silent.add("false")


def _word(value: str) -> str:
    return {"True": "true", "False": "false", "<null>": "null"}.get(value, value)


def _nodes(base: str, offsets: str) -> Iterator[str]:
    """The nodes of a cell: several offsets by comma, remarks in brackets, Markdown's escapes, areas without Config."""
    if not base.startswith("./"):
        return
    for offset in re.sub(r"\s*\(.*", "", offsets).replace("\\", "").split(","):
        uri = f"{base.rstrip('/')}/{offset.strip().strip('/')}".replace("{AADTenantId}", "{TenantId}")
        uri = re.sub(r"/MSFT/Policy/(?!Config/|Result/)", "/MSFT/Policy/Config/", uri)
        if offset.strip() and " " not in uri:
            yield _spelled(uri)


def _spelled(uri: str) -> str:
    """The node as the settings catalog spells it; a node that exists for users only is theirs."""
    key = csp(uri).key
    known = _catalog().get(key) or _catalog().get(key.replace("device_", "user_", 1))
    return known or re.sub(r"^\./Vendor", "./Device/Vendor", uri)


_CATALOG: dict[str, str] = {}
_ELEMENTS: Counter[str] = Counter()


def _catalog() -> dict[str, str]:
    """Nodes that the settings catalog knows, and in `_ELEMENTS` how many elements live in each."""
    if not _CATALOG:
        for definition in all_definitions():
            _CATALOG.setdefault(csp(definition.node).key, definition.node)
            _ELEMENTS[csp(definition.node).key] += bool(definition.element)
    return _CATALOG


def _lower(properties: Iterable[_Property]) -> None:
    """Keeps the node of those properties whose values are known in it: one property, one node, one meaning."""
    properties = list(properties)
    users: dict[tuple[str, str], set[str]] = defaultdict(set)
    for one in properties:
        for node in one.nodes:
            users[one.entity.casefold(), node].add(_VERSION.sub("", one.name.casefold()))
    for one in properties:
        alone = len(one.nodes) == 1 and len(users[one.entity.casefold(), one.nodes[0]]) == 1
        if not alone:
            one.nodes.clear()
            continue
        node = one.nodes[0]
        place = "/".join(node.casefold().split("/")[-2:])
        one.words = dict(WORDS.get(place, {})) or _switch(one, node)
        plain = one.kind in ("n", "s", "l") and not _ELEMENTS[csp(node).key]
        if not one.words and not plain:
            one.nodes.clear()


def _switch(one: _Property, node: str) -> dict[str, Any]:
    """What the words of a switch become, when the property's name and the node's both say which way they turn."""
    tail = node.rpartition("/")[2].rpartition("_")[2]
    turns, means = _direction(tail), _direction(one.name)
    on, off = (True, False) if _BOOLEAN_NODES.search(node) else (1, 0)
    if one.kind == "b" and not turns and one.name.casefold().endswith(tail.casefold()):
        return {"true": on} if _ACTIONS.get(one.action, 0) >= 0 else {}
    if not turns or one.kind not in ("b", "e", "") or (not one.kind and _ELEMENTS[csp(node).key]):
        return {}
    if one.kind == "e":
        known = one.loud and one.loud <= set(_SWITCHED)
        return {word: on if _SWITCHED[word] == turns else off for word in sorted(one.loud)} if known else {}
    acts = _ACTIONS.get(one.action, 0)
    means = means or acts
    contradicted = bool(acts) and acts != means and node.rpartition("/")[2].casefold() not in one.name.casefold()
    if not means or contradicted or (means > 0 > turns):
        return {}
    words: dict[str, Any] = {"true": on if means == turns else off}
    if "false" in one.loud:
        words["false"] = off if means == turns else on
    return words


def _direction(name: str) -> int:
    """1 for a name that lets something happen, -1 for one that prevents it, 0 when it says neither or both ways."""
    name = name[:1].upper() + name[1:]
    downs = sum(1 for _ in _DOWN.finditer(name))
    return -1 if downs == 1 else 0 if downs else 1 if _UP.search(name) else 0


def _add_known(found: dict[tuple[str, str], _Property]) -> None:
    """What both tables leave out and other pages of Microsoft's say: firewall profiles, ASR rules, the audit policy."""
    for (entity, name), (kind, node, words) in NEWER.items():
        one = _property(found, entity, name)
        one.kind, one.nodes, one.words = kind, [node], dict(words)
    for profile in ("Domain", "Private", "Public"):
        for member, (node, words) in FIREWALL_MEMBERS.items():
            uri = f"{FIREWALL}/{profile}Profile/{node}"
            nested = _property(found, ENDPOINT, f"firewallProfile{profile}.{member}")
            flat = _property(found, ENDPOINT, f"firewallProfile{profile}{member[:1].upper()}{member[1:]}")
            for one in (nested, flat):
                one.kind, one.nodes, one.words = "b", [uri], dict(words)
                one.silent = {"notConfigured", "false"}
    rules = csp(f"{POLICY}/Defender/AttackSurfaceReductionRules").key
    elements = {d.element.casefold(): d for d in all_definitions() if csp(d.node).key == rules}
    for stem, rule in ASR.items():
        definition = elements.get(rule)
        for name in (f"{stem}Type", stem) if definition else ():
            one = _property(found, ENDPOINT, name)
            one.kind, one.nodes = "e", [definition.uri if definition else ""]
            guid = str(next(iter(definition.options.values()), "")).partition("=")[0] if definition else ""
            numbers = {"warn": 6, **AUDITED}
            one.words = {word: f"{guid}={number}" for word, number in numbers.items() if word != "userDefined"}
            one.silent |= {"notConfigured", "userDefined"}
    for definition in all_definitions():
        area, _, name = definition.node.removeprefix(f"{POLICY}/").partition("/")
        if area == "Audit" and "_Audit" in name and not definition.element:
            one = _property(found, GENERAL, name.replace("_", ""))
            one.kind, one.nodes, one.words = "e", [definition.node], dict(AUDIT)


def _add_choices(found: dict[tuple[str, str], _Property]) -> None:
    """Words that were looked up one by one."""
    for entity, name, node, words in template_choices.rows():
        one = _property(found, entity, name)
        one.kind = one.kind or ("b" if "true" in words else "n" if "#" in words else "e" if words else "s")
        one.nodes, one.words = [node], words


def _row(one: _Property) -> Iterator[str]:
    silent = one.silent - {"null", "notConfigured"}
    silent |= {f"!{word}" for word in ("userDefined", "deviceDefault") if word in one.loud}
    if one.kind == "b" and "false" in one.loud:
        silent = (silent - {"false"}) | {"!false"}
    yield from (one.entity, one.name, one.kind, ",".join(sorted(silent)), "".join(one.nodes))
    yield json.dumps(one.words, sort_keys=True, separators=(",", ":")) if one.words else ""
