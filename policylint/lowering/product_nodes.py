"""CSP nodes of single products and the registry value of the group policy that says the same, by hand.

The DDF gives these nodes no mapping. Each row was checked against the two descriptions: the node's values (DDF) and
what the group policy writes ([MS-GPFAS] 2.2.1 and 2.2.3 for the firewall; LAPS.admx, WindowsDefender.admx and
WindowsUpdate.admx of Windows 11 25H2). Windows keeps both apart (M-NOT-SAME-STORE): the registry value is the setting's
name, not the place where the device stores what Intune sends.

Left out because the two sides differ, or nothing tells that they agree: the node `PassiveRemediation` (a flag word, the
policy 0 or 1), `DataDuplicationMaximumQuota` (a number, the policy a text), `SaIdleTime` (the specification misspells
the value), Defender nodes that no ADMX file names, the BitLocker nodes that are not ADMX-backed (no policy says the
same), `AllowNonMicrosoftSignedUpdate` (like a policy of WSUS, with other values). The profile keys are those of Windows
Firewall with Advanced Security; the older `StandardProfile` counts only where neither of the two newer keys exists, so
it is another setting.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from policylint.model import csp

Kind = Literal["number", "text", "flags"]

LAPS_KEY = r"Software\Microsoft\Windows\CurrentVersion\Policies\LAPS"
DEFENDER_KEY = r"Software\Policies\Microsoft\Windows Defender"
FIREWALL_KEY = r"SOFTWARE\Policies\Microsoft\WindowsFirewall"
UPDATE_KEY = r"Software\Policies\Microsoft\Windows\WindowsUpdate"

LAPS_NODES = "./Device/Vendor/MSFT/LAPS/Policies"
DEFENDER_NODES = "./Device/Vendor/MSFT/Defender/Configuration"
FIREWALL_NODES = "./Vendor/MSFT/Firewall/MdmStore"
UPDATE_NODES = "./Device/Vendor/MSFT/Policy/Config/Update"

PROFILES = ("DomainProfile", "PrivateProfile", "PublicProfile")


@dataclass(frozen=True, slots=True)
class Twin:
    """The registry value that a group policy writes for what a CSP node says; both hold the same number or text."""

    key: str
    value: str
    kind: Kind = "number"
    """`flags`: the sum of the numbers that the node lists."""


_LAPS: Mapping[str, Kind] = {
    "BackupDirectory": "number",
    "PasswordAgeDays": "number",
    "PasswordComplexity": "number",
    "PasswordLength": "number",
    "PassphraseLength": "number",
    "AdministratorAccountName": "text",
    "PasswordExpirationProtectionEnabled": "number",
    "ADPasswordEncryptionEnabled": "number",
    "ADPasswordEncryptionPrincipal": "text",
    "ADEncryptedPasswordHistorySize": "number",
    "PostAuthenticationResetDelay": "number",
    "PostAuthenticationActions": "number",
    "AutomaticAccountManagementEnabled": "number",
    "AutomaticAccountManagementTarget": "number",
    "AutomaticAccountManagementNameOrPrefix": "text",
    "AutomaticAccountManagementEnableAccount": "number",
    "AutomaticAccountManagementRandomizeName": "number",
}
"""LAPS CSP: the registry value has the node's name."""

_LAPS_VARIANTS = {"PasswordAgeDays/aad": "PasswordAgeDays"}
"""Names that the settings catalog gives a node once more, for another backup directory."""

_FIREWALL_PROFILE: Mapping[str, Twin] = {
    "EnableFirewall": Twin("", "EnableFirewall"),
    "DisableStealthMode": Twin("", "DisableStealthMode"),
    "Shielded": Twin("", "DoNotAllowExceptions"),
    "DisableUnicastResponsesToMulticastBroadcast": Twin("", "DisableUnicastResponsesToMulticastBroadcast"),
    "EnableLogDroppedPackets": Twin("Logging", "LogDroppedPackets"),
    "EnableLogSuccessConnections": Twin("Logging", "LogSuccessfulConnections"),
    "EnableLogIgnoredRules": Twin("Logging", "LogIgnoredRules"),
    "LogMaxFileSize": Twin("Logging", "LogFileSize"),
    "LogFilePath": Twin("Logging", "LogFilePath", "text"),
    "DisableInboundNotifications": Twin("", "DisableNotifications"),
    "AuthAppsAllowUserPrefMerge": Twin("AuthorizedApplications", "AllowUserPrefMerge"),
    "GlobalPortsAllowUserPrefMerge": Twin("GloballyOpenPorts", "AllowUserPrefMerge"),
    "AllowLocalPolicyMerge": Twin("", "AllowLocalPolicyMerge"),
    "AllowLocalIpsecPolicyMerge": Twin("", "AllowLocalIPsecPolicyMerge"),
    "DefaultOutboundAction": Twin("", "DefaultOutboundAction"),
    "DefaultInboundAction": Twin("", "DefaultInboundAction"),
    "DisableStealthModeIpsecSecuredPacketExemption": Twin("", "DisableStealthModeIPsecSecuredPacketExemption"),
}
"""[MS-GPFAS] 2.2.3: below the key of each profile. Both sides mean the same option of [MS-FASP] 2.2.38."""

_FIREWALL_GLOBAL: Mapping[str, Twin] = {
    "DisableStatefulFtp": Twin("", "DisableStatefulFTP"),
    "PresharedKeyEncoding": Twin("", "PresharedKeyEncoding"),
    "IPsecExempt": Twin("", "IPsecExempt", "flags"),
    "CRLcheck": Twin("", "StrongCRLCheck"),
    "OpportunisticallyMatchAuthSetPerKM": Twin("", "IPsecOpportunisticallyMatchAuthSetPerKM"),
    "EnablePacketQueue": Twin("", "EnablePacketQueue", "flags"),
}
"""[MS-GPFAS] 2.2.1."""

_DEFENDER: Mapping[str, tuple[str, ...]] = {
    "": (
        "DisableLocalAdminMerge",
        "HideExclusionsFromLocalAdmins",
        "HideExclusionsFromLocalUsers",
        "RandomizeScheduleTaskTimes",
        "SchedulerRandomizationTime",
    ),
    "MpEngine": ("EnableFileHashComputation", "DisableGradualRelease"),
    "NIS": ("AllowSwitchToAsyncInspection", "DisableDatagramProcessing", "EnableConvertWarnToBlock"),
    "Signature Updates": ("MeteredConnectionUpdates",),
    "Real-Time Protection": ("OobeEnableRtpAndSigUpdate",),
    "Scan": (
        "ArchiveMaxDepth",
        "ArchiveMaxSize",
        "DaysUntilAggressiveCatchupQuickScan",
        "QuickScanIncludeExclusions",
        "ThrottleForScheduledScanOnly",
    ),
    r"Windows Defender Exploit Guard\Network Protection": ("AllowNetworkProtectionOnWinServer",),
    "Device Control": ("DataDuplicationLocalRetentionPeriod", "DefaultEnforcement"),
    "Features": ("DeviceControlEnabled",),
    r"Remediation\Behavioral Network Blocks\Remote Encryption Protection": (
        "BehavioralNetworkBlocks/RemoteEncryptionProtection/RemoteEncryptionProtectionConfiguredState",
        "BehavioralNetworkBlocks/RemoteEncryptionProtection/RemoteEncryptionProtectionMaxBlockTime",
        "BehavioralNetworkBlocks/RemoteEncryptionProtection/RemoteEncryptionProtectionAggressiveness",
    ),
    r"Remediation\Behavioral Network Blocks\Brute Force Protection": (
        "BehavioralNetworkBlocks/BruteForceProtection/BruteForceProtectionConfiguredState",
        "BehavioralNetworkBlocks/BruteForceProtection/BruteForceProtectionMaxBlockTime",
        "BehavioralNetworkBlocks/BruteForceProtection/BruteForceProtectionAggressiveness",
    ),
}
"""Numbers of the Defender CSP below the key that WindowsDefender.admx writes them to, under the node's last name."""

_DEFENDER_RENAMED: Mapping[str, Twin] = {
    "EngineUpdatesChannel": Twin("", "EngineRing"),
    "PlatformUpdatesChannel": Twin("", "PlatformRing"),
    "SecurityIntelligenceUpdatesChannel": Twin("", "SignaturesRing"),
    "PerformanceModeStatus": Twin("Real-Time Protection", "DisableAsyncScanOnOpen"),
    "ScanOnlyIfIdleEnabled": Twin("Scan", "ScanOnlyIfIdle"),
    "ScheduleSecurityIntelligenceUpdateDay": Twin("Signature Updates", "ScheduleDay"),
    "ScheduleSecurityIntelligenceUpdateTime": Twin("Signature Updates", "ScheduleTime"),
    "SecurityIntelligenceLocationUpdateAtScheduledTimeOnly": Twin(
        "Signature Updates", "SharedSignatureRootUpdateAtScheduledTimeOnly"
    ),
}
"""Numbers of the Defender CSP that the group policy keeps under another name: both list the same ones."""

_DEFENDER_TEXTS: Mapping[str, tuple[str, ...]] = {
    "": ("SupportLogLocation",),
    "Device Control": ("DataDuplicationRemoteLocation", "SecuredDevicesConfiguration"),
}

_UPDATE = ("DisableWUfBSafeguards", "SetDisablePauseUXAccess", "SetDisableUXWUAccess")
"""Policy/Update nodes without a mapping in the DDF, or with one that names no policy: the value has the node's name."""


def _below(key: str, sub: str) -> str:
    return f"{key}\\{sub}" if sub else key


def _rows() -> Iterator[tuple[str, Twin]]:
    for name, kind in _LAPS.items():
        yield f"{LAPS_NODES}/{name}", Twin(LAPS_KEY, name, kind)
    for variant, name in _LAPS_VARIANTS.items():
        yield f"{LAPS_NODES}/{variant}", Twin(LAPS_KEY, name, _LAPS[name])
    for name, twin in _FIREWALL_GLOBAL.items():
        yield f"{FIREWALL_NODES}/Global/{name}", Twin(FIREWALL_KEY, twin.value, twin.kind)
    for profile in PROFILES:
        for name, twin in _FIREWALL_PROFILE.items():
            key = _below(f"{FIREWALL_KEY}\\{profile}", twin.key)
            yield f"{FIREWALL_NODES}/{profile}/{name}", Twin(key, twin.value, twin.kind)
    kinds: tuple[tuple[Mapping[str, tuple[str, ...]], Kind], ...] = ((_DEFENDER, "number"), (_DEFENDER_TEXTS, "text"))
    for table, kind in kinds:
        for sub, nodes in table.items():
            for node in nodes:
                yield f"{DEFENDER_NODES}/{node}", Twin(_below(DEFENDER_KEY, sub), node.rpartition("/")[2], kind)
    for node, twin in _DEFENDER_RENAMED.items():
        yield f"{DEFENDER_NODES}/{node}", Twin(_below(DEFENDER_KEY, twin.key), twin.value)
    for name in _UPDATE:
        yield f"{UPDATE_NODES}/{name}", Twin(UPDATE_KEY, name)


NODES: Mapping[str, Twin] = dict(_rows())
"""Every node of the table as its documentation spells it, with its twin."""

TWINS: Mapping[str, Twin] = {csp(node).key: twin for node, twin in NODES.items()}
"""The same by the node's key."""
