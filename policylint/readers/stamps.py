"""Hashes of files that were hashed in a run before, told by what the system says about a file without opening it.

As version control systems do: a file whose size, times, number and device are what they were holds what it held. A file
that was changed within the last seconds is not trusted, for it may change again without a new time.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterable

from policylint.errors import ReadError
from policylint.readers.kept import read_kept, write_kept
from policylint.readers.source import Source

SETTLED = 2 * 10**9
"""Nanoseconds after which a change shows in a file's times on every file system."""

Stamp = list[int]


def digests(sources: Iterable[Source], data: dict[Source, bytes]) -> dict[Source, str]:
    """The SHA-256 of each file that can be read. What had to be read for it is left in `data`."""
    files = list(sources)
    name = hashlib.sha256(
        "\n".join(str(source.file) for source in files).encode("utf-8", "surrogateescape")
    ).hexdigest()
    known = read_kept(f"stamps-{name}")
    rows = known if isinstance(known, dict) else {}
    found: dict[Source, str] = {}
    stamped: dict[str, list[object]] = {}
    before = time.time_ns() - SETTLED
    for source in files:
        path, stamp = str(source.file), _stamp(source)
        row = rows.get(path)
        if (
            stamp is not None
            and isinstance(row, list)
            and len(row) == 2
            and row[0] == stamp
            and isinstance(row[1], str)
        ):
            found[source] = row[1]
        else:
            try:
                data[source] = source.read()
            except ReadError:  # told when it is read again
                continue
            found[source] = hashlib.sha256(data[source]).hexdigest()
        if stamp is not None and max(stamp[1], stamp[2]) < before:
            stamped[path] = [stamp, found[source]]
    if stamped and stamped != rows:
        write_kept(f"stamps-{name}", stamped)
    return found


def _stamp(source: Source) -> Stamp | None:
    """What the system says about a file; None for one in an archive, and for one that is not there."""
    if source.member is not None:
        return None
    try:
        told = os.stat(source.file)  # noqa: PTH116  # there are thousands, and Path.stat takes twice as long
    except OSError:
        return None
    return [told.st_size, told.st_mtime_ns, told.st_ctime_ns, told.st_ino, told.st_dev]
