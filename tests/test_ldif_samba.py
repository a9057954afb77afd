"""A real directory, provisioned offline by Samba and exported with ldbsearch, read as LDIF. No daemon runs."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from policylint.model import Filtering
from policylint.readers.directory import ldif
from policylint.readers.directory.known import DirectoryGpo
from policylint.readers.source import Reading, Source
from policylint.topology import GroupEntry, LinkEntry, Som
from tests.directory_writer import gplink

TOOLS = ("samba-tool", "ldbsearch", "ldbmodify", "ldbadd")
DC = "DC=corp,DC=example,DC=com"
DOMAIN_POLICY = "{31B2F340-016D-11D2-945F-00C04FB984F9}"
CONTROLLERS_POLICY = "{6AC1786C-016F-11D2-945F-00C04FB984F9}"

CHANGES = f"""
dn: OU=Workstations,{DC}
changetype: add
objectClass: organizationalUnit

dn: OU=Büro,OU=Workstations,{DC}
changetype: add
objectClass: organizationalUnit

dn: OU=Workstations,{DC}
changetype: modify
replace: gPLink
gPLink: {gplink((DOMAIN_POLICY, 0), (CONTROLLERS_POLICY, 2)).replace("DC=contoso,DC=com", DC)}
-
replace: gPOptions
gPOptions: 1

dn: CN=Pilot,CN=Users,{DC}
changetype: add
objectClass: group
sAMAccountName: Pilot
member: CN=Administrator,CN=Users,{DC}
"""


def run(*command: str, given: str = "") -> str:
    done = subprocess.run(command, input=given, capture_output=True, text=True, encoding="utf-8", timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> str:
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"Samba's {', '.join(missing)} are not here: apt-get install samba-ad-provision ldb-tools")
    folder = tmp_path_factory.mktemp("samba")
    options = ["--realm=CORP.EXAMPLE.COM", "--domain=CORP", "--server-role=dc", "--dns-backend=NONE"]
    command = ["samba-tool", "domain", "provision", *options, "--adminpass=P4ssw0rd!x", f"--targetdir={folder}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    sam = folder / "private" / "sam.ldb"
    if not sam.exists():  # without root the last step fails, file owners of SYSVOL; the directory is whole by then
        pytest.skip(f"samba-tool cannot provision here: {done.stderr.strip().splitlines()[-1:]}")
    run("ldbmodify", "-H", str(sam), given=CHANGES)
    return str(sam)


def read(database: str, folder: Path, *arguments: str) -> Reading:
    file = folder / "corp.ldif"
    file.write_text(run("ldbsearch", "-H", database, *arguments), "utf-8")
    reading, rest = ldif.take([Source(file.name, file)])
    assert rest == []
    assert reading.problems == ()
    return reading


def test_links_blocking_and_order_come_out_as_they_went_in(database: str, tmp_path: Path) -> None:
    (described,) = read(database, tmp_path).described
    assert described.topology.som_at("corp.example.com/Workstations") == Som(
        path="corp.example.com/Workstations",
        blocks_inheritance=True,
        links=[LinkEntry(gpo=CONTROLLERS_POLICY, enforced=True), LinkEntry(gpo=DOMAIN_POLICY)],
        raw_order=True,
    )


def test_every_container_of_the_domain_is_known(database: str, tmp_path: Path) -> None:
    (described,) = read(database, tmp_path).described
    assert sorted(described.topology.som, key=lambda som: som.path) == [
        Som(path="corp.example.com", blocks_inheritance=False, links=[LinkEntry(gpo=DOMAIN_POLICY)]),
        Som(
            path="corp.example.com/Domain Controllers",
            blocks_inheritance=False,
            links=[LinkEntry(gpo=CONTROLLERS_POLICY)],
        ),
        described.topology.som_at("corp.example.com/Workstations"),
        Som(path="corp.example.com/Workstations/Büro", blocks_inheritance=False, links=[]),
    ]


def test_sites_are_read_from_the_configuration(database: str, tmp_path: Path) -> None:
    (described,) = read(database, tmp_path, "-b", f"CN=Configuration,{DC}", "(objectClass=site)").described
    assert described.topology.som == [Som(path="site:Default-First-Site-Name", blocks_inheritance=False, links=[])]


def test_gpo_objects_tell_name_status_and_filtering(database: str, tmp_path: Path) -> None:
    asked = ["objectCategory", "displayName", "flags", "nTSecurityDescriptor", "objectSid"]
    reading = read(database, tmp_path, "(|(objectClass=groupPolicyContainer)(objectClass=domainDNS))", *asked)
    everyone = Filtering(("S-1-5-11",), (), ())
    told = {gpo.id: (gpo.name, gpo.domain, gpo.disabled_sides, gpo.wmi_filter) for gpo in reading.directory}
    assert told == {
        DOMAIN_POLICY: ("Default Domain Policy", "corp.example.com", frozenset(), ""),
        CONTROLLERS_POLICY: ("Default Domain Controllers Policy", "corp.example.com", frozenset(), ""),
    }
    assert [_without_admins(gpo) for gpo in reading.directory] == [everyone, everyone]


def _without_admins(gpo: DirectoryGpo) -> Filtering:
    """Who gets the GPO applied by the extended right alone: full control of administrators has it too."""
    assert gpo.filtering is not None
    return Filtering(tuple(sid for sid in gpo.filtering.apply if not sid.startswith("S-1-5-21-")), gpo.filtering.deny)


def test_groups_have_their_members(database: str, tmp_path: Path) -> None:
    (described,) = read(database, tmp_path, "(|(sAMAccountName=Pilot)(sAMAccountName=Administrator))").described
    (pilot,) = [group for group in described.topology.group if group.name == "Pilot"]
    assert pilot == GroupEntry(name="Pilot", id=pilot.id, members=["Administrator"])
    assert pilot.id is not None and pilot.id.startswith("S-1-5-21-")
