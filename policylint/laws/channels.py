"""The documented rules between the channels and between the computer's and the user's side; `laws` lists them all."""

from __future__ import annotations

from collections.abc import Mapping

from policylint.laws.law import Law

CONFLICT_PAGE = "Policy CSP - ControlPolicyConflict"
LAPS_PAGE = "Configure policy settings for Windows LAPS"
DEFENDER_PAGE = "Troubleshoot Microsoft Defender Antivirus settings"
TEMPLATES = "ADMX explain texts of Windows"

CHANNEL_LAWS: Mapping[str, Law] = {
    "M-DEFAULT-GP": Law(
        "where both set one policy Group Policy wins",
        "CONFLICT",
        "Enroll a Windows 10 device automatically using Group Policy (1709)",
    ),
    "M-DEFAULT-RACE": Law(
        "without MDMWinsOverGP a setting in both is a race with no guaranteed winner", "CONFLICT", CONFLICT_PAGE
    ),
    "M-NOT-SAME-STORE": Law(
        "an ADMX-backed policy of Intune writes the same registry value as the GPO, so whoever writes last is read; "
        "other nodes have a store of their own, and the component decides which one it reads",
        "DERIVED",
        "Understanding ADMX policies",
    ),
    "M-MWG-EFFECT": Law(
        "MDMWinsOverGP: a Policy CSP policy that is set blocks the group policy it stands for", "DOC", CONFLICT_PAGE
    ),
    "M-MWG-ONLY-POLICYCSP": Law("MDMWinsOverGP counts for the Policy CSP and no other CSP", "DOC", CONFLICT_PAGE),
    "M-MWG-TAGS": Law(
        "MDMWinsOverGP reaches the policies whose DDF names a group policy; of a policy that no DDF describes, such as "
        "one of an ingested ADMX file, it is not said",
        "DOC",
        CONFLICT_PAGE,
    ),
    "M-MWG-EXCEPTIONS": Law(
        "MDMWinsOverGP does not reach this setting: it belongs to another CSP, or its node names no group policy",
        "DOC",
        CONFLICT_PAGE,
    ),
    "M-MWG-USER": Law(
        "MDMWinsOverGP is a device setting; whether it blocks user policy is not said", "SILENT", CONFLICT_PAGE
    ),
    "M-LAPS": Law(
        "Windows LAPS reads the first policy root that holds any setting, and nothing else: the LAPS CSP before Group "
        "Policy; what that root leaves out has its default",
        "DOC",
        LAPS_PAGE,
    ),
    "M-DEF-CHAIN": Law("Defender: Group Policy before Intune", "DOC", DEFENDER_PAGE),
    "M-DEF-EXCL": Law(
        "Defender's exclusion lists of all sources are merged; where entries conflict Group Policy's count",
        "DOC",
        "Configure exclusions for Microsoft Defender Antivirus",
    ),
    "M-DEF-TAMPER": Law(
        "with tamper protection on, changes of protected settings by Group Policy are ignored",
        "DOC",
        "Protect security settings with tamper protection",
    ),
    "M-BL": Law("BitLocker: Group Policy against Intune is not documented", "SILENT", "BitLocker CSP"),
    "M-FW": Law(
        "firewall rules of both channels add up; which channel's profile setting counts is not documented",
        "SILENT",
        "[MS-FASP] 2.2.38",
    ),
    "M-NETISO": Law(
        "network isolation: Group Policy before Intune", "DOC", "Limitations while using Windows Information Protection"
    ),
    "M-FONT": Law("font providers: the group policy takes precedence", "DOC", "Policy CSP - System"),
    "M-CHROME": Law(
        "Chrome reads one registry key that both channels write: the last writer counts",
        "DERIVED",
        "Understand Chrome policy management",
    ),
    "M-EDGE": Law(
        "Edge reads one registry key that both channels write: the last writer counts", "DERIVED", "Microsoft Edge ADMX"
    ),
    # Intune against Intune
    "I-CUSTOM": Law(
        "Intune does not compare custom profiles with others: whichever the device applies last counts",
        "DOC",
        "Troubleshoot policies and profiles in Microsoft Intune",
    ),
    "I-MERGE": Law(
        "Intune merges these settings one by one; of different values for one of them neither is sent",
        "DOC",
        "Attack surface reduction policy; firewall policy (Intune endpoint security)",
    ),
    "D4": Law("MDMWinsOverGP and Windows Update: not covered, or no longer excepted", "CONFLICT", CONFLICT_PAGE),
    "D20": Law("BitLocker and firewall settings in both channels: no document says", "SILENT", "M-BL; M-FW"),
    "D21": Law("LAPS: the CSP's root counts as a whole, against the folklore that Group Policy wins", "DOC", "M-LAPS"),
}

_SCOPE_TEXTS: Mapping[str, str] = {
    "AUTOPLAY": "AutoPlay: the computer's setting takes precedence",
    "COM": "COM activation: the computer's setting takes precedence",
    "LOGON": "run lists and welcome screen at logon: the computer's setting takes precedence",
    "RUN": "programs at user logon: the computer's are started first, then the user's",
    "OFFLINE": "Offline Files: the computer's setting takes precedence",
    "OFFLINE-LISTS": "Offline Files, lists of files: the computer's and the user's are combined",
    "FOLDERS": "folder redirection and primary computers: the computer's setting takes precedence",
    "SCRIPTS": "scripts: the computer's setting takes precedence",
    "TASKS": "Task Scheduler: the computer's setting takes precedence",
    "RDS": "Remote Desktop Services: the computer's setting takes precedence",
    "CLIPBOARD": "clipboard between remote sessions: the stricter of the two restrictions",
    "MESSENGER": "Windows Messenger: the computer's setting takes precedence",
    "POWERSHELL": "PowerShell: the computer's setting takes precedence",
    "MSI-ELEVATED": "Windows Installer, always install elevated: has an effect only if both sides enable it",
    "MSI-ROLLBACK": "Windows Installer, prohibit rollback: either side is enough",
    "IE-BEHAVIORS": "Internet Explorer, admin-approved behaviors: what either list names is allowed",
    "IE-PROTOCOLS": "Internet Explorer, restricted protocols: what either list names is restricted",
    "IE-REVEAL": "password reveal button: the computer's policy for credential dialogs overrides Internet Explorer's",
    "WER": "error reporting: the user's setting where it is enabled, else the computer's",
    "REGION": "regional options: the user's setting counts only where the computer's is not configured",
    "RDV": "write access to removable drives: a user's removable storage policy overrides BitLocker's",
    "SLOWLINK": "slow link detection: each side for its own policy",
    "CHROME": "Chrome: the machine's policy before the user's",
}

SCOPE_LAWS: Mapping[str, Law] = {
    "G-COMPUTER-VS-USER-GENERIC": Law(
        "computer settings override user settings, says one page in general; the two sides are different registry "
        "hives, and the component that reads them decides",
        "CONFLICT",
        "Group Policy processing (Windows Server documentation)",
    ),
    **{f"G-SCOPE-{name}": Law(text, "DOC", f"{TEMPLATES} (1.12 {name})") for name, text in _SCOPE_TEXTS.items()},
    "G-SCOPE-EDGE": Law(
        "Edge: the machine's policy before the user's, as in Chrome", "DERIVED", "Understand Chrome policy management"
    ),
    "M-STARTLAYOUT": Law("Start layout of Intune: the user's before the device's", "DOC", "Policy CSP - Start"),
    "I-SCOPE-BOTH": Law(
        "one CSP node for the device and for the user: the CSP decides, and for this one no document tells",
        "SILENT",
        "Settings catalog (Intune); CSP descriptions",
    ),
    "G-SCOPE-THIS": Law("this side takes effect, the other one does not", "DERIVED", TEMPLATES),
    "G-SCOPE-OTHER": Law("the other side takes effect, this one does not", "DERIVED", TEMPLATES),
    "G-SCOPE-EACH": Law("both sides take effect", "DERIVED", TEMPLATES),
    "G-SCOPE-NONE": Law("neither side takes effect", "DERIVED", TEMPLATES),
    "D24": Law(
        "one policy for computer and user: no document tells the winner for this family",
        "SILENT",
        "G-COMPUTER-VS-USER-GENERIC",
    ),
}
