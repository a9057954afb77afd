"""Writes what policylint says about every estate of the corpus, beside it.

    python corpus/expect.py            rewrites corpus/<estate>.expected/

tests/test_corpus.py compares the same answers with the committed files: read the difference before you commit it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from policylint.lint import lint, summary
from policylint.locate import Locator
from policylint.naming import named
from policylint.rank import rank
from policylint.readers import read
from policylint.reports import CHECK_FORMATS, EFFECTIVE_FORMATS, STORY_FORMATS
from policylint.resolve import resolve
from policylint.rules import load_rules
from policylint.story import find_subjects
from policylint.targets import targets

CORPUS = Path(__file__).parent
TRUST = "whfb/trust-model"
SUBJECTS = {"both-worlds": r"HKLM\Software\Microsoft\Windows\CurrentVersion\Policies\LAPS!PasswordAgeDays"}
"""What is asked about an estate that is not about Windows Hello."""


def estates() -> list[str]:
    """The names of the estates, in order."""
    return sorted(p.name for p in CORPUS.iterdir() if (p / "gpo").is_dir() or (p / "intune").is_dir())


def answers(estate: str) -> Iterator[tuple[str, str]]:
    """The answers about one estate: file name and content."""
    read_estate = read([f"corpus/{estate}"], base=CORPUS.parent)
    locator = Locator(read_estate.paths)
    rules = load_rules()
    findings = lint(read_estate, rules)
    for form, suffix in (("text", "txt"), ("json", "json")):
        yield f"check.{suffix}", CHECK_FORMATS[form](findings, summary(read_estate), locator, rules, False)
    for target in targets(read_estate):
        name = re.sub(r"[^a-z0-9]+", "-", target.name.casefold()).strip("-")
        effective = named(resolve(rank(read_estate, target)), read_estate)
        for form, suffix in (("text", "txt"), ("json", "json")):
            yield f"resolve-{name}.{suffix}", EFFECTIVE_FORMATS[form](effective, locator, False)
        subjects = find_subjects(SUBJECTS.get(estate, TRUST), effective)
        yield f"why-{name}.txt", STORY_FORMATS["text"](effective, subjects, locator, False)


def main() -> None:
    """Rewrites every expected answer."""
    for estate in estates():
        folder = CORPUS / f"{estate}.expected"
        folder.mkdir(exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
        for name, content in answers(estate):
            (folder / name).write_text(content.rstrip("\n") + "\n", "utf-8", newline="\n")


if __name__ == "__main__":
    main()
