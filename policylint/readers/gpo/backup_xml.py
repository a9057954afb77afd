"""Backup.xml and bkupInfo.xml: what a GPO backup says about the GPO and about itself.

Both follow GPMC's own schemas (`GroupPolicy/GPOOperations`), which are not documented; the facts here come from
comparing several hundred backups with their reports.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from policylint.errors import ReadError
from policylint.evidence import XmlAt
from policylint.readers.gpo.cse import extensions
from policylint.readers.xml import child, local, parse, route, text_in

_GUID = re.compile(r"\{?([0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})\}?")
_NUMBER = re.compile(r"[0-9]{1,10}")
_LOCATION = "{http://www.microsoft.com/GroupPolicy/GPOOperations}Location"
_FILTER_ID = re.compile(r"ID=\"([^\"]+)\"")


@dataclass(frozen=True, slots=True)
class Text:
    """A text and where it stands."""

    text: str
    place: XmlAt


@dataclass(frozen=True, slots=True)
class Core:
    """The core settings of Backup.xml; None for what it does not have."""

    id: str
    domain: str
    name: Text
    options: Text | None
    machine_extensions: tuple[str, ...] | None
    user_extensions: tuple[str, ...] | None
    directory_version: int | None
    file_version: int | None
    descriptor: Text | None
    wmi_filter: str | None
    files: tuple[Text, ...]
    """Paths of the files that it lists, relative to the backup's folder, with `/`."""


@dataclass(frozen=True, slots=True)
class Info:
    """What bkupInfo.xml says. `time` sorts as text: ISO 8601 without a zone."""

    id: str
    domain: str
    name: Text
    time: str


def guid(text: str) -> str:
    """A GUID in upper case with braces; '' for anything else."""
    match = _GUID.fullmatch(text.strip())
    return f"{{{match[1].upper()}}}" if match else ""


def core(data: bytes) -> Core:
    """What Backup.xml says. Raises ReadError (RD003, RD005; RD016 when it is not the Backup.xml of a GPO)."""
    root = parse(data)
    gpo = child(root, "GroupPolicyObject")
    settings = None if gpo is None else child(gpo, "GroupPolicyCoreSettings")
    if gpo is None or settings is None:
        raise ReadError("RD016", "not the Backup.xml of a GPO: it has no GroupPolicyCoreSettings", XmlAt(()))
    return Core(
        id=guid(text_in(settings, "ID") or ""),
        domain=text_in(settings, "Domain") or "",
        name=_text(settings, "DisplayName") or Text("", XmlAt(route(settings))),
        options=_text(settings, "Options"),
        machine_extensions=_extensions(settings, "MachineExtensionGuids"),
        user_extensions=_extensions(settings, "UserExtensionGuids"),
        directory_version=_version(settings, 0),
        file_version=_version(settings, 16),
        descriptor=_text(settings, "SecurityDescriptor"),
        wmi_filter=_wmi_filter(settings),
        files=tuple(_listed(gpo)),
    )


def info(data: bytes) -> Info:
    """What bkupInfo.xml says. Raises ReadError (RD003, RD005; RD016 when it is something else)."""
    root = parse(data)
    if local(root) != "BackupInst":
        raise ReadError("RD016", f"not a bkupInfo.xml: its root element is '{local(root)}'", XmlAt(()))
    return Info(
        id=guid(text_in(root, "GPOGuid") or ""),
        domain=text_in(root, "GPODomain") or "",
        name=_text(root, "GPODisplayName") or Text("", XmlAt(())),
        time=text_in(root, "BackupTime") or "",
    )


def _text(parent: etree._Element, name: str) -> Text | None:
    found = child(parent, name)
    return None if found is None else Text(text_in(parent, name) or "", XmlAt(route(found)))


def _extensions(settings: etree._Element, name: str) -> tuple[str, ...] | None:
    text = text_in(settings, name)
    return None if text is None else extensions(text)


def _version(settings: etree._Element, shift: int) -> int | None:
    """One version of both sides, the user's in the upper 16 bits.

    A side has one number, as in [MS-GPOL] 3.2.1.4: the version in the directory in its lower 16 bits, that of the
    files above. A comparison with VersionDirectory and VersionSysvol of the reports confirms it.
    """
    told = [text_in(settings, name) or "" for name in ("MachineVersionNumber", "UserVersionNumber")]
    if not all(_NUMBER.fullmatch(text) for text in told):
        return None
    machine, user = (int(text) >> shift & 0xFFFF for text in told)
    return user << 16 | machine


def _wmi_filter(settings: etree._Element) -> str | None:
    """The name of the WMI filter, or its id, or what stands there; None without a filter."""
    name, whole = text_in(settings, "WMIFilterName"), text_in(settings, "WMIFilter")
    match = _FILTER_ID.search(whole or "")
    return name or (match[1] if match else whole) or None


def _listed(gpo: etree._Element) -> Iterator[Text]:
    """Files with a Location; those without are wildcards for what a backup would look for."""
    above = route(gpo)
    for i, extension in enumerate(c for c in gpo if isinstance(c.tag, str)):
        for j, listed in enumerate(c for c in extension if isinstance(c.tag, str)):
            location = listed.get(_LOCATION) if local(listed) == "FSObjectFile" else None
            if location:
                yield Text(location.replace("\\", "/"), XmlAt((*above, i, j)))
