"""broken: files as they come out of a bad transfer or a bad mind, beside healthy policies that hold mistakes."""

from __future__ import annotations

from corpus import write_intunemanagement as intunemanagement
from corpus.baseline_gpos import desktop_lock, kiosk, workstation_base
from corpus.companies import CONTOSO, CONTOSO_TENANT
from corpus.gpo import Gpo, Setting, SomLink
from corpus.policies import CERTIFICATE, CLOUD, NETWORK_SELECTION, PASSPORT, USE_HELLO, WINDOWS
from corpus.write_admx import store
from corpus.write_gpo import backups
from corpus.write_intune import ALL_DEVICES, Assign, Oma, Profile, cd_device, cd_profile, custom, hello, portal

NAME = "broken"

CERTIFICATE_TRUST = Gpo(
    "WHfB Certificate Trust",
    "{DD3E6EA1-423C-4676-9363-9FD9D49A5407}",
    "{4E225A54-4848-4081-8964-CB8B7200B4DD}",
    created="2019-06-04T09:00:00",
    modified="2019-06-04T09:12:31",
    backed_up="2025-06-30T18:00:01",
    computer=(Setting(USE_HELLO), Setting(CERTIFICATE)),
    links=(SomLink("contoso.com/Workstations"),),
)
CLOUD_TRUST = Gpo(
    "WHfB Cloud Trust",
    "{C6AA3894-A4C2-46CF-A756-4F10850F3C6C}",
    "{643CE24F-4CE4-4A9A-835E-3BF4FB3E226D}",
    created="2024-01-22T10:40:19",
    modified="2024-01-22T10:44:50",
    backed_up="2025-06-30T18:00:02",
    computer=(Setting(CLOUD),),
    links=(SomLink("contoso.com/Workstations"),),
)
LEGACY = Gpo(
    "Legacy Templates",
    "{854CD9CD-FB88-4265-A175-2B08EC184CEF}",
    "{A7F2353D-34F5-4345-B4AC-5566F26D809F}",
    created="2014-03-11T07:07:07",
    modified="2014-03-11T07:30:26",
    backed_up="2025-06-30T18:00:03",
    computer=(Setting(NETWORK_SELECTION),),
)
CUT, UNSIGNED, UNPAIRED = desktop_lock("contoso.com"), workstation_base("contoso.com"), kiosk("contoso.com")

_LAUGHS = "".join(
    f'  <!ENTITY {name} "{f"&{before};" * 10}">\n' for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
ENTITY_BOMB = f'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE bomb [\n  <!ENTITY a "expanding">\n{_LAUGHS}]>\n'
"""Ten to the eighth copies of one word, if anybody expands it."""
EXTERNAL_ENTITY = (
    '<?xml version="1.0" encoding="{encoding}"?>\r\n'
    '<!DOCTYPE outside [\r\n  <!ENTITY secret SYSTEM "file:///etc/passwd">\r\n]>\r\n'
)

SHORT_PIN = Profile(
    "WHfB PIN Rules",
    "b1cb5244-b849-4fab-b2b4-7d36e6079c6a",
    (hello("device", minimumpinlength=4),),
    created="2025-05-19T08:41:03.1178452Z",
    modified="2025-05-19T08:41:03.1178452Z",
    assigned=(Assign(ALL_DEVICES),),
)
CUT_EXPORT = Profile(
    "WHfB Key Trust",
    "5de070f5-48d9-4952-8971-da30e8d8cac7",
    (hello("device", usepassportforwork=True),),
    created="2025-05-19T08:41:03.1178452Z",
    modified="2025-05-19T08:41:03.1178452Z",
)
TWICE = Profile(
    "WHfB PIN History",
    "",
    (hello("device", history=10),),
    created="",
    modified="",
    assigned=(Assign(ALL_DEVICES),),
)
PLACEHOLDER = custom(
    "WHfB Cloud Trust OMA-URI",
    "",
    "",
    (
        Oma(
            "Cloud trust",
            "./Device/Vendor/MSFT/PassportForWork/{TenantId}/Policies/UseCloudTrustForOnPremAuth",
            True,
        ),
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
links = [
  {{ gpo = "WHfB Certificate Trust" }},
  {{ gpo = "WHfB Cloud Trust" }},
  {{ gpo = "Workstation Base" }},
]

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
user = "contoso.com/Staff"
site = "London"
groups = []
facts = {{ join = "hybrid", os-build = "10.0.22631.4602", mdm = true, entra-kerberos = true, adfs = true, \
enrolled-after-tenant-policy = true }}
"""


def files() -> dict[str, bytes]:
    """Every file of the estate, by path."""
    gpos = (CERTIFICATE_TRUST, CLOUD_TRUST, LEGACY, CUT, UNSIGNED, UNPAIRED)
    found = {f"gpo/{path}": data for path, data in _break_gpos(backups(CONTOSO, gpos)).items()}
    found |= {f"admx/{path}": data for path, data in store((WINDOWS, PASSPORT)).items()}
    found["admx/Legacy.admx"] = _outside("policyDefinitions", "displayName", "utf-8")
    found |= {f"intune/{path}": data for path, data in _intune()}
    return found | {"topology.toml": TOPOLOGY.encode()}


def _break_gpos(found: dict[str, bytes]) -> dict[str, bytes]:
    """Damages the files that this estate is about; everything else stays as it was made."""
    cut = f"{CUT.backup}/DomainSysvol/GPO/User/registry.pol"
    unsigned = f"{UNSIGNED.backup}/DomainSysvol/GPO/Machine/registry.pol"
    report = f"{UNPAIRED.backup}/gpreport.xml"
    name = "Kiosk".encode("utf-16-le")
    return found | {
        cut: found[cut][: len(found[cut]) - 37],
        unsigned: b"ProG" + found[unsigned][4:],
        report: found[report].replace(name, "\ud83d".encode("utf-16-le", "surrogatepass") + name, 1),
        f"{LEGACY.backup}/Backup.xml": f"{ENTITY_BOMB}<bomb>&i;</bomb>\n".encode(),
        f"{LEGACY.backup}/gpreport.xml": _outside("GPO", "Name", "utf-16"),
    }


def _outside(root: str, child: str, encoding: str) -> bytes:
    text = f"{EXTERNAL_ENTITY.format(encoding=encoding)}<{root}><{child}>&secret;</{child}></{root}>\r\n"
    return text.encode(encoding) if encoding == "utf-8" else b"\xff\xfe" + text.encode("utf-16-le")


def _intune() -> list[tuple[str, bytes]]:
    """A healthy profile and three broken ones: cut off, with an unpaired surrogate, with one key twice."""
    path, text = portal(CUT_EXPORT, "2025-06-30T16:40:11.870Z")
    short_path, short = intunemanagement.profile(SHORT_PIN)
    name = SHORT_PIN.name.encode("utf-16-le")
    twice_path, twice = cd_profile(TWICE)
    return [
        cd_device(PLACEHOLDER),
        (path, text[: len(text) * 2 // 3]),
        (short_path, short.replace(name, b"\x3d\xd8" + name, 1)),
        (twice_path, twice.replace(b'"value": 10\n', b'"value": 10,\n"value": 0\n')),
    ]
