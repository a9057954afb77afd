"""The command line: argv to a call, its result to a report, and the exit code.

Nothing else lives here. Imports that cost time stand inside the commands, so that `--help` answers at once.
"""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from policylint import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from policylint.effective import Effective
    from policylint.estate import Estate
    from policylint.findings import Finding
    from policylint.locate import Locator
    from policylint.topology import LinkOrder

EXIT_FINDINGS, EXIT_USAGE, EXIT_UNREAD, EXIT_BUG = 1, 2, 3, 4
GC_THRESHOLD = 500_000
"""A run allocates values that live to its end: looking for garbage among them takes a fifth of the time."""
FAIL_ON = ("error", "warning", "note", "never")

EPILOG = """\b
Exit codes: 0 nothing at or above --fail-on; 1 findings; 2 wrong usage, configuration or rule file;
3 nothing was collected or an input could not be fully read; 4 a bug in policylint."""

paths_argument = click.argument("paths", nargs=-1, type=click.Path(), metavar="[PATHS]...")
topology_option = click.option("--topology", metavar="FILE", help="The topology file; else every topology.toml found.")
devices_option = click.option(
    "--devices", multiple=True, metavar="FILE", help="A list of devices as CSV: one target a row. May repeat."
)
gplink_option = click.option(
    "--gplink-order",
    type=click.Choice(["last-wins", "first-wins"]),
    help="Which link of a raw gPLink string is link order 1; else the last, and what hangs on it is conditional.",
)
target_option = click.option(
    "--for", "target", metavar="TARGET", help="The target: its name, or the end of its container."
)
output_option = click.option(
    "-o", "--output", "outputs", multiple=True, metavar="FORMAT[=PATH]", help="May repeat; without PATH to the screen."
)
color_option = click.option("--color/--no-color", default=None, help="Colour; else as the terminal says.")


@click.group(context_settings={"help_option_names": ["-h", "--help"]}, epilog=EPILOG)
@click.version_option(__version__, prog_name="policylint")
def cli() -> None:
    """Which Windows policy wins, why, and what is wrong: GPO backups and Intune exports, resolved together."""


@cli.command(epilog=EPILOG)
@paths_argument
@output_option
@topology_option
@devices_option
@gplink_option
@click.option(
    "--fail-on", type=click.Choice(FAIL_ON), default="error", show_default=True, help="The severity that fails."
)
@click.option("--select", multiple=True, metavar="RULES", help="Rules or families to run: WH,PR012.")
@click.option("--ignore", multiple=True, metavar="RULES", help="Rules or families not to run.")
@click.option("--show-inputs", is_flag=True, help="List what each file was taken for.")
@color_option
def check(
    paths: tuple[str, ...],
    outputs: tuple[str, ...],
    topology: str | None,
    devices: tuple[str, ...],
    gplink_order: LinkOrder | None,
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
    wanted = _outputs(outputs, CHECK_FORMATS)
    chosen = select_rules(rules, select, ignore)
    estate = _read(paths, topology, devices, gplink_order)
    findings = lint(estate, chosen)
    counts = summary(estate)
    locator = _locator(estate)
    for name, path in wanted:
        render = CHECK_FORMATS[name]
        _write(render(findings, counts, locator, rules, _colored(color) and path is None), path)
    if show_inputs:
        from policylint.reports.inputs import inputs

        _write(inputs(estate.files), None)
    _exit(_code(estate, findings, fail_on))


@cli.command(epilog=EPILOG)
@paths_argument
@target_option
@click.option("--all", "every", is_flag=True, help="Every target: those that see the same policies stand together.")
@output_option
@topology_option
@devices_option
@gplink_option
@color_option
def resolve(
    paths: tuple[str, ...],
    target: str | None,
    every: bool,
    outputs: tuple[str, ...],
    topology: str | None,
    devices: tuple[str, ...],
    gplink_order: LinkOrder | None,
    color: bool | None,
) -> None:
    """Show the effective settings of one target, or with --all of every one."""
    from policylint.reports import EFFECTIVE_FORMATS, PLACEMENT_FORMATS
    from policylint.survey import survey

    if every:
        if target is not None:
            raise click.UsageError("--all is every target: leave --for out")
        pieces = _outputs(outputs, PLACEMENT_FORMATS)
        estate = _read(paths, topology, devices, gplink_order)
        for name, path in pieces:
            shown = _colored(color) and path is None
            _stream(PLACEMENT_FORMATS[name](survey(estate), _locator(estate), shown), path)
        _exit(_code(estate))
        return
    wanted = _outputs(outputs, EFFECTIVE_FORMATS)
    estate, effective = _effective(paths, target, topology, devices, gplink_order)
    for name, path in wanted:
        _write(EFFECTIVE_FORMATS[name](effective, _locator(estate), _colored(color) and path is None), path)
    _exit(_code(estate))


@cli.command(epilog=EPILOG)
@click.argument("setting")
@paths_argument
@target_option
@output_option
@topology_option
@devices_option
@gplink_option
@color_option
def why(
    setting: str,
    paths: tuple[str, ...],
    target: str | None,
    outputs: tuple[str, ...],
    topology: str | None,
    devices: tuple[str, ...],
    gplink_order: LinkOrder | None,
    color: bool | None,
) -> None:
    """Tell the precedence story of one setting, or of an outcome such as whfb/trust-model."""
    from policylint.reports import STORY_FORMATS
    from policylint.story import find_subjects

    wanted = _outputs(outputs, STORY_FORMATS)
    estate, effective = _effective(paths, target, topology, devices, gplink_order)
    subjects = find_subjects(setting, effective)
    for name, path in wanted:
        _write(STORY_FORMATS[name](effective, subjects, _locator(estate), _colored(color) and path is None), path)
    _exit(_code(estate))


@cli.command(epilog=EPILOG)
@click.argument("sides", nargs=-1, type=click.Path(), metavar="OLD NEW | REV..REV [PATHS]...", required=True)
@target_option
@output_option
@topology_option
@devices_option
@gplink_option
@click.option(
    "--fail-on", type=click.Choice(FAIL_ON), default="error", show_default=True, help="The severity of new findings."
)
@color_option
def diff(
    sides: tuple[str, ...],
    target: str | None,
    outputs: tuple[str, ...],
    topology: str | None,
    devices: tuple[str, ...],
    gplink_order: LinkOrder | None,
    fail_on: str,
    color: bool | None,
) -> None:
    """Show what changes on machines: between two folders or files, or two git revisions.

    \b
    policylint diff exports-monday exports-friday
    policylint diff main..HEAD exports
    policylint diff v1 v2 exports
    """
    from policylint import revisions
    from policylint.diff import diff as compare
    from policylint.diff import pair_of
    from policylint.lint import summary
    from policylint.readers import read
    from policylint.reports import DIFF_FORMATS, Compared
    from policylint.rules import load_rules

    wanted = _outputs(outputs, DIFF_FORMATS)
    here = Path.cwd()
    with revisions.sides(sides) as found:
        old, new = (read(s.paths, topology, s.base, gplink_order, devices, here) for s in found)
        pair = None if target is None else pair_of(target, old, new)
        difference = compare(old, new, load_rules(), pair, (found[0].root, found[1].root))
        before, after = (
            Compared(side.label, summary(estate), _locator(estate))
            for side, estate in zip(found, (old, new), strict=True)
        )
        for name, path in wanted:
            shown = _colored(color) and path is None
            _write(DIFF_FORMATS[name](difference, before, after, shown), path)
    _exit(max(_code(old), _code(new)) or _code(new, difference.new, fail_on))


@cli.command(epilog=EPILOG)
@click.argument("rule")
def explain(rule: str) -> None:
    """Explain one rule: what it finds, why that matters, how to fix it."""
    from policylint.reports.rulebook import explanation
    from policylint.rules import find_rule, load_rules

    _write(explanation(find_rule(rule, load_rules())), None)


@cli.group(epilog=EPILOG)
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

        _write(catalogue(contents()) if form == "text" else catalogue_json(contents()), None)
        return
    from policylint.reports.rulebook import listing, listing_json
    from policylint.rules import load_rules
    from policylint.rules import select as select_rules

    chosen = select_rules(load_rules(), select)
    _write(listing(chosen) if form == "text" else listing_json(chosen), None)


@rules.command("test")
@click.option("--select", multiple=True, metavar="RULES", help="Rules or families to test.")
def test_rules(select: tuple[str, ...]) -> None:
    """Run every rule on the fixtures in its file."""
    from policylint.rule_tests import run_fixtures
    from policylint.rules import load_rules
    from policylint.rules import select as select_rules

    report = run_fixtures(select_rules(load_rules(), select))
    _write(report.text, None)
    _exit(EXIT_FINDINGS if report.failed else 0)


def _read(paths: Sequence[str], topology: str | None, devices: Sequence[str], gplink_order: LinkOrder | None) -> Estate:
    from policylint.readers import read

    return read(paths or ["."], topology, gplink_order=gplink_order, devices=devices)


def _effective(
    paths: Sequence[str],
    target: str | None,
    topology: str | None,
    devices: Sequence[str],
    gplink_order: LinkOrder | None,
) -> tuple[Estate, Effective]:
    from policylint.naming import named
    from policylint.rank import rank
    from policylint.resolve import resolve
    from policylint.targets import find_target

    estate = _read(paths, topology, devices, gplink_order)
    return estate, named(resolve(rank(estate, find_target(target, estate))), estate)


def _locator(estate: Estate) -> Locator:
    from policylint.locate import Locator

    return Locator(estate.paths)


def _code(estate: Estate, findings: Sequence[Finding] = (), fail_on: str = "never") -> int:
    """3 before 1: a gate that saw nothing, or not everything, is never green."""
    if estate.unread or not estate.policies:
        return EXIT_UNREAD
    if fail_on == "never":
        return 0
    failing = FAIL_ON[: FAIL_ON.index(fail_on) + 1]
    return EXIT_FINDINGS if any(finding.severity in failing for finding in findings) else 0


def _outputs(given: Sequence[str], known: Mapping[str, Callable[..., object]]) -> list[tuple[str, str | None]]:
    """The formats asked for, each with the file it goes to. Raises click.UsageError for one that does not exist."""
    found = []
    for text in given or ["text"]:
        name, _, path = text.partition("=")
        if name not in known:
            raise click.UsageError(f"no output format '{name}'; there are: {', '.join(known)}")
        found.append((name, path or None))
    if sum(path is None for _, path in found) > 1:
        raise click.UsageError(
            "only one output can go to the screen: give the others a path, as in -o json=report.json"
        )
    return found


def _write(text: str, path: str | None) -> None:
    if path is None:
        try:
            click.echo(text.removesuffix("\n"), color=True)
        except BrokenPipeError:
            raise
        except OSError as exc:
            raise click.UsageError(f"cannot write to the screen: {exc.strerror}") from exc
        return
    try:
        Path(path).write_text(text, "utf-8", newline="\n")
    except OSError as exc:
        raise click.UsageError(f"cannot write {path}: {exc.strerror}") from exc


def _stream(pieces: Iterable[str], path: str | None) -> None:
    """Writes a long report piece by piece."""
    try:
        with click.open_file(path or "-", "w", "utf-8") as file:
            for piece in pieces:
                file.write(piece)
    except BrokenPipeError:
        raise
    except OSError as exc:
        raise click.UsageError(f"cannot write {path or 'to the screen'}: {exc.strerror}") from exc


def _colored(wanted: bool | None) -> bool:
    if wanted is not None:
        return wanted
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ


def _exit(code: int) -> None:
    if code:
        raise click.exceptions.Exit(code)


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
