"""ADMX definitions as values: policies, the elements of their dialogs, and what they write to the registry.

Follows the ADMX schema ("Group Policy ADMX Syntax Reference Guide") and what the files of Microsoft and others hold.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from policylint.evidence import Evidence
from policylint.frozen import quickly_built
from policylint.model import Scope


@lru_cache(maxsize=16384)  # policies write into the same keys again and again
def fold_key(key: str) -> str:
    """A registry key for comparison: case and trailing backslashes do not count; `/` is an ordinary character."""
    return key.rstrip("\\").casefold()


@quickly_built
@dataclass(frozen=True, slots=True)
class QName:
    """The identity of a policy, category or supportedOn definition: namespace URI and name, compared by `key`."""

    namespace: str
    name: str

    @property
    def key(self) -> tuple[str, str]:
        """For comparison: neither part tells case apart."""
        return self.namespace.casefold(), self.name.casefold()


@quickly_built
@dataclass(frozen=True, slots=True)
class Datum:
    """A value that ADMX writes: decimal is REG_DWORD, string REG_SZ, longDecimal REG_QWORD; or it is deleted."""

    type: Literal["REG_DWORD", "REG_SZ", "REG_QWORD", "delete"]
    data: int | str | None = None


DELETE = Datum("delete")
ONE = Datum("REG_DWORD", 1)
"""What Enabled and a ticked box write where the file gives no value; the opposite deletes the value."""


@quickly_built
@dataclass(frozen=True, slots=True)
class Item:
    """An item of an enabledList, disabledList, trueList, falseList or valueList: one registry value that is written."""

    key: str
    value_name: str
    data: Datum


@dataclass(frozen=True, slots=True)
class Element:
    """What all elements of a policy have in common; `key` is the policy's where the element gives none."""

    id: str
    key: str
    value_name: str
    required: bool


@dataclass(frozen=True, slots=True)
class Boolean(Element):
    """A check box: values or lists for ticked and not; without any, ticked is DWORD 1 and unticked deletes."""

    on: Datum | None = None
    off: Datum | None = None
    on_list: tuple[Item, ...] = ()
    off_list: tuple[Item, ...] = ()


@quickly_built
@dataclass(frozen=True, slots=True)
class Choice:
    """An item of an enum: its label, its value and what it writes besides; two may differ in the latter only."""

    label: str
    data: Datum
    items: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class Enum(Element):
    """A drop-down list."""

    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class Decimal(Element):
    """A number: REG_DWORD, REG_SZ of digits with storeAsText, REG_QWORD when it is a longDecimal."""

    minimum: int | None = None
    maximum: int | None = None
    as_text: bool = False
    long: bool = False


@dataclass(frozen=True, slots=True)
class Text(Element):
    """One line of text: REG_SZ, or REG_EXPAND_SZ when expandable."""

    max_length: int | None = None
    expandable: bool = False


@dataclass(frozen=True, slots=True)
class MultiText(Element):
    """Lines of text: REG_MULTI_SZ."""

    max_length: int | None = None
    max_strings: int | None = None


@dataclass(frozen=True, slots=True)
class ListBox(Element):
    """A list: every value of its key. `prefix` '' names them 1, 2, 3 …, 'X' X1, X2 …, None by their data."""

    prefix: str | None = None
    explicit: bool = False
    additive: bool = False
    expandable: bool = False

    def names(self, value_name: str) -> bool:
        """Whether an entry may have that name: with a prefix, those that start with it."""
        return self.explicit or value_name.casefold().startswith((self.prefix or "").casefold())


AnyElement = Boolean | Enum | Decimal | Text | MultiText | ListBox


@quickly_built
@dataclass(frozen=True, slots=True)
class Control:
    """A part of a policy's dialog: the label of the element `ref`, and its default as written ('' where none is)."""

    kind: str
    ref: str
    label: str
    default: str = ""


@quickly_built
@dataclass(frozen=True, slots=True)
class AdmxPolicy:
    """A policy definition with its texts; a missing text leaves its id, a missing display name the policy's name."""

    id: QName
    scopes: frozenset[Scope]
    display_name: str
    explain: str
    key: str
    value_name: str | None
    """None: the policy has no value of its own. '' is the key's default value."""
    enabled: Datum | None
    disabled: Datum | None
    enabled_list: tuple[Item, ...]
    disabled_list: tuple[Item, ...]
    elements: tuple[AnyElement, ...]
    category: QName | None
    supported_on: QName | None
    presentation: str
    evidence: Evidence

    @property
    def name(self) -> str:
        """The name inside the file, as the Policy CSP's documentation calls it."""
        return self.id.name


@quickly_built
@dataclass(frozen=True, slots=True)
class AdmxCategory:
    """A category; without a parent it stands at the top of the tree."""

    id: QName
    display_name: str
    parent: QName | None
    evidence: Evidence


@quickly_built
@dataclass(frozen=True, slots=True)
class Slot:
    """A place in the registry that a policy writes; `value_name` None stands for any value of the key (a list)."""

    policy: AdmxPolicy
    key: str
    value_name: str | None
    element: AnyElement | None
    item: bool
    """Written by an item of some list besides the policy's or the element's own value."""


Written = tuple[str, str | None, AnyElement | None, bool]
"""A slot without its policy: key, name of the value, element, and whether it is an item of a list."""


def slots(policy: AdmxPolicy) -> Iterator[Slot]:
    """Every place in the registry that a policy may write, its own value first."""
    return (Slot(policy, *place) for place in written(policy))


def written(policy: AdmxPolicy) -> list[Written]:
    """The same without the policy: of most policies somebody asks for one place of many."""
    found: list[Written] = []
    if policy.value_name is not None:
        found.append((policy.key, policy.value_name, None, False))
    if policy.enabled_list or policy.disabled_list:
        found += [(item.key, item.value_name, None, True) for item in policy.enabled_list + policy.disabled_list]
    for element in policy.elements:
        name = None if isinstance(element, ListBox) else element.value_name
        found.append((element.key, name, element, False))
        found += [(item.key, item.value_name, element, True) for item in items(element)]
    return found


def items(element: AnyElement) -> tuple[Item, ...]:
    """What an element writes besides its own value, over all its choices."""
    if isinstance(element, Boolean):
        return element.on_list + element.off_list
    if isinstance(element, Enum):
        return tuple([item for choice in element.choices for item in choice.items])
    return ()
