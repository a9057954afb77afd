"""Whom Intune profiles go to, as their assignments say it (semantics 4.4): what has no effect, or another one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from policylint.checks.assigned import is_unassigned, members
from policylint.checks.found import Found, Spot, listed, quoted
from policylint.estate import Estate
from policylint.findings import Confidence
from policylint.model import Assignment, Channel, Policy

_VIRTUAL = {"all-devices": "all devices", "all-users": "all users"}
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def _assigned(estate: Estate) -> Iterator[tuple[Policy, tuple[Assignment, ...]]]:
    for policy in estate.policies:
        if policy.channel is Channel.MDM and policy.assignments:
            yield policy, policy.assignments


def _found(policy: Policy, text: str, fix: str, about: str = "", confidence: Confidence = "certain") -> Found:
    """A finding about a profile. `about` tells it from others about the same one."""
    name = quoted([policy.name])
    return Found(
        f"{name} {text}", (Spot(policy.evidence, policy),), about or None, help=f"{fix} {name}", confidence=confidence
    )


def _name(assignment: Assignment, estate: Estate) -> str:
    if assignment.target in _VIRTUAL:
        return _VIRTUAL[assignment.target]
    group = assignment.group or "another target"
    return quoted([next((known.name for known in estate.groups_named.get(group.casefold(), ())), group)])


def _key(assignment: Assignment) -> tuple[str, str]:
    return assignment.target, (assignment.group or "").casefold()


def mixed_exclusion(estate: Estate) -> Iterator[Found]:
    """Devices are taken out of what goes to users, or users out of what goes to devices (IN013, I-ASG-MIXED)."""
    for policy, assignments in _assigned(estate):
        kinds = {members(a, estate) for a in assignments if not a.exclude}
        for excluded in (a for a in assignments if a.exclude):
            kind = members(excluded, estate)
            if kind is None or None in kinds or kind in kinds or not kinds:
                continue
            told = listed(_name(a, estate) for a in assignments if not a.exclude)
            other = "devices" if kind == "users" else "users"
            yield _found(
                policy,
                f"goes to {other} ({told}) and takes out {kind} ({_name(excluded, estate)}): Intune does not relate "
                "users to devices, so nobody is taken out",
                f"take {other} out, or use a filter, in",
                f"graph:exclusion/{_key(excluded)[1]}",
            )


def included_and_excluded(estate: Estate) -> Iterator[Found]:
    """One group is both included and excluded; the exclusion counts (IN014, I-ASG-EXCL)."""
    for policy, assignments in _assigned(estate):
        taken = {_key(a): a for a in assignments if a.exclude}
        for key, excluded in taken.items():
            if any(_key(a) == key for a in assignments if not a.exclude):
                name = _name(excluded, estate)
                yield _found(
                    policy,
                    f"goes to {name} and takes {name} out: the exclusion counts, and {name} does not get the profile",
                    f"remove one of the two assignments of {name} from",
                    f"graph:group/{key[1] or key[0]}",
                )


def unassigned(estate: Estate) -> Iterator[Found]:
    """A profile goes to nobody, in an export that shows whom others go to (IN015, I-ASG-NONE)."""
    for policy in estate.policies if any(policy.assignments for policy in estate.policies) else ():
        if policy.channel is Channel.MDM and policy.kind not in ("enrolment", "script") and is_unassigned(policy):
            told = "only takes groups out, and goes to nobody" if policy.assignments else "is assigned to nobody"
            yield _found(policy, f"{told}: it has no effect", "assign, or delete,")


def both_filter_modes(estate: Estate) -> Iterator[Found]:
    """One profile is assigned with filters that include and filters that exclude (IN016, I-FILTER)."""
    for policy, assignments in _assigned(estate):
        modes = {
            mode: dict.fromkeys(a.filter for a in assignments if a.filter_mode == mode and a.filter) for mode in _MODES
        }
        if all(modes.values()):
            yield _found(
                policy,
                f"is assigned with filters that exclude ({quoted(modes['exclude'])}) and filters that include "
                f"({quoted(modes['include'])}): where both reach a device, the one that excludes decides alone",
                "use filters of one mode in",
            )
        known = {entry.name.casefold() for entry in estate.topology.filter}
        for name in dict.fromkeys(a.filter for a in assignments if a.filter):
            if _GUID.fullmatch(name) and name.casefold() not in known:
                found = _found(
                    policy,
                    f"is assigned with the filter {name}, which the export does not carry: whom it lets through stays "
                    "open",
                    "export assignment filters beside",
                    f"graph:filter/{name}",
                )
                yield Found(found.message, found.spots, found.setting, severity="note", help=found.help)


_MODES = ("exclude", "include")


def old_kind(estate: Estate) -> Iterator[Found]:
    """A profile made from an endpoint security or baseline template of the old format (IN021)."""
    for policy in estate.policies:
        if policy.kind == "intent" and not is_unassigned(policy):
            yield _found(
                policy,
                "was made from an endpoint security or baseline template of the old format: new profiles, and new "
                "settings, have the format of the settings catalog",
                "make a profile of the new format in place of",
            )


def no_declared_version(estate: Estate) -> Iterator[Found]:
    """An applicability rule leaves out the Windows of every target whose build is told (IN027, I-APPLICABILITY)."""
    builds = [build for target in estate.topology.target if (build := target.facts.os_build)]
    for policy in estate.policies if builds else ():
        rule = policy.os_versions
        if rule is not None and all(rule.admits(build) is False for build in builds):
            versions = f"{rule.first or 'any version'} to {rule.last or 'any later one'}"
            yield _found(
                policy,
                f"applies to no target whose build is told: it is {'not ' if rule.exclude else ''}for Windows "
                f"{versions}",
                "correct the versions in the applicability rule of",
            )
