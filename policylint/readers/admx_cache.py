"""What is kept of ADMX stores between two runs: which keys and policies each file names, and what was wrong with it.

Reading a store again then takes no XML parsing, but for the files that somebody asks about. Everything is keyed by the
content of the files: a hash over the bytes of every .admx file and its .adml file, of policylint's form and of the XML
parser's version. What is kept stands in the user's cache folder; `POLICYLINT_CACHE` names another one, or is `off`.

An entry is a checksum and one JSON object. One that is damaged, foreign or of another form is as good as none, and so
is a folder that cannot be read or written: the cache saves time and decides nothing.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from lxml import etree

VARIABLE = "POLICYLINT_CACHE"
FORM = 1
KEPT = 64
"""How many stores are kept; the ones written first go first."""

_MAKERS = repr((FORM, etree.LXML_VERSION, etree.LIBXML_VERSION)).encode()


@dataclass(frozen=True, slots=True)
class Head:
    """What is known of one .admx file without opening it."""

    namespace: str
    prefixes: dict[str, str]
    keys: list[str]
    """Folded."""
    names: list[str]
    """Of its policies, case-folded."""
    problems: list[tuple[str, list[int]]]
    """Messages of RD019, each with the route of the element."""
    policies: int
    """How many of them are used."""


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


def digest(admx: bytes, adml: bytes | None) -> str:
    """The key of a file and its texts."""
    hasher = hashlib.sha256(b"%s %d " % (_MAKERS, len(admx)))
    hasher.update(admx)
    if adml is not None:
        hasher.update(b"\0")
        hasher.update(adml)
    return hasher.hexdigest()


def load(digests: Iterable[str]) -> dict[str, Head]:
    """The heads that were kept for these files together, by digest; empty when there is no entry that can be used."""
    place = _place(digests)
    if place is None:
        return {}
    try:
        checksum, _, text = place.read_bytes().partition(b"\n")
        if checksum.decode("ascii") != hashlib.sha256(text).hexdigest():
            return {}
        return {key: _head(row) for key, row in json.loads(text).items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return {}


def _head(row: Mapping[str, object]) -> Head:
    """A head as written. Raises TypeError or KeyError for anything else."""
    head = Head(**row)  # type: ignore[arg-type]  # checked right below
    texts = [head.namespace, *head.prefixes, *head.prefixes.values(), *head.keys, *head.names]
    numbers = [head.policies]
    for message, route in head.problems:
        texts.append(message)
        numbers += route
    if {*map(type, texts)} - {str} or {*map(type, numbers)} - {int}:
        raise TypeError("not a head")
    return head


def keep(heads: Mapping[str, Head], digests: Iterable[str]) -> None:
    """Keeps the heads of these files; says nothing when that is not possible. Runs beside each other do no harm."""
    place = _place(digests)
    if place is None:
        return
    text = json.dumps({key: asdict(head) for key, head in heads.items()}, separators=(",", ":")).encode()
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


def _place(digests: Iterable[str]) -> Path | None:
    root = folder()
    if root is None:
        return None
    return root / "admx" / f"{hashlib.sha256(''.join(sorted(digests)).encode()).hexdigest()}.json"
