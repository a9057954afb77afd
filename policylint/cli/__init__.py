"""The command line: argv to a call, its result to a report, and the exit code.

Nothing else lives here: one module per verb. Imports that cost time stand inside the commands, so that `--help`
answers at once.
"""

from __future__ import annotations

import gc
import os
import sys
from typing import TYPE_CHECKING, Any, NoReturn

import click

from policylint import __version__
from policylint.cli.check import check
from policylint.cli.codes import EXIT_BUG, EXIT_USAGE
from policylint.cli.diff import diff
from policylint.cli.explain import explain
from policylint.cli.graph import graph
from policylint.cli.options import EPILOG
from policylint.cli.resolve import resolve
from policylint.cli.rules import rules
from policylint.cli.why import why

if TYPE_CHECKING:
    from collections.abc import Sequence

GC_THRESHOLD = 2_000_000
"""A run allocates values that live to its end: looking for garbage among them takes a fifth of the time."""


@click.group(context_settings={"help_option_names": ["-h", "--help"]}, epilog=EPILOG)
@click.version_option(__version__, prog_name="policylint")
def cli() -> None:
    """Which Windows policy wins, why, and what is wrong: GPO backups and Intune exports, resolved together."""


for verb in (check, resolve, why, diff, graph, explain, rules):
    cli.add_command(verb)


def main(args: Sequence[str] | None = None) -> Any:
    """Runs the command line and ends the process with its exit code."""
    gc.set_threshold(GC_THRESHOLD)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        code = cli.main(args=args, prog_name="policylint", standalone_mode=False)
    except click.exceptions.Exit as exc:
        code = exc.exit_code
    except click.ClickException as exc:
        exc.show()
        code = EXIT_USAGE
    except click.Abort:
        code = 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except Exception as exc:  # the boundary: whatever reaches it is reported in one line
        code = _failed(exc)
    sys.exit(code or 0)


def program() -> NoReturn:
    """`policylint` as people start it: `main`, which then leaves its memory to the system as it is.

    Taking a large estate apart, value by value, takes as long as its checks.
    """
    code = 0
    try:
        main()
    except SystemExit as exc:
        code = exc.code if isinstance(exc.code, int) else EXIT_BUG
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            continue
        except OSError:
            code = EXIT_USAGE
    os._exit(code)


def _failed(exc: Exception) -> int:
    from policylint.errors import PolicylintError

    if isinstance(exc, PolicylintError) and exc.exit_code != EXIT_BUG:
        click.echo(f"policylint: {exc}", err=True)
        return exc.exit_code
    if os.environ.get("POLICYLINT_DEBUG"):
        import traceback

        traceback.print_exc()
    click.echo(f"policylint: a bug in policylint: {type(exc).__name__}: {exc}", err=True)
    click.echo("Please report it, with the output of the same command under POLICYLINT_DEBUG=1.", err=True)
    return EXIT_BUG
