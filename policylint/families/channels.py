"""Who wins when Group Policy and Intune, or two Intune policies, set one setting: the documented law by family.

Semantics 2.1 to 2.4 and 4.1, as tables. A family is recognised by the setting's id, which is the registry value of the
group policy wherever the setting has one. Windows Hello has its own law and is not asked here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Literal

from policylint.facts import ALWAYS, NEVER, FactValue, When, fact_names
from policylint.families.laps import LEFT_UNSET
from policylint.families.mdm_wins import Cover, cover, in_force, nodes_of
from policylint.families.product_keys import (
    BITLOCKER,
    CHROME,
    DEFENDER,
    DEFENDER_KEY,
    EDGE,
    FIREWALL,
    LAPS,
    prefixed,
)
from policylint.model import Channel
from policylint.rank import Contestant, Precedence, order
from policylint.rank.strength import Order

Winner = Literal["gpo", "mdm", "nobody"]

TAMPER = "tamper-protection"


@dataclass(frozen=True, slots=True)
class Family:
    """Settings that have a rule of their own."""

    rule: str
    keys: tuple[str, ...]
    """How the keys of its settings begin."""
    winner: Winner
    """`nobody`: no document promises a winner."""
    open: str = ""
    """The fact that the winner hangs on."""


PROTECTED = tuple(
    f"{DEFENDER_KEY}{name}"
    for name in (
        "!disableantispyware",
        "!disableantivirus",
        "\\real-time protection!",
        "\\scan!disablearchivescanning",
        "\\signature updates!",
        "\\spynet!",
        "\\threats",
    )
)
"""What tamper protection keeps as it is, whatever Group Policy says (M-DEF-TAMPER); exclusions under conditions."""

FAMILIES: tuple[Family, ...] = (
    Family("M-LAPS", LAPS, "mdm"),
    Family("M-DEF-EXCL", (f"{DEFENDER_KEY}\\exclusions\\",), "gpo", TAMPER),
    Family("M-DEF-CHAIN", PROTECTED, "gpo", TAMPER),
    Family("M-DEFAULT-GP", (f"{DEFENDER_KEY}\\smartscreen!",), "gpo", "M-DEFAULT-RACE"),
    Family("M-DEF-CHAIN", DEFENDER, "gpo"),
    Family("M-BL", BITLOCKER, "nobody"),
    Family("M-FW", FIREWALL, "nobody"),
    Family("M-NETISO", (r"hklm\software\policies\microsoft\windows\networkisolation!",), "gpo"),
    Family("M-FONT", (r"hklm\software\policies\microsoft\windows\system!enablefontproviders",), "gpo"),
    Family("M-CHROME", CHROME, "nobody"),
    Family("M-EDGE", EDGE, "nobody"),
)
"""The first family that fits counts. SmartScreen's values stand below Defender's key and are not Defender's."""

DEFAULT = Family("M-DEFAULT-GP", ("",), "gpo", "M-DEFAULT-RACE")

HELD_BACK = "I-MERGE"

MERGES: tuple[str, ...] = (
    f"{DEFENDER_KEY}\\windows defender exploit guard\\asr\\rules!",
    *FIREWALL,
    r"hklm\software\policies\microsoft\windows\deviceinstall\restrictions" + "\\",
    "secedit:group membership/",
)
"""What Intune merges one by one: of different values for one rule, entry, profile setting or group neither is sent."""

UNDECIDED = frozenset(
    {"I-CONF-CONF", "I-COMP-CONF", "I-CUSTOM", HELD_BACK, "M-BL", "M-FW", "M-CHROME", "M-EDGE"}
    | {"M-MWG-USER", "M-MWG-TAGS", "D4"}
)
"""Rules by which no value is the likelier one: what they leave open is undetermined, not conditional."""

DISPUTES: Mapping[str, str] = {
    "M-DEFAULT-GP": "D3",
    "M-LAPS": "D21",
    "M-BL": "D20",
    "M-FW": "D20",
}
"""Rules that the sources disagree about or are silent on, with the disagreement's id."""


@dataclass(frozen=True, slots=True)
class ChannelLaw:
    """What the whole of a target's policies says about the channels."""

    mdm_wins: When = NEVER
    """Where MDMWinsOverGP is in force."""
    known: Mapping[str, FactValue] = field(default_factory=dict)

    def order(self, a: Contestant, b: Contestant) -> Order:
        """How two claims on one setting compare, in one channel or across (chapters 1, 2 and 4)."""
        if a.policy.channel is not b.policy.channel:
            gpo_first = a.policy.channel is Channel.GPO
            found = self._across(b, a) if gpo_first else self._across(a, b)
            return replace(found, first_wins=found.first_wins is not gpo_first)
        return order(a, b) if a.policy.channel is Channel.GPO else _among_intune(a, b)

    def _across(self, mdm: Contestant, gpo: Contestant) -> Order:
        """Whether the Intune claim beats the one of the GPO."""
        law = self._by_family(mdm)
        if self.mdm_wins == NEVER or law.rule == "M-LAPS":
            return law
        covered = cover(mdm.claim, mdm.policy)
        if covered is Cover.YES:
            return Order(True, "M-MWG-EFFECT", None, self.mdm_wins, ("M-MWG-ONLY-POLICYCSP", "M-MWG-TAGS"))
        if covered is Cover.NO:
            return replace(law, also=(*law.also, "M-MWG-EXCEPTIONS"))
        return replace(law, fact=covered.value, also=(*law.also, "M-MWG-EFFECT"))

    def _by_family(self, mdm: Contestant) -> Order:
        family = family_of(mdm.claim.setting.key)
        fact: str | None = family.rule if family.winner == "nobody" else family.open or None
        if fact == TAMPER and self.known.get(TAMPER) is False:
            fact = None
        also = ("M-NOT-SAME-STORE",) if family.rule == "M-DEFAULT-GP" and _same_key(mdm) else ()
        also = ("M-DEF-TAMPER",) if fact == TAMPER else also
        return Order(family.winner == "mdm", family.rule, fact, also=also)


def channel_law(precedence: Precedence) -> ChannelLaw:
    """The law between the channels for one target."""
    return ChannelLaw(in_force(precedence), precedence.known)


@lru_cache(maxsize=1 << 14)
def family_of(key: str) -> Family:
    """The family that a setting belongs to, by the key of its id."""
    return next((family for family in FAMILIES if prefixed(key, family.keys)), DEFAULT)


def _same_key(mdm: Contestant) -> bool:
    """Whether Intune writes the very registry value of the GPO: the node is ADMX-backed (M-NOT-SAME-STORE)."""
    return any(node.admx is not None for node in nodes_of(mdm.claim, mdm.policy))


def _among_intune(a: Contestant, b: Contestant) -> Order:
    """Two Intune policies: compliance outranks configuration; else a conflict, or what is documented to merge."""
    unset = [c.claim.type == LEFT_UNSET for c in (a, b)]
    if unset[0] is not unset[1]:
        return Order(unset[1], "M-LAPS")
    kinds = [c.policy.kind == "compliance" for c in (a, b)]
    if kinds[0] is not kinds[1]:
        return Order(kinds[0], "I-COMP-CONF")
    found = order(a, b)
    if found.rule != "I-CONF-CONF":
        return found
    if "custom" in (a.policy.kind, b.policy.kind):
        return replace(found, rule="I-CUSTOM")
    if prefixed(a.claim.setting.key, MERGES):
        return replace(found, rule=HELD_BACK)
    return replace(found, also=("D19",)) if _hinted(a) else found


def _hinted(mdm: Contestant) -> bool:
    """Whether the DDF names the more secure of two values: for sources on the device, not for profiles (D19)."""
    return any(node.conflict_resolution.startswith(("Lowest", "Highest")) for node in nodes_of(mdm.claim, mdm.policy))


def undecided(rule: str, fact: str | None) -> bool:
    """Whether an open order leaves no value likelier than the other."""
    return rule in UNDECIDED or fact in UNDECIDED


def facts_of(found: Order) -> tuple[str, ...]:
    """The facts that an order hangs on."""
    asked = tuple(sorted(fact_names(found.when))) if found.when != ALWAYS else ()
    return asked if found.fact is None else (*asked, found.fact)
