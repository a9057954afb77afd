"""Dumps of definitions: recognised, and no problem; other compressed files are told."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from policylint.catalogue.csp_node import Node
from policylint.catalogue.ddf import shipped
from policylint.catalogue.definitions import Definitions
from policylint.evidence import Evidence
from policylint.model import FileRecord, Problem
from policylint.readers import definitions, read
from policylint.readers.kept import write_kept
from policylint.readers.source import Reading, Source
from tests.ddf_writer import ddf, leaf, node
from tests.intune_writer import catalog, choice

DEFINITION = {
    "@odata.type": "#microsoft.graph.deviceManagementConfigurationChoiceSettingDefinition",
    "id": "device_vendor_msft_policy_config_a_b",
}
NODE = "./Device/Vendor/MSFT/Contoso/Mode"
SETTING: dict[str, object] = {
    "@odata.type": "#microsoft.graph.deviceManagementConfigurationChoiceSettingDefinition",
    "id": "device_vendor_msft_contoso_mode",
    "name": "Mode",
    "displayName": "Use it (Device)",
    "baseUri": "./Device/Vendor/MSFT",
    "offsetUri": "/Contoso/Mode",
    "options": [{"itemId": "device_vendor_msft_contoso_mode_1", "optionValue": {"value": 1}}],
}
INTENT = {"@odata.type": "#microsoft.graph.deviceManagementIntegerSettingDefinition", "id": "deviceConfiguration--a"}
CATEGORY = {"id": "1", "platforms": "windows10", "rootCategoryId": "1"}
TEMPLATE = {"baseId": "1", "settingTemplateCount": 3}
POLICY = {"name": "P", "settings": [{"settingInstance": {}, "settingDefinitions": [DEFINITION]}]}


def take(folder: Path, name: str, content: object, encoding: str = "utf-8") -> tuple[Reading, list[str]]:
    data = json.dumps(content).encode(encoding)
    (folder / name).write_bytes(gzip.compress(data, mtime=0) if name.endswith(".gz") else data)
    reading, rest = definitions.take([Source(name, folder / name)])
    return reading, [source.path for source in rest]


@pytest.mark.parametrize("name", ["dump.json", "dump.json.gz"])
@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ([INTENT], "endpoint security intent definitions"),
        ([CATEGORY], "settings-catalog categories"),
        ([TEMPLATE], "settings-catalog templates"),
    ],
)
def test_a_dump_is_recognised_by_its_first_object(tmp_path: Path, name: str, content: object, kind: str) -> None:
    record = FileRecord(name, "ignored", kind, "definitions, which configure nothing")
    assert take(tmp_path, name, content) == (Reading(files=(record,)), [])


@pytest.mark.parametrize("name", ["dump.json", "dump.json.gz"])
@pytest.mark.parametrize("content", [[SETTING], {"@odata.context": "#x", "value": [SETTING]}])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_dump_of_the_settings_catalog_defines_its_settings(
    tmp_path: Path, name: str, content: object, encoding: str
) -> None:
    reading, rest = take(tmp_path, name, content, encoding)
    row = "\t".join((str(SETTING["id"]), NODE, "", "c", "", "Use it"))
    record = FileRecord(name, "read", "settings-catalog definitions", settings=1)
    assert (reading, rest) == (Reading(definitions=Definitions((), (row,)), files=(record,)), [])


@pytest.mark.parametrize(
    "bad",
    [
        1,
        {},
        SETTING | {"id": 5},
        SETTING | {"id": "a\tb"},
        SETTING | {"name": ["x"]},
        SETTING | {"options": [{}]},
        SETTING | {"options": [{"itemId": "x", "optionValue": 1}]},
        SETTING | {"@odata.type": None},
        SETTING | {"maximumCount": "many"},
    ],
)
def test_definitions_that_cannot_be_used_are_counted_and_the_others_count(tmp_path: Path, bad: object) -> None:
    reading, _ = take(tmp_path, "dump.json", [SETTING, bad])
    message = "1 of 2 definitions have no id, name or type that can be used"
    assert reading.problems == (Problem("RD037", message, Evidence("dump.json")),)
    assert [record.settings for record in reading.files] == [1]


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (json.dumps([SETTING]).encode()[:-1], "RD004"),
        (
            b'[{"@odata.type": "#microsoft.graph.deviceManagementConfigurationSettingDefinition", "id": "\xff"}]',
            "RD005",
        ),
    ],
)
def test_a_dump_that_is_damaged_is_not_read(tmp_path: Path, data: bytes, rule: str) -> None:
    (tmp_path / "dump.json").write_bytes(data)
    reading, rest = definitions.take([Source("dump.json", tmp_path / "dump.json")])
    assert [problem.rule for problem in reading.problems] == [rule]
    assert ([record.status for record in reading.files], rest) == (["unread"], [])


def test_a_ddf_file_defines_its_nodes(tmp_path: Path) -> None:
    (tmp_path / "Contoso.xml").write_bytes(ddf(node("Contoso", leaf("Mode"), path="./Device/Vendor/MSFT")))
    reading, rest = definitions.take([Source("Contoso.xml", tmp_path / "Contoso.xml")])
    assert [one.uri for one in reading.definitions.own_nodes] == [
        "./Device/Vendor/MSFT/Contoso",
        "./Device/Vendor/MSFT/Contoso/Mode",
    ]
    assert (reading.files, rest) == ((FileRecord("Contoso.xml", "read", "CSP definition (DDF)", settings=2),), [])


def test_a_ddf_file_that_is_no_xml_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "Contoso.xml").write_bytes(ddf(leaf("Mode"))[:-4])
    reading, rest = definitions.take([Source("Contoso.xml", tmp_path / "Contoso.xml")])
    assert [problem.rule for problem in reading.problems] == ["RD003"]
    assert ([record.status for record in reading.files], rest) == (["unread"], [])


def test_definitions_hold_for_the_estate_that_they_came_with_and_for_no_other(tmp_path: Path) -> None:
    mine, theirs = tmp_path / "mine", tmp_path / "theirs"
    policy = catalog(choice(str(SETTING["id"]), "1"))
    for folder in (mine, theirs):
        folder.mkdir()
        (folder / "policy.json").write_text(json.dumps(policy))
    (mine / "dump.json").write_text(json.dumps([SETTING]))
    (mine / "Contoso.xml").write_bytes(ddf(node("Contoso", leaf("Mode"), path="./Device/Vendor/MSFT")))
    first, second, again = (read(["."], base=folder) for folder in (mine, theirs, mine))
    settings = [
        [claim.setting.text for policy in estate.policies for claim in policy.claims]
        for estate in (first, second, again)
    ]
    assert settings == [[NODE], [SETTING["id"]], [NODE]]
    known = [estate.definitions.nodes.lookup("./Device/Vendor/MSFT/Contoso/Mode") for estate in (first, second)]
    assert [one and one.uri for one in known] == ["./Device/Vendor/MSFT/Contoso/Mode", None]


def test_a_description_that_says_less_does_not_replace_the_shipped_one() -> None:
    uri = "./Device/Vendor/MSFT/Policy/Config/Kerberos/CloudKerberosTicketRetrievalEnabled"
    old, extra = Node(uri, "int", frozenset(("Get",))), Node(f"{uri}2", "int", frozenset(("Get",)))
    known = Definitions((old, extra)).nodes
    assert (known.lookup(uri), known.lookup(extra.uri)) == (shipped().lookup(uri), extra)


def test_a_policy_with_its_definitions_inside_is_a_policy(tmp_path: Path) -> None:
    assert take(tmp_path, "policy.json", [POLICY]) == (Reading(), ["policy.json"])


def test_a_dump_in_utf16_is_recognised(tmp_path: Path) -> None:
    reading, _ = take(tmp_path, "dump.json", [DEFINITION], "utf-16")
    assert reading.problems == ()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("width", [100, 200, 240, 300, 600])
def test_a_dump_is_recognised_however_late_its_list_begins(tmp_path: Path, width: int, encoding: str) -> None:
    reading, rest = take(tmp_path, "dump.json", {"@odata.context": "#" * width, "value": [INTENT]}, encoding)
    assert ([file.kind for file in reading.files], rest) == (["endpoint security intent definitions"], [])


@pytest.mark.parametrize("damage", [b"", b"not gzip", gzip.compress(b"[{", mtime=0)[:12]])
def test_other_compressed_files_are_told(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / "a.json.gz").write_bytes(damage)
    reading, _ = definitions.take([Source("a.json.gz", tmp_path / "a.json.gz")])
    message = "compressed file (.gz): not unpacked, so policies in it are not seen; unpack it, or use .zip"
    assert reading == Reading(
        problems=(Problem("RD010", message, Evidence("a.json.gz")),),
        files=(FileRecord("a.json.gz", "ignored", "compressed file (.gz)", "not evaluated yet"),),
    )


@pytest.mark.parametrize(
    "folder", ["{6AC1786C-016F-11D2-945F-00C04FB984F9}", "Policies/{6AC1786C-016F-11D2-945F-00C04FB984F9}"]
)
def test_a_compressed_file_in_the_folder_of_a_gpo_is_told_too(tmp_path: Path, folder: str) -> None:
    inside = tmp_path / folder
    (inside / "Machine").mkdir(parents=True)
    (inside / "gpt.ini").write_text("[General]\nVersion=1\n")
    (inside / "a.json.gz").write_bytes(b"not gzip")
    estate = read(["."], base=tmp_path)
    assert [p.evidence.path for p in estate.problems if p.rule == "RD010"] == [f"{folder}/a.json.gz"]


def test_a_folder_of_ddf_files_and_dumps_is_no_problem(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text("<MgmtTree><VerDTD>1.2</VerDTD></MgmtTree>")
    (tmp_path / "b.json.gz").write_bytes(gzip.compress(json.dumps([DEFINITION]).encode()))
    estate = read(["."], base=tmp_path)
    assert [problem.rule for problem in estate.problems] == ["RD018"]
    assert [(record.status, record.kind) for record in estate.files] == [
        ("ignored", "CSP definition (DDF)"),
        ("ignored", "settings-catalog definitions"),
    ]


def test_the_real_definitions_are_recognised(sample_data: Path) -> None:
    files = sorted((sample_data / "settings-catalog").glob("*.gz"))
    reading, rest = definitions.take([Source(file.name, file) for file in files])
    assert rest == []
    assert {record.path: (record.status, record.kind, record.settings) for record in reading.files} == {
        "categories.json.gz": ("ignored", "settings-catalog categories", 0),
        "dcv1-windows-settings.json.gz": ("ignored", "endpoint security intent definitions", 0),
        "templates.json.gz": ("ignored", "settings-catalog templates", 0),
        "windows-setting-definitions.json.gz": ("read", "settings-catalog definitions", 15140),
    }
    assert reading.definitions.catalog.rows == Definitions().catalog.rows


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that things are kept in between two runs."""
    monkeypatch.setenv("POLICYLINT_CACHE", str(tmp_path / "kept"))
    return tmp_path / "kept" / "admx"


@pytest.mark.parametrize("content", [[SETTING], [SETTING, 1]])
def test_what_is_kept_of_a_dump_says_what_the_dump_says(tmp_path: Path, kept: Path, content: object) -> None:
    first = take(tmp_path, "dump.json", content)
    assert [entry.name.partition("-")[0] for entry in kept.iterdir()] == ["catalog"]
    assert take(tmp_path, "dump.json", content) == first


def test_a_dump_that_changed_is_read_again(tmp_path: Path, kept: Path) -> None:
    take(tmp_path, "dump.json", [SETTING])
    reading, _ = take(tmp_path, "dump.json", [SETTING | {"displayName": "Use it otherwise"}])
    assert [row.rpartition("\t")[2] for row in reading.definitions.own_rows] == ["Use it otherwise"]


@pytest.mark.parametrize("foreign", [None, {}, [1], [1, 0, "row"], [1, 0, ["row"]], ["1", 0, []], [1, 0, [None]]])
def test_a_kept_entry_that_is_no_dump_is_as_good_as_none(tmp_path: Path, kept: Path, foreign: object) -> None:
    first = take(tmp_path, "dump.json", [SETTING])
    (entry,) = kept.iterdir()
    write_kept(entry.stem, foreign)
    assert take(tmp_path, "dump.json", [SETTING]) == first
