"""The security descriptor of a GPO: as self-relative bytes for Backup.xml and as SDDL for gpreport.xml.

It is what a GPO gets that a member of Domain Admins creates, with the security filter of its owner's choice.
Sources: [MS-DTYP] 2.4.2 to 2.4.6 and 2.5.1; the extended right Apply-Group-Policy.
"""

from __future__ import annotations

import struct
import uuid
from dataclasses import dataclass

from corpus.gpo import Domain, Principal

APPLY_GROUP_POLICY = uuid.UUID("edacfd8f-ffb3-11d1-b41d-00a0c968f939")
AUTHENTICATED_USERS = Principal("S-1-5-11", r"NT AUTHORITY\Authenticated Users")
_SYSTEM = Principal("S-1-5-18", r"NT AUTHORITY\SYSTEM")
_CONTROLLERS = Principal("S-1-5-9", r"NT AUTHORITY\ENTERPRISE DOMAIN CONTROLLERS")
_CREATOR_OWNER = "S-1-3-0"

FULL, READ, CONTROL_ACCESS = 0x000F00FF, 0x00020094, 0x00000100
_RIGHTS = {FULL: "CCDCLCSWRPWPDTLOSDRCWDWO", READ: "LCRPLORC", CONTROL_ACCESS: "CR"}
CONTAINERS, ONLY_CONTAINERS = 0x02, 0x0A
_FLAGS = {0: "", CONTAINERS: "CI", ONLY_CONTAINERS: "CIIO"}
_CONTROL = 0x9C04
"""DACL present, self-relative, DACL protected, DACL and SACL auto-inherited."""
_SACL = (
    "S:AI(OU;CIIDSA;WPWD;;f30e3bc2-9ff0-11d1-b603-0000f80367c1;WD)"
    "(OU;CIIOIDSA;WP;f30e3bbe-9ff0-11d1-b603-0000f80367c1;bf967aa5-0de6-11d0-a285-00aa003049e2;WD)"
    "(OU;CIIOIDSA;WP;f30e3bbf-9ff0-11d1-b603-0000f80367c1;bf967aa5-0de6-11d0-a285-00aa003049e2;WD)"
)


@dataclass(frozen=True, slots=True)
class Ace:
    """Somebody is allowed something; with `apply` it is the extended right to apply the GPO."""

    sid: str
    mask: int
    flags: int = CONTAINERS
    apply: bool = False


def entries(domain: Domain, apply_to: Principal | None) -> list[Ace]:
    """The access list of a GPO that applies to a group, or to Authenticated Users."""
    admins, enterprise = f"{domain.sid}-512", f"{domain.sid}-519"
    return [
        Ace((apply_to or AUTHENTICATED_USERS).sid, CONTROL_ACCESS, apply=True),
        Ace(admins, FULL, flags=0),
        Ace(admins, FULL),
        Ace(enterprise, FULL),
        Ace(_CONTROLLERS.sid, READ),
        Ace(AUTHENTICATED_USERS.sid, READ),
        *([Ace(apply_to.sid, READ)] if apply_to else []),
        Ace(_SYSTEM.sid, FULL),
        Ace(_CREATOR_OWNER, FULL, ONLY_CONTAINERS),
    ]


def descriptor(domain: Domain, apply_to: Principal | None) -> bytes:
    """The self-relative descriptor without owner and group, as Backup.xml has it."""
    aces = [_ace_bytes(ace) for ace in entries(domain, apply_to)]
    acl = struct.pack("<BBHHH", 4, 0, 8 + sum(map(len, aces)), len(aces), 0) + b"".join(aces)
    return struct.pack("<BBHIIII", 1, 0, _CONTROL, 0, 0, 0, 20) + acl


def _ace_bytes(ace: Ace) -> bytes:
    right = struct.pack("<I", 1) + APPLY_GROUP_POLICY.bytes_le if ace.apply else b""
    body = struct.pack("<I", ace.mask) + right + sid_bytes(ace.sid)
    return struct.pack("<BBH", 5 if ace.apply else 0, ace.flags, 4 + len(body)) + body


def sid_bytes(sid: str) -> bytes:
    """A SID in its binary form. [MS-DTYP] 2.4.2.2."""
    _, revision, authority, *parts = sid.split("-")
    return (
        bytes([int(revision), len(parts)])
        + int(authority).to_bytes(6, "big")
        + struct.pack(f"<{len(parts)}I", *map(int, parts))
    )


def sddl(domain: Domain, apply_to: Principal | None) -> str:
    """The descriptor as text, with owner, group and the SACL that GPMC reads beside it."""
    aces = "".join(_ace_text(ace, domain) for ace in entries(domain, apply_to))
    return f"O:DAG:DAD:PAI{aces}{_SACL}"


def _ace_text(ace: Ace, domain: Domain) -> str:
    aliases = {
        f"{domain.sid}-512": "DA",
        _CONTROLLERS.sid: "ED",
        AUTHENTICATED_USERS.sid: "AU",
        _SYSTEM.sid: "SY",
        _CREATOR_OWNER: "CO",
    }
    kind, right = ("OA", str(APPLY_GROUP_POLICY)) if ace.apply else ("A", "")
    return f"({kind};{_FLAGS[ace.flags]};{_RIGHTS[ace.mask]};{right};;{aliases.get(ace.sid, ace.sid)})"


def trustees(domain: Domain, apply_to: Principal | None) -> list[tuple[Principal, str]]:
    """What GPMC's delegation page says: each trustee and its grouped permission."""
    edit, apply, read = "Edit, delete, modify security", "Apply Group Policy", "Read"
    return [
        (Principal(f"{domain.sid}-519", rf"{domain.netbios}\Enterprise Admins"), edit),
        (_CONTROLLERS, read),
        (domain_admins(domain), edit),
        (_SYSTEM, edit),
        *([(Principal(apply_to.sid, rf"{domain.netbios}\{apply_to.name}"), apply)] if apply_to else []),
        (AUTHENTICATED_USERS, read if apply_to else apply),
    ]


def domain_admins(domain: Domain) -> Principal:
    """The owner of every GPO here."""
    return Principal(f"{domain.sid}-512", rf"{domain.netbios}\Domain Admins")
