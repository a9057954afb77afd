"""What is kept between two runs, in the user's cache folder; `POLICYLINT_CACHE` names another one, or is `off`.

An entry is a checksum and a JSON document. One that is damaged or foreign is as good as none, and so is a folder that
cannot be read or written: what is kept saves time and decides nothing. Runs beside each other do no harm.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
import tempfile
from pathlib import Path

VARIABLE = "POLICYLINT_CACHE"
KEPT = 128
"""How many entries are kept; the ones written first go first."""


def folder() -> Path | None:
    """Where entries are kept; None when the cache is off or the system tells no place for it."""
    named = os.environ.get(VARIABLE)
    if named is not None:
        return None if named.strip().casefold() in ("off", "") else Path(named)
    try:
        return _system_folder() / "policylint"
    except RuntimeError:  # no home folder
        return None


def _system_folder() -> Path:
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        return Path(local) if local else Path.home() / "AppData" / "Local"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    named = os.environ.get("XDG_CACHE_HOME", "")
    return Path(named) if named.startswith("/") else Path.home() / ".cache"


def read_kept(name: str) -> object:
    """The document that was kept under a name; None when there is none that can be used."""
    place = _place(name)
    if place is None:
        return None
    try:
        checksum, _, text = place.read_bytes().partition(b"\n")
        if checksum.decode("ascii") != hashlib.sha256(text).hexdigest():
            return None
        document: object = json.loads(text)
    except (OSError, ValueError, RecursionError):
        return None
    return document


def write_kept(name: str, document: object) -> None:
    """Keeps a document under a name; says nothing when that is not possible."""
    place = _place(name)
    if place is None:
        return
    text = json.dumps(document, separators=(",", ":")).encode()
    with contextlib.suppress(OSError):
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=place.parent, prefix=".", suffix=".new", delete=False) as file:
            written = Path(file.name)
            try:
                file.write(hashlib.sha256(text).hexdigest().encode() + b"\n" + text)
                file.close()
                written.replace(place)
            except OSError:
                written.unlink(missing_ok=True)
        _forget(place.parent)


def _forget(entries: Path) -> None:
    """Removes the oldest entries."""
    found = sorted(entries.glob("*.json"), key=lambda entry: entry.stat().st_mtime_ns, reverse=True)
    for entry in found[KEPT:]:
        entry.unlink(missing_ok=True)


def _place(name: str) -> Path | None:
    root = folder()
    return None if root is None else root / "admx" / f"{name}.json"
