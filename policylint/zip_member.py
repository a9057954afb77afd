"""One file inside a `.zip`, read when somebody asks for its bytes."""

from __future__ import annotations

import functools
import io
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from policylint.errors import ReadError

try:
    from lzma import LZMAError
except ImportError:  # Python can be built without lzma
    LZMAError = EOFError  # type: ignore[misc,assignment]  # then nothing raises it

BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    LZMAError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    MemoryError,
    OverflowError,
    OSError,
)
"""What `zipfile` raises for damaged, encrypted and unknown content."""


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive: the archive on disk, and the names to go through; several for archives in archives."""

    archive: Path
    names: tuple[str, ...]

    def read(self) -> bytes:
        """The file's bytes. Raises ReadError (RD026) when they cannot be taken out of the archive."""
        *outer, name = self.names
        return content(opened(self.archive, tuple(outer)), name)


def opened(archive: Path, names: tuple[str, ...]) -> zipfile.ZipFile:
    """The archive on disk, or the one that the names lead to inside it. Raises ReadError (RD001, RD026)."""
    try:
        return _opened(archive, archive.stat().st_mtime_ns, names)
    except OSError as exc:
        raise ReadError("RD001", f"cannot be opened: {exc.strerror or exc}") from exc


@functools.lru_cache(maxsize=2)
def _opened(archive: Path, changed: int, names: tuple[str, ...]) -> zipfile.ZipFile:
    """The archive in memory: its directory is read once for all of its files, and no handle stays open on Windows."""
    if names:
        *outer, name = names
        data = content(_opened(archive, changed, tuple(outer)), name)
    else:
        data = archive.read_bytes()
    return parse(data)


def parse(data: bytes) -> zipfile.ZipFile:
    """An archive's directory. Raises ReadError (RD026) when the bytes are no `.zip`, or a damaged one."""
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except BROKEN as exc:
        raise ReadError("RD026", f"not a readable .zip archive: {exc}") from exc


def content(archive: zipfile.ZipFile, name: str) -> bytes:
    """The bytes of one file, never more than its directory entry announces. Raises ReadError (RD026)."""
    try:
        with archive.open(name) as file:
            size = archive.getinfo(name).file_size
            data = file.read(size)
            if len(data) != size or file.read(1):
                raise ReadError("RD026", f"'{name}' is not as long as the archive says")
            return data
    except KeyError as exc:
        raise ReadError("RD026", f"'{name}' is not in the archive any more") from exc
    except BROKEN as exc:
        raise ReadError("RD026", f"'{name}' cannot be taken out of the archive: {exc}") from exc
