"""Work beside other work: in a second process where one can be forked, else when its result is wanted.

A forked process sees everything that was read, so only the result has to be carried over; but each side copies the
memory that it touches, which takes tens of milliseconds and is worth it for large jobs alone. Only Linux forks safely
whatever libraries are loaded; elsewhere, on one processor, and beside other threads nothing changes.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

_T = TypeVar("_T")
_C = TypeVar("_C")


def _as_it_is(found: Any) -> Any:
    return found


def beside(
    job: Callable[[], _T], packed: Callable[[_T], _C] = _as_it_is, unpacked: Callable[[_C], _T] = _as_it_is
) -> Callable[[], _T]:
    """Starts a job, and returns the function that waits for its result, which must be what pickle carries.

    What comes over is the result as `packed` makes it, and `unpacked` makes the result of that.
    A job that fails beside is done again when its result is wanted, so that it fails where somebody sees it.
    """
    if not is_possible():
        return job
    from multiprocessing import get_context

    fork = get_context("fork")
    receiver, sender = fork.Pipe(duplex=False)
    worker = fork.Process(target=_work, args=(lambda: packed(job()), sender, receiver), daemon=True)
    worker.start()
    sender.close()

    def result() -> _T:
        try:
            found = cast(_C, receiver.recv())
        except (EOFError, OSError):
            return job()
        finally:
            receiver.close()
            worker.join()
        return unpacked(found)

    return result


def is_possible() -> bool:
    """Whether a second process can do some of the work at the same time."""
    return sys.platform == "linux" and len(os.sched_getaffinity(0)) > 1 and threading.active_count() == 1


def _work(job: Callable[[], object], sender: Connection, receiver: Connection) -> None:
    receiver.close()  # else nobody would tell this process that the one who waits is gone
    with sender, suppress(BaseException):  # the one who waits does the job again, and tells
        sender.send(job())
    os._exit(0)  # taking apart what was read takes a while, and somebody waits
