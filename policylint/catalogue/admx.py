"""ADMX definitions as values: what a store of .admx files with their .adml texts defines."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AdmxFile:
    """One .admx file with the texts of its .adml file joined in."""

    path: str
