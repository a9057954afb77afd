"""What directory exports tell: the values that the readers of this folder give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from policylint.evidence import Evidence
from policylint.model import Filtering, Scope
from policylint.topology import Topology


@dataclass(frozen=True, slots=True)
class Described:
    """A piece of topology and the export that it was read from."""

    topology: Topology
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class DirectoryGpo:
    """The directory's half of a GPO (groupPolicyContainer, [MS-GPOL] 2.2.4). None: the export does not tell."""

    id: str
    evidence: Evidence
    name: str | None = None
    domain: str = ""
    disabled_sides: frozenset[Scope] | None = None
    filtering: Filtering | None = None
    wmi_filter: str | None = None
    """The id of its WMI filter, `{GUID}` in upper case; '' where it has none."""
    version: int | None = None
    functionality: int | None = None
    registered: Mapping[Scope, tuple[str, ...] | None] | None = None
    """The client-side extensions that are registered for each side."""


@dataclass(frozen=True, slots=True)
class WmiQuery:
    """A WMI filter (msWMI-Som, [MS-GPOL] 2.2.5): its id, its name and the queries that must all give rows."""

    id: str
    name: str
    queries: tuple[str, ...]
    evidence: Evidence
