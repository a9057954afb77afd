"""What the assignments of Intune profiles tell: whether two of them meet, and who goes to nobody (semantics 4)."""

from __future__ import annotations

from collections.abc import Iterator

from policylint.checks.arrivals import Meet
from policylint.estate import Estate
from policylint.model import Assignment, Policy


def by_assignments(a: Policy, b: Policy, estate: Estate) -> Meet:
    """What the assignments of two Intune profiles tell.

    Certain: both go to all devices, to all users, or to one group, with the same filter and the same exclusions (what
    one of them takes out, the other takes out too). Never: one is unassigned, or each group that one goes to is taken
    out of the other, or they use one filter in opposite ways. Groups of unknown members are possible, no more.
    """
    if a.assignments is None or b.assignments is None:
        return "never" if is_unassigned(a) or is_unassigned(b) else "possible"
    meeting = [told for x in _includes(a) for y in _includes(b) if (told := _meet(x, a, y, b, estate)) != "never"]
    return "certain" if "certain" in meeting else "possible" if meeting else "never"


def is_unassigned(policy: Policy) -> bool:
    """Whether the export shows that an Intune profile goes to nobody (I-ASG-NONE)."""
    return policy.assignments is not None and all(a.exclude for a in policy.assignments)


def _includes(policy: Policy) -> Iterator[Assignment]:
    return (a for a in policy.assignments or () if not a.exclude)


def _meet(x: Assignment, a: Policy, y: Assignment, b: Policy, estate: Estate) -> Meet:
    """Whether two inclusions reach one device or user."""
    if x.filter and x.filter == y.filter and x.filter_mode != y.filter_mode:
        return "never"
    if _taken_out(x, b, y, estate) or _taken_out(y, a, x, estate):
        return "never"
    alike = (x.filter, x.filter_mode) == (y.filter, y.filter_mode) and _excluded(a) == _excluded(b)
    if not alike or _outranked(x, a) or _outranked(y, b):
        return "possible"
    if x.target != "other" and _named(x) == _named(y):
        return "certain"
    kinds = {members(x, estate), members(y, estate)}
    virtual = {"all-devices", "all-users"} & {x.target, y.target}
    return "certain" if virtual and len(kinds) == 1 and kinds != {None} and not x.filter else "possible"


def _outranked(x: Assignment, policy: Policy) -> bool:
    """Whether a filter that excludes, on another assignment of the profile, may decide in its place (I-FILTER)."""
    return x.filter_mode != "exclude" and any(a.filter_mode == "exclude" for a in _includes(policy))


def _taken_out(x: Assignment, b: Policy, y: Assignment, estate: Estate) -> bool:
    """Whether the other profile's inclusion leaves out everything that an inclusion reaches (I-ASG-EXCL)."""
    if not any(e.exclude and _named(e) == _named(x) for e in b.assignments or ()):
        return False
    kinds = {members(x, estate), members(y, estate)}
    return _named(x) == _named(y) or (len(kinds) == 1 and kinds != {None})


def _named(assignment: Assignment) -> tuple[str, str]:
    return assignment.target, (assignment.group or "").casefold()


def _excluded(policy: Policy) -> frozenset[tuple[str, str]]:
    return frozenset(_named(a) for a in policy.assignments or () if a.exclude)


def members(assignment: Assignment, estate: Estate) -> str | None:
    """Whether an assignment's group holds devices or users, where that is known."""
    virtual = {"all-devices": "devices", "all-users": "users"}
    if assignment.target in virtual:
        return virtual[assignment.target]
    found = estate.groups_named.get((assignment.group or "").casefold(), ())
    return next((group.members for group in found), None)
