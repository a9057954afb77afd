"""DDF v2 files: the CSP nodes that a device description framework file describes.

Format: OMA DM DDF 1.2 with Microsoft's additions (DDFv2.xsd, DDFv2Msft.xsd of the DDF download). A file has a DOCTYPE
with an internal subset, which is passed over and opens nothing; it may hold several top nodes, each with its own Path.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from lxml import etree

from policylint.catalogue.csp_node import AdmxRef, Allowed, Format, GpRef, Kind, Node
from policylint.readers.xml import child, children, local, parse, text_in

_SHORT = 40
"""Names of values are facts; longer texts explain, and are left out."""

_RANGE = re.compile(r"\[\s*\(?(-?\d+)\)?\s*-\s*\(?(-?\d+)\)?\s*\]")
_DELIMITERS = {"0xf000": "\uf000", r"\xf000": "\uf000"}
_UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class _Above:
    """What a node inherits: its path, and what Applicability and AtomicRequired say for the nodes below."""

    path: str
    builds: tuple[str, ...] = ()
    editions: tuple[str, ...] = ()
    atomic: bool = False


def is_ddf(root: etree._Element) -> bool:
    """Whether a document is a device description: `<MgmtTree>` with nodes."""
    return local(root) == "MgmtTree" and child(root, "Node") is not None


def read(data: bytes) -> tuple[Node, ...]:
    """The nodes of a DDF v2 file, in document order. Raises ReadError (RD003, RD005) for what is no XML."""
    return tuple(nodes(parse(data)))


def nodes(root: etree._Element) -> Iterator[Node]:
    """The nodes below `<MgmtTree>`, in document order."""
    for top in children(root, "Node"):
        path = (text_in(top, "Path") or "").rstrip("/")
        yield from _nodes(top, _Above(path or "."))


def _nodes(element: etree._Element, above: _Above) -> Iterator[Node]:
    properties = child(element, "DFProperties")
    facts = etree.Element("DFProperties") if properties is None else properties
    node = _node(element, facts, above)
    yield node
    below = _Above(node.uri, node.builds, node.editions, node.atomic)
    for nested in children(element, "Node"):
        yield from _nodes(nested, below)


def _node(element: etree._Element, facts: etree._Element, above: _Above) -> Node:
    name, dynamic = _name(element, facts)
    applicability = child(facts, "Applicability")
    allowed = child(facts, "AllowedValues")
    deprecated = child(facts, "Deprecated")
    return Node(
        f"{above.path}/{name}",
        cast(Format, next(iter(_tags(facts, "DFFormat")), "")),
        frozenset(_tags(facts, "AccessType")),
        text_in(facts, "DefaultValue"),
        _allowed(allowed) if allowed is not None else None,
        _parts(applicability, "OsBuildVersion", ",") or above.builds,
        _parts(applicability, "EditionAllowList", ";") or above.editions,
        _other_than(text_in(facts, "ConflictResolution"), "NoMerge"),
        "" if deprecated is None else deprecated.get("OsBuildDeprecated") or _UNKNOWN,
        _other_than(text_in(facts, "RebootBehavior"), "None"),
        above.atomic or child(facts, "AtomicRequired") is not None,
        dynamic,
        _admx(allowed),
        _gp(child(facts, "GpMapping")),
    )


def _name(element: etree._Element, facts: etree._Element) -> tuple[str, str]:
    """The last segment of a node, and how instances get their name where it is dynamic (an empty NodeName)."""
    name = text_in(element, "NodeName")
    if name:
        return name, ""
    title = text_in(facts, "DFTitle") or "Id"
    return f"{{{title}}}", next(iter(_tags(facts, "DynamicNodeNaming")), _UNKNOWN)


def _tags(facts: etree._Element, name: str) -> list[str]:
    """The names of the elements inside a property: `<AccessType><Add/><Get/></AccessType>`."""
    found = child(facts, name)
    return [] if found is None else [tag for nested in found if (tag := local(nested))]


def _parts(applicability: etree._Element | None, name: str, delimiter: str) -> tuple[str, ...]:
    text = text_in(applicability, name) or ""
    return tuple(part.strip() for part in text.split(delimiter) if part.strip())


def _other_than(text: str | None, default: str) -> str:
    """The text, or nothing where it is the default of the schema."""
    return "" if text in (None, default) else str(text)


def _allowed(element: etree._Element) -> Allowed | None:
    """MSFT:AllowedValues; None where it says that nothing is known (`None` without a list)."""
    kind = cast(Kind, element.get("ValueType") or "None")
    delimiter = child(element, "List")
    written = "" if delimiter is None else delimiter.get("Delimiter") or ""
    value = text_in(element, "Value") or ""
    allowed = Allowed(
        kind,
        tuple(_enumerated(element)),
        tuple((int(low), int(high)) for low, high in _RANGE.findall(value)) if kind == "Range" else (),
        value if kind == "RegEx" else "",
        _DELIMITERS.get(written.casefold(), written),
    )
    return None if allowed == Allowed("None") else allowed


def _enumerated(element: etree._Element) -> Iterator[tuple[str, str]]:
    for enum in children(element, "Enum"):
        name = (text_in(enum, "ValueDescription") or "").rstrip(".")
        yield text_in(enum, "Value") or "", name if len(name) <= _SHORT and "\n" not in name else ""


def _admx(allowed: etree._Element | None) -> AdmxRef | None:
    backed = None if allowed is None else child(allowed, "AdmxBacked")
    if backed is None:
        return None
    return AdmxRef(backed.get("File") or "", backed.get("Name") or "", backed.get("Area") or "")


def _gp(mapping: etree._Element | None) -> GpRef | None:
    if mapping is None:
        return None
    return GpRef(mapping.get("GpEnglishName") or "", mapping.get("GpAreaPath") or "", mapping.get("GpElement") or "")
