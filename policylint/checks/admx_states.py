"""Which administrative template policies the values of GPOs show, and what is wrong with these states."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from policylint.catalogue.admx import AdmxStore
from policylint.catalogue.admx_policy import AdmxPolicy, AnyElement, Boolean, Item, Slot, fold_key, slots
from policylint.catalogue.element_state import Half
from policylint.catalogue.state import PolicyState, half_of, recover, recover_some, state_of
from policylint.checks.found import Found, Spot, claim_spot, listed, quoted
from policylint.claimed import Claimed, claimed
from policylint.estate import Estate
from policylint.model import Channel, Policy, Scope

_HIVE = {Scope.DEVICE: "hklm\\", Scope.USER: "hkcu\\"}


def required_missing(estate: Estate) -> Iterator[Found]:
    """A policy is enabled without an element that its dialog requires (AD005).

    Only by the estate's own definitions: newer ones require what older GPOs could not know.
    """
    store = estate.store
    asked = _with_required(estate) if estate.admx else {}
    for policy, scope in ((policy, scope) for policy in estate.policies for scope in Scope):
        if definitions := asked.get((id(policy), scope)):
            half = half_of(policy.claims, policy.sweeps, scope)
            for state in recover_some(store, scope, half, definitions.values()):
                if lacking := _lacking(state):
                    spot = _spot(policy, state)
                    yield Found(
                        f"{quoted([policy.name])} enables {quoted([state.policy.display_name])} without "
                        f"{listed(lacking)}, which the ADMX store requires",
                        (spot,) if spot else (Spot(policy.evidence, policy),),
                        confidence="possible",
                    )


def _lacking(state: PolicyState) -> list[str]:
    """The required elements that nothing is said about where the policy is enabled."""
    if state.state != "enabled" or state.partial:
        return []
    return [element.id for element in _required(state.policy) if element.id in state.missing]


def _required(definition: AdmxPolicy) -> list[AnyElement]:
    """The elements that must be filled in; a check box always is."""
    return [element for element in definition.elements if element.required and not isinstance(element, Boolean)]


def _with_required(estate: Estate) -> Mapping[tuple[int, Scope], Mapping[int, AdmxPolicy]]:
    """The estate's own definitions that a side of a GPO may enable without a required element, by the GPO's `id`.

    Those of which its values show such a state, and those whose keys it empties.
    """
    found: dict[tuple[int, Scope], dict[int, AdmxPolicy]] = {}
    slots = (one for one in _claimed_slots(estate) if _requires(estate.store, one[1].policy))
    for scope, definition in _definitions(slots):
        for policy, _, state in _shown(estate, scope, definition):
            if _lacking(state):
                found.setdefault((id(policy), scope), {})[id(definition)] = definition
    for policy in estate.policies:
        for sweep in policy.sweeps if policy.channel is Channel.GPO else ():
            for slot in () if sweep.tree else estate.store.slots(sweep.scope, sweep.key):
                if _requires(estate.store, slot.policy):
                    found.setdefault((id(policy), sweep.scope), {})[id(slot.policy)] = slot.policy
    return found


def _requires(store: AdmxStore, definition: AdmxPolicy) -> bool:
    """Whether it is one of the estate's own with a required element."""
    return bool(_required(definition)) and store.is_own(definition)


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
    index = claimed(estate)
    lists = (one for one in _claimed_slots(estate) if one[1].item and one[1].element is None)
    asked = (at for at in _definitions(lists) if _may_hold_both(index, _HIVE[at[0]], at[1]))
    found = {id(p) for at in asked for p, half, state in _shown(estate, *at) if _holds_both(half, state)}
    return [policy for policy in estate.policies if id(policy) in found]


def _shown(estate: Estate, scope: Scope, definition: AdmxPolicy) -> Iterator[tuple[Policy, Half, PolicyState]]:
    """The state of a definition in the GPOs that claim something it writes, whatever else accounts for the values."""
    index, hive = claimed(estate), _HIVE[scope]
    of = [(fold_key(s.key), s.value_name) for s in slots(definition)]
    keys = {f"{hive}{key}!{name.casefold()}" for key, name in of if name is not None}
    keys.update(index.beginning(f"{hive}{key}!" for key, name in of if name is None))
    for policy, claims in index.by_policy(keys):
        half = half_of(claims, policy.sweeps, scope)
        state = state_of(definition, half) if policy.channel is Channel.GPO else None
        if state is not None:
            yield policy, half, state


def _may_hold_both(index: Claimed, hive: str, definition: AdmxPolicy) -> bool:
    """Whether some policy claims all values of a list that tells one state of the definition from the other."""
    lists = definition.enabled_list, definition.disabled_list
    return any(_is_claimed(index, hive, one) for one, other in (lists, lists[::-1]) if _tells_apart(one, other))


def _is_claimed(index: Claimed, hive: str, items: Iterable[Item]) -> bool:
    """Whether some policy claims all values that a list writes."""
    keys = (f"{hive}{fold_key(i.key)}!{i.value_name.casefold()}" for i in items if i.data.type != "delete")
    numbers = [{number for _, number, _ in index.by_key.get(key, ())} for key in keys]
    return bool(set.intersection(*numbers))


def _claimed_slots(estate: Estate) -> Sequence[tuple[Scope, Slot]]:
    """What definitions have at the registry values that some policy of the estate claims, by side."""
    return estate.once(_found_slots)


def _found_slots(estate: Estate) -> Sequence[tuple[Scope, Slot]]:
    found: list[tuple[Scope, Slot]] = []
    known = estate.store.by_key
    for scope, hive in _HIVE.items():
        names: dict[str, set[str]] = {}
        for setting in claimed(estate).beginning((hive,)):
            key, _, name = setting[len(hive) :].partition("!")
            if key in names:
                names[key].add(name)
            elif fold_key(key) in known:
                names[key] = {name}
        found += [(scope, slot) for key, those in names.items() for slot in estate.store.slots(scope, key, those)]
    return found


def _definitions(slots: Iterable[tuple[Scope, Slot]]) -> Iterable[tuple[Scope, AdmxPolicy]]:
    """The definitions that slots belong to, each once for a side."""
    return {(scope, id(slot.policy)): (scope, slot.policy) for scope, slot in slots}.values()
