"""What all JSON documents have in common: their version, their text, and how they tell a place."""

from __future__ import annotations

import json
from typing import cast

from policylint.evidence import Evidence
from policylint.locate import Locator

VERSION = 1

Json = dict[str, object]

_quoted = json.encoder.encode_basestring_ascii


class Written(str):
    """A part of a document that is text already, because it stands there many times."""

    __slots__ = ()


def written(part: object) -> Written:
    """The part as text."""
    return Written(_text(part, "\n"))


def dumps(document: object) -> str:
    """The document as ASCII text, indented by two, with a line break at its end."""
    return _text(document, "\n") + "\n"


def _text(value: object, lead: str) -> str:
    """`json.dumps(value, indent=2)`, whose encoder is written in Python once there is an indent; `lead` begins a line.

    Names of members are text.
    """
    kind = type(value)
    if kind is str:
        return _quoted(cast(str, value))
    if kind is Written:
        return cast(str, value).replace("\n", lead)  # no line break stands in a JSON string
    inner = lead + "  "
    if kind is dict:
        if not value:
            return "{}"
        members = [
            f"{_quoted(name)}: {_quoted(one) if type(one) is str else _text(one, inner)}"
            for name, one in cast(Json, value).items()
        ]
        return f"{{{inner}{f',{inner}'.join(members)}{lead}}}"
    if kind is list:
        if not value:
            return "[]"
        items = [_quoted(one) if type(one) is str else _text(one, inner) for one in cast(list[object], value)]
        return f"[{inner}{f',{inner}'.join(items)}{lead}]"
    if value is None:
        return "null"
    if kind is int:
        return str(value)
    if kind is bool:
        return "true" if value else "false"
    return json.dumps(value, indent=2).replace("\n", lead)


def place(evidence: Evidence, locator: Locator) -> Json:
    """A place in a file; each member is null where it does not apply."""
    spot = locator.locate(evidence, excerpt=False)
    bounds = [at for at in (spot.byte_start, spot.byte_end) if at is not None]
    return {
        "path": evidence.path,
        "line": spot.line,
        "column": spot.column,
        "record": spot.record,
        "pointer": spot.pointer,
        "bytes": bounds or None,
    }
