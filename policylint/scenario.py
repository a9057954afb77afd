"""Small estates in the notation of rule files, for their fixtures and for tests.

    facts  = { join = "hybrid", mdm = true }
    tenant = "dcd219dd-bc68-4b9b-bf0b-4a33a796be35"
    given  = [
      { policy = "PKI", channel = "gpo", link = "contoso.com/W#1", set = { 'HKLM\\SOFTWARE\\…!Enabled' = 1 } },
      { policy = "Cloud", channel = "mdm", kind = "custom", assigned = "all-devices", set = { './Device/…' = true } },
    ]

A link is `container#order`, with `!` at its end when enforced and `-` when disabled; a list of them links the GPO
several times. The target stands in `contoso.com/W`. Keys of `set` that begin with HKCU or ./User are the user's side.
`delete` lists values that the GPO deletes, `sweep` keys whose values it deletes first, `soft` those values of `set`
that are written only where nothing is. `assigned` is `all-devices`, `all-users`, a group's name, a list of those, or
absent when the export tells no assignments; `-Name` is a group that is taken out, `Name ? Filter` an assignment with a
filter that includes, `Name ?- Filter` with one that excludes. `members` says whether a group holds devices or users,
`made-from` which family of templates a profile was made from.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from policylint.estate import Estate
from policylint.evidence import Evidence, LineAt
from policylint.lowering import lower
from policylint.model import (
    Assignment,
    Channel,
    Claim,
    Filtering,
    Group,
    Link,
    Policy,
    PolicyKind,
    Scope,
    SettingId,
    Sweep,
    Value,
    setting_id,
)
from policylint.tables import built
from policylint.topology import Facts, LinkEntry, Som, Target, Tenant, Topology

CONTAINER = "contoso.com/W"


class Given(BaseModel):
    """One policy of a scenario."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    policy: str
    channel: Channel
    kind: PolicyKind | None = None
    link: str | list[str] | None = f"{CONTAINER}#1"
    assigned: str | list[str] | None = None
    set_: dict[str, int | str | bool | list[str]] = Field(default={}, alias="set")
    delete: list[str] = []
    sweep: list[str] = []
    soft: list[str] = []
    types: dict[str, str] = {}
    """The omaSetting class of a value, where it is not the one that the value suggests."""
    disabled: list[Scope] = []
    """The sides of a GPO that are disabled: `device`, `user`."""
    deny: list[str] = []
    """SIDs that a GPO denies Apply Group Policy."""
    read: list[str] = []
    """SIDs that may read a GPO, where its permissions tell."""
    wmi_filter: str | None = Field(default=None, alias="wmi-filter")
    made_from: str = Field(default="", alias="made-from")


class Scenario(BaseModel):
    """An estate with one target."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    given: list[Given]
    facts: dict[str, Any] = {"join": "hybrid", "mdm": True}
    tenant: str | None = None
    groups: list[str] | None = None
    members: dict[str, Literal["devices", "users"]] = {}
    site: str | None = None
    blocks_inheritance: bool | None = Field(default=False, alias="blocks-inheritance")
    raw_order: bool = Field(default=False, alias="raw-order")
    user: str = CONTAINER
    """Where the target's user stands, if not beside the device."""


def target_of(scenario: Scenario) -> Target:
    """The scenario's only target."""
    facts = built(Facts, scenario.facts)
    return Target(
        name="W",
        device=None if facts.join == "entra" else CONTAINER,
        user=None if facts.join == "entra" else scenario.user,
        groups=scenario.groups,
        site=scenario.site,
        facts=facts,
    )


def estate_of(scenario: Scenario) -> Estate:
    """The scenario as read and lowered; links with a `#order` stand in its topology, others in the GPO's report."""
    policies = tuple(_policy(given, number) for number, given in enumerate(scenario.given, 1))
    topology = Topology(
        tenant=Tenant(id=scenario.tenant) if scenario.tenant else None,
        som=_soms(scenario),
        target=[target_of(scenario)],
    )
    linked = any(policy.links for policy in policies)
    groups = tuple(Group(name, name, held, Evidence("scenario")) for name, held in scenario.members.items())
    return lower(Estate(policies, groups=groups, topology=topology, tenant=scenario.tenant, linked=linked))


def _soms(scenario: Scenario) -> list[Som]:
    ordered: dict[str, dict[int, LinkEntry]] = {CONTAINER: {}, scenario.user: {}}
    for given in scenario.given:
        for container, number, enforced, enabled in map(split_link, links_of(given)):
            if number is not None:
                entry = LinkEntry(gpo=given.policy, enforced=enforced, enabled=enabled)
                ordered.setdefault(container, {})[number] = entry
    return [
        Som(
            path=path,
            links=[entries[n] for n in sorted(entries)] or None,
            blocks_inheritance=scenario.blocks_inheritance if path == CONTAINER else False,
            raw_order=scenario.raw_order,
        )
        for path, entries in ordered.items()
    ]


def links_of(given: Given) -> list[str]:
    """The links of a GPO as written."""
    written = [given.link] if isinstance(given.link, str) else given.link or []
    return [link for link in written if link] if given.channel is Channel.GPO else []


def split_link(link: str) -> tuple[str, int | None, bool, bool]:
    """Takes `container#order!-` apart: the container, the order or None, whether it is enforced, whether enabled."""
    container, _, number = link.rstrip("!-").partition("#")
    marks = link[len(link.rstrip("!-")) :]
    return container, int(number) if number else None, "!" in marks, "-" not in marks


def _policy(given: Given, number: int) -> Policy:
    evidence = Evidence("scenario", LineAt(number))
    gpo = given.channel is Channel.GPO
    links = tuple(
        Link(container, enabled, enforced, evidence)
        for container, _, enforced, enabled in map(split_link, links_of(given))
    )
    return Policy(
        id=given.policy,
        name=given.policy,
        channel=given.channel,
        kind="gpo" if gpo else given.kind or "settings-catalog",
        evidence=evidence,
        claims=tuple(_claims(given, evidence)),
        sweeps=tuple(_sweeps(given, evidence)),
        disabled_sides=frozenset(given.disabled),
        links=links or None,
        wmi_filter=given.wmi_filter,
        filtering=Filtering(("S-1-5-11",), tuple(given.deny), tuple(given.read)) if gpo else None,
        assignments=None if gpo else _assignments(given.assigned),
        made_from=given.made_from,
    )


def _claims(given: Given, evidence: Evidence) -> Iterable[Claim]:
    for text, raw in given.set_.items():
        value: Value = tuple(raw) if isinstance(raw, list) else raw
        setting = setting_id(text)
        yield Claim(
            setting,
            _scope(setting),
            value,
            given.types.get(text) or _type(given, value),
            evidence,
            soft=text in given.soft,
            origin=text,
        )
    for text in given.delete:
        setting = setting_id(text)
        yield Claim(setting, _scope(setting), None, "REG_SZ", evidence, absent=True, origin=text)


def _sweeps(given: Given, evidence: Evidence) -> Iterable[Sweep]:
    for key in given.sweep:
        hive, _, path = key.partition("\\")
        yield Sweep(Scope.USER if hive == "HKCU" else Scope.DEVICE, path.casefold(), False, evidence)


def _scope(setting: SettingId) -> Scope:
    return Scope.USER if setting.key.startswith(("hkcu\\", "user_")) else Scope.DEVICE


_GPO_TYPES: Mapping[type, str] = {int: "REG_DWORD", bool: "REG_DWORD", str: "REG_SZ", tuple: "REG_MULTI_SZ"}
_MDM_TYPES: Mapping[type, str] = {int: "Integer", bool: "Boolean", str: "String", tuple: "collection"}


def _type(given: Given, value: Value) -> str:
    return (_GPO_TYPES if given.channel is Channel.GPO else _MDM_TYPES)[type(value)]


def _assignments(assigned: str | list[str] | None) -> tuple[Assignment, ...] | None:
    if assigned is None:
        return None
    names = [assigned] if isinstance(assigned, str) else assigned
    return tuple(_assignment(name) for name in names)


def _assignment(text: str) -> Assignment:
    """`Group`, `-Group`, `all-devices ? Filter` or `all-devices ?- Filter`."""
    told, sign, filter_ = (part.strip() for part in text.partition("?"))
    name = told.removeprefix("-")
    virtual: dict[str, Literal["all-devices", "all-users"]] = {"all-devices": "all-devices", "all-users": "all-users"}
    mode: Literal["include", "exclude"] = "exclude" if filter_.startswith("-") else "include"
    filtered = (filter_.removeprefix("-").strip(), mode) if sign else (None, None)
    excluded = told.startswith("-")
    if name in virtual:
        return Assignment(virtual[name], excluded, None, *filtered)
    return Assignment("group", excluded, name, *filtered)
