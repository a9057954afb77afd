"""What is wrong with WMI queries: those that Windows cannot ask, and those that answer otherwise than they look.

A query that fails denies its GPO to every device (G-WMI-ERROR). WMI compares texts as texts, and the version of
Windows is a text: 10.0 comes before 6.1.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from policylint.model import Problem
from policylint.readers.directory.known import WmiQuery

MALFORMED, MISLEADING = "GP017", "GP018"

_QUERY = re.compile(
    r"\s*select\s+(?:\*|[\w.]+(?:\s*,\s*[\w.]+)*)\s+from\s+(?P<class>\w+)(?:\s+as\s+\w+|\s+(?!where\b)\w+)?"
    r"(?:\s+where\s+(?P<where>\S.*?))?\s*;?\s*",
    re.IGNORECASE | re.DOTALL,
)
_OTHER = re.compile(r"\s*(?:associators|references)\s+of\b", re.IGNORECASE)
_TEXT = re.compile(r"\"[^\"]*\"|'[^']*'")
_TEN = re.compile(r"\bversion\s+like\s+[\"']10(?:\.0?\.?)?%[\"']", re.IGNORECASE)
_ANY = re.compile(r"\bversion\s+like\b", re.IGNORECASE)
"""Several of them mean several versions, and are meant broadly."""
_COMPARED = re.compile(r"\bversion\s*[<>]=?\s*[\"']\d", re.IGNORECASE)
_PRODUCT = re.compile(r"\b(?:producttype|operatingsystemsku|caption|domainrole)\b", re.IGNORECASE)


def faults(queries: Iterable[WmiQuery]) -> Iterator[Problem]:
    """The problems of WMI filters: GP017 for queries that are none, GP018 for those that mislead."""
    for found in queries:
        for query in found.queries:
            for rule, text in wrong(query):
                yield Problem(rule, f"the WMI filter '{found.name or found.id}' {text}", found.evidence)


def wrong(query: str) -> Iterator[tuple[str, str]]:
    """What is wrong with one query, as (rule, end of a sentence)."""
    asked = _QUERY.fullmatch(query)
    if asked is None:
        if not _OTHER.match(query):
            yield MALFORMED, f"asks '{_short(query)}', which is no query: a GPO whose filter fails is not applied"
        return
    where = asked["where"] or ""
    bare = _TEXT.sub("''", where)
    if bare.count("(") != bare.count(")") or '"' in bare or bare.count("'") % 2:
        text = f"asks '{_short(query)}', where brackets or quotes do not close: a GPO whose filter fails is not applied"
        yield MALFORMED, text
    if asked["class"].casefold() == "win32_product":
        yield MISLEADING, "asks for Win32_Product, which checks and can repair every installed program each time"
    if asked["class"].casefold() == "win32_operatingsystem":
        if _COMPARED.search(where):
            yield (
                MISLEADING,
                f"compares the version of Windows as a text ('{_short(query)}'): 10.0 is less than 6.1 there",
            )
        elif _TEN.search(where) and len(_ANY.findall(where)) == 1 and not _PRODUCT.search(where):
            text = "asks for version 10 and no kind of Windows: it fits Windows 10, Windows 11 and servers since 2016"
            yield MISLEADING, text


def _short(query: str) -> str:
    text = " ".join(query.split())
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


_LONGEST = 120
