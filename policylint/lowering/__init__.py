"""Lowering: claims of both channels to what Windows would hold, so that they meet under one setting id.

Claims of Intune policies become the registry values and security settings that a GPO writes, one family of CSP nodes a
module. What has no twin stays a CSP node. `Policy.written` keeps the claims as the export states them.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import fields, replace
from operator import attrgetter

from policylint.estate import Estate
from policylint.lowering import admx_backed, hello, lists, local_groups, mapped, products, security
from policylint.lowering.context import Context
from policylint.lowering.written import Written, claimed
from policylint.model import Channel, Claim, Policy, Scope, SettingId

Lowered = Sequence[Claim] | None
"""What becomes of a claim; None where it stays as it is."""

TOGETHER: tuple[
    tuple[Callable[[SettingId, Context], bool], Callable[[Sequence[Claim], Policy, Context], Sequence[Lowered]]], ...
] = (
    (hello.concerns, hello.lower),
    (admx_backed.concerns, admx_backed.lower),
    (local_groups.concerns, local_groups.lower),
)
"""Families whose claims depend on their policy, or on each other. Of each: whether it may have something to say about a
setting, which is asked once for each name, and what becomes of the claims of one policy about such settings, in their
order. What one leaves goes to the next."""

ALONE: tuple[Callable[[Claim, Policy, Context], Lowered], ...] = (
    products.lower,
    security.lower,
    mapped.lower,
    lists.lower,
)
"""Families that lower one claim like any other that says the same; they come after the others, and the first that makes
something of a claim counts. Only setting, value and type may differ between the claim and what is made of it, and of
the policy only whether it is a custom profile may count."""


def lower(estate: Estate) -> Estate:
    """The estate with every MDM claim lowered as far as its meaning is known."""
    families = _Families(Context(estate))
    return replace(
        estate, policies=tuple([families.policy(p) if p.channel is Channel.MDM else p for p in estate.policies])
    )


_USER = Scope.USER
_PARTS = [part.name for part in fields(Policy)]
_parts_of = attrgetter(*_PARTS)
_CLAIMS, _WRITTEN = _PARTS.index("claims"), _PARTS.index("written")


class _Families:
    """What becomes of the claims of an estate; policies say the same of the same settings over and over."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.known: dict[str, tuple[int, ...]] = {}
        """By the setting's text: the numbers of those of TOGETHER that it concerns."""
        self.said: tuple[dict[Hashable, Sequence[Written] | None], ...] = ({}, {})
        """By what a claim says: what those of ALONE make of it; in custom profiles and in others."""

    def policy(self, policy: Policy) -> Policy:
        """The policy with its claims lowered."""
        parts = list(_parts_of(policy))  # `replace` asks for each part by itself, and there are hundreds of policies
        parts[_CLAIMS], parts[_WRITTEN] = tuple(self.claims(policy.claims, policy)), policy.claims
        return Policy(*parts)

    def claims(self, claims: Sequence[Claim], policy: Policy, first: int = 0) -> Sequence[Claim]:
        """The claims of one policy, those of each family from the `first` on lowered; the others keep their places."""
        found = self._together(claims, policy, first)
        said = self.said[policy.kind == "custom"]
        placed: list[Claim] = []
        for at, claim in enumerate(claims):
            made = found.get(at)
            if made is not None:
                placed += made
                continue
            text, value = claim.setting.text, claim.value
            says = text, claim.type, value.__class__, value, claim.scope is _USER, claim.absent
            writes = said.get(says)
            if writes is None and says not in said:
                writes = said[says] = self._alone(claim, policy)
            if writes is None:
                placed.append(claim)
            else:
                placed += claimed(claim, writes, claim.origin or text)
        return placed

    def _together(self, claims: Sequence[Claim], policy: Policy, first: int) -> dict[int, Sequence[Claim]]:
        """What families make of claims that they look at together, by the claims' places."""
        concerned: dict[int, list[int]] = {}
        known = self.known
        for at, claim in enumerate(claims):
            setting = claim.setting
            numbers = known.get(setting.text)
            for number in self._asked(setting) if numbers is None else numbers:
                if number >= first:
                    concerned.setdefault(number, []).append(at)
        found: dict[int, Sequence[Claim]] = {}
        for number in sorted(concerned):
            places = [at for at in concerned[number] if at not in found] if found else concerned[number]
            lowered = TOGETHER[number][1]([claims[at] for at in places], policy, self.context)
            for at, made in zip(places, lowered, strict=True):
                if made is not None:
                    found[at] = self._rest(made, policy, number + 1)
        return found

    def _asked(self, setting: SettingId) -> tuple[int, ...]:
        numbers = tuple([number for number, (concerns, _) in enumerate(TOGETHER) if concerns(setting, self.context)])
        self.known[setting.text] = numbers
        return numbers

    def _rest(self, made: Sequence[Claim], policy: Policy, first: int) -> Sequence[Claim]:
        """What a family made of a claim; nodes among it, parts of a payload that cannot be used, go on to the next."""
        for claim in made:
            if claim.setting.text.startswith("./"):
                return self.claims(made, policy, first)
        return made

    def _alone(self, claim: Claim, policy: Policy) -> Sequence[Written] | None:
        for lower_ in ALONE:
            made = lower_(claim, policy, self.context)
            if made is not None:
                return [Written(one.setting, one.type, one.value, one.absent) for one in made]
        return None
