"""What the effective settings of one target cost where many GPOs are linked, and how that grows with their number.

    python benchmarks/resolve_speed.py [--gpos N] [--settings N] [--shared N]

Builds a topology of one domain and one OU with N linked GPOs, 20 settings each, drawn from `--shared` settings, and
ranks and resolves the target. The growth is measured in the same run: a quarter, half and all of the GPOs.
"""

from __future__ import annotations

import argparse
import gc
import random
import time
from collections.abc import Callable

from policylint.cli import GC_THRESHOLD
from policylint.estate import Estate
from policylint.evidence import Evidence
from policylint.model import Channel, Claim, Filtering, Policy, Scope, registry
from policylint.rank import rank
from policylint.resolve import resolve
from policylint.topology import Facts, LinkEntry, Som, Target, Topology

KEY = r"SOFTWARE\Policies\Contoso"
PLACES = ("contoso.com", "contoso.com/Workstations")
EVERYONE = Filtering(("S-1-5-11",), (), ("S-1-5-11",))


def estate_of(gpos: int, settings: int, shared: int) -> Estate:
    """So many GPOs, linked in turn to the domain and to an OU, each with its share of the settings."""
    dice = random.Random(1)  # noqa: S311  # an estate, not a secret
    names = [f"Value{number:05}" for number in range(max(shared, settings))]
    policies = tuple(_gpo(f"GPO {n:04}", dice.sample(names, settings), dice) for n in range(gpos))
    soms = [
        Som(path=path, blocks_inheritance=False, links=[LinkEntry(gpo=p.name) for p in policies[place :: len(PLACES)]])
        for place, path in enumerate(PLACES)
    ]
    return Estate(policies, topology=Topology(som=soms), linked=True)


def _gpo(name: str, settings: list[str], dice: random.Random) -> Policy:
    evidence = Evidence(f"{name}/registry.pol")
    claims = tuple(
        Claim(registry(Scope.DEVICE, KEY, value), Scope.DEVICE, dice.randrange(9), "REG_DWORD", evidence)
        for value in settings
    )
    return Policy(name, name, Channel.GPO, "gpo", evidence, claims, links=None, filtering=EVERYONE)


TARGET = Target(name="W", device=PLACES[1], site="London", groups=[], facts=Facts(join="ad"))


def best_of(run: Callable[[], object], times: int = 7) -> float:
    """The shortest of several runs, in milliseconds."""
    found = []
    for _ in range(times):
        start = time.perf_counter()
        run()
        found.append(time.perf_counter() - start)
    return min(found) * 1000


def measure(gpos: int, settings: int, shared: int) -> tuple[float, float]:
    """Milliseconds for the order, and for order and effective settings."""
    estate = estate_of(gpos, settings, shared)
    resolve(rank(estate, TARGET))  # what the topology keeps between targets is made once
    return best_of(lambda: rank(estate, TARGET)), best_of(lambda: resolve(rank(estate, TARGET)))


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gpos", type=int, default=1000)
    parser.add_argument("--settings", type=int, default=20)
    parser.add_argument("--shared", type=int, default=200)
    asked = parser.parse_args()
    gc.set_threshold(GC_THRESHOLD)
    steps = [asked.gpos // 4, asked.gpos // 2, asked.gpos]
    times = [measure(gpos, asked.settings, asked.shared) for gpos in steps]
    print(f"{'GPOs':>6} {'claims':>8} {'order ms':>10} {'order and settings ms':>22} {'per claim, to first':>20}")
    first = times[0][1] / (steps[0] * asked.settings)
    for gpos, (order, whole) in zip(steps, times, strict=True):
        claims = gpos * asked.settings
        print(f"{gpos:>6} {claims:>8} {order:>10.1f} {whole:>22.1f} {whole / claims / first:>20.2f}")


if __name__ == "__main__":
    main()
