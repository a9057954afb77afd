"""The effective Windows Hello settings of a target and its trust model, from the situations of `whfb`."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from policylint.contest import contender, strongest_first
from policylint.effective import Contender, Outcome, Result, State
from policylint.facts import FactValue
from policylint.families.whfb import Pick, Situation
from policylint.families.whfb_law import CLOUD_READING, READINGS, UNDECIDABLE, UNKNOWN_VALUE, UNORDERED, Source, Trust
from policylint.families.whfb_settings import (
    CERTIFICATE,
    CLOUD,
    DIGITS,
    ENABLED,
    EXPIRATION,
    HISTORY,
    MAXIMUM,
    MINIMUM,
    Group,
    Hello,
)
from policylint.families.whfb_worlds import Hellos, hellos
from policylint.model import Scope, Value, csp
from policylint.rank import Contestant, Precedence, order

TRUST_MODEL = "whfb/trust-model"
TOO_MANY = "more open facts than can be enumerated"

Stricter = Callable[[int, int], bool]

DEVICE_LOCK: Mapping[Hello, tuple[str, Stricter]] = {
    MINIMUM: ("MinDevicePasswordLength", lambda pin, lock: lock > pin),
    HISTORY: ("DevicePasswordHistory", lambda pin, lock: lock > pin),
    EXPIRATION: ("DevicePasswordExpiration", lambda pin, lock: lock > 0 and (pin == 0 or lock < pin)),
}
"""The Device Lock node beside each PIN rule, and when it is the stricter of the two (W-DEVLOCK, D11)."""

MINIMUM_DEFAULTS: tuple[Value, ...] = (4, 6)
"""The CSP's default, and what Passport.admx says applies when it is not configured."""
MAXIMUM_DEFAULT = 127


def whfb_effective(precedence: Precedence) -> tuple[list[Result], Outcome]:
    """The rows of every claimed Windows Hello setting, and the trust model (semantics 3.2.1)."""
    family = hellos(precedence)
    rows = [row for hello in family.settings() for row in _rows(hello, family)]
    rows = _both_defaults([_device_lock(row, precedence) for row in rows])
    return [*rows, *_digits(family)], _outcome(family)


# Certainty ------------------------------------------------------------------------------------------------------------


def matters(situations: Sequence[Situation], results: Sequence[Hashable], exhaustive: bool) -> list[str]:
    """The facts whose value alone changes the result in some world."""
    facts = sorted({name for s in situations for name in s.world})
    found = []
    for fact in facts:
        groups: dict[frozenset[tuple[str, object]], set[Hashable]] = {}
        for situation, result in zip(situations, results, strict=True):
            rest = frozenset((k, v) for k, v in situation.world.items() if k != fact)
            groups.setdefault(rest, set()).add(result)
        if any(len(group) > 1 for group in groups.values()):
            found.append(fact)
    return found if exhaustive else [*found, TOO_MANY]


def near(situations: Sequence[Situation], results: Sequence[Hashable], fact: str) -> bool:
    """Whether the fact changes the result next to the assumed world: everything else as assumed, any join type."""
    assumed = situations[0].world
    seen: dict[object, set[Hashable]] = {}
    for situation, result in zip(situations, results, strict=True):
        if all(value == assumed[name] for name, value in situation.world.items() if name not in (fact, "join")):
            seen.setdefault(None if fact == "join" else situation.world.get("join"), set()).add(result)
    return any(len(group) > 1 for group in seen.values())


@dataclass(frozen=True, slots=True)
class Certainty:
    """How sure a result is, and the facts it hangs on."""

    state: State
    facts: tuple[str, ...]
    assumable: bool
    """Whether the assumed world's value may be printed: no order or silence of the documentation decides it there."""


def certainty(situations: Sequence[Situation], results: Sequence[Hashable], exhaustive: bool) -> Certainty:
    """Compares what the worlds make of one subject.

    What only documentation could settle makes a result undetermined when it does so in the assumed world; beside a fact
    that an administrator can give, the assumed value stands, conditionally.
    """
    found = matters(situations, results, exhaustive)
    close = [fact for fact in found if fact != TOO_MANY and near(situations, results, fact)]
    facts = tuple(fact for fact in found if fact not in READINGS or fact in close)
    open_law = (
        TOO_MANY in found
        or any(f.startswith(UNKNOWN_VALUE) for f in found)
        or any(fact.startswith(UNDECIDABLE) for fact in close)
    )
    if open_law:
        return Certainty(State.UNDETERMINED, facts, False)
    state = State.DETERMINED if len(set(results)) == 1 else State.CONDITIONAL
    return Certainty(state, facts, not any(fact.startswith(UNORDERED) for fact in close))


def reading_ids(facts: Iterable[str]) -> list[str]:
    """The rule ids behind the readings among the facts."""
    hung = tuple(facts)
    ids = [rule for fact in hung for rule in READINGS.get(fact, ())]
    return [*ids, *(["I-CONF-CONF", "D19"] if any(f.startswith("conflict between") for f in hung) else [])]


# The trust model ------------------------------------------------------------------------------------------------------


def _outcome(family: Hellos) -> Outcome:
    subjects = (ENABLED, CERTIFICATE, CLOUD)
    situations, exhaustive = family.situations(subjects)
    results = [situation.trust for situation in situations]
    sure = certainty(situations, results, exhaustive)
    candidates = tuple(dict.fromkeys(results))
    assumed = situations[0]
    reasons = ["W-TABLE", "W-GRP-E", *_verdict_reasons(assumed, subjects), *reading_ids(sure.facts)]
    if "join" in sure.facts or assumed.world.get("join") == "ad":
        reasons.append("W-JOIN")
    if assumed.setting3(ENABLED) is None:
        reasons.append("W-DEFAULT")
    return Outcome(
        TRUST_MODEL,
        sure.state,
        results[0].value if sure.assumable else None,
        tuple(c.value for c in candidates),
        sure.facts,
        tuple(dict.fromkeys(reasons)),
        _prerequisites(candidates, assumed),
        tuple(_outcome_contenders(assumed)),
        tuple(hello.id(scope) for hello in subjects for scope in Scope),
    )


def _verdict_reasons(situation: Situation, subjects: Sequence[Hello]) -> Iterator[str]:
    for hello in subjects:
        for _, rules in situation.verdict(hello).losers:
            yield from rules


def _outcome_contenders(assumed: Situation) -> Iterator[Contender]:
    """The claims on the trust settings: those in effect first, each with the rules that say so."""
    effects = {Trust.CERTIFICATE: (CERTIFICATE, ENABLED, CLOUD), Trust.CLOUD: (CLOUD, ENABLED, CERTIFICATE)}
    ordered = effects.get(assumed.trust, (ENABLED, CERTIFICATE, CLOUD))
    verdicts = [(hello, assumed.verdict(hello)) for hello in ordered]
    for hello, verdict in verdicts:
        if verdict.winner is not None:
            yield contender(verdict.winner.contestant, "W-GRP-E" if hello is ENABLED else "W-TABLE")
    for _, verdict in verdicts:
        for pick, rules in verdict.losers:
            yield contender(pick.contestant, *rules)


def _prerequisites(candidates: Sequence[Trust], assumed: Situation) -> tuple[str, ...]:
    """What the possible trust models need (semantics 3.4); a given fact that contradicts one is said with it."""
    found: list[str] = []
    for trust in candidates:
        for text, fact, meets in NEEDS.get(trust, ()):
            given = assumed.world.get(fact)
            against = "" if given is None or meets(given) else f" (but {fact} = {str(given).lower()})"
            found.append(f"{trust.value}: {text}{against}")
    return tuple(found)


def runs_cloud_trust(build: FactValue) -> bool:
    """Whether a Windows build knows cloud trust: 19044.1566, 22000.527, 22621 or later (PassportForWork CSP)."""
    parts = [int(part) for part in re.findall(r"\d+", str(build))]
    number = next((part for part in parts if part >= 10000), 0)
    revision = next(iter(parts[parts.index(number) + 1 :]), 0) if number else 0
    minimum = {19044: 1566, 22000: 527}
    return number > 19044 if number not in minimum else revision >= minimum[number]


NEEDS: Mapping[Trust, tuple[tuple[str, str, Callable[[FactValue], bool]], ...]] = {
    Trust.CLOUD: (
        (
            "Entra Kerberos server object in every domain, and a writable 2016 or later DC per site",
            "entra-kerberos",
            bool,
        ),
        ("Windows 10 19044.1566, Windows 11 22000.527 or later", "os-build", runs_cloud_trust),
    ),
    Trust.KEY: (("a 2016 or later DC per site with a Kerberos Authentication certificate", "", bool),),
    Trust.CERTIFICATE: (("AD FS as registration authority on hybrid joined devices, and a PKI", "adfs", bool),),
}
"""By trust model: the prerequisite in words, the fact that tells, and whether a value of it is enough."""


# Rows -----------------------------------------------------------------------------------------------------------------


def _rows(hello: Hello, family: Hellos) -> Iterator[Result]:
    """One row for each scope that claims the setting."""
    situations, exhaustive = family.situations((hello,))
    for scope in Scope:
        claimed = [c for (h, _), found in family.claims.items() if h is hello for c in found if c.claim.scope is scope]
        if claimed:
            yield _row(hello, scope, claimed, situations, exhaustive, family)


def _row(
    hello: Hello,
    scope: Scope,
    claimed: Sequence[Contestant],
    situations: Sequence[Situation],
    exhaustive: bool,
    family: Hellos,
) -> Result:
    picked = [_in_scope(situation.verdict(hello).winner, scope) for situation in situations]
    values = [None if pick is None else pick.value for pick in picked]
    sure = certainty(situations, values, exhaustive)
    facts = sure.facts
    candidates = tuple(dict.fromkeys(values))
    winner = picked[0] if sure.assumable else None
    losers = list(_losers(hello, scope, situations[0], winner, family))
    group = {Group.ENABLEMENT: "W-GRP-E", Group.PIN: "W-GRP-P", Group.EACH: "W-GRP-X"}[hello.group]
    reasons = dict.fromkeys(
        [
            *(winner.contestant.reach.reasons if winner else ()),
            *(rule for loser in losers for rule in loser.reasons),
            CLOUD_READING if hello is CLOUD and CLOUD_READING in facts else group,
            *reading_ids(facts),
        ]
    )
    return Result(
        hello.id(scope),
        scope,
        sure.state,
        winner.value if winner else None,
        winner is None and all(c.claim.absent for c in claimed),
        candidates,
        facts,
        tuple(reasons),
        contender(winner.contestant) if winner else None,
        tuple(losers),
        hello.title or None,
    )


def _in_scope(pick: Pick | None, scope: Scope) -> Pick | None:
    return pick if pick is not None and pick.contestant.claim.scope is scope else None


def _losers(hello: Hello, scope: Scope, assumed: Situation, winner: Pick | None, family: Hellos) -> Iterator[Contender]:
    """Every other claim on the setting with the rules that beat it: all of them beside a winner, else this scope's."""
    verdict = assumed.verdict(hello)
    by_source = {pick.source: rules for pick, rules in verdict.losers}
    if verdict.winner is not None and verdict.winner is not winner:
        by_source.setdefault(verdict.winner.source, verdict.winner.contestant.reach.reasons)
    for (claimed, source), found in sorted(family.claims.items(), key=_by_strength):
        if claimed is not hello:
            continue
        pick = assumed.picks.get((hello, source))
        for contestant in strongest_first(found):
            if winner is not None and contestant.claim is winner.contestant.claim:
                continue
            if winner is None and contestant.claim.scope is not scope:
                continue
            yield contender(contestant, *_why_lost(contestant, pick, by_source.get(source, ())))


def _by_strength(item: tuple[tuple[Hello, Source], object]) -> int:
    return list(Source).index(item[0][1])


def _why_lost(contestant: Contestant, pick: Pick | None, rules: tuple[str, ...]) -> tuple[str, ...]:
    if pick is None:
        return rules or contestant.reach.reasons
    if contestant.claim is pick.contestant.claim:
        return rules
    return (order(pick.contestant, contestant).rule,)


# What the family adds to single rows ----------------------------------------------------------------------------------


def _device_lock(row: Result, precedence: Precedence) -> Result:
    """A laxer PIN rule beside a stricter Device Lock rule: the sources contradict each other (W-DEVLOCK, D11)."""
    for hello, (node, stricter) in DEVICE_LOCK.items():
        if row.setting != hello.id(row.scope) or not isinstance(row.value, int):
            continue
        locks = [c.claim.value for c in lock_claims(node, precedence)]
        strict = [v for v in locks if isinstance(v, int) and stricter(row.value, v)]
        if strict:
            return replace(
                row,
                state=State.UNDETERMINED,
                value=None,
                candidates=tuple(dict.fromkeys((*row.candidates, *strict))),
                winner=None,
                losers=(*((row.winner,) if row.winner else ()), *row.losers),
                reasons=(*row.reasons, "W-DEVLOCK", "D11"),
            )
    return row


def lock_claims(node: str, precedence: Precedence) -> tuple[Contestant, ...]:
    """The claims on a Device Lock node, unless device passwords are switched off (DevicePasswordEnabled = 1)."""
    base = "./Device/Vendor/MSFT/Policy/Config/DeviceLock/"
    switch = precedence.contests.get((csp(f"{base}DevicePasswordEnabled").key, Scope.DEVICE), ())
    if switch and all(c.claim.value in (1, "1") for c in switch):
        return ()
    return precedence.contests.get((csp(f"{base}{node}").key, Scope.DEVICE), ())


def _both_defaults(rows: list[Result]) -> list[Result]:
    """A minimum above the maximum: Windows takes the defaults for both (W-TYPES)."""
    by_id = {row.setting.key: row for row in rows}
    for scope in Scope:
        low, high = (by_id.get(hello.id(scope).key) for hello in (MINIMUM, MAXIMUM))
        if low is None or high is None or not isinstance(low.value, int) or not isinstance(high.value, int):
            continue
        if low.value > high.value:
            by_id[low.setting.key] = replace(
                low,
                state=State.UNDETERMINED,
                value=None,
                candidates=MINIMUM_DEFAULTS,
                winner=None,
                losers=(*((low.winner,) if low.winner else ()), *low.losers),
                reasons=(*low.reasons, "W-TYPES"),
            )
            by_id[high.setting.key] = replace(
                high, value=MAXIMUM_DEFAULT, candidates=(MAXIMUM_DEFAULT,), reasons=(*high.reasons, "W-TYPES")
            )
    return list(by_id.values())


def _digits(family: Hellos) -> Iterator[Result]:
    """PIN rules without one on digits: the DDF says digits are required, Passport.admx that they are allowed (D29)."""
    claimed = family.settings()
    if DIGITS in claimed or not any(hello.group is Group.PIN and hello.format == "int" for hello in claimed):
        return
    yield Result(
        DIGITS.id(Scope.DEVICE),
        Scope.DEVICE,
        State.UNDETERMINED,
        None,
        False,
        (0, 1),
        (),
        ("D29",),
        None,
        (),
        DIGITS.title,
    )
