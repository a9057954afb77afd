"""MDMWinsOverGP where it is on: what it does not reach, whom it does not reach, and what it makes weaker."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from policylint.catalogue.ddf import Node
from policylint.checks.channels import (
    both,
    covered,
    list_entries,
    narrowed,
    of_rules,
    switched,
    switches,
    turned_on,
)
from policylint.checks.found import Found, Spot, claim_spot, quoted
from policylint.checks.meetings import Meeting
from policylint.checks.named import Named
from policylint.checks.setters import Bits, numbers
from policylint.checks.touching import counted, found, names_of
from policylint.claimed import Written
from policylint.estate import Estate
from policylint.families.mdm_wins import Cover, nodes_of
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
    apart = ~(of_rules(("M-LAPS",), estate) | list_entries(estate))
    for pair, covers in switched(estate):
        settings = pair.settings & ~covers.get(Cover.YES, 0) & apart
        meeting, _, overlap = narrowed(pair, settings)
        if overlap == "never":
            continue
        those = meeting.ordered(settings)
        why = [(told, bits) for cover, told in _NOT_COVERED.items() if (bits := covers.get(cover, 0) & settings)]
        if len(why) > 1:
            why.sort(key=lambda reason: next(at for at, n in enumerate(those) if reason[1] >> n & 1))
        message = (
            f"{both(meeting)} set {counted(names_of(meeting, those, estate))} differently, and MDMWinsOverGP does not "
            f"settle it: {', and '.join(told for told, _ in why)}"
        )
        help = f'remove these settings from "{meeting.theirs.name}" or from "{meeting.mine.name}"'
        yield found(meeting, those, overlap, estate, message, help)


def switch_too_narrow(estate: Estate) -> Iterator[Found]:
    """MDMWinsOverGP goes to fewer devices than the profiles that need it against a GPO (PR025)."""
    needing: dict[str, tuple[Meeting, list[str]]] = {}
    served: dict[int, bool] = {}
    for pair, covers in covered(estate):
        meeting, mine = pair.meeting, pair.meeting.mine
        if id(mine) not in served:
            told = mine.assignments is not None
            served[id(mine)] = not told or any(_serves(on, mine, estate) for on in turned_on(estate))
        if served[id(mine)]:
            continue
        if narrowed(pair, pair.settings & covers.get(Cover.YES, 0)).overlap != "never":
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
    hints = _Hints(estate)
    for pair, covers in switched(estate):
        reached = hints.among(pair.meeting, pair.settings & covers.get(Cover.YES, 0))
        weaker = _weaker(hints, pair.meeting, numbers(reached)) if reached else 0
        if not weaker:
            continue
        meeting, _, overlap = narrowed(pair, weaker)
        if overlap != "never":
            those = meeting.ordered(weaker)
            message = (
                f'MDMWinsOverGP lets the Intune profile "{meeting.mine.name}" put weaker values in place of those of '
                f'the GPO "{meeting.theirs.name}" in {counted(names_of(meeting, those, estate))}'
            )
            help = f'set the stricter values in "{meeting.mine.name}"'
            yield found(meeting, those, overlap, estate, message, help)


class _Hints:
    """Which of two numbers is the more secure one, by what the DDF says of a node (MSFT:ConflictResolution)."""

    def __init__(self, estate: Estate) -> None:
        self._known: defaultdict[int, dict[int, str]] = defaultdict(dict)
        """By the identities of the profile and of the claim."""
        self._by_node: dict[str, str] = {}
        """Of claims that name their node."""
        self._silent: defaultdict[int, Bits] = defaultdict(int)
        self._asked: defaultdict[int, Bits] = defaultdict(int)
        self._written, self._nodes = estate.once(Written), estate.once(Named)

    def among(self, meeting: Meeting, settings: Bits) -> Bits:
        """Those of the settings that have a hint, or may: what the profile says several things about."""
        if not settings:
            return 0
        profile = meeting.mine
        at = id(profile)
        asked = self._asked[at]
        if settings & ~asked and (new := settings & ~(asked | meeting.several)):
            self._asked[at] |= new
            those = numbers(new)
            claims = zip(those, meeting.claims(those), strict=True)
            self._silent[at] |= sum([1 << n for n, claim in claims if not self.of(claim, profile)])
        return settings & ~self._silent[at]

    def known(self, profile: Policy) -> Mapping[int, str]:
        """The hints that are known of a profile's claims, by the identity of the claim."""
        return self._known[id(profile)]

    def of(self, claim: Claim, profile: Policy) -> str:
        """The hint of a claim's node, or ''. It is about the node's own values: lowering has to leave them alone."""
        known = self._known[id(profile)]
        found = known.get(id(claim))
        if found is None:
            found = known[id(claim)] = self._hint(claim, profile)
        return found

    def _hint(self, claim: Claim, profile: Policy) -> str:
        if not isinstance(claim.value, int):
            return ""
        node = self._nodes.by(claim)
        if node and not self._of_node(node, claim, profile):
            return ""
        written = self._written.of(profile, claim.origin)
        if not _is_as_written(claim, written):
            return ""
        return self._by_node[node] if node else _kind(nodes_of(claim, profile, written))

    def _of_node(self, node: str, claim: Claim, profile: Policy) -> str:
        """The hint of the node that a claim names."""
        kind = self._by_node.get(node)
        if kind is None:
            kind = self._by_node[node] = _kind(nodes_of(claim, profile, ()))
        return kind


def _is_as_written(claim: Claim, written: Sequence[Claim]) -> bool:
    """Whether lowering has left a value alone."""
    if len(written) == 1 and written[0].value is claim.value:
        return True
    return {str(stated.value) for stated in written} == {str(claim.value)}


def _kind(nodes: Sequence[Node]) -> str:
    """The hint of these nodes, where it is one."""
    kinds = {node.conflict_resolution for node in nodes}
    return kinds.pop() if len(kinds) == 1 else ""


def _weaker(hints: _Hints, meeting: Meeting, settings: Sequence[int]) -> Bits:
    """The settings of which Intune's number is the less secure one."""
    profile, found = meeting.mine, 0
    known = hints.known(profile)
    for setting, (ours, other) in zip(settings, meeting.all_said(settings), strict=True):
        mine, theirs = ours.value, other.value
        if isinstance(mine, int) and isinstance(theirs, int):
            kind = known.get(id(ours))
            if _is_weaker(hints.of(ours, profile) if kind is None else kind, mine, theirs):
                found |= 1 << setting
    return found


def _is_weaker(kind: str, mine: int, theirs: int) -> bool:
    """Whether a number is less secure than another one by a hint."""
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
