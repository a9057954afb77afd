"""Intune against Intune: profiles that set one setting differently, or twice (semantics 4.1, 4.3).

Intune promises no winner between two configuration profiles: it shows a conflict, and a device keeps what it has. What
Intune merges entry by entry is no conflict. Findings are one a pair of profiles.
"""

from __future__ import annotations

from collections.abc import Iterator

from policylint.checks.found import Found, quoted
from policylint.checks.meetings import Meeting, meetings
from policylint.checks.setters import Touch
from policylint.checks.touching import counted, found, names_of
from policylint.estate import Estate
from policylint.model import Policy

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


Pairs = tuple[tuple[Meeting, tuple[Touch, ...]], ...]


def _pairs(estate: Estate) -> Pairs:
    """Two profiles that configure and may reach one target, with what they set differently."""
    return estate.once(_found_pairs)


def _found_pairs(estate: Estate) -> Pairs:
    """Compliance policies only measure, and are left out."""
    return tuple(
        (meeting, tuple([t for t in meeting.differing if not t.mine.setting.key.startswith(ACCUMULATING)]))
        for meeting in meetings(estate)
        if not meeting.across
        and "compliance" not in (meeting.mine.kind, meeting.theirs.kind)
        and meeting.overlap(estate) != "never"
    )


def _custom(meeting: Meeting) -> bool:
    return "custom" in (meeting.mine.kind, meeting.theirs.kind)


def _role(policy: Policy) -> str:
    """What a profile was made as: all of them have equal precedence (I-SEC-BASE)."""
    if policy.made_from.casefold() == "baseline":
        return "security baseline"
    if policy.kind == "intent" or policy.made_from.casefold().startswith("endpointsecurity"):
        return "endpoint security policy"
    return "configuration profile"


def _rings(touches: tuple[Touch, ...]) -> bool:
    """Update rings are made to differ, and to reach different devices."""
    return all(touch.mine.setting.key.startswith(RINGS) for touch in touches)


def certain_conflicts(estate: Estate) -> Iterator[Found]:
    """Two profiles of one sort that surely reach one device differ (IN009)."""
    yield from _conflicts(estate, "certain")


def possible_conflicts(estate: Estate) -> Iterator[Found]:
    """Two profiles of one sort that may reach one device differ (IN010)."""
    yield from _conflicts(estate, "possible")


def _conflicts(estate: Estate, wanted: str) -> Iterator[Found]:
    for meeting, touches in _pairs(estate):
        if not touches or _custom(meeting) or _role(meeting.mine) != _role(meeting.theirs):
            continue
        if meeting.overlap(estate, touches) != wanted or (wanted == "possible" and _rings(touches)):
            continue
        both = quoted([meeting.mine.name, meeting.theirs.name])
        what = counted(names_of(meeting, touches, estate))
        told = "reach the same devices and" if wanted == "certain" else "may reach the same devices, and they"
        message = f"{both} {told} set {what} differently: {_outcome(touches)}"
        yield from found(meeting, touches, estate, message, _help(meeting, wanted))


def _help(meeting: Meeting, overlap: str) -> str:
    both = quoted([meeting.mine.name, meeting.theirs.name])
    if overlap == "certain":
        return f"keep each setting in one of {both}, or take a group out of one of them"
    return f"make sure that no device or user gets both {both}, or keep each setting in one of them"


def _outcome(touches: tuple[Touch, ...]) -> str:
    """What becomes of the setting (I-CONF-CONF, I-MERGE)."""
    if all(touch.mine.setting.key.startswith(RULE_BY_RULE) for touch in touches):
        return "Intune sends neither value of these rules"
    return "Intune reports a conflict and promises no winner"


def roles_differ(estate: Estate) -> Iterator[Found]:
    """A baseline, an endpoint security policy and a configuration profile say different things (IN011)."""
    for meeting, touches in _pairs(estate):
        mine, theirs = _role(meeting.mine), _role(meeting.theirs)
        if not touches or _custom(meeting) or mine == theirs:
            continue
        overlap = meeting.overlap(estate, touches)
        message = (
            f'The {mine} "{meeting.mine.name}" and the {theirs} "{meeting.theirs.name}" set '
            f"{counted(names_of(meeting, touches, estate))} differently: neither sort goes before the other, "
            f"and {_outcome(touches)}"
        )
        severity = "error" if overlap == "certain" else None
        yield from found(meeting, touches, estate, message, _help(meeting, overlap), severity)  # type: ignore[arg-type]


def custom_beside_others(estate: Estate) -> Iterator[Found]:
    """A custom profile sets what another profile sets; the portal compares neither (IN012, I-CUSTOM)."""
    for meeting, touches in _pairs(estate):
        if not _custom(meeting):
            continue
        custom, other = meeting.mine, meeting.theirs
        if custom.kind != "custom":
            custom, other = other, custom
        conflict = bool(touches)
        if not conflict and _elsewhere(meeting, estate):
            continue
        shared = touches or tuple(t for t in meeting.touches if not t.mine.setting.key.startswith(ACCUMULATING))
        also = "the custom profile" if other.kind == "custom" else "the profile"
        end = (
            "differently: Intune does not compare OMA-URIs, so the portal shows no conflict and no winner is promised"
            if conflict
            else "as well, alike: one of the two is enough"
        )
        message = (
            f'The custom profile "{custom.name}" sets {counted(names_of(meeting, shared, estate))} that {also} '
            f'"{other.name}" sets {end}'
        )
        help = f'remove the OMA-URIs that "{other.name}" covers from "{custom.name}"'
        yield from found(meeting, shared, estate, message, help, None if conflict else "note")


def _elsewhere(meeting: Meeting, estate: Estate) -> bool:
    """Whether equal values may well be for different devices: both tell their groups, or are profiles of one kind."""
    told = meeting.mine.kind == meeting.theirs.kind or None not in (
        meeting.mine.assignments,
        meeting.theirs.assignments,
    )
    return told and meeting.overlap(estate) != "certain"


def duplicates(estate: Estate) -> Iterator[Found]:
    """Two profiles that surely reach one device set the same settings to the same values (IN008)."""
    for meeting, touches in _pairs(estate):
        if touches or _custom(meeting) or meeting.overlap(estate) != "certain":
            continue
        both = quoted([meeting.mine.name, meeting.theirs.name])
        message = (
            f"{both} reach the same devices and set {counted(names_of(meeting, meeting.touches, estate))} alike: "
            "whoever changes one of them makes a conflict"
        )
        yield from found(meeting, meeting.touches, estate, message, f"keep each setting in one of {both}")
