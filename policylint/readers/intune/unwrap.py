"""The wrappers that export tools put around Graph objects, taken off until single objects are left.

JSON in a JSON string (PowerShell's `ConvertTo-Json` twice), CIPP's records (JSON in JSON in JSON), the EUC Toolbox's
tuples of [object, Graph address, name, [id], assignments], Graph's own pages `{"value": […]}`, and bare arrays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from policylint.errors import ReadError
from policylint.evidence import JsonAt
from policylint.frozen import quickly_built
from policylint.readers.intune.graph_object import Body, Item
from policylint.readers.json import Document, loads
from policylint.readers.source import Source

INDENT_OF_INTUNECD = 5
_SERVICE_MEMBERS = ("@odata.context", "id", "createdDateTime")
"""IntuneCD removes these from every object, and indents by five spaces: together nobody else's layout."""

_COLLECTION = re.compile(r"(?:#|/)(?:deviceManagement/|deviceAppManagement/)?(\w+)(?:\([^)]*\))?(/\w+)?", re.IGNORECASE)
_OWNER = re.compile(r"\('([^']+)'\)/settings\b")
_LISTS = {"filters": "assignmentFilters", "groups": "groups"}
"""Import templates keep several objects under one key."""


@quickly_built
@dataclass(frozen=True, slots=True)
class _Place:
    """Where unwrapping stands: the pointer so far, and whether that is inside a string."""

    source: Source
    pointer: str = ""
    sealed: bool = False
    collection: str = ""
    drops_empty: bool = False

    def item(self, body: Body, settings_at: str = "/settings") -> Item:
        return Item(self.source, body, self.pointer, self.sealed, self.collection, settings_at, self.drops_empty)

    def down(self, key: str | int, collection: str = "") -> _Place:
        at = self.pointer if self.sealed else f"{self.pointer}/{key}"
        return _Place(self.source, at, self.sealed, collection or self.collection, self.drops_empty)

    def inside(self, collection: str = "") -> _Place:
        """The text of the string that stands here."""
        return _Place(self.source, self.pointer, True, collection or self.collection, self.drops_empty)


def unwrap(source: Source, document: Document) -> list[Item | ReadError]:
    """The objects of a file, in file order; an error (RD004, RD005, RD007) for one whose JSON in a string is none."""
    value = document.value
    intune_cd = (
        document.indent == INDENT_OF_INTUNECD
        and isinstance(value, dict)
        and not any(member in value for member in _SERVICE_MEMBERS)
    )
    return list(_caught(_objects(value, _Place(source, drops_empty=intune_cd))))


Objects = Iterator[Item | ReadError]


def _caught(objects: Objects) -> Objects:
    """One broken object does not hide those beside it."""
    try:
        yield from objects
    except ReadError as exc:
        yield exc


def _objects(value: object, place: _Place) -> Objects:
    if isinstance(value, str) and value.lstrip().startswith(("{", "[", '"')):
        yield from _objects(_parsed(value, place), place.inside())
    elif isinstance(value, list):
        yield from _of_list(value, place)
    elif isinstance(value, dict):
        yield from _of_object(value, place)


def _of_list(values: list[object], place: _Place) -> Objects:
    first = values[0] if values else None
    if _is_setting(first):
        yield place.item({"settings": values}, settings_at="")
    elif _is_definition_value(first):
        yield place.item({"definitionValues": values}, settings_at="")
    elif _is_assignment(first):
        yield place.inside().item({"assignments": values})
    else:
        for index, value in enumerate(values):
            if isinstance(value, dict):
                yield from _caught(_of_object(value, place.down(index)))


def _of_object(value: Body, place: _Place) -> Objects:
    context = value.get("@odata.context")
    if isinstance(context, str) and not place.collection:
        place = _Place(place.source, place.pointer, place.sealed, collection_of(context), place.drops_empty)
    if isinstance(value.get("JSON"), str) and ("PartitionKey" in value or "RowKey" in value):
        yield from _cipp(value, place.down("JSON"))
    elif isinstance(value.get("value"), list) and "@odata.type" not in value:
        yield from _of_page(value, value["value"], place)
    elif (key := next((k for k in _LISTS if len(value) == 1 and isinstance(value.get(k), list)), None)) is not None:
        yield from _of_list(value[key], place.down(key, _LISTS[key]))
    elif _is_assignment(value):
        yield place.inside().item({"assignments": [value]})
    elif _is_definition_value(value):
        yield place.item({"definitionValues": value}, settings_at="")
    elif isinstance(value.get("Keys"), list) and isinstance(value.get("Values"), list):
        yield place.item(
            {**value, **dict(zip(map(str, value["Keys"]), value["Values"], strict=False))}
        )  # a .NET hashtable
    else:
        yield place.item(value)


def _of_page(page: Body, values: list[object], place: _Place) -> Objects:
    if _is_tuple(values):
        yield from _euc_toolbox(values, place.down("value"))
        return
    if values and _is_setting(values[0]):
        rest = {key: value for key, value in page.items() if key != "value"}
        owner = _OWNER.search(str(page.get("@odata.context", "")))
        yield place.item({"id": owner[1] if owner else None, **rest, "settings": values}, settings_at="/value")
        return
    yield from _of_list(values, place.down("value"))


def _is_setting(value: object) -> bool:
    """One element of `…/settings`: a settings catalog instance, or an intent's setting."""
    return isinstance(value, dict) and ("settingInstance" in value or "definitionId" in value)


def _is_assignment(value: object) -> bool:
    """An assignment outside its policy: IntuneBackupAndRestore writes an array of them, or the only one."""
    if not isinstance(value, dict) or not isinstance(value.get("target"), dict):
        return False
    return str(value.get("@odata.type", "Assignment")).endswith("Assignment") and "displayName" not in value


def _is_definition_value(value: object) -> bool:
    """A value of an administrative templates profile outside it: a bare array of them, a page, or one alone."""
    return (
        isinstance(value, dict) and "enabled" in value and ("definition@odata.bind" in value or "definition" in value)
    )


def _is_tuple(values: list[object]) -> bool:
    return len(values) == 5 and isinstance(values[1], str) and values[1].startswith("https://")


def _euc_toolbox(values: list[object], place: _Place) -> Objects:
    body, address, name, ids, assigned = values
    collection = collection_of(str(address))
    place = place.down(0, collection)
    value = _parsed(body, place) if isinstance(body, str) else body
    if not isinstance(value, dict):
        raise ReadError("RD012", "the object of an EUC Toolbox record is not a JSON object", JsonAt(place.pointer))
    place = place.inside() if isinstance(body, str) else place
    id_ = ids[0] if isinstance(ids, list) and ids else None
    known = {"displayName": name} if not isinstance(value.get("name"), str) else {}
    told = {"id": id_} if isinstance(id_, str) else {}
    empty = isinstance(assigned, str) or not assigned
    yield from _of_object({**value, **known, **told, "assignments": [] if empty else assigned}, place)


def _cipp(record: Body, place: _Place) -> Objects:
    template = _parsed(record["JSON"], place)
    raw = template.get("RAWJson") if isinstance(template, dict) else None
    body = _parsed(raw, place) if isinstance(raw, str) else template
    if not isinstance(template, dict) or not isinstance(body, dict):
        raise ReadError("RD012", "the JSON of a CIPP record is not a JSON object", JsonAt(place.pointer))
    name = template.get("Displayname")
    named = {} if "name" in body or "displayName" in body or not isinstance(name, str) else {"displayName": name}
    yield place.inside().item({**body, **named})


def _parsed(text: str, place: _Place) -> object:
    """JSON inside a string; what is wrong with it is told at the string, since its lines are none of the file."""
    try:
        return loads(text).value
    except ReadError as exc:
        raise ReadError(exc.rule, f"JSON inside a string is {exc.message}", JsonAt(place.pointer)) from exc


def collection_of(address: str) -> str:
    """The Graph collection that an address or an `@odata.context` names: `…#deviceManagement/intents('…')/settings`.

    The last segment counts as well when the address goes on behind an object: `intents/settings`.
    """
    tail = address.partition("$metadata")[2] or re.sub(r"^https://[^/]+/(?:beta|v1\.0)", "", address)
    found = _COLLECTION.match(tail)
    if found is None:
        return ""
    inner = found[2] or ""
    return found[1] + (inner if inner == "/settings" else "")
