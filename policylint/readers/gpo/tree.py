"""The files of one GPO's folder: its settings, and what became of every file.

A backup and a SYSVOL tree differ in what stands around this folder, not in what is in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from policylint.errors import ReadError
from policylint.model import Claim, Comment, FileRecord, FileStatus, Problem, Scope, Sweep
from policylint.readers.gpo import comments, gpt_ini, preferences
from policylint.readers.gpo.cse import NAMES
from policylint.readers.gpo.files import COMMENTS, FOREIGN, GPO_COMMENT, GPT_INI, REGISTRY_POL, Kind, classify
from policylint.readers.gpo.registry_pol import claims, records
from policylint.readers.gpo.settings_file import Found
from policylint.readers.source import Source, problem

Registered = Mapping[Scope, frozenset[str] | None]
"""The client-side extensions that a GPO registers for each side; None where nothing tells."""

UNKNOWN: Registered = {Scope.DEVICE: None, Scope.USER: None}
SIDES = {Scope.DEVICE: "computer", Scope.USER: "user"}
UNREAD = frozenset(("RD001", "RD002", "RD003", "RD004", "RD005", "RD007", "RD020"))
"""Problems after which a file counts as not read, or not fully."""

DAMAGED = "damaged, or not all of it could be used"
_NOT_REGISTERED = "its client-side extension is not registered in the GPO"
NOT_EVALUATED = "not evaluated yet"


def judged(problems: Iterable[Problem]) -> tuple[FileStatus, str]:
    """Status and reason of a file that was read, by its problems."""
    return ("unread", DAMAGED) if any(fault.rule in UNREAD for fault in problems) else ("read", "")


@dataclass(slots=True)
class Tree:
    """What the files of one GPO came to, gathered while they are read."""

    policy: str
    registered: Registered
    name: str = ""
    """The GPO's display name, or what stands for it in messages."""
    claims: list[Claim] = field(default_factory=list)
    sweeps: list[Sweep] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    files: list[FileRecord] = field(default_factory=list)
    version: int | None = None
    """The version in GPT.INI."""
    comment: str = ""
    setting_comments: list[Comment] = field(default_factory=list)
    pending: dict[str, list[Source]] = field(default_factory=dict)
    """Files that hold settings which are not evaluated, by the name of their kind."""


def read_tree(files: Sequence[tuple[str, Source]], registered: Registered | None, policy: str, name: str = "") -> Tree:
    """Reads the files of a GPO, each given with its path below the GPO's folder.

    Every file gets one record. Settings become claims and sweeps unless the extension of their file is not registered
    (RD006, rule G-CSE-GUID); kinds that are not evaluated are named in one RD010 each. Without `registered`, GPT.INI
    tells. `name` is the GPO's display name.
    """
    tree, taken = Tree(policy, registered or UNKNOWN, name or policy), dict[str, Source]()
    # GPT.INI stands first: what it registers decides over the others.
    for path, source in sorted(files, key=lambda item: (item[0].casefold() != "gpt.ini", item[1].path)):
        kind, scope = classify(path)
        twin = taken.setdefault(path.casefold(), source)
        if twin is not source and kind is not FOREIGN:
            _twin(tree, kind, source, twin)
        elif kind is GPT_INI:
            _read_gpt_ini(tree, source, decides=registered is None and source.name == "gpt.ini")
        elif kind in (GPO_COMMENT, COMMENTS):
            _read_comments(tree, kind, source)
        elif scope is not None and kind is REGISTRY_POL:
            read_registry(tree, scope, source)
        elif scope is not None and kind.preference:
            read_preferences(tree, kind, scope, source)
        elif scope is not None and kind.read is not None:
            read_settings(tree, kind, scope, source)
        elif scope is not None and kind.settings:
            _pend(tree, kind, scope, source)
        else:
            tree.files.append(FileRecord(source.path, "ignored", kind.name, kind.reason))
    tree.problems += [_not_evaluated(kind, sources, policy) for kind, sources in sorted(tree.pending.items())]
    return tree


def _read_gpt_ini(tree: Tree, source: Source, *, decides: bool) -> None:
    record = FileRecord(source.path, "ignored", GPT_INI.name, GPT_INI.reason)
    if decides:
        try:
            tree.registered = gpt_ini.registered(source.read())
            tree.version = gpt_ini.version(source.read())
        except ReadError as error:
            tree.problems.append(problem(source, error, tree.policy))
            record = FileRecord(source.path, "unread", GPT_INI.name, error.message)
    tree.files.append(record)


def _read_comments(tree: Tree, kind: Kind, source: Source) -> None:
    record = FileRecord(source.path, "ignored", kind.name, kind.reason)
    try:
        if kind is GPO_COMMENT:
            tree.comment = comments.gpo_comment(source.read())
        else:
            tree.setting_comments += comments.setting_comments(source.read(), source)
    except ReadError as error:
        tree.problems.append(problem(source, error, tree.policy))
        record = FileRecord(source.path, "unread", kind.name, error.message)
    tree.files.append(record)


def read_registry(tree: Tree, scope: Scope, source: Source) -> None:
    """Adds what a Registry.pol claims for one side; none of it when the extension that would apply it is missing."""
    try:
        found, damage = records(source.read())
    except ReadError as error:
        found, damage = (), error.with_traceback(None)  # else it holds this call, which holds it
    claimed, sweeps, problems = claims(found, scope, source)
    faults = [Problem(p.rule, p.message, p.evidence, tree.policy) for p in problems]
    faults += [] if damage is None else [problem(source, damage, tree.policy)]
    status: FileStatus = "unread" if any(fault.rule in UNREAD for fault in faults) else "read"
    reason = "" if status == "read" else DAMAGED
    tree.problems += faults
    if found and not _registers(tree, REGISTRY_POL, scope):
        tree.problems.append(_unregistered(tree, REGISTRY_POL, scope, source, _not_applied(len(claimed))))
        status, reason = ("ignored", _NOT_REGISTERED) if status == "read" else (status, reason)
        claimed, sweeps = (), ()
    tree.claims += claimed
    tree.sweeps += sweeps
    tree.files.append(FileRecord(source.path, status, REGISTRY_POL.name, reason, len(claimed)))


def read_preferences(tree: Tree, kind: Kind, scope: Scope, source: Source) -> None:
    """Adds what a file of preferences claims for one side; none of it when the extension that applies it is missing."""
    try:
        found = preferences.read(source.read(), scope, source, kind.preference, tree.name)
    except ReadError as error:
        tree.problems.append(problem(source, error, tree.policy))
        tree.files.append(FileRecord(source.path, "unread", kind.name, error.message))
        return
    tree.problems += [replace(fault, policy=tree.policy) for fault in found.problems]
    if (found.claims or found.off) and not _registers(tree, kind, scope):
        tree.problems.append(_unregistered(tree, kind, scope, source, _not_applied(len(found.claims))))
        tree.files.append(FileRecord(source.path, "ignored", kind.name, _NOT_REGISTERED))
        return
    off = "1 item is switched off" if found.off == 1 else f"{found.off} items are switched off"
    tree.claims += found.claims
    tree.files.append(FileRecord(source.path, "read", kind.name, off if found.off else "", len(found.claims)))


def read_settings(tree: Tree, kind: Kind, scope: Scope, source: Source) -> None:
    """Adds what a file of one of the smaller kinds claims; none of it when the extension that applies it is missing."""
    try:
        found = Found() if kind.read is None else kind.read(source.read(), scope, source, tree.policy)
    except ReadError as error:
        tree.problems.append(problem(source, error, tree.policy))
        tree.files.append(FileRecord(source.path, "unread", kind.name, error.message))
        return
    tree.problems += [replace(fault, policy=tree.policy) for fault in found.problems]
    damaged = any(fault.rule in UNREAD for fault in found.problems)
    status: FileStatus = "unread" if damaged else "read" if found.claims else "ignored"
    reason = {"unread": DAMAGED, "ignored": "holds no settings"}.get(status, "")
    if found.claims and not _registers(tree, kind, scope):
        tree.problems.append(_unregistered(tree, kind, scope, source, _not_applied(len(found.claims))))
        status, reason = ("ignored", _NOT_REGISTERED) if status == "read" else (status, reason)
        found = Found()
    tree.claims += found.claims
    tree.files.append(FileRecord(source.path, status, kind.name, reason, len(found.claims)))


def _not_applied(settings: int) -> str:
    return (
        "1 setting in this file does not apply" if settings == 1 else f"{settings} settings in this file do not apply"
    )


def unevaluated(source: Source, kind: Kind) -> tuple[FileRecord, ReadError | None]:
    """The record of a settings file that is recognised but not evaluated; the error says that it cannot be read."""
    try:
        holds = bool(source.read())
    except ReadError as error:
        return FileRecord(source.path, "unread", kind.name, error.message), error
    return FileRecord(source.path, "ignored", kind.name, NOT_EVALUATED if holds else "holds no settings"), None


def _pend(tree: Tree, kind: Kind, scope: Scope, source: Source) -> None:
    record, error = unevaluated(source, kind)
    if error is not None:
        tree.problems.append(problem(source, error, tree.policy))
    elif record.reason == NOT_EVALUATED and not _registers(tree, kind, scope):
        tree.problems.append(_unregistered(tree, kind, scope, source, "this file does not apply"))
        record = FileRecord(source.path, "ignored", kind.name, _NOT_REGISTERED)
    elif record.reason == NOT_EVALUATED:
        tree.pending.setdefault(kind.name, []).append(source)
    tree.files.append(record)


def _registers(tree: Tree, kind: Kind, scope: Scope) -> bool:
    known = tree.registered[scope]
    return known is None or kind.cse is None or kind.cse in known


def _unregistered(tree: Tree, kind: Kind, scope: Scope, source: Source, what: str) -> Problem:
    cse = kind.cse or ""
    message = (
        f"{what}: the GPO does not register the client-side extension '{NAMES.get(cse, kind.name)}' {cse} "
        f"for its {SIDES[scope]} side"
    )
    return Problem("RD006", message, source.at(), tree.policy)


def _not_evaluated(kind: str, sources: Sequence[Source], policy: str) -> Problem:
    count = "1 file" if len(sources) == 1 else f"{len(sources)} files"
    message = f"{count} of settings of the kind '{kind}': recognised, but not evaluated yet"
    return Problem("RD010", message, sources[0].at(), policy)


def _twin(tree: Tree, kind: Kind, source: Source, twin: Source) -> None:
    message = f"differs from '{twin.path}' only in letter case; Windows can hold just one of them, and that one is used"
    tree.problems.append(Problem("RD016", message, source.at(), tree.policy))
    tree.files.append(FileRecord(source.path, "ignored", kind.name, "the same file in another letter case"))
