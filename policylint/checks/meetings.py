"""Which pairs of policies set the same settings, where at least one of them is Intune's.

The settings are numbered first (`setters`); what two policies have in common, and what they set differently, are then
questions about sets of numbers. Profiles that are not assigned, sides of GPOs that are disabled and objects that only
count at enrolment meet nobody, nor do copies: one profile that is exported twice has one id, or one name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from policylint.checks.overlap import Overlap, overlaps
from policylint.checks.setters import Crowd, Setter, Shared, Touch, same, settled, shared
from policylint.estate import Estate
from policylint.model import Channel, Scope

_DEVICE = Scope.DEVICE
_SCOPES = tuple(Scope)


class Meeting:
    """Two policies with what they both set. Of a GPO and an Intune profile, the profile is `mine`."""

    __slots__ = ("_crowded", "_mine", "_settings", "_theirs", "across", "mine", "theirs")

    def __init__(self, mine: Setter, theirs: Setter, settings: Shared, crowded: Crowd) -> None:
        self._mine, self._theirs, self._settings, self._crowded = mine, theirs, settings, crowded
        self.mine, self.theirs = mine.policy, theirs.policy
        self.across = theirs.policy.channel is Channel.GPO
        """Whether it is a GPO that the profile meets."""

    @property
    def touches(self) -> tuple[Touch, ...]:
        """The settings that both set: one touch each, the one that differs where one of them says several things."""
        return tuple(touch for _, touch in self._touches(self._mine.claims.keys() & self._theirs.claims.keys()))

    @property
    def differing(self) -> tuple[Touch, ...]:
        """What the two set to different values, in whatever type each of them writes it."""
        different = self._mine.disputed & self._theirs.disputed
        if different and (alike := self._mine.values & self._theirs.values):
            setting_of = self._settings.setting_of
            different.difference_update([setting_of[value] for value in alike])
        if not different and not self._crowded:
            return ()
        doubtful = self._settings.doubtful
        return tuple(t for n, t in self._touches(different) if n not in doubtful or not same(t.mine, t.theirs))

    def _touches(self, settings: Collection[int]) -> Iterator[tuple[int, Touch]]:
        """The touches on some of the settings, in the order in which Intune's policies first set them, or GPOs do."""
        mine, theirs, crowded = self._mine, self._theirs, self._crowded
        if self.across:
            order = sorted(settings, key=self._settings.among_gpos.__getitem__)
        else:
            crowds = self._settings.crowds
            order = sorted([*(n for n in settings if n not in crowds), *crowded] if crowds else settings)
        for n in order:
            if n in crowded:
                yield n, crowded[n]
            elif n in mine.several or n in theirs.several:
                yield n, settled([Touch(one, other) for one in mine.all(n) for other in theirs.all(n)])
            else:
                yield n, Touch(mine.claims[n], theirs.claims[n])

    def overlap(self, estate: Estate, touches: Sequence[Touch] | None = None) -> Overlap:
        """Whether the two reach one target with these settings, or with all: by the side that is surest."""
        of = overlaps(estate).of
        if touches is None:
            touches = self.touches if self.across else None
        if touches is None or (touches and not self.across):
            return of(self.mine, self.theirs, _DEVICE)  # profiles reach a target as a whole
        told = [touch.mine.scope for touch in touches]
        found = [of(self.mine, self.theirs, scope) for scope in _SCOPES if scope in told]
        return "certain" if "certain" in found else "possible" if "possible" in found else "never"


def meetings(estate: Estate) -> tuple[Meeting, ...]:
    """Every pair of the estate that sets one setting, in the order of its policies."""
    return estate.once(_meetings)


def _meetings(estate: Estate) -> tuple[Meeting, ...]:
    settings = shared(estate)
    found: dict[tuple[bool, str, str], tuple[Setter, Setter]] = {}
    for mine in settings.setters:
        for theirs in _partners(mine, settings):
            if not _copies(mine, theirs):
                found[theirs.is_gpo, mine.policy.name, theirs.policy.name] = mine, theirs
    nobody: Crowd = {}
    crowded = settings.crowded
    return tuple(
        [
            Meeting(mine, theirs, settings, crowded.get((mine.number, theirs.number), nobody))
            for mine, theirs in found.values()
        ]
    )


def _partners(mine: Setter, settings: Shared) -> Iterator[Setter]:
    """The policies that a profile meets: the profiles behind it, and GPOs, in the order of the estate."""
    partners = mine.partners
    behind = mine.number + 1
    left = (partners & settings.gpos) | (partners & ~settings.gpos) >> behind << behind
    while left:
        lowest = left & -left
        left ^= lowest
        yield settings.setters[lowest.bit_length() - 1]


def _copies(a: Setter, b: Setter) -> bool:
    """Whether two exports are of one policy."""
    return a.is_gpo is b.is_gpo and (a.policy.id == b.policy.id or a.name == b.name)
