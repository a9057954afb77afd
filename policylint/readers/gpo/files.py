"""What each file in the folder of a GPO is, by its path below that folder.

The paths are those of [MS-GPOL] 2.2.2 and of each extension's own document.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from policylint.model import Scope
from policylint.readers.gpo.cse import (
    AUDIT,
    FOLDER_REDIRECTION,
    PREFERENCES,
    REGISTRY,
    SCRIPTS,
    SECURITY,
    SOFTWARE,
)
from policylint.readers.source import decode


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: its name in reports, the extension that applies it, and why it is not read, if it never is."""

    name: str
    cse: str | None = None
    reason: str = ""
    holds_settings: Callable[[bytes], bool] = bool
    preference: str = ""
    """The title of a kind of preferences that Windows has an extension for."""

    @property
    def settings(self) -> bool:
        """Whether files of this kind hold settings at all."""
        return not self.reason


def _template_settings(data: bytes) -> bool:
    """Whether a security template has more than its [Unicode] and [Version]."""
    section = ""
    for line in map(str.strip, decode(data).splitlines()):
        if line.startswith("["):
            section = line.casefold()
        elif line and not line.startswith(";") and section not in ("[unicode]", "[version]"):
            return True
    return False


def _audit_settings(data: bytes) -> bool:
    """Whether an audit.csv has more than its header."""
    return len([line for line in decode(data).splitlines() if line.strip()]) > 1


def _ini_settings(data: bytes) -> bool:
    """Whether an INI file assigns anything outside [version]."""
    section = ""
    for line in map(str.strip, decode(data).splitlines()):
        if line.startswith("["):
            section = line.casefold()
        elif "=" in line and section != "[version]":
            return True
    return False


REGISTRY_POL = Kind("Registry.pol", REGISTRY)
TEMPLATE = Kind("security template", SECURITY, holds_settings=_template_settings)
AUDIT_CSV = Kind("advanced audit policy", AUDIT, holds_settings=_audit_settings)
SCRIPTS_INI = Kind("scripts", SCRIPTS, holds_settings=_ini_settings)
FDEPLOY = Kind("folder redirection", FOLDER_REDIRECTION, holds_settings=_ini_settings)
PACKAGE = Kind("software installation", SOFTWARE)
PREFERENCE = Kind("preferences")
COMMENTS = Kind("comments", reason="holds the comments of settings, not settings")
GPO_COMMENT = Kind("GPO comment", reason="holds the comment of the GPO, not settings")
GPT_INI = Kind("GPT.INI", reason="holds versions, not settings")
SCRIPT_BODY = Kind("script", reason="is run by a script setting and holds none")
ADM = Kind("ADM template", reason="defines settings for the old editor and sets none")
FOREIGN = Kind("other file", reason="is not part of a GPO")

_SIDE = r"(?P<side>machine|user)/"
_TABLE = (
    (_SIDE + r"registry\.pol", REGISTRY_POL),
    (_SIDE + r"microsoft/windows nt/secedit/gpttmpl\.inf", TEMPLATE),
    (_SIDE + r"microsoft/windows nt/audit/audit\.csv", AUDIT_CSV),
    (_SIDE + r"preferences/(?P<folder>[^/]+)/[^/]+\.xml", PREFERENCE),
    (_SIDE + r"scripts/(ps)?scripts\.ini", SCRIPTS_INI),
    (_SIDE + r"documents & settings/fdeploy\d?\.ini", FDEPLOY),
    (_SIDE + r"applications/[^/]+\.aas", PACKAGE),
    (_SIDE + r"comment\.cmtx", COMMENTS),
    (_SIDE + r"scripts/.+", SCRIPT_BODY),
    (r"gpo\.cmt", GPO_COMMENT),
    (r"(gpt|group policy/gpe)\.ini", GPT_INI),
    (r"adm/.+", ADM),
)
_PATTERNS = tuple((re.compile(pattern), kind) for pattern, kind in _TABLE)
_LOOSE = {
    "gpttmpl.inf": TEMPLATE,
    "scripts.ini": SCRIPTS_INI,
    "psscripts.ini": SCRIPTS_INI,
    "fdeploy.ini": FDEPLOY,
    "fdeploy1.ini": FDEPLOY,
    "comment.cmtx": COMMENTS,
    "gpo.cmt": GPO_COMMENT,
    "gpt.ini": GPT_INI,
}
_PREFERENCES_PATH = re.compile(rf"(?:.*/)?preferences/(?P<folder>{'|'.join(PREFERENCES)})/[^/]+\.xml")


def classify(path: str) -> tuple[Kind, Scope | None]:
    """The kind of a file and the side it belongs to, by its path below the GPO's folder; case does not count."""
    folded = path.casefold()
    for pattern, kind in _PATTERNS:
        match = pattern.fullmatch(folded)
        if match is not None:
            groups = match.groupdict()
            folder, side = groups.get("folder"), groups.get("side")
            scope = None if side is None else Scope.DEVICE if side == "machine" else Scope.USER
            return (preference(folder) if folder else kind), scope
    return FOREIGN, None


def loose(path: str) -> Kind | None:
    """The kind of a file that stands in no GPO's folder, where its name alone tells; None where it does not."""
    folded = path.casefold()
    match = _PREFERENCES_PATH.fullmatch(folded)
    if match is not None:
        return preference(match["folder"])
    name = folded.rpartition("/")[2]
    return PACKAGE if name.endswith(".aas") else _LOOSE.get(name)


def preference(folder: str) -> Kind:
    """The kind of a preferences file, by its folder."""
    title, cse = PREFERENCES.get(folder, (folder, None))
    return Kind(f"preferences: {title}", cse, preference="" if cse is None else title)
