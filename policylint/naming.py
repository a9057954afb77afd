"""Raising: the display names of settings, from the rules they hold and the ADMX files of the estate."""

from __future__ import annotations

from dataclasses import replace

from policylint.catalogue.admx import AdmxStore
from policylint.catalogue.decoded import decode
from policylint.effective import Effective, Result
from policylint.estate import Estate


def named(effective: Effective, estate: Estate) -> Effective:
    """The results with the names of the rules that their values hold, or of the policies that own their values."""
    store = AdmxStore.of(estate.admx) if estate.admx else None
    return replace(effective, settings=tuple(_named(row, store) for row in effective.settings))


def _named(row: Result, store: AdmxStore | None) -> Result:
    rule = decode(row.setting, row.value)
    if rule is not None:
        return replace(row, name=rule.title)
    raised = store.raise_name(row.setting) if store is not None else None
    return replace(row, name=raised.name, category=raised.path) if raised else row
