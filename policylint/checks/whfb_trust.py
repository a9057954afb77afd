"""Windows Hello for Business: enablement and the trust model (WH001 to WH007, WH010, WH011, WH017)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from policylint.checks.found import WHERE, Found, Later, View, listed, names, over_worlds, spot
from policylint.families.whfb import Pick, Situation
from policylint.families.whfb_effective import TRUST_MODEL
from policylint.families.whfb_law import Source, Trust
from policylint.families.whfb_settings import CERTIFICATE, CLOUD, ENABLED
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
            f"certificate trust in {names([certificate])} wins: cloud Kerberos trust in {names(clouds)} has no effect "
            f"on {WHERE}",
            (spot(certificate, "forces certificate trust"), *(spot(pick, "loses (W-TABLE)") for pick in clouds)),
            setting,
            scope,
            help=_not_configured("Use certificate for on-premises authentication", certificate),
            subject=TRUST_MODEL,
        )

    return over_worlds(view, TRUST, predicate)


def _not_configured(display: str, pick: Pick) -> str:
    if pick.source.channel is Channel.GPO:
        return f'set "{display}" to Not Configured in {names([pick])}'
    return f'take "{display}" out of {names([pick])}'


def user_certificate_beats_cloud(view: View) -> Iterable[Found]:
    """A user-side GPO turns certificate trust on over a computer-side cloud trust GPO (W-HIER, W-CORRECTION-S0)."""

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
            f"certificate trust on the user side of {names([certificate])} wins: cloud Kerberos trust on the computer "
            f"side of {names([cloud])} has no effect on {WHERE}",
            (spot(certificate, "user settings win over computer settings (W-HIER)"), spot(cloud, "has no effect")),
            setting,
            scope,
            help=_not_configured("Use certificate for on-premises authentication", certificate),
            subject=TRUST_MODEL,
        )

    return over_worlds(view, TRUST, predicate)


def cloud_without_enablement(view: View) -> Iterable[Found]:
    """Cloud trust is on, and Windows Hello is turned off, or no source turns it on (W-DEFAULT)."""
    yield from over_worlds(view, TRUST, _cloud_beside_off)
    yield from over_worlds(view, TRUST, _cloud_beside_nothing, assumed_only=True)


def _cloud_beside_off(situation: Situation) -> Iterator[Found]:
    cloud, enabled = situation.verdict(CLOUD).winner, situation.of(ENABLED)
    if cloud is None or not cloud.on or not enabled or any(pick.on for pick in enabled):
        return
    yield _idle(cloud, f"has no effect on {WHERE}: {names(enabled)} turns Windows Hello off", enabled)


def _cloud_beside_nothing(situation: Situation) -> Iterator[Found]:
    cloud = situation.verdict(CLOUD).winner
    if cloud is None or not cloud.on or situation.of(ENABLED):
        return
    if situation.world.get("join") == "entra":
        text = f"counts on {WHERE} only because Entra joined devices turn Windows Hello on by default: no policy does"
        yield replace(_idle(cloud, text), severity="warning")
    else:
        text = f"has no effect on {WHERE}: no policy turns Windows Hello on, so users get a convenience PIN at most"
        yield _idle(cloud, text)


def _idle(cloud: Pick, text: str, off: Sequence[Pick] = ()) -> Found:
    setting, scope = _id(cloud)
    return Found(
        f"cloud Kerberos trust in {names([cloud])} {text}",
        (
            spot(cloud, "has no effect" if off else "nothing turns Windows Hello on"),
            *(spot(pick, "turns Windows Hello off") for pick in off),
        ),
        setting,
        scope,
        help=f'enable "Use Windows Hello for Business" in {names(off or [cloud])}',
        subject=TRUST_MODEL,
    )


def disabled_by_higher_source(view: View) -> Iterable[Found]:
    """Windows Hello is turned on in one source and off in a higher one (W-HIER)."""

    def predicate(situation: Situation) -> Iterator[Found]:
        winner = situation.verdict(ENABLED).winner
        below = [pick for pick in situation.of(ENABLED) if pick is not winner and pick.on]
        if winner is None or winner.on or not below:
            return
        setting, scope = _id(winner)
        yield Found(
            f"Windows Hello is off on {WHERE}: {names([winner])} ({winner.source}) turns it off and beats "
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

    def predicate(situation: Situation) -> Iterator[Later]:
        gpo = [p for p in situation.picks.values() if p.source.channel is Channel.GPO and p.hello.by_passport_admx]
        mdm = [p for p in situation.picks.values() if p.source.channel is Channel.MDM]
        if gpo and mdm:
            yield Later(None, None, partial(_both_channels, situation, gpo, mdm))

    return over_worlds(view, settings, predicate) if settings else ()


def _both_channels(situation: Situation, gpo: Sequence[Pick], mdm: Sequence[Pick]) -> Found:
    beaten = [p for p in mdm if situation.verdict(p.hello).winner is not p]
    rest = [p for p in mdm if p not in beaten]
    lost = f"without effect from Intune: {_settings(beaten)}" if beaten else ""
    open_ = f"in doubt, as guides say that all of Intune is ignored: {_settings(rest)}" if rest else ""
    return Found(
        f"Group Policy ({names(gpo)}) and Intune ({names(mdm)}) both configure Windows Hello on {WHERE}: "
        + "; ".join(part for part in (lost, open_) if part),
        (*(spot(p, "Group Policy") for p in _one_each(gpo)), *(spot(p, _fate(p, beaten)) for p in _one_each(mdm))),
        help="configure Windows Hello in one channel only",
        subject=TRUST_MODEL,
    )


def _one_each(picks: Iterable[Pick]) -> list[Pick]:
    """The first pick of each policy: one place of each is proof enough."""
    return list({pick.contestant.policy.id: pick for pick in reversed(list(picks))}.values())[::-1]


def _fate(pick: Pick, beaten: list[Pick]) -> str:
    return "loses to Group Policy" if pick in beaten else "conditional (W-EITHER-OR, D5)"


def _settings(picks: Iterable[Pick]) -> str:
    return listed(dict.fromkeys(pick.hello.name for pick in picks))


def certificate_from_other_channel(view: View) -> Iterable[Found]:
    """The certificate policy comes from the channel that does not set enablement, and is discarded (W-GRP-E)."""

    def predicate(situation: Situation) -> Iterator[Found]:
        elected = situation.elected
        certificates = situation.of(CERTIFICATE)
        if elected is None or not elected.on or not any(pick.on for pick in certificates):
            return
        if any(pick.source.channel is elected.source.channel for pick in certificates):
            return
        setting, scope = _id(certificates[0])
        yield Found(
            f"certificate trust in {names(certificates)} is discarded on {WHERE}: {names([elected])} turns Windows "
            f"Hello on through {_channel(elected)}, and the certificate policy counts from the same channel only",
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
        if enabled is None or certificate is None or not enabled.on or not certificate.on:
            return
        if (CERTIFICATE, Source.USER_GPO) in situation.picks:
            return
        setting, scope = _id(certificate)
        yield Found(
            f"certificate trust on {WHERE} holds only until a user policy says otherwise: {names([enabled])} turns "
            f"Windows Hello on for users, {names([certificate])} turns certificate trust on for computers",
            (spot(certificate, "computer side"), spot(enabled, "user side elects Group Policy (W-SAME-SOURCE)")),
            setting,
            scope,
            help="set both on the same side of Group Policy",
            subject=TRUST_MODEL,
        )

    return over_worlds(view, (ENABLED, CERTIFICATE), predicate)


def cloud_from_other_channel(view: View) -> Iterable[Found]:
    """Cloud trust and enablement come from different channels: whether that works is undocumented (W-GRP-CLOUD, D6)."""

    def predicate(situation: Situation) -> Iterator[Found]:
        clouds, elected = situation.of(CLOUD), situation.elected
        if elected is None or not elected.on or not clouds or not clouds[0].on:
            return
        if any(pick.on and pick.source.channel is elected.source.channel for pick in clouds):
            return
        if situation.setting3(CERTIFICATE):
            return  # certificate trust results, whatever becomes of cloud trust
        yield _mixed(clouds[0], elected, f"through {_channel(clouds[0])}", f"through {_channel(elected)}", "channel")

    return over_worlds(view, TRUST, predicate)


def cloud_beside_user_enablement(view: View) -> Iterable[Found]:
    """Enablement in user-scope MDM beside cloud trust in device scope: reported not to work (W-GRP-CLOUD)."""

    def predicate(situation: Situation) -> Iterator[Found]:
        cloud, elected = situation.picks.get((CLOUD, Source.DEVICE_MDM)), situation.elected
        if cloud is None or not cloud.on or elected is None or elected.source is not Source.USER_MDM or not elected.on:
            return
        if situation.setting3(CERTIFICATE):
            return
        yield _mixed(cloud, elected, "in device scope", "in user scope", "scope")

    return over_worlds(view, TRUST, predicate)


def _mixed(cloud: Pick, elected: Pick, there: str, here: str, what: str) -> Found:
    setting, scope = _id(cloud)
    return Found(
        f"no document says whether {WHERE} gets cloud Kerberos trust: {names([cloud])} turns it on {there}, "
        f"and {names([elected])} turns Windows Hello on {here}",
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
            f"{names([certificate])} disables certificate trust on {WHERE} beside cloud Kerberos trust in "
            f"{names([cloud])}: that works, though the current guide asks for Not Configured",
            (spot(certificate, "disabled"), spot(cloud, "cloud trust")),
            setting,
            scope,
            help=_not_configured("Use certificate for on-premises authentication", certificate),
            subject=TRUST_MODEL,
        )

    return over_worlds(view, TRUST, predicate)
