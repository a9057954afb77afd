"""Windows Hello for Business: which source each setting comes from, and which trust model results.

Semantics chapter 3. A *world* fixes every open fact; the rules are evaluated literally in each world, and what differs
between worlds is conditional on the facts that make it differ, or undetermined where no fact but only documentation
could settle it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from policylint.facts import World
from policylint.families.whfb_law import (
    CLOUD_READING,
    DEFAULT_ENTRA,
    DEFAULT_HYBRID,
    GUIDE,
    PIN_READING,
    SOURCES,
    TPM_READING,
    TRUTH_TABLE,
    Setting3,
    Source,
    Trust,
)
from policylint.families.whfb_settings import (
    CERTIFICATE,
    CLOUD,
    ENABLED,
    TPM12,
    Group,
    Hello,
)
from policylint.frozen import quickly_built
from policylint.model import Channel, Value
from policylint.rank import Contestant


@quickly_built
@dataclass(frozen=True, slots=True)
class Pick:
    """The claim that speaks for one source on one setting, in one world."""

    hello: Hello
    source: Source
    contestant: Contestant

    @property
    def value(self) -> Value:
        """The claimed value: a number for booleans and integers."""
        return self.contestant.claim.value

    @property
    def on(self) -> bool:
        """Whether a boolean setting is on."""
        return self.value not in (0, None)


@quickly_built
@dataclass(frozen=True, slots=True)
class Verdict:
    """What one world makes of one setting: the pick that takes effect, and the discarded ones with the rules why."""

    winner: Pick | None
    losers: tuple[tuple[Pick, tuple[str, ...]], ...] = ()


@dataclass(frozen=True)
class Situation:
    """One world, evaluated: every pick, the elected channel and what the trust settings come to."""

    world: World
    picks: Mapping[tuple[Hello, Source], Pick]
    gpo_configures: bool
    elected: Pick | None
    """The enablement setting that elects the source of group E."""
    alike: int = 0
    """Worlds with one number differ in nothing that a verdict hangs on."""
    _verdicts: dict[Hello, Verdict] = field(default_factory=dict, repr=False, compare=False)

    def of(self, hello: Hello) -> list[Pick]:
        """The picks on one setting, strongest source first."""
        return [pick for source in SOURCES if (pick := self.picks.get((hello, source))) is not None]

    def reading(self, name: str) -> bool:
        """Whether the assumed reading of the documentation holds in this world."""
        return bool(self.world.get(name, True))

    def verdict(self, hello: Hello) -> Verdict:
        """The pick that takes effect for a setting (semantics 3.2.1)."""
        if hello not in self._verdicts:
            self._verdicts[hello] = self._verdict(hello)
        return self._verdicts[hello]

    def _verdict(self, hello: Hello) -> Verdict:
        picks = self.of(hello)
        if not self.reading(GUIDE) and self.gpo_configures:
            ignored = [(pick, ("W-EITHER-OR",)) for pick in picks if pick.source.channel is Channel.MDM]
            kept = [pick for pick in picks if pick.source.channel is Channel.GPO]
            inner = self._choose(hello, kept)
            return Verdict(inner.winner, (*inner.losers, *ignored))
        return self._choose(hello, picks)

    def _choose(self, hello: Hello, picks: Sequence[Pick]) -> Verdict:
        if hello is CERTIFICATE and self.elected is not None:
            return _by_hierarchy(picks, keep=self.elected.source.channel)
        if hello is CLOUD and self.cloud_is_mixed(picks) and not self.reading(CLOUD_READING):
            return Verdict(None, tuple((pick, ("W-GRP-CLOUD",)) for pick in picks))
        if hello.group is Group.PIN or (hello is TPM12 and not self.reading(TPM_READING)):
            return self._by_pin_source(hello, picks)
        return _by_hierarchy(picks)

    def cloud_is_mixed(self, picks: Sequence[Pick]) -> bool:
        """Whether cloud trust comes from another channel than enablement, or enablement from user-scope MDM."""
        if self.elected is None or not picks:
            return False
        return picks[0].source.channel is not self.elected.source.channel or self.elected.source is Source.USER_MDM

    @cached_property
    def pin_source(self) -> Source | None:
        """The source that all of group P is taken from: the highest that configures any of it (W-GRP-P)."""
        allowed = (
            (Source.USER_GPO, Source.COMPUTER_GPO) if not self.reading(GUIDE) and self.gpo_configures else tuple(Source)
        )
        configured = {source for hello, source in self.picks if hello.group is Group.PIN}
        return next((source for source in allowed if source in configured), None)

    def _by_pin_source(self, hello: Hello, picks: Sequence[Pick]) -> Verdict:
        source = self.pin_source
        winner = next((pick for pick in picks if pick.source is source), None)
        if winner is None and hello.group is Group.PIN and not self.reading(PIN_READING):
            return _by_hierarchy(picks)
        return Verdict(winner, tuple((pick, ("W-GRP-P",)) for pick in picks if pick is not winner))

    def setting3(self, hello: Hello) -> Setting3:
        """On, off or not configured."""
        winner = self.verdict(hello).winner
        return None if winner is None else winner.on

    @cached_property
    def trust(self) -> Trust:
        """The row of the truth table, with what the join type changes about it (W-TABLE, W-JOIN, W-DEFAULT)."""
        enabled, certificate, cloud = self.setting3(ENABLED), self.setting3(CERTIFICATE), self.setting3(CLOUD)
        join = self.world.get("join", "hybrid")
        if join == "ad":
            cloud = None  # not supported without Entra ID
        if enabled is None and not self.reading(DEFAULT_ENTRA if join == "entra" else DEFAULT_HYBRID):
            return Trust.NONE
        return TRUTH_TABLE[enabled, certificate, cloud]


def _by_hierarchy(picks: Sequence[Pick], keep: Channel | None = None) -> Verdict:
    """The first source wins (W-HIER); inside one channel that is user before computer (W-SAME-SOURCE)."""
    allowed = [pick for pick in picks if keep is None or pick.source.channel is keep]
    winner = allowed[0] if allowed else None
    losers: list[tuple[Pick, tuple[str, ...]]] = []
    for pick in picks:
        if pick is winner:
            continue
        if winner is None or (keep is not None and pick.source.channel is not keep):
            losers.append((pick, ("W-GRP-E",)))
        elif pick.source.channel is winner.source.channel:
            losers.append((pick, ("W-HIER", "W-SAME-SOURCE")))
        else:
            losers.append((pick, ("W-HIER",)))
    return Verdict(winner, tuple(losers))
