"""Which pairs of policies set the same settings, where at least one of them is Intune's.

Settings are indexed first, so that only pairs with something in common are looked at. Profiles that are not assigned,
sides of GPOs that are disabled and objects that only count at enrolment meet nobody, nor do copies: one profile that is
exported twice has one id, or one name.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product

from policylint.checks.overlap import Overlap, is_unassigned, overlaps
from policylint.estate import Estate
from policylint.families.whfb_settings import BY_ID
from policylint.model import Channel, Claim, Policy, Scope


@dataclass(frozen=True, slots=True)
class Touch:
    """One setting that both policies of a pair set."""

    mine: Claim
    theirs: Claim

    @property
    def equal(self) -> bool:
        """Whether both say the same."""
        return (self.mine.value, self.mine.absent) == (self.theirs.value, self.theirs.absent)


@dataclass(frozen=True, slots=True)
class Meeting:
    """Two policies with what they both set. Of a GPO and an Intune profile, the profile is `mine`."""

    mine: Policy
    theirs: Policy
    touches: tuple[Touch, ...]

    @property
    def across(self) -> bool:
        """Whether it is a GPO that the profile meets."""
        return self.theirs.channel is Channel.GPO

    def overlap(self, estate: Estate, touches: Sequence[Touch]) -> Overlap:
        """Whether the two reach one target with these settings: by the side that is surest."""
        found = {overlaps(estate).of(self.mine, self.theirs, touch.mine.scope) for touch in touches}
        return "certain" if "certain" in found else "possible" if "possible" in found else "never"


CROWD = 60
"""So many policies that set one thing are held against each other in pairs; nobody reads the pairs of more."""

At = tuple[str, Scope]
Claims = list[tuple[int, Claim]]


def meetings(estate: Estate) -> tuple[Meeting, ...]:
    """Every pair of the estate that sets one setting, in the order of its policies."""
    return estate.once(_meetings)


def _meetings(estate: Estate) -> tuple[Meeting, ...]:
    found: dict[tuple[int, int], list[Touch]] = {}
    profiles = _by_setting(estate, Channel.MDM)
    for claims in profiles.values():
        for (first, one), (second, other) in _pairs(claims):
            if first != second:
                found.setdefault((first, second), []).append(Touch(one, other))
    for at, claims in _by_setting(estate, Channel.GPO, profiles).items():
        for (mine, one), (theirs, other) in product(profiles[at], claims):
            found.setdefault((mine, theirs), []).append(Touch(one, other))
    made = (
        Meeting(estate.policies[mine], estate.policies[theirs], tuple(_settled(touches)))
        for (mine, theirs), touches in sorted(found.items())
        if not _copies(estate.policies[mine], estate.policies[theirs])
    )
    return tuple({(m.theirs.channel, m.mine.name, m.theirs.name): m for m in made}.values())


def _pairs(claims: Claims) -> Iterator[tuple[tuple[int, Claim], tuple[int, Claim]]]:
    """Everybody with everybody; in a crowd everybody with the first that says each thing, so that cost stays linear."""
    if len(claims) <= CROWD:
        yield from combinations(claims, 2)
        return
    firsts = {(claim.value, claim.absent): (number, claim) for number, claim in reversed(claims)}
    for one in claims:
        yield from ((min(one, other, key=_number), max(one, other, key=_number)) for other in firsts.values())


def _number(claim: tuple[int, Claim]) -> int:
    return claim[0]


def _by_setting(estate: Estate, channel: Channel, among: Container[At] | None = None) -> Mapping[At, Claims]:
    """The claims of everything of a channel that can reach a target, by setting. Windows Hello has its own rules."""
    found: dict[At, Claims] = {}
    for number, policy in enumerate(estate.policies):
        if policy.channel is not channel or policy.kind == "enrolment" or is_unassigned(policy):
            continue
        for claim in policy.claims:
            at = claim.setting.key, claim.scope
            if (among is None or at in among) and claim.scope not in policy.disabled_sides and at[0] not in BY_ID:
                found.setdefault(at, []).append((number, claim))
    return found


def _settled(touches: Sequence[Touch]) -> Iterator[Touch]:
    """One touch a setting: the one that differs where a policy says several things, since no order is promised."""
    by_setting: dict[At, Touch] = {}
    for touch in touches:
        at = touch.mine.setting.key, touch.mine.scope
        if at not in by_setting or (by_setting[at].equal and not touch.equal):
            by_setting[at] = touch
    yield from by_setting.values()


def _copies(a: Policy, b: Policy) -> bool:
    """Whether two exports are of one policy."""
    return a.channel is b.channel and (a.id == b.id or a.name.casefold() == b.name.casefold())
