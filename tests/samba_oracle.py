"""Reads Registry.pol files with Samba; run by the interpreter that has python3-samba, never imported.

python3 samba_oracle.py read  < list of files    what Samba reads from each file, as JSON
python3 samba_oracle.py time N < list of files   seconds of the best of N rounds over all files, as JSON
"""
# mypy: ignore-errors
# Samba has no type stubs and lives in another interpreter.

import hashlib
import json
import sys
import time
from pathlib import Path

from samba.dcerpc import preg
from samba.gp_parse.gp_pol import GPPolParser
from samba.ndr import ndr_pack, ndr_unpack


def contents(path):
    return Path(path).read_bytes()


def data_bytes(entry):
    """The data of a record: ndr_pack gives it whole whatever the type, as the last `size` bytes before the `]`."""
    packed = ndr_pack(entry)
    return packed[len(packed) - 2 - entry.size : len(packed) - 2]


def read(path):
    """The sequence of (key, value name, type, size, SHA-256 of the data), or the error."""
    parser = GPPolParser()
    try:
        parser.parse(contents(path))
    except Exception as exc:  # whatever Samba raises is its verdict on the file
        return {"error": str(exc)}
    return {
        "records": [
            [e.keyname, e.valuename, int(e.type), e.size, hashlib.sha256(data_bytes(e)).hexdigest()]
            for e in parser.pol_file.entries
        ]
    }


def best(rounds, function, items):
    results = []
    for _ in range(rounds):
        start = time.perf_counter()
        for item in items:
            function(item)
        results.append(time.perf_counter() - start)
    return min(results)


def unpack(data):
    try:
        return ndr_unpack(preg.file, data)
    except Exception:  # a broken file counts as read: the other readers stop there too
        return None


def walk(data):
    """Reads and touches every field, as a user of the records does."""
    file = unpack(data)
    return [] if file is None else [(e.keyname, e.valuename, e.type, e.data) for e in file.entries]


def main():
    paths = sys.stdin.read().splitlines()
    if sys.argv[1] == "read":
        answer = {path: read(path) for path in paths}
    else:
        rounds, blobs = int(sys.argv[2]), [contents(path) for path in paths]
        answer = {"unpack": best(rounds, unpack, blobs), "walk": best(rounds, walk, blobs)}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
