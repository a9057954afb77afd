"""ADMX files and stores of them: which policy owns which registry value, under which name.

A store of several hundred files is mostly never asked: each file's definitions are read from its XML on first use, and
a question about a registry key opens only the files that name the key.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol, TypeVar

from policylint.catalogue.admx_policy import AdmxCategory, AdmxPolicy, Control, ListBox, QName, Slot, fold_key, slots
from policylint.model import Scope, SettingId

K = TypeVar("K")


class Content(Protocol):
    """What the reader leaves open until it is asked: the definitions and texts of one .admx file."""

    def keys(self) -> frozenset[str]:
        """All registry keys that the file names, folded."""

    def policies(self) -> tuple[AdmxPolicy, ...]:
        """The policies, in file order."""

    def categories(self) -> tuple[AdmxCategory, ...]:
        """The categories, in file order."""

    def supported_on(self) -> Mapping[str, str]:
        """The texts of the supportedOn definitions, by case-folded name."""

    def controls(self, presentation: str) -> tuple[Control, ...]:
        """The dialog of a presentation id."""


@dataclass(frozen=True)
class AdmxFile:
    """One .admx file with the texts of its .adml file; `adml` and `language` are None where it has none."""

    path: str
    namespace: str
    prefixes: Mapping[str, str] = field(hash=False)
    """The namespaces that its prefixes stand for, in this file only; prefixes case-folded."""
    adml: str | None
    language: str | None
    content: Content = field(repr=False, compare=False)

    @cached_property
    def policies(self) -> tuple[AdmxPolicy, ...]:
        """The policies, in file order."""
        return self.content.policies()

    @cached_property
    def categories(self) -> tuple[AdmxCategory, ...]:
        """The categories, in file order."""
        return self.content.categories()

    @cached_property
    def category(self) -> Mapping[tuple[str, str], AdmxCategory]:
        """The categories by the key of their id, the first of each."""
        return {category.id.key: category for category in reversed(self.categories)}

    @cached_property
    def supported_on(self) -> Mapping[str, str]:
        """The texts of the supportedOn definitions, by case-folded name."""
        return self.content.supported_on()

    @cached_property
    def keys(self) -> frozenset[str]:
        """All registry keys that the file names, folded."""
        return self.content.keys()

    @cached_property
    def slots(self) -> Mapping[str, tuple[Slot, ...]]:
        """What the policies write, by folded key."""
        found: dict[str, list[Slot]] = {}
        for policy in self.policies:
            for slot in slots(policy):
                found.setdefault(fold_key(slot.key), []).append(slot)
        return {key: tuple(those) for key, those in found.items()}

    def controls(self, policy: AdmxPolicy) -> tuple[Control, ...]:
        """The dialog of one of its policies; empty where the policy or the texts have none."""
        return self.content.controls(policy.presentation) if policy.presentation else ()


@dataclass(frozen=True, slots=True)
class Raised:
    """A registry value raised to the policy that an administrator sees in the editor."""

    name: str
    """The policy's display name."""
    path: str
    """Its category path, from the top: `Windows Components/Windows Hello for Business`."""
    policy: AdmxPolicy
    element: str | None
    """The id of the element that holds the value; None when it is the policy's own or an item of its lists."""
    others: tuple[AdmxPolicy, ...]
    """Other policies that write the same value, best first."""


@dataclass(frozen=True)
class AdmxStore:
    """All .admx files of an estate, in order of their paths. Make one with `AdmxStore.of`.

    Windows takes only one of two files with the same target namespace in a store; which one is not documented, so both
    are kept, the first in order of paths gives the names, and `duplicates` tells.
    """

    files: tuple[AdmxFile, ...]

    @classmethod
    def of(cls, files: Iterable[AdmxFile]) -> AdmxStore:
        """The store of these files, whatever their order."""
        return cls(tuple(sorted(files, key=lambda file: file.path)))

    @cached_property
    def by_namespace(self) -> Mapping[str, tuple[AdmxFile, ...]]:
        """The files of each target namespace, case-folded."""
        return _grouped((file.namespace.casefold(), file) for file in self.files)

    @cached_property
    def duplicates(self) -> tuple[tuple[AdmxFile, ...], ...]:
        """Files of one folder with the same target namespace: the editor complains and ignores all but one of each."""
        places = _grouped(((file.path.rpartition("/")[0], file.namespace.casefold()), file) for file in self.files)
        return tuple(files for files in places.values() if len(files) > 1)

    @cached_property
    def by_key(self) -> Mapping[str, tuple[AdmxFile, ...]]:
        """The files that name a registry key, by folded key."""
        return _grouped((key, file) for file in self.files for key in file.keys)

    def policies(self, id: QName) -> tuple[AdmxPolicy, ...]:
        """The definitions of a policy, one per file that has it, the one that gives the names first."""
        files = self.by_namespace.get(id.namespace.casefold(), ())
        return tuple(policy for file in files for policy in file.policies if policy.id.key == id.key)

    def category(self, id: QName) -> AdmxCategory | None:
        """A category; None when no file of the store defines it."""
        files = self.by_namespace.get(id.namespace.casefold(), ())
        return next((file.category[id.key] for file in files if id.key in file.category), None)

    def category_path(self, id: QName | None) -> str:
        """The display names from the top, joined by `/`. A category that nobody defines is named as unknown."""
        names: list[str] = []
        seen: set[tuple[str, str]] = set()
        while id is not None and id.key not in seen:
            seen.add(id.key)
            category = self.category(id)
            names.append(f"(unknown category {id.name})" if category is None else category.display_name)
            id = None if category is None else category.parent
        return "/".join(reversed(names))

    def supported_on(self, policy: AdmxPolicy) -> str:
        """The text of the policy's supportedOn definition; '' where there is none (hundreds of references dangle)."""
        ref = policy.supported_on
        files = self.by_namespace.get(ref.namespace.casefold(), ()) if ref else ()
        texts = (file.supported_on.get(ref.name.casefold()) for file in files if ref)
        return next((text for text in texts if text), "")

    def slots(self, scope: Scope, key: str) -> Iterator[Slot]:
        """What policies of that side write into a key."""
        folded = fold_key(key)
        for file in self.by_key.get(folded, ()):
            yield from (slot for slot in file.slots.get(folded, ()) if scope in slot.policy.scopes)

    def owners(self, scope: Scope, key: str, value_name: str) -> tuple[Slot, ...]:
        """Who writes a registry value, best first: a policy's own value, an element's, an item, an entry of a list.

        Policies of the same rank stand by display name, then by identity and file. Every policy stands once.
        """
        folded = value_name.casefold()
        found = [slot for slot in self.slots(scope, key) if _holds(slot, folded)]
        best: dict[tuple[str, str], Slot] = {}
        for slot in sorted(found, key=_rank):
            best.setdefault(slot.policy.id.key, slot)
        return tuple(best.values())

    def raise_name(self, setting: SettingId) -> Raised | None:
        """The policy that a registry value is best known by; None for other settings and values that nobody owns."""
        hive, _, rest = setting.text.partition("\\")
        scope = _HIVES.get(hive.casefold())
        for at in (i for i, letter in enumerate(rest) if letter == "!") if scope else ():
            owners = self.owners(scope, rest[:at], rest[at + 1 :]) if scope else ()
            if owners:
                policy, element = owners[0].policy, owners[0].element
                others = tuple(slot.policy for slot in owners[1:])
                path = self.category_path(policy.category)
                return Raised(policy.display_name, path, policy, element.id if element else None, others)
        return None


_HIVES = {"hklm": Scope.DEVICE, "hkcu": Scope.USER}


def _grouped(pairs: Iterable[tuple[K, AdmxFile]]) -> dict[K, tuple[AdmxFile, ...]]:
    found: dict[K, list[AdmxFile]] = {}
    for key, file in pairs:
        found.setdefault(key, []).append(file)
    return {key: tuple(files) for key, files in found.items()}


def _holds(slot: Slot, value_name: str) -> bool:
    """Whether the slot is the place of a value with that case-folded name."""
    if slot.value_name is not None:
        return slot.value_name.casefold() == value_name
    return isinstance(slot.element, ListBox) and slot.element.names(value_name)


def _rank(slot: Slot) -> tuple[int, str, tuple[str, str], str]:
    """Own value 0, element 1, item of a list of values 2, entry of a list box 3; then the documented name order."""
    kind = 3 if slot.value_name is None else 2 if slot.item else 1 if slot.element else 0
    return kind, slot.policy.display_name.casefold(), slot.policy.id.key, slot.policy.evidence.path
