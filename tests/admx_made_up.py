"""ADMX policies that no editor has made: whatever definitions can say, for properties that hold for all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from hypothesis import strategies as st

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
    slots,
)
from policylint.evidence import Evidence, XmlAt
from policylint.model import Scope

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
KEYS = st.sampled_from(["Software\\A", "SOFTWARE\\A", "Software\\B\\", ""])
DATA = (
    st.builds(Datum, st.just("REG_DWORD"), st.integers(0, 1) | st.integers())
    | st.builds(Datum, st.just("REG_QWORD"), st.integers())
    | st.builds(Datum, st.just("REG_SZ"), WORDS)
    | st.just(DELETE)
)
ITEMS = st.lists(st.builds(Item, KEYS, WORDS, DATA), max_size=2).map(tuple)
COMMON = (WORDS, KEYS, WORDS, st.booleans())
NUMBERS = st.none() | st.integers()
CHOICES = st.lists(st.builds(Choice, WORDS, DATA, ITEMS), max_size=3).map(tuple)
ELEMENTS: st.SearchStrategy[AnyElement] = st.one_of(
    st.builds(Boolean, *COMMON, st.none() | DATA, st.none() | DATA, ITEMS, ITEMS),
    st.builds(Enum, *COMMON, CHOICES),
    st.builds(Decimal, *COMMON, NUMBERS, NUMBERS, st.booleans(), st.booleans()),
    st.builds(Text, *COMMON, NUMBERS, st.booleans()),
    st.builds(MultiText, *COMMON, NUMBERS, NUMBERS),
    st.builds(ListBox, *COMMON, st.none() | WORDS, st.booleans(), st.booleans(), st.booleans()),
)
NAMES = st.none() | st.builds(QName, st.sampled_from(["Own", "own", "Other", ""]), WORDS)
POLICIES = st.builds(
    AdmxPolicy,
    id=st.builds(QName, st.just("Own"), WORDS.filter(bool)),
    scopes=st.sampled_from([frozenset({Scope.DEVICE}), frozenset({Scope.USER}), frozenset(Scope)]),
    display_name=WORDS.filter(bool),
    explain=WORDS,
    key=KEYS,
    value_name=st.none() | WORDS,
    enabled=st.none() | DATA,
    disabled=st.none() | DATA,
    enabled_list=ITEMS,
    disabled_list=ITEMS,
    elements=st.lists(ELEMENTS, max_size=3).map(tuple),
    category=NAMES,
    supported_on=NAMES,
    presentation=st.just(""),
    evidence=st.builds(
        Evidence, st.just("app.admx"), st.builds(XmlAt, st.tuples(st.integers(0, 9), st.integers(0, 9)))
    ),
)


@dataclass(frozen=True)
class MadeUp:
    """The content of a file that only has policies."""

    made: tuple[AdmxPolicy, ...]

    def keys(self) -> frozenset[str]:
        return frozenset(fold_key(slot.key) for policy in self.made for slot in slots(policy))

    def names(self) -> frozenset[str]:
        return frozenset(policy.name.casefold() for policy in self.made)

    def policies(self) -> tuple[AdmxPolicy, ...]:
        return self.made

    def categories(self) -> tuple[AdmxCategory, ...]:
        return ()

    def supported_on(self) -> Mapping[str, str]:
        return {}

    def controls(self, presentation: str) -> tuple[Control, ...]:
        return ()


NAMED = st.sampled_from(["A", "a", "B", "Stra\u00dfe", "STRASSE"])
"""Names that meet again, in other spellings too."""


def at_few_places(policy: AdmxPolicy, id: str, value: str | None, names: Sequence[str]) -> AdmxPolicy:
    """The policy with one of few identities and values of few names."""
    elements = tuple(replace(e, value_name=name) for e, name in zip(policy.elements, names, strict=False))
    return replace(policy, id=QName("Own", id), value_name=value, elements=elements)


FILES = st.lists(
    st.builds(at_few_places, POLICIES, NAMED, st.none() | NAMED, st.lists(NAMED, min_size=3, max_size=3)), max_size=4
).map(tuple)


def parsed(path: str, policies: Sequence[AdmxPolicy]) -> AdmxFile:
    """A file whose policies are all there."""
    own = tuple(replace(policy, evidence=Evidence(path, XmlAt((3, at)))) for at, policy in enumerate(policies))
    return AdmxFile(path, "Own", {}, None, None, MadeUp(own))
