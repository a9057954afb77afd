"""The registry values that ADMX policies and their elements write, as claims name them. Each is worked out once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import NamedTuple

from policylint.catalogue.admx_policy import AdmxPolicy
from policylint.catalogue.element_state import EMPTIED
from policylint.frozen import plain
from policylint.lowering.admx_registry import Write, disabled, enabled_own
from policylint.model import Claim, Scope, SettingId, Value, registry


class Written(NamedTuple):
    """One registry value that is written, or deleted."""

    setting: SettingId
    type: str
    value: Value
    absent: bool


class Writes:
    """What the definitions of an estate write for what its profiles say of them, over and over.

    A definition goes by its identity, for it lives as long as its estate. That a list's other values go is not claimed:
    whether the MDM client removes them is not documented.
    """

    def __init__(self) -> None:
        self._by_state: dict[tuple[int, bool, bool], Sequence[Written]] = {}
        self._by_value: dict[Hashable, Sequence[Written]] = {}

    def own(self, policy: AdmxPolicy, state: bool, scope: Scope) -> Sequence[Written]:
        """What a policy's state writes by itself; nothing where only its elements write."""
        at = id(policy), state, scope is _USER
        found = self._by_state.get(at)
        if found is None:
            found = self._by_state[at] = _written(enabled_own(policy) if state else disabled(policy), scope)
        return found

    def once(self, at: Hashable, scope: Scope, make: Callable[[], Iterable[Write]]) -> Sequence[Written]:
        """What an element writes, made on first use; nothing where `make` raises ValueError: it cannot hold the value.

        `at` names definition, element and value.
        """
        found = self._by_value.get(at)
        if found is None:
            try:
                found = _written(make(), scope)
            except ValueError:
                found = ()
            self._by_value[at] = found
        return found


_USER = Scope.USER
_claim = plain(Claim)


def _written(writes: Iterable[Write], scope: Scope) -> Sequence[Written]:
    return [
        Written(registry(scope, write.key, write.value_name), write.type or "REG_SZ", write.value, write.absent)
        for write in writes
        if write.value_name != EMPTIED
    ]


def claimed(claim: Claim, writes: Sequence[Written], origin: str) -> list[Claim]:
    """A claim for each write, with the evidence of the claim that says so."""
    scope, evidence, soft, when = claim.scope, claim.evidence, claim.soft, claim.when
    if len(writes) == 1:  # mostly
        setting, type_, value, absent = writes[0]
        return [_claim(setting, scope, value, type_, evidence, absent, soft, origin, when)]
    return [
        _claim(setting, scope, value, type_, evidence, absent, soft, origin, when)
        for setting, type_, value, absent in writes
    ]


def origin_of(claim: Claim) -> str:
    """What the profile calls the setting."""
    return (claim.origin or claim.setting.text).strip()


def restated(claim: Claim, setting: SettingId, value: Value, type_: str) -> Claim:
    """The claim under the name that Windows has for it."""
    origin = claim.origin or claim.setting.text
    return Claim(setting, claim.scope, value, type_, claim.evidence, claim.absent, claim.soft, origin, claim.when)
