"""`gpresult /x`: what one computer and one user really had, when it ran (root `Rsop`).

Where the two stand, their site, the groups in their tokens, and which containers block inheritance make one target
more. The applied GPOs and the winning values are no policies, but an observation to compare with. The links are not
used: a report lists only GPOs that came through (disabled links are not), so the links of a container would look
complete and not be.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lxml import etree

from policylint.errors import ReadError
from policylint.model import FileRecord, Problem
from policylint.observed import Observation
from policylint.readers.directory.gpresult_observed import observation
from policylint.readers.directory.known import Described
from policylint.readers.source import Reading, Source, problem
from policylint.readers.xml import child, children, local, parse, text_in
from policylint.topology import Som, Target, Topology

KIND = "resultant set of policy (gpresult)"
_MARK = b"GroupPolicy/Rsop"


@dataclass(frozen=True, slots=True)
class _Report:
    source: Source
    topology: Topology
    seen: Observation | None
    read_at: str

    @property
    def target(self) -> str:
        return self.topology.target[0].name

    @property
    def age(self) -> tuple[bool, str, str]:
        """Sorts reports of one target: what was seen after what was modelled, then the later one, then by path."""
        return self.seen is not None, self.read_at, self.source.path


def take(sources: Sequence[Source]) -> tuple[Reading, list[Source]]:
    """Takes XML files with the root Rsop; of several about the same computer and user, the latest counts.

    Problems: RD001, RD003, RD005, RD007; RD027 where no container is told.
    """
    reports: list[_Report] = []
    problems: list[Problem] = []
    files: list[FileRecord] = []
    rest: list[Source] = []
    for source in sources:
        if source.suffix != ".xml" or not _is_ours(source):
            rest.append(source)
            continue
        try:
            reports.append(_report(source))
        except ReadError as error:
            problems.append(problem(source, error))
            files.append(FileRecord(source.path, "unread", KIND, error.message))
    latest = {report.target: report for report in sorted(reports, key=lambda report: report.age)}
    used = [report for report in reports if latest[report.target] is report]
    files += [_record(report, latest[report.target]) for report in reports]
    return Reading(
        described=tuple(Described(report.topology, report.source.at()) for report in used),
        observations=tuple(report.seen for report in used if report.seen is not None),
        problems=tuple(problems),
        files=tuple(files),
    ), rest


def _report(source: Source) -> _Report:
    root = parse(source.read())
    topology = _topology(root)
    seen = observation(root, topology.target[0].name, source)
    return _Report(source, topology, seen, text_in(root, "ReadTime") or "")


def _record(report: _Report, latest: _Report) -> FileRecord:
    if report is not latest:
        reason = f"{latest.source.path} is used, of the same computer and user"
        return FileRecord(report.source.path, "ignored", KIND, reason)
    return FileRecord(report.source.path, "read", KIND, settings=0 if report.seen is None else report.seen.settings)


def _is_ours(source: Source) -> bool:
    try:
        return _MARK in source.head().replace(b"\0", b"")
    except ReadError:
        return False


def _topology(root: etree._Element) -> Topology:
    computer, user = child(root, "ComputerResults"), child(root, "UserResults")
    device, person = text_in(computer, "SOM"), text_in(user, "SOM")
    if local(root) != "Rsop" or not (device or person):
        raise ReadError("RD027", "a gpresult report that names neither the computer's container nor the user's")
    names = [name for name in (text_in(computer, "Name"), text_in(user, "Name")) if name]
    soms = {som.path.casefold(): som for results in (computer, user) for som in _soms(results)}
    groups = dict.fromkeys(sid for results in (computer, user) for sid in _groups(results))
    target = Target(
        name=" and ".join(names) or device or person or "",
        device=device or None,
        device_name=_account(text_in(computer, "Name")),
        user=person or None,
        user_name=_account(text_in(user, "Name")),
        site=text_in(computer, "Site") or None,
        groups=list(groups) if groups else None,
        observed=True,
    )
    return Topology(som=list(soms.values()), target=[target])


def _soms(results: etree._Element | None) -> Iterator[Som]:
    """The domain and OUs that were searched, with whether they block inheritance."""
    for searched in children(results, "SearchedSOM") if results is not None else ():
        path, blocks = text_in(searched, "Path"), text_in(searched, "BlocksInheritance")
        if path and blocks and text_in(searched, "Type") in ("Domain", "OU"):
            yield Som(path=path, blocks_inheritance=blocks.casefold() == "true")


def _groups(results: etree._Element | None) -> Iterator[str]:
    """The SIDs of the token's groups: the names may be missing, and are localised."""
    for group in children(results, "SecurityGroup") if results is not None else ():
        sid = text_in(group, "SID")
        if sid:
            yield sid


def _account(name: str | None) -> str | None:
    """The account name without its domain."""
    return name.rpartition("\\")[2] if name else None
