"""Template profiles (Graph `deviceConfigurations` of every `windows…Configuration` type).

A profile is one flat object that states every property of its type; `policylint.catalogue.template_properties` says
what configures nothing and which CSP node is behind a property. A value goes under its node only where it is known what
Graph's word becomes there; else it keeps its Graph name, `graph:entity/property`, so that two templates still compare
and a word of Graph is never compared with a number of a CSP. Members of an object are `object.member`.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from policylint.catalogue import template_properties
from policylint.catalogue.template_properties import Property
from policylint.frozen import plain as plain_function
from policylint.frozen import quickly_built
from policylint.model import Claim, PolicyKind, Problem, Scope, SettingId, Value, csp, named
from policylint.readers.intune.graph_object import Found, Item
from policylint.readers.intune.policy import policy
from policylint.readers.json import pointer, step

_ABOUT = frozenset(
    (
        "id",
        "name",
        "displayname",
        "description",
        "version",
        "createddatetime",
        "lastmodifieddatetime",
        "rolescopetagids",
        "supportsscopetags",
        "assignments",
        "groupassignments",
        "isassigned",
        "type",
        "guid",
        "devicestatuses",
        "userstatuses",
        "devicestatusoverview",
        "userstatusoverview",
        "devicesettingstatesummaries",
        "deviceconfigurationstate",
        "scheduledactionsforrule",
        "priority",
        "devicemanagementapplicabilityruleosedition",
        "devicemanagementapplicabilityruleosversion",
        "devicemanagementapplicabilityruledevicemode",
        "platforms",
        "technologies",
        "settingcount",
    )
)
"""Members of every Graph policy, which are about the object and set nothing."""

_REPORTED = re.compile(r"(PauseExpiryDateTime|RollbackStartDateTime|EndOfSupportDate)$", re.IGNORECASE)
"""What the service writes into update profiles and nobody configures."""

_MASK = re.compile(r"\*{3,}")
_NO_DATE = "0001-01-01T00:00:00Z"
_ALTERNATIVES = frozenset({"installationSchedule"})
"""Properties whose object may be of several types: which one it is, is a setting too. Intents tell it for all."""

_ROW_NAMES = ("displayName", "name", "id", "key", "serverPath", "packageFamilyName", "appUserModelId", "path")
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Unknown:
    """A configured property that no table knows."""

    name: str


Part = Claim | Problem | Unknown


@quickly_built
@dataclass(frozen=True, slots=True)
class Stated:
    """One property as a file states it: `origin` is what the file calls it, `at` the pointer to its value."""

    item: Item
    entity: str
    name: str
    value: object
    origin: str
    at: str
    sealed: bool = False
    """The value is JSON inside a string, which is as near as evidence comes to its members."""
    chosen: bool = False
    """Somebody chose the value: it is no default that a template states for want of anything else."""

    def part(self, name: str, value: object, origin: str, at: str) -> Stated:
        """A part of the value, or what stands for it."""
        return Stated(self.item, self.entity, name, value, origin, at, self.sealed, self.chosen)

    def below(self, part: str | int) -> str:
        """The pointer to a part of the value."""
        return self.at if self.sealed else self.at + pointer(part)


def read(item: Item, label: str, kind: PolicyKind) -> Found:
    """A template profile as claims. Problems: RD012 (counts properties that no table knows), RD015 (masked values)."""
    entity = str(item.body.get("@odata.type", "")).rpartition(".")[2]
    found = _parts(item, entity)
    if kind == "update":  # what the update service does is no CSP: Graph's names are all there is
        found = (part for part in found if not isinstance(part, Unknown))
    return policy(item, label, kind, counted(item, found))


def _parts(item: Item, entity: str) -> Iterator[Part]:
    for name, value in properties(item):
        if not is_silent(entity, name, value):
            yield from parts(Stated(item, entity, name, value, f"{entity}.{name}", step(name)))


def properties(item: Item) -> list[tuple[str, object]]:
    """The members of an object that may set something: without OData's remarks and what every policy has."""
    return [(name, value) for name, value in item.body.items() if _may_set(name)]


@lru_cache(maxsize=1 << 14)
def _may_set(name: str) -> bool:
    return "@" not in name and "#" not in name and name.casefold() not in _ABOUT and not _REPORTED.search(name)


def counted(item: Item, found: Iterable[Part]) -> list[Claim | Problem]:
    """Claims and problems as they come, then one problem (RD012) that counts the unknown properties."""
    read = list(found)
    unknown = [part.name for part in read if isinstance(part, Unknown)]
    kept = _once([part for part in read if not isinstance(part, Unknown)])
    if unknown:
        count = f"{len(unknown)} settings" if len(unknown) > 1 else "1 setting"
        names = ", ".join(unknown[:_SHOWN]) + (" and others" if len(unknown) > _SHOWN else "")
        message = f'{count} of "{item.name}" cannot be mapped to a CSP, because no table knows the property: {names}'
        kept.append(Problem("RD012", message, item.named, item.id))
    return kept


def _once(parts: list[Claim | Problem]) -> list[Claim | Problem]:
    """The parts; what several choices of one dialog each say, that its policy is enabled, once."""
    claims = [part for part in parts if isinstance(part, Claim)]
    if len({(claim.setting.key, claim.value) for claim in claims}) == len(claims):
        return parts
    places = Counter(claim.evidence for claim in claims)
    enabled: set[tuple[SettingId, Scope, Value]] = set()
    kept = []
    for part in parts:
        if isinstance(part, Claim) and places[part.evidence] > 1:
            stated = (part.setting, part.scope, part.value)
            if stated in enabled:
                continue
            enabled.add(stated)
        kept.append(part)
    return kept


def is_silent(entity: str, name: str, value: object, chosen: bool = False) -> bool:
    """Whether a property with that value configures nothing; `chosen` as in `Stated`."""
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return _is_silent(entity, name, value, chosen)
    known = template_properties.lookup(entity, name)
    return known.says_nothing(value, chosen) if known else template_properties.says_nothing(value)


@lru_cache(maxsize=1 << 14)
def _is_silent(entity: str, name: str, value: bool | str | None, chosen: bool) -> bool:
    known = template_properties.lookup(entity, name)
    silent = known.says_nothing(value, chosen) if known else template_properties.says_nothing(value)
    return silent or value == _NO_DATE


def parts(stated: Stated) -> Iterator[Part]:
    """What one property claims that is not silent. Objects are taken apart into their members."""
    value = stated.value
    known = template_properties.lookup(stated.entity, stated.name)
    if isinstance(value, dict):
        chosen = value.get("$implementationId") or (value.get("@odata.type") if stated.name in _ALTERNATIVES else None)
        if isinstance(chosen, str):
            choice = re.split(r"\.|--", chosen)[-1]
            yield claim(stated.part(stated.name, choice, stated.origin, stated.at), None)
        yield from _right(stated, known, value) if known and known.kind == "right" else _members(stated, value)
    elif isinstance(value, str) and value.startswith("***") and _MASK.fullmatch(value):
        message = f"the value of {stated.origin} is masked in the export: it is not compared"
        yield Problem("RD015", message, stated.item.below(stated.at), stated.item.id)
    elif isinstance(value, list) and any(isinstance(one, dict) for one in value):
        yield from _rows(stated, value)
    else:
        yield from claims(stated, known)
        if known is None and not _in_known_object(stated):
            yield Unknown(stated.name)


def _members(stated: Stated, value: Mapping[str, object]) -> Iterator[Part]:
    for member, told in value.items():
        name = f"{stated.name}.{member}"
        if "@" in member or "#" in member or "$" in member or is_silent(stated.entity, name, told, stated.chosen):
            continue
        yield from parts(stated.part(name, told, f"{stated.origin}.{member}", stated.below(member)))


def _in_known_object(stated: Stated) -> bool:
    """Members are known with the object they are in, or by themselves where the portal shows them so."""
    names = stated.name.split(".")
    outer = [".".join(names[:n]) for n in range(1, len(names))]
    return any(template_properties.lookup(stated.entity, name) is not None for name in (*outer, names[-1]))


def _rows(stated: Stated, rows: list[object]) -> Iterator[Part]:
    """A list of objects: each is one setting, named by the member that names it, else by its number."""
    taken: dict[str, int] = {}
    for index, row in enumerate(rows):
        members = row if isinstance(row, dict) else {}
        own = next((str(members[key]) for key in _ROW_NAMES if isinstance(members.get(key), str)), str(index))
        count = taken[own.casefold()] = taken.get(own.casefold(), 0) + 1
        own = own if count == 1 else f"{own}#{count}"
        name, origin = f"{stated.name}/{own}", f"{stated.origin}/{own}"
        yield claim(stated.part(name, row, origin, stated.below(index)), None)
    if template_properties.lookup(stated.entity, stated.name) is None and not _in_known_object(stated):
        yield Unknown(stated.name)


def claim(stated: Stated, known: Property | None) -> Claim:
    """The claim of a configured property under its Graph name."""
    entity, name = (known.entity, known.name) if known else (stated.entity, stated.name)
    return _claim(stated, named("graph", entity, name), Scope.DEVICE, plain(stated.value))


def claims(stated: Stated, known: Property | None) -> list[Claim]:
    """The claims of a configured property: under its CSP node where the value is known there, else its Graph name."""
    value = plain(stated.value)
    made = _meant(stated.entity, stated.name, type(value).__name__, value) if known else None
    if made is None:
        return [claim(stated, known)]
    return [_claim(stated, setting, scope, told) for setting, scope, told in made]


@lru_cache(maxsize=1 << 14)
def _meant(entity: str, name: str, type_: str, value: Value) -> tuple[tuple[SettingId, Scope, Value], ...] | None:
    """What a property with that value sets at its CSP node; None where that is not known.

    A choice in the dialog of an administrative template is two: the policy's state, and the element below its node.
    """
    known = template_properties.lookup(entity, name)
    written = known.written(value) if known else None
    if known is None or written is None:
        return None
    node, scope = known.node, Scope.USER if known.node.startswith("./User/") else Scope.DEVICE
    return tuple((csp(f"{node}/{element}" if element else node), scope, told) for element, told in written.items())


def _claim(stated: Stated, setting: SettingId, scope: Scope, value: Value) -> Claim:
    type_, evidence = _TYPES.get(type(value), "String"), stated.item.below(stated.at)
    return _made(setting, scope, value, type_, evidence, False, False, stated.origin)


_made = plain_function(Claim)
_TYPES: Mapping[type, str] = {bool: "Boolean", int: "Integer", tuple: "Collection"}


def _right(stated: Stated, known: Property, value: Mapping[str, object]) -> Iterator[Part]:
    """A user right: who has it, where the profile gives it to somebody; else its members by their Graph names."""
    listed = value.get("localUsersOrGroups")
    rows = [row for row in listed if isinstance(row, dict)] if isinstance(listed, list) else []
    names = [row.get("securityIdentifier") or row.get("name") for row in rows]
    if value.get("state") == "allowed" and names and all(isinstance(name, str) for name in names):
        yield _claim(stated, csp(known.node), Scope.DEVICE, tuple(map(str, names)))
    else:
        yield from _members(stated, value)


_SCALARS = frozenset((str, bool, int, type(None)))


def plain(value: object) -> Value:
    """A JSON value as a setting's value: arrays as lists of text, objects as JSON without OData's remarks."""
    if type(value) in _SCALARS:
        return value  # type: ignore[return-value]  # by its type
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, list):
        return tuple(one if isinstance(one, str) else json.dumps(_bare(one), sort_keys=True) for one in value)
    return json.dumps(_bare(value), sort_keys=True, ensure_ascii=False)


def _bare(value: object) -> object:
    if isinstance(value, dict):
        return {key: _bare(one) for key, one in value.items() if "@odata" not in key and one is not None}
    return [_bare(one) for one in value] if isinstance(value, list) else value
