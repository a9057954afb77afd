"""Rows of repeated groups of the settings catalog (firewall rules, elements of lists), and what tells one from others.

Two rows are two settings, and the row's number means nothing: the row's own key stands in the names of its settings.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from policylint.readers.intune.graph_object import Body, objects

_PLACEHOLDER = re.compile(r"\{[^}]*\}$")
_KEYS = ("key", "name", "id", "desc")
"""Children that name their row, strongest first; a placeholder at the end of the group's id comes before them."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a repeated group: `key` tells it from its sisters."""

    group: str
    key: str
    pairs: bool
    """The row is a name and a value, as in an ADMX list: the key alone names the setting."""

    def place(self, text: str) -> str:
        """The name of a setting in this row: the key stands for the placeholder, or behind the group's name."""
        if self.pairs:
            return f"{self.group}/{self.key}"
        placeholder = _PLACEHOLDER.search(self.group)
        if placeholder is not None and text.startswith(self.group):
            return self.group[: placeholder.start()] + self.key + text[len(self.group) :]
        if text.casefold().startswith((f"{self.group}/".casefold(), f"{self.group}_".casefold())):
            return f"{self.group}/{self.key}/{text[len(self.group) + 1 :]}"
        return f"{text}/{self.key}"


Rows = tuple[Row, ...]


def placed(text: str, rows: Sequence[Row]) -> str:
    """The name of a setting in these rows, outermost first."""
    for row in rows:
        text = row.place(text)
    return text


def keys(group: str, rows: Sequence[Body]) -> list[str]:
    """A key for each row, each once: by name, by first value, or by number."""
    taken: dict[str, int] = {}
    found = []
    for index, row in enumerate(rows):
        key = _key(group, row) or str(index)
        taken[key] = taken.get(key, 0) + 1
        found.append(key if taken[key] == 1 else f"{key}#{taken[key]}")
    return found


def is_pair(group: str, row: Body) -> bool:
    """Whether a row is a name and a value."""
    ids = {str(child.get("settingDefinitionId", "")) for child in objects(row.get("children"))}
    return f"{group}_value" in ids and ids <= {f"{group}_key", f"{group}_value"}


def _key(group: str, row: Body) -> str | None:
    """What tells a row from others: a child that is named as one, in the row or one group further in, else any text."""
    children = objects(row.get("children"))
    texts = {str(child.get("settingDefinitionId", "")).casefold(): _text(child) for child in children}
    stem = group.casefold()
    placeholder = _PLACEHOLDER.search(stem)
    named = ((placeholder[0][1:-1],) if placeholder else ()) + _KEYS
    found = next((text for name in named if (text := texts.get(f"{stem}_{name}"))), None)
    for child in children:
        for inner in objects(child.get("groupSettingCollectionValue")):
            found = found or _key(str(child.get("settingDefinitionId", "")), inner)
    return found or next((text for text in texts.values() if text), None)


def _text(instance: Body) -> str | None:
    """The text of a simple value or of choices, as a key."""
    simple = instance.get("simpleSettingValue")
    if isinstance(simple, dict) and isinstance(simple.get("value"), str | int):
        return None if "secret" in str(simple.get("@odata.type", "")).casefold() else str(simple["value"])
    stem = len(str(instance.get("settingDefinitionId", ""))) + 1
    stated = instance.get("choiceSettingCollectionValue") or instance.get("choiceSettingValue")
    chosen = [str(choice.get("value", ""))[stem:] for choice in objects(stated)]
    return ",".join(chosen) or None
