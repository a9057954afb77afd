"""Administrative templates profiles (Graph `groupPolicyConfigurations`), in the dialects of the export tools.

A profile is a list of definition values: a definition of the ADMX catalogue, enabled or disabled, and what its dialog
holds. IntuneManagement names the definition by address and describes it in `#Definition_…` members for ingested ADMX
files only; IntuneCD has it expanded; Graph's samples and IntuneBackupAndRestore keep the bare list, with "true" in
quotes; CIPP keeps the body of `updateDefinitionValues`. Built-in definitions have the same GUID in every tenant, so a
profile that only tells GUIDs still compares with another; ingested ones get a new GUID with every upload.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from policylint.model import Claim, Problem, Scope, SettingId, Value, named
from policylint.readers.intune.graph_object import Body, Found, Item, each
from policylint.readers.intune.policy import policy
from policylint.readers.intune.templates import plain
from policylint.readers.json import pointer

KIND = "administrative templates profile"

_GUID = re.compile(r"groupPolicyDefinitions\('([^']+)'\)", re.IGNORECASE)
_PRESENTATION = re.compile(r"presentations\('([^']+)'\)", re.IGNORECASE)
_LISTS = ("definitionValues", "added", "updated")
_STATES: Mapping[object, Value] = {True: "enabled", False: "disabled", "true": "enabled", "false": "disabled"}
_TYPE = "administrative template"
_NAMED = "/settings"
_MASK = re.compile(r"\*{3,}")


def read(item: Item) -> Found:
    """A profile as claims: one for each definition (`enabled`, `disabled`), one for each value of its dialog.

    Problems: RD011 (no values in the export), RD012 (a value without definition or state), RD015 (masked), RD032.
    """
    values = [found for name in _LISTS for found in each(item.body.get(name), _place(item, name)) if found[0]]
    if not values and not any(isinstance(item.body.get(name), list) for name in _LISTS):
        message = f'the export of "{item.name}" carries no settings'
        return Found(KIND, "settings lost in the export", problems=(Problem("RD011", message, item.named, item.id),))
    parts = [part for value, at in values for part in _value(item, value, at)]
    return policy(item, KIND, "administrative-template", [*parts, *_unnamed(item, [value for value, _ in values])])


def _unnamed(item: Item, values: list[Body]) -> Iterator[Problem]:
    """Says once how many settings have no name but a GUID (RD032)."""
    told = [_definition(value)[0] for value in values]
    count = sum(1 for parts in told if parts is not None and _is_guid(parts))
    if count:
        what = f'{count} settings of "{item.name}" are' if count > 1 else f'1 setting of "{item.name}" is'
        its = "their definitions" if count > 1 else "its definition"
        yield Problem("RD032", f"{what} known by the GUID of {its} only", item.named, item.id)


def _is_guid(parts: tuple[str, ...]) -> bool:
    return len(parts) == 1 and parts[0].startswith("{")


def _place(item: Item, name: str) -> str:
    """Where the values stand: a bare array and a page of them have no member of that name."""
    return pointer(name) if item.settings_at == _NAMED else item.settings_at


def _value(item: Item, value: Body, at: str) -> Iterator[Claim | Problem]:
    """One definition value: the policy's state, and what its dialog holds while it is enabled."""
    parts, class_ = _definition(value)
    stated = value.get("enabled")
    state = _STATES.get(stated.casefold() if isinstance(stated, str) else stated) if _plain(stated) else None
    if parts is None or state is None:
        what = "without its definition" if parts is None else "that is neither enabled nor disabled"
        yield Problem("RD012", f"an administrative template value {what}", item.below(at), item.id)
        return
    scope = Scope.USER if class_.casefold() == "user" else Scope.DEVICE
    yield Claim(named("admx", *parts), scope, state, _TYPE, item.below(f"{at}/enabled"), origin=_origin(value))
    taken: dict[str, int] = {}
    for one, place in each(value.get("presentationValues"), f"{at}/presentationValues"):
        label = _label(one)
        taken[label] = taken.get(label, 0) + 1
        label = label if taken[label] == 1 else f"{label}#{taken[label]}"
        yield _presentation(item, one, named("admx", *parts, label), scope, place)


def _plain(value: object) -> bool:
    return isinstance(value, bool | str)


def _definition(value: Body) -> tuple[tuple[str, ...] | None, str]:
    """The category path and the name of the definition, or its GUID; and its class."""
    expanded = value.get("definition")
    told: Mapping[str, Any] = expanded if isinstance(expanded, dict) else {}
    name = _text(told.get("displayName")) or _text(value.get("#Definition_displayName"))
    path = _text(told.get("categoryPath")) or _text(value.get("#Definition_categoryPath"))
    class_ = _text(told.get("classType")) or _text(value.get("#Definition_classType"))
    if name:
        return (*(part.strip() for part in path.strip("\\").split("\\") if part.strip()), name.strip()), class_
    found = _GUID.search(str(value.get("definition@odata.bind", "")))
    guid = found[1] if found else _text(told.get("id"))
    return ((f"{{{guid.strip('{}').casefold()}}}",) if guid else None), class_


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _origin(value: Body) -> str:
    found = _GUID.search(str(value.get("definition@odata.bind", "")))
    return f"groupPolicyDefinitions('{found[1]}')" if found else ""


def _label(value: Body) -> str:
    """What the dialog calls the element; else the GUID of its presentation."""
    expanded = value.get("presentation")
    told: Mapping[str, Any] = expanded if isinstance(expanded, dict) else {}
    label = _text(told.get("label")) or _text(value.get("#Presentation_Label"))
    if label.strip():
        return label.strip().rstrip(":").strip()
    found = _PRESENTATION.search(str(value.get("presentation@odata.bind", "")))
    guid = found[1] if found else _text(told.get("id")) or _text(value.get("presentationId"))
    return f"{{{guid.casefold()}}}" if guid else "element"


def _presentation(item: Item, value: Body, setting: SettingId, scope: Scope, at: str) -> Claim | Problem:
    """The value of one element: `value`, or `values` of a list, `name=value` where its entries have names."""
    member = "values" if "values" in value else "value"
    stated = value.get(member)
    if isinstance(stated, str) and _MASK.fullmatch(stated):
        message = f"the value of {setting} is masked in the export: it is not compared"
        return Problem("RD015", message, item.below(f"{at}/{member}"), item.id)
    if isinstance(stated, list):
        stated = [_entry(one) for one in stated]
    told = plain(stated)
    if member == "values" and not isinstance(told, tuple):
        told = (_entry(stated),) if stated is not None else ()
    return Claim(setting, scope, told, _TYPE, item.below(f"{at}/{member}"))


def _entry(value: object) -> str:
    if not isinstance(value, dict):
        return str(value)
    name, data = _text(value.get("name")), value.get("value")
    return name if data in (None, "") else f"{name}={data}"
