"""A claim at a CSP node with a group policy twin, in the policy's registry value: only where its meaning is certain."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field

from policylint.catalogue.gp_mapping import Form, Twin, by_key
from policylint.model import Channel, Claim, Policy, Scope, SettingId, Value, registry

_TYPES = {"numbers": ("Integer",), "texts": ("String", "StringXml")}
"""The data types of a custom profile that a node of that format accepts."""

_PAIR = re.compile(r"\s*([^=|]+?)\s*=\s*(\d+)\s*")

Written = tuple[str, str, Value]
"""Value name, registry type and data; the data None is a deletion."""
Made = tuple[SettingId, str, Value]
"""The same with the setting that the value is."""


@dataclass(frozen=True, slots=True)
class Translations:
    """What values of nodes are in the registry; profiles state the same ones over and over."""

    _made: dict[Hashable, tuple[Made, ...]] = field(default_factory=dict)
    _twins: dict[str, tuple[Twin, Scope] | None] = field(default_factory=dict)
    """By the text of a setting: its node's twin, where it has translations, and the side that the node is on."""

    def twin(self, claim: Claim) -> Twin | None:
        """The twin of the node that a claim is about, where it has translations and the claim is on the node's side."""
        text = claim.setting.text
        known = self._twins.get(text)
        if known is None and text not in self._twins:
            found = by_key(claim.setting.key)
            known = (found, found.scope) if found is not None and found.form is not None else None
            self._twins[text] = known
        return known[0] if known is not None and known[1] is claim.scope else None

    def claims(self, claim: Claim, twin: Twin, policy: Policy) -> tuple[Claim, ...]:
        """What the claim says of the registry; nothing where the meaning of its value is not certain."""
        scope, evidence, soft, when = claim.scope, claim.evidence, claim.soft, claim.when
        origin = claim.origin or claim.setting.text
        return tuple(
            [
                Claim(setting, scope, data, type_, evidence, data is None, soft, origin, when)
                for setting, type_, data in self._of(claim, twin, policy)
            ]
        )

    def held_back(self, policies: Iterable[Policy]) -> frozenset[str]:
        """The nodes, by URI, that some policy gives a value without a certain meaning in the registry.

        All claims at such a node stay there: split over two settings, they would not be seen to contradict each other.
        """
        found: set[str] = set()
        without: set[str] = set()
        for policy in policies:
            for claim in policy.claims if policy.channel is Channel.MDM else ():
                text = claim.setting.text
                if text in without:
                    continue
                if text not in self._twins and by_key(claim.setting.key) is None:
                    without.add(text)  # as most
                    continue
                twin = self.twin(claim)
                if twin is not None and not _is_list(twin) and not self._of(claim, twin, policy):
                    found.add(twin.uri)
        return frozenset(found)

    def _of(self, claim: Claim, twin: Twin, policy: Policy) -> tuple[Made, ...]:
        if twin.form is None or claim.absent or claim.value is None or not _accepted(claim, twin.form, policy):
            return ()
        at = twin.uri, type(claim.value), claim.value
        found = self._made.get(at)
        if found is None:
            written = _written(twin.form, twin.value_name, claim.value)
            found = tuple((registry(twin.scope, twin.key, name), type_, data) for name, type_, data in written)
            self._made[at] = found
        return found


def _is_list(twin: Twin) -> bool:
    return not twin.value_name


def _accepted(claim: Claim, form: Form, policy: Policy) -> bool:
    """A custom profile's data must have the node's type, or the device refuses it."""
    numeric = form.choices is not None or bool(form.numbers)
    return policy.kind != "custom" or claim.type in _TYPES["numbers" if numeric else "texts"]


def _written(form: Form, name: str, value: Value) -> Iterator[Written]:
    if form.choices is not None:
        yield from _choice(form, name, value)
    elif form.numbers:
        yield from _number(form, name, value)
    elif form.text is not None:
        yield from _text(form.text, name, value)
    elif form.lines:
        yield from ((name, "REG_MULTI_SZ", lines) for lines in _entries(value, form.lines))
    elif form.names:
        yield from ((entry, "REG_SZ", "0") for entries in _entries(value, form.names) for entry in entries)
    elif form.pairs:
        yield from _pairs(form.pairs, value)


def _choice(form: Form, name: str, value: Value) -> Iterator[Written]:
    told = str(int(value)) if isinstance(value, bool) else value.strip() if isinstance(value, str) else str(value)
    if form.choices is not None and told in form.choices:
        data = form.choices[told]
        yield name, "REG_SZ" if isinstance(data, str) else "REG_DWORD", data


def _number(form: Form, name: str, value: Value) -> Iterator[Written]:
    number = int(value) if isinstance(value, str) and re.fullmatch(r"\d{1,10}", value.strip()) else value
    if isinstance(number, int) and any(low <= number <= high for low, high in form.numbers):
        yield (name, "REG_SZ", str(int(number))) if form.digits else (name, "REG_DWORD", int(number))


def _text(delimiter: str, name: str, value: Value) -> Iterator[Written]:
    if isinstance(value, tuple):
        if delimiter or len(value) == 1:
            yield name, "REG_SZ", delimiter.join(value)
    elif isinstance(value, str | int) and not isinstance(value, bool):
        yield name, "REG_SZ", str(value)


def _entries(value: Value, delimiter: str) -> Iterator[tuple[str, ...]]:
    """The entries of a list, once; nothing for an empty one."""
    parts = value.split(delimiter) if isinstance(value, str) else value
    entries = (
        tuple(dict.fromkeys(part.strip() for part in parts if part.strip())) if isinstance(parts, list | tuple) else ()
    )
    if entries:
        yield entries


def _pairs(delimiter: str, value: Value) -> Iterator[Written]:
    """`name=data` of every entry; nothing where one of them is none."""
    for entries in _entries(value, delimiter):
        found = [_PAIR.fullmatch(entry) for entry in entries]
        if all(found):
            yield from ((match[1], "REG_SZ", str(int(match[2]))) for match in found if match)
