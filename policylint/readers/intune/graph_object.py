"""One Graph object found in a file, and what became of it: the values that the Intune readers hand each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from policylint.evidence import Evidence, JsonAt, LineAt
from policylint.frozen import plain, quickly_built
from policylint.model import Group, Policy, Problem
from policylint.readers.json import pointer
from policylint.readers.source import Source

Body = Mapping[str, Any]


@quickly_built
@dataclass(frozen=True, slots=True)
class Item:
    """A Graph object, or what a tool made of it: an export page of settings, a bare array of template values."""

    source: Source
    body: Body
    pointer: str = ""
    sealed: bool = False
    """`pointer` is all there is to point at: the object was JSON inside a string, or was put together here."""
    collection: str = ""
    """The Graph collection it came from, as far as the wrapper tells: `configurationPolicies`, `groups` …"""
    settings_at: str = "/settings"
    """Where its settings stand: a page of settings has them in `value`, a bare array is nothing else."""
    drops_empty: bool = False
    """The tool that wrote it (IntuneCD) leaves `assignments` out when there are none."""
    lines: Mapping[str, int] | None = None
    """The line of each value by its pointer, where the file is no JSON (YAML, PowerShell DSC)."""

    def at(self, *parts: str | int) -> Evidence:
        """Evidence at a member of the object."""
        return self.below(pointer(*parts))

    def below(self, inside: str) -> Evidence:
        """Evidence at a pointer that begins at the object."""
        place = self.pointer if self.sealed else self.pointer + inside
        if self.lines is None:
            return _evidence(self.source.path, _json_at(place))
        return _evidence(self.source.path, LineAt(_line(place, self.lines)))

    @property
    def name(self) -> str:
        """What the export calls it; else the file's name, with the object's number where the file holds several."""
        key = self.name_key
        if key is not None:
            return str(self.body[key])
        stem = self.source.path.rpartition("/")[2].rpartition(".")[0] or self.source.path
        return f"{stem} {self.pointer}" if self.pointer else stem

    @property
    def name_key(self) -> str | None:
        """The member that holds the name. Policies of the settings catalog have `name`, all others `displayName`."""
        return next((key for key in _NAMES if isinstance(self.body.get(key), str) and self.body[key]), None)

    @property
    def id(self) -> str:
        """The Graph id, or the name where the export carries none."""
        own = self.body.get("id")
        return own if isinstance(own, str) and own else self.name

    @property
    def named(self) -> Evidence:
        """Evidence at the name."""
        key = self.name_key
        return self.at() if key is None else self.at(key)


_evidence, _json_at = plain(Evidence), plain(JsonAt)


def _line(place: str, lines: Mapping[str, int]) -> int:
    """The line of the value, or of the nearest thing around it that has one."""
    while place and place not in lines:
        place = place.rpartition("/")[0]
    return lines.get(place, 1)


_NAMES = ("name", "displayName", "Displayname", "DisplayName")


@quickly_built
@dataclass(frozen=True, slots=True)
class Found:
    """What one object is: `kind` in words, a policy, or the reason why there is none, and facts for other policies."""

    kind: str
    reason: str = ""
    policy: Policy | None = None
    problems: tuple[Problem, ...] = ()
    groups: tuple[Group, ...] = ()
    filters: tuple[tuple[str, str], ...] = ()
    """Assignment filters that it describes: id and name."""
    tenants: tuple[str, ...] = ()


def not_evaluated(item: Item, kind: str) -> Found:
    """A Windows object whose kind is known, but whose settings are not read: the user is told (RD010)."""
    message = f'{kind} "{item.name}" is recognised, but not evaluated yet'
    return Found(kind, "not evaluated yet", problems=(Problem("RD010", message, item.named),))


def each(value: object, at: str) -> list[tuple[Body, str]]:
    """The objects of an array with their pointers; a single object where PowerShell unrolled an array of one."""
    if isinstance(value, list):
        return [(child, f"{at}/{index}") for index, child in enumerate(value) if type(child) is dict]
    return [(value, at)] if isinstance(value, dict) else []


def objects(value: object) -> list[Body]:
    """The same without the pointers."""
    if isinstance(value, list):
        return [child for child in value if type(child) is dict]
    return [value] if isinstance(value, dict) else []
