"""entra-only: Intune alone, with its scopes and groups as the only difficulty."""

from __future__ import annotations

from corpus.companies import EXECUTIVES, FABRIKAM_TENANT, FINANCE_LAPTOPS, LAPTOPS
from corpus.write_intune import (
    ALL_DEVICES,
    ALL_USERS,
    Assign,
    Device,
    Profile,
    cd_device,
    cd_enrolment,
    cd_profile,
    hello,
)

NAME = "entra-only"

ENABLEMENT = Profile(
    "WHfB Enablement (User)",
    "",
    (hello("user", usepassportforwork=True),),
    created="",
    modified="",
    description="Turns Windows Hello for Business on for everybody.",
    assigned=(Assign(ALL_USERS),),
)
CLOUD_TRUST = Profile(
    "WHfB Cloud Trust (Device)",
    "",
    (hello("device", usecloudtrustforonpremauth=True),),
    created="",
    modified="",
    assigned=(Assign(ALL_DEVICES),),
)
PIN_STANDARD = Profile(
    "WHfB PIN Standard",
    "",
    (hello("device", minimumpinlength=6),),
    created="",
    modified="",
    assigned=(Assign(LAPTOPS),),
)
PIN_FINANCE = Profile(
    "WHfB PIN Finance",
    "",
    (hello("device", history=10, minimumpinlength=10),),
    created="",
    modified="",
    assigned=(Assign(FINANCE_LAPTOPS),),
)
TEMPLATE = Device(
    "windowsIdentityProtectionConfiguration",
    "Hello for Executives",
    "",
    created="",
    modified="",
    body={
        "useSecurityKeyForSignin": True,
        "enhancedAntiSpoofingForFacialFeaturesEnabled": True,
        "pinMinimumLength": 8,
        "pinMaximumLength": None,
        "pinUppercaseCharactersUsage": "notConfigured",
        "pinLowercaseCharactersUsage": "allowed",
        "pinSpecialCharactersUsage": "blocked",
        "pinExpirationInDays": None,
        "pinPreviousBlockCount": 5,
        "pinRecoveryEnabled": True,
        "securityDeviceRequired": True,
        "unlockWithBiometricsEnabled": True,
        "useCertificatesForOnPremisesAuthEnabled": False,
        "windowsHelloForBusinessBlocked": False,
    },
    description="",
    assigned=(Assign(EXECUTIVES),),
)

TOPOLOGY = f"""\
[tenant]
id = "{FABRIKAM_TENANT}"

[[group]]
name = "{LAPTOPS.name}"
id = "{LAPTOPS.id}"
members = ["FAB-L-0019", "FAB-L-0073"]

[[group]]
name = "{FINANCE_LAPTOPS.name}"
id = "{FINANCE_LAPTOPS.id}"
members = ["FAB-L-0019"]

[[group]]
name = "{EXECUTIVES.name}"
id = "{EXECUTIVES.id}"
members = ["dana.ruiz@fabrikam.com"]

[[target]]
name = "Finance laptop"
device-name = "FAB-L-0019"
user-name = "lee.park@fabrikam.com"
groups = ["{LAPTOPS.name}", "{FINANCE_LAPTOPS.name}"]
facts = {{ join = "entra", os-build = "10.0.22631.4602", mdm = true, entra-kerberos = true, \
enrolled-after-tenant-policy = true }}

[[target]]
name = "Executive laptop"
device-name = "FAB-L-0073"
user-name = "dana.ruiz@fabrikam.com"
groups = ["{LAPTOPS.name}", "{EXECUTIVES.name}"]
facts = {{ join = "entra", os-build = "10.0.22631.4602", mdm = true, entra-kerberos = true, \
enrolled-after-tenant-policy = true }}
"""


def files() -> dict[str, bytes]:
    """Every file of the estate, by path."""
    found = [cd_profile(profile) for profile in (ENABLEMENT, CLOUD_TRUST, PIN_STANDARD, PIN_FINANCE)]
    found += [cd_device(TEMPLATE), cd_enrolment("disabled")]
    return {f"intune/{path}": data for path, data in found} | {"topology.toml": TOPOLOGY.encode()}
