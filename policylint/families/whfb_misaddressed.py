"""Windows Hello settings that a custom profile meant to set and does not: its OMA-URI names no tenant (W-URI)."""

from __future__ import annotations

from collections.abc import Iterator

from policylint.families.whfb_settings import node_of
from policylint.model import Channel
from policylint.rank import Precedence
from policylint.rank.reach import Excluded

_WRONG = {
    "placeholder": "'{}' stands in place of the tenant id",
    "braces": "the tenant id stands in braces, as '{}'",
}


def without_effect(precedence: Precedence) -> Iterator[Excluded]:
    """The claims that reach the target at a node of no tenant, as policies that have no say in what they meant."""
    for contestants in precedence.contests.values():
        for contestant in contestants:
            policy = contestant.reach.policy
            if policy.kind != "custom":
                continue
            claim = contestant.claim
            node = node_of(claim, policy) if policy.channel is Channel.MDM else None
            fault = next((f for f in node.faults if f in _WRONG), None) if node is not None else None
            if node is not None and node.hello is not None and fault is not None:
                text = _WRONG[fault].format(node.tenant)
                yield Excluded(policy, "W-URI", text, claim.scope, frozenset({node.hello.id(node.scope)}))
