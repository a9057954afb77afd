"""Windows Hello settings of the PassportForWork CSP, lowered to the registry values that a GPO writes.

They go in the scope and under the conditions that the profile's shape gives (W-URI, W-JSON).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from policylint.estate import Estate
from policylint.facts import ALWAYS, Is, When, every
from policylint.families.whfb_settings import Hello, Node, node_of, number
from policylint.lowering.context import Context
from policylint.model import Assignment, Claim, Group, Policy, Scope, SettingId

BY_ASSIGNMENT = ("identity-protection", "intent")
"""Profile kinds whose scope is that of their assignment (W-JSON)."""


def concerns(setting: SettingId, context: Context) -> bool:
    """Whether it may be a node of the PassportForWork CSP."""
    return "passportforwork" in setting.key


def lower(claims: Sequence[Claim], policy: Policy, context: Context) -> Sequence[list[Claim] | None]:
    """What becomes of claims of one policy at nodes of the PassportForWork CSP; faulty ones stay."""
    return [_lowered(claim, policy, context.estate) for claim in claims]


def _lowered(claim: Claim, policy: Policy, estate: Estate) -> list[Claim] | None:
    node = node_of(claim, policy)
    if node is None or node.hello is None or set(node.faults) - {"type"}:
        return None
    return list(_hello(claim, node, node.hello, policy, estate))


def _hello(claim: Claim, node: Node, hello: Hello, policy: Policy, estate: Estate) -> Iterator[Claim]:
    when = every(claim.when, _tenant(node, policy), _type(node, claim))
    for scope, scoped in _scopes(node, policy, estate):
        if scope is Scope.USER and not hello.user_csp:
            scope = Scope.DEVICE  # the node exists for devices only, so that is where the service writes it
        yield replace(
            claim,
            setting=hello.id(scope),
            scope=scope,
            value=number(claim),
            origin=claim.origin or claim.setting.text,
            when=every(when, scoped),
        )


def _tenant(node: Node, policy: Policy) -> When:
    guid = node.tenant_guid
    return Is("tenant", guid) if policy.kind == "custom" and guid else ALWAYS


def _type(node: Node, claim: Claim) -> When:
    if "type" not in node.faults:
        return ALWAYS
    return Is(f"the device accepts {claim.type} data at {claim.origin or claim.setting.text}")


def _scopes(node: Node, policy: Policy, estate: Estate) -> list[tuple[Scope, When]]:
    """The scope that the claim writes, or both under a condition when the assignment leaves it open."""
    if policy.kind not in BY_ASSIGNMENT or node.hello is None or not node.hello.user_csp:
        return [(node.scope, ALWAYS)]
    kinds = {_kind(a, estate.groups) for a in policy.assignments or () if not a.exclude} or {None}
    if kinds == {Scope.DEVICE} or kinds == {Scope.USER}:
        return [(scope, ALWAYS) for scope in kinds if scope]
    fact = f'scope of "{policy.name}"'
    return [(Scope.DEVICE, Is(fact, "device")), (Scope.USER, Is(fact, "user"))]


def _kind(assignment: Assignment, groups: tuple[Group, ...]) -> Scope | None:
    if assignment.target == "all-devices":
        return Scope.DEVICE
    if assignment.target == "all-users":
        return Scope.USER
    named = (assignment.group or "").casefold()
    members = {g.members for g in groups if named in (g.id.casefold(), g.name.casefold())}
    return {"devices": Scope.DEVICE, "users": Scope.USER}.get(str(next(iter(members), None)))
