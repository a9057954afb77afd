"""Which GPOs reach a target: links and what blocks or filters them, loopback, local policy (semantics 1.1 to 1.6)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from policylint.facts import ALWAYS, NEVER, Is, When, every, negate, some
from policylint.model import Policy, Scope
from policylint.rank import filtering
from policylint.rank.links import Counting, Gpos, containers, forests, side
from policylint.rank.local_policy import SWITCH, is_local, local_reach
from policylint.rank.reach import Excluded, Found, Placement, Reach

LOOPBACK = r"hklm\software\policies\microsoft\windows\system!userpolicymode"
CROSS_FOREST = r"hklm\software\policies\microsoft\windows\system!allowx-forestpolicy-and-rup"
LOOPBACK_MODES: Mapping[object, str] = {1: "merge", 2: "replace"}
"""UserPolicyMode (G-LOOP-VALUE)."""


def gpo_reaches(at: Placement, scope: Scope, place: str | None) -> Found:
    """The GPO list of one side: every link on the placement's path ([MS-GPOL] 3.2.5.1.3 to 3.2.5.1.7).

    Where nobody tells the placement, every link counts on the condition that the device or user stands there.
    """
    path = containers(place, at.estate.topology)
    gpos = at.estate.once(Gpos)
    elsewhere = gpos.elsewhere[scope]
    into: list[Reach] = []
    out: list[Excluded] = []
    before = 0
    for number, links in gpos.on(path):
        out += elsewhere[before:number]
        before = number + 1
        gpo = gpos.listed[number]
        if gpo.layer is not None and scope not in gpo.policy.disabled_sides:
            layered = local_reach(gpo.policy, scope, gpo.layer)
            if isinstance(layered, Reach):
                into.append(layered)
            else:
                out.append(layered)
        elif scope in gpo.shut or not links:
            out.append(elsewhere[number])
        else:
            _add_linked(gpo.policy, links, at, scope, into, out)
    out += elsewhere[before:]
    return into, out


def _add_linked(
    policy: Policy, links: Iterable[Counting], at: Placement, scope: Scope, into: list[Reach], out: list[Excluded]
) -> None:
    """Adds one reach for each link that counts."""
    known = at.shared.reaches
    for counting in links:
        if counting.link.enabled:
            key = counting, scope
            if key not in known:
                known[key] = _reach(policy, counting, scope, at)
            into.append(known[key])
        else:
            text = f"its link to {counting.link.som} is disabled"
            out.append(Excluded(policy, "G-LINK-DISABLED", text, scope))


def _reach(policy: Policy, counting: Counting, scope: Scope, at: Placement) -> Reach:
    link = counting.link
    gates: list[tuple[str, When]] = []
    if "entra" in at.joins:
        gates.append(("W-JOIN", negate(Is("join", "entra"))))
    if not link.som:
        gates.append(("G-LSDOU", Is(f'link of "{policy.name}"')))
    elif counting.depth == 0:
        gates.append(("G-LSDOU", Is("site", link.som[5:].casefold())))
    elif not counting.placed:
        gates.append(("G-LSDOU", Is(f"{'device' if scope is Scope.DEVICE else 'user'} in {link.som}")))
    if counting.unblocked is not ALWAYS:
        gates.append(("G-BLOCK", counting.unblocked))
    if policy.directory_version is None and policy.file_version is not None and policy.versions(scope)[1] == 0:
        told = Is(f'a version of the {side(scope)} side of "{policy.name}" in the directory')
        gates.append(("G-EMPTY", told))
    gates += filtering.gates(policy, scope, at)
    rule = "G-ENFORCED-TOP" if link.enforced else "G-LSDOU"
    applied = None if at.observation is None else at.observation.applied_order(policy, scope, link.som)
    depth, order, raw = counting.depth, counting.order, counting.raw_order
    return Reach(policy, ALWAYS, (rule,), tuple(gates), scope, link.som, depth, link.enforced, order, raw, applied)


Beats = Callable[[Reach, Reach], bool]
"""Whether the first of two links certainly beats the second."""


def switch(device_side: Sequence[Reach], key: str, meanings: Mapping[object, str], beats: Beats) -> str:
    """What the computer's own settings make of processing: the winning meaning of a value, 'none' or 'unknown'."""
    found = [
        (reach, meanings.get(claim.value, "none"))
        for reach in device_side
        for claim in reach.policy.claims
        if claim.setting.key == key and claim.scope is Scope.DEVICE
    ]
    if all(meaning == "none" for _, meaning in found):
        return "none"
    for reach, meaning in found:
        rivals = (other for other, theirs in found if theirs != meaning)
        if reach.when == ALWAYS and all(beats(reach, other) for other in rivals):
            return meaning
    return "unknown"


def loopback_mode(device_side: Sequence[Reach], beats: Beats) -> str:
    """How user policy is processed, as the computer side sets it (G-LOOP-SELF): the winning mode, or 'unknown'."""
    return switch(device_side, LOOPBACK, LOOPBACK_MODES, beats)


def without_local(reaches: Sequence[Reach], device_side: Sequence[Reach], beats: Beats) -> Found:
    """The reaches, local policy kept out where a GPO of the directory turns it off (G-LGPO-OFF)."""
    if not any(is_local(reach) for reach in reaches):
        return [*reaches], []
    off = switch([reach for reach in device_side if not is_local(reach)], SWITCH, {1: "off"}, beats)
    if off == "none":
        return [*reaches], []
    into: list[Reach] = []
    out: list[Excluded] = []
    for reach in reaches:
        if not is_local(reach):
            into.append(reach)
        elif off == "off":
            out.append(Excluded(reach.policy, "G-LGPO-OFF", "a GPO turns local policy off", reach.scope))
        else:
            into.append(reach.gated("G-LGPO-OFF", Is("local policy is processed")))
    return into, out


def user_side(at: Placement, loopback: str, device_side: Sequence[Reach], beats: Beats) -> Found:
    """The user's GPO list, and under loopback the computer's list with its user side (G-LOOP-MERGE, G-LOOP-REPLACE).

    A user of another forest gets the computer's list, unless the computer allows cross-forest policy (G-LOOP-XFOREST).
    """
    foreign = _foreign(at, device_side, beats) if loopback != "replace" else NEVER
    into, out = gpo_reaches(at, Scope.USER, at.target.user)
    if loopback == "replace":
        text = "loopback replaces the user's GPO list"
        out += [Excluded(reach.policy, "G-LOOP-REPLACE", text, Scope.USER) for reach in into]
        into = []
    if loopback == "unknown":
        into = [reach.gated("G-LOOP-SELF", negate(Is("loopback", "replace"))) for reach in into]
    if foreign != NEVER:
        into = [reach.gated("G-LOOP-XFOREST", negate(foreign)) for reach in into]
    if loopback == "none" and foreign == NEVER:
        return into, out
    rule = {"merge": "G-LOOP-MERGE", "replace": "G-LOOP-REPLACE", "none": "G-LOOP-XFOREST"}.get(loopback, "G-LOOP-SELF")
    mode: When = negate(Is("loopback", "none")) if loopback == "unknown" else foreign if loopback == "none" else ALWAYS
    for reach in gpo_reaches(at, Scope.USER, at.target.device)[0]:
        if not is_local(reach):
            gated = reach.gated(rule, some(mode, foreign)) if mode != ALWAYS else reach
            into.append(replace(gated, reasons=(rule, *reach.reasons), by_loopback=True))
    return into, out


def _foreign(at: Placement, device_side: Sequence[Reach], beats: Beats) -> When:
    """Where the user's forest is another than the computer's and the computer does not allow its policy."""
    between = forests(at.target)
    allowed = switch(device_side, CROSS_FOREST, {1: "allowed"}, beats) if between else "allowed"
    if between is None or allowed == "allowed":
        return NEVER
    computers, users = between
    elsewhere = Is(f"{users} is in another forest than {computers}")
    return elsewhere if allowed == "none" else every(elsewhere, Is("cross-forest policy is not allowed"))
