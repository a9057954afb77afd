"""The whole sample data: every file is read, recognised as holding no policy, or reported; the totals of each kind."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from policylint.estate import Estate
from policylint.readers import read
from tests.sample_totals import FILES, POLICIES, PROBLEMS


@pytest.fixture(scope="module")
def estate(sample_data: Path) -> Estate:
    return read(["data"], base=sample_data.parent)


def test_every_file_has_exactly_one_record(estate: Estate, sample_data: Path) -> None:
    there = sorted(p.relative_to(sample_data.parent).as_posix() for p in sample_data.rglob("*") if p.is_file())
    assert sorted(record.path for record in estate.files) == there


def test_what_is_not_read_is_said_with_its_place(estate: Estate) -> None:
    reported = {problem.evidence.path for problem in estate.problems}
    assert [record.path for record in estate.files if record.status == "unread" and record.path not in reported] == []
    assert [record.path for record in estate.files if record.status == "ignored" and not record.reason] == []


def test_the_totals_of_each_kind_of_file(estate: Estate) -> None:
    totals: dict[str, tuple[int, int, int, int]] = {}
    for record in estate.files:
        read_, ignored, unread, settings = totals.get(record.kind, (0, 0, 0, 0))
        totals[record.kind] = (
            read_ + (record.status == "read"),
            ignored + (record.status == "ignored"),
            unread + (record.status == "unread"),
            settings + record.settings,
        )
    assert totals == FILES


def test_the_totals_of_each_kind_of_policy(estate: Estate) -> None:
    policies = Counter(policy.kind for policy in estate.policies)
    claims: Counter[str] = Counter()
    for policy in estate.policies:
        claims[policy.kind] += len(policy.claims)
    assert {kind: (policies[kind], claims[kind]) for kind in policies} == POLICIES


def test_the_totals_of_each_problem(estate: Estate) -> None:
    assert dict(Counter(problem.rule for problem in estate.problems)) == PROBLEMS
