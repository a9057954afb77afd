"""Registry settings written as text, as LGPO.exe and Policy Analyzer do: the records of a Registry.pol in other words.

They are turned back into records, so that instructions, order and types have one meaning, and then every claim gets the
place in the text that it came from.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from policylint.errors import ReadError
from policylint.evidence import Place
from policylint.frozen import quickly_built
from policylint.model import Claim, Problem, Scope, Sweep
from policylint.readers.gpo.registry_pol import Record, claims
from policylint.readers.source import Source

REG_NONE, REG_SZ, REG_EXPAND_SZ, REG_BINARY, REG_DWORD, REG_MULTI_SZ, REG_QWORD = 0, 1, 2, 3, 4, 7, 11
_NUMBER = re.compile(r"0x[0-9a-f]{1,16}|[0-9]{1,20}", re.IGNORECASE)


@quickly_built
@dataclass(frozen=True, slots=True)
class Written:
    """One setting as written: its side, key, value name (or `**` instruction), type, data and place."""

    scope: Scope
    key: str
    name: str
    type: int
    data: bytes
    place: Place


@dataclass(frozen=True, slots=True)
class Outcome:
    """What written settings amount to."""

    claims: tuple[Claim, ...]
    sweeps: tuple[Sweep, ...]
    problems: tuple[Problem, ...]


def outcome(written: Sequence[Written], source: Source) -> Outcome:
    """The claims, sweeps and problems of both sides, by the rules of Registry.pol."""
    found = [_side([w for w in written if w.scope is scope], scope, source) for scope in Scope] if written else []
    return Outcome(
        tuple(claim for side in found for claim in side.claims),
        tuple(sweep for side in found for sweep in side.sweeps),
        tuple(fault for side in found for fault in side.problems),
    )


def _side(written: Sequence[Written], scope: Scope, source: Source) -> Outcome:
    records = (Record(n, w.key, w.name, w.type, w.data, 0, 0) for n, w in enumerate(written, 1))
    return Outcome(*claims(records, scope, source, [w.place for w in written]))


def instruction(name: str) -> tuple[str, int, bytes]:
    """Name, type and data of a `**` instruction, as GPMC writes it: one blank."""
    return name, REG_SZ, text(" ")


def text(value: str) -> bytes:
    """The data of REG_SZ and REG_EXPAND_SZ."""
    return (value + "\0").encode("utf-16-le", "surrogatepass")


def strings(values: Sequence[str]) -> bytes:
    """The data of REG_MULTI_SZ."""
    return b"".join(map(text, values)) + b"\0\0"


def number(size: int) -> Callable[[str], bytes]:
    """The data of a number of so many bytes, decimal or with 0x. Raises ValueError when it is none or too large."""

    @lru_cache(maxsize=1024)
    def data(value: str) -> bytes:
        if not _NUMBER.fullmatch(value):
            raise ValueError(f"'{value}' is not a number")
        whole = int(value, 16 if value[:2].casefold() == "0x" else 10)
        try:
            return struct.pack("<I" if size == 4 else "<Q", whole)
        except struct.error as exc:
            raise ValueError(f"{value} does not fit into {size} bytes") from exc

    return data


def binary(value: str) -> bytes:
    """The data of REG_BINARY, from hexadecimal digits with or without commas. Raises ValueError when it is none."""
    try:
        return bytes.fromhex(value.replace(",", " "))
    except ValueError as exc:
        raise ValueError("binary data is no run of hexadecimal digits") from exc


def fault(message: str, place: Place) -> ReadError:
    """A setting that cannot be used (RD012)."""
    return ReadError("RD012", message, place)
