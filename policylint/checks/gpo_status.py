"""What keeps all settings of a GPO away (GP003, GP004, GP011, GP012), and versions that differ (GP009)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policylint.checks.found import Found, Spot, claim_spot, listed, quoted
from policylint.claimed import sides
from policylint.estate import Estate
from policylint.model import Channel, Claim, Policy, Scope
from policylint.principals import display
from policylint.rank.local_policy import layer_of
from policylint.targets import EVERYONE

_SCOPES = sorted(Scope)
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


def settings_of_version_zero(estate: Estate) -> Iterator[Found]:
    """GPOs with settings on a side whose version is 0, as that of an empty side is: none is applied (G-EMPTY).

    Where only GPT.INI was read it is likely: editors count both versions at once.
    """
    for policy in estate.policies:
        if policy.file_version is None or policy.channel is not Channel.GPO or layer_of(policy) is not None:
            continue
        for scope in _SCOPES:
            directory, file = policy.versions(scope)
            empty = not directory and file == 0
            claims = [claim for claim in policy.claims if claim.scope is scope] if empty else ()
            if claims:
                yield _version_zero(policy, claims, scope, told=directory is not None)


def _version_zero(policy: Policy, claims: Sequence[Claim], scope: Scope, *, told: bool) -> Found:
    held = f"{len(claims)} settings" if len(claims) > 1 else "a setting"
    applied = "none of them is" if len(claims) > 1 else "it is not"
    where, unless = ("everywhere", "") if told else ("in GPT.INI", " unless the directory has another version")
    return Found(
        f"the {_SIDES[scope]} side of {quoted([policy.name])} has version 0 {where} and holds {held}: "
        f"{applied} applied{unless}",
        tuple(claim_spot(claim, policy, "not applied") for claim in claims[:3]),
        scope=scope.value,
        confidence="certain" if told else "likely",
    )


def versions_differ(estate: Estate) -> Iterator[Found]:
    """GPOs whose versions in the directory and in SYSVOL differ: replication is behind, or one half was edited."""
    for policy in estate.policies:
        if policy.directory_version == policy.file_version:
            continue
        apart = [
            f"{directory} in the directory and {file} in SYSVOL for the {_SIDES[scope]} side"
            for scope, (directory, file) in ((scope, policy.versions(scope)) for scope in _SCOPES)
            if directory is not None and file is not None and directory != file
        ]
        if apart:
            yield Found(
                f"the versions of {quoted([policy.name])} differ: {listed(apart)}",
                (Spot(policy.evidence, policy, "its halves differ"),),
            )


def unreadable_for_computers(estate: Estate) -> Iterator[Found]:
    """GPOs with user settings that no group of all computers may read: user policy is fetched by the computer.

    Computers may be members of another group that may read the GPO, so that this is likely and not certain.
    """
    for policy, told in zip(estate.policies, sides(estate), strict=True):
        if Scope.USER not in told:
            continue
        readers = policy.filtering.read if policy.filtering is not None else ()
        if not readers or any(sid.casefold() in EVERYONE or sid.endswith("-515") for sid in readers):
            continue
        claims = [claim for claim in policy.claims if claim.scope is Scope.USER]
        if Scope.USER not in policy.disabled_sides:
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
