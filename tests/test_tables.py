"""Tables become values, and whatever is wrong in one is told with its place, all at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policylint.tables import Form, Table, TableError, Truth, built
from policylint.topology import Topology


@dataclass(frozen=True)
class Door(Table):
    """A table inside another."""

    width: str
    open_now: Truth | None = None
    kind: Literal["oak", "pine", "steel"] | None = None
    state: Truth | Literal["stuck"] | None = None
    size: Annotated[str, Form(r"\d+x\d+", "a size is written as 2x3")] | None = None


@dataclass(frozen=True)
class House(Table):
    """A table."""

    doors: list[Door] = field(default_factory=list)
    main: Door | None = None
    names: list[str] | None = None


def wrong(table: object) -> list[str]:
    with pytest.raises(TableError) as caught:
        built(House, table)
    return caught.value.sentences


def test_keys_have_hyphens_and_may_have_underscores() -> None:
    table = {"doors": [{"width": "1", "open-now": True}, {"width": "2", "open_now": False}], "names": ["a"]}
    assert built(House, table) == House([Door("1", True), Door("2", False)], names=["a"])


def test_what_is_left_out_is_what_the_class_says() -> None:
    assert built(House, {"main": {"width": "1", "state": "stuck", "size": "2x3", "kind": "oak"}}) == House(
        main=Door("1", kind="oak", state="stuck", size="2x3")
    )


@pytest.mark.parametrize(
    ("table", "sentences"),
    [
        ({"main": 1}, ["main: input should be a dictionary or an instance of Door, got 1"]),
        ({"main": {}}, ["main.width: field required, got {}"]),
        ({"doors": {}}, ["doors: input should be a valid list, got {}"]),
        ({"names": ["a", 2]}, ["names[1]: input should be a valid string, got 2"]),
        ({"doors": [{"width": "1", "open-now": 1}]}, ["doors[0].open-now: input should be a valid boolean, got 1"]),
        (
            {"main": {"width": "1", "kind": "elm"}},
            ["main.kind: input should be 'oak', 'pine' or 'steel', got 'elm'"],
        ),
        (
            {"main": {"width": "1", "state": 5}},
            [
                "main.state.bool: input should be a valid boolean, got 5",
                "main.state.literal['stuck']: input should be 'stuck', got 5",
            ],
        ),
        ({"main": {"width": "1", "size": "big"}}, ["main.size: a size is written as 2x3, got 'big'"]),
        ({"mian": {}}, ["unknown key mian; did you mean 'main'?"]),
        ({"doors": [{"width": "1", "open": True}]}, ["unknown key doors[0].open; did you mean 'open-now'?"]),
        ({"names": 1, "xyz": 1}, ["names: input should be a valid list, got 1", "unknown key xyz"]),
        ([], ["input should be a dictionary or an instance of House, got []"]),
    ],
)
def test_what_is_wrong_is_told_with_its_place(table: object, sentences: list[str]) -> None:
    assert wrong(table) == sentences


tomls = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.sampled_from(["error", "entra", "10.0.22631"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["som", "path", "links", "gpo", "target", "facts", "join", "name", "x"]), inner
        )
    ),
    max_leaves=8,
)


@given(tomls)
def test_any_table_is_a_value_or_is_told_wrong(table: object) -> None:
    try:
        assert isinstance(built(Topology, table), Topology)
    except TableError as exc:
        assert exc.sentences
