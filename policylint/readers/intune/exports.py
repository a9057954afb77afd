"""Intune exports: JSON files of any tool, from bytes to policies.

Each file is parsed once, unwrapped into Graph objects, and each object is read by the reader of its kind. Then the
files are looked at together: an intent's settings that IntuneManagement writes a second time beside it, assignments
that IntuneBackupAndRestore writes into a file of their own, the same policy exported twice, names of filters.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from policylint.errors import ReadError
from policylint.evidence import JsonAt
from policylint.frozen import quickly_built
from policylint.model import FileRecord, Group, Problem
from policylint.readers.intune import blueprint
from policylint.readers.intune import kinds as intune_kinds
from policylint.readers.intune.dsc import is_configuration
from policylint.readers.intune.graph_object import Found, Item
from policylint.readers.intune.kinds import NOT_GRAPH
from policylint.readers.intune.merge import Entry, merge
from policylint.readers.intune.unwrap import INDENT_OF_INTUNECD, unwrap
from policylint.readers.json import Document, load
from policylint.readers.source import Reading, Source, decode, problem
from policylint.readers.yaml import load as load_yaml

_ARCHIVE = "__archive__"
"""IntuneCD moves what it replaced into this folder; other tools' folders named Archive are people's own."""

_GRAPH_MEMBERS = ("@odata.", "settingDefinitionId", "omaSettings", "roleScopeTagIds")
"""What a YAML file must mention to be taken for an export: most YAML files of a repository are something else."""

_FEW = 3


@quickly_built
@dataclass(frozen=True, slots=True)
class _File:
    """One file that was taken: its objects, or what became of it where nothing can be read from it."""

    source: Source
    entries: tuple[Entry, ...] = ()
    problems: tuple[Problem, ...] = ()
    page: tuple[str, bool] | None = None
    """Of a Graph page: its context, and whether it says that another page follows."""
    error: str = ""
    """Why part of it could not be read."""
    record: FileRecord | None = None


def take(sources: Sequence[Source]) -> tuple[Reading, list[Source]]:
    """Takes JSON files, text files that are JSON, IntuneCD's YAML files and Microsoft365DSC scripts; leaves all others.

    Problems: RD001, RD004, RD005, RD007, RD030, RD031 (the file is unread); RD010, RD011, RD012, RD014, RD015 of its
    objects.
    """
    files: list[_File] = []
    left: list[Source] = []
    for source in sorted(sources, key=lambda s: s.path):
        file = _file(source)
        if file is None:
            left.append(source)
        else:
            files.append(file)
    return _reading(files), left


def _file(source: Source) -> _File | None:
    """Reads one file; None when it is not ours."""
    if source.suffix == ".json" or source.name == ".json":
        return _json(source)
    if source.suffix in (".yaml", ".yml"):
        return _yaml(source)
    if source.suffix not in (".txt", ".ps1"):
        return None
    try:
        text = decode(source.read())
    except ReadError:
        return None  # whoever the file belongs to reports it
    if source.suffix == ".txt" and text.lstrip().startswith(("{", "[", '"')):
        file = _json(source)
        return file if any(entry.found.kind != NOT_GRAPH for entry in file.entries) else None
    return _dsc(source, text)


def _json(source: Source) -> _File:
    try:
        document = load(source.read())
    except ReadError as exc:
        record = FileRecord(source.path, "unread", "JSON", exc.message)
        return _File(source, problems=(problem(source, exc),), record=record)
    file = _of_objects(source, unwrap(source, document))
    if file.record is not None:
        return file
    twice = tuple(
        Problem("RD014", f"{at} stands twice in one object: the last one counts", source.at(JsonAt(at)))
        for at in document.duplicates
    )
    page = _page(document.value)
    return replace(file, problems=(*file.problems, *twice), page=page) if twice or page else file


def _yaml(source: Source) -> _File | None:
    """IntuneCD's YAML: the same objects as its JSON. Other YAML files are not ours, nor is what is wrong with them."""
    try:
        data = source.read()
        text = decode(data)
        if not any(member in text for member in _GRAPH_MEMBERS):
            return None
        document = load_yaml(data)
    except ReadError as exc:
        if exc.rule in ("RD001", "RD005"):
            return None
        record = FileRecord(source.path, "unread", "YAML", exc.message)
        return _File(source, problems=(problem(source, exc),), record=record)
    found = unwrap(source, Document(document.value, indent=INDENT_OF_INTUNECD))
    file = _of_objects(source, [replace(o, lines=document.lines) if isinstance(o, Item) else o for o in found])
    return file if any(entry.found.kind != NOT_GRAPH for entry in file.entries) else None


def _page(value: object) -> tuple[str, bool] | None:
    if not isinstance(value, dict) or not isinstance(value.get("value"), list):
        return None
    return str(value.get("@odata.context", "")), "@odata.nextLink" in value


def _dsc(source: Source, text: str) -> _File | None:
    """A tenant exported by Microsoft365DSC as PowerShell: recognised by its Intune resources."""
    if not is_configuration(text):
        return None
    objects = list(blueprint.items(source, text))
    return _of_objects(source, objects)


def _of_objects(source: Source, objects: Sequence[Item | ReadError]) -> _File:
    """Each object read as what it is; nothing of a file that its tool put into its archive."""
    entries = tuple(Entry.of(item, intune_kinds.read(item)) for item in objects if isinstance(item, Item))
    broken = tuple(problem(source, error) for error in objects if isinstance(error, ReadError))
    if f"/{_ARCHIVE}/" in f"/{source.path}":
        kind = f"{_kind(entry.found for entry in entries)} (archived)"
        return _File(source, record=FileRecord(source.path, "ignored", kind, "archived copy"))
    return _File(source, entries, broken, error=broken[0].message if broken else "")


def _reading(files: Sequence[_File]) -> Reading:
    merged: dict[str, list[Found]] = {}
    for entry in merge([entry for file in files for entry in file.entries]):
        merged.setdefault(entry.path, []).append(entry.found)
    found = [one for ones in merged.values() for one in ones]
    problems = [one for file in files for one in (*file.problems, *_problems(merged.get(file.source.path, ())))]
    return Reading(
        policies=tuple(one.policy for one in found if one.policy is not None),
        groups=_groups(group for one in found for group in one.groups),
        tenants=tuple(sorted({tenant for one in found for tenant in one.tenants})),
        problems=(*problems, *_open_pages(files)),
        files=tuple(file.record or _record(file, merged.get(file.source.path, ())) for file in files),
    )


def _problems(found: Iterable[Found]) -> Iterable[Problem]:
    return (one for each in found for one in each.problems)


def _open_pages(files: Sequence[_File]) -> Iterable[Problem]:
    """Pages that say another one follows, where no file of the same list is a last page (RD011)."""
    ended = {file.page[0] for file in files if file.page is not None and not file.page[1]}
    for file in files:
        if file.page is not None and file.page[1] and file.page[0] not in ended:
            message = "the page ends with a nextLink, and the objects behind it are in none of the files"
            yield Problem("RD011", message, file.source.at(JsonAt("/@odata.nextLink")))


def _groups(groups: Iterable[Group]) -> tuple[Group, ...]:
    """One group per id: the first that says what its members are, else the first."""
    best: dict[str, Group] = {}
    for group in groups:
        known = best.setdefault(group.id, group)
        if known.members is None and group.members is not None:
            best[group.id] = group
    return tuple(best[id_] for id_ in sorted(best))


def _record(file: _File, found: Sequence[Found]) -> FileRecord:
    policies = [one.policy for one in found if one.policy is not None]
    kind, path, settings = _kind(found), file.source.path, sum(len(policy.claims) for policy in policies)
    if file.error or policies:
        return FileRecord(path, "unread" if file.error else "read", kind, file.error, settings)
    reasons = list(dict.fromkeys(one.reason for one in found)) or ["not a Graph object"]
    few = "; ".join(reasons) if len(reasons) <= _FEW else "no object that is evaluated"
    return FileRecord(path, "ignored", kind, few)


def _kind(found: Iterable[Found]) -> str:
    kinds = sorted({one.kind for one in found}) or [NOT_GRAPH]
    return " and ".join(kinds) if len(kinds) <= _FEW else f"{len(kinds)} kinds of Graph objects"
