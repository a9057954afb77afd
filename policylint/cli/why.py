"""The verb `why`."""

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
    """Tell the precedence story of one setting, or of an outcome such as whfb/trust-model.

    SETTING is any of its names: registry value, display name, ADMX policy, OMA-URI, catalog id, template property …
    """
    from policylint.reports import STORY_FORMATS, UNSET_FORMATS
    from policylint.story import Unset, find_meant

    wanted = chosen(outputs, STORY_FORMATS)
    estate = directory.read(paths)
    effective = settled(estate, ranked(estate, target))
    with estate_definitions(estate):
        found = find_meant(setting, effective, estate)
        for name, path in wanted:
            if isinstance(found, Unset):
                write(UNSET_FORMATS[name](effective, found, colored(color, path)), path)
            else:
                write(STORY_FORMATS[name](effective, found, locator_of(estate), colored(color, path)), path)
    leave(code_of(estate))
