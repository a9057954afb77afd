"""What is known about a setting in both worlds: where it stands, what it is called there, how its values translate.

The joins are those by which claims are lowered, walked in both directions: from a node to the registry value that
stands for it, and back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TypeVar

from policylint.catalogue import gp_mapping, security_settings
from policylint.catalogue.admx_policy import AdmxPolicy, slots
from policylint.catalogue.csp_node import Node
from policylint.catalogue.gp_mapping import Twin
from policylint.catalogue.names import Meant, Names, find
from policylint.catalogue.raising import owners_of
from policylint.catalogue.settings_catalog import Definition
from policylint.catalogue.template_names import Property, properties_at, property_named
from policylint.estate import Estate
from policylint.families.whfb_settings import BY_ID, PASSPORT_CSP, ids_at
from policylint.lowering.admx_definitions import Definitions, Miss
from policylint.lowering.product_nodes import NODES, TWINS
from policylint.model import Scope, SettingId, csp, registry

T = TypeVar("T")
Part = tuple[AdmxPolicy, str | None]
"""An ADMX policy, or the element of it that has this id."""


@dataclass(frozen=True, slots=True)
class Known:
    """One setting, or one policy with several, under all its names."""

    name: str
    category: str
    element: str
    """What the dialog calls the element; '' for a policy as a whole."""
    ids: tuple[SettingId, ...]
    """What claims about it are called: a setting in each scope, all settings of a policy."""
    keys: tuple[str, ...]
    """How the ids of a list's entries begin, folded."""
    parts: tuple[Part, ...] = field(hash=False)
    """The ADMX policies that write it, best first."""
    nodes: tuple[str, ...]
    """The CSP nodes that say the same; an element stands behind its node."""
    described: tuple[Node, ...] = field(hash=False)
    """What the DDF says about those nodes."""
    definitions: tuple[Definition, ...] = field(hash=False)
    properties: tuple[Property, ...]
    twins: tuple[Twin, ...] = field(hash=False)
    """The nodes among them that mirror a policy, with the translation of their values."""

    def has(self, setting: SettingId) -> bool:
        """Whether a setting that a claim is about is meant."""
        return setting in self.ids or setting.key.startswith(self.keys) or setting.key in map(_key, self.nodes)

    @property
    def in_group_policy(self) -> bool:
        """Whether Group Policy is known to set it."""
        return bool(self.parts) or any(not setting.text.startswith("./") for setting in self.ids)

    @property
    def in_intune(self) -> bool:
        """Whether Intune is known to set it."""
        return bool(self.nodes)

    @property
    def title(self) -> str:
        """`Policy: Element`."""
        return f"{self.name}: {self.element}" if self.element else self.name


def known_as(text: str, estate: Estate) -> tuple[Known, ...]:
    """The settings that a name means, each once; none where no definition knows the name.

    The two sides of one policy are one setting, and so are the versions of its definition.
    """
    joins = _Joins(estate)
    properties = property_named(text)
    meant = [Meant(node=one.node) for one in properties] if properties else find(text, joins.names)
    found: dict[frozenset[str], list[_Place]] = {}
    for one in meant:
        place = joins.place(one)
        if place.ids or place.keys:
            found.setdefault(place.identity, []).append(place)
    known = (joins.known(places) for places in found.values())
    return tuple(one for one in known if one.parts or one.nodes)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a name leads."""

    ids: tuple[SettingId, ...]
    keys: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    nodes: tuple[str, ...] = ()

    @property
    def identity(self) -> frozenset[str]:
        """Equal for both sides of a setting."""
        return frozenset(map(_without_side, (*(setting.key for setting in self.ids), *self.keys)))


def _without_side(key: str) -> str:
    for side in ("hklm\\", "hkcu\\", "device_", "user_"):
        key = key.removeprefix(side)
    return key


def _key(node: str) -> str:
    return csp(node).key


def _unique(items: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(items))


class _Joins:
    """The joins of an estate."""

    def __init__(self, estate: Estate) -> None:
        self.names = Names(estate.store, estate.definitions)
        self._store, self._known = estate.store, estate.definitions
        self._behind = Definitions(estate, estate.store)

    def place(self, meant: Meant) -> _Place:
        """The settings, policies and nodes that a name means itself."""
        if meant.policy is not None:
            return _of_policy(meant.policy, meant.element, meant.policy.scopes)
        if meant.setting is not None:
            return self._of_setting(meant.setting)
        return self._of_node(meant.node, meant.element)

    def _of_setting(self, setting: SettingId) -> _Place:
        owners = owners_of(self._store, setting)
        parts = ((slot.policy, slot.element.id if slot.element else None) for slot in owners)
        spelled = (
            registry(scope, slot.key, slot.value_name)
            for slot in owners
            for scope in Scope
            if slot.value_name is not None
        )
        same = next((one for one in spelled if one == setting), setting)
        return _Place((same,) if owners or any(_mirrors((setting,))) else (), (), tuple(parts))

    def _of_node(self, uri: str, element: str | None) -> _Place:
        whole = f"{uri}/{element}" if element else uri
        policy = self._behind.behind(uri)
        if not isinstance(policy, Miss):
            ids = {one.id.casefold(): one.id for one in policy.elements}
            side = frozenset((Scope.USER if uri.casefold().startswith("./user/") else Scope.DEVICE,))
            place = _of_policy(policy, ids.get((element or "").casefold()), side)
            return _Place(place.ids, place.keys, place.parts, (whole,))
        mirrored, keys = _mirrored(whole)
        return _Place(mirrored or (() if keys else (csp(whole),)), keys, (), (whole,))

    def known(self, places: list[_Place]) -> Known:
        """Everything about the setting of these places, which are one."""
        ids = _unique(setting for place in places for setting in place.ids)
        keys = _unique(key for place in places for key in place.keys)
        parts = _unique_parts(part for place in places for part in place.parts)
        if not parts:
            parts = _unique_parts(part for setting in ids for part in self._of_setting(setting).parts)
        given = (node for place in places for node in place.nodes)
        spelled = (self._spelled(node) for node in (*given, *_mirrors(ids), *self._backed(parts)))
        nodes = _unique(sorted(spelled, key=_by_side))
        definitions = _unique(d for node in nodes for d in self._definitions(node))
        name, category, element = self._called(parts, ids, nodes, definitions)
        looked_up = (self._known.nodes.lookup(n) or self._known.nodes.lookup(n.rpartition("/")[0]) for n in nodes)
        described = {node.uri: node for node in looked_up if node is not None and node.settable}
        twins = (gp_mapping.by_key(_key(node)) for node in nodes)
        return Known(
            name,
            category,
            element,
            ids,
            keys,
            parts,
            nodes,
            tuple(described.values()),
            definitions,
            _unique(found for node in nodes for found in properties_at(node)),
            tuple(twin for twin in twins if twin is not None),
        )

    def _spelled(self, node: str) -> str:
        """The node as Microsoft spells it, on one side."""
        found = self._known.nodes.lookup(node)
        return node if found is None else found.uri

    def _definitions(self, node: str) -> Iterator[Definition]:
        for uri, element in ((node, ""), node.rpartition("/")[::2]):
            rows = (d for d in self._known.catalog.with_node(uri) if d.element.casefold() == element.casefold())
            found = [d for d in rows if d.kind not in ("group", "redirect")]
            if found:
                yield from found
                return

    def _backed(self, parts: Iterable[Part]) -> Iterator[str]:
        """The nodes that take the payload of a policy."""
        for policy, element in parts:
            for uri in _unique((*self._nodes_naming(policy), *self._app_nodes(policy))):
                behind = self._behind.behind(uri)
                if not isinstance(behind, Miss) and behind.id.key == policy.id.key:
                    yield f"{uri}/{element}" if element else uri

    def _nodes_naming(self, policy: AdmxPolicy) -> Iterator[str]:
        quoted = f'"{policy.name}"'.casefold()
        for row in self._known.nodes.rows.values():
            if quoted in row.casefold():
                yield row[: row.index("\t")]

    def _app_nodes(self, policy: AdmxPolicy) -> Iterator[str]:
        """The nodes of ingested apps, which only the catalog lists."""
        end = f"/{policy.name}".casefold()
        for row in self._known.catalog.rows.values():
            uri = row[: row.index("\t")]
            if "~" in uri and uri.casefold().endswith(end):
                yield uri

    def _called(
        self, parts: tuple[Part, ...], ids: tuple[SettingId, ...], nodes: tuple[str, ...], rows: tuple[Definition, ...]
    ) -> tuple[str, str, str]:
        """Name, category path and element."""
        if parts:
            policy, element = parts[0]
            label = self._store.label(policy, element) if element else ""
            return policy.display_name, self._store.category_path(policy.category), label
        looked_up = (self._known.nodes.lookup(uri) for uri in nodes)
        option = next((node.gp for node in looked_up if node is not None and node.gp and _is_security(node)), None)
        if option is not None:
            return option.name, option.area_path.replace("~", "/"), ""
        hello = next((BY_ID[setting.key] for setting in ids if setting.key in BY_ID), None)
        title, element = self._known.catalog.title(rows[0]) if rows else ("", "")
        return (hello.title if hello else "") or title or (nodes or (ids[0].text,))[0].rpartition("/")[2], "", element


def _is_security(node: Node) -> bool:
    return security_settings.lookup(_key(node.uri)) is not None


def _by_side(node: str) -> tuple[bool, str]:
    return node.casefold().startswith("./user/"), node


def _unique_parts(parts: Iterable[Part]) -> tuple[Part, ...]:
    """Each policy and element once, the first definition of it."""
    found: dict[object, Part] = {}
    for policy, element in parts:
        found.setdefault((policy.id.key, element), (policy, element))
    return tuple(found.values())


def _of_policy(policy: AdmxPolicy, element: str | None, sides: frozenset[Scope]) -> _Place:
    ids: list[SettingId] = []
    keys: list[SettingId] = []
    for slot in slots(policy):
        if element is None or (slot.element is not None and slot.element.id == element):
            for scope in sorted(policy.scopes & sides):
                setting = registry(scope, slot.key, slot.value_name or "")
                (keys if slot.value_name is None else ids).append(setting)
    return _Place(_unique(ids), _unique(setting.key for setting in keys), ((policy, element),))


def _mirrored(uri: str) -> tuple[tuple[SettingId, ...], tuple[str, ...]]:
    """The ids of what a node mirrors, or the registry key of a list of them."""
    key = _key(uri)
    if hello := ids_at(uri):
        return tuple(s for s in hello if s.key.startswith("hkcu" if key.startswith("user_") else "hklm")), ()
    if entry := security_settings.lookup(key):
        return (entry.setting,), ()
    if product := TWINS.get(key):
        return (registry(Scope.DEVICE, product.key, product.value),), ()
    twin = gp_mapping.by_key(key)
    if twin is None or twin.form is None or not twin.key:
        return (), ()
    setting = registry(twin.scope, twin.key, twin.value_name)
    return ((setting,), ()) if twin.value_name else ((), (setting.key,))


def _mirrors(ids: Iterable[SettingId]) -> Iterator[str]:
    """The nodes that mirror a setting."""
    for setting in ids:
        hello = BY_ID.get(setting.key)
        if hello is not None and hello.node:
            user = setting.key.startswith("hkcu")
            if hello.user_csp or not user:
                yield f"./{'User' if user else 'Device'}/{PASSPORT_CSP}/{hello.node}"
        yield from _mirrors_by_key().get(setting.key, ())


@cache
def _mirrors_by_key() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for setting, node in security_settings.settings_of_nodes().items():
        found.setdefault(setting.key, []).append(node)
    for node, product in NODES.items():
        found.setdefault(registry(Scope.DEVICE, product.key, product.value).key, []).append(node)
    for twin in gp_mapping.all_twins():
        if twin.form is not None and twin.value_name:
            found.setdefault(registry(twin.scope, twin.key, twin.value_name).key, []).append(twin.uri)
    return {key: tuple(nodes) for key, nodes in found.items()}
