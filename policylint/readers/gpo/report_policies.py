"""GPO reports without their backups (`Get-GPOReport`, one GPO or `-All`): what can be used of them.

A report shows administrative templates by display name, localised and without registry keys, so most of its settings
cannot be compared. What it does spell out (values without a template, preferences) is claimed, and it knows what no
settings file does: links, filters and which sides are off. Any root element will do; its `GPO` elements count.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from lxml import etree

from policylint.errors import ReadError
from policylint.evidence import XmlAt
from policylint.model import Channel, FileRecord, Filtering, Link, Policy, Problem, Scope
from policylint.readers.gpo import gpreport, preferences, report_security, sddl_text, security_descriptor
from policylint.readers.gpo import written_registry as written
from policylint.readers.gpo.cse import PREFERENCES
from policylint.readers.gpo.settings_file import Found
from policylint.readers.gpo.template_lines import Entry, Subcategory, audit, template
from policylint.readers.gpo.tree import judged
from policylint.readers.gpo.written_registry import Written
from policylint.readers.source import Reading, Source
from policylint.readers.xml import child, children, local, parse, route, text_in

KIND = "GPO report"
_GPO = re.compile(rb"<(?:\w+:)?gpo[\s>]")
_SNIFFED = 65536
_SIDES = (("Computer", Scope.DEVICE), ("User", Scope.USER))
_REGISTRY = "{http://www.microsoft.com/GroupPolicy/Settings/Registry}"
REGISTRY_SETTING, TEMPLATE = f"{_REGISTRY}RegistrySetting", f"{_REGISTRY}Policy"
"""The elements of a registry value and of an administrative template."""
_TITLES = frozenset(title for title, _ in PREFERENCES.values())
_DOMAIN_SID = re.compile(r"\b(S-1-5-21-\d+-\d+-\d+)-\d+")
_DATA: Mapping[str, tuple[tuple[int, Callable[[str], bytes]], ...]] = {
    "Number": ((written.REG_DWORD, written.number(4)), (written.REG_QWORD, written.number(8))),
    "String": ((written.REG_SZ, written.text),),
    "ExpString": ((written.REG_EXPAND_SZ, written.text),),
}
_BY_NAME = "a report shows them by display name, not by the values they write, so they are not evaluated"
_NOT_YET = "recognised, but not evaluated yet"


@dataclass(slots=True)
class _Found:
    """What the report of one GPO came to. `lost` counts settings that cannot be used, by kind and reason."""

    source: Source
    name: str
    settings: list[Written] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    audit: list[Subcategory] = field(default_factory=list)
    preferences: list[preferences.Preferences] = field(default_factory=list)
    lost: Counter[tuple[str, str]] = field(default_factory=Counter)


def take(sources: Sequence[Source]) -> tuple[Reading, list[Source]]:
    """Reads every report among the sources, and leaves the rest, with what is no XML.

    To be called after the backups are taken, whose own reports are part of them. Each GPO is a reduced policy.
    """
    policies: list[Policy] = []
    problems: list[Problem] = []
    files: list[FileRecord] = []
    rest: list[Source] = []
    for source in sources:
        found = [_policy(gpo, source) for gpo in _gpos(source)]
        if not found:
            rest.append(source)
            continue
        policies += [policy for policy, _ in found]
        told = [fault for _, faults in found for fault in faults]
        status, reason = judged(told)
        problems += told
        files.append(FileRecord(source.path, status, KIND, reason, sum(len(policy.claims) for policy, _ in found)))
    return Reading(reduced=tuple(policies), problems=tuple(problems), files=tuple(files)), rest


def _gpos(source: Source) -> list[etree._Element]:
    """The GPO elements of a report; none of any other file, of what is no XML, and of a gpresult report."""
    if source.suffix != ".xml":
        return []
    try:
        data = source.read()
        root = parse(data, blanks=False) if _GPO.search(data[:_SNIFFED].replace(b"\0", b"").lower()) else None
    except ReadError:
        return []
    if root is None or local(root) == "Rsop":
        return []
    among = [root] if local(root) == "GPO" else list(root.iter("{*}GPO"))
    return [gpo for gpo in among if child(gpo, "Identifier") is not None and child(gpo, "Name") is not None]


def _policy(gpo: etree._Element, source: Source) -> tuple[Policy, list[Problem]]:
    report = gpreport.report_of(gpo)
    found = _Found(source, report.name.text)
    for side, scope in _SIDES:
        for extension in (e for half in children(gpo, side) for e in children(half, "ExtensionData")):
            _extension(found, extension, scope)
    result = written.outcome(found.settings, source)
    files: list[Found | preferences.Preferences] = [
        template(found.entries, source),
        audit(found.audit, source),
        *found.preferences,
    ]
    filtering, faults = _filtering(gpo, report, source)
    policy = Policy(
        id=report.id or f"{source.path}#{report.name.text}",
        name=report.name.text or report.id,
        channel=Channel.GPO,
        kind="gpo",
        evidence=source.at(report.name.place),
        claims=(*result.claims, *(claim for part in files for claim in part.claims)),
        sweeps=result.sweeps,
        domain=text_in(child(gpo, "Identifier"), "Domain") or "",
        disabled_sides=report.disabled_sides,
        links=tuple(Link(link.som, link.enabled, link.enforced, source.at(link.place)) for link in report.links),
        wmi_filter=text_in(gpo, "FilterName") or None,
        filtering=filtering,
        directory_version=report.directory_version,
        file_version=report.file_version,
    )
    faults += [*result.problems, *(fault for part in files for fault in part.problems)]
    faults += _lost(found, policy)
    return policy, [replace(fault, policy=policy.id) for fault in faults]


def _extension(found: _Found, element: etree._Element, scope: Scope) -> None:
    """Adds what one extension of one side shows."""
    name = text_in(element, "Name") or "unknown"
    for part in (part for extension in children(element, "Extension") for part in extension):
        tag = local(part)
        if not tag or tag == "Blocked":
            continue
        if part.tag == REGISTRY_SETTING:
            setting = registry_setting(part, scope)
            found.settings += [] if setting is None else [setting]
        elif part.tag == TEMPLATE:
            found.lost["administrative templates", _BY_NAME] += 1
        elif part.tag in report_security.SHOWN and (shown := report_security.entry(part)) is not None:
            found.entries.append(shown)
        elif part.tag == report_security.AUDIT:
            found.audit.append(report_security.subcategory(part))
        elif name in _TITLES:
            found.preferences.append(preferences.items_below(part, scope, found.source, name, found.name))
        else:
            found.lost[name, _NOT_YET] += 1


def registry_setting(element: etree._Element, scope: Scope) -> Written | None:
    """A value that no template of the reporting machine knew; None for a key without values, which says nothing.

    A number has no size in a report and is taken for a DWORD, or a QWORD when it is too large for one.
    """
    key, command = text_in(element, "KeyPath") or "", text_in(element, "Command")
    place = XmlAt(route(element))
    if command:
        return Written(scope, key, *written.instruction(command), place)
    value = child(element, "Value")
    name = text_in(value, "Name") or ""
    told = next((_data(tag, text) for tag in _DATA if (text := text_in(value, tag)) is not None), None)
    return None if told is None else Written(scope, key, name, *told, place)


def _data(tag: str, text: str) -> tuple[int, bytes] | None:
    """Type and data of a reported value; None for a number that is none."""
    for kind, encode in _DATA[tag]:
        try:
            return kind, encode(text)
        except ValueError:
            continue
    return None


def _filtering(gpo: etree._Element, report: gpreport.Report, source: Source) -> tuple[Filtering | None, list[Problem]]:
    """Who the GPO applies to, by the descriptor: the list of permissions is wrong where something is denied."""
    security = child(gpo, "SecurityDescriptor")
    if security is None or not report.sddl:
        return None, []
    spelled = _DOMAIN_SID.search(" ".join(map(str, security.itertext())))
    try:
        descriptor = sddl_text.parse(report.sddl, spelled[1] if spelled else "")
    except ValueError as exc:
        message = f"the security descriptor cannot be read: {exc}; so who the GPO applies to is not known"
        return None, [Problem("RD016", message, source.at(XmlAt(route(security))))]
    return security_descriptor.filtering(descriptor), []


def _lost(found: _Found, policy: Policy) -> Iterator[Problem]:
    for (kind, why), count in sorted(found.lost.items()):
        settings = "1 setting" if count == 1 else f"{count} settings"
        yield Problem("RD010", f"{settings} of the kind '{kind}' in a report: {why}", policy.evidence)
