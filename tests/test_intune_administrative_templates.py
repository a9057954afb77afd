"""Administrative templates profiles, in the four dialects that export tools write."""

from __future__ import annotations

from pathlib import Path

import pytest

from policylint.evidence import Evidence, JsonAt
from policylint.model import Scope
from tests.intune_writer import GRAPH, Json, only, pointers, read, read_one, values

GUID = "81c07ba0-7512-402d-b1f6-00856975cfab"
ELEMENT = "948a1d59-8746-4859-82b1-46b16d6dd0d3"
ADDRESS = "https://graph.microsoft.com/beta/deviceManagement/groupPolicyDefinitions"
BIND = f"{ADDRESS}('{GUID}')"


def value(enabled: object = True, **members: object) -> Json:
    return {"definition@odata.bind": BIND, "enabled": enabled, **members}


def presentation(kind: str, **members: object) -> Json:
    bind = f"{BIND}/presentations('{ELEMENT}')"
    return {"@odata.type": f"{GRAPH}groupPolicyPresentationValue{kind}", "presentation@odata.bind": bind, **members}


def profile(*definition_values: Json) -> Json:
    type_ = f"{GRAPH}groupPolicyConfiguration"
    return {"@odata.type": type_, "id": "a", "displayName": "ADMX", "definitionValues": list(definition_values)}


def expanded(class_: str, label: str) -> Json:
    """A value as IntuneCD writes it."""
    definition = {"id": GUID, "displayName": "Homepage", "categoryPath": "\\Mozilla\\Firefox", "classType": class_}
    shown = {"@odata.type": f"{GRAPH}groupPolicyPresentationValueText", "value": "x", "presentation": {"label": label}}
    return {"definition": definition, "enabled": True, "presentationValues": [shown]}


def test_a_built_in_definition_is_known_by_its_guid(tmp_path: Path) -> None:
    stated = value(presentationValues=[presentation("Decimal", value=7200)])
    reading = read_one(tmp_path, profile(stated))
    policy = only(reading)
    assert policy.kind == "administrative-template"
    assert values(policy) == {f"admx:{{{GUID}}}": "enabled", f"admx:{{{GUID}}}/{{{ELEMENT}}}": 7200}
    assert list(pointers(policy).values()) == [
        "/definitionValues/0/enabled",
        "/definitionValues/0/presentationValues/0/value",
    ]
    assert [(p.rule, p.message) for p in reading.problems] == [
        ("RD032", '1 setting of "ADMX" is known by the GUID of its definition only')
    ]


@pytest.mark.parametrize(("class_", "scope"), [("machine", Scope.DEVICE), ("user", Scope.USER)])
def test_an_expanded_definition_is_known_by_path_name_and_class(class_: str, scope: Scope, tmp_path: Path) -> None:
    reading = read_one(tmp_path, profile(expanded(class_, "Address: ")))
    assert [(str(c.setting), c.scope, c.value) for c in only(reading).claims] == [
        ("admx:Mozilla/Firefox/Homepage", scope, "enabled"),
        ("admx:Mozilla/Firefox/Homepage/Address", scope, "x"),
    ]
    assert reading.problems == ()


def test_an_ingested_definition_is_known_by_what_intune_management_adds(tmp_path: Path) -> None:
    described = {
        "#Definition_displayName": "TelemetryLevel",
        "#Definition_categoryPath": "\\Visual Studio Code\\Telemetry",
        "#Definition_classType": "machine",
    }
    shown = {**presentation("Text", value="off"), "#Presentation_Label": "TelemetryLevel"}
    found = values(only(read_one(tmp_path, profile(value(**described, presentationValues=[shown])))))
    assert found == {
        "admx:Visual Studio Code/Telemetry/TelemetryLevel": "enabled",
        "admx:Visual Studio Code/Telemetry/TelemetryLevel/TelemetryLevel": "off",
    }


def test_two_tools_give_one_id(tmp_path: Path) -> None:
    described = {"#Definition_displayName": "Homepage", "#Definition_categoryPath": "\\Mozilla\\FIREFOX"}
    one, other = (read(tmp_path, {"p.json": profile(v)}) for v in (expanded("machine", "L"), value(**described)))
    assert only(one).claims[0].setting == only(other).claims[0].setting


@pytest.mark.parametrize(("stated", "state"), [("true", "enabled"), ("false", "disabled"), (False, "disabled")])
def test_a_state_in_quotes_is_a_state(stated: object, state: str, tmp_path: Path) -> None:
    assert values(only(read_one(tmp_path, profile(value(stated))))) == {f"admx:{{{GUID}}}": state}


def test_a_bare_array_is_a_profile_named_after_its_file(tmp_path: Path) -> None:
    policy = only(read(tmp_path, {"OneDrive.json": [value("true")]}))
    assert (policy.name, values(policy), pointers(policy)) == (
        "OneDrive",
        {f"admx:{{{GUID}}}": "enabled"},
        {f"admx:{{{GUID}}}": "/0/enabled"},
    )


def test_a_page_of_values_is_a_profile(tmp_path: Path) -> None:
    page = {"@odata.context": "https://graph.microsoft.com/beta/$metadata#x", "value": [expanded("machine", "A")]}
    policy = only(read(tmp_path, {"page.json": page}))
    assert list(pointers(policy).values()) == ["/value/0/enabled", "/value/0/presentationValues/0/value"]


def test_a_single_value_that_powershell_unrolled_is_read(tmp_path: Path) -> None:
    written = profile() | {"definitionValues": value(presentationValues=presentation("Boolean", value=True))}
    assert values(only(read_one(tmp_path, written))) == {
        f"admx:{{{GUID}}}": "enabled",
        f"admx:{{{GUID}}}/{{{ELEMENT}}}": True,
    }


def test_the_body_of_an_update_is_a_profile(tmp_path: Path) -> None:
    policy = only(read_one(tmp_path, {"added": [value()], "updated": [], "deletedIds": []}))
    assert (policy.kind, values(policy)) == ("administrative-template", {f"admx:{{{GUID}}}": "enabled"})


def test_lists_keep_the_names_of_their_entries(tmp_path: Path) -> None:
    entries = [{"name": "a", "value": "1"}, {"name": "b", "value": None}]
    shown = [presentation("List", values=entries), presentation("MultiText", values=["x", "y"])]
    found = values(only(read_one(tmp_path, profile(value(presentationValues=shown)))))
    assert found == {
        f"admx:{{{GUID}}}": "enabled",
        f"admx:{{{GUID}}}/{{{ELEMENT}}}": ("a=1", "b"),
        f"admx:{{{GUID}}}/{{{ELEMENT}}}#2": ("x", "y"),
    }


@pytest.mark.parametrize(
    ("stated", "message"),
    [
        ({"enabled": True}, "an administrative template value without its definition"),
        (value("perhaps"), "an administrative template value that is neither enabled nor disabled"),
        (value(None), "an administrative template value that is neither enabled nor disabled"),
    ],
)
def test_a_value_without_definition_or_state_is_told(stated: Json, message: str, tmp_path: Path) -> None:
    reading = read_one(tmp_path, profile(stated))
    assert only(reading).claims == ()
    assert [(p.message, p.evidence) for p in reading.problems if p.rule == "RD012"] == [
        (message, Evidence("policy.json", JsonAt("/definitionValues/0")))
    ]


def test_a_masked_element_is_no_value(tmp_path: Path) -> None:
    reading = read_one(tmp_path, profile(value(presentationValues=[presentation("Text", value="*****")])))
    assert values(only(reading)) == {f"admx:{{{GUID}}}": "enabled"}
    assert "RD015" in {p.rule for p in reading.problems}


def test_a_profile_whose_values_are_missing_lost_them(tmp_path: Path) -> None:
    written = {"@odata.type": f"{GRAPH}groupPolicyConfiguration", "displayName": "ADMX"}
    assert [(p.rule, p.message) for p in read_one(tmp_path, written).problems] == [
        ("RD011", 'the export of "ADMX" carries no settings')
    ]
