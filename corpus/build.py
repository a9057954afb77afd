"""Writes the estates anew: `python corpus/build.py`, or `--to FOLDER` to write them somewhere else.

The same code gives the same bytes, always. Expected outputs (`expected/`) are left alone.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from corpus import (
    estate_both_worlds,
    estate_broken,
    estate_clean_cloud_trust,
    estate_entra_only,
    estate_hybrid_classic_mistakes,
    estate_no_topology,
    estate_worked_example,
)

ESTATES: dict[str, Callable[[], dict[str, bytes]]] = {
    estate.NAME: estate.files
    for estate in (
        estate_hybrid_classic_mistakes,
        estate_clean_cloud_trust,
        estate_worked_example,
        estate_broken,
        estate_no_topology,
        estate_entra_only,
        estate_both_worlds,
    )
}
GENERATED = ("gpo", "intune", "admx")


def build(to: Path) -> None:
    """Writes every estate below a folder; what stood in the generated folders before goes."""
    for name, files in ESTATES.items():
        for folder in GENERATED:
            shutil.rmtree(to / name / folder, ignore_errors=True)
        for path, data in files().items():
            file = to / name / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, default=Path(__file__).parent, metavar="FOLDER")
    build(parser.parse_args().to)


if __name__ == "__main__":
    main()
