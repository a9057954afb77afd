"""The verb `graph`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from policylint.cli.codes import code_of, leave
from policylint.cli.options import (
    EPILOG,
    directory_options,
    estate_definitions,
    locator_of,
    output_option,
    paths_argument,
    ranked,
    settled,
    target_option,
)
from policylint.cli.output import chosen, write

if TYPE_CHECKING:
    from policylint.cli.options import Directory
    from policylint.estate import Estate
    from policylint.graph import Drawing


@click.command(epilog=EPILOG)
@paths_argument
@target_option
@click.option("--setting", metavar="NAME", help="One setting's story, by any of its names, in place of all policies.")
@output_option
@directory_options
def graph(
    paths: tuple[str, ...], target: str | None, setting: str | None, outputs: tuple[str, ...], directory: Directory
) -> None:
    """Draw the policy order of one target, or with --setting what beats what for one setting.

    Formats: dot (Graphviz), mermaid, json. An arrow goes from what beats to what is beaten.
    """
    from policylint.reports import GRAPH_FORMATS

    wanted = chosen(outputs, GRAPH_FORMATS, "dot")
    estate = directory.read(paths)
    with estate_definitions(estate):
        drawing = _drawing(estate, target, setting)
    for name, path in wanted:
        write(GRAPH_FORMATS[name](drawing, locator_of(estate)), path)
    leave(code_of(estate))


def _drawing(estate: Estate, target: str | None, setting: str | None) -> Drawing:
    from policylint.errors import UsageError
    from policylint.graph import order_of, story_of
    from policylint.story import Unset, find_meant

    precedence = ranked(estate, target)
    if setting is None:
        return order_of(precedence)
    effective = settled(estate, precedence)
    found = find_meant(setting, effective, estate)
    if isinstance(found, Unset):
        raise UsageError(f"nothing sets '{found.known.title}' at '{effective.target}': there is nothing to draw")
    return story_of(found, effective, precedence)
