"""CSP nodes with a GP mapping, lowered to the registry value that the group policy writes.

MDM keeps these values in places of its own (M-NOT-SAME-STORE); the comparison is one of meaning, and the setting's id
is the GPO's registry value. What a node's value means there is `policylint.catalogue.gp_mapping`'s to say.
"""

from __future__ import annotations

from collections.abc import Sequence

from policylint.catalogue.gp_mapping import by_key
from policylint.lowering.context import Context
from policylint.model import Claim, Policy, SettingId


def concerns(setting: SettingId, context: Context) -> bool:
    """Whether it is a node whose values have a meaning in the registry."""
    twin = by_key(setting.key)
    return twin is not None and twin.form is not None


def lower(claims: Sequence[Claim], policy: Policy, context: Context) -> Sequence[tuple[Claim, ...] | None]:
    """What becomes of claims of one policy at nodes with a twin: lowered where their meaning is certain."""
    held_back, translations = context.held_back, context.translations
    return [
        None if twin is None or twin.uri in held_back else translations.claims(claim, twin, policy) or None
        for claim, twin in ((claim, translations.twin(claim)) for claim in claims)
    ]
