"""What each file in the folder of a GPO is, by its path below that folder.

The paths are those of [MS-GPOL] 2.2.2 and of each extension's own document.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from policylint.model import Scope
from policylint.readers.gpo import audit_csv, folder_redirection, scripts_ini, security_template, software
from policylint.readers.gpo.cse import (
    AUDIT,
    FOLDER_REDIRECTION,
    PREFERENCES,
    REGISTRY,
    SCRIPTS,
    SECURITY,
    SOFTWARE,
)
from policylint.readers.gpo.settings_file import Found
from policylint.readers.source import Source


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: its name in reports, the extension that applies it, and why it is not read, if it never is."""

    name: str
    cse: str | None = None
    reason: str = ""
    read: Callable[[bytes, Scope, Source, str], Found] | None = None
    """Reads the claims of such a file, given its bytes, side and source and the id of its GPO."""
    preference: str = ""
    """The title of a kind of preferences that Windows has an extension for."""

    @property
    def settings(self) -> bool:
        """Whether files of this kind hold settings at all."""
        return not self.reason


REGISTRY_POL = Kind("Registry.pol", REGISTRY)
TEMPLATE = Kind("security template", SECURITY, read=security_template.read)
AUDIT_CSV = Kind("advanced audit policy", AUDIT, read=audit_csv.read)
SCRIPTS_INI = Kind("scripts", SCRIPTS, read=scripts_ini.read)
FDEPLOY = Kind("folder redirection", FOLDER_REDIRECTION, read=folder_redirection.read)
PACKAGE = Kind("software installation", SOFTWARE, read=software.read)
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


@lru_cache(maxsize=4096)
def classify(path: str) -> tuple[Kind, Scope | None]:
    """The kind of a file and the side it belongs to, by its path below the GPO's folder; case does not count.

    Most GPOs have the same few paths, so what was found is kept.
    """
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
