"""How fast Registry.pol is read: against Samba's C reader and against a plain Python walk with struct, in one run.

    python benchmarks/pol_reading.py [FOLDER…]

Reads every `.pol` below the folders, and a generated file of 100,000 records. Samba runs in the interpreter that has
python3-samba; its start-up is not counted. Ratios are what to look at: under 1 is faster than the other reader.
"""

from __future__ import annotations

import json
import shutil
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from policylint.readers.gpo.registry_pol import records

ORACLE = Path(__file__).parents[1] / "tests" / "samba_oracle.py"
ROUNDS = 7


def struct_walk(data: bytes) -> list[tuple[str, str, int, bytes]]:
    """What published Python readers do: one `struct.unpack` a code unit up to each NUL, one a field."""

    def name(at: int) -> tuple[str, int]:
        units = []
        while (unit := struct.unpack_from("<H", data, at)[0]) != 0:
            units.append(unit)
            at += 2
        return struct.pack(f"<{len(units)}H", *units).decode("utf-16-le"), at + 4

    found, at = [], 8
    while at < len(data):
        key, at = name(at + 2)
        value, at = name(at)
        (kind,) = struct.unpack_from("<I", data, at)
        (size,) = struct.unpack_from("<I", data, at + 6)
        found.append((key, value, kind, data[at + 12 : at + 12 + size]))
        at += 12 + size + 2
    return found


def generated(count: int) -> bytes:
    """A file as a template editor writes it: DWORDs and strings, some hundred keys."""
    parts = [b"PReg\1\0\0\0"]
    for i in range(count):
        key = f"Software\\Policies\\Vendor\\Product{i % 977}\0".encode("utf-16-le")
        kind, data = (4, struct.pack("<I", i)) if i % 4 else (1, f"value {i}\0".encode("utf-16-le"))
        fields = (key, f"Setting{i}\0".encode("utf-16-le"), struct.pack("<I", kind), struct.pack("<I", len(data)), data)
        parts.append(b"[\0" + b";\0".join(fields) + b"]\0")
    return b"".join(parts)


def best(read: Callable[[bytes], object], blobs: Sequence[bytes]) -> float:
    """Seconds of the best of the rounds over all blobs."""
    results = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        for blob in blobs:
            read(blob)
        results.append(time.perf_counter() - start)
    return min(results)


def samba(paths: Sequence[Path]) -> dict[str, float] | None:
    """Samba's seconds for unpacking, and for unpacking and touching every field; None where there is no Samba."""
    for python in dict.fromkeys(filter(None, (shutil.which("python3"), "/usr/bin/python3"))):
        command = [python, str(ORACLE), "time", str(ROUNDS)]
        done = subprocess.run(command, input="\n".join(map(str, paths)), capture_output=True, text=True, check=False)
        if done.returncode == 0:
            answer: dict[str, float] = json.loads(done.stdout)
            return answer
    return None


def compare(title: str, paths: Sequence[Path]) -> None:
    """Prints one line for each other reader."""
    blobs = [path.read_bytes() for path in paths]
    ours = best(records, blobs)
    found = sum(len(records(blob)[0]) for blob in blobs)
    print(f"{title}: {len(blobs)} files, {found} records, {sum(map(len, blobs))} bytes, {ours * 1000:.1f} ms")
    whole = [blob for blob in blobs if records(blob)[1] is None]
    print(f"  against a struct walk in Python: {best(records, whole) / best(struct_walk, whole):.3f}")
    theirs = samba(paths)
    if theirs is None:
        print("  no interpreter here can import samba")
        return
    print(f"  against Samba unpacking in C:            {ours / theirs['unpack']:.2f}")
    print(f"  against Samba with every field touched:  {ours / theirs['walk']:.2f}")


def main(folders: Sequence[str]) -> None:
    """Compares over the real files below the folders, then over the generated one."""
    real = sorted(p for folder in folders for p in Path(folder).rglob("*") if p.suffix.casefold() == ".pol")
    if real:
        compare("real files", real)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "generated.pol"
        path.write_bytes(generated(100_000))
        compare("generated file", [path])


if __name__ == "__main__":
    main(sys.argv[1:])
