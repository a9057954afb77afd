"""Damaged inputs: real files with bytes changed never end in anything but findings, and hide nothing else."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from policylint.errors import ReadError
from policylint.lint import lint
from policylint.naming import named
from policylint.rank import rank
from policylint.readers import read
from policylint.readers.json import load
from policylint.resolve import resolve
from policylint.rules import load_rules
from policylint.targets import targets
from tests.conftest import SAMPLE_DATA

CORPUS = Path(__file__).parents[1] / "corpus"
HEALTHY = "Healthy.json"
SMALL = 60_000

Edit = tuple[str, float, bytes]
edits: st.SearchStrategy[list[Edit]] = st.lists(
    st.tuples(
        st.sampled_from(["cut", "replace", "insert", "drop", "double"]),
        st.floats(0, 1, exclude_max=True),
        st.binary(min_size=1, max_size=6),
    ),
    min_size=1,
    max_size=4,
)


def damaged(data: bytes, changes: Sequence[Edit]) -> bytes:
    """The bytes with the changes made, each at a place relative to the length."""
    for kind, place, piece in changes:
        at = int(place * len(data))
        match kind:
            case "cut":
                data = data[:at]
            case "replace":
                data = data[:at] + piece + data[at + len(piece) :]
            case "insert":
                data = data[:at] + piece + data[at:]
            case "drop":
                data = data[:at] + data[at + len(piece) :]
            case _:
                data = data[:at] + data[at : at + 200] + data[at:]
    return data


def _units(root: Path) -> list[tuple[Path, Path]]:
    """Folders that belong together, each with one of its files to damage."""
    backups = sorted({p.parent for p in root.rglob("bkupInfo.xml")})[::9]
    found = [(folder, file) for folder in backups for file in sorted(folder.rglob("*")) if file.is_file()]
    single = [
        p for pattern in ("*.json", "*.admx", "*.pol", "*.inf", "*.csv") for p in sorted(root.rglob(pattern))[::11]
    ]
    return [(folder, file) for folder, file in [*found, *((p, p) for p in single)] if file.stat().st_size < SMALL]


UNITS = (
    _units(SAMPLE_DATA / "gpo") + _units(SAMPLE_DATA / "intune") + _units(SAMPLE_DATA / "admx") if SAMPLE_DATA else []
)
OWN = _units(CORPUS)


def _survives(unit: tuple[Path, Path], changes: list[Edit], folder: Path) -> None:
    """Reads the unit with its file damaged, beside a healthy profile that must not be lost."""
    whole, file = unit
    place = folder / "estate"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    copied = place / (whole.name if whole.is_dir() else file.name)
    if whole.is_dir():
        shutil.copytree(whole, copied)
        target = copied / file.relative_to(whole)
    else:
        target = copied
    target.write_bytes(damaged(file.read_bytes(), changes))
    profile = next((CORPUS / "worked-example" / "intune").rglob("*.json"))
    shutil.copyfile(profile, place / HEALTHY)
    estate = read(["estate"], base=folder)
    lint(estate, load_rules())
    assert {record.path for record in estate.files} == {
        p.relative_to(folder).as_posix() for p in place.rglob("*") if p.is_file()
    }
    assert any(p.evidence.path == f"estate/{HEALTHY}" and p.claims for p in estate.policies)


@given(st.sampled_from(OWN), edits)
@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_damaged_corpus_files_hide_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, unit: tuple[Path, Path], changes: list[Edit]
) -> None:
    _survives(unit, changes, tmp_path_factory.getbasetemp())


@pytest.mark.skipif(not UNITS, reason="the sample data is not here: set POLICYLINT_SAMPLE_DATA to its folder")
@given(st.sampled_from(UNITS or [(Path(), Path())]), edits)
@settings(max_examples=250, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_damaged_real_files_hide_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, unit: tuple[Path, Path], changes: list[Edit]
) -> None:
    _survives(unit, changes, tmp_path_factory.getbasetemp())


ODD: tuple[object, ...] = (
    *(None, True, 0, -1, 10**30, 1.5, "", " ", "\0", "\u00b2", "\u0661\u0662", "\uf000", "9" * 40, "x" * 5_000),
    *(
        "<enabled/>",
        '<enabled/><data id="x" value="1"/>',
        "<![CDATA[<disabled/>]]>",
        "<data/>",
        "<GroupConfiguration/>",
    ),
    *("a|b=1|", "1=2|3", "{tenantid}", "./", "./Device/Vendor/MSFT/Policy/Config/", "~", "//"),
    *([], {}, [[]], [None], {"a": None}, {"value": None}, ["a", 1, None]),
)
"""What no export says where it says something else: every reader and every lowering must take it, or refuse it."""

Step = str | int


def _places(document: object, at: tuple[Step, ...] = ()) -> Iterator[tuple[Step, ...]]:
    """The place of every value in a JSON document but the whole."""
    inner = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    for step, value in inner:
        yield (*at, step)
        yield from _places(value, (*at, step))


def _put(document: object, at: Sequence[Step], value: object) -> object:
    """The document with another value at a place; unchanged where an earlier change took the place away."""
    if not at:
        return value
    step, *rest = at
    if isinstance(document, dict) and step in document:
        return {**document, step: _put(document[step], rest, value)}
    if isinstance(document, list) and isinstance(step, int) and step < len(document):
        return [*document[:step], _put(document[step], rest, value), *document[step + 1 :]]
    return document


EXPORTS = [file for _, file in (*UNITS, *OWN) if file.suffix == ".json" and "expected" not in str(file)]


@given(st.sampled_from(EXPORTS), st.data())
@settings(max_examples=250, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_odd_values_in_exports_never_end_a_run(
    tmp_path_factory: pytest.TempPathFactory, file: Path, data: st.DataObject
) -> None:
    try:
        document = load(file.read_bytes()).value
    except ReadError:
        reject()  # broken on purpose
    changes = st.lists(st.tuples(st.sampled_from(list(_places(document)) or [()]), st.sampled_from(ODD)), max_size=4)
    for place, value in data.draw(changes):
        document = _put(document, place, value)
    folder = tmp_path_factory.getbasetemp() / "odd"
    folder.mkdir(exist_ok=True)
    (folder / "export.json").write_text(json.dumps(document), "utf-8")
    estate = read(["."], base=folder)
    lint(estate, load_rules())
    for target in targets(estate)[:3]:
        named(resolve(rank(estate, target)), estate)
