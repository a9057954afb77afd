"""One policy on the computer's side and on the user's (PR020 to PR022, PR051; semantics 1.12, families/scopes.py)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from policylint.checks.found import WHERE, Found, Spot, View, claim_spot, quoted
from policylint.checks.gpo_claims import last_name, linked, meeting, some_of, together
from policylint.checks.pairs import NAMED
from policylint.facts import ALWAYS
from policylint.families.related import INSTALLER
from policylint.families.scopes import PAIRS, UNTOLD, ScopeFamily, family_of, takes_effect
from policylint.families.whfb_settings import BY_ID
from policylint.model import Scope, shown
from policylint.rank import Contestant
from policylint.targets import is_derived

_SIDE = {"computer": ("computers", "users"), "user": ("users", "computers")}


@dataclass(frozen=True, slots=True)
class _Both:
    """A policy that both sides set to different values, as strong as it gets on each; its family, and what counts."""

    computer: Contestant
    user: Contestant
    family: ScopeFamily | None
    counts: str

    @property
    def name(self) -> str:
        return last_name(self.computer.claim)

    @property
    def values(self) -> str:
        return f"{self.name}: {shown(self.computer.claim.value)[:40]} and {shown(self.user.claim.value)[:40]}"


def documented(view: View) -> Iterator[Found]:
    """Both sides set a policy differently, and a document says which of them takes effect (PR020)."""
    for group in _grouped(one for one in view.once(_both) if one.counts in _SIDE):
        first = group[0]
        strong, weak = (first.computer, first.user) if first.counts == "computer" else (first.user, first.computer)
        here, there = _SIDE[first.counts]
        what = some_of([one.name for one in group])
        yield _found(
            group,
            f"what {quoted([weak.policy.name])} sets for {there} has no effect on {WHERE} ({what}): "
            f"{quoted([strong.policy.name])} sets it for {here}, whose setting counts for this policy",
            f"remove the policy for {there} from {quoted([weak.policy.name])}",
        )


def undocumented(view: View) -> Iterator[Found]:
    """Both sides set a policy differently, and no document says which of them takes effect (PR021, D24)."""
    for group in _grouped(one for one in view.once(_both) if one.family is None and _is_policy(one)):
        first = group[0]
        many = "a policy" if len(group) == 1 else f"{len(group)} policies"
        computers, users = quoted([first.computer.policy.name]), quoted([first.user.policy.name])
        who = (
            f"{computers} sets {many} differently for computers and for users"
            if first.computer.policy.id == first.user.policy.id
            else f"{computers} for computers and {users} for users set {many} differently"
        )
        yield _found(
            group,
            f"{who} on {WHERE} ({some_of([one.values for one in group])}): the two are different registry values, and "
            "no document says which one the component obeys",
            "set the policy on one side only, or to the same value on both",
        )


def installer_on_one_side(view: View) -> Iterator[Found]:
    """AlwaysInstallElevated is on for computers or for users alone, which has no effect (PR022)."""
    sides = {
        scope: gpos[0]
        for scope, hive in ((Scope.DEVICE, "hklm"), (Scope.USER, "hkcu"))
        if (gpos := linked(view.precedence.contests.get((f"{hive}\\{INSTALLER}", scope), ())))
    }
    on = [one for one in sides.values() if one.claim.value == 1]
    if len(on) == 1:
        one = on[0]
        here, there = _SIDE["computer" if one.claim.scope is Scope.DEVICE else "user"]
        placed = not is_derived(view.estate) and view.precedence.target.user and view.precedence.target.device
        yield Found(
            f"{quoted([one.policy.name])} turns AlwaysInstallElevated on for {here} only on {WHERE}: Windows Installer "
            f"wants it for {there} as well, so it has no effect, and one setting more makes users administrators",
            (claim_spot(one.claim, one.policy, f"on for {here}"),),
            one.claim.setting.text,
            one.claim.scope.value,
            confidence="certain" if placed and one.when == ALWAYS else "possible",
            subject=one.claim.setting.text,
        )


def removable_drives(view: View) -> Iterator[Found]:
    """A user's "Removable Disks: Deny write access" makes Windows ignore BitLocker's rule for them (PR051)."""
    rule, computers, users, _ = next(pair for pair in PAIRS if pair[0] == "G-SCOPE-RDV")
    contests = view.precedence.contests
    pair = meeting(
        contests.get((f"hklm\\{computers}", Scope.DEVICE), ()), contests.get((f"hkcu\\{users}", Scope.USER), ())
    )
    for computer, user in pair:
        if computer.claim.value == 1 == user.claim.value:
            yield _found(
                [_Both(computer, user, None, "")],
                f"{quoted([computer.policy.name])} denies writing to removable drives that BitLocker does not protect, "
                f"and on {WHERE} {quoted([user.policy.name])} denies users all writing to them: the first is ignored "
                f"then, so protected drives are read-only too ({rule})",
                f'set "Removable Disks: Deny write access" to Not Configured in {quoted([user.policy.name])}',
            )


def _both(view: View) -> list[_Both]:
    """What both sides set differently. Windows Hello has rules of its own (W-HIER)."""
    contests, found = view.precedence.contests, []
    mirrored = {f"hklm{key[4:]}" for key, scope in contests if scope is Scope.USER and key.startswith("hkcu\\")}
    for (key, scope), contestants in contests.items() if mirrored else ():
        if scope is Scope.USER or key not in mirrored or key in BY_ID:
            continue
        rest = key.removeprefix("hklm\\")
        for computer, user in meeting(contestants, contests[f"hkcu\\{rest}", Scope.USER]):
            if not _differ(computer, user):
                continue
            family = family_of(rest)
            counts = takes_effect(family.effect, computer.claim.value, user.claim.value) if family else ""
            found.append(_Both(computer, user, family, counts))
    return found


def _differ(computer: Contestant, user: Contestant) -> bool:
    absent = computer.claim.absent or user.claim.absent
    return not absent and computer.claim.value != user.claim.value


def _is_policy(one: _Both) -> bool:
    key = one.computer.claim.setting.key.partition("\\")[2]
    return any(key.startswith(begin) for begin, _ in UNTOLD)


def _grouped(found: Iterable[_Both]) -> Iterator[list[_Both]]:
    groups: dict[tuple[str, str, str], list[_Both]] = {}
    for one in found:
        groups.setdefault((one.computer.policy.id, one.user.policy.id, one.counts), []).append(one)
    yield from groups.values()


def _found(group: list[_Both], message: str, help: str) -> Found:
    spots: list[Spot] = []
    for one in group[:NAMED]:
        spots += (
            claim_spot(one.user.claim, one.user.policy, "for users"),
            claim_spot(one.computer.claim, one.computer.policy, "for computers"),
        )
    sure = together(group[0].computer, group[0].user) == "certain"
    return Found(
        message,
        tuple(spots),
        confidence="likely" if sure else "possible",
        help=help,
        subject=group[0].computer.claim.setting.text,
        apart=message,
    )
