"""Intune against Intune: profiles that set one setting differently, or twice (semantics 4.1, 4.3).

Intune promises no winner between two configuration profiles: it shows a conflict, and a device keeps what it has. What
Intune merges entry by entry is no conflict. Findings are one a pair of profiles.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Literal, NamedTuple

from policylint.checks.found import Found
from policylint.checks.meetings import Meeting, meetings
from policylint.checks.overlap import Overlap
from policylint.checks.setters import Bits, shared
from policylint.checks.touching import counted, found, names_of
from policylint.estate import Estate

ACCUMULATING = (
    r"hklm\software\policies\microsoft\windows defender\exclusions" + "\\",
    r"hklm\software\policies\microsoft\windows\deviceinstall\restrictions\allow",
    r"hklm\software\policies\microsoft\windows\deviceinstall\restrictions\deny",
    r"hklm\software\policies\microsoft\windowsfirewall\firewallrules!",
    "device_vendor_msft_firewall_mdmstore_firewallrules_",
    "device_vendor_msft_firewall_mdmstore_dynamickeywords_",
    "device_vendor_msft_defender_configuration_devicecontrol_",
    "secedit:group membership/",
)
"""Lists whose entries Intune delivers from all profiles (I-MERGE): two that differ are two entries."""

RINGS = (
    r"hklm\software\policies\microsoft\windows\windowsupdate",
    "device_vendor_msft_policy_config_update_",
    r"hklm\software\policies\microsoft\windows defender!enginering",
    r"hklm\software\policies\microsoft\windows defender!platformring",
    r"hklm\software\policies\microsoft\windows defender!signaturesring",
    "device_vendor_msft_defender_configuration_engineupdateschannel",
    "device_vendor_msft_defender_configuration_platformupdateschannel",
    "device_vendor_msft_defender_configuration_securityintelligenceupdateschannel",
    "graph:windowsupdateforbusinessconfiguration/",
    "graph:windowsfeatureupdateprofile/",
    "graph:windowsqualityupdateprofile/",
)
"""What profiles of different update rings set differently on purpose."""

RULE_BY_RULE = r"hklm\software\policies\microsoft\windows defender\windows defender exploit guard\asr\rules!"


class _Pair(NamedTuple):
    """Two profiles that configure and may reach one target."""

    meeting: Meeting
    settings: Bits
    """What they set differently."""
    overlap: Overlap


Sort = Literal["custom", "alike", "of one role", "of two roles"]
"""What a pair is about: a custom profile, settings that both set alike, or settings that they set differently."""


def _pairs(estate: Estate, sort: Sort) -> Sequence[_Pair]:
    """The pairs of a sort."""
    return estate.once(_sorted_pairs)[sort]


def _sorted_pairs(estate: Estate) -> Mapping[Sort, Sequence[_Pair]]:
    """Compliance policies only measure, and are left out."""
    found: Mapping[Sort, list[_Pair]] = {"custom": [], "alike": [], "of one role": [], "of two roles": []}
    apart = ~shared(estate).beginning(ACCUMULATING)
    for meeting in meetings(estate):
        if meeting.across or meeting.mine.kind == "compliance" or meeting.theirs.kind == "compliance":
            continue
        both = meeting.both
        overlap = meeting.overlap(both)
        if overlap != "never":
            differing = meeting.differing_among(both) & apart
            found[_sort(meeting, differing)].append(_Pair(meeting, differing, overlap))
    return found


def _sort(meeting: Meeting, differing: Bits) -> Sort:
    mine, theirs = meeting.mine, meeting.theirs
    if mine.kind == "custom" or theirs.kind == "custom":
        return "custom"
    if not differing:
        return "alike"
    one_role = _role(mine.kind, mine.made_from) == _role(theirs.kind, theirs.made_from)
    return "of one role" if one_role else "of two roles"


@cache
def _role(kind: str, made_from: str) -> str:
    """What a profile was made as: all of them have equal precedence (I-SEC-BASE)."""
    family = made_from.casefold()
    if family == "baseline":
        return "security baseline"
    if kind == "intent" or family.startswith("endpointsecurity"):
        return "endpoint security policy"
    return "configuration profile"


def _rings(estate: Estate) -> Bits:
    """Update rings are made to differ, and to reach different devices."""
    return shared(estate).beginning(RINGS)


def certain_conflicts(estate: Estate) -> Iterator[Found]:
    """Two profiles of one sort that surely reach one device differ (IN009)."""
    told = "reach the same devices and"
    for pair in _pairs(estate, "of one role"):
        if pair.overlap == "certain":
            yield _conflict(pair, told, estate)


def possible_conflicts(estate: Estate) -> Iterator[Found]:
    """Two profiles of one sort that may reach one device differ (IN010)."""
    told, beside_rings = "may reach the same devices, and they", ~_rings(estate)
    for pair in _pairs(estate, "of one role"):
        if pair.overlap == "possible" and pair.settings & beside_rings:
            yield _conflict(pair, told, estate)


def _conflict(pair: _Pair, told: str, estate: Estate) -> Found:
    meeting, settings, overlap = pair
    those = meeting.ordered(settings)
    both, what = _both(meeting), counted(names_of(meeting, those, estate))
    message = f"{both} {told} set {what} differently: {_outcome(settings, estate)}"
    return found(meeting, those, overlap, estate, message, _help(both, overlap))


def _both(meeting: Meeting) -> str:
    return f'"{meeting.mine.name}" and "{meeting.theirs.name}"'


def _help(both: str, overlap: Overlap) -> str:
    if overlap == "certain":
        return f"keep each setting in one of {both}, or take a group out of one of them"
    return f"make sure that no device or user gets both {both}, or keep each setting in one of them"


def _outcome(settings: Bits, estate: Estate) -> str:
    """What becomes of the setting (I-CONF-CONF, I-MERGE)."""
    if not settings & ~estate.once(_rule_by_rule):
        return "Intune sends neither value of these rules"
    return "Intune reports a conflict and promises no winner"


def _rule_by_rule(estate: Estate) -> Bits:
    return shared(estate).beginning((RULE_BY_RULE,))


def roles_differ(estate: Estate) -> Iterator[Found]:
    """A baseline, an endpoint security policy and a configuration profile say different things (IN011)."""
    for meeting, settings, overlap in _pairs(estate, "of two roles"):
        a, b = meeting.mine, meeting.theirs
        mine, theirs = _role(a.kind, a.made_from), _role(b.kind, b.made_from)
        those = meeting.ordered(settings)
        message = (
            f'The {mine} "{meeting.mine.name}" and the {theirs} "{meeting.theirs.name}" set '
            f"{counted(names_of(meeting, those, estate))} differently: neither sort goes before the other, "
            f"and {_outcome(settings, estate)}"
        )
        help = _help(_both(meeting), overlap)
        yield found(meeting, those, overlap, estate, message, help, "error" if overlap == "certain" else None)


def custom_beside_others(estate: Estate) -> Iterator[Found]:
    """A custom profile sets what another profile sets; the portal compares neither (IN012, I-CUSTOM)."""
    apart = ~shared(estate).beginning(ACCUMULATING)
    for meeting, differing, overlap in _pairs(estate, "custom"):
        custom, other = meeting.mine, meeting.theirs
        if custom.kind != "custom":
            custom, other = other, custom
        those = meeting.ordered(differing or meeting.both & apart)
        if not those or not (differing or overlap == "certain" or not _told(meeting)):
            continue
        also = "the custom profile" if other.kind == "custom" else "the profile"
        end = (
            "differently: Intune does not compare OMA-URIs, so the portal shows no conflict and no winner is promised"
            if differing
            else "as well, alike: one of the two is enough"
        )
        message = (
            f'The custom profile "{custom.name}" sets {counted(names_of(meeting, those, estate))} that {also} '
            f'"{other.name}" sets {end}'
        )
        help = f'remove the OMA-URIs that "{other.name}" covers from "{custom.name}"'
        yield found(meeting, those, overlap, estate, message, help, None if differing else "note")


def _told(meeting: Meeting) -> bool:
    """Whether equal values may well be for different devices: both tell their groups, or are profiles of one kind."""
    mine, theirs = meeting.mine, meeting.theirs
    return mine.kind == theirs.kind or None not in (mine.assignments, theirs.assignments)


def duplicates(estate: Estate) -> Iterator[Found]:
    """Two profiles that surely reach one device set the same settings to the same values (IN008)."""
    for meeting, _, overlap in _pairs(estate, "alike"):
        if overlap == "certain":
            those, both = meeting.ordered(meeting.both), _both(meeting)
            message = (
                f"{both} reach the same devices and set {counted(names_of(meeting, those, estate))} alike: "
                "whoever changes one of them makes a conflict"
            )
            yield found(meeting, those, overlap, estate, message, f"keep each setting in one of {both}")
