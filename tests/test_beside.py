"""Work beside other work gives what it gives alone."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from policylint.beside import beside, is_possible
from policylint.facts import ALWAYS, Every, Is
from policylint.lint import MANY_CLAIMS, lint
from policylint.readers import read
from policylint.rules import load_rules

ESTATE = Path(__file__).parents[1] / "corpus" / "hybrid-classic-mistakes"


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
def test_a_result_comes_over_as_something_smaller_and_is_made_of_that_again() -> None:
    def halved(found: list[int]) -> tuple[int, int]:
        return os.getpid(), len(found) // 2

    pid, count = beside(lambda: [1] * 6, halved, list)()
    assert pid != os.getpid()
    assert count == 3


def test_what_is_not_done_beside_is_not_packed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("policylint.beside.is_possible", lambda: False)
    found = [1, 2]
    assert beside(lambda: found, tuple, set)() is found


@pytest.mark.usefixtures("free")
def test_a_process_that_dies_is_made_up_for() -> None:
    here = os.getpid()

    def job() -> str:
        if os.getpid() != here:
            os._exit(9)
        return "done here"

    assert beside(job)() == "done here"


@pytest.mark.usefixtures("free")
def test_a_process_ends_when_nobody_waits_for_its_result_any_more() -> None:
    script = "import os; from policylint.beside import beside; beside(lambda: [0] * (1 << 20)); os._exit(0)"
    done = subprocess.run([sys.executable, "-c", script], stdout=subprocess.PIPE, timeout=20, check=True)
    assert done.stdout == b""  # the end of the output comes when the last process that holds it is gone


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


@pytest.mark.usefixtures("free")
def test_an_estate_is_read_the_same_with_and_without_a_second_process(monkeypatch: pytest.MonkeyPatch) -> None:
    started = []

    def counted(job: Callable[[], object], *carried: Callable[[Any], Any]) -> Callable[[], object]:
        started.append(job)
        return beside(job, *carried)

    alone = read([str(ESTATE)])
    monkeypatch.setattr("policylint.readers.MANY_FILES", 1)
    monkeypatch.setattr("policylint.readers.beside", counted)
    assert read([str(ESTATE)]) == alone
    assert len(started) == 1
    assert sum(len(policy.claims) for policy in alone.policies) > 0


@pytest.mark.usefixtures("free")
def test_real_backups_are_read_the_same_beside_other_files(sample_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [str(sample_data / "gpo"), str(sample_data / "intune")]
    beside_others = read(paths)
    monkeypatch.setattr("policylint.beside.is_possible", lambda: False)
    assert read(paths) == beside_others


def test_a_condition_that_always_holds_is_the_same_object_in_another_process() -> None:
    assert pickle.loads(pickle.dumps([ALWAYS, Every((Is("mdm"),))])) == [ALWAYS, Every((Is("mdm"),))]  # noqa: S301  # our own bytes
    assert pickle.loads(pickle.dumps(ALWAYS)) is ALWAYS  # noqa: S301  # our own bytes
