"""The state of administrative template policies, recovered from the registry values that a GPO writes.

Registry.pol does not say which policy of the editor made a value; GPMC works it out from the definitions each time it
shows a GPO. These are the rules that reproduce its verdict, each named where it stands. A policy that none of the
values shows is Not Configured and has no state here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from policylint.catalogue.admx import AdmxStore, is_add_on
from policylint.catalogue.admx_policy import DELETE, ONE, AdmxPolicy, Item, ListBox
from policylint.catalogue.element_state import Half, Place, Shown, place, places, shown
from policylint.model import Claim, Scope, Sweep, Value

__all__ = ["Half", "PolicyState", "half_of", "recover", "recover_some", "state_of"]

State = Literal["enabled", "disabled"]
Seen = tuple[tuple[str, Shown], ...]
"""What the values say about each element, by id. Ids may repeat: BaseImageScriptFramework has one twice."""


@dataclass(frozen=True, slots=True)
class PolicyState:
    """A policy as the editor would show it."""

    policy: AdmxPolicy
    state: State
    elements: Mapping[str, Value] = field(hash=False)
    """When enabled, the values of its elements by id; a list box has its entries, `name=data` where users name them."""
    partial: bool
    """The policy's own value is missing and only elements show it, which other tools and older templates write."""
    explained: frozenset[Place]
    """The values and deletions that the policy accounts for."""
    missing: tuple[str, ...] = ()
    """The elements that nothing is said about: they are new in this version of the template."""
    runners_up: tuple[AdmxPolicy, ...] = ()
    """Other policies that would account for the same values or some of them, best first."""


def half_of(claims: Iterable[Claim], sweeps: Iterable[Sweep], scope: Scope) -> Half:
    """The registry half of a policy's claims and sweeps in a scope. Claims on other settings do not count."""
    hive = "hklm\\" if scope is Scope.DEVICE else "hkcu\\"
    values: dict[Place, tuple[str, Value]] = {}
    deleted: set[Place] = set()
    for claim in claims:
        if claim.scope is scope and claim.setting.key.startswith(hive):
            key, _, name = claim.setting.key[len(hive) :].partition("!")
            if claim.absent:
                deleted.add((key, name))
            else:
                values[key, name] = claim.type, claim.value
    emptied = frozenset(sweep.key for sweep in sweeps if sweep.scope is scope and not sweep.tree)
    return Half(values, frozenset(deleted), emptied)


def recover(store: AdmxStore, scope: Scope, half: Half) -> tuple[PolicyState, ...]:
    """The state of every policy of that side which the values show, by display name and identity.

    Where several policies account for the same values, the best stands and names the others: one with its own value
    before a partial one, one of the user's files before a shipped one, then the one that accounts for more, then
    Windows' own before an add-on's, then by name.
    """
    judged = (state_of(policy, half) for policy in _candidates(store, scope, half))
    kept: list[PolicyState] = []
    beaten: dict[int, list[AdmxPolicy]] = {}
    for state in sorted((state for state in judged if state is not None), key=lambda state: _rank(store, state)):
        better = next((k for k in kept if state.explained <= k.explained), None)
        if better is None:
            kept.append(state)
        else:
            beaten.setdefault(id(better), []).append(state.policy)
    found = (replace(state, runners_up=tuple(beaten.get(id(state), ()))) for state in kept)
    return tuple(sorted(found, key=lambda state: _by_name(state.policy)))


def recover_some(store: AdmxStore, scope: Scope, half: Half, policies: Iterable[AdmxPolicy]) -> tuple[PolicyState, ...]:
    """What `recover` gives of some policies alone, without their runners-up."""
    judged = (state_of(policy, half) for policy in policies)
    return tuple(sorted((s for s in judged if s and _stands(store, scope, half, s)), key=lambda s: _by_name(s.policy)))


def _stands(store: AdmxStore, scope: Scope, half: Half, state: PolicyState) -> bool:
    """Whether no better policy accounts for all that this one does: it would write at each of the places."""
    key, name = min(state.explained, default=("", ""))
    others = {id(slot.policy): slot.policy for slot in store.slots(scope, key, (name,))}
    judged = (state_of(policy, half) for policy in others.values())
    covering = (other for other in judged if other is not None and state.explained <= other.explained)
    return min(covering, key=lambda other: _rank(store, other), default=state).policy is state.policy


def _rank(store: AdmxStore, state: PolicyState) -> tuple[bool, bool, int, bool, tuple[str, tuple[str, str], str]]:
    policy = state.policy
    return state.partial, not store.is_own(policy), -len(state.explained), is_add_on(policy), _by_name(policy)


def _by_name(policy: AdmxPolicy) -> tuple[str, tuple[str, str], str]:
    return policy.display_name.casefold(), policy.id.key, policy.evidence.path


def _candidates(store: AdmxStore, scope: Scope, half: Half) -> Iterator[AdmxPolicy]:
    """The policies that write something at one of the places, each once."""
    found: dict[int, AdmxPolicy] = {}
    touched: dict[str, set[str]] = {key: set() for key in half.emptied}
    for key, name in (*half.values, *half.deleted):
        touched.setdefault(key, set()).add(name)
    for key, names in sorted(touched.items()):
        for slot in store.slots(scope, key, None if key in half.emptied else names):
            found[id(slot.policy)] = slot.policy
    yield from found.values()


def state_of(policy: AdmxPolicy, half: Half) -> PolicyState | None:
    """The state of one policy, whatever others would account for the same values; None when nothing shows it."""
    seen = tuple((element.id, shown(element, policy, half)) for element in policy.elements)
    if policy.value_name is not None:
        return _by_value(policy, half, seen)
    return _by_lists(policy, half, seen) or _by_elements(policy, half, seen)


def _by_value(policy: AdmxPolicy, half: Half, seen: Seen) -> PolicyState | None:
    """A policy with a value of its own: what the value is decides.

    Where an element shares the value and the policy has no enabledValue, any data but the disabledValue means Enabled.
    Elements that are set without the value are what other tools and older templates leave: partial.
    """
    key, name = policy.key, policy.value_name or ""
    at = place(key, name)
    shared = any(place(e.key, e.value_name) == at for e in policy.elements if not isinstance(e, ListBox))
    any_data = shared and policy.enabled is None
    if not any_data and half.holds(key, name, policy.enabled or ONE):
        return _enabled(policy, seen, (at, *_held(policy.enabled_list, half)))
    if half.holds(key, name, policy.disabled or DELETE):
        return _disabled(policy, seen, (at, *_held(policy.disabled_list, half)))
    if any_data and half.get(key, name) is not None:
        return _enabled(policy, seen, (at, *_held(policy.enabled_list, half)))
    if half.get(key, name) is None and not half.deletes(key, name) and _sets(seen):
        return _enabled(policy, seen, (), partial=True)
    return None


def _by_lists(policy: AdmxPolicy, half: Half, seen: Seen) -> PolicyState | None:
    """Lists of values: all of one must be there.

    An element that is set outranks the list of Disabled: Office's lists of add-ins are emptied before they are filled,
    which satisfies the deletions of Disabled too.
    """
    if policy.enabled_list and half.holds_all(policy.enabled_list):
        return _enabled(policy, seen, places(policy.enabled_list))
    if policy.disabled_list and half.holds_all(policy.disabled_list) and not _sets(seen):
        return _disabled(policy, seen, places(policy.disabled_list))
    return None


def _by_elements(policy: AdmxPolicy, half: Half, seen: Seen) -> PolicyState | None:
    """Elements alone: one that is set means Enabled; deleted ones and boxes that hold false mean Disabled.

    Enabled with an unticked box cannot be told from Disabled where the box is all there is; GPMC says Disabled.
    """
    if _sets(seen):
        return _enabled(policy, seen, (), partial=bool(policy.enabled_list))
    if not policy.disabled_list and any(s.status in ("deleted", "off") for _, s in seen):
        return _disabled(policy, seen, ())
    return None


def _held(items: Iterable[Item], half: Half) -> frozenset[Place]:
    return places(item for item in items if half.holds(item.key, item.value_name, item.data))


def _sets(seen: Seen) -> bool:
    return any(s.status == "set" for _, s in seen)


def _enabled(policy: AdmxPolicy, seen: Seen, own: Iterable[Place], *, partial: bool = False) -> PolicyState:
    values = {id: element.value for id, element in seen if element.value is not None}
    return PolicyState(policy, "enabled", values, partial, _explained(seen, own), _missing(seen))


def _disabled(policy: AdmxPolicy, seen: Seen, own: Iterable[Place]) -> PolicyState:
    return PolicyState(policy, "disabled", {}, False, _explained(seen, own), _missing(seen))


def _explained(seen: Seen, own: Iterable[Place]) -> frozenset[Place]:
    return frozenset(own).union(*(element.places for _, element in seen))


def _missing(seen: Seen) -> tuple[str, ...]:
    return tuple(id for id, element in seen if element.status == "absent")
