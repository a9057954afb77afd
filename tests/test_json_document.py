"""JSON documents are written as Python's own encoder writes them."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from policylint.reports.json_document import dumps

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(values)
def test_a_document_is_the_text_of_the_encoder_with_an_indent_of_two(value: object) -> None:
    assert dumps(value) == json.dumps(value, indent=2, ensure_ascii=True) + "\n"
