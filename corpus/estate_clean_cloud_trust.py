"""clean-cloud-trust: the estate as it should be. Intune configures Windows Hello, Group Policy everything else."""

from __future__ import annotations

from corpus.baseline_gpos import HARDENING, desktop_lock
from corpus.companies import CONTOSO, CONTOSO_TENANT
from corpus.gpo import Gpo, SomLink
from corpus.write_admx import store
from corpus.write_gpo import backups
from corpus.write_intune import ALL_DEVICES, Assign, Profile, cd_enrolment, cd_profile, hello

NAME = "clean-cloud-trust"

GPOS = (
    Gpo(
        "Workstation Hardening",
        "{4BD40419-EB8C-44B1-93FB-5110F6F25446}",
        "{FFFEF055-B38A-4E84-B90E-8F9058247CDC}",
        created="2023-02-13T09:20:05",
        modified="2025-03-18T10:31:59",
        backed_up="2025-09-01T18:00:08",
        computer=HARDENING,
        links=(SomLink("contoso.com/Workstations"),),
        edits=5,
    ),
    desktop_lock("contoso.com"),
)
CLOUD_TRUST = Profile(
    "WHfB Cloud Trust",
    "",
    (
        hello(
            "device",
            excludesecuritydevices__tpm12=True,
            minimumpinlength=8,
            requiresecuritydevice=True,
            usecloudtrustforonpremauth=True,
            usepassportforwork=True,
        ),
    ),
    created="",
    modified="",
    description="Windows Hello for Business with cloud Kerberos trust, for every device.",
    assigned=(Assign(ALL_DEVICES),),
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
links = [{{ gpo = "Workstation Hardening" }}]

[[som]]
path = "contoso.com/Staff"
blocks-inheritance = false
links = [{{ gpo = "Desktop Lock" }}]

[[som]]
path = "site:London"
links = []

[[target]]
name = "Laptop"
device = "contoso.com/Workstations"
device-name = "LON-0042$"
user = "contoso.com/Staff"
user-name = "amy.jones@contoso.com"
site = "London"
groups = []
facts = {{ join = "hybrid", os-build = "10.0.22631.4602", mdm = true, entra-kerberos = true, adfs = false, \
enrolled-after-tenant-policy = true }}
"""


def files() -> dict[str, bytes]:
    """Every file of the estate, by path."""
    found = {f"gpo/{path}": data for path, data in backups(CONTOSO, GPOS).items()}
    found |= {f"admx/{path}": data for path, data in store().items()}
    found |= {f"intune/{path}": data for path, data in (cd_profile(CLOUD_TRUST), cd_enrolment("notConfigured"))}
    return found | {"topology.toml": TOPOLOGY.encode()}
