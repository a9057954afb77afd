"""WMI filters as GPMC exports them: `.mof`, one `instance of MSFT_SomFilter` each.

The file tells which queries a filter asks, not what they give on a device: that stays a fact of the target.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from policylint.errors import ReadError
from policylint.evidence import LineAt
from policylint.model import FileRecord, Problem
from policylint.readers.directory.known import WmiQuery
from policylint.readers.directory.names import guid
from policylint.readers.source import Reading, Source, decode, problem

KIND = "WMI filter (.mof)"
_INSTANCE = re.compile(r"\binstance\s+of\s+MSFT_SomFilter\b", re.IGNORECASE)
_PROPERTY = re.compile(r'\b(ID|Name|Query)\s*=\s*"((?:[^"\\]|\\.)*)"', re.IGNORECASE | re.DOTALL)


def take(sources: Sequence[Source]) -> tuple[Reading, list[Source]]:
    """Takes `.mof` files. Problems: RD001, RD005, RD007; RD027 for one without a filter that has an id and a name."""
    found: list[WmiQuery] = []
    problems: list[Problem] = []
    files: list[FileRecord] = []
    rest: list[Source] = []
    for source in sources:
        if source.suffix != ".mof":
            rest.append(source)
            continue
        try:
            found += _filters(source, decode(source.read()))
            files.append(FileRecord(source.path, "read", KIND))
        except ReadError as error:
            problems.append(problem(source, error))
            files.append(FileRecord(source.path, "unread", KIND, error.message))
    return Reading(wmi_queries=tuple(found), problems=tuple(problems), files=tuple(files)), rest


def _filters(source: Source, text: str) -> list[WmiQuery]:
    starts = [match.start() for match in _INSTANCE.finditer(text)]
    found = []
    for start, end in pairwise([*starts, len(text)]):
        told: dict[str, list[str]] = {"id": [], "name": [], "query": []}
        for name, value in _PROPERTY.findall(text, start, end):
            told[name.casefold()].append(re.sub(r"\\(.)", r"\1", value, flags=re.DOTALL))
        id_ = guid(told["id"][0]) if told["id"] else None
        if id_ is not None and told["name"]:
            line = text.count("\n", 0, start) + 1
            found.append(WmiQuery(id_, told["name"][0], tuple(told["query"]), source.at(LineAt(line))))
    if not found:
        raise ReadError("RD027", "holds no WMI filter (MSFT_SomFilter) with an id and a name")
    return found
