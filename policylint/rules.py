"""The rule book: one TOML file per rule, with its check, texts and fixtures.

`explain`, SARIF metadata, documentation and the tests of the rules are all derived from these files. Fixtures are two
thirds of them and no check needs one, so a file is read as far as its first fixture, and the rest when somebody asks.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from policylint.errors import ConfigError, UsageError
from policylint.findings import Severity

if TYPE_CHECKING:
    from policylint.rule_files import Fixture, RuleFile

Profile = Literal["core", "strict"]
Status = Literal["stable", "preview"]


@dataclass(frozen=True)
class Rule:
    """One rule."""

    id: str
    name: str
    check: str
    severity: Severity
    since: str
    summary: str
    why: str
    fix: str
    references: Sequence[str]
    also: Sequence[str] = ()
    """Ids that people of another family look for it by: the rule has one place, and is found from both."""
    profile: Profile = "core"
    status: Status = "stable"
    parameters: Mapping[str, Any] = field(default_factory=dict)
    file: str = ""
    """The name of its file."""
    text: str = field(default="", repr=False)
    """All that stands in it."""

    @property
    def family(self) -> str:
        """The two letters that rules of one subject share."""
        return self.id[:2]

    @property
    def called(self) -> tuple[str, ...]:
        """Everything that names this rule alone, in upper case."""
        return (self.id, *self.also, self.name.upper())

    @property
    def fail(self) -> Sequence[Fixture]:
        """What it must find. Raises ConfigError for a fixture that does not follow the format."""
        return self._whole.fail

    @property
    def pass_(self) -> Sequence[Fixture]:
        """What it must not find. Raises ConfigError for a fixture that does not follow the format."""
        return self._whole.pass_

    @cached_property
    def _whole(self) -> RuleFile:
        return _whole(self.text, self.file)


def _whole(text: str, file: str) -> RuleFile:
    from policylint.rule_files import parse  # pydantic and the schema of fixtures, which take a tenth of a check

    return parse(text, file)


def rules_folder() -> Path:
    """Where the rule files are: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).parent
    inside = package / "rules"
    return inside if inside.is_dir() else package.parent / "rules"


@cache
def load_rules() -> Mapping[str, Rule]:
    """Every rule by id, in order. Raises ConfigError for a file that does not follow the format."""
    return read_rules(rules_folder())


def read_rules(folder: Path) -> dict[str, Rule]:
    """The rules of a folder and its subfolders. Raises ConfigError naming the file and what is wrong with it."""
    found: dict[str, Rule] = {}
    for path in sorted(folder.rglob("*.toml")):
        rule = _read(path)
        if path.stem != f"{rule.id}-{rule.name}":
            raise ConfigError(f"{path.name}: the file must be called {rule.id}-{rule.name}.toml")
        if rule.id in found:
            raise ConfigError(f"{path.name}: the id {rule.id} is taken")
        found[rule.id] = rule
    return dict(sorted(found.items()))


_FIXTURE = re.compile(r"^\[\[(?:fail|pass)\]\]", re.MULTILINE)
_HEAD = ("id", "also", "name", "check", "severity", "profile", "status", "since", "summary", "why", "fix", "references")
_NEEDED = {entry.name for entry in fields(Rule)[:9]}
_LISTS = {"also", "references"}
_WORDS = {"severity": get_args(Severity), "profile": get_args(Profile), "status": get_args(Status)}
_FORMS = {"id": re.compile(r"[A-Z]{2}\d{3}", re.ASCII), "name": re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")}


def _read(path: Path) -> Rule:
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError as exc:
        raise ConfigError(f"{path.name}: not valid TOML: {exc}") from exc
    told = _head(text) or _whole(text, path.name).model_dump(include={*_HEAD, "parameters"})
    return Rule(**told, file=path.name, text=text)


def _head(text: str) -> dict[str, Any] | None:
    """What stands before the fixtures; None unless it is plainly right, so that the schema says what is wrong."""
    fixture = _FIXTURE.search(text)
    try:
        told = tomllib.loads(text[: fixture.start()] if fixture else text)
    except tomllib.TOMLDecodeError:
        return None
    right = told.keys() >= _NEEDED and all(_fits(key, value) for key, value in told.items())
    return told if right else None


def _fits(key: str, value: object) -> bool:
    """Whether a key of the head is known and has a value of its type and form."""
    if key in _LISTS:
        return type(value) is list and all(type(item) is str for item in value)
    if key not in _HEAD or type(value) is not str:
        return False
    form = _FORMS.get(key)
    return form.fullmatch(value) is not None if form else value in _WORDS.get(key, (value,))


def select(rules: Mapping[str, Rule], wanted: Iterable[str], unwanted: Iterable[str] = ()) -> dict[str, Rule]:
    """The rules that the families and ids name; all when none are named. Raises UsageError for an unknown one."""
    chosen, dropped = (_expand(rules, names) for names in (wanted, unwanted))
    return {id_: rule for id_, rule in rules.items() if (id_ in chosen or not chosen) and id_ not in dropped}


def _expand(rules: Mapping[str, Rule], names: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for name in (part.strip().upper() for text in names for part in text.split(",")):
        hits = {id_ for id_, rule in rules.items() if name in (rule.family, *rule.called)}
        if not hits:
            families = sorted({rule.family for rule in rules.values()})
            raise UsageError(f"no rule or family '{name}'; families: {', '.join(families)}")
        found |= hits
    return found


def find_rule(name: str, rules: Mapping[str, Rule]) -> Rule:
    """The rule of that id or name. Raises UsageError, with the closest one, when there is none."""
    wanted = name.strip().casefold()
    for rule in rules.values():
        if wanted.upper() in rule.called:
            return rule
    near = _nearest(wanted, [text for rule in rules.values() for text in (rule.id.casefold(), rule.name)])
    raise UsageError(
        f"no rule '{name}'" + (f"; did you mean '{near.upper() if len(near) == 5 else near}'?" if near else "")
    )


def _nearest(wanted: str, known: Iterable[str]) -> str | None:
    """The closest spelling; of equally close ids the first, since ids differ in a digit only."""
    ranked = sorted((-difflib.SequenceMatcher(None, text, wanted).ratio(), text) for text in known)
    return ranked[0][1] if ranked and ranked[0][0] <= -0.6 else None
