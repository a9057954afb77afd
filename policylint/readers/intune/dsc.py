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

from policylint.errors import ReadError
from policylint.evidence import LineAt
from policylint.readers.json import step

MAX_DEPTH = 100
MAX_BROKEN = 100
"""After so many resources that cannot be read, the file is no configuration: each may cost a look at all the rest."""

_RESOURCE = re.compile(r"^[ \t]*(Intune\w+)[ \t]+(?=[\"'])", re.MULTILINE)
_TOKEN = re.compile(
    r"""
      (?P<space>(?:[\s;,]+|\#[^\n]*|<\#.*?\#>|`\r?\n)*+)
      (?:
      (?P<here>@(?P<mark>["'])[ \t]*\r?\n(?P<lines>.*?)\r?\n(?P=mark)@)
    | (?P<single>'(?:[^']|'')*+')
    | (?P<double>"(?:[^"`]|`.|"")*+")
    | (?P<open>@\(|@\{|\(|\{|\[)
    | (?P<close>[)}\]])
    | (?P<equals>=)
    | (?P<number>-?\d+(?:\.\d+)?(?![\w.]))
    | (?P<word>(?!@["'])\$?[^\s;,=(){}\[\]'"]+)
    | (?P<other>.)
      )?
    """,
    re.VERBOSE | re.DOTALL,
)
"""The space before a token, and the token; at the end of the text space alone."""
_PLAIN = re.compile(
    r"""
      [\s;,]*+([A-Za-z]\w*+)[ \t]*+=[ \t]*+
      ( '[^']*+'(?!')
      | "[^"`]*+"(?!")
      | (?:\$(?i:true|false|null)|-?\d{1,18}+)(?![^\s;,}])(?!\s*+\{)
      )
    """,
    re.VERBOSE,
)
"""A property with a plain value, as nearly all are: one match instead of three tokens."""
_FRESH = ("\n", ";", ",")
"""An expression ends where one of these stands before the next token."""
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


def is_configuration(text: str) -> bool:
    """Whether a script holds a configuration with Intune resources."""
    return "Intune" in text and "configuration" in text.casefold() and _RESOURCE.search(text) is not None


def resources(text: str) -> Iterator[Resource | ReadError]:
    """The Intune resources of a script, in file order; an error (RD030, RD007) for each block that is not read."""
    end, line, counted, broken = 0, 1, 0, 0
    while (found := _RESOURCE.search(text, end)) is not None:  # what looks like one inside a resource is a string
        line += text.count("\n", counted, found.start(1))
        counted = found.start(1)
        end = found.end()
        try:
            reader = _Reader(text, end, line)
            yield reader.resource(found[1])
            end = reader.at
        except ReadError as exc:
            yield exc
            broken += 1
        if broken >= MAX_BROKEN:
            yield ReadError("RD007", f"{broken} resources cannot be read: the rest is not looked at", LineAt(line))
            return


class _Reader:
    """Reads one resource, token by token: `kind` and `shown` are those of the token that it stands at."""

    def __init__(self, text: str, at: int, line: int) -> None:
        self.text, self.line, self.counted = text, line, at
        self.lines: dict[str, int] = {}
        self.depth = 0
        self.at = at
        """Where the token ends."""
        self.space = slice(0)
        """What stands before it."""
        self._advance()

    def resource(self, type_: str) -> Resource:
        """`Type "title" { … }`, from the title on."""
        line, title = self._line(self.at), self._string()
        if self.shown != "{":
            raise self._wrong("a { after the resource's name")
        return Resource(type_, title, line, self._members(""), self.lines)

    def _advance(self) -> None:
        """Steps to the next token, the empty one at the end of the text."""
        token = _TOKEN.match(self.text, self.at)
        kind = token.lastgroup if token else None
        if token is None or kind is None or kind == "space":
            self.kind, self.shown, self.at = "end", "", len(self.text)
            return
        self.kind, self.shown = kind, token[kind]
        self.space, self.at = slice(self.at, token.end("space")), token.end()

    def _line(self, at: int) -> int:
        """The line of a place; places are asked for in their order."""
        self.line += self.text.count("\n", self.counted, at)
        self.counted = at
        return self.line

    def _wrong(self, expected: str) -> ReadError:
        found = f"'{self.shown[:20]}'" if self.shown else "the end of the file"
        return ReadError("RD030", f"not a value of a configuration: {expected} is expected, not {found}", self._here())

    def _here(self) -> LineAt:
        return LineAt(self._line(self.at - len(self.shown)))

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
        self._plain(at, members)
        while self.shown != "}":
            if self.kind == "word":
                name = self.shown
                self._advance()
            elif self.kind in ("single", "double"):
                name = self._string()
            else:
                raise self._wrong("the name of a property")
            if self.kind != "equals":
                raise self._wrong(f"a = after {name}")
            self._advance()
            members[name] = self._value(at + step(name))
            self._plain(at, members)
        self._out()
        return members

    def _plain(self, at: str, members: dict[str, object]) -> None:
        """Adds the properties that follow with plain values; stands behind them then."""
        text, lines = self.text, self.lines
        begin = end = self.space.start
        while (found := _PLAIN.match(text, end)) is not None:
            (name, shown), end = found.groups(), found.end()
            lines[at + step(name)] = self._line(found.start(2))
            if shown[0] in "'\"":
                members[name] = shown[1:-1]
            else:
                members[name] = _WORDS[shown.casefold()] if shown[0] == "$" else int(shown)
        if end > begin:
            self.at = end
            self._advance()

    def _items(self, at: str) -> list[object]:
        """`@( value … )`, from the bracket on."""
        self._deeper()
        items: list[object] = []
        while self.shown != ")":
            items.append(self._value(f"{at}/{len(items)}"))
        self._out()
        return items

    def _value(self, at: str) -> object:
        kind, shown = self.kind, self.shown
        self.lines[at] = self._line(self.at - len(shown))
        if kind in ("single", "double", "here"):
            return self._string()
        if shown in ("@(", "@{"):
            return self._items(at) if shown == "@(" else self._members(at)
        if kind == "number":
            self._advance()
            return _number(shown)
        if kind == "word":
            self._advance()
            if self.shown == "{":
                return self._members(at)
            if shown.casefold() in _WORDS:
                return _WORDS[shown.casefold()]
        elif kind != "open":
            raise self._wrong("a value")
        self._skip()
        return None

    def _skip(self) -> None:
        """Steps over the rest of an expression: to the next line or separator that is in none of its brackets."""
        depth = 0
        while self.kind != "end" and (depth or not (self._fresh() or self.kind == "close")):
            depth += (self.kind == "open") - (self.kind == "close")
            self._advance()

    def _fresh(self) -> bool:
        """Whether an expression has ended before the token."""
        return any(mark in self.text[self.space] for mark in _FRESH)

    def _string(self) -> str:
        """What a string token says; steps behind it."""
        kind, shown = self.kind, self.shown
        self._advance()
        if kind == "here":
            body = re.sub(r"\A[^\n]*\n|\r?\n..\Z", "", shown)
            return body if shown[1] == "'" else _unescaped(body)
        inner = shown[1:-1]
        return inner.replace("''", "'") if kind == "single" else _unescaped(inner.replace('""', '"'))


def _unescaped(text: str) -> str:
    if "`" not in text:
        return text
    return re.sub(r"`(.)", lambda found: _ESCAPES.get(found[1], found[1]), text, flags=re.DOTALL)


def _number(text: str) -> int | str:
    """A whole number; others, and those that no setting can have, as text."""
    return int(text) if re.fullmatch(r"-?\d{1,18}", text) else text
