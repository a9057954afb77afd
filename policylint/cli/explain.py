"""The verb `explain`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from policylint.cli.options import EPILOG, color_option, output_option
from policylint.cli.output import chosen, colored, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from policylint.estate import Estate

FORMATS = ("text", "json")


@click.command(epilog=EPILOG)
@click.argument("name")
@click.argument("paths", nargs=-1, type=click.Path(), metavar="[PATHS]...")
@output_option
@color_option
def explain(name: str, paths: tuple[str, ...], outputs: tuple[str, ...], color: bool | None) -> None:
    """Explain a rule, a law of precedence, or a setting by any of its names.

    A rule by id or name (WH001), a law by id (G-LINK-ORDER, D3); a setting by registry value, display name, ADMX
    policy, OMA-URI, catalog id or template property. The definitions in PATHS come before those that are built in.
    """
    from policylint.reports.explained import rule_or_law

    wanted = chosen(outputs, dict.fromkeys(FORMATS, str))
    told: Callable[[str, bool], str] | None = rule_or_law(name)
    if told is None:
        told = _setting(name, paths)
    for form, path in wanted:
        write(told(form, colored(color, path)), path)


def _setting(name: str, paths: tuple[str, ...]) -> Callable[[str, bool], str]:
    from policylint.catalogue.definitions import using
    from policylint.explain.meaning import setting_of
    from policylint.reports import KNOWN_FORMATS

    estate = _definitions(paths)
    known = setting_of(name, estate)

    def told(form: str, color: bool) -> str:
        with using(estate.definitions):
            return KNOWN_FORMATS[form](known, estate.store, color)

    return told


def _definitions(paths: tuple[str, ...]) -> Estate:
    from policylint.estate import Estate
    from policylint.readers import read

    return read(paths) if paths else Estate(())
