"""JSON as Intune tools write it: UTF-8 or UTF-16, with or without a byte-order mark, sometimes JSON only by name.

RFC 8259 with what Python's parser adds taken away again: NaN and Infinity are refused, and so is half of a surrogate
pair, which no report could be written with. A key that stands twice in one object is legal JSON whose meaning is
undefined (RFC 8259, 4); the last one counts here, as in PowerShell and in Graph, and the place is told.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Any, NoReturn

from policylint.errors import ReadError
from policylint.evidence import LineAt
from policylint.frozen import quickly_built
from policylint.readers.source import decode

MAX_DEPTH = 100
"""Deeper documents are refused: the deepest real export nests 21 levels, and readers recurse into settings."""

_CONSTANT = re.compile(r'"(?:[^"\\]|\\.)*+"|(-?Infinity|NaN)')
_SURROGATE = re.compile(r"\\[uU][dD][89a-fA-F]")
"""JSON has no `\\U`; but a pattern that begins with one plain character, not two, is looked for in half of the time."""
_WORD = 64
"""A text of this length without brackets is remembered with what it says."""
_FIRST_MEMBER = re.compile(r"[{\[]\r?\n( *)\S")


_Repeated = tuple[dict[str, object], tuple[str, ...]]


@quickly_built
@dataclass(frozen=True, slots=True)
class Document:
    """A parsed file: its value, the pointers of keys that stand twice, and how far its first member is indented."""

    value: object
    duplicates: tuple[str, ...] = ()
    indent: int | None = None


def load(data: bytes) -> Document:
    """Reads a file's bytes. Raises ReadError: RD004 (with line and column), RD005, RD007."""
    return loads(decode(data))


def loads(text: str) -> Document:
    """Reads JSON text. Raises ReadError: RD004 (with line and column), RD005 (half a surrogate pair), RD007 (depth)."""
    if len(text) <= _WORD and "{" not in text and "[" not in text:
        return _word(text)
    value, twice = _parse(text)
    _check_depth(value)
    if "\\" in text and _SURROGATE.search(text):
        _check_surrogates(value)
    repeated = {id(built): keys for built, keys in twice}
    return Document(value, tuple(_pointers(value, repeated)) if repeated else (), _indent(text))


@lru_cache(maxsize=1 << 12)
def _word(text: str) -> Document:
    """A text without objects and arrays: most settings of an intent are one, over and over."""
    value, _ = _parse(text)
    if _SURROGATE.search(text):
        _check_surrogates(value)
    return Document(value)


def pointer(*parts: str | int) -> str:
    """An RFC 6901 pointer, its parts escaped."""
    if len(parts) == 1 and isinstance(part := parts[0], str):
        return step(part)
    return "".join([f"/{part}" if isinstance(part, int) else step(part) for part in parts])


@lru_cache(maxsize=1 << 12)
def step(part: str) -> str:
    """The pointer to one member."""
    return f"/{part.replace('~', '~0').replace('/', '~1')}" if "~" in part or "/" in part else f"/{part}"


class _TwiceError(Exception):
    """A key stands twice in one object."""


class _ConstantError(Exception):
    """A number that JSON does not have; its text is the argument."""


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    built = dict(pairs)
    if len(built) != len(pairs):
        raise _TwiceError
    return built


def _refuse(constant: str) -> NoReturn:
    raise _ConstantError(constant)


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_refuse)


def _parse(text: str) -> tuple[object, list[_Repeated]]:
    """The value, and the objects in which a key stands twice. Raises ReadError (RD004, RD007)."""
    twice: list[_Repeated] = []

    def collect(pairs: list[tuple[str, object]]) -> dict[str, object]:
        built = dict(pairs)
        if len(built) != len(pairs):
            counts = Counter(key for key, _ in pairs)
            twice.append((built, tuple(key for key in built if counts[key] > 1)))
        return built

    try:
        return _decoded(text, _DECODER), twice
    except _TwiceError:
        return _decoded(text, json.JSONDecoder(object_pairs_hook=collect, parse_constant=_refuse)), twice


def _decoded(text: str, decoder: json.JSONDecoder) -> object:
    try:
        if text.startswith("\ufeff"):
            json.loads(text)  # says what is wrong, which the decoder does not
        value: object = decoder.decode(text)
        return value
    except _ConstantError as exc:
        constant = str(exc)
        found = next(match for match in _CONSTANT.finditer(text) if match[1] == constant)
        message = f"not valid JSON: {constant} is not a JSON number"
        raise ReadError("RD004", message, _line_at(text, found.start())) from exc
    except json.JSONDecodeError as exc:
        raise ReadError("RD004", _explain(text, exc), LineAt(exc.lineno, exc.colno)) from exc
    except RecursionError as exc:
        raise ReadError("RD007", f"nested deeper than {MAX_DEPTH} levels") from exc
    except ValueError as exc:  # Python refuses to convert integers of more than 4300 digits
        raise ReadError("RD004", "not valid JSON: a number of more than 4300 digits") from exc


def _explain(text: str, exc: json.JSONDecodeError) -> str:
    if not text.strip():
        return "not valid JSON: the file is empty"
    if text.startswith(("//", "/*"), exc.pos):
        return "not valid JSON: comments are not part of JSON"
    return f"not valid JSON: {exc.msg[:1].lower()}{exc.msg[1:]}"


def _line_at(text: str, offset: int) -> LineAt:
    return LineAt(text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset))


def _check_depth(value: object) -> None:
    """Counts levels one after the other: recursion is what is to be avoided."""
    inner: list[Any] = [value]
    for _ in range(MAX_DEPTH + 1):
        objects, arrays = [], []
        for one in inner:
            if type(one) is dict:
                objects.append(one)
            elif type(one) is list:
                arrays.append(one)
        if not objects and not arrays:
            return
        inner = [*chain.from_iterable(map(dict.values, objects)), *chain.from_iterable(arrays)]
    raise ReadError("RD007", f"nested deeper than {MAX_DEPTH} levels")


def _check_surrogates(value: object) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as exc:
        raise ReadError("RD005", "a \\u escape is half of a surrogate pair, which is no character") from exc


def _pointers(value: object, repeated: dict[int, tuple[str, ...]], at: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        yield from (at + pointer(key) for key in repeated.get(id(value), ()))
        for key, child in value.items():
            yield from _pointers(child, repeated, at + pointer(key))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from _pointers(child, repeated, at + pointer(index))


def _indent(text: str) -> int | None:
    found = _FIRST_MEMBER.match(text)
    return len(found[1]) if found else None
