"""both-worlds: a security baseline in Group Policy, and the same subjects in Intune, told to win."""

from __future__ import annotations

from corpus.companies import CONTOSO, CONTOSO_TENANT
from corpus.gpo import Gpo, Principal, Setting, SomLink
from corpus.policies import AUTORUN, NETWORK_SELECTION
from corpus.policies_products import (
    BACKUP_DIRECTORY,
    ENCRYPTION_METHOD,
    FIREWALL_ON,
    NO_NOTIFICATIONS,
    PASSWORD_SETTINGS,
    REAL_TIME_OFF,
    SAVE_PASSWORDS,
    SCAN_LOAD,
)
from corpus.write_gpo import backups
from corpus.write_intune import ALL_DEVICES, Assign, Choice, Oma, Profile, Texts, Whole, cd_device, cd_profile, custom

NAME = "both-worlds"

ADMINISTRATORS = Principal("S-1-5-32-544", r"BUILTIN\Administrators")
SIGNED_IN = Principal("S-1-5-11", r"NT AUTHORITY\Authenticated Users")

BASELINE = Gpo(
    "Security Baseline",
    "{0D4C7B52-96D3-4B3C-9C0E-7B0F3C7B1A55}",
    "{F1D9A6C0-3E0B-4E57-8A79-6E0C6B9D2C41}",
    created="2023-03-06T09:02:44",
    modified="2025-01-20T15:31:08",
    backed_up="2025-09-01T18:00:04",
    computer=(
        Setting(BACKUP_DIRECTORY, elements={"LAPS_BackupDirectory": 2}),
        Setting(
            PASSWORD_SETTINGS,
            elements={"LAPS_PasswordComplexity": 4, "LAPS_PasswordLength": 14, "LAPS_PasswordAgeDays": 30},
        ),
        Setting(REAL_TIME_OFF, "Disabled"),
        Setting(SCAN_LOAD, elements={"Scan_AvgCPULoadFactor": 20}),
        Setting(
            ENCRYPTION_METHOD,
            elements={
                "EncryptionMethodWithXtsOsDropDown_Name": 7,
                "EncryptionMethodWithXtsFdvDropDown_Name": 7,
                "EncryptionMethodWithXtsRdvDropDown_Name": 4,
            },
        ),
        Setting(FIREWALL_ON),
        Setting(NO_NOTIFICATIONS, "Disabled"),
        Setting(SAVE_PASSWORDS, "Disabled"),
        Setting(AUTORUN, elements={"Autorun_Box": 181}),
        Setting(NETWORK_SELECTION),
    ),
    rights={
        "SeNetworkLogonRight": (ADMINISTRATORS, SIGNED_IN),
        "SeDebugPrivilege": (ADMINISTRATORS,),
    },
    links=(SomLink("contoso.com/Workstations"),),
    edits=9,
)

_POLICY = "./Device/Vendor/MSFT/Policy/Config"
_CATALOG = "device_vendor_msft_policy_config"
_FIREWALL = "vendor_msft_firewall_mdmstore_domainprofile"
_LAPS = "device_vendor_msft_laps_policies"
_XTS = "".join(f'<data id="EncryptionMethodWithXts{drive}DropDown_Name" value="7"/>' for drive in ("Os", "Fdv", "Rdv"))


def _profile(name: str, *settings: Choice | Whole | Texts) -> Profile:
    return Profile(name, "", settings, created="", modified="", assigned=(Assign(ALL_DEVICES),))


PROFILES = (
    _profile("MDM wins over GP", Choice(f"{_CATALOG}_controlpolicyconflict_mdmwinsovergp", "1")),
    _profile("Windows LAPS", Choice(f"{_LAPS}_backupdirectory", "1"), Whole(f"{_LAPS}_passwordlength", 21)),
    _profile(
        "Defender Antivirus",
        Choice(f"{_CATALOG}_defender_allowrealtimemonitoring", "1"),
        Whole(f"{_CATALOG}_defender_avgcpuloadfactor", 50),
    ),
    _profile(
        "Firewall",
        Choice(f"{_FIREWALL}_enablefirewall", "true"),
        Choice(f"{_FIREWALL}_disableinboundnotifications", "true"),
    ),
    _profile(
        "User Rights",
        Texts(f"{_CATALOG}_userrights_accessfromnetwork", ("*S-1-5-32-544", "*S-1-5-32-555")),
        Texts(f"{_CATALOG}_userrights_debugprograms", ("*S-1-5-32-544",)),
    ),
    _profile(
        "Edge", Choice(f"{_CATALOG}_microsoft_edge~policy~microsoft_edge~passwordmanager_passwordmanagerenabled", "1")
    ),
)
PAYLOADS = custom(
    "AutoPlay and BitLocker OMA-URI",
    "",
    "",
    (
        Oma("AutoPlay", f"{_POLICY}/Autoplay/TurnOffAutoPlay", '<enabled/><data id="Autorun_Box" value="255"/>'),
        Oma("Ciphers", "./Device/Vendor/MSFT/BitLocker/EncryptionMethodByDriveType", f"<enabled/>{_XTS}"),
    ),
    (Assign(ALL_DEVICES),),
)

TOPOLOGY = f"""\
[tenant]
id = "{CONTOSO_TENANT}"

[[som]]
path = "contoso.com"
blocks-inheritance = false
links = []

[[som]]
path = "contoso.com/Workstations"
blocks-inheritance = false
links = [{{ gpo = "Security Baseline" }}]

[[som]]
path = "contoso.com/Staff"
blocks-inheritance = false
links = []

[[som]]
path = "site:London"
links = []

[[target]]
name = "Laptop"
device = "contoso.com/Workstations"
device-name = "LON-0017$"
user = "contoso.com/Staff"
user-name = "cara.singh@contoso.com"
site = "London"
groups = []
facts = {{ join = "hybrid", os-build = "10.0.26100.4349", mdm = true, entra-kerberos = true, adfs = false }}
"""


def files() -> dict[str, bytes]:
    """Every file of the estate, by path."""
    found = {f"gpo/{path}": data for path, data in backups(CONTOSO, (BASELINE,)).items()}
    exports = [*(cd_profile(profile) for profile in PROFILES), cd_device(PAYLOADS)]
    return found | {f"intune/{path}": data for path, data in exports} | {"topology.toml": TOPOLOGY.encode()}
