"""GPO backups, as GPMC, Backup-GPO and LGPO.exe write them: one folder each, named by a GUID that is not the GPO's.

Windows does not tell `Machine` from `MACHINE`, and git, zip and hand-editing leave backups incomplete, so files are
found without regard to case and each part may be missing: manifest.xml is never needed; Backup.xml, bkupInfo.xml
and gpreport.xml each give what they have.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from policylint.errors import ReadError
from policylint.model import Channel, FileRecord, FileStatus, Filtering, Link, Policy, Problem, Scope
from policylint.readers.gpo import backup_xml, preferences, security_descriptor
from policylint.readers.gpo.backup_folder import Backup, Held, backups, superseded
from policylint.readers.gpo.cse import in_sequence
from policylint.readers.gpo.extension_lists import unsorted
from policylint.readers.gpo.files import AUDIT_CSV, FOREIGN, REGISTRY_POL, TEMPLATE, classify
from policylint.readers.gpo.tree import Registered, read_tree
from policylint.readers.source import Reading, Source, problem

_TREE = "domainsysvol/gpo/"
_NUMBER = re.compile(r"[0-9]{1,9}")
_MANIFEST = b"GroupPolicy/GPOOperations/Manifest"
_OFF = ((Scope.USER, 1), (Scope.DEVICE, 2))
"""Bits of Options, the `flags` of the GPO ([MS-GPOL] 2.2.4; rule G-STATUS)."""
_LISTED_KINDS = (REGISTRY_POL.name, TEMPLATE.name, AUDIT_CSV.name)
"""A lost file of these kinds, or of preferences, loses settings."""


def read(held: Held) -> Reading:
    """Reads the backups in the folders that `by_folder` found.

    Of several backups of one GPO the newest is used; each other one is an RD013.
    """
    found = backups(held)
    older = superseded(found)
    readings = [
        _superseded(backup, older[backup.folder]) if backup.folder in older else _reading(backup) for backup in found
    ]
    return Reading(
        policies=tuple([policy for reading in readings for policy in reading.policies]),
        problems=tuple([fault for reading in readings for fault in reading.problems]),
        files=tuple([record for reading in readings for record in reading.files]),
    )


def _reading(backup: Backup) -> Reading:
    """The policy of a backup that is used."""
    registered, faults = _registered(backup)
    inside = [(path[len(_TREE) :], source) for path, source in backup.files if path.casefold().startswith(_TREE)]
    name, evidence = backup.name
    tree = read_tree(inside, registered, backup.id, name)
    filtering, descriptor_faults = _filtering(backup)
    off, option_faults = _disabled_sides(backup)
    versions = _versions(backup)
    policy = Policy(
        id=backup.id,
        name=name,
        channel=Channel.GPO,
        kind="gpo",
        evidence=evidence,
        claims=tuple(tree.claims),
        sweeps=tuple(tree.sweeps),
        domain=backup.domain,
        disabled_sides=off,
        links=_links(backup),
        wmi_filter=None if backup.core.value is None else backup.core.value.wmi_filter,
        filtering=filtering,
        directory_version=versions[0],
        file_version=versions[1],
        comment=tree.comment,
        setting_comments=tuple(tree.setting_comments),
    )
    faults = [
        *_unreadable(backup),
        *_contradictions(backup),
        *faults,
        *descriptor_faults,
        *option_faults,
        *_lost(backup),
    ]
    return Reading((policy,), problems=(*faults, *tree.problems), files=(*_descriptions(backup), *tree.files))


def _superseded(backup: Backup, newer: Backup) -> Reading:
    """A backup that is not used: what could not be read of its descriptions still counts."""
    when = f"made {backup.time or 'at an unknown time'}, the other {newer.time or 'at an unknown time'}"
    if backup.time == newer.time:
        when = "made at the same time, so the last by folder name is used"
    message = f"an older backup of '{backup.name[0]}' {backup.id}, not used: '{newer.folder}' is ({when})"
    broken = {part.source.path for part in (backup.core, backup.info, backup.report) if part.source and part.error}
    files = [
        FileRecord(source.path, "ignored", _kind(path), "older backup")
        for path, source in backup.files
        if source.path not in broken
    ]
    descriptions = [record for record in _descriptions(backup) if record.path in broken]
    note = Problem("RD013", message, backup.description.at(), backup.id)
    return Reading(problems=(*_unreadable(backup), note, *_passwords(backup)), files=(*descriptions, *files))


def _passwords(backup: Backup) -> Iterator[Problem]:
    """Passwords in the preferences of a backup that is not used: whoever has the backup has them all the same."""
    for path, source in backup.files:
        kind, scope = classify(path[len(_TREE) :])
        if path.casefold().startswith(_TREE) and kind.preference and scope is not None:
            try:
                found = preferences.read(source.read(), scope, source, kind.preference, backup.name[0])
            except ReadError:
                continue  # nothing of an unused backup is needed, so that it is damaged does not matter
            yield from (replace(p, policy=backup.id) for p in found.problems if p.rule == preferences.PASSWORD_RULE)


def _unreadable(backup: Backup) -> Iterator[Problem]:
    for part in (backup.core, backup.info, backup.report):
        if part.source is not None and part.error is not None:
            yield problem(part.source, part.error, backup.id)


def _descriptions(backup: Backup) -> Iterator[FileRecord]:
    """A record for each file of the backup outside the GPO's own folder."""
    parts = {part.source.path: part for part in (backup.core, backup.info, backup.report) if part.source is not None}
    for path, source in backup.files:
        part = parts.get(source.path)
        if part is not None:
            status: FileStatus = "read" if part.error is None else "unread"
            reason = "" if part.error is None else part.error.message
            yield FileRecord(source.path, status, _kind(path), reason)
        elif not path.casefold().startswith(_TREE):
            yield FileRecord(source.path, "ignored", _kind(path), "is not part of a GPO backup")


def _kind(path: str) -> str:
    """What a file of a backup is, by its path in it."""
    folded = path.casefold()
    return classify(path[len(_TREE) :])[0].name if folded.startswith(_TREE) else _NAMED.get(folded, FOREIGN.name)


_NAMED = {"backup.xml": "Backup.xml", "bkupinfo.xml": "bkupInfo.xml", "gpreport.xml": "GPO report"}


def _links(backup: Backup) -> tuple[Link, ...] | None:
    """The links that the report tells, in its order, which means nothing; None without a report of this GPO."""
    source, report = backup.report.source, backup.report.value
    if source is None or report is None or _is_foreign(backup):
        return None
    return tuple(Link(link.som, link.enabled, link.enforced, source.at(link.place)) for link in report.links)


def _registered(backup: Backup) -> tuple[Registered | None, list[Problem]]:
    """The extensions that Backup.xml registers for each side; None without a readable one."""
    core, source = backup.core.value, backup.core.source
    if core is None or source is None:
        return None, []
    lists = {Scope.DEVICE: core.machine_extensions, Scope.USER: core.user_extensions}
    faults = list(unsorted(lists, source.at(), backup.id))
    return {scope: None if guids is None else frozenset(in_sequence(guids)) for scope, guids in lists.items()}, faults


def _filtering(backup: Backup) -> tuple[Filtering | None, list[Problem]]:
    core, source = backup.core.value, backup.core.source
    if core is None or source is None or core.descriptor is None:
        return None, []
    try:
        return security_descriptor.told_by(core.descriptor.text), []
    except ValueError:
        message = "the security descriptor is not hexadecimal, so who the GPO applies to is not known"
        return None, [Problem("RD016", message, source.at(core.descriptor.place), backup.id)]
    except ReadError as error:
        message = f"{error.message}, so who the GPO applies to is not known"
        return None, [Problem(error.rule, message, source.at(core.descriptor.place), backup.id)]


def _disabled_sides(backup: Backup) -> tuple[frozenset[Scope], list[Problem]]:
    """The sides that are switched off: by Backup.xml, else by the report."""
    core, source = backup.core.value, backup.core.source
    if core is None or source is None or core.options is None or not core.options.text:
        return frozenset() if backup.report.value is None else backup.report.value.disabled_sides, []
    if not _NUMBER.fullmatch(core.options.text):
        message = f"Options is '{core.options.text}', not a number; both sides of the GPO are taken as enabled"
        return frozenset(), [Problem("RD016", message, source.at(core.options.place), backup.id)]
    options = int(core.options.text)
    return frozenset(scope for scope, bit in _OFF if options & bit), []


def _versions(backup: Backup) -> tuple[int | None, int | None]:
    """The versions in the directory and of the files: by Backup.xml, else by the report.

    GPT.INI has none to tell: LGPO.exe writes a zero there, and an import counts anew.
    """
    core, report = backup.core.value, None if _is_foreign(backup) else backup.report.value
    told = core if core is not None and core.directory_version is not None else report
    return (None, None) if told is None else (told.directory_version, told.file_version)


def _is_foreign(backup: Backup) -> bool:
    """Whether the report is that of another GPO."""
    report = backup.report.value
    return report is not None and report.id not in ("", backup.id)


def _contradictions(backup: Backup) -> Iterator[Problem]:
    """Where bkupInfo.xml and Backup.xml say different things. What Backup.xml says is used: it is what is imported."""
    core, info, source = backup.core.value, backup.info.value, backup.info.source
    report, reported = backup.report.value, backup.report.source
    if report is not None and reported is not None and _is_foreign(backup):
        message = f"the report of another GPO, '{report.name.text}' {report.id}; its links are not used"
        yield Problem("RD016", message, reported.at(report.name.place), backup.id)
    if core is None or info is None or source is None:
        return
    told = (
        ("GPO", core.id, info.id),
        ("domain", core.domain, info.domain),
        ("display name", core.name.text, info.name.text),
    )
    for what, used, other in told:
        if used and other and used.casefold() != other.casefold():
            message = f"its {what} is '{other}', and Backup.xml says '{used}'; Backup.xml is believed"
            yield Problem("RD016", message, source.at(info.name.place), backup.id)


def _lost(backup: Backup) -> Iterator[Problem]:
    """Settings files that Backup.xml lists and that are not there."""
    core, source = backup.core.value, backup.core.source
    if core is None or source is None:
        return
    there = {path.casefold() for path, _ in backup.files}
    lost = {path for path in core.files if path.casefold() not in there and _holds_settings(path)}
    for listed in backup_xml.listed(source.read()) if lost else ():
        if listed.text in lost:
            message = f"lists '{listed.text}', which is not in the backup: its settings are lost"
            yield Problem("RD016", message, source.at(listed.place), backup.id)


def _holds_settings(path: str) -> bool:
    kind = _kind(path)
    return kind in _LISTED_KINDS or kind.startswith("preferences:")


def take_manifests(sources: Sequence[Source]) -> tuple[Reading, list[Source]]:
    """Records for manifests of backups, which are caches and often stale, and the files that are none."""
    records: list[FileRecord] = []
    rest: list[Source] = []
    for source in sources:
        if source.name == "manifest.xml" and _is_manifest(source):
            reason = "an index of backups; the backups themselves are read"
            records.append(FileRecord(source.path, "ignored", "manifest", reason))
        else:
            rest.append(source)
    return Reading(files=tuple(records)), rest


def _is_manifest(source: Source) -> bool:
    try:
        return _MANIFEST in source.read().replace(b"\0", b"")
    except ReadError:
        return False
