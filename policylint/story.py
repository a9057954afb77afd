"""Finding the setting or outcome that a person means."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from policylint.catalogue.names import Names, all_names, settings_named
from policylint.effective import Effective, Outcome, Result
from policylint.errors import UsageError
from policylint.estate import Estate
from policylint.explain.known import Known, known_as
from policylint.families.whfb_settings import ids_at
from policylint.model import csp
from policylint.nearest import nearest

Subject = Result | Outcome


@dataclass(frozen=True, slots=True)
class Unset:
    """A setting that is known, and that no policy sets at the target."""

    known: Known


def find_meant(text: str, effective: Effective, estate: Estate) -> tuple[Subject, ...] | Unset:
    """The results that a name means, or the setting that is known by it where no policy sets that at the target.

    Any of the names of `policylint.catalogue.names`, or of a template's property. Raises UsageError when nothing is
    known by the name, with what comes close, and when it means several settings.
    """
    return find_subjects(text, effective) or _known(text, effective, estate)


def find_subjects(text: str, effective: Effective) -> tuple[Subject, ...]:
    """The results that have a name themselves: an outcome, a setting id, a display name, or the end of one.

    One row per scope, none where the target has nothing of that name. Raises UsageError when several settings have it.
    """
    wanted = text.casefold().strip()
    for outcome in effective.outcomes:
        if wanted in (outcome.id, outcome.id.rpartition("/")[2]):
            return (outcome,)
    return _held(text, effective.settings)


def _held(text: str, rows: Iterable[Result]) -> tuple[Result, ...]:
    """The rows that have the name themselves."""
    wanted = text.casefold().strip()
    meant = {*ids_at(text), *settings_named(text), *([csp(text.strip())] if wanted.startswith("./") else [])}
    for fits in (
        [r for r in rows if wanted == r.setting.key or r.setting in meant or _written_as(wanted, r)],
        [r for r in rows if r.name is not None and wanted == r.name.casefold() and not r.element],
        [r for r in rows if r.name is not None and wanted == r.name.casefold()],
        [r for r in rows if r.element and wanted in (r.element.casefold(), f"{r.name}: {r.element}".casefold())],
        [r for r in rows if r.setting.text.casefold().endswith(("!" + wanted, "/" + wanted, "\\" + wanted))],
    ):
        if fits:
            return _one(text, fits)
    return ()


def _written_as(wanted: str, row: Result) -> bool:
    """Whether the text is the name under which a policy of the contest writes the setting."""
    contenders = [*row.losers, *([row.winner] if row.winner else [])]
    return any(wanted == contender.claim.origin.casefold() for contender in contenders)


def _one(text: str, rows: list[Result]) -> tuple[Result, ...]:
    """The rows of one setting; raises UsageError where they are several."""
    ids = {r.setting.text.casefold().partition("\\")[2] or r.setting.text for r in rows}
    if len(ids) > 1:
        raise UsageError(f"'{text}' fits several settings: {', '.join(sorted(r.setting.text for r in rows))}")
    return tuple(rows)


def _known(text: str, effective: Effective, estate: Estate) -> tuple[Result, ...] | Unset:
    known = known_as(text, estate)
    rows = [row for row in effective.settings if any(one.has(row.setting) for one in known)]
    if rows:
        return _one(text, [row for row in rows if not row.element] or rows)
    if not known:
        raise UsageError(f"no policy that reaches '{effective.target}' sets '{text}'{_meant(text, effective, estate)}")
    if len(known) > 1:
        raise UsageError(f"nothing sets '{text}' at '{effective.target}', and it is the name of {several(known)}")
    return Unset(known[0])


def several(known: Iterable[Known]) -> str:
    """Settings of one name, told apart by category and id."""
    told = [f"'{one.title}' ({', '.join(part for part in (one.category, _id(one)) if part)})" for one in known]
    more = [f"{len(told) - _SHOWN} more"] if len(told) > _SHOWN else []
    return f"{len(told)} settings: {', '.join([*told[:_SHOWN], *more])}"


_SHOWN = 8


def _id(one: Known) -> str:
    return one.ids[0].text if one.ids else next(iter((*one.keys, *one.nodes)), "")


def _meant(text: str, effective: Effective, estate: Estate) -> str:
    """What comes close: the names at the target, each told by its setting's id, then all that are known."""
    here = {r.setting.text: r.setting.text for r in effective.settings}
    here |= {r.setting.text.rpartition("!")[2] or r.setting.text: r.setting.text for r in effective.settings}
    here |= {r.name: r.setting.text for r in effective.settings if r.name}
    here |= {o.id: o.id for o in effective.outcomes}
    return did_you_mean([here[name] for name in nearest(text, here)]) or did_you_mean(names_near(text, estate))


def names_near(text: str, estate: Estate) -> list[str]:
    """The known names that are spelled most alike."""
    return nearest(text, all_names(Names(estate.store, estate.definitions)))


def did_you_mean(names: Iterable[str]) -> str:
    """The end of a message: `; did you mean 'a' or 'b'?`."""
    told = " or ".join(f"'{name}'" for name in dict.fromkeys(names))
    return f"; did you mean {told}?" if told else ""
