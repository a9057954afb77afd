"""The cache of ADMX stores: nothing may depend on it but the time that a run takes."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policylint.catalogue.admx import AdmxFile
from policylint.readers import admx, admx_cache, kept, stamps
from policylint.readers.admx import take
from policylint.readers.admx_content import KeptContent
from policylint.readers.source import Reading, Source
from tests.admx_writer import adml, category, decimal, policy, store
from tests.admx_writer import admx as written

TEXTS = adml(Pol="A policy", Pol_Help="Help", Cat="Category")
FILES: dict[str, str | bytes] = {
    "app.admx": written(policy(body='<parentCategory ref="Cat"/>'), categories=category("Cat")),
    "en-US/app.adml": TEXTS,
    "odd.admx": written(
        policy(name="Odd", body=f"<enabledValue>{decimal(1)}</enabledValue>"),
        policy(name=""),
        policy(name="Number", body='<enabledValue><decimal value="x"/></enabledValue>'),
        namespace="",
    ),
    "de-DE/odd.adml": TEXTS,
    "torn.admx": "<policyDefinitions>",
    "en-US/torn.adml": TEXTS,
    "texts.admx": written(namespace="Texts"),
    "en-US/texts.adml": "<torn",
    "de-DE/texts.adml": TEXTS,
    "several.admx": written(namespace="Several", resources='<resources fallbackCulture="fr-FR"/>'),
    "de-DE/several.adml": TEXTS,
    "fr-FR/several.adml": adml(Pol="Une règle"),
    "en-US/app.admx": written(),
}


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache that is on."""
    folder = tmp_path / "cache"
    monkeypatch.setenv(kept.VARIABLE, str(folder))
    return folder


def off(take_all: Callable[[], Reading]) -> Reading:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(kept.VARIABLE, "off")
        return take_all()


def told(file: AdmxFile) -> tuple[object, ...]:
    """All that a file says."""
    dialogs = [file.controls(policy) for policy in file.policies]
    return file, file.keys, file.names, file.policies, file.categories, file.supported_on, dialogs


def same(ours: Reading, theirs: Reading) -> bool:
    return ours == theirs and list(map(told, ours.admx)) == list(map(told, theirs.admx))


def entries(cache: Path) -> list[Path]:
    return sorted(path for path in cache.rglob("*") if path.is_file())


def from_cache(reading: Reading) -> list[str]:
    return [file.path for file in reading.admx if isinstance(file.content, KeptContent)]


def test_a_store_reads_the_same_without_a_cache_with_an_empty_one_and_from_it(cache: Path, tmp_path: Path) -> None:
    sources = store(tmp_path / "store", FILES)
    without = off(lambda: take(sources)[0])
    first, second = take(sources)[0], take(sources)[0]
    assert same(first, without)
    assert same(second, without)
    assert from_cache(first) == []
    assert from_cache(second) == ["app.admx", "odd.admx"]


def test_what_cannot_be_read_and_what_hangs_on_the_file_itself_is_not_kept(cache: Path, tmp_path: Path) -> None:
    sources = store(tmp_path / "store", FILES)
    take(sources)
    again = take(sources)[0]
    assert {file.path for file in again.admx} - set(from_cache(again)) == {"texts.admx", "several.admx"}


@pytest.mark.parametrize("changed", ["app.admx", "en-US/app.adml"])
def test_a_changed_file_is_read_anew(cache: Path, tmp_path: Path, changed: str) -> None:
    take(store(tmp_path / "store", FILES))
    other = FILES | {changed: str(FILES[changed]).replace("Pol", "Other")}
    sources = store(tmp_path / "store", other)
    assert same(take(sources)[0], off(lambda: take(sources)[0]))
    assert len(entries(cache)) == 2


def test_a_store_elsewhere_with_the_same_files_is_the_same_entry(cache: Path, tmp_path: Path) -> None:
    take(store(tmp_path / "one", FILES))
    sources = store(tmp_path / "two", FILES)
    assert from_cache(take(sources)[0]) == ["app.admx", "odd.admx"]
    assert len(entries(cache)) == 1


@pytest.mark.parametrize("word", ["off", "OFF", "", " "])
def test_the_cache_can_be_switched_off(monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    monkeypatch.setenv(kept.VARIABLE, word)
    assert kept.folder() is None


def test_the_system_says_where_the_cache_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(kept.VARIABLE)
    for system, variable, expected in (
        ("linux", "XDG_CACHE_HOME", tmp_path / "policylint"),
        ("win32", "LOCALAPPDATA", tmp_path / "policylint"),
        ("darwin", "HOME", tmp_path / "Library" / "Caches" / "policylint"),
    ):
        monkeypatch.setattr("sys.platform", system)
        monkeypatch.setenv(variable, str(tmp_path))
        assert kept.folder() == expected


def test_a_folder_that_cannot_be_written_costs_nothing_but_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "file"
    file.write_text("no folder")
    monkeypatch.setenv(kept.VARIABLE, str(file))
    sources = store(tmp_path / "store", FILES)
    assert same(take(sources)[0], off(lambda: take(sources)[0]))


def test_only_the_newest_entries_are_kept(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "KEPT", 3)
    head = admx_cache.Head("", {}, [], [], [], 0)
    for number in range(5):
        admx_cache.keep({str(number): head}, [str(number)])
    assert len(entries(cache)) == 3
    assert [path.suffix for path in entries(cache)] == [".json"] * 3


def test_files_that_nobody_touched_are_not_even_read(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stamps, "SETTLED", -(10**12))
    sources = store(tmp_path / "store", FILES)
    first: dict[Source, bytes] = {}
    second: dict[Source, bytes] = {}
    assert stamps.digests(sources, first) == stamps.digests(sources, second)
    assert {source.path: data for source, data in first.items()} == {
        path: text if isinstance(text, bytes) else text.encode() for path, text in FILES.items()
    }
    assert second == {}
    assert same(take(sources)[0], off(lambda: take(sources)[0]))


@pytest.mark.parametrize("touch", ["size", "time", "number"])
def test_a_file_that_was_touched_is_read_again(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, touch: str
) -> None:
    monkeypatch.setattr(stamps, "SETTLED", -(10**12))
    sources = store(tmp_path / "store", FILES)
    stamps.digests(sources, {})
    file = tmp_path / "store" / "app.admx"
    if touch == "size":
        file.write_text("<other/>")
    elif touch == "time":
        os.utime(file, ns=(0, 0))
    else:
        copy = file.with_suffix(".copy")
        shutil.copy2(file, copy)
        copy.replace(file)
    read: dict[Source, bytes] = {}
    found = stamps.digests(sources, read)
    assert [source.path for source in read] == ["app.admx"]
    assert {s.path: d for s, d in found.items()}["app.admx"] == hashlib.sha256(file.read_bytes()).hexdigest()


def test_a_file_that_was_changed_a_moment_ago_is_read_again(cache: Path, tmp_path: Path) -> None:
    """It may change once more without a new time."""
    sources = store(tmp_path / "store", FILES)
    stamps.digests(sources, {})
    read: dict[Source, bytes] = {}
    stamps.digests(sources, read)
    assert [source.path for source in read] == [source.path for source in sources]
    assert entries(cache) == []


@pytest.mark.parametrize("document", [None, 3, [], {"x": 1}, "rows", "numbers"])
def test_stamps_of_another_form_are_as_good_as_none(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, document: object
) -> None:
    monkeypatch.setattr(stamps, "SETTLED", -(10**12))
    sources = store(tmp_path / "store", FILES)
    right = stamps.digests(sources, {})
    (entry,) = entries(cache)
    rows = json.loads(entry.read_bytes().partition(b"\n")[2])
    if document == "rows":
        document = {path: row[0] for path, row in rows.items()}
    elif document == "numbers":
        document = {path: [row[0], 7] for path, row in rows.items()}
    rewrite(entry, json.dumps(document).encode())
    assert stamps.digests(sources, {}) == right


def rewrite(entry: Path, text: bytes) -> None:
    """An entry with that text and a checksum that fits."""
    entry.write_bytes(hashlib.sha256(text).hexdigest().encode() + b"\n" + text)


ROWS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=8,
)
HEAD = ("namespace", "prefixes", "keys", "names", "problems", "policies")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=60)
@given(st.dictionaries(st.sampled_from(HEAD), ROWS), st.binary(max_size=80), st.integers(0, 2))
def test_a_damaged_or_foreign_entry_is_as_good_as_none(
    cache: Path, tmp_path: Path, parts: dict[str, object], noise: bytes, kind: int
) -> None:
    sources = store(tmp_path / "store", FILES)
    without = off(lambda: take(sources)[0])
    for path in entries(cache):
        path.unlink()
    take(sources)
    (entry,) = entries(cache)
    if kind == 0:
        entry.write_bytes(noise)
    elif kind == 1:
        entry.write_bytes(entry.read_bytes()[: len(noise) * 10] + noise)
    else:
        rows = json.loads(entry.read_bytes().partition(b"\n")[2])
        odd = {key: value for key, value in parts.items() if not well_formed(key, value)}
        rewrite(entry, json.dumps({key: row | odd for key, row in rows.items()}).encode())
        if not odd:
            return
    assert same(take(sources)[0], without)


def well_formed(key: str, value: object) -> bool:
    """Whether it is of the right form; a lie in the right form cannot be told from the truth."""
    if key == "policies":
        return type(value) is int
    if key == "namespace":
        return isinstance(value, str)
    if key == "prefixes":
        return isinstance(value, dict) and all(isinstance(item, str) for item in value.values())
    if key == "problems":
        return isinstance(value, list) and not value
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def test_a_lie_about_a_file_that_is_no_xml_gives_no_definitions(cache: Path, tmp_path: Path) -> None:
    sources = store(tmp_path / "store", {"torn.admx": "<torn"})
    digest = admx_cache.digest(hashlib.sha256(b"<torn").hexdigest(), None)
    admx_cache.keep({digest: admx_cache.Head("Lie", {}, ["key"], ["name"], [], 1)}, [digest])
    (file,) = take(sources)[0].admx
    assert (file.policies, file.categories, dict(file.supported_on)) == ((), (), {})


def test_every_real_store_reads_the_same_from_the_cache(sample_data: Path, cache: Path) -> None:
    for folder in sorted((sample_data / "admx").iterdir()):
        sources = [Source(p.relative_to(folder).as_posix(), p) for p in sorted(folder.rglob("*")) if p.is_file()]
        without = off(lambda sources=sources: admx.take(sources)[0])  # type: ignore[misc]  # bound in the loop
        admx.take(sources)
        again = admx.take(sources)[0]
        assert same(again, without), folder.name
        assert len(from_cache(again)) == len(again.admx), folder.name
