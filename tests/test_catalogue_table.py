"""Sorted tables of the catalogue are asked like mappings."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from policylint.catalogue import build
from policylint.catalogue.table import Table, cell

NAMES = st.text(st.characters(min_codepoint=ord("\t") + 1, exclude_characters="\n"), max_size=4)
CELLS = st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]), max_size=4)
ROWS = st.dictionaries(NAMES.filter(lambda name: name.isprintable()), CELLS, max_size=6)


def table(rows: dict[str, str]) -> Table:
    return Table(sorted(f"{name}\t{rest}".encode() for name, rest in rows.items()))


@given(ROWS, NAMES)
def test_a_table_is_the_mapping_of_its_lines(rows: dict[str, str], other: str) -> None:
    found = table(rows)
    assert found == rows
    assert {name: found[name] for name in rows} == rows
    assert found.get(other) == rows.get(other)
    assert len(found) == len(rows)


def test_the_shipped_settings_catalog_is_sorted() -> None:
    data = Path(build.__file__).parent / "data" / "settings-catalog.tsv.gz"
    lines = gzip.decompress(data.read_bytes()).splitlines()
    assert lines == sorted(lines)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
)


@given(JSON)
def test_a_cell_says_what_the_json_in_it_says(value: object) -> None:
    assert cell(json.dumps(value, ensure_ascii=False, separators=(",", ":"))) == value
