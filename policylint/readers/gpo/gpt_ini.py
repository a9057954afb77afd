"""GPT.INI: the part of a GPO's version and extension lists that lies in its folder ([MS-GPOL] 2.2.4).

Domain GPOs keep their extension lists in the directory; the local GPO and what LGPO.exe writes keep them here.
`displayName` is always the literal "New Group Policy Object" and says nothing.
"""

from __future__ import annotations

from policylint.model import Scope
from policylint.readers.gpo.cse import extensions
from policylint.readers.source import decode

_KEYS = {"gpcmachineextensionnames": Scope.DEVICE, "gpcuserextensionnames": Scope.USER}


def registered(data: bytes) -> dict[Scope, frozenset[str] | None]:
    """The extensions registered for each side; None for both when the file has no list. Raises ReadError (RD005)."""
    lists: dict[Scope, frozenset[str] | None] = {}
    section = ""
    for line in map(str.strip, decode(data).splitlines()):
        key, _, value = line.partition("=")
        if line.startswith("["):
            section = line.casefold()
        elif section == "[general]" and key.strip().casefold() in _KEYS:
            lists[_KEYS[key.strip().casefold()]] = frozenset(extensions(value))
    absent = frozenset[str]() if lists else None
    return {scope: lists.get(scope, absent) for scope in Scope}
