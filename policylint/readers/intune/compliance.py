"""Compliance policies (Graph `windows10CompliancePolicy`): what a device must be like, which writes nothing.

Their claims have ids of their own, `compliance:entity/property`, so that they never take part in the precedence of the
settings they look at. What not configured looks like is that of template profiles.
"""

from __future__ import annotations

from collections.abc import Iterator

from policylint.catalogue import template_properties
from policylint.model import Claim, Problem, Scope, named
from policylint.readers.intune.graph_object import Found, Item
from policylint.readers.intune.policy import policy
from policylint.readers.intune.templates import plain, properties
from policylint.readers.json import pointer

KIND = "compliance policy"

_SCRIPT = "deviceCompliancePolicyScript"
_EXPANDED = "devicecompliancepolicyscriptdefinition"
"""IntuneCD writes the script itself beside the reference to it."""


def read(item: Item) -> Found:
    """A compliance policy as claims, one for each requirement; of a custom script and its rules, the script's id."""
    entity = str(item.body.get("@odata.type", "")).rpartition(".")[2]
    return policy(item, KIND, "compliance", _parts(item, entity))


def _parts(item: Item, entity: str) -> Iterator[Claim | Problem]:
    for name, value in properties(item):
        if name.casefold() == _EXPANDED:
            continue
        known = template_properties.lookup(entity, name)
        if name == _SCRIPT and isinstance(value, dict):
            value = value.get("deviceComplianceScriptId")
        if known.says_nothing(value) if known else template_properties.says_nothing(value):
            continue
        told = plain(value)
        type_ = "Collection" if isinstance(told, tuple) else type(told).__name__
        setting = named("compliance", entity, known.name if known else name)
        yield Claim(setting, Scope.DEVICE, told, type_, item.below(pointer(name)), origin=f"{entity}.{name}")
