"""Packed ADMX files say what the files say."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policylint.catalogue.admx import AdmxFile
from policylint.catalogue.admx_policy import AdmxPolicy, slots
from policylint.catalogue.packed import Packed, unpack
from policylint.catalogue.packing import answers, pack
from policylint.catalogue.shipped import files as shipped_files
from policylint.readers.admx import take
from policylint.readers.source import Source
from tests.admx_made_up import POLICIES, MadeUp
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
    parsed = json.loads(head)
    found = unpack("app.admx", parsed, lambda: rest, None, None, lambda: answers(file, parsed[2]))
    assert found.named("bare") == found.shown_as("bare") == file.named("bare") == (file.policies[1],)


def test_who_writes_a_value_is_known_without_the_other_policies(tmp_path: Path) -> None:
    written = [policy(name, attributes=f'valueName="{value}"') for name, value in (("A", "X"), ("B", "y"), ("C", "x"))]
    file = take(store(tmp_path, {"app.admx": admx(*written)}))[0].admx[0]
    head, body = pack(file)
    rest = "\n".join("broken" if '"B"' in line else line for line in body.split("\n"))
    parsed = json.loads(head)
    found = unpack("app.admx", parsed, lambda: rest, None, None, lambda: answers(file, parsed[2]))
    first, _, last = file.policies
    assert found.at(KEY.casefold(), "x") == (*slots(first), *slots(last))
    assert found.at(KEY.casefold(), None) == found.at(KEY.casefold(), "z") == found.inside("nowhere") == ()


def test_a_policy_is_one_value_however_it_is_asked_for(tmp_path: Path) -> None:
    file = again(one(tmp_path))
    (found,) = file.named("pol")
    assert file.policies[0] is found
    assert file.shown_as("a policy")[0] is found
    assert file.at("software\\t", "")[0].policy is found


@pytest.mark.parametrize("name", ["pol", "bare", "keyless", "nobody"])
def test_policies_are_found_by_their_names_packed_or_not(tmp_path: Path, name: str) -> None:
    file = one(tmp_path)
    assert again(file).named(name) == file.named(name)


def test_every_shipped_policy_is_found_by_what_the_editor_calls_it() -> None:
    for file in shipped_files():
        for one_of_them in file.policies:
            assert one_of_them in file.shown_as(one_of_them.display_name.strip().casefold())
