"""Finding the setting or outcome that a person means."""

from __future__ import annotations

import difflib

from policylint.effective import Effective, Outcome, Result
from policylint.errors import UsageError
from policylint.families.whfb_settings import ids_at

Subject = Result | Outcome


def find_subjects(text: str, effective: Effective) -> tuple[Subject, ...]:
    """The results that a name means: an outcome, a setting id, a display name, or the end of one; one row per scope.

    Raises UsageError when nothing fits, with what comes close, or when several settings do.
    """
    wanted = _short_hive(text.casefold().strip())
    for outcome in effective.outcomes:
        if wanted in (outcome.id, outcome.id.rpartition("/")[2]):
            return (outcome,)
    rows = effective.settings
    nodes = ids_at(text)
    for fits in (
        [r for r in rows if wanted == r.setting.key or r.setting in nodes or _same_node(wanted, r)],
        [r for r in rows if r.name is not None and wanted == r.name.casefold() and not r.element],
        [r for r in rows if r.name is not None and wanted == r.name.casefold()],
        [r for r in rows if r.element and wanted in (r.element.casefold(), f"{r.name}: {r.element}".casefold())],
        [r for r in rows if r.setting.text.casefold().endswith(("!" + wanted, "/" + wanted, "\\" + wanted))],
    ):
        ids = {r.setting.text.casefold().partition("\\")[2] or r.setting.text for r in fits}
        if len(ids) == 1:
            return tuple(fits)
        if fits:
            raise UsageError(f"'{text}' fits several settings: {', '.join(sorted(r.setting.text for r in fits))}")
    raise UsageError(_nothing(text, effective))


_HIVES = {"hkey_local_machine": "hklm", "hkey_current_user": "hkcu"}


def _short_hive(text: str) -> str:
    """A registry path as regedit copies it, with the short name of its hive."""
    hive, at, rest = text.partition("\\")
    return f"{_HIVES.get(hive, hive)}{at}{rest}"


def _same_node(wanted: str, row: Result) -> bool:
    """Whether the text is the name under which a policy of the contest writes the setting."""
    contenders = [*row.losers, *([row.winner] if row.winner else [])]
    return any(wanted == contender.claim.origin.casefold() for contender in contenders)


def _nothing(text: str, effective: Effective) -> str:
    known = {r.setting.text: r.setting.text for r in effective.settings}
    known |= {r.setting.text.rpartition("!")[2] or r.setting.text: r.setting.text for r in effective.settings}
    known |= {r.name: r.setting.text for r in effective.settings if r.name}
    known |= {o.id: o.id for o in effective.outcomes}
    near = difflib.get_close_matches(text, known, 3, 0.6)
    meant = dict.fromkeys(f"'{known[n]}'" for n in near)
    hint = f"; did you mean {' or '.join(meant)}?" if near else ""
    return f"no policy that reaches '{effective.target}' sets '{text}'{hint}"
