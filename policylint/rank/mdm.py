"""Which Intune policies reach a target: assignments, groups and filters (semantics 4.3 and 4.4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from policylint.estate import Estate
from policylint.facts import ALWAYS, NEVER, Is, When, every, negate, some
from policylint.model import Assignment, Channel, Policy, Scope
from policylint.rank.reach import Excluded, Found, Placement, Reach
from policylint.targets import member

_SIDES = {"devices": Scope.DEVICE, "users": Scope.USER}
"""Whom a group holds, where an export tells its kind."""


def mdm_reaches(at: Placement) -> Found:
    """Every Intune policy of the estate: with the gates of its assignments, or why it cannot reach the target."""
    enrolled: When = Is("mdm")
    if "mdm" not in at.known and "ad" in at.joins:
        enrolled = every(enrolled, negate(Is("join", "ad")))
    into: list[Reach] = []
    out: list[Excluded] = []
    known: dict[tuple[Assignment, ...], When] = {}
    for policy in at.estate.policies:
        if policy.channel is not Channel.MDM:
            continue
        if policy.kind == "enrolment":
            gates = ("W-JOIN", enrolled), *_at_enrolment(policy, at)
            into.append(Reach(policy, ALWAYS, ("W-TENANT",), gates))
        elif policy.assignments is not None and all(a.exclude for a in policy.assignments):
            out.append(Excluded(policy, "I-ASG-NONE", "the profile is not assigned"))
        else:
            rule, gate = _assignment(policy, at, known)
            into.append(Reach(policy, ALWAYS, (rule,), (("W-JOIN", enrolled), (rule, gate), *_applicable(policy, at))))
    return into, out


def _assignment(policy: Policy, at: Placement, known: dict[tuple[Assignment, ...], When]) -> tuple[str, When]:
    """When the assignments of a profile reach the target, and by which rule; many profiles go to the same groups."""
    if policy.assignments is None:
        return "I-EXPLAIN", Is(f'assignment of "{policy.name}"')
    if policy.assignments not in known:
        found = assigned(policy.assignments, policy, at)
        if not all(map(_tells, policy.assignments)):
            return _ruled_by(policy.assignments), found  # a condition that names the policy
        known[policy.assignments] = found
    return _ruled_by(policy.assignments), known[policy.assignments]


def _ruled_by(assignments: Iterable[Assignment]) -> str:
    virtual = any(not a.exclude and a.target in ("all-devices", "all-users") for a in assignments)
    return "I-ASG-VIRTUAL" if virtual else "I-ASG-EXCL"


def _tells(assignment: Assignment) -> bool:
    """Whether the export says whom an assignment means."""
    return assignment.target in ("all-devices", "all-users") or (
        assignment.target == "group" and bool(assignment.group)
    )


def _at_enrolment(policy: Policy, at: Placement) -> Iterator[tuple[str, When]]:
    """Enrolment policies count for devices enrolled after them; of several the one with the best priority (I-ENR).

    Priority 1 is the best, and 0 is that of the tenant's default, which comes last and goes to everybody.
    """
    yield "W-TENANT", Is("enrolled-after-tenant-policy")
    yield "I-ENR", _enrols(policy, at)
    mine = _priority(policy)
    for other in at.estate.policies if mine is not None else ():
        theirs = _priority(other) if other.kind == "enrolment" else None
        if theirs is not None and mine is not None and theirs < mine:
            yield "I-ENR", negate(_enrols(other, at))


def _priority(policy: Policy) -> tuple[bool, int] | None:
    return None if policy.priority is None else (policy.priority == 0, policy.priority)


def _enrols(policy: Policy, at: Placement) -> When:
    if not policy.priority:
        return ALWAYS
    if policy.assignments is None:
        return Is(f'assignment of "{policy.name}"')
    return assigned(policy.assignments, policy, at)


def _applicable(policy: Policy, at: Placement) -> Iterator[tuple[str, When]]:
    """What the profile's applicability rule says of the target's Windows (I-APPLICABILITY)."""
    if policy.os_versions is not None:
        build = at.known.get("os-build")
        told = policy.os_versions.admits(build) if isinstance(build, str) else None
        gate = Is(f'applicability rule of "{policy.name}"') if told is None else ALWAYS if told else NEVER
        yield "I-APPLICABILITY", gate


def assigned(assignments: Iterable[Assignment], policy: Policy, at: Placement) -> When:
    """Whether the assignments reach the target.

    Excludes take away from includes of the same group type (I-ASG-EXCL); of mixed types they have no effect and the
    include stands (I-ASG-MIXED, D22). Among several includes with filters, exclude mode outranks no filter, which
    outranks include mode; within one mode any match will do (I-FILTER).
    """
    includes = [a for a in assignments if not a.exclude]
    excludes = [a for a in assignments if a.exclude]

    def hit(assignment: Assignment) -> When:
        kind = _members(assignment, at.estate)
        comparable = [e for e in excludes if kind is None or _members(e, at.estate) in (kind, None)]
        taken = some(*(_in_target(e, policy, at) for e in comparable))
        return every(_in_target(assignment, policy, at), negate(taken))

    by_mode = {mode: [a for a in includes if a.filter_mode == mode] for mode in ("exclude", None, "include")}
    ruled_by_exclude = some(*(hit(a) for a in by_mode["exclude"]))
    kept_by_exclude = some(*(every(hit(a), negate(_filter(a))) for a in by_mode["exclude"]))
    plain = some(*(hit(a) for a in by_mode[None]))
    kept_by_include = some(*(every(hit(a), _filter(a)) for a in by_mode["include"]))
    return some(kept_by_exclude, every(negate(ruled_by_exclude), some(plain, kept_by_include)))


def _filter(assignment: Assignment) -> When:
    return Is(f'filter "{assignment.filter}"') if assignment.filter else ALWAYS


def _in_target(assignment: Assignment, policy: Policy, at: Placement) -> When:
    if assignment.target in ("all-devices", "all-users"):
        return ALWAYS
    if _tells(assignment) and assignment.group:
        kind = _members(assignment, at.estate)
        return member(assignment.group, at.target, at.estate, _SIDES[kind] if kind else None)
    return Is(f'assignment of "{policy.name}"')


def _members(assignment: Assignment, estate: Estate) -> str | None:
    """Whether the assignment's group holds devices or users, where that is known."""
    if assignment.target == "all-devices":
        return "devices"
    if assignment.target == "all-users":
        return "users"
    named = estate.groups_named.get((assignment.group or "").casefold(), ())
    return next((group.members for group in named), None)
