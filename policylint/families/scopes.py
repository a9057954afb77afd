"""One policy for computers and users: whose setting takes effect, per documented family (semantics 1.12, D24).

The two sides are different registry hives, so both rows stand; the component that reads them decides. Only policies
whose explain text names the winner are in the table, by the registry values that they write; Chrome and Edge by the
documentation of their engine. For everything else that both sides set no document tells.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from policylint.effective import Result, State
from policylint.model import Scope, Value

Effect = Literal["computer", "user", "each", "both-needed", "either", "stricter", "user-if-enabled"]

_EXPLORER = r"software\microsoft\windows\currentversion\policies\explorer"
_SYSTEM = r"software\microsoft\windows\currentversion\policies\system"
_NETCACHE = r"software\policies\microsoft\windows\netcache"
_TASKS = r"software\policies\microsoft\windows\task scheduler5.0"
_RDS = r"software\policies\microsoft\windows nt\terminal services"
_POWERSHELL = r"software\policies\microsoft\windows\powershell"
_INSTALLER = r"software\policies\microsoft\windows\installer"
_ZONES = r"software\policies\microsoft\windows\currentversion\internet settings"
_REGION = r"software\policies\microsoft\control panel\international"
_WER = r"software\policies\microsoft\windows\windows error reporting"
_WINDOWS = r"software\policies\microsoft\windows\system"


def _values(key: str, *names: str) -> tuple[str, ...]:
    return tuple(f"{key}!{name.casefold()}" for name in names)


@dataclass(frozen=True, slots=True)
class ScopeFamily:
    """Policies of both sides with one documented relation."""

    rule: str
    effect: Effect
    values: tuple[str, ...] = ()
    """Registry values without hive, or CSP nodes without scope, folded; `!` or a backslash at the end: all below it."""


FAMILIES: tuple[ScopeFamily, ...] = (
    ScopeFamily("G-SCOPE-AUTOPLAY", "computer", _values(_EXPLORER, "NoDriveTypeAutoRun")),
    ScopeFamily(
        "G-SCOPE-COM", "computer", _values(r"software\policies\microsoft\windows\app management", "COMClassStore")
    ),
    ScopeFamily("G-SCOPE-LOGON", "computer", _values(_EXPLORER, "NoWelcomeScreen")),
    ScopeFamily("G-SCOPE-RUN", "each", (f"{_EXPLORER}\\run!",)),
    ScopeFamily(
        "G-SCOPE-OFFLINE",
        "computer",
        (
            f"{_NETCACHE}\\customgoofflineactions!",
            *_values(
                _NETCACHE,
                "EventLoggingLevel",
                "GoOfflineAction",
                "InitialBalloonTimeoutSeconds",
                "NoCacheViewer",
                "NoConfigCache",
                "NoMakeAvailableOffline",
                "NoReminders",
                "ReminderBalloonTimeoutSeconds",
                "ReminderFreqMinutes",
                "SyncAtLogoff",
                "SyncAtLogon",
            ),
        ),
    ),
    ScopeFamily(
        "G-SCOPE-OFFLINE-LISTS",
        "each",
        (f"{_NETCACHE}\\assignedofflinefolders!", f"{_NETCACHE}\\nomakeavailableofflinelist!"),
    ),
    ScopeFamily("G-SCOPE-FOLDERS", "computer", _values(f"{_WINDOWS}\\fdeploy", "PrimaryComputerEnabledFR")),
    ScopeFamily("G-SCOPE-SCRIPTS", "computer", _values(_SYSTEM, "RunLogonScriptSync", "RunUserPSScriptsFirst")),
    ScopeFamily(
        "G-SCOPE-TASKS",
        "computer",
        _values(
            _TASKS,
            "Allow Browse",
            "Disable Advanced",
            "DragAndDrop",
            "Execution",
            "Property Pages",
            "Task Creation",
            "Task Deletion",
        ),
    ),
    ScopeFamily(
        "G-SCOPE-RDS",
        "computer",
        _values(
            _RDS,
            "InitialProgram",
            "WorkDirectory",
            "fResetBroken",
            "MaxDisconnectionTime",
            "MaxIdleTime",
            "MaxConnectionTime",
            "RemoteAppLogoffTimeLimit",
        ),
    ),
    ScopeFamily("G-SCOPE-CLIPBOARD", "stricter", _values(_RDS, "CSClipLevel", "SCClipLevel")),
    ScopeFamily(
        "G-SCOPE-MESSENGER",
        "computer",
        _values(r"software\policies\microsoft\messenger\client", "PreventAutoRun", "PreventRun"),
    ),
    ScopeFamily(
        "G-SCOPE-POWERSHELL",
        "computer",
        (
            *_values(_POWERSHELL, "EnableScripts", "ExecutionPolicy"),
            f"{_POWERSHELL}\\modulelogging!",
            f"{_POWERSHELL}\\modulelogging\\modulenames!",
            f"{_POWERSHELL}\\scriptblocklogging!",
            f"{_POWERSHELL}\\transcription!",
            f"{_POWERSHELL}\\updatablehelp!",
        ),
    ),
    ScopeFamily("G-SCOPE-MSI-ELEVATED", "both-needed", _values(_INSTALLER, "AlwaysInstallElevated")),
    ScopeFamily("G-SCOPE-MSI-ROLLBACK", "either", _values(_INSTALLER, "DisableRollback")),
    ScopeFamily("G-SCOPE-IE-BEHAVIORS", "each", (f"{_ZONES}\\allowedbehaviors!",)),
    ScopeFamily("G-SCOPE-IE-PROTOCOLS", "each", (f"{_ZONES}\\restrictedprotocols\\",)),
    ScopeFamily("G-SCOPE-WER", "user-if-enabled", _values(_WER, "Disabled")),
    ScopeFamily(
        "G-SCOPE-REGION",
        "computer",
        _values(
            _REGION,
            "AllowableUserLocaleTagList",
            "CustomLocalesNoSelect",
            "PreventGeoIdChange",
            "PreventUserOverrides",
            "RestrictUserLocales",
        ),
    ),
    ScopeFamily("M-STARTLAYOUT", "user", ("vendor_msft_policy_config_start_startlayout",)),
    ScopeFamily("G-SCOPE-SLOWLINK", "each", _values(_WINDOWS, "GroupPolicyMinTransferRate")),
    ScopeFamily(
        "G-SCOPE-CHROME", "computer", (r"software\policies\google\chrome!", "software\\policies\\google\\chrome\\")
    ),
    ScopeFamily(
        "G-SCOPE-EDGE", "computer", (r"software\policies\microsoft\edge!", "software\\policies\\microsoft\\edge\\")
    ),
)

PAIRS: tuple[tuple[str, str, str, Effect], ...] = (
    ("G-SCOPE-LOGON", f"{_EXPLORER}!disablelocalmachinerun", f"{_EXPLORER}!disablecurrentuserrun", "computer"),
    ("G-SCOPE-LOGON", f"{_EXPLORER}!disablelocalmachinerunonce", f"{_EXPLORER}!disablecurrentuserrunonce", "computer"),
    (
        "G-SCOPE-IE-REVEAL",
        r"software\policies\microsoft\windows\credui!disablepasswordreveal",
        r"software\policies\microsoft\internet explorer\main!disablepasswordreveal",
        "computer",
    ),
    (
        "G-SCOPE-RDV",
        r"system\currentcontrolset\policies\microsoft\fve!rdvdenywriteaccess",
        r"software\policies\microsoft\windows\removablestoragedevices\{53f5630d-b6bf-11d0-94f2-00a0c91efb8b}!deny_write",
        "user",
    ),
)
"""Policies that meet under different values: the rule, the computer's value, the user's, and whose takes effect."""

GENERIC = ("G-COMPUTER-VS-USER-GENERIC", "D24")

UNTOLD: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("software\\policies\\", GENERIC),
    ("software\\microsoft\\windows\\currentversion\\policies\\", GENERIC),
    ("vendor_msft_", ("I-SCOPE-BOTH",)),
)
"""How policies of no family begin, and what to say of them where both sides set one."""

_SIDES = ("hklm\\", "hkcu\\", "device_", "user_")
"""How the keys of settings begin that may stand on both sides."""

Rules = tuple[str, ...]


def with_scopes(rows: Iterable[Result]) -> list[Result]:
    """The rows; those that the other side sets as well say, by their last reasons, which side takes effect."""
    listed = list(rows)
    if not any(row.scope is Scope.USER for row in listed):
        return listed
    by_side: Mapping[Scope, dict[str, Result]] = {scope: {} for scope in Scope}
    for row in listed:
        rest = _rest(row)
        if rest and _set(row):
            by_side[row.scope][rest] = row
    said: dict[tuple[Scope, str], Rules] = {}
    for computers, users, family in _meeting(by_side[Scope.DEVICE], by_side[Scope.USER]):
        device, user = by_side[Scope.DEVICE][computers], by_side[Scope.USER][users]
        first, second = _told(family, device, user) if family else (_untold(users), _untold(users))
        said[Scope.DEVICE, computers] = first
        said[Scope.USER, users] = second
    return [_with(row, said) for row in listed]


def _with(row: Result, said: Mapping[tuple[Scope, str], Rules]) -> Result:
    more = said.get((row.scope, _rest(row)))
    return replace(row, reasons=tuple(dict.fromkeys((*row.reasons, *more)))) if more else row


def _rest(row: Result) -> str:
    """What the setting is called on both sides; '' for one that has no sides."""
    key = row.setting.key
    return next((key[len(side) :] for side in _SIDES if key.startswith(side)), "")


def _set(row: Result) -> bool:
    """Whether some policy gives the setting a value, for sure or perhaps."""
    return any(value is not None for value in row.candidates)


def _meeting(
    computer: Mapping[str, Result], user: Mapping[str, Result]
) -> Iterator[tuple[str, str, ScopeFamily | None]]:
    """Each value that both sides set, with its family; None where no family has it."""
    for rule, computers, users, effect in PAIRS:
        if computers in computer and users in user:
            yield computers, users, ScopeFamily(rule, effect)
    for value in sorted(computer.keys() & user.keys()):
        yield value, value, family_of(value)


def family_of(value: str) -> ScopeFamily | None:
    """The family that a registry value (without hive, case-folded) belongs to."""
    return next((f for f in FAMILIES if any(_is(value, listed) for listed in f.values)), None)


def _is(value: str, listed: str) -> bool:
    return value.startswith(listed) if listed.endswith(("!", "\\")) else value == listed


def _untold(value: str) -> Rules:
    return next((rules for begin, rules in UNTOLD if value.startswith(begin)), ())


def _told(family: ScopeFamily, device: Result, user: Result) -> tuple[Rules, Rules]:
    """What the computer's row and the user's row say: the family, and whether this side takes effect."""
    if any(row.state is not State.DETERMINED for row in (device, user)):
        return (family.rule,), (family.rule,)  # which side counts hangs on what each of them ends up with
    first, second = _VERDICTS[takes_effect(family.effect, device.value, user.value)]
    return (family.rule, first), (family.rule, second)


_VERDICTS: Mapping[str, tuple[str, str]] = {
    "computer": ("G-SCOPE-THIS", "G-SCOPE-OTHER"),
    "user": ("G-SCOPE-OTHER", "G-SCOPE-THIS"),
    "each": ("G-SCOPE-EACH", "G-SCOPE-EACH"),
    "none": ("G-SCOPE-NONE", "G-SCOPE-NONE"),
}


def takes_effect(effect: Effect, device: Value, user: Value) -> str:
    """Which side counts (computer, user, each or none), by the family's relation and the values of the two."""
    on = (device == 1, user == 1)
    if effect == "both-needed":
        return "each" if all(on) else "none"
    if effect == "either":
        return "each" if on[0] is on[1] else "computer" if on[0] else "user"
    if effect == "stricter":
        return _stricter(device, user)
    if effect == "user-if-enabled":
        return "user" if on[1] else "computer"
    return effect


def _stricter(device: Value, user: Value) -> str:
    """The side with the lower level: 0 lets nothing through."""
    if not (isinstance(device, int) and isinstance(user, int)) or device == user:
        return "each"
    return "computer" if device < user else "user"
