"""Device lists as CSV: the dialects that people have, what becomes of every row, and how lists are named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policylint.errors import ConfigError, UsageError
from policylint.estate import Estate
from policylint.evidence import Evidence, LineAt
from policylint.facts import ALWAYS, NEVER, Is, When
from policylint.model import FileRecord, Problem, Scope
from policylint.readers import read
from policylint.readers.directory.device_columns import around, build, container
from policylint.readers.directory.devices import read_devices
from policylint.readers.source import Source
from policylint.targets import member
from policylint.topology import Facts, GroupEntry, Target, Topology


def table(folder: Path, content: str | bytes) -> tuple[tuple[Target, ...], tuple[Problem, ...], FileRecord]:
    """What a list is read as."""
    path = folder / "devices.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    found = read_devices(Source("devices.csv", path))
    return found.targets, found.problems, found.record


def test_every_column_is_read(tmp_path: Path) -> None:
    header = "device-name,device,user,user-name,site,groups,join,os-build,mdm,entra-kerberos,adfs"
    header += ",enrolled-after-tenant-policy"
    row = "LON-1,contoso.com/W,contoso.com/U,ann@contoso.com,London,Pilot; Finance,hybrid,10.0.22631.3007,yes,true,no,1"
    facts = Facts(
        join="hybrid",
        os_build="10.0.22631.3007",
        mdm=True,
        entra_kerberos=True,
        adfs=False,
        enrolled_after_tenant_policy=True,
    )
    assert table(tmp_path, f"{header}\n{row}\n") == (
        (
            Target(
                name="LON-1",
                device="contoso.com/W",
                device_name="LON-1",
                user="contoso.com/U",
                user_name="ann@contoso.com",
                site="London",
                groups=["Pilot", "Finance"],
                facts=facts,
            ),
        ),
        (),
        FileRecord("devices.csv", "read", "device list", "1 device"),
    )


AD = """#TYPE Microsoft.ActiveDirectory.Management.ADComputer
"DistinguishedName","Enabled","Name","OperatingSystem","OperatingSystemVersion","SamAccountName"
"CN=LON-1,OU=London,OU=Workstations,DC=contoso,DC=com","True","LON-1","Windows 11 Enterprise","10.0 (22631)","LON-1$"
"CN=OLD-1,CN=Computers,DC=contoso,DC=com","False","OLD-1",,,"OLD-1$"
"""
AD_TARGETS = (
    Target(
        name="LON-1",
        device="contoso.com/Workstations/London",
        device_name="LON-1$",
        facts=Facts(os_build="10.0.22631"),
    ),
    Target(name="OLD-1", device="contoso.com", device_name="OLD-1$"),
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_what_get_adcomputer_writes_is_read_in_every_encoding(encoding: str, tmp_path: Path) -> None:
    assert table(tmp_path, AD.encode(encoding)) == (
        AD_TARGETS,
        (),
        FileRecord("devices.csv", "read", "device list", "2 devices; columns not used: Enabled"),
    )


def test_what_the_intune_admin_centre_writes_is_read(tmp_path: Path) -> None:
    text = (
        "Device name,Managed by,OS,OS version,Primary user UPN,Join type\r\n"
        'LON-1,Intune,Windows,10.0.22631.3007,ann@contoso.com,"Microsoft Entra hybrid joined"\r\n'
        "LON-2,Intune,Windows,10.0.22631.3007,None,Azure AD joined\r\n"
    )
    build_ = "10.0.22631.3007"
    assert table(tmp_path, text)[0] == (
        Target(
            name="LON-1",
            device_name="LON-1",
            user_name="ann@contoso.com",
            facts=Facts(join="hybrid", os_build=build_),
        ),
        Target(name="LON-2", device_name="LON-2", facts=Facts(join="entra", os_build=build_)),
    )


def test_semicolons_separate_where_the_header_has_them(tmp_path: Path) -> None:
    text = 'sep=;\nDEVICE-NAME;Device;Groups\nLON-1;contoso.com/W;"Pilot;Finance"\n'
    assert table(tmp_path, text)[0] == (
        Target(name="LON-1", device="contoso.com/W", device_name="LON-1", groups=["Pilot", "Finance"]),
    )


def test_an_empty_cell_of_groups_tells_nothing_and_a_hyphen_says_none(tmp_path: Path) -> None:
    targets, _, _ = table(tmp_path, "name,groups\nA,\nB,-\n")
    assert [target.groups for target in targets] == [None, []]


def test_rows_that_cannot_be_used_are_told_by_their_lines_and_counted(tmp_path: Path) -> None:
    text = 'name,device\nA,contoso.com\nB,Laptops\n"C\nc",Laptops\n\n,contoso.com\nD,contoso.com,x\nE,Laptops\n'
    targets, problems, record = table(tmp_path, text)
    place = "'Laptops' is neither a canonical path nor a distinguished name of a device's place: the row is not used"
    assert [target.name for target in targets] == ["A"]
    assert problems == (
        Problem("RD034", f"{place} (so with 2 more rows: lines 4, 9)", Evidence("devices.csv", LineAt(3))),
        Problem("RD034", "no device is named: the row is not used", Evidence("devices.csv", LineAt(7))),
        Problem(
            "RD034",
            "the row has more cells than the 2 columns: it is not used",
            Evidence("devices.csv", LineAt(8)),
        ),
    )
    assert record == FileRecord("devices.csv", "unread", "device list", "1 device; 5 rows not used")


def test_a_name_that_comes_again_is_told_apart(tmp_path: Path) -> None:
    assert [target.name for target in table(tmp_path, "name\nA\na\nB\n")[0]] == ["A", "a (2)", "B"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the list is empty: its first line must name the columns"),
        (b"name\n\xff\xfe\n", "not valid UTF-8 at byte 5: invalid start byte"),
        (
            b"Serial\n1\n",
            "no column names the device; there must be one of: "
            "target, name, devicename, computername, hostname, samaccountname, dnshostname",
        ),
    ],
)
def test_a_list_that_cannot_be_read_is_a_problem(content: bytes, message: str, tmp_path: Path) -> None:
    targets, problems, record = table(tmp_path, content)
    assert (targets, [p.message for p in problems], record) == (
        (),
        [message],
        FileRecord("devices.csv", "unread", "device list", message),
    )


PIECES = st.sampled_from(
    [*"abn,;\t\"'\r\n=\\/.", "name", "device", "CN=a,", "DC=b", "\0", "\ufeff", "\u2028", "\ud7ff"]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(PIECES).map("".join) | st.text(), st.sampled_from(["utf-8", "utf-16", "utf-16-be"]))
def test_any_text_is_read_or_reported(tmp_path: Path, text: str, encoding: str) -> None:
    targets, problems, record = table(tmp_path, text.encode(encoding, "surrogatepass"))
    assert record.status == ("unread" if any(p.rule != "RD035" for p in problems) else "read")
    assert all(target.name for target in targets)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("OU=London,OU=Workstations,DC=contoso,DC=com", "contoso.com/Workstations/London"),
        ("CN=PC\\, old,OU=London,DC=contoso,DC=com", "contoso.com/London"),
        ("CN=Computers,DC=contoso,DC=com", "contoso.com"),
        ("contoso.com/Workstations/", "contoso.com/Workstations"),
        ("contoso.com", "contoso.com"),
        ("Workstations", None),
        ("CN=PC,OU=London", None),
        ("Microsoft.ActiveDirectory.Management.ADPropertyValueCollection; x", None),
    ],
)
def test_the_place_of_a_device_is_its_nearest_scope_of_management(text: str, place: str | None) -> None:
    assert container(text) == place


@pytest.mark.parametrize(
    ("text", "place"),
    [("contoso.com/W/PC-1", "contoso.com/W"), ("contoso.com/Computers/PC-1", "contoso.com"), ("PC-1", None)],
)
def test_a_canonical_name_is_the_devices_own(text: str, place: str | None) -> None:
    assert around(text) == place


@pytest.mark.parametrize(
    ("text", "number"),
    [("10.0 (22631)", "10.0.22631"), ("10.0.22631.3007", "10.0.22631.3007"), ("Windows 11", None)],
)
def test_builds_are_read_as_directories_and_intune_write_them(text: str, number: str | None) -> None:
    assert build(text) == number


@pytest.mark.parametrize("name", ["PC-1", "pc-1$"])
def test_a_group_lists_a_computer_with_its_dollar_sign_or_without(name: str) -> None:
    groups = [GroupEntry(name="Pilot", members=["PC-1$"]), GroupEntry(name="Phones", members=["PC-2"])]
    estate = Estate((), topology=Topology(group=groups))
    target = Target(name="T", device_name=name)
    found = [member(group, target, estate, Scope.DEVICE) for group in ("Pilot", "Phones")]
    assert found == [ALWAYS, NEVER]


@pytest.mark.parametrize(
    ("side", "found"),
    [
        pytest.param(Scope.DEVICE, [ALWAYS, NEVER], id="the device"),
        pytest.param(Scope.USER, [Is('group "Pilot"'), Is('group "Phones"')], id="the user"),
        pytest.param(None, [ALWAYS, Is('group "Phones"')], id="either of them"),
    ],
)
def test_whether_a_user_whom_nobody_names_is_in_a_group_is_open(side: Scope | None, found: list[When]) -> None:
    groups = [GroupEntry(name="Pilot", members=["PC-1$"]), GroupEntry(name="Phones", members=["ann"])]
    estate, target = Estate((), topology=Topology(group=groups)), Target(name="T", device_name="PC-1")
    assert [member(group, target, estate, side) for group in ("Pilot", "Phones")] == found


class TestNaming:
    """A list is named by a topology file, or on the command line."""

    def test_a_topology_file_names_lists_from_its_own_folder(self, tmp_path: Path) -> None:
        (tmp_path / "exports" / "lists").mkdir(parents=True)
        (tmp_path / "exports" / "topology.toml").write_text('[[devices]]\nfile = "lists/pcs.csv"\n', "utf-8")
        (tmp_path / "exports" / "lists" / "pcs.csv").write_text("name\nA\n", "utf-8")
        estate = read(["exports"], base=tmp_path)
        assert estate.topology.target == [Target(name="A", device_name="A")]
        assert FileRecord("exports/lists/pcs.csv", "read", "device list", "1 device") in estate.files

    def test_a_list_that_is_not_there_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "topology.toml").write_text('[[devices]]\nfile = "../pcs.csv"\n', "utf-8")
        message = r"^topology\.toml: there is no device list '\.\./pcs\.csv' below the given paths$"
        with pytest.raises(ConfigError, match=message):
            read(["."], base=tmp_path)

    def test_the_command_line_names_any_file(self, tmp_path: Path) -> None:
        (tmp_path / "exports").mkdir()
        (tmp_path / "pcs.csv").write_text("name\nA\n", "utf-8")
        estate = read(["exports"], base=tmp_path, devices=["pcs.csv"])
        assert (estate.topology.target, [file.path for file in estate.files]) == (
            [Target(name="A", device_name="A")],
            ["pcs.csv"],
        )
        with pytest.raises(UsageError, match=r"^no device list 'other\.csv'$"):
            read(["exports"], base=tmp_path, devices=["other.csv"])

    def test_other_tables_are_no_targets(self, tmp_path: Path) -> None:
        (tmp_path / "pcs.csv").write_text("name\nA\n", "utf-8")
        (tmp_path / "group.json").write_text(json.dumps({}), "utf-8")
        assert read(["."], base=tmp_path).topology.target == []
