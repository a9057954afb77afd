"""What many devices cost beside few, and many placements beside one, as ratios in one run.

    python benchmarks/placements.py [--devices N] [--ous N] [--gpos N] [--keep FOLDER]

Writes an estate of GPOs (20 settings each) that are linked all over a tree of OUs, and a list of devices; then reads
it, sorts the devices into classes, checks it and resolves every class. Devices stand in random OUs; some are in a group
that GPOs are filtered by.
"""

from __future__ import annotations

import argparse
import csv
import gc
import random
import resource
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar
from uuid import UUID

from policylint.cli import GC_THRESHOLD
from policylint.estate import Estate
from policylint.lint import lint
from policylint.locate import Locator
from policylint.rank import rank
from policylint.rank.placements import placements
from policylint.readers import read
from policylint.reports import PLACEMENT_FORMATS
from policylint.resolve import resolve
from policylint.rules import load_rules
from policylint.survey import survey
from tests.gpo_writer import BackupWriter, ace, descriptor, dword, pol

SETTINGS = 20
KEY = r"SOFTWARE\Policies\Contoso"
GROUP = "S-1-5-21-1-2-3-1105"
APPLY = UUID("edacfd8f-ffb3-11d1-b41d-00a0c968f939")
CONTROL, READ = 0x100, 0x20094
HELLO = r"SOFTWARE\Policies\Microsoft\PassportForWork"

T = TypeVar("T")


def containers(number: int) -> list[str]:
    """A tree of OUs, three levels deep."""
    found = ["contoso.com"]
    for n in range(number):
        above = found[n // 8] if found[n // 8].count("/") < 3 else found[0]
        found.append(f"{above}/OU{n:03}")
    return found


def write_estate(folder: Path, gpos: int, ous: int, devices: int) -> None:
    """The backups, the topology and the list of devices."""
    dice = random.Random(1)  # noqa: S311  # an estate, not a secret
    tree = containers(ous)
    linked: dict[str, list[str]] = {path: [] for path in tree}
    for number in range(gpos):
        name, id_ = f"Policy {number:03}", f"{{{number:08X}-0000-0000-0000-000000000000}}"
        for som in dice.sample(tree, 2):
            linked[som].append(name)
        records = [dword(KEY, f"Value{dice.randrange(gpos * SETTINGS // 4)}", number) for _ in range(SETTINGS - 1)]
        records.append(dword(HELLO, "Enabled" if number % 2 else "UseCloudTrustForOnPremAuth", dice.randint(0, 1)))
        trustee = GROUP if number % 10 == 0 else "S-1-5-11"
        rights = descriptor(ace(0, READ, "S-1-5-11"), ace(5, CONTROL, trustee, APPLY))
        files = {"Machine/registry.pol": pol(*records)}
        backup = BackupWriter(folder=id_, id=id_, name=name, links=None, descriptor=rights, files=files)
        backup.write(folder / "gpo")
    (folder / "topology.toml").write_text(topology(linked), "utf-8")
    write_devices(folder / "devices.csv", tree, devices, dice)


def topology(linked: Mapping[str, Sequence[str]]) -> str:
    """Every container with its links; none blocks."""
    soms = []
    for path, names in linked.items():
        links = ", ".join(f'{{ gpo = "{name}" }}' for name in names)
        soms.append(f'[[som]]\npath = "{path}"\nblocks-inheritance = false\nlinks = [{links}]\n')
    return "\n".join([*soms, f'[[group]]\nname = "Pilot"\nid = "{GROUP}"\n', '[[devices]]\nfile = "devices.csv"\n'])


def write_devices(path: Path, tree: Sequence[str], number: int, dice: random.Random) -> None:
    """The list, as Active Directory exports it, with groups; most of those mean nothing to the policies."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["Name", "DistinguishedName", "Groups", "mdm", "join"])
        for n in range(number):
            *above, domain = reversed(dice.choice(tree).split("/"))
            place = ",".join([*(f"OU={ou}" for ou in above), *(f"DC={part}" for part in domain.split("."))])
            groups = [f"Group {dice.randrange(500)}" for _ in range(3)] + ["Pilot"] * (n % 20 == 0)
            writer.writerow([f"PC-{n:06}", f"CN=PC-{n:06},{place}", ";".join(groups), 1, "hybrid"])


def timed(job: Callable[[], T]) -> tuple[float, T]:
    """How long a job takes, in seconds, and what it gives."""
    start = time.perf_counter()
    result = job()
    return time.perf_counter() - start, result


def written(estate: Estate, form: str) -> int:
    """Writes every target's answer nowhere; how many characters that are."""
    return sum(map(len, PLACEMENT_FORMATS[form](survey(estate), Locator(estate.paths))))


def peak() -> float:
    """The most memory that the process has had, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(folder: Path, count: int) -> tuple[float, int]:
    """Prints what one estate costs; returns the time without reading the policies, and the number of classes."""
    reading, estate = timed(lambda: read(["."], base=folder))
    sorting, classes = timed(lambda: placements(estate))
    one, _ = timed(lambda: resolve(rank(estate, classes[0].target)))
    checking, findings = timed(lambda: lint(estate, load_rules()))
    json, size = timed(lambda: written(estate, "json"))
    table, _ = timed(lambda: written(estate, "csv"))
    print(f"{count} devices in {len(classes)} classes")
    print(f"  read           {reading:7.2f} s")
    print(f"  classes        {sorting:7.2f} s")
    print(f"  one target     {one:7.3f} s   1.00")
    print(
        f"  check          {checking:7.2f} s   {checking / len(classes) / one:.2f} a class ({len(findings)} findings)"
    )
    print(f"  resolve --all  {json:7.2f} s   {json / len(classes) / one:.2f} a class (json, {size / 1e6:.0f} MB)")
    print(f"                 {table:7.2f} s   {table / len(classes) / one:.2f} a class (csv)")
    print(f"  memory         {peak():7.0f} MiB at most")
    return reading + checking + json, len(classes)


def main() -> None:
    """Prints the ratios."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--devices", type=int, default=100_000)
    parser.add_argument("--ous", type=int, default=300)
    parser.add_argument("--gpos", type=int, default=200)
    parser.add_argument("--keep", type=Path, help="write the estate into this folder, and do nothing else")
    given = parser.parse_args()
    if given.keep:
        write_estate(given.keep, given.gpos, given.ous, given.devices)
        return
    gc.set_threshold(GC_THRESHOLD)  # as the command line does
    costs = []
    for devices in (given.devices // 100, given.devices):
        with tempfile.TemporaryDirectory() as folder:
            write_estate(Path(folder), given.gpos, given.ous, devices)
            costs.append(measure(Path(folder), devices))
    (few, a), (many, b) = costs
    print(f"{given.devices} devices cost {many / few:.2f} times what {given.devices // 100} do ({b / a:.2f} classes)")


if __name__ == "__main__":
    main()
