"""Lowering: claims of both channels to what Windows would hold, so that they meet under one setting id.

Claims of Intune policies become the registry values and security settings that a GPO writes, one family of CSP nodes a
module. What has no twin stays a CSP node. `Policy.written` keeps the claims as the export states them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from operator import attrgetter

from policylint.estate import Estate
from policylint.lowering import admx_backed, hello, lists, mapped, products, security
from policylint.lowering.context import Context
from policylint.model import Channel, Claim, Policy, SettingId

Lowered = Sequence[Claim] | None
"""What becomes of a claim; None where it stays as it is."""

LOWERERS: tuple[
    tuple[Callable[[SettingId, Context], bool], Callable[[Sequence[Claim], Policy, Context], Sequence[Lowered]]], ...
] = (
    (hello.concerns, hello.lower),
    (admx_backed.concerns, admx_backed.lower),
    (products.concerns, products.lower),
    (security.concerns, security.lower),
    (mapped.concerns, mapped.lower),
    (lists.concerns, lists.lower),
)
"""Of each family: whether it may have something to say about a setting, which is asked once for each name, and what
becomes of the claims of one policy about such settings, in their order. What one leaves goes to the next."""


def lower(estate: Estate) -> Estate:
    """The estate with every MDM claim lowered as far as its meaning is known."""
    families = _Families(Context(estate))
    return replace(
        estate, policies=tuple([families.policy(p) if p.channel is Channel.MDM else p for p in estate.policies])
    )


_PARTS = [part.name for part in fields(Policy)]
_parts_of = attrgetter(*_PARTS)
_CLAIMS, _WRITTEN = _PARTS.index("claims"), _PARTS.index("written")


class _Families:
    """Which families the settings of an estate are of; policies set the same ones over and over."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.known: dict[str, tuple[int, ...]] = {}
        """By the setting's text: the numbers of the lowerers that it concerns."""

    def policy(self, policy: Policy) -> Policy:
        """The policy with its claims lowered."""
        parts = list(_parts_of(policy))  # `replace` asks for each part by itself, and there are hundreds of policies
        parts[_CLAIMS], parts[_WRITTEN] = tuple(self.claims(policy.claims, policy)), policy.claims
        return Policy(*parts)

    def claims(self, claims: Sequence[Claim], policy: Policy, first: int = 0) -> Sequence[Claim]:
        """The claims of one policy, those of each family from the `first` on lowered; the others keep their places."""
        concerned: list[list[int]] = [[] for _ in LOWERERS]
        known = self.known
        for at, claim in enumerate(claims):
            setting = claim.setting
            numbers = known.get(setting.text)
            for number in self._asked(setting) if numbers is None else numbers:
                concerned[number].append(at)
        found: dict[int, Sequence[Claim]] = {}
        for number, (_, lower_) in enumerate(LOWERERS):
            places = [at for at in concerned[number] if at not in found] if number >= first else []
            if places:
                lowered = lower_([claims[at] for at in places], policy, self.context)
                for at, made in zip(places, lowered, strict=True):
                    if made is not None:
                        found[at] = self._rest(made, policy, number + 1)
        return _placed(claims, found) if found else claims

    def _asked(self, setting: SettingId) -> tuple[int, ...]:
        numbers = tuple([number for number, (concerns, _) in enumerate(LOWERERS) if concerns(setting, self.context)])
        self.known[setting.text] = numbers
        return numbers

    def _rest(self, made: Sequence[Claim], policy: Policy, first: int) -> Sequence[Claim]:
        """What a family made of a claim; nodes among it, parts of a payload that cannot be used, go on to the next."""
        for claim in made:
            if claim.setting.text.startswith("./"):
                return self.claims(made, policy, first)
        return made


def _placed(claims: Sequence[Claim], found: dict[int, Sequence[Claim]]) -> list[Claim]:
    placed: list[Claim] = []
    for at, claim in enumerate(claims):
        made = found.get(at)
        if made is None:
            placed.append(claim)
        else:
            placed += made
    return placed
