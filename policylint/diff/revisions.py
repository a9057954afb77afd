"""The two sides of a comparison: folders and files, or revisions of a git repository.

Revisions are read from git's objects into temporary folders: `ls-tree` and `cat-file`, which look at no working tree
and no attributes, so that what is compared is what was committed.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from policylint.errors import UsageError


@dataclass(frozen=True, slots=True)
class Side:
    """What is read for one side: `paths` below `base`. `label` is what the user called it."""

    label: str
    base: Path
    paths: tuple[str, ...]

    @property
    def root(self) -> str:
        """What the names of its files begin with, where that says nothing: the name of an archive."""
        return self.paths[0] if len(self.paths) == 1 and self.paths[0] != "." else ""


_BATCH = 1_000
"""Files that are asked of git at a time."""
HOW = "name two folders or files, two revisions, or a range of revisions such as main..HEAD"


@contextmanager
def sides(arguments: Sequence[str], here: Path | None = None) -> Iterator[tuple[Side, Side]]:
    """The old and the new side that the arguments of `diff` mean; temporary folders live as long as the context.

    Raises UsageError where the arguments mean nothing: paths that are not there, unknown revisions, no git.
    """
    start = here or Path.cwd()
    exist = [(start / text).exists() for text in arguments[:2]]
    with ExitStack() as stack:
        if exist[:1] == [False] and ".." in arguments[0]:
            yield _revisions(*_range(arguments[0], start), arguments[1:], start, stack)
        elif len(arguments) == 2 and all(exist):
            yield _folder(arguments[0], start), _folder(arguments[1], start)
        elif len(arguments) >= 2 and not any(exist):
            commits = (_commit(arguments[0], start), _commit(arguments[1], start))
            yield _revisions((arguments[0], commits[0]), (arguments[1], commits[1]), arguments[2:], start, stack)
        elif len(arguments) >= 2 and all(exist):
            raise UsageError(f"two folders or files are compared, not {len(arguments)}")
        else:
            missing = [text for text, there in zip(arguments, exist, strict=False) if not there]
            raise UsageError((f"no file or folder '{missing[0]}'; " if missing else "") + HOW)


def _folder(text: str, start: Path) -> Side:
    path = start / text
    return Side(text, path, (".",)) if path.is_dir() else Side(text, path.parent, (path.name,))


Revision = tuple[str, str]
"""What the user called it, and the commit."""


def _range(text: str, start: Path) -> tuple[Revision, Revision]:
    """`A..B` is A against B; `A...B` is where the two parted, against B, as in a pull request."""
    dots = "..." if "..." in text else ".."
    old, _, new = text.partition(dots)
    commits = _commit(old or "HEAD", start), _commit(new or "HEAD", start)
    if dots == "..":
        return (old or "HEAD", commits[0]), (new or "HEAD", commits[1])
    base = _git(["merge-base", *commits], start, f"'{old}' and '{new}' have no common commit").decode().strip()
    return (text, base), (new or "HEAD", commits[1])


def _commit(revision: str, start: Path) -> str:
    _git(["rev-parse", "--git-dir"], start, f"no file or folder '{revision}', and no git repository here; {HOW}")
    wanted = ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"]
    return _git(wanted, start, f"no file, folder or revision '{revision}'").decode().strip()


def _git(arguments: Sequence[str], start: Path, refusal: str, feed: bytes = b"") -> bytes:
    """What a git command prints. Raises UsageError with the refusal where it fails, or where there is no git."""
    command = ["git", "-C", str(start), *arguments]
    try:
        found = subprocess.run(command, input=feed, capture_output=True, check=False)  # noqa: S603  # no shell
    except OSError as exc:
        raise UsageError(f"git is needed to compare revisions, and cannot be run: {exc.strerror}") from exc
    if found.returncode:
        said = found.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
        raise UsageError(f"{refusal} ({said})" if said else refusal)
    return found.stdout


def _revisions(old: Revision, new: Revision, paths: Sequence[str], start: Path, stack: ExitStack) -> tuple[Side, Side]:
    top = Path(_git(["rev-parse", "--show-toplevel"], start, "no git repository with files here").decode().strip())
    prefix = _git(["rev-parse", "--show-prefix"], start, "no git repository here").decode().strip()
    wanted = [_inside(text, top, start) for text in paths or ["."]]
    found = []
    for label, commit in (old, new):
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="policylint-")))
        base = folder / prefix
        base.mkdir(parents=True, exist_ok=True)
        for name in wanted:
            _extract(commit, name, top, folder)
        there = [PurePosixPath(os.path.normpath(text)).as_posix() for text in paths or ["."]]
        found.append(Side(label, base, tuple(text for text in there if (base / text).exists()) or (".",)))
    return found[0], found[1]


def _inside(text: str, top: Path, start: Path) -> str:
    """A path from the top of the repository, with `/`. Raises UsageError where it leads out of it."""
    path = Path(os.path.normpath(start.resolve() / text))
    if not path.is_relative_to(top.resolve()):
        raise UsageError(f"'{text}' is outside the repository that is compared")
    return path.relative_to(top.resolve()).as_posix()


def _extract(commit: str, name: str, top: Path, folder: Path) -> None:
    """Writes the files of a commit below a path into a folder. Submodules are no files of the repository."""
    below = [] if name == "." else ["--", name]
    listed = _git(["ls-tree", "-r", "-z", "--full-tree", commit, *below], top, f"'{commit}' cannot be listed")
    entries = [entry.split(b"\t", 1) for entry in listed.split(b"\0") if entry]
    blobs = [(meta.split(), os.fsdecode(path)) for meta, path in entries if meta.split()[1] == b"blob"]
    for begin in range(0, len(blobs), _BATCH):
        _batch(blobs[begin : begin + _BATCH], commit, top, folder)


def _batch(blobs: Sequence[tuple[list[bytes], str]], commit: str, top: Path, folder: Path) -> None:
    """Writes some files: `mode type object` and path of each. Raises UsageError for one that git does not have here."""
    feed = b"".join(meta[2] + b"\n" for meta, _ in blobs)
    data = _git(["cat-file", "--batch"], top, f"the files of '{commit}' cannot be read", feed)
    at = 0
    for meta, path in blobs:
        head = data[at : data.index(b"\n", at)]
        if head.endswith(b" missing"):
            raise UsageError(f"git does not have '{path}' of '{commit}' here: fetch it first")
        begin, size = at + len(head) + 1, int(head.split()[2])
        at = begin + size + 1
        try:
            _write(folder, path, meta[0] == b"120000", data[begin : begin + size])
        except OSError as exc:
            raise UsageError(f"'{path}' of '{commit}' cannot be written for reading: {exc.strerror}") from exc


def _write(folder: Path, path: str, link: bool, content: bytes) -> None:
    parts = PurePosixPath(path).parts
    if ".." in parts or PurePosixPath(path).is_absolute():
        raise UsageError(f"the repository holds a path that leads out of it: '{path}'")
    target = folder.joinpath(*parts)
    target.parent.mkdir(parents=True, exist_ok=True)
    if link:
        with suppress(OSError):  # systems without links have their text in the place, as in a checkout
            target.symlink_to(os.fsdecode(content))
            return
    target.write_bytes(content)
