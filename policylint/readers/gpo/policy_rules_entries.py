"""The entries of a `.PolicyRules` file, one element each.

Policy Analyzer writes every entry in one of four forms, and a file has thousands of them. A document of nothing else is
parted by one pattern; any other one is parsed, which takes several times as long and says the same.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from lxml import etree

from policylint.errors import ReadError
from policylint.evidence import XmlAt
from policylint.frozen import plain
from policylint.readers.xml import local, parse, text_of, whole_text

ROOT = "PolicyRules"


FIELDS = {
    "ComputerConfig": ("Key", "Value", "RegType", "RegData"),
    "UserConfig": ("Key", "Value", "RegType", "RegData"),
    "SecurityTemplate": ("LineItem",),
    "AuditSubcategory": ("GUID", "Setting"),
}
"""What each kind of entry says, by its children."""


class RuleEntry(NamedTuple):
    """An entry: its place, element, `PolicyName`, `Section` attribute, and the texts of FIELDS, '' for what it lacks.

    Blanks around texts belong to the data and are kept.
    """

    place: XmlAt
    tag: str
    policy: str
    section: str
    fields: tuple[str, ...]


def entries(data: bytes) -> list[RuleEntry]:
    """The entries in file order. Raises ReadError (RD003, RD005; RD012 for a document of another kind)."""
    told = _by_pattern(text_of(data))
    return _by_parser(data) if told is None else told


_ONE = r"<{0}>([^<]*)</{0}>"
_END = r"<SourceFile>[^<]*</SourceFile><PolicyName>([^<]*)</PolicyName></"
_ENTRY = re.compile(
    "|".join(
        (
            f"<(ComputerConfig|UserConfig)>{''.join(map(_ONE.format, FIELDS['UserConfig']))}{_END}\\1>",
            f'<SecurityTemplate Section="([^"<&\t\n]*)">{_ONE.format("LineItem")}{_END}SecurityTemplate>',
            f"<AuditSubcategory>{_ONE.format('GUID')}<Name>[^<]*</Name>{_ONE.format('Setting')}{_END}AuditSubcategory>",
            "<(CSE-Machine|CSE-User)><GUID>[^<]*</GUID><Name>[^<]*</Name></\\13>",
        )
    )
)
_WIDTH = _ENTRY.groups + 1
"""What an entry is parted into: the text before it, and its groups."""
_REFERENCES = ("lt;", "gt;", "quot;", "apos;", "amp;")
_CHARACTERS = "<>\"'&"
"""What they stand for; replaced in this order, none makes another one."""
_LEGAL = bytes((9, 10, *range(32, 128)))
_LONGEST = 8_000_000
"""The parser has limits too, which nothing shorter than this can reach."""


def _by_pattern(text: str) -> list[RuleEntry] | None:
    """The entries of a document that holds nothing else and is plainly well-formed; None for any other."""
    if not text.isascii() or len(text) > _LONGEST or ("]]" in text and "]]>" in text):  # the former is found faster
        return None
    if "\r" in text:  # as a parser reads line ends
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    references = text.split("&")[1:]
    if text.encode().translate(None, _LEGAL) or not all(after.startswith(_REFERENCES) for after in references):
        return None
    pieces = _ENTRY.split(text)
    around = pieces[::_WIDTH]
    if len(around) < 2 or around[0].strip() != f"<{ROOT}>" or around[-1].strip() != f"</{ROOT}>":
        return None
    if "".join(around[1:-1]).strip():
        return None
    if references:
        pieces = [_unescaped(piece) if piece and "&" in piece else piece for piece in pieces]
    rows = zip(*(pieces[at::_WIDTH] for at in range(1, _WIDTH)), strict=False)
    place = plain(XmlAt)
    return [_row(place((at,)), row) for at, row in enumerate(rows)]


def _unescaped(text: str) -> str:
    for reference, character in zip(_REFERENCES, _CHARACTERS, strict=True):
        text = text.replace(f"&{reference}", character)
    return text


def _row(place: XmlAt, row: tuple[str, ...]) -> RuleEntry:
    """An entry by the groups of the pattern; those of the other forms are None."""
    side, key, value, kind, data, policy, section, line, owner, guid, number, whose, listed = row
    if side:
        return RuleEntry(place, side, policy, "", (key, value, kind, data))
    if listed:
        return RuleEntry(place, listed, "", "", ())
    if guid is None:
        return RuleEntry(place, "SecurityTemplate", owner, section, (line,))
    return RuleEntry(place, "AuditSubcategory", whose, "", (guid, number))


def _by_parser(data: bytes) -> list[RuleEntry]:
    root = parse(data)
    if local(root) != ROOT:
        raise ReadError("RD012", f"no rules of Policy Analyzer: its root element is '{local(root)}'", XmlAt(()))
    # Asking each of thousands for its route is slow.
    return [_entry(XmlAt((at,)), element) for at, element in enumerate(root.iterchildren("*"))]


def _entry(place: XmlAt, element: etree._Element) -> RuleEntry:
    tag, parts = local(element), _parts(element)
    fields = tuple(parts.get(name, "") for name in FIELDS.get(tag, ()))
    return RuleEntry(place, tag, parts.get("PolicyName", ""), str(element.get("Section", "")), fields)


def _parts(element: etree._Element) -> dict[str, str]:
    """The texts of the children by name, with their blanks, which belong to the data; the first of a name counts."""
    found: dict[str, str] = {}
    for child in element:  # a file has tens of thousands, and iterchildren takes longer
        name = child.tag
        if isinstance(name, str) and "}" in name:
            name = local(child)
        if isinstance(name, str) and name not in found:
            found[name] = whole_text(child) if len(child) else child.text or ""
    return found
