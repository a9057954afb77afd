"""Exit codes. Of several that apply the first of 4, 2, 3, 1 counts; the format of a report never changes one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

    from policylint.estate import Estate
    from policylint.findings import Finding

EXIT_FINDINGS, EXIT_USAGE, EXIT_UNREAD, EXIT_BUG = 1, 2, 3, 4
FAIL_ON = ("error", "warning", "note", "never")


def code_of(estate: Estate, findings: Sequence[Finding] = (), fail_on: str = "never") -> int:
    """3 before 1: a gate that saw nothing, or not everything, is never green."""
    if estate.unread or not estate.policies:
        return EXIT_UNREAD
    if fail_on == "never":
        return 0
    failing = FAIL_ON[: FAIL_ON.index(fail_on) + 1]
    return EXIT_FINDINGS if any(finding.severity in failing for finding in findings) else 0


def leave(code: int) -> None:
    """Ends the command with this code; with 0 it just goes on to its end."""
    if code:
        raise click.exceptions.Exit(code)
