"""Windows Hello for Business at one target: which claims speak for which source in each world of open facts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from policylint.contest import strongest_first
from policylint.facts import FactValue, Is, When, World, every, fact_names, holds, some, worlds
from policylint.families.whfb import Pick, Situation
from policylint.families.whfb_law import (
    CLOUD_READING,
    CONFLICT,
    DEFAULT_ENTRA,
    DEFAULT_HYBRID,
    GUIDE,
    PIN_READING,
    READINGS,
    SOURCES,
    TPM_READING,
    UNKNOWN_VALUE,
    Source,
)
from policylint.families.whfb_settings import BY_ID, CERTIFICATE, CLOUD, ENABLED, SETTINGS, TPM12, Group, Hello
from policylint.model import Channel, Scope
from policylint.rank import Contestant, Precedence, order
from policylint.rank.strength import Order

MAX_FACTS = 10
"""Beyond this many open facts the worlds are sampled, and the result is at most undetermined."""

Key = tuple[Hello, Source]
_TELLING = ("join", *READINGS)


Values = tuple[FactValue | None, ...]


class Speaker:
    """Which claim speaks for one source on one setting, remembered by the values of the facts that it hangs on."""

    __slots__ = ("_found", "_known", "key", "names")

    def __init__(self, key: Key, found: Sequence[Contestant]) -> None:
        self.key = key
        self._found = found
        applying = (name for when in {id(c.when): c.when for c in found}.values() for name in fact_names(when))
        self.names = tuple(dict.fromkeys([*applying, *_order_facts(key[0], found)]))
        """The facts that it hangs on."""
        self._known: dict[Values, Contestant | None] = {}

    def in_(self, world: World, values: Values) -> Contestant | None:
        """The strongest of the claims that apply in the world, which gives the facts these values."""
        if values not in self._known:
            self._known[values] = _pick(self.key[0], self._found, world)
        return self._known[values]


class Party:
    """The speakers that hang on the same facts: worlds differ mostly in others."""

    __slots__ = ("_known", "_said", "_speakers", "names")

    def __init__(self, names: tuple[str, ...], speakers: Sequence[Speaker]) -> None:
        self.names = names
        self._speakers = speakers
        self._known: dict[Values, tuple[Contestant | None, ...]] = {}
        self._said: dict[tuple[Contestant | None, ...], tuple[Contestant | None, ...]] = {}

    def in_(self, world: World) -> tuple[Contestant | None, ...]:
        """Who speaks in the world, for each speaker; one object for one answer."""
        values = tuple(map(world.get, self.names))
        if values not in self._known:
            said = tuple(speaker.in_(world, values) for speaker in self._speakers)
            self._known[values] = self._said.setdefault(said, said)
        return self._known[values]

    def picks(self, said: Sequence[Contestant | None]) -> Iterator[tuple[Key, Pick]]:
        """An answer as picks."""
        for speaker, one in zip(self._speakers, said, strict=True):
            if one is not None and not one.claim.absent:
                yield speaker.key, Pick(*speaker.key, one)


@dataclass(frozen=True)
class Hellos:
    """The Windows Hello claims that reach one target, and the worlds they live in."""

    precedence: Precedence
    claims: Mapping[tuple[Hello, Source], tuple[Contestant, ...]] = field(default_factory=dict)

    _evaluated: dict[frozenset[Hello], tuple[list[tuple[World, Situation]], bool]] = field(
        default_factory=dict, repr=False
    )
    """The worlds that matter to some settings: many checks ask about the same ones."""

    @cached_property
    def _speakers(self) -> Mapping[Key, Speaker]:
        return {key: Speaker(key, found) for key, found in self.claims.items()}

    @cached_property
    def _any_gpo(self) -> bool:
        return any(source.channel is Channel.GPO for _, source in self.claims)

    @cached_property
    def _gpo_facts(self) -> tuple[str, ...]:
        return tuple(fact_names(self.gpo_when))

    @cached_property
    def gpo_when(self) -> When:
        """When any GPO configures Windows Hello (W-EITHER-OR)."""
        return some(
            *(
                c.when
                for (hello, source), found in self.claims.items()
                if source.channel is Channel.GPO and hello.by_passport_admx
                for c in found
                if not c.claim.absent
            )
        )

    def settings(self) -> list[Hello]:
        """The settings that something claims, in the order of the family's table."""
        claimed = {hello for hello, _ in self.claims}
        return [hello for hello in SETTINGS if hello in claimed]

    def relevant(self, subjects: Iterable[Hello]) -> frozenset[Hello]:
        """The settings that the subjects' verdicts depend on: their groups elect one source."""
        found: set[Hello] = set()
        for hello in subjects:
            found.add(hello)
            if hello in (CERTIFICATE, CLOUD):
                found.add(ENABLED)
            if hello.group is Group.PIN or hello is TPM12:
                found |= {other for other in SETTINGS if other.group is Group.PIN}
        return frozenset(found)

    def situations(self, subjects: Iterable[Hello]) -> tuple[list[Situation], bool]:
        """Every world that matters to the subjects, evaluated, the assumed one first; and whether those are all."""
        found, exhaustive = self._worlds(subjects)
        return [replace(situation, world=world) for world, situation in found], exhaustive

    def kinds(self, subjects: Iterable[Hello]) -> tuple[list[tuple[Situation, int]], bool]:
        """The same in kinds: one of the worlds that differ in nothing a verdict hangs on, and how many those are."""
        found, exhaustive = self._worlds(subjects)
        kinds = {situation.alike: situation for _, situation in found}
        counts = Counter(situation.alike for _, situation in found)
        return [(kinds[alike], count) for alike, count in counts.items()], exhaustive

    def _worlds(self, subjects: Iterable[Hello]) -> tuple[list[tuple[World, Situation]], bool]:
        needed = self.relevant(subjects)
        if needed not in self._evaluated:
            domains = self._domains(needed)
            exhaustive = len(domains) <= MAX_FACTS
            chosen = worlds(domains) if exhaustive else _sampled(domains)
            self._evaluated[needed] = list(self._evaluate(chosen, needed)), exhaustive
        return self._evaluated[needed]

    def _domains(self, needed: frozenset[Hello]) -> dict[str, tuple[FactValue, ...]]:
        """The open facts behind the needed settings, with their values."""
        domains: dict[str, tuple[FactValue, ...]] = {}
        present = [key for key in self.claims if key[0] in needed]
        for key in present:
            for fact in self._speakers[key].names:
                domains[fact] = self.precedence.domains.get(fact, (True, False))
        mdm = any(source.channel is Channel.MDM for _, source in present)
        if mdm and self._any_gpo:
            domains[GUIDE] = (True, False)
            for fact in self._gpo_facts:
                domains[fact] = self.precedence.domains.get(fact, (True, False))
        if any(hello is CLOUD for hello, _ in present):
            domains[CLOUD_READING] = (True, False)
        if len({source for hello, source in present if hello.group is Group.PIN}) > 1:
            domains[PIN_READING] = (True, False)
        if TPM12 in needed:
            domains[TPM_READING] = (True, False)
        if ENABLED in needed:
            domains |= self._default_domains()
        return domains

    def _default_domains(self) -> dict[str, tuple[FactValue, ...]]:
        joins = self.precedence.domains.get("join") or (self.precedence.known.get("join", "hybrid"),)
        domains: dict[str, tuple[FactValue, ...]] = {"join": tuple(joins)} if len(joins) > 1 else {}
        if "entra" in joins:
            domains[DEFAULT_ENTRA] = (True, False)
        if set(joins) - {"entra"}:
            domains[DEFAULT_HYBRID] = (True, False)
        return domains

    def _evaluate(self, chosen: Iterable[World], needed: frozenset[Hello]) -> Iterator[tuple[World, Situation]]:
        """The worlds with what they come to: one situation for all that differ in nothing that counts."""
        by_facts: dict[tuple[str, ...], list[Speaker]] = {}
        for key, speaker in self._speakers.items():
            if key[0] in needed:
                by_facts.setdefault(speaker.names, []).append(speaker)
        parties = [Party(names, speakers) for names, speakers in by_facts.items()]
        known: dict[tuple[object, ...], Situation] = {}
        configured: dict[Values, bool] = {}
        for world in chosen:
            full = {**world, **self.precedence.known}
            said = [party.in_(full) for party in parties]
            gpo = False
            if self._any_gpo and GUIDE in world:
                values = tuple(map(full.get, self._gpo_facts))
                if values not in configured:
                    configured[values] = holds(self.gpo_when, full)
                gpo = configured[values]
            telling = (gpo, *map(id, said), *map(full.get, _TELLING))
            if telling not in known:
                told = dict(one for party, those in zip(parties, said, strict=True) for one in party.picks(those))
                picks = {key: told[key] for key in self.claims if key in told}
                elected = _elected(picks, gpo_only=gpo and not world.get(GUIDE, True))
                known[telling] = Situation(full, picks, gpo, elected, len(known))
            yield full, known[telling]


def _elected(picks: Mapping[tuple[Hello, Source], Pick], *, gpo_only: bool) -> Pick | None:
    """The enablement setting of the strongest source."""
    electors = (pick for source in SOURCES if (pick := picks.get((ENABLED, source))))
    return next((pick for pick in electors if not gpo_only or pick.source.channel is Channel.GPO), None)


def hellos(precedence: Precedence) -> Hellos:
    """Collects the Windows Hello claims of a target by setting and source; of claims that agree the first speaks."""
    claims: dict[tuple[Hello, Source], tuple[Contestant, ...]] = {}
    for (key, scope), contestants in precedence.contests.items():
        hello = BY_ID.get(key)
        if hello is None:
            continue
        for contestant in contestants:
            source = source_of(contestant, scope)
            claims[hello, source] = (*claims.get((hello, source), ()), _understood(contestant, hello))
    return Hellos(precedence, {key: tuple(strongest_first(found)) for key, found in claims.items()})


def _understood(contestant: Contestant, hello: Hello) -> Contestant:
    """A boolean with another value than 0 and 1 counts under a condition: no document says what Windows makes of it."""
    if hello.format != "bool" or contestant.claim.absent or contestant.claim.value in (0, 1):
        return contestant
    doubt = Is(f"{UNKNOWN_VALUE} {contestant.claim.value!r} for {hello.name}")
    return replace(contestant, when=every(contestant.when, doubt))


def source_of(contestant: Contestant, scope: Scope) -> Source:
    """The source that a claim belongs to."""
    if contestant.policy.channel is Channel.GPO:
        return Source.USER_GPO if scope is Scope.USER else Source.COMPUTER_GPO
    if contestant.policy.kind == "enrolment":
        return Source.TENANT
    return Source.USER_MDM if scope is Scope.USER else Source.DEVICE_MDM


def _order(hello: Hello, a: Contestant, b: Contestant) -> Order:
    """How two claims of one source compare. Nobody documents that one profile wins every conflict with another: each
    setting that the trust model is made of has a conflict of its own (I-CONF-CONF)."""
    found = order(a, b)
    if hello not in (ENABLED, CERTIFICATE, CLOUD) or not (found.fact or "").startswith(CONFLICT):
        return found
    return replace(found, fact=f"{found.fact} over {hello.name}")


def _order_facts(hello: Hello, found: Sequence[Contestant]) -> Iterator[str]:
    """The facts that the order of one source's claims hangs on, where their values differ."""
    for i, a in enumerate(found):
        for b in found[i + 1 :]:
            if (a.claim.value, a.claim.absent) != (b.claim.value, b.claim.absent):
                fact = _order(hello, a, b).fact
                if fact is not None:
                    yield fact


def _pick(hello: Hello, found: Sequence[Contestant], world: World) -> Contestant | None:
    """The strongest claim of one source that applies in a world."""
    best: Contestant | None = None
    for contestant in found:
        stronger = best is None or (_differs(contestant, best) and _beats(hello, contestant, best, world))
        if stronger and holds(contestant.when, world):
            best = contestant
    return best


def _differs(a: Contestant, b: Contestant) -> bool:
    """Whether it matters which of two claims wins: a value that exists only where nothing else does is another one."""
    return (a.claim.value, a.claim.absent, a.claim.soft) != (b.claim.value, b.claim.absent, b.claim.soft)


def _beats(hello: Hello, a: Contestant, b: Contestant, world: World) -> bool:
    if a.claim.soft is not b.claim.soft:
        return b.claim.soft
    found = _order(hello, a, b)
    return found.first_wins is bool(found.fact is None or world.get(found.fact, True))


def _sampled(domains: Mapping[str, tuple[FactValue, ...]]) -> list[dict[str, FactValue]]:
    """The assumed world, each one that differs from it in one fact, and the one that differs in all."""
    assumed = {name: values[0] for name, values in domains.items()}
    single = [{**assumed, name: value} for name in sorted(domains) for value in domains[name][1:]]
    return [assumed, *single, {name: values[-1] for name, values in domains.items()}]
