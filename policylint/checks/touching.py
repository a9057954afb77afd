"""How findings about two policies that meet are worded: how many settings they both set, the first of them, where."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from policylint.checks.found import Found, Spot, claim_spot, listed
from policylint.checks.meetings import Meeting
from policylint.checks.overlap import Overlap
from policylint.checks.setters import same
from policylint.claimed import Written
from policylint.estate import Estate
from policylint.evidence import JsonAt
from policylint.families.mdm_wins import uris_of
from policylint.findings import Confidence, Severity
from policylint.masks import masked
from policylint.model import Claim, Policy, shown

NAMED = 3
"""How many settings a message names before it counts them."""
_LONGEST = 60
_LAST = re.compile(r"[!/\\]")
_BRIEF = re.compile(r"[^,\n]{1,24}")
"""A value as the file writes it that a label has room for: `0`, `<disabled/>`, but no list."""
_RULE = re.compile(r"\\asr\\rules!(.+)", re.IGNORECASE)

CONFIDENCE: Mapping[Overlap, Confidence] = {"certain": "certain", "possible": "possible"}


@dataclass(slots=True, eq=False)
class _Worded:
    """What was said of a policy's claims, by their identity: one claim is in many pairs."""

    policy: Policy
    names: dict[int, str] = field(default_factory=dict)
    spots: dict[int, Spot] = field(default_factory=dict)
    stated: dict[str, list[Claim]] = field(default_factory=dict)
    """What it states before lowering, by the place in the file."""


def _worded(policy: Policy, estate: Estate) -> _Worded:
    known = estate.once(_all_worded)
    found = known.get(id(policy))
    if found is None:
        found = known[id(policy)] = _Worded(policy)
        for claim in policy.written:
            found.stated.setdefault(_pointer(claim), []).append(claim)
    return found


def _all_worded(_: Estate) -> dict[int, _Worded]:
    """By the identity of the policy."""
    return {}


def name_of(claim: Claim, policy: Policy, estate: Estate) -> str:
    """What people call a setting: its title in the settings catalog, else the end of its id."""
    names = _worded(policy, estate).names
    found = names.get(id(claim))
    if found is None:
        found = names[id(claim)] = _name(claim, _nodes(claim, policy, estate), estate)
    return found


def _nodes(claim: Claim, policy: Policy, estate: Estate) -> tuple[str, ...]:
    """The nodes that a claim was written to, where it has no definition of the settings catalog."""
    if claim.origin and estate.definitions.catalog.lookup(claim.origin):
        return ()
    return uris_of(claim, policy, estate.once(Written).of(policy, claim.origin))


def _name(claim: Claim, nodes: tuple[str, ...], estate: Estate) -> str:
    known, at = estate.once(_all_names), (claim.origin, claim.setting.text, nodes)
    if at not in known:
        known[at] = _worked_out(claim, nodes, estate)
    return known[at]


def _all_names(_: Estate) -> dict[tuple[str, str, tuple[str, ...]], str]:
    """By all that decides about a name."""
    return {}


def _worked_out(claim: Claim, nodes: tuple[str, ...], estate: Estate) -> str:
    known = estate.definitions.catalog
    definition = known.lookup(claim.origin) if claim.origin else None
    title, element = known.title(definition) if definition else known.title_of(next(iter(nodes), claim.setting.text))
    guid = _RULE.search(claim.setting.text)
    if title:
        return (element or f"{title} {guid[1]}") if guid else title
    if guid:
        return f"attack surface reduction rule {guid[1]}"
    parts = _LAST.split(claim.setting.text.rstrip("!/\\"))
    return "/".join(parts[-2:]) if claim.setting.text.startswith("./") else parts[-1]


def names_of(meeting: Meeting, settings: Iterable[int], estate: Estate) -> list[str]:
    """The settings by name, once each: the parts of one dialog have one."""
    policy, known = meeting.mine, _worded(meeting.mine, estate).names
    return list({known.get(id(c)) or name_of(c, policy, estate): None for c in meeting.claims(settings)})


def counted(names: Sequence[str]) -> str:
    """`one setting (A)`, or `12 settings (A, B, C and 9 more)`."""
    some = ", ".join(names[:NAMED]) if len(names) > NAMED else listed(names)
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"{len(names)} settings ({some}{more})" if len(names) > 1 else f"one setting ({some})"


def spots(meeting: Meeting, settings: Sequence[int], estate: Estate) -> tuple[Spot, ...]:
    """Where the first of them are set: the profile's claim, then the other policy's."""
    mine, theirs = _worded(meeting.mine, estate), _worded(meeting.theirs, estate)
    touches = map(meeting.touch, settings[:NAMED])
    return tuple([spot for one, other in touches for spot in (_spot(one, mine), _spot(other, theirs))])


def _spot(claim: Claim, worded: _Worded) -> Spot:
    found = worded.spots.get(id(claim))
    if found is None:
        found = worded.spots[id(claim)] = claim_spot(claim, worded.policy, _sets(claim, worded))
    return found


def _sets(claim: Claim, worded: _Worded) -> str:
    """What a claim sets: `sets 1`, and what it becomes in Windows where that differs: `sets 1 (DisableX = 0)`."""
    evidence = claim.evidence
    there = worded.stated.get(_pointer(claim), ())
    written = [one for one in there if one.evidence is evidence or one.evidence == evidence]
    told = _value(written[0]) if len(written) == 1 else ""
    if not _BRIEF.fullmatch(told) or same(claim, written[0]):
        return f"sets {_value(claim)}"
    name = _LAST.split(claim.setting.text)[-1]
    return f"sets {told} ({name} {'absent' if claim.absent else f'= {_value(claim)}'})"


def _pointer(claim: Claim) -> str:
    place = claim.evidence.place
    return place.pointer if isinstance(place, JsonAt) else ""


def _value(claim: Claim) -> str:
    text = "no value" if claim.absent else shown(masked((claim.setting.text, claim.origin), claim.value))
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def found(
    meeting: Meeting,
    settings: Sequence[int],
    overlap: Overlap,
    estate: Estate,
    message: str,
    help: str,
    severity: Severity | None = None,
) -> Found:
    """The finding about a pair and these settings, as sure as it is that both reach one target."""
    return Found(
        message, spots(meeting, settings, estate), severity=severity, confidence=CONFIDENCE[overlap], help=help
    )
