"""Everything that was read, as one value."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from policylint.catalogue import shipped
from policylint.catalogue.admx import AdmxFile, AdmxStore
from policylint.catalogue.definitions import Definitions
from policylint.model import FileRecord, Group, Policy, Problem
from policylint.observed import Observation
from policylint.topology import Topology
from policylint.zip_member import Member

_T = TypeVar("_T")


@dataclass(frozen=True)
class Estate:
    """Policies, definitions, groups and the directory as read; plus what became of every file."""

    policies: tuple[Policy, ...]
    admx: tuple[AdmxFile, ...] = ()
    groups: tuple[Group, ...] = ()
    tenant: str | None = None
    topology: Topology = field(default_factory=Topology)
    problems: tuple[Problem, ...] = ()
    files: tuple[FileRecord, ...] = ()
    linked: bool = False
    """Whether any GPO of the estate shows a link; if none does, the estate is reviewed as if all were linked."""
    paths: Mapping[str, str | Path | Member] = field(default_factory=dict)
    """Where the files named in evidence are opened, for printing excerpts."""
    observations: tuple[Observation, ...] = ()
    """What gpresult reports saw: evidence to compare with."""
    definitions: Definitions = field(default_factory=Definitions)
    """CSP nodes and catalog settings: those that came with the policies, before the ones that policylint ships."""

    @property
    def unread(self) -> int:
        """How many files could not be read, or not fully."""
        return sum(record.status == "unread" for record in self.files)

    @cached_property
    def store(self) -> AdmxStore:
        """The ADMX definitions that come with the policies, extended by those that policylint ships."""
        return AdmxStore.of(self.admx, shipped.files())

    @cached_property
    def own_store(self) -> AdmxStore:
        """The ADMX definitions that come with the policies, alone."""
        return AdmxStore.of(self.admx)

    @cached_property
    def groups_named(self) -> Mapping[str, Sequence[Group]]:
        """The groups that exports describe, by id and by name without case."""
        found: dict[str, list[Group]] = {}
        for group in self.groups:
            for name in {group.id.casefold(), group.name.casefold()}:
                found.setdefault(name, []).append(group)
        return found

    @cached_property
    def _made(self) -> dict[object, Any]:
        return {}

    def once(self, make: Callable[[Estate], _T]) -> _T:
        """What a function or class makes of the estate, made once however many checks ask for it."""
        try:
            found: _T = self._made[make]
        except KeyError:
            found = self._made[make] = make(self)
        return found
