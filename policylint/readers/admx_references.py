"""Which texts an .admx file asks for, and which of them an .adml file has.

A look at the characters answers for a file that lacks nothing, as nearly all do; only where something seems to be
missing are both parsed, since comments may hold references and texts too.
"""

from __future__ import annotations

import re
from typing import Literal

from lxml import etree

from policylint.readers.xml import parse, text_of

Reference = tuple[Literal["string", "presentation"], str]
"""Kind and id, case-folded: Windows finds ids in any case."""

_REFERENCE = re.compile(r"\$\((string|presentation)\.([^()\"']*)\)", re.IGNORECASE)
_WANTED = re.compile(r"=\s*[\"']\s*\$\((string|presentation)\.([^()\"']*)\)\s*[\"']", re.IGNORECASE)
_ID = re.compile(r"<(?:[\w.-]+:)?(string|presentation)\s[^<>]*?\bid\s*=\s*[\"']([^\"']*)[\"']")
_KINDS: dict[str, Literal["string", "presentation"]] = {"string": "string", "presentation": "presentation"}


def missing(admx: bytes, adml: bytes) -> tuple[Reference, ...]:
    """What the definitions refer to and the texts do not have, strings first. Raises ReadError for what is no XML."""
    definitions, texts = text_of(admx), text_of(adml)
    if not _ids(_WANTED, definitions) - _ids(_ID, texts):
        return ()
    there = {_reference(kind, element.get("id", "")) for kind in _KINDS for element in parse(adml).iter(f"{{*}}{kind}")}
    asked: dict[Reference, None] = {}
    for element in parse(admx).iter(etree.Element):
        for value in element.attrib.values():
            found = _REFERENCE.fullmatch(str(value).strip())
            if found:
                asked.setdefault(_reference(found[1], found[2]))
    return tuple(sorted(asked.keys() - there, key=lambda reference: (reference[0] != "string", reference[1])))


def _ids(pattern: re.Pattern[str], text: str) -> set[Reference]:
    return {_reference(kind, id) for kind, id in set(pattern.findall(text))}


def _reference(kind: str, id: str) -> Reference:
    return _KINDS[kind.casefold()], id.casefold()
