"""The verb `explain`."""

from __future__ import annotations

import click

from policylint.cli.options import EPILOG
from policylint.cli.output import write


@click.command(epilog=EPILOG)
@click.argument("rule")
def explain(rule: str) -> None:
    """Explain one rule: what it finds, why that matters, how to fix it."""
    from policylint.reports.rulebook import explanation
    from policylint.rules import find_rule, load_rules

    write(explanation(find_rule(rule, load_rules())))
