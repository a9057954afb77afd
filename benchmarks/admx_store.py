"""How long policylint takes for an ADMX store, against bare lxml parsing of the same .admx and chosen .adml files.

    python -m benchmarks.admx_store [FOLDER]…

Both sides read the files from disk. `names` adds one question for the owner of a registry value, which finds the keys
of all files and opens those concerned; `everything` takes every definition and text out of the XML. `filling` does so
while the cache is empty, and `cached` when the store was read before: files that nobody touched since are not opened,
others would be read and hashed, and only those asked about are parsed.
"""

from __future__ import annotations

import argparse
import gc
import hashlib
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from lxml import etree

from benchmarks.state_recovery import sample_data
from policylint.catalogue.admx import AdmxFile, AdmxStore
from policylint.catalogue.raising import raise_name
from policylint.cli import GC_THRESHOLD
from policylint.model import Scope, registry
from policylint.readers import admx, kept, xml
from policylint.readers.source import Source

STORES = ("admx/windows-11-25h2", "admx/windows-11-22h2-multilang")
ROUNDS = 7
PASSPORT = registry(Scope.DEVICE, r"SOFTWARE\Policies\Microsoft\PassportForWork", "Enabled")


def sources(folder: Path) -> list[Source]:
    """Every file of a store."""
    return [Source(p.relative_to(folder).as_posix(), p) for p in sorted(folder.rglob("*")) if p.is_file()]


def bare(files: Sequence[Path]) -> list[etree._Element]:
    """What lxml makes of the files; the few that it refuses as they are (wrong declarations) are repaired first."""
    roots: list[etree._Element] = []
    for file in files:
        data = file.read_bytes()
        try:
            roots.append(etree.fromstring(data))
        except (etree.XMLSyntaxError, LookupError):
            roots.append(xml.parse(data))
    return roots


def names(found: Sequence[Source]) -> AdmxStore:
    """A store that was asked for one name."""
    store = AdmxStore.of(admx.take(found)[0].admx)
    raise_name(store, PASSPORT)
    return store


def filling(cache: Path, found: Sequence[Source]) -> AdmxStore:
    """A store that was asked for one name, and kept for the first time."""
    shutil.rmtree(cache / "admx", ignore_errors=True)
    return names(found)


def everything(found: Sequence[Source]) -> tuple[AdmxFile, ...]:
    """A store whose definitions were all read."""
    files = admx.take(found)[0].admx
    for file in files:
        _ = file.policies, file.categories, file.supported_on, file.slots
    return files


def best(*sides: Callable[[], object]) -> list[float]:
    """The best of several rounds for each side, in seconds; the sides take turns, so that all see the same machine."""
    times = [float("inf")] * len(sides)
    for _ in range(ROUNDS):
        for index, side in enumerate(sides):
            start = time.perf_counter()
            result = side()
            times[index] = min(times[index], time.perf_counter() - start)
            del result
    return times


def cached(place: str, side: Callable[[], object]) -> Callable[[], object]:
    """The same work with that cache."""

    def run() -> object:
        os.environ[kept.VARIABLE] = place
        return side()

    return run


def measure(folder: Path) -> str:
    """One line per kind of work."""
    found = sources(folder)
    reading = admx.take(found)[0]
    used = {record.path for record in reading.files if record.status == "read"}
    files = [Path(source.file) for source in found if source.path in used]
    with tempfile.TemporaryDirectory() as empty, tempfile.TemporaryDirectory() as filled:
        sides: dict[str, Callable[[], object]] = {
            "bare lxml": lambda: bare(files),
            "take": cached("off", lambda: admx.take(found)),
            "take + names": cached("off", lambda: names(found)),
            "take + everything": cached("off", lambda: everything(found)),
            "filling + names": cached(empty, lambda: filling(Path(empty), found)),
            "cached": cached(filled, lambda: admx.take(found)),
            "cached + names": cached(filled, lambda: names(found)),
            "cached + everything": cached(filled, lambda: everything(found)),
            "bytes read, hashed": lambda: [hashlib.sha256(file.read_bytes()).digest() for file in files],
        }
        times = best(*sides.values())
    policies = sum(record.settings for record in reading.files)
    lines = [f"{folder.name}: {len(reading.admx)} .admx, {len(files)} files in all, {policies} policies"]
    lines += [f"  {name:19}{t * 1000:8.1f} ms   {t / times[0]:.2f}x" for name, t in zip(sides, times, strict=True)]
    return "\n".join(lines)


def main() -> int:
    """Prints the ratios for each store. Garbage is looked for as seldom as in the program, on both sides."""
    gc.set_threshold(GC_THRESHOLD)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="*", type=Path)
    for folder in parser.parse_args().folder or [sample_data() / store for store in STORES]:
        print(measure(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
