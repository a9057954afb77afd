"""What the elements of an ADMX policy hold, from the ways in which Intune's profiles write it.

Payloads are text: numbers and boxes as words, lines and list entries parted by U+F000 ("Understanding ADMX policies").
The settings catalog has numbers for boxes, collections for lines, and for lists either a collection or named rows.
"""

from __future__ import annotations

from policylint.catalogue.admx_policy import AnyElement, Boolean, Decimal, Enum, ListBox, MultiText
from policylint.lowering.admx_registry import Held, choices
from policylint.lowering.payload import SEPARATOR
from policylint.model import Value

_WORDS = {"1": True, "true": True, "0": False, "false": False}


def from_payload(element: AnyElement, text: str) -> Held:
    """The value of a `<data>`. Raises ValueError, the end of a sentence, for what the element cannot hold."""
    if isinstance(element, ListBox):
        parts = text.split(SEPARATOR) if text else []
        if len(parts) % 2:
            raise ValueError("is a list without a name for every entry")
        return tuple(zip(parts[::2], parts[1::2], strict=True))
    if isinstance(element, MultiText):
        return tuple(text.split(SEPARATOR)) if text else ()
    return from_value(element, text)


def from_value(element: AnyElement, value: Value) -> Held:
    """The value of an element as a catalog or template profile states it. Raises ValueError as above."""
    if isinstance(element, ListBox):
        return _entries(element, value)
    if isinstance(element, MultiText):
        return value if isinstance(value, tuple) else _lines(value)
    if isinstance(value, tuple | bytes) or value is None:
        raise ValueError("is a list where one value belongs")
    if isinstance(element, Boolean):
        return _ticked(value)
    if isinstance(element, Decimal):
        return _number(element, value)
    if isinstance(element, Enum):
        if not choices(element, value):
            raise ValueError(f"is {value}, which is none of {', '.join(_values(element))}")
        return value
    return str(value)


def _ticked(value: bool | int | str) -> bool:
    word = _WORDS.get(str(value).strip().casefold())
    if word is None:
        raise ValueError(f"is {value}, which is neither true nor false")
    return word


def _number(element: Decimal, value: bool | int | str) -> int:
    try:
        number = int(str(value))
    except ValueError:
        raise ValueError(f"is {value}, which is no number") from None
    if isinstance(value, bool):
        raise ValueError(f"is {value}, which is no number")
    if not _lowest(element) <= number <= _highest(element):
        raise ValueError(f"is {number}, which is not between {_lowest(element)} and {_highest(element)}")
    return number


def _lowest(element: Decimal) -> int:
    return element.minimum if element.minimum is not None else 0


def _highest(element: Decimal) -> int:
    """Without a maximum in the file, what fits the registry value."""
    whole = 2**64 - 1 if element.long else 2**32 - 1
    return element.maximum if element.maximum is not None else whole


def _lines(value: Value) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(value.replace("\r\n", "\n").split("\n"))
    raise ValueError("is one value where lines belong")


def _entries(box: ListBox, value: Value) -> Held:
    """The entries of a collection; `name=data` where users name them, parted at the first `=`: names have none."""
    if not isinstance(value, tuple):
        raise ValueError("is one value where a list belongs")
    if not box.explicit:
        return value
    if not all("=" in text for text in value):
        raise ValueError("is a list without a name for every entry")
    return tuple((name, data) for name, _, data in (text.partition("=") for text in value))


def _values(enum: Enum) -> list[str]:
    return list(dict.fromkeys(str(choice.data.data) for choice in enum.choices if choice.data.data is not None))
