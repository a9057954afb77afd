"""`resolve --all`: every target's answer, once for each class of placements."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

from policylint.escape import spreadsheet
from policylint.locate import Locator
from policylint.readers import read
from policylint.reports import EFFECTIVE_FORMATS, PLACEMENT_FORMATS
from policylint.survey import survey
from tests.test_cli import run

CORPUS = Path(__file__).parents[1] / "corpus"
DEVICES = """name,device,join,mdm
PC-1,contoso.com/Workstations/Leeds,hybrid,yes
PC-2,contoso.com/Workstations/Leeds,hybrid,yes
PC-3,contoso.com/Workstations/Kiosk,hybrid,yes
"""


def estate_with_devices(tmp_path: Path) -> list[str]:
    """The arguments that read the hybrid estate with three devices of two classes beside its own three targets."""
    (tmp_path / "devices.csv").write_text(DEVICES, "utf-8")
    return ["corpus/hybrid-classic-mistakes", "--devices", str(tmp_path / "devices.csv")]


def test_each_class_has_the_document_of_its_first_target(tmp_path: Path) -> None:
    devices = tmp_path / "devices.csv"
    devices.write_text(DEVICES, "utf-8")
    estate = read(["corpus/hybrid-classic-mistakes"], base=CORPUS.parent, devices=[str(devices)])
    locator = Locator(estate.paths)
    document = json.loads("".join(PLACEMENT_FORMATS["json"](survey(estate), locator)))
    assert [(found["count"], found["targets"]) for found in document["classes"]] == [
        (2, ["PC-1", "PC-2"]),
        (1, ["Finance laptop"]),
        (1, ["Kiosk"]),
        (1, ["London laptop"]),
        (1, ["PC-3"]),
    ]
    assert document["targets"] == 6
    for found, answer in zip(document["classes"], survey(estate), strict=True):
        alone = json.loads(EFFECTIVE_FORMATS["json"](answer.effective, locator))
        assert {**alone, "count": found["count"], "targets": found["targets"]} == {"version": 1, **found}


def test_the_table_has_a_row_for_each_class_and_setting(tmp_path: Path) -> None:
    found = run("resolve", "--all", *estate_with_devices(tmp_path), "-o", "csv")
    rows = list(csv.DictReader(io.StringIO(found.stdout)))
    outcomes = [(row["class"], row["devices"], row["first"], row["value"]) for row in rows if not row["scope"]]
    assert (found.returncode, outcomes) == (
        0,
        [
            ("1", "2", "PC-1", "none"),
            ("2", "1", "Finance laptop", "none"),
            ("3", "1", "Kiosk", "cloud-kerberos"),
            ("4", "1", "London laptop", "certificate"),
            ("5", "1", "PC-3", "cloud-kerberos"),
        ],
    )


def test_the_text_counts_targets_and_classes(tmp_path: Path) -> None:
    found = run("resolve", "--all", *estate_with_devices(tmp_path))
    assert (found.stdout.splitlines()[0], found.stdout.splitlines()[-1]) == (
        "2 targets: PC-1 and 1 more",
        "6 targets in 5 classes",
    )


def test_one_target_and_all_of_them_exclude_each_other() -> None:
    found = run("resolve", "corpus/hybrid-classic-mistakes", "--all", "--for", "Kiosk")
    assert (found.returncode, "--all is every target: leave --for out" in found.stderr) == (2, True)


def test_what_a_spreadsheet_would_compute_is_text() -> None:
    assert [spreadsheet(text) for text in ("=1+1", "@x", "-2", "a=b", "a\nb")] == [
        "'=1+1",
        "'@x",
        "'-2",
        "a=b",
        "a\\nb",
    ]
