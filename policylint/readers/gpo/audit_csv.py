"""Advanced audit policy: `audit.csv` ([MS-GPAC] 2.2; rules G-AUD-ADV and G-AUD-VALUES).

Only the GUID and the number count: names and the words beside the number are in the language of the editor. Where the
words are English they are compared with the number (GP032).
"""

from __future__ import annotations

import csv
import re

from policylint.errors import ReadError
from policylint.evidence import LineAt
from policylint.facts import ALWAYS, Is
from policylint.model import Problem, Scope
from policylint.readers.gpo.settings_file import Found, Written
from policylint.readers.source import Source, decode

_DISPUTE = "D30"
ZERO_IS_NONE = Is(f"{_DISPUTE} (0 means no auditing)")
"""GPMC writes 0 beside the words "No Auditing"; [MS-GPAC] says that 0 changes nothing and 4 is none (D30)."""

_GUID = re.compile(r"\{[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\}")
_SID = re.compile(r"S-1(-[0-9A-FX]+)+")
_COLUMNS = 7
_TARGET, _NAME, _CATEGORY, _WORDS, _NUMBER = 1, 2, 3, 4, 6
_MEANT = {"no auditing": (0, 4), "success": (1,), "failure": (2,), "success and failure": (3,)}
"""The numbers that editors and [MS-GPAC] 2.2.1.3 have for the words of a system row."""
_SACLS = ("fileglobalsacl", "registryglobalsacl")
_HIGHEST = {"System": 4, "user": 31}


def read(data: bytes, scope: Scope, source: Source, policy: str) -> Found:
    """The claims of an audit.csv. `policy` is not needed: no row belongs to its GPO alone.

    Problems: RD020 a row without its columns, GUID or number. Raises ReadError (RD005; RD020 for a NUL or an endless
    quote, where reading stops).
    """
    written = Written(scope, source)
    lines = csv.reader(decode(data).split("\n"))
    try:
        for row in lines:
            cells = [cell.strip() for cell in row]
            if any(cells) and cells[0].casefold() != "machine name":
                write(written, lines.line_num, cells)
    except csv.Error as exc:
        raise ReadError("RD020", f"line {lines.line_num}: not a table: {exc}", LineAt(lines.line_num)) from exc
    return written.found()


def write(written: Written, line: int, cells: list[str]) -> None:
    """Adds what one row claims; its cells have no blanks around them."""
    if len(cells) < _COLUMNS:
        written.damaged(line, f"{len(cells)} columns instead of {_COLUMNS}")
        return
    name, number = cells[_NAME], cells[_NUMBER]
    if name.casefold() in _SACLS:
        written.write(line, f"audit:sacl/{name}", number, "SDDL")
    elif name.casefold().startswith("option:"):
        _write_number(written, line, f"audit:option/{name.partition(':')[2].strip()}", number, 1)
    else:
        _write_subcategory(written, line, cells)


def _write_subcategory(written: Written, line: int, cells: list[str]) -> None:
    guid, target = cells[_CATEGORY].casefold(), cells[_TARGET]
    if not _GUID.fullmatch(guid):
        written.damaged(line, f"'{cells[_CATEGORY]}' is not the GUID of a subcategory")
    elif target.casefold() == "system":
        _write_number(written, line, f"audit:{guid}", cells[_NUMBER], _HIGHEST["System"])
        _compare(written, line, cells)
    else:
        sid = target.removeprefix("*").upper()
        user = sid if _SID.fullmatch(sid) else target
        _write_number(written, line, f"audit:{guid}/{user}", cells[_NUMBER], _HIGHEST["user"])


def _compare(written: Written, line: int, cells: list[str]) -> None:
    """GP032 where number and words of a system row do not say the same, or say so by one document of two (D30)."""
    words, number = cells[_WORDS], cells[_NUMBER]
    meant = _MEANT.get(words.casefold())
    if meant is None or not number.isascii() or not number.isdigit():
        return
    row = f"line {line}: '{cells[_NAME]}'"
    setting, evidence = f"audit:{cells[_CATEGORY].casefold()}", written.at(line)
    if int(number) not in meant:
        message = f"{row} has the number {number} beside the words '{words}'; Windows uses the number"
        written.problems.append(Problem("GP032", message, evidence, setting=setting))
    elif int(number) == 0:
        message = f"{row} has 0 for '{words}', which by [MS-GPAC] leaves the subcategory as it is, and 4 would be none"
        written.problems.append(Problem("GP032", message, evidence, setting=setting, severity="note"))


def _write_number(written: Written, line: int, name: str, text: str, highest: int) -> None:
    """A number of a system row (0 to 4), of a user's row (bits 1, 2, 4, 8 and 16) or of an option (0 or 1)."""
    if not re.fullmatch("[0-9]{1,3}", text) or int(text) > highest:
        written.damaged(line, f"the value of {name} is '{text}', not a number from 0 to {highest}")
        return
    disputed = int(text) == 0 and highest > 1
    written.write(line, name, int(text), "Integer", ZERO_IS_NONE if disputed else ALWAYS)
