"""The verb `why`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from policylint.cli.codes import code_of, leave
from policylint.cli.options import (
    EPILOG,
    color_option,
    directory_options,
    locator_of,
    output_option,
    paths_argument,
    ranked,
    settled,
    target_option,
)
from policylint.cli.output import chosen, colored, write

if TYPE_CHECKING:
    from policylint.cli.options import Directory


@click.command(epilog=EPILOG)
@click.argument("setting")
@paths_argument
@target_option
@output_option
@directory_options
@color_option
def why(
    setting: str,
    paths: tuple[str, ...],
    target: str | None,
    outputs: tuple[str, ...],
    directory: Directory,
    color: bool | None,
) -> None:
    """Tell the precedence story of one setting, or of an outcome such as whfb/trust-model."""
    from policylint.reports import STORY_FORMATS
    from policylint.story import find_subjects

    wanted = chosen(outputs, STORY_FORMATS)
    estate = directory.read(paths)
    effective = settled(estate, ranked(estate, target))
    subjects = find_subjects(setting, effective)
    for name, path in wanted:
        write(STORY_FORMATS[name](effective, subjects, locator_of(estate), colored(color, path)), path)
    leave(code_of(estate))
