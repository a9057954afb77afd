"""The records of a Registry.pol, as they stand in the file ([MS-GPREG] 2.2.1).

The file is walked by length. Data and value names may hold `[`, `]` and `;` (AppLocker rules, Chromium's extension
lists), so nothing is ever split on them. An unreadable record ends the file's sequence ([MS-GPREG] 3.2.5.1.2): what
stands before it counts, and the error says at which byte the rest was lost.
"""

from __future__ import annotations

from codecs import utf_16_le_decode
from functools import lru_cache
from struct import Struct
from typing import NamedTuple

from policylint.errors import ReadError
from policylint.evidence import ByteAt

SIGNATURE = b"PReg"
VERSION = 1
HEADER = 8
"""Bytes before the first record; a file of just these is a real one without settings."""

_OPEN = b"[\0"
_CLOSE = b"]\0"
_NAME_END = b"\0\0;\0"
"""The NUL that ends a name and the semicolon after it."""
_SEMICOLON = 0x3B
_TYPE_AND_SIZE = Struct("<IHIH")
_REMEMBERED = 1024
"""Records of more bytes are not worth keeping."""


class Record(NamedTuple):
    """One instruction: `number` from 1 in file order, `data` as it stands, bytes [start, end) with the brackets.

    A named tuple, because a file has up to 100,000 of them and a frozen dataclass costs four times as much to make.
    """

    number: int
    key: str
    name: str
    type: int
    data: bytes
    start: int
    end: int


def records(data: bytes) -> tuple[tuple[Record, ...], ReadError | None]:
    """The records in file order, and what ended the reading early, if anything did.

    The error is an RD002 whose place is the byte where something else was expected. Names may hold lone surrogates,
    which UTF-16 forbids and the registry does not; `claims` reports them. Follows [MS-GPREG] 2.2.1.
    """
    found: list[Record] = []
    try:
        _check_header(data)
        _walk(data, found)
    except ReadError as error:
        return tuple(found), error.with_traceback(None)  # else it holds the file, and itself
    return tuple(found), None


def _check_header(data: bytes) -> None:
    if not data:
        raise _damage(0, "the file is empty; a Registry.pol starts with the 8 bytes 'PReg', 1")
    if data[:4] != SIGNATURE:
        at = next((i for i in range(min(4, len(data))) if data[i] != SIGNATURE[i]), len(data))
        raise _damage(at, f"not a Registry.pol: expected the signature 'PReg', found {_found(data, 0, 4)}")
    if len(data) < HEADER:
        raise _damage(len(data), f"truncated in the header: {len(data)} bytes of {HEADER}")
    version = int.from_bytes(data[4:HEADER], "little")
    if version != VERSION:
        raise _damage(4, f"version {version}, expected {VERSION}")


def _walk(data: bytes, found: list[Record]) -> None:
    """Appends every record; the loop is flat and its names are local because it is what reading costs."""
    find, add, length, number, start = data.find, found.append, len(data), 1, HEADER
    new = tuple.__new__  # what Record(…) calls, without the call of Python code in between
    while start < length:
        raw = data[start : find(b"]", start) + 2]  # a guess: it may hold one before its last
        told = _whole(raw) if len(raw) <= _REMEMBERED else None
        key, name, kind, text, size = _fields(data, number, start) if told is None else told
        add(new(Record, (number, key, name, kind, text, start, start + size)))
        start += size
        number += 1


_Fields = tuple[str, str, int, bytes, int]
"""Key, value name, type and data of a record, and the length of it all."""


@lru_cache(maxsize=1 << 13)
def _whole(raw: bytes) -> _Fields | None:
    """What a record of exactly these bytes says; None for bytes that are none. Policies have the same over and over."""
    try:
        fields = _fields(raw, 1, 0)
    except ReadError:  # told when it is read where it stands
        return None
    return fields if fields[-1] == len(raw) else None


def _fields(data: bytes, number: int, start: int) -> _Fields:
    """The record that begins at a byte. Raises ReadError (RD002)."""
    if not data.startswith(_OPEN, start):
        raise _unopened(data, number, start)
    key_end = _aligned(data, start + 2, number, start, "key")
    key = _name(data[start + 2 : key_end], start + 2, number, start, "key")
    name_start = key_end + 4
    name_end = _aligned(data, name_start, number, start, "value name")
    name = _name(data[name_start:name_end], name_start, number, start, "value name")
    after = name_end + 4
    body = after + _TYPE_AND_SIZE.size
    if body > len(data):
        raise _cut(data, number, start, "type and size")
    kind, first, size, second = _TYPE_AND_SIZE.unpack_from(data, after)
    if first != _SEMICOLON or second != _SEMICOLON:
        raise _unseparated(data, number, start, after, first)
    end = body + size
    if not data.startswith(_CLOSE, end):
        raise _unclosed(data, number, start, end, size)
    return key, name, kind, data[body:end], end + 2 - start


def _aligned(data: bytes, begin: int, number: int, start: int, what: str) -> int:
    """Where the name that begins at `begin` ends: at the first NUL code unit, which a semicolon must follow."""
    at = data.find(_NAME_END, begin)
    while at >= 0 and (at - begin) & 1:
        at = data.find(_NAME_END, at + 1)
    if at < 0:
        nul = _first_nul(data, begin)
        if nul < 0:
            raise _cut(data, number, start, what)
        raise _expected(data, number, start, nul + 2, f"';' after the {what}")
    return at


def _first_nul(data: bytes, begin: int) -> int:
    at = data.find(b"\0\0", begin)
    while at >= 0 and (at - begin) & 1:
        at = data.find(b"\0\0", at + 1)
    return at


def _name(raw: bytes, begin: int, number: int, start: int, what: str) -> str:
    """The text of a key or value name. A NUL in it means that no semicolon followed the name's own end."""
    text = _text(raw)
    if "\0" in text:
        nul = begin + len(text[: text.index("\0")].encode("utf-16-le", "surrogatepass"))
        raise ReadError(
            "RD002",
            f"record {number} (from byte {start}): expected ';' after the {what} at byte {nul + 2}",
            ByteAt(nul + 2),
        )
    return text


@lru_cache(maxsize=1 << 14)
def _text(raw: bytes) -> str:
    """The text of a name; policies of an estate have the same ones over and over."""
    try:
        return utf_16_le_decode(raw, "strict", True)[0]  # final: else half a pair at the end is dropped in silence
    except UnicodeDecodeError:
        return utf_16_le_decode(raw, "surrogatepass", True)[0]


def _unopened(data: bytes, number: int, start: int) -> ReadError:
    return _expected(data, number, start, start, "'[' at the start of a record")


def _unseparated(data: bytes, number: int, start: int, after: int, first: int) -> ReadError:
    if first != _SEMICOLON:
        return _expected(data, number, start, after + 4, "';' after the type")
    return _expected(data, number, start, after + 10, "';' after the size")


def _unclosed(data: bytes, number: int, start: int, end: int, size: int) -> ReadError:
    if end + 2 > len(data):
        there = len(data) - (end - size)
        return _cut(
            data, number, start, f"data: its size field promises {size} bytes and a ']', {there} bytes are left"
        )
    return _expected(data, number, start, end, f"']' after {size} bytes of data")


def _expected(data: bytes, number: int, start: int, at: int, what: str) -> ReadError:
    if at + 2 > len(data):
        return _cut(data, number, start, what)
    return _damage(
        at, f"record {number} (from byte {start}): expected {what} at byte {at}, found {_found(data, at, 2)}"
    )


def _cut(data: bytes, number: int, start: int, what: str) -> ReadError:
    return _damage(len(data), f"record {number} (from byte {start}): the file ends at byte {len(data)}, in the {what}")


def _damage(at: int, message: str) -> ReadError:
    return ReadError("RD002", message, ByteAt(at))


def _found(data: bytes, at: int, length: int) -> str:
    return data[at : at + length].hex(" ") or "the end of the file"
