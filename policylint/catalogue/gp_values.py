"""What values of CSP nodes mean in the registry, where their numbers alone do not tell: read by hand, a line a node.

Each line compares the value descriptions of the DDF with the display and explain texts of the ADMX policy. A node is
named by area and policy, for both scopes. A value that no line names has no certain meaning in the registry.
"""

from __future__ import annotations

from collections.abc import Mapping

Data = int | str | None
"""What stands in the registry; None: the value is absent, because Disabled or an empty box deletes it."""

_POLICY = "/Policy/Config/"
_MSFT = "/Vendor/MSFT/"


def short(uri: str) -> str:
    """A node without what all have in common: `Defender/AllowArchiveScanning`, `BitLocker/SystemDrivesEnhancedPIN`."""
    return uri.partition(_POLICY)[2] or uri.partition(_MSFT)[2] or uri


INVERTED: Mapping[str, str] = {
    "Connectivity/AllowCellularDataRoaming": "fBlockRoaming",  # 2, "on and the user cannot turn it off", has no twin
    "Defender/AllowArchiveScanning": "DisableArchiveScanning",
    "Defender/AllowBehaviorMonitoring": "DisableBehaviorMonitoring",
    "Defender/AllowEmailScanning": "DisableEmailScanning",
    "Defender/AllowFullScanOnMappedNetworkDrives": "DisableScanningMappedNetworkDrivesForFullScan",
    "Defender/AllowFullScanRemovableDriveScanning": "DisableRemovableDriveScanning",
    "Defender/AllowIOAVProtection": "DisableIOAVProtection",
    "Defender/AllowOnAccessProtection": "DisableOnAccessProtection",
    "Defender/AllowRealtimeMonitoring": "DisableRealtimeMonitoring",
    "Defender/AllowScanningNetworkFiles": "DisableScanningNetworkFiles",
    "Defender/AllowUserUIAccess": "UILockdown",
    "Experience/AllowSpotlightCollection": "DisableSpotlightCollectionOnDesktop",
    "Experience/AllowTailoredExperiencesWithDiagnosticData": "DisableTailoredExperiencesWithDiagnosticData",
    "Experience/AllowThirdPartySuggestionsInWindowsSpotlight": "DisableThirdPartySuggestions",
    "Experience/AllowWindowsConsumerFeatures": "DisableWindowsConsumerFeatures",
    "Experience/AllowWindowsSpotlight": "DisableWindowsSpotlightFeatures",
    "Experience/AllowWindowsSpotlightOnActionCenter": "DisableWindowsSpotlightOnActionCenter",
    "Experience/AllowWindowsSpotlightOnSettings": "DisableWindowsSpotlightOnSettings",
    "Experience/AllowWindowsSpotlightWindowsWelcomeExperience": "DisableWindowsSpotlightWindowsWelcomeExperience",
    "Experience/AllowWindowsTips": "DisableSoftLanding",
    "System/AllowLocation": "DisableLocation",  # 2, "force on", has no twin
}
"""Nodes whose 1 is the registry's 0 and the other way round, each with the value name that the join must give."""

VALUES: Mapping[str, Mapping[str, Data]] = {
    "ApplicationManagement/AllowAppStoreAutoUpdate": {"0": 2, "1": 4},  # 2 is "not configured"
    "Defender/AllowCloudProtection": {"0": 0},  # the policy has two degrees of on, the node one
    "BITS/CostedNetworkBehaviorBackgroundPriority": {"1": 255, "2": 127, "3": 111, "4": 103, "5": 33},
    "BITS/CostedNetworkBehaviorForegroundPriority": {
        "1": 2147483903,
        "2": 2147483775,
        "3": 2147483759,
        "4": 2147483751,
        "5": 2147483681,
    },
    "Browser/AllowAutofill": {"0": "no", "1": "yes"},
    "Browser/AllowPasswordManager": {"0": "no", "1": "yes"},
    "Experience/ConfigureWindowsSpotlightOnLockScreen": {"0": 2, "2": 1},  # 1, "enabled", leaves the user a choice
    "SmartScreen/EnableAppInstallControl": {"1": "StoreOnly", "2": "Recommendations", "3": "PreferStore"},
    "SmartScreen/PreventOverrideForFilesInShell": {"0": "Warn", "1": "Block"},
    "System/AllowTelemetry": {"0": 0, "1": 1, "2": 2, "3": 3},  # 2, "Enhanced", is of older templates and nodes
    "Update/ManagePreviewBuilds": {"0": 0, "1": 1, "2": 2},  # 3 leaves it to the user
}
"""Nodes whose values have other numbers or words in the registry, or only some of them have a meaning there."""

AGREES = frozenset(
    {
        "Accounts/RestrictToEnterpriseDeviceAuthenticationOnly",
        "Power/TurnOffHybridSleepOnBattery",  # 0 is "hybrid sleep off" in both
        "Power/TurnOffHybridSleepPluggedIn",
        "System/ConfigureTelemetryOptInChangeNotification",
        "System/ConfigureTelemetryOptInSettingsUx",
        "WindowsDefenderSecurityCenter/DisableAccountProtectionUI",
        "WindowsDefenderSecurityCenter/DisableAppBrowserUI",
        "WindowsDefenderSecurityCenter/DisableDeviceSecurityUI",
        "WindowsDefenderSecurityCenter/DisableFamilyUI",
        "WindowsDefenderSecurityCenter/DisableHealthUI",
        "WindowsDefenderSecurityCenter/DisableNetworkUI",
        "WindowsDefenderSecurityCenter/DisableVirusUI",
    }
)
"""Nodes whose name negates what the registry value's name affirms, or so it seems: their descriptions agree."""

ELEMENTS: Mapping[str, str] = {
    "Search/AllowCortanaInAAD": "AllowCortanaAAD_Dropdown",
    "WindowsDefenderApplicationGuard/Settings/AllowWindowsDefenderApplicationGuard": "AppHVSI_AllowAppHVSI_TextBox",
    "SmartScreen/EnableAppInstallControl": "ConfigureAppInstallControl_Dropdown",
    "Start/ConfigureStartPins": "ConfigureStartPins_Name",
}
"""The element that holds a node's value, where GpMapping names none and the policy has a value of its own besides."""

UNCERTAIN: Mapping[str, str] = {
    "ApplicationDefaults/DefaultAssociationsConfiguration": "the node holds the file itself, the policy its path",
    "Browser/AllowPopups": "Intune's label says popups, the node's description the blocker of popups",
    "Connectivity/DisallowNetworkConnectivityActiveTests": "the node's name and its value descriptions contradict",
    "Display/ConfigureMultipleDisplayMode": "the same numbers stand for other modes",
    "ExploitGuard/ExploitProtectionSettings": "the node holds the file itself, the policy its path",
    "NetworkIsolation/EnterpriseInternalProxyServers": "the list has other delimiters in the policy",
    "NetworkIsolation/EnterpriseProxyServers": "the list has other delimiters in the policy",
    "NewsAndInterests/DisableWidgetsBoard": "the policy's values and its explanation contradict",
    "NewsAndInterests/DisableWidgetsOnLockScreen": "the policy's values and its explanation contradict",
    "Privacy/DisableAdvertisingId": "the node's name and its description contradict",
    "Search/DoNotUseWebResults": "the node's name and its value descriptions contradict",
    "Start/StartLayout": "the node holds the layout itself, the policy its path",
    "Update/AllowAutoUpdate": "the node's modes and the policy's are not the same ones",
    "WirelessDisplay/AllowProjectionToPC": "the policy's name and its explanation contradict",
}
"""Nodes that have a twin but no certain translation of any value, with the reason."""
