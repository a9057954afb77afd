"""Findings: what the readers ran into, and what the checks say about the estate and its targets."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from policylint.beside import beside
from policylint.catalogue.definitions import using
from policylint.checks import (
    ADMX_CHECKS,
    BUILD_CHECKS,
    CONTEST_CHECKS,
    HELLO_CHECKS,
    POLICY_CHECKS,
    READING,
    TARGET_CHECKS,
    os_builds,
    update_source,
)
from policylint.checks.between import UPDATE_CHECKS
from policylint.checks.clashes import Known
from policylint.checks.contested import contested, narrow
from policylint.checks.found import WHERE, EstateCheck, View
from policylint.claimed import claimed
from policylint.estate import Estate
from policylint.families.whfb_effective import DEVICE_LOCK
from policylint.families.whfb_settings import BY_ID
from policylint.findings import LISTED, SEVERITIES, Confidence, Finding, Location, Summary, ref
from policylint.model import Policy, Problem, Scope, csp
from policylint.rank import Precedence, rank
from policylint.rank.gpo import LOOPBACK
from policylint.rank.placements import placements
from policylint.rank.reach import Numbers
from policylint.rules import Rule
from policylint.targets import targets
from policylint.telling import Telling

MANY_CLAIMS = 5_000
"""An estate with more claims is worth a second process, which takes 20 ms."""
_SEVERITY = {severity: number for number, severity in enumerate(SEVERITIES)}
NAMED_TARGETS = 3
"""How many targets a message names before it counts them."""


def lint(estate: Estate, rules: Mapping[str, Rule]) -> tuple[Finding, ...]:
    """Every finding of the rules, merged over targets, in the order of reports: by severity, rule and place."""
    with using(estate.definitions):

        def half() -> list[Finding]:
            return [*_targets(estate, rules, telling), *_estate(estate, rules, ADMX_CHECKS, telling)]

        telling = Telling()
        claims = sum(len(policy.claims) for policy in estate.policies)
        claimed(estate)  # both halves ask for it
        others = beside(half) if claims > MANY_CLAIMS else half
        found = [*_reading(estate, rules), *_estate(estate, rules, POLICY_CHECKS, telling)]
        found += others()
    return in_order(found)


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings in the order of reports."""
    places: dict[int, str] = {}

    def order(finding: Finding) -> tuple[str, str, str]:
        if not finding.locations:
            return "", "", finding.message
        first = finding.locations[0]
        place = places.get(id(first))  # many findings share theirs, and telling it takes long
        if place is None:
            place = places[id(first)] = repr(first.evidence.place)
        return first.evidence.path, place, finding.message

    alike: dict[tuple[int, str], list[Finding]] = {}
    for finding in findings:
        alike.setdefault((_SEVERITY[finding.severity], finding.rule), []).append(finding)
    return tuple([finding for at in sorted(alike) for finding in sorted(alike[at], key=order)])


def _reading(estate: Estate, rules: Mapping[str, Rule]) -> Iterator[Finding]:
    policies = {policy.id: policy for policy in estate.policies}
    for problem in dict.fromkeys(estate.problems):
        rule = rules.get(problem.rule)
        if rule is not None and rule.check == READING:
            yield _from_problem(problem, rule, policies.get(problem.policy or ""))


def _from_problem(problem: Problem, rule: Rule, policy: Policy | None) -> Finding:
    return Finding(
        rule.id,
        rule.name,
        problem.severity or rule.severity,
        "certain",
        problem.message,
        (Location(problem.evidence, "primary"),),
        (ref(policy),) if policy else (),
        problem.setting,
        help=rule.fix,
    )


def _estate(
    estate: Estate, rules: Mapping[str, Rule], checks: Mapping[str, EstateCheck], telling: Telling
) -> Iterator[Finding]:
    for rule in rules.values():
        check = checks.get(rule.check)
        if check is not None:
            for found in check(estate):
                yield telling.finding(found, rule, "", "")


def _targets(estate: Estate, rules: Mapping[str, Rule], telling: Telling) -> Iterator[Finding]:
    """Target checks, run once for each set of placements that see the same policies, and merged by fingerprint."""
    for checks, narrowed, asked in (
        (HELLO_CHECKS, _hello, _contests),
        (CONTEST_CHECKS, contested, _everything),
        (BUILD_CHECKS, os_builds.narrow, _everything),
        (UPDATE_CHECKS, update_source.narrow, _contests),
    ):
        chosen = [rule for rule in rules.values() if rule.check in checks]
        looked_at = narrowed(estate) if chosen else None
        if looked_at is not None and looked_at.policies:
            yield from _over_targets(looked_at, estate, chosen, asked, telling)


def _everything(_: Precedence) -> Hashable:
    """Each target for itself: the checks ask about what reaches it, and about what does not."""
    return object()


def _contests(precedence: Precedence) -> Hashable:
    """Targets with the same contests under the same facts: the checks ask about nothing else.

    What a site decides is decided in the conditions of the contests.
    """
    facts = tuple(sorted(fact for fact in precedence.known.items() if fact[0] != "site"))
    return facts, precedence.joins, tuple(precedence.contests.values())


def _over_targets(
    narrowed: Estate,
    estate: Estate,
    rules: Sequence[Rule],
    asked: Callable[[Precedence], Hashable],
    telling: Telling,
) -> Iterator[Finding]:
    merged: dict[tuple[str, str], tuple[Finding, dict[int, Sequence[str]]]] = {}
    place = {target.name: number for number, target in enumerate(targets(estate))}
    for number, (alike, view) in enumerate(_views(narrowed, estate, asked)):
        for rule in rules:
            for found in TARGET_CHECKS[rule.check](view):
                finding = telling.finding(found, rule, WHERE, found.subject)
                key = finding.fingerprint, found.apart
                first, reached = merged.setdefault(key, (finding, {}))
                reached[number] = alike
                merged[key] = _surer(first, finding), reached
    for finding, reached in merged.values():
        names = [name for alike in reached.values() for name in alike]
        yield _placed(finding, sorted(names, key=place.__getitem__))


def _surer(a: Finding, b: Finding) -> Finding:
    ranking: Sequence[Confidence] = ("certain", "likely", "possible")
    return min(a, b, key=lambda f: ranking.index(f.confidence))


def _views(
    narrowed: Estate, estate: Estate, asked: Callable[[Precedence], Hashable]
) -> Iterator[tuple[list[str], View]]:
    """One view for each group of targets that are alike in what is asked of them, with their names.

    Those that the same claims reach under the same facts always are.
    """
    groups: dict[Hashable, tuple[list[str], View]] = {}
    alike_asked: dict[Hashable, tuple[list[str], View]] = {}
    known: Known = {}
    numbers = Numbers()
    for alike in placements(narrowed, targets(estate)):
        precedence = rank(narrowed, alike.target)
        key = tuple(sorted(precedence.known.items())), tuple(map(numbers.of, precedence.reaches))
        if key not in groups:
            groups[key] = alike_asked.setdefault(asked(precedence), ([], View(estate, precedence, known)))
        groups[key][0].extend(alike.names)
    yield from alike_asked.values()


def _hello(estate: Estate) -> Estate:
    """The estate with the settings that the Windows Hello checks look at: those of Windows Hello's own ADMX file."""
    settings = {key for key, hello in BY_ID.items() if hello.by_passport_admx}
    keys = {*settings, *_device_lock_keys()}
    if any(claim.scope is Scope.USER for _, claim in claimed(estate).on(settings)):
        keys.add(LOOPBACK)  # it decides about user settings only
    return narrow(estate, keys)


def _device_lock_keys() -> Iterator[str]:
    for node in ("DevicePasswordEnabled", *(node for node, _ in DEVICE_LOCK.values())):
        yield csp(f"./Device/Vendor/MSFT/Policy/Config/DeviceLock/{node}").key


def _placed(finding: Finding, reached: Sequence[str]) -> Finding:
    """The finding with its targets named in the message, and the command that tells the story."""
    named = ", ".join(reached[:NAMED_TARGETS])
    if len(reached) > NAMED_TARGETS:
        named += f" and {len(reached) - NAMED_TARGETS} more targets"
    return replace(
        finding,
        message=finding.message.replace(WHERE, named),
        targets=tuple(reached[:LISTED]),
        unlisted=max(len(reached) - LISTED, 0),
        why=f"policylint why {quote(finding.why)} --for {quote(reached[0])}" if finding.why and reached else "",
    )


def quote(text: str) -> str:
    """An argument as a shell takes it: in double quotes, and in single ones where a shell would read them as code."""
    if text and not text.startswith("-") and all(c.isalnum() or c in "/.-_:" for c in text):
        return text
    if any(c in '"$`!\\' for c in text):
        return shlex.quote(text)
    return f'"{text}"'


def summary(estate: Estate, ignored: int = 0) -> Summary:
    """The counts that every report prints."""
    settings = {(claim.setting.key, claim.scope) for policy in estate.policies for claim in policy.claims}
    return Summary(len(estate.policies), len(settings), len(targets(estate)), len(estate.files), estate.unread, ignored)
