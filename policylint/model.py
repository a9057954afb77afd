"""The values that every stage works on. All are frozen; equality questions about settings live in `SettingId` alone."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Literal

from policylint.evidence import Evidence
from policylint.facts import ALWAYS, When
from policylint.frozen import quickly_built


class Channel(StrEnum):
    """How a policy reaches Windows: Group Policy or mobile device management."""

    GPO = "gpo"
    MDM = "mdm"


class Scope(StrEnum):
    """Which side a setting belongs to: the computer, or a user."""

    DEVICE = "device"
    USER = "user"


Value = int | str | bytes | bool | tuple[str, ...] | None

_REMEMBERED = 1 << 16
"""How many names are kept with their ids: policies of an estate set the same settings over and over."""
_BACKSLASH = "\\"
_TENANT = re.compile(r"\{tenantid\}|\{0\}", re.IGNORECASE)


@quickly_built
@dataclass(frozen=True, slots=True)
class SettingId:
    """The join key of settings. `text` is the first spelling seen; two ids are equal when their `key` is.

    Forms: `HKLM\\Key!Value` (`HKCU\\…` for users; the default value ends in `!`), `./Device/Vendor/MSFT/…`,
    `secedit:Section/Name`, `audit:{guid}`, `script:Startup/…`, `folder:{guid}/sid`, `software:…`, `gpp:Kind/key`,
    `admx:Category/Policy` for an administrative template that no ADMX file names, `graph:entity/property` for a Graph
    property without a CSP node, `compliance:entity/property`, and outcomes such as `whfb/trust-model`.
    """

    text: str = field(compare=False)
    key: str

    def __str__(self) -> str:
        return self.text


def registry(scope: Scope, key: str, value: str) -> SettingId:
    """The id of a registry value. `key` is without hive; a trailing backslash does not count, nor does case."""
    return folded(in_key(scope, key) + value)


def in_key(scope: Scope, key: str) -> str:
    """What the ids of all values of a registry key begin with; the name of the value follows."""
    return f"{'HKCU' if scope == 'user' else 'HKLM'}\\{key.rstrip(_BACKSLASH)}!"


@lru_cache(maxsize=_REMEMBERED)
def folded(text: str) -> SettingId:
    """The id of a setting by its whole name, in which case does not count."""
    return SettingId(text, text.casefold())


@lru_cache(maxsize=_REMEMBERED)
def csp(uri: str) -> SettingId:
    """The id of a CSP node, from an OMA-URI or a settings-catalog id.

    `./Vendor/…` is `./Device/Vendor/…` (Policy CSP page); catalog ids are the lower-cased URI with `_` for `/`, so both
    spellings get one key; `{0}` and `{tenantid}` are one placeholder.
    """
    key = _TENANT.sub("{tenantid}", uri.removeprefix("./").casefold().replace("/", "_"))
    return SettingId(uri, f"device_{key}" if key.startswith("vendor_msft_") else key)


def named(family: Literal["graph", "admx", "compliance"], *parts: str) -> SettingId:
    """The id of a setting that Windows' own names do not reach: `graph:windows10GeneralConfiguration/passwordType`."""
    return folded(f"{family}:{'/'.join(parts)}")


def setting_id(text: str) -> SettingId:
    """Reads any notation back. Raises ValueError when it is none of them."""
    if re.match(r"(?i)(HKLM|HKCU)\\.*!", text):
        return folded(text)
    if text.startswith("./"):
        return csp(text)
    if re.match(r"(secedit|audit|script|folder|software|gpp|admx|graph|compliance|whfb)[:/].", text):
        return folded(text)
    raise ValueError(f"'{text}' is not a setting id")


@quickly_built
@dataclass(frozen=True, slots=True)
class Claim:
    """One policy says that one setting has one value, or is absent (a delete is a claim)."""

    setting: SettingId
    scope: Scope
    value: Value
    type: str
    """As the source types it: REG_DWORD, REG_SZ, …; Boolean, Integer, String … for OMA-URIs; choice, integer, …"""
    evidence: Evidence
    absent: bool = False
    soft: bool = False
    """`**soft.`: written only where no value exists ([MS-GPREG] 3.2.5.1)."""
    origin: str = ""
    """The name as the source writes it (OMA-URI, catalog id, template property), where it is not the id's text."""
    when: When = ALWAYS


@quickly_built
@dataclass(frozen=True, slots=True)
class Sweep:
    """A directive that removes what weaker policies wrote: all values of a key, or a key with everything below it."""

    scope: Scope
    key: str
    """Case-folded, without hive."""
    tree: bool
    """False: `**DelVals.`, the values of this key. True: `**DeleteKeys`, this key and all below it."""
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Link:
    """A GPO linked to a scope of management, named by canonical path (`contoso.com/OU`) or `site:Name`."""

    som: str
    enabled: bool
    enforced: bool
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Assignment:
    """An Intune assignment. `group` is an id or a name, as exported; `filter` likewise."""

    target: Literal["all-devices", "all-users", "group", "other"]
    exclude: bool = False
    group: str | None = None
    filter: str | None = None
    filter_mode: Literal["include", "exclude"] | None = None


@dataclass(frozen=True, slots=True)
class OsVersions:
    """An applicability rule of an Intune profile: the Windows versions that it is for, or (`exclude`) is not for."""

    first: str
    last: str
    exclude: bool = False

    def admits(self, build: str) -> bool | None:
        """Whether it lets a version of Windows through; None where the two do not give the numbers that decide."""
        before = _against(build, self.first)
        after = _against(build, self.last)
        outside = before == -1 or after == 1
        if not outside and (before is None or after is None):
            return None
        return outside is self.exclude


def _against(version: str, bound: str) -> int | None:
    """-1, 0 or 1 for a version below, at or above a bound; 0 where there is no bound, None where nobody can tell."""
    ours, theirs = (
        tuple(int(n) if n.isdecimal() else -1 for n in text.strip().split(".")) for text in (version, bound)
    )
    if not bound.strip():
        return 0
    if -1 in ours or -1 in theirs:
        return None
    length = min(len(ours), len(theirs))
    if ours[:length] != theirs[:length]:
        return -1 if ours[:length] < theirs[:length] else 1
    return 0 if len(ours) >= len(theirs) else None


@dataclass(frozen=True, slots=True)
class Group:
    """A group that an export describes: what its members are, when the export tells."""

    id: str
    name: str
    members: Literal["devices", "users"] | None
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Comment:
    """What somebody wrote about a setting of a GPO, named as an ADMX policy: `namespace:policy`."""

    of: str
    text: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Filtering:
    """Security filtering of a GPO, from its DACL: SIDs that are allowed and denied Apply Group Policy and Read."""

    apply: tuple[str, ...]
    deny: tuple[str, ...]
    read: tuple[str, ...] = ()
    deny_read: tuple[str, ...] = ()


PolicyKind = Literal[
    "gpo",
    "settings-catalog",
    "custom",
    "identity-protection",
    "intent",
    "enrolment",
    "template",
    "administrative-template",
    "compliance",
    "update",
    "script",
]


@quickly_built
@dataclass(frozen=True, slots=True)
class Policy:
    """One GPO, one Intune profile or one enrolment object."""

    id: str
    """`{GUID}` in upper case for a GPO, the Graph id for an Intune object; a name where the export has no id."""
    name: str
    channel: Channel
    kind: PolicyKind
    evidence: Evidence
    claims: tuple[Claim, ...] = ()
    sweeps: tuple[Sweep, ...] = ()
    # GPO only
    domain: str = ""
    disabled_sides: frozenset[Scope] = frozenset()
    links: tuple[Link, ...] | None = None
    """None: the export does not say where the GPO is linked."""
    wmi_filter: str | None = None
    filtering: Filtering | None = None
    directory_version: int | None = None
    """`versionNumber`, the user's side in the upper 16 bits ([MS-GPOL] 2.2.4). None: the export does not tell."""
    file_version: int | None = None
    """`Version` of GPT.INI, in the same form."""
    functionality: int | None = None
    """`gPCFunctionalityVersion`."""
    comment: str = ""
    """What somebody wrote about the GPO."""
    setting_comments: tuple[Comment, ...] = ()
    # Intune only
    written: tuple[Claim, ...] = ()
    """The claims as the export states them, before lowering."""
    assignments: tuple[Assignment, ...] | None = None
    """None: the export carries no assignments, which is not the same as unassigned (an empty tuple)."""
    os_versions: OsVersions | None = None
    priority: int | None = None
    """Of an enrolment policy: 1 is the best, 0 the tenant's default, which comes last."""
    made_from: str = ""
    """The family of the template that a settings catalog policy was made from: `baseline`, `endpointSecurity…`."""

    def versions(self, scope: Scope) -> tuple[int | None, int | None]:
        """The versions of one side of a GPO, in the directory and in its folder. None: the export does not tell."""
        shift = 16 if scope is Scope.USER else 0
        directory, file = self.directory_version, self.file_version
        return (
            None if directory is None else directory >> shift & 0xFFFF,
            None if file is None else file >> shift & 0xFFFF,
        )


@quickly_built
@dataclass(frozen=True, slots=True)
class Problem:
    """Something a reader could not use or wants known; becomes a finding of the RD rule it names."""

    rule: str
    message: str
    evidence: Evidence
    policy: str | None = None
    """The id of the policy it concerns."""
    setting: str | None = None
    """The setting it concerns, where one is known."""
    severity: Literal["error", "warning", "note"] | None = None
    """Where it differs from the rule's."""


FileStatus = Literal["read", "ignored", "unread"]


@quickly_built
@dataclass(frozen=True, slots=True)
class FileRecord:
    """What became of one file: `kind` is what it was taken for; `reason` says why when it was not read."""

    path: str
    status: FileStatus
    kind: str
    reason: str = ""
    settings: int = 0


def as_json(value: Value) -> object:
    """A setting's value as JSON: bytes as hexadecimal, lists as arrays."""
    if isinstance(value, bytes):
        return value.hex()
    return list(value) if isinstance(value, tuple) else value


def shown(value: Value) -> str:
    """A setting's value in a sentence."""
    if value is None:
        return "not configured"
    if isinstance(value, bytes):
        return f"0x{value.hex()}" if value else "empty"
    return (", ".join(value) if value else "an empty list") if isinstance(value, tuple) else str(value)
