"""Windows Hello for Business: the documented law as tables: sources, truth table, and readings in doubt.

Semantics 3.2, 3.3 and 6; `whfb` evaluates them.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from policylint.model import Channel
from policylint.rank.strength import RAW_ORDER


class Source(StrEnum):
    """The sources of W-HIER, strongest first. Device Lock comes after them and has no setting of its own here."""

    USER_GPO = "user GPO"
    COMPUTER_GPO = "computer GPO"
    USER_MDM = "user MDM"
    DEVICE_MDM = "device MDM"
    TENANT = "tenant-wide enrolment policy"

    __hash__ = str.__hash__  # enum's own is Python, and picks are looked up by source in every world

    @property
    def channel(self) -> Channel:
        """The channel of the source: what "source" means in W-GRP-E."""
        return _CHANNELS[self]

    @property
    def is_user(self) -> bool:
        """Whether the source is set for users, not for the device."""
        return self in (Source.USER_GPO, Source.USER_MDM)


SOURCES = tuple(Source)
_CHANNELS = {s: Channel.GPO if s in (Source.USER_GPO, Source.COMPUTER_GPO) else Channel.MDM for s in SOURCES}


class Trust(StrEnum):
    """The on-premises trust that a device ends up with; NONE: Windows Hello is not provisioned."""

    CLOUD = "cloud-kerberos"
    KEY = "key"
    CERTIFICATE = "certificate"
    NONE = "none"


Setting3 = bool | None
"""On, off, or not configured."""

TRUTH_TABLE: Mapping[tuple[Setting3, Setting3, Setting3], Trust] = {
    # (enablement, certificate, cloud): W-TABLE. Rows without enablement: what follows if it is on by default.
    **{(False, c, k): Trust.NONE for c in (True, False, None) for k in (True, False, None)},
    **{(e, True, k): Trust.CERTIFICATE for e in (True, None) for k in (True, False, None)},
    **{(e, c, True): Trust.CLOUD for e in (True, None) for c in (False, None)},
    **{(e, c, k): Trust.KEY for e in (True, None) for c in (False, None) for k in (False, None)},
}

GUIDE = "W-EITHER-OR"
CLOUD_READING = "W-GRP-CLOUD"
PIN_READING = "W-GRP-P"
TPM_READING = "W-GRP-P (TPM 1.2)"
DEFAULT_ENTRA = "W-DEFAULT"
DEFAULT_HYBRID = "D25"

READINGS: Mapping[str, tuple[str, ...]] = {
    GUIDE: ("W-EITHER-OR", "D5"),
    CLOUD_READING: ("W-GRP-CLOUD", "D6"),
    PIN_READING: ("W-GRP-P",),
    TPM_READING: ("W-GRP-P",),
    DEFAULT_ENTRA: ("W-DEFAULT", "D25"),
    DEFAULT_HYBRID: ("W-DEFAULT", "D25"),
    RAW_ORDER: ("G-LINK-RAW", "D1"),
}
"""Facts that only documentation could give: the reading that is assumed is True. With the ids to print."""

CONFLICT = "conflict between"
UNKNOWN_VALUE = "Windows takes"
UNDECIDABLE = (CLOUD_READING, TPM_READING, DEFAULT_HYBRID, UNKNOWN_VALUE, CONFLICT, "the device accepts")
"""How facts begin that the law does not choose between at all: what hangs on them is undetermined, not conditional."""

UNORDERED = ("link order of", "precedence of", CONFLICT)
"""How facts begin of which no value is the likelier one: nothing is assumed where a result hangs on them."""
