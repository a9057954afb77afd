"""Which pairs of policies set the same settings, where at least one of them is Intune's.

The settings are numbered first (`setters`); what two policies have in common, and what they set differently, are then
questions about sets of numbers. Profiles that are not assigned, sides of GPOs that are disabled and objects that only
count at enrolment meet nobody, nor do copies: one profile that is exported twice has one id, or one name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from policylint.checks.overlap import Overlap, Overlaps, overlaps
from policylint.checks.setters import Bits, Crowd, Setter, Shared, Touch, numbers, same, settled, shared
from policylint.estate import Estate
from policylint.model import Channel, Claim, Scope

_DEVICE, _USER = Scope.DEVICE, Scope.USER


class Meeting:
    """Two policies with what they both set. Of a GPO and an Intune profile, the profile is `mine`.

    Settings are told by their numbers, as `setters.shared` counts them, and sets of settings by bits.
    """

    __slots__ = ("_crowded", "_mine", "_overlaps", "_settings", "_theirs", "across", "mine", "theirs")

    def __init__(self, mine: Setter, theirs: Setter, settings: Shared, crowded: Crowd, overlaps: Overlaps) -> None:
        self._mine, self._theirs, self._settings, self._crowded = mine, theirs, settings, crowded
        self._overlaps = overlaps
        self.mine, self.theirs = mine.policy, theirs.policy
        self.across = theirs.is_gpo
        """Whether it is a GPO that the profile meets."""

    @property
    def both(self) -> Bits:
        """The settings that both set."""
        both = self._mine.settings & self._theirs.settings
        if self.across or not self._settings.crowds:
            return both
        return both & ~self._settings.crowds | sum(1 << n for n in self._crowded)

    @property
    def several(self) -> Bits:
        """The settings that the profile says several things about: which of them counts hangs on the other policy."""
        return self._mine.doubtful

    @property
    def differing(self) -> Bits:
        """What the two set to different values, in whatever type each of them writes it."""
        return self.differing_among(self.both)

    def differing_among(self, both: Bits) -> Bits:
        """The same, given what both set."""
        mine, theirs = self._mine, self._theirs
        both &= self._settings.disputed
        if not both:
            return 0
        found = 0
        for one, other in zip(mine.meanings, theirs.meanings):  # noqa: B905  # as many for every setter; asked for all pairs
            found |= one ^ other
        found &= both
        open_ = both & (mine.open | theirs.open)
        if open_:
            found = found & ~open_ | sum([1 << n for n in numbers(open_) if not same(*self.said(n))])
        return found

    def touch(self, setting: int) -> Touch:
        """What each of them says, by name."""
        return Touch(*self.said(setting))

    def said(self, setting: int) -> tuple[Claim, Claim]:
        """What each of them says: where one says several things, what differs."""
        mine, theirs = self._mine, self._theirs
        if setting in self._crowded:
            return self._crowded[setting]
        if setting in mine.several or setting in theirs.several:
            return settled([Touch(one, other) for one in mine.all(setting) for other in theirs.all(setting)])
        return mine.claims[setting], theirs.claims[setting]

    def all_said(self, settings: Iterable[int]) -> list[tuple[Claim, Claim]]:
        """What each of them says about settings."""
        mine, theirs = self._mine, self._theirs
        if mine.several or theirs.several or self._crowded:
            return [self.said(n) for n in settings]
        ours, others = mine.claims, theirs.claims
        return [(ours[n], others[n]) for n in settings]

    def ordered(self, settings: Bits) -> list[int]:
        """Settings in the order in which profiles first set them, and GPOs for a pair with one."""
        found = numbers(settings)
        if self.across:
            found.sort(key=self._settings.among_gpos.__getitem__)
        return found

    def claims(self, settings: Iterable[int]) -> list[Claim]:
        """The profile's claims on settings."""
        claims, several = self._mine.claims, self._mine.several
        return (
            [self.said(n)[0] if n in several else claims[n] for n in settings]
            if several
            else [claims[n] for n in settings]
        )

    def overlap(self, settings: Bits) -> Overlap:
        """Whether the two reach one target with these settings: by the side that is surest; never, without any."""
        if not settings:
            return "never"
        of, mine, theirs = self._overlaps.of_numbers, self._mine.number, self._theirs.number
        if not self.across:
            return of(mine, theirs, _DEVICE)  # profiles reach a target as a whole
        for_users = settings & self._settings.of_users
        found = of(mine, theirs, _DEVICE) if settings != for_users else "never"
        if not for_users or found == "certain":
            return found
        by_user = of(mine, theirs, _USER)
        return found if by_user == "never" else by_user


def meetings(estate: Estate) -> tuple[Meeting, ...]:
    """Every pair of the estate that sets one setting, in the order of its policies."""
    return estate.once(_meetings)


def _meetings(estate: Estate) -> tuple[Meeting, ...]:
    settings = shared(estate)
    reach, setters = overlaps(estate), settings.setters
    copies, named = _copies(settings.setters.values()), _named(settings.setters.values())
    found: dict[tuple[int, int], tuple[Setter, Setter]] = {}
    for number, mine in setters.items():
        if not mine.is_gpo:
            behind = mine.partners & ~settings.gpos & ~copies[number] >> number << number
            name = named[number]
            for other in numbers(mine.partners & settings.gpos | behind):
                found[name, named[other]] = mine, setters[other]
    nobody: Crowd = {}
    crowded = settings.crowded
    return tuple(
        [
            Meeting(
                mine,
                theirs,
                settings,
                crowded.get((mine.number, theirs.number), nobody) if crowded else nobody,
                reach,
            )
            for mine, theirs in found.values()
        ]
    )


def _copies(setters: Iterable[Setter]) -> Mapping[int, Bits]:
    """By number, the profiles that are exports of the same policy, itself among them: by id, or by name."""
    by_id: defaultdict[str, Bits] = defaultdict(int)
    by_name: defaultdict[str, Bits] = defaultdict(int)
    profiles = [(setter, setter.policy.name.casefold()) for setter in setters if not setter.is_gpo]
    for setter, name in profiles:
        by_id[setter.policy.id] |= 1 << setter.number
        by_name[name] |= 1 << setter.number
    return {setter.number: by_id[setter.policy.id] | by_name[name] for setter, name in profiles}


def _named(setters: Iterable[Setter]) -> Mapping[int, int]:
    """By number, the first policy of the same channel and name: of pairs with the same names the last one counts."""
    first: dict[tuple[Channel, str], int] = {}
    return {s.number: first.setdefault((s.policy.channel, s.policy.name), s.number) for s in setters}
