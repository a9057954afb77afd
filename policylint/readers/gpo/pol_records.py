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
_NEXT = b"]\0[\0"
_NAME_END = b"\0\0;\0"
"""The NUL that ends a name and the semicolon after it."""
_SEMICOLON = 0x3B
_TYPE_AND_SIZE = Struct("<IHIH")


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
    find, unpack, starts, add, length = data.find, _TYPE_AND_SIZE.unpack_from, data.startswith, found.append, len(data)
    new = tuple.__new__  # what Record(…) calls, without the call of Python code in between
    raw_key, key, number, start, fields = b"", "", 1, HEADER, _TYPE_AND_SIZE.size
    opened = starts(_OPEN, HEADER)
    while start < length:
        if not opened:
            raise _unopened(data, number, start)
        key_end = find(_NAME_END, start + 2)
        if key_end < 0 or (key_end - start) & 1:
            key_end = _aligned(data, start + 2, number, start, "key")
        raw = data[start + 2 : key_end]
        if raw != raw_key:
            raw_key, key = raw, _name(raw, start + 2, number, start, "key")
        name_start = key_end + 4
        name_end = find(_NAME_END, name_start)
        if name_end < 0 or (name_end - start) & 1:
            name_end = _aligned(data, name_start, number, start, "value name")
        name = _name(data[name_start:name_end], name_start, number, start, "value name")
        after = name_end + 4
        body = after + fields
        if body > length:
            raise _cut(data, number, start, "type and size")
        kind, first, size, second = unpack(data, after)
        if first != _SEMICOLON or second != _SEMICOLON:
            raise _unseparated(data, number, start, after, first)
        end = body + size
        opened = starts(_NEXT, end)
        if not opened and not starts(_CLOSE, end):
            raise _unclosed(data, number, start, end, size)
        add(new(Record, (number, key, name, kind, data[body:end], start, end + 2)))
        start = end + 2
        number += 1


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
