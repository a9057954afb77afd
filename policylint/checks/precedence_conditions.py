"""Settings that hang on what no input tells: WMI filters, security filtering, item-level targeting (PR052; 1.5)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from policylint.checks.found import WHERE, Found, Spot, View, claim_spot, quoted
from policylint.checks.gpo_claims import SHOWN, some_of
from policylint.estate import Estate
from policylint.facts import ALWAYS, fact_names, given
from policylint.model import Channel, Filtering, Policy
from policylint.rank.reach import Reach

_GATES = ("G-WMI", "G-SECFILTER", "G-MS16-072")
_UNSAID = "security filtering of "
"""What a gate hangs on where the export does not tell the filtering: nobody's intention."""
TARGETING = "item-level targeting of "


def untold(view: View) -> Iterator[Found]:
    """What hangs on filters and on item-level targeting whose outcome no input tells (PR052)."""
    yield from filtered(view)
    yield from targeted(view)


def filtered(view: View) -> Iterator[Found]:
    """GPOs whose WMI filter or security filter nobody tells the outcome of: one finding for all with equal filters."""
    alike = view.estate.once(_by_filters)
    told: dict[_Filters, None] = {}
    for reach in view.precedence.reaches:
        if not reach.som or not any(rule in _GATES for rule, _ in reach.gates):
            continue
        filters = _filters(reach.policy)
        facts = _open(reach, view) if filters not in told else ()
        if facts:
            told[filters] = None
            yield _hanging(facts, alike.get(filters, [reach.policy]), filters)


_Filters = tuple[str | None, Filtering | None]


def _filters(policy: Policy) -> _Filters:
    return policy.wmi_filter, policy.filtering


def _by_filters(estate: Estate) -> Mapping[_Filters, list[Policy]]:
    """The GPOs with settings, by what filters them; the order of SIDs is that of the export."""
    found: dict[_Filters, list[Policy]] = {}
    for policy in estate.policies:
        if policy.channel is Channel.GPO and policy.claims:
            found.setdefault(_filters(policy), []).append(policy)
    return found


def _open(reach: Reach, view: View) -> tuple[str, ...]:
    """What a link hangs on, of the filters that somebody set."""
    found: dict[str, None] = {}
    for rule, gate in reach.gates:
        if rule in _GATES:
            found.update(dict.fromkeys(sorted(fact_names(given(gate, view.precedence.known)))))
    return tuple(fact for fact in found if not fact.startswith(_UNSAID))


def _hanging(facts: tuple[str, ...], policies: list[Policy], filters: _Filters) -> Found:
    number = sum(len(policy.claims) for policy in policies)
    what = f"the setting of {quoted([policies[0].name])}" if number == 1 else f"{number} settings of {_gpos(policies)}"
    return Found(
        f"{what} {'hangs' if number == 1 else 'hang'} on what no input tells for {WHERE}: {some_of(facts)}",
        tuple(Spot(policy.evidence, policy, "is filtered") for policy in policies[:SHOWN]),
        help="tell the filter's result or the target's groups in topology.toml: [[wmi-filter]], [[group]], [[target]]",
        apart=repr(filters),
    )


def _gpos(policies: list[Policy]) -> str:
    names = some_of([quoted([policy.name]) for policy in policies])
    return names if len(policies) == 1 else f"{len(policies)} GPOs ({names})"


def targeted(view: View) -> Iterator[Found]:
    """Preference items with item-level targeting, by GPO: which targets they apply to is decided on the client."""
    items: dict[str, dict[str, Spot]] = {}
    for contestants in view.precedence.contests.values():
        for one in contestants:
            when = one.claim.when
            for fact in sorted(fact_names(when)) if when is not ALWAYS and when != ALWAYS and one.reach.som else ():
                if fact.startswith(TARGETING):
                    spot = claim_spot(one.claim, one.policy, "is targeted")
                    items.setdefault(one.policy.id, {}).setdefault(fact, spot)
    for found in items.values():
        spots = list(found.values())
        policy = spots[0].policy
        name = quoted([policy.name]) if policy else ""
        names = [fact.removeprefix(TARGETING).strip('"').partition(": ")[2] for fact in found]
        yield Found(
            f"{_items(name, len(spots))} on {WHERE} only where item-level targeting says so: {some_of(names)}",
            tuple(spots[:SHOWN]),
            "item-level targeting",
            help="nothing is wrong with it: what these items set is reported as conditional",
        )


def _items(name: str, number: int) -> str:
    return f"a preference item of {name} counts" if number == 1 else f"{number} preference items of {name} count"
