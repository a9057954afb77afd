"""The registry values that ADMX policies and their elements write, as claims name them. Each is worked out once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from policylint.catalogue.element_state import EMPTIED
from policylint.lowering.admx_registry import Write
from policylint.model import Claim, Policy, Scope, SettingId, Value, registry


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


@dataclass(frozen=True, slots=True)
class Restated:
    """What becomes of claims that are lowered one by one; profiles say the same things over and over."""

    _made: dict[Hashable, tuple[Written, ...] | None] = field(default_factory=dict)

    def once(
        self, family: str, claim: Claim, policy: Policy, make: Callable[[Claim], Sequence[Claim] | None]
    ) -> Lowered:
        """What `make` makes of the claim or of another one that says the same; None where it stays as it is.

        Only setting, value and type may differ between the claim and what is made of it, and of the policy only
        whether it is a custom profile may count.
        """
        value, of_user, custom = claim.value, claim.scope is Scope.USER, policy.kind == "custom"
        at = family, claim.setting.text, claim.type, type(value), value, of_user, claim.absent, custom
        if at in self._made:
            found = self._made[at]
        else:
            made = make(claim)
            found = None if made is None else tuple([Written(c.setting, c.type, c.value, c.absent) for c in made])
            self._made[at] = found
        return None if found is None else claimed(claim, found, claim.origin or claim.setting.text)


Lowered = tuple[Claim, ...] | None


def claimed(claim: Claim, writes: Iterable[Written], origin: str) -> tuple[Claim, ...]:
    """A claim for each write, with the evidence of the claim that says so."""
    scope, evidence, soft, when = claim.scope, claim.evidence, claim.soft, claim.when
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
