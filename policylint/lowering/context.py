"""What lowering may ask about besides the policy at hand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from policylint.catalogue.admx import AdmxStore
from policylint.catalogue.security_settings import entries
from policylint.estate import Estate
from policylint.lowering.admx_definitions import Definitions
from policylint.lowering.twins import Translations
from policylint.lowering.written import Writes
from policylint.model import Channel, Value

_SPELLED_TWICE = ("attempts", "start")
"""The forms of security settings that a template may write in two ways."""


@dataclass(frozen=True)
class Context:
    """The estate, and the definitions that its claims are lowered through, made on first use."""

    estate: Estate

    @cached_property
    def store(self) -> AdmxStore:
        """The ADMX definitions that payloads are read with: the user's own, then those that are shipped."""
        return self.estate.store

    @cached_property
    def spelled_by_gpos(self) -> Mapping[str, frozenset[Value]]:
        """The values that GPOs state, by setting key: of those settings that have two spellings for one meaning."""
        asked = {entry.setting.key for entry in entries().values() if entry.form in _SPELLED_TWICE}
        found: dict[str, set[Value]] = defaultdict(set)
        for policy in self.estate.policies:
            if policy.channel is Channel.GPO:
                for claim in policy.claims:
                    key = claim.setting.key
                    if key in asked:
                        found[key].add(claim.value)
        return {key: frozenset(values) for key, values in found.items()}

    @cached_property
    def definitions(self) -> Definitions:
        """The ADMX policies behind CSP nodes and behind what Intune shows."""
        return Definitions(self.estate, self.store)

    @cached_property
    def writes(self) -> Writes:
        """What those policies write to the registry."""
        return Writes()

    @cached_property
    def translations(self) -> Translations:
        """What values of nodes with a twin are in the registry."""
        return Translations()

    @cached_property
    def held_back(self) -> frozenset[str]:
        """The CSP nodes whose claims all stay there, because one of them has no certain meaning in the registry."""
        return self.translations.held_back(self.estate.policies)
