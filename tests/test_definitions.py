"""Dumps of definitions: recognised, and no problem; other compressed files are told."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from policylint.evidence import Evidence
from policylint.model import FileRecord, Problem
from policylint.readers import definitions, read
from policylint.readers.source import Reading, Source

DEFINITION = {
    "@odata.type": "#microsoft.graph.deviceManagementConfigurationChoiceSettingDefinition",
    "id": "device_vendor_msft_policy_config_a_b",
}
PAGE = {"@odata.context": "https://graph.microsoft.com/beta/$metadata#x", "value": [DEFINITION]}
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
        ([DEFINITION], "settings-catalog definitions"),
        (PAGE, "settings-catalog definitions"),
        ([CATEGORY], "settings-catalog categories"),
        ([TEMPLATE], "settings-catalog templates"),
    ],
)
def test_a_dump_is_recognised_by_its_first_object(tmp_path: Path, name: str, content: object, kind: str) -> None:
    record = FileRecord(name, "ignored", kind, "definitions, which configure nothing")
    assert take(tmp_path, name, content) == (Reading(files=(record,)), [])


def test_a_policy_with_its_definitions_inside_is_a_policy(tmp_path: Path) -> None:
    assert take(tmp_path, "policy.json", [POLICY]) == (Reading(), ["policy.json"])


def test_a_dump_in_utf16_is_recognised(tmp_path: Path) -> None:
    reading, _ = take(tmp_path, "dump.json", [DEFINITION], "utf-16")
    assert reading.problems == ()


@pytest.mark.parametrize("damage", [b"", b"not gzip", gzip.compress(b"[{", mtime=0)[:12]])
def test_other_compressed_files_are_told(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / "a.json.gz").write_bytes(damage)
    reading, _ = definitions.take([Source("a.json.gz", tmp_path / "a.json.gz")])
    message = "compressed file (.gz): not unpacked, so policies in it are not seen; unpack it, or use .zip"
    assert reading == Reading(
        problems=(Problem("RD010", message, Evidence("a.json.gz")),),
        files=(FileRecord("a.json.gz", "ignored", "compressed file (.gz)", "not evaluated yet"),),
    )


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
    assert {record.path: record.kind for record in reading.files} == {
        "categories.json.gz": "settings-catalog categories",
        "dcv1-windows-settings.json.gz": "settings-catalog definitions",
        "templates.json.gz": "settings-catalog templates",
        "windows-setting-definitions.json.gz": "settings-catalog definitions",
    }
