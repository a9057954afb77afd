"""Which policies reach a target, in which order, and what that order hangs on.

The law is chapter 1 of the semantics (Group Policy) and sections 4.3 and 4.4 (Intune). Nothing is dropped in silence: a
policy that does not reach the target is listed with the rule that keeps it out, and what the inputs leave open becomes a
condition.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from policylint.estate import Estate
from policylint.facts import ALWAYS, NEVER, Every, FactValue, Is, Not, Some, When, every, given, negate, some
from policylint.model import Assignment, Channel, Claim, Link, Policy, Scope, Sweep
from policylint.targets import joins, known_facts, member
from policylint.topology import Target

LOOPBACK = r"hklm\software\policies\microsoft\windows\system!userpolicymode"
RAW_ORDER = "raw gPLink order"
LOOPBACK_MODES = {1: "merge", 2: "replace"}
"""UserPolicyMode (G-LOOP-VALUE)."""


@dataclass(frozen=True, slots=True)
class Reach:
    """One way in which a policy reaches the target, with what its strength depends on."""

    policy: Policy
    when: When
    reasons: tuple[str, ...]
    gates: tuple[tuple[str, When], ...] = ()
    """What must hold for it to reach the target, each with its rule; `when` is their conjunction."""
    scope: Scope | None = None
    """The side of a GPO; None for Intune policies, whose claims carry their scope."""
    som: str = ""
    """The container of the link; '' where the export does not say where the GPO is linked."""
    depth: int = 0
    """0 for a site, 1 for the domain, 2 and more for OUs."""
    enforced: bool = False
    order: int | None = None
    """Link order; None where nothing tells it."""
    raw_order: bool = False
    """The link order is read off a raw gPLink string (G-LINK-RAW)."""
    by_loopback: bool = False
    """From the computer's list: applied after the user's own (G-LOOP-MERGE)."""


@dataclass(frozen=True, slots=True)
class Excluded:
    """A policy that does not reach the target, and the rule that says so."""

    policy: Policy
    reason: str
    text: str
    scope: Scope | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """How two claims compare: whether the first beats the second, by which rule, and on which fact that hangs.

    When the fact is false the other one wins.
    """

    first_wins: bool
    rule: str
    fact: str | None = None
    """None where the order is certain."""


@dataclass(frozen=True, slots=True)
class Contestant:
    """A claim (or a sweep that acts on it, as an absent claim) that reaches the target."""

    claim: Claim
    reach: Reach
    when: When

    @property
    def policy(self) -> Policy:
        """Whose claim it is."""
        return self.reach.policy


@dataclass(frozen=True, slots=True)
class Precedence:
    """Everything that reaches one target. `known` are the given facts, `domains` the open ones with their values."""

    target: Target
    known: Mapping[str, FactValue]
    domains: Mapping[str, tuple[FactValue, ...]]
    reaches: tuple[Reach, ...]
    excluded: tuple[Excluded, ...]
    contests: Mapping[tuple[str, Scope], tuple[Contestant, ...]] = field(default_factory=dict)
    """By setting key and scope: every claim that reaches the target."""


@dataclass(frozen=True, slots=True)
class Placement:
    """A target in its estate, with the facts that are given and the join types that are possible."""

    estate: Estate
    target: Target
    known: Mapping[str, FactValue]
    joins: tuple[str, ...]


def rank(estate: Estate, target: Target) -> Precedence:
    """Ranks the estate's policies for one target."""
    open_joins = joins(target, estate)
    known = known_facts(target, estate)
    at = Placement(estate, target, known, open_joins)
    reaches: list[Reach] = []
    excluded: list[Excluded] = []
    _keep(_gpo_reaches(at, Scope.DEVICE, target.device), known, reaches, excluded)
    _keep(_user_side(at, _loopback(reaches)), known, reaches, excluded)
    _keep(_mdm_reaches(at), known, reaches, excluded)
    contests = _contests(reaches, known)
    return Precedence(target, known, _domains(reaches, contests, open_joins), tuple(reaches), tuple(excluded), contests)


REFUSALS = {
    "G-BLOCK": "inheritance is blocked below its link",
    "G-WMI": "its WMI filter gives no rows",
    "G-SECFILTER": "security filtering does not allow it",
    "G-MS16-072": "the computer may not read it",
    "G-LSDOU": "its site is another",
    "W-JOIN": "this channel does not reach a device with this join type and enrolment",
    "I-ASG-EXCL": "its assignments do not include this target",
    "I-ASG-VIRTUAL": "its assignments do not include this target",
    "W-TENANT": "the device was not enrolled after the tenant-wide policy was made",
}
"""Why a policy does not reach a target, by the rule of the gate that it fails."""


def _keep(
    found: Iterable[Reach | Excluded], known: Mapping[str, FactValue], into: list[Reach], out: list[Excluded]
) -> None:
    """Fills the known facts into the gates of every reach; one that cannot be passed excludes the policy."""
    for item in found:
        if isinstance(item, Excluded):
            out.append(item)
            continue
        gates = [(rule, given(gate, known)) for rule, gate in item.gates]
        shut = next((rule for rule, gate in gates if gate == NEVER), None)
        if shut is not None:
            out.append(Excluded(item.policy, shut, REFUSALS.get(shut, "does not reach this target"), item.scope))
        else:
            rules = dict.fromkeys((*item.reasons, *(rule for rule, gate in gates if gate != ALWAYS)))
            into.append(replace(item, when=every(*(gate for _, gate in gates)), reasons=tuple(rules)))


# Group Policy ---------------------------------------------------------------------------------------------------------


def _gpo_reaches(at: Placement, scope: Scope, place: str | None) -> Iterator[Reach | Excluded]:
    """The GPO list of one side: every link on the placement's path ([MS-GPOL] 3.2.5.1.3 to 3.2.5.1.7)."""
    path = _containers(place)
    for policy in at.estate.policies:
        if policy.channel is not Channel.GPO:
            continue
        if scope in policy.disabled_sides:
            yield Excluded(policy, "G-STATUS", f"the {_side(scope)} side of the GPO is disabled", scope)
            continue
        links = list(_links(policy, at, path))
        if not links:
            yield Excluded(policy, "G-LSDOU", "not linked to a container of this target", scope)
        for link, number in links:
            if link.enabled:
                yield _reach(policy, link, number, path, scope, at)
            else:
                yield Excluded(policy, "G-LINK-DISABLED", f"its link to {link.som} is disabled", scope)


def _side(scope: Scope) -> str:
    return "computer" if scope is Scope.DEVICE else "user"


def _containers(place: str | None) -> tuple[str, ...]:
    """The canonical paths that apply to a placement, domain first: contoso.com, contoso.com/OU, …"""
    parts = place.rstrip("/").split("/") if place else []
    return tuple("/".join(parts[: i + 1]) for i in range(len(parts)))


def _links(policy: Policy, at: Placement, path: tuple[str, ...]) -> Iterator[tuple[Link, int | None]]:
    """The policy's links on the path and to sites, with link order: as the topology has them, else as the export shows.

    A GPO whose export does not tell its links, in an estate without topology, may be linked anywhere: its container is ''.
    """
    described = {som.path.rstrip("/").casefold(): som for som in at.estate.topology.som if som.links is not None}
    on_path = {container.casefold() for container in path}
    names = {policy.name.casefold(), policy.id.casefold(), policy.id.strip("{}").casefold()}
    for key, som in described.items():
        if key in on_path or key.startswith("site:"):
            for number, entry in enumerate(som.links or (), 1):
                if entry.gpo.casefold() in names:
                    yield Link(som.path, entry.enabled, entry.enforced, policy.evidence), number
    for link in policy.links or ():
        key = link.som.rstrip("/").casefold()
        if key not in described and (key in on_path or key.startswith("site:")):
            yield link, None
    if not described and (policy.links is None or not at.estate.linked):
        yield Link("", True, False, policy.evidence), None


def _reach(policy: Policy, link: Link, number: int | None, path: tuple[str, ...], scope: Scope, at: Placement) -> Reach:
    site = link.som.casefold().startswith("site:")
    depth = 0 if site else link.som.rstrip("/").count("/") + 1
    gates: list[tuple[str, When]] = []
    if "entra" in at.joins:
        gates.append(("W-JOIN", negate(Is("join", "entra"))))
    if not link.som:
        gates.append(("G-LSDOU", Is(f'link of "{policy.name}"')))
    if site:
        gates.append(("G-LSDOU", Is("site", link.som[5:].casefold())))
    if link.som and not link.enforced:
        gates.append(("G-BLOCK", _unblocked(path, depth, at.estate)))
    gates.append(("G-WMI", _wmi(policy, at.estate)))
    gates += _filtered(policy, scope, at)
    rule = "G-ENFORCED-TOP" if link.enforced else "G-LSDOU"
    som = at.estate.topology.som_at(link.som)
    raw = som is not None and som.raw_order
    return Reach(policy, ALWAYS, (rule,), tuple(gates), scope, link.som, depth, link.enforced, number, raw)


def _unblocked(path: tuple[str, ...], depth: int, estate: Estate) -> When:
    """No container nearer than the link blocks inheritance (G-BLOCK)."""
    conditions: list[When] = []
    for container in path[depth:]:
        som = estate.topology.som_at(container)
        blocks = None if som is None else som.blocks_inheritance
        if blocks:
            return NEVER
        if blocks is None:
            conditions.append(Is(f"blocks-inheritance of {container}", False))
    return every(*conditions)


def _wmi(policy: Policy, estate: Estate) -> When:
    """The WMI filter gives rows (G-WMI); one that fails denies the GPO, as measured (G-WMI-ERROR)."""
    if not policy.wmi_filter:
        return ALWAYS
    for entry in estate.topology.wmi_filter:
        if entry.name.casefold() == policy.wmi_filter.casefold() and entry.result is not None:
            return ALWAYS if entry.result is True else NEVER
    return Is(f'wmi-filter "{policy.wmi_filter}"')


def _filtered(policy: Policy, scope: Scope, at: Placement) -> list[tuple[str, When]]:
    """Security filtering: Apply allowed and not denied; for user policy the computer may also read it (G-MS16-072)."""
    if policy.filtering is None:
        return [("G-SECFILTER", Is(f'security filtering of "{policy.name}"'))]
    allowed = some(*(_principal(sid, scope, at) for sid in policy.filtering.apply))
    denied = some(*(_principal(sid, scope, at) for sid in policy.filtering.deny))
    gates = [("G-SECFILTER", every(allowed, negate(denied)))]
    if scope is Scope.USER and policy.filtering.read:
        gates.append(("G-MS16-072", some(*(_principal(sid, Scope.DEVICE, at) for sid in policy.filtering.read))))
    return gates


def _principal(sid: str, scope: Scope, at: Placement) -> When:
    if scope is Scope.DEVICE and sid.startswith("S-1-5-21-") and sid.endswith("-515"):
        return ALWAYS  # Domain Computers
    return member(sid, at.target, at.estate)


def _loopback(device_side: list[Reach]) -> str:
    """How user policy is processed, as the computer side sets it (G-LOOP-SELF): a mode, or 'unknown'."""
    found = [
        (reach, LOOPBACK_MODES.get(claim.value, "none") if isinstance(claim.value, int) else "none")
        for reach in device_side
        for claim in reach.policy.claims
        if claim.setting.key == LOOPBACK and claim.scope is Scope.DEVICE
    ]
    modes = {mode for _, mode in found}
    if modes <= {"none"}:
        return "none"
    return modes.pop() if len(modes) == 1 and any(reach.when == ALWAYS for reach, _ in found) else "unknown"


def _user_side(at: Placement, loopback: str) -> Iterator[Reach | Excluded]:
    """The user's GPO list, and under loopback the computer's list with its user side (G-LOOP-MERGE, G-LOOP-REPLACE)."""
    for item in _gpo_reaches(at, Scope.USER, at.target.user):
        if isinstance(item, Reach) and loopback == "replace":
            yield Excluded(item.policy, "G-LOOP-REPLACE", "loopback replaces the user's GPO list", Scope.USER)
        elif isinstance(item, Reach) and loopback == "unknown":
            yield replace(item, gates=(*item.gates, ("G-LOOP-SELF", negate(Is("loopback", "replace")))))
        else:
            yield item
    if loopback == "none":
        return
    rule = {"merge": "G-LOOP-MERGE", "replace": "G-LOOP-REPLACE"}.get(loopback, "G-LOOP-SELF")
    for item in _gpo_reaches(at, Scope.USER, at.target.device):
        if isinstance(item, Reach):
            gates = (*item.gates, (rule, negate(Is("loopback", "none")))) if loopback == "unknown" else item.gates
            yield replace(item, gates=gates, reasons=(rule, *item.reasons), by_loopback=True)


# Intune ---------------------------------------------------------------------------------------------------------------


def _mdm_reaches(at: Placement) -> Iterator[Reach | Excluded]:
    enrolled: When = Is("mdm")
    if "mdm" not in at.known and "ad" in at.joins:
        enrolled = every(enrolled, negate(Is("join", "ad")))
    gate: When
    for policy in at.estate.policies:
        if policy.channel is not Channel.MDM:
            continue
        if policy.kind == "enrolment":
            rule, gate = "W-TENANT", Is("enrolled-after-tenant-policy")
        elif policy.assignments is None:
            rule, gate = "I-EXPLAIN", Is(f'assignment of "{policy.name}"')
        elif all(a.exclude for a in policy.assignments):
            yield Excluded(policy, "I-ASG-NONE", "the profile is not assigned")
            continue
        else:
            virtual = any(not a.exclude and a.target in ("all-devices", "all-users") for a in policy.assignments)
            rule, gate = "I-ASG-VIRTUAL" if virtual else "I-ASG-EXCL", assigned(policy.assignments, policy, at)
        yield Reach(policy, ALWAYS, (rule,), (("W-JOIN", enrolled), (rule, gate)))


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
    if assignment.target == "group" and assignment.group:
        return member(assignment.group, at.target, at.estate)
    return Is(f'assignment of "{policy.name}"')


def _members(assignment: Assignment, estate: Estate) -> str | None:
    """Whether the assignment's group holds devices or users, where that is known."""
    if assignment.target == "all-devices":
        return "devices"
    if assignment.target == "all-users":
        return "users"
    named = (assignment.group or "").casefold()
    return next((g.members for g in estate.groups if named in (g.id.casefold(), g.name.casefold())), None)


# Claims ---------------------------------------------------------------------------------------------------------------


def _contests(
    reaches: Iterable[Reach], known: Mapping[str, FactValue]
) -> dict[tuple[str, Scope], tuple[Contestant, ...]]:
    """Every claim that reaches the target, by setting and scope; sweeps of keys join as absent claims."""
    found: dict[tuple[str, Scope], list[Contestant]] = {}
    sweeps: list[tuple[Reach, Sweep]] = []
    for reach in reaches:
        for claim in reach.policy.claims:
            if reach.scope is None or claim.scope is reach.scope:
                when = reach.when if claim.when == ALWAYS else every(reach.when, given(claim.when, known))
                if when != NEVER:
                    contestant = Contestant(claim, reach, when)
                    found.setdefault((claim.setting.key, claim.scope), []).append(contestant)
        sweeps += [(reach, sweep) for sweep in reach.policy.sweeps if sweep.scope is reach.scope]
    if sweeps:
        _add_sweeps(found, sweeps)
    return {key: tuple(contestants) for key, contestants in found.items()}


def _add_sweeps(found: dict[tuple[str, Scope], list[Contestant]], sweeps: list[tuple[Reach, Sweep]]) -> None:
    """A `**DelVals.` or `**DeleteKeys` acts on every value of its keys that another policy writes (G-POL-SPECIAL)."""
    for (key, scope), contestants in found.items():
        path = key.partition("\\")[2].rpartition("!")[0] if key.startswith(("hklm\\", "hkcu\\")) else None
        if path is None:
            continue
        for reach, sweep in sweeps:
            hit = path == sweep.key or (sweep.tree and path.startswith(f"{sweep.key}\\"))
            if hit and sweep.scope is scope and all(c.policy.id != reach.policy.id for c in contestants):
                swept = replace(
                    contestants[0].claim,
                    value=None,
                    absent=True,
                    soft=False,
                    type="**DeleteKeys" if sweep.tree else "**DelVals.",
                    evidence=sweep.evidence,
                    when=ALWAYS,
                )
                contestants.append(Contestant(swept, reach, reach.when))


def _domains(
    reaches: Iterable[Reach], contests: Mapping[tuple[str, Scope], tuple[Contestant, ...]], open_joins: tuple[str, ...]
) -> dict[str, tuple[FactValue, ...]]:
    """The values of every fact that conditions mention, the assumed one first."""
    values: dict[str, list[FactValue]] = {"join": list(open_joins)} if len(open_joins) > 1 else {}
    for reach in reaches:
        _collect(reach.when, values)
    for contestants in contests.values():
        for contestant in contestants:
            if contestant.when is not contestant.reach.when:
                _collect(contestant.when, values)
    return {name: tuple(found) for name, found in values.items()}


def _collect(when: When, values: dict[str, list[FactValue]], wanted: bool = True) -> None:
    """Adds the facts of an expression with their values; the value that makes it hold comes first, as the assumed one."""
    match when:
        case Is("join"):
            return
        case Is(fact, value):
            other: FactValue = not value if isinstance(value, bool) else "other"
            found = values.setdefault(fact, [])
            found.extend(v for v in ((value, other) if wanted else (other, value)) if v not in found)
        case Not(part):
            _collect(part, values, not wanted)
        case Every(parts) | Some(parts):
            for part in parts:
                _collect(part, values, wanted)


def order(a: Contestant, b: Contestant) -> Order:
    """How two claims on one setting compare within their channel, or between the channels (chapters 1, 2 and 4)."""
    if a.reach.scope is None or b.reach.scope is None:
        return _across(a, b)
    return _gpo_order(a.reach, b.reach)


def _across(a: Contestant, b: Contestant) -> Order:
    """GPO against MDM: the GPO, as documented for 1709, in doubt since (M-DEFAULT-GP, D3); MDM against MDM: no winner."""
    if a.policy.channel is b.policy.channel:
        first, second = sorted((a.policy.name, b.policy.name))
        fact = f'conflict between "{first}" and "{second}"'
        return Order((a.policy.name, a.policy.id) <= (b.policy.name, b.policy.id), "I-CONF-CONF", fact)
    return Order(a.policy.channel is Channel.GPO, "M-DEFAULT-GP", "M-DEFAULT-RACE")


def _gpo_order(a: Reach, b: Reach) -> Order:
    """Strength of two links ([MS-GPOL] 3.2.5.1.5; Group Policy processing)."""
    if a.by_loopback is not b.by_loopback:
        rule = "G-LOOP-MERGE" if a.enforced is b.enforced else "G-LOOP-MERGE-ENFORCED"
        return Order(a.by_loopback, rule)
    if not a.som or not b.som:
        return Order(_tie(a, b), "G-LSDOU", _pair("precedence of", a, b))
    if a.enforced is not b.enforced:
        return Order(a.enforced, "G-ENFORCED-TOP")
    if a.depth != b.depth:
        deeper = a.depth > b.depth
        return Order(not deeper if a.enforced else deeper, "G-ENFORCED-INVERT" if a.enforced else "G-LSDOU")
    rule = "G-ENFORCED-SAME-SOM" if a.enforced else "G-LINK-ORDER"
    if a.order is None or b.order is None:
        return Order(_tie(a, b), rule, _pair(f"link order of {a.som}:", a, b))
    raw = a.raw_order and b.raw_order
    return Order(
        (a.order, a.policy.id) < (b.order, b.policy.id), "G-LINK-RAW" if raw else rule, RAW_ORDER if raw else None
    )


def _tie(a: Reach, b: Reach) -> bool:
    return (a.policy.name, a.policy.id) < (b.policy.name, b.policy.id)


def _pair(what: str, a: Reach, b: Reach) -> str:
    """The name of the fact that says which of two links is stronger; the same for both orders of the arguments."""
    first, second = (a, b) if _tie(a, b) else (b, a)
    return f'{what} "{first.policy.name}" above "{second.policy.name}"'
