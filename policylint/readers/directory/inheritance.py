"""`Get-GPInheritance | ConvertTo-Json`: a container's links in GPMC's own order, and whether it blocks inheritance.

`GpoLinks` are the container's links; `InheritedGpoLinks` is what reaches it, strongest first, without site links and
without disabled links (G-LINK-INHERIT-CMD). ConvertTo-Json writes one object or a list, and enumerations as numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from policylint.errors import ReadError
from policylint.evidence import JsonAt
from policylint.model import FileRecord, Problem
from policylint.readers.directory.known import Described, DirectoryGpo
from policylint.readers.directory.names import guid, som_path
from policylint.readers.json import load, pointer
from policylint.readers.source import Reading, Source, problem
from policylint.topology import LinkEntry, Som, Topology

KIND = "Get-GPInheritance"
_MARK = b'"GpoInheritanceBlocked"'
_WIDE_MARK = _MARK.decode().encode("utf-16-le")
_TRUE = (True, 1, "true", "yes")
LOST = "Get-GPInheritance tells no site links, and no disabled links of containers above: they are missing here"


@dataclass(frozen=True, slots=True)
class _Link:
    """One link of a list, with the container that it stands on."""

    entry: LinkEntry
    name: str
    target: str
    order: int | None


def take(sources: Sequence[Source]) -> tuple[Reading, list[Source]]:
    """Takes JSON files that hold GpoInheritanceBlocked.

    Problems: RD001, RD004, RD005, RD007 (the file is unread); RD027 for an object that names no container; RD028 once
    per file, for what the cmdlet leaves out.
    """
    readings: list[Reading] = []
    rest: list[Source] = []
    for source in sources:
        if source.suffix in (".json", ".txt") and _is_ours(source):
            readings.append(_read(source))
        else:
            rest.append(source)
    return Reading(
        described=tuple(found for r in readings for found in r.described),
        directory=tuple(gpo for r in readings for gpo in r.directory),
        problems=tuple(fault for r in readings for fault in r.problems),
        files=tuple(record for r in readings for record in r.files),
    ), rest


def _is_ours(source: Source) -> bool:
    try:
        head = source.head()  # the mark stands in the first object, in front of its links
        return _MARK in head or _WIDE_MARK in head
    except ReadError:
        return False


def _read(source: Source) -> Reading:
    try:
        value = load(source.read()).value
    except ReadError as error:
        return Reading(
            problems=(problem(source, error),), files=(FileRecord(source.path, "unread", KIND, error.message),)
        )
    soms: dict[str, Som] = {}
    inherited: list[_Link] = []
    names: dict[str, str] = {}
    faults: list[Problem] = []
    for index, item in enumerate(value if isinstance(value, list) else [value]):
        path = som_path(str(item.get("Path", ""))) if isinstance(item, dict) else None
        if not isinstance(item, dict) or path is None:
            at = JsonAt(pointer(index) if isinstance(value, list) else "")
            faults.append(Problem("RD027", "tells no container by its distinguished name", source.at(at)))
            continue
        every = [*_links(item.get("GpoLinks")), *_links(item.get("InheritedGpoLinks"))]
        names.update({link.entry.gpo: link.name for link in every if link.name})
        soms[path.casefold()] = _som(path, item)
        inherited += _links(item.get("InheritedGpoLinks"))
    soms |= {som.path.casefold(): som for som in _above(inherited) if som.path.casefold() not in soms}
    note = Problem("RD028", LOST, source.at())
    reason = faults[0].message if faults else ""
    return Reading(
        described=(Described(Topology(som=list(soms.values())), source.at()),),
        directory=tuple(DirectoryGpo(id_, source.at(), name) for id_, name in sorted(names.items())),
        problems=(*faults, note),
        files=(FileRecord(source.path, "unread" if reason else "read", KIND, reason),),
    )


def _som(path: str, item: dict[str, object]) -> Som:
    """The container of one object: by its GpoLinks, else by those of the inherited links that stand on it."""
    own = list(_links(item["GpoLinks"])) if "GpoLinks" in item else None
    if own is None and "InheritedGpoLinks" in item:
        own = [link for link in _links(item["InheritedGpoLinks"]) if link.target.casefold() == path.casefold()]
    elif own is not None:
        own.sort(key=lambda link: link.order if link.order is not None else len(own or ()) + 1)
    blocks = _truth(item.get("GpoInheritanceBlocked"))
    return Som(path=path, blocks_inheritance=blocks, links=None if own is None else [link.entry for link in own])


def _above(inherited: Iterable[_Link]) -> Iterator[Som]:
    """Containers that are only seen as where inherited links come from: order and links are told, blocking is not.

    A container's links keep their order within the list of everything that reaches the ones below it.
    """
    found: dict[str, tuple[str, dict[str, LinkEntry]]] = {}
    for link in inherited:
        if link.target:
            found.setdefault(link.target.casefold(), (link.target, {}))[1].setdefault(link.entry.gpo, link.entry)
    for path, entries in found.values():
        yield Som(path=path, links=list(entries.values()))


def _links(value: object) -> Iterator[_Link]:
    """The links of a list (of a single object, which ConvertTo-Json of PowerShell 5 makes of a list of one)."""
    items = value if isinstance(value, list) else [value] if isinstance(value, dict) else []
    for item in items:
        gpo = guid(str(item.get("GpoId", ""))) if isinstance(item, dict) else None
        if gpo is None or not isinstance(item, dict):
            continue
        enforced, enabled, order = _truth(item.get("Enforced")), _truth(item.get("Enabled")), item.get("Order")
        yield _Link(
            LinkEntry(gpo=gpo, enforced=enforced is True, enabled=enabled is not False),
            item["DisplayName"] if isinstance(item.get("DisplayName"), str) else "",
            som_path(str(item.get("Target", ""))) or "",
            order if isinstance(order, int) else None,
        )


def _truth(value: object) -> bool | None:
    """A PowerShell Boolean, however it was written; None where there is none."""
    if value is None:
        return None
    return (value.strip().casefold() if isinstance(value, str) else value) in _TRUE
