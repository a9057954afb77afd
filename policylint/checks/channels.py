"""Group Policy against Intune: one finding for each GPO and profile that set the same things differently.

Who wins is the law between the channels (`families.channels`, `families.mdm_wins`), asked setting by setting; these
checks only tell it. Windows Hello has rules of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from policylint.checks.assigned import is_unassigned
from policylint.checks.found import Found
from policylint.checks.meetings import Meeting, meetings
from policylint.checks.overlap import Overlap, overlaps
from policylint.checks.setters import Touch
from policylint.checks.touching import counted, found, names_of
from policylint.estate import Estate
from policylint.families.channels import family_of
from policylint.families.mdm_wins import SWITCH, Cover, cover
from policylint.families.product_keys import FIREWALL_RULES, prefixed
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
        for policy in estate.policies
        if policy.channel is Channel.MDM and not is_unassigned(policy)
        for claim in policy.claims
        if claim.setting.key == _SWITCH and claim.scope is Scope.DEVICE
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


def across(estate: Estate) -> tuple[tuple[Meeting, tuple[Touch, ...]], ...]:
    """Each GPO and profile that may reach one target, with what they set differently."""
    return estate.once(_across)


def _across(estate: Estate) -> tuple[tuple[Meeting, tuple[Touch, ...]], ...]:
    told = ((meeting, meeting.differing) for meeting in meetings(estate) if meeting.across)
    return tuple((m, touches) for m, touches in told if touches and m.overlap(estate, touches) != "never")


Covered = tuple[tuple[Meeting, tuple[tuple[Touch, Cover], ...]], ...]


def covered(estate: Estate) -> Covered:
    """The same pairs, with whether MDMWinsOverGP reaches what the profile sets; none where nothing turns it on."""
    return estate.once(_covered)


def _covered(estate: Estate) -> Covered:
    known: dict[tuple[int, int], Cover] = {}

    def of(policy: Policy, claim: Claim) -> Cover:
        at = id(policy), id(claim)
        if at not in known:
            known[at] = cover(claim, policy)
        return known[at]

    pairs = across(estate) if turned_on(estate) else ()
    return tuple([(m, tuple([(touch, of(m.mine, touch.mine)) for touch in touches])) for m, touches in pairs])


def rule_of(touch: Touch) -> str:
    """The rule of the family that the setting belongs to."""
    return family_of(touch.mine.setting.key).rule


def both(meeting: Meeting) -> str:
    """The two policies, as messages begin."""
    return f'The GPO "{meeting.theirs.name}" and the Intune profile "{meeting.mine.name}"'


def _undisputed(estate: Estate, wanted: Callable[[str], bool]) -> Iterator[tuple[Meeting, tuple[Touch, ...]]]:
    """Pairs with what MDMWinsOverGP does not settle, since nothing turns it on there, of the families wanted."""
    for meeting, touches in estate.once(_without_switch):
        chosen = tuple(t for t in touches if wanted(rule_of(t)) and not prefixed(t.mine.setting.key, FIREWALL_RULES))
        if chosen:
            yield meeting, chosen


def _without_switch(estate: Estate) -> Sequence[tuple[Meeting, tuple[Touch, ...]]]:
    return [(m, touches) for m, touches in across(estate) if switch_reaches(m.mine, estate) == "never"]


def _is_list_entry(touch: Touch) -> bool:
    """Whether the setting is one entry of a list that takes entries from everywhere: firewall rules have PR040."""
    return prefixed(touch.mine.setting.key, FIREWALL_RULES)


def set_in_both(estate: Estate) -> Iterator[Found]:
    """A GPO and a profile differ, and nothing lets MDM win (PR023)."""
    for meeting, touches in _undisputed(estate, lambda rule: rule not in _OWN):
        message = f"{both(meeting)} set {counted(names_of(meeting, touches, estate))} differently: {_winner(touches)}"
        help = (
            f'keep each setting in one of "{meeting.theirs.name}" and "{meeting.mine.name}", or turn MDMWinsOverGP on'
        )
        yield from found(meeting, touches, estate, message, help)


def _winner(touches: Sequence[Touch]) -> str:
    """What the law promises about all of them."""
    families = [family_of(touch.mine.setting.key) for touch in touches]
    if all(family.winner == "gpo" and not family.open for family in families):
        return "Group Policy wins"
    if any(family.winner == "nobody" for family in families):
        return "no document names the winner"
    return "Group Policy used to win, and Microsoft now promises no winner while MDMWinsOverGP is off"


def defender_in_both(estate: Estate) -> Iterator[Found]:
    """Defender is set in a GPO and a profile, and the GPO stands first (PR045, M-DEF-CHAIN, M-DEF-TAMPER)."""
    for meeting, touches in _undisputed(estate, lambda rule: rule == "M-DEF-CHAIN"):
        what = counted(names_of(meeting, touches, estate))
        shielded = any(family_of(touch.mine.setting.key).open for touch in touches)
        end = ", but for what tamper protection shields" if shielded else ""
        message = f"{both(meeting)} set {what} of Defender differently: Defender takes the GPO's values{end}"
        yield from found(meeting, touches, estate, message, f'remove these settings from "{meeting.theirs.name}"')


def browser_in_both(estate: Estate) -> Iterator[Found]:
    """Chrome or Edge is set in a GPO and a profile: both write one registry value (PR049, M-CHROME, M-EDGE)."""
    for meeting, touches in _undisputed(estate, lambda rule: rule in ("M-CHROME", "M-EDGE")):
        browsers = " and ".join(sorted({"Chrome" if rule_of(touch) == "M-CHROME" else "Edge" for touch in touches}))
        message = (
            f"{both(meeting)} set {counted(names_of(meeting, touches, estate))} of {browsers} differently: both write "
            "the same registry values, and what was written last is read"
        )
        help = f'keep {browsers} in one of "{meeting.theirs.name}" and "{meeting.mine.name}"'
        yield from found(meeting, touches, estate, message, help)
