"""Files that belong to policylint itself, or to the repository around the exports."""

from __future__ import annotations

from collections.abc import Sequence

from policylint.model import FileRecord
from policylint.readers.source import Reading, Source

TOPOLOGY = "topology.toml"

PROJECT_FILES = {
    "policylint.toml": "policylint's settings",
    "readme.md": "documentation",
    "source.md": "documentation",
    "license": "documentation",
    "license.txt": "documentation",
    "license.md": "documentation",
    ".gitignore": "settings of git",
    ".gitattributes": "settings of git",
    ".gitkeep": "settings of git",
    "desktop.ini": "settings of Windows Explorer",
    "thumbs.db": "settings of Windows Explorer",
    ".ds_store": "settings of a file manager",
}
"""By case-folded name: what the file is."""


def take(sources: Sequence[Source]) -> tuple[Reading, list[Source]]:
    """Takes the topology (loaded apart) and files that hold no policy."""
    records: list[FileRecord] = []
    rest: list[Source] = []
    for source in sources:
        if source.name == TOPOLOGY:
            records.append(FileRecord(source.path, "read", "topology"))
        elif source.name in PROJECT_FILES or source.suffix == ".md":
            records.append(
                FileRecord(source.path, "ignored", PROJECT_FILES.get(source.name, "documentation"), "no policy")
            )
        else:
            rest.append(source)
    return Reading(files=tuple(records)), rest
