"""The words that several reports share: places, counts, who sets what. All of it is safe to print."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap

from policylint.effective import Contender, Outcome, Result
from policylint.escape import terminal
from policylint.facts import Every, Is, Not, Some, When
from policylint.families.laps import LEFT_UNSET
from policylint.findings import SEVERITIES, Finding, Summary
from policylint.locate import Spot
from policylint.masks import masked
from policylint.model import Claim, Policy, Value
from policylint.spelling import spelled

_WIDTH = 100
"""Columns of a terminal that running text keeps to."""
_DASH = "\N{EN DASH}"


def place(path: str, spot: Spot) -> str:
    """`a/b.json:31:18`, `a/registry.pol  record 2, bytes 0x8c-0x11a` (with a dash), `a/b.json  at /settings/0`."""
    if spot.record is not None:
        bounds = f"{spot.byte_start or 0:#x}{_DASH}{spot.byte_end or 0:#x}"
        return terminal(f"{path}  record {spot.record}, bytes {bounds}")
    if spot.line is not None:
        return terminal(f"{path}:{spot.line}" + ("" if spot.column is None else f":{spot.column}"))
    if spot.byte_start is not None:
        return terminal(f"{path}  byte {spot.byte_start:#x}")
    return terminal(f"{path}  at {spot.pointer}" if spot.pointer else path)


def counted(number: int, one: str, many: str = "") -> str:
    """`1 error`, `2 errors`."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def listed(name: str, texts: Sequence[str], indent: int, column: int) -> Iterator[str]:
    """Lines that tell texts under a name at the left: one each, the long ones broken where words end."""
    for number, text in enumerate(texts):
        for line, part in enumerate(wrap(terminal(text), _WIDTH - column, break_on_hyphens=False)):
            yield f"{'':{indent}}{'' if number or line else name}".ljust(column) + part


def tally(findings: Sequence[Finding]) -> dict[str, int]:
    """How many findings there are of each severity, the worst first, zeros included."""
    return {severity: sum(f.severity == severity for f in findings) for severity in SEVERITIES}


def summary_line(findings: Sequence[Finding], summary: Summary) -> str:
    """What was read and what was found, in one line."""
    read = [
        counted(summary.files, "file") + (f" ({summary.unread} not read)" if summary.unread else ""),
        counted(summary.policies, "policy", "policies"),
        counted(summary.settings, "setting"),
        counted(summary.targets, "target"),
    ]
    found = [counted(number, severity) for severity, number in tally(findings).items()]
    ignored = [f"{summary.ignored} ignored"] if summary.ignored else []
    return f"{', '.join(read)}: {', '.join([*found, *ignored])}"


def owner(policy: Policy) -> str:
    """`"WHfB PKI" (gpo)`."""
    return terminal(f'"{policy.name}" ({policy.channel})')


def open_value(subject: Result | Claim, value: Value) -> Value:
    """A value of a setting as it may be printed: the mask where the setting is a secret."""
    names = (subject.setting.text, *((subject.origin,) if isinstance(subject, Claim) else ()))
    return masked(names, value)


def claimed(contender: Contender) -> str:
    """What a contender's claim says, safe to print."""
    return terminal(claimed_by(contender.claim))


def claimed_by(claim: Claim) -> str:
    """What a claim says: `REG_DWORD 1`, `deleted`."""
    if claim.absent:
        return LEFT_UNSET if claim.type == LEFT_UNSET else "deleted"
    soft = " (only where nothing is set)" if claim.soft else ""
    return f"{claim.type} {spelled(open_value(claim, claim.value))}".strip() + soft


def decided(subject: Result | Outcome) -> str:
    """The answer: the value, or what it may be."""
    if subject.value is not None:
        return candidate(subject, subject.value)
    if isinstance(subject, Result) and subject.absent:
        return "absent"
    return " or ".join(candidate(subject, value) for value in subject.candidates) or "not set"


def candidate(subject: Result | Outcome, value: Value) -> str:
    """One value that the answer may have."""
    if value is None:
        return "not set"
    return terminal(str(value) if isinstance(subject, Outcome) else spelled(open_value(subject, value)))


def said(when: When) -> str:
    """A condition in words: `mdm and (join is hybrid or join is entra)`."""
    match when:
        case Is(fact, True):
            words = fact
        case Is(fact, False):
            words = f"not {fact}"
        case Is(fact, value):
            words = f"{fact} is {value}"
        case Not(part):
            words = f"not {_grouped(part)}"
        case Every(parts):
            words = " and ".join(_grouped(part) for part in parts) or "always"
        case Some(parts):
            words = " or ".join(_grouped(part) for part in parts) or "never"
    return words


def _grouped(when: When) -> str:
    return f"({said(when)})" if isinstance(when, Every | Some) and len(when.parts) > 1 else said(when)
