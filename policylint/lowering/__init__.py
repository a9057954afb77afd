"""Lowering: claims of both channels to what Windows would hold, so that they meet under one setting id.

Claims of Intune policies become the registry values and security settings that a GPO writes, one family of CSP nodes a
module. What has no twin stays a CSP node. `Policy.written` keeps the claims as the export states them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from policylint.estate import Estate
from policylint.lowering import admx_backed, hello, lists, mapped, products, security
from policylint.lowering.context import Context
from policylint.model import Channel, Claim, Policy

Lowerer = Callable[[Iterable[Claim], Policy, Context], Iterable[Claim]]

LOWERERS: tuple[Lowerer, ...] = (
    hello.lower,
    admx_backed.lower,
    products.lower,
    security.lower,
    mapped.lower,
    lists.lower,
)
"""Each takes the claims of one policy and lowers those of its family; the others pass through, in their order."""


def lower(estate: Estate) -> Estate:
    """The estate with every MDM claim lowered as far as its meaning is known."""
    context = Context(estate)
    policies = tuple(_lower(p, context) if p.channel is Channel.MDM else p for p in estate.policies)
    return replace(estate, policies=policies)


def _lower(policy: Policy, context: Context) -> Policy:
    claims: Iterable[Claim] = policy.claims
    for lowerer in LOWERERS:
        claims = lowerer(claims, policy, context)
    return replace(policy, claims=tuple(claims), written=policy.claims)
