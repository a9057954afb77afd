"""Assignments of Intune objects, in the dialects of the export tools (Graph `assignments[].target`).

An export without assignments is not an unassigned policy: portal exports never carry them, so `None` is kept apart from
`()`. Only IntuneCD is known to leave the member out when it is empty; its files are told by their layout.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

from policylint.model import Assignment, Group
from policylint.readers.intune.graph_object import Body, Item, each, objects

Kind = Literal["all-devices", "all-users", "group", "other"]

_TARGETS: Mapping[str, tuple[Kind, bool]] = {
    "groupassignmenttarget": ("group", False),
    "exclusiongroupassignmenttarget": ("group", True),
    "alldevicesassignmenttarget": ("all-devices", False),
    "alllicensedusersassignmenttarget": ("all-users", False),
}

_VIRTUAL: Mapping[str, Kind] = {
    "adadadad-808e-44e2-905a-0b7873a8a531": "all-devices",
    "acacacac-9df4-4c7d-9d50-4ef0226f57a9": "all-users",
}
"""Assignment ids end in these for the two virtual groups, in every tenant; it is all that SDK objects leave."""

_NO_FILTER = {"", "00000000-0000-0000-0000-000000000000"}
_FILTER = "deviceAndAppManagementAssignmentFilter"
_MEMBERS = re.compile(r"\b(device|user)\.", re.IGNORECASE)


def is_assignments(body: Body) -> bool:
    """Whether an object is nothing but assignments, kept apart from their policy."""
    return len(body) == 1 and "assignments" in body


def assignments(item: Item) -> tuple[Assignment, ...] | None:
    """What the export says about the object's assignments; None when it says nothing."""
    body = item.body
    if "assignments" not in body:
        silent = item.drops_empty or body.get("isAssigned") is False
        return () if silent else None
    stated = body["assignments"]
    if stated is None:
        return None
    return tuple([assignment(one) for one in objects(stated) if one])


def assignment(stated: Body) -> Assignment:
    """One assignment: `target` as Graph writes it, `Target` as SDK objects do."""
    target = stated.get("target", stated.get("Target"))
    target = target if isinstance(target, dict) else {}
    type_ = str(target.get("@odata.type", "")).rpartition(".")[2].casefold()
    kind, exclude = _TARGETS.get(type_, ("other" if type_ else _untyped(stated, target), False))
    mode = str(target.get(f"{_FILTER}Type") or "").casefold()
    filter_ = _text(target.get(f"{_FILTER}Id")) or ""
    group = _text(target.get("groupId")) or _text(target.get("groupName"))
    if filter_ in _NO_FILTER or mode not in ("include", "exclude"):
        return Assignment(kind, exclude, group if kind == "group" else None)
    include: Literal["include", "exclude"] = "include" if mode == "include" else "exclude"
    return Assignment(kind, exclude, group if kind == "group" else None, filter_, include)


def groups(item: Item) -> tuple[Group, ...]:
    """The groups that assignments describe beside naming them: IntuneCD adds name, type and membership rule."""
    found = []
    for stated, at in each(item.body.get("assignments"), "/assignments"):
        target = stated.get("target")
        if isinstance(target, dict) and isinstance(target.get("groupName"), str):
            id_ = _text(target.get("groupId")) or target["groupName"]
            place = item.below(f"{at}/target/groupName")
            found.append(Group(id_, target["groupName"], members(target.get("membershipRule")), place))
    return tuple(found)


def members(rule: object) -> Literal["devices", "users"] | None:
    """What a dynamic membership rule selects, by the properties it asks for: `device.…` or `user.…`."""
    kinds = {kind.casefold() for kind in _MEMBERS.findall(rule)} if isinstance(rule, str) else set()
    if kinds == {"device"}:
        return "devices"
    return "users" if kinds == {"user"} else None


def _untyped(stated: Body, target: Mapping[str, Any]) -> Kind:
    """The target of an object that lost its type, by the assignment's id."""
    marker = str(stated.get("id", "")).rpartition("_")[2].casefold()
    if marker in _VIRTUAL:
        return _VIRTUAL[marker]
    return "group" if _text(target.get("groupId")) or _text(target.get("groupName")) else "other"


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
