"""LDIF: the format of RFC 2849, and the directory that it tells of."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policylint.evidence import Evidence, LineAt
from policylint.model import FileRecord, Filtering, Problem, Scope
from policylint.readers.directory import ldif
from policylint.readers.directory.gplink import links
from policylint.readers.directory.known import Described, DirectoryGpo, WmiQuery
from policylint.readers.directory.ldif_entries import Entry, Fault, entries
from policylint.readers.directory.names import rdns, som_path
from policylint.readers.source import Reading, Source
from policylint.topology import GroupEntry, LinkEntry, Som, Topology
from tests.directory_writer import DC, A, B, C, gplink, sid
from tests.directory_writer import ldif as written

WANTED = frozenset({"cn", "description"})


def read(folder: Path, text: str | bytes, name: str = "contoso.ldif") -> Reading:
    file = folder / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    reading, rest = ldif.take([Source(name, file)])
    assert rest == []
    return reading


def topology(folder: Path, text: str | bytes) -> Topology:
    (described,) = read(folder, text).described
    return described.topology


def test_folded_lines_are_one_value() -> None:
    assert list(entries("dn: OU=W,DC=a\n ,DC=b\ncn: a\n b\n  c\n", WANTED)) == [
        Entry("OU=W,DC=a,DC=b", 1, {"cn": (b"ab c",)})
    ]


def test_base64_values_are_decoded() -> None:
    text = f"dn:: {base64.b64encode('OU=Büro,DC=a'.encode()).decode()}\ncn:: AAEC\n"
    assert list(entries(text, WANTED)) == [Entry("OU=Büro,DC=a", 1, {"cn": (b"\0\1\2",)})]


def test_comments_are_dropped_with_their_folded_lines() -> None:
    assert list(entries("# record 1\n  more: of it\ndn: DC=a\n# cn: x\ncn: y\n", WANTED)) == [
        Entry("DC=a", 3, {"cn": (b"y",)})
    ]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_lines_end_as_on_any_system(newline: str) -> None:
    text = newline.join(["version: 1", "", "dn: DC=a", "cn: x", "", "", "dn: DC=b", ""])
    assert list(entries(text, WANTED)) == [Entry("DC=a", 3, {"cn": (b"x",)}), Entry("DC=b", 7, {})]


def test_a_value_in_another_file_is_never_opened() -> None:
    assert list(entries("dn: DC=a\ncn:< file:///etc/passwd\n", WANTED)) == [Entry("DC=a", 1, {"cn": (b"",)})]


def test_a_line_that_is_no_attribute_is_told_and_the_rest_is_read() -> None:
    assert list(entries("dn: DC=a\nnonsense\ncn: x\n", WANTED)) == [
        Fault(2, "not an attribute and its value"),
        Entry("DC=a", 1, {"cn": (b"x",)}),
    ]


def test_what_ldapsearch_adds_at_the_end_is_no_entry() -> None:
    text = "# extended LDIF\n#\n\ndn: DC=a\n\n# search result\nsearch: 2\nresult: 0 Success\n\n# numEntries: 1\n"
    assert list(entries(text, WANTED)) == [Entry("DC=a", 4, {})]


def test_only_additions_tell_what_a_directory_holds() -> None:
    text = "dn: DC=a\nchangetype: add\ncn: x\n\ndn: DC=b\nchangetype: modify\nreplace: cn\ncn: y\n-\n"
    assert list(entries(text, WANTED)) == [
        Entry("DC=a", 1, {"cn": (b"x",)}),
        Fault(5, "a change record (modify), which is not what the directory holds"),
    ]


def test_large_groups_are_known_to_be_cut_off() -> None:
    ranged = next(iter(entries("dn: DC=a\nCN;range=0-1499: x\n", WANTED)))
    whole = next(iter(entries("dn: DC=a\nCN;range=1500-*: x\n", WANTED)))
    assert ranged == Entry("DC=a", 1, {"cn": (b"x",)}, ranged=True)
    assert whole == Entry("DC=a", 1, {"cn": (b"x",)})


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_no_text_is_an_exception(text: str) -> None:
    assert all(isinstance(found, Entry | Fault) for found in entries(text, WANTED))


@given(st.binary(max_size=200), st.integers(20, 90))
def test_what_is_written_is_read(value: bytes, wrap: int) -> None:
    text = written(("OU=Büro,DC=a", [("cn", value)]), wrap=wrap)
    assert list(entries(text, WANTED)) == [Entry("OU=Büro,DC=a", 1, {"cn": (value,)})]


@pytest.mark.parametrize(
    ("dn", "path"),
    [
        ("OU=London,OU=Workstations,DC=contoso,DC=com", "contoso.com/Workstations/London"),
        ("ou=a\\, b, dc=contoso , dc=com", "contoso.com/a, b"),
        ("OU=B\\C3\\BCro,DC=contoso,DC=com", "contoso.com/Büro"),
        ("OU=A/B,DC=contoso,DC=com", "contoso.com/A\\/B"),
        ("OU=D,CN=X,DC=contoso,DC=com", "contoso.com/X/D"),
        ("DC=contoso,DC=com", "contoso.com"),
        ("CN=London,CN=Sites,CN=Configuration,DC=contoso,DC=com", "site:London"),
        ("DC=DomainDnsZones,DC=contoso,DC=com", None),
        ("CN=Users,DC=contoso,DC=com", None),
        ("no name", None),
        ("", None),
    ],
)
def test_a_container_is_named_by_its_canonical_path(dn: str, path: str | None) -> None:
    assert som_path(dn) == path


@given(st.text())
def test_any_text_is_a_name_or_none(text: str) -> None:
    assert isinstance(rdns(text), tuple)


def test_the_last_raw_link_is_the_first_in_order() -> None:
    assert links(gplink((A, 0), (B, 2), (C, 1))) == (
        [LinkEntry(gpo=C, enabled=False), LinkEntry(gpo=B, enforced=True), LinkEntry(gpo=A)],
        "",
    )


def test_a_link_that_is_enforced_and_ignored_is_ignored() -> None:
    assert links(gplink((A, 3))) == ([LinkEntry(gpo=A, enforced=True, enabled=False)], "")


def test_an_emptied_link_list_is_a_blank() -> None:
    assert links(" ") == ([], "")


def test_links_that_stop_following_the_format_are_read_up_to_there() -> None:
    assert links(gplink((A, 0)) + "[LDAP://oops]") == ([LinkEntry(gpo=A)], "[LDAP://oops]")


WHOLE = ("objectCategory", f"CN=X,CN=Schema,CN=Configuration,{DC}")
DOMAIN = 1004336348, 1177238915, 682003330


def test_containers_tell_links_and_blocking(tmp_path: Path) -> None:
    text = written(
        (DC, [("gPLink", gplink((A, 0), (B, 2))), WHOLE, ("objectSid", sid(21, *DOMAIN))]),
        (f"OU=W,{DC}", [WHOLE, ("gPOptions", "1")]),
        (f"CN=London,CN=Sites,CN=Configuration,{DC}", [WHOLE, ("gPLink", gplink((C, 0), prefix="ldap"))]),
        newline="\r\n",
    )
    assert topology(tmp_path, text) == Topology(
        som=[
            Som(
                path="contoso.com",
                blocks_inheritance=False,
                links=[LinkEntry(gpo=B, enforced=True), LinkEntry(gpo=A)],
                raw_order=True,
            ),
            Som(path="contoso.com/W", blocks_inheritance=True, links=[]),
            Som(path="site:London", blocks_inheritance=False, links=[LinkEntry(gpo=C)]),
        ]
    )


def test_what_an_export_was_not_asked_for_stays_unknown(tmp_path: Path) -> None:
    text = written((DC, [("description", "x")]), (f"OU=W,{DC}", [("description", "y")]))
    assert topology(tmp_path, text) == Topology(som=[Som(path="contoso.com"), Som(path="contoso.com/W")])


def test_an_export_of_links_alone_tells_no_blocking(tmp_path: Path) -> None:
    text = written((DC, [("gPLink", gplink((A, 0)))]), (f"OU=W,{DC}", []))
    assert topology(tmp_path, text) == Topology(
        som=[Som(path="contoso.com", links=[LinkEntry(gpo=A)]), Som(path="contoso.com/W", links=[])]
    )


def test_a_utf16_export_reads_alike(tmp_path: Path) -> None:
    text = written((f"OU=Büro,{DC}", [WHOLE]))
    assert topology(tmp_path, text.encode("utf-16")) == topology(tmp_path, text)


def test_a_gpo_object_tells_name_status_filter_and_filtering(tmp_path: Path) -> None:
    descriptor = "O:DAG:DAD:P(A;CI;RPLCLORC;;;AU)(OA;CI;CR;edacfd8f-ffb3-11d1-b41d-00a0c968f939;;DU)"
    text = written(
        (DC, [("objectSid", sid(21, *DOMAIN))]),
        (
            f"CN={A},CN=Policies,CN=System,{DC}",
            [
                ("displayName", "Büro"),
                ("flags", "1"),
                ("gPCFunctionalityVersion", "2"),
                ("versionNumber", "65538"),
                ("gPCWQLFilter", f"[contoso.com;{B};0]"),
                ("nTSecurityDescriptor", descriptor),
            ],
        ),
        (
            f"CN={B},CN=SOM,CN=WMIPolicy,CN=System,{DC}",
            [
                ("msWMI-ID", B),
                ("msWMI-Name", "Laptops"),
                ("msWMI-Parm2", "1;3;10;13;WQL;root\\CIMv2;SELECT 1 == 1;"),
            ],
        ),
    )
    reading = read(tmp_path, text)
    domain = f"S-1-5-21-{'-'.join(map(str, DOMAIN))}"
    assert reading.directory == (
        DirectoryGpo(
            A,
            Evidence("contoso.ldif", LineAt(4)),
            "Büro",
            "contoso.com",
            frozenset({Scope.USER}),
            Filtering((f"{domain}-513",), (), ("S-1-5-11",)),
            B,
            version=65538,
            functionality=2,
        ),
    )
    assert reading.wmi_queries == (WmiQuery(B, "Laptops", ("SELECT 1 == 1",), Evidence("contoso.ldif", LineAt(14))),)


def test_a_group_lists_its_members_by_account_name(tmp_path: Path) -> None:
    text = written(
        (
            f"CN=Pilot,CN=Users,{DC}",
            [
                WHOLE,
                ("objectClass", "group"),
                ("sAMAccountName", "Pilot"),
                ("objectSid", sid(21, *DOMAIN, 1105)),
                ("member", f"CN=LON-0001,OU=W,{DC}"),
                ("member", f"CN=Elsewhere,{DC}"),
            ],
        ),
        (f"CN=LON-0001,OU=W,{DC}", [("sAMAccountName", "LON-0001$")]),
    )
    domain = f"S-1-5-21-{'-'.join(map(str, DOMAIN))}"
    assert topology(tmp_path, text).group == [
        GroupEntry(name="Pilot", id=f"{domain}-1105", members=["LON-0001$", "Elsewhere"])
    ]


def test_groups_that_are_primary_groups_have_members_nobody_lists(tmp_path: Path) -> None:
    text = written(
        (
            f"CN=Domain Computers,CN=Users,{DC}",
            [
                WHOLE,
                ("objectClass", "group"),
                ("sAMAccountName", "Domain Computers"),
                ("objectSid", sid(21, 1, 2, 3, 515)),
            ],
        )
    )
    assert topology(tmp_path, text).group == [GroupEntry(name="Domain Computers", id="S-1-5-21-1-2-3-515")]


def test_damage_makes_a_file_unread_and_keeps_the_rest(tmp_path: Path) -> None:
    reading = read(tmp_path, f"dn: OU=W,{DC}\ngPOptions: 1\ngPLink:: %%\n")
    message = "the value of 'gPLink' is not valid base64"
    assert reading == Reading(
        described=(
            Described(Topology(som=[Som(path="contoso.com/W", blocks_inheritance=True)]), Evidence("contoso.ldif")),
        ),
        problems=(Problem("RD027", message, Evidence("contoso.ldif", LineAt(3))),),
        files=(FileRecord("contoso.ldif", "unread", ldif.KIND, message),),
    )


def test_many_broken_lines_are_summed_up(tmp_path: Path) -> None:
    reading = read(tmp_path, f"dn: {DC}\n" + "x\n" * 50)
    assert [p.message for p in reading.problems] == ["not an attribute and its value"] * 5 + [
        "45 more lines that cannot be used"
    ]


def test_text_files_are_taken_only_when_they_begin_like_ldif(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(f"# extended LDIF\n#\n\ndn: {DC}\n")
    (tmp_path / "b.txt").write_text("a note about dn: something\n")
    reading, rest = ldif.take([Source("a.txt", tmp_path / "a.txt"), Source("b.txt", tmp_path / "b.txt")])
    assert reading.files == (FileRecord("a.txt", "read", ldif.KIND),)
    assert [source.path for source in rest] == ["b.txt"]


def test_a_banner_of_hashes_is_looked_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("#" * 4000)
    source = Source("a.txt", tmp_path / "a.txt")
    assert ldif.take([source]) == (Reading(), [source])
