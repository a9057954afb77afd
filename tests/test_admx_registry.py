"""What a policy writes: against state recovery for every policy of real stores, and against real Registry.pol files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

import pytest

from benchmarks.state_recovery import STORE, load
from policylint.catalogue import shipped
from policylint.catalogue.admx_policy import (
    DELETE,
    AdmxPolicy,
    AnyElement,
    Boolean,
    Decimal,
    Enum,
    ListBox,
    Text,
)
from policylint.catalogue.element_state import EMPTIED, Half, Place, place
from policylint.catalogue.state import PolicyState, half_of, recover, state_of
from policylint.lowering.admx_registry import Held, Write, disabled, enabled
from policylint.model import Claim, Scope, Sweep, Value
from policylint.readers.admx import take
from policylint.readers.gpo import registry_pol
from policylint.readers.source import Source
from tests.admx_writer import adml, admx, decimal, policy, store

ON_OFF = f"<enabledValue>{decimal(1)}</enabledValue><disabledValue>{decimal(0)}</disabledValue>"
VALUE = 'valueName="V"'
Written = list[tuple[str, str, Value]]


def only(folder: Path, body: str, attributes: str = "") -> AdmxPolicy:
    text = admx(policy(body=body, attributes=attributes))
    (file,) = take(store(folder, {"app.admx": text, "en-US/app.adml": adml(Pol="A policy")}))[0].admx
    return file.policies[0]


def shown(writes: Iterable[Write]) -> Written:
    """Value name, type and data; a deletion has neither."""
    return [(write.value_name, write.type, write.value) for write in writes]


def wrote(folder: Path, element: str, value: Held) -> Written:
    """What the only element of an enabled policy writes."""
    found = only(folder, f"<elements>{element}</elements>")
    return shown(enabled(found, [(found.elements[0], value)]))


def takes_back(folder: Path, element: str) -> Written:
    return shown(disabled(only(folder, f"<elements>{element}</elements>")))


# the policy's own


def test_enabled_and_disabled_write_the_values_of_the_definition(tmp_path: Path) -> None:
    found = only(tmp_path, ON_OFF, VALUE)
    assert shown(enabled(found, ())) == [("V", "REG_DWORD", 1)]
    assert shown(disabled(found)) == [("V", "REG_DWORD", 0)]


def test_without_values_enabled_writes_1_and_disabled_deletes(tmp_path: Path) -> None:
    found = only(tmp_path, "", VALUE)
    assert shown(enabled(found, ())) == [("V", "REG_DWORD", 1)]
    assert shown(disabled(found)) == [("V", "", None)]


def test_lists_are_written_beside_the_value_and_may_delete(tmp_path: Path) -> None:
    item = '<item valueName="{}"><value>{}</value></item>'
    body = (
        f"{ON_OFF}<enabledList>{item.format('A', '<string>x</string>')}{item.format('B', '<delete/>')}</enabledList>"
        f"<disabledList>{item.format('A', '<delete/>')}</disabledList>"
    )
    found = only(tmp_path, body, VALUE)
    assert shown(enabled(found, ())) == [("V", "REG_DWORD", 1), ("A", "REG_SZ", "x"), ("B", "", None)]
    assert shown(disabled(found)) == [("V", "REG_DWORD", 0), ("A", "", None)]


def test_an_element_on_the_policys_own_value_is_the_value(tmp_path: Path) -> None:
    body = f'<disabledValue>{decimal(0)}</disabledValue><elements><decimal id="d" valueName="v"/></elements>'
    found = only(tmp_path, body, VALUE)
    assert shown(enabled(found, [(found.elements[0], 7)])) == [("v", "REG_DWORD", 7)]
    assert shown(disabled(found)) == [("V", "REG_DWORD", 0)]


# elements

BOX = '<boolean id="e" valueName="E"/>'
INVERTED = (
    f'<boolean id="e" valueName="E"><trueValue>{decimal(0)}</trueValue><falseValue>{decimal(1)}</falseValue></boolean>'
)
LISTED = (
    f'<boolean id="e" valueName="E"><trueList><item valueName="A"><value>{decimal(1)}</value></item></trueList>'
    '<falseList><item valueName="A"><value><delete/></value></item></falseList></boolean>'
)
CHOICE = (
    '<enum id="e" valueName="E"><item displayName="n"><value><decimal value="2147483903"/></value><valueList>'
    f'<item valueName="A"><value>{decimal(9)}</value></item></valueList></item>'
    '<item displayName="t"><value><string>Tls1.2</string></value></item></enum>'
)


@pytest.mark.parametrize(
    ("element", "value", "expected"),
    [
        (BOX, True, [("E", "REG_DWORD", 1)]),
        (BOX, False, [("E", "", None)]),
        (INVERTED, True, [("E", "REG_DWORD", 0)]),
        (INVERTED, False, [("E", "REG_DWORD", 1)]),
        (LISTED, True, [("A", "REG_DWORD", 1)]),
        (LISTED, False, [("A", "", None)]),
        (CHOICE, 2147483903, [("E", "REG_DWORD", 2147483903), ("A", "REG_DWORD", 9)]),
        (CHOICE, "2147483903", [("E", "REG_DWORD", 2147483903), ("A", "REG_DWORD", 9)]),
        (CHOICE, "tls1.2", [("E", "REG_SZ", "Tls1.2")]),
        ('<decimal id="e" valueName="E"/>', 5, [("E", "REG_DWORD", 5)]),
        ('<decimal id="e" valueName="E" storeAsText="true"/>', 5, [("E", "REG_SZ", "5")]),
        ('<longDecimal id="e" valueName="E"/>', 2**40, [("E", "REG_QWORD", 2**40)]),
        ('<text id="e" valueName="E"/>', "x", [("E", "REG_SZ", "x")]),
        ('<text id="e" valueName="E" expandable="true"/>', "%x%", [("E", "REG_EXPAND_SZ", "%x%")]),
        ('<multiText id="e" valueName="E"/>', ("x", "y"), [("E", "REG_MULTI_SZ", ("x", "y"))]),
        (
            '<list id="e" valuePrefix=""/>',
            ("x", "y"),
            [(EMPTIED, "", None), ("1", "REG_SZ", "x"), ("2", "REG_SZ", "y")],
        ),
        ('<list id="e" valuePrefix="TCID" additive="true"/>', ("x",), [("TCID1", "REG_SZ", "x")]),
        ('<list id="e" additive="true"/>', ("x",), [("x", "REG_SZ", "x")]),
        ('<list id="e" additive="true" expandable="true"/>', ("x",), [("x", "REG_EXPAND_SZ", "x")]),
        ('<list id="e" explicitValue="true"/>', (("n", "d"),), [(EMPTIED, "", None), ("n", "REG_SZ", "d")]),
    ],
)
def test_an_element_writes_its_value(tmp_path: Path, element: str, value: Held, expected: Written) -> None:
    assert wrote(tmp_path, element, value) == expected


@pytest.mark.parametrize(
    ("element", "expected"),
    [
        (BOX, [("E", "", None)]),
        (INVERTED, [("E", "REG_DWORD", 1)]),
        (LISTED, [("A", "", None)]),
        (CHOICE, [("E", "", None)]),
        ('<decimal id="e" valueName="E"/>', [("E", "", None)]),
        ('<list id="e" additive="true"/>', [(EMPTIED, "", None)]),
    ],
)
def test_disabled_takes_an_element_back(tmp_path: Path, element: str, expected: Written) -> None:
    assert takes_back(tmp_path, element) == expected


def test_of_choices_with_one_value_only_what_they_share_is_written(tmp_path: Path) -> None:
    item = '<item displayName="{}"><value><decimal value="1"/></value><valueList>{}</valueList></item>'
    one, other = (f'<item valueName="{name}"><value>{decimal(9)}</value></item>' for name in "AB")
    element = f'<enum id="e" valueName="E">{item.format("a", one + other)}{item.format("b", other)}</enum>'
    assert wrote(tmp_path, element, 1) == [("E", "REG_DWORD", 1), ("B", "REG_DWORD", 9)]


@pytest.mark.parametrize(
    ("element", "value"),
    [
        (BOX, 1),
        (CHOICE, 3),
        ('<decimal id="e" valueName="E"/>', "5"),
        ('<text id="e" valueName="E"/>', 5),
        ('<multiText id="e" valueName="E"/>', "x"),
        ('<list id="e"/>', "x"),
        ('<list id="e" explicitValue="true"/>', ("x",)),
    ],
)
def test_a_value_that_an_element_cannot_hold_is_refused(tmp_path: Path, element: str, value: Held) -> None:
    with pytest.raises(ValueError, match="e"):
        wrote(tmp_path, element, value)


# the oracle: state recovery, which agrees with GPMC's reports


def half_written(writes: Iterable[Write]) -> Half:
    """What the writes leave in a Registry.pol, the last one of a place counting."""
    values: dict[Place, tuple[str, Value]] = {}
    deleted: set[Place] = set()
    emptied: set[str] = set()
    for write in writes:
        at = place(write.key, write.value_name)
        if write.value_name == EMPTIED:
            emptied.add(at[0])
        elif write.absent:
            values.pop(at, None)
            deleted.add(at)
        else:
            deleted.discard(at)
            values[at] = write.type, write.value
    return Half(values, frozenset(deleted), frozenset(emptied))


def example(element: AnyElement) -> Held | None:
    """A value that the element can hold: the last choice, a ticked box, the largest number."""
    if isinstance(element, Enum):
        data = [choice.data.data for choice in element.choices if choice.data != DELETE]
        return data[-1] if data else None
    if isinstance(element, Decimal):
        return element.maximum if element.maximum is not None else 2
    if isinstance(element, ListBox):
        return (("n1", "d1"), ("n2", "d2")) if element.explicit else ("e1", "e2")
    return True if isinstance(element, Boolean) else "text" if isinstance(element, Text) else ("a", "b")


def as_recovered(element: AnyElement, value: Held) -> Value:
    if isinstance(element, ListBox) and element.explicit and isinstance(value, tuple):
        return tuple("=".join(pair) for pair in value)
    return value  # type: ignore[return-value]  # pairs stand in explicit lists only


def recovered(policy: AdmxPolicy, writes: Iterable[Write]) -> tuple[str, dict[str, Value]]:
    """State and elements that the writes show."""
    found = state_of(policy, half_written(writes))
    return (found.state, dict(found.elements)) if found else ("not configured", {})


@cache
def policies() -> tuple[AdmxPolicy, ...]:
    return tuple(policy for file in shipped.files() for policy in file.policies)


AMBIGUOUS = {
    "BITS_SetTransferPolicyOnCostedNetwork": "two elements write one value",
    "ConfigureTelemetryOptInChangeNotification": "the last choice is the value of Disabled",
    "ConfigureTelemetryOptInSettingsUx": "the last choice is the value of Disabled",
    "LimitEnhancedDiagnosticDataWindowsAnalytics": "the last choice is the value of Disabled",
    "MaintenanceWindow": "an element stands on the policy's own value, which has another for Enabled",
}
"""Policies whose values do not tell which of two states or elements wrote them."""


def test_what_enabled_writes_shows_enabled_with_the_same_elements_for_every_shipped_policy() -> None:
    wrong = set()
    for one in policies():
        held = [(element, value) for element in one.elements if (value := example(element)) is not None]
        expected = "enabled", {element.id: as_recovered(element, value) for element, value in held}
        if recovered(one, enabled(one, held)) != expected:
            wrong.add(one.name)
    assert wrong == AMBIGUOUS.keys()


UNTOLD = {
    "AdministratorUpdatesEnabled": "an element on its own value: any data means Enabled",
    "AllowStandardUserControl": "an element on its own value: any data means Enabled",
    "RestrictConnectionSettings_2": "Disabled writes nothing",
    "WdiScenarioExecutionPolicy": "its disabledList gives the value that Disabled would delete",
}
"""Policies whose Disabled the values do not show."""


def test_what_disabled_writes_shows_disabled_for_every_shipped_policy() -> None:
    assert {one.name for one in policies() if recovered(one, disabled(one))[0] != "disabled"} == UNTOLD.keys()


def test_real_registry_pol_files_hold_exactly_the_writes_of_the_policies_that_they_show(sample_data: Path) -> None:
    """Every policy recovered in full, from every backup: its writes are there, and explain what it accounts for."""
    definitions = load([sample_data / STORE])
    differing: Counter[tuple[str, str]] = Counter()
    seen: Counter[str] = Counter()
    for file in sorted(p for p in (sample_data / "gpo").rglob("*") if p.name.casefold() == "registry.pol"):
        scope = Scope.USER if file.parent.name.casefold() == "user" else Scope.DEVICE
        half = half_of(*_claims(file, scope), scope)
        for state in recover(definitions, scope, half):
            if not state.partial and not state.missing:
                seen[state.state] += 1
                if not _holds_exactly(half, state):
                    differing[state.policy.name, state.state] += 1
    assert differing == Counter({("EnableUEV", "disabled"): 1})
    assert seen == Counter(enabled=2303, disabled=786)


def _claims(file: Path, scope: Scope) -> tuple[Sequence[Claim], Sequence[Sweep]]:
    source = Source(file.name, file)
    records, _ = registry_pol.records(source.read())
    claims, sweeps, _ = registry_pol.claims(records, scope, source)
    return claims, sweeps


def _holds_exactly(half: Half, state: PolicyState) -> bool:
    held = [(e, _held(e, state.elements[e.id])) for e in state.policy.elements if e.id in state.elements]
    writes = enabled(state.policy, held) if state.state == "enabled" else disabled(state.policy)
    written = half_written(writes)
    return (
        all(_same(half.values.get(at), data) for at, data in written.values.items())
        and all(half.deletes(*at) for at in written.deleted)
        and written.emptied <= half.emptied
        and state.explained <= written.values.keys() | written.deleted | {(key, EMPTIED) for key in written.emptied}
    )


def _held(element: AnyElement, value: Value) -> Held:
    if isinstance(element, ListBox) and element.explicit and isinstance(value, tuple):
        return tuple((name, data) for name, _, data in (entry.partition("=") for entry in value))
    assert isinstance(value, bool | int | str | tuple)
    return value


def _same(there: tuple[str, Value] | None, written: tuple[str, Value]) -> bool:
    """Type and data are equal; texts as Windows compares them."""
    return there is not None and there[0] == written[0] and _folded(there[1]) == _folded(written[1])


def _folded(value: Value) -> Value:
    return value.casefold() if isinstance(value, str) else value
