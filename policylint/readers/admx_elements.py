"""The parts of an ADMX policy: values, lists of values, and the elements of its dialog.

Local names only are compared: files declare five namespaces or none. Attribute names are compared without case,
because Microsoft's own files write `Key=` and `maxvalue=`. Tags are looked up in a cache, since a store has 50,000.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache

from lxml import etree

from policylint.catalogue.admx_policy import (
    DELETE,
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

Attributes = Mapping[str, str]
Display = Callable[[str], str]
"""Gives the text that a `$(string.ID)` stands for."""


@lru_cache(maxsize=4096)
def name_of(tag: str) -> str:
    """A tag without its namespace."""
    return tag.rpartition("}")[2]


def attributes(element: etree._Element) -> Attributes:
    """The attributes by lower-case name."""
    return {str(name).lower(): str(value) for name, value in element.items()}


def parts(parent: etree._Element | None) -> Iterator[tuple[str, etree._Element]]:
    """Local name and element of every child element; nothing for no parent."""
    if parent is not None:
        for element in parent.iterchildren(etree.Element):
            yield name_of(element.tag), element


def text(element: etree._Element) -> str:
    """The text of an element with what stands around comments and in CDATA sections."""
    return "".join(map(str, element.itertext())) if len(element) else element.text or ""


def integer(digits: str | None) -> int | None:
    """A number, or None where there is none."""
    try:
        return int(digits) if digits else None
    except ValueError:
        return None


def flag(attribute: str | None) -> bool:
    """An xs:boolean; absent is false."""
    return attribute is not None and attribute.strip().casefold() in ("true", "1")


def datum(holder: etree._Element) -> Datum | None:
    """The value in an enabledValue, trueValue, value …; None for an empty one or a number that is none."""
    for kind, element in parts(holder):
        if kind == "decimal" or kind == "longDecimal":
            number = integer(element.get("value"))
            if number is None:
                return None
            return Datum("REG_DWORD" if kind == "decimal" else "REG_QWORD", number)
        if kind == "string":
            return Datum("REG_SZ", text(element))
        if kind == "delete":
            return DELETE
    return None


def items_of(holder: etree._Element, key: str) -> tuple[Item, ...]:
    """The items of a list of values; `key` is the policy's, which counts where neither item nor list names one."""
    default = attributes(holder).get("defaultkey") or key
    found: list[Item] = []
    for kind, element in parts(holder):
        if kind == "item":
            given = attributes(element)
            value = next((datum(part) for name, part in parts(element) if name == "value"), None)
            if value is not None:
                found.append(Item(given.get("key") or default, given.get("valuename", ""), value))
    return tuple(found)


def element_of(kind: str, element: etree._Element, key: str, display: Display) -> AnyElement | None:
    """An element of a policy with that key; None for a kind that the schema does not know."""
    make = _MAKERS.get(kind)
    return None if make is None else make(element, attributes(element), key, display)


_Common = tuple[str, str, str, bool]


def _common(given: Attributes, key: str) -> _Common:
    return given.get("id", ""), given.get("key") or key, given.get("valuename", ""), flag(given.get("required"))


def _boolean(element: etree._Element, given: Attributes, key: str, _: Display) -> AnyElement:
    common = _common(given, key)
    found = dict(parts(element))
    on, off = (datum(found[name]) if name in found else None for name in ("trueValue", "falseValue"))
    on_list, off_list = (
        items_of(found[name], common[1]) if name in found else () for name in ("trueList", "falseList")
    )
    return Boolean(*common, on, off, on_list, off_list)


def _enum(element: etree._Element, given: Attributes, key: str, display: Display) -> AnyElement:
    common = _common(given, key)
    choices: list[Choice] = []
    for kind, item in parts(element):
        found = dict(parts(item)) if kind == "item" else {}
        value = datum(found["value"]) if "value" in found else None
        if value is not None:
            written = items_of(found["valueList"], common[1]) if "valueList" in found else ()
            choices.append(Choice(display(attributes(item).get("displayname", "")), value, written))
    return Enum(*common, tuple(choices))


def _decimal(_: etree._Element, given: Attributes, key: str, __: Display) -> AnyElement:
    return Decimal(*_common(given, key), *_limits(given), flag(given.get("storeastext")))


def _long_decimal(_: etree._Element, given: Attributes, key: str, __: Display) -> AnyElement:
    return Decimal(*_common(given, key), *_limits(given), flag(given.get("storeastext")), long=True)


def _limits(given: Attributes) -> tuple[int | None, int | None]:
    return integer(given.get("minvalue")), integer(given.get("maxvalue"))


def _text(_: etree._Element, given: Attributes, key: str, __: Display) -> AnyElement:
    return Text(*_common(given, key), integer(given.get("maxlength")), flag(given.get("expandable")))


def _multi_text(_: etree._Element, given: Attributes, key: str, __: Display) -> AnyElement:
    return MultiText(*_common(given, key), integer(given.get("maxlength")), integer(given.get("maxstrings")))


def _list(_: etree._Element, given: Attributes, key: str, __: Display) -> AnyElement:
    flags = (flag(given.get(name)) for name in ("explicitvalue", "additive", "expandable"))
    return ListBox(*_common(given, key), given.get("valueprefix"), *flags)


_MAKERS: Mapping[str, Callable[[etree._Element, Attributes, str, Display], AnyElement]] = {
    "boolean": _boolean,
    "enum": _enum,
    "decimal": _decimal,
    "longDecimal": _long_decimal,
    "text": _text,
    "multiText": _multi_text,
    "list": _list,
}
