"""What an administrative template writes to the registry when it is enabled with these values, or disabled.

The inverse of state recovery (`policylint.catalogue.state`): the writes are those of the Group Policy editor, as real
Registry.pol files show them, and the MDM client's for the same definitions ("Understanding ADMX policies").
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from policylint.catalogue.admx_policy import (
    DELETE,
    ONE,
    AdmxPolicy,
    AnyElement,
    Boolean,
    Choice,
    Datum,
    Decimal,
    Enum,
    Item,
    ListBox,
    MultiText,
    Text,
)
from policylint.catalogue.element_state import EMPTIED, Place, place
from policylint.frozen import quickly_built
from policylint.model import Value

Pairs = tuple[tuple[str, str], ...]
Held = bool | int | str | tuple[str, ...] | Pairs
"""What an element holds: a list whose entries have names holds pairs of name and data."""


@quickly_built
@dataclass(frozen=True, slots=True)
class Write:
    """One registry value that is written, or deleted: then it has no type and no data.

    The value name `**delvals.` stands for all values of the key.
    """

    key: str
    value_name: str
    type: str
    value: Value
    element: str | None
    """The id of the element that it comes of; None for the policy's own value and its lists."""

    @property
    def absent(self) -> bool:
        """Whether the value is deleted."""
        return not self.type


def enabled(policy: AdmxPolicy, held: Iterable[tuple[AnyElement, Held]]) -> Iterator[Write]:
    """The writes of an enabled policy whose elements hold these values; elements that are left out write nothing.

    Raises ValueError for a value that its element cannot hold.
    """
    yield from enabled_own(policy)
    for element, value in held:
        yield from element_writes(element, value)


def disabled(policy: AdmxPolicy) -> tuple[Write, ...]:
    """The writes of a disabled policy: its disabledValue or the deletion, its disabledList, its elements taken back."""
    own = _own(policy, policy.disabled or DELETE, policy.disabled_list)
    if not policy.elements and not policy.disabled_list:  # mostly one value, if any
        return tuple(own)
    return _settled([write for element in policy.elements for write in _taken_back(element)], own)


def enabled_own(policy: AdmxPolicy) -> tuple[Write, ...]:
    """What Enabled writes whatever the elements hold: enabledValue, 1 without one, and the enabledList.

    Where an element writes the same registry value, its data counts.
    """
    own = _own(policy, policy.enabled or ONE, policy.enabled_list)
    if not policy.elements and not policy.enabled_list:
        return tuple(own)
    taken = _element_places(policy)
    return tuple([write for write in _settled(own) if _place(write) not in taken])


def _own(policy: AdmxPolicy, value: Datum, items: Iterable[Item]) -> Iterator[Write]:
    if policy.value_name is not None:
        yield _write(policy.key, policy.value_name, value, None)
    yield from _items(items, None)


def _element_places(policy: AdmxPolicy) -> frozenset[Place]:
    return frozenset(place(e.key, e.value_name) for e in policy.elements if not isinstance(e, ListBox))


def _place(write: Write) -> Place:
    return place(write.key, write.value_name)


def _settled(*writes: Iterable[Write]) -> tuple[Write, ...]:
    """The writes without those that a later one of the same registry value undoes; the policy's own come last."""
    found: dict[Place, Write] = {}
    for write in (write for those in writes for write in those):
        found.pop(_place(write), None)
        found[_place(write)] = write
    return tuple(found.values())


def element_writes(element: AnyElement, value: Held) -> Iterator[Write]:
    """The writes of one element of an enabled policy. Raises ValueError for a value that it cannot hold."""
    if isinstance(element, ListBox) and not element.additive:
        yield Write(element.key, EMPTIED, "", None, element.id)
    yield from _WRITERS[type(element)](element, value)


def entry(box: ListBox, name: str, data: str) -> Write:
    """One entry of a list under the name that it has."""
    return Write(box.key, name, "REG_EXPAND_SZ" if box.expandable else "REG_SZ", data, box.id)


def named(box: ListBox, entries: Iterable[str]) -> Pairs:
    """The entries of a list with the value names that the editor gives them; ValueError where users name them."""
    if box.explicit:
        raise ValueError(f"the entries of {box.id} have no names")
    if box.prefix is None:
        return tuple((text, text) for text in entries)
    return tuple((f"{box.prefix}{number}", text) for number, text in enumerate(entries, 1))


def _taken_back(element: AnyElement) -> Iterator[Write]:
    """What Disabled does to an element: a box with a value or list for unticked gets it, the rest is deleted."""
    if isinstance(element, ListBox):
        yield Write(element.key, EMPTIED, "", None, element.id)
    elif isinstance(element, Boolean):
        yield from _boolean(element, False)
    else:
        yield _write(element.key, element.value_name, DELETE, element.id)


def _boolean(box: Boolean, value: Held) -> Iterator[Write]:
    if not isinstance(value, bool):
        raise ValueError(f"{box.id} is a check box")
    datum, items, default = (box.on, box.on_list, ONE) if value else (box.off, box.off_list, DELETE)
    if datum is not None or not items:
        yield _write(box.key, box.value_name, datum or default, box.id)
    yield from _items(items, box.id)


def _enum(enum: Enum, value: Held) -> Iterator[Write]:
    """The choice of that value; of several with one value, only what they have in common is certain."""
    chosen = choices(enum, value)
    if not chosen:
        raise ValueError(f"{enum.id} has no choice {value!r}")
    yield _write(enum.key, enum.value_name, chosen[0].data, enum.id)
    common = [item for item in chosen[0].items if all(item in choice.items for choice in chosen[1:])]
    yield from _items(common, enum.id)


def choices(enum: Enum, value: Held) -> list[Choice]:
    """The choices whose value is written so: numbers by their digits, texts without case."""
    wanted = str(value).strip().casefold()
    return [choice for choice in enum.choices if str(choice.data.data).strip().casefold() == wanted]


def _decimal(element: Decimal, value: Held) -> Iterator[Write]:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"{element.id} is a number")
    type = "REG_SZ" if element.as_text else "REG_QWORD" if element.long else "REG_DWORD"
    yield Write(element.key, element.value_name, type, str(value) if element.as_text else value, element.id)


def _text(element: Text, value: Held) -> Iterator[Write]:
    if not isinstance(value, str):
        raise ValueError(f"{element.id} is a text")
    type = "REG_EXPAND_SZ" if element.expandable else "REG_SZ"
    yield Write(element.key, element.value_name, type, value, element.id)


def _multi_text(element: MultiText, value: Held) -> Iterator[Write]:
    lines = _strings(value)
    if lines is None:
        raise ValueError(f"{element.id} is a list of lines")
    yield Write(element.key, element.value_name, "REG_MULTI_SZ", lines, element.id)


def _list(box: ListBox, value: Held) -> Iterator[Write]:
    if not isinstance(value, tuple):
        raise ValueError(f"{box.id} is a list")
    plain = _strings(value)
    pairs = named(box, plain) if plain else tuple(one for one in value if isinstance(one, tuple))
    yield from (entry(box, name, data) for name, data in pairs)


def _strings(value: Held) -> tuple[str, ...] | None:
    """The value as plain entries; None when it is something else."""
    texts = tuple(one for one in value if isinstance(one, str)) if isinstance(value, tuple) else ()
    return texts if isinstance(value, tuple) and len(texts) == len(value) else None


_WRITERS: Mapping[type, Callable[..., Iterator[Write]]] = {
    Boolean: _boolean,
    Enum: _enum,
    Decimal: _decimal,
    Text: _text,
    MultiText: _multi_text,
    ListBox: _list,
}


def _items(items: Iterable[Item], element: str | None) -> Iterator[Write]:
    return (_write(item.key, item.value_name, item.data, element) for item in items)


def _write(key: str, value_name: str, datum: Datum, element: str | None) -> Write:
    if datum.type == "delete":
        return Write(key, value_name, "", None, element)
    return Write(key, value_name, datum.type, datum.data, element)
