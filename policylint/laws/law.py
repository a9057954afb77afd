"""One documented rule of precedence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Provenance = Literal["SPEC", "DOC", "MEASURED", "DERIVED", "SILENT", "CONFLICT"]


@dataclass(frozen=True, slots=True)
class Law:
    """One rule: what it says, how well that is known, and where it stands."""

    text: str
    provenance: Provenance
    source: str
