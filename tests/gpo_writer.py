"""Writes what Windows writes: Registry.pol files, security descriptors and GPO backups, for tests to read back."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from policylint.readers.source import Source

HEADER = b"PReg\1\0\0\0"
REGISTRY_CSE = "{35378EAC-683F-11D2-A89A-00C04FBBCFA2}"
TOOL = "{D02B1F72-3407-48AE-BA88-E8213C6761F1}"
APPLY = UUID("edacfd8f-ffb3-11d1-b41d-00a0c968f939")


def utf16(text: str) -> bytes:
    return text.encode("utf-16-le", "surrogatepass")


def pol_record(key: str, name: str, type: int, data: bytes) -> bytes:
    parts = [utf16(key + "\0"), utf16(name + "\0"), struct.pack("<I", type), struct.pack("<I", len(data)), data]
    return utf16("[") + utf16(";").join(parts) + utf16("]")


def pol(*records: tuple[str, str, int, bytes]) -> bytes:
    return HEADER + b"".join(pol_record(*record) for record in records)


def dword(key: str, name: str, value: int) -> tuple[str, str, int, bytes]:
    return key, name, 4, struct.pack("<I", value)


def text(key: str, name: str, value: str) -> tuple[str, str, int, bytes]:
    return key, name, 1, utf16(value + "\0")


def directive(key: str, name: str) -> tuple[str, str, int, bytes]:
    """As GPMC writes `**del.` and `**delvals.`: one blank as data."""
    return key, name, 1, utf16(" \0")


def sid(written: str) -> bytes:
    _, revision, authority, *subs = written.split("-")
    head = bytes([int(revision), len(subs)]) + int(authority).to_bytes(6, "big")
    return head + b"".join(struct.pack("<I", int(sub)) for sub in subs)


def ace(kind: int, mask: int, trustee: str, object_type: UUID | None = None, flags: int = 0) -> bytes:
    body = struct.pack("<I", mask)
    if kind in (5, 6):
        body += struct.pack("<I", 1 if object_type else 0) + (object_type.bytes_le if object_type else b"")
    body += sid(trustee)
    return struct.pack("<BBH", kind, flags, 4 + len(body)) + body


def descriptor(*aces: bytes, control: int = 0x8004) -> bytes:
    body = b"".join(aces)
    return struct.pack("<BxHIIII", 1, control, 0, 0, 0, 20) + struct.pack("<BxHHxx", 2, 8 + len(body), len(aces)) + body


def extension_list(cses: Iterable[str]) -> str:
    return "".join(f"[{cse}{TOOL}]" for cse in sorted(cses))


@dataclass
class BackupWriter:
    """One backup, as GPMC lays it out; a part set to None is left out."""

    folder: str = "{11111111-2222-3333-4444-555555555555}"
    id: str = "{AAAAAAAA-0000-0000-0000-000000000001}"
    name: str = "Base"
    domain: str = "contoso.com"
    time: str = "2024-05-01T10:00:00"
    options: str = "0"
    machine_cses: Sequence[str] | None = (REGISTRY_CSE,)
    user_cses: Sequence[str] | None = (REGISTRY_CSE,)
    descriptor: bytes = b"\1\0\4\x80\0\0\0\0"
    wmi: str = "<WMIFilter/>"
    links: str | None = ""
    listed: Sequence[str] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)
    """Files below DomainSysvol/GPO."""

    def core_xml(self) -> bytes:
        uri = "http://www.microsoft.com/GroupPolicy/GPOOperations"
        lists = (("MachineExtensionGuids", self.machine_cses), ("UserExtensionGuids", self.user_cses))
        extensions = "".join(f"<{tag}>{cdata(extension_list(cses))}</{tag}>" for tag, cses in lists if cses is not None)
        listed = "".join(f'<FSObjectFile bkp:Path="x" bkp:Location="{path}"/>' for path in self.listed)
        return (
            f'<?xml version="1.0" encoding="utf-8"?><!-- c --><GroupPolicyBackupScheme xmlns:bkp="{uri}" xmlns="{uri}">'
            f"<GroupPolicyObject><SecurityGroups/><FilePaths/><GroupPolicyCoreSettings><ID>{cdata(self.id)}</ID>"
            f"<Domain>{cdata(self.domain)}</Domain><SecurityDescriptor>{self.descriptor.hex(' ')}</SecurityDescriptor>"
            f"<DisplayName>{cdata(self.name)}</DisplayName><Options>{cdata(self.options)}</Options>{extensions}"
            f'{self.wmi}</GroupPolicyCoreSettings><GroupPolicyExtension><FSObjectFile bkp:Path="Adm\\*.*"/>{listed}'
            "</GroupPolicyExtension></GroupPolicyObject></GroupPolicyBackupScheme>"
        ).encode()

    def info_xml(self) -> bytes:
        return (
            '<BackupInst xmlns="http://www.microsoft.com/GroupPolicy/GPOOperations/Manifest">'
            f"<GPOGuid>{cdata(self.id)}</GPOGuid><GPODomain>{cdata(self.domain)}</GPODomain>"
            f"<BackupTime>{cdata(self.time)}</BackupTime><ID>{cdata(self.folder)}</ID>"
            f"<GPODisplayName>{cdata(self.name)}</GPODisplayName></BackupInst>"
        ).encode()

    def report_xml(self) -> bytes:
        types = "http://www.microsoft.com/GroupPolicy/Types"
        return (
            '\ufeff<?xml version="1.0" encoding="utf-16"?><GPO xmlns="http://www.microsoft.com/GroupPolicy/Settings">'
            f'<Identifier><Identifier xmlns="{types}">{self.id}</Identifier></Identifier><Name>{self.name}</Name>'
            "<Computer><Enabled>true</Enabled></Computer><User><Enabled>true</Enabled></User>"
            f"{self.links}</GPO>"
        ).encode("utf-16-le")

    def write(self, base: Path) -> None:
        parts = {"Backup.xml": self.core_xml(), "bkupInfo.xml": self.info_xml()}
        if self.links is not None:
            parts["gpreport.xml"] = self.report_xml()
        parts |= {f"DomainSysvol/GPO/{path}": data for path, data in self.files.items()}
        write(base, {f"{self.folder}/{path}": data for path, data in parts.items()})


def cdata(value: str) -> str:
    return f"<![CDATA[{value}]]>"


def link(som: str, enabled: str = "true", enforced: str = "false") -> str:
    return (
        f"<LinksTo><SOMName>{som.rpartition('/')[2]}</SOMName><SOMPath>{som}</SOMPath>"
        f"<Enabled>{enabled}</Enabled><NoOverride>{enforced}</NoOverride></LinksTo>"
    )


def write(base: Path, files: Mapping[str, bytes]) -> None:
    for path, data in files.items():
        target = base / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


def sources(base: Path) -> list[Source]:
    files = (path for path in base.rglob("*") if path.is_file())
    return [Source(path.relative_to(base).as_posix(), path) for path in sorted(files)]
