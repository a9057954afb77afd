"""Definitions that people bring: DDF files, and dumps of Intune's settings catalog, plain or as `.gz`.

They configure nothing, but say what CSP nodes and catalog settings mean, and so stand before what policylint ships.
Most of a dump is prose around its facts: what a reading made of one is kept for the next run, by its content. Dumps
of categories and templates are recognised and passed over. Other `.gz` files may hold anything and are not unpacked.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from policylint.catalogue.catalog_rows import FORM, rows, usable
from policylint.catalogue.csp_node import Node
from policylint.catalogue.definitions import Definitions
from policylint.errors import ReadError
from policylint.model import FileRecord, Problem
from policylint.readers import json as json_reading
from policylint.readers.ddf_nodes import is_ddf, nodes
from policylint.readers.kept import read_kept, write_kept
from policylint.readers.source import HEAD, MAX_BYTES, Reading, Source, decode, problem
from policylint.readers.xml import parse

DDF = "CSP definition (DDF)"
CATALOG = "settings-catalog definitions"

_START = rb'(?:\xef\xbb\xbf|\xff\xfe)?\s*(?:\{[^{}\[\]]*"value"\s*:\s*)?\[\s*\{'
_BEGINNING = 256
_BEGINS = re.compile(rb"(?:\xef\xbb\xbf|\xff\xfe)?\s*(?:\[|\{[^{}\[\]]*(?:\[|\Z)|\Z)")
"""What `_LIST` asks, of the first bytes alone: most exports of policies are no list, and tell soon."""
_LIST = re.compile(_START)
"""What all of them begin with, and few exports of policies."""
_TYPE = rb'\s*"@odata\.type"\s*:\s*"#microsoft\.graph\.deviceManagement'
_KINDS = (
    (CATALOG, re.compile(_START + _TYPE + rb'Configuration\w*SettingDefinition"', re.ASCII)),
    ("endpoint security intent definitions", re.compile(_START + _TYPE + rb'\w*SettingDefinition"', re.ASCII)),
    ("settings-catalog categories", re.compile(_START + rb'[^{}]*"rootCategoryId"\s*:')),
    ("settings-catalog templates", re.compile(_START + rb'[^{}]*"settingTemplateCount"\s*:')),
)
_TABS = 5
"""Between the columns of a row."""

_OF_BACKUPS = frozenset(("backup.xml", "bkupinfo.xml", "gpreport.xml"))
"""What every backup of a GPO has, of which there are hundreds, and no DDF file is called."""
_SUFFIXES = (".json", ".gz", ".xml")
_TREE = re.compile(rb"<MgmtTree\b")
_REASON = "definitions, which configure nothing"
_KEPT = frozenset(
    (
        *("@odata.type", "id", "name", "displayName", "baseUri", "offsetUri", "maximumCount", "valueDefinition"),
        *("isSecret", "options", "itemId", "optionValue", "value", "dependedOnBy", "required"),
    )
)
"""The members that the table is made from; the rest of a dump is prose, and ten times as large."""


@dataclass(slots=True)
class _Found:
    """What the files of one reading gave."""

    nodes: list[Node] = field(default_factory=list)
    rows: list[str] = field(default_factory=list)
    files: list[FileRecord] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def take(sources: Sequence[Source]) -> tuple[Reading, list[Source]]:
    """Takes DDF files, dumps of definitions, and `.gz` files: those that hold something else are not evaluated (RD010).

    Problems: RD003, RD004, RD005 and RD007 for files that cannot be read, RD037 for definitions that cannot be used.
    """
    found = _Found()
    rest: list[Source] = []
    told = {source.path: kind for source in sources if source.suffix in _SUFFIXES and (kind := _kind(source))}
    for source in sorted([source for source in sources if source.path in told], key=lambda source: source.path):
        _read(found, source, told[source.path])
    for source in sources:
        if source.path in told:
            continue
        if source.suffix == ".gz":
            found.files.append(FileRecord(source.path, "ignored", "compressed file (.gz)", "not evaluated yet"))
            message = "compressed file (.gz): not unpacked, so policies in it are not seen; unpack it, or use .zip"
            found.problems.append(Problem("RD010", message, source.at()))
        else:
            rest.append(source)
    definitions = Definitions(tuple(found.nodes), tuple(found.rows))
    return Reading(definitions=definitions, problems=tuple(found.problems), files=tuple(found.files)), rest


def _kind(source: Source) -> str | None:
    """What a file of one of _SUFFIXES holds if it is definitions, by its beginning; None for anything else."""
    if source.name in _OF_BACKUPS:
        return None
    try:
        data = source.head()
        if source.suffix == ".gz":
            with gzip.GzipFile(fileobj=io.BytesIO(source.read())) as packed:
                data = packed.read(HEAD)
    except (ReadError, OSError, EOFError, zlib.error):
        return None
    head = _narrow(data[:_BEGINNING])
    if source.suffix != ".xml" and not _BEGINS.match(head):
        return None
    head = _narrow(data)
    if source.suffix == ".xml":
        return DDF if b"<MgmtTree" in head and _TREE.search(head) else None
    if not _LIST.match(head):
        return None
    return next((kind for kind, start in _KINDS if start.match(head)), None)


def _narrow(data: bytes) -> bytes:
    """UTF-16 of letters that ASCII has as ASCII."""
    return data.translate(None, b"\0") if b"\0" in data else data


def _read(found: _Found, source: Source, kind: str) -> None:
    """One file of definitions; one without a usable definition is passed over."""
    try:
        count = _ddf(found, source) if kind == DDF else _catalog(found, source) if kind == CATALOG else 0
    except ReadError as error:
        found.problems.append(problem(source, error))
        found.files.append(FileRecord(source.path, "unread", kind, error.message))
        return
    record = FileRecord(source.path, "read", kind, settings=count) if count else None
    found.files.append(record or FileRecord(source.path, "ignored", kind, _REASON))


def _ddf(found: _Found, source: Source) -> int:
    """How many nodes a DDF file describes. Raises ReadError."""
    root = parse(source.read())
    described = list(nodes(root)) if is_ddf(root) else []
    found.nodes += described
    return len(described)


def _catalog(found: _Found, source: Source) -> int:
    """How many settings of CSP nodes a dump defines. Raises ReadError."""
    data = source.read()
    name = f"catalog-{FORM}-{hashlib.sha256(data).hexdigest()}"
    dump = _kept(name)
    if dump is None:
        dump = _dump(_unpacked(data) if source.suffix == ".gz" else data)
        write_kept(name, [dump.listed, dump.unusable, dump.rows])
    if dump.unusable:
        message = f"{dump.unusable} of {dump.listed} definitions have no id, name or type that can be used"
        found.problems.append(Problem("RD037", message, source.at()))
    found.rows += dump.rows
    return len(dump.rows)


@dataclass(frozen=True, slots=True)
class _Dump:
    """What a dump says: how many definitions it lists, how many of them cannot be used, and the rows of the others."""

    listed: int
    unusable: int
    rows: list[str]


def _dump(data: bytes) -> _Dump:
    """A dump from its bytes. Raises ReadError (RD004, RD005, RD007)."""
    document = _load(data)
    stated = document.get("value") if isinstance(document, dict) else document
    listed = stated if isinstance(stated, list) else []
    good = [one for one in listed if usable(one)]
    return _Dump(len(listed), len(listed) - len(good), rows(good))


def _kept(name: str) -> _Dump | None:
    """What a run before kept under the name; None where that is nothing that can be used."""
    match read_kept(name):
        case [int(listed), int(unusable), [*told]]:
            made = [row for row in told if isinstance(row, str) and row.count("\t") >= _TABS]
            return _Dump(listed, unusable, made) if len(made) == len(told) else None
    return None


def _unpacked(data: bytes) -> bytes:
    """The content of a `.gz` file. Raises ReadError (RD004 for a damaged one, RD007 for too large a one)."""
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
            content = packed.read(MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error) as exc:
        raise ReadError("RD004", f"the compressed file is damaged: {exc}") from exc
    if len(content) > MAX_BYTES:
        raise ReadError("RD007", f"unpacked, it has more than the {MAX_BYTES} bytes that are read of one file")
    return content


def _load(data: bytes) -> Any:
    """The document, without the members that nobody asks for. Raises ReadError (RD004, RD005, RD007)."""
    text = decode(data)
    try:
        return json.loads(text, object_hook=_slim)
    except (ValueError, RecursionError):
        return json_reading.loads(text).value


def _slim(stated: Mapping[str, object]) -> Mapping[str, object]:
    return {key: stated[key] for key in stated.keys() & _KEPT}
