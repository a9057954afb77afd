"""ADMX files in a compact form: what the catalogue ships, and what is kept of a user's store between two runs.

A packed file is two texts. The head is one JSON array: namespace, prefixes, the registry keys as spelled, and the
namespaces that references name. The body has one JSON value a line: policy names, categories, supportedOn texts,
dialogs, and then a policy a line. Questions about keys read heads alone; a body is taken apart when its policies are
asked for. Keys and namespaces stand as numbers, values as JSON has them (`_datum`), defaults at the end are left out.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from policylint.catalogue.admx import AdmxFile
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
    Text,
    fold_key,
)
from policylint.evidence import Evidence, XmlAt
from policylint.model import Scope

VERSION = 1
"""Of the form: what was packed in another one cannot be read."""

Json = Any
_NAMES, _CATEGORIES, _SUPPORTED, _DIALOGS, _POLICIES = range(5)
_BOTH = frozenset(Scope)
_SCOPES = {"M": frozenset({Scope.DEVICE}), "U": frozenset({Scope.USER}), "B": _BOTH}
_SIDES = {scopes: letter for letter, scopes in _SCOPES.items()}
_FIELDS: Mapping[str, tuple[type[AnyElement], tuple[str, ...]]] = {
    "b": (Boolean, ("on", "off", "on_list", "off_list")),
    "e": (Enum, ("choices",)),
    "d": (Decimal, ("minimum", "maximum", "as_text", "long")),
    "t": (Text, ("max_length", "expandable")),
    "m": (MultiText, ("max_length", "max_strings")),
    "l": (ListBox, ("prefix", "explicit", "additive", "expandable")),
}
_LETTERS = {kind: letter for letter, (kind, _) in _FIELDS.items()}


def pack(file: AdmxFile, *, explain: bool = True) -> tuple[str, str]:
    """Head and body of a file; without `explain` the explanations are left out, which are most of the text."""
    packer = _Packer(file.namespace)
    policies = [packer.policy(policy, explain) for policy in file.policies]
    categories = [packer.category(category) for category in file.categories]
    for key in sorted(file.keys - {fold_key(key) for key in packer.keys}):
        packer.key(key)
    dialogs = {policy.presentation: file.controls(policy) for policy in file.policies}
    body = [
        [policy.name for policy in file.policies],
        categories,
        dict(file.supported_on),
        {id: list(map(_control, dialog)) for id, dialog in dialogs.items() if dialog},
        *policies,
    ]
    head = [file.namespace, dict(file.prefixes), list(packer.keys), list(packer.spaces)]
    return _json(head), "\n".join(map(_json, body))


def unpack(
    path: str, head: Sequence[Json], body: Callable[[], str], adml: str | None, language: str | None
) -> AdmxFile:
    """The file of that path, whose body is read on first use.

    `head` is the parsed head. Raises LookupError, TypeError or ValueError for what `pack` did not write; so do the
    questions to the file for such a body.
    """
    namespace, prefixes, keys, spaces = head
    content = Packed(path, namespace, tuple(keys), tuple(spaces), body)
    return AdmxFile(path, namespace, prefixes, adml, language, content)


@dataclass(frozen=True)
class Packed:
    """The definitions of a packed file; see `policylint.catalogue.admx.Content`."""

    path: str
    namespace: str
    spelled: tuple[str, ...]
    spaces: tuple[str, ...]
    body: Callable[[], str] = field(repr=False, compare=False)

    @cached_property
    def _lines(self) -> Sequence[str]:
        return self.body().split("\n")

    def keys(self) -> frozenset[str]:
        """All registry keys that the file names, folded."""
        return frozenset(map(fold_key, self.spelled))

    def names(self) -> frozenset[str]:
        """The names of the policies, case-folded."""
        return frozenset(name.casefold() for name in json.loads(self._lines[_NAMES]))

    def categories(self) -> tuple[AdmxCategory, ...]:
        """The categories, in file order."""
        return tuple(self._category(*row) for row in json.loads(self._lines[_CATEGORIES]))

    def supported_on(self) -> Mapping[str, str]:
        """The texts of the supportedOn definitions, by case-folded name."""
        found: Mapping[str, str] = json.loads(self._lines[_SUPPORTED])
        return found

    def controls(self, presentation: str) -> tuple[Control, ...]:
        """The dialog of a presentation id."""
        return self._dialogs.get(presentation, ())

    @cached_property
    def _dialogs(self) -> Mapping[str, tuple[Control, ...]]:
        found = json.loads(self._lines[_DIALOGS])
        return {id: tuple(Control(*control) for control in dialog) for id, dialog in found.items()}

    def policies(self) -> tuple[AdmxPolicy, ...]:
        """The policies, in file order."""
        return tuple(map(self._policy, json.loads(f"[{','.join(self._lines[_POLICIES:])}]")))

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
        enabled, disabled, enabled_list, disabled_list, elements, explain = (*rest, *_REST[len(rest) :])
        spelled = self.spelled[key]
        return AdmxPolicy(
            QName(self.namespace, name),
            _SCOPES[side],
            shown or name,
            explain,
            spelled,
            value_name,
            _datum(enabled),
            _datum(disabled),
            self._items(enabled_list),
            self._items(disabled_list),
            tuple(self._element(element, spelled) for element in elements),
            self._qname(category),
            self._qname(supported),
            presentation,
            self._at(route),
        )

    def _items(self, rows: Iterable[Sequence[Json]]) -> tuple[Item, ...]:
        return tuple(Item(self.spelled[key], value_name, _required(datum)) for key, value_name, datum in rows)

    def _element(self, row: Sequence[Json], policy_key: str) -> AnyElement:
        letter, id, key, value_name, *rest = row
        spelled = policy_key if key is None else self.spelled[key]
        made, _ = _FIELDS[letter.lower()]
        common = id, spelled, value_name, letter.isupper()
        if made is Boolean:
            on, off, on_list, off_list = (*rest, *_BOX[len(rest) :])
            return Boolean(*common, _datum(on), _datum(off), self._items(on_list), self._items(off_list))
        if made is Enum:
            return Enum(*common, tuple(self._choice(*choice) for choice in rest))
        return made(*common, *rest)

    def _choice(self, label: str, datum: Json, items: Sequence[Json] = ()) -> Choice:
        return Choice(label, _required(datum), self._items(items))


_BOX: Sequence[Json] = (None, None, [], [])
"""What a check box has where nothing is written."""
_REST: Sequence[Json] = (None, None, [], [], [], "")
"""What stands behind a policy's value name where nothing is written."""
_SCALARS: Mapping[type, Sequence[Json]] = {
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
    return Datum("REG_SZ" if isinstance(written, str) else "REG_DWORD", written)


def _required(written: Json) -> Datum:
    datum = _datum(written)
    if datum is None:
        raise ValueError("an item without a value")
    return datum


def _written(datum: Datum | None) -> Json:
    if datum is None:
        return None
    if datum.type == "delete":
        return False
    return [datum.data] if datum.type == "REG_QWORD" else datum.data


@dataclass
class _Packer:
    """Numbers the keys and the namespaces of one file while its definitions are written."""

    namespace: str
    keys: dict[str, int] = field(default_factory=dict)
    spaces: dict[str, int] = field(default_factory=dict)

    def key(self, key: str) -> int:
        return self.keys.setdefault(key, len(self.keys))

    def qname(self, id: QName | None) -> Json:
        if id is None:
            return None
        if id.namespace == self.namespace:
            return id.name
        return [self.spaces.setdefault(id.namespace, len(self.spaces)), id.name]

    def category(self, category: AdmxCategory) -> Json:
        name = category.id.name
        shown = "" if category.display_name == name else category.display_name
        return [name, shown, self.qname(category.parent), _route(category.evidence)]

    def policy(self, policy: AdmxPolicy, explain: bool) -> Json:
        shown = "" if policy.display_name == policy.name else policy.display_name
        fixed = [policy.name, _SIDES[policy.scopes], shown, self.key(policy.key), _route(policy.evidence)]
        fixed += [self.qname(policy.category), self.qname(policy.supported_on), policy.presentation, policy.value_name]
        rest = [
            _written(policy.enabled),
            _written(policy.disabled),
            self.items(policy.enabled_list),
            self.items(policy.disabled_list),
            [self.element(element, policy.key) for element in policy.elements],
            policy.explain if explain else "",
        ]
        return fixed + _trim(rest, _REST)

    def items(self, items: Iterable[Item]) -> Json:
        return [[self.key(item.key), item.value_name, _written(item.data)] for item in items]

    def element(self, element: AnyElement, policy_key: str) -> Json:
        letter = _LETTERS[type(element)]
        key = None if element.key == policy_key else self.key(element.key)
        common = [letter.upper() if element.required else letter, element.id, key, element.value_name]
        return common + self.own(element)

    def own(self, element: AnyElement) -> list[Json]:
        if isinstance(element, Boolean):
            lists = self.items(element.on_list), self.items(element.off_list)
            return _trim([_written(element.on), _written(element.off), *lists], _BOX)
        if isinstance(element, Enum):
            return [
                [choice.label, _written(choice.data), *([self.items(choice.items)] if choice.items else [])]
                for choice in element.choices
            ]
        fields = _FIELDS[_LETTERS[type(element)]][1]
        return _trim([getattr(element, name) for name in fields], _SCALARS[type(element)])


def _trim(row: list[Json], defaults: Sequence[Json]) -> list[Json]:
    """Without what stands at its end and is what is read there anyway."""
    while row and row[-1] == defaults[len(row) - 1]:
        row = row[:-1]
    return row


def _control(control: Control) -> list[Json]:
    return [control.kind, control.ref, control.label, *_trim([control.default], [""])]


def _route(evidence: Evidence) -> list[int]:
    return list(evidence.place.route) if isinstance(evidence.place, XmlAt) else []


def _json(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
