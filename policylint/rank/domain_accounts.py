"""Password, lockout and Kerberos policy of domain accounts: what the GPOs at the domain's root say (G-SEC-ACCOUNT).

Domain controllers take account policy from those GPOs alone, so domain accounts have one policy wherever a computer
stands, and a computer's own list rules its local accounts. A row of its own says what holds for domain accounts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from policylint.estate import Estate
from policylint.facts import ALWAYS, Is, When
from policylint.families.merging import ACCOUNT_POLICY
from policylint.model import Claim, Policy, Scope, SettingId
from policylint.rank.gpo import gpo_reaches
from policylint.rank.reach import Excluded, Placement, Reach
from policylint.topology import Facts, Target

if TYPE_CHECKING:
    from policylint.rank.contests import Contestant

RULE = "G-SEC-ACCOUNT"
OF_DOMAIN = " (domain accounts)"
"""How the setting ids of these rows end."""
_SECURITY = "secedit:"
"""How the keys of all account policy begin: asked first, because most settings are others."""
_CONTROLLERS = "Domain Controllers"


def is_account_policy(key: str) -> bool:
    """Whether a setting is password, lockout or Kerberos policy, by the key of its id."""
    return key.startswith(ACCOUNT_POLICY)


def account_settings(estate: Estate) -> tuple[tuple[str, Scope], ...]:
    """The account policy that any policy of an estate sets, by key and scope."""
    claims = (claim for _, those in estate.once(_telling) for claim in those)
    return tuple(dict.fromkeys((claim.setting.key, claim.scope) for claim in claims))


def _telling(estate: Estate) -> list[tuple[Policy, list[Claim]]]:
    """The policies that set account policy, with what they say about it."""
    found = []
    for policy in estate.policies:
        claims = [claim for claim in policy.claims if claim.setting.key.startswith(_SECURITY)]
        claims = [claim for claim in claims if is_account_policy(claim.setting.key)]
        if claims:
            found.append((policy, claims))
    return found


def reaches_of_domain(at: Placement) -> Sequence[Reach]:
    """How account policy reaches the domain's accounts: by links at its root, as the controllers see them.

    Nobody tells which groups those are in. The claims are those on account policy, under the ids of domain accounts.
    """
    domain = (at.target.device or "").partition("/")[0]
    if not domain:
        return ()
    controllers = Target(name=_CONTROLLERS, device=f"{domain}/{_CONTROLLERS}", facts=Facts(join="ad"))
    there = Placement(at.estate.once(_with_accounts), controllers, {}, ("ad",))
    return [_of_root(reach, domain) for reach in gpo_reaches(there, Scope.DEVICE, domain)[0] if reach.depth == 1]


def _of_root(reach: Reach, domain: str) -> Reach:
    gate: When = ALWAYS if reach.som else Is(f'link of "{reach.policy.name}" to {domain}')
    return replace(reach.gated(RULE, gate), reasons=(*reach.reasons, RULE))


def _with_accounts(estate: Estate) -> Estate:
    """The estate with what its policies say about account policy alone."""
    told = estate.once(_telling)
    policies = [replace(policy, claims=tuple(map(_of_domain, claims)), sweeps=()) for policy, claims in told]
    return replace(estate, policies=tuple(policies))


def _of_domain(claim: Claim) -> Claim:
    text = f"{claim.setting.text}{OF_DOMAIN}"
    return replace(claim, setting=SettingId(text, text.casefold()))


def of_controllers(contestants: tuple[Contestant, ...]) -> tuple[tuple[Contestant, ...], list[Excluded]]:
    """What counts on a domain controller of the claims on one account policy: those of links at the domain's root."""
    kept = tuple(c for c in contestants if c.reach.depth == 1)
    text = "domain controllers take account policy from links to the domain only"
    out = [
        Excluded(c.policy, RULE, text, c.claim.scope, frozenset({c.claim.setting}))
        for c in contestants
        if c not in kept
    ]
    return kept, out
