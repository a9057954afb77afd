from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policylint.errors import ReadError
from policylint.evidence import ByteAt, LineAt
from policylint.readers.json import MAX_DEPTH, Document, load, loads, pointer

SCALARS = st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    SCALARS | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=4)
    ),
    max_leaves=12,
)


def refusal(data: bytes) -> tuple[str, str, object]:
    with pytest.raises(ReadError) as caught:
        load(data)
    return caught.value.rule, caught.value.message, caught.value.place


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_the_encoding_is_told_by_byte_order_mark_and_bytes(encoding: str) -> None:
    assert load('{"name": "Größe ✓"}'.encode(encoding)) == Document({"name": "Größe ✓"})


@given(JSON)
def test_what_json_writes_is_read_back(value: Any) -> None:
    assert load(json.dumps(value, ensure_ascii=False).encode("utf-8")).value == value


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        load(data)
    except ReadError as error:
        assert error.rule in {"RD004", "RD005", "RD007"}


def test_a_mistake_is_told_with_its_line_and_column() -> None:
    rule, message, place = refusal(b'{\n  "a": 1,\n  "b": x\n}')
    assert (rule, message, place) == ("RD004", "not valid JSON: expecting value", LineAt(3, 8))


def test_comments_are_called_what_they_are() -> None:
    expected = "RD004", "not valid JSON: comments are not part of JSON"
    assert refusal(b'{\n  // why\n  "a": 1}') == (*expected, LineAt(2, 3))
    assert refusal(b'{"a": /* why */ 1}') == (*expected, LineAt(1, 7))


def test_an_empty_file_is_called_empty() -> None:
    assert refusal(b"") == ("RD004", "not valid JSON: the file is empty", LineAt(1, 1))


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
def test_numbers_that_json_does_not_have_are_refused_where_they_stand(constant: str) -> None:
    data = f'{{"NaN \\" Infinity": 1,\n "a": {constant}}}'.encode()
    assert refusal(data) == ("RD004", f"not valid JSON: {constant} is not a JSON number", LineAt(2, 7))


def test_an_integer_too_long_to_convert_is_refused() -> None:
    rule, _, place = refusal(b"9" * 5000)
    assert (rule, place) == ("RD004", None)


def test_bytes_that_are_not_text_are_refused_at_their_offset() -> None:
    rule, _, place = refusal(b'{"a": "\xff"}')
    assert (rule, place) == ("RD005", ByteAt(7))


def test_half_a_surrogate_pair_is_refused_and_a_whole_one_is_read() -> None:
    assert refusal(b'{"a": "\\ud83d"}')[0] == "RD005"
    assert load(b'{"a": "\\ud83d\\ude00"}').value == {"a": "😀"}


def test_documents_are_read_to_the_depth_limit_and_not_beyond() -> None:
    deepest: Any = loads("[" * MAX_DEPTH + "]" * MAX_DEPTH).value
    depth = 0
    while deepest:
        depth, deepest = depth + 1, deepest[0]
    assert depth == MAX_DEPTH - 1
    assert refusal(b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1))[0] == "RD007"


def test_a_document_too_deep_for_the_parser_is_refused_like_any_deep_one() -> None:
    shallow = refusal(b'{"a":' * (MAX_DEPTH + 1) + b"1" + b"}" * (MAX_DEPTH + 1))
    assert refusal(b"[" * 200_000 + b"]" * 200_000) == shallow


def test_keys_that_stand_twice_are_told_and_the_last_counts() -> None:
    document = load(b'{"a": [{"b/c": 1, "x": 0, "b/c": 2, "b/c": 3}], "d": 1, "d": {"e": 1, "e": 2}}')
    assert document == Document({"a": [{"b/c": 3, "x": 0}], "d": {"e": 2}}, ("/d", "/a/0/b~1c", "/d/e"))


def test_a_key_that_stands_twice_in_a_value_that_lost_is_not_told() -> None:
    assert load(b'{"d": {"e": 1, "e": 2}, "d": 0}') == Document({"d": 0}, ("/d",))


def test_the_indent_of_the_first_member_is_kept() -> None:
    assert load(b'{\r\n     "a": 1\r\n}').indent == 5
    assert load(b'{"a": 1}').indent is None


def test_pointers_are_escaped() -> None:
    assert pointer("a/b", 0, "~") == "/a~1b/0/~0"


def test_brackets_in_strings_are_no_levels() -> None:
    text = "[{" * MAX_DEPTH
    assert loads(json.dumps({"a": [text]})).value == {"a": [text]}


def test_a_long_document_is_refused_at_the_same_depth_as_a_short_one() -> None:
    for filling in ("", " " * 20_000):
        assert isinstance(loads("[" * MAX_DEPTH + filling + "]" * MAX_DEPTH).value, list)
        assert refusal(b"[" * (MAX_DEPTH + 1) + filling.encode() + b"]" * (MAX_DEPTH + 1))[0] == "RD007"
