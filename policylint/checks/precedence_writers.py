"""One registry value that client-side extensions write in turn: Registry.pol, [Registry Values] of a security template,
registry items of preferences (PR032, PR033; G-SEC-REGVAL, G-GPP-VS-POLICY).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from policylint.checks.contested import registry_path
from policylint.checks.found import WHERE, Found, Spot, View, claim_spot, quoted
from policylint.checks.gpo_claims import last_name, meeting, some_of, together
from policylint.checks.pairs import NAMED
from policylint.families.related import PREFERENCE_VALUE, TEMPLATE_VALUE, written_to
from policylint.model import Scope, shown
from policylint.rank import Contestant

POLICY_KEYS = ("software\\policies\\", "software\\microsoft\\windows\\currentversion\\policies\\")


@dataclass(frozen=True, slots=True)
class _Twice:
    """A value of Registry.pol, and what another extension writes there."""

    policy: Contestant
    other: Contestant

    def __str__(self) -> str:
        return f"{last_name(self.policy.claim)}: {_value(self.policy)} and {_value(self.other)}"


def _value(one: Contestant) -> str:
    return "deleted" if one.claim.absent else shown(one.claim.value)[:60]


def template_and_policy(view: View) -> Iterator[Found]:
    """Registry.pol and a security template write one value differently."""
    for group in _grouped(_twice(view, TEMPLATE_VALUE)):
        first, other = group[0].policy.policy, group[0].other.policy
        where = (
            f"{quoted([first.name])} writes" if first.id == other.id else f"{quoted([first.name, other.name])} write"
        )
        yield _found(
            group,
            f"{where} {_counted(group)} differently by administrative template and by security option on {WHERE} "
            f"({some_of([str(one) for one in group])}): two extensions write in turn, and which value stays is not "
            "documented",
            "set the value in one place: the security option or the administrative template",
            "security option",
        )


def preference_and_policy(view: View) -> Iterator[Found]:
    """A registry item of preferences writes below a policies key what Registry.pol sets differently."""
    found = (one for one in _twice(view, PREFERENCE_VALUE) if _is_policy(one))
    for group in _grouped(found):
        first, other = group[0].policy.policy, group[0].other.policy
        yield _found(
            group,
            f"registry items of {quoted([other.name])} write {_counted(group)} that the administrative templates of "
            f"{quoted([first.name])} set differently on {WHERE} ({some_of([str(one) for one in group])}): preferences "
            "are written after policies, and the next refresh of policies may write them back",
            f"remove the registry items from {quoted([other.name])} and change the policy instead",
            "preference item",
        )


def _is_policy(one: _Twice) -> bool:
    """Whether a policies key is written, on the side that it belongs to."""
    key = one.policy.claim.setting.key
    own_side = not key.startswith("hkcu\\") or one.other.claim.scope is Scope.USER
    return own_side and f"{registry_path(key)}\\".startswith(POLICY_KEYS)


def _twice(view: View, way: str) -> Iterator[_Twice]:
    """The values that are written in this way too, where the two differ: the strongest of each."""
    contests = view.precedence.contests
    for (key, _), contestants in view.on(way).items():
        value = written_to(key)
        scope = Scope.USER if value.startswith("hkcu\\") else Scope.DEVICE
        policies = contests.get((value, scope))
        for policy, other in meeting(policies, contestants) if policies else ():
            if not _same(policy, other):
                yield _Twice(policy, other)


def _same(a: Contestant, b: Contestant) -> bool:
    return (a.claim.value, a.claim.absent) == (b.claim.value, b.claim.absent)


def _grouped(found: Iterable[_Twice]) -> Iterator[list[_Twice]]:
    groups: dict[tuple[str, str], list[_Twice]] = {}
    for one in found:
        groups.setdefault((one.policy.policy.id, one.other.policy.id), []).append(one)
    yield from groups.values()


def _counted(group: list[_Twice]) -> str:
    return "a registry value" if len(group) == 1 else f"{len(group)} registry values"


def _found(group: list[_Twice], message: str, help: str, label: str) -> Found:
    spots: list[Spot] = []
    for one in group[:NAMED]:
        spots += (
            claim_spot(one.other.claim, one.other.policy, label),
            claim_spot(one.policy.claim, one.policy.policy, "administrative template"),
        )
    first = group[0]
    return Found(
        message,
        tuple(spots),
        scope=first.policy.claim.scope.value,
        confidence=together(first.policy, first.other),
        help=help,
        subject=first.policy.claim.setting.text,
        apart=message,
    )
