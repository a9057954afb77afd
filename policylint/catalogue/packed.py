"""ADMX files in a compact form: what the catalogue ships, and what is kept of a user's store between two runs.

A packed file is two texts. The head is one JSON array: namespace, prefixes, the registry keys as spelled, and the
namespaces that references name. The body has one JSON value a line: policy names, categories, supportedOn texts,
dialogs, and then a policy a line. Questions about keys read heads alone; of a body only the policies are taken apart
that are asked for. Keys and namespaces stand as numbers, values as JSON has them (`_datum`), defaults at the end are
left out.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from policylint.catalogue.admx import AdmxFile
from policylint.catalogue.admx_finder import Placed, folded, placed
from policylint.catalogue.admx_policy import (
    DELETE,
    AdmxCategory,
    AdmxPolicy,
    AnyElement,
    Boolean,
    Choice,
    Control,
    Datum,
    Decimal,
    Enum,
    Item,
    ListBox,
    MultiText,
    QName,
    Slot,
    Text,
    fold_key,
)
from policylint.catalogue.packed_index import PackedIndex
from policylint.evidence import Evidence, XmlAt
from policylint.model import Scope

VERSION = 2
"""Of the form: what was packed in another one cannot be read."""

Json = Any
_NAMES, _CATEGORIES, _SUPPORTED, _DIALOGS, _POLICIES = range(5)
_BOTH = frozenset(Scope)
SCOPES = {"M": frozenset({Scope.DEVICE}), "U": frozenset({Scope.USER}), "B": _BOTH}
FIELDS: Mapping[str, tuple[type[AnyElement], tuple[str, ...]]] = {
    "b": (Boolean, ("on", "off", "on_list", "off_list")),
    "e": (Enum, ("choices",)),
    "d": (Decimal, ("minimum", "maximum", "as_text", "long")),
    "t": (Text, ("max_length", "expandable")),
    "m": (MultiText, ("max_length", "max_strings")),
    "l": (ListBox, ("prefix", "explicit", "additive", "expandable")),
}


def unpack(
    path: str,
    head: Sequence[Json],
    body: Callable[[], str],
    adml: str | None,
    language: str | None,
    answers: Callable[[], Sequence[str]] | None = None,
) -> AdmxFile:
    """The file of that path, whose body is read on first use.

    `head` is the parsed head, `answers` gives the lines of `packing.answers`. Raises LookupError, TypeError or
    ValueError for what `policylint.catalogue.packing` did not write; so do the questions to the file for such a body.
    """
    namespace, prefixes, keys, spaces = head
    content = Packed(path, namespace, tuple(keys), tuple(spaces), body, answers)
    return AdmxFile(path, namespace, prefixes, adml, language, content, content)


@dataclass(frozen=True)
class Packed:
    """The definitions of a packed file; see `policylint.catalogue.admx.Content`."""

    path: str
    namespace: str
    spelled: tuple[str, ...]
    spaces: tuple[str, ...]
    body: Callable[[], str] = field(repr=False, compare=False)
    answers: Callable[[], Sequence[str]] | None = field(default=None, repr=False, compare=False)
    """The lines that tell which policies are meant, where they are kept apart from the body."""

    @cached_property
    def _lines(self) -> Sequence[str]:
        return self.body().split("\n")

    @cached_property
    def _made(self) -> list[AdmxPolicy | None]:
        """The policies by their numbers in the file, as far as they have been asked for."""
        return [None] * (len(self._lines) - _POLICIES)

    @cached_property
    def _named(self) -> Mapping[str, Sequence[int]]:
        """The numbers of the policies of a name, case-folded."""
        if self.answers:
            return _numbers(json.loads(self.answers()[0]))
        return _numbers(name.casefold() for name in json.loads(self._lines[_NAMES]))

    @cached_property
    def _shown(self) -> Mapping[str, Sequence[int]]:
        """The numbers of the policies that the editor calls so, case-folded."""
        if self.answers:
            return _numbers(json.loads(self.answers()[1]))
        return _numbers(folded(policy.display_name) for policy in self.policies())

    @cached_property
    def _index(self) -> PackedIndex:
        """The numbers of the policies that write a registry value."""
        if self.answers:
            return PackedIndex(sorted(self.keys()), *json.loads(self.answers()[2]))
        return PackedIndex.of(self.keys(), self.policies())

    def keys(self) -> frozenset[str]:
        """All registry keys that the file names, folded."""
        return frozenset(map(fold_key, self.spelled))

    def names(self) -> frozenset[str]:
        """The names of the policies, case-folded."""
        return frozenset(self._named)

    def categories(self) -> tuple[AdmxCategory, ...]:
        """The categories, in file order."""
        return tuple(self._category(*row) for row in json.loads(self._lines[_CATEGORIES]))

    def supported_on(self) -> Mapping[str, str]:
        """The texts of the supportedOn definitions, by case-folded name."""
        found: Mapping[str, str] = json.loads(self._lines[_SUPPORTED])
        return found

    def controls(self, presentation: str) -> tuple[Control, ...]:
        """The dialog of a presentation id."""
        return tuple([Control(*control) for control in self._dialogs.get(presentation, ())])

    @cached_property
    def _dialogs(self) -> Mapping[str, Sequence[Sequence[Json]]]:
        found: Mapping[str, Sequence[Sequence[Json]]] = json.loads(self._lines[_DIALOGS])
        return found

    def policies(self) -> tuple[AdmxPolicy, ...]:
        """The policies, in file order."""
        made = self._made
        rows = json.loads(f"[{','.join(self._lines[_POLICIES:])}]")
        every = tuple([one or self._policy(row) for one, row in zip(made, rows, strict=True)])
        made[:] = every
        return every

    def named(self, name: str) -> tuple[AdmxPolicy, ...]:
        """The policies of a case-folded name, in file order."""
        found = self._named.get(name)
        return tuple([self._at_number(number) for number in found]) if found else ()

    def shown_as(self, name: str) -> tuple[AdmxPolicy, ...]:
        """The policies that the editor calls so, case-folded and without blanks around it, in file order."""
        found = self._shown.get(name)
        return tuple([self._at_number(number) for number in found]) if found else ()

    def at(self, key: str, name: str | None) -> tuple[Slot, ...]:
        """What writes the value of a case-folded name in a folded key; for None the list boxes of the key."""
        numbers = self._index.at(key, name)
        if not numbers:
            return ()
        return tuple(
            [
                Slot(self._at_number(number), *written)
                for number in numbers
                for at, its, written in self._placed(number)
                if its == name and at == key
            ]
        )

    def inside(self, key: str) -> tuple[Slot, ...]:
        """Everything that policies write into a folded key, in file order."""
        return tuple(
            [
                Slot(self._at_number(number), *written)
                for number in self._index.inside(key)
                for at, _, written in self._placed(number)
                if at == key
            ]
        )

    @cached_property
    def _slots(self) -> dict[int, list[Placed]]:
        """What the policies of some numbers write."""
        return {}

    def _placed(self, number: int) -> list[Placed]:
        found = self._slots.get(number)
        if found is None:
            found = self._slots[number] = placed(self._at_number(number))
        return found

    def _at_number(self, number: int) -> AdmxPolicy:
        made = self._made[number]
        if made is None:
            made = self._made[number] = self._policy(json.loads(self._lines[_POLICIES + number]))
        return made

    def _category(self, name: str, shown: str, parent: Json, route: list[int]) -> AdmxCategory:
        return AdmxCategory(QName(self.namespace, name), shown or name, self._qname(parent), self._at(route))

    def _at(self, route: list[int]) -> Evidence:
        return Evidence(self.path, XmlAt(tuple(route)))

    def _qname(self, ref: Json) -> QName | None:
        if isinstance(ref, list):
            return QName(self.spaces[ref[0]], ref[1])
        return None if ref is None else QName(self.namespace, ref)

    def _policy(self, row: list[Json]) -> AdmxPolicy:
        name, side, shown, key, route, category, supported, presentation, value_name, *rest = row
        enabled, disabled, enabled_list, disabled_list, elements, explain = (*rest, *REST[len(rest) :])
        spelled = self.spelled[key]
        return AdmxPolicy(
            QName(self.namespace, name),
            SCOPES[side],
            shown or name,
            explain,
            spelled,
            value_name,
            _datum(enabled),
            _datum(disabled),
            self._items(enabled_list),
            self._items(disabled_list),
            tuple([self._element(element, spelled) for element in elements]) if elements else (),
            self._qname(category),
            self._qname(supported),
            presentation,
            self._at(route),
        )

    def _items(self, rows: Sequence[Sequence[Json]]) -> tuple[Item, ...]:
        return tuple([Item(self.spelled[key], name, _required(datum)) for key, name, datum in rows]) if rows else ()

    def _element(self, row: Sequence[Json], policy_key: str) -> AnyElement:
        letter, id, key, value_name, *rest = row
        spelled = policy_key if key is None else self.spelled[key]
        made, _ = FIELDS[letter.lower()]
        common = id, spelled, value_name, letter.isupper()
        if made is Boolean:
            on, off, on_list, off_list = (*rest, *BOX[len(rest) :])
            return Boolean(*common, _datum(on), _datum(off), self._items(on_list), self._items(off_list))
        if made is Enum:
            return Enum(*common, tuple([self._choice(*choice) for choice in rest]))
        return made(*common, *rest)

    def _choice(self, label: str, datum: Json, items: Sequence[Json] = ()) -> Choice:
        return Choice(label, _required(datum), self._items(items))


def _numbers(names: Iterable[str]) -> Mapping[str, Sequence[int]]:
    """Where each name stands."""
    found: dict[str, list[int]] = {}
    for number, name in enumerate(names):
        found.setdefault(name, []).append(number)
    return found


BOX: Sequence[Json] = (None, None, [], [])
"""What a check box has where nothing is written."""
REST: Sequence[Json] = (None, None, [], [], [], "")
"""What stands behind a policy's value name where nothing is written."""
SCALARS: Mapping[type, Sequence[Json]] = {
    Decimal: (None, None, False, False),
    Text: (None, False),
    MultiText: (None, None),
    ListBox: (None, False, False, False),
}
"""What the fields of an element are where nothing is written, as its class has it."""


def _datum(written: Json) -> Datum | None:
    """A number is a DWORD, a number in brackets a QWORD, a text REG_SZ; false deletes; null is no value."""
    if written is None:
        return None
    if written is False:
        return DELETE
    if isinstance(written, list):
        return Datum("REG_QWORD", written[0])
    return Datum("REG_SZ", written) if isinstance(written, str) else _dword(written)


@lru_cache(maxsize=1024, typed=True)
def _dword(number: int) -> Datum:
    """A DWORD: most are one of a few numbers."""
    return Datum("REG_DWORD", number)


def _required(written: Json) -> Datum:
    datum = _datum(written)
    if datum is None:
        raise ValueError("an item without a value")
    return datum
