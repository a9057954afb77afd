"""CSP nodes with a GP mapping, lowered to the registry value that the group policy writes.

MDM keeps these values in places of its own (M-NOT-SAME-STORE); the comparison is one of meaning, and the setting's id
is the GPO's registry value. What a node's value means there is `policylint.catalogue.gp_mapping`'s to say.
"""

from __future__ import annotations

from policylint.lowering.context import Context
from policylint.model import Claim, Policy


def lower(claim: Claim, policy: Policy, context: Context) -> tuple[Claim, ...] | None:
    """What becomes of a claim at a node with a twin: lowered where its meaning is certain."""
    twin = context.translations.twin(claim)
    if twin is None or twin.uri in context.held_back:
        return None
    return context.translations.claims(claim, twin, policy) or None
