"""Tables of a TOML file as values: a dataclass is the schema of its table, and what does not fit is told in sentences.

Keys are the names of fields with hyphens (underscores are taken too). A type is text, a truth value, one of some words,
a table, a list of one of these, or several that may be there; no value is turned into another type.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

_T = TypeVar("_T")
_TYPES = {str: "a valid string", bool: "a valid boolean"}


class TableError(Exception):
    """What is wrong in a table: a sentence for each thing."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = sentences


def written(form: str, sentence: str) -> Mapping[str, object]:
    """The metadata of a text field whose values have a form; the sentence says which."""
    return {"form": re.compile(form), "sentence": sentence}


def built(kind: type[_T], table: object) -> _T:
    """The value that a table describes. Raises TableError, whose sentences begin with the place in the table."""
    reader = _Reader(kind)
    value = reader.value(kind, table, "")
    if reader.wrong:
        raise TableError(reader.wrong)
    return cast(_T, value)


def key_of(field: Field[Any]) -> str:
    """A field as files call it."""
    return field.name.replace("_", "-")


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _keys(kind: object) -> set[str]:
    """Every key of a table and of the tables inside it."""
    if isinstance(kind, type) and is_dataclass(kind):
        inner = set[str]().union(*map(_keys, _hints(kind).values()))
        return {key_of(field) for field in fields(kind)} | inner
    return set[str]().union(*map(_keys, get_args(kind)))


def _any_of(words: tuple[str, ...]) -> str:
    quoted = [repr(word) for word in words]
    return " or ".join(part for part in (", ".join(quoted[:-1]), quoted[-1]) if part)


class _Reader:
    """Builds values, and notes what is wrong on the way."""

    def __init__(self, root: type) -> None:
        self._root = root
        self.wrong: list[str] = []

    def value(self, hint: Any, value: object, place: str) -> object:
        """The value at a place as its type; whatever, once something is wrong."""
        origin = get_origin(hint)
        if origin in (Union, UnionType):
            return self._one_of([one for one in get_args(hint) if one is not NoneType], value, place)
        if origin is Literal:
            return self._checked(value in get_args(hint), value, place, _any_of(get_args(hint)))
        if origin is list:
            items = cast(list[object], self._checked(type(value) is list, value, place, "a valid list") or [])
            (item,) = get_args(hint)
            return [self.value(item, one, f"{place}[{number}]") for number, one in enumerate(items)]
        if is_dataclass(hint):
            return self._table(cast(type, hint), value, place)
        return self._checked(type(value) is hint, value, place, _TYPES[hint])

    def _checked(self, right: bool, value: object, place: str, what: str) -> object:
        if not right:
            self._tell(place, f"input should be {what}", value)
        return value if right else None

    def _one_of(self, kinds: list[Any], value: object, place: str) -> object:
        """One of several types, nothing being right wherever it may stand."""
        if value is None or len(kinds) == 1:
            return None if value is None else self.value(kinds[0], value, place)
        before = len(self.wrong)
        for kind in kinds:
            so_far = len(self.wrong)
            label = f"literal[{_any_of(get_args(kind))}]" if get_origin(kind) is Literal else kind.__name__
            found = self.value(kind, value, f"{place}.{label}")
            if len(self.wrong) == so_far:
                del self.wrong[before:]
                return found
        return None

    def _table(self, kind: type, value: object, place: str) -> object:
        if not isinstance(value, dict):
            return self._checked(False, value, place, f"a valid dictionary or instance of {kind.__name__}")
        before, given, lead = len(self.wrong), dict(value), f"{place}." if place else ""
        arguments = {}
        for field in fields(kind):
            name = key_of(field) if key_of(field) in given else field.name
            if name in given:
                arguments[field.name] = self._field(kind, field, given.pop(name), lead + name)
            elif field.default is MISSING and field.default_factory is MISSING:
                self._tell(lead + key_of(field), "field required", value)
        for unknown in given:
            near = difflib.get_close_matches(str(unknown), sorted(_keys(self._root)), 1)
            self.wrong.append(f"unknown key {lead}{unknown}" + (f"; did you mean '{near[0]}'?" if near else ""))
        return kind(**arguments) if len(self.wrong) == before else None

    def _field(self, kind: type, field: Field[Any], value: object, place: str) -> object:
        found = self.value(_hints(kind)[field.name], value, place)
        form: re.Pattern[str] | None = field.metadata.get("form")
        if form and isinstance(found, str) and not form.fullmatch(found):
            self._tell(place, field.metadata["sentence"], value)
        return found

    def _tell(self, place: str, sentence: str, value: object) -> None:
        self.wrong.append((f"{place}: " if place else "") + f"{sentence}, got {value!r}")
