"""How much longer `check` takes than merely parsing the same bytes, as ratios in one run.

    python benchmarks/whole_check.py [PATHS]...      (default: the sample data, see tests/conftest.py)

Both sides find and open every file. "Bare parsing" is lxml for XML, ADMX and ADML, json.loads for JSON, lines for text
(INI files also parted at the first `=`, tables at their commas) and the five parts of every record for Registry.pol; it
keeps nothing. Archives and scripts are not taken apart on this side. `check` reads, lowers, ranks every target, runs
every rule and writes a report, for which it opens the files of the findings once more. Ratios are by the clock, which
counts for who waits, and of the processor: half of the work is done in a second process where two processors are free.

The sample data is measured twice: policies alone, which is the figure to hold, and with what people keep beside them:
an ADMX store, DDF files and dumps of Graph.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import gc
import json
import os
import struct
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from lxml import etree

from policylint.cli import GC_THRESHOLD
from policylint.estate import Estate
from policylint.findings import Finding
from policylint.lint import lint, summary
from policylint.locate import Locator
from policylint.readers import read
from policylint.readers.source import decode
from policylint.readers.xml import text_of
from policylint.reports import CHECK_FORMATS
from policylint.rules import Rule, load_rules

ROUNDS = 10
"""The shortest of so many runs counts: other programs on the machine make some of them longer."""

T = TypeVar("T")


@dataclass(frozen=True)
class Took:
    """Seconds by the clock, and of the processor with those of processes that were started."""

    clock: float
    processor: float

    def __add__(self, other: Took) -> Took:
        return Took(self.clock + other.clock, self.processor + other.processor)

    def line(self, name: str, to: Took, remark: str = "") -> str:
        """The seconds by the clock, and both as ratios to those of something else."""
        ratios = f"{self.clock / to.clock:6.2f}   {self.processor / to.processor:6.2f} of the processor"
        return f"  {name:<14} {self.clock:7.3f} s {ratios}{f'   ({remark})' if remark else ''}"


def timed(job: Callable[[], T]) -> tuple[T, Took]:
    """What a job gives, and how long it takes; what earlier jobs have left in memory is cleared away before."""
    gc.collect()
    clock, before = time.perf_counter(), sum(os.times()[:4])
    made = job()
    return made, Took(time.perf_counter() - clock, sum(os.times()[:4]) - before)


def best(times: Sequence[Took]) -> Took:
    """The shortest of several runs."""
    return Took(min(took.clock for took in times), min(took.processor for took in times))


def found(paths: list[Path]) -> list[Path]:
    """Every file below the paths."""
    return [file for path in paths for file in sorted(path.rglob("*")) if file.is_file()]


def bare(paths: list[Path]) -> None:
    """Finds every file and parses it with the library of its format, and keeps nothing."""
    for file in found(paths):
        data = file.read_bytes()
        with contextlib.suppress(Exception):  # broken samples are part of the data; both sides meet them
            if file.suffix.casefold() in (".xml", ".admx", ".adml", ".cmtx", ".policyrules"):
                etree.fromstring(text_of(data).encode(), etree.XMLParser(resolve_entities=False))
            elif file.suffix.casefold() == ".json":
                json.loads(decode(data))
            elif file.suffix.casefold() == ".pol":
                parts_of_pol(data)
            elif file.suffix.casefold() in (".inf", ".ini"):
                [line.partition("=") for line in decode(data).splitlines()]
            elif file.suffix.casefold() == ".csv":
                list(csv.reader(decode(data).splitlines()))
            elif file.suffix.casefold() in (".txt", ".cmt", ".mof", ".ps1"):
                decode(data).splitlines()


def parts_of_pol(data: bytes) -> list[tuple[str, str, int, bytes]]:
    """Key, value name, type and data of every record of a Registry.pol, by the lengths in it ([MS-GPREG] 2.2.1).

    Raises ValueError and struct.error where one is damaged.
    """
    found, at = [], 8
    while at < len(data):
        key_end = end_of_name(data, at + 2)
        name_end = end_of_name(data, key_end + 4)
        type_, size = struct.unpack_from("<I2xI", data, name_end + 4)
        key, name = data[at + 2 : key_end].decode("utf-16-le"), data[key_end + 4 : name_end].decode("utf-16-le")
        begin = name_end + 16
        found.append((key, name, type_, data[begin : begin + size]))
        at = begin + size + 2
    return found


def end_of_name(data: bytes, begin: int) -> int:
    """Where the NUL stands that ends a name. Raises ValueError when there is none."""
    at = data.index(b"\0\0;\0", begin)
    return at + (at - begin) % 2


def sample_data() -> dict[str, list[Path]]:
    """What is measured, by its name: policies alone, and with definitions beside them."""
    root = Path(os.environ.get("POLICYLINT_SAMPLE_DATA") or Path(__file__).parents[2] / "shared" / "data")
    if not root.exists():
        sys.exit("the sample data is not here: name paths, or set POLICYLINT_SAMPLE_DATA")
    exports = [path for path in sorted((root / "intune").iterdir()) if not path.name.startswith("_ref")]
    store = root / "admx" / "windows-11-22h2-multilang"
    return {
        "GPO and Intune": [root / "gpo", *exports],
        "with an ADMX store": [root / "gpo", root / "intune", store],
        "with DDF and dumps": [root / "gpo", root / "intune", root / "ddf", root / "settings-catalog"],
    }


def start_up() -> tuple[float, float]:
    """The time of `python -c pass` and of `policylint --help`, by the clock."""

    def run(*args: str) -> float:
        times = []
        for _ in range(ROUNDS):
            start = time.perf_counter()
            subprocess.run([sys.executable, *args], check=True, capture_output=True)
            times.append(time.perf_counter() - start)
        return min(times)

    return run("-c", "pass"), run("-m", "policylint", "--help")


def report(form: str, findings: Sequence[Finding], estate: Estate, rules: Mapping[str, Rule]) -> str:
    """The report that `check -o FORM` prints."""
    return CHECK_FORMATS[form](findings, summary(estate), Locator(estate.paths), rules)


def measure(name: str, paths: list[Path], rules: Mapping[str, Rule]) -> None:
    """Prints how long bare parsing, reading, lint and the reports take, one after the other as in a check."""
    files = found(paths)
    times: dict[str, list[Took]] = defaultdict(list)
    for _ in range(ROUNDS):
        _, took = timed(lambda: bare(paths))
        times["bare parsing"].append(took)
        estate, took = timed(lambda: read([str(path) for path in paths]))
        times["read"].append(took)
        findings, took = timed(partial(lint, estate, rules))
        times["lint"].append(took)
        for form in ("json", "text"):
            _, took = timed(partial(report, form, findings, estate, rules))
            times[form].append(took)
    parsing, reading, linting = (best(times[part]) for part in ("bare parsing", "read", "lint"))
    print(f"{name}: {len(files)} files, {sum(f.stat().st_size for f in files) / 1e6:.1f} MB; best of {ROUNDS}")
    print(parsing.line("bare parsing", parsing))
    print(reading.line("read", parsing))
    print((reading + linting).line("read and lint", parsing, "target: below 3"))
    for form in ("json", "text"):
        print((reading + linting + best(times[form])).line(f"and -o {form}", parsing, f"{len(findings)} findings"))


def main() -> None:
    """Prints the ratios."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("paths", nargs="*", type=Path)
    paths = parser.parse_args().paths
    if not all(path.exists() for path in paths):
        sys.exit("a path is not there")
    rules = load_rules()
    gc.set_threshold(GC_THRESHOLD)  # as the command line does, here for both sides
    for name, those in ({"as given": paths} if paths else sample_data()).items():
        measure(name, those, rules)
    python, help_ = start_up()
    print(f"python         {python * 1000:5.0f} ms     1.00")
    print(f"--help         {help_ * 1000:5.0f} ms     {help_ / python:.2f}   (target: below 100 ms)")


if __name__ == "__main__":
    main()
