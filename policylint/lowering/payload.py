"""The text of an ADMX-backed CSP node: enabled or disabled, and what the elements of its dialog hold.

Follows "Understanding ADMX policies" (Policy CSP): `<enabled/>` and one `<data id="…" value="…"/>` for each element, or
`<disabled/>`. Names of elements and attributes are read without case, because the documentation itself writes `<Data`;
a text that is CDATA, escaped, or wrapped in one more element is opened first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from lxml import etree

SEPARATOR = "\uf000"
"""Stands between the strings of a multiText, and between the names and data of a list."""

_PARSER = etree.XMLParser(
    resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True
)
_DECLARATION = re.compile(r"^\s*\ufeff?\s*<\?xml[^>]*\?>")
_WRAPPERS = 4
"""How many wrappings are opened: SyncML's `<Data>` around CDATA around the text is two."""


@dataclass(frozen=True, slots=True)
class Payload:
    """What the node is set to."""

    enabled: bool
    data: tuple[tuple[str, str], ...] = ()
    """Element ids and values, in the order of the text. Ids may repeat."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a text is no payload: the end of a sentence that begins with its name."""

    reason: str


@lru_cache(maxsize=4096)
def read_payload(text: str) -> Payload | Fault:
    """The payload that a text holds, or what is wrong with it. Raises nothing."""
    for _ in range(_WRAPPERS):
        try:
            root = etree.fromstring(f"<payload>{_DECLARATION.sub('', text)}</payload>", _PARSER)
        except (etree.XMLSyntaxError, ValueError) as exc:
            return Fault(f"is not XML: {_first_line(exc)}")
        inner = _unwrapped(root)
        parts = [part for part in inner if isinstance(part.tag, str)]
        loose = "".join(_texts(inner)).strip()
        if parts or "<" not in loose:
            return _payload(parts, loose)
        text = loose
    return Fault("is wrapped too often")


def _first_line(error: Exception) -> str:
    """The parser's complaint, without the position in a text that the author has never seen."""
    first = (str(error).splitlines() or [""])[0]
    return re.sub(r",? ?line \d+(, column \d+.*)?", "", first).strip()


def _unwrapped(root: etree._Element) -> etree._Element:
    """The element whose children are the payload."""
    for _ in range(_WRAPPERS):
        parts = [part for part in root if isinstance(part.tag, str)]
        if len(parts) != 1 or _name(parts[0]) in ("enabled", "disabled") or _attribute(parts[0], "id") is not None:
            break
        root = parts[0]
    return root


def _payload(parts: list[etree._Element], loose: str) -> Payload | Fault:
    """The payload of the elements, or the first thing that is wrong with them."""
    names = [_name(part) for part in parts]
    strange = next((part for part, name in zip(parts, names, strict=True) if name not in _NAMES), None)
    if loose:
        return Fault(
            f"has the text '{_short(loose)}' beside its elements" if parts else f"is the text '{_short(loose)}'"
        )
    if strange is not None:
        return Fault(f"has <{etree.QName(strange).localname}>, which no payload has")
    states = {name for name in names if name != "data"}
    if len(states) != 1:
        return Fault("is both <enabled/> and <disabled/>" if states else "is neither <enabled/> nor <disabled/>")
    if any(len(part) for part in parts):
        return Fault("has elements inside other elements")
    data = [part for part, name in zip(parts, names, strict=True) if name == "data"]
    given = [(_attribute(part, "id"), _attribute(part, "value")) for part in data]
    if any(id is None for id, _ in given):
        return Fault("has a <data> without id")
    without = next((id for id, value in given if value is None), None)
    if without is not None:
        return Fault(f"gives {without} no value")
    return Payload(states == {"enabled"}, tuple((id or "", value or "") for id, value in given))


_NAMES = ("enabled", "disabled", "data")


def _name(part: etree._Element) -> str:
    return etree.QName(part).localname.casefold()


def _attribute(part: etree._Element, name: str) -> str | None:
    return next((str(value) for key, value in part.attrib.items() if str(key).casefold() == name), None)


def _texts(element: etree._Element) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        yield child.tail or ""


def _short(text: str) -> str:
    return text if len(text) <= 30 else f"{text[:30]}…"
