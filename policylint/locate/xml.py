"""Where an XML element stands in the text it came from, by its route of indexes.

lxml gives neither columns nor the line where a start tag begins, so one expat pass notes both. Expat opens nothing
here: a document that declares entities is given up, as the reader refuses it.
"""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass, field
from xml.parsers import expat

_TAG = re.compile(r"""<(?:"[^"]*"|'[^']*'|[^"'>])*>""")
_CONTENT = re.compile(r"\s*(?:<!\[CDATA\[\s*((?!\]\]>)\S(?:(?!\]\]>).)*?)\s*\]\]>|([^\s<](?:.*\S)?))\s*", re.DOTALL)
"""Text that is there: bare, or in one CDATA section as GPMC writes names."""

Span = tuple[int, int]


@dataclass(slots=True)
class _Element:
    start: int
    end: int = -1
    """Where the end tag begins; the start again for an empty-element tag."""
    children: list[_Element] = field(default_factory=list)


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
            if element is None or index >= len(element.children):
                return None
            element = element.children[index]
        return None if element is None else self._span(element)

    def _span(self, element: _Element) -> Span:
        start = self._offset(element.start)
        tag = _TAG.match(self._text, start)
        begin = tag.end() if tag else start
        end = self._offset(element.end) if element.end > element.start else begin
        inside = None if element.children else _CONTENT.fullmatch(self._text, begin, end)
        return (start, begin) if inside is None else inside.span(inside.lastindex or 0)

    def _offset(self, at: int) -> int:
        """The character offset of a byte offset."""
        return at if self._plain else len(self._bytes[:at].decode("utf-8", "surrogatepass"))


def _elements(data: bytes) -> _Element | None:
    """The tree of elements with their byte offsets; as far as the document is well-formed."""
    parser = expat.ParserCreate("utf-8")
    top = _Element(0)
    open_elements = [top]

    def start(_name: str, _attributes: object) -> None:
        element = _Element(parser.CurrentByteIndex)
        open_elements[-1].children.append(element)
        open_elements.append(element)

    def end(_name: str) -> None:
        open_elements.pop().end = parser.CurrentByteIndex

    def entity(*_declaration: object) -> None:
        raise ValueError("declares entities")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.EntityDeclHandler = entity
    parser.buffer_text = True
    with contextlib.suppress(expat.ExpatError, ValueError):  # the file changed: what was seen so far still stands
        parser.Parse(data, True)
    return top.children[0] if top.children else None
