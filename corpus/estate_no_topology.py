"""no-topology: exports only. Nobody said which link is stronger, or to whom the profiles are assigned."""

from __future__ import annotations

from corpus.baseline_gpos import HARDENING
from corpus.companies import FABRIKAM
from corpus.gpo import Gpo, Setting, SomLink
from corpus.policies import CERTIFICATE, CLOUD, MINIMUM, SECURITY_DEVICE, USE_HELLO
from corpus.write_gpo import backups
from corpus.write_intune import Profile, hello, portal

NAME = "no-topology"

BASELINE = Gpo(
    "WHfB Baseline",
    "{0564C5A6-2FDB-468D-9924-4D80EB9661C7}",
    "{E1EA1427-C220-41AE-ACC3-8BE64A2802BB}",
    created="2020-09-07T13:10:44",
    modified="2021-02-15T09:48:20",
    backed_up="2025-04-28T20:30:00",
    computer=(
        Setting(USE_HELLO, elements={"MSPassport_DisablePostLogonProvisioning": 0}),
        Setting(CERTIFICATE),
        Setting(MINIMUM, elements={"MSPassport_MinimumPINLengthDataType": 6}),
    ),
    links=(SomLink("fabrikam.com/Workstations"),),
    edits=4,
)
ROLLOUT = Gpo(
    "WHfB Cloud Trust",
    "{E4D57EFB-2C94-482C-819E-FD95ED04E97A}",
    "{1CB000FC-4A11-4FD3-A30D-65E5ECCF7D56}",
    created="2024-07-01T08:19:33",
    modified="2024-07-01T08:35:10",
    backed_up="2025-04-28T20:30:01",
    computer=(
        Setting(USE_HELLO, elements={"MSPassport_DisablePostLogonProvisioning": 0}),
        Setting(CERTIFICATE, "Disabled"),
        Setting(CLOUD),
        Setting(MINIMUM, elements={"MSPassport_MinimumPINLengthDataType": 8}),
    ),
    links=(SomLink("fabrikam.com/Workstations"),),
    edits=2,
)
DOMAIN_SECURITY = Gpo(
    "Domain Security",
    "{624408D2-25D0-4D37-9514-ED2CD3572A05}",
    "{AB9BAE9B-77AE-4380-B899-781EE1606878}",
    created="2018-11-26T10:01:58",
    modified="2023-12-12T11:52:37",
    backed_up="2025-04-28T20:30:02",
    computer=(Setting(SECURITY_DEVICE, elements={"MSPassport_ExcludeTPM12DataType": 1}), *HARDENING),
    links=(SomLink("fabrikam.com", enforced=True),),
    edits=9,
)
PIN_RULES = Profile(
    "WHfB PIN Rules",
    "43b4343a-65c4-4556-a059-d121c7fd99d7",
    (hello("device", maximumpinlength=32, minimumpinlength=10),),
    created="2025-03-03T14:27:09.7740021Z",
    modified="2025-03-03T14:27:09.7740021Z",
)
CLOUD_TRUST = Profile(
    "WHfB Cloud Trust",
    "57a46451-ec16-492d-93f1-788ab6ca61a5",
    (hello("device", usecloudtrustforonpremauth=True, usepassportforwork=True),),
    created="2025-03-03T14:20:51.3312847Z",
    modified="2025-03-03T14:33:40.0193355Z",
)


def files() -> dict[str, bytes]:
    """Every file of the estate, by path."""
    found = {f"gpo/{path}": data for path, data in backups(FABRIKAM, (BASELINE, ROLLOUT, DOMAIN_SECURITY)).items()}
    exports = (portal(PIN_RULES, "2025-04-28T19:02:33.114Z"), portal(CLOUD_TRUST, "2025-04-28T19:02:35.902Z"))
    return found | {f"intune/{path}": data for path, data in exports}
