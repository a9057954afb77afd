"""BloodHound collections (SharpHound, bloodhound-python; versions 4 to 6): containers, links, GPO names and groups.

Links name a GPO by the objectGUID of its directory object, and only gpos.json says which policy that is. The collector
drops disabled links and upper-cases names; the order of its array is that of gPLink, as far as is known, so it has
the same doubt (G-LINK-RAW). Sites are not collected.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from policylint.errors import ReadError
from policylint.evidence import Evidence, JsonAt
from policylint.model import FileRecord, Problem
from policylint.readers.directory.known import Described, DirectoryGpo
from policylint.readers.directory.names import disabled_sides, domain, gpo_id, rdns, som_path
from policylint.readers.json import load, pointer
from policylint.readers.source import Reading, Source, problem
from policylint.topology import GroupEntry, LinkEntry, Som, Topology

USED = ("domains", "ous", "gpos", "groups", "computers", "users")
UNUSED = ("containers", "sessions", "localgroups", "rootcas", "aiacas", "enterprisecas", "ntauthstores")
_META = re.compile(rb'"meta"\s*:\s*\{[^{}]*?"type"\s*:\s*"([a-z]+)"[^{}]*\}')
_ENDS = 4096
_PRIMARY_GROUPS = ("-513", "-514", "-515", "-516", "-521")

Properties = dict[str, object]


@dataclass(frozen=True, slots=True)
class _Object:
    """One object of a collection, with where it stands."""

    source: Source
    index: int
    raw: dict[str, object]

    @property
    def properties(self) -> Properties:
        found = self.raw.get("Properties")
        return found if isinstance(found, dict) else {}

    @property
    def id(self) -> str:
        return str(self.raw.get("ObjectIdentifier", ""))

    def text(self, name: str) -> str:
        """A property as text, '' where it is absent."""
        value = self.properties.get(name)
        return value if isinstance(value, str) else ""

    def items(self, name: str) -> list[dict[str, object]]:
        """A list of objects, as far as it is one."""
        value = self.raw.get(name)
        return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []

    def at(self, *parts: str | int) -> Evidence:
        return self.source.at(JsonAt(pointer("data", self.index, *parts)))


def take(sources: Sequence[Source]) -> tuple[Reading, list[Source]]:
    """Takes the JSON files of a BloodHound collection; those of one folder belong together.

    Problems: RD001, RD004, RD005, RD007 (the file is unread); RD017 for links to GPOs that the collection lacks.
    """
    rest: list[Source] = []
    folders: dict[str, list[tuple[Source, str]]] = {}
    for source in sources:
        kind = _kind(source) if source.suffix == ".json" else None
        if kind is None:
            rest.append(source)
        else:
            folders.setdefault(source.path.rpartition("/")[0], []).append((source, kind))
    readings = [_collection(folders[folder]) for folder in sorted(folders)]
    return Reading(
        described=tuple(found for r in readings for found in r.described),
        directory=tuple(gpo for r in readings for gpo in r.directory),
        problems=tuple(fault for r in readings for fault in r.problems),
        files=tuple(record for r in readings for record in r.files),
    ), rest


def _kind(source: Source) -> str | None:
    """What a collection's file holds, by the `meta` at its end or beginning; None for any other JSON."""
    try:
        head = source.head()
        if b'"meta"' not in head and b'"data"' not in head:
            return None
        data = source.read()
    except ReadError:
        return None
    found = _META.search(data[-_ENDS:]) or _META.search(data[:_ENDS])
    kind = found[1].decode() if found else None
    return kind if kind in (*USED, *UNUSED) and b'"data"' in (data[:_ENDS] + data[-_ENDS:]) else None


def _collection(files: Sequence[tuple[Source, str]]) -> Reading:
    objects: dict[str, list[_Object]] = {kind: [] for kind in USED}
    problems: list[Problem] = []
    records: list[FileRecord] = []
    described_in = files[0][0]
    for source, kind in sorted(files, key=lambda f: f[0].path):
        name = f"BloodHound {kind}"
        try:
            if kind in UNUSED:
                records.append(FileRecord(source.path, "ignored", name, "says nothing about policies"))
                continue
            objects[kind] += _objects(source)
            records.append(FileRecord(source.path, "read", name))
            described_in = source if kind == "ous" else described_in
        except ReadError as error:
            problems.append(problem(source, error))
            records.append(FileRecord(source.path, "unread", name, error.message))
    gpos = {o.id.casefold(): id_ for o in objects["gpos"] for id_ in [gpo_id(o.text("distinguishedname"))] if id_}
    containers = [*objects["domains"], *objects["ous"]]
    if containers and not gpos:
        message = "gpos.json is missing in this folder, so which policies the containers link is not known"
        problems.append(Problem("RD017", message, described_in.at()))
    soms = list(_soms(containers, gpos, problems))
    topology = Topology(som=soms, group=list(_groups(objects)))
    return Reading(
        described=(Described(topology, described_in.at()),) if soms or topology.group else (),
        directory=tuple(_gpo(o, gpos[o.id.casefold()]) for o in objects["gpos"] if o.id.casefold() in gpos),
        problems=tuple(problems),
        files=tuple(records),
    )


def _objects(source: Source) -> Iterator[_Object]:
    value = load(source.read()).value
    data = value.get("data") if isinstance(value, dict) else None
    for index, raw in enumerate(data if isinstance(data, list) else ()):
        if isinstance(raw, dict) and not raw.get("IsDeleted"):
            yield _Object(source, index, raw)


def _soms(containers: Iterable[_Object], gpos: dict[str, str], problems: list[Problem]) -> Iterator[Som]:
    for container in containers:
        path = som_path(container.text("distinguishedname"))
        if path is None:
            continue
        blocks = container.properties.get("blocksinheritance")
        if not isinstance(blocks, bool):
            blocks = False if "/" not in path else None  # a domain has no such property: nothing is above it
        told = bool(gpos) and isinstance(container.raw.get("Links"), list)
        found = list(_links(container, path, gpos, problems)) if told else None
        yield Som(path=path, blocks_inheritance=blocks, links=found and found[::-1], raw_order=len(found or ()) > 1)


def _links(container: _Object, path: str, gpos: dict[str, str], problems: list[Problem]) -> Iterator[LinkEntry]:
    """The links in the order of the array; one whose GPO is unknown applies nothing (G-LINK-DANGLING)."""
    for index, link in enumerate(container.items("Links")):
        named = str(link.get("GUID", link.get("Guid", "")) or "")
        gpo = gpos.get(named.casefold())
        if gpo is not None:
            yield LinkEntry(gpo=gpo, enforced=link.get("IsEnforced") is True)
            continue
        what = f"the object {named}, which gpos.json does not hold" if named else "a GPO that does not exist any more"
        problems.append(Problem("RD017", f"{path} links {what}", container.at("Links", index)))


def _gpo(gpo: _Object, id_: str) -> DirectoryGpo:
    dn = gpo.text("distinguishedname")
    status = gpo.text("gpostatus")
    return DirectoryGpo(
        id=id_,
        evidence=gpo.at(),
        name=gpo.text("name").rpartition("@")[0] or None,
        domain=domain(rdns(dn)).lower(),
        disabled_sides=disabled_sides(int(status)) if status in ("0", "1", "2", "3") else None,
    )


def _groups(objects: dict[str, list[_Object]]) -> Iterator[GroupEntry]:
    """Groups by SID, their members by account name where the collection tells it."""
    names = {o.id: o.text("samaccountname") for kind in ("computers", "users", "groups") for o in objects[kind]}
    for group in objects["groups"]:
        ids = [str(member.get("ObjectIdentifier", "")) for member in group.items("Members")]
        partial = group.id.endswith(_PRIMARY_GROUPS)
        yield GroupEntry(
            name=names[group.id] or group.text("name").rpartition("@")[0] or group.id,
            id=group.id,
            members=None if partial else [names.get(id_) or id_ for id_ in ids],
        )
