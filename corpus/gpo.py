"""What a GPO of an estate is, and the registry.pol records that its settings become."""

from __future__ import annotations

import codecs
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from corpus.policies import Element, Number, Template

REG_SZ, REG_DWORD = 1, 4


@dataclass(frozen=True, slots=True)
class Domain:
    """An Active Directory domain and the domain controller that made the backups."""

    dns: str
    netbios: str
    sid: str
    guid: str
    dc: str


@dataclass(frozen=True, slots=True)
class Principal:
    """A group that a GPO's security filter names."""

    sid: str
    name: str


@dataclass(frozen=True, slots=True)
class Setting:
    """A policy as the editor shows it. `elements` are those that the template had when the GPO was edited."""

    template: Template
    state: Literal["Enabled", "Disabled"] = "Enabled"
    elements: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SomLink:
    """Where the GPO is linked: the container's canonical path."""

    path: str
    enforced: bool = False
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Gpo:
    """One GPO with one backup of it. A side without settings is disabled, as good practice has it."""

    name: str
    guid: str
    backup: str
    created: str
    modified: str
    backed_up: str
    computer: tuple[Setting, ...] = ()
    user: tuple[Setting, ...] = ()
    links: tuple[SomLink, ...] = ()
    apply_to: Principal | None = None
    """None: Authenticated Users, the default."""
    comment: str = ""
    """The GPO's comment (GPO.cmt)."""
    backup_comment: str = ""
    policy_comments: Mapping[str, str] = field(default_factory=dict)
    """By policy name: what somebody wrote in the policy's comment box (comment.cmtx)."""
    rights: Mapping[str, tuple[Principal, ...]] = field(default_factory=dict)
    """User rights of the security template, by the name of the privilege."""
    edits: int = 3
    """How often each side that has settings was edited: its version number."""

    @property
    def options(self) -> int:
        """Bit 0: user side disabled; bit 1: computer side disabled."""
        return (0 if self.user else 1) | (0 if self.computer else 2)


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a registry.pol file."""

    key: str
    value: str
    type: int
    data: bytes


def security_template(gpo: Gpo) -> bytes:
    """The bytes of GptTmpl.inf: UTF-16LE with BOM. [MS-GPSB] 2.2."""
    rights = (f"{name} = {','.join('*' + who.sid for who in gpo.rights[name])}" for name in sorted(gpo.rights))
    version = ("[Version]", 'signature="$CHICAGO$"', "Revision=1")
    lines = ("[Unicode]", "Unicode=yes", *version, "[Privilege Rights]", *rights, "")
    return codecs.BOM_UTF16_LE + "\r\n".join(lines).encode("utf-16-le")


def registry_pol(records: list[Record]) -> bytes:
    """The bytes of a registry.pol file. [MS-GPREG] 2.2.1."""
    return b"PReg" + struct.pack("<I", 1) + b"".join(record_bytes(record) for record in records)


def record_bytes(record: Record) -> bytes:
    """One record: `[key;value;type;size;data]`, all punctuation as UTF-16LE code units."""
    opening, separator, closing = (char.encode("utf-16-le") for char in "[;]")
    parts = (
        f"{record.key}\0".encode("utf-16-le"),
        f"{record.value}\0".encode("utf-16-le"),
        struct.pack("<I", record.type),
        struct.pack("<I", len(record.data)),
        record.data,
    )
    return opening + separator.join(parts) + closing


def records(settings: tuple[Setting, ...]) -> list[Record]:
    """What GPMC's editor writes for the settings, key by key."""
    found = [record for setting in settings for record in _records(setting)]
    return sorted(found, key=lambda record: record.key.casefold())


def _records(setting: Setting) -> list[Record]:
    template = setting.template
    found = [_state(template, setting.state)] if template.value else []
    return found + [
        _element(template, element, setting) for element in template.elements if element.id in setting.elements
    ]


def _state(template: Template, state: str) -> Record:
    value = (1 if template.on is None else template.on) if state == "Enabled" else template.off
    return _delete(template.key, template.value) if value is None else _value(template.key, template.value, value)


def _element(template: Template, element: Element, setting: Setting) -> Record:
    key = element.key or template.key
    value = setting.elements[element.id] if setting.state == "Enabled" else 0
    if element.kind == "boolean" and (value or element.zero):
        return _value(key, element.value, int(bool(value)))
    if element.kind == "boolean" or setting.state == "Disabled":
        return _delete(key, element.value)
    return _value(key, element.value, str(value) if element.as_text else value)


def _value(key: str, name: str, value: Number) -> Record:
    if isinstance(value, int):
        return Record(key, name, REG_DWORD, struct.pack("<I", value))
    return Record(key, name, REG_SZ, f"{value}\0".encode("utf-16-le"))


def _delete(key: str, name: str) -> Record:
    return Record(key, f"**del.{name}", REG_SZ, " \0".encode("utf-16-le"))
