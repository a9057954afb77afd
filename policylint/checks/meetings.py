"""Which pairs of policies set the same settings, where at least one of them is Intune's.

The settings are numbered first (`setters`); what two policies have in common, and what they set differently, are then
questions about sets of numbers. Profiles that are not assigned, sides of GPOs that are disabled and objects that only
count at enrolment meet nobody, nor do copies: one profile that is exported twice has one id, or one name.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policylint.checks.overlap import Overlap, overlaps
from policylint.checks.setters import Crowd, Setter, Shared, Touch, settled, shared
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
        crowds, crowded = self._settings.crowds, self._crowded
        both = self._mine.claims.keys() & self._theirs.claims.keys()
        if self.across:
            return tuple(map(self._touch, sorted(both, key=self._settings.among_gpos.__getitem__)))
        met = sorted([*(n for n in both if n not in crowds), *crowded] if crowds else both)
        return tuple(crowded.get(n) or self._touch(n) for n in met)

    def _touch(self, setting: int) -> Touch:
        mine, theirs = self._mine, self._theirs
        if setting in mine.several or setting in theirs.several:
            return settled([Touch(one, other) for one in mine.all(setting) for other in theirs.all(setting)])
        return Touch(mine.claims[setting], theirs.claims[setting])

    @property
    def differing(self) -> tuple[Touch, ...]:
        """What the two set to different values, in whatever type each of them writes it."""
        return tuple(self._settings.differing.get((self._mine.number, self._theirs.number), ()))

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
