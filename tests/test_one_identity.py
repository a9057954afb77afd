"""A setting has one identity in both worlds: read from files as tools write them, every policy claims the same."""

from __future__ import annotations

from pathlib import Path

import pytest

import policylint
from policylint.catalogue.settings_catalog import lookup
from policylint.families.whfb_settings import BIOMETRICS, SETTINGS, Hello, ids_at
from policylint.model import Scope, Value, csp
from tests.both_worlds import (
    CONFIG,
    POLICIES,
    TENANT,
    Same,
    by_catalog,
    by_display,
    by_intent,
    by_node,
    by_template,
    by_uri,
    stated,
    write,
)
from tests.intune_writer import Json, catalog, choice, group, identity, intent, simple, texts

PASSPORT = "./Device/Vendor/MSFT/PassportForWork"
LAPS, LAPS_KEY = "./Device/Vendor/MSFT/LAPS/Policies", r"HKLM\Software\Microsoft\Windows\CurrentVersion\Policies\LAPS"
FIREWALL, FIREWALL_KEY = "./Vendor/MSFT/Firewall/MdmStore", rf"{POLICIES}\WindowsFirewall"
DEFENDER = rf"{POLICIES}\Windows Defender"
BITLOCKER, FVE = "./Device/Vendor/MSFT/BitLocker", rf"{POLICIES}\FVE"
OPTIONS = f"{CONFIG}/LocalPoliciesSecurityOptions"
SYSTEM = r"MACHINE\Software\Microsoft\Windows\CurrentVersion\Policies\System"
LSA = r"MACHINE\System\CurrentControlSet\Control\Lsa"
SERVER = r"MACHINE\System\CurrentControlSet\Services\LanManServer\Parameters"
WINLOGON = r"MACHINE\Software\Microsoft\Windows NT\CurrentVersion\Winlogon"
GENERAL, ENDPOINT = "windows10GeneralConfiguration", "windows10EndpointProtectionConfiguration"
RINGS = "windowsUpdateForBusinessConfiguration"
LOGON = "{0cce923f-69ae-11d9-bed3-505054503030}"


# Windows Hello for Business, complete

VALUES: dict[str, tuple[Value, object]] = {
    "bool": (1, True),
    "int": (1, 1),
    "chr": ("{D6886603-9D2F-4EB2-B667-1971041FA96B}",) * 2,
}
"""What the GPO writes, and what the node is set to, by the node's format."""

PROPERTIES: dict[str, tuple[str, object]] = {
    "UsePassportForWork": ("windowsHelloForBusinessBlocked", False),
    "RequireSecurityDevice": ("securityDeviceRequired", True),
    "UseCertificateForOnPremAuth": ("useCertificatesForOnPremisesAuthEnabled", True),
    "EnablePinRecovery": ("pinRecoveryEnabled", True),
    "MinimumPINLength": ("pinMinimumLength", 6),
    "MaximumPINLength": ("pinMaximumLength", 6),
    "LowercaseLetters": ("pinLowercaseCharactersUsage", "required"),
    "UppercaseLetters": ("pinUppercaseCharactersUsage", "required"),
    "SpecialCharacters": ("pinSpecialCharactersUsage", "required"),
    "Expiration": ("pinExpirationInDays", 1),
    "History": ("pinPreviousBlockCount", 1),
    "UseBiometrics": ("unlockWithBiometricsEnabled", True),
    "FacialFeaturesUseEnhancedAntiSpoofing": ("enhancedAntiSpoofingForFacialFeaturesEnabled", True),
    "UseSecurityKeyForSignin": ("useSecurityKeyForSignin", True),
}
"""Property of the identity protection template, and the value that says what VALUES does."""

NOT_IN_THE_CATALOG = {"DisablePostLogonProvisioning", "EnableWindowsHelloProvisioningForSecurityKeys"}
TO_ALL_DEVICES = {"assignments": [{"target": {"@odata.type": "#microsoft.graph.allDevicesAssignmentTarget"}}]}


def hello(setting: Hello, scope: Scope = Scope.DEVICE) -> Same:
    """A Windows Hello setting by GPO, catalog, OMA-URI, and by template and intent where those have it."""
    written, node_value = (6, 6) if setting.limits and setting.limits[0] == 4 else VALUES[setting.format]
    root = PASSPORT if scope is Scope.DEVICE else PASSPORT.replace("./Device", "./User")
    node = f"{root}/{setting.node}"
    exports: dict[str, Json] = {"custom": by_uri(node.replace("{TenantId}", TENANT), node_value)}
    if setting.name not in NOT_IN_THE_CATALOG:
        exports["catalog"] = by_catalog(csp(node).key, node_value)
    if setting.name in PROPERTIES and scope is Scope.DEVICE:
        name, said = PROPERTIES[setting.name]
        exports["template"] = identity(**{name: said}, **TO_ALL_DEVICES)
        exports["intent"] = intent(**{name: said}) | TO_ALL_DEVICES
    return Same(f"{setting.name}-{scope}", {setting.id(scope).text: written}, exports)


HELLO = [
    *(hello(setting) for setting in SETTINGS if setting.node),
    *(hello(setting, Scope.USER) for setting in SETTINGS if setting.user_csp),
]


# registry values: products, nodes with a GP mapping, ADMX-backed policies, ingested apps


def number(node: str, value: int, setting: str, data: Value, **more: Json) -> Same:
    """A node with a number in the catalog and in a custom profile."""
    return Same("/".join(node.split("/")[-2:]), {setting: data}, by_node(node, value) | more)


def backed(node: str, payload: str, id_value: str, children: tuple[Json, ...], *more: Json, **gpo: Value) -> Same:
    """An ADMX-backed node: a choice with children in the catalog, a payload in a custom profile."""
    exports = {
        "catalog": catalog(choice(csp(node).key, id_value, *children)),
        "custom": by_uri(node, payload),
    } | {f"administrative-template-{n}": one for n, one in enumerate(more)}
    return Same("/".join(node.split("/")[-2:]), gpo, exports)


def below(node: str, element: str) -> str:
    return f"{csp(node).key}_{element.casefold()}"


RULE = "7674ba52-37eb-4a4f-a9a1-f0f9a1619a2c"
ADOBE = "BlockAdobeReaderFromCreatingChildProcesses"
ASR = csp(f"{CONFIG}/Defender/AttackSurfaceReductionRules").key
EXCLUDED = csp(f"{CONFIG}/Defender/ExcludedPaths").key

PRODUCTS = [
    number(
        f"{LAPS}/PasswordLength",
        21,
        rf"{LAPS_KEY}!PasswordLength",
        21,
        template=by_display(r"\System\LAPS", "Password Settings", True, ("Password Length", 21)),
    ),
    number(f"{LAPS}/BackupDirectory", 2, rf"{LAPS_KEY}!BackupDirectory", 2),
    Same(
        "LAPS/ADPasswordEncryptionEnabled",
        {rf"{LAPS_KEY}!ADPasswordEncryptionEnabled": 1},
        by_node(f"{LAPS}/ADPasswordEncryptionEnabled", True),
    ),
    Same(
        "LAPS/AdministratorAccountName",
        {rf"{LAPS_KEY}!AdministratorAccountName": "lapsadmin"},
        by_node(f"{LAPS}/AdministratorAccountName", "lapsadmin"),
    ),
    Same(
        "LAPS/PasswordAgeDays_aad",
        {rf"{LAPS_KEY}!PasswordAgeDays": 14},
        {"catalog": by_catalog("device_vendor_msft_laps_policies_passwordagedays_aad", 14)}
        | by_node(f"{LAPS}/PasswordAgeDays", 14),
    ),
    number(
        f"{CONFIG}/Defender/AllowRealtimeMonitoring",
        1,
        rf"{DEFENDER}\Real-Time Protection!DisableRealtimeMonitoring",
        0,
        template=by_template(GENERAL, defenderRequireRealTimeMonitoring=True),
        intent=by_intent(GENERAL, "defenderRequireRealTimeMonitoring", True),
    ),
    number(
        f"{CONFIG}/Defender/CloudBlockLevel",
        2,
        rf"{DEFENDER}\MpEngine!MpCloudBlockLevel",
        2,
        template=by_template(GENERAL, defenderCloudBlockLevel="high"),
    ),
    number("./Device/Vendor/MSFT/Defender/Configuration/EngineUpdatesChannel", 5, rf"{DEFENDER}!EngineRing", 5),
    number(
        "./Device/Vendor/MSFT/Defender/Configuration/ScheduleSecurityIntelligenceUpdateDay",
        0,
        rf"{DEFENDER}\Signature Updates!ScheduleDay",
        0,
    ),
    Same(
        "Defender/AttackSurfaceReductionRules",
        {rf"{DEFENDER}\Windows Defender Exploit Guard\ASR\Rules!{RULE}": "1"},
        {
            "catalog": catalog(group(ASR, [choice(f"{ASR}_{ADOBE.lower()}", "block")])),
            "custom": by_uri(f"{CONFIG}/Defender/AttackSurfaceReductionRules", f"{{{RULE.upper()}}}=1"),
            "template": by_template(ENDPOINT, defenderAdobeReaderLaunchChildProcess="enable"),
            "intent": by_intent(ENDPOINT, "defenderAdobeReaderLaunchChildProcess", "enable"),
        },
    ),
    Same(
        "Defender/ExcludedPaths",
        {rf"{DEFENDER}\Exclusions\Paths!D:\Data": "0", rf"{DEFENDER}\Exclusions\Paths!%windir%\x": "0"},
        {
            "catalog": catalog(texts(EXCLUDED, r"D:\Data", r"%windir%\x")),
            "custom": by_uri(f"{CONFIG}/Defender/ExcludedPaths", r"D:\Data|%windir%\x"),
            "template": by_template(GENERAL, defenderFilesAndFoldersToExclude=[r"D:\Data", r"%windir%\x"]),
        },
    ),
    Same(
        "Defender/ExcludedExtensions",
        {rf"{DEFENDER}\Exclusions\Extensions!.mdf": "0"},
        by_node(f"{CONFIG}/Defender/ExcludedExtensions", (".mdf",), ".mdf"),
    ),
    Same(
        "PrivateProfile/EnableFirewall",
        {rf"{FIREWALL_KEY}\PrivateProfile!EnableFirewall": 1},
        by_node(f"{FIREWALL}/PrivateProfile/EnableFirewall", True)
        | {
            "template": by_template(ENDPOINT, firewallProfilePrivate={"firewallEnabled": "allowed"}),
            "intent": by_intent(ENDPOINT, "firewallProfilePrivate", {"firewallEnabled": "allowed"}),
        },
    ),
    Same(
        "DomainProfile/DisableInboundNotifications",
        {rf"{FIREWALL_KEY}\DomainProfile!DisableNotifications": 1},
        by_node(f"{FIREWALL}/DomainProfile/DisableInboundNotifications", True)
        | {"template": by_template(ENDPOINT, firewallProfileDomain={"inboundNotificationsBlocked": True})},
    ),
    number(
        f"{FIREWALL}/PublicProfile/LogMaxFileSize", 16384, rf"{FIREWALL_KEY}\PublicProfile\Logging!LogFileSize", 16384
    ),
]

WINDOWS = rf"{POLICIES}\Windows"
MAPPED = [
    number(
        f"{CONFIG}/Camera/AllowCamera",
        0,
        rf"{POLICIES}\Camera!AllowCamera",
        0,
        template=by_template(GENERAL, cameraBlocked=True),
    ),
    number(
        f"{CONFIG}/Update/DeferQualityUpdatesPeriodInDays",
        7,
        rf"{WINDOWS}\WindowsUpdate!DeferQualityUpdatesPeriodInDays",
        7,
        template=by_template(RINGS, qualityUpdatesDeferralPeriodInDays=7),
    ),
    number(f"{CONFIG}/Update/AllowMUUpdateService", 0, rf"{WINDOWS}\WindowsUpdate\AU!AllowMUUpdateService", None),
    number(f"{CONFIG}/DeviceGuard/LsaCfgFlags", 1, rf"{WINDOWS}\DeviceGuard!LsaCfgFlags", 1),
    number(f"{CONFIG}/System/AllowTelemetry", 1, rf"{WINDOWS}\DataCollection!AllowTelemetry", 1),
    number(
        f"{CONFIG}/SmartScreen/PreventOverrideForFilesInShell",
        1,
        rf"{WINDOWS}\System!ShellSmartScreenLevel",
        "Block",
        template=by_template(ENDPOINT, smartScreenBlockOverrideForFiles=True),
    ),
    Same(
        "System/TelemetryProxy",
        {rf"{WINDOWS}\DataCollection!TelemetryProxyServer": "p:80"},
        by_node(f"{CONFIG}/System/TelemetryProxy", "p:80"),
    ),
    Same(
        "Privacy/LetAppsAccessCamera_ForceDenyTheseApps",
        {rf"{WINDOWS}\AppPrivacy!LetAppsAccessCamera_ForceDenyTheseApps": ("A_1", "B_2")},
        by_node(f"{CONFIG}/Privacy/LetAppsAccessCamera_ForceDenyTheseApps", ("A_1", "B_2"), "A_1;B_2"),
    ),
    number(
        "./User/Vendor/MSFT/Policy/Config/Experience/AllowWindowsSpotlight",
        0,
        r"HKCU\Software\Policies\Microsoft\Windows\CloudContent!DisableWindowsSpotlightFeatures",
        1,
    ),
]

AUTOPLAY, LOG = f"{CONFIG}/Autoplay/TurnOffAutoPlay", f"{CONFIG}/EventLogService/SpecifyMaximumFileSizeSystemLog"
UNC, CIPHERS = f"{CONFIG}/Connectivity/HardenedUNCPaths", f"{BITLOCKER}/EncryptionMethodByDriveType"
APPV = f"{CONFIG}/AppVirtualization/VirtualComponentsAllowList"
EDGE = f"{CONFIG}/microsoft_edge~Policy~microsoft_edge"
EDGE_LIST = f"{EDGE}~Extensions/ExtensionInstallBlocklist"
CHROME = f"{CONFIG}/chromeIntuneV1~Policy~googlechrome~ContentSettings/DefaultPopupsSetting"
EXCEL = (
    "./User/Vendor/MSFT/Policy/Config/excel16v2~Policy~L_MicrosoftOfficeExcel~L_ExcelOptions~L_Security~L_TrustCenter"
    "/L_VBAWarningsPolicy"
)
SCREEN = "./User/Vendor/MSFT/Policy/Config/ADMX_ControlPanelDisplay/CPL_Personalization_ScreenSaverTimeOut"
UNC_PAIR = (r"\\*\SYSVOL", "RequireMutualAuthentication=1, RequireIntegrity=1")
UNC_ROW = [
    simple(f"{below(UNC, 'Pol_HardenedPaths')}_{part}", said)
    for part, said in zip(("key", "value"), UNC_PAIR, strict=True)
]
XTS = ("Os", "Fdv", "Rdv")


def xts(text: str) -> str:
    return f"EncryptionMethodWithXts{text}DropDown_Name"


BACKED = [
    backed(
        f"{CONFIG}/RemoteDesktopServices/PromptForPasswordUponConnection",
        "<enabled/>",
        "1",
        (),
        by_display(
            r"\Windows Components\Remote Desktop Services\Remote Desktop Session Host\Security",
            "Always prompt for password upon connection",
            True,
        ),
        **{rf"{POLICIES}\Windows NT\Terminal Services!fPromptForPassword": 1},
    ),
    backed(
        f"{CONFIG}/ADMX_DnsClient/Turn_Off_Multicast",
        "<disabled/>",
        "0",
        (),
        **{rf"{POLICIES}\Windows NT\DNSClient!EnableMulticast": 1},
    ),
    backed(
        AUTOPLAY,
        '<enabled/><data id="Autorun_Box" value="255"/>',
        "1",
        (choice(below(AUTOPLAY, "Autorun_Box"), "255"),),
        by_display(
            r"\Windows Components\AutoPlay Policies", "Turn off Autoplay", True, ("Turn off Autoplay on:", "255")
        ),
        **{r"HKLM\Software\Microsoft\Windows\CurrentVersion\Policies\Explorer!NoDriveTypeAutoRun": 255},
    ),
    backed(
        LOG,
        '<enabled/><data id="Channel_LogMaxSize" value="32768"/>',
        "1",
        (simple(below(LOG, "Channel_LogMaxSize"), 32768),),
        **{rf"{WINDOWS}\EventLog\System!MaxSize": 32768},
    ),
    backed(
        SCREEN,
        '<enabled/><data id="ScreenSaverTimeOutFreqSpin" value="900"/>',
        "1",
        (simple(below(SCREEN, "ScreenSaverTimeOutFreqSpin"), 900),),
        **{r"HKCU\Software\Policies\Microsoft\Windows\Control Panel\Desktop!ScreenSaveTimeOut": "900"},
    ),
    backed(
        UNC,
        f'<enabled/><Data id="Pol_HardenedPaths" value="{"&#xF000;".join(UNC_PAIR)}"/>',
        "1",
        (group(below(UNC, "Pol_HardenedPaths"), UNC_ROW),),
        **{rf"{WINDOWS}\NetworkProvider\HardenedPaths!{UNC_PAIR[0]}": UNC_PAIR[1]},
    ),
    backed(
        APPV,
        r'<enabled/><data id="Virtualization_JITVAllowList_Prompt" value="C:\a.exe&#xF000;C:\b.exe"/>',
        "1",
        (texts(below(APPV, "Virtualization_JITVAllowList_Prompt"), r"C:\a.exe", r"C:\b.exe"),),
        **{rf"{POLICIES}\AppV\Client\Virtualization!ProcessesUsingVirtualComponents": (r"C:\a.exe", r"C:\b.exe")},
    ),
    backed(
        CIPHERS,
        "<enabled/>" + "".join(f'<data id="{xts(drive)}" value="7"/>' for drive in XTS),
        "1",
        tuple(choice(below(CIPHERS, xts(drive)), "7") for drive in XTS),
        by_template(
            ENDPOINT,
            bitLockerSystemDrivePolicy={"encryptionMethod": "xtsAes256"},
            bitLockerFixedDrivePolicy={"encryptionMethod": "xtsAes256"},
            bitLockerRemovableDrivePolicy={"encryptionMethod": "xtsAes256"},
        ),
        **{rf"{FVE}!EncryptionMethodWithXts{drive}": 7 for drive in XTS},
    ),
    backed(
        f"{EDGE}/SSLVersionMin",
        '<enabled/><data id="SSLVersionMin" value="tls1.2"/>',
        "1",
        (choice(below(f"{EDGE}/SSLVersionMin", "SSLVersionMin"), "tls1.2"),),
        **{rf"{POLICIES}\Edge!SSLVersionMin": "tls1.2"},
    ),
    backed(
        EDGE_LIST,
        '<enabled/><data id="ExtensionInstallBlocklistDesc" value="1&#xF000;*"/>',
        "1",
        (texts(below(EDGE_LIST, "ExtensionInstallBlocklistDesc"), "*"),),
        by_display(
            r"\Microsoft Edge\Extensions",
            "Control which extensions cannot be installed",
            True,
            ("Extension IDs the user should be prevented from installing (or * for all)", [{"name": "*"}]),
        ),
        **{rf"{POLICIES}\Edge\ExtensionInstallBlocklist!1": "*"},
    ),
    backed(
        CHROME,
        '<enabled/><data id="DefaultPopupsSetting" value="2"/>',
        "1",
        (choice(below(CHROME, "DefaultPopupsSetting"), "2"),),
        by_display(
            r"\Google\Google Chrome\Content settings", "Default pop-ups setting", True, ("Default pop-ups setting", "2")
        ),
        **{r"HKLM\Software\Policies\Google\Chrome!DefaultPopupsSetting": 2},
    ),
    backed(
        EXCEL,
        '<enabled/><data id="L_empty4" value="3"/>',
        "1",
        (choice(below(EXCEL, "L_empty4"), "3"),),
        **{r"HKCU\Software\Policies\Microsoft\Office\16.0\Excel\Security!vbawarnings": 3},
    ),
]


# security settings: GptTmpl.inf and audit.csv


def secure(node: str, section: str, row: str, claim: Value, exports: dict[str, Json]) -> Same:
    """A row of a template, and what it claims."""
    name = row.split("=", 1)[0].split(",", 1)[0].strip().strip('"')
    setting = f"secedit:{section}/{name}"
    return Same(node.rpartition("/")[2], {f"[{section}]": row}, exports, {setting: claim})


def option(name: str, value: int, row: str, data: Value, **more: Json) -> Same:
    """A security option in [Registry Values]."""
    node = name if name.startswith("./") else f"{OPTIONS}/{name}"
    return secure(node, "Registry Values", row, data, by_node(node, value) | more)


def right(name: str, privilege: str, who: tuple[str, ...], sids: str, *as_text: str) -> Same:
    """A user right; in the custom profile as names, in the catalog as the service writes SIDs or names."""
    node = f"{CONFIG}/UserRights/{name}"
    row = f"{privilege} = {','.join('*' + sid for sid in sids.split())}"
    exports = by_node(node, who, "\uf000".join(as_text))
    return secure(node, "Privilege Rights", row, tuple(sorted(sids.split())), exports)


ADMINS, USERS, GUESTS = "S-1-5-32-544", "S-1-5-32-555", "S-1-5-32-546"
DEBUG = {"state": "allowed", "localUsersOrGroups": [{"name": "Administrators"}]}
MESSAGE = ("Keep out,please", "Thank you")
SECURITY = [
    right(
        "AccessFromNetwork",
        "SeNetworkLogonRight",
        (f"*{USERS}", f"*{ADMINS}"),
        f"{ADMINS} {USERS}",
        "Administrators",
        "Remote Desktop Users",
    ),
    right(
        "DenyRemoteDesktopServicesLogOn",
        "SeDenyRemoteInteractiveLogonRight",
        (r"NT AUTHORITY\Local account", f"*{GUESTS}"),
        f"S-1-5-113 {GUESTS}",
        "Guests",
        "Local account",
    ),
    secure(
        f"{CONFIG}/UserRights/DebugPrograms",
        "Privilege Rights",
        f"SeDebugPrivilege = *{ADMINS}",
        (ADMINS,),
        by_node(f"{CONFIG}/UserRights/DebugPrograms", (r"BUILTIN\Administrators",), f"*{ADMINS}")
        | {"template": by_template(ENDPOINT, userRightsDebugPrograms=DEBUG)},
    ),
    secure(
        f"{CONFIG}/UserRights/CreateToken",
        "Privilege Rights",
        "SeCreateTokenPrivilege =",
        (),
        by_node(f"{CONFIG}/UserRights/CreateToken", (), "<![CDATA[]]>"),
    ),
    secure(
        f"{OPTIONS}/InteractiveLogon_MachineInactivityLimit",
        "Registry Values",
        rf"{SYSTEM}\InactivityTimeoutSecs=4,900",
        900,
        {
            "catalog": by_catalog(f"{csp(OPTIONS).key}_interactivelogon_machineinactivitylimit_v2", 900),
            "custom": by_uri(f"{OPTIONS}/InteractiveLogon_MachineInactivityLimit", 900),
            "template": by_template(ENDPOINT, localSecurityOptionsMachineInactivityLimit=15),
        },
    ),
    option(
        "NetworkSecurity_LANManagerAuthenticationLevel",
        5,
        rf"{LSA}\LmCompatibilityLevel=4,5",
        5,
        template=by_template(ENDPOINT, lanManagerAuthenticationLevel="lmNtlmV2AndNotLmOrNtm"),
    ),
    option(
        "UserAccountControl_BehaviorOfTheElevationPromptForAdministrators",
        2,
        rf"{SYSTEM}\ConsentPromptBehaviorAdmin=4,2",
        2,
        template=by_template(
            ENDPOINT, localSecurityOptionsAdministratorElevationPromptBehavior="promptForConsentOnTheSecureDesktop"
        ),
    ),
    option("NetworkAccess_DoNotAllowAnonymousEnumerationOfSAMAccounts", 1, rf"{LSA}\RestrictAnonymousSAM=4,1", 1),
    secure(
        f"{OPTIONS}/InteractiveLogon_SmartCardRemovalBehavior",
        "Registry Values",
        rf'{WINLOGON}\ScRemoveOption=1,"1"',
        "1",
        by_node(f"{OPTIONS}/InteractiveLogon_SmartCardRemovalBehavior", 1, "1")
        | {"template": by_template(ENDPOINT, localSecurityOptionsSmartCardRemovalBehavior="lockWorkstation")},
    ),
    secure(
        f"{OPTIONS}/InteractiveLogon_MessageTitleForUsersAttemptingToLogOn",
        "Registry Values",
        rf'{SYSTEM}\LegalNoticeCaption=1,"Contoso"',
        "Contoso",
        by_node(f"{OPTIONS}/InteractiveLogon_MessageTitleForUsersAttemptingToLogOn", "Contoso")
        | {"template": by_template(ENDPOINT, localSecurityOptionsLogOnMessageTitle="Contoso")},
    ),
    secure(
        f"{OPTIONS}/InteractiveLogon_MessageTextForUsersAttemptingToLogOn",
        "Registry Values",
        rf'{SYSTEM}\LegalNoticeText=7,Keep out","please,Thank you',
        MESSAGE,
        by_node(f"{OPTIONS}/InteractiveLogon_MessageTextForUsersAttemptingToLogOn", MESSAGE, "\uf000".join(MESSAGE)),
    ),
    secure(
        f"{OPTIONS}/NetworkAccess_NamedPipesThatCanBeAccessedAnonymously",
        "Registry Values",
        rf"{SERVER}\NullSessionPipes=7,COMNAP,SQL\QUERY",
        ("COMNAP", r"SQL\QUERY"),
        by_node(
            f"{OPTIONS}/NetworkAccess_NamedPipesThatCanBeAccessedAnonymously",
            ("COMNAP", r"SQL\QUERY"),
            r"COMNAP,SQL\QUERY",
        ),
    ),
    secure(
        f"{OPTIONS}/Accounts_RenameGuestAccount",
        "System Access",
        'NewGuestName = "Visitor"',
        "Visitor",
        by_node(f"{OPTIONS}/Accounts_RenameGuestAccount", "Visitor")
        | {"template": by_template(ENDPOINT, localSecurityOptionsGuestAccountName="Visitor")},
    ),
    secure(
        f"{OPTIONS}/Accounts_EnableGuestAccountStatus",
        "System Access",
        "EnableGuestAccount = 0",
        0,
        by_node(f"{OPTIONS}/Accounts_EnableGuestAccountStatus", 0)
        | {"template": by_template(ENDPOINT, localSecurityOptionsDisableGuestAccount=True)},
    ),
    secure(
        f"{CONFIG}/DeviceLock/MinimumPasswordLength",
        "System Access",
        "MinimumPasswordLength = 14",
        14,
        by_node(f"{CONFIG}/DeviceLock/MinimumPasswordLength", 14),
    ),
    secure(
        f"{CONFIG}/DeviceLock/MaximumPasswordAge",
        "System Access",
        "MaximumPasswordAge = -1",
        -1,
        by_node(f"{CONFIG}/DeviceLock/MaximumPasswordAge", 0),
    ),
    Same(
        "AccountLockoutPolicy",
        {"[System Access]": ("LockoutBadCount = 5", "ResetLockoutCount = 15", "LockoutDuration = -1")},
        by_node(
            f"{CONFIG}/DeviceLock/AccountLockoutPolicy",
            "AccountLockoutDuration:0, AccountLockoutThreshold:5, ResetAccountLockoutCounterAfter:15",
        ),
        {
            "secedit:System Access/LockoutBadCount": 5,
            "secedit:System Access/ResetLockoutCount": 15,
            "secedit:System Access/LockoutDuration": -1,
        },
    ),
    Same(
        "AuditCredentialValidation",
        {"audit": f",System,Audit Credential Validation,{LOGON},Success and Failure,,3"},
        by_node(f"{CONFIG}/Audit/AccountLogon_AuditCredentialValidation", 3),
        {f"audit:{LOGON}": 3},
    ),
    Same(
        "XboxLiveGameSave",
        {"[Service General Setting]": '"XblGameSave",4,""'},
        by_node(f"{CONFIG}/SystemServices/ConfigureXboxLiveGameSaveServiceStartupMode", 4)
        | {"template": by_template(ENDPOINT, xboxServicesLiveGameSaveServiceStartupMode="disabled")},
        {"secedit:Service General Setting/XblGameSave": ("4", "")},
    ),
    Same(
        "RestrictedGroups",
        {"[Group Membership]": f"*{ADMINS}__Members = *{GUESTS}"},
        {
            "custom": by_uri(
                f"{CONFIG}/RestrictedGroups/ConfigureGroupMembership",
                '<groupmembership><accessgroup desc="Administrators"><member name="Guests"/></accessgroup>'
                "</groupmembership>",
            )
        },
        {f"secedit:Group Membership/{ADMINS}__Members": (GUESTS,)},
    ),
]

CASES = [*HELLO, *PRODUCTS, *MAPPED, *BACKED, *SECURITY]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_setting_is_one_whoever_writes_it(case: Same, tmp_path: Path) -> None:
    write(case, tmp_path)
    estate = policylint.read(["."], base=tmp_path)
    assert {policy.name: stated(policy) for policy in estate.policies} == dict.fromkeys(
        ("GPO", *case.exports), case.expected
    )
    assert [problem.message for problem in estate.problems] == []


def test_the_node_of_biometrics_that_the_csp_keeps_from_its_first_release_is_the_same_setting(tmp_path: Path) -> None:
    uri = f"{PASSPORT}/UseBiometrics"
    setting = {BIOMETRICS.id(Scope.DEVICE).text: 1}
    write(Same("UseBiometrics", setting, {"custom": by_uri(uri, True)}), tmp_path)
    estate = policylint.read(["."], base=tmp_path)
    assert {policy.name: list(stated(policy).values()) for policy in estate.policies} == {"GPO": [1], "custom": [1]}
    assert {key for policy in estate.policies for key in stated(policy)} == {BIOMETRICS.id(Scope.DEVICE).key}
    assert ids_at(uri) == ids_at(f"{PASSPORT}/Biometrics/UseBiometrics")
    assert [f.message for f in policylint.lint(estate, policylint.load_rules()) if f.rule == "WH013"] == []


def test_the_settings_of_windows_hello_are_complete() -> None:
    covered = {case.name for case in HELLO}
    assert {f"{setting.name}-device" for setting in SETTINGS} - covered == {
        "DisableSmartCardNode-device",
        "AllowAllUserAccessToSmartCardNode-device",
        "DisablePostLogonCredentialCaching-device",
    }, "only Group Policy has these"
    assert {name for name in NOT_IN_THE_CATALOG if lookup(csp(f"{PASSPORT}/{{TenantId}}/Policies/{name}").key)} == set()


def test_the_cases_are_of_all_families() -> None:
    assert len({case.name for case in CASES}) == len(CASES) >= 80


@pytest.mark.parametrize(
    ("node", "text"),
    [
        ("Bluetooth/ServicesAllowedList", "{A};{B}"),
        ("Kerberos/UPNNameHints", "{A}\uf000{B}"),
        ("Kerberos/UPNNameHints", "{A}&#xF000;{B}"),
        ("NetworkIsolation/EnterpriseNetworkDomainNames", "{A}, {B},"),
    ],
)
def test_a_list_without_a_group_policy_is_the_same_entries_in_both_shapes(node: str, text: str, tmp_path: Path) -> None:
    write(Same(node, {}, by_node(f"{CONFIG}/{node}", ("{A}", "{B}"), text)), tmp_path)
    policies = {policy.name: stated(policy) for policy in policylint.read(["."], base=tmp_path).policies}
    expected: dict[str, Value] = {csp(f"{CONFIG}/{node}").key: ("{A}", "{B}")}
    assert policies == {"GPO": {}, "catalog": expected, "custom": expected}
