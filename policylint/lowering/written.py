"""The registry values that ADMX policies and their elements write, as claims name them. Each is worked out once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from policylint.catalogue.element_state import EMPTIED
from policylint.lowering.admx_registry import Write
from policylint.model import Claim, Scope, SettingId, Value, registry


class Written(NamedTuple):
    """One registry value that is written, or deleted."""

    setting: SettingId
    type: str
    value: Value
    absent: bool


@dataclass(frozen=True, slots=True)
class Writes:
    """What the definitions of an estate write for what its profiles say of them, over and over.

    That a list's other values go is not claimed: whether the MDM client removes them is not documented.
    """

    _made: dict[Hashable, tuple[Written, ...]] = field(default_factory=dict)

    def once(self, at: Hashable, scope: Scope, make: Callable[[], Iterable[Write]]) -> tuple[Written, ...]:
        """What is written, made on first use; nothing where `make` raises ValueError: no element can hold the value.

        `at` names definition and value; a definition by its identity, for it lives as long as its estate.
        """
        found = self._made.get(at)
        if found is None:
            try:
                found = tuple(_written(write, scope) for write in make() if write.value_name != EMPTIED)
            except ValueError:
                found = ()
            self._made[at] = found
        return found


def _written(write: Write, scope: Scope) -> Written:
    setting = registry(scope, write.key, write.value_name)
    return Written(setting, write.type or "REG_SZ", write.value, write.absent)


def claimed(claim: Claim, writes: Iterable[Written]) -> tuple[Claim, ...]:
    """A claim for each write, with the evidence of the claim that says so."""
    scope, evidence, soft, origin, when = claim.scope, claim.evidence, claim.soft, origin_of(claim), claim.when
    return tuple(
        [
            Claim(setting, scope, value, type_, evidence, absent, soft, origin, when)
            for setting, type_, value, absent in writes
        ]
    )


def origin_of(claim: Claim) -> str:
    """What the profile calls the setting."""
    return (claim.origin or claim.setting.text).strip()


def restated(claim: Claim, setting: SettingId, value: Value, type_: str) -> Claim:
    """The claim under the name that Windows has for it."""
    origin = claim.origin or claim.setting.text
    return Claim(setting, claim.scope, value, type_, claim.evidence, claim.absent, claim.soft, origin, claim.when)
