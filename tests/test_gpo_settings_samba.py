"""Security templates, audit.csv and files of scripts read as Samba reads them, on every real file."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from policylint.model import Claim, Scope
from policylint.principals import principal
from policylint.readers.gpo import audit_csv, scripts_ini, security_template
from policylint.readers.gpo.settings_file import Found
from policylint.readers.source import Source
from tests.test_registry_pol import samba_python

Read = Callable[[bytes, Scope, Source, str], Found]
ASSIGNED = ("System Access", "Kerberos Policy", "System Log", "Security Log", "Application Log", "Event Audit")
PROTECTED = ("Service General Setting", "Registry Keys", "File Security")


def samba_reads(paths: Sequence[Path]) -> dict[str, Any]:
    python = samba_python()
    if python is None:
        pytest.skip("no interpreter here can import samba: install python3-samba to compare with its readers")
    script = Path(__file__).with_name("samba_settings_oracle.py")
    listed = "\n".join(map(str, paths))
    done = subprocess.run([python, script], input=listed, capture_output=True, text=True, check=True)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def found_in(path: Path, read: Read, scope: Scope = Scope.DEVICE) -> Found:
    return read(path.read_bytes(), scope, Source(path.as_posix(), path), "GPO")


def real(folder: Path, *names: str) -> list[Path]:
    return sorted(p for p in folder.rglob("*") if p.is_file() and p.name.casefold() in names)


def template_of(sections: dict[str, Any]) -> dict[str, object]:
    """Samba's lists as names and texts, in the spelling of the ids."""
    said: dict[str, object] = {}
    for name in ASSIGNED:
        said |= {f"secedit:{name}/{key}": value.strip('"') for key, value in sections[name]}
    for key, listed in sections["Privilege Rights"]:
        said[f"secedit:Privilege Rights/{key}"] = {principal(one) for one in listed if one}
    for (group, kind), listed in sections["Group Membership"]:
        said[f"secedit:Group Membership/{principal(group)}__{kind}"] = {principal(one) for one in listed if one}
    for name in PROTECTED:
        said |= {f"secedit:{name}/{row[0]}": (row[1], row[2]) for row in sections[name]}
    for line in sections["Registry Values"]:
        key, _, typed = line.rpartition("=") if line.count("=") == 1 else line.partition("=")
        said[f"secedit:Registry Values/{key.strip()}"] = typed
    return said


def as_samba_says_it(claim: Claim) -> object:
    """A claim in Samba's words: registry values as `type,data`, other values as text, lists as sets."""
    value = claim.value
    if claim.setting.text.startswith("secedit:Registry Values/"):
        return as_registry_text(claim)
    if claim.type == "Principals" and isinstance(value, tuple):
        return set(value)
    return value if isinstance(value, tuple) else str(value)


def as_registry_text(claim: Claim) -> str:
    value = claim.value
    if isinstance(value, bytes):
        return "3," + ",".join(map(str, value))
    if isinstance(value, tuple):
        return "7," + ",".join(item.replace(",", '","') for item in value)
    number = {"REG_DWORD": 4, "REG_SZ": 1, "REG_EXPAND_SZ": 2}[claim.type]
    return f"{number},{value}" if number == 4 else f'{number},"{value}"'


def test_every_real_security_template_reads_as_samba_reads_it(sample_data: Path) -> None:
    paths = sorted(p for p in sample_data.rglob("*") if p.suffix.casefold() == ".inf")
    samba = samba_reads(paths)
    outcomes: Counter[str] = Counter()
    for path in paths:
        theirs, ours = samba[str(path)], found_in(path, security_template.read)
        assert ours.problems == (), path
        if "error" in theirs:
            outcomes[theirs["error"].partition(":")[0]] += 1
            continue
        outcomes["compared"] += 1
        said = {key.casefold(): value for key, value in template_of(theirs).items()}
        assert {c.setting.key: as_samba_says_it(c) for c in ours.claims} == said, path
    assert outcomes == {"compared": 183}


def test_every_real_audit_file_reads_as_samba_reads_it(sample_data: Path) -> None:
    paths = [p for p in real(sample_data, "audit.csv") if p.read_bytes().startswith(b"Machine Name,")]
    samba = samba_reads(paths)
    compared = 0
    for path in paths:
        ours = found_in(path, audit_csv.read)
        assert ours.problems == (), path
        rows = {f"audit:{row['Subcategory GUID'].lower()}": int(row["Setting Value"]) for row in samba[str(path)]}
        assert {c.setting.text: c.value for c in ours.claims} == rows, path
        compared += 1
    assert compared == 22


def test_every_real_file_of_scripts_reads_as_samba_reads_it(sample_data: Path) -> None:
    paths = real(sample_data, "scripts.ini", "psscripts.ini")
    samba = samba_reads(paths)
    compared = 0
    for path in paths:
        theirs = samba[str(path)]
        if "error" in theirs:
            assert theirs["error"].startswith("Unicode"), path
            continue
        side = Scope.USER if "/user/" in path.as_posix().casefold() else Scope.DEVICE
        ours = found_in(path, scripts_ini.read, side)
        said = sorted(
            (section, value)
            for section, entries in theirs.items()
            for key, value in entries.items()
            if key.endswith("Parameters") and section != "ScriptsConfig"
        )
        scripts = [c for c in ours.claims if c.type != "Boolean"]
        mine = sorted((c.setting.text.partition(":")[2].partition("/")[0], str(c.value)) for c in scripts)
        assert (mine, ours.problems) == (said, ()), path
        compared += 1
    assert compared == 21
