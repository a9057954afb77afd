"""Account policy that does not rule the accounts it is meant for (PR034, PR035; G-SEC-ACCOUNT)."""

from __future__ import annotations

from collections.abc import Iterator

from policylint.checks.clashes import Clash
from policylint.checks.containers import contents, holds_controllers, is_domain, is_site, links
from policylint.checks.found import Found, View, claim_spot, quoted
from policylint.checks.gpo_claims import is_known, last_name, linked, pair_finding, some_of
from policylint.checks.pairs import NAMED, Pair, by_pair
from policylint.claimed import claimed
from policylint.estate import Estate
from policylint.families.merging import ACCOUNT_POLICY
from policylint.families.related import ACCOUNTS
from policylint.findings import Severity
from policylint.model import Channel, Claim, Policy, Scope, shown
from policylint.rank import order
from policylint.rank.domain_accounts import OF_DOMAIN

DEFAULT_DOMAIN_POLICY = "{31B2F340-016D-11D2-945F-00C04FB984F9}"


def linked_below_domain(estate: Estate) -> Iterator[Found]:
    """Account policy in a GPO that is linked to OUs and not to the domain: domain accounts never obey it (PR034)."""
    known = contents(estate)
    index = claimed(estate)
    for policy, claims in index.by_policy(index.beginning(ACCOUNT_POLICY)):
        linked = links(policy, estate) if _applies(policy) else None
        if not linked or any(is_domain(path) for path in linked):
            continue
        controllers = [path for path in linked if holds_controllers(path)]
        vain = controllers or [path for path in linked if known.users_only(path)]
        yield _below(policy, claims, linked, vain, bool(controllers))


def _applies(policy: Policy) -> bool:
    return policy.channel is Channel.GPO and Scope.DEVICE not in policy.disabled_sides


def _below(policy: Policy, claims: list[Claim], linked: tuple[str, ...], vain: list[str], controllers: bool) -> Found:
    name, what = quoted([policy.name]), some_of([last_name(claim) for claim in claims])
    who = (
        "domain controllers take account policy from links to the domain only" if controllers else "no computers there"
    )
    severity: Severity | None = None
    if vain:
        message = f"the account policy of {name} ({what}) has no effect at {some_of(vain)}: {who}"
    else:
        severity = "note"
        where = "sites" if all(map(is_site, linked)) else "OUs"
        message = (
            f"the account policy of {name} ({what}) rules the local accounts of computers only: it is linked to "
            f"{where} ({some_of(linked)}), and domain accounts obey links to the domain only"
        )
    return Found(
        message,
        tuple(claim_spot(claim, policy, "account policy") for claim in claims[:NAMED]),
        scope=Scope.DEVICE.value,
        severity=severity,
        confidence="certain" if controllers or not vain else "possible",
        help="set it in a GPO that is linked to the domain; for some accounts only, use a fine-grained password policy",
        subject=claims[0].setting.text,
    )


def outranked_at_domain(view: View) -> Iterator[Found]:
    """Account policy in a GPO at the domain that a stronger GPO at the same domain overrides (PR035)."""
    yield from by_pair(_at_domain(view), _outranked)


def _at_domain(view: View) -> Iterator[Clash]:
    """The strongest account policy at a domain against every weaker one there."""
    for (key, _), contestants in view.on(ACCOUNTS).items():
        own = not key.endswith(OF_DOMAIN)  # those are rows that say what holds for the domain's accounts
        ranked = linked(c for c in contestants if own and c.reach.depth == 1 and is_domain(c.reach.som))
        for loser in ranked[1:]:
            if loser.policy.id != ranked[0].policy.id and loser.claim.value != ranked[0].claim.value:
                yield Clash(ranked[0], loser, order(ranked[0], loser))


def _outranked(pair: Pair) -> Found:
    strong, weak = pair[0].winner.policy, pair[0].loser.policy
    domain, values = pair[0].winner.reach.som, some_of([_values(clash) for clash in pair])
    help = "keep the account policy of the domain in one GPO"
    if not is_known(pair[0]):
        both = quoted([strong.name, weak.name])
        message = (
            f"{both} set account policy differently for the accounts of {domain} ({values}): the stronger link counts"
        )
        return pair_finding(pair, f"{message}, and no input tells which one that is", help)
    message = (
        f"{quoted([strong.name])} overrides the account policy of {quoted([weak.name])} for the accounts of {domain}"
    )
    expected = weak.id.upper() == DEFAULT_DOMAIN_POLICY
    return pair_finding(pair, f"{message}: {values}", help, "note" if expected else None)


def _values(clash: Clash) -> str:
    word = "over" if is_known(clash) else "or"
    return f"{last_name(clash.winner.claim)} {shown(clash.winner.claim.value)} {word} {shown(clash.loser.claim.value)}"
