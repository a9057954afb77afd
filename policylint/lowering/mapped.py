"""CSP nodes with a GP mapping, lowered to the registry value that the group policy writes.

MDM keeps these values in places of its own (M-NOT-SAME-STORE); the comparison is one of meaning, and the setting's id
is the GPO's registry value. What a node's value means there is `policylint.catalogue.gp_mapping`'s to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from policylint.lowering.context import Context
from policylint.lowering.twins import translated, twin_of
from policylint.model import Claim, Policy


def lower(claims: Iterable[Claim], policy: Policy, context: Context) -> Iterator[Claim]:
    """The claims of an Intune policy, those at nodes with a twin lowered where their meaning is certain."""
    for claim in claims:
        twin = twin_of(claim)
        if twin is None or twin.uri in context.held_back:
            yield claim
        else:
            yield from translated(claim, twin, policy) or (claim,)
