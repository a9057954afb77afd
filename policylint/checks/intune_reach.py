"""Whom the settings of a profile are for, and whom it goes to (IN017, IN018)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from policylint.checks.assigned import members
from policylint.checks.found import Found, Spot, claim_spot, listed, quoted
from policylint.estate import Estate
from policylint.model import Channel, Policy, Scope

_CONFIGURES = frozenset(
    {"settings-catalog", "custom", "identity-protection", "intent", "template", "administrative-template"}
)
_NAMED = 3
_REMEMBERED = 1 << 14
_MANY = 3
"""One or two profiles for everybody are nothing special; where all are, there is no ring to try them in."""
_EVERYBODY = {"all-devices": "all devices", "all-users": "all users"}

_RISKY = re.compile(
    r"/(?:passportforwork|bitlocker|firewall|laps|applocker|defender/attacksurface\w*|policy/config/(?:devicelock"
    r"|devicehealthmonitoring|deviceguard|userrights|localpoliciessecurityoptions|lanmanworkstation|localusersandgroups"
    r"|credentialsdelegation|mssecurityguide|windowslogon|systemservices|applicationcontrol))(?:/|$)",
    re.IGNORECASE,
)
"""Settings that lock people out when they are wrong: sign-in, rights, encryption, firewall, what may run."""


def other_side(estate: Estate) -> Iterator[Found]:
    """A profile for users holds settings for devices, or the other way round (IN017, I-SCOPE-ASSIGN)."""
    for policy in estate.policies:
        kinds = (
            {members(a, estate) for a in policy.assignments or () if not a.exclude} if _is_profile(policy) else set()
        )
        if len(kinds) != 1 or None in kinds:
            continue
        goes_to = kinds.pop()
        wrong = Scope.DEVICE if goes_to == "users" else Scope.USER
        claims = [claim for claim in policy.written if claim.scope is wrong and claim.setting.text.startswith("./")]
        if claims:
            count = f"{len(claims)} {'setting' if len(claims) == 1 else 'settings'}"
            text = (
                f"{count} for devices: they come when one of the users signs in and then hold for everybody there"
                if wrong is Scope.DEVICE
                else f"{count} for users: they hold for everybody who signs in"
            )
            yield Found(
                f"{quoted([policy.name])} goes to {goes_to} and holds {text}",
                tuple(claim_spot(claim, policy, f"for {wrong.value}s") for claim in claims[:_NAMED]),
            )


def everybody(estate: Estate) -> Iterator[Found]:
    """Many profiles that can lock people out go to all devices or all users, and nobody is left out (IN018)."""
    found: dict[str, list[Policy]] = {}
    for policy in estate.policies:
        if not _is_profile(policy) or any(a.exclude or a.filter for a in policy.assignments or ()):
            continue
        for target in sorted({str(a.target) for a in policy.assignments or ()} & _EVERYBODY.keys()):
            if any(_is_risky(claim.setting.text) for claim in policy.written):
                found.setdefault(target, []).append(policy)
    for target, policies in sorted(found.items()):
        if len(policies) >= _MANY:
            yield _to_everybody(_EVERYBODY[target], policies)


@lru_cache(maxsize=_REMEMBERED)
def _is_risky(setting: str) -> bool:
    return _RISKY.search(setting) is not None


def _to_everybody(target: str, policies: list[Policy]) -> Found:
    names = [policy.name for policy in policies]
    return Found(
        f"{_some(names)} go to {target}, and nobody is left out: what is wrong in them reaches everybody at once",
        tuple(Spot(policy.evidence, policy, f"goes to {target}") for policy in policies[:_NAMED]),
        help="exclude a group of devices to fall back on and the accounts for emergencies",
    )


def _some(names: list[str]) -> str:
    more = [f"{len(names) - _NAMED} more"] if len(names) > _NAMED else []
    return listed([*(quoted([name]) for name in names[:_NAMED]), *more])


def _is_profile(policy: Policy) -> bool:
    return policy.channel is Channel.MDM and policy.kind in _CONFIGURES
