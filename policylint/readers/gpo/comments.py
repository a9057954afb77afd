"""Comments of people: `GPO.cmt`, the comment of the GPO, and `comment.cmtx`, those of its settings.

GPMC writes GPO.cmt in UTF-16LE without a byte-order mark and without an end; it may be empty. comment.cmtx names
settings as ADMX policies, by a prefix for their namespace.
"""

from __future__ import annotations

import re

from lxml import etree

from policylint.errors import ReadError
from policylint.evidence import ByteAt, XmlAt
from policylint.model import Comment
from policylint.readers.source import Source, sniff_encoding
from policylint.readers.xml import children, local, parse, route

_RESOURCE = re.compile(r"\$\(resource\.(?P<id>[^)]+)\)")


def gpo_comment(data: bytes) -> str:
    """The comment of a GPO. Raises ReadError (RD005) for bytes that are no text."""
    encoding, skip = sniff_encoding(data)
    if not skip and len(data) % 2 == 0:
        encoding = "utf-16-le"
    try:
        return data[skip:].decode(encoding).strip(" \t\r\n\0")
    except UnicodeDecodeError as exc:
        at = skip + exc.start
        raise ReadError("RD005", f"not valid {encoding.upper()} at byte {at}: {exc.reason}", ByteAt(at)) from exc


def setting_comments(data: bytes, source: Source) -> tuple[Comment, ...]:
    """The comments of settings, in their order; a comment is of `namespace:policy`. Raises ReadError (RD003, RD005)."""
    root = parse(data)
    spaces = {str(e.get("prefix", "")): str(e.get("namespace", "")) for e in _all(root, "using")}
    texts = {str(e.get("id", "")): "".join(map(str, e.itertext())).strip() for e in _all(root, "string")}
    found = []
    for element in _all(root, "comment"):
        prefix, _, policy = str(element.get("policyRef", "")).rpartition(":")
        written = str(element.get("commentText", ""))
        match = _RESOURCE.fullmatch(written)
        text = texts.get(match["id"], "") if match else written
        if policy and text:
            of = f"{spaces.get(prefix, prefix)}:{policy}"
            found.append(Comment(of, text, source.at(XmlAt(route(element)))))
    return tuple(found)


def _all(root: etree._Element, name: str) -> list[etree._Element]:
    return [element for parent in root.iter() if local(parent) for element in children(parent, name)]
