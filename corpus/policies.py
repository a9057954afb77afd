"""The administrative templates that the estates use: names, keys, values and categories as Windows has them.

From this one table come the ADMX files, the registry.pol records and the report of a GPO, as they do in GPMC. The
explain texts are our own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Number = int | str
"""A value as a template writes it: an int is a REG_DWORD, a str a REG_SZ."""


@dataclass(frozen=True, slots=True)
class Element:
    """One element of a policy, with the control that shows it."""

    kind: Literal["boolean", "decimal", "enum"]
    id: str
    value: str
    label: str
    key: str = ""
    """'' is the policy's key."""
    limits: tuple[int | None, int | None] = (None, None)
    default: int | None = None
    as_text: bool = False
    """storeAsText: the number is written as REG_SZ."""
    zero: bool = False
    """A boolean that writes 0 when it is not ticked; the others delete their value."""
    choices: tuple[tuple[str, str, int], ...] = ()
    """String id, display text and value of an enum's items."""


@dataclass(frozen=True, slots=True)
class Admx:
    """One ADMX file: its namespace and the prefix it gives itself."""

    file: str
    prefix: str
    namespace: str


@dataclass(frozen=True, slots=True)
class Category:
    """A category: the file that defines it, its text, and its parent (a name in CATEGORIES)."""

    admx: Admx
    name: str
    text: str
    parent: str = ""


@dataclass(frozen=True, slots=True)
class Supported:
    """A supportedOn definition, with the file that holds it."""

    name: str
    text: str
    admx: Admx


@dataclass(frozen=True, slots=True)
class Template:
    """One policy of an ADMX file."""

    admx: Admx
    name: str
    side: Literal["Machine", "User", "Both"]
    text: str
    category: str
    supported: Supported
    key: str
    explain: str
    value: str = ""
    """'' for a policy that consists of its elements."""
    on: Number | None = 1
    """enabledValue; None leaves it out, which means DWORD 1."""
    off: Number | None = 0
    """disabledValue; None leaves it out, which means that Disabled deletes the value."""
    elements: tuple[Element, ...] = ()
    notes: tuple[str, ...] = ()
    """Text lines that the dialog shows before the controls."""
    presentation: str = ""
    """The presentation's id, where it is not the policy's name."""


WINDOWS = Admx("Windows", "windows", "Microsoft.Policies.Windows")
PASSPORT = Admx("Passport", "msPassportForWork", "Microsoft.Policies.MicrosoftPassportForWork")
DISPLAY = Admx("ControlPanelDisplay", "controlpaneldisplay", "Microsoft.Policies.ControlPanelDisplay")
LOGON = Admx("Logon", "logon", "Microsoft.Policies.WindowsLogon")
AUTOPLAY = Admx("AutoPlay", "autoplay", "Microsoft.Policies.AutoPlay")
POWERSHELL = Admx("PowerShellExecutionPolicy", "powershellexecutionpolicy", "Microsoft.Policies.PowerShell")
UPDATE = Admx("WindowsUpdate", "wuau", "Microsoft.Policies.WindowsUpdate")
GROUPPOLICY = Admx("GroupPolicy", "grouppolicy", "Microsoft.Policies.GroupPolicy")
STARTMENU = Admx("StartMenu", "startmenu", "Microsoft.Policies.StartMenu")
LAPS = Admx("LAPS", "laps", "Microsoft.Policies.LAPS")
DEFENDER = Admx("WindowsDefender", "windowsdefender", "Microsoft.Policies.WindowsDefender")
BITLOCKER = Admx("VolumeEncryption", "fve", "Microsoft.Policies.VolumeEncryption")
FIREWALL = Admx("WindowsFirewall", "windowsfirewall", "Microsoft.Policies.WindowsFirewall")
EDGE = Admx("msedge", "Microsoft_Edge", "Microsoft.Policies.Edge")
FILES = (WINDOWS, PASSPORT, DISPLAY, LOGON, AUTOPLAY, POWERSHELL, UPDATE, GROUPPOLICY, STARTMENU)
"""The files that estates bring; the policies of the others are known without them."""

CATEGORIES = {
    category.name: category
    for category in (
        Category(WINDOWS, "System", "System"),
        Category(WINDOWS, "WindowsComponents", "Windows Components"),
        Category(WINDOWS, "ControlPanel", "Control Panel"),
        Category(WINDOWS, "StartMenu", "Start Menu and Taskbar"),
        Category(PASSPORT, "MSPassportForWorkCategory", "Windows Hello for Business", "WindowsComponents"),
        Category(PASSPORT, "MSPassportForWorkPINComplexityCategory", "PIN Complexity", "System"),
        Category(DISPLAY, "Personalization", "Personalization", "ControlPanel"),
        Category(LOGON, "Logon", "Logon", "System"),
        Category(AUTOPLAY, "AutoPlay", "AutoPlay Policies", "WindowsComponents"),
        Category(POWERSHELL, "PowerShell", "Windows PowerShell", "WindowsComponents"),
        Category(UPDATE, "WindowsUpdateCat", "Windows Update", "WindowsComponents"),
        Category(UPDATE, "WindowsUpdateExperience", "Manage end user experience", "WindowsUpdateCat"),
        Category(GROUPPOLICY, "PolicyPolicies", "Group Policy", "System"),
        Category(LAPS, "LAPS_CAT", "LAPS", "System"),
        Category(DEFENDER, "AntiSpywareDefender", "Microsoft Defender Antivirus", "WindowsComponents"),
        Category(DEFENDER, "RealtimeProtection", "Real-time Protection", "AntiSpywareDefender"),
        Category(DEFENDER, "Scan", "Scan", "AntiSpywareDefender"),
        Category(BITLOCKER, "FVECategory", "BitLocker Drive Encryption", "WindowsComponents"),
        Category(FIREWALL, "Network", "Network"),  # of Windows.admx, of which the estates bring an extract
        Category(FIREWALL, "NetworkConnections", "Network Connections", "Network"),
        Category(FIREWALL, "WF_Firewall", "Windows Defender Firewall", "NetworkConnections"),
        Category(FIREWALL, "WF_Profile_Domain", "Domain Profile", "WF_Firewall"),
        Category(EDGE, "microsoft_edge", "Microsoft Edge"),
        Category(EDGE, "PasswordManager", "Password manager and protection", "microsoft_edge"),
    )
}

SINCE_10 = Supported("SUPPORTED_Windows_10_0_NOSERVER", "At least Windows 10", WINDOWS)
SINCE_10_SERVER = Supported("SUPPORTED_Windows_10_0_NOARM", "At least Windows Server 2016 or Windows 10", WINDOWS)
SINCE_8 = Supported("SUPPORTED_Windows8", "At least Windows Server 2012, Windows 8 or Windows RT", WINDOWS)
SINCE_7 = Supported("SUPPORTED_WIN7", "At least Microsoft Windows 7 or Windows Server 2008 family", POWERSHELL)
SINCE_2000 = Supported("SUPPORTED_Win2k", "At least Windows 2000", WINDOWS)
SINCE_2000_SP1 = Supported("SUPPORTED_Win2kSP1", "At least Windows 2000 Service Pack 1", WINDOWS)
UNTIL_8_1 = Supported(
    "SUPPORTED_Windows_6_3To2k",
    "Windows Server 2012 R2, Windows 8.1, Windows RT 8.1, Windows Server 2008, Windows Server 2003, Windows 7, "
    "Windows Vista, Windows XP, and Windows 2000",
    WINDOWS,
)
SUPPORTED = (SINCE_10, SINCE_10_SERVER, SINCE_8, SINCE_7, SINCE_2000, SINCE_2000_SP1, UNTIL_8_1)


def path(category: str) -> str:
    """The category's display path, as gpreport.xml writes it."""
    entry = CATEGORIES[category]
    return f"{path(entry.parent)}/{entry.text}" if entry.parent else entry.text


HELLO = r"SOFTWARE\Policies\Microsoft\PassportForWork"
PIN = rf"{HELLO}\PINComplexity"


def _hello(name: str, text: str, value: str, explain: str, side: Literal["Machine", "Both"] = "Machine") -> Template:
    return Template(PASSPORT, name, side, text, "MSPassportForWorkCategory", SINCE_10, HELLO, explain, value)


def _number(
    name: str, text: str, label: str, value: str, explain: str, limits: tuple[int, int], default: int
) -> Template:
    element = Element("decimal", f"{name}DataType", value, label, limits=limits, default=default)
    return Template(
        PASSPORT,
        name,
        "Machine",
        text,
        "MSPassportForWorkPINComplexityCategory",
        SINCE_10,
        PIN,
        explain,
        elements=(element,),
        presentation=f"{name}Control",
    )


def _characters(name: str, text: str, value: str) -> Template:
    return Template(
        PASSPORT,
        f"MSPassport_{name}",
        "Machine",
        f"Require {text}",
        "MSPassportForWorkPINComplexityCategory",
        SINCE_10,
        PIN,
        f"Enabled: a PIN must hold at least one of the {text}.\n\nDisabled: a PIN must hold none of them.",
        value,
        off=2,
    )


USE_HELLO = Template(
    PASSPORT,
    "MSPassport_UsePassportForWork",
    "Both",
    "Use Windows Hello for Business",
    "MSPassportForWorkCategory",
    SINCE_10,
    HELLO,
    "Enabled: the device sets up Windows Hello for Business for everybody who signs in to it.\n\n"
    "Disabled: it never does.",
    "Enabled",
    elements=(
        Element(
            "boolean",
            "MSPassport_DisablePostLogonProvisioning",
            "DisablePostLogonProvisioning",
            "Do not start Windows Hello provisioning after sign-in",
            zero=True,
        ),
    ),
    presentation="MSPassport_UsePassportForWorkControl",
)
SECURITY_DEVICE = Template(
    PASSPORT,
    "MSPassport_RequireSecurityDevice",
    "Machine",
    "Use a hardware security device",
    "MSPassportForWorkCategory",
    SINCE_10,
    HELLO,
    "Enabled: keys are made in a TPM only, and devices without one are left out.\n\n"
    "Disabled or not configured: a TPM is preferred, software is allowed.",
    "RequireSecurityDevice",
    elements=(
        Element(
            "boolean",
            "MSPassport_ExcludeTPM12DataType",
            "TPM12",
            "TPM 1.2",
            key=rf"{HELLO}\ExcludeSecurityDevices",
            zero=True,
        ),
    ),
    notes=("Do not use the following security devices:",),
    presentation="MSPassport_ExcludeSecurityDevicesControl",
)
BIOMETRICS = Template(
    PASSPORT,
    "MSPassport_UseBiometrics",
    "Machine",
    "Use biometrics",
    "MSPassportForWorkCategory",
    SINCE_10,
    r"SOFTWARE\Microsoft\Windows\CurrentVersion\WinBio\Credential Provider",
    "Disabled: a PIN is the only gesture.",
    "Domain Accounts",
)
PIN_RECOVERY = _hello(
    "MSPassport_EnablePinRecovery",
    "Use PIN Recovery",
    "EnablePinRecovery",
    "Enabled: a forgotten PIN can be changed with the help of the PIN reset service, and keys are kept.",
)
CERTIFICATE = _hello(
    "WHFB_UseCertificateForOnPremAuth",
    "Use certificate for on-premises authentication",
    "UseCertificateForOnPremAuth",
    "Enabled: the device enrols a sign-in certificate and shows it to domain controllers.\n\n"
    "Disabled or not configured: it uses a key or a Kerberos ticket.",
    "Both",
)
CLOUD = _hello(
    "WHFB_UseCloudTrustForOnPremAuth",
    "Use cloud trust for on-premises authentication",
    "UseCloudTrustForOnPremAuth",
    "Enabled: domain controllers are shown a Kerberos ticket that the cloud has issued.\n\n"
    "The certificate policy, where it is enabled too, has precedence.",
)
MINIMUM = _number(
    "MSPassport_MinimumPINLength",
    "Minimum PIN length",
    "Minimum PIN length",
    "MinimumPINLength",
    "The least number of characters of a PIN, 4 to 127. It must not be above the maximum.",
    (4, 127),
    6,
)
MAXIMUM = _number(
    "MSPassport_MaximumPINLength",
    "Maximum PIN length",
    "Maximum PIN length",
    "MaximumPINLength",
    "The greatest number of characters of a PIN, 4 to 127. It must not be below the minimum.",
    (4, 127),
    127,
)
UPPERCASE = _characters("UppercaseLetters", "uppercase letters", "UppercaseLetters")
LOWERCASE = _characters("LowercaseLetters", "lowercase letters", "LowercaseLetters")
SPECIAL = _characters("SpecialCharacters", "special characters", "SpecialCharacters")
DIGITS = _characters("Digits", "digits", "Digits")
HISTORY = _number(
    "MSPassport_PINHistory",
    "History",
    "PIN History",
    "History",
    "How many former PINs cannot be used again, 0 to 50.",
    (0, 50),
    0,
)
EXPIRATION = _number(
    "MSPassport_PINExpiration",
    "Expiration",
    "PIN Expiration",
    "Expiration",
    "After how many days a PIN must be changed, 0 to 730. Never, at 0.",
    (0, 730),
    0,
)

DESKTOP = r"Software\Policies\Microsoft\Windows\Control Panel\Desktop"
SCREEN_SAVER = Template(
    DISPLAY,
    "CPL_Personalization_EnableScreenSaver",
    "User",
    "Enable screen saver",
    "Personalization",
    SINCE_2000_SP1,
    DESKTOP,
    "Enabled: a screen saver runs.\n\nDisabled: none does, and users cannot choose one.",
    "ScreenSaveActive",
    on="1",
    off="0",
)
SCREEN_SAVER_LOCKS = Template(
    DISPLAY,
    "CPL_Personalization_ScreenSaverIsSecure",
    "User",
    "Password protect the screen saver",
    "Personalization",
    SINCE_2000_SP1,
    DESKTOP,
    "Enabled: the session is locked when the screen saver starts.",
    "ScreenSaverIsSecure",
    on="1",
    off="0",
)
SCREEN_SAVER_TIMEOUT = Template(
    DISPLAY,
    "CPL_Personalization_ScreenSaverTimeOut",
    "User",
    "Screen saver timeout",
    "Personalization",
    SINCE_2000_SP1,
    DESKTOP,
    "How many seconds without input start the screen saver.",
    elements=(
        Element(
            "decimal",
            "ScreenSaverTimeOutFreqSpin",
            "ScreenSaveTimeOut",
            "Seconds:",
            limits=(None, 599940),
            default=900,
            as_text=True,
        ),
    ),
    notes=("Number of seconds to wait to enable the screen saver", " "),
    presentation="ScreenSaverTimeOut",
)
NETWORK_SELECTION = Template(
    LOGON,
    "DontDisplayNetworkSelectionUI",
    "Machine",
    "Do not display network selection UI",
    "Logon",
    SINCE_8,
    r"Software\Policies\Microsoft\Windows\System",
    "Enabled: nobody can change the network before signing in.",
    "DontDisplayNetworkSelectionUI",
)
AUTORUN = Template(
    AUTOPLAY,
    "Autorun",
    "Both",
    "Turn off Autoplay",
    "AutoPlay",
    SINCE_2000,
    r"Software\Microsoft\Windows\CurrentVersion\Policies\Explorer",
    "Enabled: media that are put in start nothing by themselves.",
    elements=(
        Element(
            "enum",
            "Autorun_Box",
            "NoDriveTypeAutoRun",
            "Turn off Autoplay on:",
            default=0,
            choices=(("Autorun_NoCD", "CD-ROM and removable media drives", 181), ("Autorun_None", "All drives", 255)),
        ),
    ),
)
SCRIPT_BLOCK_LOGGING = Template(
    POWERSHELL,
    "EnableScriptBlockLogging",
    "Both",
    "Turn on PowerShell Script Block Logging",
    "PowerShell",
    SINCE_7,
    r"Software\Policies\Microsoft\Windows\PowerShell\ScriptBlockLogging",
    "Enabled: PowerShell writes every block of script that it processes to its operational log.",
    "EnableScriptBlockLogging",
    elements=(
        Element(
            "boolean",
            "EnableScriptBlockInvocationLogging",
            "EnableScriptBlockInvocationLogging",
            "Log script block invocation start / stop events:",
        ),
    ),
)
_HOURS = tuple(
    (f"ActiveHoursTime{text.replace(' ', '')}", text, hour)
    for hour, text in enumerate(
        f"{clock} {half}" for half in ("AM", "PM") for clock in (12, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
    )
)
ACTIVE_HOURS = Template(
    UPDATE,
    "ActiveHours",
    "Machine",
    "Turn off auto-restart for updates during active hours",
    "WindowsUpdateExperience",
    SINCE_10_SERVER,
    r"Software\Policies\Microsoft\Windows\WindowsUpdate",
    "Enabled: updates do not restart the device between the two hours.",
    "SetActiveHours",
    elements=(
        Element("enum", "ActiveHoursStartTime", "ActiveHoursStart", "Start: ", default=8, choices=_HOURS),
        Element("enum", "ActiveHoursEndTime", "ActiveHoursEnd", "End:", default=17, choices=_HOURS),
    ),
    notes=("Active Hours",),
    presentation="ActiveHours_Title",
)
LOOPBACK = Template(
    GROUPPOLICY,
    "UserPolicyMode",
    "Machine",
    "Configure user Group Policy loopback processing mode",
    "PolicyPolicies",
    SINCE_2000,
    r"Software\Policies\Microsoft\Windows\System",
    "Enabled: whoever signs in gets the user settings of the GPOs that apply to the computer.",
    elements=(
        Element(
            "enum",
            "UserPolicyModeOp",
            "UserPolicyMode",
            "Mode:",
            default=1,
            choices=(("UserPolicyMode_Merge", "Merge", 1), ("UserPolicyMode_Replace", "Replace", 2)),
        ),
    ),
)
NO_RUN = Template(
    STARTMENU,
    "NoRun",
    "Both",
    "Remove Run menu from Start Menu",
    "StartMenu",
    UNTIL_8_1,
    r"Software\Microsoft\Windows\CurrentVersion\Policies\Explorer",
    "Enabled: programs cannot be started by typing their names.",
    "NoRun",
    on=None,
    off=None,
)

TEMPLATES = (
    USE_HELLO,
    SECURITY_DEVICE,
    BIOMETRICS,
    PIN_RECOVERY,
    MINIMUM,
    MAXIMUM,
    UPPERCASE,
    LOWERCASE,
    SPECIAL,
    DIGITS,
    HISTORY,
    EXPIRATION,
    CERTIFICATE,
    CLOUD,
    SCREEN_SAVER,
    SCREEN_SAVER_LOCKS,
    SCREEN_SAVER_TIMEOUT,
    NETWORK_SELECTION,
    AUTORUN,
    SCRIPT_BLOCK_LOGGING,
    ACTIVE_HOURS,
    LOOPBACK,
    NO_RUN,
)
