"""Settings of single products, lowered by table: Windows LAPS, Defender, firewall profiles, and Windows Update.

The attack surface reduction rules and the exclusion lists of Defender are one value for Intune and one value an entry
for Group Policy (WindowsDefender.admx: the name is the rule or the path); each entry becomes a setting of its own, so
that both meet entry by entry, as both merge them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from policylint.lowering.context import Context
from policylint.lowering.product_nodes import DEFENDER_KEY, TWINS, Twin
from policylint.lowering.written import restated
from policylint.model import Claim, Policy, Scope, Value, csp, registry

EXPLOIT_GUARD = rf"{DEFENDER_KEY}\Windows Defender Exploit Guard"
ASR_RULES = rf"{EXPLOIT_GUARD}\ASR\Rules"
DEFENDER_POLICIES = "./Device/Vendor/MSFT/Policy/Config/Defender"

LISTS: Mapping[str, str] = {
    csp(f"{DEFENDER_POLICIES}/{node}").key: key
    for node, key in {
        "ExcludedExtensions": rf"{DEFENDER_KEY}\Exclusions\Extensions",
        "ExcludedPaths": rf"{DEFENDER_KEY}\Exclusions\Paths",
        "ExcludedProcesses": rf"{DEFENDER_KEY}\Exclusions\Processes",
        "AttackSurfaceReductionOnlyExclusions": rf"{EXPLOIT_GUARD}\ASR\ASROnlyExclusions",
    }.items()
}
"""Lists whose entries Group Policy writes as the names of values; "the value is not used and it is … set to 0"."""

_ASR = csp(f"{DEFENDER_POLICIES}/AttackSurfaceReductionRules").key
_BELOW_ASR = f"{_ASR}_"
_RULE = re.compile(r"\s*\{?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\}?\s*=\s*(\d+)\s*", re.IGNORECASE)


def lower(claim: Claim, policy: Policy, context: Context) -> list[Claim] | None:
    """What becomes of a claim at one of the products' nodes; what cannot be read stays as written."""
    key = claim.setting.key
    if claim.absent or claim.scope is not Scope.DEVICE:
        return None
    if key in TWINS:
        return _twin(claim, TWINS[key])
    if key in LISTS:
        return _entries(claim, LISTS[key])
    return _rules(claim) if key == _ASR or key.startswith(_BELOW_ASR) else None


def _twin(claim: Claim, twin: Twin) -> list[Claim] | None:
    value: Value
    if twin.kind == "text":
        value = claim.value if isinstance(claim.value, str) else None
    else:
        value = number(claim.value) if twin.kind == "number" else flags(claim.value)
    return None if value is None else [_written(claim, twin.key, twin.value, value)]


def _rules(claim: Claim) -> list[Claim] | None:
    """`rule=state|rule=state`; a text with one part that is none is not taken apart."""
    if not isinstance(claim.value, str):
        return None
    found = [_RULE.fullmatch(part) for part in claim.value.split("|") if part.strip()]
    rules = [match for match in found if match]
    if not rules or len(rules) < len(found):
        return None
    return [_written(claim, ASR_RULES, match[1].lower(), str(int(match[2]))) for match in rules]


def _entries(claim: Claim, key: str) -> list[Claim] | None:
    values = claim.value.split("|") if isinstance(claim.value, str) else claim.value
    if not isinstance(values, list | tuple):
        return None
    entries = dict.fromkeys(entry.strip() for entry in values if entry.strip())
    return [_written(claim, key, entry, "0") for entry in entries] or None


def _written(claim: Claim, key: str, name: str, value: Value) -> Claim:
    return restated(claim, registry(Scope.DEVICE, key, name), value, claim.type)


def number(value: Value) -> int | None:
    """A node's value as the number that Group Policy writes: true is 1; None where it is no number."""
    if isinstance(value, str):
        text = value.strip().casefold()
        if text in ("true", "false"):
            return int(text == "true")
        return int(text) if re.fullmatch(r"[0-9]{1,10}", text) else None
    return int(value) if isinstance(value, int) else None


def flags(value: Value) -> int | None:
    """The sum of the flags that a node lists, or its number."""
    if not isinstance(value, tuple):
        return number(value)
    parts = [number(part) for part in value]
    known = [part for part in parts if part is not None]
    return sum(set(known)) if known and len(known) == len(parts) else None
