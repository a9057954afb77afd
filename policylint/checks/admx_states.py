"""Which administrative template policies the values of GPOs show, and what is wrong with these states."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from policylint.catalogue.admx import AdmxStore
from policylint.catalogue.admx_policy import AdmxPolicy, Boolean, Item, fold_key, slots
from policylint.catalogue.element_state import Half
from policylint.catalogue.state import PolicyState, half_of, recover, state_of
from policylint.checks.found import Found, Spot, claim_spot, listed, quoted
from policylint.claimed import Claimed, claimed
from policylint.estate import Estate
from policylint.model import Channel, Policy, Scope

_HIVES = ("hklm\\", "hkcu\\")


def required_missing(estate: Estate) -> Iterator[Found]:
    """A policy is enabled without an element that its dialog requires (AD005).

    Only by the estate's own definitions: newer ones require what older GPOs could not know.
    """
    own = estate.own_store
    for policy, state in _states(estate) if estate.admx else ():
        asked = (e for e in state.policy.elements if e.required and not isinstance(e, Boolean))
        lacking = [element.id for element in asked if element.id in state.missing]
        if lacking and own.is_own(state.policy) and state.state == "enabled" and not state.partial:
            spot = _spot(policy, state)
            yield Found(
                f"{quoted([policy.name])} enables {quoted([state.policy.display_name])} without "
                f"{listed(lacking)}, which the ADMX store requires",
                (spot,) if spot else (Spot(policy.evidence, policy),),
                confidence="possible",
            )


def _states(estate: Estate) -> Iterator[tuple[Policy, PolicyState]]:
    """The states of the administrative template policies of every GPO."""
    for policy in estate.policies:
        if policy.channel is Channel.GPO:
            yield from ((policy, state) for _, state in _states_of(policy, estate.store))


def _states_of(policy: Policy, known: AdmxStore) -> Iterator[tuple[Half, PolicyState]]:
    """The states of the administrative template policies of a GPO, with the side that shows each."""
    for scope in Scope:
        half = half_of(policy.claims, policy.sweeps, scope)
        for state in recover(known, scope, half) if half != Half({}) else ():
            yield half, state


def _spot(policy: Policy, state: PolicyState) -> Spot | None:
    """The first value of the GPO that shows the policy."""
    for claim in policy.claims:
        key, _, name = claim.setting.key.partition("\\")[2].partition("!")
        if (key, name) in state.explained:
            return claim_spot(claim, policy, state.state)
    return None


def undecidable(estate: Estate) -> Iterator[Found]:
    """A GPO holds what Enabled and what Disabled writes of one policy (AD012)."""
    for policy in _holding_both(estate):
        for half, state in _states_of(policy, estate.store):
            if _holds_both(half, state):
                spot = _spot(policy, state)
                yield Found(
                    f"{quoted([policy.name])} holds what both Enabled and Disabled of "
                    f"{quoted([state.policy.display_name])} write: its state cannot be told",
                    (spot,) if spot else (Spot(policy.evidence, policy),),
                )


def _holds_both(half: Half, state: PolicyState) -> bool:
    """Whether the list of the other state is there as well, with something that this state does not write."""
    lists = state.policy.enabled_list, state.policy.disabled_list
    opposite, own = lists if state.state == "disabled" else lists[::-1]
    return _tells_apart(opposite, own) and half.holds_all(opposite)


def _tells_apart(items: Iterable[Item], others: Sequence[Item]) -> bool:
    """Whether a list writes something that another does not."""
    return any(item.data.type != "delete" and item not in others for item in items)


def _holding_both(estate: Estate) -> list[Policy]:
    """The GPOs that hold both lists of some definition: all others need not be asked for the states of all policies."""
    index, found = claimed(estate), dict[int, Policy]()
    for scope, definition in _definitions_with_lists(estate):
        hive = _HIVES[scope is Scope.USER]
        if not _may_hold_both(index, hive, definition):
            continue
        of = [(fold_key(s.key), s.value_name) for s in slots(definition)]
        keys = {f"{hive}{key}!{name.casefold()}" for key, name in of if name is not None}
        keys.update(index.beginning(f"{hive}{key}!" for key, name in of if name is None))
        for policy, claims in index.by_policy(keys):
            half = half_of(claims, policy.sweeps, scope)
            state = state_of(definition, half) if policy.channel is Channel.GPO else None
            if state is not None and _holds_both(half, state):
                found[id(policy)] = policy
    return [policy for policy in estate.policies if id(policy) in found]


def _may_hold_both(index: Claimed, hive: str, definition: AdmxPolicy) -> bool:
    """Whether some policy claims all values of a list that tells one state of the definition from the other."""
    lists = definition.enabled_list, definition.disabled_list
    return any(_is_claimed(index, hive, one) for one, other in (lists, lists[::-1]) if _tells_apart(one, other))


def _is_claimed(index: Claimed, hive: str, items: Iterable[Item]) -> bool:
    """Whether some policy claims all values that a list writes."""
    keys = (f"{hive}{fold_key(i.key)}!{i.value_name.casefold()}" for i in items if i.data.type != "delete")
    numbers = [{number for _, number, _ in index.by_key.get(key, ())} for key in keys]
    return bool(set.intersection(*numbers))


def _definitions_with_lists(estate: Estate) -> Iterator[tuple[Scope, AdmxPolicy]]:
    """The definitions with a list of values for a state, of which some policy of the estate writes at least one."""
    for scope, hive in zip((Scope.DEVICE, Scope.USER), _HIVES, strict=True):
        names: dict[str, set[str]] = {}
        known = estate.store.by_key
        for setting in claimed(estate).beginning((hive,)):
            key, _, name = setting[len(hive) :].partition("!")
            if key in names:
                names[key].add(name)
            elif fold_key(key) in known:
                names[key] = {name}
        found = [slot for key, those in names.items() for slot in estate.store.slots(scope, key, those) if slot.item]
        yield from {id(s.policy): (scope, s.policy) for s in found if s.element is None}.values()
