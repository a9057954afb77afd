"""Values that are cheap to build behave as any frozen dataclass."""

from __future__ import annotations

import copy
import pickle
from dataclasses import FrozenInstanceError, dataclass, field, fields, replace

import pytest

from policylint.evidence import Evidence, PolAt
from policylint.frozen import changing, plain, quickly_built
from policylint.model import Claim, Scope, SettingId


@quickly_built
@dataclass(frozen=True, slots=True)
class Point:
    """Two numbers."""

    x: int
    y: int = 5
    label: str = field(default="", compare=False)


def test_fields_are_given_by_place_or_by_name_and_have_defaults() -> None:
    found = [(p.x, p.y, p.label) for p in (Point(1), Point(1, 2), Point(y=3, x=1, label="a"))]
    assert found == [(1, 5, ""), (1, 2, ""), (1, 3, "a")]


def test_the_plain_function_makes_the_same_values_as_the_class() -> None:
    made = [plain(Point)(1), plain(Point)(1, label="a", y=2)]
    assert [(type(p), p.x, p.y, p.label) for p in made] == [(Point, 1, 5, ""), (Point, 1, 2, "a")]


def test_a_changing_function_makes_a_value_like_another_but_for_its_fields() -> None:
    point = Point(1, 2, "a")
    assert [repr(made) for made in (changing(Point, "y")(point, 7), changing(Point, "label", "x")(point, "b", 3))] == [
        repr(replace(point, y=7)),
        repr(replace(point, label="b", x=3)),
    ]


def test_a_class_that_is_not_quickly_built_has_no_plain_function() -> None:
    with pytest.raises(KeyError):
        plain(dict)


@pytest.mark.parametrize(("given", "named"), [((), {}), ((1, 2, "a", 4), {}), ((1,), {"z": 1}), ((1,), {"x": 1})])
def test_arguments_that_are_no_fields_are_refused(given: tuple[object, ...], named: dict[str, object]) -> None:
    with pytest.raises(TypeError, match=r"Point|__new__"):
        Point(*given, **named)  # type: ignore[arg-type]  # that is what is tested


def test_a_value_is_of_its_class_and_cannot_be_changed() -> None:
    point = Point(1)
    assert (type(point), repr(point)) == (Point, "Point(x=1, y=5, label='')")
    for name in ("x", "other"):
        with pytest.raises((FrozenInstanceError, TypeError)):
            setattr(point, name, 2)
    with pytest.raises(FrozenInstanceError):
        del point.x


def test_equality_and_hash_are_those_of_the_compared_fields() -> None:
    assert {Point(1, label="a"), Point(1, label="b"), Point(2)} == {Point(1), Point(2)}


def test_a_value_can_be_replaced_copied_pickled_and_matched() -> None:
    point = Point(1, 2, "a")
    assert replace(point, y=7) == Point(1, 7)
    twins = [copy.copy(point), copy.deepcopy(point), pickle.loads(pickle.dumps(point))]  # noqa: S301  # our own bytes
    assert [(type(p), p.x, p.y, p.label) for p in twins] == [(Point, 1, 2, "a")] * 3
    match point:
        case Point(x, y):
            assert (x, y) == (1, 2)


def test_the_claims_of_a_policy_are_such_values() -> None:
    claim = Claim(SettingId("A", "a"), Scope.USER, 1, "Integer", Evidence("f", PolAt(1, 2, 3)))
    assert [part.name for part in fields(claim)][:2] == ["setting", "scope"]
    assert pickle.loads(pickle.dumps(claim)) == claim == copy.deepcopy(claim)  # noqa: S301  # our own bytes
    with pytest.raises(FrozenInstanceError):
        claim.value = 2  # type: ignore[misc]  # that is what is tested


def test_a_class_that_asks_for_more_than_its_arguments_is_refused() -> None:
    @dataclass(frozen=True, slots=True)
    class Made:
        parts: list[int] = field(default_factory=list)

    @dataclass(frozen=True, slots=True)
    class Checked:
        part: int

        def __post_init__(self) -> None:
            pass

    for cls in (Made, Checked):
        with pytest.raises(TypeError, match="not built from its arguments alone"):
            quickly_built(cls)
