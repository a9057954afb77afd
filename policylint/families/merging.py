"""What becomes of a kind of setting that several GPOs write: the law of each client-side extension (1.7 to 1.10).

Everything is applied GPO by GPO, so the stronger link is what decides; the table says what a later write does to an
earlier one, and by which rule. Settings that add up (scripts, firewall and AppLocker rules, preference items) have an
id each: only what two GPOs say of the very same one is decided here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Mode = Literal["last-writer", "replace", "accumulate", "in-order", "unknown"]
"""last-writer: the value of the strongest. replace: its list in the place of every other one. accumulate: every GPO's
count, and of one name the strongest's. in-order: item after item, by what each does. unknown: no document says what
two different ones come to."""


@dataclass(frozen=True, slots=True)
class Merge:
    """A kind of setting: how the keys of its ids begin (and end), what happens to it, by which rules."""

    begins: tuple[str, ...]
    mode: Mode
    rules: tuple[str, ...]
    ends: str = ""


_POLICIES = ("hklm\\software\\policies\\microsoft\\", "hkcu\\software\\policies\\microsoft\\")


def _at(*begins: str) -> tuple[str, ...]:
    return tuple(policies + begin for policies in _POLICIES for begin in begins)


ACCOUNT_NAMES = (
    "minimumpasswordage",
    "maximumpasswordage",
    "minimumpasswordlength",
    "passwordcomplexity",
    "passwordhistorysize",
    "cleartextpassword",
    "requirelogontochangepassword",
    "lockoutbadcount",
    "resetlockoutcount",
    "lockoutduration",
    "allowadministratorlockout",
)
"""The entries of [System Access] that are password and lockout policy ([MS-GPSB] 2.2.1.1, 2.2.1.2)."""
ACCOUNT_POLICY = (*(f"secedit:system access/{name}" for name in ACCOUNT_NAMES), "secedit:kerberos policy/")

TABLE: tuple[Merge, ...] = (
    Merge(_at("windowsfirewall\\firewallrules!"), "accumulate", ("G-FW-MERGE",)),
    Merge(_at("windows\\srpv2\\"), "last-writer", ("G-APPLOCKER",), ends="!enforcementmode"),
    Merge(_at("windows\\srpv2\\"), "accumulate", ("G-APPLOCKER",)),
    Merge(_at("windows\\safer\\codeidentifiers\\"), "accumulate", ("G-SRP",)),
    Merge(_at("windows\\safer\\codeidentifiers!"), "last-writer", ("G-SRP",)),
    Merge(_at("systemcertificates\\"), "accumulate", ("G-POL-LWW",)),
    Merge(("hklm\\", "hkcu\\"), "last-writer", ("G-POL-LWW",)),
    Merge(ACCOUNT_POLICY, "last-writer", ("G-SEC-LWW", "G-SEC-ACCOUNT")),
    Merge(("secedit:privilege rights/",), "replace", ("G-SEC-RIGHTS", "D13")),
    Merge(("secedit:group membership/",), "unknown", ("G-SEC-RG",), ends="__memberof"),
    Merge(("secedit:group membership/",), "replace", ("G-SEC-RG", "D14")),
    Merge(
        ("secedit:registry keys/", "secedit:file security/", "secedit:service general setting/"),
        "replace",
        ("G-SEC-ACL",),
    ),
    Merge(("secedit:",), "last-writer", ("G-SEC-LWW",)),
    Merge(("audit:",), "last-writer", ("G-AUD-ADV", "D17")),
    Merge(("script:",), "unknown", ("G-SCR",), ends="/run powershell first"),
    Merge(("script:",), "accumulate", ("G-SCR",)),
    Merge(("gpp:",), "in-order", ("G-GPP-ORDER",)),
)
"""The first one that fits counts."""

UNMERGED = frozenset(merge.rules[0] for merge in TABLE if merge.mode == "unknown")
"""The rules that leave open what two values come to."""

APPLIED = Merge(("",), "last-writer", ())
"""What no extension's document says more of: folder redirection, software packages, settings of Intune."""

ABSENT_ONLY: Mapping[Mode, str] = {"in-order": "G-GPP-ORDER"}
"""By mode, the rule of what is written only where nothing is; `**soft.` of Registry.pol elsewhere (G-POL-SPECIAL)."""


def merge_of(key: str) -> Merge:
    """What happens to a setting that several GPOs write, by the key of its id."""
    return next((m for m in TABLE if key.startswith(m.begins) and key.endswith(m.ends)), APPLIED)


def soft_rule(key: str) -> str:
    """The rule by which a claim that writes only where nothing is meets others on a setting."""
    return ABSENT_ONLY.get(merge_of(key).mode, "G-POL-SPECIAL")
