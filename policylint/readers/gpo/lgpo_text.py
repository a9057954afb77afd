"""LGPO text: what `LGPO.exe /parse` writes and `LGPO.exe /t` reads, four lines for each setting.

    Computer
    SOFTWARE\\Policies\\Microsoft\\Windows\\System
    EnableSmartScreen
    DWORD:1

Lines between settings that are blank or start with `;` say nothing. In the data of text a backslash is written twice,
`\\0` ends a string of a list. Follows LGPO.pdf of the Microsoft Security Compliance Toolkit, and what it writes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache

from policylint.errors import ReadError
from policylint.evidence import LineAt
from policylint.model import Channel, FileRecord, Policy, Problem, Scope
from policylint.readers.gpo import written_registry as written
from policylint.readers.gpo.tree import judged
from policylint.readers.gpo.written_registry import Written
from policylint.readers.source import Reading, Source, decode, problem, sniff_encoding

KIND = "LGPO text"
_SIDES = {"computer": Scope.DEVICE, "user": Scope.USER}
_HEADER = re.compile(r"; PARSING (Computer|User)\b.*POLICY", re.IGNORECASE)
_SNIFFED = 8192

_TYPES: Mapping[str, tuple[int, Callable[[str], bytes]]] = {
    "DWORD": (written.REG_DWORD, written.number(4)),
    "QWORD": (written.REG_QWORD, written.number(8)),
    "SZ": (written.REG_SZ, lambda text: written.text(_unescaped(text))),
    "EXSZ": (written.REG_EXPAND_SZ, lambda text: written.text(_unescaped(text))),
    "MULTISZ": (
        written.REG_MULTI_SZ,
        lambda text: written.strings([s for s in _unescaped(text).split("\0") if s]),
    ),
    "BINARY": (written.REG_BINARY, written.binary),
}
"""`TYPE:data`."""
_CLEAR = "CLEAR"
"""Takes a setting out of the local GPO, so that nothing configures it."""


_ESCAPE = re.compile(r"\\([\\nr0])")
_ESCAPED = {"\\": "\\", "n": "\n", "r": "\r", "0": "\0"}


def take(sources: Sequence[Source]) -> tuple[Reading, list[Source]]:
    """Reads every LGPO text among the sources, each as one policy that is named by its path, and leaves the rest."""
    policies: list[Policy] = []
    problems: list[Problem] = []
    files: list[FileRecord] = []
    rest: list[Source] = []
    for source in sources:
        if not _is_lgpo(source):
            rest.append(source)
            continue
        policy, found, record = _read(source)
        policies += [] if policy is None else [policy]
        problems += found
        files.append(record)
    return Reading(tuple(policies), problems=tuple(problems), files=tuple(files)), rest


def _is_lgpo(source: Source) -> bool:
    """Whether the file starts with a setting, or with the heading that LGPO.exe writes even without any."""
    if source.suffix not in (".txt", ".lgpo"):
        return False
    try:
        data = source.read()[:_SNIFFED]
    except ReadError:
        return False
    encoding, skip = sniff_encoding(data)
    lines = data[skip:].decode(encoding, "replace").splitlines()
    if any(map(_HEADER.match, lines)):
        return True
    first = next((n for n, line in enumerate(lines) if _says(line)), len(lines))
    block = lines[first : first + 4]
    return len(block) == 4 and _side(block[0]) is not None and _action(block[3]) is not None


@lru_cache(maxsize=1 << 12)
def _says(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith(";")


@lru_cache(maxsize=1 << 12)
def _side(line: str) -> str | None:
    """The side, with whom of the users it is for (`User:Administrators`); None when the line is something else."""
    side = line.strip().casefold()
    return side if side.partition(":")[0] in _SIDES else None


@lru_cache(maxsize=1 << 12)
def _action(line: str) -> tuple[str, str] | None:
    """The action and its data; None when the line is something else. Settings have the same few lines."""
    action, _, data = line.strip("\r\n").partition(":")
    name = action.strip().upper()
    return (name, data) if name in _TYPES or name in _WITHOUT_DATA or name == _CLEAR else None


def _read(source: Source) -> tuple[Policy | None, list[Problem], FileRecord]:
    try:
        lines = decode(source.read()).splitlines()
    except ReadError as error:
        return None, [problem(source, error, source.path)], FileRecord(source.path, "unread", KIND, error.message)
    told, faults = [], list[ReadError]()
    for found in settings(lines):
        if isinstance(found, ReadError):
            faults.append(found)
        elif found is not None:
            told.append(found)
    result = written.outcome(told, source)
    policy = Policy(
        id=source.path,
        name=source.path,
        channel=Channel.GPO,
        kind="gpo",
        evidence=source.at(),
        claims=result.claims,
        sweeps=result.sweeps,
    )
    problems = [problem(source, error, policy.id) for error in faults]
    problems += [Problem(p.rule, p.message, p.evidence, policy.id) for p in result.problems]
    status, reason = judged(problems)
    return policy, problems, FileRecord(source.path, status, KIND, reason, len(policy.claims))


def settings(lines: Sequence[str]) -> Iterator[Written | ReadError | None]:
    """The settings in file order; what is none is an RD012, and reading goes on with the next side."""
    at = 0
    while at < len(lines):
        if not _says(lines[at]):
            at += 1
        elif _side(lines[at]) is None:
            yield written.fault("neither 'Computer' nor 'User': a setting starts with its side", LineAt(at + 1))
            at = next((n for n in range(at + 1, len(lines)) if _side(lines[n]) is not None), len(lines))
        else:
            try:
                yield _setting(lines[at : at + 4], at + 1)
                at += 4
            except ReadError as error:
                yield error
                at = next((n for n in range(at + 1, len(lines)) if _side(lines[n]) is not None), len(lines))


def _setting(block: Sequence[str], line: int) -> Written | None:
    """One setting; None for CLEAR. Raises ReadError (RD012, and RD010 for settings of some local users only)."""
    if len(block) < 4:
        raise written.fault("the last setting is cut off: it needs side, key, value name and action", LineAt(line))
    side, key, name = _side(block[0]) or "", block[1].strip(), block[2].strip("\r\n")
    found = _action(block[3])
    if found is None:
        raise written.fault(f"'{block[3].strip()}' is no action that LGPO.exe knows", LineAt(line + 3))
    if side not in _SIDES:
        message = f"a setting of a local GPO for '{block[0].strip()}' alone: recognised, but not evaluated yet"
        raise ReadError("RD010", message, LineAt(line))
    if found[0] == _CLEAR:
        return None
    try:
        told = _WITHOUT_DATA[found[0]](name) if found[0] in _WITHOUT_DATA else (name, *_typed(*found))
    except ValueError as exc:
        raise written.fault(f"'{name}' cannot be used: {exc}", LineAt(line + 3)) from exc
    return Written(_SIDES[side], key, *told, LineAt(line + 2))


def _unescaped(data: str) -> str:
    return _ESCAPE.sub(lambda match: _ESCAPED[match[1]], data)


def _typed(action: str, data: str) -> tuple[int, bytes]:
    number, encode = _TYPES[action]
    return number, encode(data.strip() if number in (written.REG_DWORD, written.REG_QWORD) else data)


_WITHOUT_DATA: Mapping[str, Callable[[str], tuple[str, int, bytes]]] = {
    "DELETE": lambda name: written.instruction(f"**del.{name}"),
    "DELETEALLVALUES": lambda _: written.instruction("**delvals."),
    "CREATEKEY": lambda _: ("", written.REG_NONE, b""),
}
