"""gpreport.xml: the report that GPMC writes into a backup, for what nothing else in it tells.

Links stand nowhere else. Everything else in a report is display text of the machine that made it, localised and
without registry keys, so settings are read from the settings files.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from policylint.errors import ReadError
from policylint.evidence import XmlAt
from policylint.model import Scope
from policylint.readers.gpo.backup_xml import Text, guid
from policylint.readers.xml import child, children, local, parse, route, text_in

_NUMBER = re.compile(r"[0-9]{1,5}")
_SIDES = ((Scope.DEVICE, "Computer"), (Scope.USER, "User"))
_ADMX_SETTINGS = "http://www.microsoft.com/GroupPolicy/Settings/Registry"
"""Preferences have a type of the same local name in another namespace."""


@dataclass(frozen=True, slots=True)
class ReportedLink:
    """A `LinksTo` of the GPO."""

    som: str
    enabled: bool
    enforced: bool
    place: XmlAt


@dataclass(frozen=True, slots=True)
class Report:
    """What a report says about the GPO as such."""

    id: str
    name: Text
    links: tuple[ReportedLink, ...]
    disabled_sides: frozenset[Scope]
    sddl: str
    directory_version: int | None
    file_version: int | None


@dataclass(frozen=True, slots=True)
class ReportedPolicy:
    """An administrative template policy as the report shows it: names are display texts, the state is in English."""

    scope: Scope
    name: str
    state: str
    category: str


def read(data: bytes) -> Report:
    """The report of one GPO. Raises ReadError (RD003, RD005; RD016 when it is the report of something else)."""
    return report_of(_root(data))


def report_of(root: etree._Element) -> Report:
    """What the `GPO` element of a report says."""
    identifier = child(root, "Identifier")
    name, security = child(root, "Name"), child(root, "SecurityDescriptor")
    sides = ((scope, child(root, side)) for scope, side in _SIDES)
    return Report(
        id=guid(text_in(identifier, "Identifier") or ""),
        name=Text(text_in(root, "Name") or "", XmlAt(() if name is None else route(name))),
        links=tuple(_link(element) for element in children(root, "LinksTo")),
        disabled_sides=frozenset(scope for scope, side in sides if text_in(side, "Enabled") == "false"),
        sddl=text_in(security, "SDDL") or "",
        directory_version=_version(root, "VersionDirectory"),
        file_version=_version(root, "VersionSysvol"),
    )


def _version(root: etree._Element, name: str) -> int | None:
    """A version of both sides, the user's in the upper 16 bits; None where the report does not tell both."""
    machine, user = (text_in(child(root, side), name) or "" for _, side in _SIDES)
    if not (_NUMBER.fullmatch(machine) and _NUMBER.fullmatch(user)):
        return None
    return int(user) << 16 | int(machine)


def policies(data: bytes) -> tuple[ReportedPolicy, ...]:
    """The administrative template policies of the report, in its order. Raises as `read` does."""
    root = _root(data)
    found: list[ReportedPolicy] = []
    for scope, side in _SIDES:
        for half in children(root, side):
            for extension in (e for part in children(half, "ExtensionData") for e in children(part, "Extension")):
                found += [_policy(scope, p) for p in extension if p.tag == f"{{{_ADMX_SETTINGS}}}Policy"]
    return tuple(found)


def _root(data: bytes) -> etree._Element:
    root = parse(data)
    if local(root) != "GPO":
        raise ReadError("RD016", f"not the report of a GPO: its root element is '{local(root)}'", XmlAt(()))
    return root


def _link(element: etree._Element) -> ReportedLink:
    return ReportedLink(
        som=text_in(element, "SOMPath") or text_in(element, "SOMName") or "",
        enabled=text_in(element, "Enabled") != "false",
        enforced=text_in(element, "NoOverride") == "true",
        place=XmlAt(route(element)),
    )


def _policy(scope: Scope, element: etree._Element) -> ReportedPolicy:
    name, state, category = (text_in(element, part) or "" for part in ("Name", "State", "Category"))
    return ReportedPolicy(scope, name, state, category)
