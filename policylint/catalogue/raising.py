"""Raising: from a registry value to the policy that an administrator sees in the editor."""

from __future__ import annotations

from dataclasses import dataclass

from policylint.catalogue.admx import AdmxStore
from policylint.catalogue.admx_policy import AdmxPolicy, Slot
from policylint.catalogue.element_state import Half
from policylint.catalogue.state import state_of
from policylint.model import Scope, SettingId

_HIVES = {"hklm": Scope.DEVICE, "hkcu": Scope.USER}
_NOTHING = Half({})


@dataclass(frozen=True, slots=True)
class Raised:
    """A registry value raised to its policy."""

    name: str
    """The policy's display name."""
    path: str
    """Its category path, from the top: `Windows Components/Windows Hello for Business`."""
    policy: AdmxPolicy
    element: str | None
    """The id of the element that holds the value; None when it is the policy's own or an item of its lists."""
    others: tuple[AdmxPolicy, ...]
    """Other policies that write the same value, best first."""


def raise_name(store: AdmxStore, setting: SettingId, half: Half = _NOTHING) -> Raised | None:
    """The policy that a registry value is best known by; None for other settings and values that nobody owns.

    `half` is what stands beside the value. Of several owners one of the user's files comes first, then one whose values
    all stand there, then the one that explains more of them; then by what the value is to it, and by name. A list box,
    which claims whatever stands in its key, comes behind all others.
    """
    owners = owners_of(store, setting)
    if not owners:
        return None
    if len(owners) > 1:
        owners = tuple(sorted(owners, key=lambda slot: _rank(store, slot, half)))
    first, *others = owners
    path = store.category_path(first.policy.category)
    element = first.element.id if first.element else None
    return Raised(first.policy.display_name, path, first.policy, element, tuple(slot.policy for slot in others))


def owners_of(store: AdmxStore, setting: SettingId, other_side: bool = False) -> tuple[Slot, ...]:
    """The policies that write a registry value, best first; with `other_side`, those that write it in the other hive.

    A key may have `!` in its name, and so may the value.
    """
    hive, _, rest = setting.key.partition("\\")
    scope = _HIVES.get(hive)
    if scope and other_side:
        scope = Scope.USER if scope is Scope.DEVICE else Scope.DEVICE
    at = rest.find("!") if scope else -1
    while scope and at >= 0:
        owners = store.owners(scope, rest[:at], rest[at + 1 :])
        if owners:
            return owners
        at = rest.find("!", at + 1)
    return ()


def _rank(store: AdmxStore, slot: Slot, half: Half) -> tuple[bool, bool, bool, int]:
    """What decides before the order that the store gives its owners in."""
    state = state_of(slot.policy, half)
    complete = state is not None and not state.partial and not state.missing
    return not store.is_own(slot.policy), slot.value_name is None, not complete, -len(state.explained) if state else 0
