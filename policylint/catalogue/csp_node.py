"""One CSP node, and its line in the table of nodes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, cast

from policylint.catalogue.table import cell
from policylint.frozen import quickly_built

Format = Literal["chr", "int", "bool", "node", "xml", "b64", "bin", "null", "time", "float", "date", ""]
Kind = Literal["ADMX", "ENUM", "Range", "RegEx", "Flag", "XSD", "JSON", "SDDL", "None"]

_ACCESS = {"A": "Add", "D": "Delete", "E": "Exec", "G": "Get", "R": "Replace"}


@quickly_built
@dataclass(frozen=True, slots=True)
class Allowed:
    """What a node takes (MSFT:AllowedValues). `kind` is `None` where only the delimiter of a list is known."""

    kind: Kind
    values: tuple[tuple[str, str], ...] = ()
    """ENUM and Flag: each value as written, and its name where that is short."""
    ranges: tuple[tuple[int, int], ...] = ()
    """Range: lowest and highest value, both allowed."""
    pattern: str = ""
    """RegEx: the expression as written. It need not be one that Python knows."""
    delimiter: str = ""
    """What parts the values of a list; empty when the node holds one value."""


@quickly_built
@dataclass(frozen=True, slots=True)
class AdmxRef:
    """The ADMX policy whose payload a node takes (MSFT:AdmxBacked). Join on file and name, not on the area."""

    file: str
    name: str
    area: str


@quickly_built
@dataclass(frozen=True, slots=True)
class GpRef:
    """The group policy that does the same (MSFT:GpMapping). `name` is nearly always an ADMX policy name."""

    name: str
    area_path: str
    element: str


@quickly_built
@dataclass(frozen=True, slots=True)
class Node:
    """One node of a CSP. Builds, editions and `atomic` hold for the nodes below as well, and are inherited here."""

    uri: str
    """As Microsoft spells it, dynamic segments by their title: `./Device/Vendor/MSFT/PassportForWork/{TenantId}`."""
    format: Format
    access: frozenset[str]
    """Add, Delete, Exec, Get, Replace."""
    default: str | None = None
    allowed: Allowed | None = None
    builds: tuple[str, ...] = ()
    """The first release and its backports; 99.9.99999 stands for Insider builds."""
    editions: tuple[str, ...] = ()
    """Windows edition numbers in hexadecimal; empty when the files do not say."""
    conflict_resolution: str = ""
    """How two sources meet: LastWrite, LowestValueMostSecure, …; empty is the schema's default, NoMerge."""
    deprecated: str = ""
    """The build since which the node is deprecated, `unknown` when no build is told; empty when it is not."""
    reboot: str = ""
    """Automatic or ServerInitiated; empty when no restart is needed."""
    atomic: bool = False
    dynamic: str = ""
    """How an instance gets its name: ServerGeneratedUniqueIdentifier, ClientInventory, UniqueName or `unknown`.

    Empty for a node with a fixed name.
    """
    admx: AdmxRef | None = None
    gp: GpRef | None = None

    @property
    def settable(self) -> bool:
        """Whether a management server can give the node a value."""
        return self.format not in ("node", "") and not self.access.isdisjoint(("Add", "Replace"))

    @property
    def told(self) -> int:
        """How much a description tells, to choose between two of one node: DDF v1 files have only the format."""
        return sum((self.allowed is not None, self.admx is not None, self.gp is not None, bool(self.builds)))


def pack(node: Node) -> str:
    """A node as a line of the table."""
    allowed = node.allowed
    fields = (
        node.uri,
        node.format,
        "".join(sorted(letter for letter, name in _ACCESS.items() if name in node.access)),
        "" if node.default is None else _json(node.default),
        ""
        if allowed is None
        else _json([allowed.kind, allowed.values, allowed.ranges, allowed.pattern, allowed.delimiter]),
        " ".join(node.builds),
        " ".join(node.editions),
        node.conflict_resolution,
        node.deprecated,
        node.reboot,
        "1" if node.atomic else "",
        node.dynamic,
        "" if node.admx is None else _json([node.admx.file, node.admx.name, node.admx.area]),
        "" if node.gp is None else _json([node.gp.name, node.gp.area_path, node.gp.element]),
    )
    return "\t".join(fields)


def unpack(line: str) -> Node:
    """The node of a line of the table."""
    (
        uri,
        format_,
        access,
        default,
        allowed,
        builds,
        editions,
        conflict,
        deprecated,
        reboot,
        atomic,
        dynamic,
        admx,
        gp,
    ) = line.split("\t")
    return Node(
        uri,
        cast(Format, format_),
        _access(access),
        cell(default) if default else None,
        _allowed(allowed) if allowed else None,
        _words(builds),
        _words(editions),
        conflict,
        deprecated,
        reboot,
        bool(atomic),
        dynamic,
        AdmxRef(*cell(admx)) if admx else None,
        GpRef(*cell(gp)) if gp else None,
    )


@lru_cache(maxsize=1 << 10)  # these three are the same for many nodes
def _access(letters: str) -> frozenset[str]:
    return frozenset([_ACCESS[letter] for letter in letters])


@lru_cache(maxsize=1 << 10)
def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


@lru_cache(maxsize=1 << 12)
def _allowed(packed: str) -> Allowed:
    kind, values, ranges, pattern, delimiter = cell(packed)
    return Allowed(kind, tuple(map(tuple, values)), tuple(map(tuple, ranges)), pattern, delimiter)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
