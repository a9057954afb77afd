"""What the registry values of a GPO say about one element of a policy's dialog."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from policylint.catalogue.admx_policy import (
    DELETE,
    ONE,
    AdmxPolicy,
    AnyElement,
    Boolean,
    Datum,
    Decimal,
    Enum,
    Item,
    ListBox,
    MultiText,
    Text,
    fold_key,
)
from policylint.model import Value

Place = tuple[str, str]
"""Key and value name, both folded."""

EMPTIED = "**delvals."
"""Stands for the value name where all values of a key are removed."""

_TEXTS = ("REG_SZ", "REG_EXPAND_SZ")


@dataclass(frozen=True, slots=True)
class Half:
    """What one side of a GPO does to the registry: values by place with type and data, deleted places, emptied keys."""

    values: Mapping[Place, tuple[str, Value]]
    deleted: frozenset[Place] = frozenset()
    emptied: frozenset[str] = frozenset()

    def get(self, key: str, value_name: str) -> tuple[str, Value] | None:
        """Type and data of a value that is written."""
        return self.values.get(place(key, value_name))

    def deletes(self, key: str, value_name: str) -> bool:
        """Whether the value is removed: by name, or with all others of its key."""
        at = place(key, value_name)
        return at in self.deleted or (at[0] in self.emptied and at not in self.values)

    def holds(self, key: str, value_name: str, datum: Datum) -> bool:
        """Whether the value is what ADMX writes: a DWORD compares with a DWORD, texts compare without case."""
        if datum == DELETE:
            return self.deletes(key, value_name)
        found = self.get(key, value_name)
        if found is None:
            return False
        type, value = found
        if isinstance(datum.data, str):
            return type in _TEXTS and isinstance(value, str) and value.casefold() == datum.data.casefold()
        return type == datum.type and value == datum.data

    def holds_all(self, items: Iterable[Item]) -> bool:
        """Whether every item of a list of values is there; an empty list is."""
        return all(self.holds(item.key, item.value_name, item.data) for item in items)


def place(key: str, value_name: str) -> Place:
    """Where a value stands, for comparison."""
    return fold_key(key), value_name.casefold()


def places(items: Iterable[Item]) -> frozenset[Place]:
    """Where the items of a list of values stand."""
    return frozenset(place(item.key, item.value_name) for item in items)


@dataclass(frozen=True, slots=True)
class Shown:
    """An element as the values show it.

    `set`: it holds data that only Enabled writes. `off`: a box that holds its value for unticked, which Disabled writes
    as well. `deleted`: its value is removed, by either. `absent`: nothing, or data of another type than it writes.
    """

    status: Literal["set", "off", "deleted", "absent"]
    value: Value = None
    places: frozenset[Place] = frozenset()


ABSENT = Shown("absent")


def shown(element: AnyElement, policy: AdmxPolicy, half: Half) -> Shown:
    """What the half says about an element of the policy."""
    if isinstance(element, ListBox):
        return _list(element, policy, half)
    if isinstance(element, Boolean):
        return _boolean(element, half)
    if isinstance(element, Enum):
        return _enum(element, half)
    at = frozenset({place(element.key, element.value_name)})
    if half.deletes(element.key, element.value_name):
        return Shown("deleted", None, at)
    found = half.get(element.key, element.value_name)
    value = None if found is None else _SCALARS[type(element)](element, *found)
    return ABSENT if value is None else Shown("set", value, at)


def _boolean(box: Boolean, half: Half) -> Shown:
    """Without values, ticked is 1 and unticked deletes; what merely deletes shows nothing, for Disabled does it too."""
    on = box.on or (None if box.on_list else ONE)
    off = box.off or (None if box.off_list else DELETE)
    for value, datum, items in ((True, on, box.on_list), (False, off, box.off_list)):
        if (datum is None or half.holds(box.key, box.value_name, datum)) and half.holds_all(items):
            own = frozenset() if datum is None else frozenset({place(box.key, box.value_name)})
            if datum in (None, DELETE) and all(item.data == DELETE for item in items):
                return Shown("deleted", value, own | places(items))
            return Shown("set" if value else "off", value, own | places(items))
    return _unless_deleted(box, half)


def _enum(enum: Enum, half: Half) -> Shown:
    """Two choices may have the same value and differ in what they write besides: the one that is all there counts."""
    fitting = [c for c in enum.choices if c.data != DELETE and half.holds(enum.key, enum.value_name, c.data)]
    if not fitting:
        return _unless_deleted(enum, half)
    best = max((places(choice.items) for choice in fitting if half.holds_all(choice.items)), key=len, default=None)
    return Shown("set", fitting[0].data.data, frozenset({place(enum.key, enum.value_name)}) | (best or frozenset()))


def _unless_deleted(element: AnyElement, half: Half) -> Shown:
    if not half.deletes(element.key, element.value_name):
        return ABSENT
    return Shown("deleted", None, frozenset({place(element.key, element.value_name)}))


def _list(box: ListBox, policy: AdmxPolicy, half: Half) -> Shown:
    """All values of the key but those that the policy itself or its other elements own."""
    key = fold_key(box.key)
    owned = {place(e.key, e.value_name) for e in policy.elements if e is not box and not isinstance(e, ListBox)}
    owned |= {place(policy.key, policy.value_name)} if policy.value_name is not None else set()
    owned |= places(policy.enabled_list) | places(policy.disabled_list)
    entries = {
        at: data for at, (_, data) in half.values.items() if at[0] == key and at not in owned and box.names(at[1])
    }
    if entries:
        texts = tuple(f"{name}={_entry(data)}" if box.explicit else _entry(data) for (_, name), data in entries.items())
        return Shown("set", texts, frozenset(entries))
    return Shown("deleted", None, frozenset({(key, EMPTIED)})) if key in half.emptied else ABSENT


def _entry(data: Value) -> str:
    return data.hex() if isinstance(data, bytes) else str(data)


def _number(element: Decimal, type: str, value: Value) -> Value:
    if element.as_text:
        return int(value) if type == "REG_SZ" and isinstance(value, str) and value.strip().isdecimal() else None
    return value if type == ("REG_QWORD" if element.long else "REG_DWORD") else None


def _text(_: Text, type: str, value: Value) -> Value:
    return value if type in _TEXTS else None


def _multi_text(_: MultiText, type: str, value: Value) -> Value:
    return value if type == "REG_MULTI_SZ" else None


_SCALARS: Mapping[type, Callable[..., Value]] = {Decimal: _number, Text: _text, MultiText: _multi_text}
