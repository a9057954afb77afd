"""Folder redirection: `fdeploy1.ini`, and the blank `fdeploy.ini` of Windows XP beside it ([MS-GPFR] 2.2.1)."""

from __future__ import annotations

import re

from policylint.model import Scope
from policylint.readers.gpo.settings_file import Found, Written, rows, unquoted
from policylint.readers.source import Source

_REDIRECTION = re.compile(r"(?P<folder>\{[0-9a-f-]{36}\})_(?P<sid>s-1(-[0-9]+)+)", re.IGNORECASE)
_HEADERS = ("version", "folder_redirection", "folderstatus")


def read(data: bytes, scope: Scope, source: Source, policy: str) -> Found:
    """The claims of a file of redirections: for each folder and group the path, and the flags as a setting beside it.

    `policy` is not needed. Problems: RD020 a section or row that [MS-GPFR] does not know, or flags that are no
    hexadecimal number. Raises ReadError (RD005).
    """
    written = Written(scope, source)
    for row in rows(data):
        name, sign, value = (part.strip() for part in row.text.partition("="))
        section = _REDIRECTION.fullmatch(row.section)
        if not sign:
            written.damaged(row.line, f"'{row.text[:60]}' assigns nothing")
        elif section is not None:
            setting = f"folder:{section['folder'].upper()}/{section['sid'].upper()}"
            _write(written, row.line, setting, name.casefold(), unquoted(value))
        elif row.section.casefold() not in _HEADERS:
            written.damaged(row.line, f"the section [{row.section}] names no folder and group")
    return written.found()


def _write(written: Written, line: int, setting: str, name: str, value: str) -> None:
    if name == "fullpath":
        written.write(line, setting, value, "Path")
    elif name != "flags":
        written.passed_over(line, f"'{name}' is no entry of a redirection")
    elif re.fullmatch("[0-9a-f]{1,8}", value, re.IGNORECASE):
        written.write(line, f"{setting}/flags", int(value, 16), "Flags")
    else:
        written.damaged(line, f"the flags are '{value}', not a hexadecimal number")
