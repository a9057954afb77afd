"""The ADMX definitions that policylint ships: those of Windows, Office, browsers and others, without explanations.

They extend the user's own files, which come first. `python -m policylint.catalogue.build --admx` makes the data.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files as resources
from typing import Any

from policylint.catalogue.admx import AdmxFile
from policylint.catalogue.packed import VERSION, unpack

DATA = "admx.jsonl.gz"
PLACE = "catalogue:"
"""What the paths of shipped files begin with: they are no files of the estate."""
_GZIP = 31
"""The `wbits` of zlib that stand for a member of a gzip."""


@dataclass(frozen=True, slots=True)
class AdmxSet:
    """One set of ADMX files that is shipped."""

    name: str
    files: int
    policies: int


def files() -> tuple[AdmxFile, ...]:
    """The shipped files, by path. Their policies are unpacked when they are asked for."""
    return load(data())


def sets() -> tuple[AdmxSet, ...]:
    """What is shipped, by name."""
    return tuple(AdmxSet(**described) for described in _header(data())[0]["sets"])


@cache
def load(data: bytes) -> tuple[AdmxFile, ...]:
    """The files of a data file. Raises ValueError when it was written in another form."""
    header, start = _header(data)
    if header["version"] != VERSION:
        raise ValueError(f"the ADMX data has form {header['version']}, not {VERSION}: build it again")
    found: list[AdmxFile] = []
    answers = _lines(data, start + sum(row[3] for row in header["files"]))
    for number, (path, adml, language, length, head) in enumerate(header["files"]):
        asked = _three(answers, 3 * number)
        found.append(unpack(path, head, _body(data, start, start + length), adml, language, asked))
        start += length
    return tuple(found)


@cache
def data() -> bytes:
    """The data file."""
    return resources("policylint.catalogue").joinpath("data", DATA).read_bytes()


def _header(data: bytes) -> tuple[dict[str, Any], int]:
    """The first member of the gzip, and where the second begins."""
    member = zlib.decompressobj(wbits=_GZIP)
    header: dict[str, Any] = json.loads(member.decompress(data))
    return header, len(data) - len(member.unused_data)


def _lines(data: bytes, start: int) -> Callable[[], Sequence[str]]:
    return cache(lambda: zlib.decompress(data[start:], _GZIP).decode("utf-8").split("\n"))


def _three(lines: Callable[[], Sequence[str]], first: int) -> Callable[[], Sequence[str]]:
    return lambda: lines()[first : first + 3]


def _body(data: bytes, start: int, end: int) -> Callable[[], str]:
    return lambda: zlib.decompress(data[start:end], _GZIP).decode("utf-8")
