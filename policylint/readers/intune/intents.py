"""Intents: endpoint security policies and security baselines before 2023, and the `settingsDelta` of Graph's samples.

Each setting names the template property that it sets: `deviceConfiguration--<entity>_<property>`, for members of an
object `deviceConfiguration--<type of the object>_<member>`, for administrative templates `admx--<namespace>_<policy>`
with the elements of the policy as `admx--<namespace><policy>_<element>`. The value is the JSON in `valueJson`; `value`
repeats it for simple types only. Every setting of the template is listed, most of them not configured.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from policylint.errors import ReadError
from policylint.evidence import Evidence
from policylint.frozen import quickly_built
from policylint.model import Claim, Problem, Scope, Value, csp, named
from policylint.readers.intune import identity_protection, templates
from policylint.readers.intune.graph_object import Body, Found, Item, each
from policylint.readers.intune.policy import policy
from policylint.readers.intune.templates import Part, Stated, is_silent, parts, plain
from policylint.readers.json import loads

KIND = "endpoint security intent"

_HELLO = "windowsidentityprotectionconfiguration"
_ENDPOINT = "windows10EndpointProtectionConfiguration"
_POLICY = "./Device/Vendor/MSFT/Policy/Config"
_SILENT: tuple[object, ...] = (None, "", "notConfigured", "userDefined", [], {})

_OBJECTS: Mapping[str, tuple[str, str]] = {
    name.casefold(): (_ENDPOINT, name)
    for name in (
        "bitLockerSystemDrivePolicy",
        "bitLockerFixedDrivePolicy",
        "bitLockerRemovableDrivePolicy",
        "defenderDetectedMalwareActions",
    )
}
"""Types of objects whose property has the type's own name; a firewall profile is told by what it stands in."""


class _Definition(NamedTuple):
    """Where a definition id leads: to whom (`deviceConfiguration`, `admx`), to which entity, and to what in it."""

    source: str
    entity: str
    name: str
    folded: str
    """The entity without case."""


@lru_cache(maxsize=1 << 14)
def _definition(id_: str) -> _Definition:
    """Areas of the Policy CSP have `_` in their names, entities of Graph have not."""
    source, _, path = id_.partition("--")
    source = source.casefold()
    if source != "deviceconfiguration":
        entity, name = path.rpartition("_")[0], id_.rpartition("_")[2]
    else:
        entity, _, name = path.rpartition("_") if "~" in path else path.partition("_")
    return _Definition(source, entity, name, entity.casefold())


@quickly_built
@dataclass(frozen=True, slots=True)
class _Entry:
    """One setting of an intent: where its definition leads, and its value."""

    item: Item
    id: str
    definition: _Definition
    value: object
    at: str
    sealed: bool
    """The value was JSON in a string."""


def read(item: Item) -> Found:
    """An intent as claims. Problems: RD011 (no settings in the export), RD012 (unknown shape or property), RD015."""
    member, at = ("settingsDelta", "/settingsDelta") if "settingsDelta" in item.body else ("settings", item.settings_at)
    stated = each(item.body.get(member), at)
    if not stated:
        message = f'the export of "{item.name}" carries no settings'
        return Found(KIND, "settings lost in the export", problems=(Problem("RD011", message, item.named, item.id),))
    return policy(item, KIND, "intent", templates.counted(item, _parts(item, stated)))


def _parts(item: Item, stated: list[tuple[Body, str]]) -> Iterator[Part]:
    told: list[_Entry] = []
    for setting, place in stated:
        entry = _entry(item, setting, place)
        if isinstance(entry, Problem):
            yield entry
        else:
            told.append(entry)
    named_ = [entry.definition for entry in told if entry.definition.source == "admx"]
    owners = {f"{one.entity}{one.name}".casefold(): f"{one.entity}/{one.name}" for one in named_}
    for entry in told:
        yield from _setting(entry, owners)


def _entry(item: Item, setting: Body, at: str) -> _Entry | Problem:
    """The setting with its value: of `valueJson`, a JSON text, or of `value` in older exports."""
    id_ = setting.get("definitionId")
    if not isinstance(id_, str) or "--" not in id_:
        told = id_ if isinstance(id_, str) and id_ else "a setting without definitionId"
        return Problem("RD012", f"{told} is no setting of a known template", item.below(at), item.id)
    member = "valueJson" if "valueJson" in setting else "value"
    value = setting.get(member)
    sealed = member == "valueJson" and isinstance(value, str)
    if sealed and isinstance(value, str):
        try:
            value = loads(value).value
        except ReadError as exc:
            message = f"the valueJson of {id_} is {exc.message}"
            return Problem("RD012", message, item.below(f"{at}/valueJson"), item.id)
    return _Entry(item, id_, _definition(id_), value, f"{at}/{member}", sealed)


def _setting(entry: _Entry, owners: Mapping[str, str]) -> Iterable[Part]:
    """One setting."""
    definition = entry.definition
    if definition.source == "admx":
        return _administrative(entry, owners)
    if "~" in definition.entity:
        return _area(entry)
    if definition.folded == _HELLO:
        return identity_protection.setting_parts(entry.item, entry.id, definition.name, entry.value, entry.at)
    return _property(entry, "")


def _property(entry: _Entry, outer: str) -> Iterable[Part]:
    """A template property. Nested settings of an object are a list of settings again; else it is plain JSON.

    `outer` is the property that it is a member of.
    """
    entity, name = _OBJECTS.get(entry.definition.folded, (entry.definition.entity, ""))
    entity, outer = (_ENDPOINT, outer) if outer else (entity, name)
    name = f"{outer}.{entry.definition.name}" if outer and entry.definition.name else outer or entry.definition.name
    if isinstance(entry.value, list) and any(isinstance(one, dict) and "definitionId" in one for one in entry.value):
        return [part for setting, place in each(entry.value, entry.at) for part in _inner(entry, name, setting, place)]
    if is_silent(entity, name, entry.value, chosen=True):
        return ()
    return parts(Stated(entry.item, entity, name, entry.value, entry.id, entry.at, entry.sealed, True))


def _inner(entry: _Entry, name: str, setting: Body, place: str) -> Iterable[Part]:
    inner = _entry(entry.item, setting, place)
    return (inner,) if isinstance(inner, Problem) else _property(inner, name)


def _area(entry: _Entry) -> Iterator[Part]:
    """A policy of an ingested area of the Policy CSP, as the settings catalog names it: 1 or 0, and its elements."""
    node, value = f"{_POLICY}/{entry.definition.entity}/{entry.definition.name}", entry.value
    if value in _SILENT:
        return
    data = value.get("data") if isinstance(value, dict) else None
    state = value.get("enabled") if isinstance(value, dict) else value
    if not isinstance(state, bool):
        state = {"enabled": True, "disabled": False}.get(str(state))
    if state is None:
        yield Problem("RD012", f"{entry.id} has a value of a shape not known", _evidence(entry), entry.item.id)
        return
    yield _claim(entry, node, 1 if state else 0)
    for element, stated in data.items() if isinstance(data, dict) else ():
        yield _claim(entry, f"{node}/{element}", plain(stated))


def _claim(entry: _Entry, node: str, value: Value) -> Claim:
    type_ = "collection" if isinstance(value, tuple) else "integer" if isinstance(value, int) else "string"
    return Claim(csp(node), Scope.DEVICE, value, type_, _evidence(entry), False, False, entry.id)


def _administrative(entry: _Entry, owners: Mapping[str, str]) -> Iterator[Part]:
    """A policy of an administrative template by namespace and name; its elements below it."""
    value = entry.value
    if value in _SILENT:
        return
    owner = owners.get(entry.definition.folded, entry.definition.entity)
    word = {True: "enabled", False: "disabled"}[value] if isinstance(value, bool) else plain(value)
    setting = named("admx", owner, entry.definition.name)
    yield Claim(setting, Scope.DEVICE, word, "String", _evidence(entry), False, False, entry.id)


def _evidence(entry: _Entry) -> Evidence:
    return entry.item.below(entry.at)
