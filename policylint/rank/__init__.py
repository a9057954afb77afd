"""Which policies reach a target, in which order, and what that order hangs on.

The law is chapter 1 of the semantics (Group Policy) and sections 4.3 and 4.4 (Intune). Nothing is dropped in silence:
a policy that does not reach the target is listed with the rule that keeps it out, and what the inputs leave open
becomes a condition.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial

from policylint.estate import Estate
from policylint.facts import ALWAYS, NEVER, FactValue, Is, Not, When, given
from policylint.model import Channel, Scope
from policylint.observed import Observation, observation_of
from policylint.rank.contests import Contestant, Contests, Key, contests_of
from policylint.rank.domain_accounts import account_settings, of_controllers, reaches_of_domain
from policylint.rank.filtering import at_controllers
from policylint.rank.gpo import gpo_reaches, loopback_mode, user_side, without_local
from policylint.rank.mdm import mdm_reaches
from policylint.rank.memberships import Memberships
from policylint.rank.reach import Excluded, Placement, Reach, Shared
from policylint.rank.strength import Order, certainly_beats, gpo_order
from policylint.targets import joins, known_facts
from policylint.topology import Target

__all__ = ["Contestant", "Contests", "Precedence", "Reach", "order", "rank", "reaches"]

_KEPT = 64
"""For so many kinds of targets is remembered what they have in common."""


@dataclass(frozen=True)
class Precedence:
    """Everything that reaches one target. `known` are the given facts, `domains` the open ones with their values."""

    target: Target
    known: Mapping[str, FactValue]
    joins: tuple[str, ...]
    """The join types that are possible, the assumed one first."""
    open: Callable[[], Mapping[str, tuple[FactValue, ...]]]
    """What makes `domains`, which few ask for."""
    reaches: tuple[Reach, ...]
    excluded: tuple[Excluded, ...]
    contests: Contests = field(default_factory=dict)
    """By setting key and scope: every claim that reaches the target."""
    observation: Observation | None = None
    """What gpresult saw at the target."""

    @cached_property
    def domains(self) -> Mapping[str, tuple[FactValue, ...]]:
        """The values of every fact that conditions mention, the assumed one first."""
        return self.open()


def rank(estate: Estate, target: Target) -> Precedence:
    """Ranks the estate's policies for one target."""
    at = _placement(estate, target)
    linked, out, intune = _reached(at)
    reaches, excluded = [*linked, *intune.reaches], [*out, *intune.excluded]
    contests = contests_of(reaches, at.known, at.shared.contestants)
    account_policy = _account_policy(at, contests, excluded)
    if account_policy:
        contests |= account_policy
        contests = {key: found for key, found in contests.items() if found}
    asked = partial(_domains, linked, intune, contests, at)
    return Precedence(target, at.known, at.joins, asked, tuple(reaches), tuple(excluded), contests, at.observation)


def reaches(estate: Estate, target: Target, side: Scope | None) -> Sequence[Reach]:
    """The ways in which GPOs reach one target with their settings of a side, or Intune's policies (None) reach it.

    What they contest is not looked at. Targets that Intune's policies reach alike get one and the same answer.
    """
    at = _placement(estate, target)
    if side is None:
        return _intune(at).reaches
    out: list[Excluded] = []
    mine, kept = _computer_side(at, out)
    return kept if side is Scope.DEVICE else _user_side(at, mine, out)


def _placement(estate: Estate, target: Target) -> Placement:
    known, possible = known_facts(target, estate), joins(target, estate)
    seen = observation_of(target, estate.observations)
    shared = _shared(estate, target, known, possible) if seen is None else Shared()
    return Placement(estate, target, known, possible, seen, shared)


def _shared(estate: Estate, target: Target, known: Mapping[str, FactValue], possible: tuple[str, ...]) -> Shared:
    """What targets under the same facts in the same groups have in common, whatever their containers."""
    in_groups = estate.once(Memberships).of(target)
    key = possible, frozenset(known.items()), in_groups, at_controllers(target.device)
    found = estate.once(_in_common)
    if key not in found:
        if len(found) >= _KEPT:
            found.clear()
        found[key] = Shared()
    return found[key]


def _in_common(_: Estate) -> dict[Hashable, Shared]:
    return {}


def _reached(at: Placement) -> tuple[list[Reach], list[Excluded], _Intune]:
    """What reaches the target through GPOs, what of them does not, and the same of Intune."""
    out: list[Excluded] = []
    mine, kept = _computer_side(at, out)
    users = _user_side(at, mine, out)
    return [*kept, *users], out, _intune(at)


def _computer_side(at: Placement, out: list[Excluded]) -> tuple[Sequence[Reach], list[Reach]]:
    """What reaches the computer through GPOs: with local policy, and as far as local policy counts."""
    linked, excluded = gpo_reaches(at, Scope.DEVICE, at.target.device)
    out += excluded
    mine = _passing(linked, at.known, out, at.shared.passed)
    kept, off = without_local(mine, mine, certainly_beats)
    out += off
    return mine, kept if kept == mine else _passing(kept, at.known, out, at.shared.passed)


def _user_side(at: Placement, mine: Sequence[Reach], out: list[Excluded]) -> list[Reach]:
    """What reaches the user through GPOs, given what reaches the computer."""
    listed, shut = user_side(at, loopback_mode(mine, certainly_beats), mine, certainly_beats)
    users, off = without_local(listed, mine, certainly_beats)
    out += [*shut, *off]
    return _passing(users, at.known, out, at.shared.passed)


@dataclass(frozen=True, slots=True)
class _Intune:
    """What reaches a target through Intune, and what does not, with the values of the facts that this hangs on."""

    reaches: Sequence[Reach]
    excluded: Sequence[Excluded]
    values: Mapping[str, Sequence[FactValue]]


def _intune(at: Placement) -> _Intune:
    """What reaches the target through Intune: the same for targets that are in the same groups under the same facts."""
    facts = frozenset((name, value) for name, value in at.known.items() if name != "site")
    key = at.estate.once(Memberships).of(at.target), at.joins, facts
    answers = at.estate.once(_answers)
    if key not in answers:
        answers[key] = _worked_out(at)
    return answers[key]


def _answers(_: Estate) -> dict[object, _Intune]:
    return {}


def _worked_out(at: Placement) -> _Intune:
    found, out = mdm_reaches(at)
    into = _passing(found, at.known, out, {})
    values: dict[str, list[FactValue]] = {}
    for reach in into:
        _collect(reach.when, values)
    return _Intune(into, out, values)


REFUSALS = {
    "G-BLOCK": "inheritance is blocked below its link",
    "G-WMI": "its WMI filter gives no rows",
    "G-WMI-ERROR": "its WMI filter fails",
    "G-SECFILTER": "security filtering does not allow it",
    "G-MS16-072": "the computer may not read it",
    "G-LSDOU": "its site is another",
    "W-JOIN": "this channel does not reach a device with this join type and enrolment",
    "I-ASG-EXCL": "its assignments do not include this target",
    "I-ASG-VIRTUAL": "its assignments do not include this target",
    "I-ENR": "an enrolment policy with a better priority reaches it",
    "I-APPLICABILITY": "the profile's applicability rule leaves this Windows out",
    "W-TENANT": "the device was not enrolled after the tenant-wide policy was made",
}
"""Why a policy does not reach a target, by the rule of the gate that it fails."""


def _passing(
    found: Iterable[Reach],
    known: Mapping[str, FactValue],
    out: list[Excluded],
    passed: dict[Reach, Reach | Excluded],
) -> list[Reach]:
    """Fills the known facts into the gates of every reach; one that cannot be passed excludes the policy.

    What becomes of a reach is remembered in `passed`.
    """
    into: list[Reach] = []
    for reach in found:
        left = passed.get(reach)
        if left is None:
            left = passed[reach] = _left(reach, known)
        if isinstance(left, Reach):
            into.append(left)
        else:
            out.append(left)
    return into


def _left(reach: Reach, known: Mapping[str, FactValue]) -> Reach | Excluded:
    """The reach under the gates that known facts leave open, or that they shut one of them."""
    gates = [(rule, left) for rule, gate in reach.gates if (left := given(gate, known)) is not ALWAYS]
    if not gates:
        return reach
    shut = next((rule for rule, gate in gates if gate == NEVER), None)
    if shut is None:
        return reach.left_with(gates)
    return Excluded(reach.policy, shut, REFUSALS.get(shut, "does not reach this target"), reach.scope)


def _account_policy(at: Placement, contests: Contests, excluded: list[Excluded]) -> dict[Key, tuple[Contestant, ...]]:
    """Contests on the account policy of the domain's accounts, and on a controller's own (G-SEC-ACCOUNT)."""
    keys = [key for key in at.estate.once(account_settings) if key in contests]
    if not keys:
        return {}
    found = {**_of_domain(at)}
    for key in keys if at_controllers(at.target.device) else ():
        found[key], others = of_controllers(contests[key])
        excluded += others
    return found


def _of_domain(at: Placement) -> Contests:
    """The contests on the account policy of the domain's accounts: the same wherever in the domain a device stands."""
    domain = (at.target.device or "").partition("/")[0]
    known = at.estate.once(_by_domain)
    if domain not in known:
        known[domain] = contests_of(_passing(reaches_of_domain(at), {}, [], {}), {}, {})
    return known[domain]


def _by_domain(_: Estate) -> dict[str, Contests]:
    return {}


def _domains(
    linked: Iterable[Reach], intune: _Intune, contests: Contests, at: Placement
) -> dict[str, tuple[FactValue, ...]]:
    values: dict[str, list[FactValue]] = {"join": list(at.joins)} if len(at.joins) > 1 else {}
    for reach in linked:
        if reach.when is not ALWAYS:
            _collect(reach.when, values)
    for fact, told in intune.values.items():
        found = values.setdefault(fact, [])
        found.extend(value for value in told if value not in found)
    for contestants in contests.values():
        for contestant in contestants:
            if contestant.when is not contestant.reach.when:
                _collect(contestant.when, values)
    return {name: tuple(found) for name, found in values.items()}


def _collect(when: When, values: dict[str, list[FactValue]], wanted: bool = True) -> None:
    """Adds the facts of an expression; the value that makes it hold comes first, as the assumed one."""
    if isinstance(when, Is):
        if when.fact == "join":
            return
        value = when.value
        other: FactValue = not value if isinstance(value, bool) else "other"
        pair = (value, other) if wanted else (other, value)
        found = values.get(when.fact)
        if found is None:
            values[when.fact] = [*pair]
        else:
            found += [one for one in pair if one not in found]
    elif isinstance(when, Not):
        _collect(when.part, values, not wanted)
    else:
        for part in when.parts:
            _collect(part, values, wanted)


def order(a: Contestant, b: Contestant) -> Order:
    """How two claims on one setting compare within their channel, or between the channels (chapters 1, 2 and 4)."""
    if a.reach.scope is None or b.reach.scope is None:
        return _across(a, b)
    return gpo_order(a.reach, b.reach)


def _across(a: Contestant, b: Contestant) -> Order:
    """GPO against MDM: the GPO, documented for 1709, in doubt since (M-DEFAULT-GP, D3); MDM against MDM: no winner.

    Of two compliance policies the most restrictive applies (I-COMP-CONF); which that is, no document lists.
    """
    if a.policy.channel is b.policy.channel:
        rule = "I-COMP-CONF" if a.policy.kind == b.policy.kind == "compliance" else "I-CONF-CONF"
        first, second = sorted((a.policy.name, b.policy.name))
        fact = f'conflict between "{first}" and "{second}"'
        return Order((a.policy.name, a.policy.id) <= (b.policy.name, b.policy.id), rule, fact)
    return Order(a.policy.channel is Channel.GPO, "M-DEFAULT-GP", "M-DEFAULT-RACE")
