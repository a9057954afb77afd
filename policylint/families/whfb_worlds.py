"""Windows Hello for Business at one target: which claims speak for which source in each world of open facts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from policylint.contest import strongest_first
from policylint.facts import FactValue, Is, When, World, every, fact_names, holds, some, worlds
from policylint.families.whfb import Pick, Situation
from policylint.families.whfb_law import (
    CLOUD_READING,
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
from policylint.families.whfb_speakers import Key, Party, Said, Speaker, Values
from policylint.model import Channel, Scope
from policylint.rank import Contestant, Precedence

MAX_FACTS = 10
"""Beyond this many open facts the worlds are sampled, and the result is at most undetermined."""

_TELLING = ("join", *READINGS)

Flip = tuple[World, str | None]
"""A world, and the fact in which alone it differs from the assumed one; None where it may differ in more."""

Situations = list[tuple[World, Situation]]
Kinds = list[tuple[Situation, int]]


@dataclass(frozen=True)
class Hellos:
    """The Windows Hello claims that reach one target, and the worlds they live in."""

    precedence: Precedence
    claims: Mapping[tuple[Hello, Source], tuple[Contestant, ...]] = field(default_factory=dict)

    _evaluated: dict[frozenset[Hello], tuple[Situations, bool]] = field(default_factory=dict, repr=False)
    """The worlds that matter to some settings: many checks ask about the same ones."""
    _kinds: dict[frozenset[Hello], tuple[Kinds, bool]] = field(default_factory=dict, repr=False)
    """Their kinds."""
    _configured: dict[Values, bool] = field(default_factory=dict, repr=False)
    """Whether any GPO configures Windows Hello, by the facts that this hangs on."""

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
        found, exhaustive = self._worlds(self.relevant(subjects))
        return [replace(situation, world=world) for world, situation in found], exhaustive

    def kinds(self, subjects: Iterable[Hello]) -> tuple[Kinds, bool]:
        """The same in kinds: one of the worlds that differ in nothing a verdict hangs on, and how many those are."""
        needed = self.relevant(subjects)
        if needed not in self._kinds:
            found, exhaustive = self._worlds(needed)
            kinds = {situation.alike: situation for _, situation in found}
            counts = Counter([situation.alike for _, situation in found])
            self._kinds[needed] = [(kinds[alike], count) for alike, count in counts.items()], exhaustive
        return self._kinds[needed]

    def _worlds(self, needed: frozenset[Hello]) -> tuple[Situations, bool]:
        if needed not in self._evaluated:
            domains = self._domains(needed)
            exhaustive = len(domains) <= MAX_FACTS
            chosen = [(world, None) for world in worlds(domains)] if exhaustive else _sampled(domains)
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
        joins = self.precedence.joins
        domains: dict[str, tuple[FactValue, ...]] = {"join": joins} if len(joins) > 1 else {}
        if "entra" in joins:
            domains[DEFAULT_ENTRA] = (True, False)
        if set(joins) - {"entra"}:
            domains[DEFAULT_HYBRID] = (True, False)
        return domains

    def _evaluate(self, chosen: Iterable[Flip], needed: frozenset[Hello]) -> Iterator[tuple[World, Situation]]:
        """The worlds with what they come to: one situation for all that differ in nothing that counts."""
        parties = self._parties(needed)
        spots = {key: (at, number) for at, party in enumerate(parties) for number, key in enumerate(party.keys)}
        places = [(key, *spots[key]) for key in self.claims if key in spots]
        heeding: dict[str, list[int]] = {}
        for at, party in enumerate(parties):
            for name in party.names:
                heeding.setdefault(name, []).append(at)
        assumed: list[Said] = []
        known: dict[tuple[object, ...], Situation] = {}
        for world, flipped in chosen:
            full = {**world, **self.precedence.known}
            if flipped is None or not assumed:
                said = [party.in_(full) for party in parties]
                assumed = assumed or said
            else:
                said = assumed.copy()
                for at in heeding.get(flipped, ()):
                    said[at] = parties[at].in_(full)
            gpo = self._any_gpo and GUIDE in world and self._gpo_configures(full)
            telling = (gpo, *map(id, said), *map(full.get, _TELLING))
            if telling not in known:
                picks = {key: pick for key, at, number in places if (pick := said[at][number]) is not None}
                elected = _elected(picks, gpo_only=gpo and not world.get(GUIDE, True))
                known[telling] = Situation(full, picks, gpo, elected, len(known))
            yield full, known[telling]

    def _parties(self, needed: frozenset[Hello]) -> list[Party]:
        by_facts: dict[tuple[str, ...], list[Speaker]] = {}
        for key, speaker in self._speakers.items():
            if key[0] in needed:
                by_facts.setdefault(speaker.names, []).append(speaker)
        return [Party(names, speakers) for names, speakers in by_facts.items()]

    def _gpo_configures(self, world: World) -> bool:
        values = tuple(map(world.get, self._gpo_facts))
        if values not in self._configured:
            self._configured[values] = holds(self.gpo_when, world)
        return self._configured[values]


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


def _sampled(domains: Mapping[str, tuple[FactValue, ...]]) -> list[Flip]:
    """The assumed world, each one that differs from it in one fact, and the one that differs in all."""
    assumed = {name: values[0] for name, values in domains.items()}
    single = [({**assumed, name: value}, name) for name in sorted(domains) for value in domains[name][1:]]
    return [(assumed, None), *single, ({name: values[-1] for name, values in domains.items()}, None)]
