"""What all JSON documents have in common: their version, their text, and how they tell a place."""

from __future__ import annotations

import json

from policylint.evidence import Evidence
from policylint.locate import Locator

VERSION = 1

Json = dict[str, object]


def dumps(document: object) -> str:
    """The document as ASCII text with a line break at its end."""
    return json.dumps(document, indent=2, ensure_ascii=True) + "\n"


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
