"""worked-example: the one example that Microsoft's documentation works out, of a computer GPO beside a device policy.

Source: "Manage Windows Hello for Business in your organization", policy conflicts from multiple policy sources.
"""

from __future__ import annotations

from corpus.companies import CONTOSO, CONTOSO_TENANT
from corpus.gpo import Gpo, Setting, SomLink
from corpus.policies import CERTIFICATE, USE_HELLO
from corpus.write_gpo import backups
from corpus.write_intune import ALL_DEVICES, Assign, Profile, cd_profile, hello

NAME = "worked-example"

GPO = Gpo(
    "Windows Hello for Business",
    "{CAFD99CF-FCAA-4BF2-AEB5-967759317456}",
    "{087DC33E-4171-4091-8B43-9321BCD753FD}",
    created="2021-04-12T08:00:21",
    modified="2021-04-12T08:06:37",
    backed_up="2021-04-12T08:10:00",
    computer=(Setting(USE_HELLO), Setting(CERTIFICATE)),
    links=(SomLink("contoso.com/Workstations"),),
)
PROFILE = Profile(
    "Windows Hello for Business device policy",
    "",
    (
        hello(
            "device",
            digits=1,
            lowercaseletters=1,
            minimumpinlength=8,
            specialcharacters=1,
            usecertificateforonpremauth=False,
            usepassportforwork=False,
        ),
    ),
    created="",
    modified="",
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
links = [{{ gpo = "Windows Hello for Business" }}]

[[som]]
path = "contoso.com/Staff"
blocks-inheritance = false
links = []

[[som]]
path = "site:London"
links = []

[[target]]
name = "Worked example"
device = "contoso.com/Workstations"
user = "contoso.com/Staff"
site = "London"
groups = []
facts = {{ join = "hybrid", mdm = true }}
"""


def files() -> dict[str, bytes]:
    """Every file of the estate, by path."""
    found = {f"gpo/{path}": data for path, data in backups(CONTOSO, (GPO,)).items()}
    path, data = cd_profile(PROFILE)
    return found | {f"intune/{path}": data, "topology.toml": TOPOLOGY.encode()}
