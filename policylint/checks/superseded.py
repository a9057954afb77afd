"""Policies that Windows no longer has, or that Microsoft says not to set any more (AD013): a table with its sources.

Removed features stand on "Features and functionality removed in Windows client"; policies of Windows Update on
"Policies not to set", which are those of the editor's folder Legacy Policies.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from policylint.checks.found import Found, claim_spot, listed, quoted
from policylint.claimed import claimed
from policylint.estate import Estate
from policylint.findings import Severity
from policylint.model import Claim, Policy


@dataclass(frozen=True, slots=True)
class Gone:
    """Why some policies should not be set any more, and what to do instead."""

    why: str
    fix: str
    severity: Severity = "warning"


_DUAL_SCAN = Gone(
    "Windows 11 does not support it any more, and Windows 10 has the policies for the source of updates instead",
    "set the source of each kind of update (SetPolicyDrivenUpdateSourceFor…) in",
)
_DEFENDER = Gone(
    "Microsoft calls it no longer necessary, and since platform 4.18.2108.4 Microsoft Defender ignores it, at least on "
    "devices that are in Defender for Endpoint",
    "remove it from",
)
_UPDATE = Gone(
    "Microsoft lists it among the policies of Windows Update not to set: it has no effect or another one by now",
    "use deadlines and active hours instead in",
    "note",
)
_EDGE = Gone("it is for Microsoft Edge Legacy, which Windows removed in 2021", "remove it from", "note")
_HOME_GROUP = Gone("HomeGroup is removed since Windows 10 1803", "remove it from", "note")
_EMET = Gone(
    "it is for EMET, which Windows blocks since Windows 10 1709", "use exploit protection instead and remove it from"
)

_AU = "software\\policies\\microsoft\\windows\\windowsupdate\\au!"
_WU = "software\\policies\\microsoft\\windows\\windowsupdate!"

VALUES: Mapping[str, Gone] = {
    f"{_WU}disabledualscan": _DUAL_SCAN,
    "software\\policies\\microsoft\\windows defender!disableantispyware": _DEFENDER,
    "software\\policies\\microsoft\\windows\\homegroup!disablehomegroup": _HOME_GROUP,
    f"{_AU}alwaysautorebootatscheduledtime": _UPDATE,
    f"{_AU}autoinstallminorupdates": _UPDATE,
    f"{_AU}enablefeaturedsoftware": _UPDATE,
    f"{_AU}includerecommendedupdates": _UPDATE,
    f"{_AU}noauasdefaultshutdownoption": _UPDATE,
    f"{_AU}noaushutdownoption": _UPDATE,
    f"{_AU}noautorebootwithloggedonusers": _UPDATE,
    f"{_AU}rebootrelaunchtimeoutenabled": _UPDATE,
    f"{_AU}rebootwarningtimeoutenabled": _UPDATE,
    f"{_AU}reschedulewaittimeenabled": _UPDATE,
    f"{_WU}aupowermanagement": _UPDATE,
    f"{_WU}elevatenonadmins": _UPDATE,
    f"{_WU}setautorestartdeadline": _UPDATE,
    f"{_WU}setautorestartnotificationconfig": _UPDATE,
    f"{_WU}setautorestartnotificationdisable": _UPDATE,
    f"{_WU}setautorestartrequirednotificationdismissal": _UPDATE,
    f"{_WU}setengagedrestarttransitionschedule": _UPDATE,
    f"{_WU}setrestartwarningschd": _UPDATE,
}
"""Single registry values, without their hive. Of a policy with elements the value that switches it on stands here."""

KEYS: Mapping[str, Gone] = {
    "software\\policies\\microsoft\\microsoftedge\\": _EDGE,
    "software\\policies\\microsoft\\microsoftedge!": _EDGE,
    "software\\policies\\microsoft\\emet\\": _EMET,
    "software\\policies\\microsoft\\emet!": _EMET,
}
"""How registry values begin of which all are meant."""

_KEYS = tuple(KEYS)
_NAMED = 3
_BEGIN = ("hklm\\software\\policies\\microsoft\\", "hkcu\\software\\policies\\microsoft\\")
_HIVE = len("hklm\\")


def superseded(estate: Estate) -> Iterator[Found]:
    """A GPO or a profile sets what Windows does not use any more; one finding for each policy and reason."""
    index = claimed(estate)
    why = {key: gone for key in index.beginning(_BEGIN) if (gone := _gone(key[_HIVE:])) is not None}
    for policy, claims in index.by_policy(why):
        found: dict[Gone, list[Claim]] = {}
        for claim in claims:
            gone = why[claim.setting.key]
            keeps_defender = gone is _DEFENDER and claim.value == 0
            if not claim.absent and not keeps_defender:
                found.setdefault(gone, []).append(claim)
        for gone, those in found.items():
            yield _found(policy, gone, those)


def _gone(value: str) -> Gone | None:
    """Why a registry value, without its hive, should not be set any more; None where nothing speaks against it."""
    if value.startswith(_KEYS):
        return VALUES.get(value) or next(gone for begin, gone in KEYS.items() if value.startswith(begin))
    return VALUES.get(value)


def _found(policy: Policy, gone: Gone, claims: Sequence[Claim]) -> Found:
    unique = list({claim.setting.key: claim for claim in claims}.values())
    told = [claim.setting.text for claim in unique[:_NAMED]]
    more = [f"{len(unique) - _NAMED} more"] if len(unique) > _NAMED else []
    first = min(unique, key=lambda claim: claim.setting.key)
    return Found(
        f"{quoted([policy.name])} sets {listed([*told, *more])}: {gone.why}",
        tuple(claim_spot(claim, policy, "not used any more") for claim in unique[:_NAMED]),
        first.setting.text,
        first.scope.value,
        severity=gone.severity,
        confidence="likely",
        help=f"{gone.fix} {quoted([policy.name])}",
    )
