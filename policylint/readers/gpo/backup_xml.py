"""Backup.xml and bkupInfo.xml: what a GPO backup says about the GPO and about itself.

Both follow GPMC's own schemas (`GroupPolicy/GPOOperations`), which are not documented; the facts here come from
comparing several hundred backups with their reports.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import cast

from lxml import etree

from policylint.errors import ReadError
from policylint.evidence import XmlAt
from policylint.frozen import quickly_built
from policylint.readers.gpo.cse import extensions
from policylint.readers.xml import child, local, parse, route, whole_text

_GUID = re.compile(r"\{?([0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})\}?")
_NUMBER = re.compile(r"[0-9]{1,10}")
_OPERATIONS = "http://www.microsoft.com/GroupPolicy/GPOOperations"
_FILTER_ID = re.compile(r"ID=\"([^\"]+)\"")


@quickly_built
@dataclass(frozen=True, slots=True)
class Text:
    """A text and where it stands."""

    text: str
    place: XmlAt


@quickly_built
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
    files: tuple[str, ...]
    """Paths of the files that it lists, relative to the backup's folder, with `/`."""


@quickly_built
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
    gpo, settings = _core(data)
    above = route(settings)
    told = _texts(settings)
    return Core(
        id=guid(_said(told, "ID")),
        domain=_said(told, "Domain"),
        name=_placed(told, "DisplayName", above) or Text("", XmlAt(above)),
        options=_placed(told, "Options", above),
        machine_extensions=_extensions(told, "MachineExtensionGuids"),
        user_extensions=_extensions(told, "UserExtensionGuids"),
        directory_version=_version(told, 0),
        file_version=_version(told, 16),
        descriptor=_placed(told, "SecurityDescriptor", above),
        wmi_filter=_wmi_filter(told),
        files=tuple([location.replace("\\", "/") for location in cast("list[str]", _LOCATIONS(gpo))]),
    )


def _core(data: bytes) -> tuple[etree._Element, etree._Element]:
    root = parse(data, blanks=False)
    gpo = child(root, "GroupPolicyObject")
    settings = None if gpo is None else child(gpo, "GroupPolicyCoreSettings")
    if gpo is None or settings is None:
        raise ReadError("RD016", "not the Backup.xml of a GPO: it has no GroupPolicyCoreSettings", XmlAt(()))
    return gpo, settings


_LOCATIONS = etree.XPath(
    "*/bkp:FSObjectFile/@bkp:Location[. != '']",
    namespaces={"bkp": _OPERATIONS},
    smart_strings=False,
)
"""Where files lie in the backup; those without a Location are wildcards for what a backup would look for."""


def listed(data: bytes) -> Iterator[Text]:
    """The files that a Backup.xml lists, as in Core, with their places. Raises as `core` does."""
    gpo, _ = _core(data)
    above = route(gpo)
    for i, extension in enumerate(gpo.iterchildren("*")):
        for j, file in enumerate(extension.iterchildren("*")):
            location = file.get(f"{{{_OPERATIONS}}}Location")
            if location and file.tag == f"{{{_OPERATIONS}}}FSObjectFile":
                yield Text(location.replace("\\", "/"), XmlAt((*above, i, j)))


def info(data: bytes) -> Info:
    """What bkupInfo.xml says. Raises ReadError (RD003, RD005; RD016 when it is something else)."""
    root = parse(data, blanks=False)
    if local(root) != "BackupInst":
        raise ReadError("RD016", f"not a bkupInfo.xml: its root element is '{local(root)}'", XmlAt(()))
    texts = _texts(root)
    return Info(
        id=guid(_said(texts, "GPOGuid")),
        domain=_said(texts, "GPODomain"),
        name=_placed(texts, "GPODisplayName", ()) or Text("", XmlAt(())),
        time=_said(texts, "BackupTime"),
    )


_Told = Mapping[str, tuple[str, int]]


def _texts(parent: etree._Element) -> _Told:
    """The texts of an element's children by name, of each name the first, with their numbers among the children."""
    found: dict[str, tuple[str, int]] = {}
    at = 0
    for part in parent:
        tag = part.tag
        if isinstance(tag, str):  # else a comment
            name = tag[tag.rfind("}") + 1 :]
            if name not in found:
                found[name] = (whole_text(part) if len(part) else part.text or "").strip(), at
            at += 1
    return found


def _said(told: _Told, name: str) -> str:
    return told[name][0] if name in told else ""


def _placed(told: _Told, name: str, above: tuple[int, ...]) -> Text | None:
    """A text with its place; `above` is that of the element around it."""
    return Text(told[name][0], XmlAt((*above, told[name][1]))) if name in told else None


def _extensions(told: _Told, name: str) -> tuple[str, ...] | None:
    return extensions(told[name][0]) if name in told else None


def _version(told: _Told, shift: int) -> int | None:
    """One version of both sides, the user's in the upper 16 bits.

    A side has one number, as in [MS-GPOL] 3.2.1.4: the version in the directory in its lower 16 bits, that of the
    files above. A comparison with VersionDirectory and VersionSysvol of the reports confirms it.
    """
    machine, user = _said(told, "MachineVersionNumber"), _said(told, "UserVersionNumber")
    if not (_NUMBER.fullmatch(machine) and _NUMBER.fullmatch(user)):
        return None
    return (int(user) >> shift & 0xFFFF) << 16 | int(machine) >> shift & 0xFFFF


def _wmi_filter(told: _Told) -> str | None:
    """The name of the WMI filter, or its id, or what stands there; None without a filter."""
    name, whole = _said(told, "WMIFilterName"), _said(told, "WMIFilter")
    match = _FILTER_ID.search(whole)
    return name or (match[1] if match else whole) or None
