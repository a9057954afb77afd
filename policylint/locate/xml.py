"""Where an XML element stands in the text it came from, by its route of indexes.

lxml gives neither columns nor the line where a start tag begins, so one expat pass notes both. Expat opens nothing
here: a document that declares entities is given up, as the reader refuses it.
"""

from __future__ import annotations

import contextlib
import re
from typing import Any
from xml.parsers import expat

_TAG = re.compile(r"""<(?:"[^"]*"|'[^']*'|[^"'>])*>""")
_CONTENT = re.compile(r"\s*(?:<!\[CDATA\[\s*((?!\]\]>)\S(?:(?!\]\]>).)*?)\s*\]\]>|([^\s<](?:.*\S)?))\s*", re.DOTALL)
"""Text that is there: bare, or in one CDATA section as GPMC writes names."""

Span = tuple[int, int]


_START, _END, _CHILDREN = 0, 1, 2
_Element = list[Any]
"""Where the start tag begins; where the end tag begins (the start again for an empty-element tag); the child elements.

A plain list, because nearly all of a document's elements are built only to be counted.
"""


class XmlText:
    """A document; `find` gives the offsets of an element in it."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._bytes = text.encode("utf-8", "surrogatepass")
        self._plain = len(self._bytes) == len(text)
        self._root = _elements(self._bytes)

    def find(self, route: tuple[int, ...]) -> Span | None:
        """Start and end of the text of an element that has nothing but text, else of its start tag; None if absent."""
        element: _Element | None = self._root
        for index in route:
            if element is None or index + _CHILDREN >= len(element):
                return None
            element = element[index + _CHILDREN]
        return None if element is None else self._span(element)

    def _span(self, element: _Element) -> Span:
        start = self._offset(element[_START])
        tag = _TAG.match(self._text, start)
        begin = tag.end() if tag else start
        end = self._offset(element[_END]) if element[_END] > element[_START] else begin
        inside = None if element[_CHILDREN:] else _CONTENT.fullmatch(self._text, begin, end)
        return (start, begin) if inside is None else inside.span(inside.lastindex or 0)

    def _offset(self, at: int) -> int:
        """The character offset of a byte offset."""
        return at if self._plain else len(self._bytes[:at].decode("utf-8", "surrogatepass"))


def _elements(data: bytes) -> _Element | None:
    """The tree of elements with their byte offsets; as far as the document is well-formed."""
    parser = expat.ParserCreate("utf-8")
    top: _Element = [0, -1]
    open_elements = [top]

    def start(_name: str, _attributes: object) -> None:
        element = [parser.CurrentByteIndex, -1]
        open_elements[-1].append(element)
        open_elements.append(element)

    def end(_name: str) -> None:
        open_elements.pop()[_END] = parser.CurrentByteIndex

    def entity(*_declaration: object) -> None:
        raise ValueError("declares entities")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.EntityDeclHandler = entity
    parser.buffer_text = True
    parser.ordered_attributes = True  # a list is built faster than a dict, and nobody looks at it
    with contextlib.suppress(expat.ExpatError, ValueError):  # the file changed: what was seen so far still stands
        parser.Parse(data, True)
    return top[_CHILDREN] if top[_CHILDREN:] else None
