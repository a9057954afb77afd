"""Basic and advanced audit policy, and subcategories that several GPOs set (PR036 to PR038; G-AUD rules)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from policylint.catalogue.audit_subcategories import SUBCATEGORIES
from policylint.checks.clashes import Clash
from policylint.checks.found import WHERE, Found, Spot, View, claim_spot, quoted
from policylint.checks.gpo_claims import gpos, is_known, linked, pair_finding, placed, some_of
from policylint.checks.pairs import NAMED, Pair, by_pair
from policylint.facts import ALWAYS
from policylint.families.related import BASIC_AUDIT, NO_BASIC_AUDIT, PREFERENCE_VALUE, SUBCATEGORY, in_template
from policylint.model import Scope, Value
from policylint.rank import Contestant

_NONE = frozenset((0, 4))
"""No auditing, as editors write it and as the specification does (D30)."""
_LEGACY = frozenset((NO_BASIC_AUDIT, in_template(NO_BASIC_AUDIT), f"{PREFERENCE_VALUE}{NO_BASIC_AUDIT}"))
"""SCENoApplyLegacyAuditPolicy, whatever writes it."""
_WORDS: Mapping[Value, str] = {0: "none", 1: "success", 2: "failure", 3: "success and failure", 4: "none"}


def basic_and_advanced(view: View) -> Iterator[Found]:
    """Both kinds of audit policy are set where the basic one is applied expressly, or by one GPO (PR036)."""
    option = view.once(_option)
    if option is not None and option.claim.value == 0:
        basic, advanced = (_linked(view.once(claims)) for claims in (_basic, _advanced))
        if basic and advanced:
            yield _mixed(option, basic, advanced)
        return
    basic, advanced = view.once(_basic), view.once(_advanced)
    for id_, claims in basic.items():
        if id_ in advanced:
            yield _found(
                f"{quoted([claims[0].policy.name])} sets basic and advanced audit policy: the basic one "
                f"({_categories(claims)}) has no effect on {WHERE}",
                claims,
                advanced[id_],
                "remove the basic audit policy (Local Policies > Audit Policy)",
                severity_warning=True,
            )


def advanced_clears_basic(view: View) -> Iterator[Found]:
    """The advanced audit policy of one GPO clears the basic one of another (PR037)."""
    basic, advanced = (_linked(view.once(claims)) for claims in (_basic, _advanced))
    option = view.once(_option)
    if not advanced or (option is not None and option.claim.value == 0):
        return
    for id_, claims in basic.items():
        if id_ not in advanced:
            others = [others[0].policy.name for others in advanced.values()]
            yield _found(
                f"the basic audit policy of {quoted([claims[0].policy.name])} ({_categories(claims)}) has no effect on "
                f"{WHERE}: {some_of([quoted([name]) for name in others])} "
                f"{'set' if len(others) > 1 else 'sets'} advanced audit policy, which clears it",
                claims,
                next(iter(advanced.values())),
                f"set what {quoted([claims[0].policy.name])} audits by subcategory, and remove its basic audit policy",
            )


def subcategory_differs(view: View) -> Iterator[Found]:
    """Several GPOs set one subcategory: the strongest value counts, and nothing is added up (PR038)."""
    found = placed(view, lambda key: key.startswith(SUBCATEGORY) and "/" not in key)
    yield from by_pair((clash for clash in found if _differ(clash)), _subcategories)


def _subcategories(pair: Pair) -> Found:
    winner, both = pair[0].winner.policy.name, [pair[0].winner.policy.name, pair[0].loser.policy.name]
    many = "an audit subcategory" if len(pair) == 1 else f"{len(pair)} audit subcategories"
    counts = quoted([winner]) if is_known(pair[0]) else "the stronger link, which no input tells,"
    return pair_finding(
        pair,
        f"{quoted(both)} set {many} differently on {WHERE} ({some_of([_change(clash) for clash in pair])}): {counts} "
        "counts, and nothing is added up",
        "set each subcategory in one GPO, or to the same value in both",
    )


def _differ(clash: Clash) -> bool:
    return not {clash.winner.claim.value, clash.loser.claim.value} <= _NONE


def _change(clash: Clash) -> str:
    strong, weak = (_WORDS.get(c.claim.value, str(c.claim.value)) for c in (clash.winner, clash.loser))
    name = _names().get(clash.key[len(SUBCATEGORY) :][4:8], clash.winner.claim.setting.text)
    return f"{name}: {strong} {'over' if is_known(clash) else 'or'} {weak}"


@cache
def _names() -> Mapping[str, str]:
    """The subcategories as the CSP names them, by the digits of their GUID."""
    rows = (line.split() for line in SUBCATEGORIES.strip().splitlines())
    return {guid: node.rpartition("_Audit")[2] for node, guid in rows}


def _basic(view: View) -> dict[str, list[Contestant]]:
    """The categories that basic audit policy audits, by the GPO that says so."""
    return _by_policy(view, BASIC_AUDIT, frozenset((0,)))


def _advanced(view: View) -> dict[str, list[Contestant]]:
    """The subcategories of advanced audit policy, by the GPO that sets them."""
    return _by_policy(view, SUBCATEGORY, frozenset())


def _linked(found: Mapping[str, list[Contestant]]) -> dict[str, list[Contestant]]:
    """Those of the GPOs whose links somebody tells."""
    return {id_: claims for id_, claims in found.items() if claims[0].reach.som}


def _by_policy(view: View, kind: str, without: frozenset[Value]) -> dict[str, list[Contestant]]:
    found: dict[str, list[Contestant]] = {}
    for (_, scope), contestants in view.on(kind).items():
        if scope is Scope.DEVICE:
            for one in gpos(contestants):
                if one.claim.value not in without:
                    found.setdefault(one.policy.id, []).append(one)
    return found


def _option(view: View) -> Contestant | None:
    """SCENoApplyLegacyAuditPolicy as the strongest GPO sets it; None where nobody does, or two ways disagree."""
    found = [
        linked(contestants)[0]
        for (key, _), contestants in view.precedence.contests.items()
        if key in _LEGACY and linked(contestants)
    ]
    return found[0] if len({one.claim.value for one in found}) == 1 else None


def _categories(claims: list[Contestant]) -> str:
    return some_of([one.claim.setting.text.rpartition("/")[2] for one in claims])


def _mixed(
    option: Contestant, basic: Mapping[str, list[Contestant]], advanced: Mapping[str, list[Contestant]]
) -> Found:
    first, second = next(iter(basic.values())), next(iter(advanced.values()))
    name = quoted([option.policy.name])
    spots = (claim_spot(option.claim, option.policy, "applies basic audit policy"),)
    found = _found(
        f"{name} lets basic audit policy apply on {WHERE} (SCENoApplyLegacyAuditPolicy = 0), where "
        f"{_set(basic, 'basic')} and {_set(advanced, 'advanced')} audit policy: what is audited is not predictable",
        first,
        second,
        f'enable "Audit: Force audit policy subcategory settings" in {name}, or remove one kind of audit policy',
    )
    return Found(
        found.message,
        (*spots, *found.spots),
        option.claim.setting.text,
        option.claim.scope.value,
        confidence=found.confidence if option.when == ALWAYS else "likely",
        help=found.help,
        apart=found.message,
        subject=option.claim.setting.text,
    )


def _set(found: Mapping[str, list[Contestant]], kind: str) -> str:
    names = [quoted([claims[0].policy.name]) for claims in found.values()]
    return f"{some_of(names)} {'set' if len(names) > 1 else 'sets'} {kind}"


def _found(
    message: str,
    basic: list[Contestant],
    advanced: list[Contestant],
    help: str,
    *,
    severity_warning: bool = False,
) -> Found:
    spots: list[Spot] = [claim_spot(one.claim, one.policy, "has no effect") for one in basic[:NAMED]]
    spots.append(claim_spot(advanced[0].claim, advanced[0].policy, "advanced audit policy"))
    reaches = (basic[0].reach.when, advanced[0].reach.when)
    first = basic[0].claim
    return Found(
        message,
        tuple(spots),
        scope=first.scope.value,
        severity="warning" if severity_warning else None,
        confidence="certain" if all(when == ALWAYS for when in reaches) else "likely",
        help=help,
        subject=first.setting.text,
        apart=message,
    )
