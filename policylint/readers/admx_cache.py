"""What is kept of ADMX stores between two runs: which keys and policies each file names, and what was wrong with it.

Reading a store again then takes no XML parsing, but for the files that somebody asks about. Everything is keyed by the
content of the files: a hash over the bytes of every .admx file and its .adml file, of policylint's form and of the XML
parser's version.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from lxml import etree

from policylint.readers.kept import read_kept, write_kept

FORM = 1

_MAKERS = repr((FORM, etree.LXML_VERSION, etree.LIBXML_VERSION))


@dataclass(frozen=True, slots=True)
class Head:
    """What is known of one .admx file without opening it."""

    namespace: str
    prefixes: dict[str, str]
    keys: list[str]
    """Folded."""
    names: list[str]
    """Of its policies, case-folded."""
    problems: list[tuple[str, list[int]]]
    """Messages of RD019, each with the route of the element."""
    policies: int
    """How many of them are used."""


def digest(admx: str, adml: str | None) -> str:
    """The key of a file and its texts, from the hashes of their bytes."""
    return f"{admx} {adml or 'no texts'}"


def load(digests: Iterable[str]) -> dict[str, Head]:
    """The heads that were kept for these files together, by digest; empty when there is no entry that can be used."""
    rows = read_kept(_name(digests))
    try:
        return {key: _head(row) for key, row in rows.items()} if isinstance(rows, dict) else {}
    except (ValueError, TypeError, KeyError, AttributeError):
        return {}


def _head(row: Mapping[str, Any]) -> Head:
    """A head as written. Raises TypeError or another built-in error for anything else."""
    head = Head(**row)
    lists = [head.keys, head.names, head.problems, *(route for _, route in head.problems)]
    if type(head.prefixes) is not dict or {*map(type, lists)} != {list}:
        raise TypeError("not a head")
    texts = [head.namespace, *head.prefixes, *head.prefixes.values(), *head.keys, *head.names]
    numbers = [head.policies]
    for message, route in head.problems:
        texts.append(message)
        numbers += route
    if {*map(type, texts)} - {str} or {*map(type, numbers)} - {int}:
        raise TypeError("not a head")
    return head


def keep(heads: Mapping[str, Head], digests: Iterable[str]) -> None:
    """Keeps the heads of these files."""
    write_kept(_name(digests), {key: asdict(head) for key, head in heads.items()})


def _name(digests: Iterable[str]) -> str:
    return hashlib.sha256("\n".join([_MAKERS, *sorted(digests)]).encode()).hexdigest()
