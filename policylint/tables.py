"""Tables of a TOML file as values: pydantic holds them against the dataclasses that are their schema.

Importing pydantic takes a tenth of a second, so that is done when there is a table to read. Keys are the names of
fields with hyphens (underscores are taken too); no value is turned into another type.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, cast

if TYPE_CHECKING:
    from pydantic import TypeAdapter, ValidationError
    from pydantic_core import CoreSchema

_T = TypeVar("_T")


class TableError(Exception):
    """What is wrong in a table: a sentence for each thing."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = sentences


def key_of(name: str) -> str:
    """A field as files call it."""
    return name.replace("_", "-")


class Table:
    """What dataclasses inherit that are the schema of a table: how pydantic is to read them."""

    __slots__ = ()
    __pydantic_config__: Mapping[str, object] = {
        "extra": "forbid",
        "populate_by_name": True,
        "alias_generator": key_of,
    }


class _Exactly:
    """Takes values of the type alone, where pydantic would turn others into it."""

    def __get_pydantic_core_schema__(self, source: object, handler: Callable[[object], CoreSchema]) -> CoreSchema:
        schema: Any = {**handler(source), "strict": True}  # every schema that has a lax form takes this key
        return cast("CoreSchema", schema)


Truth = Annotated[bool, _Exactly()]
"""true or false; neither 1 nor "yes"."""


@dataclass(frozen=True)
class Form:
    """Metadata of a text whose values have a form; the sentence says which."""

    pattern: str
    sentence: str

    def __get_pydantic_core_schema__(self, source: object, handler: Callable[[object], CoreSchema]) -> CoreSchema:
        from pydantic_core.core_schema import no_info_after_validator_function

        return no_info_after_validator_function(self._checked, handler(source))

    def _checked(self, text: str) -> str:
        if not re.fullmatch(self.pattern, text):
            raise ValueError(self.sentence)
        return text


def built(kind: type[_T], table: object) -> _T:
    """The value that a table describes. Raises TableError, whose sentences begin with the place in the table."""
    from pydantic import ValidationError

    try:
        return cast(_T, _adapter(cast(Any, kind)).validate_python(table))
    except ValidationError as exc:
        raise TableError(list(_sentences(exc, kind))) from exc


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    from pydantic import TypeAdapter

    return TypeAdapter(kind)


def _sentences(error: ValidationError, kind: type) -> Iterator[str]:
    """One for each thing that is wrong, with "did you mean" for unknown keys."""
    for item in error.errors():
        place = ".".join(f"[{part}]" if isinstance(part, int) else str(part) for part in item["loc"]).replace(".[", "[")
        if item["type"] in ("extra_forbidden", "unexpected_keyword_argument"):
            near = difflib.get_close_matches(str(item["loc"][-1]), _keys(kind), 1)
            yield f"unknown key {place}" + (f"; did you mean '{near[0]}'?" if near else "")
        else:
            wrong = item["msg"].removeprefix("Value error, ")
            yield (f"{place}: " if place else "") + f"{wrong[0].lower()}{wrong[1:]}, got {item['input']!r}"


def _keys(kind: type) -> list[str]:
    """Every key of a table and of the tables inside it."""
    schema = _adapter(cast(Any, kind)).json_schema(by_alias=True)
    tables = [schema, *schema.get("$defs", {}).values()]
    return sorted({key for table in tables for key in table.get("properties", {})})
