"""Coverage-guided fuzzing of every reader, started from real files: the long form of tests/test_mutations.py.

    pip install atheris
    python -m benchmarks.fuzz SEEDS [-max_total_time=600 …]

SEEDS is a folder of exports (the corpus, or real ones); every file below 64 KiB becomes a seed. The first byte of an
input chooses what the file is called; the rest is its content. Whatever ends in another exception than policylint's own
is written to the current folder as crash-….
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

NAMES = (
    "{5C0FFEE0-0000-4000-8000-000000000001}/Machine/Registry.pol",
    "{5C0FFEE0-0000-4000-8000-000000000002}/Backup.xml",
    "{5C0FFEE0-0000-4000-8000-000000000003}/bkupInfo.xml",
    "{5C0FFEE0-0000-4000-8000-000000000004}/gpreport.xml",
    "{5C0FFEE0-0000-4000-8000-000000000005}/Machine/Microsoft/Windows NT/SecEdit/GptTmpl.inf",
    "{5C0FFEE0-0000-4000-8000-000000000006}/Machine/Microsoft/Windows NT/Audit/audit.csv",
    "{5C0FFEE0-0000-4000-8000-000000000007}/Machine/Preferences/Groups/Groups.xml",
    "{5C0FFEE0-0000-4000-8000-000000000008}/Machine/Scripts/scripts.ini",
    "PolicyDefinitions/Passport.admx",
    "PolicyDefinitions/en-US/Passport.adml",
    "profile.json",
    "profile.yaml",
    "blueprint.ps1",
    "directory.ldf",
    "filter.mof",
    "policy.txt",
    "baseline.PolicyRules",
    "archive.zip",
    "result.xml",
    "definitions.json.gz",
    "devices.csv",
    "topology.toml",
)
"""What an input can be: one name for every reader. Any XML is a result.xml: DDF files, reports and gpresult's alike."""
ENDINGS = {Path(name).suffix.casefold(): number for number, name in reversed(list(enumerate(NAMES)))} | {
    ".xml": NAMES.index("result.xml")
}
BY_NAME = {Path(name).name.casefold(): number for number, name in enumerate(NAMES)}
LARGEST = 65_536


def seeds(folder: Path, into: Path) -> int:
    """Writes a seed for every file of the folder that some reader takes; returns how many."""
    number = 0
    for file in sorted(folder.rglob("*")):
        kind = BY_NAME.get(file.name.casefold(), ENDINGS.get(file.suffix.casefold()))
        if kind is not None and file.is_file() and file.stat().st_size < LARGEST:
            (into / f"{number:06}").write_bytes(bytes([kind]) + file.read_bytes())
            number += 1
    return number


def main() -> None:
    """Fuzzes until libFuzzer's options say stop."""
    import atheris

    with atheris.instrument_imports(include=["policylint"]):
        from policylint.errors import PolicylintError
        from policylint.readers import read

    work = Path(tempfile.mkdtemp(prefix="policylint-fuzz-"))

    def one_input(data: bytes) -> None:
        if not data:
            return
        file = work / "estate" / NAMES[data[0] % len(NAMES)]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data[1:])
        try:
            read(["estate"], base=work)
        except PolicylintError:
            pass
        finally:
            file.unlink()

    corpus = work / "seeds"
    corpus.mkdir()
    count = seeds(Path(sys.argv[1]), corpus)
    print(f"{count} seeds", file=sys.stderr)
    atheris.Setup([sys.argv[0], *sys.argv[2:], str(corpus)], one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
