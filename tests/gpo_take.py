"""Folders of GPOs read and taken out of a pile of files, as `policylint.readers.read` does it in two steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from policylint.readers.gpo import backup, backup_folder, sysvol
from policylint.readers.source import Reading, Source


def take_backups(sources: Sequence[Source]) -> tuple[Reading, list[Source]]:
    """What the backups and their manifests say, and the other files."""
    held, others = backup_folder.by_folder(sources)
    found, (indexes, rest) = backup.read(held), backup.take_manifests(others)
    return replace(found, files=(*found.files, *indexes.files)), rest


def take_trees(sources: Sequence[Source]) -> tuple[Reading, list[Source]]:
    """What GPO folders of SYSVOL and loose settings files say, and the other files."""
    held, others = sysvol.by_folder(sources)
    found, (loose, rest) = sysvol.read(held), sysvol.take_loose(others)
    return Reading(
        policies=found.policies + loose.policies,
        problems=found.problems + loose.problems,
        files=found.files + loose.files,
    ), rest
