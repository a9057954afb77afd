"""ADMX files and stores of them: which policy owns which registry value, under which name.

A store of several hundred files is mostly never asked: each file's definitions are read from its XML on first use, and
a question about a registry key opens only the files that name the key. The user's own files come first; those that
policylint ships extend them, and are silent about policies that the user's files define.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import Protocol

from policylint.catalogue.admx_finder import Finder, Opened, grouped
from policylint.catalogue.admx_policy import (
    AdmxCategory,
    AdmxPolicy,
    AnyElement,
    Control,
    ListBox,
    QName,
    Slot,
    fold_key,
    slots,
)
from policylint.model import Scope

Slots = tuple[Sequence[Slot], Sequence[Slot]]
"""Slots by current definitions, and by shipped ones of policies that the user's own files define."""

_ADD_ONS = "catalogue:third-party"
"""What the paths of shipped files begin with that are neither Windows' own nor those of a browser or Office."""


class Content(Protocol):
    """What the reader leaves open until it is asked: the definitions and texts of one .admx file."""

    def keys(self) -> frozenset[str]:
        """All registry keys that the file names, folded."""

    def names(self) -> frozenset[str]:
        """The names of the policies, case-folded."""

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
    finder: Finder | None = field(default=None, repr=False, compare=False)
    """Of a packed file, whose policies can be taken apart one by one."""

    @property
    def name(self) -> str:
        """The file's base name as definitions refer to it: without case, and `_` and `-` are one (web downloads)."""
        return base_name(self.path)

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of the policies, case-folded."""
        return self.content.names()

    @cached_property
    def policies(self) -> tuple[AdmxPolicy, ...]:
        """The policies, in file order."""
        return self.content.policies()

    @cached_property
    def _find(self) -> Finder:
        return Opened(self.policies) if self.finder is None else self.finder

    def named(self, name: str) -> tuple[AdmxPolicy, ...]:
        """The policies of a case-folded name."""
        return self._find.named(name)

    def shown_as(self, name: str) -> tuple[AdmxPolicy, ...]:
        """The policies that the editor calls so, case-folded and without blanks around it."""
        return self._find.shown_as(name)

    def at(self, key: str, name: str | None) -> tuple[Slot, ...]:
        """What writes the value of a case-folded name in a folded key; for None the list boxes of the key."""
        return self._find.at(key, name)

    def inside(self, key: str) -> tuple[Slot, ...]:
        """Everything that policies write into a folded key."""
        return self._find.inside(key)

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
        """What all policies write, by folded key: takes all of them apart."""
        return grouped((fold_key(slot.key), slot) for policy in self.policies for slot in slots(policy))

    def controls(self, policy: AdmxPolicy) -> tuple[Control, ...]:
        """The dialog of one of its policies; empty where the policy or the texts have none."""
        return self.content.controls(policy.presentation) if policy.presentation else ()


def base_name(path: str) -> str:
    """The base name of an .admx file for comparison; a path or name without the extension will do."""
    return path.rpartition("/")[2].casefold().removesuffix(".admx").replace("_", "-")


@dataclass(frozen=True)
class AdmxStore:
    """All .admx files of an estate, in order of their paths, and those shipped. Make one with `AdmxStore.of`.

    Windows takes only one of two files with the same target namespace in a store; which one is not documented, so both
    are kept, the first in order of paths gives the names, and `duplicates` tells.
    """

    files: tuple[AdmxFile, ...]
    """The user's own."""
    shipped: tuple[AdmxFile, ...] = ()
    _places: dict[tuple[str, str | None], Slots] = field(default_factory=dict, compare=False, repr=False)
    _owners: dict[tuple[Scope, str, str], tuple[Slot, ...]] = field(default_factory=dict, compare=False, repr=False)
    """What `_at` and `owners` have answered: the GPOs of an estate write the same values again and again."""

    @classmethod
    def of(cls, files: Iterable[AdmxFile], shipped: Iterable[AdmxFile] = ()) -> AdmxStore:
        """The store of these files, whatever their order."""
        own, extending = (tuple(sorted(those, key=lambda file: file.path)) for those in (files, shipped))
        return cls(own, extending)

    @cached_property
    def every(self) -> tuple[AdmxFile, ...]:
        """The user's files, then the shipped ones."""
        return self.files + self.shipped

    @cached_property
    def _own(self) -> frozenset[str]:
        return frozenset(file.path for file in self.files)

    def is_own(self, policy: AdmxPolicy) -> bool:
        """Whether a definition stands in the user's own files."""
        return policy.evidence.path in self._own

    @cached_property
    def by_namespace(self) -> Mapping[str, tuple[AdmxFile, ...]]:
        """The files of each target namespace, case-folded."""
        return grouped((file.namespace.casefold(), file) for file in self.every)

    @cached_property
    def duplicates(self) -> tuple[tuple[AdmxFile, ...], ...]:
        """Files of one folder with the same target namespace: the editor complains and ignores all but one of each."""
        places = grouped(((file.path.rpartition("/")[0], file.namespace.casefold()), file) for file in self.files)
        return tuple(files for files in places.values() if len(files) > 1)

    @cached_property
    def by_key(self) -> Mapping[str, tuple[AdmxFile, ...]]:
        """The files that name a registry key, by folded key."""
        return grouped((key, file) for file in self.every for key in file.keys)

    def policies(self, id: QName) -> tuple[AdmxPolicy, ...]:
        """The definitions of a policy, one per file that has it, the one that gives the names first."""
        files = self.by_namespace.get(id.namespace.casefold(), ())
        having = (file for file in files if id.key[1] in file.names)
        return tuple(p for file in having for p in file.named(id.key[1]) if p.id.key == id.key)

    def named(self, name: str, file: str | None = None) -> tuple[AdmxPolicy, ...]:
        """The policies of a name, in the .admx file of that base name or in any, the user's own first.

        As the DDF's `AdmxBacked` and ingested paths refer to them: case does not count, nor `_` for `-` in the file's
        name. One policy may stand there in several versions.
        """
        folded = name.casefold()
        files = self.every if file is None else self._by_name.get(base_name(file), ())
        return tuple([p for f in files if folded in f.names for p in f.named(folded)])

    @cached_property
    def _by_name(self) -> Mapping[str, tuple[AdmxFile, ...]]:
        return grouped((file.name, file) for file in self.every)

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

    @cached_property
    def _by_path(self) -> Mapping[str, AdmxFile]:
        return {file.path: file for file in self.every}

    def label(self, policy: AdmxPolicy, element: str) -> str:
        """What the policy's dialog calls an element, without the colon at its end; its id where nothing is said."""
        file = self._by_path.get(policy.evidence.path)
        wanted = element.casefold()
        labels = (
            control.label for control in (file.controls(policy) if file else ()) if control.ref.casefold() == wanted
        )
        return next((label.rstrip(": ") for label in labels if label.strip(": ")), element)

    def supported_on(self, policy: AdmxPolicy) -> str:
        """The text of the policy's supportedOn definition; '' where there is none (hundreds of references dangle)."""
        ref = policy.supported_on
        files = self.by_namespace.get(ref.namespace.casefold(), ()) if ref else ()
        texts = (file.supported_on.get(ref.name.casefold()) for file in files if ref)
        return next((text for text in texts if text), "")

    def slots(self, scope: Scope, key: str, names: Collection[str] | None = None) -> Iterator[Slot]:
        """What policies of that side write into a key; of a policy that the user's files define, by those alone.

        `names` are the case-folded names of the values asked for, all without.
        """
        at = fold_key(key)
        if names is None:
            found: Iterable[Slot] = self._parted([s for f in self.by_key.get(at, ()) for s in f.inside(at)])[0]
        else:
            found = chain.from_iterable(self._at(at, name)[0] for name in (None, *names))
        return (slot for slot in found if scope in slot.policy.scopes)

    def _at(self, key: str, name: str | None) -> Slots:
        """What writes the value of a case-folded name in a folded key, or its list boxes, worked out once."""
        at = key, name
        found = self._places.get(at)
        if found is None:
            found = self._places[at] = self._parted([s for f in self.by_key.get(key, ()) for s in f.at(key, name)])
        return found

    def _parted(self, slots: Sequence[Slot]) -> Slots:
        outdone = {id(slot) for slot in slots if self._outdone(slot.policy)} if self.files else None
        if not outdone:
            return slots, ()
        return [s for s in slots if id(s) not in outdone], [s for s in slots if id(s) in outdone]

    def _outdone(self, policy: AdmxPolicy) -> bool:
        """Whether it is a shipped definition of a policy that the user's own files define."""
        if not self.shipped or self.is_own(policy):
            return False
        namespace, name = policy.id.key
        return any(name in file.names for file in self.by_namespace[namespace] if file.path in self._own)

    def owners(self, scope: Scope, key: str, value_name: str) -> tuple[Slot, ...]:
        """Who writes a registry value, best first: a policy's own value, an element's, an item, an entry of a list.

        Policies of the user's files stand before shipped ones, Windows' own before those of add-ons (MDOP repeats
        BitLocker's); those of the same rank by display name, then by identity and file. Every policy stands once. Where
        the user's version of a policy does not write the value, but the shipped one does, it is found all the same: the
        store is older than the value.
        """
        at = scope, fold_key(key), value_name.casefold()
        if at not in self._owners:
            found = self._writing(*at)
            if len(found) > 1:
                best: dict[tuple[str, str], Slot] = {}
                for slot in sorted(found, key=self._rank):
                    best.setdefault(slot.policy.id.key, slot)
                found = list(best.values())
            self._owners[at] = tuple(found)
        return self._owners[at]

    def _writing(self, scope: Scope, key: str, name: str) -> list[Slot]:
        """Who writes a value by current definitions; where nobody does, by outdone ones."""
        found: list[Slot] = []
        if key in self.by_key:
            for values, lists in zip(self._at(key, name), self._at(key, None), strict=True):
                if values or lists:
                    found = [slot for slot in values if scope in slot.policy.scopes]
                    found += [s for s in lists if scope in s.policy.scopes and _takes(s.element, name)]
                if found:
                    break
        return found

    def _rank(self, slot: Slot) -> tuple[bool, int, bool, str, tuple[str, str], str]:
        """Own value 0, element 1, item of a list of values 2, entry of a list box 3; then the documented name order."""
        kind = 3 if slot.value_name is None else 2 if slot.item else 1 if slot.element else 0
        policy, path = slot.policy, slot.policy.evidence.path
        return not self.is_own(policy), kind, is_add_on(policy), policy.display_name.casefold(), policy.id.key, path


def _takes(element: AnyElement | None, name: str) -> bool:
    """Whether an element is a list box that a value of that name may be an entry of."""
    return isinstance(element, ListBox) and element.names(name)


def is_add_on(policy: AdmxPolicy) -> bool:
    """Whether a policy is shipped with an add-on's files, which may repeat those of Windows."""
    return policy.evidence.path.startswith(_ADD_ONS)
