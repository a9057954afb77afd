"""What keeps all settings of a GPO away: sides that are off, denies, readers that are missing (GP004, GP011, GP012)."""

from __future__ import annotations

from collections.abc import Iterator

from policylint.checks.found import Found, Spot, claim_spot, listed, quoted
from policylint.estate import Estate
from policylint.model import Channel, Scope
from policylint.principals import display
from policylint.targets import EVERYONE

_SIDES = {Scope.DEVICE: "computer", Scope.USER: "user"}


def settings_on_disabled_side(estate: Estate) -> Iterator[Found]:
    """GPOs that hold settings on a side that is disabled: none of them is applied, wherever the GPO is linked."""
    for policy in estate.policies:
        for scope in sorted(policy.disabled_sides) if policy.channel is Channel.GPO else ():
            claims = [claim for claim in policy.claims if claim.scope is scope]
            if claims:
                held = f"{len(claims)} settings" if len(claims) > 1 else "a setting"
                message = (
                    f"the {_SIDES[scope]} side of {quoted([policy.name])} is disabled and holds {held}: "
                    f"{'none of them is' if len(claims) > 1 else 'it is not'} applied"
                )
                yield Found(
                    message,
                    tuple(claim_spot(claim, policy, "not applied") for claim in claims[:3]),
                    scope=scope.value,
                )


def unreadable_for_computers(estate: Estate) -> Iterator[Found]:
    """GPOs with user settings that no group of all computers may read: user policy is fetched by the computer.

    Computers may be members of another group that may read the GPO, so that this is likely and not certain.
    """
    for policy in estate.policies:
        readers = policy.filtering.read if policy.filtering is not None else ()
        claims = [claim for claim in policy.claims if claim.scope is Scope.USER]
        if not readers or not claims or Scope.USER in policy.disabled_sides:
            continue
        if not any(sid.casefold() in EVERYONE or sid.endswith("-515") for sid in readers):
            message = (
                f"{quoted([policy.name])} has user settings, and neither Authenticated Users nor Domain Computers may "
                "read it: users get them only on computers that may read it by another group"
            )
            spots = Spot(policy.evidence, policy, "its permissions"), claim_spot(claims[0], policy, "not fetched")
            yield Found(message, spots, confidence="likely")


def denied(estate: Estate) -> Iterator[Found]:
    """GPOs that somebody is denied to apply: tools that list permissions do not show it."""
    for policy in estate.policies:
        if policy.filtering is not None and policy.filtering.deny:
            whom = listed(display(sid) for sid in policy.filtering.deny)
            message = (
                f"{quoted([policy.name])} denies Apply Group Policy to {whom}, which Get-GPPermission does not show"
            )
            yield Found(message, (Spot(policy.evidence, policy, "its permissions hold a deny"),))
