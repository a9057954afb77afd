"""hybrid-classic-mistakes: Group Policy and Intune both configure Windows Hello, after a migration that stopped."""

from __future__ import annotations

from corpus import write_intunemanagement as intunemanagement
from corpus.baseline_gpos import HARDENING, desktop_lock, kiosk, workstation_base
from corpus.companies import CONTOSO, CONTOSO_TENANT, PILOT, PILOT_COMPUTERS
from corpus.gpo import Gpo, Setting, SomLink
from corpus.policies import CERTIFICATE, CLOUD, SECURITY_DEVICE, USE_HELLO
from corpus.write_admx import store
from corpus.write_gpo import backups
from corpus.write_intune import (
    ALL_DEVICES,
    Assign,
    Choice,
    Oma,
    Profile,
    Whole,
    cd_device,
    cd_enrolment,
    cd_profile,
    custom,
    hello,
    portal,
)

NAME = "hybrid-classic-mistakes"

PKI = Gpo(
    "WHfB PKI",
    "{6A1FBA98-1231-443A-A13F-DE7519BA2198}",
    "{B09E8C50-223C-4688-BF6C-05BCB29A3C84}",
    created="2018-02-20T09:15:27",
    modified="2018-03-01T14:52:09",
    backed_up="2025-06-16T18:00:09",
    computer=(Setting(USE_HELLO), Setting(CERTIFICATE)),
    links=(SomLink("contoso.com/Workstations"),),
    comment="Certificate trust with AD FS. Owner: PKI team.",
    policy_comments={CERTIFICATE.name: "Needs the template WHFBAuthentication on LON-CA01."},
)
PILOT_GPO = Gpo(
    "WHfB Cloud Trust Pilot",
    "{F694259F-787E-4276-A00B-66C0BA494899}",
    "{A62B5115-BED4-4CC6-ABEC-93B45B74141D}",
    created="2023-10-09T11:26:40",
    modified="2023-10-09T11:33:18",
    backed_up="2025-06-16T18:00:10",
    computer=(Setting(USE_HELLO, elements={"MSPassport_DisablePostLogonProvisioning": 0}), Setting(CLOUD)),
    links=(SomLink("contoso.com/Workstations/London"),),
    apply_to=PILOT_COMPUTERS,
    edits=2,
)
WORKSTATION_HARDENING = Gpo(
    "Workstation Hardening",
    "{35DDB8A9-AE6C-4715-B378-0E58C7936D76}",
    "{6B2DA306-B894-4F0D-A4DC-AE05AA9BC43F}",
    created="2017-01-16T08:03:11",
    modified="2017-05-30T16:44:02",
    backed_up="2025-06-16T18:00:11",
    computer=(Setting(SECURITY_DEVICE), *HARDENING),
    links=(SomLink("contoso.com/Workstations", enforced=True),),
    edits=7,
)
FINANCE = Gpo(
    "Finance - No Windows Hello",
    "{B6FCC810-BE3B-4F20-B7C2-17BF6650353C}",
    "{D2D365C4-2983-494C-92CB-F959FB0B62F2}",
    created="2017-08-24T13:58:30",
    modified="2017-08-24T14:05:46",
    backed_up="2025-06-16T18:00:13",
    user=(Setting(USE_HELLO, "Disabled"),),
    links=(SomLink("contoso.com/Staff/Finance"),),
    comment="Asked for by Finance until the audit of 2017 is over.",
    edits=1,
)
GPOS = (
    PKI,
    PILOT_GPO,
    WORKSTATION_HARDENING,
    workstation_base("contoso.com"),
    FINANCE,
    desktop_lock("contoso.com"),
    kiosk("contoso.com"),
)

CLOUD_TRUST = Profile(
    "WHfB Cloud Trust",
    "d5cc122d-cafd-44c8-b344-e4aa46646ca5",
    (hello("device", usecloudtrustforonpremauth=True, usepassportforwork=True),),
    created="2025-05-19T08:22:47.9173366Z",
    modified="2025-06-02T13:05:12.4408213Z",
    description="Windows Hello for Business with cloud Kerberos trust.",
)
PIN_RULES = Profile(
    "WHfB PIN Rules",
    "af238647-a922-4249-b9fc-e608c4d3f831",
    (hello("device", digits=1, expiration=365, history=5, minimumpinlength=8),),
    created="2025-05-19T08:41:03.1178452Z",
    modified="2025-05-19T08:41:03.1178452Z",
    assigned=(Assign(ALL_DEVICES),),
)
STORAGE = Profile(
    "Storage Sense",
    "",
    (
        Choice("device_vendor_msft_policy_config_storage_allowstoragesenseglobal", "1"),
        Whole("device_vendor_msft_policy_config_storage_configstoragesenseglobalcadence", 30),
    ),
    created="",
    modified="",
    assigned=(Assign(ALL_DEVICES),),
)
PLACEHOLDER = custom(
    "WHfB Cloud Trust OMA-URI",
    "530af3c0-cb81-485d-9dd1-238200465544",
    "2022-10-04T10:11:56.2309817Z",
    (
        Oma(
            "Cloud trust",
            "./Device/Vendor/MSFT/PassportForWork/{TenantId}/Policies/UseCloudTrustForOnPremAuth",
            True,
            "Copied from the deployment guide.",
        ),
    ),
    (Assign(PILOT),),
)
_TENANT_NODE = f"./Device/Vendor/MSFT/PassportForWork/{CONTOSO_TENANT}/Policies"
OVERRIDES = custom(
    "WHfB Overrides",
    "",
    "",
    (
        Oma("Cloud trust", f"{_TENANT_NODE}/UseCloudTrustForOnPremAuth", True),
        Oma("Minimum PIN length", f"{_TENANT_NODE}/PINComplexity/MinimumPINLength", 6),
    ),
    (Assign(ALL_DEVICES),),
)

TOPOLOGY = f"""\
# What the exports leave out: link order, blocked inheritance, membership, and the facts about three kinds of device.

[tenant]
id = "{CONTOSO_TENANT}"

[[som]]
path = "contoso.com"
blocks-inheritance = false
links = []

[[som]]
path = "contoso.com/Workstations"
blocks-inheritance = false
links = [                                     # strongest first
  {{ gpo = "WHfB PKI" }},
  {{ gpo = "Workstation Hardening", enforced = true }},
  {{ gpo = "Workstation Base" }},
]

[[som]]
path = "contoso.com/Workstations/London"
blocks-inheritance = false
links = [{{ gpo = "WHfB Cloud Trust Pilot" }}]

[[som]]
path = "contoso.com/Workstations/Leeds"
blocks-inheritance = false
links = []

[[som]]
path = "contoso.com/Workstations/Kiosk"
blocks-inheritance = true
links = [{{ gpo = "Kiosk Lockdown" }}]

[[som]]
path = "contoso.com/Staff"
blocks-inheritance = false
links = [{{ gpo = "Desktop Lock" }}]

[[som]]
path = "contoso.com/Staff/Sales"
blocks-inheritance = false
links = []

[[som]]
path = "contoso.com/Staff/Finance"
blocks-inheritance = false
links = [{{ gpo = "Finance - No Windows Hello" }}]

[[som]]
path = "site:London"
links = []

[[som]]
path = "site:Leeds"
links = []

[[group]]                                     # in Active Directory: the security filter of "WHfB Cloud Trust Pilot"
name = "{PILOT_COMPUTERS.name}"
id = "{PILOT_COMPUTERS.sid}"
members = ["LON-0042$"]

[[group]]                                     # in Entra ID: the assignment of "WHfB Cloud Trust OMA-URI"
name = "{PILOT.name}"
id = "{PILOT.id}"
members = ["LON-0042$"]

[[target]]
name = "London laptop"
device = "contoso.com/Workstations/London"
device-name = "LON-0042$"
user = "contoso.com/Staff/Sales"
user-name = "amy.jones@contoso.com"
site = "London"
groups = ["{PILOT_COMPUTERS.name}", "{PILOT.name}"]
facts = {{ join = "hybrid", os-build = "10.0.22631.4602", mdm = true, entra-kerberos = true, adfs = true, \
enrolled-after-tenant-policy = true }}

[[target]]
name = "Finance laptop"
device = "contoso.com/Workstations/Leeds"
device-name = "LDS-0107$"
user = "contoso.com/Staff/Finance"
user-name = "ben.okafor@contoso.com"
site = "Leeds"
groups = []
facts = {{ join = "hybrid", os-build = "10.0.22631.4602", mdm = true, entra-kerberos = true, adfs = true, \
enrolled-after-tenant-policy = true }}

[[target]]
name = "Kiosk"                                # inheritance is blocked here: only what is enforced comes through
device = "contoso.com/Workstations/Kiosk"
device-name = "LON-K-01$"
user = "contoso.com/Workstations/Kiosk"
user-name = "kiosk-london@contoso.com"
site = "London"
groups = []
facts = {{ join = "hybrid", os-build = "10.0.19045.5247", mdm = true, entra-kerberos = true, adfs = true, \
enrolled-after-tenant-policy = true }}
"""


def files() -> dict[str, bytes]:
    """Every file of the estate, by path."""
    found = {f"gpo/{path}": data for path, data in backups(CONTOSO, GPOS).items()}
    found |= {f"admx/{path}": data for path, data in store().items()}
    path, data = portal(CLOUD_TRUST, "2025-06-16T17:12:48.305Z")
    found[f"intune/portal/{path}"] = data
    managed = [intunemanagement.profile(PIN_RULES), intunemanagement.device(PLACEHOLDER)]
    managed += intunemanagement.groups(CONTOSO_TENANT, "Contoso", [PILOT]).items()
    found |= {f"intune/IntuneManagement/{path}": data for path, data in managed}
    backed_up = [cd_profile(STORAGE), cd_device(OVERRIDES), cd_enrolment("notConfigured")]
    found |= {f"intune/IntuneCD/{path}": data for path, data in backed_up}
    return found | {"topology.toml": TOPOLOGY.encode()}
