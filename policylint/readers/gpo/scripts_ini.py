"""Scripts: `scripts.ini` and `psscripts.ini` ([MS-GPSCR] 2.2; rule G-SCR).

Every GPO's scripts run, so each script is a setting of its own. A relative command is looked up in the GPO's own
folder, so its name alone does not say which script it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from policylint.masks import masked
from policylint.model import Scope
from policylint.readers.gpo.settings_file import Found, Written, rows
from policylint.readers.source import Source

SECTIONS = {
    "startup": ("Startup", Scope.DEVICE),
    "shutdown": ("Shutdown", Scope.DEVICE),
    "logon": ("Logon", Scope.USER),
    "logoff": ("Logoff", Scope.USER),
}
_FIRST = {
    ("startexecutepsfirst", Scope.DEVICE): "Startup",
    ("endexecutepsfirst", Scope.DEVICE): "Shutdown",
    ("startexecutepsfirst", Scope.USER): "Logon",
    ("endexecutepsfirst", Scope.USER): "Logoff",
}
_ENTRY = re.compile(r"(?P<number>[0-9]+)(?P<part>cmdline|parameters)", re.IGNORECASE)
_ABSOLUTE = re.compile(r'"?(?:\\\\|[a-z]:|%|//)', re.IGNORECASE)
_FLAGS = {"true": True, "1": True, "false": False, "0": False}

Entries = dict[tuple[str, int], dict[str, tuple[int, str]]]
"""By section and number: line and text of the command line and of the parameters."""


def read(data: bytes, scope: Scope, source: Source, policy: str) -> Found:
    """The claims of a file of scripts; `policy` names the GPO whose folder relative commands stand in.

    A setting's value is the script's parameters. Problems: RD020 a row that is neither a command line nor its
    parameters, or parameters without a command; RD021 scripts of the other side. Raises ReadError (RD005).
    """
    written, entries = Written(scope, source), Entries()
    for row in rows(data):
        name, sign, value = (part.strip() for part in row.text.partition("="))
        entry, section = _ENTRY.fullmatch(name), row.section.casefold()
        if section == "scriptsconfig" and sign:
            _write_first(written, row.line, name, value)
        elif entry is None or section not in SECTIONS:
            written.damaged(row.line, f"'{row.text[:60]}' is no entry of a file of scripts")
        elif SECTIONS[section][1] is not scope:
            written.passed_over(row.line, f"[{row.section}] belongs to the other side of a GPO and has no effect here")
        else:
            parts = entries.setdefault((section, int(entry["number"])), {})
            parts[entry["part"].casefold()] = row.line, value
    kind = "PowerShell script" if source.name.startswith("ps") else "Script"
    for (section, _), parts in sorted(entries.items(), key=lambda item: item[0]):
        _write_script(written, SECTIONS[section][0], parts, kind, policy)
    return written.found()


def _write_first(written: Written, line: int, name: str, value: str) -> None:
    section, flag = _FIRST.get((name.casefold(), written.scope)), _FLAGS.get(value.casefold())
    if section is None or flag is None:
        written.damaged(line, f"'{name}={value}' is no entry of [ScriptsConfig]")
    else:
        written.write(line, f"script:{section}/run PowerShell first", flag, "Boolean")


def _write_script(written: Written, section: str, parts: Mapping[str, tuple[int, str]], kind: str, policy: str) -> None:
    line, command = parts.get("cmdline", (0, ""))
    if not command:
        number = line or next(number for number, _ in parts.values())
        written.damaged(number, f"a script of [{section}] has no command line")
        return
    parameters = parts.get("parameters", (0, ""))[1]
    place = command if _ABSOLUTE.match(command) else f"{policy}\\{command}"
    shown = str(masked((), f"{place} {parameters}".strip()))
    written.write(line, f"script:{section}/{shown}", parameters, kind)
