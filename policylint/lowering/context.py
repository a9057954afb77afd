"""What lowering may ask about besides the policy at hand."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from policylint.catalogue import shipped
from policylint.catalogue.admx import AdmxStore
from policylint.estate import Estate


@dataclass(frozen=True)
class Context:
    """The estate, and the definitions that its claims are lowered through, made on first use."""

    estate: Estate

    @cached_property
    def store(self) -> AdmxStore:
        """The ADMX definitions that payloads are read with: the user's own, then those that are shipped."""
        return AdmxStore.of(self.estate.admx, shipped.files())
