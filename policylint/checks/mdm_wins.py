"""MDMWinsOverGP where it is on: what it does not reach, whom it does not reach, and what it makes weaker."""

from __future__ import annotations

from collections.abc import Iterator

from policylint.checks.channels import (
    across,
    both,
    contestant,
    cover_of,
    rule_of,
    switch_reaches,
    switches,
    turned_on,
)
from policylint.checks.found import Found, Spot, claim_spot, quoted
from policylint.checks.meetings import Meeting, Touch
from policylint.checks.touching import counted, found, names_of
from policylint.estate import Estate
from policylint.families.mdm_wins import Cover, nodes_of
from policylint.families.product_keys import FIREWALL_RULES, prefixed
from policylint.lowering.products import number
from policylint.model import Policy

_NOT_COVERED = {
    Cover.NO: "it reaches only policies of the Policy CSP that stand for a group policy",
    Cover.UPDATE: "whether it reaches Windows Update is not documented",
    Cover.USER: "whether it reaches settings of users is not documented",
    Cover.UNMAPPED: "no description of these nodes says that it reaches them",
}


def switch_does_not_reach(estate: Estate) -> Iterator[Found]:
    """MDMWinsOverGP is on, and does not reach what a GPO and a profile set differently (PR024, M-MWG-EXCEPTIONS)."""
    for meeting, touches in across(estate) if turned_on(estate) else ():
        if switch_reaches(meeting, estate) == "never":
            continue
        open_ = tuple(
            t
            for t in touches
            if rule_of(t) != "M-LAPS"
            and not prefixed(t.mine.setting.key, FIREWALL_RULES)
            and cover_of(meeting, t) is not Cover.YES
        )
        why = list(dict.fromkeys(_NOT_COVERED[cover_of(meeting, t)] for t in open_))
        message = (
            f"{both(meeting)} set {counted(names_of(meeting, open_, estate))} differently, and MDMWinsOverGP does not "
            f"settle it: {', and '.join(why)}"
        )
        help = f'remove these settings from "{meeting.theirs.name}" or from "{meeting.mine.name}"'
        yield from found(meeting, open_, estate, message, help) if open_ else ()


def switch_too_narrow(estate: Estate) -> Iterator[Found]:
    """MDMWinsOverGP goes to fewer devices than the profiles that need it against a GPO (PR025)."""
    needing: dict[str, tuple[Meeting, list[str]]] = {}
    for meeting, touches in across(estate) if turned_on(estate) else ():
        covered = tuple(t for t in touches if cover_of(meeting, t) is Cover.YES)
        if not covered or meeting.overlap(estate, covered) == "never":
            continue
        if meeting.mine.assignments is None or any(_serves(on, meeting.mine, estate) for on in turned_on(estate)):
            continue
        first, gpos = needing.setdefault(meeting.mine.id, (meeting, []))
        gpos.append(meeting.theirs.name)
        needing[meeting.mine.id] = first, gpos
    on = turned_on(estate)
    for meeting, gpos in needing.values():
        claim = next(claim for policy, claim in switches(estate) if policy is on[0])
        yield Found(
            f'"{meeting.mine.name}" relies on MDMWinsOverGP against {quoted(dict.fromkeys(gpos))}, and '
            f"{quoted(policy.name for policy in on)} {'do' if len(on) > 1 else 'does'} not turn it on for all whom the "
            "profile goes to",
            (claim_spot(claim, on[0], "turns MDMWinsOverGP on"), Spot(meeting.mine.evidence, meeting.mine)),
            claim.setting.text,
            claim.scope.value,
            confidence="likely",
            help=f'assign "{on[0].name}" to every group that "{meeting.mine.name}" goes to',
        )


def _serves(switch: Policy, profile: Policy, estate: Estate) -> bool:
    """Whether the switch arrives wherever the profile does, or may for all that the export tells."""
    if switch is profile or switch.assignments is None:
        return True
    everywhere = any(a.target == "all-devices" and not a.filter for a in switch.assignments)
    if not _groups(switch, True) <= _groups(profile, True):
        return False
    return everywhere or _groups(profile, False) <= _groups(switch, False)


def _groups(policy: Policy, exclude: bool) -> set[tuple[str, str | None, str | None, str | None]]:
    """What a profile goes to, or takes out."""
    told = (a for a in policy.assignments or () if a.exclude is exclude)
    return {(a.target, a.group, a.filter, a.filter_mode) for a in told}


def strips_stricter(estate: Estate) -> Iterator[Found]:
    """MDMWinsOverGP makes a weaker value of Intune replace a stricter one of a GPO (PR027)."""
    for meeting, touches in across(estate) if turned_on(estate) else ():
        if switch_reaches(meeting, estate) == "never":
            continue
        weaker = tuple(t for t in touches if cover_of(meeting, t) is Cover.YES and _is_weaker(meeting, t))
        message = (
            f'MDMWinsOverGP lets the Intune profile "{meeting.mine.name}" put weaker values in place of those of the '
            f'GPO "{meeting.theirs.name}" in {counted(names_of(meeting, weaker, estate))}'
        )
        help = f'set the stricter values in "{meeting.mine.name}"'
        yield from found(meeting, weaker, estate, message, help) if weaker else ()


def _is_weaker(meeting: Meeting, touch: Touch) -> bool:
    """Whether Intune's number is the less secure one, by what the DDF says of the node (MSFT:ConflictResolution).

    The hint is about the node's own values, so it counts only where lowering left the value as it was written.
    """
    mine, theirs = touch.mine.value, touch.theirs.value
    kinds = {node.conflict_resolution for node in nodes_of(contestant(meeting.mine, touch.mine))}
    written = {c.value for c in meeting.mine.written if c.origin == touch.mine.origin}
    if (
        len(kinds) != 1
        or not isinstance(mine, int)
        or not isinstance(theirs, int)
        or {str(v) for v in written} != {str(mine)}
    ):
        return False
    kind = kinds.pop()
    if kind.endswith("ZeroHasNoLimits") and 0 in (mine, theirs):
        return mine == 0
    if kind.startswith("LowestValueMostSecure"):
        return mine > theirs
    return kind.startswith("HighestValueMostSecure") and mine < theirs


def switched_back(estate: Estate) -> Iterator[Found]:
    """MDMWinsOverGP is set to 0 where a device runs Windows 10 1803, which cannot take it back (PR026)."""
    old = [t.name for t in estate.topology.target if (t.facts.os_build or "").startswith("10.0.17134")]
    for policy, claim in switches(estate) if old else ():
        if number(claim.value) == 0:
            yield Found(
                f"{quoted([policy.name])} sets MDMWinsOverGP back to 0, which Windows 10 1803 cannot: "
                f"{', '.join(old[:3])} may run it",
                (claim_spot(claim, policy, "0"),),
                claim.setting.text,
                claim.scope.value,
                confidence="possible",
                help="update these devices first",
            )
