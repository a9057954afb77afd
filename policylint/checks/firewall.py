"""Firewall and AppLocker rules of several policies: they add up, and what one says can undo what another says.

Rules of all GPOs and of Intune apply together (G-FW-MERGE); a rule that blocks outranks one that allows; one id holds
one rule. Only rules that stand in registry values are read here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from policylint.catalogue.decoded import decode
from policylint.checks.assigned import is_unassigned
from policylint.checks.found import Found, Spot, claim_spot, listed, quoted
from policylint.checks.overlap import Overlap, overlaps
from policylint.checks.touching import CONFIDENCE, counted
from policylint.claimed import claimed
from policylint.decoded import Decoded, FieldValue
from policylint.estate import Estate
from policylint.families.product_keys import FIREWALL_RULES
from policylint.lowering.products import number
from policylint.model import Channel, Claim, Policy, Scope, csp

_CSP_RULES = csp("./Device/Vendor/MSFT/Firewall/MdmStore/FirewallRules").key + "_"
_MERGES = {
    r"hklm\software\policies\microsoft\windowsfirewall" + f"\\{profile}profile!allowlocalpolicymerge": profile
    for profile in ("domain", "private")
}
"""The values that let local rules count. Public networks are left out: there they are turned off on purpose."""
_MODE = r"hklm\software\policies\microsoft\windows\srpv2" + "\\"
_MODES = {0: "audits", 1: "enforces"}
_SPOTS = 3

Limits = Mapping[str, frozenset[str]]
"""What a rule says of the traffic that it means, by field, without case."""


@dataclass(frozen=True, slots=True)
class _Rule:
    """A firewall rule, and whose it is."""

    policy: Policy
    claim: Claim
    decoded: Decoded

    @property
    def fields(self) -> Mapping[str, FieldValue]:
        return dict(self.decoded.fields)


def _sets_devices(policy: Policy) -> bool:
    """Whether a policy can set something for devices."""
    return Scope.DEVICE not in policy.disabled_sides and not is_unassigned(policy)


def _rules(estate: Estate) -> tuple[_Rule, ...]:
    index = claimed(estate)
    return tuple(
        _Rule(policy, claim, decoded)
        for policy, claim in index.on(index.beginning(FIREWALL_RULES))
        if _sets_devices(policy) and (decoded := decode(claim.setting, claim.value)) is not None
    )


def _overlap(a: Policy, b: Policy, estate: Estate) -> Overlap:
    return "certain" if a is b else overlaps(estate).of(a, b, Scope.DEVICE)


def local_rules_dropped(estate: Estate) -> Iterator[Found]:
    """Local rules do not count in a profile for which no policy has an inbound rule (PR039)."""
    index = claimed(estate)
    by_csp = [policy for policy, _ in index.by_policy(index.beginning((_CSP_RULES,))) if _sets_devices(policy)]
    for policy, claims in index.by_policy(_MERGES):
        off = {
            profile: claim
            for key, profile in _MERGES.items()
            for claim in (claims if _sets_devices(policy) else ())
            if claim.setting.key == key and number(claim.value) == 0
        }
        if not off or any(_overlap(policy, other, estate) != "never" for other in by_csp):
            continue
        rules = estate.once(_rules)
        bare = [profile for profile in off if not any(_opens(r, profile, policy, estate) for r in rules)]
        if bare:
            named = listed(bare) + (" profiles" if len(bare) > 1 else " profile")
            yield Found(
                f"{quoted([policy.name])} drops the firewall rules of the device itself in the {named}, and no policy "
                "beside it has an inbound rule there: what Windows and programs open for themselves stays closed",
                tuple(claim_spot(off[profile], policy, "local rules do not count") for profile in bare),
                confidence="likely",
                help=f"add the inbound rules that devices need, or let local rules count in {quoted([policy.name])}",
            )


def _opens(rule: _Rule, profile: str, policy: Policy, estate: Estate) -> bool:
    fields = rule.fields
    profiles = fields.get("profiles") or ()
    named = {text.casefold() for text in profiles} if isinstance(profiles, tuple) else set()
    return (
        (fields.get("direction"), fields.get("action")) == ("inbound", "allow")
        and fields.get("active") is not False
        and (not named or profile in named)
        and _overlap(policy, rule.policy, estate) != "never"
    )


def one_id_two_rules(estate: Estate) -> Iterator[Found]:
    """Two policies have different firewall rules of one id: only one of them is there (PR040)."""
    by_id: dict[str, list[_Rule]] = {}
    for rule in estate.once(_rules):
        by_id.setdefault(rule.claim.setting.key, []).append(rule)
    pairs: dict[tuple[str, str], list[tuple[_Rule, _Rule]]] = {}
    for same_id in by_id.values():
        for a, b in combinations(same_id, 2):
            if a.claim.value != b.claim.value and a.policy.id != b.policy.id:
                pairs.setdefault((a.policy.id, b.policy.id), []).append((a, b))
    for met in pairs.values():
        a, b = met[0]
        overlap = _overlap(a.policy, b.policy, estate)
        if overlap != "never":
            names = counted(list(dict.fromkeys(one.decoded.name for one, _ in met))).replace("setting", "rule", 1)
            yield Found(
                f"{quoted([a.policy.name, b.policy.name])} have {names} of the firewall under the same id, and "
                "different: one id holds one rule, so they do not add up",
                _spots(met),
                confidence=CONFIDENCE[overlap],
                help=f"make the rule again in one of {quoted([a.policy.name, b.policy.name])}, so that it gets an id "
                "of its own",
            )


def _spots(met: Sequence[tuple[_Rule, _Rule]]) -> tuple[Spot, ...]:
    return tuple(claim_spot(r.claim, r.policy, r.decoded.summary) for pair in met[:_SPOTS] for r in pair)


def blocked_elsewhere(estate: Estate) -> Iterator[Found]:
    """A rule allows what a rule of any policy blocks: the block counts (PR041)."""
    live = [(rule, rule.fields) for rule in estate.once(_rules)]
    live = [(rule, fields) for rule, fields in live if fields.get("active") is not False]
    blocking = [(rule, _limits(fields)) for rule, fields in live if fields.get("action") == "block"]
    allowing = [(rule, _limits(fields)) for rule, fields in live if fields.get("action") == "allow" and blocking]
    pairs: dict[tuple[str, str], list[tuple[_Rule, _Rule]]] = {}
    for block, limits in blocking:
        for allow, theirs in allowing:
            if _covers(limits, theirs) and allow.claim.setting.key != block.claim.setting.key:
                pairs.setdefault((allow.policy.id, block.policy.id), []).append((allow, block))
    for met in pairs.values():
        allow, block = met[0]
        overlap = _overlap(allow.policy, block.policy, estate)
        if overlap != "never":
            names = counted(list(dict.fromkeys(one.decoded.name for one, _ in met))).replace("setting", "rule", 1)
            yield Found(
                f"{quoted([allow.policy.name])} allows traffic with {names} that {quoted([block.policy.name])} "
                f"blocks ({block.decoded.name}): a firewall rule that blocks outranks every one that allows",
                _spots(met),
                confidence=CONFIDENCE[overlap],
                help=f"narrow the rule of {quoted([block.policy.name])}, or remove the one of "
                f"{quoted([allow.policy.name])}",
            )


_ASIDE = {"action", "active", "description", "group", "version", "edge-traversal"}
"""Fields that do not say which traffic a rule means."""


def _limits(fields: Mapping[str, FieldValue]) -> Limits:
    """What a rule says of the traffic that it means."""
    return {name: _values(value) for name, value in fields.items() if name not in _ASIDE}


def _covers(block: Limits, allow: Limits) -> bool:
    """Whether the block means all traffic that the other rule allows: each of its limits is a limit of the other."""
    if not block.keys() <= allow.keys():
        return False
    return all(values and allow[name] <= values for name, values in block.items())


def _values(value: FieldValue) -> frozenset[str]:
    return frozenset(text.casefold() for text in (value if isinstance(value, tuple) else (str(value),)))


def modes_differ(estate: Estate) -> Iterator[Found]:
    """One GPO audits a collection of AppLocker rules, and another enforces it (PR042)."""
    modes: list[tuple[Policy, dict[str, Claim]]] = []
    index = claimed(estate)
    for policy, claims in index.by_policy(key for key in index.beginning((_MODE,)) if key.endswith("!enforcementmode")):
        if policy.channel is Channel.GPO and _sets_devices(policy):
            found = {claim.setting.key: claim for claim in claims if claim.value in _MODES}
            modes += [(policy, found)] if found else []
    for (a, mine), (b, theirs) in combinations(modes, 2):
        differ = [key for key in mine if key in theirs and mine[key].value != theirs[key].value]
        overlap = _overlap(a, b, estate) if differ else "never"
        if overlap != "never":
            names = listed(mine[key].setting.text.split("\\")[-1].partition("!")[0] for key in differ)
            first = mine[differ[0]]
            one, other = _MODES[int(str(first.value))], _MODES[int(str(theirs[differ[0]].value))]
            yield Found(
                f"{quoted([a.name])} {one} and {quoted([b.name])} {other} AppLocker rules of {names}: the rules of "
                "both are merged, and one mode counts for all of them",
                (
                    claim_spot(first, a, one),
                    claim_spot(theirs[differ[0]], b, other),
                ),
                confidence=CONFIDENCE[overlap],
                help=f"set one mode for {names} in both {quoted([a.name, b.name])}",
            )
