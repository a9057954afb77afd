"""Principals in one spelling, so that a list of SIDs and a list of names are the same list (rule G-SEC-RIGHTS).

A security template writes `*S-1-5-32-544`, a custom profile `Administrators`, a catalog policy
`BUILTIN\\Administrators`. Names that are well known on an English Windows become their SIDs ([MS-DTYP] 2.4.2.4); so do
those of services, whose SIDs are made of the name. Names of accounts stay names.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping

_SID = re.compile(r"s-1(-[0-9a-fx]+)+", re.IGNORECASE)
_NOBODY = "S-1-0-0"
"""The null SID, which no account holds: what is granted to it alone is granted to nobody."""

_BUILTIN = {
    "Administrators": 544,
    "Users": 545,
    "Guests": 546,
    "Power Users": 547,
    "Account Operators": 548,
    "Server Operators": 549,
    "Print Operators": 550,
    "Backup Operators": 551,
    "Replicator": 552,
    "Pre-Windows 2000 Compatible Access": 554,
    "Remote Desktop Users": 555,
    "Network Configuration Operators": 556,
    "Incoming Forest Trust Builders": 557,
    "Performance Monitor Users": 558,
    "Performance Log Users": 559,
    "Windows Authorization Access Group": 560,
    "Terminal Server License Servers": 561,
    "Distributed COM Users": 562,
    "IIS_IUSRS": 568,
    "Cryptographic Operators": 569,
    "Event Log Readers": 573,
    "Certificate Service DCOM Access": 574,
    "RDS Remote Access Servers": 575,
    "RDS Endpoint Servers": 576,
    "RDS Management Servers": 577,
    "Hyper-V Administrators": 578,
    "Access Control Assistance Operators": 579,
    "Remote Management Users": 580,
    "Storage Replica Administrators": 582,
    "Device Owners": 583,
}
_AUTHORITY = {
    "DIALUP": "1",
    "NETWORK": "2",
    "BATCH": "3",
    "INTERACTIVE": "4",
    "SERVICE": "6",
    "ANONYMOUS LOGON": "7",
    "PROXY": "8",
    "ENTERPRISE DOMAIN CONTROLLERS": "9",
    "SELF": "10",
    "Authenticated Users": "11",
    "RESTRICTED": "12",
    "TERMINAL SERVER USER": "13",
    "REMOTE INTERACTIVE LOGON": "14",
    "This Organization": "15",
    "IUSR": "17",
    "SYSTEM": "18",
    "LOCAL SERVICE": "19",
    "NETWORK SERVICE": "20",
    "Local account": "113",
    "Local account and member of Administrators group": "114",
}
_KNOWN = {
    "Everyone": "S-1-1-0",
    "LOCAL": "S-1-2-0",
    "CONSOLE LOGON": "S-1-2-1",
    "CREATOR OWNER": "S-1-3-0",
    "CREATOR GROUP": "S-1-3-1",
    r"NT SERVICE\ALL SERVICES": "S-1-5-80-0",
    r"NT VIRTUAL MACHINE\Virtual Machines": "S-1-5-83-0",
    r"Window Manager\Window Manager Group": "S-1-5-90-0",
    "LocalSystem": "S-1-5-18",
}
_WELL_KNOWN = {
    name.casefold(): sid
    for known in (
        _KNOWN,
        {prefix + name: f"S-1-5-32-{rid}" for name, rid in _BUILTIN.items() for prefix in ("", "BUILTIN\\")},
        {prefix + name: f"S-1-5-{rid}" for name, rid in _AUTHORITY.items() for prefix in ("", "NT AUTHORITY\\")},
    )
    for name, sid in known.items()
}
_NAMES = {
    **{sid: name for name, sid in _KNOWN.items()},
    **{f"S-1-5-32-{rid}": name for name, rid in _BUILTIN.items()},
    **{f"S-1-5-{rid}": name for name, rid in _AUTHORITY.items()},
}
_DERIVED: Mapping[str, tuple[str, Callable[[str], str]]] = {
    "nt service": ("80", str.upper),
    "iis apppool": ("82", str.lower),
}
"""Authorities whose SIDs are the SHA-1 of the name, and the case that the name is taken in."""


def principal(written: str) -> str:
    """A principal in one spelling: its SID in upper case without `*`, or the name where no SID is known for it."""
    bare = written.strip()
    if len(bare) > 1 and bare.startswith('"') and bare.endswith('"'):
        bare = bare[1:-1]
    bare = bare.removeprefix("*").strip()
    if _SID.fullmatch(bare):
        return bare.upper()
    authority, _, name = bare.partition("\\")
    derived = _DERIVED.get(authority.casefold())
    return _WELL_KNOWN.get(bare.casefold()) or (_derived(*derived, name) if derived and name else bare)


def display(sid: str) -> str:
    """What people call a principal: the English name of a well-known SID, anything else as it is."""
    return _NAMES.get(sid.upper(), sid)


def principals(written: Iterable[str]) -> tuple[str, ...]:
    """A list of principals in one order, each once; nobody is the empty tuple."""
    found = {name.casefold(): name for name in map(principal, written) if name not in ("", _NOBODY)}
    return tuple(found[key] for key in sorted(found))


def _derived(authority: str, case: Callable[[str], str], name: str) -> str:
    """`NT SERVICE\\WdiServiceHost` as S-1-5-80 and five numbers: the digest of the name in UTF-16."""

    digest = hashlib.sha1(case(name).encode("utf-16-le"), usedforsecurity=False).digest()
    numbers = (int.from_bytes(digest[at : at + 4], "little") for at in range(0, 20, 4))
    return "-".join(("S-1-5", authority, *map(str, numbers)))
