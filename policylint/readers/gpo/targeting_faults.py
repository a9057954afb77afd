"""Item-level targeting that lets nothing through, or everything (GP019), and its WMI queries (GP018).

Only what is plain is told: filters that are all joined by AND (or all by OR), of kinds of which a computer has one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from lxml import etree

from policylint.readers.directory.wmi_faults import wrong
from policylint.readers.xml import children, local

TARGETING = "GP019"

_ONE: Mapping[str, tuple[str, ...]] = {
    "FilterOs": ("class", "version"),
    "FilterComputer": ("type", "name"),
    "FilterSite": ("name",),
    "FilterUser": ("sid",),
}
"""Filters on what there is only one of, with the attributes that name it."""

_APART = frozenset(("bool", "not", "hidden", "clsid", "uid", "status", "changed"))


def faults(element: etree._Element) -> Iterator[tuple[str, str]]:
    """What is wrong with the filters of an item or a collection, as (rule, end of a sentence)."""
    for filters in children(element, "Filters"):
        yield from _level([part for part in filters if isinstance(part.tag, str)])


def _level(filters: Sequence[etree._Element]) -> Iterator[tuple[str, str]]:
    shown = [part for part in filters if part.get("hidden") != "1"]
    joins = {str(part.get("bool", "AND")).upper() for part in shown[1:]}
    if joins == {"AND"} and (text := _contradiction(shown)):
        yield TARGETING, f"is never applied: its targeting wants {text}"
    if joins == {"OR"} and _both_ways(shown):
        yield TARGETING, "is always applied: its targeting takes something or its opposite"
    for part in shown:
        if local(part) == "FilterWmi":
            yield from wrong(str(part.get("query", "")))
        elif local(part) == "FilterCollection":
            yield from _level([inner for inner in part if isinstance(inner.tag, str)])


def _contradiction(filters: Sequence[etree._Element]) -> str:
    wanted: dict[tuple[str, ...], str] = {}
    for part in (p for p in filters if local(p) in _ONE and p.get("not") != "1"):
        names = _ONE[local(part)]
        kind, value = (local(part), *(str(part.get(name, "")) for name in names[:-1])), str(part.get(names[-1], ""))
        if not value or "*" in value or "?" in value:
            continue
        first = wanted.setdefault(kind, value)
        if first.casefold() != value.casefold():
            return f"{first} and {value} at once"
    return "something and its opposite" if _both_ways(filters) else ""


def _both_ways(filters: Sequence[etree._Element]) -> bool:
    """Whether one filter stands both as it is and negated; collections are not looked into."""
    seen: dict[object, bool] = {}
    for part in (p for p in filters if local(p) != "FilterCollection" and not list(p)):
        key = local(part), tuple(sorted((str(k), str(v)) for k, v in part.attrib.items() if k not in _APART))
        negated = part.get("not") == "1"
        if seen.setdefault(key, negated) != negated:
            return True
    return False
