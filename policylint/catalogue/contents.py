"""What the catalogue holds: its data files, where each comes from, and how much is in it."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from importlib.resources import files

from policylint.catalogue import shipped
from policylint.catalogue.packed import VERSION


@dataclass(frozen=True, slots=True)
class Part:
    """One set of facts: its kind, the name of the set or download it was made from, and counts in words."""

    kind: str
    source: str
    counts: tuple[str, ...]
    version: int | None = None
    """Of the file's form, where the file tells it."""


@dataclass(frozen=True, slots=True)
class _Table:
    """A table of the catalogue. A first line `# kind, version N, source S, counts …` (by tabs) outdoes what is here."""

    file: str
    kind: str
    source: str
    row: str


_TABLES = (
    _Table("csp-nodes.tsv.gz", "CSP nodes", "Microsoft's DDF v2 files", "nodes"),
    _Table("gp-mapping.tsv.gz", "CSP nodes that mirror a group policy", "the CSP nodes and the ADMX sets", "nodes"),
    _Table(
        "settings-catalog.tsv.gz", "settings catalog", "Microsoft Graph's configurationSettings, 2026-08", "definitions"
    ),
    _Table(
        "template-properties.tsv.gz",
        "properties of template profiles",
        "Microsoft's map of Graph properties to CSPs (2019) and the Intune portal's metadata",
        "properties",
    ),
)


def contents() -> tuple[Part, ...]:
    """Every part of the catalogue: the ADMX sets by name, then the tables that are there."""
    sets = (
        Part("ADMX definitions", part.name, (f"{part.files} files", f"{part.policies} policies"), VERSION)
        for part in shipped.sets()
    )
    return (*sets, *(part for part in map(_part, _TABLES) if part is not None))


def _part(table: _Table) -> Part | None:
    place = files("policylint.catalogue").joinpath("data", table.file)
    if not place.is_file():
        return None
    first, *rest = gzip.decompress(place.read_bytes()).decode("utf-8").splitlines()
    if not first.startswith("# "):
        return Part(table.kind, table.source, (f"{len(rest) + 1} {table.row}",))
    kind, *cells = first.removeprefix("# ").split("\t")
    told = {word: rest for word, _, rest in (cell.partition(" ") for cell in cells) if word in ("version", "source")}
    counts = tuple(cell for cell in cells if cell.partition(" ")[0] not in told)
    version = told.get("version", "")
    return Part(kind, told.get("source", table.source), counts, int(version) if version.isdecimal() else None)
