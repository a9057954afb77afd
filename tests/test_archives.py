"""Archives: read in place, with limits, and never a file passed over in silence."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policylint.evidence import Evidence, JsonAt
from policylint.locate import Locator
from policylint.model import FileRecord, Problem
from policylint.readers import archives, read
from policylint.readers.source import Source
from tests.directory_writer import packed
from tests.gpo_writer import dword, pol
from tests.intune_writer import custom, oma

PROFILE = json.dumps(custom(oma("Boolean", "./Device/Vendor/MSFT/X", True), displayName="Zipped"), indent=1)


def expand(folder: Path, data: bytes) -> tuple[dict[str, bytes], list[Problem], list[FileRecord]]:
    file = folder / "a.zip"
    file.write_bytes(data)
    found, problems, records = archives.expand([Source("a.zip", file)])
    return {source.path: source.read() for source in found}, problems, records


READ = [FileRecord("a.zip", "read", archives.KIND)]


def refused(message: str, rule: str = "RD026") -> tuple[list[Problem], list[FileRecord]]:
    return [Problem(rule, message, Evidence("a.zip"))], [FileRecord("a.zip", "unread", archives.KIND, message)]


def test_files_in_an_archive_are_named_by_the_way_to_them(tmp_path: Path) -> None:
    data = packed({"x/b.txt": b"2", "a.txt": b"1", "empty/": b""})
    assert expand(tmp_path, data) == ({"a.zip/a.txt": b"1", "a.zip/x/b.txt": b"2"}, [], READ)


def test_windows_separators_are_folders(tmp_path: Path) -> None:
    assert expand(tmp_path, packed({"x\\b.txt": b"2"})) == ({"a.zip/x/b.txt": b"2"}, [], READ)


def test_archives_in_archives_are_read_in_their_place(tmp_path: Path) -> None:
    found, problems, records = expand(tmp_path, packed({"in/b.zip": packed({"c.txt": b"3"})}))
    assert (found, problems) == ({"a.zip/in/b.zip/c.txt": b"3"}, [])
    assert sorted(records, key=lambda r: r.path) == [*READ, FileRecord("a.zip/in/b.zip", "read", archives.KIND)]


def test_archives_are_opened_two_deep(tmp_path: Path) -> None:
    found, problems, _ = expand(tmp_path, packed({"b.zip": packed({"c.zip": packed({"d.txt": b"4"})})}))
    message = "archives nested deeper than 2 are not opened"
    assert (found, problems) == ({}, [Problem("RD007", message, Evidence("a.zip/b.zip/c.zip"))])


@pytest.mark.parametrize("name", ["../b.txt", "x/../../b.txt", "/etc/b.txt", "C:\\b.txt", "..\\b.txt"])
def test_names_that_lead_out_are_refused_and_the_rest_is_read(tmp_path: Path, name: str) -> None:
    message = f"'{name}': its name leads out of the archive"
    assert expand(tmp_path, packed({name: b"x", "a.txt": b"1"})) == ({"a.zip/a.txt": b"1"}, *refused(message))


def test_encrypted_files_are_refused_and_counted(tmp_path: Path) -> None:
    data = bytearray(packed({"a.txt": b"1", "b.txt": b"2"}))
    at = data.find(b"PK\x01\x02")
    while at != -1:
        data[at + 8] |= 1
        at = data.find(b"PK\x01\x02", at + 1)
    assert expand(tmp_path, bytes(data)) == ({}, *refused("'a.txt' and 1 more: encrypted"))


def test_a_file_that_stands_twice_is_told(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = packed([("a.txt", b"1"), ("a.txt", b"2")])
    message = "'a.txt': stands twice in the archive, and only the last one is read"
    assert expand(tmp_path, data) == ({"a.zip/a.txt": b"2"}, *refused(message))


def test_what_is_no_archive_is_unread(tmp_path: Path) -> None:
    assert expand(tmp_path, b"PK") == ({}, *refused("not a readable .zip archive: File is not a zip file"))


def test_an_archive_that_unpacks_to_much_more_than_it_is_is_refused(tmp_path: Path) -> None:
    message = "'bomb.json' unpacks to more than 200 times its size, so nothing in it is read"
    assert expand(tmp_path, packed({"bomb.json": bytes(11 * 1024 * 1024)})) == ({}, *refused(message, "RD007"))


def test_a_file_that_is_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_BYTES", 200)
    message = "'a.txt': more than the 200 bytes that are read of one file"
    assert expand(tmp_path, packed({"a.txt": bytes(300)})) == ({}, *refused(message))


def test_an_archive_of_too_many_files_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_ENTRIES", 1)
    message = "holds more than 1 files, so none of them is read"
    assert expand(tmp_path, packed({"a": b"", "b": b""})) == ({}, *refused(message, "RD007"))


def test_an_archive_of_too_many_bytes_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_TOTAL", 3)
    message = "unpacks to more than 3 bytes, so nothing in it is read"
    assert expand(tmp_path, packed({"a": b"12", "b": b"34"})) == ({}, *refused(message, "RD007"))


def test_a_file_that_is_damaged_inside_is_one_problem_in_its_place(tmp_path: Path) -> None:
    data = bytearray(packed({"policy.json": PROFILE}))
    start = data.index(b"policy.json") + 40
    data[start : start + 20] = bytes(20)
    (tmp_path / "a.zip").write_bytes(bytes(data))
    estate = read(["a.zip"], base=tmp_path)
    assert [(p.rule, p.evidence.path) for p in estate.problems] == [
        ("RD018", "a.zip"),
        ("RD026", "a.zip/policy.json"),
    ]
    assert {(f.path, f.status) for f in estate.files} == {("a.zip", "read"), ("a.zip/policy.json", "unread")}


def test_policies_in_an_archive_are_policies_with_evidence_that_is_found(tmp_path: Path) -> None:
    key = "SOFTWARE\\Policies\\Contoso"
    gpo = "Policies/{AAAAAAAA-0000-0000-0000-000000000001}"
    files: dict[str, bytes | str] = {
        f"{gpo}/GPT.INI": b"[General]\r\nVersion=1\r\n",
        f"{gpo}/Machine/Registry.pol": pol(dword(key, "A", 1)),
        "Cloud.json": PROFILE,
    }
    (tmp_path / "Export.ZIP").write_bytes(packed(files))
    estate = read(["."], base=tmp_path)
    claims = {claim.setting.text: claim for policy in estate.policies for claim in policy.claims}
    assert {text: claim.value for text, claim in claims.items()} == {
        f"HKLM\\{key}!A": 1,
        "./Device/Vendor/MSFT/X": True,
    }
    assert {policy.evidence.path for policy in estate.policies} == {
        f"Export.ZIP/{gpo}/GPT.INI",
        "Export.ZIP/Cloud.json",
    }
    spot = Locator(estate.paths).locate(Evidence("Export.ZIP/Cloud.json", JsonAt("/displayName")))
    assert spot.line is not None
    assert "Zipped" in spot.excerpt[0].text


def test_a_topology_in_an_archive_counts(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(packed({"topology.toml": '[tenant]\nid = "t"', "Cloud.json": PROFILE}))
    assert read(["."], base=tmp_path).tenant == "t"


def test_an_archive_that_vanished_leaves_no_excerpt(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(packed({"Cloud.json": PROFILE}))
    estate = read(["."], base=tmp_path)
    (tmp_path / "a.zip").unlink()
    assert Locator(estate.paths).locate(Evidence("a.zip/Cloud.json", JsonAt("/displayName"))).excerpt == ()


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_damage_never_ends_in_an_exception(tmp_path: Path, data: st.DataObject) -> None:
    whole = packed([("Cloud.json", PROFILE), ("in.zip", packed({"b.json": PROFILE}))])
    changed = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 4))):
        changed[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    (tmp_path / "a.zip").write_bytes(bytes(changed[: data.draw(st.integers(0, len(whole)))]))
    estate = read(["a.zip"], base=tmp_path)
    assert "a.zip" in {record.path for record in estate.files}


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_every_compression_that_python_knows_is_read(tmp_path: Path, method: int) -> None:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", method) as archive:
        archive.writestr("a.txt", "text " * 100)
    assert expand(tmp_path, into.getvalue()) == ({"a.zip/a.txt": b"text " * 100}, [], READ)


def test_a_real_download_reads_from_its_archive_as_from_its_folder(sample_data: Path, tmp_path: Path) -> None:
    folder = sample_data / "gpo" / "msft-ws2022-baseline"
    files = {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}
    (tmp_path / "baseline.zip").write_bytes(packed(list(files.items())))
    unpacked, zipped = read(["."], base=folder), read(["."], base=tmp_path)
    prefix = "baseline.zip/"
    assert {record.path.removeprefix(prefix) for record in zipped.files} == {*files, "baseline.zip"}
    assert [
        (policy.id, policy.evidence.path.removeprefix(prefix), [(c.setting, c.value) for c in policy.claims])
        for policy in zipped.policies
    ] == [
        (policy.id, policy.evidence.path, [(c.setting, c.value) for c in policy.claims]) for policy in unpacked.policies
    ]
