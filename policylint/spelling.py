"""Values as people read them, the same in excerpts and in every report."""

from __future__ import annotations

from policylint.masks import MASK
from policylint.model import Value

LONGEST = 64
"""Characters of a value that are shown; of binary data a third as many bytes."""


def spelled(value: Value) -> str:
    """Strings quoted, lists in brackets, bytes in hexadecimal, long ones cut; a masked value stays a bare mask."""
    match value:
        case None:
            return "(nothing)"
        case bool():
            return str(value).lower()
        case int():
            return str(value)
        case bytes():
            return _hexadecimal(value)
        case str():
            return value if value == MASK else f'"{_cut(value)}"'
        case _:
            return f"[{_items(value)}]"


def _hexadecimal(data: bytes) -> str:
    if not data:
        return "(no data)"
    shown = data[: LONGEST // 3]
    return shown.hex(" ") + (f" … ({len(data)} bytes)" if len(shown) < len(data) else "")


def _items(values: tuple[str, ...]) -> str:
    """As many of the strings as fit, at least one, and how many more there are."""
    shown: list[str] = []
    for item in values:
        if shown and len(", ".join(shown)) + len(item) > LONGEST:
            return f"{', '.join(shown)}, … {len(values) - len(shown)} more"
        shown.append(spelled(item))
    return ", ".join(shown)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
