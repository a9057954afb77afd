"""Windows Hello for Business: the tenant-wide enrolment policy beside targeted ones (WH036 to WH038)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from policylint.checks.found import WHERE, Found, View, claim_spot, names, over_worlds, quoted, spot
from policylint.families.whfb import Pick, Situation
from policylint.families.whfb_effective import TRUST_MODEL
from policylint.families.whfb_law import Source
from policylint.families.whfb_settings import BY_ID, ENABLED, SETTINGS, Group
from policylint.model import shown

PIN = tuple(hello for hello in SETTINGS if hello.group is Group.PIN)


def _id(pick: Pick) -> tuple[str, str]:
    claim = pick.contestant.claim
    return claim.setting.text, claim.scope.value


def tenant_disables(view: View) -> Iterable[Found]:
    """The tenant-wide enrolment policy turns Windows Hello off, and nothing targeted turns it on (W-TENANT)."""

    def predicate(situation: Situation) -> Iterator[Found]:
        winner = situation.elected
        if winner is None or winner.source is not Source.TENANT or winner.on:
            return
        yield Found(
            f"the tenant-wide policy {names([winner])} turns Windows Hello off on {WHERE}, "
            "and no targeted policy turns it on",
            (spot(winner, "off for the whole tenant"),),
            *_id(winner),
            help="assign a profile that enables Windows Hello, or enable it tenant-wide",
            subject=TRUST_MODEL,
        )

    return over_worlds(view, (ENABLED,), predicate, assumed_only=True)


def tenant_relied_upon(view: View) -> Iterable[Found]:
    """Only the tenant-wide policy sets enablement, and it reaches no device that is enrolled already (W-TENANT)."""
    enrolled = view.precedence.known.get("enrolled-after-tenant-policy")
    tenants = [p for p in view.estate.policies if p.kind == "enrolment"]
    claims = [(p, c) for p in tenants for c in p.claims if BY_ID.get(c.setting.key) is ENABLED]
    if enrolled is True or view.precedence.known.get("mdm") is False:
        return ()

    def predicate(situation: Situation) -> Iterator[Found]:
        if any(pick.source is not Source.TENANT for pick in situation.of(ENABLED)):
            return
        for policy, claim in claims:
            yield Found(
                f"only the tenant-wide policy {quoted([policy.name])} decides about Windows Hello on {WHERE}, "
                "and it does not reach devices that are enrolled already",
                (claim_spot(claim, policy, "applied at enrolment only"),),
                claim.setting.text,
                claim.scope.value,
                help="assign a profile to devices that are enrolled already",
                subject=TRUST_MODEL,
            )

    return over_worlds(view, (ENABLED,), predicate, assumed_only=True)


def tenant_differs(view: View) -> Iterable[Found]:
    """PIN or hardware values of the tenant-wide policy differ from the targeted ones (W-TENANT)."""

    def predicate(situation: Situation) -> Iterator[Found]:
        for hello in PIN:
            tenant = situation.picks.get((hello, Source.TENANT))
            targeted = [
                p for p in situation.of(hello) if p.source is not Source.TENANT and tenant and p.value != tenant.value
            ]
            if tenant is None or not targeted:
                continue
            yield Found(
                f"{hello.name} is {shown(tenant.value)} in the tenant-wide policy {names([tenant])} and "
                f"{shown(targeted[0].value)} in {names(targeted[:1])} on {WHERE}: a newly enrolled device keeps "
                f"{shown(tenant.value)} until {names(targeted[:1])} arrives",
                (spot(tenant, "applied at enrolment, lowest priority (W-TENANT)"), spot(targeted[0], "targeted")),
                *_id(tenant),
                help="use the same value in both",
                subject=tenant.contestant.claim.setting.text,
            )

    return over_worlds(view, PIN, predicate)
