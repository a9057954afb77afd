"""Lowering: claims of both channels to what Windows would hold, so that they meet under one setting id.

Claims of Intune policies become the registry values and security settings that a GPO writes, one family of CSP nodes a
module. What has no twin stays a CSP node. `Policy.written` keeps the claims as the export states them.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
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
        made: list[Lowered] = [None] * len(claims)
        concerned: dict[int, list[int]] = {}
        left: list[int] = []
        known = self.known
        for at, claim in enumerate(claims):
            setting = claim.setting
            numbers = known.get(setting.text)
            if numbers is None:
                numbers = self._asked(setting)
            if not numbers or numbers[-1] < first:
                left.append(at)
                continue
            for number in numbers:
                if number >= first:
                    concerned.setdefault(number, []).append(at)
        if concerned:
            self._together(claims, policy, concerned, made)
            left += {at for places in concerned.values() for at in places if made[at] is None}
        self._one_by_one(claims, policy, left, made)
        return _placed(claims, made)

    def _together(
        self, claims: Sequence[Claim], policy: Policy, concerned: Mapping[int, list[int]], made: list[Lowered]
    ) -> None:
        """Adds what families make of claims that they look at together. `concerned` are the claims' places."""
        for number in sorted(concerned):
            places = [at for at in concerned[number] if made[at] is None]
            lowered = TOGETHER[number][1]([claims[at] for at in places], policy, self.context)
            for at, found in zip(places, lowered, strict=True):
                if found is not None:
                    made[at] = self._rest(found, policy, number + 1)

    def _one_by_one(self, claims: Sequence[Claim], policy: Policy, places: Sequence[int], made: list[Lowered]) -> None:
        """Adds what the other families make of the claims at these places."""
        said = self.said[policy.kind == "custom"]
        for at in places:
            claim = claims[at]
            text, value = claim.setting.text, claim.value
            says = text, claim.type, value.__class__, value, claim.scope is _USER, claim.absent
            writes = said.get(says)
            if writes is None and says not in said:
                writes = said[says] = self._alone(claim, policy)
            if writes is not None:
                made[at] = claimed(claim, writes, claim.origin or text)

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


def _placed(claims: Sequence[Claim], made: Sequence[Lowered]) -> list[Claim]:
    placed: list[Claim] = []
    for claim, found in zip(claims, made, strict=True):
        if found is None:
            placed.append(claim)
        else:
            placed += found
    return placed
