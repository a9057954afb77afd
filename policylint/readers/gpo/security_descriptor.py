"""The security descriptor of a GPO: who may read it and who gets it applied ([MS-DTYP] 2.4.2 to 2.4.6).

Backup.xml carries it as a self-relative binary. GPMC's own permission list (gpreport.xml) drops every Allow entry
once there is a Deny, so only the descriptor tells the truth.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from struct import Struct, error
from uuid import UUID

from policylint.errors import ReadError
from policylint.model import Filtering

APPLY_GROUP_POLICY = UUID("edacfd8f-ffb3-11d1-b41d-00a0c968f939")
"""The extended right "Apply Group Policy"."""

ALLOW, DENY, ALLOW_OBJECT, DENY_OBJECT = 0, 1, 5, 6
CONTROL_ACCESS = 0x100
READ_PROPERTY = 0x10
GENERIC_READ = 0x8000_0000
GENERIC_ALL = 0x1000_0000
_INHERIT_ONLY = 0x08
_DACL_PRESENT = 0x0004

_HEADER = Struct("<BxHIIII")
_ACL = Struct("<BxHHxx")
_ACE = Struct("<BBHI")
_RIGHTS = (
    ("GA", 0x1000_0000),
    ("GR", 0x8000_0000),
    ("GW", 0x4000_0000),
    ("GX", 0x2000_0000),
    ("CC", 0x1),
    ("DC", 0x2),
    ("LC", 0x4),
    ("SW", 0x8),
    ("RP", 0x10),
    ("WP", 0x20),
    ("DT", 0x40),
    ("LO", 0x80),
    ("CR", 0x100),
    ("SD", 0x1_0000),
    ("RC", 0x2_0000),
    ("WD", 0x4_0000),
    ("WO", 0x8_0000),
)
_FLAGS = (("OI", 0x1), ("CI", 0x2), ("NP", 0x4), ("IO", 0x8), ("ID", 0x10), ("SA", 0x40), ("FA", 0x80))
_CONTROL = (("P", 0x1000), ("AR", 0x0100), ("AI", 0x0400))
_TYPES = {ALLOW: "A", DENY: "D", ALLOW_OBJECT: "OA", DENY_OBJECT: "OD"}


@dataclass(frozen=True, slots=True)
class Ace:
    """One entry of the DACL: its kind, inheritance flags, rights, what they are limited to, and whose they are."""

    type: int
    flags: int
    mask: int
    sid: str
    object_type: UUID | None = None
    inherited_type: UUID | None = None


@dataclass(frozen=True, slots=True)
class Descriptor:
    """The control flags, owner, group and DACL. `dacl` is None where the descriptor has none."""

    control: int
    owner: str | None
    group: str | None
    dacl: tuple[Ace, ...] | None


def parse(data: bytes) -> Descriptor | None:
    """The descriptor, or None for the few bytes that are left where somebody removed it before publishing.

    Raises ReadError (RD016) for a descriptor that contradicts itself, (RD012) for kinds of entries not known here.
    """
    if len(data) < _HEADER.size:
        return None
    try:
        _, control, owner, group, _, dacl = _HEADER.unpack_from(data)
        entries = _aces(data, dacl) if control & _DACL_PRESENT and dacl else None
        return Descriptor(control, _sid(data, owner) if owner else None, _sid(data, group) if group else None, entries)
    except (error, IndexError) as exc:
        raise ReadError("RD016", "the security descriptor is cut off or its lengths are wrong") from exc


@lru_cache(maxsize=1024)
def told_by(text: str) -> Filtering | None:
    """Who a binary descriptor in hexadecimal lets read and apply the GPO. Most GPOs of a domain have the same.

    Raises as `parse`, and ValueError for text that is not hexadecimal.
    """
    return filtering(parse(bytes.fromhex(text)))


def filtering(descriptor: Descriptor | None) -> Filtering | None:
    """The SIDs that are allowed and denied Apply Group Policy and Read, sorted; None without a DACL.

    A right without an object type is every extended right, so full control with CONTROL_ACCESS applies too.
    """
    if descriptor is None or descriptor.dacl is None:
        return None
    own = [ace for ace in descriptor.dacl if not ace.flags & _INHERIT_ONLY]
    return Filtering(
        apply=_sids(ace for ace in own if ace.type in (ALLOW, ALLOW_OBJECT) and _covers_apply(ace)),
        deny=_sids(ace for ace in own if ace.type in (DENY, DENY_OBJECT) and _covers_apply(ace)),
        read=_sids(ace for ace in own if ace.type in (ALLOW, ALLOW_OBJECT) and _covers_read(ace)),
        deny_read=_sids(ace for ace in own if ace.type in (DENY, DENY_OBJECT) and _covers_read(ace)),
    )


def sddl(descriptor: Descriptor) -> str:
    """The descriptor in the security descriptor definition language ([MS-DTYP] 2.5.1), SIDs written out in full."""
    owner = f"O:{descriptor.owner}" if descriptor.owner else ""
    group = f"G:{descriptor.group}" if descriptor.group else ""
    if descriptor.dacl is None:
        return owner + group
    control = "".join(name for name, bit in _CONTROL if descriptor.control & bit)
    return f"{owner}{group}D:{control}{''.join(_ace_text(ace) for ace in descriptor.dacl)}"


def _sids(aces: Iterable[Ace]) -> tuple[str, ...]:
    return tuple(sorted({ace.sid for ace in aces}))


def _covers_apply(ace: Ace) -> bool:
    return bool(ace.mask & (CONTROL_ACCESS | GENERIC_ALL)) and ace.object_type in (None, APPLY_GROUP_POLICY)


def _covers_read(ace: Ace) -> bool:
    return bool(ace.mask & (READ_PROPERTY | GENERIC_READ | GENERIC_ALL)) and ace.object_type is None


def _aces(data: bytes, at: int) -> tuple[Ace, ...]:
    _, size, count = _ACL.unpack_from(data, at)
    end, at, found = at + size, at + _ACL.size, []
    for number in range(1, count + 1):
        length = _ACE.unpack_from(data, at)[2]
        if length < _ACE.size or at + length > min(end, len(data)):
            raise ReadError("RD016", f"entry {number} of the security descriptor's DACL is longer than the DACL")
        found.append(_ace(data[at : at + length], number))
        at += length
    return tuple(found)


def _ace(raw: bytes, number: int) -> Ace:
    kind, flags, _, mask = _ACE.unpack_from(raw)
    if kind in (ALLOW, DENY):
        return Ace(kind, flags, mask, _sid(raw, _ACE.size))
    if kind not in (ALLOW_OBJECT, DENY_OBJECT):
        raise ReadError("RD012", f"entry {number} of the security descriptor's DACL has the unknown type {kind}")
    present, at = raw[_ACE.size], _ACE.size + 4
    guids: list[UUID | None] = []
    for bit in (1, 2):
        guids.append(_guid(raw[at : at + 16]) if present & bit else None)
        at += 16 if present & bit else 0
    return Ace(kind, flags, mask, _sid(raw, at), *guids)


def _guid(raw: bytes) -> UUID:
    if len(raw) != 16:
        raise IndexError(len(raw))
    return UUID(bytes_le=raw)


def _sid(data: bytes, at: int) -> str:
    """A SID in text: revision, 48-bit authority (big-endian), sub-authorities (little-endian)."""
    revision, count = data[at], data[at + 1]
    subs = Struct(f"<{count}I").unpack_from(data, at + 8)
    authority = int.from_bytes(data[at + 2 : at + 8], "big")
    return "-".join(["S", str(revision), str(authority), *map(str, subs)])


def _ace_text(ace: Ace) -> str:
    flags = "".join(name for name, bit in _FLAGS if ace.flags & bit)
    guids = ";".join(str(guid or "") for guid in (ace.object_type, ace.inherited_type))
    return f"({_TYPES[ace.type]};{flags};{_rights(ace.mask)};{guids};{ace.sid})"


def _rights(mask: int) -> str:
    if mask & ~sum(bit for _, bit in _RIGHTS):
        return f"0x{mask:x}"
    return "".join(name for name, bit in _RIGHTS if mask & bit)
