"""Generates the catalogue's data.

    python -m policylint.catalogue.build --settings-catalog FILE --templates CSP PORTAL --admx NAME=FOLDER…

FILE is a JSON array (or its gzip) of Graph `deviceManagement/configurationSettings` objects; CSP and PORTAL are the two
tables that `build_templates` describes; FOLDER is an ADMX store and NAME its set. Only facts are kept: how a URI is
spelled, which element a definition stands for, which value a choice has, which node a property writes, what a policy
writes where. Same input, same bytes out.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from policylint.catalogue import shipped
from policylint.catalogue.build_admx import admx_data
from policylint.catalogue.build_ddf import csp_nodes
from policylint.catalogue.build_templates import template_properties
from policylint.catalogue.settings_catalog import KINDS
from policylint.model import csp

DATA = Path(__file__).parent / "data"
Graph = Mapping[str, Any]

_NOT_CSP = ("enrollment_", "osrecoverysettings_")
"""Definitions of Autopilot device preparation and OS recovery: they have URIs, but name no CSP node."""

_PLACEHOLDER = re.compile(r"\{[^}]*\}")
_NUMBERED = re.compile(r"\{(\d+)\}")
_VERSION = re.compile(r"_v\d+$")
_LETTERS = {kind: letter for letter, kind in KINDS.items()}


def settings_catalog(definitions: Iterable[Graph]) -> bytes:
    """The table that `policylint.catalogue.settings_catalog` reads, as gzip without a timestamp."""
    known = [d for d in definitions if _base(d).startswith("./") and not d["id"].startswith(_NOT_CSP)]
    spelled = _placeholders(known)
    nodes = {d["id"]: _node(d, spelled) for d in known}
    elements = _elements(known, nodes)
    rows = [
        "\t".join((d["id"], nodes[d["id"]], elements[d["id"]], _kind(d), _options(d)))
        for d in sorted(known, key=lambda d: str(d["id"]))
    ]
    return gzip.compress("".join(f"{row}\n" for row in rows).encode("utf-8"), compresslevel=9, mtime=0)


def _base(definition: Graph) -> str:
    return definition.get("baseUri") or ""


def _placeholders(definitions: Sequence[Graph]) -> dict[str, str]:
    """How placeholders are spelled: `{tenantid}` of an id is `{TenantId}`, because a definition has that name."""
    names = [d["name"] for d in definitions if _PLACEHOLDER.fullmatch(d["name"] or "")]
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
    id_, name = definition["id"], definition["name"] or ""
    key, node = csp(id_).key, csp(nodes[id_]).key
    if node.replace("_", "") in (key.replace("_", ""), _VERSION.sub("", key).replace("_", "")):
        return ""
    tail = key.removeprefix(f"{node}_") if key.startswith(f"{node}_") else ""
    if tail and name.casefold() in (tail, _VERSION.sub("", tail)):
        return name
    if not tail and f"_{name.casefold()}" == key[-len(name) - 1 :]:
        return "" if nodes[id_].casefold().endswith(f"/{name.casefold()}") else name
    parent = _parent(id_, nodes)
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


def _rows(path: Path) -> Iterator[dict[str, str]]:
    """A table with a header; a heading in brackets is cut off, as are comments behind the name."""
    header, *lines = path.read_text(encoding="utf-8").splitlines()
    names = [name.partition("(")[0] for name in header.split("\t")]
    return (dict(zip(names, line.split("\t"), strict=False)) for line in lines)


def main(argv: Sequence[str] | None = None) -> None:
    """Writes the data files of the inputs that are named."""
    parser = argparse.ArgumentParser(prog="python -m policylint.catalogue.build", description=__doc__)
    parser.add_argument("--settings-catalog", type=Path, metavar="FILE")
    parser.add_argument("--templates", type=Path, nargs=2, metavar=("CSP", "PORTAL"))
    parser.add_argument("--admx", nargs="+", metavar="NAME=FOLDER")
    parser.add_argument("--ddf", type=Path, metavar="FOLDER")
    given = parser.parse_args(argv)
    DATA.mkdir(exist_ok=True)
    if given.settings_catalog:
        data = given.settings_catalog.read_bytes()
        table = settings_catalog(json.loads(gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data))
        (DATA / "settings-catalog.tsv.gz").write_bytes(table)
    if given.templates:
        article, portal = map(_rows, given.templates)
        (DATA / "template-properties.tsv.gz").write_bytes(template_properties(article, portal))
    if given.admx:
        stores = {name: Path(folder) for name, _, folder in (text.partition("=") for text in given.admx)}
        (DATA / shipped.DATA).write_bytes(admx_data(stores))
    if given.ddf:
        (DATA / "csp-nodes.tsv.gz").write_bytes(csp_nodes(given.ddf))


if __name__ == "__main__":
    main()
