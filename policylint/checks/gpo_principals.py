"""Accounts that GPOs name: those that are only a name, and those of another domain (GP016, GP037)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from policylint.checks.found import Found, Spot, claim_spot, listed, quoted
from policylint.claimed import claimed
from policylint.estate import Estate
from policylint.model import Channel, Claim, Policy

_DOMAIN = re.compile(r"\b(S-1-5-21-\d+-\d+-\d+)-\d+\b", re.IGNORECASE)
_SID = re.compile(r"\*?S-1-[\d-]+", re.IGNORECASE)
_LISTS = ("secedit:privilege rights/", "secedit:group membership/")
_NAMED = 3

_EVERYWHERE = frozenset(
    {
        "administrator",
        "administrators",
        "all services",
        "authenticated users",
        "backup operators",
        "everyone",
        "guest",
        "guests",
        "iis_iusrs",
        "local account",
        "local account and member of administrators group",
        "local service",
        "network service",
        "remote desktop users",
        "service",
        "system",
        "users",
    }
)
"""Names that every Windows in English knows."""


def only_a_name(estate: Estate) -> Iterator[Found]:
    """A right or a group names an account without its id (GP016)."""
    index, known = claimed(estate), dict[str, bool]()
    for policy, claims in index.by_policy(index.beginning(_LISTS)):
        found: dict[str, Claim] = {}
        for claim in claims if policy.channel is Channel.GPO else ():
            for name in _bare(claim, known):
                found.setdefault(name, claim)
        if found:
            names = [f"'{name}'" for name in list(found)[:_NAMED]]
            more = [f"{len(found) - _NAMED} more"] if len(found) > _NAMED else []
            one = len(found) == 1
            yield Found(
                f"{quoted([policy.name])} names {listed([*names, *more])} without "
                f"{'its id' if one else 'their ids'}: each computer looks the {'name' if one else 'names'} up itself, "
                f"and what it does not find has no effect",
                tuple(claim_spot(claim, policy, f"'{name}'") for name, claim in list(found.items())[:_NAMED]),
                confidence="possible",
            )


def _bare(claim: Claim, known: dict[str, bool]) -> Iterator[str]:
    """The names in a list of accounts that are no ids; of a template's own file, where the editor writes ids.

    `known` are the names that were looked at, most of them often.
    """
    if not claim.evidence.path.casefold().endswith(".inf"):
        return
    group = claim.setting.text.rpartition("/")[2].rpartition("__")[0]
    for name in (*(claim.value if isinstance(claim.value, tuple) else ()), group):
        if name not in known:
            known[name] = _is_bare(name.strip())
        if known[name]:
            yield name.strip()


def _is_bare(name: str) -> bool:
    """Whether a name is neither an id, nor one of a domain, nor one that every Windows knows."""
    if not name or "\\" in name or "@" in name:
        return False
    return name.casefold() not in _EVERYWHERE and not _SID.fullmatch(name)


def other_domain(estate: Estate) -> Iterator[Found]:
    """GPOs of one domain name accounts of several (GP037): of a trusted one, or of the one they were made in."""
    index = claimed(estate)
    lists = {id(policy): claims for policy, claims in index.by_policy(index.beginning(_LISTS))}
    named: dict[str, list[tuple[Policy, Claim | None, str]]] = {}
    for policy in estate.policies:
        if policy.channel is Channel.GPO and policy.domain:
            named.setdefault(policy.domain.casefold(), []).extend(_accounts(policy, lists.get(id(policy), ())))
    for accounts in named.values():
        counted = Counter(domain for _, _, domain in accounts).most_common()
        if len(counted) < 2 or counted[0][1] == counted[1][1]:
            continue  # which of them is the domain's own cannot be told
        home = counted[0][0]
        strange: dict[str, list[tuple[Policy, Claim | None, str]]] = {}
        for policy, claim, domain in accounts:
            if domain != home:
                strange.setdefault(policy.id, []).append((policy, claim, domain))
        for found in strange.values():
            policy, domains = found[0][0], dict.fromkeys(domain for _, _, domain in found)
            yield Found(
                f"{quoted([policy.name])} names accounts of {listed(domains)}, while other GPOs of {policy.domain} "
                f"name those of {home}: where that is no trusted domain, nobody is meant by them",
                tuple(_spot(policy, claim) for _, claim, _ in found[:_NAMED]),
                confidence="possible",
            )


def _spot(policy: Policy, claim: Claim | None) -> Spot:
    if claim is None:
        return Spot(policy.evidence, policy, "security filtering")
    return claim_spot(claim, policy, "another domain")


def _accounts(policy: Policy, lists: Iterable[Claim]) -> Iterator[tuple[Policy, Claim | None, str]]:
    """The domains of the accounts that a GPO names, with the claim that names them."""
    for sid in (*policy.filtering.apply, *policy.filtering.deny) if policy.filtering else ():
        if found := _DOMAIN.match(sid):
            yield policy, None, found[1].upper()
    for claim in lists:
        said = " ".join(claim.value) if isinstance(claim.value, tuple) else str(claim.value)
        text = f"{claim.setting.text} {said}"
        if "-1-5-21-" in text:
            yield from ((policy, claim, domain.upper()) for domain in _DOMAIN.findall(text))
