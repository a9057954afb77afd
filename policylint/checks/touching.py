"""How findings about two policies that meet are worded: how many settings they both set, the first of them, where."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from policylint.catalogue.settings_catalog import Definition
from policylint.checks.found import Found, Spot, claim_spot, listed
from policylint.checks.meetings import Meeting
from policylint.checks.named import Named
from policylint.checks.overlap import Overlap
from policylint.checks.setters import same
from policylint.claimed import Written
from policylint.estate import Estate
from policylint.evidence import JsonAt
from policylint.families.mdm_wins import texts_of
from policylint.findings import Confidence, Severity
from policylint.frozen import plain
from policylint.masks import masked
from policylint.model import Claim, Policy, shown

NAMED = 3
"""How many settings a message names before it counts them."""
_LONGEST = 60
_LAST = re.compile(r"[!/\\]")
_BRIEF = re.compile(r"[^,\n]{1,24}")
"""A value as the file writes it that a label has room for: `0`, `<disabled/>`, but no list."""
_RULE = re.compile(r"\\asr\\rules!(.+)", re.IGNORECASE)

_found = plain(Found)
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
        stated = found.stated
        for claim in policy.written:
            place = claim.evidence.place
            at = place.pointer if isinstance(place, JsonAt) else ""
            if at in stated:
                stated[at].append(claim)
            else:
                stated[at] = [claim]
    return found


def _all_worded(_: Estate) -> dict[int, _Worded]:
    """By the identity of the policy."""
    return {}


def name_of(claim: Claim, policy: Policy, estate: Estate) -> str:
    """What people call a setting: its title in the settings catalog, else the end of its id."""
    names = _worded(policy, estate).names
    found = names.get(id(claim))
    if found is None:
        found = names[id(claim)] = _name(claim, policy, estate)
    return found


def _name(claim: Claim, policy: Policy, estate: Estate) -> str:
    """The name of a setting, worked out once for all claims that spell it alike and were written to the same node."""
    known, at = estate.once(_all_names), (claim.origin, claim.setting.text)
    found = known.get((*at, None))
    if found is not None:
        return found
    definition = estate.definitions.catalog.lookup(claim.origin) if claim.origin else None
    if definition is not None:
        found = known[*at, None] = _worked_out(claim, definition, "", estate)
    elif node := estate.once(Named).by(claim):
        found = known[*at, None] = _worked_out(claim, None, node, estate)
    else:  # only the policy tells
        texts, named = texts_of(claim, estate.once(Written).of(policy, claim.origin)), estate.once(Named)
        node = next(filter(None, map(named.of, texts)), "")
        found = known.get((*at, node))
        if found is None:
            found = known[*at, node] = _worked_out(claim, None, node, estate)
    return found


def _all_names(_: Estate) -> dict[tuple[str, str, str | None], str]:
    """By all that decides about a name: what a claim was written as, what it sets, and the node where neither tells."""
    return {}


def _worked_out(claim: Claim, definition: Definition | None, node: str, estate: Estate) -> str:
    """A name by the definition of the settings catalog, else by the node that a claim was written to."""
    known = estate.definitions.catalog
    title, element = known.title(definition) if definition else known.title_of(node or claim.setting.text)
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
    found: dict[str, None] = {}
    for claim in meeting.claims(settings):
        found[known.get(id(claim)) or name_of(claim, policy, estate)] = None
    return list(found)


def counted(names: Sequence[str]) -> str:
    """`one setting (A)`, or `12 settings (A, B, C and 9 more)`."""
    some = ", ".join(names[:NAMED]) if len(names) > NAMED else listed(names)
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"{len(names)} settings ({some}{more})" if len(names) > 1 else f"one setting ({some})"


def spots(meeting: Meeting, settings: Sequence[int], estate: Estate) -> tuple[Spot, ...]:
    """Where the first of them are set: the profile's claim, then the other policy's."""
    known = estate.once(_all_worded)
    mine = known.get(id(meeting.mine)) or _worded(meeting.mine, estate)
    theirs = known.get(id(meeting.theirs)) or _worded(meeting.theirs, estate)
    found = []
    for one, other in meeting.all_said(settings[:NAMED]):
        found.append(mine.spots.get(id(one)) or _spot(one, mine))
        found.append(theirs.spots.get(id(other)) or _spot(other, theirs))
    return tuple(found)


def _spot(claim: Claim, worded: _Worded) -> Spot:
    """The place of a claim, made once."""
    found = worded.spots[id(claim)] = claim_spot(claim, worded.policy, _sets(claim, worded))
    return found


def _sets(claim: Claim, worded: _Worded) -> str:
    """What a claim sets: `sets 1`, and what it becomes in Windows where that differs: `sets 1 (DisableX = 0)`."""
    written = _written(claim, worded)
    if written is None or same(claim, written) or not _BRIEF.fullmatch(told := _value(written)):
        return f"sets {_value(claim)}"
    name = _LAST.split(claim.setting.text)[-1]
    return f"sets {told} ({name} {'absent' if claim.absent else f'= {_value(claim)}'})"


def _written(claim: Claim, worded: _Worded) -> Claim | None:
    """The one claim before lowering that stands at the same place, if there is just one."""
    evidence = claim.evidence
    found = None
    for one in worded.stated.get(_pointer(claim), ()):
        if one.evidence is evidence or one.evidence == evidence:
            if found is not None:
                return None
            found = one
    return found


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
    return _found(message, spots(meeting, settings, estate), None, None, severity, CONFIDENCE[overlap], help)
