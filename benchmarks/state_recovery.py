"""Compares the policy states that policylint recovers from Registry.pol with what GPMC wrote into the same backups.

    python -m benchmarks.state_recovery [--store FOLDER]… [--shipped] [--gpo FOLDER] [--list]

A report names policies by display name, side and category. A name that several policies of the store have is looked up
by category too; where the report's category fits none of them (it is called otherwise in another version of the files),
all of the name in the same product are compared: Office 2013 and 2016, and browsers made of one source, have their
policies' names in common. `--shipped` compares with the definitions that policylint ships, and nothing beside them.
Exit code 1: a wrong state.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from policylint.catalogue import shipped
from policylint.catalogue.admx import AdmxStore
from policylint.catalogue.state import PolicyState, half_of, recover
from policylint.errors import ReadError
from policylint.model import Scope
from policylint.readers import admx
from policylint.readers.gpo import gpreport, registry_pol
from policylint.readers.source import Source

STORE = "admx/windows-11-22h2-multilang"
VERDICTS = ("right", "wrong", "not found", "name not in store")
_SIDES = ((Scope.DEVICE, "machine"), (Scope.USER, "user"))


@dataclass(frozen=True, slots=True)
class Verdict:
    """One reported policy and what was recovered for it."""

    group: str
    """The first folder below the given one: a set of backups."""
    report: str
    scope: Scope
    name: str
    state: str
    category: str
    verdict: str
    found: tuple[str, ...]


def sample_data() -> Path:
    """The folder of real exports that the project is tested against."""
    named = os.environ.get("POLICYLINT_SAMPLE_DATA")
    return Path(named) if named else Path(__file__).resolve().parents[2] / "shared" / "data"


def load(folders: Sequence[Path]) -> AdmxStore:
    """The store of all .admx files below the folders, extended by the shipped ones as in every run."""
    found = [
        Source(f"{i}/{p.relative_to(f).as_posix()}", p) for i, f in enumerate(folders) for p in sorted(f.rglob("*"))
    ]
    return AdmxStore.of(admx.take(found)[0].admx, shipped.files())


def shipped_alone() -> AdmxStore:
    """The shipped files as a store of their own."""
    return AdmxStore.of(shipped.files())


def compare(store: AdmxStore, gpos: Path) -> Iterator[Verdict]:
    """A verdict for every policy in every gpreport.xml below the folder that stands beside a Registry.pol."""
    names = {
        (scope, _plain(policy.display_name), _product(store.category_path(policy.category)))
        for file in store.files
        for policy in file.policies
        for scope in policy.scopes
    }
    for report in sorted(p for p in gpos.rglob("*") if p.name.casefold() == "gpreport.xml"):
        try:
            reported = gpreport.policies(report.read_bytes())
        except ReadError:
            continue
        for scope, folder in _SIDES:
            pol = _registry_pol(report.parent, folder)
            if pol is not None:
                states = _recover(store, scope, pol)
                for policy in (p for p in reported if p.scope is scope):
                    found = _matching(store, states, policy)
                    known = (scope, _plain(policy.name), _product(policy.category)) in names
                    verdict = _verdict(policy.state, found, known)
                    group = report.relative_to(gpos).parts[0]
                    shown = tuple(f"{state.policy.name} {state.state}" for state in found)
                    yield Verdict(group, str(report), scope, policy.name, policy.state, policy.category, verdict, shown)


def _registry_pol(backup: Path, folder: str) -> Path | None:
    files = (p for p in sorted(backup.rglob("*")) if p.name.casefold() == "registry.pol")
    return next((p for p in files if p.parent.name.casefold() == folder), None)


def _recover(store: AdmxStore, scope: Scope, pol: Path) -> tuple[PolicyState, ...]:
    source = Source(pol.name, pol)
    records, _ = registry_pol.records(source.read())
    claims, sweeps, _ = registry_pol.claims(records, scope, source)
    return recover(store, scope, half_of(claims, sweeps, scope))


def _matching(
    store: AdmxStore, states: Iterable[PolicyState], policy: gpreport.ReportedPolicy
) -> tuple[PolicyState, ...]:
    named = tuple(s for s in states if _plain(s.policy.display_name) == _plain(policy.name))
    paths = [store.category_path(state.policy.category) for state in named]
    placed = tuple(s for s, path in zip(named, paths, strict=True) if _plain(path) == _plain(policy.category))
    near = (s for s, path in zip(named, paths, strict=True) if _product(path) == _product(policy.category))
    return placed or tuple(s for s in near if store.is_own(s.policy))


_VENDORS = ("google", "mozilla")
"""Categories at the top that hold one category a product."""


def _product(category: str) -> str:
    """What a category path begins with, as far as it is the same in every version of a product's files."""
    first, *others = _plain(category).split("/")
    return "/".join((first, *others[:1])) if first in _VENDORS else first


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def _verdict(reported: str, found: Sequence[PolicyState], known: bool) -> str:
    if found:
        return "right" if {state.state for state in found} == {reported.casefold()} else "wrong"
    return "not found" if known else "name not in store"


def main() -> int:
    """Prints a table by set of backups and its total."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", action="append", type=Path, help=f"default: {STORE} of the sample data")
    parser.add_argument("--shipped", action="store_true", help="the shipped definitions alone")
    parser.add_argument("--gpo", type=Path, help="default: gpo of the sample data")
    parser.add_argument("--list", action="store_true", help="name the policies that are wrong or not found")
    given = parser.parse_args()
    store = shipped_alone() if given.shipped else load(given.store or [sample_data() / STORE])
    verdicts = list(compare(store, given.gpo or sample_data() / "gpo"))
    _print(verdicts)
    for v in (v for v in verdicts if given.list and v.verdict in ("wrong", "not found")):
        print(f"{v.verdict}: {v.scope} '{v.name}' ({v.category}) {v.state}; recovered: {v.found}; {v.report}")
    return int(any(v.verdict == "wrong" for v in verdicts))


def _print(verdicts: Sequence[Verdict]) -> None:
    counts = Counter((v.group, v.verdict) for v in verdicts)
    print(f"{'set':28}{'reported':>10}" + "".join(f"{name:>19}" for name in VERDICTS))
    for group in sorted({v.group for v in verdicts}):
        row = [counts[group, name] for name in VERDICTS]
        print(f"{group:28}{sum(row):10}" + "".join(f"{n:19}" for n in row))
    total = [sum(v.verdict == name for v in verdicts) for name in VERDICTS]
    print(f"{'total':28}{sum(total):10}" + "".join(f"{n:19}" for n in total))
    known = sum(total[:3])
    print(f"right among the names that the store has: {total[0]} of {known} ({total[0] / known:.2%})" if known else "")


if __name__ == "__main__":
    sys.exit(main())
