"""User rights, security options, account policy, audit policy and services of the Policy CSP, lowered to
the entries of a security template and of an audit table that a GPO writes ([MS-GPSB] 2.2, [MS-GPAC] 2.2.1).

Values that the node would refuse stay under the node's name, so that nothing is compared that no device holds.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping, Sequence

from policylint.catalogue.security_settings import POLICY, Entry, Form, lookup
from policylint.lowering.context import Context
from policylint.lowering.local_groups import without_cdata
from policylint.lowering.written import restated
from policylint.model import Claim, Policy, Scope, Value, csp, setting_id
from policylint.principals import principals

_SEPARATOR = re.compile("\uf000|&#xF000;", re.IGNORECASE)
"""The separator of lists in OMA-URI data, as a character and as documentation writes it."""
_NUMBER = re.compile(r"-?[0-9]{1,10}")
_LOCKOUT = csp(f"{POLICY}/DeviceLock/AccountLockoutPolicy").key
_LOCKOUT_PART = re.compile(r"\s*(\w+)\s*:\s*([0-9]{1,6})\s*")
_LOCKOUT_NAMES = {
    "accountlockoutthreshold": "LockoutBadCount",
    "accountlockoutduration": "LockoutDuration",
    "resetaccountlockoutcounterafter": "ResetLockoutCount",
}
_AUDIT_NONE, _AUDIT_ALL = 4, 3
_STARTS = range(2, 5)


def lower(claim: Claim, policy: Policy, context: Context) -> Sequence[Claim] | None:
    """What becomes of a claim about a security setting; all of them are of device scope."""
    if claim.setting.key == _LOCKOUT:
        return _lockout(claim)
    entry = lookup(claim.setting.key) if claim.scope is Scope.DEVICE else None
    if entry is None or not _accepted(entry.form, claim, policy):
        return None
    value = _value(claim, entry, context)
    return None if value is None else (restated(claim, entry.setting, value, entry.type),)


def _value(claim: Claim, entry: Entry, context: Context) -> Value:
    """The value as the template has it; None where there is none that the two would have in common."""
    value = _FORMS[entry.form](claim.value)
    if entry.form == "attempts" and value == 0 and _AUDIT_NONE in _there(entry, context):
        return _AUDIT_NONE  # both numbers are "no auditing", and this estate's GPOs write the other (G-AUD-VALUES)
    if entry.form == "start" and value is not None:
        # The node sets no permissions. Beside a GPO that sets them and the same start type nothing disagrees, and
        # there is no value that both would have.
        there = _there(entry, context)
        alike = any(isinstance(other, tuple) and other[0] == value and other[1] for other in there)
        return None if alike else (str(value), "")
    return value


def _there(entry: Entry, context: Context) -> frozenset[Value]:
    return context.spelled_by_gpos.get(entry.setting.key, frozenset())


def _accepted(form: Form, claim: Claim, policy: Policy) -> bool:
    """Whether a custom profile types its data as the node does: devices refuse any other."""
    return policy.kind != "custom" or claim.type in _DATA_TYPES.get(form, ("String", "StringXml"))


_DATA_TYPES: Mapping[Form, tuple[str, ...]] = {
    "number": ("Integer",),
    "age": ("Integer",),
    "attempts": ("Integer",),
    "start": ("Integer",),
    "bytes": ("Base64", "String"),
}


def _lockout(claim: Claim) -> Sequence[Claim] | None:
    """`AccountLockoutDuration:30, AccountLockoutThreshold:5, …` (Policy CSP, DeviceLock) as the template's entries."""
    parts = [_LOCKOUT_PART.fullmatch(part) for part in str(claim.value).split(",")]
    told = {_LOCKOUT_NAMES.get(part[1].casefold(), ""): int(part[2]) for part in parts if part}
    if None in parts or "" in told or len(told) != len(parts):
        return None
    return [
        restated(
            claim,
            setting_id(f"secedit:System Access/{name}"),
            -1 if name == "LockoutDuration" and number == 0 else number,
            "Integer",
        )
        for name, number in told.items()
    ]


def _number(value: Value) -> Value:
    """The number, as the settings catalog, a template or a custom profile states it."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return int(value)
    return value if isinstance(value, int) else None


def _age(value: Value) -> Value:
    """A template writes -1 where the editor and the CSP say 0: the password does not expire."""
    number = _number(value)
    return -1 if number == 0 else number


def _digit(value: Value) -> Value:
    number = _number(value)
    return None if number is None else str(number)


def _string(value: Value) -> Value:
    return without_cdata(value) if isinstance(value, str) else None


def _strings(value: Value) -> Value:
    return _listed(value, _SEPARATOR)


def _commas(value: Value) -> Value:
    return _listed(value, re.compile(","))


def _listed(value: Value, separator: re.Pattern[str]) -> Value:
    if isinstance(value, tuple):
        return value
    if not isinstance(value, str):
        return None
    text = without_cdata(value)
    return tuple(separator.split(text)) if text else ()


def _principals(value: Value) -> Value:
    listed = _strings(value)
    return principals(listed) if isinstance(listed, tuple) else None


def _bytes(value: Value) -> Value:
    try:
        return base64.b64decode(value, validate=True) if isinstance(value, str) else None
    except (binascii.Error, ValueError):
        return None


def _attempts(value: Value) -> Value:
    number = _number(value)
    return number if isinstance(number, int) and 0 <= number <= _AUDIT_ALL else None


def _start(value: Value) -> Value:
    """A start type as the template's row has it, a digit."""
    number = _number(value)
    return str(number) if number in _STARTS else None


_FORMS: Mapping[Form, Callable[[Value], Value]] = {
    "principals": _principals,
    "number": _number,
    "age": _age,
    "digit": _digit,
    "string": _string,
    "strings": _strings,
    "commas": _commas,
    "bytes": _bytes,
    "attempts": _attempts,
    "start": _start,
}
"""How a value is written in the template; None where the node cannot have it."""
