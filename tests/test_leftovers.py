"""Files that no reader recognises."""

from __future__ import annotations

from pathlib import Path

from policylint.readers import read


def strange(folder: Path, count: int) -> list[tuple[str, str]]:
    for number in range(count):
        (folder / f"{number:02}.odd").write_text("odd", "utf-8")
    return [(p.evidence.path, p.message) for p in read(["."], base=folder).problems if p.rule == "RD009"]


def test_a_few_are_reported_one_by_one(tmp_path: Path) -> None:
    message = "no reader recognises this file"
    assert strange(tmp_path, 3) == [("00.odd", message), ("01.odd", message), ("02.odd", message)]


def test_many_of_one_suffix_are_reported_once_and_counted(tmp_path: Path) -> None:
    message = "no reader recognises this file and 10 others with the suffix .odd: --show-inputs lists them"
    assert strange(tmp_path, 11) == [("00.odd", message)]
    assert [record.path for record in read(["."], base=tmp_path).files] == [f"{number:02}.odd" for number in range(11)]
