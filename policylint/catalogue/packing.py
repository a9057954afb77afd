"""ADMX files packed as `policylint.catalogue.packed` reads them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from policylint.catalogue.admx import AdmxFile
from policylint.catalogue.admx_finder import folded
from policylint.catalogue.admx_policy import (
    AdmxCategory,
    AdmxPolicy,
    AnyElement,
    Boolean,
    Control,
    Datum,
    Enum,
    Item,
    QName,
    fold_key,
)
from policylint.catalogue.packed import BOX, FIELDS, REST, SCALARS, SCOPES, Json
from policylint.catalogue.packed_index import PackedIndex
from policylint.evidence import Evidence, XmlAt

_SIDES = {scopes: letter for letter, scopes in SCOPES.items()}
_LETTERS = {kind: letter for letter, (kind, _) in FIELDS.items()}


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


def answers(file: AdmxFile, keys: Iterable[str]) -> tuple[str, str, str]:
    """Three lines that tell which policies are meant by a name, what the editor calls them, or a registry value.

    Of the first two each has the names of all policies in file order; the third is the index by the `keys` of the head.
    """
    return (
        _json([policy.name.casefold() for policy in file.policies]),
        _json([folded(policy.display_name) for policy in file.policies]),
        _json(PackedIndex.of(set(map(fold_key, keys)), file.policies).written()),
    )


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
        return fixed + _trim(rest, REST)

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
            return _trim([_written(element.on), _written(element.off), *lists], BOX)
        if isinstance(element, Enum):
            return [
                [choice.label, _written(choice.data), *([self.items(choice.items)] if choice.items else [])]
                for choice in element.choices
            ]
        fields = FIELDS[_LETTERS[type(element)]][1]
        return _trim([getattr(element, name) for name in fields], SCALARS[type(element)])


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
