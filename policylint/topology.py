"""What exports leave out: the directory, groups, filters and targets, as `topology.toml` tells them.

Every key is optional, and each missing one makes results conditional instead of guessed. The file's format is described
in docs/topology.md; the classes below are its schema.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from policylint.errors import ConfigError
from policylint.tables import Form, Table, TableError, Truth, built, key_of


@dataclass(frozen=True, slots=True)
class Linked:
    """A link as a container tells it."""

    key: str
    """The container's path, without case."""
    place: int
    """Where the container stands among all whose links are told."""
    number: int
    """The link order, from 1."""
    som: Som
    entry: LinkEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant(Table):
    """The Entra tenant whose id a custom OMA-URI must carry."""

    id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkEntry(Table):
    """A GPO linked to a container: by name or `{GUID}`."""

    gpo: str
    enforced: Truth = False
    enabled: Truth = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Som(Table):
    """A scope of management: a domain, an OU or `site:Name`, with its links, strongest (link order 1) first."""

    path: str
    blocks_inheritance: Truth | None = None
    links: list[LinkEntry] | None = None
    raw_order: Truth = False
    """The links come from a raw gPLink string: which of its ends is link order 1 is a convention (G-LINK-RAW)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupEntry(Table):
    """A group of a security filter or an Intune assignment; members are devices, users or other groups."""

    name: str
    id: str | None = None
    members: list[str] | None = None

    @property
    def names(self) -> frozenset[str]:
        """Its name and its id, without case."""
        return frozenset(text.casefold() for text in (self.name, self.id) if text)


@dataclass(frozen=True, slots=True, kw_only=True)
class WmiFilter(Table):
    """What a WMI filter gives on the targets: rows, none, or an error."""

    name: str
    result: Truth | Literal["error"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter(Table):
    """What an Intune assignment filter gives on the targets."""

    name: str
    result: Truth | None = None


Build = Annotated[str, Form(r"10\.0\.[0-9]{5}(\.[0-9]{1,6})?", "a build is written as 10.0.22631 or 10.0.22631.3007")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts(Table):
    """What is known about a target's device. A fact that is needed and missing becomes a condition, by its name."""

    join: Literal["entra", "hybrid", "ad"] | None = None
    os_build: Build | None = None
    edition: Literal["home", "pro", "enterprise", "education"] | None = None
    mdm: Truth | None = None
    entra_kerberos: Truth | None = None
    adfs: Truth | None = None
    enrolled_after_tenant_policy: Truth | None = None
    tamper_protection: Truth | None = None

    def known(self) -> dict[str, bool | str]:
        """The given facts by the names that the file uses."""
        return {key: value for key, name in _FACTS if (value := getattr(self, name)) is not None}


_FACTS = [(key_of(fact.name), fact.name) for fact in fields(Facts)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target(Table):
    """One placement of a device and a user in the directory, with the facts known about them."""

    name: str
    device: str | None = None
    device_name: str | None = None
    user: str | None = None
    user_name: str | None = None
    site: str | None = None
    groups: list[str] | None = None
    """Groups of the device or the user. A given list is complete."""
    facts: Facts = Facts()
    observed: Truth = False
    """Read off a gpresult report: one more target, beside those that are written down or follow from the exports."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceList(Table):
    """A table of devices, as CSV: one target a row. The path starts from the topology file's folder."""

    file: str


@dataclass(frozen=True, kw_only=True)
class Topology(Table):
    """One topology.toml; an empty one knows nothing."""

    tenant: Tenant | None = None
    som: list[Som] = field(default_factory=list)
    group: list[GroupEntry] = field(default_factory=list)
    wmi_filter: list[WmiFilter] = field(default_factory=list)
    filter: list[Filter] = field(default_factory=list)
    target: list[Target] = field(default_factory=list)
    devices: list[DeviceList] = field(default_factory=list)

    def som_at(self, path: str) -> Som | None:
        """The entry of a container, by canonical path without case."""
        return self.soms.get(path.casefold().rstrip("/"))

    @cached_property
    def soms(self) -> dict[str, Som]:
        """The containers by canonical path without case."""
        return {som.path.casefold().rstrip("/"): som for som in reversed(self.som)}

    @cached_property
    def groups_named(self) -> dict[str, list[GroupEntry]]:
        """The groups by every name and id without case."""
        found: dict[str, list[GroupEntry]] = {}
        for entry in self.group:
            for name in entry.names:
                found.setdefault(name, []).append(entry)
        return found

    @cached_property
    def linked(self) -> dict[str, Som]:
        """Those of them whose links are told."""
        return {path: som for path, som in self.soms.items() if som.links is not None}

    @cached_property
    def gpos(self) -> frozenset[str]:
        """The GPOs that some container links, as the links name them, without case."""
        return frozenset(link.gpo.casefold() for som in self.som for link in som.links or ())

    @cached_property
    def linked_sites(self) -> tuple[str, ...]:
        """Those of them that are sites with links, in the order of the file."""
        return tuple(path for path, som in reversed(self.linked.items()) if path.startswith("site:") and som.links)

    @cached_property
    def links_of(self) -> dict[str, list[Linked]]:
        """The links by the name or id of the GPO, without case: those of sites first."""
        containers = [key for key in self.linked if not key.startswith("site:")]
        found: dict[str, list[Linked]] = {}
        for place, key in enumerate((*self.linked_sites, *containers)):
            som = self.linked[key]
            for number, entry in enumerate(som.links or (), 1):
                found.setdefault(entry.gpo.casefold(), []).append(Linked(key, place, number, som, entry))
        return found


def load(path: Path, name: str) -> Topology:
    """Reads a topology file; `name` stands in messages. Raises ConfigError for TOML or content that is wrong."""
    try:
        if path.exists() and not path.is_file():
            raise ConfigError(f"{name}: cannot be read: it is no file (a folder, a pipe or a device)")
        return parse(path.read_text("utf-8-sig"), name)
    except (OSError, UnicodeDecodeError) as exc:
        raise ConfigError(f"{name}: cannot be read: {exc}") from exc


def parse(text: str, name: str) -> Topology:
    """Reads the text of a topology file. Raises ConfigError naming the key that is wrong and the closest right one."""
    try:
        return built(Topology, tomllib.loads(text))
    except tomllib.TOMLDecodeError as exc:
        raise ConfigError(f"{name}: not valid TOML: {exc}") from exc
    except TableError as exc:
        raise ConfigError("\n".join(f"{name}: {sentence}" for sentence in exc.sentences)) from exc
    except (ValueError, RecursionError) as exc:  # an integer of thousands of digits; thousands of brackets
        raise ConfigError(f"{name}: not valid TOML: a number or a nesting without end") from exc


def merge(topologies: Iterable[Topology]) -> Topology:
    """Several descriptions as one: what an earlier one tells of a container counts, later ones fill its gaps.

    Raises ConfigError when they name different tenants.
    """
    found = list(topologies)
    tenants = {t.tenant.id.casefold(): t.tenant for t in found if t.tenant and t.tenant.id}
    if len(tenants) > 1:
        raise ConfigError(f"the topology files name different tenants ({', '.join(sorted(tenants))}): run them apart")
    soms: dict[str, Som] = {}
    for som in (som for t in found for som in t.som):
        key = som.path.casefold().rstrip("/")
        soms[key] = _both(soms[key], som) if key in soms else som
    return Topology(
        tenant=next(iter(tenants.values()), None),
        som=list(soms.values()),
        group=[group for t in found for group in t.group],
        wmi_filter=[wmi for t in found for wmi in t.wmi_filter],
        filter=[entry for t in found for entry in t.filter],
        target=[target for t in found for target in t.target],
        devices=[devices for t in found for devices in t.devices],
    )


def _both(first: Som, second: Som) -> Som:
    """A container that two descriptions tell of. Links come with their order from one of them, never mixed."""
    linked = second if first.links is None else first
    blocks = second.blocks_inheritance if first.blocks_inheritance is None else first.blocks_inheritance
    return Som(path=first.path, blocks_inheritance=blocks, links=linked.links, raw_order=linked.raw_order)


LinkOrder = Literal["last-wins", "first-wins"]


def settle_order(topology: Topology, order: LinkOrder) -> Topology:
    """The topology with the end of raw gPLink strings that is link order 1 as somebody said it, so nothing hangs on it.

    Readers put the last link of the string first, as if `last-wins` was said (G-LINK-RAW).
    """
    soms = []
    for som in topology.som:
        if som.raw_order and som.links is not None:
            links = som.links if order == "last-wins" else som.links[::-1]
            som = replace(som, links=links, raw_order=False)
        soms.append(som)
    return replace(topology, som=soms)
