"""Packs ADMX stores for the catalogue: definitions and display texts, without the explanations.

The file is a gzip of several members. The first is one JSON object: the version of the form, the sets with their
counts, and for every file its name, language, packed length and head. The members behind it are the bodies, in the same
order, so that one file's policies are unpacked without the others'. The last member has for every file three lines, the
names of its policies, their display names, and which of them write which registry value, so that no body is unpacked to
find who is meant.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from policylint.catalogue.admx import AdmxFile
from policylint.catalogue.packed import VERSION
from policylint.catalogue.packing import answers, pack
from policylint.catalogue.shipped import PLACE
from policylint.readers import admx
from policylint.readers.source import Source


def admx_data(sets: Mapping[str, Path]) -> bytes:
    """The data file of the ADMX stores in these folders, by the names of the sets. Same input, same bytes."""
    described: list[dict[str, Any]] = []
    rows: list[list[Any]] = []
    bodies: list[bytes] = []
    told: list[str] = []
    for name, folder in sorted(sets.items()):
        files = list(_files(name, folder))
        described.append({"name": name, "files": len(files), "policies": sum(len(file.policies) for file in files)})
        for file in files:
            head, body = pack(file, explain=False)
            bodies.append(_compressed(body))
            parsed = json.loads(head)
            told += answers(file, parsed[2])
            rows.append([file.path, file.adml, file.language, len(bodies[-1]), parsed])
    header = {"version": VERSION, "sets": described, "files": rows}
    first = _compressed(json.dumps(header, ensure_ascii=False, separators=(",", ":")))
    return b"".join((first, *bodies, _compressed("\n".join(told))))


def _files(name: str, folder: Path) -> Iterator[AdmxFile]:
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file())
    sources = [Source(f"{PLACE}{name}/{path.relative_to(folder).as_posix()}", path) for path in paths]
    yield from sorted(admx.take(sources)[0].admx, key=lambda file: file.path)


def _compressed(text: str) -> bytes:
    return gzip.compress(text.encode("utf-8"), compresslevel=9, mtime=0)
