"""LDIF exports of Active Directory: containers with their links, GPO objects, WMI filters and groups.

One file can be a whole domain (`ldbsearch`, `ldifde -f`) or a few attributes of it (`ldapsearch … gPLink`), so what is
absent means something only where the export would have shown it: an object with `objectCategory` was exported whole.
Computers and users become no targets: there are thousands, and what their containers see is what they see.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from policylint.errors import ReadError
from policylint.evidence import LineAt
from policylint.model import FileRecord, Filtering, Problem, Scope
from policylint.readers.directory.gplink import links
from policylint.readers.directory.known import Described, DirectoryGpo, WmiQuery
from policylint.readers.directory.ldif_entries import Entry, Fault, entries
from policylint.readers.directory.names import disabled_sides, domain, gpo_id, guid, rdns, som_path
from policylint.readers.gpo import cse, sddl_text, security_descriptor
from policylint.readers.source import Reading, Source, decode, problem, sniff_encoding
from policylint.topology import GroupEntry, Som, Topology

KIND = "directory export (LDIF)"
_SUFFIXES = (".ldif", ".ldf")
_START = re.compile(r"(?:\s*+(?:#[^\n]*+|version:\s*+1\s))*+\s*+dn::? ?\S", re.IGNORECASE)
_WHOLE = "objectcategory"
_WANTED = frozenset(
    {
        "displayname",
        "flags",
        "gpcfunctionalityversion",
        "gpcmachineextensionnames",
        "gpcuserextensionnames",
        "gpcwqlfilter",
        "gplink",
        "gpoptions",
        "member",
        "mswmi-id",
        "mswmi-name",
        "mswmi-parm2",
        "ntsecuritydescriptor",
        "objectcategory",
        "objectclass",
        "objectsid",
        "samaccountname",
        "versionnumber",
    }
)
_EXTENSIONS = {Scope.DEVICE: "gpcmachineextensionnames", Scope.USER: "gpcuserextensionnames"}
_BLOCKS = 1
"""The bit of gPOptions that blocks inheritance ([MS-GPOL] 2.2.3)."""
_PRIMARY_GROUPS = ("-513", "-514", "-515", "-516", "-521")
"""Groups that objects are in by primaryGroupID: `member` does not list those."""
_SHOWN_FAULTS = 5


def take(sources: Sequence[Source]) -> tuple[Reading, list[Source]]:
    """Takes `.ldif` and `.ldf` files, and text files that begin like LDIF.

    Problems: RD001, RD005, RD007 (the file is unread); RD027 for lines that cannot be used (the file is unread, the
    rest of it counts), GP024 for links of a container that is no scope of management.
    """
    readings: list[Reading] = []
    rest: list[Source] = []
    for source in sources:
        if source.suffix in _SUFFIXES or (source.suffix == ".txt" and _is_ldif(source)):
            readings.append(_read(source))
        else:
            rest.append(source)
    return Reading(
        described=tuple(found for r in readings for found in r.described),
        directory=tuple(gpo for r in readings for gpo in r.directory),
        wmi_queries=tuple(wmi for r in readings for wmi in r.wmi_queries),
        problems=tuple(fault for r in readings for fault in r.problems),
        files=tuple(record for r in readings for record in r.files),
    ), rest


def _is_ldif(source: Source) -> bool:
    try:
        data = source.head()
        encoding, skip = sniff_encoding(data)
        return _START.match(data[skip:].decode(encoding, "ignore")) is not None
    except ReadError:
        return False


@dataclass(slots=True)
class _Export:
    """The objects of one file, by what they are."""

    source: Source
    soms: list[tuple[str, Entry]] = field(default_factory=list)
    gpos: list[tuple[str, Entry]] = field(default_factory=list)
    filters: list[Entry] = field(default_factory=list)
    groups: list[Entry] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    """sAMAccountName by DN without case: what members are called."""
    domain_sid: str | None = None
    faults: list[Problem] = field(default_factory=list)
    strays: list[Problem] = field(default_factory=list)
    """Links on objects that Windows does not look at."""


def _read(source: Source) -> Reading:
    try:
        text = decode(source.read())
    except ReadError as error:
        return Reading(
            problems=(problem(source, error),), files=(FileRecord(source.path, "unread", KIND, error.message),)
        )
    export = _sorted(source, text)
    topology = Topology(som=list(_soms(export)), group=list(_groups(export)))
    gpos = tuple(_gpo(export, id_, entry) for id_, entry in export.gpos)
    reason = export.faults[0].message if export.faults else ""
    return Reading(
        described=(Described(topology, source.at()),),
        directory=gpos,
        wmi_queries=tuple(_queries(export)),
        problems=(*export.faults, *export.strays),
        files=(FileRecord(source.path, "unread" if reason else "read", KIND, reason),),
    )


def _sorted(source: Source, text: str) -> _Export:
    export = _Export(source)
    faults: list[Fault] = []
    for found in entries(text, _WANTED):
        if isinstance(found, Fault):
            faults.append(found)
        else:
            _put(export, found)
    for fault in faults[:_SHOWN_FAULTS]:
        _fault(export, fault.line, fault.message)
    if len(faults) > _SHOWN_FAULTS:
        _fault(export, faults[_SHOWN_FAULTS].line, f"{len(faults) - _SHOWN_FAULTS} more lines that cannot be used")
    return export


def _fault(export: _Export, line: int, message: str) -> None:
    export.faults.append(Problem("RD027", message, export.source.at(LineAt(line))))


def _put(export: _Export, entry: Entry) -> None:
    account = entry.text("samaccountname")
    if account:
        export.names[entry.dn.casefold()] = account
    path = som_path(entry.dn)
    gpo = gpo_id(entry.dn)
    if path is not None:
        export.soms.append((path, entry))
        if not path.startswith("site:") and "/" not in path:
            export.domain_sid = _sid(entry) or export.domain_sid
    elif (entry.text("gplink") or "").strip():
        message = f"GPOs are linked to '{entry.dn}', which is no site, domain or OU: Windows never looks there"
        export.strays.append(Problem("GP024", message, export.source.at(LineAt(entry.line))))
    elif gpo is not None:
        export.gpos.append((gpo, entry))
    elif entry.text("mswmi-name") is not None:
        export.filters.append(entry)
    elif "group" in entry.texts("objectclass") or "member" in entry.attributes:
        export.groups.append(entry)


def _soms(export: _Export) -> Iterator[Som]:
    shows_links = any("gplink" in entry.attributes for _, entry in export.soms)
    shows_options = any("gpoptions" in entry.attributes for _, entry in export.soms)
    for path, entry in export.soms:
        whole = _WHOLE in entry.attributes
        raw = entry.text("gplink")
        found, rest = links(raw or "")
        if rest:
            _fault(export, entry.line, f"the gPLink of {path} stops following its format at '{rest[:60]}'")
        options = entry.number("gpoptions")
        blocks = bool(options & _BLOCKS) if options is not None else False if whole or shows_options else None
        told = raw is not None or whole or shows_links
        yield Som(
            path=path, blocks_inheritance=blocks, links=found if told else None, raw_order=told and len(found) > 1
        )


def _groups(export: _Export) -> Iterator[GroupEntry]:
    for entry in export.groups:
        sid = _sid(entry)
        name = entry.text("samaccountname") or next((value for _, value in rdns(entry.dn)), entry.dn)
        told = "member" in entry.attributes or _WHOLE in entry.attributes
        partial = entry.ranged or (sid or "").endswith(_PRIMARY_GROUPS)
        members = [_member(export, dn) for dn in entry.texts("member")] if told and not partial else None
        yield GroupEntry(name=name, id=sid, members=members)


def _member(export: _Export, dn: str) -> str:
    """The account name of a member; of one that the export does not hold, the name in its DN (a SID, if foreign)."""
    return export.names.get(dn.casefold()) or next((value for _, value in rdns(dn)), dn)


def _gpo(export: _Export, id_: str, entry: Entry) -> DirectoryGpo:
    flags = entry.number("flags")
    raw_filter = entry.text("gpcwqlfilter")
    told = raw_filter is not None or _WHOLE in entry.attributes
    return DirectoryGpo(
        id=id_,
        evidence=export.source.at(LineAt(entry.line)),
        name=entry.text("displayname"),
        domain=domain(rdns(entry.dn)),
        disabled_sides=None if flags is None else disabled_sides(flags),
        filtering=_filtering(export, id_, entry),
        wmi_filter=guid(raw_filter or "") or "" if told else None,
        version=entry.number("versionnumber"),
        functionality=entry.number("gpcfunctionalityversion"),
        registered=_registered(entry),
    )


def _registered(entry: Entry) -> dict[Scope, tuple[str, ...] | None] | None:
    """The client-side extensions of both sides; a side that has none has no attribute. None when nobody asked."""
    lists = {scope: entry.text(name) for scope, name in _EXTENSIONS.items()}
    if _WHOLE not in entry.attributes and not any(lists.values()):
        return None
    whole = _WHOLE in entry.attributes
    return {scope: cse.extensions(text) if text is not None else () if whole else None for scope, text in lists.items()}


def _filtering(export: _Export, id_: str, entry: Entry) -> Filtering | None:
    raw = next(iter(entry.attributes.get("ntsecuritydescriptor", ())), None)
    if raw is None:
        return None
    try:
        if raw[:2] in (b"O:", b"G:", b"D:"):
            text = raw.decode("utf-8", "replace")
            return security_descriptor.filtering(sddl_text.parse(text, export.domain_sid or ""))
        return security_descriptor.filtering(security_descriptor.parse(raw))
    except (ReadError, ValueError) as error:
        _fault(export, entry.line, f"{error}, so who the GPO {id_} applies to is not known")
        return None


def _queries(export: _Export) -> Iterator[WmiQuery]:
    """WMI filters. msWMI-Parm2 is `count;` and for each query `3;…;length;WQL;namespace;query;` ([MS-GPOL] 2.2.5)."""
    for entry in export.filters:
        id_ = guid(entry.text("mswmi-id") or "") or guid(entry.dn)
        name = entry.text("mswmi-name") or ""
        if id_ is not None:
            parts = re.findall(r"WQL;[^;]*;([^;]*);", entry.text("mswmi-parm2") or "")
            yield WmiQuery(id_, name, tuple(parts), export.source.at(LineAt(entry.line)))


def _sid(entry: Entry) -> str | None:
    """objectSid, as bytes (ldifde, ldapsearch) or in text (ldbsearch)."""
    raw = next(iter(entry.attributes.get("objectsid", ())), b"")
    if raw.startswith(b"S-1-"):
        return raw.decode("ascii", "replace")
    if len(raw) < 8 or len(raw) != 8 + 4 * raw[1]:
        return None
    subs = struct.unpack_from(f"<{raw[1]}I", raw, 8)
    return "-".join(["S", str(raw[0]), str(int.from_bytes(raw[2:8], "big")), *map(str, subs)])
