"""Intents: endpoint security policies and security baselines before 2023, and the `settingsDelta` of Graph's samples.

Each setting names the template property that it sets: `deviceConfiguration--<entity>_<property>`, for members of an
object `deviceConfiguration--<type of the object>_<member>`, for administrative templates `admx--<namespace>_<policy>`
with the elements of the policy as `admx--<namespace><policy>_<element>`. The value is the JSON in `valueJson`; `value`
repeats it for simple types only. Every setting of the template is listed, most of them not configured.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from policylint.errors import ReadError
from policylint.evidence import Evidence
from policylint.model import Claim, Problem, Scope, Value, csp, named
from policylint.readers.intune import identity_protection, templates
from policylint.readers.intune.graph_object import Body, Found, Item, each
from policylint.readers.intune.policy import policy
from policylint.readers.intune.templates import Part, Stated, parts, plain
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


@dataclass(frozen=True, slots=True)
class _Entry:
    """One setting of an intent: where its definition leads (`deviceConfiguration`, `admx`), to whom, and its value."""

    item: Item
    id: str
    value: object
    at: str
    sealed: bool
    """The value was JSON in a string."""

    @property
    def source(self) -> str:
        return self.id.partition("--")[0].casefold()

    @property
    def entity(self) -> str:
        return self.id.partition("--")[2].rpartition("_")[0] if self.source != "deviceconfiguration" else self._split[0]

    @property
    def name(self) -> str:
        return self.id.rpartition("_")[2] if self.source != "deviceconfiguration" else self._split[1]

    @property
    def _split(self) -> tuple[str, str]:
        """Areas of the Policy CSP have `_` in their names, entities of Graph have not."""
        path = self.id.partition("--")[2]
        entity, _, name = path.rpartition("_") if "~" in path else path.partition("_")
        return entity, name


def read(item: Item) -> Found:
    """An intent as claims. Problems: RD011 (no settings in the export), RD012 (unknown shape or property), RD015."""
    member, at = ("settingsDelta", "/settingsDelta") if "settingsDelta" in item.body else ("settings", item.settings_at)
    stated = list(each(item.body.get(member), at))
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
    owners = {f"{e.entity}{e.name}".casefold(): f"{e.entity}/{e.name}" for e in told if e.source == "admx"}
    for entry in told:
        yield from _setting(entry, "", owners)


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
    return _Entry(item, id_, value, f"{at}/{member}", sealed)


def _setting(entry: _Entry, outer: str, owners: Mapping[str, str]) -> Iterator[Part]:
    """One setting; `outer` is the property that it is a member of."""
    if entry.source == "admx":
        yield from _administrative(entry, owners)
    elif "~" in entry.entity:
        yield from _area(entry)
    elif entry.entity.casefold() == _HELLO:
        yield from identity_protection.setting_parts(entry.item, entry.id, entry.name, entry.value, entry.at)
    else:
        yield from _property(entry, outer)


def _property(entry: _Entry, outer: str) -> Iterator[Part]:
    """A template property. Nested settings of an object are a list of settings again; else it is plain JSON."""
    entity, name = _OBJECTS.get(entry.entity.casefold(), (entry.entity, ""))
    name = ".".join(part for part in (outer or name, entry.name) if part)
    entity = _ENDPOINT if outer else entity
    if isinstance(entry.value, list) and any(isinstance(one, dict) and "definitionId" in one for one in entry.value):
        for setting, place in each(entry.value, entry.at):
            inner = _entry(entry.item, setting, place)
            yield from (inner,) if isinstance(inner, Problem) else _property(inner, name)
        return
    yield from parts(Stated(entry.item, entity, name, entry.value, entry.id, entry.at, entry.sealed, chosen=True))


def _area(entry: _Entry) -> Iterator[Part]:
    """A policy of an ingested area of the Policy CSP, as the settings catalog names it: 1 or 0, and its elements."""
    node, value = f"{_POLICY}/{entry.entity}/{entry.name}", entry.value
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
    return Claim(csp(node), Scope.DEVICE, value, type_, _evidence(entry), origin=entry.id)


def _administrative(entry: _Entry, owners: Mapping[str, str]) -> Iterator[Part]:
    """A policy of an administrative template by namespace and name; its elements below it."""
    value = entry.value
    if value in _SILENT:
        return
    owner = owners.get(entry.entity.casefold(), entry.entity)
    word = {True: "enabled", False: "disabled"}[value] if isinstance(value, bool) else plain(value)
    setting = named("admx", owner, entry.name)
    yield Claim(setting, Scope.DEVICE, word, "String", _evidence(entry), origin=entry.id)


def _evidence(entry: _Entry) -> Evidence:
    return entry.item.below(entry.at)
