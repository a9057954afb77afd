"""The verb `check`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from policylint.cli.codes import code_of, leave
from policylint.cli.options import (
    EPILOG,
    color_option,
    directory_options,
    fail_on_option,
    locator_of,
    output_option,
    paths_argument,
)
from policylint.cli.output import chosen, colored, write

if TYPE_CHECKING:
    from policylint.cli.options import Directory


@click.command(epilog=EPILOG)
@paths_argument
@output_option
@directory_options
@fail_on_option("The severity that fails.")
@click.option("--select", multiple=True, metavar="RULES", help="Rules or families to run: WH,PR012.")
@click.option("--ignore", multiple=True, metavar="RULES", help="Rules or families not to run.")
@click.option("--show-inputs", is_flag=True, help="List what each file was taken for.")
@color_option
def check(
    paths: tuple[str, ...],
    outputs: tuple[str, ...],
    directory: Directory,
    fail_on: str,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    show_inputs: bool,
    color: bool | None,
) -> None:
    """Find problems in everything below PATHS (default: the current folder)."""
    from policylint.lint import lint, summary
    from policylint.reports import CHECK_FORMATS
    from policylint.rules import load_rules
    from policylint.rules import select as select_rules

    rules = load_rules()
    wanted = chosen(outputs, CHECK_FORMATS)
    selected = select_rules(rules, select, ignore)
    estate = directory.read(paths)
    findings = lint(estate, selected)
    counts = summary(estate)
    locator = locator_of(estate)
    for name, path in wanted:
        write(CHECK_FORMATS[name](findings, counts, locator, rules, colored(color, path)), path)
    if show_inputs:
        from policylint.reports.inputs import inputs

        write(inputs(estate.files))
    leave(code_of(estate, findings, fail_on))
