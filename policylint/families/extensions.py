"""Settings of two client-side extensions that act on one thing: no document settles what is left (1.8 to 1.10).

One registry value may be written by Registry.pol, by a security template and by a preference; one local group may be
changed by Restricted Groups and by preferences, and its members by "Member of" of another group. Each has an id and a
row of its own; where they disagree, both rows say so and name the other. Basic audit policy is one that advanced audit
policy switches off as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from policylint.effective import Contender, Result, State
from policylint.families.related import (
    BASIC_AUDIT,
    GROUP_ITEM,
    GROUP_LIST,
    NO_BASIC_AUDIT,
    PREFERENCE_VALUE,
    SUBCATEGORY,
    TEMPLATE_VALUE,
    written_to,
)
from policylint.model import Channel, Value
from policylint.principals import principal, principals
from policylint.rank.domain_accounts import RULE as ACCOUNTS
from policylint.rank.domain_accounts import is_account_policy

ADVANCED = "G-AUD-LEGACY (advanced audit policy applies)"
"""The fact that basic audit policy hangs on where nobody tells whether the other kind reaches the target."""
_MEMBERS, _MEMBER_OF, _BUILT_IN = "__members", "__memberof", " (built-in)"


@dataclass(frozen=True, slots=True)
class _Clash:
    """A row that another one puts in doubt: the other one, the rules, and what the value may be instead."""

    row: int
    other: int
    rules: tuple[str, ...]
    values: tuple[Value, ...]


def with_extensions(rows: Sequence[Result]) -> list[Result]:
    """The rows; those that another extension disputes are undetermined, basic audit policy that is cleared has none."""
    found = [_ruled(row) if is_account_policy(row.setting.key) else row for row in rows]
    for clash in (*_registry_values(rows), *_groups(rows)):
        found[clash.row] = _disputed(found[clash.row], rows[clash.other], clash)
    return _with_audit(found)


def _ruled(row: Result) -> Result:
    """The row of an account policy, saying whose accounts it rules."""
    return row if ACCOUNTS in row.reasons else replace(row, reasons=(*row.reasons, ACCOUNTS))


def _disputed(row: Result, other: Result, clash: _Clash) -> Result:
    own = [row.winner._replace(reasons=clash.rules)] if row.winner else []
    theirs = [one._replace(reasons=clash.rules) for one in _contenders(other)[:1]]
    known = {(c.policy.id, c.claim.setting.key) for c in row.losers}
    certain = all(State.CONDITIONAL is not one.state for one in (row, other))
    return replace(
        row,
        state=State.UNDETERMINED if certain or row.state is State.UNDETERMINED else State.CONDITIONAL,
        value=None,
        absent=False,
        candidates=tuple(dict.fromkeys((*row.candidates, *clash.values))),
        conditions=tuple(dict.fromkeys((*row.conditions, *other.conditions, clash.rules[0]))),
        reasons=tuple(dict.fromkeys((*row.reasons, *clash.rules))),
        winner=None,
        losers=(*own, *row.losers, *(c for c in theirs if (c.policy.id, c.claim.setting.key) not in known)),
    )


def _contenders(row: Result) -> tuple[Contender, ...]:
    return (*((row.winner,) if row.winner else ()), *row.losers)


def _of_gpos(row: Result) -> bool:
    return any(contender.policy.channel is Channel.GPO for contender in _contenders(row))


def _registry_values(rows: Sequence[Result]) -> Iterator[_Clash]:
    """One registry value written in several ways with different data (G-SEC-REGVAL, G-GPP-VS-POLICY, G-SEC-VS-GPP)."""
    for places in _written_twice(rows).values():
        for a, b in combinations(places, 2):
            first, second = rows[a], rows[b]
            if first.setting == second.setting or _agree(first, second) or _only_creates(first, second):
                continue
            rules = (_rule(first, second),)
            yield _Clash(a, b, rules, second.candidates)
            yield _Clash(b, a, rules, first.candidates)


def _written_twice(rows: Sequence[Result]) -> Mapping[str, list[int]]:
    places: dict[str, list[int]] = {}
    others: set[str] = set()
    for row in rows:
        place = written_to(row.setting.key)
        if place and row.setting.key.startswith((TEMPLATE_VALUE, PREFERENCE_VALUE)):
            others.add(place)
    for number, row in enumerate(rows) if others else ():
        place = written_to(row.setting.key)
        if place in others and _of_gpos(row):
            places.setdefault(place, []).append(number)
    return {place: numbers for place, numbers in places.items() if len(numbers) > 1}


def _agree(a: Result, b: Result) -> bool:
    """Whether whatever is written last is the same."""
    return a.state is b.state is State.DETERMINED and (a.value, a.absent) == (b.value, b.absent)


def _only_creates(a: Result, b: Result) -> bool:
    """Whether one is a preference that creates what the other has already written: its extension runs first."""
    soft = [row for row in (a, b) if row.winner is not None and row.winner.claim.soft]
    return any(row.setting.key.startswith(PREFERENCE_VALUE) for row in soft) and not (a.absent or b.absent)


def _rule(a: Result, b: Result) -> str:
    template = any(row.setting.key.startswith(TEMPLATE_VALUE) for row in (a, b))
    preference = any(row.setting.key.startswith(PREFERENCE_VALUE) for row in (a, b))
    if template and preference:
        return "G-SEC-VS-GPP"
    return "G-SEC-REGVAL" if template else "G-GPP-VS-POLICY"


# Local groups ---------------------------------------------------------------------------------------------------------


def _groups(rows: Sequence[Result]) -> Iterator[_Clash]:
    """A group's members by Members of one GPO, against Member of another one's groups and against preferences."""
    fixed = {
        row.setting.key[len(GROUP_LIST) : -len(_MEMBERS)]: number
        for number, row in enumerate(rows)
        if row.setting.key.startswith(GROUP_LIST) and row.setting.key.endswith(_MEMBERS)
    }
    for number, row in enumerate(rows) if fixed else ():
        if row.setting.key.startswith(GROUP_LIST) and row.setting.key.endswith(_MEMBER_OF):
            yield from _member_of(rows, number, fixed)
        elif row.setting.key.startswith(GROUP_ITEM):
            yield from _item(rows, number, fixed)


def _member_of(rows: Sequence[Result], number: int, fixed: Mapping[str, int]) -> Iterator[_Clash]:
    """`X__Memberof = G` of one GPO beside `G__Members` of another: both may be applied (KB925443; D15)."""
    row = rows[number]
    who = row.setting.text[len(GROUP_LIST) : -len(_MEMBER_OF)]
    for group in {g.casefold(): g for value in row.candidates for g in _listed(value)}.values():
        at = fixed.get(group.casefold())
        if at is None or _same_policy(row, rows[at]) or _has(rows[at], who):
            continue
        rules = ("G-SEC-RG", "D15")
        yield _Clash(at, number, rules, tuple(_and(value, who) for value in rows[at].candidates))
        yield _Clash(number, at, rules, tuple(_without(value, group) for value in row.candidates))


def _item(rows: Sequence[Result], number: int, fixed: Mapping[str, int]) -> Iterator[_Clash]:
    """A member that a preference adds to or removes from a group whose members Restricted Groups fixes."""
    row = rows[number]
    group, _, who = row.setting.text[len(GROUP_ITEM) :].partition("/")
    at = fixed.get(principal(group.removesuffix(_BUILT_IN)).casefold())
    if at is None or not who or row.value not in ("ADD", "REMOVE"):
        return
    if (row.value == "ADD") is _has(rows[at], principal(who)):
        return
    change = _and if row.value == "ADD" else _without
    yield _Clash(at, number, ("G-SEC-VS-GPP",), tuple(change(v, principal(who)) for v in rows[at].candidates))
    yield _Clash(number, at, ("G-SEC-VS-GPP",), (None,))


def _listed(value: Value) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()


def _has(row: Result, who: str) -> bool:
    return any(who.casefold() == name.casefold() for value in row.candidates for name in _listed(value))


def _and(value: Value, who: str) -> Value:
    return principals((*_listed(value), who))


def _without(value: Value, who: str) -> Value:
    return tuple(name for name in _listed(value) if name.casefold() != who.casefold())


def _same_policy(a: Result, b: Result) -> bool:
    return bool(a.winner and b.winner and a.winner.policy.id == b.winner.policy.id)


# Basic audit policy ---------------------------------------------------------------------------------------------------


def _with_audit(rows: list[Result]) -> list[Result]:
    """Basic audit policy as the advanced one and SCENoApplyLegacyAuditPolicy leave it (G-AUD-LEGACY)."""
    basic = [number for number, row in enumerate(rows) if row.setting.key.startswith(BASIC_AUDIT)]
    if basic:
        ignored = _values(row for row in rows if written_to(row.setting.key) == NO_BASIC_AUDIT)
        advanced = [row for row in rows if row.setting.key.startswith(SUBCATEGORY) and row.candidates != (None,)]
        for number in basic:
            rows[number] = _audited(rows[number], ignored, advanced)
    return rows


def _values(rows: Iterable[Result]) -> frozenset[Value]:
    return frozenset(value for row in rows for value in row.candidates)


def _audited(row: Result, ignored: frozenset[Value], advanced: Sequence[Result]) -> Result:
    reasons = tuple(dict.fromkeys((*row.reasons, "G-AUD-LEGACY")))
    applies = any(None not in other.candidates for other in advanced)
    if ignored == {1} or (applies and 0 not in ignored):
        losers = tuple(one._replace(reasons=("G-AUD-LEGACY",)) for one in _contenders(row))
        state = State.NOT_APPLICABLE
        return replace(
            row, state=state, value=None, candidates=(), conditions=(), reasons=reasons, winner=None, losers=losers
        )
    if not advanced and ignored <= frozenset((0,)):
        return row
    told = tuple(dict.fromkeys((*row.candidates, None)))
    conditions = tuple(dict.fromkeys((*row.conditions, ADVANCED)))
    if applies and ignored == {0}:  # both kinds, expressly: "unexpected results" (FAQ)
        return replace(
            row, state=State.UNDETERMINED, value=None, candidates=told, conditions=conditions, reasons=reasons
        )
    return replace(row, state=State.CONDITIONAL, candidates=told, conditions=conditions, reasons=reasons)
