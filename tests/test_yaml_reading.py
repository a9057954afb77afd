"""YAML as IntuneCD writes it: the values of PyYAML's safe loader, with limits and lines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from policylint.errors import ReadError
from policylint.evidence import Evidence, LineAt
from policylint.readers.intune import exports as intune
from policylint.readers.yaml import load
from tests.intune_writer import catalog, choice, custom, oma, only, read, sources, values

_scalars = st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8"), max_size=12)
_documents = st.recursive(
    _scalars, lambda v: st.lists(v, max_size=4) | st.dictionaries(st.text(max_size=6), v, max_size=4), max_leaves=20
)


@settings(max_examples=60)
@given(_documents)
def test_what_pyyaml_writes_is_read_back(document: Any) -> None:
    assert load(yaml.safe_dump(document, sort_keys=False).encode()).value == document


@settings(max_examples=150)
@given(st.text(alphabet="ab: -[]{}&*!|>'\"\n#,?%0179.eE~", max_size=60))
def test_values_are_those_of_the_safe_loader_or_refused(text: str) -> None:
    try:
        ours = load(text.encode()).value
    except ReadError as error:
        assert error.rule in ("RD031", "RD007")
        return
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # libyaml accepts a little more than PyYAML itself
    theirs = yaml.load(text, Loader=loader)  # noqa: S506 - it makes text, lists and dictionaries only
    assert _spelled(ours).keys() == _spelled(theirs).keys()


def _spelled(value: Any) -> dict[str, Any]:
    """The shape of a value: its pointers, without the values."""
    found: dict[str, Any] = {"": None}
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in items:
        found |= {f"/{key}{at}": None for at in _spelled(child)}
    return found


def test_every_value_knows_its_line() -> None:
    document = load(b"a:\n  - x\n  - b: 1\nc: 2\n")
    assert document.lines == {"/a": 2, "/a/0": 2, "/a/1": 3, "/a/1/b": 3, "/c": 4}


def test_the_laughs_of_a_billion_are_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    with pytest.raises(ReadError, match="aliases written out") as error:
        load("\n".join(lines).encode())
    assert error.value.rule == "RD007"


def test_an_alias_is_the_value_of_its_anchor() -> None:
    assert load(b"a: &x [1, 2]\nb: *x\n").value == {"a": [1, 2], "b": [1, 2]}


@pytest.mark.parametrize(
    ("text", "rule", "place"),
    [
        ("a: [1}", "RD031", 1),
        ("a: &x [*x]", "RD031", 1),
        ("a: *nowhere", "RD031", 1),
        ("a: !!python/object/apply:os.system ['true']", "RD031", 1),
        ("a: 1\n---\nb: 2\n", "RD031", 2),
        ("[a]: 1", "RD031", 1),
        ("[" * 200 + "]" * 200, "RD007", 1),
        ("\x01: 1", "RD031", None),
    ],
)
def test_what_is_no_plain_yaml_is_refused(text: str, rule: str, place: int | None) -> None:
    with pytest.raises(ReadError) as error:
        load(text.encode())
    found = error.value.place
    assert (error.value.rule, found.line if isinstance(found, LineAt) else None) == (rule, place)


def test_a_backup_in_yaml_gives_the_claims_of_its_json(tmp_path: Path) -> None:
    written = catalog(choice("device_vendor_msft_x", "1"))
    del written["id"]
    from_yaml = only(read(tmp_path, {"Settings Catalog/a.yaml": yaml.safe_dump(written)}))
    from_json = only(read(tmp_path, {"a.json": written}))
    assert values(from_yaml) == values(from_json)
    assert (from_yaml.name, from_yaml.assignments, from_json.assignments) == ("Catalog", (), None)


def test_evidence_is_the_line_of_the_value(tmp_path: Path) -> None:
    text = yaml.safe_dump(custom(oma("Boolean", "./Vendor/MSFT/A", True)), sort_keys=False)
    (claim,) = only(read(tmp_path, {"a.yml": text})).claims
    line = next(n for n, one in enumerate(text.splitlines(), 1) if one.strip().startswith("value:"))
    assert claim.evidence == Evidence("a.yml", LineAt(line))


def test_a_damaged_backup_is_unread(tmp_path: Path) -> None:
    reading = read(tmp_path, {"a.yaml": "'@odata.type': ['#microsoft.graph.x'}"})
    assert [(p.rule, p.message, p.evidence.path) for p in reading.problems] == [("RD031", "not valid YAML", "a.yaml")]
    assert [(file.status, file.kind) for file in reading.files] == [("unread", "YAML")]


def test_yaml_of_other_programs_is_left(tmp_path: Path) -> None:
    files = {"ci.yml": "on: [push", "values.yaml": "replicas: 2\n", "notes.yaml": "see: '@odata.type'\n"}
    reading, left = intune.take(sources(tmp_path, files))
    assert ([source.path for source in left], reading.files) == (sorted(files), ())
