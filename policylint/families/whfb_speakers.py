"""Windows Hello for Business: which claim speaks for one source on one setting, by the facts that this hangs on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from policylint.facts import FactValue, World, fact_names, holds
from policylint.families.whfb import Pick
from policylint.families.whfb_law import CONFLICT, Source
from policylint.families.whfb_settings import CERTIFICATE, CLOUD, ENABLED, Hello
from policylint.rank import Contestant, order
from policylint.rank.strength import Order

Key = tuple[Hello, Source]
Values = tuple[FactValue | None, ...]
Said = tuple[Pick | None, ...]
"""Who speaks, for each of several speakers; None where nothing is set."""


class Speaker:
    """Which claim speaks for one source on one setting, remembered by the values of the facts that it hangs on."""

    __slots__ = ("_found", "_known", "_orders", "_picks", "key", "names")

    def __init__(self, key: Key, found: Sequence[Contestant]) -> None:
        self.key = key
        self._found = found
        self._orders: dict[tuple[Contestant, Contestant], Order] = {}
        applying = (name for when in {id(c.when): c.when for c in found}.values() for name in fact_names(when))
        self.names = tuple(dict.fromkeys([*applying, *self._order_facts()]))
        """The facts that it hangs on."""
        self._known: dict[Values, Pick | None] = {}
        self._picks: dict[Contestant, Pick] = {}

    def in_(self, world: World, values: Values) -> Pick | None:
        """The strongest of the claims that apply in the world, which gives the facts these values; None for absent."""
        if values not in self._known:
            self._known[values] = self._pick(world)
        return self._known[values]

    def _pick(self, world: World) -> Pick | None:
        best: Contestant | None = None
        for contestant in self._found:
            stronger = best is None or (_differs(contestant, best) and self._beats(contestant, best, world))
            if stronger and holds(contestant.when, world):
                best = contestant
        if best is None or best.claim.absent:
            return None
        if best not in self._picks:
            self._picks[best] = Pick(*self.key, best)
        return self._picks[best]

    def _beats(self, a: Contestant, b: Contestant, world: World) -> bool:
        if a.claim.soft is not b.claim.soft:
            return b.claim.soft
        found = self._order(a, b)
        return found.first_wins is bool(found.fact is None or world.get(found.fact, True))

    def _order_facts(self) -> Iterator[str]:
        """The facts that the order of the claims hangs on, where their values differ."""
        for i, a in enumerate(self._found):
            for b in self._found[i + 1 :]:
                if (a.claim.value, a.claim.absent) != (b.claim.value, b.claim.absent):
                    fact = self._order(a, b).fact
                    if fact is not None:
                        yield fact

    def _order(self, a: Contestant, b: Contestant) -> Order:
        if (a, b) not in self._orders:
            self._orders[a, b] = _order(self.key[0], a, b)
        return self._orders[a, b]


def _order(hello: Hello, a: Contestant, b: Contestant) -> Order:
    """How two claims of one source compare. Nobody documents that one profile wins every conflict with another: each
    setting that the trust model is made of has a conflict of its own (I-CONF-CONF)."""
    found = order(a, b)
    if hello not in (ENABLED, CERTIFICATE, CLOUD) or not (found.fact or "").startswith(CONFLICT):
        return found
    return replace(found, fact=f"{found.fact} over {hello.name}")


def _differs(a: Contestant, b: Contestant) -> bool:
    """Whether it matters which of two claims wins: a value that exists only where nothing else does is another one."""
    return (a.claim.value, a.claim.absent, a.claim.soft) != (b.claim.value, b.claim.absent, b.claim.soft)


class Party:
    """The speakers that hang on the same facts: worlds differ mostly in others."""

    __slots__ = ("_known", "_said", "_speakers", "keys", "names")

    def __init__(self, names: tuple[str, ...], speakers: Sequence[Speaker]) -> None:
        self.names = names
        self.keys = [speaker.key for speaker in speakers]
        self._speakers = speakers
        self._known: dict[Values, Said] = {}
        self._said: dict[tuple[int, ...], Said] = {}

    def in_(self, world: World) -> Said:
        """Who speaks in the world, for each speaker; one object for one answer."""
        values = tuple(map(world.get, self.names))
        if values not in self._known:
            said = tuple([speaker.in_(world, values) for speaker in self._speakers])
            self._known[values] = self._said.setdefault(tuple(map(id, said)), said)
        return self._known[values]
