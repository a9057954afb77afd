"""Reading ADMX stores: definitions, texts, encodings, folders, damage, and the real stores' inventory."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policylint.catalogue.admx import AdmxFile, AdmxStore
from policylint.catalogue.admx_policy import (
    DELETE,
    AdmxPolicy,
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
from policylint.catalogue.raising import raise_name
from policylint.evidence import Evidence, LineAt, XmlAt
from policylint.model import FileRecord, Problem, Scope, registry, setting_id
from policylint.readers.admx import take
from policylint.readers.source import Reading, Source
from tests.admx_writer import KEY, NAMESPACE, adml, admx, category, decimal, policy, store

DEVICE, BOTH = frozenset({Scope.DEVICE}), frozenset({Scope.DEVICE, Scope.USER})
TEXTS = adml(Pol="A policy", Pol_Help="What it does")


def read(folder: Path, files: dict[str, str | bytes]) -> Reading:
    return take(store(folder, files))[0]


def file_of(folder: Path, *policies: str, texts: str = TEXTS, **parts: str) -> AdmxFile:
    reading = read(folder, {"app.admx": admx(*policies, **parts), "en-US/app.adml": texts})
    assert [p for p in reading.problems if p.rule != "RD019"] == []
    return reading.admx[0]


def elements(folder: Path, body: str) -> tuple[object, ...]:
    (found,) = file_of(folder, policy(body=f"<elements>{body}</elements>")).policies
    return found.elements


# definitions


def test_a_policy_is_read_with_its_texts(tmp_path: Path) -> None:
    body = (
        '<parentCategory ref="windows:System"/><supportedOn ref="WIN10"/>'
        f"<enabledValue>{decimal(1)}</enabledValue><disabledValue><delete/></disabledValue>"
    )
    using = '<using prefix="Windows" namespace="Microsoft.Policies.Windows"/>'
    attributes = 'valueName="On" presentation="$(presentation.Dialog)"'
    assert file_of(tmp_path, policy(body=body, attributes=attributes), using=using).policies == (
        AdmxPolicy(
            id=QName("Contoso.App", "Pol"),
            scopes=DEVICE,
            display_name="A policy",
            explain="What it does",
            key=KEY,
            value_name="On",
            enabled=Datum("REG_DWORD", 1),
            disabled=DELETE,
            enabled_list=(),
            disabled_list=(),
            elements=(),
            category=QName("Microsoft.Policies.Windows", "System"),
            supported_on=QName("Contoso.App", "WIN10"),
            presentation="Dialog",
            evidence=Evidence("app.admx", XmlAt((3, 0))),
        ),
    )


@pytest.mark.parametrize(
    ("written", "scopes"),
    [("Machine", DEVICE), ("User", frozenset({Scope.USER})), ("Both", BOTH), ("machine", DEVICE)],
)
def test_the_class_gives_the_side(tmp_path: Path, written: str, scopes: frozenset[Scope]) -> None:
    assert [p.scopes for p in file_of(tmp_path, policy(side=written)).policies] == [scopes]


def test_an_empty_value_name_is_the_default_value_and_none_is_none(tmp_path: Path) -> None:
    found = file_of(tmp_path, policy("A", attributes='valueName=""'), policy("B")).policies
    assert [p.value_name for p in found] == ["", None]


@pytest.mark.parametrize(
    ("written", "datum"),
    [
        (decimal(2147483903), Datum("REG_DWORD", 2147483903)),
        ('<longDecimal value="4294967296"/>', Datum("REG_QWORD", 4294967296)),
        ("<string>Yes <!-- really -->sir<![CDATA[ & madam]]></string>", Datum("REG_SZ", "Yes sir & madam")),
        ("<string/>", Datum("REG_SZ", "")),
        ("<delete/>", DELETE),
        ("", None),
    ],
)
def test_values_of_every_kind(tmp_path: Path, written: str, datum: Datum | None) -> None:
    body = f"<enabledValue>{written}</enabledValue>"
    assert [p.enabled for p in file_of(tmp_path, policy(body=body)).policies] == [datum]


def test_list_items_take_their_key_from_the_item_then_the_list_then_the_policy(tmp_path: Path) -> None:
    item = f"<value>{decimal(1)}</value></item>"
    body = (
        rf'<enabledList defaultKey="Software\List"><item key="Software\Item" valueName="a">{item}'
        f'<item valueName="b">{item}</enabledList><disabledList><item valueName="c">{item}</disabledList>'
    )
    (found,) = file_of(tmp_path, policy(body=body)).policies
    one = Datum("REG_DWORD", 1)
    assert found.enabled_list == (Item(r"Software\Item", "a", one), Item(r"Software\List", "b", one))
    assert found.disabled_list == (Item(KEY, "c", one),)


def test_a_box_has_values_or_lists_or_neither(tmp_path: Path) -> None:
    one, zero = Datum("REG_DWORD", 1), Datum("REG_DWORD", 0)
    body = (
        '<boolean id="plain" valueName="p"/>'
        '<boolean id="inverted" valueName="i"><trueValue><decimal value="0"/></trueValue>'
        '<falseValue><decimal value="1"/></falseValue></boolean>'
        r'<boolean id="lists" valueName="l"><trueList defaultKey="Software\L"><item valueName="x"><value>'
        '<decimal value="1"/></value></item></trueList></boolean>'
    )
    assert elements(tmp_path, body) == (
        Boolean("plain", KEY, "p", False),
        Boolean("inverted", KEY, "i", False, zero, one),
        Boolean("lists", KEY, "l", False, on_list=(Item(r"Software\L", "x", one),)),
    )


def test_a_drop_down_keeps_choices_that_differ_only_in_their_lists(tmp_path: Path) -> None:
    choice = '<item displayName="{}"><value><decimal value="255"/></value>{}</item>'
    written = '<valueList><item valueName="From"><value><string>9</string></value></item></valueList>'
    body = (
        f'<enum id="e" valueName="v" required="true">{choice.format("$(string.Pol)", written)}{choice.format("b", "")}'
    )
    limit = Datum("REG_DWORD", 255)
    assert elements(tmp_path, body + "</enum>") == (
        Enum(
            "e",
            KEY,
            "v",
            True,
            (Choice("A policy", limit, (Item(KEY, "From", Datum("REG_SZ", "9")),)), Choice("b", limit)),
        ),
    )


def test_numbers_texts_and_lists_keep_what_their_registry_form_hangs_on(tmp_path: Path) -> None:
    body = (
        '<decimal id="d" valueName="d" minValue="4" maxValue="127"/>'
        '<decimal id="s" valueName="s" storeAsText="true"/><longDecimal id="q" valueName="q"/>'
        '<text id="t" valueName="t" maxLength="260" expandable="true"/><multiText id="m" valueName="m" maxStrings="9"/>'
        r'<list id="l" key="Software\L" valuePrefix=""/><list id="x" explicitValue="1" additive="true"/>'
    )
    assert elements(tmp_path, body) == (
        Decimal("d", KEY, "d", False, 4, 127),
        Decimal("s", KEY, "s", False, as_text=True),
        Decimal("q", KEY, "q", False, long=True),
        Text("t", KEY, "t", False, 260, True),
        MultiText("m", KEY, "m", False, None, 9),
        ListBox("l", r"Software\L", "", False, prefix=""),
        ListBox("x", KEY, "", False, explicit=True, additive=True),
    )


def test_attribute_names_are_read_without_case(tmp_path: Path) -> None:
    body = r'<text id="t" valueName="t" Key="Software\Other"/><decimal id="d" valueName="d" maxvalue="9"/>'
    found = (Text("t", r"Software\Other", "t", False), Decimal("d", KEY, "d", False, maximum=9))
    assert elements(tmp_path, body) == found


# texts


def test_texts_are_joined_around_comments_and_cdata(tmp_path: Path) -> None:
    texts = adml(Pol="<!-- _locComment -->Allow the <![CDATA[<WSL>]]>")
    assert [p.display_name for p in file_of(tmp_path, policy(), texts=texts).policies] == ["Allow the <WSL>"]


def test_string_ids_are_compared_exactly_first_and_then_without_case(tmp_path: Path) -> None:
    texts = adml(Pol="exact", POL="other", second="folded")
    found = file_of(tmp_path, policy("Pol"), policy("Second"), texts=texts).policies
    assert [p.display_name for p in found] == ["exact", "folded"]


def test_a_missing_or_blank_text_leaves_the_name_in_the_file(tmp_path: Path) -> None:
    found = file_of(tmp_path, policy("Pol"), policy("Blank"), texts=adml(Blank="  ")).policies
    assert [(p.display_name, p.explain) for p in found] == [("Pol", ""), ("Blank", "")]


def test_a_dialog_gives_the_labels_and_defaults_of_its_controls(tmp_path: Path) -> None:
    dialog = (
        '<presentation id="Dialog"><text>Note</text><checkBox refId="b" defaultChecked="true">Box</checkBox>'
        '<decimalTextBox refId="d" defaultvalue="6">Number:</decimalTextBox>'
        '<textBox refId="t"><label>Path</label><defaultValue>C:</defaultValue></textBox></presentation>'
    )
    file = file_of(tmp_path, policy(attributes='presentation="$(presentation.dialog)"'), texts=adml(dialog))
    assert file.controls(file.policies[0]) == (
        Control("text", "", "Note"),
        Control("checkBox", "b", "Box", "true"),
        Control("decimalTextBox", "d", "Number:", "6"),
        Control("textBox", "t", "Path", "C:"),
    )


def test_us_english_comes_first_whatever_the_case_of_its_folder(tmp_path: Path) -> None:
    texts = {f"{folder}/app.adml": adml(Pol=folder) for folder in ("de-DE", "en-us", "fr-FR")}
    reading = read(tmp_path, {"app.admx": admx(policy()), **texts})
    assert [(f.language, f.adml, f.policies[0].display_name) for f in reading.admx] == [
        ("en-us", "en-us/app.adml", "en-us")
    ]
    assert reading.files == (
        FileRecord("en-us/app.adml", "read", "ADML"),
        FileRecord("app.admx", "read", "ADMX", settings=1),
        FileRecord("de-DE/app.adml", "ignored", "ADML", "texts in de-DE; en-us is used"),
        FileRecord("fr-FR/app.adml", "ignored", "ADML", "texts in fr-FR; en-us is used"),
    )


def test_folders_of_one_language_in_two_spellings_are_one(tmp_path: Path) -> None:
    files = {"a.admx": admx(policy()), "b.admx": admx(policy(), namespace="B")}
    reading = read(tmp_path, {**files, "en-US/a.adml": adml(Pol="A"), "en-us/b.adml": adml(Pol="B")})
    assert [f.policies[0].display_name for f in reading.admx] == ["A", "B"]


def test_without_us_english_the_files_own_fallback_culture_comes_first(tmp_path: Path) -> None:
    resources = '<resources minRequiredRevision="1.0" fallbackCulture="fr-FR"/>'
    texts: dict[str, str | bytes] = {f"{folder}/app.adml": adml(Pol=folder) for folder in ("de-DE", "fr-fr")}
    reading = read(tmp_path, {"app.admx": admx(policy(), resources=resources), **texts})
    assert [f.language for f in reading.admx] == ["fr-fr"]


def test_without_a_fallback_the_first_language_by_name_is_taken(tmp_path: Path) -> None:
    texts: dict[str, str | bytes] = {f"{folder}/app.adml": adml(Pol=folder) for folder in ("ru-RU", "de-DE")}
    assert [f.language for f in read(tmp_path, {"app.admx": admx(policy()), **texts}).admx] == ["de-DE"]


def test_texts_that_cannot_be_read_are_reported_and_the_next_language_is_taken(tmp_path: Path) -> None:
    files = {"app.admx": admx(policy()), "en-US/app.adml": "<broken", "fr-FR/app.adml": adml(Pol="Une")}
    reading = read(tmp_path, {**files})
    assert [(f.language, f.policies[0].display_name) for f in reading.admx] == [("fr-FR", "Une")]
    assert [(p.rule, p.evidence.path) for p in reading.problems] == [("RD003", "en-US/app.adml")]
    assert [(f.path, f.status) for f in reading.files] == [
        ("en-US/app.adml", "unread"),
        ("fr-FR/app.adml", "read"),
        ("app.admx", "read"),
    ]


def test_a_file_without_any_texts_keeps_its_inner_names_and_a_problem_says_so(tmp_path: Path) -> None:
    reading = read(tmp_path, {"app.admx": admx(policy())})
    assert [(f.adml, f.policies[0].display_name) for f in reading.admx] == [(None, "Pol")]
    message = "no .adml file gives its texts: names are the ones inside the file"
    assert reading.problems == (Problem("RD019", message, Evidence("app.admx")),)


def test_texts_beside_the_definitions_are_the_last_resort(tmp_path: Path) -> None:
    reading = read(tmp_path, {"app.admx": admx(policy()), "app.adml": adml(Pol="Beside")})
    assert [(f.language, f.policies[0].display_name) for f in reading.admx] == [("", "Beside")]


# folders


def test_definitions_in_a_language_folder_do_not_count(tmp_path: Path) -> None:
    stale = admx(policy("Stale"))
    reading = read(tmp_path, {"app.admx": admx(policy()), "en-US/app.adml": TEXTS, "en-US/app.admx": stale})
    assert [[p.name for p in f.policies] for f in reading.admx] == [["Pol"]]
    reason = "in the language folder en-US: only the store's own folder defines policies"
    assert FileRecord("en-US/app.admx", "ignored", "ADMX", reason) in reading.files


def test_a_folder_that_only_looks_like_a_language_is_a_store(tmp_path: Path) -> None:
    files = {"app.admx": admx(policy()), "src/new.admx": admx(policy("New"), namespace="N")}
    assert [f.path for f in read(tmp_path, {**files}).admx] == ["app.admx", "src/new.admx"]


def test_texts_without_definitions_are_ignored(tmp_path: Path) -> None:
    reading = read(tmp_path, {"en-US/gone.adml": TEXTS})
    reason = "texts without the .admx file that they belong to"
    assert reading == Reading(files=(FileRecord("en-US/gone.adml", "ignored", "ADML", reason),))


def test_other_files_are_left_to_other_readers(tmp_path: Path) -> None:
    sources = store(tmp_path, {"app.admx": admx(), "en-US/app.adml": TEXTS, "en-US/readme.html": "", "app.xml": ""})
    assert [source.path for source in take(sources)[1]] == ["app.xml", "en-US/readme.html"]


# encodings and namespaces


@pytest.mark.parametrize(
    "encode",
    [
        pytest.param(lambda text: text.encode(), id="UTF-8 without a declaration"),
        pytest.param(lambda text: b"\xef\xbb\xbf<?xml version='1.0'?>" + text.encode(), id="UTF-8 with a mark"),
        pytest.param(lambda text: f'<?xml version="1.0" encoding="utf-16"?>{text}'.encode(), id="UTF-8 called UTF-16"),
        pytest.param(
            lambda text: f"\ufeff<?xml version='1.0' encoding='unicode'?>{text}".encode("utf-16-le"),
            id="UTF-16 called unicode",
        ),
        pytest.param(
            lambda text: f'<?xml version="1.0" encoding="utf-16"?>{text}'.encode("utf-16-le"),
            id="UTF-16 without a mark",
        ),
    ],
)
def test_bytes_are_trusted_over_the_declaration(tmp_path: Path, encode: object) -> None:
    assert callable(encode)
    files = {"app.admx": encode(admx(policy())), "en-US/app.adml": encode(adml(Pol="Größe"))}
    reading = read(tmp_path, files)
    assert (reading.problems, [p.display_name for f in reading.admx for p in f.policies]) == ((), ["Größe"])


@pytest.mark.parametrize(
    "xmlns",
    ["", f' xmlns="{NAMESPACE}"', ' xmlns="http://www.microsoft.com/GroupPolicy/PolicyDefinitions"'],
)
def test_any_namespace_and_none_will_do(tmp_path: Path, xmlns: str) -> None:
    found = file_of(tmp_path, policy(), xmlns=xmlns, texts=adml(Pol="Named", xmlns=xmlns)).policies
    assert [p.display_name for p in found] == ["Named"]


def test_a_namespace_that_is_no_uri_is_read_all_the_same(tmp_path: Path) -> None:
    broken = ' xmlns="http://schemas.microsoft.com/GroupPolicy/2006/07/Policysecurity intelligence"'
    found = file_of(tmp_path, policy(), texts=adml(Pol="Defender", xmlns=broken)).policies
    assert [p.display_name for p in found] == ["Defender"]


# damage


def test_entities_are_refused(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>' + admx(policy())
    reading = read(tmp_path, {"app.admx": bomb, "good.admx": admx(policy()), "en-US/good.adml": TEXTS})
    assert [file.path for file in reading.admx] == ["good.admx"]
    message = "declares entities, which are never expanded here"
    assert reading.problems == (Problem("RD003", message, Evidence("app.admx", LineAt(1))),)
    assert reading.files[0] == FileRecord("app.admx", "unread", "ADMX", message)


def test_a_broken_file_is_unread_and_its_texts_say_so(tmp_path: Path) -> None:
    reading = read(tmp_path, {"app.admx": "<policyDefinitions>", "en-US/app.adml": TEXTS})
    assert [(f.path, f.status, f.reason) for f in reading.files][1:] == [
        ("en-US/app.adml", "ignored", "app.admx could not be read")
    ]
    assert [(p.rule, p.evidence.path) for p in reading.problems] == [("RD003", "app.admx")]


def test_another_root_element_is_refused(tmp_path: Path) -> None:
    reading = read(tmp_path, {"app.admx": "<html/>"})
    message = "the root element is <html>, not <policyDefinitions>"
    assert reading.problems == (Problem("RD003", message, Evidence("app.admx", XmlAt(()))),)


def test_what_cannot_be_used_in_a_definition_is_said_with_its_place(tmp_path: Path) -> None:
    body = '<enabledValue><decimal value="one"/></enabledValue>'
    nameless = '<policy class="Machine" key="Software"/>'
    files = {"app.admx": admx(policy(body=body), nameless, namespace=""), "en-US/app.adml": TEXTS}
    reading = read(tmp_path, {**files})
    assert [(p.rule, p.message, p.evidence.place) for p in reading.problems] == [
        ("RD019", "has no target namespace: nothing can refer to it", XmlAt(())),
        ("RD019", "a policy without a name is not used", XmlAt((3, 1))),
        ("RD019", "'one' is not a number: the value is not used", XmlAt((3, 0, 0, 0))),
    ]
    assert [(f.path, f.settings) for f in reading.files if f.kind == "ADMX"] == [("app.admx", 1)]
    assert [(p.name, p.enabled) for p in reading.admx[0].policies] == [("Pol", None)]


def test_a_file_that_is_gone_is_a_problem(tmp_path: Path) -> None:
    reading, left = take([Source("gone.admx", tmp_path / "gone.admx")])
    assert ([p.rule for p in reading.problems], [f.status for f in reading.files], left) == (["RD001"], ["unread"], [])


RICH = admx(
    policy(
        body='<parentCategory ref="Cat"/><supportedOn ref="S"/><enabledList><item valueName="a"><value>'
        '<decimal value="1"/></value></item></enabledList><elements><boolean id="b" valueName="b"><trueList><item>'
        '<value><string>x</string></value></item></trueList></boolean><enum id="e" valueName="e"><item displayName="'
        '$(string.Pol)"><value><delete/></value></item></enum><list id="l" valuePrefix="p"/></elements>',
        attributes='valueName="v" presentation="$(presentation.Dialog)"',
    ),
    categories=category("Cat", "app:Top") + category("Top"),
    extra='<supportedOn><definitions><definition name="S" displayName="$(string.Pol)"/></definitions></supportedOn>',
).encode()
RICH_TEXTS = adml('<presentation id="Dialog"><textBox refId="b"><label>x</label></textBox></presentation>').encode()
EDITS = st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 8), st.binary(max_size=6)), max_size=4)


def mutated(data: bytes, edits: list[tuple[int, int, bytes]]) -> bytes:
    for start, length, new in edits:
        at = start % (len(data) + 1)
        data = data[:at] + new + data[at + length :]
    return data


@settings(max_examples=150)
@given(EDITS, EDITS)
def test_no_bytes_make_reading_fail(
    tmp_path_factory: pytest.TempPathFactory,
    definitions: list[tuple[int, int, bytes]],
    texts: list[tuple[int, int, bytes]],
) -> None:
    folder = tmp_path_factory.mktemp("store")
    files = {"app.admx": mutated(RICH, definitions), "en-US/app.adml": mutated(RICH_TEXTS, texts)}
    reading = read(folder, {**files})
    assert sorted(record.path for record in reading.files) == ["app.admx", "en-US/app.adml"]
    whole = AdmxStore.of(reading.admx)
    for file in whole.files:
        assert len(file.policies) <= sum(record.settings for record in reading.files)
        for found in file.policies:
            assert isinstance(whole.category_path(found.category) + whole.supported_on(found), str)
            assert isinstance(file.controls(found), tuple)
        assert all(slot.policy in file.policies for those in file.slots.values() for slot in those)


# stores


def store_of(folder: Path, files: dict[str, str | bytes]) -> AdmxStore:
    return AdmxStore.of(read(folder, files).admx)


def test_a_category_path_crosses_files_and_names_what_nobody_defines(tmp_path: Path) -> None:
    windows = admx(categories=category("Comp"), namespace="Microsoft.Policies.Windows")
    app = admx(
        policy("A", '<parentCategory ref="Hello"/>'),
        policy("B", '<parentCategory ref="Lost"/>'),
        policy("C", '<parentCategory ref="nobody:Gone"/>'),
        policy("D"),
        categories=category("Hello", "w:comp") + category("Lost", "Nowhere"),
        using='<using prefix="w" namespace="microsoft.policies.windows"/>',
    )
    found = store_of(
        tmp_path,
        {
            "windows.admx": windows,
            "en-US/windows.adml": adml(Comp="Windows Components"),
            "app.admx": app,
            "en-US/app.adml": adml(Hello="Windows Hello", Lost="Lost"),
        },
    )
    assert [found.category_path(p.category) for p in found.files[0].policies] == [
        "Windows Components/Windows Hello",
        "(unknown category Nowhere)/Lost",
        "(unknown category nobody:Gone)",
        "",
    ]


def test_categories_that_are_their_own_ancestors_end(tmp_path: Path) -> None:
    app = admx(policy(body='<parentCategory ref="A"/>'), categories=category("A", "B") + category("B", "A"))
    found = store_of(tmp_path, {"app.admx": app})
    assert found.category_path(found.files[0].policies[0].category) == "B/A"


def test_the_supported_on_text_is_found_and_a_dangling_one_is_empty(tmp_path: Path) -> None:
    text = '<supportedOn><definitions><definition name="Win10" displayName="Windows 10"/></definitions></supportedOn>'
    app = admx(policy("A", '<supportedOn ref="win10"/>'), policy("B", '<supportedOn ref="x:Y"/>'), extra=text)
    found = store_of(tmp_path, {"app.admx": app})
    assert [found.supported_on(p) for p in found.files[0].policies] == ["Windows 10", ""]


def test_two_files_of_one_namespace_in_one_folder_are_told(tmp_path: Path) -> None:
    files = {"a.admx": admx(policy()), "b.admx": admx(policy(), policy("Only")), "old/c.admx": admx(policy())}
    found = store_of(tmp_path, {**files})
    assert [[file.path for file in group] for group in found.duplicates] == [["a.admx", "b.admx"]]
    assert [p.evidence.path for p in found.policies(QName("contoso.app", "POL"))] == ["a.admx", "b.admx", "old/c.admx"]
    assert [p.evidence.path for p in found.policies(QName("contoso.app", "only"))] == ["b.admx"]


def test_a_registry_value_is_raised_to_its_policy_without_regard_to_case(tmp_path: Path) -> None:
    app = admx(policy(body='<parentCategory ref="Top"/>', attributes='valueName="On"'), categories=category("Top"))
    found = store_of(tmp_path, {"app.admx": app, "en-US/app.adml": adml(Pol="A policy", Top="App")})
    raised = raise_name(found, registry(Scope.DEVICE, KEY.upper() + "\\", "oN"))
    assert raised is not None
    assert (raised.name, raised.path, raised.element, raised.others) == ("A policy", "App", None, ())
    assert raise_name(found, registry(Scope.USER, KEY, "On")) is None
    assert raise_name(found, setting_id("./Device/Vendor/MSFT/On")) is None


def test_the_best_owner_is_the_policys_own_value_then_an_element_an_item_a_list_then_by_name(tmp_path: Path) -> None:
    item = f'<item valueName="V"><value>{decimal(1)}</value></item>'
    app = admx(
        policy("List", "<elements><list id='l'/></elements>"),
        policy("Item", f"<enabledList>{item}</enabledList>"),
        policy("Second", '<elements><text id="t" valueName="V"/></elements>'),
        policy("First", '<elements><text id="t" valueName="V"/></elements>'),
        policy("Own", attributes='valueName="v"'),
    )
    found = store_of(tmp_path, {"app.admx": app})
    owners = found.owners(Scope.DEVICE, KEY, "V")
    assert [slot.policy.name for slot in owners] == ["Own", "First", "Second", "Item", "List"]


def test_a_list_with_a_prefix_owns_only_the_values_that_start_with_it(tmp_path: Path) -> None:
    found = store_of(
        tmp_path, {"app.admx": admx(policy(body="<elements><list id='l' valuePrefix='TCID'/></elements>"))}
    )
    owned = {name: bool(found.owners(Scope.DEVICE, KEY, name)) for name in ("tcid7", "Other")}
    assert owned == {"tcid7": True, "Other": False}


def test_keys_of_elements_and_lists_are_found_in_every_spelling_that_files_have(tmp_path: Path) -> None:
    item = f'<item valueName="V"><value>{decimal(1)}</value></item>'
    app = admx(
        policy(
            body=rf'<enabledList defaultKey="Software\L">{item}</enabledList>'
            r'<elements><text id="t" Key="Software\T\" valueName="V"/></elements>'
        )
    )
    found = store_of(tmp_path, {"app.admx": app})
    owned = {key: bool(found.owners(Scope.DEVICE, key, "v")) for key in (r"software\l", r"SOFTWARE\T", "Software")}
    assert owned == {r"software\l": True, r"SOFTWARE\T": True, "Software": False}


def test_a_key_with_an_exclamation_mark_is_found(tmp_path: Path) -> None:
    found = store_of(tmp_path, {"app.admx": admx(policy(key=r"Software\Wow!\Key", attributes='valueName="V!"'))})
    raised = raise_name(found, registry(Scope.DEVICE, r"Software\Wow!\Key", "V!"))
    assert raised is not None
    assert raised.name == "Pol"


def test_a_store_is_the_same_whatever_the_order_of_its_files(tmp_path: Path) -> None:
    reading = read(tmp_path, {f"{name}.admx": admx(policy(), namespace=name) for name in "abc"})
    assert AdmxStore.of(reversed(reading.admx)) == AdmxStore.of(reading.admx)


# the real stores: the inventory of each, counted by another program

INVENTORY = {
    "chrome-edge-2026": (7, 2020, (424, 0, 1596), 162, (0, 443, 44, 293, 0, 300), 0, 1064, 195),
    "firefox-policy-templates": (2, 412, (0, 0, 412), 48, (13, 82, 1, 283, 10, 44), 0, 180, 86),
    "office16-2026": (12, 2420, (107, 2313, 0), 399, (667, 328, 296, 844, 1, 47), 29, 1100, 0),
    "samba-gpo": (2, 373, (369, 0, 4), 8, (103, 0, 75, 179, 0, 9), 0, 358, 1),
    "security-admx-harvester57": (8, 140, (138, 2, 0), 24, (23, 41, 13, 0, 0, 0), 12, 67, 1),
    "security-baseline": (3, 44, (44, 0, 0), 3, (0, 14, 14, 1, 1, 0), 2, 21, 3),
    "third-party-2026": (24, 672, (431, 40, 201), 97, (184, 144, 71, 131, 27, 16), 47, 310, 107),
    "ubuntu-adsys": (1, 81, (43, 38, 0), 26, (493, 60, 20, 74, 61, 0), 0, 0, 0),
    "windows-10-1809": (214, 3317, (1490, 787, 1040), 409, (422, 990, 382, 336, 72, 115), 133, 1299, 176),
    "windows-11-22h2-multilang": (237, 3531, (1668, 801, 1062), 440, (427, 1058, 401, 352, 87, 122), 134, 1360, 200),
    "windows-11-25h2": (233, 3635, (1757, 797, 1081), 442, (467, 1091, 407, 367, 96, 125), 134, 1385, 211),
}
"""Per set: files, policies, of class Machine, User and Both, distinct categories, elements by kind, policies with an
enabledList, policies without a value of their own, supportedOn definitions."""


def sample_store(folder: Path) -> Reading:
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    return take([Source(p.relative_to(folder).as_posix(), p) for p in files])[0]


@pytest.mark.parametrize("name", INVENTORY)
def test_the_inventory_of_the_real_stores(sample_data: Path, name: str) -> None:
    files = [file for file in sample_store(sample_data / "admx" / name).admx if not file.path.startswith("golden/")]
    found = [p for file in files for p in file.policies]
    kinds = Counter(type(element).__name__ for p in found for element in p.elements)
    sides = tuple(sum(p.scopes == side for p in found) for side in (DEVICE, frozenset({Scope.USER}), BOTH))
    assert (
        len(files),
        len(found),
        sides,
        len({category.id.key for file in files for category in file.categories}),
        tuple(kinds[kind] for kind in ("Boolean", "Enum", "Decimal", "Text", "MultiText", "ListBox")),
        sum(bool(p.enabled_list) for p in found),
        sum(p.value_name is None for p in found),
        sum(len(file.supported_on) for file in files),
    ) == INVENTORY[name]


@pytest.mark.parametrize("name", INVENTORY)
def test_every_file_of_the_real_stores_is_read_with_its_texts(sample_data: Path, name: str) -> None:
    folder = sample_data / "admx" / name
    reading = sample_store(folder)
    assert [p for p in reading.problems if p.rule != "RD019"] == []
    assert sorted(r.path for r in reading.files) == sorted(
        p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.suffix.casefold() in (".admx", ".adml")
    )
    assert [file.path for file in reading.admx if file.adml is None] == []
    assert [p.name for file in reading.admx for p in file.policies if "$(string" in p.display_name] == []


def test_the_22h2_store_has_the_one_namespace_twice_that_windows_complains_about(sample_data: Path) -> None:
    found = AdmxStore.of(sample_store(sample_data / "admx" / "windows-11-22h2-multilang").admx)
    assert [[file.path for file in group] for group in found.duplicates] == [["WindowsStore.admx", "winstoreui.admx"]]


def test_cloud_trust_is_named_as_the_editor_names_it(sample_data: Path) -> None:
    found = AdmxStore.of(sample_store(sample_data / "admx" / "windows-11-25h2").admx)
    key = r"SOFTWARE\Policies\Microsoft\PassportForWork"
    raised = raise_name(found, registry(Scope.DEVICE, key, "UseCloudTrustForOnPremAuth"))
    assert raised is not None
    assert (raised.name, raised.path) == (
        "Use cloud trust for on-premises authentication",
        "Windows Components/Windows Hello for Business",
    )
