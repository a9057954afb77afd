"""The raw `gPLink` string of a container ([MS-GPOL] 2.2.2)."""

from __future__ import annotations

import re

from policylint.readers.directory.names import gpo_id
from policylint.topology import LinkEntry

_LINK = re.compile(r"\s*\[LDAP://([^\]]*?);\s*(-?\d{1,10})\s*\]\s*", re.IGNORECASE)
_IGNORED, _ENFORCED = 1, 2


def links(raw: str) -> tuple[list[LinkEntry], str]:
    """The links, strongest first, and the rest of the string where it stops following its format ('' when it does not).

    The last link of the string is link order 1, as Samba and GPMC's scripting samples have it; that is a convention
    which the documentation contradicts (G-LINK-RAW), so whoever uses this order sets `raw_order`. Bit 0 of the options
    switches a link off and bit 1 enforces it (G-LINK-FORMAT).
    """
    found: list[LinkEntry] = []
    at = 0
    while at < len(raw):
        link = _LINK.match(raw, at)
        gpo = gpo_id(link[1]) if link else None
        if link is None or gpo is None:
            break
        options = int(link[2])
        found.append(LinkEntry(gpo=gpo, enforced=bool(options & _ENFORCED), enabled=not options & _IGNORED))
        at = link.end()
    return found[::-1], raw[at:].strip()
