"""Raising: the display names of settings, from the ADMX files of the estate."""

from __future__ import annotations

from dataclasses import replace

from policylint.catalogue.admx import AdmxStore
from policylint.effective import Effective
from policylint.estate import Estate


def named(effective: Effective, estate: Estate) -> Effective:
    """The results with the display names of the policies that own their registry values."""
    if not estate.admx:
        return effective
    store = AdmxStore.of(estate.admx)
    raised = ((row, store.raise_name(row.setting)) for row in effective.settings)
    return replace(effective, settings=tuple(replace(row, name=r.name) if r else row for row, r in raised))
