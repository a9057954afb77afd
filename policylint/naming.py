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
    store = AdmxStore(estate.admx)
    rows = tuple(replace(row, name=store.display_name(row.setting, row.scope)) for row in effective.settings)
    return replace(effective, settings=rows)
