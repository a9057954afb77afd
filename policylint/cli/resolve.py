"""The verb `resolve`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from policylint.cli.codes import code_of, leave
from policylint.cli.options import (
    EPILOG,
    color_option,
    directory_options,
    estate_definitions,
    locator_of,
    output_option,
    paths_argument,
    ranked,
    settled,
    target_option,
)
from policylint.cli.output import chosen, colored, stream, write

if TYPE_CHECKING:
    from policylint.cli.options import Directory


@click.command(epilog=EPILOG)
@paths_argument
@target_option
@click.option("--all", "every", is_flag=True, help="Every target: those that see the same policies stand together.")
@output_option
@directory_options
@color_option
def resolve(
    paths: tuple[str, ...],
    target: str | None,
    every: bool,
    outputs: tuple[str, ...],
    directory: Directory,
    color: bool | None,
) -> None:
    """Show the effective settings of one target, or with --all of every one."""
    from policylint.reports import EFFECTIVE_FORMATS

    if every:
        if target is not None:
            raise click.UsageError("--all is every target: leave --for out")
        _every(paths, outputs, directory, color)
        return
    wanted = chosen(outputs, EFFECTIVE_FORMATS)
    estate = directory.read(paths)
    effective = settled(estate, ranked(estate, target))
    for name, path in wanted:
        write(EFFECTIVE_FORMATS[name](effective, locator_of(estate), colored(color, path)), path)
    leave(code_of(estate))


def _every(paths: tuple[str, ...], outputs: tuple[str, ...], directory: Directory, color: bool | None) -> None:
    from policylint.reports import PLACEMENT_FORMATS
    from policylint.survey import survey

    wanted = chosen(outputs, PLACEMENT_FORMATS)
    estate = directory.read(paths)
    with estate_definitions(estate):
        for name, path in wanted:
            stream(PLACEMENT_FORMATS[name](survey(estate), locator_of(estate), colored(color, path)), path)
    leave(code_of(estate))
