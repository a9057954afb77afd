"""The syntax of a PowerShell DSC configuration, as far as Microsoft365DSC writes it: values, never programs.

    Configuration Name { Node localhost { IntuneSomething "title" { Property = value; … } … } }

A value is a string, a number, `$True`, `$False`, `$null`, an array `@( … )`, a hash table `@{ … }` or an instance
`MSFT_Class{ … }`. Everything else (variables, cmdlets) is an expression whose value is not known: it reads as None.
Nothing is ever executed. Strings follow "about_Quoting_Rules": `''` and `""` for a quote, a backtick escapes inside
double quotes, here-strings run to a line that begins with the closing quote.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from policylint.errors import ReadError
from policylint.evidence import LineAt
from policylint.readers.json import pointer

MAX_DEPTH = 100
MAX_BROKEN = 100
"""After so many resources that cannot be read, the file is no configuration: each may cost a look at all the rest."""

_RESOURCE = re.compile(r"^[ \t]*(Intune\w+)[ \t]+(?=[\"'])", re.MULTILINE)
_TOKEN = re.compile(
    r"""
      (?P<space>[\s;,]+|\#[^\n]*|<\#.*?\#>|`\r?\n)
    | (?P<here>@(?P<mark>["'])[ \t]*\r?\n(?P<lines>.*?)\r?\n(?P=mark)@)
    | (?P<single>'(?:[^']|'')*+')
    | (?P<double>"(?:[^"`]|`.|"")*+")
    | (?P<open>@\(|@\{|\(|\{|\[)
    | (?P<close>[)}\]])
    | (?P<equals>=)
    | (?P<number>-?\d+(?:\.\d+)?(?![\w.]))
    | (?P<word>(?!@["'])\$?[^\s;,=(){}\[\]'"]+)
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "0": "\0", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
_WORDS = {"$true": True, "$false": False, "$null": None}


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource block. `lines` has the line of each value by its pointer: `/Settings/0/SettingInstance`."""

    type: str
    title: str
    line: int
    body: dict[str, object]
    lines: dict[str, int] = field(default_factory=dict)


class _Token(NamedTuple):
    kind: str | None
    text: str
    line: int
    fresh: bool
    """A line break, a semicolon or a comma stands before it: an expression ends there."""


def is_configuration(text: str) -> bool:
    """Whether a script holds a configuration with Intune resources."""
    return "configuration" in text.casefold() and _RESOURCE.search(text) is not None


def resources(text: str) -> Iterator[Resource | ReadError]:
    """The Intune resources of a script, in file order; an error (RD030, RD007) for each block that is not read."""
    end, line, counted, broken = 0, 1, 0, 0
    for found in _RESOURCE.finditer(text):
        if found.start() < end:
            continue  # inside a string of the resource before
        line += text.count("\n", counted, found.start(1))
        counted = found.start(1)
        try:
            reader = _Reader(text, found.end(), line)
            yield reader.resource(found[1])
            end = reader.at
        except ReadError as exc:
            yield exc
            broken += 1
        if broken >= MAX_BROKEN:
            yield ReadError("RD007", f"{broken} resources cannot be read: the rest is not looked at", LineAt(line))
            return


class _Reader:
    """Reads one resource, token by token, and keeps count of lines."""

    def __init__(self, text: str, at: int, line: int) -> None:
        self.text, self.at, self.line = text, at, line
        self.lines: dict[str, int] = {}
        self.depth = 0
        self.token = self._next()

    def resource(self, type_: str) -> Resource:
        """`Type "title" { … }`, from the title on."""
        line, title = self.line, _string(self._advance())
        if self.token.text != "{":
            raise self._wrong("a { after the resource's name")
        return Resource(type_, title, line, self._members(""), self.lines)

    def _next(self) -> _Token:
        """The next token that is not space; the empty token at the end of the text."""
        fresh = False
        while (found := _TOKEN.match(self.text, self.at)) is not None:
            kind, text, line, self.at = found.lastgroup, found[0], self.line, found.end()
            breaks = text.count("\n")
            self.line += breaks
            if kind != "space":
                return _Token(kind, text, line, fresh)
            fresh = fresh or breaks > 0 or ";" in text or "," in text
        return _Token("end", "", self.line, True)

    def _advance(self) -> _Token:
        token, self.token = self.token, self._next()
        return token

    def _wrong(self, expected: str) -> ReadError:
        found = f"'{self.token.text[:20]}'" if self.token.text else "the end of the file"
        return ReadError("RD030", f"not a value of a configuration: {expected} is expected, not {found}", self._here())

    def _here(self) -> LineAt:
        return LineAt(self.token.line)

    def _deeper(self) -> None:
        """Steps into a bracket."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ReadError("RD007", f"nested deeper than {MAX_DEPTH} levels", self._here())
        self._advance()

    def _out(self) -> None:
        """Steps behind a closing bracket; behind that of the resource nothing is read."""
        self.depth -= 1
        if self.depth:
            self._advance()

    def _members(self, at: str) -> dict[str, object]:
        """`{ Name = value … }`, from the brace on."""
        self._deeper()
        members: dict[str, object] = {}
        while self.token.text != "}":
            if self.token.kind not in ("word", "single", "double"):
                raise self._wrong("the name of a property")
            token = self._advance()
            name = token.text if token.kind == "word" else _string(token)
            if self.token.kind != "equals":
                raise self._wrong(f"a = after {name}")
            self._advance()
            members[name] = self._value(at + pointer(name))
        self._out()
        return members

    def _items(self, at: str) -> list[object]:
        """`@( value … )`, from the bracket on."""
        self._deeper()
        items: list[object] = []
        while self.token.text != ")":
            items.append(self._value(at + pointer(len(items))))
        self._out()
        return items

    def _value(self, at: str) -> object:
        token = self.token
        self.lines[at] = token.line
        if token.kind in ("single", "double", "here"):
            return _string(self._advance())
        if token.text in ("@(", "@{"):
            return self._items(at) if token.text == "@(" else self._members(at)
        if token.kind == "number":
            return _number(self._advance().text)
        if token.kind == "word":
            self._advance()
            if self.token.text == "{":
                return self._members(at)
            if token.text.casefold() in _WORDS:
                return _WORDS[token.text.casefold()]
        elif token.kind != "open":
            raise self._wrong("a value")
        self._skip()
        return None

    def _skip(self) -> None:
        """Steps over the rest of an expression: to the next line or separator that is in none of its brackets."""
        depth = 0
        while self.token.kind != "end" and (depth or not (self.token.fresh or self.token.kind == "close")):
            depth += (self.token.kind == "open") - (self.token.kind == "close")
            self._advance()


def _string(token: _Token) -> str:
    """What a string token says."""
    if token.kind == "here":
        body = re.sub(r"\A[^\n]*\n|\r?\n..\Z", "", token.text)
        return body if token.text[1] == "'" else _unescaped(body)
    inner = token.text[1:-1]
    return inner.replace("''", "'") if token.kind == "single" else _unescaped(inner.replace('""', '"'))


def _unescaped(text: str) -> str:
    return re.sub(r"`(.)", lambda found: _ESCAPES.get(found[1], found[1]), text, flags=re.DOTALL)


def _number(text: str) -> int | str:
    """A whole number; others, and those that no setting can have, as text."""
    return int(text) if re.fullmatch(r"-?\d{1,18}", text) else text
