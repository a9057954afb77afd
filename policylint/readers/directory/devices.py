"""Lists of devices as CSV: a target each row, with what the row tells; what cannot be used is told by its line."""

from __future__ import annotations

import csv
import io
import posixpath
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from policylint.errors import ConfigError, ReadError, UsageError
from policylint.evidence import LineAt
from policylint.model import FileRecord, FileStatus, Problem
from policylint.readers.directory.device_columns import (
    FACTS,
    HEADERS,
    NO_GROUP,
    UNTOLD,
    around,
    columns,
    container,
    is_windows,
    plain,
)
from policylint.readers.directory.known import Described
from policylint.readers.source import Source, decode, problem
from policylint.tables import built
from policylint.topology import Facts, Target

KIND = "device list"
ROW, CELL = "RD034", "RD035"
"""The rules that report rows and cells that are not used."""


@dataclass(frozen=True, slots=True)
class DeviceTable:
    """What one list holds."""

    targets: tuple[Target, ...]
    problems: tuple[Problem, ...]
    record: FileRecord


class _Refused(Exception):
    """A row that is not used: why, and what all rows of the same kind have in common."""

    def __init__(self, kind: str, text: str, rule: str = ROW) -> None:
        super().__init__(text)
        self.kind, self.rule = kind, rule


@dataclass(slots=True)
class _Log:
    """What is wrong with the rows, by kind: the lines, and the words of the first one."""

    source: Source
    lines: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    words: dict[tuple[str, str], str] = field(default_factory=dict)

    def add(self, rule: str, kind: str, line: int, text: str) -> None:
        self.words.setdefault((rule, kind), text)
        self.lines.setdefault((rule, kind), []).append(line)

    def problems(self) -> Iterator[Problem]:
        """One problem for each kind, at its first line, with the lines of all the others."""
        for key, lines in self.lines.items():
            more = f" (so with {_counted(len(lines) - 1, 'more row')}: {_ranges(lines[1:])})" if lines[1:] else ""
            yield Problem(key[0], self.words[key] + more, self.source.at(LineAt(lines[0])))

    def count(self, rule: str) -> int:
        """How many rows a rule reports."""
        return sum(len(lines) for key, lines in self.lines.items() if key[0] == rule)


def device_lists(
    written: Iterable[Described], found: Iterable[Source], here: Path, topology: str | None, devices: Iterable[str]
) -> dict[str, Source]:
    """The lists that topology files name, and those of the command line, by path.

    A topology file that was found below the given paths names lists below them; one that was given by name, and the
    command line, name any file. Raises ConfigError and UsageError for a list that is not there.
    """
    known = {source.path: source for source in found}
    lists: dict[str, Source] = {}
    for description in written:
        for entry in description.topology.devices:
            path = posixpath.normpath(posixpath.join(posixpath.dirname(description.evidence.path), entry.file))
            if path in known:
                lists[path] = known[path]
            elif topology and (here / path).is_file():
                lists[path] = Source(path, here / path)
            else:
                below = "" if topology else " below the given paths"
                raise ConfigError(f"{description.evidence.path}: there is no device list '{path}'{below}")
    for text in devices:
        if not (here / text).is_file():
            raise UsageError(f"no device list '{text}'")
        path = PurePath(text).as_posix() if not PurePath(text).is_absolute() else PurePath(text).name
        lists[path] = known.get(path) or Source(path, here / text)
    return lists


def read_devices(source: Source) -> DeviceTable:
    """Reads a list of devices. Comma, semicolon or tab, any encoding with a byte-order mark, PowerShell's #TYPE line.

    Rows that cannot be used are RD034 (the file then counts as not fully read), cells that are not understood RD035.
    """
    try:
        rows = list(_rows(decode(source.read())))
    except ReadError as error:
        return DeviceTable((), (problem(source, error),), FileRecord(source.path, "unread", KIND, error.message))
    except csv.Error as exc:
        return _unusable(source, f"not a table that CSV readers understand: {exc}")
    if not rows:
        return _unusable(source, "the list is empty: its first line must name the columns")
    (_, headers), *body = rows
    places = columns(headers)
    if "name" not in places:
        return _unusable(source, f"no column names the device; there must be one of: {', '.join(HEADERS['name'])}")
    return _table(source, headers, places, body)


def _unusable(source: Source, text: str) -> DeviceTable:
    found = Problem(ROW, text, source.at(LineAt(1)))
    return DeviceTable((), (found,), FileRecord(source.path, "unread", KIND, text))


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that hold something, with their first lines."""
    lines = list(io.StringIO(text, newline=""))
    first = next((line for line in lines if line.strip() and not _is_preamble(line)), "")
    delimiter = max((";", ",", "\t"), key=lambda mark: (first.count(mark), mark == ","))
    reader = csv.reader(("" if _is_preamble(line) else line for line in lines), delimiter=delimiter)
    line = 1
    for row in reader:
        if any(cell.strip() for cell in row):
            yield line, [cell.strip() for cell in row]
        line = reader.line_num + 1


def _is_preamble(line: str) -> bool:
    """What PowerShell and Excel put above the header."""
    return line.startswith(("#TYPE ", '"#TYPE ')) or line.strip().casefold() in ("sep=;", "sep=,")


def _table(
    source: Source, headers: Sequence[str], places: Mapping[str, int], body: Iterable[tuple[int, list[str]]]
) -> DeviceTable:
    log = _Log(source)
    names: dict[str, int] = {}
    facts: dict[tuple[object, ...], Facts] = {}
    targets: list[Target] = []
    for line, row in body:
        if any(row[len(headers) :]):
            log.add(ROW, "cells", line, f"the row has more cells than the {len(headers)} columns: it is not used")
            continue
        cells = {meaning: row[at] if at < len(row) else "" for meaning, at in places.items()}
        try:
            targets.append(_target(cells, line, log, facts, names))
        except _Refused as refused:
            log.add(refused.rule, refused.kind, line, f"{refused}: the row is not used")
    used = {headers[at] for at in places.values()}
    idle = [header for header in headers if header and header not in used]
    lost = log.count(ROW)
    reason = [_counted(len(targets), "device"), *([f"{_counted(lost, 'row')} not used"] if lost else [])]
    reason += [f"columns not used: {', '.join(idle)}"] if idle else []
    status: FileStatus = "unread" if lost else "read"
    return DeviceTable(tuple(targets), tuple(log.problems()), FileRecord(source.path, status, KIND, "; ".join(reason)))


def _target(
    cells: Mapping[str, str], line: int, log: _Log, seen: dict[tuple[object, ...], Facts], names: dict[str, int]
) -> Target:
    """The target of a row. Raises _Refused."""
    name = cells["name"]
    if not name:
        raise _Refused("name", "no device is named")
    if not is_windows(cells.get("system", "")):
        raise _Refused("system", f"'{name}' has {cells['system']}, not Windows", CELL)
    number = names[name.casefold()] = names.get(name.casefold(), 0) + 1
    return Target(
        name=name if number == 1 else f"{name} ({number})",
        device=_device(cells),
        device_name=_told(cells, "device-name"),
        user=_placed(cells, "user"),
        user_name=_told(cells, "user-name"),
        site=_told(cells, "site"),
        groups=_groups(cells.get("groups", "")),
        facts=_facts(cells, line, log, seen),
    )


def _told(cells: Mapping[str, str], meaning: str) -> str | None:
    text = cells.get(meaning, "")
    return None if text.casefold() in UNTOLD else text


def _device(cells: Mapping[str, str]) -> str | None:
    own = _told(cells, "canonical-name")
    if _told(cells, "device") is not None or own is None:
        return _placed(cells, "device")
    found = around(own)
    if found is None:
        raise _Refused("canonical-name", f"'{own}' is not the canonical name of a device")
    return found


def _placed(cells: Mapping[str, str], meaning: str) -> str | None:
    text = _told(cells, meaning)
    if text is None:
        return None
    found = container(text)
    if found is None:
        raise _Refused(meaning, f"'{text}' is neither a canonical path nor a distinguished name of a {meaning}'s place")
    return found


def _groups(text: str) -> list[str] | None:
    """The groups of a cell, which are all of them; None where the cell is empty, which tells nothing."""
    if not text:
        return None
    return [] if text == NO_GROUP else [group.strip() for group in text.split(";") if group.strip()]


def _facts(cells: Mapping[str, str], line: int, log: _Log, seen: dict[tuple[object, ...], Facts]) -> Facts:
    """The facts of a row; a cell that is not understood leaves its fact open, and is reported."""
    told: dict[str, object] = {}
    for name, read in FACTS.items():
        text = cells.get(name, "")
        if text.casefold() in UNTOLD:
            continue
        value = read(text)
        if value is None:
            log.add(CELL, f"{name} {plain(text)}", line, f"'{text}' says nothing about {name}, which stays open")
        else:
            told[name] = value
    key = tuple(told.items())
    if key not in seen:
        seen[key] = built(Facts, told)
    return seen[key]


def _counted(number: int, one: str) -> str:
    return f"{number} {one if number == 1 else one + 's'}"


def _ranges(numbers: Sequence[int]) -> str:
    """`line 4`, `lines 4, 7-12`."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    text = ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)
    return f"{'line' if len(numbers) == 1 else 'lines'} {text}"
