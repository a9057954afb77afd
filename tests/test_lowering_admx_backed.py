"""One ADMX policy, set by a GPO and by every kind of Intune profile, is the same registry values."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest

from policylint.catalogue import ddf, shipped
from policylint.catalogue.admx import AdmxStore
from policylint.catalogue.admx_policy import AdmxPolicy, Enum, ListBox, MultiText, fold_key, slots
from policylint.catalogue.settings_catalog import all_definitions
from policylint.estate import Estate
from policylint.facts import ALWAYS, Is
from policylint.lowering import lower
from policylint.lowering.admx_backed import element_of
from policylint.lowering.admx_definitions import BACKED, Definitions, Miss
from policylint.lowering.payload import SEPARATOR
from policylint.model import Claim, Policy, Scope, Value, csp
from policylint.readers.gpo import registry_pol
from policylint.readers.source import Source
from tests.admx_writer import admx, decimal, policy
from tests.gpo_writer import directive, dword, pol, text, utf16
from tests.intune_writer import GRAPH, Json, catalog, choice, custom, group, oma, only, read_one, simple, texts

DEVICE = "./Device/Vendor/MSFT/Policy/Config"
USER = "./User/Vendor/MSFT/Policy/Config"
BITLOCKER = "./Device/Vendor/MSFT/BitLocker"
Held = bool | int | str | tuple[str, ...] | dict[str, str]
Lowered = dict[str, tuple[str, Value, bool]]
"""Type, data and whether it is deleted, by the key of the setting."""


@dataclass(frozen=True)
class Case:
    """A policy that is set, and what Registry.pol holds then: `HKLM\\Key!Value` and data; None where it is deleted."""

    node: str
    state: bool
    elements: Mapping[str, Held] = field(default_factory=dict)
    writes: Mapping[str, Value] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.node.rpartition('/')[2]}-{'on' if self.state else 'off'}"


EDGE = r"Software\Policies\Microsoft\Edge"
FVE = r"HKLM\SOFTWARE\Policies\Microsoft\FVE"
DENY = r"HKLM\Software\Policies\Microsoft\Windows\DeviceInstall\Restrictions"
TRUST = r"HKCU\software\policies\microsoft\office\16.0\excel\security"
ZONES = r"HKCU\Software\Policies\Microsoft\Windows\CurrentVersion\Internet Settings"
ONEDRIVE = r"HKLM\SOFTWARE\Policies\Microsoft\OneDrive"
PRINT = r"HKLM\Software\Policies\Microsoft\Windows NT\Printers\PointAndPrint"
TIME = r"HKLM\Software\Policies\Microsoft\W32time"
TERMINAL = r"HKLM\SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services"
SCREEN = r"HKCU\Software\Policies\Microsoft\Windows\Control Panel\Desktop"
EXCEL = "excel16v2~Policy~L_MicrosoftOfficeExcel~L_ExcelOptions~L_Security~L_TrustCenter"
SMB1 = "Pol_SecGuide_SMB1ClientDriver"
ORACLE = r"HKLM\Software\Microsoft\Windows\CurrentVersion\Policies\System\CredSSP\Parameters!AllowEncryptionOracle"
KERBEROS = r"HKLM\System\CurrentControlSet\Control\Lsa\Kerberos\Parameters"
BLOCKS = r"HKLM\Software\Policies\Microsoft\Windows\PowerShell\ScriptBlockLogging"
UPDATE = r"HKLM\Software\Policies\Microsoft\EdgeUpdate!UpdateDefault"
UNC = r"HKLM\Software\Policies\Microsoft\Windows\NetworkProvider\HardenedPaths"
CASES = (
    Case(
        f"{DEVICE}/Autoplay/DisallowAutoplayForNonVolumeDevices",
        True,
        {},
        {
            r"HKLM\Software\Policies\Microsoft\Windows\Explorer!NoAutoplayfornonVolume": 1,
        },
    ),
    Case(
        f"{DEVICE}/Autoplay/TurnOffAutoPlay",
        True,
        {"Autorun_Box": 255},
        {
            r"HKLM\Software\Microsoft\Windows\CurrentVersion\Policies\Explorer!NoDriveTypeAutoRun": 255,
        },
    ),
    Case(
        f"{DEVICE}/Autoplay/TurnOffAutoPlay",
        False,
        {},
        {
            r"HKLM\Software\Microsoft\Windows\CurrentVersion\Policies\Explorer!NoDriveTypeAutoRun": None,
        },
    ),
    Case(
        f"{DEVICE}/ADMX_DnsClient/Turn_Off_Multicast",
        True,
        {},
        {
            r"HKLM\Software\Policies\Microsoft\Windows NT\DNSClient!EnableMulticast": 0,
        },
    ),
    Case(
        f"{DEVICE}/ADMX_DnsClient/Turn_Off_Multicast",
        False,
        {},
        {
            r"HKLM\Software\Policies\Microsoft\Windows NT\DNSClient!EnableMulticast": 1,
        },
    ),
    Case(
        f"{DEVICE}/RemoteDesktopServices/DoNotAllowPasswordSaving",
        True,
        {},
        {
            rf"{TERMINAL}!DisablePasswordSaving": 1,
        },
    ),
    Case(
        f"{DEVICE}/RemoteDesktopServices/ClientConnectionEncryptionLevel",
        True,
        {"TS_ENCRYPTION_LEVEL": 3},
        {
            rf"{TERMINAL}!MinEncryptionLevel": 3,
        },
    ),
    Case(
        f"{DEVICE}/EventLogService/SpecifyMaximumFileSizeApplicationLog",
        True,
        {"Channel_LogMaxSize": 32768},
        {
            r"HKLM\Software\Policies\Microsoft\Windows\EventLog\Application!MaxSize": 32768,
        },
    ),
    Case(
        f"{DEVICE}/MSSecurityGuide/ConfigureSMBV1ClientDriver",
        True,
        {SMB1: 4},
        {
            r"HKLM\SYSTEM\CurrentControlSet\Services\MrxSmb10!Start": 4,
        },
    ),
    Case(f"{DEVICE}/ADMX_CredSsp/AllowEncryptionOracle", True, {"AllowEncryptionOracleDrop": 0}, {ORACLE: 0}),
    Case(
        f"{DEVICE}/RemoteProcedureCall/RestrictUnauthenticatedRPCClients",
        True,
        {"RpcRestrictRemoteClientsList": 1},
        {
            r"HKLM\Software\Policies\Microsoft\Windows NT\Rpc!RestrictRemoteClients": 1,
        },
    ),
    Case(
        f"{DEVICE}/RemoteManagement/AllowBasicAuthentication_Client",
        False,
        {},
        {
            r"HKLM\Software\Policies\Microsoft\Windows\WinRM\Client!AllowBasic": 0,
        },
    ),
    Case(
        f"{DEVICE}/InternetExplorer/SecurityZonesUseOnlyMachineSettings",
        False,
        {},
        {
            r"HKLM\Software\Policies\Microsoft\Windows\CurrentVersion\Internet Settings!Security_HKLM_only": None,
        },
    ),
    Case(
        f"{DEVICE}/WindowsPowerShell/TurnOnPowerShellScriptBlockLogging",
        True,
        {"EnableScriptBlockInvocationLogging": False},
        {rf"{BLOCKS}!EnableScriptBlockLogging": 1, rf"{BLOCKS}!EnableScriptBlockInvocationLogging": None},
    ),
    Case(
        f"{DEVICE}/Kerberos/SetMaximumContextTokenSize",
        True,
        {"MaxTokenSize": 48000},
        {
            rf"{KERBEROS}!EnableMaxTokenSize": 1,
            rf"{KERBEROS}!MaxTokenSize": 48000,
        },
    ),
    Case(
        f"{DEVICE}/DeviceInstallation/PreventInstallationOfMatchingDeviceSetupClasses",
        True,
        {
            "DeviceInstall_Classes_Deny_List": ("{d48179be-ec20-11d1-b6b8-00c04fa372a7}", "{7ebefbc0}"),
            "DeviceInstall_Classes_Deny_Retroactive": True,
        },
        {
            rf"{DENY}!DenyDeviceClasses": 1,
            rf"{DENY}\DenyDeviceClasses!1": "{d48179be-ec20-11d1-b6b8-00c04fa372a7}",
            rf"{DENY}\DenyDeviceClasses!2": "{7ebefbc0}",
            rf"{DENY}!DenyDeviceClassesRetroactive": 1,
        },
    ),
    Case(
        f"{DEVICE}/AppVirtualization/VirtualComponentsAllowList",
        True,
        {"Virtualization_JITVAllowList_Prompt": (r"C:\a.exe", r"C:\b.exe")},
        {
            r"HKLM\SOFTWARE\Policies\Microsoft\AppV\Client\Virtualization!ProcessesUsingVirtualComponents": (
                r"C:\a.exe",
                r"C:\b.exe",
            )
        },
    ),
    Case(
        f"{DEVICE}/Connectivity/HardenedUNCPaths",
        True,
        {"Pol_HardenedPaths": {r"\\*\SYSVOL": "RequireIntegrity=1", r"\\*\NETLOGON": "RequireIntegrity=1"}},
        {
            rf"{UNC}!\\*\SYSVOL": "RequireIntegrity=1",
            rf"{UNC}!\\*\NETLOGON": "RequireIntegrity=1",
        },
    ),
    Case(
        f"{DEVICE}/ADMX_W32Time/W32TIME_POLICY_CONFIGURE_NTPCLIENT",
        True,
        {
            "W32TIME_NtpServer": "time.contoso.com,0x9",
            "W32TIME_Type": "NTP",
            "W32TIME_CrossSiteSyncFlags": 2,
            "W32TIME_ResolvePeerBackoffMinutes": 15,
            "W32TIME_ResolvePeerBackoffMaxTimes": 7,
            "W32TIME_SpecialPollInterval": 1024,
            "W32TIME_NtpClientEventLogFlags": 0,
        },
        {
            rf"{TIME}\Parameters!NtpServer": "time.contoso.com,0x9",
            rf"{TIME}\Parameters!Type": "NTP",
            rf"{TIME}\TimeProviders\NtpClient!CrossSiteSyncFlags": 2,
            rf"{TIME}\TimeProviders\NtpClient!ResolvePeerBackoffMinutes": 15,
            rf"{TIME}\TimeProviders\NtpClient!ResolvePeerBackoffMaxTimes": 7,
            rf"{TIME}\TimeProviders\NtpClient!SpecialPollInterval": 1024,
            rf"{TIME}\TimeProviders\NtpClient!EventLogFlags": 0,
        },
    ),
    Case(
        f"{DEVICE}/Printers/PointAndPrintRestrictions",
        True,
        {
            "PointAndPrint_TrustedServers_Chk": False,
            "PointAndPrint_TrustedServers_Edit": "print.contoso.com",
            "PointAndPrint_TrustedForest_Chk": False,
            "PointAndPrint_NoWarningNoElevationOnInstall_Enum": 0,
            "PointAndPrint_NoWarningNoElevationOnUpdate_Enum": 0,
        },
        {
            rf"{PRINT}!Restricted": 1,
            rf"{PRINT}!TrustedServers": 0,
            rf"{PRINT}!ServerList": "print.contoso.com",
            rf"{PRINT}!InForest": 0,
            rf"{PRINT}!NoWarningNoElevationOnInstall": 0,
            rf"{PRINT}!UpdatePromptSettings": 0,
        },
    ),
    Case(
        f"{USER}/ADMX_ControlPanelDisplay/CPL_Personalization_ScreenSaverIsSecure",
        True,
        {},
        {
            rf"{SCREEN}!ScreenSaverIsSecure": "1",
        },
    ),
    Case(
        f"{USER}/ADMX_ControlPanelDisplay/CPL_Personalization_ScreenSaverTimeOut",
        True,
        {"ScreenSaverTimeOutFreqSpin": 900},
        {rf"{SCREEN}!ScreenSaveTimeOut": "900"},
    ),
    Case(
        f"{USER}/InternetExplorer/AllowSiteToZoneAssignmentList",
        True,
        {"IZ_ZonemapPrompt": {"https://contoso.com": "2", "*.fabrikam.com": "1"}},
        {
            rf"{ZONES}!ListBox_Support_ZoneMapKey": 1,
            rf"{ZONES}\ZoneMapKey!https://contoso.com": "2",
            rf"{ZONES}\ZoneMapKey!*.fabrikam.com": "1",
        },
    ),
    Case(
        f"{BITLOCKER}/EncryptionMethodByDriveType",
        True,
        {
            "EncryptionMethodWithXtsOsDropDown_Name": 7,
            "EncryptionMethodWithXtsFdvDropDown_Name": 7,
            "EncryptionMethodWithXtsRdvDropDown_Name": 4,
        },
        {
            rf"{FVE}!EncryptionMethodWithXtsOs": 7,
            rf"{FVE}!EncryptionMethodWithXtsFdv": 7,
            rf"{FVE}!EncryptionMethodWithXtsRdv": 4,
        },
    ),
    Case(
        f"{BITLOCKER}/RemovableDrivesRequireEncryption",
        True,
        {"RDVCrossOrg": False},
        {
            r"HKLM\System\CurrentControlSet\Policies\Microsoft\FVE!RDVDenyWriteAccess": 1,
            rf"{FVE}!RDVDenyCrossOrg": 0,
        },
    ),
    Case(
        f"{DEVICE}/microsoft_edge~Policy~microsoft_edge~HTTPAuthentication/AuthSchemes",
        True,
        {"AuthSchemes": "ntlm,negotiate"},
        {rf"HKLM\{EDGE}!AuthSchemes": "ntlm,negotiate"},
    ),
    Case(
        f"{USER}/microsoft_edge~Policy~microsoft_edge~Extensions/ExtensionInstallBlocklist",
        True,
        {"ExtensionInstallBlocklistDesc": ("*",)},
        {rf"HKCU\{EDGE}\ExtensionInstallBlocklist!1": "*"},
    ),
    Case(
        f"{DEVICE}/chromeIntuneV1~Policy~googlechrome~ContentSettings/DefaultPopupsSetting",
        True,
        {"DefaultPopupsSetting": 2},
        {
            r"HKLM\Software\Policies\Google\Chrome!DefaultPopupsSetting": 2,
        },
    ),
    Case(f"{USER}/{EXCEL}/L_VBAWarningsPolicy", True, {"L_empty4": 3}, {rf"{TRUST}!vbawarnings": 3}),
    Case(
        f"{DEVICE}/OneDriveNGSCv2~Policy~OneDriveNGSC/AllowTenantList",
        True,
        {"AllowTenantListBox": ("dcd219dd-bc68-4b9b-bf0b-4a33a796be35",)},
        {
            r"HKLM\Software\Policies\Microsoft\OneDrive\AllowTenantList!dcd219dd-bc68-4b9b-bf0b-4a33a796be35": (
                "dcd219dd-bc68-4b9b-bf0b-4a33a796be35"
            )
        },
    ),
    Case(
        f"{DEVICE}/OneDriveNGSCv2.Updates~Policy~OneDriveNGSC/KFMOptInNoWizard",
        True,
        {
            "KFMOptInNoWizard_TextBox": "dcd219dd-bc68-4b9b-bf0b-4a33a796be35",
            "KFMOptInNoWizard_Dropdown": 0,
            "KFMOptInNoWizard_Desktop_Checkbox": True,
            "KFMOptInNoWizard_Documents_Checkbox": True,
            "KFMOptInNoWizard_Pictures_Checkbox": False,
        },
        {
            rf"{ONEDRIVE}!KFMSilentOptIn": "dcd219dd-bc68-4b9b-bf0b-4a33a796be35",
            rf"{ONEDRIVE}!KFMSilentOptInWithNotification": 0,
            rf"{ONEDRIVE}!KFMSilentOptInDesktop": 1,
            rf"{ONEDRIVE}!KFMSilentOptInDocuments": 1,
            rf"{ONEDRIVE}!KFMSilentOptInPictures": 0,
        },
    ),
    Case(
        f"{DEVICE}/update~Policy~Cat_Google~Cat_GoogleUpdate~Cat_Applications/Pol_DefaultUpdatePolicy",
        True,
        {"Part_UpdatePolicy": 1},
        {UPDATE: 1},
    ),
)


def by_setting(claims: tuple[Claim, ...]) -> Lowered:
    """What claims say, by the key of their setting; each setting once."""
    assert len({claim.setting.key for claim in claims}) == len(claims)
    return {c.setting.key: (c.type, c.value, c.absent) for c in claims}


def lowered(read: Policy, *others: Policy) -> tuple[Claim, ...]:
    return lower(Estate((read, *others))).policies[0].claims


def by_gpo(folder: Path, case: Case) -> Lowered:
    """The claims of a Registry.pol that holds the writes."""
    records = []
    for setting, data in case.writes.items():
        key, _, name = setting.partition("\\")[2].partition("!")
        records.append(_record(key, name, data))
    file = folder / "registry.pol"
    file.write_bytes(pol(*records))
    scope = Scope.USER if next(iter(case.writes)).startswith("HKCU") else Scope.DEVICE
    found, _ = registry_pol.records(file.read_bytes())
    return by_setting(tuple(registry_pol.claims(found, scope, Source("registry.pol", file))[0]))


def _record(key: str, name: str, data: Value) -> tuple[str, str, int, bytes]:
    if data is None:
        return directive(key, f"**del.{name}")
    if isinstance(data, tuple):
        return key, name, 7, utf16("\0".join(data) + "\0\0")
    return dword(key, name, data) if isinstance(data, int) else text(key, name, str(data))


@cache
def definitions() -> Definitions:
    return Definitions(Estate(()), AdmxStore.of((), shipped.files()))


def definition(case: Case) -> AdmxPolicy:
    found = definitions().behind(case.node)
    assert isinstance(found, AdmxPolicy)
    return found


def by_catalog(folder: Path, case: Case) -> Lowered:
    root = csp(case.node).key
    children = [_child(f"{root}_{id.casefold()}", value) for id, value in case.elements.items()]
    return by_setting(lowered(only(read_one(folder, catalog(choice(root, str(int(case.state)), *children))))))


def _child(id_: str, value: Held) -> Json:
    """An element as the catalog has it: boxes and drop-down lists are choices, lists of pairs are groups."""
    if isinstance(value, dict):
        return group(id_, *([simple(f"{id_}_key", n), simple(f"{id_}_value", d)] for n, d in value.items()))
    if isinstance(value, tuple):
        return texts(id_, *value)
    if isinstance(value, bool):
        return choice(id_, str(int(value)))
    return choice(id_, str(value)) if id_ in _choices() else simple(id_, value)


@cache
def _choices() -> frozenset[str]:
    return frozenset(definition.id for definition in all_definitions() if definition.kind == "choice")


def by_payload(folder: Path, case: Case) -> Lowered:
    data = "".join(
        f"<data id={quoteattr(i)} value={quoteattr(_payload(case, i, v))}/>" for i, v in case.elements.items()
    )
    setting = oma("String", case.node, f"<{'enabled' if case.state else 'disabled'}/>{data}")
    return by_setting(lowered(only(read_one(folder, custom(setting)))))


def _payload(case: Case, id: str, value: Held) -> str:
    element = element_of(definition(case), id)
    if isinstance(element, ListBox) and isinstance(value, tuple):
        names = value if element.prefix is None else [f"{element.prefix}{n}" for n, _ in enumerate(value, 1)]
        return SEPARATOR.join(part for pair in zip(names, value, strict=True) for part in pair)
    if isinstance(value, dict):
        return SEPARATOR.join(part for pair in value.items() for part in pair)
    return SEPARATOR.join(value) if isinstance(value, tuple) else str(value).lower() if value is True else str(value)


def by_template(folder: Path, case: Case) -> Lowered:
    """An administrative templates profile as IntuneCD writes it, with the texts of the definition."""
    shown = definition(case)
    path = definitions().store.category_path(shown.category).replace("/", "\\")
    class_ = "user" if case.node.startswith("./User") else "machine"
    stated = {
        "definition": {"displayName": shown.display_name, "categoryPath": f"\\{path}", "classType": class_},
        "enabled": case.state,
        "presentationValues": [_presentation(shown, id, value) for id, value in case.elements.items()],
    }
    profile = {"@odata.type": f"{GRAPH}groupPolicyConfiguration", "displayName": "ADMX", "definitionValues": [stated]}
    return by_setting(lowered(only(read_one(folder, profile))))


def _presentation(shown: AdmxPolicy, id: str, value: Held) -> Json:
    label = next(control.label for control in definitions().controls(shown) if control.ref == id)
    element = element_of(shown, id)
    member: Json = {"value": str(value) if isinstance(element, Enum) else value}
    if isinstance(value, tuple):
        member = {"values": list(value) if isinstance(element, MultiText) else [{"name": one} for one in value]}
    if isinstance(value, dict):
        member = {"values": [{"name": name, "value": data} for name, data in value.items()]}
    return {"@odata.type": f"{GRAPH}groupPolicyPresentationValue", "presentation": {"label": label}, **member}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_registry_is_the_same_whoever_sets_the_policy(case: Case, tmp_path: Path) -> None:
    expected = by_gpo(tmp_path, case)
    assert by_catalog(tmp_path, case) == expected
    assert by_payload(tmp_path, case) == expected
    assert by_template(tmp_path, case) == expected


# what the claims keep


def read_catalog(folder: Path, *instances: Json) -> Policy:
    return only(read_one(folder, catalog(*instances)))


def read_custom(folder: Path, *settings: Json) -> Policy:
    return only(read_one(folder, custom(*settings)))


BLOCKING = csp(f"{DEVICE}/WindowsPowerShell/TurnOnPowerShellScriptBlockLogging").key
INVOCATION = f"{BLOCKING}_enablescriptblockinvocationlogging"


def test_own_values_have_the_evidence_of_the_state_and_elements_their_own(tmp_path: Path) -> None:
    read = read_catalog(tmp_path, choice(BLOCKING, "1", choice(INVOCATION, "1")))
    root, element = read.claims
    assert [(c.setting.text, c.evidence, c.origin) for c in lowered(read)] == [
        (rf"{BLOCKS}!EnableScriptBlockLogging", root.evidence, BLOCKING),
        (rf"{BLOCKS}!EnableScriptBlockInvocationLogging", element.evidence, INVOCATION),
    ]


def test_what_the_export_states_is_kept_beside(tmp_path: Path) -> None:
    read = read_catalog(tmp_path, choice(BLOCKING, "1"))
    assert lower(Estate((read,))).policies[0].written == read.claims


def test_other_settings_pass_through_in_their_place(tmp_path: Path) -> None:
    browser = "device_vendor_msft_policy_config_browser_allowaddressbardropdown"
    read = read_catalog(
        tmp_path, choice(browser, "0"), choice(BLOCKING, "0"), choice("device_vendor_msft_new_node", "1")
    )
    first, _, last = read.claims
    found = lowered(read)
    assert [found[0].origin, found[-1]] == [first.origin, last]
    assert {c.setting.text for c in found} >= {rf"{BLOCKS}!EnableScriptBlockLogging"}


def test_a_list_that_is_disabled_has_nothing_to_write_and_stays(tmp_path: Path) -> None:
    id_ = csp(f"{DEVICE}/microsoft_edge~Policy~microsoft_edge~Extensions/ExtensionInstallBlocklist").key
    read = read_catalog(tmp_path, choice(id_, "0"))
    assert lowered(read) == read.claims


def test_an_element_that_the_definition_does_not_know_stays_and_the_rest_is_lowered(tmp_path: Path) -> None:
    setting = oma(
        "String",
        f"{DEVICE}/WindowsPowerShell/TurnOnPowerShellScriptBlockLogging",
        '<enabled/><data id="EnableScriptBlockInvocationLogging" value="true"/><data id="Verbose" value="1"/>',
    )
    assert by_setting(lowered(read_custom(tmp_path, setting))) == {
        rf"{BLOCKS}!EnableScriptBlockLogging".casefold(): ("REG_DWORD", 1, False),
        rf"{BLOCKS}!EnableScriptBlockInvocationLogging".casefold(): ("REG_DWORD", 1, False),
        f"{BLOCKING}_verbose": ("String", "1", False),
    }


def test_a_value_that_the_element_cannot_hold_stays(tmp_path: Path) -> None:
    size = f"{DEVICE}/EventLogService/SpecifyMaximumFileSizeApplicationLog"
    setting = oma("String", size, '<enabled/><data id="Channel_LogMaxSize" value="100"/>')
    assert by_setting(lowered(read_custom(tmp_path, setting))) == {
        csp(f"{size}/Channel_LogMaxSize").key: ("String", "100", False)
    }


def test_a_token_that_the_service_fills_in_is_no_value_to_compare(tmp_path: Path) -> None:
    id_ = csp(f"{DEVICE}/OneDriveNGSCv2~Policy~OneDriveNGSC/AllowTenantList").key
    read = read_catalog(tmp_path, choice(id_, "1", texts(f"{id_}_allowtenantlistbox", "%OrganizationId%")))
    assert lowered(read) == read.claims
    node = f"{DEVICE}/OneDriveNGSCv2~Policy~OneDriveNGSC/AllowTenantList"
    payload = '<enabled/><data id="AllowTenantListBox" value="%OrganizationId%&#xF000;%OrganizationId%"/>'
    assert by_setting(lowered(read_custom(tmp_path, oma("String", node, payload)))) == {
        f"{id_}_allowtenantlistbox": ("String", SEPARATOR.join(["%OrganizationId%"] * 2), False)
    }


@pytest.mark.parametrize(
    "setting",
    [
        oma("String", f"{DEVICE}/Autoplay/TurnOffAutoPlay", "<enable/>"),
        oma("Integer", f"{DEVICE}/Autoplay/TurnOffAutoPlay", 1),
        oma("String", f"{DEVICE}/Autoplay/NoSuchPolicy", "<enabled/>"),
        oma("String", f"{USER}/Connectivity/HardenedUNCPaths", "<disabled/>"),
        oma("String", f"{DEVICE}/Acme~Policy~Acme/Policy", "<enabled/>"),
    ],
)
def test_what_cannot_be_joined_or_read_stays_as_it_is(setting: Json, tmp_path: Path) -> None:
    read = read_custom(tmp_path, setting)
    assert lowered(read) == read.claims


def test_a_payload_without_all_elements_counts_when_the_device_accepts_it(tmp_path: Path) -> None:
    node = f"{DEVICE}/WindowsPowerShell/TurnOnPowerShellScriptBlockLogging"
    missing = Is(f"the device accepts {node} without EnableScriptBlockInvocationLogging")
    (claim,) = lowered(read_custom(tmp_path, oma("String", node, "<enabled/>")))
    assert (claim.setting.text, claim.when) == (rf"{BLOCKS}!EnableScriptBlockLogging", missing)
    disabling = lowered(read_custom(tmp_path, oma("String", node, "<disabled/>")))
    assert [claim.when for claim in disabling] == [ALWAYS, ALWAYS]


# apps


INSTALL = "./Device/Vendor/MSFT/Policy/ConfigOperations/ADMXInstall/Acme/Policy/AcmeAdmx"
ACME = admx(
    policy(
        "Lock",
        f"<parentCategory ref='Acme'/><enabledValue>{decimal(5)}</enabledValue>"
        '<elements><text id="Reason" valueName="Reason"/></elements>',
        'valueName="Lock"',
        side="Both",
        key=r"Software\Policies\Acme",
    ),
    categories='<category name="Acme" displayName="Acme"/>',
)


@pytest.mark.parametrize(("root", "hive"), [("./Device", "hklm"), ("./User", "hkcu")])
def test_an_app_that_another_profile_ingests_is_read_with_its_own_definitions(
    root: str, hive: str, tmp_path: Path
) -> None:
    node = f"{root}/Vendor/MSFT/Policy/Config/Acme~Policy~Acme/Lock"
    payload = '<enabled/><data id="Reason" value="x"/>'
    used = read_custom(tmp_path, oma("String", node, payload))
    install = read_custom(tmp_path, oma("String", INSTALL, ACME))
    assert by_setting(lowered(used, install)) == {
        rf"{hive}\software\policies\acme!lock": ("REG_DWORD", 5, False),
        rf"{hive}\software\policies\acme!reason": ("REG_SZ", "x", False),
    }
    assert lowered(used) == used.claims


def test_an_intent_names_a_browsers_policy_by_its_namespace(tmp_path: Path) -> None:
    def setting(definition: str, value: str) -> Json:
        type_ = f"{GRAPH}deviceManagementStringSettingInstance"
        return {"@odata.type": type_, "definitionId": f"admx--{definition}", "valueJson": f'"{value}"'}

    read = only(
        read_one(
            tmp_path,
            {
                "@odata.type": f"{GRAPH}deviceManagementIntent",
                "displayName": "Edge",
                "settings": [
                    setting("microsoftedgeSSLVersionMin_SSLVersionMin", "tls1.2"),
                    setting("microsoftedge_SSLVersionMin", "enabled"),
                    setting("microsoftedge_PasswordManagerEnabled", "disabled"),
                    setting("microsoftedge_NoSuchPolicy", "enabled"),
                ],
            },
        )
    )
    assert by_setting(lowered(read)) == {
        rf"hklm\{EDGE}!SSLVersionMin".casefold(): ("REG_SZ", "tls1.2", False),
        rf"hklm\{EDGE}!PasswordManagerEnabled".casefold(): ("REG_DWORD", 0, False),
        "admx:microsoftedge/nosuchpolicy": ("String", "enabled", False),
    }


# the joins, over everything that Intune and the DDF know


def test_every_backed_node_of_the_ddf_has_its_policy_but_three() -> None:
    nodes = [node.uri for node in ddf.all_nodes() if node.admx]
    missed = {uri.rpartition("/")[2] for uri in nodes if isinstance(definitions().behind(uri), Miss)}
    assert (len(nodes), missed) == (
        2501,
        {"L_TurnOnLexiconUpdate", "L_TurnOnLiveStickers", "UX_Configuration_CustomDefaultActionToastString"},
    )


def test_nearly_every_element_of_the_settings_catalog_is_one_of_its_policy() -> None:
    unknown = set()
    for definition in all_definitions():
        parts = BACKED.fullmatch(definition.uri)
        found = definitions().behind(parts[1]) if parts and parts[2] else None
        if parts and isinstance(found, AdmxPolicy) and element_of(found, parts[2]) is None:
            unknown.add(found.name)
    assert unknown == {
        "L_ConnectedOfficeExperiences",
        "L_OfficeExperiencesAnlayzingContent",
        "L_OfficeExperiencesDownloadingContent",
        "L_OptionalConnectedExperiences",
        "L_ShowOutlookLoopComponentsForSupportedApps",
        "Servicing",
    }


def test_the_policies_write_the_registry_keys_that_the_settings_catalog_lists_as_keywords(sample_data: Path) -> None:
    """Microsoft's own join of nodes and ADMX policies: the keywords of a definition hold the policy's key."""
    dump = sample_data / "settings-catalog" / "windows-setting-definitions.json.gz"
    agreeing, differing = 0, []
    for stated in json.loads(gzip.decompress(dump.read_bytes())):
        node = BACKED.fullmatch(f"{stated['baseUri'].rstrip('/')}/{(stated['offsetUri'] or '').lstrip('/')}")
        listed = {fold_key(word) for word in stated["keywords"] or () if re.match(r"(?i)(software|system)\\", word)}
        found = definitions().behind(node[1]) if node and stated["rootDefinitionId"] == stated["id"] else None
        if listed and isinstance(found, AdmxPolicy):
            agrees = bool(listed & {fold_key(slot.key) for slot in slots(found)} | listed & {fold_key(found.key)})
            agreeing += agrees
            differing += [] if agrees else [stated["id"]]
    assert (agreeing, differing) == (4172, [])
