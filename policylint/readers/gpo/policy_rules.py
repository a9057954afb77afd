"""Policy Analyzer rules (`.PolicyRules`): several GPOs in one file, flattened, told apart by PolicyName only.

Microsoft ships its baselines in this form beside the backups. It has no links, filters or GUIDs, and its lists of
extensions are those of all its GPOs together, so nothing can be said about extensions that a GPO does not register.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from policylint.errors import ReadError
from policylint.evidence import XmlAt
from policylint.frozen import plain
from policylint.model import Channel, FileRecord, Policy, Problem, Scope
from policylint.readers.gpo import written_registry as written
from policylint.readers.gpo.policy_rules_entries import RuleEntry, entries
from policylint.readers.gpo.template_lines import Entry, Subcategory, audit, template
from policylint.readers.gpo.tree import judged
from policylint.readers.gpo.written_registry import Written
from policylint.readers.source import Reading, Source, problem

KIND = "Policy Analyzer rules"
_DELETE = "[[[delete]]]"
"""How Policy Analyzer writes that a value is deleted, without a type."""
_written, _template = plain(Written), plain(Entry)
_SIDES = {"ComputerConfig": Scope.DEVICE, "UserConfig": Scope.USER}
_LISTS = frozenset(("CSE-Machine", "CSE-User"))

_TYPES: Mapping[str, tuple[int, Callable[[str], bytes]]] = {
    "REG_DWORD": (written.REG_DWORD, written.number(4)),
    "REG_QWORD": (written.REG_QWORD, written.number(8)),
    "REG_SZ": (written.REG_SZ, written.text),
    "REG_EXPAND_SZ": (written.REG_EXPAND_SZ, written.text),
    "REG_MULTI_SZ": (written.REG_MULTI_SZ, lambda text: written.strings([s for s in text.split(",") if s])),
    "REG_BINARY": (written.REG_BINARY, written.binary),
    "REG_NONE": (written.REG_NONE, written.binary),
}


@dataclass(slots=True)
class _Gpo:
    """What stands in the file under one PolicyName."""

    first: XmlAt
    settings: list[Written] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    audit: list[Subcategory] = field(default_factory=list)
    others: dict[str, list[XmlAt]] = field(default_factory=dict)
    faults: list[ReadError] = field(default_factory=list)


def take(sources: Sequence[Source]) -> tuple[Reading, list[Source]]:
    """Reads every file of rules among the sources, and leaves the rest.

    Each PolicyName is one policy, `path#name`. They are `reduced`: a backup of the same name in the estate
    says the same and more.
    """
    mine = [source for source in sources if source.suffix == ".policyrules"]
    readings = [_read(source) for source in mine]
    return Reading(
        reduced=tuple(policy for reading in readings for policy in reading.reduced),
        problems=tuple(fault for reading in readings for fault in reading.problems),
        files=tuple(record for reading in readings for record in reading.files),
    ), [source for source in sources if source.suffix != ".policyrules"]


def _read(source: Source) -> Reading:
    try:
        found = entries(source.read())
    except ReadError as error:
        record = FileRecord(source.path, "ignored" if error.rule == "RD012" else "unread", KIND, error.message)
        return Reading(problems=(problem(source, error),), files=(record,))
    policies, problems = [], list[Problem]()
    for name, gpo in _gpos(found).items():
        policy, faults = _policy(source, name, gpo)
        policies.append(policy)
        problems += faults
    settings = sum(len(policy.claims) for policy in policies)
    status, reason = judged(problems)
    record = FileRecord(source.path, status, KIND, reason, settings)
    return Reading(reduced=tuple(policies), problems=tuple(problems), files=(record,))


def _gpos(entries: Iterable[RuleEntry]) -> dict[str, _Gpo]:
    gpos: dict[str, _Gpo] = {}
    for place, tag, policy, section, fields in entries:
        if tag in _LISTS:
            continue
        name = policy.strip()
        gpo = gpos.get(name)
        if gpo is None:
            gpo = gpos[name] = _Gpo(place)
        if tag in _SIDES:
            told = _setting(*fields)
            if isinstance(told, str):
                gpo.faults.append(written.fault(told, place))
            else:
                gpo.settings.append(_written(_SIDES[tag], *told, place))
        elif tag == "SecurityTemplate":
            gpo.entries.append(_template(section, fields[0].strip(), place))
        elif tag == "AuditSubcategory":
            gpo.audit.append(Subcategory(fields[0].strip(), fields[1].strip(), place))
        else:
            gpo.others.setdefault(tag, []).append(place)
    return gpos


@lru_cache(maxsize=1 << 12)
def _setting(key: str, name: str, kind: str, data: str) -> tuple[str, str, int, bytes] | str:
    """Key, name, type and data of a registry setting; what is wrong for a type that is not known or does not fit.

    Baselines of one product have the same settings from version to version.
    """
    key, name, kind = key.strip(), name.strip(), kind.strip()
    data = data.replace(r"\r\n", "\r\n")  # how Policy Analyzer writes a line end
    if name.startswith("**"):
        return key, name, written.REG_SZ, written.text(data)
    if not kind and data.casefold() == _DELETE:
        return key, *written.instruction(f"**del.{name}")
    if kind not in _TYPES:
        return f"'{name}' has the unknown type '{kind}'"
    number, encode = _TYPES[kind]
    try:
        return key, name, number, encode(data)
    except ValueError as exc:
        return f"'{name}' cannot be used: {exc}"


def _policy(source: Source, name: str, gpo: _Gpo) -> tuple[Policy, list[Problem]]:
    result = written.outcome(gpo.settings, source)
    files = template(gpo.entries, source), audit(gpo.audit, source)
    policy = Policy(
        id=f"{source.path}#{name}" if name else source.path,
        name=name or source.path,
        channel=Channel.GPO,
        kind="gpo",
        evidence=source.at(gpo.first),
        claims=(*result.claims, *(claim for found in files for claim in found.claims)),
        sweeps=result.sweeps,
    )
    problems = [problem(source, error, policy.id) for error in gpo.faults]
    told = [*result.problems, *(fault for found in files for fault in found.problems)]
    problems += [replace(fault, policy=policy.id) for fault in told]
    for kind, places in sorted(gpo.others.items()):
        count = "1 setting" if len(places) == 1 else f"{len(places)} settings"
        message = f"{count} of the kind '{kind}': recognised, but not evaluated yet"
        problems.append(Problem("RD010", message, source.at(places[0]), policy.id))
    return policy, problems
