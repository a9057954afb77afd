"""What each policy of an estate that can reach a target sets, by numbers: of settings, and of the values they get.

A set of settings is one number, which has a bit for each: what two policies share, or set differently, is then worked
out for all settings at once. Only settings count that a profile of Intune sets, and another policy as well. Windows
Hello has its own rules.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from policylint.checks.assigned import is_unassigned
from policylint.claimed import Place, claimed
from policylint.estate import Estate
from policylint.families.whfb_settings import BY_ID
from policylint.model import Channel, Claim, Policy, Scope, Value

CROWD = 60
"""So many profiles that set one thing are held against each other in pairs; nobody reads the pairs of more."""

_PROFILE, _GPO, _NOBODY = range(3)
_ABSENT = frozenset((("absent", ""),))
"""Stands for the spellings of a value where a claim says that there is none."""
_DEVICE = Scope.DEVICE
_LAST = sys.maxsize
_INTEGERS = {int}

Places = list[Place]

Bits = int
"""A set of settings (or of policies) by their numbers: bit 0 is for the one of number 0."""


def numbers(bits: Bits) -> list[int]:
    """The numbers in a set, in order. Taken from above: so what is left gets shorter with every number."""
    found = []
    while bits:
        highest = bits.bit_length() - 1
        found.append(highest)
        bits ^= 1 << highest
    found.reverse()
    return found


class Touch(NamedTuple):
    """One setting that both policies of a pair set."""

    mine: Claim
    theirs: Claim

    @property
    def equal(self) -> bool:
        """Whether both say the same."""
        return (self.mine.value, self.mine.absent) == (self.theirs.value, self.theirs.absent)


def same(mine: Claim, theirs: Claim) -> bool:
    """Whether two claims mean one value: a custom profile's text "1" is a catalog's number 1."""
    if mine.absent is theirs.absent and mine.value.__class__ is theirs.value.__class__ and mine.value == theirs.value:
        return True
    return not spellings(mine).isdisjoint(spellings(theirs))


def spellings(claim: Claim) -> frozenset[object]:
    """How the value of a claim may be written, without case: claims that share one of them mean the same."""
    value = claim.value
    if claim.absent:
        return _ABSENT
    if isinstance(value, bool):
        return frozenset((str(value).casefold(), str(int(value))))
    if isinstance(value, tuple):
        return frozenset((repr(sorted(text.casefold() for text in value)),))
    return frozenset((str(value).strip().casefold(),))


@dataclass(slots=True, eq=False)
class Setter:
    """What one policy sets of the settings that others set too, by their numbers."""

    number: int
    policy: Policy
    is_gpo: bool
    claims: dict[int, Claim] = field(default_factory=dict)
    """The first claim on each."""
    several: dict[int, list[Claim]] = field(default_factory=dict)
    """All claims, where there are several: which of them counts hangs on whom the policy meets."""
    settings: Bits = 0
    doubtful: Bits = 0
    """Those that it says several things about."""
    open: Bits = 0
    """Those of which `meanings` do not tell: these, and the `loose` ones."""
    meanings: list[Bits] = field(default_factory=list)
    """What it means by its values: those of one setting have numbers, and this has the settings by each of their bits.

    So two policies set that differently in which one of these sets differs.
    """
    partners: Bits = 0
    """Whom a profile shares a setting with: numbers of policies."""

    def all(self, setting: int) -> Sequence[Claim]:
        """Every claim on a setting."""
        return self.several.get(setting) or (self.claims[setting],)


@dataclass(slots=True, eq=False)
class Shared:
    """The settings that policies share, by number: in the order in which Intune's first set them."""

    keys: Sequence[str]
    setters: Mapping[int, Setter]
    """By number of the policy, in the order of the estate."""
    gpos: Bits
    """The GPOs among them."""
    among_gpos: Sequence[int]
    """Where each setting stands in the order in which GPOs first set them."""
    of_users: Bits
    """The settings that are for users."""
    disputed: Bits = 0
    """Settings that not all set to one value."""
    loose: Bits = 0
    """Settings with values that mean the same as two others that differ: "true" and "1" are both True."""
    crowds: Bits = 0
    """Settings that too many profiles set for all their pairs."""
    crowded: dict[tuple[int, int], dict[int, Touch]] = field(default_factory=dict)
    """What profiles of crowds are held against each other for, by the numbers of the pair and of the setting."""

    def beginning(self, prefixes: tuple[str, ...]) -> Bits:
        """The settings whose keys begin in one of the ways."""
        return sum(1 << n for n, key in enumerate(self.keys) if key.startswith(prefixes))


class _Setting(NamedTuple):
    """A setting, with the claims of profiles and those of GPOs."""

    key: str
    scope: Scope
    profiles: Places
    gpos: Places


def shared(estate: Estate) -> Shared:
    """The settings that policies of the estate share."""
    return estate.once(_shared)


def _shared(estate: Estate) -> Shared:
    settings = sorted(_settings(estate), key=lambda setting: setting.profiles[0][0])
    setters = _setters(estate, settings)
    found = Shared(
        [setting.key for setting in settings],
        setters,
        sum(1 << number for number, setter in setters.items() if setter.is_gpo),
        _order([setting.gpos for setting in settings]),
        sum(1 << n for n, setting in enumerate(settings) if setting.scope is not _DEVICE),
    )
    _compare(found, settings)
    _introduce(found, settings)
    return found


def _order(settings: Sequence[Places]) -> list[int]:
    """The rank of each setting by its first claim; those without one come last."""
    firsts = [places[0][0] if places else _LAST for places in settings]
    ranks = [0] * len(settings)
    for rank, n in enumerate(sorted(range(len(settings)), key=firsts.__getitem__)):
        ranks[n] = rank
    return ranks


def _settings(estate: Estate) -> Iterator[_Setting]:
    """Each setting that a profile and another policy set."""
    kinds = [_kind(policy) for policy in estate.policies]
    on_devices, on_users = (_on_side(kinds, estate.policies, scope) for scope in (_DEVICE, Scope.USER))
    for key, places in claimed(estate).by_key.items():
        if len(places) == 1 or key in BY_ID:
            continue
        profiles = [place for place in places if kinds[place[1]] == _PROFILE]
        if not profiles:
            continue
        devices = [place for place in profiles if place[2].scope is _DEVICE]
        if devices:
            gpos = [place for place in places if on_devices[place[1]] == _GPO and place[2].scope is _DEVICE]
            if len(devices) + len(gpos) > 1:
                yield _Setting(key, _DEVICE, devices, gpos)
        if len(devices) < len(profiles):
            users = [place for place in profiles if place[2].scope is not _DEVICE]
            gpos = [place for place in places if on_users[place[1]] == _GPO and place[2].scope is not _DEVICE]
            if len(users) + len(gpos) > 1:
                yield _Setting(key, Scope.USER, users, gpos)


def _kind(policy: Policy) -> int:
    """What a policy is to others; nobody, where its settings reach no target."""
    if policy.channel is Channel.GPO:
        return _GPO
    return _NOBODY if policy.kind == "enrolment" or is_unassigned(policy) else _PROFILE


def _on_side(kinds: Sequence[int], policies: Sequence[Policy], scope: Scope) -> Sequence[int]:
    """What the policies are with their settings of a side."""
    return [
        _NOBODY if policy.disabled_sides and scope in policy.disabled_sides else kind
        for kind, policy in zip(kinds, policies, strict=True)
    ]


def _setters(estate: Estate, settings: Sequence[_Setting]) -> dict[int, Setter]:
    """The policies with what they set."""
    claims: dict[int, dict[int, Claim]] = {number: {} for number in range(len(estate.policies))}
    several: defaultdict[int, dict[int, list[Claim]]] = defaultdict(dict)
    for n, (_, _, profiles, gpos) in enumerate(settings):
        for places in (profiles, gpos):
            for _, number, claim in places:
                said = claims[number]
                if n not in said:
                    said[n] = claim
                else:
                    several[number].setdefault(n, [said[n]]).append(claim)
    claims = {number: said for number, said in claims.items() if said}
    bits = _powers(len(settings))
    found = {}
    for number in claims:
        policy, many = estate.policies[number], several.get(number, {})
        set_, doubtful = (sum(map(bits.__getitem__, those)) for those in (claims[number], many))
        found[number] = Setter(
            number, policy, policy.channel is Channel.GPO, claims[number], many, settings=set_, doubtful=doubtful
        )
    return found


def _compare(found: Shared, settings: Sequence[_Setting]) -> None:
    """Tells the policies what they mean by their values, where not all say the same."""
    meant: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    width, bits = 0, _powers(len(settings))
    for n, (_, _, profiles, gpos) in enumerate(settings):
        places = profiles + gpos
        values = [place[2].value for place in places]
        absent = [place[2].absent for place in places]
        if _one(values) and _one(absent):
            continue
        found.disputed |= bits[n]
        kinds = {value.__class__ for value in values}
        meanings = _of_integers(values) if kinds == _INTEGERS and True not in absent else _meanings(places)
        if meanings is None:
            found.loose |= 1 << n
            continue
        width = max(width, max(meanings).bit_length())
        for place, meaning in zip(places, meanings, strict=True):
            if meaning:
                meant[place[1]].append((n, meaning))
    for number, setter in found.setters.items():
        setter.open = setter.doubtful | found.loose
        told = meant.get(number)
        if told is None:
            setter.meanings = [0] * width
        else:
            setter.meanings = [sum({bits[n] for n, meaning in told if meaning >> at & 1}) for at in range(width)]


def _one(values: Sequence[object]) -> bool:
    """Whether all values are equal."""
    return values.count(values[0]) == len(values)


def _of_integers(values: Sequence[Value]) -> list[int]:
    """What `_meanings` tells of whole numbers, which mean the same only where they are equal; most values are such."""
    known: dict[Value, int] = {}
    return [known.setdefault(value, len(known)) for value in values]


def _meanings(places: Places) -> list[int] | None:
    """A number for what each claim on a setting means, equal where two mean the same; None where that is no answer."""
    meant: list[list[frozenset[object]]] = []
    known: dict[object, int] = {}
    found = []
    for _, _, claim in places:
        value = claim.value.__class__, claim.value, claim.absent
        if value not in known:
            spelled = spellings(claim)
            alike = [n for n, group in enumerate(meant) if any(not spelled.isdisjoint(other) for other in group)]
            if not alike:
                alike = [len(meant)]
                meant.append([])
            if len(alike) > 1 or any(spelled.isdisjoint(other) for other in meant[alike[0]]):
                return None
            meant[alike[0]].append(spelled)
            known[value] = alike[0]
        found.append(known[value])
    return found


def _introduce(found: Shared, settings: Sequence[_Setting]) -> None:
    """Tells each profile whom it meets: GPOs, and the other profiles."""
    setters, bits = found.setters, _powers(max(found.setters, default=0) + 1)
    for n, (_, _, profiles, gpos) in enumerate(settings):
        partners = 0
        for place in gpos:
            partners |= bits[place[1]]
        if len(profiles) > CROWD:
            found.crowds |= 1 << n
            _crowd(found, n, profiles)
        else:
            for place in profiles:
                partners |= bits[place[1]]
        for place in profiles:
            setters[place[1]].partners |= partners


def _powers(count: int) -> list[Bits]:
    """The sets of one number each."""
    return [1 << n for n in range(count)]


def _crowd(found: Shared, n: int, profiles: Places) -> None:
    """In a crowd everybody meets the first that says each thing, so that cost stays linear."""
    firsts = {(place[2].value, place[2].absent): place for place in reversed(profiles)}
    pairs: defaultdict[tuple[int, int], list[Touch]] = defaultdict(list)
    for one in profiles:
        for other in firsts.values():
            (_, first, mine), (_, second, theirs) = sorted((one, other))
            if first != second:
                pairs[first, second].append(Touch(mine, theirs))
    for (first, second), touches in pairs.items():
        found.setters[first].partners |= 1 << second
        found.crowded.setdefault((first, second), {})[n] = settled(touches)


def settled(touches: Sequence[Touch]) -> Touch:
    """The touch that counts where a policy says several things: the first that differs, since no order is promised."""
    return next((touch for touch in touches if not touch.equal), touches[0])


Crowd = Mapping[int, Touch]
"""What two profiles are held against each other for, of what whole crowds set: touches by the setting's number."""
