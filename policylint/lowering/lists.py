"""Lists at CSP nodes that no group policy stands for: one text in a custom profile, a collection in the catalog.

The DDF says what parts the entries (`MSFT:List`), so that both are the same entries, in their order. Blanks around an
entry and empty entries say nothing.
"""

from __future__ import annotations

from dataclasses import replace

from policylint.lowering.context import Context
from policylint.lowering.payload import SEPARATOR
from policylint.model import Claim, Policy, SettingId

_WRITTEN = "&#xF000;"
"""How documentation writes the separator U+F000, and profiles copy it."""


def lower(claim: Claim, policy: Policy, context: Context) -> tuple[Claim] | None:
    """What becomes of a claim at a list node: a text is taken apart."""
    if not isinstance(claim.value, str):
        return None
    delimiter = _delimiter(claim.setting, context)
    return (replace(claim, value=_entries(claim.value, delimiter)),) if delimiter else None


def _delimiter(setting: SettingId, context: Context) -> str:
    """What parts the entries of a list node; '' for every other setting."""
    node = context.estate.definitions.nodes.lookup(setting.text) if setting.text.startswith("./") else None
    return node.allowed.delimiter if node is not None and node.allowed is not None and node.admx is None else ""


def _entries(text: str, delimiter: str) -> tuple[str, ...]:
    text = text.replace(_WRITTEN, SEPARATOR) if delimiter == SEPARATOR else text
    return tuple(entry for part in text.split(delimiter) if (entry := part.strip()))
