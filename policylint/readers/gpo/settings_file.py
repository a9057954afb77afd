"""Line by line: what the text files of a GPO have in common, and what one of them came to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from policylint.evidence import Evidence, LineAt, Place
from policylint.facts import ALWAYS, When
from policylint.frozen import plain, quickly_built
from policylint.model import Claim, Problem, Scope, Value, folded
from policylint.readers.source import Source, decode

BLANKS = " \t\r\0\ufeff"
"""What may stand around a row and says nothing."""


_claim, _evidence, _line_at = plain(Claim), plain(Evidence), plain(LineAt)


@dataclass(frozen=True, slots=True)
class Found:
    """The claims of one file in its order, and what is wrong with it."""

    claims: tuple[Claim, ...] = ()
    problems: tuple[Problem, ...] = ()


@quickly_built
@dataclass(frozen=True, slots=True)
class Row:
    """A line that says something: its number from 1, the section it stands in ('' before the first), its text."""

    line: int
    section: str
    text: str


_row = plain(Row)


@dataclass(slots=True)
class Written:
    """The settings of a file while it is read. Of two rows on one setting the later one stays.

    Rows are told by their line, from 1; `places` says where they stand if they are not lines of the source.
    """

    scope: Scope
    source: Source
    places: Sequence[Place] | None = None
    claims: dict[str, Claim] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def write(self, line: int, name: str, value: Value, type: str, when: When = ALWAYS) -> None:
        """Adds the claim that `name`, the text of a setting id, has a value; RD021 where it replaces another value."""
        setting = folded(name)
        earlier = self.claims.pop(setting.key, None)
        if earlier is not None and earlier.value != value:
            self.passed_over(line, f"'{name}' stands twice in the file with different values; the later one is used")
        place = _line_at(line) if self.places is None else self.places[line - 1]
        evidence = _evidence(self.source.path, place)
        self.claims[setting.key] = _claim(setting, self.scope, value, type, evidence, when=when)

    def at(self, line: int) -> Evidence:
        """Where a row stands."""
        return Evidence(self.source.path, LineAt(line) if self.places is None else self.places[line - 1])

    def damaged(self, line: int, message: str) -> None:
        """RD020: a row that cannot be read."""
        self.complain("RD020", line, message)

    def passed_over(self, line: int, message: str) -> None:
        """RD021: a row that can be read and has no effect, or not the effect that it seems to have."""
        self.complain("RD021", line, message)

    def complain(self, rule: str, line: int, message: str) -> None:
        """A problem with a row."""
        where = f"line {line}: " if self.places is None else ""
        self.problems.append(Problem(rule, where + message, self.at(line)))

    def found(self) -> Found:
        """What it all came to."""
        return Found(tuple(self.claims.values()), tuple(self.problems))


def rows(data: bytes) -> Iterator[Row]:
    """The rows of an INI file with the sections they stand in; blank lines and `;` comments left out.

    Raises ReadError (RD005) for bytes that are no text.
    """
    section = ""
    for number, line in enumerate(decode(data).split("\n"), 1):
        text = line.strip(BLANKS)
        if not text or text[0] == ";":
            continue
        if text[0] == "[" and text[-1] == "]":
            section = text[1:-1].strip()
        else:
            yield _row(number, section, text)


def fields(text: str) -> list[str] | None:
    """The comma-separated fields of a row with their quotes; a quoted field may hold commas, and `""` is a quote.

    None where a quoted field has no end.
    """
    if '"' not in text:
        return [part.strip() for part in text.split(",")]
    found, start, quoted = [], 0, False
    for at, character in enumerate(text):
        if character == '"':
            quoted = not quoted
        elif character == "," and not quoted:
            found.append(text[start:at].strip())
            start = at + 1
    return None if quoted else [*found, text[start:].strip()]


def unquoted(text: str) -> str:
    """A field without the quotes around it."""
    if len(text) >= 2 and text.startswith('"') and text.endswith('"'):
        return text[1:-1].replace('""', '"')
    return text
