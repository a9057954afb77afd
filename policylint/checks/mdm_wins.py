"""MDMWinsOverGP where it is on: what it does not reach, whom it does not reach, and what it makes weaker."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from policylint.checks.channels import (
    both,
    covered,
    rule_of,
    switch_reaches,
    switches,
    turned_on,
)
from policylint.checks.found import Found, Spot, claim_spot, quoted
from policylint.checks.meetings import Meeting
from policylint.checks.setters import Touch
from policylint.checks.touching import counted, found, names_of
from policylint.estate import Estate
from policylint.families.mdm_wins import Cover, nodes_of
from policylint.families.product_keys import FIREWALL_RULES, prefixed
from policylint.lowering.products import number
from policylint.model import Claim, Policy

_NOT_COVERED = {
    Cover.NO: "it reaches only policies of the Policy CSP that stand for a group policy",
    Cover.UPDATE: "whether it reaches Windows Update is not documented",
    Cover.USER: "whether it reaches settings of users is not documented",
    Cover.UNMAPPED: "no description of these nodes says that it reaches them",
}


def switch_does_not_reach(estate: Estate) -> Iterator[Found]:
    """MDMWinsOverGP is on, and does not reach what a GPO and a profile set differently (PR024, M-MWG-EXCEPTIONS)."""
    for meeting, touches in covered(estate):
        if switch_reaches(meeting.mine, estate) == "never":
            continue
        open_ = [
            (touch, cover)
            for touch, cover in touches
            if cover is not Cover.YES
            and rule_of(touch) != "M-LAPS"
            and not prefixed(touch.mine.setting.key, FIREWALL_RULES)
        ]
        if not open_:
            continue
        those = tuple([touch for touch, _ in open_])
        why = list(dict.fromkeys([_NOT_COVERED[cover] for _, cover in open_]))
        message = (
            f"{both(meeting)} set {counted(names_of(meeting, those, estate))} differently, and MDMWinsOverGP does not "
            f"settle it: {', and '.join(why)}"
        )
        help = f'remove these settings from "{meeting.theirs.name}" or from "{meeting.mine.name}"'
        yield from found(meeting, those, estate, message, help)


def switch_too_narrow(estate: Estate) -> Iterator[Found]:
    """MDMWinsOverGP goes to fewer devices than the profiles that need it against a GPO (PR025)."""
    needing: dict[str, tuple[Meeting, list[str]]] = {}
    served: dict[int, bool] = {}
    for meeting, touches in covered(estate):
        mine = meeting.mine
        if id(mine) not in served:
            told = mine.assignments is not None
            served[id(mine)] = not told or any(_serves(on, mine, estate) for on in turned_on(estate))
        if served[id(mine)]:
            continue
        reached = tuple(touch for touch, cover in touches if cover is Cover.YES)
        if reached and meeting.overlap(estate, reached) != "never":
            needing.setdefault(mine.id, (meeting, []))[1].append(meeting.theirs.name)
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
    hints = _Hints()
    for meeting, touches in covered(estate):
        if switch_reaches(meeting.mine, estate) == "never":
            continue
        reached = [touch for touch, cover in touches if cover is Cover.YES]
        weaker = [touch for touch in reached if _is_weaker(hints.of(touch.mine, meeting.mine), touch)]
        if weaker:
            message = (
                f'MDMWinsOverGP lets the Intune profile "{meeting.mine.name}" put weaker values in place of those of '
                f'the GPO "{meeting.theirs.name}" in {counted(names_of(meeting, weaker, estate))}'
            )
            yield from found(meeting, weaker, estate, message, f'set the stricter values in "{meeting.mine.name}"')


class _Hints:
    """Which of two numbers is the more secure one, by what the DDF says of a node (MSFT:ConflictResolution)."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], str] = {}
        self._written: dict[int, dict[str, set[str]]] = {}

    def of(self, claim: Claim, profile: Policy) -> str:
        """The hint of a claim's node, or ''. It is about the node's own values: lowering has to leave them alone."""
        at = id(profile), id(claim)
        if at not in self._known:
            self._known[at] = self._hint(claim, profile)
        return self._known[at]

    def _hint(self, claim: Claim, profile: Policy) -> str:
        kinds = {node.conflict_resolution for node in nodes_of(claim, profile)} if isinstance(claim.value, int) else ()
        if len(kinds) != 1 or self._values(profile).get(claim.origin) != {str(claim.value)}:
            return ""
        return next(iter(kinds))

    def _values(self, profile: Policy) -> Mapping[str, set[str]]:
        """The values that a profile states before lowering, by what they are called."""
        if id(profile) not in self._written:
            found: dict[str, set[str]] = {}
            for claim in profile.written:
                found.setdefault(claim.origin, set()).add(str(claim.value))
            self._written[id(profile)] = found
        return self._written[id(profile)]


def _is_weaker(kind: str, touch: Touch) -> bool:
    """Whether Intune's number is the less secure one."""
    mine, theirs = touch.mine.value, touch.theirs.value
    if not kind or not isinstance(mine, int) or not isinstance(theirs, int):
        return False
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
