"""What single GPOs hold, and what they hold together: copies, default policies, values that stay (semantics 5.3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from policylint.checks.found import Found, Spot, claim_spot, listed, quoted
from policylint.checks.overlap import overlaps
from policylint.claimed import claimed
from policylint.estate import Estate
from policylint.model import Channel, Claim, Policy, Scope

_NAMED = 3
_FEW = 3
"""GPOs with fewer settings are easily alike without being copies."""
_HIVES = ("hklm\\", "hkcu\\")
_POLICY_KEYS = tuple(
    f"{hive}{key}"
    for hive in _HIVES
    for key in ("software\\policies\\", "software\\microsoft\\windows\\currentversion\\policies\\")
)

_DOMAIN, _CONTROLLERS = "{31B2F340-016D-11D2-945F-00C04FB984F9}", "{6AC1786C-016F-11D2-945F-00C04FB984F9}"
_OWN: Mapping[str, tuple[str, ...]] = {
    _DOMAIN: (
        "secedit:system access/",
        "secedit:kerberos policy/",
        "secedit:registry values/machine\\system\\currentcontrolset\\control\\lsa\\nolmhash",
        "hklm\\software\\policies\\microsoft\\systemcertificates\\",
    ),
    _CONTROLLERS: ("secedit:", "audit:"),
}
"""What the two policies that every domain has are for: accounts and recovery; rights, auditing, security options."""
_PURPOSE = {_DOMAIN: "account policies", _CONTROLLERS: "user rights, auditing and security options"}

_UNNAMED = ("new group policy object", "neues gruppenrichtlinienobjekt", "nouvel objet de stratégie de groupe")
_LABELS = "copy of "

_SRP = "hklm\\software\\policies\\microsoft\\windows\\safer\\codeidentifiers"
_APPLOCKER = "hklm\\software\\policies\\microsoft\\windows\\srpv2\\"


def _gpos(estate: Estate) -> list[Policy]:
    return [policy for policy in estate.policies if policy.channel is Channel.GPO]


def twins(estate: Estate) -> Iterator[Found]:
    """GPOs of one domain that say the same, word for word (GP022)."""
    alike: dict[object, list[Policy]] = {}
    for policy in _naming_the_same(estate):
        if policy.id.startswith("{"):
            said = frozenset((c.setting.key, c.scope, c.value, c.absent, c.soft, c.when) for c in policy.claims)
            swept = frozenset((s.scope, s.key, s.tree) for s in policy.sweeps)
            alike.setdefault((policy.domain.casefold(), said, swept), []).append(policy)
    for policies in alike.values():
        different = list({policy.id: policy for policy in policies}.values())
        if len(different) > 1:
            count = len({claim.setting.key for claim in different[0].claims})
            unique = len({policy.name.casefold() for policy in different}) == len(different)
            names = [f"{quoted([p.name])}{'' if unique else f' ({p.id})'}" for p in different[:_NAMED]]
            more = [f"{len(different) - _NAMED} more"] if len(different) > _NAMED else []
            yield Found(
                f"{listed([*names, *more])} hold the same {count} settings",
                tuple(Spot(policy.evidence, policy, "the same settings") for policy in different),
            )


def _naming_the_same(estate: Estate) -> Sequence[Policy]:
    """The GPOs that are about the same settings as another of their domain, in the order of the estate."""
    about: list[tuple[Policy, list[Policy]]] = []
    named: dict[object, list[Policy]] = {}
    for policy in _gpos(estate):
        if len(policy.claims) >= _FEW:
            keys = frozenset([claim.setting.key for claim in policy.claims])
            those = named.setdefault((policy.domain.casefold(), keys), [])
            those.append(policy)
            about.append((policy, those))
    return [policy for policy, those in about if len(those) > 1]


def beside_the_purpose(estate: Estate) -> Iterator[Found]:
    """A default policy of the domain holds settings that belong into a GPO of their own (GP026)."""
    for policy in _gpos(estate):
        own = _OWN.get(policy.id.upper())
        others = [claim for claim in policy.claims if not claim.setting.key.startswith(own)] if own else []
        if others:
            yield _with_claims(
                policy,
                others,
                f"is the domain's default policy for {_PURPOSE[policy.id.upper()]} and also sets",
                "not what this policy is for",
                "move these settings to a GPO of their own",
            )


def stays(estate: Estate) -> Iterator[Found]:
    """Values outside the policy keys, which stay when the GPO goes; one finding for each GPO (GP030)."""
    index = claimed(estate)
    outside = [key for key in index.beginning(_HIVES) if not key.startswith(_POLICY_KEYS)]
    for policy, claims in index.by_policy(outside):
        found = [claim for claim in claims if not claim.absent and claim.type.startswith("REG_")]
        if found and policy.channel is Channel.GPO:
            yield _with_claims(
                policy, found, "writes outside the policy keys, where values stay when the GPO goes:", "stays", ""
            )


def _with_claims(policy: Policy, claims: Sequence[Claim], text: str, label: str, fix: str) -> Found:
    unique = list({claim.setting.key: claim for claim in claims}.values())
    more = [f"{len(unique) - _NAMED} more"] if len(unique) > _NAMED else []
    return Found(
        f"{quoted([policy.name])} {text} {listed([*(c.setting.text for c in unique[:_NAMED]), *more])}",
        tuple(claim_spot(claim, policy, label) for claim in unique[:_NAMED]),
        help=f"{fix}" if fix else "",
    )


def unnamed(estate: Estate) -> Iterator[Found]:
    """A GPO has the name that the console gives to new ones, or to copies (GP038)."""
    for policy in _gpos(estate):
        name = policy.name.strip().casefold()
        if name in _UNNAMED or name.startswith(_LABELS):
            yield Found(
                f"{quoted([policy.name])} has the name that the console gave it: what it is for cannot be seen",
                (Spot(policy.evidence, policy, "says nothing"),),
            )


def two_allow_lists(estate: Estate) -> Iterator[Found]:
    """Software restriction policies and AppLocker meet on one computer, where AppLocker alone counts (GP039)."""
    restricting = _first(estate, _SRP, needs="!defaultlevel")
    locking = _first(estate, _APPLOCKER) if restricting else []
    for a, srp in restricting:
        for b, rules in locking:
            meeting = "certain" if a is b else overlaps(estate).of(a, b, Scope.DEVICE)
            if meeting == "never" or (meeting == "possible" and not (a.links and b.links)):
                continue
            where = f"in {quoted([b.name])} " if a is not b else ""
            yield Found(
                f"{quoted([a.name])} holds software restriction policies, and AppLocker rules stand {where}"
                "beside them: where both reach a computer, AppLocker alone counts",
                (claim_spot(srp, a, "not looked at"), claim_spot(rules, b, "counts")),
                confidence="likely" if meeting == "certain" else "possible",
                help=f"keep one of them; remove the software restriction policies from {quoted([a.name])}",
            )


def _first(estate: Estate, begin: str, needs: str = "") -> list[tuple[Policy, Claim]]:
    """The GPOs that say something below a key, with their first claims there."""
    index = claimed(estate)
    keys = [key for key in index.beginning((begin,)) if key.endswith(needs)]
    first = {id(p): (p, c) for p, c in reversed(index.on(keys)) if p.channel is Channel.GPO and not c.absent}
    return [*reversed(first.values())]
