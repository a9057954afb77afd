from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policylint.evidence import Evidence, JsonAt
from policylint.model import Assignment, FileRecord, Problem
from policylint.readers.intune import exports as intune
from tests.intune_writer import (
    CONTEXT,
    GRAPH,
    Json,
    assigned,
    catalog,
    choice,
    custom,
    enrolment,
    group,
    identity,
    intent,
    oma,
    only,
    pointers,
    read,
    read_one,
    simple,
    sources,
    values,
)

KIND = "settings catalog policy"
ID = "5e082981-0000-4000-8000-000000000001"
ON, OFF = choice("device_vendor_msft_x", "1"), choice("device_vendor_msft_x", "0")
CLAIM = {"device_vendor_msft_x": 1}


def records(folder: Path, files: Json) -> list[FileRecord]:
    return list(read(folder, files).files)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_exports_are_read_in_every_encoding(encoding: str, tmp_path: Path) -> None:
    text = json.dumps(catalog(ON, name="Größe"), ensure_ascii=False, indent=4).replace("\n", "\r\n")
    policy = only(read_one(tmp_path, text.encode(encoding)))
    assert (policy.name, values(policy)) == ("Größe", CLAIM)


def test_files_that_are_not_ours_are_left(tmp_path: Path) -> None:
    files = {"a.xml": "<GPO/>", "notes.txt": "remember", "list.txt": "[unfinished", "x.txt": '{"a": 1}', "b.ps1": "ls"}
    reading, left = intune.take(sources(tmp_path, files))
    assert [source.path for source in left] == sorted(files)
    assert reading.files == ()


def test_text_files_that_are_exports_are_taken(tmp_path: Path) -> None:
    portal = {"@odata.context": f"{CONTEXT}configurationPolicies/$entity", **catalog(ON)}
    assert records(tmp_path, {"edge-hardening.txt": portal}) == [
        FileRecord("edge-hardening.txt", "read", KIND, settings=1)
    ]


def test_a_broken_file_is_unread_and_hides_no_other(tmp_path: Path) -> None:
    reading = read(tmp_path, {"a.json": "{\n // no\n}", "b.json": catalog(ON), "c.json": b"\xff\xfe\x00"})
    assert values(only(reading)) == CLAIM
    assert [(record.path, record.status) for record in reading.files] == [
        ("a.json", "unread"),
        ("b.json", "read"),
        ("c.json", "unread"),
    ]
    assert [(p.rule, p.evidence.path) for p in reading.problems] == [("RD004", "a.json"), ("RD005", "c.json")]


def test_a_file_that_cannot_be_opened_is_unread(tmp_path: Path) -> None:
    made = sources(tmp_path, {"a.json": "{}"})
    (tmp_path / "a.json").unlink()
    reading, left = intune.take(made)
    assert (left, [(f.path, f.status) for f in reading.files]) == ([], [("a.json", "unread")])
    assert [p.rule for p in reading.problems] == ["RD001"]


@pytest.mark.parametrize("content", ["[]", "{}", "3", '"text"', "null", '[1, "a"]', {"policies": [{"name": "x"}]}])
def test_json_that_is_no_graph_object_is_passed_over(content: object, tmp_path: Path) -> None:
    assert records(tmp_path, {"x.json": content}) == [FileRecord("x.json", "ignored", "JSON", "not a Graph object")]


def test_a_file_called_only_json_is_taken(tmp_path: Path) -> None:
    assert records(tmp_path, {"A/.json": catalog(ON)}) == [FileRecord("A/.json", "read", KIND, settings=1)]


def euc(body: object, address: str, assigned_: object) -> Json:
    text = body if isinstance(body, str) else json.dumps(body)
    uri = f"https://graph.microsoft.com/beta/{address}"
    return {"value": [text, uri, "The name", ["the-id"], assigned_], "Count": 5}


def cipp(body: Json) -> Json:
    template = {"Displayname": "From CIPP", "Type": "Catalog", "RAWJson": json.dumps(body), "GUID": "g"}
    return {"PartitionKey": "IntuneTemplate", "RowKey": "g", "GUID": "g", "JSON": json.dumps(template)}


UNNAMED = {key: value for key, value in catalog(ON).items() if key not in ("name", "id", "@odata.type")}


@pytest.mark.parametrize(
    ("written", "id_", "name", "at"),
    [
        (json.dumps(catalog(ON)), ID, "Catalog", ""),
        (json.dumps(json.dumps(catalog(ON))), ID, "Catalog", ""),
        (cipp(UNNAMED), "From CIPP", "From CIPP", "/JSON"),
        ([euc(UNNAMED, "deviceManagement/configurationPolicies", {})], "the-id", "The name", "/0/value/0"),
    ],
)
def test_json_in_a_string_is_unwrapped_and_points_at_the_string(
    written: object, id_: str, name: str, at: str, tmp_path: Path
) -> None:
    content = json.dumps(written) if isinstance(written, str) else written
    policy = only(read_one(tmp_path, content))
    assert (policy.id, policy.name, values(policy)) == (id_, name, CLAIM)
    assert (policy.evidence, pointers(policy)) == (Evidence("policy.json", JsonAt(at)), {"device_vendor_msft_x": at})


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ([assigned("allDevices")], (Assignment("all-devices"),)),
        (assigned("allDevices"), (Assignment("all-devices"),)),
        ({}, ()),
        ("No Available Assignment", ()),
    ],
)
def test_the_euc_toolbox_keeps_assignments_beside_the_object(stated: object, expected: object, tmp_path: Path) -> None:
    written = [euc(catalog(ON), "deviceManagement/configurationPolicies", stated)]
    assert only(read_one(tmp_path, written)).assignments == expected


def test_one_broken_object_of_a_backup_hides_none_beside_it(tmp_path: Path) -> None:
    address = "deviceManagement/configurationPolicies"
    written = [euc("{", address, {}), euc(catalog(ON), address, {}), euc("[]", address, {})]
    reading = read_one(tmp_path, written)
    assert values(only(reading)) == CLAIM
    assert [(p.rule, p.evidence) for p in reading.problems] == [
        ("RD004", Evidence("policy.json", JsonAt("/0/value/0"))),
        ("RD012", Evidence("policy.json", JsonAt("/2/value/0"))),
    ]
    assert [(f.status, f.settings) for f in reading.files] == [("unread", 1)]


def test_a_broken_cipp_record_is_told_at_its_string(tmp_path: Path) -> None:
    (problem,) = read_one(tmp_path, {"PartitionKey": "p", "JSON": "{"}).problems
    assert (problem.rule, problem.evidence) == ("RD004", Evidence("policy.json", JsonAt("/JSON")))


def test_objects_of_one_file_are_read_one_by_one(tmp_path: Path) -> None:
    page = {
        "@odata.context": f"{CONTEXT}deviceConfigurations",
        "value": [custom(oma("Integer", "./Vendor/MSFT/A", 1)), identity(), {"@odata.type": f"{GRAPH}iosUpdateX"}],
    }
    reading = read_one(tmp_path, page)
    assert [policy.name for policy in reading.policies] == ["Custom", "Hello"]
    kind = "custom profile and identity protection profile and iosUpdateX"
    assert reading.files == (FileRecord("policy.json", "read", kind, settings=1),)


def test_a_page_whose_next_page_is_missing_is_told(tmp_path: Path) -> None:
    page = {"@odata.context": f"{CONTEXT}x", "@odata.nextLink": "https://…", "value": [catalog(ON)]}
    reading = read(tmp_path, {"1.json": page})
    assert [(p.rule, p.evidence) for p in reading.problems] == [
        ("RD011", Evidence("1.json", JsonAt("/@odata.nextLink")))
    ]
    last = {"@odata.context": f"{CONTEXT}x", "value": []}
    assert read(tmp_path, {"1.json": page, "2.json": last}).problems == ()


READ = [
    ({"@odata.type": f"{GRAPH}windows10CompliancePolicy"}, "compliance policy", "compliance"),
    ({"@odata.type": f"{GRAPH}windowsUpdateForBusinessConfiguration"}, "update ring", "template"),
    ({"@odata.type": f"{GRAPH}windowsFeatureUpdateProfile"}, "feature update profile", "update"),
    ({"@odata.type": f"{GRAPH}windows10EndpointProtectionConfiguration"}, "endpoint protection template", "template"),
    ({"@odata.type": f"{GRAPH}windowsSomethingNewConfiguration"}, "windowsSomethingNewConfiguration", "template"),
    ({"added": [], "updated": [], "deletedIds": []}, "administrative templates profile", "administrative-template"),
    (
        {"@odata.context": f"{CONTEXT}deviceManagementScripts/$entity", "scriptContent": ""},
        "PowerShell script",
        "script",
    ),
    ({"@odata.type": f"{GRAPH}deviceHealthScript"}, "remediation script", "script"),
]


@pytest.mark.parametrize(("written", "label", "kind"), READ)
def test_windows_objects_of_every_kind_are_policies(written: Json, label: str, kind: str, tmp_path: Path) -> None:
    reading = read(tmp_path, {"P.json": {**written, "displayName": "P"}})
    assert reading.files == (FileRecord("P.json", "read", label),)
    assert [(policy.name, policy.kind, policy.claims) for policy in reading.policies] == [("P", kind, ())]
    assert reading.problems == ()


def test_a_windows_object_that_no_reader_knows_is_recognised_but_not_evaluated(tmp_path: Path) -> None:
    reading = read(tmp_path, {"P.json": {"@odata.type": f"{GRAPH}windowsSomethingNew", "displayName": "P"}})
    assert reading.files == (FileRecord("P.json", "ignored", "windowsSomethingNew", "not evaluated yet"),)
    assert [(p.rule, p.message) for p in reading.problems] == [
        ("RD010", 'windowsSomethingNew "P" is recognised, but not evaluated yet')
    ]


PASSED_OVER = [
    (
        {"@odata.type": f"{GRAPH}azureADWindowsAutopilotDeploymentProfile"},
        "Autopilot profile",
        "takes effect before enrolment, no setting",
    ),
    (
        {"@odata.type": f"{GRAPH}windows10EnrollmentCompletionPageConfiguration"},
        "enrolment status page",
        "shown at enrolment, no setting",
    ),
    (
        {"@odata.type": f"{GRAPH}androidCompliancePolicy"},
        "androidCompliancePolicy",
        "for another platform, not for Windows",
    ),
    (
        {"@odata.type": f"{GRAPH}macOSCustomConfiguration"},
        "macOSCustomConfiguration",
        "for another platform, not for Windows",
    ),
    ({"@odata.type": f"{GRAPH}win32LobApp"}, "win32LobApp", "an application, no policy"),
    ({"@odata.type": f"{GRAPH}roleScopeTag"}, "scope tag", "no policy"),
    ({"@odata.type": f"{GRAPH}deviceEnrollmentLimitConfiguration"}, "enrolment limit", "sets nothing on devices"),
    ({"error": {"code": "NotFound"}}, "Graph error", "no policy"),
    ({"Rules": [{"SettingName": "x"}]}, "custom compliance rules", "no policy of their own"),
    ([{"groupName": "g", "groupType": "t", "assignedTo": {}}], "report", "no policy"),
]


@pytest.mark.parametrize(("written", "kind", "reason"), PASSED_OVER)
def test_what_sets_nothing_on_windows_is_passed_over_without_a_problem(
    written: object, kind: str, reason: str, tmp_path: Path
) -> None:
    reading = read(tmp_path, {"x.json": written})
    assert reading.files == (FileRecord("x.json", "ignored", kind, reason),)
    assert reading.problems == ()


def test_an_unknown_type_is_told(tmp_path: Path) -> None:
    reading = read_one(tmp_path, {"@odata.type": "#microsoft.graph.brandNew", "displayName": "P", "id": "1"})
    assert reading.files == (FileRecord("policy.json", "ignored", "brandNew", "unknown type"),)
    assert reading.problems == (
        Problem(
            "RD012",
            '"P" has the unknown type #microsoft.graph.brandNew',
            Evidence("policy.json", JsonAt("/@odata.type")),
            "1",
        ),
    )


def test_objects_whose_type_the_sdk_lost_are_told(tmp_path: Path) -> None:
    reading = read_one(tmp_path, {"displayName": "Ring", "DeviceStatusOverview": {}, "UserStatuses": None})
    assert reading.files == (FileRecord("policy.json", "ignored", "Intune object", "settings lost in the export"),)
    assert [p.rule for p in reading.problems] == ["RD011"]


def test_the_type_comes_before_a_context_that_scripts_have_spoilt(tmp_path: Path) -> None:
    spoilt = identity(**{"@odata.context": f"{CONTEXT}groups/x/microsoft.graph.a/microsoft.graph.b", "id": "h"})
    assert only(read_one(tmp_path, spoilt)).kind == "identity-protection"


def test_keys_that_stand_twice_are_told(tmp_path: Path) -> None:
    text = json.dumps(catalog(ON)).replace('"platforms"', '"name": "First", "platforms"', 1)
    reading = read_one(tmp_path, text)
    assert reading.problems == (
        Problem(
            "RD014",
            "/name stands twice in one object: the last one counts",
            Evidence("policy.json", JsonAt("/name")),
        ),
    )


def test_archived_copies_of_intune_cd_are_not_used(tmp_path: Path) -> None:
    files = {"B/__archive__/2026/p.json": catalog(OFF), "B/p.json": catalog(ON), "Archive/p.json": catalog(ON, id="2")}
    reading = read(tmp_path, files)
    assert [(policy.id, values(policy)) for policy in reading.policies] == [("2", CLAIM), (ID, CLAIM)]
    assert reading.files[1] == FileRecord("B/__archive__/2026/p.json", "ignored", f"{KIND} (archived)", "archived copy")


def test_one_policy_in_two_layouts_counts_once(tmp_path: Path) -> None:
    reading = read(tmp_path, {"b.json": catalog(ON, assignments=[]), "a.json": catalog(ON, displayName="again")})
    assert only(reading).assignments == ()
    assert reading.files == (
        FileRecord("a.json", "read", KIND, settings=1),
        FileRecord("b.json", "ignored", KIND, "the same policy as a.json"),
    )


def test_different_policies_with_one_id_are_both_kept(tmp_path: Path) -> None:
    secret = simple("device_vendor_msft_s", "t", "Secret")
    reading = read(tmp_path, {"a.json": catalog(ON), "b.json": catalog(OFF, secret), "c.json": catalog(ON)})
    assert [(policy.id, values(policy)) for policy in reading.policies] == [
        (ID, CLAIM),
        (f"{ID}#2", {"device_vendor_msft_x": 0}),
    ]
    assert [problem.policy for problem in reading.problems] == [f"{ID}#2"]


def test_copies_that_are_assigned_differently_are_both_kept(tmp_path: Path) -> None:
    files = {"a.json": catalog(ON, assignments=[]), "b.json": catalog(ON, assignments=[assigned("allDevices")])}
    assert [policy.id for policy in read(tmp_path, files).policies] == [ID, f"{ID}#2"]


def test_the_order_of_the_inputs_does_not_matter(tmp_path: Path) -> None:
    made = sources(
        tmp_path,
        {"a.json": catalog(ON), "b.json": catalog(OFF), "c.json": identity(), "d.json": "{", "e.json": intent(a=1)},
    )
    shuffled = list(made)
    random.Random(7).shuffle(shuffled)  # noqa: S311 - any order will do
    assert intune.take(shuffled) == intune.take(made)


SHAPES: list[object] = [
    catalog(group("vendor_msft_firewall_mdmstore_firewallrules_{firewallrulename}", [ON, simple("a_name", "n")])),
    custom(oma("StringXml", "./User/Vendor/MSFT/A", "PGEvPg=="), assignments=[assigned("group", groupId="g")]),
    identity(windowsHelloForBusinessBlocked=False, pinMinimumLength=6, assignments=[]),
    intent(pinMinimumLength=6, windowsHelloForBusinessBlocked=False),
    enrolment(state="enabled", pinMinimumLength=6),
    cipp(catalog(ON)),
    [euc(catalog(ON), "deviceManagement/configurationPolicies", assigned("allDevices"))],
    {"@odata.context": f"{CONTEXT}configurationPolicies('1')/settings", "value": catalog(ON)["settings"]},
    {"TenantId": "t", "Objects": [{"DisplayName": "d", "Id": "i", "Type": "Group"}]},
    {"groups": [{"displayName": "g", "membershipRule": "device.a"}]},
    {"id": "f", "displayName": "f", "rule": "r", "platform": "windows10AndLater"},
    {
        "@odata.type": f"{GRAPH}windows10EndpointProtectionConfiguration",
        "displayName": "t",
        "firewallProfileDomain": {"firewallEnabled": "allowed", "inboundConnectionsBlocked": True},
        "firewallRules": [{"displayName": "r", "action": "allowed"}],
        "defenderEmailContentExecutionType": "block",
    },
    {
        "@odata.type": f"{GRAPH}windowsUpdateForBusinessConfiguration",
        "installationSchedule": {"@odata.type": f"{GRAPH}windowsUpdateActiveHoursInstall", "activeHoursStart": "08:00"},
        "qualityUpdatesDeferralPeriodInDays": 3,
    },
    {
        "@odata.type": f"{GRAPH}deviceManagementIntent",
        "settings": [
            {"definitionId": "admx--edge_Policy", "valueJson": '"enabled"'},
            {"definitionId": "deviceConfiguration--a~Policy~b_C", "valueJson": '{"enabled": true, "data": {"C": 1}}'},
            {
                "definitionId": "deviceConfiguration--windows10EndpointProtectionConfiguration_firewallProfilePublic",
                "value": [{"definitionId": "deviceConfiguration--x_inboundConnectionsBlocked", "value": True}],
            },
        ],
    },
    {
        "@odata.type": f"{GRAPH}groupPolicyConfiguration",
        "definitionValues": [
            {
                "definition": {"displayName": "p", "categoryPath": "\\c", "classType": "user"},
                "enabled": "true",
                "presentationValues": [{"presentation": {"label": "l"}, "values": [{"name": "n", "value": "v"}]}],
            }
        ],
    },
    [{"definition@odata.bind": "https://x/groupPolicyDefinitions('g')", "enabled": True}],
    {
        "@odata.type": f"{GRAPH}windows10CompliancePolicy",
        "deviceCompliancePolicyScript": {"deviceComplianceScriptId": "s"},
        "bitLockerEnabled": True,
    },
]
ODD = st.sampled_from(
    [None, True, 0, -1, 1.5, "", "x", "{", "[]", [], [None], [[]], {}, {"a": None}, {"value": []}]
).map(json.dumps)
"""As text, so that no example shares a value with another."""


@st.composite
def mutated(draw: st.DrawFn) -> object:
    """A real-looking document with a few members replaced, removed, renamed or wrapped."""
    document = json.loads(json.dumps(draw(st.sampled_from(SHAPES))))
    for _ in range(draw(st.integers(1, 4))):
        places = list(_places(document))
        if not places:
            break
        container, key = draw(st.sampled_from(places))
        action = draw(st.sampled_from(["replace", "remove", "wrap", "text"]))
        if action == "remove":
            del container[key]
        else:
            old = container[key]
            container[key] = {"replace": json.loads(draw(ODD)), "wrap": [old], "text": json.dumps(old)}[action]
    return document


def _places(value: Any) -> list[tuple[Any, Any]]:
    if isinstance(value, dict):
        inner: list[tuple[Any, Any]] = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value))
    else:
        return []
    return [(value, key) for key, _ in inner] + [place for _, child in inner for place in _places(child)]


@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(documents=st.lists(mutated(), min_size=1, max_size=3))
def test_no_document_makes_the_reader_fail(documents: list[object], tmp_path: Path) -> None:
    files = {f"{index}.json": document for index, document in enumerate(documents)}
    reading, left = intune.take(sources(tmp_path, files))
    assert left == []
    assert [record.path for record in reading.files] == sorted(files)
    assert {problem.evidence.path for problem in reading.problems} <= set(files)
    ids = [policy.id for policy in reading.policies]
    assert len(ids) == len(set(ids))
    unread = {record.path for record in reading.files if record.status == "unread"}
    assert unread <= {problem.evidence.path for problem in reading.problems}


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    data=st.binary(max_size=64) | st.sampled_from(SHAPES).map(lambda s: json.dumps(s).encode()), cut=st.integers(0, 400)
)
def test_no_bytes_make_the_reader_fail(data: bytes, cut: int, tmp_path: Path) -> None:
    reading, left = intune.take(sources(tmp_path, {"x.json": data[:cut]}))
    assert (left, [record.path for record in reading.files]) == ([], ["x.json"])
