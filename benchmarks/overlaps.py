"""Which settings a set of GPOs and a set of Intune profiles have in common, and where their values differ.

    python -m benchmarks.overlaps [DATA] [--gpo FOLDER --intune FOLDER] [--different] [--csv]

DATA is the folder of real exports; without `--gpo` and `--intune` the pairs of PAIRS are compared, each side with its
folder below DATA. Both sides are read as policylint reads them, so a registry value, an OMA-URI, a settings catalog id
and a template property that mean the same are one line. A setting is equal when both sides state the same values for
it, partly equal when at least one value is stated by both (a set may hold several baselines), else different.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from benchmarks.state_recovery import sample_data
from policylint.catalogue.raising import raise_name
from policylint.estate import Estate
from policylint.model import Channel, Claim, SettingId, Value
from policylint.readers import read
from policylint.spelling import spelled

PAIRS: tuple[tuple[str, str], ...] = tuple(
    (f"gpo/{gpo}", f"intune/{intune}")
    for gpo in (
        "msft-ws2022-baseline",
        "nsacyber-shb",
        "nsacyber-bitlocker",
        "ncsc-lme",
        "dod-stig-apps",
        "stig-sos",
        "private-secure-windows",
        "nathan-defender",
    )
    for intune in (
        "ces2026-intunecd",
        "oib-v3.7",
        "asd-blueprint",
        "cis-omauri",
        "aaronparker-baseline",
        "ciaops-bp",
        "itpm-win10",
    )
)
"""Baselines of different authors, with enough in common to be worth a look."""

Verdict = Literal["equal", "partly equal", "different"]
VERDICTS: tuple[Verdict, ...] = ("equal", "partly equal", "different")
DELETED = None


@dataclass(frozen=True, slots=True)
class Shared:
    """A setting that both sides state."""

    setting: SettingId
    name: str
    """Category path, display name and element, as far as known."""
    gpo: Mapping[Value, Sequence[str]]
    """The values of the GPOs, and the GPOs that state each; DELETED where they delete it."""
    intune: Mapping[Value, Sequence[str]]
    """The same of the profiles."""

    @property
    def verdict(self) -> Verdict:
        """Whether both sides state the same."""
        if self.gpo.keys() == self.intune.keys():
            return "equal"
        return "partly equal" if self.gpo.keys() & self.intune.keys() else "different"


Side = dict[str, list[tuple[str, Claim]]]
"""The claims of one side with the names of their policies, by the key of their setting."""


def compare(gpos: Estate, profiles: Estate) -> Iterator[Shared]:
    """The settings that a GPO of one estate and a profile of the other state, in the order of their ids."""
    theirs, ours = _side(gpos, Channel.GPO), _side(profiles, Channel.MDM)
    for key in sorted(theirs.keys() & ours.keys()):
        setting = theirs[key][0][1].setting
        name = name_of(setting, [claim for _, claim in ours[key]], profiles)
        yield Shared(setting, name, _values(theirs[key]), _values(ours[key]))


def _side(estate: Estate, channel: Channel) -> Side:
    """Without what the export does not tell, such as encrypted values."""
    found: Side = {}
    for policy in (policy for policy in estate.policies if policy.channel is channel):
        for claim in (claim for claim in policy.claims if claim.absent or claim.value is not None):
            found.setdefault(claim.setting.key, []).append((policy.name, claim))
    return found


def _values(claims: Sequence[tuple[str, Claim]]) -> Mapping[Value, Sequence[str]]:
    found: dict[Value, set[str]] = {}
    for policy, claim in claims:
        found.setdefault(DELETED if claim.absent else claim.value, set()).add(policy)
    return {value: sorted(found[value]) for value in sorted(found, key=shown)}


def shown(value: Value) -> str:
    """A value as people read it."""
    return "(deleted)" if value is DELETED else spelled(value)


def name_of(setting: SettingId, stated: Sequence[Claim], profiles: Estate) -> str:
    """The policy that owns a registry value; else what the settings catalog calls a node that a profile set."""
    raised = raise_name(profiles.store, setting)
    if raised is not None:
        label = profiles.store.label(raised.policy, raised.element) if raised.element else ""
        return "/".join(part for part in (raised.path, raised.name, label) if part)
    places = {claim.evidence for claim in stated}
    nodes = (c.setting.text for p in profiles.policies for c in p.written if c.evidence in places)
    titles = (profiles.definitions.catalog.title_of(node) for node in nodes)
    return next(("/".join(filter(None, title)) for title in titles if any(title)), "")


def main() -> int:
    """Prints the pairs; exit code 1 when none of them has a setting in common."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="?", type=Path, help="default: the sample data")
    parser.add_argument("--gpo", help="a folder of GPOs, below DATA or anywhere")
    parser.add_argument("--intune", help="a folder of Intune exports")
    parser.add_argument("--different", action="store_true", help="list only what differs")
    parser.add_argument("--csv", action="store_true", help="one row a setting, for a spreadsheet")
    given = parser.parse_args()
    data = given.data or sample_data()
    pairs = ((given.gpo, given.intune),) if given.gpo and given.intune else PAIRS
    estates: dict[str, Estate] = {}
    found = {pair: _pair(pair, data, estates) for pair in pairs}
    (_table if given.csv else _text)(found, given.different)
    return int(not any(found.values()))


def _pair(pair: tuple[str, str], data: Path, estates: dict[str, Estate]) -> list[Shared]:
    for folder in pair:
        if folder not in estates:
            estates[folder] = read(["."], base=data / folder)
    return list(compare(estates[pair[0]], estates[pair[1]]))


Found = Mapping[tuple[str, str], Sequence[Shared]]


def _text(found: Found, only_different: bool) -> None:
    for (gpo, intune), shared in found.items():
        counts = Counter(one.verdict for one in shared)
        print(f"{gpo} and {intune}: {len(shared)} settings in common, {_counted(counts)}")
        for verdict in VERDICTS[::-1]:
            told = [one for one in shared if one.verdict == verdict]
            if told and (verdict != "equal" or not only_different):
                print(f"\n  {verdict}")
                for one in told:
                    _setting(one)
        print()


def _counted(counts: Mapping[Verdict, int]) -> str:
    return ", ".join(f"{counts.get(verdict, 0)} {verdict}" for verdict in VERDICTS)


def _setting(one: Shared) -> None:
    print(f"    {one.name or one.setting.text}")
    if one.name:
        print(f"      {one.setting.text}")
    for world, values in (("GPO", one.gpo), ("Intune", one.intune)):
        for value, policies in values.items():
            print(f"      {world:7}{shown(value)}   {', '.join(policies[:3])}{' …' if len(policies) > 3 else ''}")


def _table(found: Found, only_different: bool) -> None:
    writer = csv.writer(sys.stdout)
    writer.writerow(["gpo set", "intune set", "verdict", "name", "setting", "gpo values", "intune values"])
    for (gpo, intune), shared in found.items():
        for one in shared:
            if not only_different or one.verdict != "equal":
                values = (" | ".join(map(shown, one.gpo)), " | ".join(map(shown, one.intune)))
                writer.writerow([gpo, intune, one.verdict, one.name, one.setting.text, *values])


if __name__ == "__main__":
    sys.exit(main())
