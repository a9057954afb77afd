"""Frozen values that are cheap to build: there are tens of thousands of claims, each with its place in a file.

A frozen dataclass sets its fields one by one through `object.__setattr__`, which is what most of building one costs. A
draft of the same slots that is not frozen takes them at a fraction of that, and then becomes the value by changing its
class, which Python allows between classes of one layout.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, fields
from operator import attrgetter
from typing import Any, ParamSpec, TypeVar, cast

T = TypeVar("T")
P = ParamSpec("P")

_PLAIN: dict[object, tuple[str, dict[str, Any]]] = {}
"""By class the text of its plain function, and what the text needs."""


def quickly_built(cls: type[T]) -> type[T]:
    """A dataclass with `frozen=True, slots=True` that takes a third of the time to build; all else stays as it was.

    Raises TypeError for a class with default factories, fields that are not given, or a `__post_init__`: what those ask
    for is not done.
    """
    parts = fields(cls)  # type: ignore[arg-type]  # said in the docstring; a TypeVar cannot be bound to dataclasses
    if hasattr(cls, "__post_init__") or any(p.default_factory is not MISSING or not p.init for p in parts):
        raise TypeError(f"{cls.__name__} is not built from its arguments alone")
    names = [part.name for part in parts]
    draft = type(f"_{cls.__name__}Draft", (), {"__slots__": tuple(names)})
    given = ", ".join(name if p.default is MISSING else f"{name}=_{name}" for name, p in zip(names, parts, strict=True))
    body = "".join(f"    draft.{name} = {name}\n" for name in names)
    rest = f"{given}):\n    draft = _draft()\n{body}    draft.__class__ = cls\n    return draft\n"
    space: dict[str, Any] = {"_draft": draft, "cls": cls}
    space |= {f"_{p.name}": p.default for p in parts}
    exec(f"def __new__(cls, {rest}", space)  # noqa: S102  # made of names of fields, as dataclasses make their methods
    _PLAIN[cls] = f"def plain({rest}", space
    build = space["__new__"]
    build.__annotations__ = cls.__init__.__annotations__
    build.__qualname__ = f"{cls.__qualname__}.__new__"
    cls.__new__ = build  # type: ignore[method-assign]
    del cls.__init__  # else its fields would be set twice
    values = attrgetter(*names) if len(names) > 1 else lambda self: (getattr(self, *names),)
    cls.__reduce__ = lambda self: (cls, values(self))  # type: ignore[method-assign]  # pickle would set them twice too
    return cls


def changing(cls: type[T], *names: str) -> Callable[..., T]:
    """The function that makes a value like another, but for these fields: `changing(C, "a", "b")(value, a, b)`.

    It is what `dataclasses.replace` does, for loops. Raises KeyError for a class that is not quickly built.
    """
    make = plain(cls)
    parts = ", ".join(part.name if part.name in names else f"value.{part.name}" for part in fields(cls))  # type: ignore[arg-type]  # as above
    space: dict[str, Any] = {"make": make}
    exec(f"def changed(value, {', '.join(names)}):\n    return make({parts})\n", space)  # noqa: S102  # as above
    return cast("Callable[..., T]", space["changed"])


def plain(cls: Callable[P, T]) -> Callable[P, T]:
    """The function that makes values of a quickly built class, for loops over thousands: calling a class costs more.

    Raises KeyError for any other class.
    """
    text, space = _PLAIN[cls]
    exec(text, space)  # noqa: S102  # as above
    return cast("Callable[P, T]", space["plain"])
