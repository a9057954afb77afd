"""What the pages of Microsoft's CSP reference and Graph reference say and the two tables of templates leave out.

Words of Graph and the values that they become: attack surface reduction rules by their names in the settings catalog,
members of a firewall profile, choices of the Policy CSP by area and name, properties that are newer than the tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Words = Mapping[str, Any]

POLICY = "./Device/Vendor/MSFT/Policy/Config"
FIREWALL = "./Device/Vendor/MSFT/Firewall/MdmStore"
ENDPOINT = "windows10EndpointProtectionConfiguration"
GENERAL = "windows10GeneralConfiguration"

AUDITED: Words = {"block": 1, "enable": 1, "auditMode": 2, "disable": 0}
"""`userDefined` is "disable" in the portal and "no intent" in Graph's reference: what it writes is not certain."""
NTLM: Words = {
    "none": 0,
    "requireNtmlV2SessionSecurity": 524288,
    "require128BitEncryption": 536870912,
    "ntlmV2And128BitEncryption": 537395200,
}
AUDIT: Words = {"none": 0, "success": 1, "failure": 2, "successAndFailure": 3}
SWITCH: Words = {"allowed": True, "blocked": False}

ASR: Mapping[str, str] = {
    "defenderOfficeAppsOtherProcessInjection": "blockofficeapplicationsfrominjectingcodeintootherprocesses",
    "defenderOfficeAppsExecutableContentCreationOrLaunch": "blockofficeapplicationsfromcreatingexecutablecontent",
    "defenderOfficeAppsLaunchChildProcess": "blockallofficeapplicationsfromcreatingchildprocesses",
    "defenderOfficeMacroCodeAllowWin32Imports": "blockwin32apicallsfromofficemacros",
    "defenderScriptObfuscatedMacroCode": "blockexecutionofpotentiallyobfuscatedscripts",
    "defenderScriptDownloadedPayloadExecution": "blockjavascriptorvbscriptfromlaunchingdownloadedexecutablecontent",
    "defenderEmailContentExecution": "blockexecutablecontentfromemailclientandwebmail",
    "defenderPreventCredentialStealing": "blockcredentialstealingfromwindowslocalsecurityauthoritysubsystem",
    "defenderUntrustedUSBProcess": "blockuntrustedunsignedprocessesthatrunfromusb",
    "defenderUntrustedExecutable": "blockexecutablefilesrunningunlesstheymeetprevalenceagetrustedlistcriterion",
    "defenderProcessCreation": "blockprocesscreationsfrompsexecandwmicommands",
    "defenderAdvancedRansomewareProtection": "useadvancedprotectionagainstransomware",
    "defenderOfficeCommunicationAppsLaunchChildProcess": "blockofficecommunicationappfromcreatingchildprocesses",
    "defenderAdobeReaderLaunchChildProcess": "blockadobereaderfromcreatingchildprocesses",
    "defenderBlockPersistenceThroughWmi": "blockpersistencethroughwmieventsubscription",
}
"""Attack surface reduction rules, by the stem of the property and the rule's name in the settings catalog."""

FIREWALL_MEMBERS: Mapping[str, tuple[str, Words]] = {
    "firewallEnabled": ("EnableFirewall", SWITCH),
    "stealthModeBlocked": ("DisableStealthMode", {"true": True}),
    "stealthModeRequired": ("DisableStealthMode", {"true": False}),
    "incomingTrafficBlocked": ("Shielded", {"true": True}),
    "incomingTrafficRequired": ("Shielded", {"true": False}),
    "unicastResponsesToMulticastBroadcastsBlocked": (
        "DisableUnicastResponsesToMulticastBroadcast",
        {"true": True, "blocked": True, "allowed": False},
    ),
    "unicastResponsesToMulticastBroadcastsRequired": ("DisableUnicastResponsesToMulticastBroadcast", {"true": False}),
    "inboundNotificationsBlocked": (
        "DisableInboundNotifications",
        {"true": True, "blocked": True, "allowed": False},
    ),
    "inboundNotificationsRequired": ("DisableInboundNotifications", {"true": False}),
    "authorizedApplicationRulesFromGroupPolicyMerged": ("AuthAppsAllowUserPrefMerge", {"true": True, **SWITCH}),
    "authorizedApplicationRulesFromGroupPolicyNotMerged": ("AuthAppsAllowUserPrefMerge", {"true": False}),
    "globalPortRulesFromGroupPolicyMerged": ("GlobalPortsAllowUserPrefMerge", {"true": True, **SWITCH}),
    "globalPortRulesFromGroupPolicyNotMerged": ("GlobalPortsAllowUserPrefMerge", {"true": False}),
    "connectionSecurityRulesFromGroupPolicyMerged": ("AllowLocalIpsecPolicyMerge", {"true": True, **SWITCH}),
    "connectionSecurityRulesFromGroupPolicyNotMerged": ("AllowLocalIpsecPolicyMerge", {"true": False}),
    "policyRulesFromGroupPolicyMerged": ("AllowLocalPolicyMerge", {"true": True, **SWITCH}),
    "policyRulesFromGroupPolicyNotMerged": ("AllowLocalPolicyMerge", {"true": False}),
    "outboundConnectionsBlocked": ("DefaultOutboundAction", {"true": 1, "blocked": 1, "allowed": 0}),
    "outboundConnectionsRequired": ("DefaultOutboundAction", {"true": 0}),
    "inboundConnectionsBlocked": ("DefaultInboundAction", {"true": 1, "blocked": 1, "allowed": 0}),
    "inboundConnectionsRequired": ("DefaultInboundAction", {"true": 0}),
    "securedPacketExemptionAllowed": ("DisableStealthModeIpsecSecuredPacketExemption", {"true": False}),
    "securedPacketExemptionBlocked": ("DisableStealthModeIpsecSecuredPacketExemption", {"true": True}),
}
"""Firewall CSP: the members of a network profile; the actions are 0 allow and 1 block."""

NEWER: Mapping[tuple[str, str], tuple[str, str, Words]] = {
    (ENDPOINT, "deviceGuardSecureBootWithDMA"): (
        "e",
        f"{POLICY}/DeviceGuard/RequirePlatformSecurityFeatures",
        {"withoutDMA": 1, "withDMA": 3},
    ),
    (ENDPOINT, "smartScreenBlockOverrideForFiles"): (
        "b",
        f"{POLICY}/SmartScreen/PreventOverrideForFilesInShell",
        {"true": 1},
    ),
    ("windowsUpdateForBusinessConfiguration", "userWindowsUpdateScanAccess"): (
        "e",
        f"{POLICY}/Update/SetDisableUXWUAccess",
        {"enabled": 0, "disabled": 1},
    ),
    (ENDPOINT, "defenderSignatureUpdateIntervalInHours"): ("n", f"{POLICY}/Defender/SignatureUpdateInterval", {}),
}
"""Properties that neither table has, by Graph's reference and the CSP's page: kind, node, words."""

WORDS: Mapping[str, Words] = {
    # Named after the node, but the portal's switch reads "Block", and the security baselines of Intune turn it on.
    "applicationmanagement/msiallowusercontroloverinstall": {"true": 0},
    "defender/puaprotection": {"disable": 0, "block": 1, "enable": 1, "audit": 2, "auditMode": 2},
    "defender/enablenetworkprotection": AUDITED,
    "defender/enablecontrolledfolderaccess": {
        **AUDITED,
        "blockDiskModification": 3,
        "auditDiskModification": 4,
    },
    "defender/cloudblocklevel": {"high": 2, "highPlus": 4, "zeroTolerance": 6},
    "defender/submitsamplesconsent": {
        "alwaysPrompt": 0,
        "sendSafeSamplesAutomatically": 1,
        "neverSend": 2,
        "sendAllDataWithoutPrompting": 3,
        "sendAllSamplesAutomatically": 3,
    },
    "devicelock/devicepasswordenabled": {"true": 0},
    "search/donotusewebresults": {"true": 0},  # 0 is "not allowed", whatever its name says
    "devicelock/alphanumericdevicepasswordrequired": {"alphanumeric": 0, "numeric": 1, "deviceDefault": 2},
    "localpoliciessecurityoptions/accounts_blockmicrosoftaccounts": {"true": 3},
    "localpoliciessecurityoptions/networksecurity_lanmanagerauthenticationlevel": {
        "lmAndNltm": 0,
        "lmNtlmAndNtlmV2": 1,
        "lmAndNtlmOnly": 2,
        "lmAndNtlmV2": 3,
        "lmNtlmV2AndNotLm": 4,
        "lmNtlmV2AndNotLmOrNtm": 5,
    },
    "update/allowautoupdate": {
        "notifyDownload": 0,
        "autoInstallAtMaintenanceTime": 1,
        "autoInstallAndRebootAtMaintenanceTime": 2,
        "autoInstallAndRebootAtScheduledTime": 3,
        "autoInstallAndRebootWithoutEndUserControl": 4,
        "windowsDefault": 5,
    },
    "localpoliciessecurityoptions/interactivelogon_smartcardremovalbehavior": {
        "noAction": 0,
        "lockWorkstation": 1,
        "forceLogoff": 2,
        "disconnectRemoteDesktopSession": 3,
    },
    "localpoliciessecurityoptions/networksecurity_minimumsessionsecurityforntlmsspbasedclients": NTLM,
    "localpoliciessecurityoptions/networksecurity_minimumsessionsecurityforntlmsspbasedservers": NTLM,
    "dmaguard/deviceenumerationpolicy": {"blockAll": 0, "allowAll": 2},
    "defender/scanparameter": {"quick": 1, "full": 2},
    "defender/schedulescanday": {
        word: number
        for number, word in enumerate(
            (
                "everyday",
                "sunday",
                "monday",
                "tuesday",
                "wednesday",
                "thursday",
                "friday",
                "saturday",
                "noScheduledScan",
            )
        )
    },
    "update/excludewudriversinqualityupdate": {"true": 1, "false": 0},
    "update/setedurestart": {"true": 1, "false": 0},
    "update/setdisablepauseuxaccess": {"enabled": 0, "disabled": 1},
    "deviceguard/lsacfgflags": {"enableWithUEFILock": 1, "enableWithoutUEFILock": 2, "disable": 0},
    "deviceguard/requireplatformsecurityfeatures": {"withoutDMA": 1, "withDMA": 3},
}
"""Values that the pages of the Policy CSP list, by area and name."""
