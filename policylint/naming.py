"""Raising: the display names of settings, from the rules they hold and the ADMX definitions that are known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from policylint.catalogue.admx import AdmxStore
from policylint.catalogue.decoded import decode
from policylint.catalogue.definitions import Definitions
from policylint.catalogue.element_state import Half, Place
from policylint.catalogue.raising import Raised, raise_name
from policylint.effective import Effective, Result
from policylint.estate import Estate
from policylint.model import Scope, Value


def named(effective: Effective, estate: Estate) -> Effective:
    """The results with the names of the rules that their values hold, or of the policies that own their values.

    Names are those of the estate's own ADMX files, in their language, then those that policylint ships; a CSP node has
    the title that Intune's settings catalog gives it.
    """
    store = estate.store
    halves = {scope: _half(row for row in effective.settings if row.scope is scope) for scope in Scope}
    return replace(
        effective, settings=tuple(_named(row, store, halves, estate.definitions) for row in effective.settings)
    )


def _named(row: Result, store: AdmxStore, halves: Mapping[Scope, Half], known: Definitions) -> Result:
    rule = decode(row.setting, row.value)
    if rule is not None:
        return replace(row, name=rule.title, decoded=rule)
    raised = raise_name(store, row.setting, halves[row.scope])
    if raised is None:
        return _titled(row, known)
    element = store.label(raised.policy, raised.element) if raised.element is not None else ""
    return replace(row, name=raised.name, category=raised.path, element=element, also=_also(raised, store))


def _titled(row: Result, known: Definitions) -> Result:
    """A CSP node with the title that the settings catalog gives it; by the definition where one was set."""
    if not row.setting.text.startswith("./"):
        return row
    stated = next((one.claim.origin for one in (row.winner, *row.losers) if one is not None), "")
    definition = known.catalog.lookup(stated)
    name, element = known.catalog.title(definition) if definition else known.catalog.title_of(row.setting.text)
    return replace(row, name=name, element=element) if name else row


def _also(raised: Raised, store: AdmxStore) -> tuple[str, ...]:
    """The other owners by path and name; one of the same name and path says nothing new."""
    told = (f"{store.category_path(other.category)}/{other.display_name}" for other in raised.others)
    return tuple(name for name in dict.fromkeys(told) if name != f"{raised.path}/{raised.name}")


def _half(rows: Iterable[Result]) -> Half:
    """What the target ends up with on one side, as far as it is known."""
    values: dict[Place, tuple[str, Value]] = {}
    deleted: set[Place] = set()
    for row in rows:
        at, sign, name = row.setting.key.partition("\\")[2].partition("!")
        if sign and row.absent:
            deleted.add((at, name))
        elif sign and row.winner is not None:
            values[at, name] = row.winner.claim.type, row.value
    return Half(values, frozenset(deleted))
