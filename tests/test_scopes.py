"""One policy for computers and users: whose setting takes effect, by documented family (semantics 1.12)."""

from __future__ import annotations

import pytest

from policylint.catalogue import shipped
from policylint.catalogue.admx import AdmxStore
from policylint.families.scopes import FAMILIES, PAIRS
from policylint.laws import law_text
from policylint.model import Scope
from tests.channel_scenarios import gpo, mdm, settle

EXPLORER = r"Software\Microsoft\Windows\CurrentVersion\Policies\Explorer"
INSTALLER = r"Software\Policies\Microsoft\Windows\Installer"
POWERSHELL = r"Software\Policies\Microsoft\Windows\PowerShell\ScriptBlockLogging"
RDS = r"SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services"
NETCACHE = r"Software\Policies\Microsoft\Windows\NetCache"
REGION = r"Software\Policies\Microsoft\Control Panel\International"
WER = r"SOFTWARE\Policies\Microsoft\Windows\Windows Error Reporting"
ZONES = r"Software\Policies\Microsoft\Windows\CurrentVersion\Internet Settings"
REMOVABLE = r"Software\Policies\Microsoft\Windows\RemovableStorageDevices\{53f5630d-b6bf-11d0-94f2-00a0c91efb8b}"

THIS, OTHER, EACH, NONE = "G-SCOPE-THIS", "G-SCOPE-OTHER", "G-SCOPE-EACH", "G-SCOPE-NONE"


def sides(computer: str, user: str, values: tuple[int | str, int | str] = (1, 0)) -> tuple[list[str], list[str]]:
    """What the computer's row and the user's row say about the other side."""
    given = [gpo("G", set={f"HKLM\\{computer}": values[0], f"HKCU\\{user}": values[1]})]
    rows = settle(given)
    first, second = rows[f"hklm\\{computer}".casefold()], rows[f"hkcu\\{user}".casefold()]
    return _said(first.reasons), _said(second.reasons)


def _said(reasons: tuple[str, ...]) -> list[str]:
    return [r for r in reasons if r.startswith(("G-SCOPE-", "G-COMPUTER-", "D24"))]


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        ("G-SCOPE-AUTOPLAY", f"{EXPLORER}!NoDriveTypeAutoRun"),
        ("G-SCOPE-COM", r"Software\Policies\Microsoft\Windows\App Management!COMClassStore"),
        ("G-SCOPE-LOGON", f"{EXPLORER}!NoWelcomeScreen"),
        ("G-SCOPE-OFFLINE", f"{NETCACHE}!GoOfflineAction"),
        ("G-SCOPE-FOLDERS", r"Software\Policies\Microsoft\Windows\System\Fdeploy!PrimaryComputerEnabledFR"),
        ("G-SCOPE-SCRIPTS", r"Software\Microsoft\Windows\CurrentVersion\Policies\System!RunLogonScriptSync"),
        ("G-SCOPE-TASKS", r"Software\Policies\Microsoft\Windows\Task Scheduler5.0!Task Creation"),
        ("G-SCOPE-RDS", f"{RDS}!MaxIdleTime"),
        ("G-SCOPE-MESSENGER", r"Software\Policies\Microsoft\Messenger\Client!PreventRun"),
        ("G-SCOPE-POWERSHELL", f"{POWERSHELL}!EnableScriptBlockLogging"),
        ("G-SCOPE-CHROME", r"Software\Policies\Google\Chrome!PasswordManagerEnabled"),
        ("G-SCOPE-EDGE", r"Software\Policies\Microsoft\Edge\ExtensionInstallForcelist!1"),
    ],
)
def test_the_computers_setting_takes_precedence(rule: str, value: str) -> None:
    assert sides(value, value) == ([rule, THIS], [rule, OTHER])


@pytest.mark.parametrize("computer", [0, 1])
def test_g_scope_region_the_users_setting_counts_only_without_the_computers(computer: int) -> None:
    value = f"{REGION}!PreventUserOverrides"
    expected = (["G-SCOPE-REGION", THIS], ["G-SCOPE-REGION", OTHER])
    assert sides(value, value, (computer, 1)) == expected
    assert _said(settle([gpo("G", set={f"HKCU\\{value}": 1})])[f"hkcu\\{value}".casefold()].reasons) == []


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        ("G-SCOPE-RUN", rf"{EXPLORER}\Run!1"),
        ("G-SCOPE-OFFLINE-LISTS", rf"{NETCACHE}\AssignedOfflineFolders!\\server\share"),
        ("G-SCOPE-IE-BEHAVIORS", rf"{ZONES}\AllowedBehaviors!#default#VML"),
        ("G-SCOPE-IE-PROTOCOLS", rf"{ZONES}\RestrictedProtocols\3!1"),
        ("G-SCOPE-SLOWLINK", r"Software\Policies\Microsoft\Windows\System!GroupPolicyMinTransferRate"),
    ],
)
def test_both_sides_take_effect(rule: str, value: str) -> None:
    assert sides(value, value) == ([rule, EACH], [rule, EACH])


@pytest.mark.parametrize(
    ("values", "expected"), [((1, 1), (EACH, EACH)), ((1, 0), (NONE, NONE)), ((0, 1), (NONE, NONE))]
)
def test_g_scope_msi_elevated_needs_both_sides(values: tuple[int, int], expected: tuple[str, str]) -> None:
    value = f"{INSTALLER}!AlwaysInstallElevated"
    assert sides(value, value, values) == tuple(["G-SCOPE-MSI-ELEVATED", verdict] for verdict in expected)


@pytest.mark.parametrize(
    ("values", "expected"), [((1, 1), (EACH, EACH)), ((1, 0), (THIS, OTHER)), ((0, 1), (OTHER, THIS))]
)
def test_g_scope_msi_rollback_either_side_is_enough(values: tuple[int, int], expected: tuple[str, str]) -> None:
    value = f"{INSTALLER}!DisableRollback"
    assert sides(value, value, values) == tuple(["G-SCOPE-MSI-ROLLBACK", verdict] for verdict in expected)


@pytest.mark.parametrize(("user", "expected"), [(1, (OTHER, THIS)), (0, (THIS, OTHER))])
def test_g_scope_wer_the_users_setting_counts_where_it_is_enabled(user: int, expected: tuple[str, str]) -> None:
    value = f"{WER}!Disabled"
    assert sides(value, value, (0, user)) == tuple(["G-SCOPE-WER", verdict] for verdict in expected)


@pytest.mark.parametrize(
    ("values", "expected"), [((0, 2), (THIS, OTHER)), ((2, 1), (OTHER, THIS)), ((1, 1), (EACH, EACH))]
)
def test_g_scope_clipboard_the_stricter_restriction_counts(values: tuple[int, int], expected: tuple[str, str]) -> None:
    value = f"{RDS}!SCClipLevel"
    assert sides(value, value, values) == tuple(["G-SCOPE-CLIPBOARD", verdict] for verdict in expected)


@pytest.mark.parametrize(
    ("rule", "computer", "user", "expected"),
    [
        ("G-SCOPE-LOGON", f"{EXPLORER}!DisableLocalMachineRun", f"{EXPLORER}!DisableCurrentUserRun", (THIS, OTHER)),
        (
            "G-SCOPE-IE-REVEAL",
            r"Software\Policies\Microsoft\Windows\CredUI!DisablePasswordReveal",
            r"Software\Policies\Microsoft\Internet Explorer\Main!DisablePasswordReveal",
            (THIS, OTHER),
        ),
        (
            "G-SCOPE-RDV",
            r"System\CurrentControlSet\Policies\Microsoft\FVE!RDVDenyWriteAccess",
            f"{REMOVABLE}!Deny_Write",
            (OTHER, THIS),
        ),
    ],
)
def test_policies_that_meet_under_different_values(
    rule: str, computer: str, user: str, expected: tuple[str, str]
) -> None:
    assert sides(computer, user) == tuple([rule, verdict] for verdict in expected)


def test_d24_without_a_family_nobody_tells() -> None:
    value = r"Software\Policies\Contoso!Level"
    generic = ["G-COMPUTER-VS-USER-GENERIC", "D24"]
    assert sides(value, value) == (generic, generic)


def test_m_startlayout_the_users_layout_counts() -> None:
    node = "Vendor/MSFT/Policy/Config/Start/StartLayout"
    rows = settle([mdm("M", {f"./Device/{node}": "<a/>", f"./User/{node}": "<b/>"}, "custom")])
    assert {row.scope.value: row.reasons[1:] for row in rows.values()} == {
        "device": ("M-STARTLAYOUT", OTHER),
        "user": ("M-STARTLAYOUT", THIS),
    }


def test_i_scope_both_of_other_nodes_nobody_tells() -> None:
    node = "Vendor/MSFT/Policy/Config/Contoso/Level"
    rows = settle([mdm("M", {f"./Device/{node}": 1, f"./User/{node}": 2}, "custom")])
    assert [row.reasons[1:] for row in rows.values()] == [("I-SCOPE-BOTH",), ("I-SCOPE-BOTH",)]


def test_settings_outside_of_the_policy_keys_are_not_compared() -> None:
    assert sides(r"Software\Contoso!Level", r"Software\Contoso!Level") == ([], [])


def test_both_rows_keep_their_own_value() -> None:
    value = f"{POWERSHELL}!EnableScriptBlockLogging"
    rows = settle([gpo("G", set={f"HKLM\\{value}": 1, f"HKCU\\{value}": 0})])
    assert {key: (row.state.value, row.value) for key, row in rows.items()} == {
        f"hklm\\{value}".casefold(): ("determined", 1),
        f"hkcu\\{value}".casefold(): ("determined", 0),
    }


def test_where_a_side_is_open_the_family_is_named_without_a_verdict() -> None:
    value = f"{POWERSHELL}!EnableScriptBlockLogging"
    given = [gpo("G", set={f"HKCU\\{value}": 0}), mdm("M", {f"HKLM\\{value}": 1}, assigned=None)]
    rows = settle(given)
    assert [_said(row.reasons) for row in rows.values()] == [["G-SCOPE-POWERSHELL"], ["G-SCOPE-POWERSHELL"]]


def test_a_verdict_is_explained() -> None:
    assert law_text("G-SCOPE-POWERSHELL") == "PowerShell: the computer's setting takes precedence"
    assert law_text("G-SCOPE-OTHER") == "the other side takes effect, this one does not [derived]"


def test_every_value_of_the_table_belongs_to_policies_of_both_sides() -> None:
    store = AdmxStore.of((), shipped.files())
    listed = [value for family in FAMILIES for value in family.values if "!" in value and value[-1] != "!"]
    listed += [value for pair in PAIRS if pair[1] == pair[2] for value in pair[1:3]]
    one_sided = {
        value
        for value in listed
        if not all(store.owners(scope, *value.rsplit("!", 1)) for scope in (Scope.DEVICE, Scope.USER))
    }
    assert one_sided == set()
