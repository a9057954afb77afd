"""Comments of people: `GPO.cmt`, the comment of the GPO, and `comment.cmtx`, those of its settings.

GPMC writes GPO.cmt in UTF-16LE without a byte-order mark and without an end; it may be empty. comment.cmtx names
settings as ADMX policies, by a prefix for their namespace.
"""

from __future__ import annotations

import re

from policylint.errors import ReadError
from policylint.evidence import ByteAt, XmlAt
from policylint.model import Comment
from policylint.readers.source import Source, sniff_encoding
from policylint.readers.xml import parse, route, whole_text

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
    written = list(root.iterdescendants("{*}comment"))
    if not written:  # GPMC writes the file for every GPO that it opens
        return ()
    spaces = {str(e.get("prefix", "")): str(e.get("namespace", "")) for e in root.iterdescendants("{*}using")}
    texts = {str(e.get("id", "")): whole_text(e).strip() for e in root.iterdescendants("{*}string")}
    found = []
    for element in written:
        prefix, _, policy = str(element.get("policyRef", "")).rpartition(":")
        said = str(element.get("commentText", ""))
        match = _RESOURCE.fullmatch(said)
        text = texts.get(match["id"], "") if match else said
        if policy and text:
            of = f"{spaces.get(prefix, prefix)}:{policy}"
            found.append(Comment(of, text, source.at(XmlAt(route(element)))))
    return tuple(found)
