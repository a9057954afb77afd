"""Reading: paths to an Estate. A new input is one module here and one line in READERS."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from operator import attrgetter
from pathlib import Path

from policylint.beside import beside
from policylint.catalogue.definitions import Definitions, using
from policylint.errors import ConfigError, ReadError
from policylint.estate import Estate
from policylint.evidence import Evidence
from policylint.lowering import lower
from policylint.model import FileRecord, Group, Policy, Problem
from policylint.readers import admx, archives, definitions, leftovers, project_files
from policylint.readers.carried import Packed, packed, unpacked
from policylint.readers.directory import bloodhound, gpresult, inheritance, ldif, wmi_faults, wmi_mof
from policylint.readers.directory.complete import complete, dangling, needed_groups
from policylint.readers.directory.devices import device_lists, read_devices
from policylint.readers.directory.known import Described
from policylint.readers.directory.registered import applied
from policylint.readers.gpo import backup as gpo_backup
from policylint.readers.gpo import backup_folder, lgpo_text, policy_rules, reduced, report_policies, sysvol
from policylint.readers.intune import exports as intune
from policylint.readers.source import Reading, Source, decode
from policylint.readers.walk import walk
from policylint.topology import LinkOrder, Topology, load, merge, parse, settle_order
from policylint.zip_member import Member

Reader = Callable[[Sequence[Source]], tuple[Reading, list[Source]]]

READERS: tuple[Reader, ...] = (
    gpo_backup.take_manifests,
    sysvol.take_loose,
    gpresult.take,
    lgpo_text.take,
    policy_rules.take,
    report_policies.take,
    admx.take,
    ldif.take,
    inheritance.take,
    bloodhound.take,
    wmi_mof.take,
    intune.take,
    project_files.take,
    leftovers.take,
)
"""Each takes the files it recognises from those that the ones before it left.

Before them all come definitions, which settings of policies are read with, and then folders of GPOs.
"""
MANY_FILES = 300
"""So many files in folders of GPOs, beside as many others, are worth a second process, which takes 30 ms."""


def read(
    paths: Iterable[str],
    topology: str | None = None,
    base: Path | None = None,
    gplink_order: LinkOrder | None = None,
    devices: Sequence[str] = (),
    here: Path | None = None,
) -> Estate:
    """Reads everything below the paths into one estate, with its claims lowered.

    `topology` names a topology file; without it, every `topology.toml` found below the paths counts. `devices` are
    lists of devices beside those that topology files name. `base` is the folder that relative paths start from (the
    current one), `here` the one that `topology` and `devices` do (`base`). `gplink_order` says which end of raw gPLink
    strings is link order 1; without it, it is the last, and what depends on that is conditional. Raises UsageError for
    a path that does not exist and ConfigError for a topology file that is wrong; what else cannot be read is a problem
    of the estate.
    """
    start = here or base or Path.cwd()
    walked = walk(paths, base or Path.cwd())
    found, archive_problems, archive_files = archives.expand(walked.sources)
    written = [_written(start / topology, topology)] if topology else list(_toml(found))
    lists = device_lists(written, found, start, topology, devices)
    sources = [source for source in found if source.path not in lists]
    tables = [read_devices(source) for source in lists.values()]
    readings = [Reading(problems=table.problems, files=(table.record,)) for table in tables]
    defined, sources = definitions.take(sources)
    gpos, sources = _folders_of_gpos(sources)
    with using(defined.definitions):
        for take in READERS:
            reading, sources = take(sources)
            readings.append(reading)
    readings += [*gpos(), defined]
    files = [*walked.files, *archive_files, *(record for reading in readings for record in reading.files)]
    written += [Described(Topology(target=list(table.targets)), Evidence(table.record.path)) for table in tables]
    problems = (*walked.problems, *archive_problems, *_nothing(readings, len(files), walked.given))
    opened = {source.path: source.member or source.file for source in (*found, *lists.values())}
    with using(defined.definitions):
        return lower(_estate(readings, written, gplink_order, files, problems, opened))


def _folders_of_gpos(sources: Sequence[Source]) -> tuple[Callable[[], Iterable[Reading]], list[Source]]:
    """The reading of GPOs' folders, in a second process where that saves time, and the files that are in none."""
    backups, others = backup_folder.by_folder(sources)
    trees, others = sysvol.by_folder(others)

    def reading() -> list[Reading]:
        return [gpo_backup.read(backups), sysvol.read(trees)]

    inside = sum(map(len, (*backups.values(), *trees.values())))
    many = min(inside, len(others)) >= MANY_FILES
    return beside(reading, _packed, _unpacked) if many else reading, others


_Carried = list[tuple[Reading, Packed]]
"""Readings without their policies, and those in few objects."""


def _packed(readings: list[Reading]) -> _Carried:
    return [(replace(one, policies=()), packed(one.policies)) for one in readings]


def _unpacked(carried: _Carried) -> list[Reading]:
    return [replace(one, policies=unpacked(policies)) for one, policies in carried]


def _written(path: Path, name: str) -> Described:
    return Described(load(path, name), Evidence(name))


def _toml(sources: Iterable[Source]) -> Iterable[Described]:
    """The topology files among the sources. Raises ConfigError."""
    for source in sources:
        if source.name == project_files.TOPOLOGY:
            try:
                yield Described(parse(decode(source.read()), source.path), source.at())
            except ReadError as exc:
                raise ConfigError(f"{source.path}: cannot be read: {exc.message}") from exc


def _estate(
    readings: Sequence[Reading],
    written: Sequence[Described],
    gplink_order: LinkOrder | None,
    files: Iterable[FileRecord],
    problems: Iterable[Problem],
    paths: dict[str, str | Path | Member],
) -> Estate:
    read_policies = [p for r in readings for p in r.policies]
    merged = reduced.complete(read_policies, [p for r in readings for p in r.reduced])
    gpos = [gpo for r in readings for gpo in r.directory]
    apply, idle = applied(merged.policies, gpos)
    queries = [query for r in readings for query in r.wmi_queries]
    completed = complete(apply, gpos, queries)
    policies = tuple(sorted(completed, key=_policy_order))
    described = [found for r in readings for found in r.described]
    topology = _topology(written, described, policies, gplink_order)
    groups: tuple[Group, ...] = tuple(sorted({g for r in readings for g in r.groups}, key=lambda g: (g.id, g.name)))
    missing = dangling([*written, *described], policies, gpos)
    found = merged.problems(p for r in readings for p in r.problems)
    every = [*problems, *idle, *found, *missing, *wmi_faults.faults(queries)]
    tenants = {tenant.casefold() for r in readings for tenant in r.tenants}
    return Estate(
        policies,
        tuple(file for r in readings for file in r.admx),
        groups,
        topology.tenant.id
        if topology.tenant and topology.tenant.id
        else next(iter(tenants))
        if len(tenants) == 1
        else None,
        topology,
        tuple(_in_order(every)),
        tuple(sorted(merged.records(files), key=attrgetter("path"))),
        any(policy.links for policy in policies) or any(som.links for som in topology.som),
        paths,
        tuple(seen for r in readings for seen in r.observations),
        next((r.definitions for r in readings if r.definitions != Definitions()), Definitions()),
    )


def _in_order(problems: Iterable[Problem]) -> Iterator[Problem]:
    """Problems by rule, file, place and message; most files have one of a rule, whose place is then not asked."""
    alike: dict[tuple[str, str], list[Problem]] = defaultdict(list)
    for one in problems:
        alike[one.rule, one.evidence.path].append(one)
    for key in sorted(alike):
        those = alike[key]
        yield from sorted(those, key=lambda p: (repr(p.evidence.place), p.message)) if len(those) > 1 else those


def _topology(
    written: Sequence[Described],
    described: Sequence[Described],
    policies: Sequence[Policy],
    gplink_order: LinkOrder | None,
) -> Topology:
    """What people wrote down, then what exports tell, each container once."""
    told = [found.topology for found in written]
    whole = merge([*told, *(needed_groups(found.topology, policies, told) for found in described)])
    return whole if gplink_order is None else settle_order(whole, gplink_order)


def _policy_order(policy: Policy) -> tuple[str, str, str]:
    return policy.name.casefold(), policy.id, policy.evidence.path


def _nothing(readings: Sequence[Reading], files: int, given: Sequence[str]) -> Iterable[Problem]:
    """What must never look like a clean run: no policy at all below the given paths."""
    if not any(reading.policies or reading.reduced for reading in readings):
        found = f"in {files} files" if files > 1 else "in 1 file" if files else "because there is no file"
        checked = "only definitions were" if any(reading.admx for reading in readings) else "nothing was"
        message = f"no GPO and no Intune policy was found {found}: {checked} checked"
        yield Problem("RD018", message, Evidence(given[0] if given else "."))
