"""XML as Windows tools write it: trust the byte-order mark and the bytes over the declaration, and open nothing else.

Microsoft ships `encoding="unicode"` and utf-16 declarations over UTF-8 bytes, so the declaration is dropped once the
bytes are decoded. Entity declarations are refused: no format read here has any.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import cast
from xml.etree import ElementTree

from lxml import etree

from policylint.errors import ReadError
from policylint.evidence import ByteAt, LineAt
from policylint.readers.source import sniff_encoding

_DECLARATION = re.compile(r"\s*<\?xml\b[^>]*\?>")
_ASCII_DECLARATION = re.compile(rb"<\?xml\b[^>\r\n]*\?>")
_LINE = re.compile(r"[^\r\n]")
_DECLARED = re.compile(rb"^\s*<\?xml[^>]*encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")
_UTF_8 = (b"utf-8", b"UTF-8")
_SINGLE_BYTE = re.compile(r"windows-125[0-8]|iso-8859-(?:[1-9]|1[013-6])|us-ascii")
_ENTITY = re.compile(r"<!ENTITY\b")
_SPACED_NAMESPACE = re.compile(r"""(xmlns(?::[\w.-]+)?\s*=\s*)(["'])([^"']*\s[^"']*)\2""")


def text_of(data: bytes) -> str:
    """The document as text without its declaration, line numbers kept. Raises ReadError (RD005)."""
    encoding, skip = sniff_encoding(data)
    if encoding == "utf-8" and not skip:
        encoding = _declared_single_byte(data) or encoding
    try:
        text = data[skip:].decode(encoding)
    except UnicodeDecodeError as exc:
        at = skip + exc.start
        raise ReadError("RD005", f"not valid {encoding.upper()} at byte {at}: {exc.reason}", ByteAt(at)) from exc
    declaration = _DECLARATION.match(text)
    if declaration is None:
        return text
    return _blank(declaration.group()) + text[declaration.end() :]


def _blank(text: str) -> str:
    """Blanks of the same length, with the line ends kept."""
    return _LINE.sub(" ", text) if "\n" in text or "\r" in text else " " * len(text)


def _declared_single_byte(data: bytes) -> str | None:
    """The declared encoding, when the bytes are not UTF-8 and Python knows the name as a single-byte one."""
    declared = _DECLARED.match(data[:200])
    if declared is None or declared[1] in _UTF_8:
        return None
    name = declared[1].decode("ascii").casefold()
    return name if _SINGLE_BYTE.fullmatch(name) else None


def parse(data: bytes, *, blanks: bool = True) -> etree._Element:
    """The root element. Raises ReadError (RD003, RD005) for bad text, entities, and what is not well-formed.

    Without `blanks`, those between elements are left out, which takes a tenth less where elements hold either.
    """
    if data.startswith(_UTF_16_BEGINNING):
        try:
            root = etree.fromstring(data, _MARKED[blanks])
        except etree.XMLSyntaxError:
            root = None  # what is wrong is told of the text
        if root is not None and (_UTF_16_ELEMENT_NEXT.match(data, len(_UTF_16_BEGINNING)) or not _has_dtd(root)):
            return root
    document = _utf_8(data)
    try:
        root = etree.fromstring(document, _DECODED[blanks])
    except etree.XMLSyntaxError as exc:
        _check_entities(data)
        return _repaired(text_of(data), exc, _DECODED[blanks])
    if not _ELEMENT_FIRST.match(document) and _has_dtd(root):
        _check_entities(data)
    return root


_ELEMENT_FIRST = re.compile(rb"\s*<\w")
"""The document element stands before anything else: so there is no DTD."""
_UTF_16_ELEMENT_NEXT = re.compile(rb"(?:[\t\n\r ]\0)*<\0\w")


def _has_dtd(root: etree._Element) -> bool:
    return root.getroottree().docinfo.internalDTD is not None


def _check_entities(data: bytes) -> None:
    entity = _ENTITY.search(text_of(data))
    if entity is not None:
        line = entity.string.count("\n", 0, entity.start()) + 1
        raise ReadError("RD003", "declares entities, which are never expanded here", LineAt(line))


def _repaired(text: str, error: etree.XMLSyntaxError, parser: etree.XMLParser) -> etree._Element:
    """A document whose only fault is a blank in the name of a namespace. Raises ReadError (RD003) for any other."""
    repaired = _SPACED_NAMESPACE.sub(lambda m: m[1] + m[2] + m[3].replace(" ", "%20") + m[2], text)
    if repaired != text:
        try:
            return etree.fromstring(_encoded(repaired), parser)
        except etree.XMLSyntaxError:
            pass
    line, column = error.position
    message = f"not well-formed XML: {(error.msg or 'no element').split(', line ')[0]}"
    raise ReadError("RD003", message, LineAt(max(line, 1), column + 1)) from error


def _parser(encoding: str | None, *, blanks: bool) -> etree.XMLParser:
    return etree.XMLParser(
        encoding=encoding,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_pis=True,
        remove_blank_text=not blanks,
    )


_DECODED = {blanks: _parser("utf-8", blanks=blanks) for blanks in (True, False)}
"""Parsers of UTF-8 whatever a document declares, with and without blanks between elements."""
_MARKED = {blanks: _parser(None, blanks=blanks) for blanks in (True, False)}
"""Parsers that go by the byte-order mark."""
_UTF_16_BEGINNING = '\ufeff<?xml version="1.0" encoding="utf-16"?>'.encode("utf-16-le")
"""As GPMC writes it: mark, bytes and declaration agree, and libxml2 decodes faster than Python does twice."""


def parse_values(data: bytes) -> etree._Element | ElementTree.Element:
    """As `parse`, for readers that ask every element for its name and text and never for its place.

    Mostly the elements are the standard library's, which takes a little longer to make them and far less to answer.
    """
    document = _utf_8(data)
    if _ELEMENT_FIRST.match(document):  # so it has no DTD
        builder = ElementTree.TreeBuilder(insert_comments=True)
        try:
            return ElementTree.fromstring(document, ElementTree.XMLParser(target=builder))  # noqa: S314  # no entities
        except ElementTree.ParseError:
            pass  # what is wrong is told in the other one's words
    return parse(data)


def _utf_8(data: bytes) -> bytes:
    """What `text_of` says, in UTF-8. Most are ASCII from their first `<` and stay the bytes that they are."""
    if data[:1] != b"<" or data[1:2] == b"\0" or not data.isascii():
        return _encoded(text_of(data))
    if not data.startswith(b"<?xml"):
        return data
    declaration = _ASCII_DECLARATION.match(data)
    if declaration is None:
        return _encoded(text_of(data))
    return b" " * declaration.end() + data[declaration.end() :]


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def local(element: etree._Element | ElementTree.Element) -> str:
    """The tag without its namespace; '' for comments and processing instructions."""
    tag = element.tag
    return tag[tag.rfind("}") + 1 :] if isinstance(tag, str) else ""


def child(element: etree._Element, name: str) -> etree._Element | None:
    """The first child element with that local name."""
    return next(element.iterchildren(f"{{*}}{name}"), None)


def children(element: etree._Element, name: str) -> list[etree._Element]:
    """The child elements with that local name, in order."""
    return list(element.iterchildren(f"{{*}}{name}"))


def first_children(element: etree._Element, names: Collection[str]) -> dict[str, etree._Element]:
    """The child elements with some local names, of each name the first: cheaper than asking for them one by one."""
    found: dict[str, etree._Element] = {}
    for part in element:
        tag = part.tag
        if isinstance(tag, str):
            name = tag[tag.rfind("}") + 1 :]
            if name in names and name not in found:
                found[name] = part
                if len(found) == len(names):
                    break
    return found


def attributes(element: etree._Element) -> dict[str, str]:
    """The attributes by name; a parsed document has them as text, whatever else lxml takes."""
    return cast("dict[str, str]", dict(element.items()))


def text_in(element: etree._Element | None, name: str) -> str | None:
    """The stripped text of the first child with that name, joined over nested nodes; None without such a child."""
    found = None if element is None else child(element, name)
    return None if found is None else whole_text(found).strip()


def whole_text(element: etree._Element | ElementTree.Element) -> str:
    """The text of an element, joined over nested nodes."""
    return "".join(map(str, element.itertext())) if len(element) else element.text or ""


def route(element: etree._Element) -> tuple[int, ...]:
    """The element's place: its index among element children at every level below the root."""
    steps: list[int] = []
    parent = element.getparent()
    while parent is not None:
        comments = sum(1 for _ in element.itersiblings(etree.Comment, preceding=True))
        steps.append(parent.index(element) - comments)
        element, parent = parent, parent.getparent()
    return tuple(reversed(steps))
