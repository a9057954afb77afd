"""Item-level targeting of Group Policy Preferences: what an item hangs on ([MS-GPPREF] 2.2.1; rule G-ILT).

Filters are evaluated on the client (its OS, groups, files, …), so here a filtered item applies under a condition that
is named after the item. Filters with `hidden="1"` were added by the editor to keep an item off Windows versions that do
not know it, and "apply once" says how often, not where: neither makes a condition.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from policylint.facts import ALWAYS, Is, When
from policylint.readers.xml import children, local

ONCE = "FilterRunOnce"


@dataclass(slots=True)
class Targeting:
    """The conditions of one policy's items; each name stands for one set of filters."""

    policy: str
    given: dict[str, str] = field(default_factory=dict)

    def of(self, element: etree._Element, name: str) -> When:
        """What an item or a collection hangs on: ALWAYS, or one fact that says that its filters let it through."""
        deciding = [f for f in _filters(element) if _decides(f)]
        if not deciding:
            return ALWAYS
        content = repr([(local(part), sorted(part.attrib.items())) for f in deciding for part in f.iter()])
        first = fact = f'item-level targeting of "{self.policy}: {name}"'
        number = 1
        while self.given.setdefault(fact, content) != content:
            number += 1
            fact = f"{first} ({number})"
        return Is(fact)


def runs_once(element: etree._Element) -> bool:
    """Whether the item is applied once and never again."""
    return any(local(part) == ONCE for found in _filters(element) for part in found.iter())


def _filters(element: etree._Element) -> Iterator[etree._Element]:
    for part in children(element, "Filters"):
        yield from part.iterchildren("*")


def _decides(found: etree._Element) -> bool:
    """Whether a filter, or one inside its brackets, can keep the item away."""
    if found.get("hidden") == "1" or local(found) == ONCE:
        return False
    inner = [part for part in found if isinstance(part.tag, str)]
    if local(found) == "FilterCollection":
        return any(_decides(part) for part in inner)
    return True
