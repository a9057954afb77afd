"""Security descriptors as text, which is how a report has them ([MS-DTYP] 2.5.1): the DACL, read back into entries.

Aliases of groups of the domain need the domain's SID, which a report has in the SIDs that it spells out; without any,
the group is called by its English name, as a topology would.
"""

from __future__ import annotations

import re
from uuid import UUID

from policylint.readers.gpo.security_descriptor import ALLOW, ALLOW_OBJECT, DENY, DENY_OBJECT, Ace, Descriptor

_KINDS = {"A": ALLOW, "D": DENY, "OA": ALLOW_OBJECT, "OD": DENY_OBJECT}
_RIGHTS = {
    "GA": 0x1000_0000,
    "GR": 0x8000_0000,
    "GW": 0x4000_0000,
    "GX": 0x2000_0000,
    "CC": 0x1,
    "DC": 0x2,
    "LC": 0x4,
    "SW": 0x8,
    "RP": 0x10,
    "WP": 0x20,
    "DT": 0x40,
    "LO": 0x80,
    "CR": 0x100,
    "SD": 0x1_0000,
    "RC": 0x2_0000,
    "WD": 0x4_0000,
    "WO": 0x8_0000,
}
_FLAGS = {"OI": 0x1, "CI": 0x2, "NP": 0x4, "IO": 0x8, "ID": 0x10, "SA": 0x40, "FA": 0x80}
_ALIASES = {
    "AU": "S-1-5-11",
    "AN": "S-1-5-7",
    "BA": "S-1-5-32-544",
    "BG": "S-1-5-32-546",
    "BU": "S-1-5-32-545",
    "CG": "S-1-3-1",
    "CO": "S-1-3-0",
    "ED": "S-1-5-9",
    "IU": "S-1-5-4",
    "LS": "S-1-5-19",
    "NS": "S-1-5-20",
    "NU": "S-1-5-2",
    "PS": "S-1-5-10",
    "SO": "S-1-5-32-549",
    "AO": "S-1-5-32-548",
    "SY": "S-1-5-18",
    "WD": "S-1-1-0",
}
_OF_DOMAIN = {
    "LA": ("500", "Administrator"),
    "LG": ("501", "Guest"),
    "DA": ("512", "Domain Admins"),
    "DU": ("513", "Domain Users"),
    "DG": ("514", "Domain Guests"),
    "DC": ("515", "Domain Computers"),
    "DD": ("516", "Domain Controllers"),
    "CA": ("517", "Cert Publishers"),
    "SA": ("518", "Schema Admins"),
    "EA": ("519", "Enterprise Admins"),
    "PA": ("520", "Group Policy Creator Owners"),
    "RO": ("498", "Enterprise Read-only Domain Controllers"),
}
_DACL = re.compile(r"D:(?P<control>[A-Z]*)(?P<aces>(?:\([^()]*\))*)")
_ACE = re.compile(r"\(([^()]*)\)")


def parse(text: str, domain_sid: str = "") -> Descriptor | None:
    """The descriptor with its DACL; None where the text has none. `domain_sid` is S-1-5-21-…, without the last number.

    Raises ValueError for an entry that is none.
    """
    found = _DACL.search(text)
    if found is None:
        return None
    return Descriptor(0, None, None, tuple(_ace(entry, domain_sid) for entry in _ACE.findall(found["aces"])))


def _ace(text: str, domain_sid: str) -> Ace:
    parts = text.split(";")
    if len(parts) < 6 or parts[0] not in _KINDS:
        raise ValueError(f"'({text})' is no entry of a DACL that is known here")
    kind, flags, rights, object_type, inherited, trustee = parts[:6]
    return Ace(
        _KINDS[kind],
        sum(_FLAGS.get(flag, 0) for flag in _pairs(flags)),
        _mask(rights),
        _trustee(trustee, domain_sid),
        UUID(object_type) if object_type else None,
        UUID(inherited) if inherited else None,
    )


def _mask(rights: str) -> int:
    if rights[:2].casefold() == "0x":
        return int(rights, 16)
    unknown = [right for right in _pairs(rights) if right not in _RIGHTS]
    if unknown:
        raise ValueError(f"'{unknown[0]}' is no right that is known here")
    return sum(_RIGHTS[right] for right in _pairs(rights))


def _pairs(text: str) -> list[str]:
    return re.findall(r"..?", text)


def _trustee(text: str, domain_sid: str) -> str:
    if text in _ALIASES:
        return _ALIASES[text]
    if text in _OF_DOMAIN:
        number, name = _OF_DOMAIN[text]
        return f"{domain_sid}-{number}" if domain_sid else name
    return text
