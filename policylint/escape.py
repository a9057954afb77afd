"""Names taken from inputs are data: what they could do to a terminal or a build log is made visible instead.

A GPO's name may hold an escape sequence that clears the screen, a direction override that turns a path around
(Trojan Source, CVE-2021-42574), or a line break that starts a workflow command of its own.
"""

from __future__ import annotations

import re
import unicodedata

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Controls, format characters (direction marks and overrides, zero-width ones), lone surrogates, line separators."""

_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def terminal(text: str) -> str:
    """The text with every control, format and line-breaking character as a visible escape such as `\\x1b`."""
    if text.isprintable():  # it is False for all of _UNSEEN, and for some that may be shown
        return text
    return "".join(_visible(char) if unicodedata.category(char) in _UNSEEN else char for char in text)


def _visible(char: str) -> str:
    code = ord(char)
    if char in _SHORT:
        return _SHORT[char]
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def workflow(text: str) -> str:
    """The message of a GitHub workflow command: `%` and line breaks percent-encoded (actions/toolkit, command.ts)."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def workflow_property(text: str) -> str:
    """A property of a GitHub workflow command, where `:` and `,` separate and are percent-encoded too."""
    return workflow(text).replace(":", "%3A").replace(",", "%2C")


def markdown(text: str) -> str:
    """The text as a code span (CommonMark 6.1), in which nothing is markup, a mention or a link."""
    shown = terminal(text) or " "
    longest = max((len(run) for run in re.findall("`+", shown)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if shown.strip() and (shown[0] in "` " or shown[-1] in "` ") else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def spreadsheet(text: str) -> str:
    """A cell of a CSV table: as for a terminal, and one that a spreadsheet would compute begins with an apostrophe."""
    shown = terminal(text)
    return f"'{shown}" if shown.startswith(("=", "+", "-", "@")) else shown
