"""The entries of a `.PolicyRules` file, one element each."""

from __future__ import annotations

from typing import NamedTuple
from xml.etree import ElementTree

from lxml import etree

from policylint.errors import ReadError
from policylint.evidence import XmlAt
from policylint.frozen import plain
from policylint.readers.xml import local, parse_values, whole_text

ROOT = "PolicyRules"
_Element = etree._Element | ElementTree.Element


FIELDS = {
    "ComputerConfig": ("Key", "Value", "RegType", "RegData"),
    "UserConfig": ("Key", "Value", "RegType", "RegData"),
    "SecurityTemplate": ("LineItem",),
    "AuditSubcategory": ("GUID", "Setting"),
}
"""What each kind of entry says, by its children."""


class RuleEntry(NamedTuple):
    """An entry: its place, element, `PolicyName`, `Section` attribute, and the texts of FIELDS, '' for what it lacks.

    Blanks around texts belong to the data and are kept.
    """

    place: XmlAt
    tag: str
    policy: str
    section: str
    fields: tuple[str, ...]


def entries(data: bytes) -> list[RuleEntry]:
    """The entries in file order. Raises ReadError (RD003, RD005; RD012 for a document of another kind)."""
    root = parse_values(data)
    if local(root) != ROOT:
        raise ReadError("RD012", f"no rules of Policy Analyzer: its root element is '{local(root)}'", XmlAt(()))
    # Asking each of thousands for its route is slow.
    if isinstance(root, ElementTree.Element) and _is_plain(root):
        return [_plain(_at((at,)), element) for at, element in enumerate(root)]
    return [_entry(_at((at,)), element) for at, element in enumerate([e for e in root if isinstance(e.tag, str)])]


_at = plain(XmlAt)


def _is_plain(root: ElementTree.Element) -> bool:
    """Whether nothing is a comment or has a namespace, and children of entries are texts."""
    tags = [element.tag for element in root.iter()]
    flat = len(tags) == 1 + len(root) + sum(map(len, root))
    return flat and all(isinstance(tag, str) and "}" not in tag for tag in set(tags))


def _plain(place: XmlAt, element: ElementTree.Element) -> RuleEntry:
    text_of, tag = element.findtext, element.tag
    fields = tuple([text_of(name, "") for name in FIELDS.get(tag, ())])
    return RuleEntry(place, tag, text_of("PolicyName", ""), element.get("Section", ""), fields)


def _entry(place: XmlAt, element: _Element) -> RuleEntry:
    tag, parts = local(element), _parts(element)
    fields = tuple([parts.get(name, "") for name in FIELDS.get(tag, ())])
    return RuleEntry(place, tag, parts.get("PolicyName", ""), str(element.get("Section", "")), fields)


def _parts(element: _Element) -> dict[str, str]:
    """The texts of the children by name, with their blanks, which belong to the data; the first of a name counts."""
    found: dict[str, str] = {}
    for child in element:  # a file has tens of thousands, and iterchildren takes longer
        name = child.tag
        if isinstance(name, str):  # else a comment
            if "}" in name:
                name = local(child)
            if name not in found:
                found[name] = whole_text(child) if len(child) else child.text or ""
    return found
