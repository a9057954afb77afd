"""DDF v2 files and the table of CSP nodes that is made of them."""

from __future__ import annotations

import gzip
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policylint.catalogue import ddf
from policylint.catalogue.build_ddf import csp_nodes, table
from policylint.catalogue.csp_node import AdmxRef, Allowed, GpRef, Node, unpack
from policylint.catalogue.ddf import Nodes, key_of
from policylint.errors import ReadError
from policylint.readers.ddf_nodes import read
from tests.ddf_writer import (
    admx_backed,
    allowed,
    applicability,
    delimited,
    enum,
    gp_mapping,
    leaf,
    node,
    value,
)
from tests.ddf_writer import ddf as document

AREA = "./Device/Vendor/MSFT/Policy/Config"
WRITABLE = frozenset(("Add", "Delete", "Get", "Replace"))


def nodes_of(*found: Node) -> Nodes:
    """An index of nodes that were read."""
    return Nodes({}, {key_of(one.uri): one for one in found})


def test_a_leaf_says_its_format_access_default_and_allowed_values() -> None:
    kerberos = leaf("Ticket", "int", allowed("ENUM", enum(("0", "Disabled."), ("1", "Enabled."))), default="0")
    assert read(document(node("Kerberos", kerberos, path=AREA))) == (
        Node(f"{AREA}/Kerberos", "node", frozenset(("Get",))),
        Node(
            f"{AREA}/Kerberos/Ticket",
            "int",
            WRITABLE,
            "0",
            Allowed("ENUM", (("0", "Disabled"), ("1", "Enabled"))),
        ),
    )


def test_names_of_values_that_explain_are_left_out() -> None:
    long = "This value turns the feature on for every user of the device."
    (found,) = read(document(leaf("A", "int", allowed("ENUM", enum(("1", long))))))
    assert found.allowed == Allowed("ENUM", (("1", ""),))


def test_a_file_with_several_top_nodes_gives_those_of_both_scopes() -> None:
    tops = (node("Hello", path="./User/Vendor/MSFT"), node("Hello", path="./Device/Vendor/MSFT/"))
    assert [one.uri for one in read(document(*tops))] == ["./User/Vendor/MSFT/Hello", "./Device/Vendor/MSFT/Hello"]


def test_a_node_without_a_name_is_named_by_its_title_and_says_how_instances_are_named() -> None:
    naming = "<MSFT:DynamicNodeNaming><MSFT:UniqueName>[0-9]+</MSFT:UniqueName></MSFT:DynamicNodeNaming>"
    tree = node("", leaf("Policies"), title="TenantId", more=naming)
    found = read(document(node("PassportForWork", tree, node("", title="Other"), path="./Device/Vendor/MSFT")))
    assert [(one.uri, one.dynamic) for one in found] == [
        ("./Device/Vendor/MSFT/PassportForWork", ""),
        ("./Device/Vendor/MSFT/PassportForWork/{TenantId}", "UniqueName"),
        ("./Device/Vendor/MSFT/PassportForWork/{TenantId}/Policies", ""),
        ("./Device/Vendor/MSFT/PassportForWork/{Other}", "unknown"),
    ]


def test_builds_and_editions_hold_for_the_nodes_below_until_one_says_otherwise() -> None:
    tree = node(
        "Top",
        leaf("Old"),
        leaf("New", more=applicability("10.0.26100, 10.0.22621.3374, 99.9.99999")),
        path="./Device/Vendor/MSFT",
        more=applicability("10.0.10586", "0x4;0x1B;"),
    )
    assert [(one.builds, one.editions) for one in read(document(tree))] == [
        (("10.0.10586",), ("0x4", "0x1B")),
        (("10.0.10586",), ("0x4", "0x1B")),
        (("10.0.26100", "10.0.22621.3374", "99.9.99999"), ("0x4", "0x1B")),
    ]


def test_a_node_below_one_that_is_written_at_once_is_written_at_once_too() -> None:
    tree = node("Rule", leaf("Action"), path="./Vendor/MSFT", more="<MSFT:AtomicRequired />")
    assert [one.atomic for one in read(document(tree))] == [True, True]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (allowed("Range", value("[0-50]")), Allowed("Range", ranges=((0, 50),))),
        (allowed("Range", value("[(-1)-4294967295]")), Allowed("Range", ranges=((-1, 4294967295),))),
        (allowed("Range", value("[0-1],[5-9]")), Allowed("Range", ranges=((0, 1), (5, 9)))),
        (allowed("RegEx", value(r"^\d$") + delimited(",")), Allowed("RegEx", pattern=r"^\d$", delimiter=",")),
        (allowed("Flag", enum(("1", "A"), ("2", "B"))), Allowed("Flag", (("1", "A"), ("2", "B")))),
        (allowed("None", delimited("0xF000")), Allowed("None", delimiter="\uf000")),
        (allowed("None", delimited("\\xF000")), Allowed("None", delimiter="\uf000")),
        (allowed("XSD", value("<xs:schema/>")), Allowed("XSD")),
        (allowed("None"), None),
        ("", None),
    ],
)
def test_allowed_values_of_every_kind(written: str, expected: Allowed | None) -> None:
    (found,) = read(document(leaf("A", more=written)))
    assert found.allowed == expected


def test_the_admx_policy_and_the_group_policy_of_a_node_are_kept() -> None:
    backed = admx_backed("Printing.admx", "PointAndPrint", "Printing~AT~ControlPanel")
    mapped = gp_mapping("AllowTelemetry", "DataCollection~AT~Windows", "Level")
    found = read(document(leaf("A", "chr", backed), leaf("B", "int", mapped)))
    assert [(one.admx, one.gp) for one in found] == [
        (AdmxRef("Printing.admx", "PointAndPrint", "Printing~AT~ControlPanel"), None),
        (None, GpRef("AllowTelemetry", "DataCollection~AT~Windows", "Level")),
    ]


def test_conflict_resolution_restart_and_deprecation_are_kept_unless_they_are_the_default() -> None:
    told = (
        "<MSFT:ConflictResolution>LastWrite</MSFT:ConflictResolution>"
        "<MSFT:RebootBehavior>Automatic</MSFT:RebootBehavior>"
        '<MSFT:Deprecated OsBuildDeprecated="10.0.22000" />'
    )
    plain = (
        "<MSFT:ConflictResolution>NoMerge</MSFT:ConflictResolution>"
        "<MSFT:RebootBehavior>None</MSFT:RebootBehavior><MSFT:Deprecated />"
    )
    found = read(document(leaf("A", more=told), leaf("B", more=plain)))
    assert [(one.conflict_resolution, one.reboot, one.deprecated) for one in found] == [
        ("LastWrite", "Automatic", "10.0.22000"),
        ("", "", "unknown"),
    ]


def test_a_file_that_declares_entities_is_refused() -> None:
    bomb = document(leaf("A")).replace(b"[<?oma", b'[<!ENTITY a "b"><?oma')
    with pytest.raises(ReadError, match="entities"):
        read(bomb)


def test_the_table_gives_every_node_back() -> None:
    found = read(
        document(
            node(
                "Top",
                leaf("A", "chr", admx_backed("a.admx", "P", "a~AT~C"), default=""),
                leaf("B", "int", allowed("Range", value("[0-5]")) + gp_mapping("N", "f~AT~C", "E"), default="3"),
                leaf("C", "chr", allowed("None", delimited(";")) + applicability("10.0.22000", "0x4;")),
                path="./Vendor/MSFT",
                more="<MSFT:AtomicRequired />",
            )
        )
    )
    head, *lines = gzip.decompress(table(found, "somewhere", 1)).decode().splitlines()
    assert head == "# CSP nodes\tversion 1\tsource somewhere\t1 files\t4 nodes"
    assert tuple(map(unpack, lines)) == found


def test_the_same_folder_gives_the_same_table(tmp_path: Path) -> None:
    (tmp_path / "b.xml").write_bytes(document(leaf("B")))
    (tmp_path / "a.xml").write_bytes(document(leaf("A")))
    (tmp_path / "other.xml").write_bytes(b"<GPO />")
    first = csp_nodes(tmp_path)
    (tmp_path / "a.xml").touch()
    assert csp_nodes(tmp_path) == first
    assert [line.split("\t")[0] for line in gzip.decompress(first).decode().splitlines()[1:]] == ["./A", "./B"]


TENANT = "dcd219dd-bc68-4b9b-bf0b-4a33a796be35"
HISTORY = "./Device/Vendor/MSFT/PassportForWork/{TenantId}/Policies/PINComplexity/History"


@pytest.mark.parametrize(
    "uri",
    [
        HISTORY,
        HISTORY.upper().replace("{TENANTID}", "{0}"),
        HISTORY.replace("./Device", ".").replace("{TenantId}", TENANT),
        HISTORY.replace("{TenantId}", f"{{{TENANT}}}"),
        f"{HISTORY}/",
        HISTORY.removeprefix("./"),
    ],
)
def test_every_spelling_of_a_uri_finds_its_node(uri: str) -> None:
    found = ddf.lookup(uri)
    assert found is not None
    assert (found.uri, found.format, found.allowed, found.default, found.settable) == (
        HISTORY,
        "int",
        Allowed("Range", ranges=((0, 50),)),
        "0",
        True,
    )


@pytest.mark.parametrize(
    "uri",
    [
        "",
        ".",
        "./",
        "./Device",
        "./Device/Vendor/MSFT",
        f"{AREA}/NoSuchArea/NoSuchPolicy",
        f"{AREA}/Kerberos/NoSuchPolicy",
        f"{HISTORY}/Below",
    ],
)
def test_what_no_file_describes_is_not_found(uri: str) -> None:
    assert ddf.lookup(uri) is None


def test_the_shipped_table_finds_each_of_its_nodes_under_its_own_uri() -> None:
    assert [one.uri for one in ddf.all_nodes() if ddf.lookup(one.uri) != one] == []


def test_the_shipped_table_holds_what_microsofts_download_of_february_2025_holds() -> None:
    found = list(ddf.all_nodes())
    assert len(found) == 5815
    assert Counter(one.format for one in found) == {
        "chr": 3436,
        "int": 1300,
        "node": 790,
        "bool": 207,
        "b64": 28,
        "null": 28,
        "xml": 21,
        "bin": 3,
        "time": 2,
    }
    assert sum(one.settable for one in found) == 4522
    assert (sum(one.admx is not None for one in found), sum(one.gp is not None for one in found)) == (2501, 842)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (f"{AREA}/Kerberos/CloudKerberosTicketRetrivalEnabled", f"{AREA}/Kerberos/CloudKerberosTicketRetrievalEnabled"),
        (f"{AREA}/Kerberso/UPNNameHints", f"{AREA}/Kerberos/UPNNameHints"),
        (
            f"./Device/Vendor/MSFT/PassportForWork/{TENANT}/Policies/UseCloudTrustForOnPremAuht",
            "./Device/Vendor/MSFT/PassportForWork/{TenantId}/Policies/UseCloudTrustForOnPremAuth",
        ),
        (f"{AREA}/DeviceLock/AllowTelemetry", f"{AREA}/System/AllowTelemetry"),
        (HISTORY, None),
        (f"{AREA}/NoSuchArea/NoSuchPolicy", None),
        ("./Nonsense", None),
        ("", None),
    ],
)
def test_what_was_meant_is_the_node_spelled_most_alike_or_of_the_same_name_elsewhere(
    typed: str, meant: str | None
) -> None:
    assert ddf.nearest(typed) == meant


def test_a_node_of_the_other_scope_is_what_was_meant() -> None:
    index = nodes_of(Node("./User/Vendor/MSFT/A/B", "int", WRITABLE), Node("./Device/Vendor/MSFT/A", "node", WRITABLE))
    assert index.nearest("./Device/Vendor/MSFT/A/B") == "./User/Vendor/MSFT/A/B"


def test_nodes_that_were_read_stand_before_those_of_the_table() -> None:
    shipped = ddf.shipped()
    newer = Node(HISTORY, "int", WRITABLE, "5")
    assert Nodes(shipped.rows, {key_of(newer.uri): newer}).lookup(HISTORY) == newer


@given(st.text(max_size=60))
def test_no_text_breaks_a_lookup(text: str) -> None:
    found = ddf.lookup(text)
    assert found is None or ddf.lookup(found.uri) == found
    assert ddf.nearest(text) is None or ddf.lookup(str(ddf.nearest(text))) is not None


def test_the_sample_download_makes_the_shipped_table(sample_data: Path) -> None:
    made = csp_nodes(sample_data / "ddf" / "ddfv2-2025-02")
    assert gzip.decompress(made) == gzip.decompress(
        (Path(ddf.__file__).parent / "data" / "csp-nodes.tsv.gz").read_bytes()
    )


def test_the_keys_of_the_shipped_nodes_are_those_of_their_uris() -> None:
    uris = [line.partition("\t")[0] for line in ddf.shipped().rows.values()]
    assert list(ddf.shipped().rows) == [ddf.key_of(uri) for uri in uris]
