"""Secrets that stand in exports of Intune in plain text (IN022). What they are is never printed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from policylint.checks.found import Found, claim_spot, quoted
from policylint.estate import Estate
from policylint.masks import is_secret, masked
from policylint.model import Channel, Claim

_STAND_IN = re.compile(r"\s*(?:<[^<>]*>|%[^%]*%|\{\{.*\}\}|\[[^\[\]]*\]|\.{3,}|x{3,})\s*", re.IGNORECASE | re.DOTALL)
"""What people write where the secret is to be filled in."""


_HARMLESS = ("<policyDefinitions", "<RuleCollection", "<AppLockerPolicy", "<SiPolicy")
"""How large documents begin that have no place for a secret: ADMX files, AppLocker and App Control rules."""

_BEGINNING = 400
_SHORTEST = 12
_LAST = 40
"""Names are told by their end."""
_TEXTS = (str, tuple)
_SIGNS = ("<", "{", "=", "/", " -", "PRIVATE")


def plain_secret(estate: Estate) -> Iterator[Found]:
    """A password, key or private certificate stands readable in a profile's export."""
    for policy in estate.policies:
        for claim in policy.written if policy.channel is Channel.MDM else ():
            value = claim.value
            if isinstance(value, _TEXTS) and _is_plain(claim, value):
                name = (claim.origin or claim.setting.text).strip()
                yield Found(
                    f"{quoted([policy.name])} holds a secret in plain text in {name}: whoever reads the export has it",
                    (claim_spot(claim, policy, "a secret"),),
                    claim.setting.text,
                    claim.scope.value,
                    confidence="likely",
                )


def _is_plain(claim: Claim, value: str | tuple[str, ...]) -> bool:
    if not is_secret(claim.origin[-_LAST:]) and not (isinstance(value, str) and _may_hold(value)):
        return False
    if isinstance(value, str) and (_STAND_IN.fullmatch(value) or _is_harmless(value)):
        return False
    return masked((claim.origin, claim.setting.text), value) != value


def _is_harmless(text: str) -> bool:
    beginning = text[:_BEGINNING]
    for mark in _HARMLESS:  # noqa: SIM110  # asked of many texts: a generator doubles the cost
        if mark in beginning:
            return True
    return False


def _may_hold(text: str) -> bool:
    """Whether a text is structured, so that something in it may be named a secret."""
    if len(text) <= _SHORTEST:
        return False
    for sign in _SIGNS:  # noqa: SIM110  # as above
        if sign in text:
            return True
    return False
