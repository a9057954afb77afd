"""The options that several verbs share, and the estate that they describe."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from policylint.cli.codes import FAIL_ON

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from policylint.effective import Effective
    from policylint.estate import Estate
    from policylint.locate import Locator
    from policylint.rank import Precedence
    from policylint.topology import LinkOrder

EPILOG = """\b
Exit codes: 0 nothing at or above --fail-on; 1 findings; 2 wrong usage, configuration or rule file;
3 nothing was collected or an input could not be fully read; 4 a bug in policylint."""

paths_argument = click.argument("paths", nargs=-1, type=click.Path(), metavar="[PATHS]...")
target_option = click.option(
    "--for", "target", metavar="TARGET", help="The target: its name, or the end of its container."
)
output_option = click.option(
    "-o", "--output", "outputs", multiple=True, metavar="FORMAT[=PATH]", help="May repeat; without PATH to the screen."
)
color_option = click.option("--color/--no-color", default=None, help="Colour; else as the terminal says.")

_ESTATE = (
    click.option("--topology", metavar="FILE", help="The topology file; else every topology.toml found."),
    click.option(
        "--devices", multiple=True, metavar="FILE", help="A list of devices as CSV: one target a row. May repeat."
    ),
    click.option(
        "--gplink-order",
        type=click.Choice(["last-wins", "first-wins"]),
        help="Which link of a raw gPLink string is link order 1; else the last, and what hangs on it is conditional.",
    ),
)


class Directory(NamedTuple):
    """What the options say about the directory that the policies live in."""

    topology: str | None
    devices: Sequence[str]
    gplink_order: LinkOrder | None

    def read(self, paths: Sequence[str], base: Path | None = None, here: Path | None = None) -> Estate:
        """The estate below the paths, or below the current folder."""
        from policylint.readers import read

        return read(paths or ["."], self.topology, base, self.gplink_order, self.devices, here)


def directory_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options about the directory, handed over as one `directory`."""

    @wraps(command)
    def called(
        *arguments: Any, topology: str | None, devices: tuple[str, ...], gplink_order: LinkOrder | None, **options: Any
    ) -> None:
        command(*arguments, directory=Directory(topology, devices, gplink_order), **options)

    for option in reversed(_ESTATE):
        called = option(called)
    return called


def fail_on_option(text: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The severity that makes the exit code 1."""
    return click.option("--fail-on", type=click.Choice(FAIL_ON), default="error", show_default=True, help=text)


def ranked(estate: Estate, target: str | None) -> Precedence:
    """What reaches the target that a person names."""
    from policylint.rank import rank
    from policylint.targets import find_target

    return rank(estate, find_target(target, estate))


def settled(estate: Estate, precedence: Precedence) -> Effective:
    """The effective settings, with the names that people know them by."""
    from policylint.naming import named
    from policylint.resolve import resolve

    with estate_definitions(estate):
        return named(resolve(precedence), estate)


def estate_definitions(estate: Estate) -> AbstractContextManager[None]:
    """Inside, the catalogue answers from the estate's own definitions before those that policylint ships."""
    from policylint.catalogue.definitions import using

    return using(estate.definitions)


def locator_of(estate: Estate) -> Locator:
    """Finds the places in the estate's files that reports show."""
    from policylint.locate import Locator

    return Locator(estate.paths)
