"""AppLocker rules in registry values: one XML element each, as the AppLocker schema of Windows has it.

<FilePathRule Id=… Name=… Description=… UserOrGroupSid="S-1-1-0" Action="Deny"><Conditions><FilePathCondition …/>
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from policylint.decoded import Decoded, FieldValue
from policylint.errors import ReadError
from policylint.model import Value
from policylint.readers.xml import child, local, parse

_TYPES = {"FilePublisherRule": "publisher", "FilePathRule": "path", "FileHashRule": "hash"}


def applocker_rule(collection: str, id_: str, value: Value) -> Decoded | None:
    """The rule in a value; None where it is no XML of that form."""
    if not isinstance(value, str):
        return None
    try:
        rule = parse(value.encode("utf-8", "surrogatepass"))
    except ReadError:
        return None
    action, who = str(rule.get("Action", "")).casefold(), str(rule.get("UserOrGroupSid", ""))
    fields = tuple((name, told) for name, told in _fields(rule, collection, action, who) if told)
    summary = ", ".join(part for part in (collection, action, who) if part)
    return Decoded("applocker-rule", str(rule.get("Name", "")) or id_, fields, summary)


def _fields(rule: etree._Element, collection: str, action: str, who: str) -> Iterator[tuple[str, FieldValue]]:
    yield "collection", collection
    yield "type", _TYPES.get(local(rule), local(rule))
    yield "action", action
    yield "principal", who
    yield "conditions", tuple(conditions(child(rule, "Conditions")))
    yield "exceptions", tuple(conditions(child(rule, "Exceptions")))
    yield "description", str(rule.get("Description", ""))


def conditions(element: etree._Element | None) -> Iterator[str]:
    """What a list of conditions says, a text for each file, path or publisher."""
    for node in element.iter() if element is not None else ():
        match local(node):
            case "FilePathCondition":
                yield f"path {node.get('Path', '')}"
            case "FilePublisherCondition":
                yield ", ".join(part for part in _publisher(node) if part)
            case "FileHash":
                name = f" of {node.get('SourceFileName')}" if node.get("SourceFileName") else ""
                yield f"{node.get('Type', 'hash')} {node.get('Data', '')}{name}"


def _publisher(node: etree._Element) -> Iterator[str]:
    yield f"publisher {node.get('PublisherName', '')}"
    for word, key in (("product", "ProductName"), ("file", "BinaryName")):
        yield "" if node.get(key) in (None, "*") else f"{word} {node.get(key)}"
    versions = child(node, "BinaryVersionRange")
    for word, key in (("from version", "LowSection"), ("to version", "HighSection")):
        bound = None if versions is None else versions.get(key)
        yield "" if bound in (None, "*", "0.0.0.0") else f"{word} {bound}"  # noqa: S104 - a version, no address
