"""Running the fixtures in rule files: what each must find, message by message."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from policylint.estate import Estate
from policylint.lint import lint
from policylint.readers import read
from policylint.rule_files import Fixture
from policylint.rules import Rule
from policylint.scenario import estate_of


@dataclass(frozen=True, slots=True)
class FixtureReport:
    """How the fixtures went: a text for people, and how many failed."""

    text: str
    failed: int


def messages(rule: Rule, fixture: Fixture) -> list[str]:
    """The messages that the rule gives for a fixture, in report order."""
    if not fixture.files:
        return [finding.message for finding in lint(estate_of(fixture), {rule.id: rule})]
    with tempfile.TemporaryDirectory() as folder:
        return [finding.message for finding in lint(_written(fixture, Path(folder)), {rule.id: rule})]


def _written(fixture: Fixture, folder: Path) -> Estate:
    for name, content in fixture.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if content.startswith("link:"):
            path.symlink_to(content[5:])
        elif content.startswith("hex:"):
            path.write_bytes(bytes.fromhex(content[4:]))
        else:
            path.write_bytes(content.encode())
    return read(["."], base=folder)


def run_fixtures(rules: Mapping[str, Rule]) -> FixtureReport:
    """Runs every fixture of the rules."""
    lines: list[str] = []
    passed = failed = 0
    for rule in rules.values():
        for fixture in (*rule.fail, *rule.pass_):
            got = messages(rule, fixture)
            if got == fixture.expect:
                passed += 1
                continue
            failed += 1
            lines += [
                f"{rule.id} {fixture.name}:",
                *(f"  expected: {m}" for m in fixture.expect),
                *(f"  got: {m}" for m in got),
            ]
    lines.append(f"{len(rules)} {'rule' if len(rules) == 1 else 'rules'}: {passed} fixtures passed, {failed} failed")
    return FixtureReport("\n".join(lines), failed)
