"""Security templates: `GptTmpl.inf` ([MS-GPSB] 2.2; rules G-SEC-*).

Sections come in any order. An empty list is a value: `SeDebugPrivilege =` grants the right to nobody, and an empty
`__Members` empties the group. Principals are compared as SIDs without their `*`; lists of them have no order.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

from policylint.families.merging import ACCOUNT_NAMES
from policylint.model import Scope, Value
from policylint.principals import principal, principals
from policylint.readers.gpo.settings_file import Found, Row, Written, fields, rows, unquoted
from policylint.readers.source import Source

ACCOUNT_POLICY = frozenset(ACCOUNT_NAMES)
_NUMBER = re.compile(r"-?[0-9]{1,10}")
_GROUP = re.compile(r"(?P<group>.+)__(?P<list>members|memberof)", re.IGNORECASE)


def read(data: bytes, scope: Scope, source: Source, policy: str) -> Found:
    """The claims of a security template. `policy` is not needed: no entry belongs to its GPO alone.

    Problems: RD020 a row that its section's grammar does not allow, RD021 a section that [MS-GPSB] does not know, or an
    entry that stands twice. Raises ReadError (RD005) for bytes that are no text.
    """
    written = Written(scope, source)
    write(written, rows(data))
    return written.found()


def write(written: Written, entries: Iterable[Row]) -> None:
    """Adds what the rows of a security template claim."""
    unknown: set[str] = set()
    for row in entries:
        told = _told(row.section, row.text)
        if told is None:
            _unknown(written, row, unknown)
        elif isinstance(told, str):
            written.damaged(row.line, told)
        else:
            written.write(row.line, *told)


_Told = tuple[str, Value, str]
"""The text of a setting id, its value and type."""


@lru_cache(maxsize=1 << 13)
def _told(section: str, text: str) -> _Told | str | None:
    """What a row in a section claims, or what is wrong with it; None where the section is none of a template.

    Templates have the same rows over and over, so what was found is kept.
    """
    known = _SECTIONS.get(section.casefold())
    if known is None:
        return None
    name, read_row = known
    try:
        setting, value, kind = read_row(name, text)
    except _NoAssignment:
        return f"'{text[:60]}' in [{section}] is not of the form name = value"
    except ValueError as exc:
        return str(exc)
    return f"secedit:{name}/{setting}", value, kind


class _NoAssignment(ValueError):
    """A row is not of the form `name = value`."""


def _unknown(written: Written, row: Row, met: set[str]) -> None:
    """RD020 for a row before the first section, RD021 once for a section that is none of a template."""
    if not row.section:
        written.damaged(row.line, f"'{row.text[:40]}' stands before the first section")
    elif row.section.casefold() not in (*_SILENT, *met):
        met.add(row.section.casefold())
        written.passed_over(row.line, f"the section [{row.section}] is none of a security template")


def recognises(data: bytes) -> bool:
    """Whether an `.inf` file of any name is a security template, as `secedit /export` writes one, and no driver."""
    text = data.replace(b"\0", b"").lower()
    return any(b"[" + name.encode() + b"]" in text for name in _SECTIONS)


def _assignment(text: str) -> tuple[str, str]:
    """Name and right-hand side of `name = value`. Raises _NoAssignment where there is no such thing."""
    name, sign, value = text.partition("=")
    if sign and name.strip():
        return unquoted(name.strip()), value.strip()
    raise _NoAssignment


def _value(section: str, row: str) -> _Told:
    """`MinimumPasswordLength = 14`, `NewGuestName = "Visitor"`."""
    name, text = _assignment(row)
    value: Value = int(text) if _NUMBER.fullmatch(text) else unquoted(text)
    numeric = section in _NUMERIC or (section == "System Access" and name.casefold() in ACCOUNT_POLICY)
    kind = "Integer" if isinstance(value, int) else "String"
    if numeric and kind == "String":
        raise ValueError(f"'{name}' in [{section}] is '{text}', not a number")
    return name, value, kind


def _right(_: str, row: str) -> _Told:
    """`SeBackupPrivilege = *S-1-5-32-544,*S-1-5-32-551`."""
    name, listed = _assignment(row)
    return name, _members(listed), "Principals"


@lru_cache(maxsize=4096)
def _members(text: str) -> tuple[str, ...]:
    """The principals of a list; the same few lists stand in most templates."""
    return principals(text.split(","))


def _group(section: str, row: str) -> _Told:
    """`*S-1-5-32-544__Members = Domain Admins`."""
    name, listed = _assignment(row)
    match = _GROUP.fullmatch(name)
    if match is None:
        raise ValueError(f"'{name}' in [{section}] ends in neither __Members nor __Memberof")
    return f"{principal(match['group'])}__{match['list'].capitalize()}", _members(listed), "Principals"


def _registry(section: str, row: str) -> _Told:
    r"""`MACHINE\System\…\Lsa\LmCompatibilityLevel=4,5`: the type, then its data. Names may hold `=`."""
    match = _PLAIN_VALUE.fullmatch(row) or _REGISTRY_VALUE.fullmatch(row)
    if match is None:
        raise ValueError(f"'{row[:60]}' in [{section}] is not of the form path=type,data")
    kind, convert = _TYPES.get(int(match["type"]), ("", None))
    if convert is None:
        raise ValueError(f"'{match['name']}' has the type {match['type']}, which [MS-GPSB] does not know")
    try:
        value = convert(match["data"].strip())
    except ValueError as exc:
        raise ValueError(f"{kind} '{match['name']}' {exc}") from exc
    return unquoted(match["name"].strip()), value, kind


_PLAIN_VALUE = re.compile(r"(?P<name>[^=]+)=\s*(?P<type>[0-9]{1,3})\s*,(?P<data>.*)", re.DOTALL)
"""The same for a name without `=`, which takes far fewer attempts."""
_REGISTRY_VALUE = re.compile(r"(?P<name>.+?)\s*=\s*(?P<type>[0-9]{1,3})\s*,(?P<data>.*)", re.DOTALL)


def _dword(data: str) -> int:
    text = unquoted(data)
    if not re.fullmatch(r"[0-9]{1,10}|0[xX][0-9a-fA-F]{1,8}", text) or not 0 <= int(text, _base(text)) < 1 << 32:
        raise ValueError(f"is '{text}', not a number of 32 bits")
    return int(text, _base(text))


def _base(text: str) -> int:
    return 16 if text[:2].casefold() == "0x" else 10


def _binary(data: str) -> bytes:
    """Bytes as numbers with commas between them."""
    found = [unquoted(part.strip()) for part in data.split(",")] if data else []
    numbers = all(re.fullmatch(r"[0-9]{1,3}|0[xX][0-9a-fA-F]{1,2}", part) for part in found)
    if not numbers or any(int(part, _base(part)) > 255 for part in found):
        raise ValueError(f"is '{data[:40]}', not bytes with commas between them")
    return bytes(int(part, _base(part)) for part in found)


def _strings(data: str) -> tuple[str, ...]:
    """A comma separates two strings; one inside a string is written as a quoted comma."""
    found = fields(data)
    if found is None:
        raise ValueError("has a quote that does not end")
    return () if found == [""] else tuple(_piece(part) for part in found)


def _piece(text: str) -> str:
    whole = unquoted(text)
    return whole if whole is not text else text.replace('","', ",")


_TYPES: dict[int, tuple[str, Callable[[str], Value]]] = {
    1: ("REG_SZ", unquoted),
    2: ("REG_EXPAND_SZ", unquoted),
    3: ("REG_BINARY", _binary),
    4: ("REG_DWORD", _dword),
    7: ("REG_MULTI_SZ", _strings),
}


def _protected(section: str, row: str) -> _Told:
    """`"Spooler",4,""`: a name, a digit (start type, or how permissions are passed on; D26) and an SDDL string."""
    found = fields(row)
    if found is None or len(found) != 3 or not unquoted(found[0]) or not found[1].isdecimal():
        raise ValueError(f'\'{row[:60]}\' in [{section}] is not of the form "name",number,"SDDL"')
    name, digit, sddl = map(unquoted, found)
    return name, (digit, sddl), _PROTECTED[section]


_PROTECTED = {
    "Service General Setting": "Start type, SDDL",
    "Registry Keys": "Mode, SDDL",
    "File Security": "Mode, SDDL",
}
_NUMERIC = frozenset(("Kerberos Policy", "Event Audit", "System Log", "Security Log", "Application Log"))
_SILENT = frozenset(("unicode", "version", "profile description"))
"""Sections that say what the file is and set nothing."""
_READERS: dict[Callable[[str, str], _Told], tuple[str, ...]] = {
    _value: ("System Access", "Kerberos Policy", "Event Audit", "System Log", "Security Log", "Application Log"),
    _registry: ("Registry Values",),
    _right: ("Privilege Rights",),
    _group: ("Group Membership",),
    _protected: tuple(_PROTECTED),
}
"""Each is given the section and a row of it, and raises ValueError with what is wrong with the row."""
_SECTIONS = {name.casefold(): (name, read_row) for read_row, names in _READERS.items() for name in names}
