"""How findings about two policies that meet are worded: how many settings they both set, the first of them, where."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from policylint.checks.found import Found, Spot, claim_spot, listed
from policylint.checks.meetings import Meeting, Touch
from policylint.checks.overlap import Overlap
from policylint.estate import Estate
from policylint.facts import ALWAYS
from policylint.families.mdm_wins import uris_of
from policylint.findings import Confidence, Severity
from policylint.masks import masked
from policylint.model import Claim, Policy, Value, shown
from policylint.rank import Contestant
from policylint.rank.reach import Reach

NAMED = 3
"""How many settings a message names before it counts them."""
_LONGEST = 60
_LAST = re.compile(r"[!/\\]")
_BRIEF = re.compile(r"[^,\n]{1,24}")
"""A value as the file writes it that a label has room for: `0`, `<disabled/>`, but no list."""
_RULE = re.compile(r"\\asr\\rules!(.+)", re.IGNORECASE)

CONFIDENCE: Mapping[Overlap, Confidence] = {"certain": "certain", "possible": "possible"}


def differing(meeting: Meeting) -> tuple[Touch, ...]:
    """What the two set to different values, in whatever type each of them writes it."""
    return tuple(touch for touch in meeting.touches if not same(touch))


def same(touch: Touch) -> bool:
    """Whether the two claims mean one value: a custom profile's text "1" is a catalog's number 1."""
    if touch.mine.absent or touch.theirs.absent:
        return touch.mine.absent is touch.theirs.absent
    return touch.equal or bool(_spellings(touch.mine.value) & _spellings(touch.theirs.value))


def _spellings(value: Value) -> frozenset[str]:
    if isinstance(value, bool):
        return frozenset((str(value).casefold(), str(int(value))))
    if isinstance(value, tuple):
        return frozenset((repr(sorted(text.casefold() for text in value)),))
    return frozenset((str(value).strip().casefold(),))


def name_of(claim: Claim, policy: Policy, estate: Estate) -> str:
    """What people call a setting: its title in the settings catalog, else the end of its id."""
    known = estate.definitions.catalog
    definition = known.lookup(claim.origin) if claim.origin else None
    uris = uris_of(Contestant(claim, Reach(policy, ALWAYS, ()), ALWAYS)) if definition is None else ()
    title, element = known.title(definition) if definition else known.title_of(next(iter(uris), claim.setting.text))
    guid = _RULE.search(claim.setting.text)
    if title:
        return (element or f"{title} {guid[1]}") if guid else title
    if guid:
        return f"attack surface reduction rule {guid[1]}"
    parts = _LAST.split(claim.setting.text.rstrip("!/\\"))
    return "/".join(parts[-2:]) if claim.setting.text.startswith("./") else parts[-1]


def names_of(meeting: Meeting, touches: Iterable[Touch], estate: Estate) -> list[str]:
    """The settings by name, once each: the parts of one dialog have one."""
    return list(dict.fromkeys(name_of(touch.mine, meeting.mine, estate) for touch in touches))


def counted(names: Sequence[str]) -> str:
    """`one setting (A)`, or `12 settings (A, B, C and 9 more)`."""
    some = ", ".join(names[:NAMED]) if len(names) > NAMED else listed(names)
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"{len(names)} settings ({some}{more})" if len(names) > 1 else f"one setting ({some})"


def spots(meeting: Meeting, touches: Sequence[Touch]) -> tuple[Spot, ...]:
    """Where the first of them are set: the profile's claim, then the other policy's."""
    return tuple(
        spot
        for touch in touches[:NAMED]
        for spot in (
            claim_spot(touch.mine, meeting.mine, sets(touch.mine, meeting.mine)),
            claim_spot(touch.theirs, meeting.theirs, sets(touch.theirs, meeting.theirs)),
        )
    )


def sets(claim: Claim, policy: Policy) -> str:
    """What a claim sets: `sets 1`, and what it becomes in Windows where that differs: `sets 1 (DisableX = 0)`."""
    written = [one for one in policy.written if one.evidence == claim.evidence]
    told = _value(written[0]) if len(written) == 1 else ""
    if not _BRIEF.fullmatch(told) or same(Touch(claim, written[0])):
        return f"sets {_value(claim)}"
    name = _LAST.split(claim.setting.text)[-1]
    return f"sets {told} ({name} {'absent' if claim.absent else f'= {_value(claim)}'})"


def _value(claim: Claim) -> str:
    text = "no value" if claim.absent else shown(masked((claim.setting.text, claim.origin), claim.value))
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def found(
    meeting: Meeting,
    touches: Sequence[Touch],
    estate: Estate,
    message: str,
    help: str,
    severity: Severity | None = None,
) -> Iterator[Found]:
    """The finding about a pair and these settings, as sure as it is that both reach one target; none if they cannot."""
    overlap = meeting.overlap(estate, touches) if touches else "never"
    if overlap != "never":
        yield Found(message, spots(meeting, touches), severity=severity, confidence=CONFIDENCE[overlap], help=help)
