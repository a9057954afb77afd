"""SYSVOL trees, local GPO folders and single Registry.pol files: settings without the directory's half of the GPO.

Nothing here tells where a GPO is linked, to whom it applies or what it is called; what is not told is None.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from policylint.errors import ReadError
from policylint.evidence import Evidence
from policylint.model import Channel, FileRecord, Policy, Problem, Scope
from policylint.readers.gpo import security_template
from policylint.readers.gpo.backup_folder import Held
from policylint.readers.gpo.files import AUDIT_CSV, FOREIGN, REGISTRY_POL, TEMPLATE, Kind, classify, loose
from policylint.readers.gpo.tree import (
    NOT_EVALUATED,
    UNKNOWN,
    Tree,
    read_preferences,
    read_registry,
    read_settings,
    read_tree,
    unevaluated,
)
from policylint.readers.source import Reading, Source, problem

_GUID = re.compile(r"\{[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}\}", re.IGNORECASE)
_DNS = re.compile(r"[\w-]+(\.[\w-]+)+")
_AUDIT_HEADER = b"Machine Name,"
_HALVES = {"machine": Scope.DEVICE, "user": Scope.USER}


def read(held: Held) -> Reading:
    """Reads the GPOs in the folders that `by_folder` found."""
    return _joined([_gpo(folder, held[folder]) for folder in sorted(held)])


def take_loose(sources: Sequence[Source]) -> tuple[Reading, list[Source]]:
    """Reads the settings files among the sources, which are in no GPO's folder, and leaves the rest."""
    alone = [(source, _alone(source)) for source in sources]
    found = _joined([reading for _, reading in alone if reading is not None])
    return found, [source for source, reading in alone if reading is None]


def _joined(readings: Sequence[Reading]) -> Reading:
    return Reading(
        policies=tuple([policy for reading in readings for policy in reading.policies]),
        problems=tuple([fault for reading in readings for fault in reading.problems]),
        files=tuple([record for reading in readings for record in reading.files]),
    )


def by_folder(sources: Sequence[Source]) -> tuple[Held, list[Source]]:
    """The folders of GPOs, each with its files and their paths below it, and the files that are in none.

    To be asked about what is in no backup: LGPO.exe writes GPT.INI into its backups too.
    """
    folders = _gpo_folders(sources)
    held: dict[str, list[tuple[str, Source]]] = defaultdict(list)
    rest: list[Source] = []
    owners: dict[str, str | None] = {}
    for source in sources:
        path = source.path
        above = path[: path.rfind("/") + 1]
        folder = owners[above] if above in owners else owners.setdefault(above, _owner(above[:-1], folders))
        if folder is None:
            rest.append(source)
            continue
        path = path[len(folder) + 1 :]
        if _is_guid(folder) or classify(path)[0] is not FOREIGN:
            held[folder].append((path, source))
        else:
            rest.append(source)
    return held, rest


def _gpo_folders(sources: Sequence[Source]) -> frozenset[str]:
    """Folders of GPOs: a `{GUID}` with a GPT.INI or a half; any other one only with settings in a half."""
    folders: set[str] = set()
    for source in sources:
        if source.name == "gpt.ini" and _is_guid(_parent(source.path)):
            folders.add(_parent(source.path))
        folded = source.path.casefold()
        if "/machine/" not in folded and "/user/" not in folded:
            continue
        folder = _parent(source.path)
        while folder:
            above, _, half = folder.rpartition("/")
            if above and half.casefold() in _HALVES and (_is_guid(above) or _is_half(source.path[len(above) + 1 :])):
                folders.add(above)
            folder = above
    return frozenset(folders)


def _is_half(path: str) -> bool:
    """Whether a path below a folder of any name is enough to take the folder for a GPO's."""
    return classify(path)[0] is REGISTRY_POL


def _is_guid(folder: str) -> bool:
    return _GUID.fullmatch(folder.rpartition("/")[2]) is not None


def _parent(path: str) -> str:
    return path.rpartition("/")[0]


def _owner(folder: str, folders: frozenset[str]) -> str | None:
    """The GPO folder that a folder is or lies in. Of one without a GUID only what a GPO has there is taken."""
    while folder and folder not in folders:
        folder = _parent(folder)
    return folder or None


def _gpo(folder: str, files: Sequence[tuple[str, Source]]) -> Reading:
    """The policy of one GPO folder, named by its GUID, or by its path where it has none."""
    name = folder.rpartition("/")[2]
    identity = name.upper() if _is_guid(folder) else folder
    tree = read_tree(files, None, identity)
    policy = _policy(identity, identity, _stands_for(files).at(), tree)
    policy = replace(policy, domain=_domain(folder), file_version=tree.version)
    return Reading((policy,), problems=tuple(tree.problems), files=tuple(tree.files))


def _domain(folder: str) -> str:
    """The domain of a GPO folder in SYSVOL, `contoso.com/Policies/{GUID}`; '' where the path does not tell it."""
    above, _, policies = folder.rpartition("/")[0].rpartition("/")
    name = above.rpartition("/")[2]
    return name if policies.casefold() == "policies" and _DNS.fullmatch(name) else ""


def _stands_for(files: Sequence[tuple[str, Source]]) -> Source:
    """The file that evidence about the GPO as such names: its GPT.INI, else its first file."""
    ranked = sorted(files, key=lambda item: (item[0].casefold() != "gpt.ini", item[1].path))
    return ranked[0][1]


def _alone(source: Source) -> Reading | None:
    """What a file outside of any GPO folder holds; None when it is none of a GPO's files."""
    if source.suffix == ".pol":
        return _loose_registry(source)
    kind = AUDIT_CSV if _is_audit(source) else TEMPLATE if _is_template(source) else loose(source.path)
    if kind is not None and (kind.preference or kind.read is not None):
        return _loose_settings(source, kind)
    return None if kind is None else _loose_other(source, kind)


def _loose_registry(source: Source) -> Reading:
    tree = Tree(source.path, UNKNOWN)
    read_registry(tree, _half_above(source.path), source)
    policy = _policy(source.path, source.path, source.at(), tree)
    return Reading((policy,), problems=tuple(tree.problems), files=tuple(tree.files))


def _loose_settings(source: Source, kind: Kind) -> Reading:
    tree = Tree(source.path, UNKNOWN, source.path)
    (read_preferences if kind.preference else read_settings)(tree, kind, _half_above(source.path), source)
    policy = _policy(source.path, source.path, source.at(), tree)
    read = bool(tree.claims) or all(record.status == "read" for record in tree.files)
    return Reading((policy,) if read else (), problems=tuple(tree.problems), files=tuple(tree.files))


def _half_above(path: str) -> Scope:
    """The side that the nearest folder of that name tells; the computer's when none does."""
    above = reversed(path.casefold().split("/")[:-1])
    return next((_HALVES[part] for part in above if part in _HALVES), Scope.DEVICE)


def _loose_other(source: Source, kind: Kind) -> Reading:
    if not kind.settings:
        return Reading(files=(FileRecord(source.path, "ignored", kind.name, kind.reason),))
    record, error = unevaluated(source, kind)
    if error is not None:
        return Reading(problems=(problem(source, error),), files=(record,))
    message = f"settings of the kind '{kind.name}' outside of a GPO: recognised, but not evaluated yet"
    note = (Problem("RD010", message, source.at()),) if record.reason == NOT_EVALUATED else ()
    return Reading(problems=note, files=(record,))


def _is_audit(source: Source) -> bool:
    """Whether it is the audit.csv of a GPO, which shares its name with many other exports."""
    try:
        return source.name == "audit.csv" and source.read().lstrip(b"\xef\xbb\xbf").startswith(_AUDIT_HEADER)
    except ReadError:
        return False


def _is_template(source: Source) -> bool:
    """Whether it is a security template of another name than GptTmpl.inf."""
    try:
        return source.suffix == ".inf" and security_template.recognises(source.read())
    except ReadError:
        return False


def _policy(identity: str, name: str, evidence: Evidence, tree: Tree) -> Policy:
    return Policy(
        id=identity,
        name=name,
        channel=Channel.GPO,
        kind="gpo",
        evidence=evidence,
        claims=tuple(tree.claims),
        sweeps=tuple(tree.sweeps),
        comment=tree.comment,
        setting_comments=tuple(tree.setting_comments),
    )
