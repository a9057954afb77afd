"""Reports and flattened copies of GPOs: they count where nothing better of the same GPO was read.

A backup or a SYSVOL folder holds the settings themselves; a report knows the links. Where both were read, the settings
come from the former, and the links from the report if nothing else told them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from policylint.model import Channel, FileRecord, Policy, Problem

REASON = "the GPOs in it are read from better sources"


@dataclass(frozen=True, slots=True)
class Completed:
    """The policies with what the reduced ones add."""

    policies: tuple[Policy, ...]
    unused: frozenset[str]
    """The files of reduced policies that added nothing."""
    behind: frozenset[tuple[str, str]]
    """File and id of the reduced policies that stand back behind a better source."""

    def records(self, files: Iterable[FileRecord]) -> list[FileRecord]:
        """The records of the files; those that added nothing say so."""
        return [
            replace(f, status="ignored", reason=REASON, settings=0)
            if f.path in self.unused and f.status == "read"
            else f
            for f in files
        ]

    def problems(self, problems: Iterable[Problem]) -> Iterator[Problem]:
        """The problems without those of settings that were read from a better source."""
        return (p for p in problems if (p.evidence.path, p.policy or "") not in self.behind)


def complete(policies: Sequence[Policy], reduced: Sequence[Policy]) -> Completed:
    """The policies, completed by the reduced ones.

    A reduced policy with a GUID stands back behind a policy of the same GUID and domain, one without behind any of the
    same name that was read from a better source.
    """
    kept = list(policies)
    names = {policy.name.casefold() for policy in policies if policy.channel is Channel.GPO}
    places: dict[str, list[int]] = defaultdict(list)
    for at, policy in enumerate(kept):
        places[policy.id].append(at)
    needed, behind = set[str](), set[tuple[str, str]]()
    for candidate in reduced:
        twins = [at for at in places[candidate.id] if _same_domain(kept[at], candidate)]
        for at in twins:
            told = _told(kept[at], candidate)
            needed |= {candidate.evidence.path} if told != kept[at] else set()
            kept[at] = told
        if twins or (not _has_guid(candidate) and candidate.name.casefold() in names):
            behind.add((candidate.evidence.path, candidate.id))
            continue
        places[candidate.id].append(len(kept))
        kept.append(candidate)
        needed.add(candidate.evidence.path)
    return Completed(tuple(kept), frozenset(p.evidence.path for p in reduced) - needed, frozenset(behind))


def _has_guid(policy: Policy) -> bool:
    return policy.id.startswith("{")


def _same_domain(one: Policy, other: Policy) -> bool:
    """Whether they can be of one domain: well-known GPOs have the same GUID in all of them."""
    return not one.domain or not other.domain or one.domain.casefold() == other.domain.casefold()


def _told(better: Policy, report: Policy) -> Policy:
    """A policy with what a report knows and nothing else told: its links, filters and name.

    Where the filtering is known, so is the directory's half of the GPO.
    """
    half = better if better.filtering is not None else report
    return replace(
        better,
        name=better.name if better.name != better.id else report.name,
        domain=better.domain or report.domain,
        links=report.links if better.links is None else better.links,
        filtering=half.filtering,
        wmi_filter=better.wmi_filter or half.wmi_filter,
        disabled_sides=better.disabled_sides | half.disabled_sides,
        directory_version=report.directory_version if better.directory_version is None else better.directory_version,
        file_version=report.file_version if better.file_version is None else better.file_version,
    )
