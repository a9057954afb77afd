"""Packed ADMX files say what the files say."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import given
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
)
from policylint.catalogue.packed import Packed, unpack
from policylint.catalogue.packing import names, pack
from policylint.catalogue.shipped import files as shipped_files
from policylint.evidence import Evidence, XmlAt
from policylint.model import Scope
from policylint.readers.admx import take
from policylint.readers.source import Source
from tests.admx_writer import KEY, adml, admx, category, policy, store

BODY = """<parentCategory ref="other:Cat"/><supportedOn ref="unknown:X"/>
<enabledValue><longDecimal value="5"/></enabledValue><disabledValue><delete/></disabledValue>
<enabledList defaultKey="Software\\Other"><item valueName="A"><value><string/></value></item></enabledList>
<elements>
<boolean id="b" valueName="B"><trueList><item valueName="C"><value><decimal value="0"/></value></item></trueList>
</boolean>
<enum id="e" valueName="E" required="true"><item displayName="$(string.One)"><value><string>x</string></value>
<valueList><item key="K" valueName="L"><value><delete/></value></item></valueList></item></enum>
<decimal id="d" valueName="D" maxValue="4294967295" storeAsText="true"/>
<text id="t" key="Software\\T" valueName="" expandable="true"/><multiText id="m" valueName="M" maxStrings="3"/>
<list id="l" explicitValue="true" valuePrefix=""/></elements>"""


def told(file: AdmxFile) -> tuple[object, ...]:
    """All that a file says."""
    dialogs = [file.controls(policy) for policy in file.policies]
    return file, file.keys, file.names, file.policies, file.categories, dict(file.supported_on), dialogs


def again(file: AdmxFile) -> AdmxFile:
    head, body = pack(file)
    return unpack(file.path, json.loads(head), lambda: body, file.adml, file.language)


def one(tmp_path: Path) -> AdmxFile:
    box = '<checkBox refId="b" defaultChecked="true">Tick</checkBox>'
    dialog = f'<presentation id="P"><text>Hello</text>{box}</presentation>'
    supported = '<definition name="W" displayName="$(string.W)"/>'
    sources = store(
        tmp_path,
        {
            "app.admx": admx(
                policy(body=BODY, attributes='presentation="$(presentation.P)" valueName=""', side="Both"),
                policy(name="Bare", side="User"),
                policy(name="Keyless", key=""),
                categories=category("Cat", "other:Top") + category("Second"),
                using='<using prefix="other" namespace="Other.App"/>',
                extra=f"<supportedOn><definitions>{supported}</definitions></supportedOn>",
            ),
            "en-US/app.adml": adml(
                dialog, Pol="A policy", Pol_Help="Help\nwith lines", Cat="Category", W="Any", One="1"
            ),
        },
    )
    return take(sources)[0].admx[0]


def test_a_file_that_uses_everything_comes_back(tmp_path: Path) -> None:
    file = one(tmp_path)
    assert told(again(file)) == told(file)


def test_explanations_can_be_left_out(tmp_path: Path) -> None:
    file = one(tmp_path)
    head, body = pack(file, explain=False)
    found = unpack(file.path, json.loads(head), lambda: body, file.adml, file.language)
    assert [p.explain for p in file.policies] == ["Help\nwith lines", ""]
    assert [p.explain for p in found.policies] == ["", ""]
    assert "with lines" not in body


def test_questions_about_keys_do_not_open_the_body(tmp_path: Path) -> None:
    head, _ = pack(one(tmp_path))

    def opened() -> str:
        raise AssertionError("opened")

    file = unpack("app.admx", json.loads(head), opened, None, None)
    assert file.keys == {KEY.casefold(), "software\\other", "software\\t", "k", ""}


@pytest.mark.parametrize("head", [[], ["N"], ["N", {}, [], [], []], 3, {"a": 1}])
def test_a_head_of_another_form_is_refused(head: object) -> None:
    with pytest.raises((LookupError, TypeError, ValueError)):
        unpack("app.admx", head, str, None, None)  # type: ignore[arg-type]  # that is what is tested


WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
KEYS = st.sampled_from(["Software\\A", "SOFTWARE\\A", "Software\\B\\", ""])
DATA = (
    st.builds(Datum, st.just("REG_DWORD"), st.integers())
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
        return frozenset()

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


@given(st.lists(POLICIES, max_size=3).map(tuple))
def test_any_definitions_come_back(policies: tuple[AdmxPolicy, ...]) -> None:
    file = AdmxFile("app.admx", "Own", {}, None, None, MadeUp(policies))
    found = again(file)
    assert isinstance(found.content, Packed)
    assert found.policies == policies
    assert found.names == file.names


def test_every_real_store_comes_back(sample_data: Path) -> None:
    for folder in sorted((sample_data / "admx").iterdir()):
        sources = [Source(p.relative_to(folder).as_posix(), p) for p in sorted(folder.rglob("*")) if p.is_file()]
        for file in take(sources)[0].admx:
            assert told(again(file)) == told(file), file.path
            head, body = pack(file, explain=False)
            silent = unpack(file.path, json.loads(head), lambda body=body: body, file.adml, file.language)  # type: ignore[misc]  # bound
            assert silent.policies == tuple(replace(policy, explain="") for policy in file.policies)


def test_one_policy_is_taken_apart_without_the_others(tmp_path: Path) -> None:
    file = one(tmp_path)
    head, body = pack(file)
    broken = "\n".join(line if '"Bare"' in line else "broken" for line in body.split("\n")[4:])
    rest = "\n".join((*body.split("\n")[:4], broken))
    found = unpack("app.admx", json.loads(head), lambda: rest, None, None, lambda: names(file))
    assert found.named("bare") == found.shown_as("bare") == file.named("bare") == (file.policies[1],)


def test_a_policy_is_one_value_however_it_is_asked_for(tmp_path: Path) -> None:
    file = again(one(tmp_path))
    (found,) = file.named("pol")
    assert file.policies[0] is found
    assert file.shown_as("a policy")[0] is found


@pytest.mark.parametrize("name", ["pol", "bare", "keyless", "nobody"])
def test_policies_are_found_by_their_names_packed_or_not(tmp_path: Path, name: str) -> None:
    file = one(tmp_path)
    assert again(file).named(name) == file.named(name)


def test_every_shipped_policy_is_found_by_what_the_editor_calls_it() -> None:
    for file in shipped_files():
        for one_of_them in file.policies:
            assert one_of_them in file.shown_as(one_of_them.display_name.strip().casefold())
