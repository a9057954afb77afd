"""Advanced audit policy: `audit.csv` ([MS-GPAC] 2.2; rules G-AUD-ADV and G-AUD-VALUES).

Only the GUID and the number count: names and the words beside the number are in the language of the editor. Where the
words are English they are compared with the number (GP032).
"""

from __future__ import annotations

import csv
import re
from functools import lru_cache
from typing import Literal

from policylint.errors import ReadError
from policylint.evidence import LineAt
from policylint.facts import ALWAYS, Is, When
from policylint.model import Problem, Scope, Value
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
_OPTION = "option:"
_DIGITS = 99
"""A number of more digits is none that anybody means, and Python refuses to convert the longest ones."""
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
    row = cells[_TARGET], cells[_NAME], cells[_CATEGORY], cells[_NUMBER]
    told = _told(*row)
    if isinstance(told, str):
        written.damaged(line, told)
    else:
        written.write(line, *told)
    contradiction = _contradiction(*row, cells[_WORDS])
    if contradiction is not None:
        setting, said, severity = contradiction
        message = f"line {line}: '{cells[_NAME]}' has {said}"
        written.problems.append(Problem("GP032", message, written.at(line), setting=setting, severity=severity))


_Told = tuple[str, Value, str, When]
"""The text of a setting id, its value and type, and when it is set."""


@lru_cache(maxsize=1 << 12)
def _told(target: str, name: str, category: str, number: str) -> _Told | str:
    """What a row claims, or what is wrong with it. Tables have the same rows over and over, so it is kept."""
    if name.casefold() in _SACLS:
        return f"audit:sacl/{name}", number, "SDDL", ALWAYS
    if name.casefold().startswith(_OPTION):
        return _number(f"audit:option/{name.partition(':')[2].strip()}", number, 1)
    guid = category.casefold()
    if not _GUID.fullmatch(guid):
        return f"'{category}' is not the GUID of a subcategory"
    if target.casefold() == "system":
        return _number(f"audit:{guid}", number, _HIGHEST["System"])
    sid = target.removeprefix("*").upper()
    user = sid if _SID.fullmatch(sid) else target
    return _number(f"audit:{guid}/{user}", number, _HIGHEST["user"])


def _number(name: str, text: str, highest: int) -> _Told | str:
    """A number of a system row (0 to 4), of a user's row (bits 1, 2, 4, 8 and 16) or of an option (0 or 1)."""
    if not re.fullmatch("[0-9]{1,3}", text) or int(text) > highest:
        return f"the value of {name} is '{text}', not a number from 0 to {highest}"
    disputed = int(text) == 0 and highest > 1
    return name, int(text), "Integer", ZERO_IS_NONE if disputed else ALWAYS


@lru_cache(maxsize=1 << 12)
def _contradiction(
    target: str, name: str, category: str, number: str, words: str
) -> tuple[str, str, Literal["note"] | None] | None:
    """Where number and words of a system row do not say the same, or say so by one document of two (D30).

    The setting, what the row has, and the severity.
    """
    meant, guid = _MEANT.get(words.casefold()), category.casefold()
    if meant is None or not number.isascii() or not number.isdigit() or len(number) > _DIGITS:
        return None
    if target.casefold() != "system" or name.casefold() in _SACLS or name.casefold().startswith(_OPTION):
        return None
    if not _GUID.fullmatch(guid):
        return None
    if int(number) not in meant:
        return f"audit:{guid}", f"the number {number} beside the words '{words}'; Windows uses the number", None
    if int(number) == 0:
        said = f"0 for '{words}', which by [MS-GPAC] leaves the subcategory as it is, and 4 would be none"
        return f"audit:{guid}", said, "note"
    return None
