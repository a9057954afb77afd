"""The rule book: one TOML file per rule, with its check, texts and fixtures.

`explain`, SARIF metadata, documentation and the tests of the rules are all derived from these files.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from policylint.errors import ConfigError, UsageError
from policylint.findings import Severity
from policylint.scenario import Given, Scenario
from policylint.topology import explain


class Fixture(Scenario):
    """A scenario, or files to read, and the messages that the rule must give for it."""

    name: str
    given: list[Given] = Field(default=[])
    files: dict[str, str] = Field(default={})
    """By relative path: text, `hex:…` for bytes, or `link:…` for a symbolic link."""
    expect: list[str] = Field(default=[])


class Rule(BaseModel):
    """One rule as its file tells it."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    id: str = Field(pattern=r"^[A-Z]{2}\d{3}$")
    also: list[str] = []
    """Ids that people of another family look for it by: the rule has one place, and is found from both."""
    name: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    check: str
    severity: Severity
    profile: Literal["core", "strict"] = "core"
    status: Literal["stable", "preview"] = "stable"
    since: str
    summary: str
    why: str
    fix: str
    references: list[str]
    parameters: dict[str, Any] = Field(default={}, alias="with")
    fail: list[Fixture] = []
    pass_: list[Fixture] = Field(default=[], alias="pass")

    @property
    def family(self) -> str:
        """The two letters that rules of one subject share."""
        return self.id[:2]

    @property
    def called(self) -> tuple[str, ...]:
        """Everything that names this rule alone, in upper case."""
        return (self.id, *self.also, self.name.upper())


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


def _read(path: Path) -> Rule:
    try:
        return Rule.model_validate(tomllib.loads(path.read_text("utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise ConfigError(f"{path.name}: not valid TOML: {exc}") from exc
    except ValidationError as exc:
        raise ConfigError("\n".join(f"{path.name}: {line}" for line in explain(exc, Rule))) from exc


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
