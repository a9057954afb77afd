"""GPT.INI: the part of a GPO's version and extension lists that lies in its folder ([MS-GPOL] 2.2.4).

Domain GPOs keep their extension lists in the directory; the local GPO and what LGPO.exe writes keep them here.
`displayName` is always the literal "New Group Policy Object" and says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from policylint.model import Scope
from policylint.readers.gpo.cse import extensions
from policylint.readers.source import decode

_NUMBER = re.compile(r"[0-9]{1,10}")
_KEYS = {"gpcmachineextensionnames": Scope.DEVICE, "gpcuserextensionnames": Scope.USER}


def registered(data: bytes) -> dict[Scope, frozenset[str] | None]:
    """The extensions registered for each side; None for both when the file has no list. Raises ReadError (RD005)."""
    lists: dict[Scope, frozenset[str] | None] = {
        _KEYS[key]: frozenset(extensions(value)) for key, value in _general(data) if key in _KEYS
    }
    absent = frozenset[str]() if lists else None
    return {scope: lists.get(scope, absent) for scope in Scope}


def version(data: bytes) -> int | None:
    """`Version`, the user's side in the upper 16 bits ([MS-GPOL] 2.2.4); None without one. Raises ReadError (RD005)."""
    told = [value for key, value in _general(data) if key == "version"]
    return int(told[-1]) & 0xFFFFFFFF if told and _NUMBER.fullmatch(told[-1]) else None


def _general(data: bytes) -> Iterator[tuple[str, str]]:
    """The lines of the section General, keys without case."""
    section = ""
    for line in map(str.strip, decode(data).splitlines()):
        key, _, value = line.partition("=")
        if line.startswith("["):
            section = line.casefold()
        elif section == "[general]":
            yield key.strip().casefold(), value.strip()
