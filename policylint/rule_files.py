"""The whole of a rule file, fixtures included, as a schema that tells what is wrong in one.

A check needs the head of a file only (`policylint.rules`); this module is imported for fixtures, and for messages.
"""

from __future__ import annotations

import tomllib
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from policylint.errors import ConfigError
from policylint.findings import Severity
from policylint.scenario import Given, Scenario
from policylint.tables import TableError, built


class Fixture(Scenario):
    """A scenario, or files to read, and the messages that the rule must give for it."""

    name: str
    given: list[Given] = Field(default=[])
    files: dict[str, str] = Field(default={})
    """By relative path: text, `hex:…` for bytes, or `link:…` for a symbolic link."""
    expect: list[str] = Field(default=[])


class RuleFile(BaseModel):
    """One rule as its file tells it."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    id: str = Field(pattern=r"^[A-Z]{2}\d{3}$")
    also: list[str] = []
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


def parse(text: str, name: str) -> RuleFile:
    """The text of a rule file. Raises ConfigError naming the file and what is wrong with it."""
    try:
        return built(RuleFile, tomllib.loads(text))
    except tomllib.TOMLDecodeError as exc:
        raise ConfigError(f"{name}: not valid TOML: {exc}") from exc
    except TableError as exc:
        raise ConfigError("\n".join(f"{name}: {sentence}" for sentence in exc.sentences)) from exc
