"""Settings that public GPOs and public Intune profiles share, each looked up in the raw files of both sides."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from benchmarks.overlaps import DELETED, Shared, compare
from policylint.estate import Estate
from policylint.model import Channel, Scope, Value, registry
from policylint.readers import read
from policylint.scenario import Scenario, estate_of

POLICIES = r"HKLM\Software\Policies\Microsoft"
DEFENDER = rf"{POLICIES}\Windows Defender"
MAIL = "be9ba2d9-53ea-4cdc-84e5-9b1eeee46550"
"""The attack surface reduction rule about executable content of mail."""
ADMINS, USERS = "S-1-5-32-544", "S-1-5-32-555"

# GPOs, profiles, setting, the values of the GPOs, those of the profiles
EQUAL = [
    ("nsacyber-bitlocker", "oib-v3.7", rf"{POLICIES}\FVE!UseAdvancedStartup", [1]),
    ("stig-sos", "itpm-win10", rf"{POLICIES}\FVE!EncryptionMethodWithXtsOs", [7]),
    (
        "msft-ws2022-baseline",
        "ces2026-intunecd",
        rf"{DEFENDER}\Windows Defender Exploit Guard\ASR\Rules!{MAIL}",
        ["1"],
    ),
    ("nsacyber-shb", "ces2026-intunecd", "audit:{0cce923f-69ae-11d9-bed3-505054503030}", [3]),
    (
        "msft-ws2022-baseline",
        "ces2026-intunecd",
        r"secedit:Registry Values/MACHINE\System\CurrentControlSet\Control\Lsa\LmCompatibilityLevel",
        [5],
    ),
    ("msft-ws2022-baseline", "ces2026-intunecd", "secedit:Privilege Rights/SeDebugPrivilege", [(ADMINS,)]),
    ("nsacyber-shb", "ces2026-intunecd", rf"{POLICIES}\WindowsFirewall\DomainProfile!EnableFirewall", [1]),
    ("stig-sos", "ces2026-intunecd", rf"{POLICIES}\Edge!SSLVersionMin", ["tls1.2"]),
    (
        "msft-ws2022-baseline",
        "cis-omauri",
        rf"{POLICIES}\Windows\NetworkProvider\HardenedPaths!\\*\SYSVOL",
        ["RequireMutualAuthentication=1,RequireIntegrity=1"],
    ),
    (
        "msft-ws2022-baseline",
        "ces2026-intunecd",
        r"HKLM\SYSTEM\CurrentControlSet\Services\MrxSmb10!Start",
        [4],
    ),
]
DIFFERENT = [
    ("nsacyber-bitlocker", "oib-v3.7", rf"{POLICIES}\FVE!EncryptionMethodWithXtsRdv", [7], [4]),
    (
        "nsacyber-shb",
        "ces2026-intunecd",
        rf"{POLICIES}\WindowsFirewall\DomainProfile!DisableUnicastResponsesToMulticastBroadcast",
        [1],
        [0],
    ),
    (
        "nsacyber-shb",
        "ces2026-intunecd",
        "secedit:Privilege Rights/SeNetworkLogonRight",
        [(ADMINS,)],
        [(ADMINS, USERS)],
    ),
    (
        "nsacyber-shb",
        "ces2026-intunecd",
        r"HKCU\Software\Policies\Microsoft\Office\16.0\Word\Security\FileBlock!Word95Files",
        [5],
        [2],
    ),
    ("nathan-defender", "cis-omauri", rf"{DEFENDER}\Spynet!SpynetReporting", [1], [2]),
    ("msft-ws2022-baseline", "cis-omauri", rf"{POLICIES}\Windows\EventLog\Application!MaxSize", [32768], [102400]),
    (
        "msft-ws2022-baseline",
        "cis-omauri",
        rf"{POLICIES}\Windows NT\Terminal Services!fPromptForPassword",
        [1],
        [0],
    ),
    (
        "stig-sos",
        "aaronparker-baseline",
        r"HKLM\Software\Policies\Google\Chrome!PasswordLeakDetectionEnabled",
        [0],
        [1],
    ),
    ("stig-sos", "aaronparker-baseline", rf"{POLICIES}\Edge!SyncDisabled", [1], [0]),
    ("nsacyber-shb", "cis-omauri", "secedit:System Access/NewGuestName", ["Visitor"], ["noguest"]),
    (
        "nsacyber-shb",
        "oib-v3.7",
        rf"{POLICIES}\Windows\System!DefaultCredentialProvider",
        ["{8FD7E19C-3BF7-489B-A72C-846AB3678C96}"],
        ["{D6886603-9D2F-4EB2-B667-1971041FA96B}"],
    ),
]


@cache
def estate(folder: Path) -> Estate:
    return read(["."], base=folder)


@cache
def shared(data: Path, gpos: str, profiles: str) -> Mapping[str, Shared]:
    """The settings of two sets, by key."""
    found = compare(estate(data / "gpo" / gpos), estate(data / "intune" / profiles))
    return {one.setting.key: one for one in found}


@pytest.mark.parametrize(("gpos", "profiles", "setting", "values"), EQUAL, ids=[row[2] for row in EQUAL])
def test_two_authors_agree(sample_data: Path, gpos: str, profiles: str, setting: str, values: list[Value]) -> None:
    one = shared(sample_data, gpos, profiles)[setting.casefold()]
    assert (one.verdict, list(one.gpo), list(one.intune)) == ("equal", values, values)


@pytest.mark.parametrize(
    ("gpos", "profiles", "setting", "theirs", "ours"), DIFFERENT, ids=[row[2] for row in DIFFERENT]
)
def test_two_authors_differ(
    sample_data: Path, gpos: str, profiles: str, setting: str, theirs: list[Value], ours: list[Value]
) -> None:
    one = shared(sample_data, gpos, profiles)[setting.casefold()]
    assert (one.verdict, list(one.gpo), list(one.intune)) == ("different", theirs, ours)


def test_every_shared_setting_has_a_name_that_the_portal_or_the_editor_shows(sample_data: Path) -> None:
    found = shared(sample_data, "msft-ws2022-baseline", "ces2026-intunecd")
    assert [one.setting.text for one in found.values() if not one.name] == []
    assert found[rf"{POLICIES}\Windows NT\Terminal Services!fPromptForPassword".casefold()].name == (
        "Windows Components/Remote Desktop Services/Remote Desktop Session Host/Security/"
        "Always prompt for password upon connection"
    )


def test_baselines_of_one_vendor_agree_about_nearly_everything(sample_data: Path) -> None:
    """The same advice in both worlds: a wrong translation of a family would set all its settings apart."""
    found = shared(sample_data, "msft-ws2022-baseline", "ces2026-intunecd").values()
    assert len(found) >= 290
    assert {one.setting.text for one in found if one.verdict == "different"} == {
        "secedit:Privilege Rights/SeDenyNetworkLogonRight",
        "secedit:Privilege Rights/SeInteractiveLogonRight",
        "secedit:Privilege Rights/SeNetworkLogonRight",
    }, "rights that servers and clients grant to different groups"


def test_a_deletion_is_a_value_of_its_own() -> None:
    key = r"HKLM\Software\Policies\Contoso"
    given = [
        {"policy": "A", "channel": "gpo", "set": {rf"{key}!Text": "Block"}, "delete": [rf"{key}!Gone"]},
        {"policy": "B", "channel": "mdm", "set": {rf"{key}!Text": "Block", rf"{key}!Gone": 1}},
    ]
    both = estate_of(Scenario.model_validate({"given": given}))
    assert {policy.channel for policy in both.policies} == {Channel.GPO, Channel.MDM}
    found = {one.setting: (one.verdict, one.gpo, one.intune) for one in compare(both, both)}
    assert found == {
        registry(Scope.DEVICE, r"Software\Policies\Contoso", "Gone"): ("different", {DELETED: ["A"]}, {1: ["B"]}),
        registry(Scope.DEVICE, r"Software\Policies\Contoso", "Text"): ("equal", {"Block": ["A"]}, {"Block": ["B"]}),
    }
