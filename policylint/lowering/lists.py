"""Lists at CSP nodes that no group policy stands for: one text in a custom profile, a collection in the catalog.

The DDF says what parts the entries (`MSFT:List`), so that both are the same entries, in their order. Blanks around an
entry and empty entries say nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from policylint.lowering.context import Context
from policylint.lowering.payload import SEPARATOR
from policylint.model import Claim, Policy

_WRITTEN = "&#xF000;"
"""How documentation writes the separator U+F000, and profiles copy it."""


def lower(claims: Iterable[Claim], policy: Policy, context: Context) -> Iterator[Claim]:
    """The claims of an Intune policy, texts at list nodes taken apart."""
    for claim in claims:
        entries = _entries(claim, context)
        yield claim if entries is None else replace(claim, value=entries)


def _entries(claim: Claim, context: Context) -> tuple[str, ...] | None:
    """The entries of a text at a list node; None for everything else."""
    if not isinstance(claim.value, str) or not claim.setting.text.startswith("./"):
        return None
    node = context.estate.definitions.nodes.lookup(claim.setting.text)
    delimiter = node.allowed.delimiter if node is not None and node.allowed is not None and node.admx is None else ""
    if not delimiter:
        return None
    text = claim.value.replace(_WRITTEN, SEPARATOR) if delimiter == SEPARATOR else claim.value
    return tuple(entry for part in text.split(delimiter) if (entry := part.strip()))
