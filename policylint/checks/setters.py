"""What each policy of an estate that can reach a target sets, by numbers: of settings, and of the values they get.

Only settings count that a profile of Intune sets, and another policy as well. Windows Hello has its own rules.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, product
from typing import NamedTuple

from policylint.checks.assigned import is_unassigned
from policylint.claimed import Place, claimed
from policylint.estate import Estate
from policylint.families.whfb_settings import BY_ID
from policylint.model import Channel, Claim, Policy, Scope

CROWD = 60
"""So many profiles that set one thing are held against each other in pairs; nobody reads the pairs of more."""

_PROFILE, _GPO, _NOBODY = range(3)
_ABSENT = frozenset((("absent", ""),))
"""Stands for the spellings of a value where a claim says that there is none."""
_DEVICE = Scope.DEVICE
_LAST = sys.maxsize

Places = list[Place]


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
    name: str
    """Without case."""
    claims: dict[int, Claim] = field(default_factory=dict)
    """The first claim on each."""
    several: dict[int, list[Claim]] = field(default_factory=dict)
    """All claims, where there are several."""
    partners: int = 0
    """Whom a profile shares a setting with: numbers of policies, as bits."""

    def all(self, setting: int) -> Sequence[Claim]:
        """Every claim on a setting."""
        return self.several.get(setting) or (self.claims[setting],)


@dataclass(slots=True, eq=False)
class Shared:
    """The settings that policies share, by number: in the order in which Intune's first set them."""

    setters: Sequence[Setter]
    """By number of the policy."""
    gpos: int
    """The GPOs among them: their numbers, as bits."""
    among_gpos: Sequence[int]
    """Where each setting stands in the order in which GPOs first set them."""
    differing: defaultdict[tuple[int, int], list[Touch]] = field(default_factory=lambda: defaultdict(list))
    """What pairs set differently, by their numbers."""
    doubtful: set[int] = field(default_factory=set)
    """Settings that a policy says several things about: which of them counts hangs on whom it meets."""
    crowds: set[int] = field(default_factory=set)
    """Settings that too many profiles set for all their pairs."""
    crowded: dict[tuple[int, int], dict[int, Touch]] = field(default_factory=dict)
    """What profiles of crowds are held against each other for, by the numbers of the pair and of the setting."""


def shared(estate: Estate) -> Shared:
    """The settings that policies of the estate share."""
    return estate.once(_shared)


def _shared(estate: Estate) -> Shared:
    setters = [Setter(n, p, p.channel is Channel.GPO, p.name.casefold()) for n, p in enumerate(estate.policies)]
    settings = sorted(_settings(estate), key=lambda setting: setting[0][0])
    found = Shared(setters, sum(1 << s.number for s in setters if s.is_gpo), _order([gpos for _, gpos in settings]))
    for n, (profiles, gpos) in enumerate(settings):
        _claim(found, n, profiles + gpos)
        _introduce(found, n, profiles, gpos)
    disputed = [_is_disputed(found, n, profiles + gpos) for n, (profiles, gpos) in enumerate(settings)]
    for n, (profiles, _) in enumerate(settings):
        if n in found.crowds:
            _crowd(found, n, profiles)
        elif disputed[n]:
            _compare(found, n, profiles, None)
    for n in sorted(range(len(settings)), key=found.among_gpos.__getitem__):
        if disputed[n]:
            _compare(found, n, *settings[n])
    return found


def _order(settings: Sequence[Places]) -> list[int]:
    """The rank of each setting by its first claim; those without one come last."""
    firsts = [places[0][0] if places else _LAST for places in settings]
    ranks = [0] * len(settings)
    for rank, n in enumerate(sorted(range(len(settings)), key=firsts.__getitem__)):
        ranks[n] = rank
    return ranks


def _settings(estate: Estate) -> Iterator[tuple[Places, Places]]:
    """Each setting that a profile and another policy set: the claims of profiles, and those of GPOs."""
    kinds = [_kind(policy) for policy in estate.policies]
    on_devices, on_users = (_on_side(kinds, estate.policies, scope) for scope in (_DEVICE, Scope.USER))
    for key, places in claimed(estate).by_key.items():
        if len(places) == 1 or key in BY_ID:
            continue
        devices = [place for place in places if place[2].scope is _DEVICE]
        users = [place for place in places if place[2].scope is not _DEVICE] if len(devices) < len(places) else []
        for those, kinds_there in ((devices, on_devices), (users, on_users)):
            profiles = [place for place in those if kinds_there[place[1]] == _PROFILE]
            gpos = [place for place in those if kinds_there[place[1]] == _GPO] if profiles else []
            if profiles and len(profiles) + len(gpos) > 1:
                yield profiles, gpos


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


def _claim(found: Shared, n: int, places: Places) -> None:
    """Tells the policies what they set, and with which of the values that the setting gets."""
    setters = found.setters
    for _, number, claim in places:
        setter = setters[number]
        first = setter.claims.setdefault(n, claim)
        if first is not claim:
            setter.several.setdefault(n, [first]).append(claim)
            found.doubtful.add(n)


def _is_disputed(found: Shared, n: int, places: Places) -> bool:
    """Whether some of the claims on a setting may mean different values."""
    values = [claim.value for _, _, claim in places]
    absent = [claim.absent for _, _, claim in places]
    return n in found.doubtful or not values.count(values[0]) == absent.count(absent[0]) == len(places)


Meant = dict[frozenset[object], list[tuple[int, Claim]]]
"""Policies by number, with what they claim, by the spellings of the value."""


def _compare(found: Shared, n: int, profiles: Places, gpos: Places | None) -> None:
    """Adds what each profile and each GPO give a setting differently; without GPOs, what profiles do between them."""
    differing, mine = found.differing, _by_meaning(found, n, profiles)
    theirs = {} if gpos is None else _by_meaning(found, n, gpos)
    pairs = combinations(mine.items(), 2) if gpos is None else product(mine.items(), theirs.items())
    for (meaning, ones), (other, others) in pairs:
        for a, one in ones if meaning.isdisjoint(other) else ():
            for b, another in others:
                if gpos is None and b < a:
                    differing[b, a].append(Touch(another, one))
                else:
                    differing[a, b].append(Touch(one, another))
    if n in found.doubtful:
        _compare_several(found, n, profiles, gpos)


def _by_meaning(found: Shared, n: int, places: Places) -> Meant:
    """The policies that say one thing about a setting, by what it means."""
    meant: Meant = {}
    known: dict[object, list[tuple[int, Claim]]] = {}
    for _, number, claim in places:
        value = claim.value.__class__, claim.value, claim.absent
        if value not in known:
            known[value] = meant.setdefault(spellings(claim), [])
        if n not in found.setters[number].several:
            known[value].append((number, claim))
    return meant


def _compare_several(found: Shared, n: int, profiles: Places, gpos: Places | None) -> None:
    """The same for the pairs of which one says several things."""
    setters = found.setters
    mine, theirs = (list(dict.fromkeys(number for _, number, _ in places)) for places in (profiles, gpos or ()))
    many = {number for number in (*mine, *theirs) if n in setters[number].several}
    for a, b in combinations(mine, 2) if gpos is None else product(mine, theirs):
        if a in many or b in many:
            touch = settled([Touch(one, other) for one in setters[a].all(n) for other in setters[b].all(n)])
            if not same(touch.mine, touch.theirs):
                found.differing[a, b].append(touch)


def _introduce(found: Shared, n: int, profiles: Places, gpos: Places) -> None:
    """Tells each profile whom it meets on a setting: GPOs, and the other profiles."""
    together = _bits(gpos)
    if len(profiles) > CROWD:
        found.crowds.add(n)
    else:
        together |= _bits(profiles)
    for _, number, _ in profiles:
        found.setters[number].partners |= together


def _bits(places: Places) -> int:
    found = 0
    for _, number, _ in places:
        found |= 1 << number
    return found


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
        touch = settled(touches)
        found.crowded.setdefault((first, second), {})[n] = touch
        if not same(touch.mine, touch.theirs):
            found.differing[first, second].append(touch)


def settled(touches: Sequence[Touch]) -> Touch:
    """The touch that counts where a policy says several things: the first that differs, since no order is promised."""
    return next((touch for touch in touches if not touch.equal), touches[0])


Crowd = Mapping[int, Touch]
"""What two profiles are held against each other for, of what whole crowds set: touches by the setting's number."""
