"""Which groups a target is in, as far as anything hangs on it: one number for targets that no policy tells apart."""

from __future__ import annotations

from collections.abc import Hashable
from itertools import product

from policylint.estate import Estate
from policylint.model import Scope
from policylint.targets import accounts, alternatives, member, principals
from policylint.topology import Target


class Memberships:
    """What is known about membership of every group that decides something. Make one with `estate.once`."""

    def __init__(self, estate: Estate) -> None:
        self._estate = estate
        self._principals = tuple(dict.fromkeys(principals(estate.policies)))
        self._groups, self._members = alternatives(self._principals, estate)
        self._known: dict[Hashable, int] = {}
        self._numbers: dict[Hashable, int] = {}

    def of(self, target: Target) -> int:
        """The number of what is known about a target: by way of what it is in, worked out once."""
        groups = None if target.groups is None else frozenset(map(str.casefold, target.groups)) & self._groups
        names = tuple([accounts(target, side) & self._members for side in Scope])
        told = groups, bool(target.device_name), bool(target.user_name), names
        if told not in self._known:
            asked = product(self._principals, (None, *Scope))
            found = tuple([member(principal, target, self._estate, side) for principal, side in asked])
            self._known[told] = self._numbers.setdefault(found, len(self._numbers))
        return self._known[told]
