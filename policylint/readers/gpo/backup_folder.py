"""Which files make up which GPO backup, and which backup of a GPO is the one to use."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from policylint.errors import ReadError
from policylint.evidence import Evidence
from policylint.readers.gpo.backup_xml import Core, Info, core, info
from policylint.readers.gpo.gpreport import Report, read
from policylint.readers.source import Source

_GUID_NAME = re.compile(r"\{[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\}", re.IGNORECASE)
_DESCRIPTIONS = ("backup.xml", "bkupinfo.xml", "gpreport.xml")
_MARKS = ("bkupinfo.xml", "backup.xml")
_SNIFFED = 4096
_SCHEMA = b"grouppolicybackupscheme"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Part(Generic[T]):
    """One of the descriptions in a backup: its file, if it is there, and what it says, if it could be read."""

    source: Source | None = None
    value: T | None = None
    error: ReadError | None = None


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup: its folder, its files with their paths below it, and its three descriptions."""

    folder: str
    files: tuple[tuple[str, Source], ...]
    core: Part[Core]
    info: Part[Info]
    report: Part[Report]
    id: str
    """The GUID of the GPO; the folder, where no description tells it."""
    domain: str
    """The domain of the GPO, '' where no description tells it."""

    @property
    def time(self) -> str:
        """When it was made, as text that sorts; '' where nothing tells it, which is older than anything."""
        return "" if self.info.value is None else self.info.value.time

    @property
    def name(self) -> tuple[str, Evidence]:
        """The display name of the GPO and where it stands; its id, where no description tells it."""
        for part in (self.core, self.info, self.report):
            if part.source is not None and part.value is not None and part.value.name.text:
                return part.value.name.text, part.source.at(part.value.name.place)
        return self.id, self.description.at()

    @property
    def description(self) -> Source:
        """The file that stands for the backup: the best of its descriptions."""
        parts = (self.core.source, self.info.source, self.report.source)
        return next((source for source in parts if source is not None), self.files[0][1])


Held = Mapping[str, Sequence[tuple[str, Source]]]
"""Files by the folder that they belong to, with their paths below it."""


def backups(held: Held) -> list[Backup]:
    """The backups in the folders that `by_folder` found, with their descriptions read."""
    return [_backup(folder, sorted(held[folder], key=lambda f: f[1].path)) for folder in sorted(held)]


def by_folder(sources: Sequence[Source]) -> tuple[Held, list[Source]]:
    """The folders of backups, each with its files and their paths below it, and the files that are in none."""
    folders = {_folder(source.path) for source in sources if source.name in _MARKS and _marks(source)}
    held: dict[str, list[tuple[str, Source]]] = defaultdict(list)
    rest: list[Source] = []
    owners: dict[str, str | None] = {}
    guids = {folder: _is_guid(folder) for folder in folders}
    for source in sources:
        path = source.path
        above = path[: path.rfind("/") + 1][:-1]  # as _folder: every file is asked
        folder = owners[above] if above in owners else _owner(above, folders, owners)
        if folder:
            path = path[len(folder) + 1 :]
        if folder is None or not (guids[folder] or _belongs(path)):
            rest.append(source)
        else:
            held[folder].append((path, source))
    return held, rest


def superseded(backups: Iterable[Backup]) -> dict[str, Backup]:
    """The folders of backups that are not used, each with the newer backup of the same GPO and domain.

    The newest BackupTime counts; of equal ones the last by folder name.
    """
    groups: dict[tuple[str, str], list[Backup]] = defaultdict(list)
    for backup in backups:
        groups[backup.id, backup.domain.casefold()].append(backup)
    older: dict[str, Backup] = {}
    for group in groups.values():
        *others, newest = sorted(group, key=lambda backup: (backup.time, backup.folder))
        older |= {backup.folder: newest for backup in others}
    return older


def _backup(folder: str, files: Sequence[tuple[str, Source]]) -> Backup:
    top: dict[str, Source] = {}
    for path, source in files:
        if "/" not in path:
            top.setdefault(source.name, source)
    parts = _part(top.get("backup.xml"), core), _part(top.get("bkupinfo.xml"), info)
    report = _part(top.get("gpreport.xml"), read)
    ids = (part.value.id for part in (*parts, report) if part.value is not None)
    domains = (part.value.domain for part in parts if part.value is not None)
    return Backup(
        folder,
        tuple(files),
        *parts,
        report,
        id=next(filter(None, ids), folder or "."),
        domain=next(filter(None, domains), ""),
    )


def _part(source: Source | None, parse: Callable[[bytes], T]) -> Part[T]:
    if source is None:
        return Part()
    try:
        return Part(source, parse(source.read()))
    except ReadError as error:
        return Part(source, None, error)


def _marks(source: Source) -> bool:
    """Whether a file of such a name makes its folder a backup. A Backup.xml of some other program does not."""
    if "/domainsysvol/" in f"/{source.path.casefold()}":
        return False
    return source.name == "bkupinfo.xml" or _is_guid(_folder(source.path)) or _SCHEMA in _opening(source)


def _opening(source: Source) -> bytes:
    """The first bytes, in lower case and without NULs, so that the search works in every encoding."""
    try:
        return source.read()[:_SNIFFED].replace(b"\0", b"").lower()
    except ReadError:
        return b""


def _owner(folder: str, folders: set[str], owners: dict[str, str | None]) -> str | None:
    """The nearest folder that is a backup, of a folder and those above it. `owners` keeps what was found."""
    asked, above = [], folder
    while above not in owners and above not in folders and above:
        asked.append(above)
        above = _folder(above)
    owner = owners.get(above, above if above in folders else None)
    owners.update(dict.fromkeys((*asked, above), owner))
    return owner


def _belongs(path: str) -> bool:
    """Whether a file below a backup's folder is part of it, where the folder has no GUID and may hold other things."""
    folded = path.casefold()
    return folded in _DESCRIPTIONS or folded.startswith("domainsysvol/")


def _is_guid(folder: str) -> bool:
    return _GUID_NAME.fullmatch(folder.rpartition("/")[2]) is not None


def _folder(path: str) -> str:
    return path.rpartition("/")[0]
