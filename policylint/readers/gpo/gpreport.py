"""gpreport.xml: the report that GPMC writes into a backup, for what nothing else in it tells.

Links stand nowhere else. Everything else in a report is display text of the machine that made it, localised and
without registry keys, so settings are read from the settings files.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lxml import etree

from policylint.errors import ReadError
from policylint.evidence import XmlAt
from policylint.frozen import quickly_built
from policylint.model import Scope
from policylint.readers.gpo.backup_xml import Text, guid
from policylint.readers.xml import children, first_children, local, parse, route, text_in, whole_text

_NUMBER = re.compile(r"[0-9]{1,5}")
_SIDES = ((Scope.DEVICE, "Computer"), (Scope.USER, "User"))
_OF_SIDES = frozenset(("Enabled", "VersionDirectory", "VersionSysvol"))
_OF_LINKS = frozenset(("SOMPath", "SOMName", "Enabled", "NoOverride"))
_ADMX_SETTINGS = "http://www.microsoft.com/GroupPolicy/Settings/Registry"
"""Preferences have a type of the same local name in another namespace."""


@quickly_built
@dataclass(frozen=True, slots=True)
class ReportedLink:
    """A `LinksTo` of the GPO."""

    som: str
    enabled: bool
    enforced: bool
    place: XmlAt


@quickly_built
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
    parts, links = _parts(root)
    above = route(root)
    name, at = parts.get("Name", (None, 0))
    sides = [first_children(parts[side][0], _OF_SIDES) if side in parts else {} for _, side in _SIDES]
    identifier, security = (parts[part][0] if part in parts else None for part in ("Identifier", "SecurityDescriptor"))
    return Report(
        id=guid(text_in(identifier, "Identifier") or ""),
        name=Text("", XmlAt(())) if name is None else Text(whole_text(name).strip(), XmlAt((*above, at))),
        links=tuple([_link(element, XmlAt((*above, at))) for element, at in links]),
        disabled_sides=frozenset(
            [scope for (scope, _), side in zip(_SIDES, sides, strict=True) if _said(side, "Enabled") == "false"]
        ),
        sddl=text_in(security, "SDDL") or "",
        directory_version=_version(sides, "VersionDirectory"),
        file_version=_version(sides, "VersionSysvol"),
    )


_Numbered = tuple[etree._Element, int]
"""An element and its number among the children."""


def _parts(root: etree._Element) -> tuple[dict[str, _Numbered], list[_Numbered]]:
    """The children by local name, of each name the first, and the links."""
    parts: dict[str, _Numbered] = {}
    links: list[_Numbered] = []
    at = 0
    for part in root:
        tag = part.tag
        if isinstance(tag, str):  # else a comment
            name = tag[tag.rfind("}") + 1 :]
            if name == "LinksTo":
                links.append((part, at))
            elif name not in parts:
                parts[name] = part, at
            at += 1
    return parts, links


_Parts = Mapping[str, etree._Element]


def _said(parts: _Parts, name: str) -> str:
    return whole_text(parts[name]).strip() if name in parts else ""


def _version(sides: Sequence[_Parts], name: str) -> int | None:
    """A version of both sides, the user's in the upper 16 bits; None where the report does not tell both."""
    machine, user = (_said(parts, name) for parts in sides)
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
    root = parse(data, blanks=False)
    if local(root) != "GPO":
        raise ReadError("RD016", f"not the report of a GPO: its root element is '{local(root)}'", XmlAt(()))
    return root


def _link(element: etree._Element, place: XmlAt) -> ReportedLink:
    parts = first_children(element, _OF_LINKS)
    return ReportedLink(
        som=_said(parts, "SOMPath") or _said(parts, "SOMName"),
        enabled=_said(parts, "Enabled") != "false",
        enforced=_said(parts, "NoOverride") == "true",
        place=place,
    )


def _policy(scope: Scope, element: etree._Element) -> ReportedPolicy:
    name, state, category = (text_in(element, part) or "" for part in ("Name", "State", "Category"))
    return ReportedPolicy(scope, name, state, category)
