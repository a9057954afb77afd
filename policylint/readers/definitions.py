"""Dumps of Intune's own definitions (settings catalog, categories, templates), plain or as `.gz`.

They are what `policylint.catalogue.build` makes the catalogue from, and configure nothing: a folder of exports may hold
them, and is none the worse. Other `.gz` files may hold anything and are not unpacked.
"""

from __future__ import annotations

import gzip
import io
import re
import zlib
from collections.abc import Sequence

from policylint.errors import ReadError
from policylint.model import FileRecord, Problem
from policylint.readers.source import Reading, Source

_HEAD = 8 * 1024
_START = rb'(?:\xef\xbb\xbf|\xff\xfe)?\s*(?:\{[^{}\[\]]*"value"\s*:\s*)?\[\s*\{'
_KINDS = (
    (
        "settings-catalog definitions",
        re.compile(
            _START + rb'\s*"@odata\.type"\s*:\s*"#microsoft\.graph\.deviceManagement\w*SettingDefinition"', re.ASCII
        ),
    ),
    ("settings-catalog categories", re.compile(_START + rb'[^{}]*"rootCategoryId"\s*:')),
    ("settings-catalog templates", re.compile(_START + rb'[^{}]*"settingTemplateCount"\s*:')),
)
_REASON = "definitions, which configure nothing"


def take(sources: Sequence[Source]) -> tuple[Reading, list[Source]]:
    """Takes dumps of definitions, and `.gz` files: those that hold something else are not evaluated (RD010)."""
    files: list[FileRecord] = []
    problems: list[Problem] = []
    rest: list[Source] = []
    for source in sources:
        kind = _kind(source) if source.suffix in (".json", ".gz") else None
        if kind is not None:
            files.append(FileRecord(source.path, "ignored", kind, _REASON))
        elif source.suffix == ".gz":
            files.append(FileRecord(source.path, "ignored", "compressed file (.gz)", "not evaluated yet"))
            message = "compressed file (.gz): not unpacked, so policies in it are not seen; unpack it, or use .zip"
            problems.append(Problem("RD010", message, source.at()))
        else:
            rest.append(source)
    return Reading(problems=tuple(problems), files=tuple(files)), rest


def _kind(source: Source) -> str | None:
    """What a dump of definitions holds, by its first object; None for anything else."""
    try:
        data = source.head(_HEAD)
        if source.suffix == ".gz":
            with gzip.GzipFile(fileobj=io.BytesIO(source.read())) as packed:
                data = packed.read(_HEAD)
    except (ReadError, OSError, EOFError, zlib.error):
        return None
    head = data.replace(b"\0", b"")
    return next((kind for kind, start in _KINDS if start.match(head)), None)
