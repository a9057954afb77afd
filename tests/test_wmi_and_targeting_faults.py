"""WMI queries that fail or mislead (GP017, GP018), and targeting that decides nothing (GP019)."""

from __future__ import annotations

import pytest
from lxml import etree

from policylint.readers.directory.wmi_faults import wrong
from policylint.readers.gpo.targeting_faults import faults

OS = "SELECT * FROM Win32_OperatingSystem WHERE "


@pytest.mark.parametrize(
    "query",
    [
        'SELECT * FROM Win32_ComputerSystem WHERE Model LIKE "%Latitude (R)%"',
        "select Name, AddressWidth from Win32_Processor",
        'SELECT * FROM CIM_Datafile WHERE Name = "C:\\\\app\\\\a.exe";',
        "ASSOCIATORS OF {Win32_Service.Name='Spooler'}",
        f'{OS}Version LIKE "10.0.2%" AND ProductType = "1"',
        f'{OS}(Version LIKE "6%" OR Version LIKE "10%")',
        f'{OS}NOT ProductType = "1"',
    ],
)
def test_nothing_is_said_of_queries_that_are_as_they_should_be(query: str) -> None:
    assert list(wrong(query)) == []


@pytest.mark.parametrize(
    "query",
    ["", "SELECT * Win32_Battery", f'{OS}(ProductType = "1"', f'{OS}ProductType = "1', "DELETE FROM Win32_Share"],
)
def test_a_query_that_cannot_be_asked_denies_its_gpo(query: str) -> None:
    assert [rule for rule, _ in wrong(query)] == ["GP017"]


@pytest.mark.parametrize(
    "query",
    [
        f'{OS}Version >= "6.1"',
        f"{OS}Version<'10.0.22000' AND ProductType='1'",
        f'{OS}Version LIKE "10.%"',
        f'{OS}Version LIKE "10%"',
        "SELECT Name FROM Win32_Product",
    ],
)
def test_a_query_that_answers_otherwise_than_it_looks_is_told(query: str) -> None:
    assert [rule for rule, _ in wrong(query)] == ["GP018"]


def item(*filters: str) -> etree._Element:
    return etree.fromstring(f"<Drive><Filters>{''.join(filters)}</Filters></Drive>")


def computer(name: str, joined: str = "AND", negated: int = 0, hidden: int = 0) -> str:
    return f'<FilterComputer bool="{joined}" not="{negated}" hidden="{hidden}" type="NETBIOS" name="{name}"/>'


NEVER = [("GP019", "is never applied: its targeting wants A and B at once")]


def test_two_computers_at_once_are_never_there() -> None:
    assert list(faults(item(computer("A"), computer("B")))) == NEVER


def test_brackets_are_looked_into() -> None:
    inside = f'<FilterCollection bool="AND" not="0">{computer("A")}{computer("B")}</FilterCollection>'
    assert list(faults(item(inside))) == NEVER


def test_a_filter_and_its_opposite_let_nothing_or_everything_through() -> None:
    assert list(faults(item(computer("A"), computer("A", negated=1)))) == [
        ("GP019", "is never applied: its targeting wants something and its opposite")
    ]
    assert list(faults(item(computer("A"), computer("A", "OR", negated=1)))) == [
        ("GP019", "is always applied: its targeting takes something or its opposite")
    ]


@pytest.mark.parametrize(
    "filters",
    [
        (computer("A"), computer("B", "OR")),
        (computer("A"), computer("B", negated=1)),
        (computer("A*"), computer("B*")),
        (computer("A"), computer("B", hidden=1)),
        (computer("A"), computer("B"), computer("C", "OR")),
        (computer("A"), computer("a")),
    ],
)
def test_what_may_be_true_of_some_computer_is_left_alone(filters: tuple[str, ...]) -> None:
    assert list(faults(item(*filters))) == []
