"""Which texts an .admx file asks for, and which of them an .adml file has.

A look at the characters answers for a file that lacks nothing, as nearly all do; only where something seems to be
missing are both parsed, since comments may hold references and texts too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from lxml import etree

from policylint.readers.xml import local, parse, text_of

Reference = tuple[Literal["string", "presentation"], str]
"""Kind and id, case-folded: Windows finds ids in any case."""

_REFERENCE = re.compile(r"\$\((string|presentation)\.([^()\"']*)\)", re.IGNORECASE)
_WANTED = re.compile(r"=\s*[\"']\s*\$\((string|presentation)\.([^()\"']*)\)\s*[\"']", re.IGNORECASE)
_ID = re.compile(r"<(?:[\w.-]+:)?(string|presentation)\s[^<>]*?\bid\s*=\s*[\"']([^\"']*)[\"']")
_KINDS: dict[str, Literal["string", "presentation"]] = {"string": "string", "presentation": "presentation"}


class References:
    """What the definitions of one .admx file refer to."""

    def __init__(self, admx: bytes) -> None:
        self._admx = admx
        self._wanted = set(_WANTED.findall(text_of(admx)))

    def missing(self, adml: bytes) -> tuple[Reference, ...]:
        """What texts do not have of it, strings first. Raises ReadError for what is no XML."""
        ids = _ID.findall(text_of(adml))
        unlike = self._wanted.difference(ids)  # nearly always none: few files spell an id in two ways
        if not unlike or not _folded(unlike) - _folded(ids):
            return ()
        every = (element for kind in _KINDS for element in parse(adml).iter(f"{{*}}{kind}"))
        there = {_reference(local(element), element.get("id", "")) for element in every}
        asked: dict[Reference, None] = {}
        for element in parse(self._admx).iter(etree.Element):
            for value in element.attrib.values():
                found = _REFERENCE.fullmatch(str(value).strip())
                if found:
                    asked.setdefault(_reference(found[1], found[2]))
        return tuple(sorted(asked.keys() - there, key=lambda reference: (reference[0] != "string", reference[1])))


def _folded(written: Iterable[tuple[str, str]]) -> set[Reference]:
    return {_reference(kind, id) for kind, id in written}


def _reference(kind: str, id: str) -> Reference:
    return _KINDS[kind.casefold()], id.casefold()
