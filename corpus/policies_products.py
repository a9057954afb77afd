"""More administrative templates: Windows LAPS, Defender, BitLocker, the firewall and Edge, as both have them.

The estates that use them bring no ADMX files of them; the explain texts are our own.
"""

from __future__ import annotations

from corpus.policies import (
    BITLOCKER,
    DEFENDER,
    EDGE,
    FIREWALL,
    LAPS,
    SINCE_8,
    SINCE_10_SERVER,
    WINDOWS,
    Element,
    Supported,
    Template,
)

SINCE_LAPS = Supported("SUPPORTED_Windows10", "At least Microsoft Windows 10 or later", LAPS)
SINCE_VISTA = Supported("SUPPORTED_WindowsVista", "At least Windows Vista", WINDOWS)
SINCE_XP_SP2 = Supported("SUPPORTED_WindowsXPSP2", "At least Windows XP Professional with SP2", WINDOWS)
SINCE_EDGE_77 = Supported("SUPPORTED_WIN7_V77", "Microsoft Edge version 77, Windows 7 or later", EDGE)

LAPS_KEY = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\LAPS"
BACKUP_DIRECTORY = Template(
    LAPS,
    "LAPS_BackupDirectory",
    "Machine",
    "Configure password backup directory",
    "LAPS_CAT",
    SINCE_LAPS,
    LAPS_KEY,
    "Enabled: where the password of the local administrator is backed up.",
    elements=(
        Element(
            "enum",
            "LAPS_BackupDirectory",
            "BackupDirectory",
            "Backup directory",
            choices=(
                ("LAPS_BackupDirectory_Disabled", "Disabled", 0),
                ("LAPS_BackupDirectory_AAD", "Azure Active Directory", 1),
                ("LAPS_BackupDirectory_AD", "Active Directory", 2),
            ),
        ),
    ),
)
PASSWORD_SETTINGS = Template(
    LAPS,
    "LAPS_PasswordSettings",
    "Machine",
    "Password Settings",
    "LAPS_CAT",
    SINCE_LAPS,
    LAPS_KEY,
    "Enabled: what the password of the local administrator is made of, and how long it is used.",
    elements=(
        Element(
            "enum",
            "LAPS_PasswordComplexity",
            "PasswordComplexity",
            "Password Complexity",
            choices=(
                ("LAPS_PasswordComplexity_4", "Large letters + small letters + numbers + specials", 4),
                (
                    "LAPS_PasswordComplexity_5",
                    "Large letters + small letters + numbers + specials (improved readability)",
                    5,
                ),
            ),
        ),
        Element("decimal", "LAPS_PasswordLength", "PasswordLength", "Password Length", limits=(8, 64), default=14),
        Element("decimal", "LAPS_PasswordAgeDays", "PasswordAgeDays", "Password Age (Days)", limits=(1, 365)),
    ),
)

DEFENDER_KEY = r"Software\Policies\Microsoft\Windows Defender"
REAL_TIME_OFF = Template(
    DEFENDER,
    "DisableRealtimeMonitoring",
    "Machine",
    "Turn off real-time protection",
    "RealtimeProtection",
    SINCE_VISTA,
    rf"{DEFENDER_KEY}\Real-Time Protection",
    "Enabled: files are not scanned when they are opened.\n\nDisabled or not configured: they are.",
    "DisableRealtimeMonitoring",
)
SCAN_LOAD = Template(
    DEFENDER,
    "Scan_AvgCPULoadFactor",
    "Machine",
    "Specify the maximum percentage of CPU utilization during a scan",
    "Scan",
    SINCE_8,
    rf"{DEFENDER_KEY}\Scan",
    "Enabled: how much of the processor a scan may use on average.",
    elements=(
        Element(
            "decimal",
            "Scan_AvgCPULoadFactor",
            "AvgCPULoadFactor",
            "Specify the maximum percentage of CPU utilization during a scan",
            limits=(0, 100),
            default=50,
        ),
    ),
)


def _drives(suffix: str, text: str) -> Element:
    name = f"EncryptionMethodWithXts{suffix}"
    ciphers = (("AES128", "AES-CBC 128-bit", 3), ("AES256", "AES-CBC 256-bit", 4), ("XTS256", "XTS-AES 256-bit", 7))
    choices = tuple((f"{name}_{id}", shown, value) for id, shown, value in ciphers)
    return Element("enum", f"{name}DropDown_Name", name, f"Select the encryption method for {text}:", choices=choices)


ENCRYPTION_METHOD = Template(
    BITLOCKER,
    "EncryptionMethodWithXts_Name",
    "Machine",
    "Choose drive encryption method and cipher strength (Windows 10 [Version 1511] and later)",
    "FVECategory",
    SINCE_10_SERVER,
    r"SOFTWARE\Policies\Microsoft\FVE",
    "Enabled: the ciphers of drives that are encrypted from now on.",
    elements=(
        _drives("Os", "operating system drives"),
        _drives("Fdv", "fixed data drives"),
        _drives("Rdv", "removable data drives"),
    ),
)

DOMAIN_PROFILE = r"SOFTWARE\Policies\Microsoft\WindowsFirewall\DomainProfile"
FIREWALL_ON = Template(
    FIREWALL,
    "WF_EnableFirewall_Name_1",
    "Machine",
    "Windows Defender Firewall: Protect all network connections",
    "WF_Profile_Domain",
    SINCE_XP_SP2,
    DOMAIN_PROFILE,
    "Enabled: the firewall is on in the domain's network, whatever a local administrator wants.",
    "EnableFirewall",
)
NO_NOTIFICATIONS = Template(
    FIREWALL,
    "WF_Notifications_Name_1",
    "Machine",
    "Windows Defender Firewall: Prohibit notifications",
    "WF_Profile_Domain",
    SINCE_XP_SP2,
    DOMAIN_PROFILE,
    "Disabled: users are told when a program asks to listen.",
    "DisableNotifications",
)

SAVE_PASSWORDS = Template(
    EDGE,
    "PasswordManagerEnabled",
    "Both",
    "Enable saving passwords to the password manager",
    "PasswordManager",
    SINCE_EDGE_77,
    r"Software\Policies\Microsoft\Edge",
    "Disabled: the browser keeps no passwords.",
    "PasswordManagerEnabled",
)
