"""The state of policies recovered from registry values: one test per rule, then GPMC's own reports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.state_recovery import STORE, compare, load, shipped_alone
from policylint.catalogue.admx import AdmxStore
from policylint.catalogue.admx_policy import AdmxPolicy, fold_key
from policylint.catalogue.state import Half, half_of, recover, recover_some
from policylint.evidence import Evidence
from policylint.model import Claim, Scope, Sweep, Value, registry
from policylint.readers.admx import take
from policylint.readers.gpo.registry_pol import claims, records
from policylint.readers.source import Source
from tests.admx_made_up import FILES, parsed
from tests.admx_writer import KEY, adml, admx, decimal, policy, store
from tests.gpo_writer import directive, dword, pol, text

ON_OFF = f"<enabledValue>{decimal(1)}</enabledValue><disabledValue>{decimal(0)}</disabledValue>"
VALUE = 'valueName="V"'


def store_of(folder: Path, *policies: str, **strings: str) -> AdmxStore:
    files: dict[str, str | bytes] = {"app.admx": admx(*policies), "en-US/app.adml": adml(**strings)}
    return AdmxStore.of(take(store(folder, files))[0].admx)


def half(values: Mapping[str, Value], *deleted: str, emptied: bool = False, key: str = KEY) -> Half:
    """Values of one key; the type follows from the data, as Registry.pol would have it."""
    folded = fold_key(key)
    types = {int: "REG_DWORD", str: "REG_SZ", tuple: "REG_MULTI_SZ", bytes: "REG_BINARY"}
    return Half(
        {(folded, name.casefold()): (types[type(data)], data) for name, data in values.items()},
        frozenset((folded, name.casefold()) for name in deleted),
        frozenset({folded} if emptied else ()),
    )


def states(folder: Path, body: str, shown: Half, attributes: str = "") -> list[tuple[str, dict[str, Value], bool]]:
    """State, elements and partial of the only policy."""
    found = recover(store_of(folder, policy(body=body, attributes=attributes)), Scope.DEVICE, shown)
    return [(state.state, dict(state.elements), state.partial) for state in found]


def state(folder: Path, body: str, shown: Half, attributes: str = VALUE) -> list[str]:
    return [name for name, _, _ in states(folder, body, shown, attributes)]


# a policy with a value of its own


@pytest.mark.parametrize(("data", "expected"), [(1, ["enabled"]), (0, ["disabled"]), (2, []), ("1", []), (b"\1", [])])
def test_the_enabled_value_means_enabled_and_the_disabled_value_disabled(
    tmp_path: Path, data: Value, expected: list[str]
) -> None:
    assert state(tmp_path, ON_OFF, half({"V": data})) == expected


def test_without_values_in_the_definition_enabled_writes_1_and_disabled_deletes(tmp_path: Path) -> None:
    assert state(tmp_path, "", half({"V": 1})) == ["enabled"]
    assert state(tmp_path, "", half({}, "V")) == ["disabled"]


def test_a_deletion_is_not_the_disabled_value_of_a_policy_that_has_one(tmp_path: Path) -> None:
    assert state(tmp_path, ON_OFF, half({}, "V")) == []


def test_texts_are_compared_without_case(tmp_path: Path) -> None:
    body = "<enabledValue><string>Block</string></enabledValue>"
    assert state(tmp_path, body, half({"V": "BLOCK"})) == ["enabled"]


def test_key_and_value_name_are_compared_without_case(tmp_path: Path) -> None:
    assert state(tmp_path, ON_OFF, half({"v": 1}, key=KEY.upper() + "\\")) == ["enabled"]


def test_the_default_value_of_a_key_can_be_a_policys_own(tmp_path: Path) -> None:
    body = "<enabledValue><string>Drive Maps</string></enabledValue>"
    assert state(tmp_path, body, half({"": "Drive Maps"}), 'valueName=""') == ["enabled"]


def test_a_quad_word_is_no_double_word(tmp_path: Path) -> None:
    body = '<enabledValue><longDecimal value="1"/></enabledValue>'
    assert state(tmp_path, body, half({"V": 1})) == []
    assert state(tmp_path, body, Half({(fold_key(KEY), "v"): ("REG_QWORD", 1)})) == ["enabled"]


def test_any_data_of_an_element_on_the_policys_own_value_means_enabled(tmp_path: Path) -> None:
    body = f'<disabledValue>{decimal(0)}</disabledValue><elements><decimal id="d" valueName="V"/></elements>'
    assert states(tmp_path, body, half({"V": 7}), VALUE) == [("enabled", {"d": 7}, False)]
    assert state(tmp_path, body, half({"V": 1})) == ["enabled"]
    assert state(tmp_path, body, half({"V": 0})) == ["disabled"]


def test_elements_that_are_set_without_the_policys_value_make_it_partly_enabled(tmp_path: Path) -> None:
    body = ON_OFF + '<elements><decimal id="d" valueName="D"/></elements>'
    assert states(tmp_path, body, half({"D": 7}), VALUE) == [("enabled", {"d": 7}, True)]
    assert state(tmp_path, body, half({}, "D")) == []


# a policy of lists


LISTS = (
    f'<enabledList><item valueName="A"><value>{decimal(1)}</value></item>'
    f'<item valueName="B"><value>{decimal(2)}</value></item></enabledList>'
    '<disabledList><item valueName="A"><value><delete/></value></item></disabledList>'
)


def test_all_items_of_a_list_must_be_there(tmp_path: Path) -> None:
    assert state(tmp_path, LISTS, half({"A": 1, "B": 2}), "") == ["enabled"]
    assert state(tmp_path, LISTS, half({"A": 1}), "") == []
    assert state(tmp_path, LISTS, half({}, "A"), "") == ["disabled"]


def test_an_element_that_is_set_outranks_the_list_of_disabled(tmp_path: Path) -> None:
    body = (
        '<disabledList><item valueName="policyon"><value><delete/></value></item></disabledList>'
        '<elements><list id="l" valuePrefix=""/></elements>'
    )
    assert states(tmp_path, body, half({"1": "a", "2": "b"}, emptied=True)) == [("enabled", {"l": ("a", "b")}, False)]
    assert state(tmp_path, body, half({}, emptied=True), "") == ["disabled"]


def test_elements_alone_show_a_policy_of_lists_only_in_part(tmp_path: Path) -> None:
    body = f'{LISTS}<elements><text id="t" valueName="T"/></elements>'
    assert states(tmp_path, body, half({"T": "x"})) == [("enabled", {"t": "x"}, True)]
    assert states(tmp_path, body, half({}, "T")) == []


# a policy of elements


def test_a_box_that_merely_holds_false_is_no_sign_of_enabled(tmp_path: Path) -> None:
    values = f"<trueValue>{decimal(1)}</trueValue><falseValue>{decimal(0)}</falseValue>"
    body = f'<elements><boolean id="a" valueName="A">{values}</boolean><boolean id="b" valueName="B"/></elements>'
    assert states(tmp_path, body, half({"A": 0}, "B")) == [("disabled", {}, False)]
    assert states(tmp_path, body, half({"A": 1}, "B")) == [("enabled", {"a": True, "b": False}, False)]
    assert states(tmp_path, body, half({"A": 0, "B": 1})) == [("enabled", {"a": False, "b": True}, False)]


def test_an_inverted_box_is_ticked_by_its_own_true_value(tmp_path: Path) -> None:
    values = f"<trueValue>{decimal(0)}</trueValue><falseValue>{decimal(1)}</falseValue>"
    body = f'<elements><boolean id="a" valueName="A">{values}</boolean></elements>'
    assert states(tmp_path, body, half({"A": 0})) == [("enabled", {"a": True}, False)]
    assert states(tmp_path, body, half({"A": 1})) == [("disabled", {}, False)]


def test_a_box_that_deletes_to_be_ticked_shows_nothing_by_a_deletion(tmp_path: Path) -> None:
    values = f"<trueValue><delete/></trueValue><falseValue>{decimal(1)}</falseValue>"
    body = f'<elements><boolean id="a" valueName="A">{values}</boolean><text id="t" valueName="T"/></elements>'
    assert state(tmp_path, body, half({}, "A", "T"), "") == ["disabled"]
    assert states(tmp_path, body, half({"T": "x"}, "A")) == [("enabled", {"a": True, "t": "x"}, False)]


def test_a_box_of_lists_is_ticked_when_all_of_its_list_is_there(tmp_path: Path) -> None:
    def listed(kind: str, number: int) -> str:
        item = '<item valueName="{}"><value>{}</value></item>'
        return f"<{kind}>{''.join(item.format(name, decimal(number)) for name in 'AB')}</{kind}>"

    body = (
        f'<elements><boolean id="a" valueName="X">{listed("trueList", 1)}{listed("falseList", 0)}</boolean></elements>'
    )
    assert states(tmp_path, body, half({"A": 1, "B": 1})) == [("enabled", {"a": True}, False)]
    assert states(tmp_path, body, half({"A": 0, "B": 0})) == [("disabled", {}, False)]
    assert states(tmp_path, body, half({"A": 1, "B": 0})) == []


def test_all_elements_deleted_means_disabled(tmp_path: Path) -> None:
    body = '<elements><text id="t" valueName="T"/><list id="l" key="Software\\L"/></elements>'
    shown = Half({}, frozenset({(fold_key(KEY), "t")}), frozenset({"software\\l"}))
    assert states(tmp_path, body, shown) == [("disabled", {}, False)]


@pytest.mark.parametrize(
    ("element", "data", "expected"),
    [
        ('<decimal id="e" valueName="V"/>', 2147483903, 2147483903),
        ('<decimal id="e" valueName="V" storeAsText="true"/>', "30", 30),
        ('<text id="e" valueName="V"/>', "x", "x"),
        ('<multiText id="e" valueName="V"/>', ("x", "y"), ("x", "y")),
        ('<enum id="e" valueName="V"><item displayName="a"><value><string>A</string></value></item></enum>', "a", "A"),
    ],
)
def test_an_element_shows_its_value(tmp_path: Path, element: str, data: Value, expected: Value) -> None:
    assert states(tmp_path, f"<elements>{element}</elements>", half({"V": data})) == [
        ("enabled", {"e": expected}, False)
    ]


@pytest.mark.parametrize(
    ("element", "data"),
    [
        ('<decimal id="e" valueName="V"/>', "30"),
        ('<decimal id="e" valueName="V" storeAsText="true"/>', 30),
        ('<decimal id="e" valueName="V" storeAsText="true"/>', "many"),
        ('<longDecimal id="e" valueName="V"/>', 30),
        ('<text id="e" valueName="V"/>', 1),
        ('<multiText id="e" valueName="V"/>', "x"),
        (f'<enum id="e" valueName="V"><item displayName="a"><value>{decimal(1)}</value></item></enum>', 2),
    ],
)
def test_data_that_an_element_cannot_write_shows_nothing(tmp_path: Path, element: str, data: Value) -> None:
    assert states(tmp_path, f"<elements>{element}</elements>", half({"V": data})) == []


def test_of_choices_with_one_value_the_one_whose_list_is_there_explains_most(tmp_path: Path) -> None:
    choice = '<item displayName="{}"><value><decimal value="255"/></value>{}</item>'
    items = f'<valueList><item valueName="From"><value>{decimal(9)}</value></item></valueList>'
    body = f'<elements><enum id="e" valueName="V">{choice.format("a", "")}{choice.format("b", items)}</enum></elements>'
    found = recover(store_of(tmp_path, policy(body=body)), Scope.DEVICE, half({"V": 255, "From": 9}))
    key = fold_key(KEY)
    assert [s.explained for s in found] == [frozenset({(key, "v"), (key, "from")})]


def test_an_element_that_nothing_is_said_about_is_missing(tmp_path: Path) -> None:
    body = ON_OFF + '<elements><text id="old" valueName="O"/><text id="new" valueName="N"/></elements>'
    found = recover(store_of(tmp_path, policy(body=body, attributes=VALUE)), Scope.DEVICE, half({"V": 1, "O": "x"}))
    assert [(s.state, s.partial, s.missing) for s in found] == [("enabled", False, ("new",))]


# lists


def test_a_list_leaves_out_what_the_policys_other_parts_own(tmp_path: Path) -> None:
    body = f'{ON_OFF}<elements><list id="l" explicitValue="true"/><text id="t" valueName="T"/></elements>'
    shown = half({"V": 1, "T": "text", "Name": "Data", "Other": 3})
    expected = {"l": ("name=Data", "other=3"), "t": "text"}
    assert states(tmp_path, body, shown, VALUE) == [("enabled", expected, False)]


def test_a_list_with_a_prefix_takes_only_names_that_start_with_it(tmp_path: Path) -> None:
    body = '<elements><list id="l" valuePrefix="TCID"/></elements>'
    assert states(tmp_path, body, half({"TCID1": "7", "Else": "x"})) == [("enabled", {"l": ("7",)}, False)]
    assert states(tmp_path, body, half({"Else": "x"})) == []


# sides, and several policies for one value


def test_a_policy_of_both_classes_is_recovered_on_each_side(tmp_path: Path) -> None:
    found = store_of(
        tmp_path,
        policy("M", ON_OFF, VALUE),
        policy("U", ON_OFF, VALUE, "User"),
        policy("B", ON_OFF, VALUE, "Both", "K"),
    )
    shown = Half({(fold_key(KEY), "v"): ("REG_DWORD", 1), ("k", "v"): ("REG_DWORD", 0)})
    recovered = {scope: [(s.policy.name, s.state) for s in recover(found, scope, shown)] for scope in Scope}
    assert recovered == {
        Scope.DEVICE: [("B", "disabled"), ("M", "enabled")],
        Scope.USER: [("B", "disabled"), ("U", "enabled")],
    }


def test_a_policy_that_accounts_for_more_values_stands_before_those_it_covers(tmp_path: Path) -> None:
    items = "".join(f'<item valueName="{name}"><value>{decimal(1)}</value></item>' for name in "VW")
    found = store_of(tmp_path, policy("One", ON_OFF, VALUE), policy("Umbrella", f"<enabledList>{items}</enabledList>"))
    whole = recover(found, Scope.DEVICE, half({"V": 1, "W": 1}))
    assert [(s.policy.name, [p.name for p in s.runners_up]) for s in whole] == [("Umbrella", ["One"])]
    assert [s.policy.name for s in recover(found, Scope.DEVICE, half({"V": 1}))] == ["One"]


def test_a_partial_policy_does_not_stand_where_another_accounts_for_its_values(tmp_path: Path) -> None:
    element = '<elements><decimal id="d" valueName="D"/></elements>'
    found = store_of(tmp_path, policy("Partial", ON_OFF + element, VALUE), policy("Whole", element))
    recovered = recover(found, Scope.DEVICE, half({"D": 1}))
    assert [(s.policy.name, [p.name for p in s.runners_up]) for s in recovered] == [("Whole", ["Partial"])]


def test_equal_policies_stand_in_the_order_of_their_display_names(tmp_path: Path) -> None:
    found = store_of(tmp_path, policy("A", ON_OFF, VALUE), policy("B", ON_OFF, VALUE), A="Zulu", B="Alpha")
    recovered = recover(found, Scope.DEVICE, half({"V": 1}))
    assert [(s.policy.display_name, [p.display_name for p in s.runners_up]) for s in recovered] == [("Alpha", ["Zulu"])]


def test_a_policy_that_no_value_shows_has_no_state(tmp_path: Path) -> None:
    found = store_of(tmp_path, policy("A", ON_OFF, VALUE), policy("Empty"))
    assert recover(found, Scope.DEVICE, half({"Else": 1}, "Gone", emptied=True)) == ()


# halves


def test_a_half_is_made_of_the_claims_and_sweeps_of_its_side() -> None:
    at = Evidence("registry.pol")
    written = Claim(registry(Scope.DEVICE, "Software\\K\\", "V!"), Scope.DEVICE, 1, "REG_DWORD", at)
    gone = Claim(registry(Scope.DEVICE, "Software\\K", "D"), Scope.DEVICE, None, "REG_SZ", at, absent=True)
    other = Claim(registry(Scope.USER, "Software\\K", "V"), Scope.USER, 1, "REG_DWORD", at)
    sweeps = (Sweep(Scope.DEVICE, "software\\l", False, at), Sweep(Scope.DEVICE, "software\\tree", True, at))
    assert half_of((written, gone, other), sweeps, Scope.DEVICE) == Half(
        {("software\\k", "v!"): ("REG_DWORD", 1)}, frozenset({("software\\k", "d")}), frozenset({"software\\l"})
    )


def test_a_registry_pol_is_recovered_from_its_bytes(tmp_path: Path) -> None:
    body = f'{ON_OFF}<elements><text id="t" valueName="T"/><list id="l" key="Software\\L" valuePrefix=""/></elements>'
    found = store_of(tmp_path, policy(body=body, attributes=VALUE))
    written = pol(
        dword(KEY, "V", 1),
        text(KEY, "T", "hello"),
        directive("Software\\L", "**delvals."),
        text("Software\\L", "1", "entry"),
    )
    made, sweeps, _ = claims(records(written)[0], Scope.DEVICE, Source("registry.pol", tmp_path))
    recovered = recover(found, Scope.DEVICE, half_of(made, sweeps, Scope.DEVICE))
    assert [(s.state, s.elements) for s in recovered] == [("enabled", {"t": "hello", "l": ("entry",)})]


# properties


NAMES = st.sampled_from(["V", "W", "D", "T", "1"])
DATA = st.one_of(st.integers(0, 2), st.sampled_from(["", "1", "x"]), st.just(("x",)), st.just(b"\1"))
HALVES = st.builds(half, st.dictionaries(NAMES, DATA), NAMES, emptied=st.booleans())
MIXED = (
    policy("Own", ON_OFF + '<elements><boolean id="b" valueName="W"/></elements>', VALUE),
    policy("Lists", LISTS.replace('"A"', '"V"').replace('"B"', '"W"')),
    policy("Parts", '<elements><decimal id="d" valueName="D"/><text id="t" valueName="T"/><list id="l"/></elements>'),
)


@given(HALVES)
def test_a_state_accounts_only_for_what_the_half_does(tmp_path_factory: pytest.TempPathFactory, shown: Half) -> None:
    found = recover(store_of(tmp_path_factory.mktemp("store"), *MIXED), Scope.DEVICE, shown)
    emptied = {(key, name) for key in shown.emptied for name in ("**delvals.", "v", "w", "d", "t")}
    assert all(s.explained <= set(shown.values) | shown.deleted | emptied and s.explained for s in found)


@given(HALVES)
def test_no_policy_stands_twice_or_as_its_own_runner_up(tmp_path_factory: pytest.TempPathFactory, shown: Half) -> None:
    found = recover(store_of(tmp_path_factory.mktemp("store"), *MIXED), Scope.DEVICE, shown)
    named = Counter(p.name for s in found for p in (s.policy, *s.runners_up))
    assert set(named.values()) <= {1}


# GPMC's own verdicts


FORMS, FIRST_SIGHT = "Load Controls in Forms3", "Configure the 'Block at First Sight' feature"
NOT_FOUND = {
    FORMS: "the release of Office in the backup wrote a misspelt key, keycupoliciesmsvbasecurity",
    FIRST_SIGHT: "the report has it, the Registry.pol beside it has not",
}


@pytest.mark.parametrize(
    ("folder", "right", "not_found"),
    [
        (None, 2141, {FORMS, FIRST_SIGHT}),
        (STORE, 2123, {FIRST_SIGHT}),
        ("admx/windows-11-25h2", 2108, {FIRST_SIGHT}),
        ("admx/security-admx-harvester57", 1972, set()),
        ("admx/chrome-edge-2026", 2045, set()),
        ("admx/office16-2026", 2018, {FORMS}),
    ],
    ids=lambda value: "the shipped files" if value is None else value if isinstance(value, str) else "",
)
def test_no_state_is_wrong(folder: str | None, right: int, not_found: set[str], sample_data: Path) -> None:
    """Each store beside what is shipped, and the shipped files alone, against the reports of GPMC."""
    known = load([sample_data / folder]) if folder else shipped_alone()
    found = tuple(compare(known, sample_data / "gpo"))
    assert [v.name for v in found if v.verdict == "wrong"] == []
    assert {v.name for v in found if v.verdict == "not found"} == not_found <= NOT_FOUND.keys()
    assert sum(v.verdict == "right" for v in found) >= right


def test_the_first_release_of_a_store_with_a_changed_meaning_is_where_states_turn(sample_data: Path) -> None:
    """DisableLocalAdminMerge had its values the other way round in 1809; everything else agrees."""
    found = compare(load([sample_data / "admx" / "windows-10-1809"]), sample_data / "gpo")
    assert {v.name for v in found if v.verdict == "wrong"} == {"Configure local administrator merge behavior for lists"}


# some of the policies


def test_of_some_policies_those_that_another_accounts_for_have_no_state(tmp_path: Path) -> None:
    items = [f'<item valueName="{value}"><value>{decimal(1)}</value></item>' for value in "XY"]
    both, one = (f"<enabledList>{''.join(those)}</enabledList>" for those in (items, items[:1]))
    known = store_of(tmp_path, policy("Both", both), policy("One", one))
    first, second = known.files[0].policies
    found = [recover_some(known, Scope.DEVICE, half(dict.fromkeys(those, 1)), (second, first)) for those in ("XY", "X")]
    assert [[state.policy for state in states] for states in found] == [[first], [second]]


PLACES = st.tuples(st.sampled_from(["software\\a", "software\\b", ""]), st.sampled_from(["a", "b", "strasse", ""]))
WRITTEN = st.sampled_from([("REG_DWORD", 0), ("REG_DWORD", 1), ("REG_SZ", "1"), ("REG_MULTI_SZ", ("x",))])
HALVES = st.builds(
    Half,
    st.dictionaries(PLACES, WRITTEN, min_size=4, max_size=12),
    st.frozensets(PLACES, max_size=3),
    st.frozensets(st.sampled_from(["software\\a", "software\\b"]), max_size=1),
)


@given(FILES, FILES, HALVES, st.sampled_from(Scope))
def test_the_states_of_some_policies_are_those_that_all_together_give(
    mine: tuple[AdmxPolicy, ...], theirs: tuple[AdmxPolicy, ...], half: Half, scope: Scope
) -> None:
    once = [tuple({policy.id.key: policy for policy in policies}.values()) for policies in (mine, theirs)]
    files = [parsed(path, those) for path, those in zip("ab", once, strict=True)]
    known = AdmxStore.of(files[:1], files[1:])
    every = recover(known, scope, half)
    for one in (one for file in files for one in file.policies if scope in one.scopes):
        if known.policies(one.id)[0] is one:
            expected = tuple(replace(state, runners_up=()) for state in every if state.policy is one)
            assert recover_some(known, scope, half, [one]) == expected
