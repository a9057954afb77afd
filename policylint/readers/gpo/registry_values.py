"""Typed registry data: the names of the types and what their bytes mean (winnt.h, [MS-RRP] 3.1.1.5)."""

from __future__ import annotations

from codecs import utf_16_le_decode
from collections.abc import Callable
from functools import lru_cache
from typing import Literal

from policylint.model import Value

Decoder = Callable[[bytes], Value]

TYPES = {
    0: "REG_NONE",
    1: "REG_SZ",
    2: "REG_EXPAND_SZ",
    3: "REG_BINARY",
    4: "REG_DWORD",
    5: "REG_DWORD_BIG_ENDIAN",
    6: "REG_LINK",
    7: "REG_MULTI_SZ",
    8: "REG_RESOURCE_LIST",
    9: "REG_FULL_RESOURCE_DESCRIPTOR",
    10: "REG_RESOURCE_REQUIREMENTS_LIST",
    11: "REG_QWORD",
}


def type_name(number: int) -> str:
    """`REG_DWORD` for 4; a number without a name is printed in hexadecimal, as regedit does."""
    return TYPES.get(number) or f"0x{number:x}"


def value_of(number: int, data: bytes) -> Value:
    """The value of typed data: int, str without its NUL, tuple of str, or bytes for types that have no other form.

    Raises ValueError with what is wrong (a DWORD of three bytes, text of odd length), one phrase without the type.
    """
    decode = DECODERS.get(number)
    return data if decode is None else decode(data)


def _integer(size: int, order: Literal["big", "little"]) -> Callable[[bytes], int]:
    @lru_cache(maxsize=1024)  # nearly all are 0 or 1
    def decode(data: bytes) -> int:
        if len(data) != size:
            raise ValueError(f"holds {len(data)} bytes, not {size}")
        return int.from_bytes(data, order)

    return decode


def _text(data: bytes) -> str:
    """Text up to its final NUL. Windows writes one and does not need one."""
    if len(data) & 1:
        raise ValueError(f"holds {len(data)} bytes, and UTF-16 text has an even number")
    try:
        return utf_16_le_decode(data, "strict", True)[0].rstrip("\0")
    except UnicodeDecodeError as exc:
        raise ValueError(f"is not valid UTF-16 at byte {exc.start} of its data") from exc


def _strings(data: bytes) -> tuple[str, ...]:
    """NUL-separated strings; the list ends at the end of the data, however many NULs stand there."""
    text = _text(data)
    return tuple(text.split("\0")) if text else ()


DECODERS: dict[int, Decoder] = {
    1: _text,
    2: _text,
    4: _integer(4, "little"),
    5: _integer(4, "big"),
    6: _text,
    7: _strings,
    11: _integer(8, "little"),
}
"""How data of a type are read; each raises ValueError as `value_of` does."""
