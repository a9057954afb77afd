"""Work beside other work gives what it gives alone."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from policylint.beside import beside, is_possible
from policylint.lint import MANY_CLAIMS, lint
from policylint.readers import read
from policylint.rules import load_rules


@pytest.fixture
def free() -> None:
    if not is_possible():
        pytest.skip("no second process here: not Linux, one processor, or other threads")


@pytest.mark.usefixtures("free")
def test_a_job_runs_in_another_process() -> None:
    assert beside(os.getpid)() != os.getpid()


@pytest.mark.usefixtures("free")
def test_a_result_larger_than_a_pipe_comes_over_whole() -> None:
    assert beside(lambda: list(range(500_000)))() == list(range(500_000))


@pytest.mark.usefixtures("free")
def test_a_job_that_fails_beside_fails_where_its_result_is_wanted() -> None:
    waiting = beside(lambda: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        waiting()


@pytest.mark.usefixtures("free")
def test_a_process_that_dies_is_made_up_for() -> None:
    here = os.getpid()

    def job() -> str:
        if os.getpid() != here:
            os._exit(9)
        return "done here"

    assert beside(job)() == "done here"


def test_beside_other_threads_the_job_waits_until_it_is_wanted() -> None:
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait)
    thread.start()
    try:
        assert not is_possible()
        assert beside(os.getpid)() == os.getpid()
    finally:
        stop.set()
        thread.join()


@pytest.mark.usefixtures("free")
def test_findings_are_the_same_with_and_without_a_second_process(
    sample_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [str(sample_data / name) for name in ("gpo", "intune/oib-v3.7", "intune/ncsc-packs")]
    rules = load_rules()
    estate = read(paths)
    assert sum(len(policy.claims) for policy in estate.policies) > MANY_CLAIMS
    apart = lint(estate, rules)
    monkeypatch.setattr("policylint.beside.is_possible", lambda: False)
    assert lint(read(paths), rules) == apart
