"""Windows Hello for Business: the PIN and hardware rules (WH008, WH009, WH039 to WH045)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial

from policylint.checks.found import WHERE, Found, Later, View, claim_spot, listed, names, over_worlds, quoted, spot
from policylint.claimed import claimed
from policylint.estate import Estate
from policylint.facts import ALWAYS
from policylint.families.whfb import Pick, Situation
from policylint.families.whfb_effective import DEVICE_LOCK, lock_claims
from policylint.families.whfb_law import Source
from policylint.families.whfb_settings import (
    BY_ID,
    CLASSES,
    DIGITS,
    ENABLED,
    EXPIRATION,
    MAXIMUM,
    MINIMUM,
    SECURITY_DEVICE,
    SETTINGS,
    TPM12,
    Group,
    Hello,
)
from policylint.findings import Severity
from policylint.model import Claim, Policy, shown
from policylint.rank import Contestant

PIN = tuple(hello for hello in SETTINGS if hello.group is Group.PIN)
COMPLEXITY = tuple(hello for hello in PIN if hello is not SECURITY_DEVICE)


def _discarded(situation: Situation, among: Iterable[Hello]) -> list[Pick]:
    """The picks of targeted sources that lose because group P comes from another source (W-GRP-P, W-EITHER-OR)."""
    return [
        pick
        for hello in among
        for pick, rules in situation.verdict(hello).losers
        if rules in (("W-GRP-P",), ("W-EITHER-OR",)) and pick.source is not Source.TENANT and not _same(pick, situation)
    ]


def _same(pick: Pick, situation: Situation) -> bool:
    winner = situation.verdict(pick.hello).winner
    return winner is not None and winner.value == pick.value


def _from(situation: Situation, among: Iterable[Hello]) -> list[Pick]:
    source = situation.pin_source
    return [pick for hello in among if source and (pick := situation.picks.get((hello, source)))]


def split_complexity(view: View) -> Iterable[Found]:
    """PIN complexity stands in two sources: only one is enforced, whole (W-GRP-P)."""

    def predicate(situation: Situation) -> Iterator[Found]:
        kept, lost = _from(situation, COMPLEXITY), _discarded(situation, PIN)
        if not kept or not lost:
            return
        yield Found(
            f"PIN rules count from one source only, on {WHERE} from {names(kept)} ({kept[0].source}); "
            f"without effect from {names(lost)}: {_values(lost)}",
            (*(spot(pick, "discarded (W-GRP-P)") for pick in lost), *(spot(pick, "enforced") for pick in kept)),
            *_first_id(lost),
            help="keep all PIN rules in one policy source",
            subject=lost[0].contestant.claim.setting.text,
        )

    return over_worlds(view, PIN, predicate)


def hardware_rule_alone(view: View) -> Iterable[Found]:
    """A source that only asks for a hardware security device discards the PIN rules of every lower one (W-GRP-P)."""

    def predicate(situation: Situation) -> Iterator[Found]:
        kept, lost = _from(situation, (SECURITY_DEVICE,)), _discarded(situation, COMPLEXITY)
        if not kept or not lost or _from(situation, COMPLEXITY):
            return
        yield Found(
            f"RequireSecurityDevice in {names(kept)} ({kept[0].source}) discards every PIN rule of {names(lost)} on "
            f"{WHERE}; without effect: {_values(lost)}",
            (spot(kept[0], "elects the source of all PIN rules (W-GRP-P)"), *(spot(p, "discarded") for p in lost)),
            *_first_id(kept),
            help=f"move the PIN rules into {names(kept)}, or take RequireSecurityDevice out of it",
            subject=lost[0].contestant.claim.setting.text,
        )

    return over_worlds(view, PIN, predicate)


def _values(picks: Iterable[Pick]) -> str:
    return listed(dict.fromkeys(f"{pick.hello.name} {shown(pick.value)}" for pick in picks))


def _first_id(picks: list[Pick]) -> tuple[str, str]:
    claim = picks[0].contestant.claim
    return claim.setting.text, claim.scope.value


def software_keys(view: View) -> Iterable[Found]:
    """Windows Hello is on without a hardware security device being required (W-HW)."""

    def predicate(situation: Situation) -> Iterator[Found]:
        enabled, hardware = situation.verdict(ENABLED).winner, situation.verdict(SECURITY_DEVICE).winner
        if enabled is None or not enabled.on or (hardware is not None and hardware.on):
            return
        yield Found(
            f"{names([enabled])} turns Windows Hello on for {WHERE} without requiring a hardware security device: "
            "keys may be kept in software",
            (spot(hardware or enabled, "not required" if hardware else "turns Windows Hello on"),),
            *_first_id([enabled]),
            help='enable "Use a hardware security device" in the same source',
            subject=(hardware or enabled).contestant.claim.setting.text,
        )

    return over_worlds(view, (ENABLED, SECURITY_DEVICE), predicate, assumed_only=True)


def tpm12_allowed(view: View) -> Iterable[Found]:
    """A hardware security device is required, and TPM 1.2 counts as one."""

    def predicate(situation: Situation) -> Iterator[Found]:
        hardware, tpm12 = situation.verdict(SECURITY_DEVICE).winner, situation.verdict(TPM12).winner
        if hardware is None or not hardware.on or (tpm12 is not None and tpm12.on):
            return
        yield Found(
            f"{names([hardware])} requires a hardware security device on {WHERE}, and accepts TPM 1.2",
            (spot(hardware, "without excluding TPM 1.2"),),
            *_first_id([hardware]),
            help="exclude TPM 1.2 security devices in the same policy",
            subject=hardware.contestant.claim.setting.text,
        )

    return over_worlds(view, (ENABLED, SECURITY_DEVICE, TPM12), predicate, assumed_only=True)


def minimum_length(view: View) -> Iterable[Found]:
    """The minimum PIN length in effect is below 6, or above the maximum (W-TYPES)."""

    def predicate(situation: Situation) -> Iterator[Found]:
        low, high = situation.verdict(MINIMUM).winner, situation.verdict(MAXIMUM).winner
        if low is None or not isinstance(low.value, int):
            return
        if high is not None and isinstance(high.value, int) and low.value > high.value:
            yield Found(
                f"the minimum PIN length {low.value} in {names([low])} is above the maximum {high.value} in "
                f"{names([high])}: Windows uses its defaults instead of both on {WHERE}",
                (spot(low, "above the maximum"), spot(high, "maximum")),
                *_first_id([low]),
                severity="error",
                help="make the minimum at most the maximum",
                subject=low.contestant.claim.setting.text,
            )
        elif low.value < 6:
            yield Found(
                f"{names([low])} allows PINs of {low.value} characters on {WHERE}; without a policy Windows asks for 6",
                (spot(low, "shorter than 6"),),
                *_first_id([low]),
                help=f"set the minimum PIN length to 6 or more in {names([low])}",
                subject=low.contestant.claim.setting.text,
            )

    return over_worlds(view, (MINIMUM, MAXIMUM), predicate)


def contradictory_classes(view: View) -> Iterable[Found]:
    """The character classes leave no PIN that Windows could accept, or none that all documents accept (D29)."""

    def predicate(situation: Situation) -> Iterator[Found]:
        picks = {hello: pick for hello in CLASSES if (pick := situation.verdict(hello).winner)}
        if DIGITS not in picks or any(pick.value != 2 for pick in picks.values()):
            return
        unset = [hello.name for hello in CLASSES if hello not in picks]
        severity: Severity | None = "warning" if unset else None
        yield Found(
            f"{names(picks.values())} forbids {listed(hello.name for hello in picks)} in PINs on {WHERE}"
            + (f" and leaves {listed(unset)} unset" if unset else "")
            + f": no PIN is possible{', going by the CSP reference' if unset else ''}",
            tuple(spot(pick, "forbidden") for pick in (picks[DIGITS], *(picks[h] for h in picks if h is not DIGITS))),
            *_first_id([picks[DIGITS]]),
            severity=severity,
            help="allow or require at least one character class",
            subject=picks[DIGITS].contestant.claim.setting.text,
        )

    return over_worlds(view, CLASSES, predicate)


def expiration_set(view: View) -> Iterable[Found]:
    """PINs expire, though they never leave the device."""

    def predicate(situation: Situation) -> Iterator[Found]:
        pick = situation.verdict(EXPIRATION).winner
        if pick is None or not isinstance(pick.value, int) or pick.value <= 0:
            return
        yield Found(
            f"{names([pick])} makes PINs expire after {_days(pick.value)} on {WHERE}, "
            "though a PIN is bound to its device",
            (spot(pick, "expires"),),
            *_first_id([pick]),
            help=f"set PIN expiration to 0 in {names([pick])}",
            subject=pick.contestant.claim.setting.text,
        )

    return over_worlds(view, (EXPIRATION,), predicate)


def _days(number: int) -> str:
    return "1 day" if number == 1 else f"{number} days"


def device_lock_differs(view: View) -> Iterable[Found]:
    """A Device Lock rule is stricter than the PIN rule: documents disagree on which one counts (W-DEVLOCK, D11)."""
    locks = {hello: _locks(hello, view) for hello in DEVICE_LOCK}

    def predicate(situation: Situation) -> Iterator[Later]:
        for hello, (node, stricter) in DEVICE_LOCK.items():
            pick = situation.verdict(hello).winner
            if pick is None or not isinstance(pick.value, int):
                continue
            for lock, value in locks[hello]:
                if stricter(pick.value, value):
                    yield Later(*_first_id([pick]), partial(_lock_found, pick, node, lock, value))

    for found in over_worlds(view, tuple(hello for hello in DEVICE_LOCK if locks[hello]), predicate):
        sure = all(lock.when == ALWAYS for those in locks.values() for lock, _ in those)
        yield found if sure or found.confidence != "certain" else replace(found, confidence="likely")


def _locks(hello: Hello, view: View) -> list[tuple[Contestant, int]]:
    """The Device Lock claims beside a PIN rule that reach the target, with their numbers."""
    found = lock_claims(DEVICE_LOCK[hello][0], view.precedence)
    return [(lock, lock.claim.value) for lock in found if isinstance(lock.claim.value, int)]


def _lock_found(pick: Pick, node: str, lock: Contestant, value: int) -> Found:
    side = " for users" if pick.source.is_user else ""
    return Found(
        f"{pick.hello.name}{side} is {shown(pick.value)} in {names([pick])} and Device Lock's {node} is {value} in "
        f"{quoted([lock.policy.name])}: documents disagree on which counts on {WHERE}",
        (spot(pick, "Windows Hello"), claim_spot(lock.claim, lock.policy, "Device Lock")),
        *_first_id([pick]),
        help=f"use {value} in both, or take {node} out of {quoted([lock.policy.name])}",
        subject=pick.contestant.claim.setting.text,
    )


def out_of_range(estate: Estate) -> Iterator[Found]:
    """A value that no document allows for its setting (W-TYPES)."""
    for policy, claim, hello in _claims(estate):
        if claim.absent or hello.format == "chr":
            continue
        allowed = hello.limits or (0, 1)
        if isinstance(claim.value, int) and allowed[0] <= claim.value <= allowed[1]:
            continue
        accepted = "0 or 1" if allowed == (0, 1) else f"values from {allowed[0]} to {allowed[1]}"
        yield Found(
            f"{quoted([policy.name])} sets {hello.name} to {shown(claim.value)}, and Windows accepts only {accepted}",
            (claim_spot(claim, policy, "not a value of this setting"),),
            claim.setting.text,
            claim.scope.value,
            help=f"set {hello.name} to {accepted.replace('values', 'a value')}",
        )


def _claims(estate: Estate) -> Iterator[tuple[Policy, Claim, Hello]]:
    for policy, claim in claimed(estate).on(BY_ID):
        yield policy, claim, BY_ID[claim.setting.key]
