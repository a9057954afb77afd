"""Who writes a registry value, asked of files whose policies are all there and of packed ones."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

from hypothesis import given

from policylint.catalogue.admx import AdmxFile, AdmxStore
from policylint.catalogue.admx_policy import AdmxPolicy, Item, ListBox, Slot, fold_key, slots
from policylint.catalogue.packed import unpack
from policylint.catalogue.packing import answers, pack
from policylint.model import Scope
from tests.admx_made_up import FILES, ITEMS, WORDS, parsed

KEYS = (r"software\a", r"software\b", "", "nowhere")


def packed(file: AdmxFile) -> AdmxFile:
    """The same, packed with its index."""
    head, body = pack(file)
    own = json.loads(head)
    return unpack(file.path, own, lambda: body, None, None, lambda: answers(file, own[2]))


def without_index(file: AdmxFile) -> AdmxFile:
    """The same, packed without."""
    head, body = pack(file)
    return unpack(file.path, json.loads(head), lambda: body, None, None)


def walk(file: AdmxFile, key: str) -> Iterator[Slot]:
    """Everything that the policies of a file write into a key."""
    return (slot for policy in file.policies for slot in slots(policy) if fold_key(slot.key) == key)


def name_of(slot: Slot) -> str | None:
    return None if slot.value_name is None else slot.value_name.casefold()


@given(FILES, WORDS, ITEMS)
def test_a_file_answers_for_a_value_what_a_walk_over_its_policies_finds(
    policies: tuple[AdmxPolicy, ...], word: str, items: tuple[Item, ...]
) -> None:
    if policies:
        policies = (*policies[1:], replace(policies[0], enabled_list=items))
    file = parsed("app.admx", policies)
    names = {None, word.casefold(), *(name_of(slot) for policy in policies for slot in slots(policy))}
    for other in (file, packed(file), without_index(file)):
        for key in KEYS:
            every = tuple(walk(file, key))
            assert other.inside(key) == every
            for name in names:
                assert other.at(key, name) == tuple(slot for slot in every if name_of(slot) == name)


def outdone(slot: Slot, own: AdmxFile) -> bool:
    """Whether a shipped policy is defined by the user's own file as well."""
    return slot.policy.evidence.path != own.path and slot.policy.name.casefold() in own.names


def writers(scope: Scope, key: str, own: AdmxFile, shipped: AdmxFile, *, current: bool) -> list[Slot]:
    """Everything that policies of a side write into a key, by current definitions or by outdone ones."""
    every = (slot for file in (own, shipped) for slot in walk(file, key))
    return [slot for slot in every if scope in slot.policy.scopes and outdone(slot, own) is not current]


def takes(slot: Slot, name: str) -> bool:
    element = slot.element
    return slot.value_name is None and isinstance(element, ListBox) and element.names(name)


def both(mine: tuple[AdmxPolicy, ...], theirs: tuple[AdmxPolicy, ...]) -> tuple[AdmxFile, AdmxFile, AdmxStore]:
    """The user's own file, a shipped one, and the store of the two, which has the shipped one packed."""
    own, shipped = parsed("app.admx", mine), parsed("catalogue:windows/app.admx", theirs)
    return own, shipped, AdmxStore.of((own,), (packed(shipped),))


@given(FILES, FILES)
def test_a_store_gives_the_owners_that_a_walk_over_all_policies_finds(
    mine: tuple[AdmxPolicy, ...], theirs: tuple[AdmxPolicy, ...]
) -> None:
    own, shipped, store = both(mine, theirs)
    for scope in Scope:
        for key in KEYS:
            for name in ("a", "b", "strasse", ""):
                every = [writers(scope, key, own, shipped, current=current) for current in (True, False)]
                found = [[s for s in those if name_of(s) == name or takes(s, name)] for those in every]
                owners = store.owners(scope, key, name)
                assert {s.policy.id.key for s in owners} == {s.policy.id.key for s in found[0] or found[1]}
                assert len(owners) == len({s.policy.id.key for s in owners})
                assert all(slot in (found[0] or found[1]) for slot in owners)


@given(FILES, FILES)
def test_a_store_gives_what_current_policies_write_by_the_names_asked_for(
    mine: tuple[AdmxPolicy, ...], theirs: tuple[AdmxPolicy, ...]
) -> None:
    own, shipped, store = both(mine, theirs)
    for scope in Scope:
        for key in KEYS:
            every = writers(scope, key, own, shipped, current=True)
            asked = [slot for name in (None, "b", "a") for slot in every if name_of(slot) == name]
            assert list(store.slots(scope, key)) == every
            assert list(store.slots(scope, key, ["b", "a"])) == asked
