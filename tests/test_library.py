"""policylint as a library, as the package's docstring shows it."""

from __future__ import annotations

from pathlib import Path

import policylint

CORPUS = Path(__file__).parents[1] / "corpus"


def test_the_stages_are_functions_whatever_was_imported_before() -> None:
    estate = policylint.read([str(CORPUS / "hybrid-classic-mistakes")])
    target = policylint.targets(estate)[0]
    effective = policylint.resolve(policylint.rank(estate, policylint.find_target(target.name, estate)))
    findings = policylint.lint(estate, policylint.load_rules())
    assert effective.target == target.name
    assert [stage for stage in policylint.__all__ if not callable(getattr(policylint, stage))] == []
    assert "WH001" in {finding.rule for finding in findings}
