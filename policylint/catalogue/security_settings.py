"""The security settings of the Policy CSP and what they are in a security template or an audit table.

DDF v2 names the security option behind a node (`GpMapping`, "Windows Settings~Security Settings~…") in the editor's
words; which entry of the template that is, [MS-GPSB] 2.2 and the editor's own list (`sceregvl.inf`) say. Nodes that are
newer than their mapping are in the table by the same words. One node names a wrong option there: `DenyLocalLogOn` is
SeDenyInteractiveLogonRight and no matter of services.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from policylint.catalogue.audit_subcategories import SUBCATEGORIES
from policylint.model import SettingId, csp, setting_id

Form = Literal["principals", "number", "age", "digit", "string", "strings", "commas", "bytes", "attempts", "start"]
"""How the node's value becomes the template's: numbers as they are, numbers whose 0 is -1 there ("age"), numbers that
the template keeps as text ("digit"), text, lists between U+F000 or commas, base64, audited attempts, a start type."""

TYPES: Mapping[Form, str] = {
    "principals": "Principals",
    "number": "REG_DWORD",
    "age": "Integer",
    "digit": "REG_SZ",
    "string": "REG_SZ",
    "strings": "REG_MULTI_SZ",
    "commas": "REG_MULTI_SZ",
    "bytes": "REG_BINARY",
    "attempts": "Integer",
    "start": "Start type, SDDL",
}
"""The type that the readers of templates and audit tables give such a value."""

POLICY = "./Device/Vendor/MSFT/Policy/Config"


@dataclass(frozen=True, slots=True)
class Entry:
    """What a node is in a template: its setting, and how its value is written there."""

    setting: SettingId
    form: Form

    @property
    def type(self) -> str:
        """The value's type as the template's reader names it."""
        if self.setting.key.startswith("secedit:system access/"):
            return "String" if self.form == "string" else "Integer"
        return TYPES[self.form]


def lookup(key: str) -> Entry | None:
    """The template entry of the node with this setting key; None for nodes that are no security setting."""
    return entries().get(key)


@cache
def entries() -> Mapping[str, Entry]:
    """All of them, by the key of the node."""
    return {csp(f"{POLICY}/{node}").key: Entry(setting_id(setting), form) for node, setting, form in _rows()}


@cache
def settings_of_nodes() -> Mapping[SettingId, str]:
    """The same from the other side: the node of each setting."""
    return {setting_id(setting): f"{POLICY}/{node}" for node, setting, _ in _rows()}


def _rows() -> Iterator[tuple[str, str, Form]]:
    for node, right in _pairs(_RIGHTS):
        yield f"UserRights/{node}", f"secedit:Privilege Rights/Se{right}", "principals"
    for node, service in _pairs(_SERVICES):
        yield f"SystemServices/Configure{node}StartupMode", f"secedit:Service General Setting/{service}", "start"
    for node, guid in _pairs(SUBCATEGORIES):
        yield f"Audit/{node}", f"audit:{{0cce{guid}-69ae-11d9-bed3-505054503030}}", "attempts"
    for form, entries_ in _ACCESS.items():
        for node, name in _pairs(entries_):
            yield node, f"secedit:System Access/{name}", form
    for (form, key), values in _VALUES.items():
        for node, name in _pairs(values):
            yield node, f"secedit:Registry Values/MACHINE\\{key}\\{name}", form


def _pairs(table: str) -> Iterator[tuple[str, str]]:
    for line in table.split("\n"):
        node, _, name = line.strip().partition(" ")
        if node:
            yield (f"LocalPoliciesSecurityOptions/{node}" if node.partition("_")[0] in _OPTIONS else node), name


_OPTIONS = frozenset(
    (
        "Accounts",
        "Audit",
        "Devices",
        "DomainMember",
        "InteractiveLogon",
        "MicrosoftNetworkClient",
        "MicrosoftNetworkServer",
        "NetworkAccess",
        "NetworkSecurity",
        "RecoveryConsole",
        "Shutdown",
        "SystemCryptography",
        "SystemObjects",
        "UserAccountControl",
    )
)
"""What the names of security options begin with."""

_RIGHTS = """
    AccessCredentialManagerAsTrustedCaller TrustedCredManAccessPrivilege
    AccessFromNetwork NetworkLogonRight
    ActAsPartOfTheOperatingSystem TcbPrivilege
    AdjustMemoryQuotasForProcess IncreaseQuotaPrivilege
    AllowLocalLogOn InteractiveLogonRight
    AllowLogOnThroughRemoteDesktop RemoteInteractiveLogonRight
    BackupFilesAndDirectories BackupPrivilege
    BypassTraverseChecking ChangeNotifyPrivilege
    ChangeSystemTime SystemtimePrivilege
    ChangeTimeZone TimeZonePrivilege
    CreateGlobalObjects CreateGlobalPrivilege
    CreatePageFile CreatePagefilePrivilege
    CreatePermanentSharedObjects CreatePermanentPrivilege
    CreateSymbolicLinks CreateSymbolicLinkPrivilege
    CreateToken CreateTokenPrivilege
    DebugPrograms DebugPrivilege
    DenyAccessFromNetwork DenyNetworkLogonRight
    DenyLocalLogOn DenyInteractiveLogonRight
    DenyLogOnAsBatchJob DenyBatchLogonRight
    DenyLogOnAsService DenyServiceLogonRight
    DenyRemoteDesktopServicesLogOn DenyRemoteInteractiveLogonRight
    EnableDelegation EnableDelegationPrivilege
    GenerateSecurityAudits AuditPrivilege
    ImpersonateClient ImpersonatePrivilege
    IncreaseProcessWorkingSet IncreaseWorkingSetPrivilege
    IncreaseSchedulingPriority IncreaseBasePriorityPrivilege
    LoadUnloadDeviceDrivers LoadDriverPrivilege
    LockMemory LockMemoryPrivilege
    LogOnAsBatchJob BatchLogonRight
    LogOnAsService ServiceLogonRight
    ManageAuditingAndSecurityLog SecurityPrivilege
    ManageVolume ManageVolumePrivilege
    ModifyFirmwareEnvironment SystemEnvironmentPrivilege
    ModifyObjectLabel RelabelPrivilege
    ProfileSingleProcess ProfileSingleProcessPrivilege
    ProfileSystemPerformance SystemProfilePrivilege
    RemoteShutdown RemoteShutdownPrivilege
    ReplaceProcessLevelToken AssignPrimaryTokenPrivilege
    RestoreFilesAndDirectories RestorePrivilege
    ShutDownTheSystem ShutdownPrivilege
    TakeOwnership TakeOwnershipPrivilege
"""

_SERVICES = """
    ComputerBrowserService Browser
    HomeGroupListenerService HomeGroupListener
    HomeGroupProviderService HomeGroupProvider
    IISAdminService IISADMIN
    InfraredMonitorService irmon
    InternetConnectionSharingService SharedAccess
    LxssManagerService LxssManager
    MicrosoftFTPService FTPSVC
    RemoteProcedureCallLocatorService RpcLocator
    RoutingAndRemoteAccessService RemoteAccess
    SSDPDiscoveryService SSDPSRV
    SimpleTCPIPServices simptcp
    SpecialAdministrationConsoleHelperService sacsvr
    UPnPDeviceHostService upnphost
    WebManagementService WMSvc
    WindowsMediaPlayerNetworkSharingService WMPNetworkSvc
    WindowsMobileHotspotService icssvc
    WorldWideWebPublishingService W3SVC
    XboxAccessoryManagementService XboxGipSvc
    XboxLiveAuthManagerService XblAuthManager
    XboxLiveGameSaveService XblGameSave
    XboxLiveNetworkingService XboxNetApiSvc
"""

_ACCESS: Mapping[Form, str] = {
    "number": """
        Accounts_EnableAdministratorAccountStatus EnableAdminAccount
        Accounts_EnableGuestAccountStatus EnableGuestAccount
        NetworkAccess_AllowAnonymousSIDOrNameTranslation LSAAnonymousNameLookup
        NetworkSecurity_ForceLogoffWhenLogonHoursExpire ForceLogoffWhenHourExpire
        DeviceLock/AllowAdministratorLockout AllowAdministratorLockout
        DeviceLock/ClearTextPassword ClearTextPassword
        DeviceLock/MinimumPasswordAge MinimumPasswordAge
        DeviceLock/MinimumPasswordLength MinimumPasswordLength
        DeviceLock/PasswordComplexity PasswordComplexity
        DeviceLock/PasswordHistorySize PasswordHistorySize
    """,
    "age": "DeviceLock/MaximumPasswordAge MaximumPasswordAge",
    "string": """
        Accounts_RenameAdministratorAccount NewAdministratorName
        Accounts_RenameGuestAccount NewGuestName
    """,
}

_LSA = r"System\CurrentControlSet\Control\Lsa"
_SERVER = r"System\CurrentControlSet\Services\LanManServer\Parameters"
_SYSTEM = r"Software\Microsoft\Windows\CurrentVersion\Policies\System"
_WINLOGON = r"Software\Microsoft\Windows NT\CurrentVersion\Winlogon"
_MANAGER = r"System\CurrentControlSet\Control\Session Manager"
_WINREG = r"System\CurrentControlSet\Control\SecurePipeServers\Winreg"

_VALUES: Mapping[tuple[Form, str], str] = {
    ("number", _LSA): r"""
        Accounts_LimitLocalAccountUseOfBlankPasswordsToConsoleLogonOnly LimitBlankPasswordUse
        Audit_ForceAuditPolicySubcategorySettingsToOverrideAuditPolicyCategorySettings SCENoApplyLegacyAuditPolicy
        Audit_ShutdownSystemImmediatelyIfUnableToLogSecurityAudits CrashOnAuditFail
        NetworkAccess_DoNotAllowAnonymousEnumerationOfSAMAccounts RestrictAnonymousSAM
        NetworkAccess_DoNotAllowAnonymousEnumerationOfSamAccountsAndShares RestrictAnonymous
        NetworkAccess_DoNotAllowStorageOfPasswordsAndCredentialsForNetworkAuthentication DisableDomainCreds
        NetworkAccess_LetEveryonePermissionsApplyToAnonymousUsers EveryoneIncludesAnonymous
        NetworkAccess_SharingAndSecurityModelForLocalAccounts ForceGuest
        NetworkSecurity_AllowLocalSystemNULLSessionFallback MSV1_0\allownullsessionfallback
        NetworkSecurity_AllowLocalSystemToUseComputerIdentityForNTLM UseMachineId
        NetworkSecurity_AllowPKU2UAuthenticationRequests pku2u\AllowOnlineID
        NetworkSecurity_DoNotStoreLANManagerHashValueOnNextPasswordChange NoLMHash
        NetworkSecurity_LANManagerAuthenticationLevel LmCompatibilityLevel
        NetworkSecurity_MinimumSessionSecurityForNTLMSSPBasedClients MSV1_0\NTLMMinClientSec
        NetworkSecurity_MinimumSessionSecurityForNTLMSSPBasedServers MSV1_0\NTLMMinServerSec
        NetworkSecurity_RestrictNTLM_AuditIncomingNTLMTraffic MSV1_0\AuditReceivingNTLMTraffic
        NetworkSecurity_RestrictNTLM_IncomingNTLMTraffic MSV1_0\RestrictReceivingNTLMTraffic
        NetworkSecurity_RestrictNTLM_OutgoingNTLMTrafficToRemoteServers MSV1_0\RestrictSendingNTLMTraffic
        Cryptography/AllowFipsAlgorithmPolicy FIPSAlgorithmPolicy\Enabled
    """,
    ("bytes", _LSA): "Audit_AuditTheUseOfBackupAndRestoreprivilege FullPrivilegeAuditing",
    ("string", _LSA): "NetworkAccess_RestrictClientsAllowedToMakeRemoteCallsToSAM RestrictRemoteSAM",
    ("strings", _LSA): (
        r"NetworkSecurity_RestrictNTLM_AddRemoteServerExceptionsForNTLMAuthentication MSV1_0\ClientAllowedNTLMServers"
    ),
    ("number", _SYSTEM): """
        Accounts_BlockMicrosoftAccounts NoConnectedUser
        Devices_AllowUndockWithoutHavingToLogon UndockWithoutLogon
        InteractiveLogon_DisplayUserInformationWhenTheSessionIsLocked DontDisplayLockedUserId
        InteractiveLogon_DoNotDisplayLastSignedIn DontDisplayLastUserName
        InteractiveLogon_DoNotDisplayUsernameAtSignIn DontDisplayUserName
        InteractiveLogon_DoNotRequireCTRLALTDEL DisableCAD
        InteractiveLogon_MachineAccountLockoutThreshold MaxDevicePasswordFailedAttempts
        InteractiveLogon_MachineInactivityLimit InactivityTimeoutSecs
        Shutdown_AllowSystemToBeShutDownWithoutHavingToLogOn ShutdownWithoutLogon
        UserAccountControl_AllowUIAccessApplicationsToPromptForElevation EnableUIADesktopToggle
        UserAccountControl_BehaviorOfTheElevationPromptForAdministratorProtection ConsentPromptBehaviorEnhancedAdmin
        UserAccountControl_BehaviorOfTheElevationPromptForAdministrators ConsentPromptBehaviorAdmin
        UserAccountControl_BehaviorOfTheElevationPromptForStandardUsers ConsentPromptBehaviorUser
        UserAccountControl_DetectApplicationInstallationsAndPromptForElevation EnableInstallerDetection
        UserAccountControl_OnlyElevateExecutableFilesThatAreSignedAndValidated ValidateAdminCodeSignatures
        UserAccountControl_OnlyElevateUIAccessApplicationsThatAreInstalledInSecureLocations EnableSecureUIAPaths
        UserAccountControl_RunAllAdministratorsInAdminApprovalMode EnableLUA
        UserAccountControl_SwitchToTheSecureDesktopWhenPromptingForElevation PromptOnSecureDesktop
        UserAccountControl_TypeOfAdminApprovalMode TypeOfAdminApprovalMode
        UserAccountControl_UseAdminApprovalMode FilterAdministratorToken
        UserAccountControl_VirtualizeFileAndRegistryWriteFailuresToPerUserLocations EnableVirtualization
    """,
    ("string", _SYSTEM): "InteractiveLogon_MessageTitleForUsersAttemptingToLogOn LegalNoticeCaption",
    ("strings", _SYSTEM): "InteractiveLogon_MessageTextForUsersAttemptingToLogOn LegalNoticeText",
    ("digit", _WINLOGON): """
        Devices_AllowedToFormatAndEjectRemovableMedia AllocateDASD
        Devices_RestrictCDROMAccessToLocallyLoggedOnUserOnly AllocateCDRoms
        Devices_RestrictFloppyAccessToLocallyLoggedOnUserOnly AllocateFloppies
        InteractiveLogon_NumberOfPreviousLogonsToCache CachedLogonsCount
        InteractiveLogon_SmartCardRemovalBehavior ScRemoveOption
    """,
    ("number", _WINLOGON): "InteractiveLogon_PromptUserToChangePasswordBeforeExpiration PasswordExpiryWarning",
    ("number", r"System\CurrentControlSet\Control\Print\Providers\LanMan Print Services\Servers"): (
        "Devices_PreventUsersFromInstallingPrinterDriversWhenConnectingToSharedPrinters AddPrinterDrivers"
    ),
    ("number", r"System\CurrentControlSet\Services\Netlogon\Parameters"): """
        DomainMember_DigitallyEncryptOrSignSecureChannelDataAlways RequireSignOrSeal
        DomainMember_DigitallyEncryptSecureChannelDataWhenPossible SealSecureChannel
        DomainMember_DigitallySignSecureChannelDataWhenPossible SignSecureChannel
        DomainMember_DisableMachineAccountPasswordChanges DisablePasswordChange
        DomainMember_MaximumMachineAccountPasswordAge MaximumPasswordAge
        DomainMember_RequireStrongSessionKey RequireStrongKey
    """,
    ("number", r"System\CurrentControlSet\Services\LanmanWorkstation\Parameters"): """
        MicrosoftNetworkClient_DigitallySignCommunicationsAlways RequireSecuritySignature
        MicrosoftNetworkClient_DigitallySignCommunicationsIfServerAgrees EnableSecuritySignature
        MicrosoftNetworkClient_SendUnencryptedPasswordToThirdPartySMBServers EnablePlainTextPassword
    """,
    ("number", _SERVER): """
        MicrosoftNetworkServer_AmountOfIdleTimeRequiredBeforeSuspendingSession AutoDisconnect
        MicrosoftNetworkServer_DigitallySignCommunicationsAlways RequireSecuritySignature
        MicrosoftNetworkServer_DigitallySignCommunicationsIfClientAgrees EnableSecuritySignature
        MicrosoftNetworkServer_DisconnectClientsWhenLogonHoursExpire EnableForcedLogOff
        MicrosoftNetworkServer_ServerSPNTargetNameValidationLevel SmbServerNameHardeningLevel
        NetworkAccess_RestrictAnonymousAccessToNamedPipesAndShares RestrictNullSessAccess
    """,
    ("commas", _SERVER): """
        NetworkAccess_NamedPipesThatCanBeAccessedAnonymously NullSessionPipes
        NetworkAccess_SharesThatCanBeAccessedAnonymously NullSessionShares
    """,
    ("commas", _WINREG): r"""
        NetworkAccess_RemotelyAccessibleRegistryPaths AllowedExactPaths\Machine
        NetworkAccess_RemotelyAccessibleRegistryPathsAndSubpaths AllowedPaths\Machine
    """,
    ("number", r"System\CurrentControlSet\Services\LDAP"): (
        "NetworkSecurity_LDAPClientSigningRequirements LDAPClientIntegrity"
    ),
    ("number", r"Software\Microsoft\Windows NT\CurrentVersion\Setup\RecoveryConsole"): """
        RecoveryConsole_AllowAutomaticAdministrativeLogon SecurityLevel
        RecoveryConsole_AllowFloppyCopyAndAccessToAllDrivesAndAllFolders SetCommand
    """,
    ("number", r"Software\Policies\Microsoft\Cryptography"): (
        "SystemCryptography_ForceStrongKeyProtection ForceKeyProtection"
    ),
    ("number", _MANAGER): r"""
        Shutdown_ClearVirtualMemoryPageFile Memory Management\ClearPageFileAtShutdown
        SystemObjects_RequireCaseInsensitivityForNonWindowsSubsystems Kernel\ObCaseInsensitive
        SystemObjects_StrengthenDefaultPermissionsOfInternalSystemObjects ProtectionMode
    """,
    ("number", r"System\CurrentControlSet\Control\SAM"): """
        DeviceLock/MinimumPasswordLengthAudit MinimumPasswordLengthAudit
        DeviceLock/RelaxMinimumPasswordLengthLimits RelaxMinimumPasswordLengthLimits
    """,
}
