"""Columns of device lists: the headers that people's exports have, and what their cells mean.

`Get-ADComputer | Export-Csv`, the device export of the Intune admin centre, and lists written for policylint.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from policylint.readers.directory.names import canonical, rdns

HEADERS: Mapping[str, tuple[str, ...]] = {
    "name": ("target", "name", "devicename", "computername", "hostname", "samaccountname", "dnshostname"),
    "device-name": ("devicename", "samaccountname", "computername", "hostname", "name", "dnshostname"),
    "device": ("device", "distinguishedname", "dn", "ou", "organizationalunit"),
    "canonical-name": ("canonicalname",),
    "user": ("user", "userou", "userdistinguishedname"),
    "user-name": ("username", "primaryuserupn", "userprincipalname"),
    "site": ("site", "adsite"),
    "groups": ("groups",),
    "join": ("join", "jointype", "trusttype"),
    "os-build": ("osbuild", "osversion", "operatingsystemversion"),
    "edition": ("edition",),
    "mdm": ("mdm",),
    "entra-kerberos": ("entrakerberos",),
    "adfs": ("adfs",),
    "enrolled-after-tenant-policy": ("enrolledaftertenantpolicy",),
    "tamper-protection": ("tamperprotection",),
    "system": ("os", "operatingsystem"),
}
"""By meaning: the headers that have it, without case, blanks and hyphens; of several the first one counts."""

JOINS: Mapping[str, str] = {
    "entra": "entra",
    "azureadjoined": "entra",
    "azuread": "entra",
    "microsoftentrajoined": "entra",
    "entrajoined": "entra",
    "hybrid": "hybrid",
    "hybridazureadjoined": "hybrid",
    "microsoftentrahybridjoined": "hybrid",
    "entrahybridjoined": "hybrid",
    "serverad": "hybrid",
    "ad": "ad",
}

EDITIONS: Mapping[str, str] = {
    "home": "home",
    "core": "home",
    "pro": "pro",
    "professional": "pro",
    "enterprise": "enterprise",
    "education": "education",
}
"""Join types as Intune's export, Microsoft Graph (`joinType`, `trustType`) and topology.toml call them."""

TRUTH: Mapping[str, bool] = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
BUILD = re.compile(r"(\d+\.\d+)(?:\.| \()(\d{4,5})\)?((?:\.\d+)*)")
"""`10.0.22631.3007`, and `10.0 (22631)` as Active Directory writes it."""
UNTOLD = frozenset({"", "unknown", "n/a", "null", "none"})
NO_GROUP = "-"
_PATH = re.compile(r"[^/\\=,;\s.]+(\.[^/\\=,;\s.]+)+(/.+)?")


def plain(header: str) -> str:
    """A header without what spellings differ in: `OS version`, `os-version` and `OSVersion` are one."""
    return re.sub(r"[\s_-]", "", header).casefold()


def columns(headers: Sequence[str]) -> dict[str, int]:
    """The number of the column that each meaning is in."""
    places: dict[str, int] = {}
    for number, header in enumerate(headers):
        places.setdefault(plain(header), number)
    return {
        meaning: found[0]
        for meaning, names in HEADERS.items()
        if (found := [places[name] for name in names if name in places])
    }


def container(text: str) -> str | None:
    """The container of a device or user: a canonical path as it stands, of a DN the nearest OU or the domain.

    Objects in `CN=Computers` get what is linked to the domain (G-CONTAINER). None for what is neither.
    """
    if "=" not in text:
        return text.rstrip("/") if _PATH.fullmatch(text) else None
    parts = rdns(text)
    while parts and parts[0][0] not in ("ou", "dc"):
        parts = parts[1:]
    return canonical(parts) if any(kind == "dc" for kind, _ in parts) else None


def around(text: str) -> str | None:
    """The container of an object, of whose own canonical name: `contoso.com/OU/PC-1` stands in `contoso.com/OU`."""
    path, _, name = text.rpartition("/")
    above, _, last = path.partition("/")
    return container(above if last in ("Computers", "Users") else path) if name and path else None


def join(text: str) -> str | None:
    """The join type; None for another word, `registered` among them."""
    return JOINS.get(plain(text))


def build(text: str) -> str | None:
    """A Windows build as the facts have it: `10.0.22631.3007`."""
    found = BUILD.fullmatch(text)
    return f"{found[1]}.{found[2]}{found[3]}" if found else None


def edition(text: str) -> str | None:
    """An edition of Windows as the facts have it; None for another word."""
    return EDITIONS.get(plain(text))


def truth(text: str) -> bool | None:
    """A yes or no; None for another word."""
    return TRUTH.get(text.casefold())


FACTS: Mapping[str, Callable[[str], str | bool | None]] = {
    "join": join,
    "os-build": build,
    "edition": edition,
    "mdm": truth,
    "entra-kerberos": truth,
    "adfs": truth,
    "enrolled-after-tenant-policy": truth,
    "tamper-protection": truth,
}
"""The columns that tell facts, and how their cells are read; None says that a cell is not understood."""


def is_windows(system: str) -> bool:
    """Whether an operating system is one that these policies are for; what nobody tells may be."""
    return system.casefold() in UNTOLD or system.casefold().startswith("windows")
