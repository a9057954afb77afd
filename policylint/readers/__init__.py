"""Reading: paths to an Estate. A new input is one module here and one line in READERS."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from policylint.estate import Estate
from policylint.evidence import Evidence
from policylint.lower import lower
from policylint.model import Channel, FileRecord, Group, Policy, Problem
from policylint.readers import admx, leftovers, project_files
from policylint.readers.gpo import backup as gpo_backup
from policylint.readers.gpo import lgpo_text, policy_rules, reduced, report_policies, sysvol
from policylint.readers.intune import exports as intune
from policylint.readers.source import Reading, Source
from policylint.readers.walk import walk
from policylint.topology import Topology, load, merge

Reader = Callable[[Sequence[Source]], tuple[Reading, list[Source]]]

READERS: tuple[Reader, ...] = (
    gpo_backup.take,
    sysvol.take,
    lgpo_text.take,
    policy_rules.take,
    report_policies.take,
    admx.take,
    intune.take,
    project_files.take,
    leftovers.take,
)
"""Each takes the files it recognises from those that the ones before it left."""


def read(paths: Iterable[str], topology: str | None = None, base: Path | None = None) -> Estate:
    """Reads everything below the paths into one estate, with its claims lowered.

    `topology` names a topology file; without it, every `topology.toml` found below the paths counts. `base` is the
    folder that relative paths start from (the current one). Raises UsageError for a path that does not exist and
    ConfigError for a topology file that is wrong; whatever else cannot be read is a problem of the estate.
    """
    walked = walk(paths, base or Path.cwd())
    sources: list[Source] = list(walked.sources)
    readings: list[Reading] = []
    for take in READERS:
        reading, sources = take(sources)
        readings.append(reading)
    files = [*walked.files, *(record for reading in readings for record in reading.files)]
    described = [source for source in walked.sources if source.name == project_files.TOPOLOGY]
    written = (
        [load((base or Path.cwd()) / topology, topology)] if topology else [load(s.file, s.path) for s in described]
    )
    known = merge([*written, *(found for reading in readings for found in reading.topologies)])
    place = topology or (described[0].path if described else "")
    problems = (*walked.problems, *_nothing(readings, len(files), walked.given))
    return lower(_estate(readings, known, place, files, problems, {s.path: s.file for s in walked.sources}))


def _estate(
    readings: Sequence[Reading],
    topology: Topology,
    described_in: str,
    files: Iterable[FileRecord],
    problems: Iterable[Problem],
    paths: dict[str, Path],
) -> Estate:
    read_policies = [p for r in readings for p in r.policies]
    merged = reduced.complete(read_policies, [p for r in readings for p in r.reduced])
    policies = tuple(sorted(merged.policies, key=_policy_order))
    groups: tuple[Group, ...] = tuple(sorted({g for r in readings for g in r.groups}, key=lambda g: (g.id, g.name)))
    told = merged.problems(p for r in readings for p in r.problems)
    found = [*problems, *told, *_dangling(topology, policies, described_in)]
    tenants = {tenant.casefold() for r in readings for tenant in r.tenants}
    return Estate(
        policies,
        tuple(file for r in readings for file in r.admx),
        groups,
        topology.tenant.id if topology.tenant else next(iter(tenants)) if len(tenants) == 1 else None,
        topology,
        tuple(sorted(found, key=lambda p: (p.rule, p.evidence.path, repr(p.evidence.place), p.message))),
        tuple(sorted(merged.records(files), key=lambda f: f.path)),
        any(policy.links for policy in policies) or any(som.links for som in topology.som),
        paths,
    )


def _policy_order(policy: Policy) -> tuple[str, str, str]:
    return policy.name.casefold(), policy.id, policy.evidence.path


def _dangling(topology: Topology, policies: Iterable[Policy], path: str) -> Iterable[Problem]:
    """Links of the topology to GPOs that were not read (G-LINK-DANGLING)."""
    names = {text.casefold() for p in policies if p.channel is Channel.GPO for text in (p.id, p.id.strip("{}"), p.name)}
    for som in topology.som:
        for link in som.links or ():
            if link.gpo.casefold() not in names:
                text = f"{som.path} links the GPO '{link.gpo}', which is not among the policies that were read"
                yield Problem("RD017", text, Evidence(path))


def _nothing(readings: Iterable[Reading], files: int, given: Sequence[str]) -> Iterable[Problem]:
    """What must never look like a clean run: no policy at all below the given paths."""
    if not any(reading.policies or reading.reduced for reading in readings):
        found = f"in {files} files" if files > 1 else "in 1 file" if files else "because there is no file"
        message = f"no GPO and no Intune policy was found {found}: nothing was checked"
        yield Problem("RD018", message, Evidence(given[0] if given else "."))
