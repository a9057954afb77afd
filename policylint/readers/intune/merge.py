"""What only several files of an Intune export say together.

IntuneManagement writes an intent's settings a second time beside it, IntuneBackupAndRestore keeps assignments in files
of their own, and one policy often lies in an export twice, in two tools' layouts. Entries come and go in path order, so
that the result does not depend on the order of the inputs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from policylint.frozen import quickly_built
from policylint.model import Assignment, Policy
from policylint.readers.intune.assignments import assignments, is_assignments
from policylint.readers.intune.graph_object import Found, Item
from policylint.readers.intune.intents import KIND as INTENT

_TWIN = "_settings.json"


@quickly_built
@dataclass(frozen=True, slots=True)
class Entry:
    """What an object of a file was found to be."""

    path: str
    """The file it is in."""
    found: Found
    item: Item | None = None
    """The object, where another one may ask it: an intent, or assignments without their policy."""

    @classmethod
    def of(cls, item: Item, found: Found) -> Entry:
        """The entry of an object; it lets go of most, which are as large as their files."""
        asked = found.kind == INTENT or is_assignments(item.body)
        return cls(item.source.path, found, item if asked else None)


Entries = Sequence[Entry]


def merge(entries: Entries) -> Entries:
    """The entries with twins dropped, assignments attached, filters named and ids made distinct."""
    for step in (_without_twins, _with_assignment_files, _with_filter_names, _distinct):
        entries = step(entries)
    return entries


def _drop(entry: Entry, reason: str) -> Entry:
    return replace(entry, found=replace(entry.found, policy=None, problems=(), reason=reason))


def _without_twins(entries: Entries) -> Entries:
    """`X_Settings.json` beside the intent `X.json`: the same settings, or the only ones where the intent has none."""
    intents = {entry.path.casefold(): entry for entry in entries if entry.found.kind == INTENT}
    merged, empty = [], {}
    for entry in entries:
        beside = intents.get(f"{entry.path[: -len(_TWIN)]}.json".casefold()) if _is_bare(entry) else None
        intent = beside.item if beside is not None else None
        if beside is not None and intent and (intent.body.get("settings") or intent.body.get("settingsDelta")):
            entry = _drop(entry, f"the settings of {beside.path} once more")
        elif beside is not None and intent:
            entry = _named_after(entry, intent)
            empty[beside.path] = f"its settings are in {entry.path}"
        merged.append(entry)
    return [_drop(entry, empty[entry.path]) if entry.path in empty else entry for entry in merged]


def _is_bare(entry: Entry) -> bool:
    is_twin = entry.path.casefold().endswith(_TWIN)
    return is_twin and entry.item is not None and entry.found.kind == INTENT and entry.item.name_key is None


def _named_after(entry: Entry, intent: Item) -> Entry:
    policy = entry.found.policy
    if policy is None:
        return entry
    policy = replace(policy, id=intent.id, name=intent.name, evidence=intent.named, assignments=assignments(intent))
    return replace(entry, found=replace(entry.found, policy=policy))


def _with_assignment_files(entries: Entries) -> Entries:
    """`Assignments/X.json` beside `X.json` holds its assignments (IntuneBackupAndRestore)."""
    apart = {_owner(entry.path): entry for entry in entries if entry.item and is_assignments(entry.item.body)}
    merged, used = [], set()
    for entry in entries:
        policy, beside = entry.found.policy, apart.get(entry.path.casefold())
        if policy is not None and policy.assignments is None and beside is not None and beside.item:
            used.add(beside.path)
            policy = replace(policy, assignments=assignments(beside.item))
            entry = replace(entry, found=replace(entry.found, policy=policy))
        merged.append(entry)
    return [_drop(entry, "assignments, used with their policy") if entry.path in used else entry for entry in merged]


def _owner(path: str) -> str | None:
    """The file whose assignments this one holds, by folder."""
    parts = PurePosixPath(path.casefold())
    return (parts.parent.parent / parts.name).as_posix() if parts.parent.name == "assignments" else None


def _with_filter_names(entries: Entries) -> Entries:
    """Assignments name their filter by id; where the export holds the filter, by its name."""
    names = {id_.casefold(): name for entry in entries for id_, name in entry.found.filters}

    def named(assignment: Assignment) -> Assignment:
        name = names.get((assignment.filter or "").casefold())
        return assignment if name is None else replace(assignment, filter=name)

    merged = []
    for entry in entries:
        policy = entry.found.policy
        if policy is not None and policy.assignments and names:
            policy = replace(policy, assignments=tuple(named(one) for one in policy.assignments))
            entry = replace(entry, found=replace(entry.found, policy=policy))
        merged.append(entry)
    return merged


def _distinct(entries: Entries) -> Entries:
    """One policy per id and content; another content under the same id is another policy, with an id of its own."""
    kept: dict[str, list[int]] = defaultdict(list)
    merged = list(entries)
    for index, entry in enumerate(entries):
        policy = entry.found.policy
        if policy is None:
            continue
        others = kept[policy.id.casefold()]
        same = next((n for n in others if _same(_policy(merged[n]), policy)), None)
        if same is not None:
            merged[same] = _informed(merged[same], policy)
            merged[index] = _drop(entry, f"the same policy as {merged[same].path}")
            continue
        if others:
            merged[index] = _renamed(entry, policy, f"{policy.id}#{len(others) + 1}")
        others.append(index)
    return merged


def _policy(entry: Entry) -> Policy:
    if entry.found.policy is None:
        raise ValueError(f"{entry.path} holds no policy")
    return entry.found.policy


def _same(one: Policy, other: Policy) -> bool:
    """Whether two policies say the same; an export without assignments does not contradict one with them."""
    if _content(one) != _content(other):
        return False
    if one.assignments is None or other.assignments is None:
        return True
    return set(one.assignments) == set(other.assignments)


def _content(policy: Policy) -> object:
    claims = frozenset((c.setting.key, c.scope, type(c.value), c.value, c.type) for c in policy.claims)
    return policy.kind, claims


def _informed(entry: Entry, other: Policy) -> Entry:
    policy = _policy(entry)
    if policy.assignments is not None or other.assignments is None:
        return entry
    policy = replace(policy, assignments=other.assignments)
    return replace(entry, found=replace(entry.found, policy=policy))


def _renamed(entry: Entry, policy: Policy, id_: str) -> Entry:
    problems = tuple(replace(p, policy=id_ if p.policy == policy.id else p.policy) for p in entry.found.problems)
    return replace(entry, found=replace(entry.found, policy=replace(policy, id=id_), problems=problems))
