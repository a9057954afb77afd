"""GPOs that have nothing to do with Windows Hello and that every company has: what an estate looks like around it."""

from __future__ import annotations

from corpus.gpo import Gpo, Setting, SomLink
from corpus.policies import (
    ACTIVE_HOURS,
    AUTORUN,
    LOOPBACK,
    NETWORK_SELECTION,
    NO_RUN,
    SCREEN_SAVER,
    SCREEN_SAVER_LOCKS,
    SCREEN_SAVER_TIMEOUT,
    SCRIPT_BLOCK_LOGGING,
)

HARDENING = (
    Setting(NETWORK_SELECTION),
    Setting(AUTORUN, elements={"Autorun_Box": 255}),
    Setting(SCRIPT_BLOCK_LOGGING, elements={"EnableScriptBlockInvocationLogging": 0}),
)
UPDATES = (Setting(ACTIVE_HOURS, elements={"ActiveHoursStartTime": 8, "ActiveHoursEndTime": 18}),)
LOCK = (
    Setting(SCREEN_SAVER),
    Setting(SCREEN_SAVER_LOCKS),
    Setting(SCREEN_SAVER_TIMEOUT, elements={"ScreenSaverTimeOutFreqSpin": 600}),
)


def workstation_base(domain: str) -> Gpo:
    """Windows Update and little else, on every workstation."""
    return Gpo(
        "Workstation Base",
        "{6F45AEDD-7961-4542-8600-39D309BA91E4}",
        "{B1FDDA9F-B502-413D-AC50-A8A158590099}",
        created="2016-09-14T07:31:02",
        modified="2022-11-03T15:20:44",
        backed_up="2025-06-16T18:00:12",
        computer=UPDATES,
        links=(SomLink(f"{domain}/Workstations"),),
        edits=11,
    )


def desktop_lock(domain: str) -> Gpo:
    """The screen saver of all staff."""
    return Gpo(
        "Desktop Lock",
        "{67B7A5F7-EF01-4411-84CB-E419B7B4E32E}",
        "{CF6F4266-8415-4AFD-B119-1834C6391312}",
        created="2016-09-14T07:40:55",
        modified="2019-01-22T10:02:17",
        backed_up="2025-06-16T18:00:14",
        user=LOCK,
        links=(SomLink(f"{domain}/Staff"),),
        edits=4,
    )


def kiosk(domain: str) -> Gpo:
    """Loopback: whoever signs in at a kiosk gets the kiosk's user settings."""
    return Gpo(
        "Kiosk Lockdown",
        "{96BA4B40-B4B2-4EE6-9A11-BFD31C354445}",
        "{2C09B8C1-E217-4854-8946-05DE52AA47DA}",
        created="2020-05-06T12:09:38",
        modified="2020-05-06T13:47:51",
        backed_up="2025-06-16T18:00:15",
        computer=(Setting(LOOPBACK, elements={"UserPolicyModeOp": 2}),),
        user=(Setting(NO_RUN), *LOCK),
        links=(SomLink(f"{domain}/Workstations/Kiosk"),),
    )
