"""Windows Hello for Business: enablement and the trust model (WH001 to WH007, WH010, WH011, WH017, WH036, WH037)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from policylint.checks.found import WHERE, Found, View, claim_spot, names, over_worlds, quoted, spot
from policylint.families.whfb import DEFAULT_ENTRA, GUIDE, Pick, Situation, Source, Trust
from policylint.families.whfb_effective import TRUST_MODEL
from policylint.families.whfb_settings import BY_ID, CERTIFICATE, CLOUD, ENABLED
from policylint.model import Channel

TRUST = (ENABLED, CERTIFICATE, CLOUD)


def _id(pick: Pick) -> tuple[str, str]:
    claim = pick.contestant.claim
    return claim.setting.text, claim.scope.value


def certificate_overrides_cloud(view: View) -> Iterable[Found]:
    """Certificate trust takes effect where cloud trust is turned on as well (W-TABLE)."""

    def predicate(situation: Situation) -> Iterator[Found]:
        certificate = situation.verdict(CERTIFICATE).winner
        clouds = [pick for pick in situation.of(CLOUD) if pick.on]
        if certificate is None or not clouds or situation.trust is not Trust.CERTIFICATE:
            return
        setting, scope = _id(certificate)
        yield Found(
            f"certificate trust wins: cloud Kerberos trust in {names(clouds)} has no effect on {WHERE}",
            (spot(certificate, "forces certificate trust"), *(spot(pick, "loses (W-TABLE)") for pick in clouds)),
            setting,
            scope,
            help=_not_configured("Use certificate for on-premises authentication", certificate),
            subject=TRUST_MODEL,
        )

    return over_worlds(view, TRUST, predicate)


def _not_configured(display: str, pick: Pick) -> str:
    return f'set "{display}" to Not Configured in {names([pick])}'


def user_certificate_beats_cloud(view: View) -> Iterable[Found]:
    """A user-side GPO turns certificate trust on over a computer-side GPO with cloud trust (W-HIER, W-CORRECTION-S0)."""

    def predicate(situation: Situation) -> Iterator[Found]:
        certificate = situation.verdict(CERTIFICATE).winner
        cloud = situation.picks.get((CLOUD, Source.COMPUTER_GPO))
        user_side = certificate is not None and certificate.source is Source.USER_GPO and certificate.on
        if (
            certificate is None
            or not user_side
            or cloud is None
            or not cloud.on
            or situation.trust is not Trust.CERTIFICATE
        ):
            return
        setting, scope = _id(certificate)
        yield Found(
            f"the user side of {names([certificate])} forces certificate trust over the computer side's cloud trust "
            f"in {names([cloud])} on {WHERE}",
            (spot(certificate, "user settings win over computer settings (W-HIER)"), spot(cloud, "has no effect")),
            setting,
            scope,
            help=_not_configured("Use certificate for on-premises authentication", certificate),
            subject=TRUST_MODEL,
        )

    return over_worlds(view, TRUST, predicate)


def cloud_without_enablement(view: View) -> Iterable[Found]:
    """Cloud trust is on, and no source turns Windows Hello on (W-DEFAULT)."""

    def predicate(situation: Situation) -> Iterator[Found]:
        cloud = situation.verdict(CLOUD).winner
        if cloud is None or not cloud.on or any(pick.on for pick in situation.of(ENABLED)):
            return
        if situation.of(ENABLED):
            rest = "and Windows Hello is turned off"
        elif situation.world.get("join") == "entra":
            if situation.reading(DEFAULT_ENTRA):
                return
            rest = "and no source turns Windows Hello on; only the default of Entra joined devices would"
        else:
            rest = "but no source turns Windows Hello on: users get a convenience PIN at most"
        setting, scope = _id(cloud)
        yield Found(
            f"cloud Kerberos trust is on in {names([cloud])}, {rest} on {WHERE}",
            (spot(cloud, "has nothing to work with"), *(spot(pick, "turns it off") for pick in situation.of(ENABLED))),
            setting,
            scope,
            severity="warning" if situation.world.get("join") == "entra" else None,
            help='enable "Use Windows Hello for Business" in the same policy',
            subject=TRUST_MODEL,
        )

    return over_worlds(view, TRUST, predicate)


def disabled_by_higher_source(view: View) -> Iterable[Found]:
    """Windows Hello is turned on in one source and off in a higher one (W-HIER)."""

    def predicate(situation: Situation) -> Iterator[Found]:
        winner = situation.verdict(ENABLED).winner
        below = [pick for pick in situation.of(ENABLED) if pick is not winner and pick.on]
        if winner is None or winner.on or not below:
            return
        setting, scope = _id(winner)
        yield Found(
            f"Windows Hello is off on {WHERE}: {names([winner])} ({winner.source}) turns it off over "
            f"{names(below)} ({', '.join(dict.fromkeys(pick.source for pick in below))})",
            (spot(winner, "turns it off"), *(spot(pick, "turns it on, and loses (W-HIER)") for pick in below)),
            setting,
            scope,
            help=_not_configured("Use Windows Hello for Business", winner),
            subject=TRUST_MODEL,
        )

    return over_worlds(view, (ENABLED,), predicate)


def both_channels(view: View) -> Iterable[Found]:
    """Group Policy and Intune both configure Windows Hello (W-EITHER-OR, D5)."""
    settings = [hello for hello in view.hello.settings() if hello.by_passport_admx]

    def predicate(situation: Situation) -> Iterator[Found]:
        if not situation.reading(GUIDE):
            return
        gpo = [p for p in situation.picks.values() if p.source.channel is Channel.GPO and p.hello.by_passport_admx]
        mdm = [p for p in situation.picks.values() if p.source.channel is Channel.MDM]
        if not gpo or not mdm:
            return
        beaten = [p for p in mdm if situation.verdict(p.hello).winner is not p]
        rest = [p for p in mdm if p not in beaten]
        lost = f"{_settings(beaten)} in Intune lose" if beaten else ""
        open_ = f"{_settings(rest)} count only if Intune's other settings are not ignored as a whole" if rest else ""
        yield Found(
            f"Group Policy ({names(gpo)}) and Intune ({names(mdm)}) both configure Windows Hello on {WHERE}: "
            + "; ".join(part for part in (lost, open_) if part),
            (*(spot(p, "Group Policy") for p in gpo[:1]), *(spot(p, _fate(p, beaten)) for p in mdm)),
            help="configure Windows Hello in one channel only",
            subject=TRUST_MODEL,
        )

    return over_worlds(view, settings, predicate) if settings else ()


def _fate(pick: Pick, beaten: list[Pick]) -> str:
    return "loses to Group Policy" if pick in beaten else "conditional (W-EITHER-OR, D5)"


def _settings(picks: Iterable[Pick]) -> str:
    return ", ".join(dict.fromkeys(pick.hello.name for pick in picks))


def certificate_from_other_channel(view: View) -> Iterable[Found]:
    """The certificate policy comes from the channel that does not set enablement, and is discarded (W-GRP-E)."""

    def predicate(situation: Situation) -> Iterator[Found]:
        elected = situation.elected
        certificates = situation.of(CERTIFICATE)
        if elected is None or not elected.on or not certificates:
            return
        if any(pick.source.channel is elected.source.channel for pick in certificates):
            return
        setting, scope = _id(certificates[0])
        yield Found(
            f"the certificate policy in {names(certificates)} is discarded on {WHERE}: {names([elected])} sets enablement "
            f"through {_channel(elected)}, and both are taken from one channel",
            (*(spot(p, "discarded (W-GRP-E)") for p in certificates), spot(elected, "elects the channel")),
            setting,
            scope,
            help=f"set the certificate policy in {_channel(elected)} as well, or remove it",
            subject=TRUST_MODEL,
        )

    return over_worlds(view, (ENABLED, CERTIFICATE), predicate)


def _channel(pick: Pick) -> str:
    return "Group Policy" if pick.source.channel is Channel.GPO else "Intune"


def certificate_from_other_scope(view: View) -> Iterable[Found]:
    """Enablement in user Group Policy, certificate in computer Group Policy: applies only while no user sets it."""

    def predicate(situation: Situation) -> Iterator[Found]:
        enabled = situation.picks.get((ENABLED, Source.USER_GPO))
        certificate = situation.picks.get((CERTIFICATE, Source.COMPUTER_GPO))
        if enabled is None or certificate is None or (CERTIFICATE, Source.USER_GPO) in situation.picks:
            return
        setting, scope = _id(certificate)
        yield Found(
            f"the certificate policy of {names([certificate])} is a computer setting while {names([enabled])} enables "
            f"Windows Hello for users: on {WHERE} it applies only as long as no user policy sets it",
            (spot(certificate, "computer side"), spot(enabled, "user side elects Group Policy (W-SAME-SOURCE)")),
            setting,
            scope,
            help="set both on the same side of Group Policy",
            subject=TRUST_MODEL,
        )

    return over_worlds(view, (ENABLED, CERTIFICATE), predicate)


def cloud_from_other_channel(view: View) -> Iterable[Found]:
    """Cloud trust and enablement come from different channels: no document says whether that works (W-GRP-CLOUD, D6)."""

    def predicate(situation: Situation) -> Iterator[Found]:
        clouds, elected = situation.of(CLOUD), situation.elected
        if elected is None or not elected.on or not clouds or not clouds[0].on:
            return
        if clouds[0].source.channel is elected.source.channel:
            return
        yield _mixed(clouds[0], elected, f"through {_channel(clouds[0])}", f"through {_channel(elected)}", "channel")

    return over_worlds(view, TRUST, predicate)


def cloud_beside_user_enablement(view: View) -> Iterable[Found]:
    """Enablement in user-scope MDM beside cloud trust in device scope: reported not to work (W-GRP-CLOUD)."""

    def predicate(situation: Situation) -> Iterator[Found]:
        cloud, elected = situation.picks.get((CLOUD, Source.DEVICE_MDM)), situation.elected
        if cloud is None or not cloud.on or elected is None or elected.source is not Source.USER_MDM or not elected.on:
            return
        yield _mixed(cloud, elected, "in device scope", "in user scope", "scope")

    return over_worlds(view, TRUST, predicate)


def _mixed(cloud: Pick, elected: Pick, there: str, here: str, what: str) -> Found:
    setting, scope = _id(cloud)
    return Found(
        f"cloud trust comes {there} from {names([cloud])} and enablement {here} from {names([elected])}: "
        f"whether {WHERE} gets cloud Kerberos trust is not documented",
        (spot(cloud, f"another {what} than enablement"), spot(elected, "enablement")),
        setting,
        scope,
        help=f"set both in one {what}",
        subject=TRUST_MODEL,
    )


def certificate_off_beside_cloud(view: View) -> Iterable[Found]:
    """The certificate policy is disabled instead of not configured beside cloud trust (D7)."""

    def predicate(situation: Situation) -> Iterator[Found]:
        certificate, cloud = situation.verdict(CERTIFICATE).winner, situation.verdict(CLOUD).winner
        if certificate is None or certificate.on or cloud is None or not cloud.on:
            return
        setting, scope = _id(certificate)
        yield Found(
            f"{names([certificate])} disables certificate trust beside cloud trust from {names([cloud])} on {WHERE}: "
            "it works, though the current guide asks for Not Configured",
            (spot(certificate, "disabled"), spot(cloud, "cloud trust")),
            setting,
            scope,
            help=_not_configured("Use certificate for on-premises authentication", certificate),
            subject=TRUST_MODEL,
        )

    return over_worlds(view, TRUST, predicate)


def tenant_disables(view: View) -> Iterable[Found]:
    """The tenant-wide enrolment policy turns Windows Hello off, and nothing targeted turns it on (W-TENANT)."""

    def predicate(situation: Situation) -> Iterator[Found]:
        winner = situation.elected
        if winner is None or winner.source is not Source.TENANT or winner.on:
            return
        setting, scope = _id(winner)
        yield Found(
            f"the tenant-wide policy {names([winner])} turns Windows Hello off, and nothing targeted at {WHERE} turns it on",
            (spot(winner, "off for the whole tenant"),),
            setting,
            scope,
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
