"""The verb `diff`."""

from __future__ import annotations

from pathlib import Path
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
    target_option,
)
from policylint.cli.output import chosen, colored, write

if TYPE_CHECKING:
    from policylint.cli.options import Directory


@click.command(epilog=EPILOG)
@click.argument("sides", nargs=-1, type=click.Path(), metavar="OLD NEW | REV..REV [PATHS]...", required=True)
@target_option
@output_option
@directory_options
@fail_on_option("The severity of new findings.")
@color_option
def diff(
    sides: tuple[str, ...],
    target: str | None,
    outputs: tuple[str, ...],
    directory: Directory,
    fail_on: str,
    color: bool | None,
) -> None:
    """Show what changes on machines: between two folders or files, or two git revisions.

    \b
    policylint diff exports-monday exports-friday
    policylint diff main..HEAD exports
    policylint diff v1 v2 exports
    """
    from policylint.diff import diff as compare
    from policylint.diff import pair_of, revisions
    from policylint.lint import summary
    from policylint.reports import DIFF_FORMATS, Compared
    from policylint.rules import load_rules

    wanted = chosen(outputs, DIFF_FORMATS)
    here = Path.cwd()
    with revisions.sides(sides) as found:
        old, new = (directory.read(s.paths, s.base, here) for s in found)
        pair = None if target is None else pair_of(target, old, new)
        difference = compare(old, new, load_rules(), pair, (found[0].root, found[1].root))
        before, after = (
            Compared(side.label, summary(estate), locator_of(estate))
            for side, estate in zip(found, (old, new), strict=True)
        )
        for name, path in wanted:
            write(DIFF_FORMATS[name](difference, before, after, colored(color, path)), path)
    leave(max(code_of(old), code_of(new)) or code_of(new, difference.new, fail_on))
