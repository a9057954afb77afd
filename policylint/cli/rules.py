"""The verb `rules`."""

from __future__ import annotations

import click

from policylint.cli.codes import EXIT_FINDINGS, leave
from policylint.cli.options import EPILOG
from policylint.cli.output import write


@click.group(epilog=EPILOG)
def rules() -> None:
    """The rule book: list it, or test it on its own fixtures."""


@rules.command("list")
@click.option("-o", "--output", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--select", multiple=True, metavar="RULES", help="Rules or families to list.")
@click.option("--catalogue", "known", is_flag=True, help="List what is known about settings instead: sources, counts.")
def list_rules(form: str, select: tuple[str, ...], known: bool) -> None:
    """List the rules."""
    if known:
        from policylint.catalogue.contents import contents
        from policylint.reports.catalogue import catalogue, catalogue_json

        write(catalogue(contents()) if form == "text" else catalogue_json(contents()))
        return
    from policylint.reports.rulebook import listing, listing_json
    from policylint.rules import load_rules
    from policylint.rules import select as select_rules

    selected = select_rules(load_rules(), select)
    write(listing(selected) if form == "text" else listing_json(selected))


@rules.command("test")
@click.option("--select", multiple=True, metavar="RULES", help="Rules or families to test.")
def test_rules(select: tuple[str, ...]) -> None:
    """Run every rule on the fixtures in its file."""
    from policylint.rule_tests import run_fixtures
    from policylint.rules import load_rules
    from policylint.rules import select as select_rules

    report = run_fixtures(select_rules(load_rules(), select))
    write(report.text)
    leave(EXIT_FINDINGS if report.failed else 0)
