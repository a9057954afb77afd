"""Registry.pol: what its records do, executed in file order ([MS-GPREG] 2.2.1.1 and 3.2.5.1; rules G-POL-*).

Value names that start with `**` are instructions. The last write of a value wins inside the file; a directive that
removes values removes what stands before it in the file, and becomes a `Sweep` for what weaker GPOs wrote.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from policylint.catalogue import certificates
from policylint.evidence import Evidence, Place, PolAt
from policylint.frozen import plain
from policylint.model import Claim, Problem, Scope, SettingId, Sweep, Value, registry, shown
from policylint.readers.gpo.pol_records import Record, records
from policylint.readers.gpo.registry_values import DECODERS, TYPES, Decoder, type_name, value_of
from policylint.readers.source import Source

__all__ = ["Record", "claims", "records"]

_HIVE = re.compile(r"\\|(?:hklm|hkcu|hkcr|hku|hkey_[a-z_]+)(?:\\|$)", re.IGNORECASE)
_CERTIFICATE = re.compile(r"\\SystemCertificates\\[^\\]+\\Certificates\\([0-9a-f]{40})\\?$", re.IGNORECASE)
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_SHORT = 1024
"""Longer data are not worth keeping."""
_BLOB = "blob"
"""The value that holds a certificate, in the key that is named by its SHA-1."""


@dataclass(slots=True)
class _Half:
    """One hive while the instructions run."""

    scope: Scope
    source: Source
    places: Sequence[Place] | None
    """Where each record stands, if it does not stand in a Registry.pol."""
    written: dict[str, tuple[str, int, Claim]] = field(default_factory=dict)
    """Registry key, number of the record and claim by the key of the setting, in order of the last write."""
    sweeps: dict[tuple[str, bool], tuple[int, Sweep]] = field(default_factory=dict)
    """Number of the record and sweep by key and tree, the last of each."""
    problems: list[Problem] = field(default_factory=list)

    def at(self, record: Record) -> Evidence:
        number, places = record.number, self.places
        place = PolAt(number, record.start, record.end) if places is None else places[number - 1]
        return Evidence(self.source.path, place)

    def complain(self, rule: str, record: Record, message: str) -> None:
        where = f"record {record.number}: " if self.places is None else ""
        self.problems.append(Problem(rule, where + message, self.at(record)))


def claims(
    records: Iterable[Record], scope: Scope, source: Source, places: Sequence[Place] | None = None
) -> tuple[tuple[Claim, ...], tuple[Sweep, ...], tuple[Problem, ...]]:
    """The claims, sweeps and problems that the records amount to, each in file order.

    `places` says where the records stand that were not read from a Registry.pol; they are numbered from 1.
    Problems: RD002 a key that names a hive or nothing, data that its type does not allow (the bytes are kept as the
    value); RD005 a name that is not UTF-16; RD012 a type or instruction that [MS-GPREG] does not know;
    RD036 a certificate under the thumbprint of another; GP029 a value that an earlier record writes too.
    """
    half = _Half(scope, source, places)
    written, path = half.written, source.path
    user = scope is Scope.USER
    for record in records:
        number, key, name, kind, data, start, end = record
        told = _usual(user, key, name, kind, data) if len(data) <= _SHORT else None
        if told is None:
            _execute(half, record)
            continue
        setting, value, kind_name = told
        place = _pol_at(number, start, end) if places is None else places[number - 1]
        claim = _new_claim(setting, scope, value, kind_name, _evidence(path, place))
        if setting.key in written:
            _write_again(half, record, claim)
        written[setting.key] = key, number, claim
    return _kept(half), tuple(sweep for _, sweep in half.sweeps.values()), tuple(half.problems)


@lru_cache(maxsize=1 << 13)
def _usual(user: bool, key: str, name: str, kind: int, data: bytes) -> tuple[SettingId, Value, str] | None:
    """What a record without any fault or instruction writes: nearly all are such, and GPOs have the same ones.

    None for a record that needs a closer look.
    """
    kind_name, decode = _TYPED.get(kind, _UNTYPED)
    if kind_name is None or not (key.isascii() and name.isascii()) or not key or _HIVE.match(key):
        return None
    if name[:2] == "**" or name.casefold() == _BLOB or not (name or kind or data):
        return None
    try:
        value: Value = data if decode is None else decode(data)
    except ValueError:
        return None
    return registry(Scope.USER if user else Scope.DEVICE, key, name), value, kind_name


def _execute(half: _Half, record: Record) -> None:
    """What one record does, whatever it holds."""
    fault = _name_fault(record)
    if fault is not None:
        half.complain(*fault)
    elif record.name[:2] == "**":
        _instruct(half, record)
    elif record.name or record.type or record.data:
        setting = registry(half.scope, record.key, record.name)
        claim = _claim(half, record, record.name, setting)
        if setting.key in half.written:
            _write_again(half, record, claim)
        half.written[setting.key] = record.key, record.number, claim


def _kept(half: _Half) -> tuple[Claim, ...]:
    """The claims that nothing after them in the file removes."""
    if not half.sweeps:
        return tuple([claim for _, _, claim in half.written.values()])
    last = {key: _last_sweep(half, key) for key in {key for key, _, _ in half.written.values()}}
    return tuple(claim for key, number, claim in half.written.values() if last[key] <= number)


def _name_fault(record: Record) -> tuple[str, Record, str] | None:
    """Why the record names no place in the hive: rule, record, message."""
    if not (record.key.isascii() and record.name.isascii()) and _SURROGATE.search(record.key + record.name):
        return "RD005", record, "its key or value name is not valid UTF-16 (a surrogate without its pair)"
    if not record.key:
        return "RD002", record, "it names no key"
    if _HIVE.match(record.key):
        key = record.key
        return "RD002", record, f"its key '{key}' starts with a hive; the hive is given by the folder, Machine or User"
    return None


def _claim(half: _Half, record: Record, name: str, setting: SettingId) -> Claim:
    number, _, _, kind, data, start, end = record
    kind_name, decode = _TYPED.get(kind, _UNTYPED)
    value: Value = data
    if decode is not None:
        try:
            value = decode(data)
        except ValueError as exc:
            half.complain("RD002", record, f"{kind_name} '{name}' {exc}; its bytes are kept as they are")
    if kind_name is None:
        kind_name = type_name(kind)
        half.complain("RD012", record, f"'{name}' has the unknown type {kind_name}; its bytes are kept")
    if value.__class__ is bytes and value:
        _check_certificate(half, record, name, data)
    place = _pol_at(number, start, end) if half.places is None else half.places[number - 1]
    return _new_claim(setting, half.scope, value, kind_name, _evidence(half.source.path, place))


_new_claim, _evidence, _pol_at = plain(Claim), plain(Evidence), plain(PolAt)
_TYPED: dict[int, tuple[str | None, Decoder | None]] = {n: (name, DECODERS.get(n)) for n, name in TYPES.items()}
_UNTYPED: tuple[str | None, Decoder | None] = (None, None)


def _check_certificate(half: _Half, record: Record, name: str, value: bytes) -> None:
    """A certificate's key is named by its SHA-1 ([MS-GPEF] 2.2.1.2.1)."""
    at = _CERTIFICATE.search(record.key) if name.casefold() == _BLOB else None
    der = (certificates.properties(value) or {}).get(certificates.DER, b"") if at else b""
    if at and certificates.other_than_its_key(at[1], der):
        thumbprint = certificates.thumbprint(der)
        half.complain("RD036", record, f"the key {at[1].upper()} holds the certificate with thumbprint {thumbprint}")


def _write(half: _Half, record: Record, claim: Claim) -> None:
    half.written.pop(claim.setting.key, None)
    half.written[claim.setting.key] = record.key, record.number, claim


def _write_again(half: _Half, record: Record, claim: Claim) -> None:
    """Takes an earlier claim away, and says so where it wrote a value: what it wrote is never seen."""
    _, number, earlier = half.written.pop(claim.setting.key)
    if not earlier.absent and not earlier.soft and not _swept_since(half, record.key, number):
        same = (earlier.type, earlier.value) == (claim.type, claim.value)
        differs = f"{shown(earlier.value)}, and this one {shown(claim.value)}: the last counts"
        message = f"'{claim.setting}' is written twice in the file; an earlier record has "
        half.complain("GP029", record, message + ("the same value" if same else differs))


def _delete(half: _Half, record: Record, name: str) -> None:
    setting = registry(half.scope, record.key, name)
    _write(half, record, Claim(setting, half.scope, None, type_name(record.type), half.at(record), absent=True))


def _delete_listed(half: _Half, record: Record, _: str) -> None:
    for name in _listed(half, record):
        _delete(half, record, name)


def _sweep_values(half: _Half, record: Record, _: str) -> None:
    _sweep(half, record, record.key, tree=False)


def _sweep_keys(half: _Half, record: Record, _: str) -> None:
    for name in _listed(half, record):
        _sweep(half, record, f"{_bare(record.key)}\\{name}", tree=True)


def _sweep(half: _Half, record: Record, key: str, *, tree: bool) -> None:
    sweep = Sweep(half.scope, _bare(key).casefold(), tree, half.at(record))
    half.sweeps.pop((sweep.key, tree), None)
    half.sweeps[sweep.key, tree] = record.number, sweep


def _write_soft(half: _Half, record: Record, name: str) -> None:
    """Written only where no value exists. What the file itself did to the value before decides, if anything."""
    claim = _claim(half, record, name, registry(half.scope, record.key, name))
    there = half.written.get(claim.setting.key)
    if there is not None and not there[2].absent and not _swept_since(half, record.key, there[1]):
        return
    gone = there is not None or _last_sweep(half, record.key) > 0
    _write(half, record, claim if gone else replace(claim, soft=True))


def _nothing(half: _Half, record: Record, _: str) -> None:
    """`**SecureKey` sets permissions and `**Comment:` is for people: neither says what a value is."""


_WHOLE: dict[str, Callable[[_Half, Record, str], None]] = {
    "**delvals": _sweep_values,
    "**delvals.": _sweep_values,
    "**deletevalues": _delete_listed,
    "**deletekeys": _sweep_keys,
    "**securekey": _nothing,
}
_PREFIXED: dict[str, Callable[[_Half, Record, str], None]] = {
    "**del.": _delete,
    "**soft.": _write_soft,
    "**comment:": _nothing,
}


def _instruct(half: _Half, record: Record) -> None:
    name = record.name.casefold()
    whole = _WHOLE.get(name)
    if whole is not None:
        return whole(half, record, "")
    for prefix, run in _PREFIXED.items():
        if name.startswith(prefix):
            return run(half, record, record.name[len(prefix) :])
    half.complain(
        "RD012", record, f"'{record.name}' is no instruction that [MS-GPREG] knows; taken for a value of that name"
    )
    setting = registry(half.scope, record.key, record.name)
    return _write(half, record, _claim(half, record, record.name, setting))


def _listed(half: _Half, record: Record) -> Iterator[str]:
    """The names in the data of `**DeleteValues` and `**DeleteKeys`, separated by semicolons."""
    try:
        value = value_of(record.type if record.type in (2, 7) else 1, record.data)
    except ValueError as exc:
        half.complain("RD002", record, f"the list of '{record.name}' {exc}; nothing of it is used")
        return
    text = ";".join(value) if isinstance(value, tuple) else str(value)
    yield from (name for name in (part.strip() for part in text.split(";")) if name)


def _bare(key: str) -> str:
    return key.rstrip("\\")


def _swept_since(half: _Half, key: str, number: int) -> bool:
    return bool(half.sweeps) and _last_sweep(half, key) > number


def _last_sweep(half: _Half, key: str) -> int:
    """The number of the last record that swept the key, or 0."""
    covering = (half.sweeps.get(place) for place in _covering(_bare(key).casefold()))
    return max((number for number, _ in filter(None, covering)), default=0)


def _covering(key: str) -> Iterator[tuple[str, bool]]:
    """The sweeps that remove values of a key: of its values, or of it or a parent with all below."""
    yield key, False
    while key:
        yield key, True
        key = key.rpartition("\\")[0]
