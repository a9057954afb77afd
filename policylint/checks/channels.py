"""Group Policy against Intune: one finding for each GPO and profile that set the same things differently.

Who wins is the law between the channels (`families.channels`, `families.mdm_wins`), asked setting by setting; these
checks only tell it. Windows Hello has rules of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from policylint.checks.assigned import is_unassigned
from policylint.checks.found import Found
from policylint.checks.meetings import Meeting, meetings
from policylint.checks.named import Named
from policylint.checks.overlap import Overlap, overlaps
from policylint.checks.setters import Bits, numbers, shared
from policylint.checks.touching import counted, found, names_of
from policylint.claimed import Written, claimed
from policylint.estate import Estate
from policylint.families.channels import Family, family_of
from policylint.families.mdm_wins import SWITCH, Cover, cover, cover_of, texts_of, together
from policylint.families.product_keys import FIREWALL_RULES
from policylint.lowering.products import number
from policylint.model import Channel, Claim, Policy, Scope, csp

_SWITCH = csp(SWITCH).key
_OWN = ("M-LAPS", "M-DEF-CHAIN", "M-DEF-EXCL", "M-CHROME", "M-EDGE")
"""Families with rules of their own."""

Switches = tuple[tuple[Policy, Claim], ...]


def switches(estate: Estate) -> Switches:
    """The profiles that set MDMWinsOverGP, and may reach a device."""
    return estate.once(_switches)


def _switches(estate: Estate) -> Switches:
    return tuple(
        (policy, claim)
        for policy, claim in claimed(estate).on((_SWITCH,))
        if policy.channel is Channel.MDM and not is_unassigned(policy) and claim.scope is Scope.DEVICE
    )


def turned_on(estate: Estate) -> list[Policy]:
    """The profiles that turn MDMWinsOverGP on."""
    return estate.once(_turned_on)


def _turned_on(estate: Estate) -> list[Policy]:
    return [policy for policy, claim in switches(estate) if number(claim.value) == 1]


def switch_reaches(profile: Policy, estate: Estate) -> Overlap:
    """Whether MDMWinsOverGP is on where the profile arrives."""
    known = estate.once(_switched)
    found = known.get(id(profile))
    if found is None:
        found = known[id(profile)] = _switch_reaches(profile, estate)
    return found


def _switched(_: Estate) -> dict[int, Overlap]:
    """By the identity of the profile."""
    return {}


def _switch_reaches(profile: Policy, estate: Estate) -> Overlap:
    of = overlaps(estate).of
    found = {"certain" if on is profile else of(on, profile, Scope.DEVICE) for on in turned_on(estate)}
    return "certain" if "certain" in found else "possible" if "possible" in found else "never"


class Pair(NamedTuple):
    """A GPO and a profile that may reach one target."""

    meeting: Meeting
    settings: Bits
    """What they set differently."""
    overlap: Overlap


def across(estate: Estate) -> Sequence[Pair]:
    """Each GPO and profile that may reach one target, with what they set differently."""
    return estate.once(_across)


def _across(estate: Estate) -> Sequence[Pair]:
    found = []
    for meeting in meetings(estate):
        settings = meeting.differing if meeting.across else 0
        if settings and (overlap := meeting.overlap(settings)) != "never":
            found.append(Pair(meeting, settings, overlap))
    return found


def narrowed(pair: Pair, settings: Bits) -> Pair:
    """The pair with some of its settings."""
    if settings == pair.settings:
        return pair
    return Pair(pair.meeting, settings, pair.meeting.overlap(settings))


Covered = Mapping[Cover, Bits]
"""The settings of a profile, by whether MDMWinsOverGP reaches them."""


def covered(estate: Estate) -> Sequence[tuple[Pair, Covered]]:
    """The same pairs, with whether MDMWinsOverGP reaches what the profile sets; none where nothing turns it on."""
    return estate.once(_covered)


def _covered(estate: Estate) -> Sequence[tuple[Pair, Covered]]:
    pairs = across(estate) if turned_on(estate) else ()
    asked: dict[int, tuple[Pair, Bits]] = {}
    for pair in pairs:
        profile, settings = id(pair.meeting.mine), pair.settings & ~pair.meeting.several
        asked[profile] = pair, settings | (asked[profile][1] if profile in asked else 0)
    covers = _Covers(estate)
    found = {profile: covers.of(pair.meeting, settings, {}) for profile, (pair, settings) in asked.items()}
    return [
        (pair, covers.of(pair.meeting, several, found[id(pair.meeting.mine)]))
        if (several := pair.settings & pair.meeting.several)
        else (pair, found[id(pair.meeting.mine)])
        for pair in pairs
    ]


class _Covers:
    """Whether MDMWinsOverGP reaches settings: asked once for all claims that name a node in the same way."""

    def __init__(self, estate: Estate) -> None:
        self._written, self._nodes = estate.once(Written), estate.once(Named)
        self._known: dict[str, Cover] = {}
        """By the node."""

    def of(self, meeting: Meeting, settings: Bits, others: Covered) -> Covered:
        """What the profile of a pair sets, by whether it is reached; beside what is known of others."""
        found, those = dict(others), numbers(settings)
        for n, claim in zip(those, meeting.claims(those), strict=True):
            reached = self._cover(claim, meeting.mine)
            found[reached] = found.get(reached, 0) | 1 << n
        return found

    def _cover(self, claim: Claim, profile: Policy) -> Cover:
        if claim.scope is Scope.USER or profile.kind == "administrative-template":
            return cover(claim, profile)
        if node := self._nodes.by(claim):
            return self._of(node)
        texts = texts_of(claim, self._written.of(profile, claim.origin))  # only the profile tells
        return together([self._of(node) for text in texts if (node := self._nodes.of(text))])

    def _of(self, node: str) -> Cover:
        known = self._known.get(node)
        if known is None:
            known = self._known[node] = cover_of(node)
        return known


def switched(estate: Estate) -> Sequence[tuple[Pair, Covered]]:
    """Those of which MDMWinsOverGP may be on where the profile arrives."""
    return estate.once(_switched_pairs)


def _switched_pairs(estate: Estate) -> Sequence[tuple[Pair, Covered]]:
    return [told for told in covered(estate) if switch_reaches(told[0].meeting.mine, estate) != "never"]


Families = Mapping[Family, Bits]


def families(estate: Estate) -> Families:
    """The settings that policies share, by family."""
    return estate.once(_families)


def _families(estate: Estate) -> Families:
    found: dict[int, tuple[Family, Bits]] = {}
    for n, key in enumerate(shared(estate).keys):
        family = family_of(key)
        found[id(family)] = family, (found[id(family)][1] if id(family) in found else 0) | 1 << n
    return dict(found.values())


def of_rules(rules: Iterable[str], estate: Estate) -> Bits:
    """The settings of the families that have these rules."""
    found = 0
    for family, settings in families(estate).items():
        found |= settings if family.rule in rules else 0
    return found


def list_entries(estate: Estate) -> Bits:
    """The entries of lists that take entries from everywhere: firewall rules have PR040."""
    return shared(estate).beginning(FIREWALL_RULES)


def both(meeting: Meeting) -> str:
    """The two policies, as messages begin."""
    return f'The GPO "{meeting.theirs.name}" and the Intune profile "{meeting.mine.name}"'


def _undisputed(estate: Estate, wanted: Bits) -> Iterator[Pair]:
    """Pairs with what MDMWinsOverGP does not settle, since nothing turns it on there, of the settings wanted."""
    chosen = wanted & ~list_entries(estate)
    for pair in estate.once(_without_switch):
        if settings := pair.settings & chosen:
            yield narrowed(pair, settings)


def _without_switch(estate: Estate) -> Sequence[Pair]:
    return [pair for pair in across(estate) if switch_reaches(pair.meeting.mine, estate) == "never"]


def set_in_both(estate: Estate) -> Iterator[Found]:
    """A GPO and a profile differ, and nothing lets MDM win (PR023)."""
    won, open_ = _won(estate), _open(estate)
    for meeting, settings, overlap in _undisputed(estate, ~of_rules(_OWN, estate)):
        if overlap == "never":
            continue
        those = meeting.ordered(settings)
        winner = _WON if not settings & ~won else _NOBODY if settings & open_ else _USED_TO_WIN
        message = f"{both(meeting)} set {counted(names_of(meeting, those, estate))} differently: {winner}"
        help = (
            f'keep each setting in one of "{meeting.theirs.name}" and "{meeting.mine.name}", or turn MDMWinsOverGP on'
        )
        yield found(meeting, those, overlap, estate, message, help)


_WON = "Group Policy wins"
_NOBODY = "no document names the winner"
_USED_TO_WIN = "Group Policy used to win, and Microsoft now promises no winner while MDMWinsOverGP is off"


def _won(estate: Estate) -> Bits:
    """The settings that Group Policy wins, whatever else holds."""
    return sum(bits for family, bits in families(estate).items() if family.winner == "gpo" and not family.open)


def _open(estate: Estate) -> Bits:
    """The settings that have no winner."""
    return sum(bits for family, bits in families(estate).items() if family.winner == "nobody")


def defender_in_both(estate: Estate) -> Iterator[Found]:
    """Defender is set in a GPO and a profile, and the GPO stands first (PR045, M-DEF-CHAIN, M-DEF-TAMPER)."""
    shielded = sum(bits for family, bits in families(estate).items() if family.open)
    for meeting, settings, overlap in _undisputed(estate, of_rules(("M-DEF-CHAIN",), estate)):
        if overlap == "never":
            continue
        those = meeting.ordered(settings)
        what = counted(names_of(meeting, those, estate))
        end = ", but for what tamper protection shields" if settings & shielded else ""
        message = f"{both(meeting)} set {what} of Defender differently: Defender takes the GPO's values{end}"
        help = f'remove these settings from "{meeting.theirs.name}"'
        yield found(meeting, those, overlap, estate, message, help)


def browser_in_both(estate: Estate) -> Iterator[Found]:
    """Chrome or Edge is set in a GPO and a profile: both write one registry value (PR049, M-CHROME, M-EDGE)."""
    chrome, edge = of_rules(("M-CHROME",), estate), of_rules(("M-EDGE",), estate)
    for meeting, settings, overlap in _undisputed(estate, chrome | edge):
        if overlap == "never":
            continue
        those = meeting.ordered(settings)
        browsers = " and ".join(name for name, bits in (("Chrome", chrome), ("Edge", edge)) if settings & bits)
        message = (
            f"{both(meeting)} set {counted(names_of(meeting, those, estate))} of {browsers} differently: both write "
            "the same registry values, and what was written last is read"
        )
        help = f'keep {browsers} in one of "{meeting.theirs.name}" and "{meeting.mine.name}"'
        yield found(meeting, those, overlap, estate, message, help)
