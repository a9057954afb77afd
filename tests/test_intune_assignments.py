from __future__ import annotations

import json
from pathlib import Path

import pytest

from policylint.evidence import Evidence, JsonAt
from policylint.model import Assignment, FileRecord, Group
from tests.intune_writer import CONTEXT, GRAPH, Json, assigned, catalog, choice, custom, oma, only, read, read_one

SETTING = choice("device_vendor_msft_x", "1")
GROUP = "3fa85f64-5717-4562-b3fc-2c963f66afa6"
FILTER = "e4e92cc7-6297-482d-a889-2e3a005ae255"
FILTERED = "deviceAndAppManagementAssignmentFilterId"
MODE = "deviceAndAppManagementAssignmentFilterType"

TARGETS: list[tuple[Json, Assignment]] = [
    (assigned("allDevices"), Assignment("all-devices")),
    (assigned("allLicensedUsers"), Assignment("all-users")),
    (assigned("group", groupId=GROUP), Assignment("group", group=GROUP)),
    (assigned("exclusionGroup", groupId=GROUP), Assignment("group", True, GROUP)),
    (assigned("group", groupId="Pilot devices"), Assignment("group", group="Pilot devices")),
    (assigned("group", groupName="Pilot devices"), Assignment("group", group="Pilot devices")),
    (assigned("configurationManagerCollection", collectionId="1"), Assignment("other")),
    (assigned("cloudPcManagementGroup", groupId=GROUP), Assignment("other")),
    (
        assigned("allDevices", **{FILTERED: FILTER, MODE: "exclude"}),
        Assignment("all-devices", filter=FILTER, filter_mode="exclude"),
    ),
    (
        assigned("group", groupId=GROUP, **{FILTERED: "Corporate", MODE: "include"}),
        Assignment("group", group=GROUP, filter="Corporate", filter_mode="include"),
    ),
    (assigned("allDevices", **{FILTERED: None, MODE: "none"}), Assignment("all-devices")),
    (
        assigned("allDevices", **{FILTERED: "00000000-0000-0000-0000-000000000000", MODE: "include"}),
        Assignment("all-devices"),
    ),
    (
        {"id": "1_acacacac-9df4-4c7d-9d50-4ef0226f57a9", "Target": {}, "AdditionalProperties": {}},
        Assignment("all-users"),
    ),
    (
        {"id": "1_adadadad-808e-44e2-905a-0b7873a8a531", "target": {}},
        Assignment("all-devices"),
    ),
    ({"id": f"1_{GROUP}", "target": {}}, Assignment("other")),
]


@pytest.mark.parametrize(("written", "expected"), TARGETS)
def test_each_kind_of_target_is_known(written: Json, expected: Assignment, tmp_path: Path) -> None:
    assert only(read_one(tmp_path, catalog(SETTING, assignments=[written]))).assignments == (expected,)


def test_one_assignment_may_stand_without_its_array(tmp_path: Path) -> None:
    policy = only(read_one(tmp_path, catalog(SETTING, assignments=assigned("allDevices"))))
    assert policy.assignments == (Assignment("all-devices"),)


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({}, None),
        ({"assignments": None}, None),
        ({"assignments": []}, ()),
        ({"assignments": {}}, ()),
        ({"isAssigned": False}, ()),
        ({"isAssigned": True}, None),
    ],
)
def test_no_assignments_and_none_told_are_different(members: Json, expected: object, tmp_path: Path) -> None:
    assert only(read_one(tmp_path, catalog(SETTING, **members))).assignments == expected


def intune_cd(**members: object) -> str:
    body = {"creationSource": None, "name": "Catalog", "platforms": "windows10", "technologies": "mdm"}
    return json.dumps(body | {"settings": catalog(SETTING)["settings"]} | members, indent=5)


def test_intune_cd_leaves_the_member_out_when_nothing_is_assigned(tmp_path: Path) -> None:
    assert only(read_one(tmp_path, intune_cd())).assignments == ()


def test_the_indent_of_intune_cd_alone_says_nothing(tmp_path: Path) -> None:
    assert only(read_one(tmp_path, intune_cd(id="42"))).assignments is None
    assert only(read_one(tmp_path, intune_cd(**{"@odata.context": f"{CONTEXT}x"}))).assignments is None


def test_groups_that_an_assignment_describes_are_kept(tmp_path: Path) -> None:
    target = assigned(
        "group", groupName="Pilot", groupType="DynamicMembership", membershipRule='(device.model -eq "a")'
    )
    reading = read_one(tmp_path, intune_cd(assignments=[target]))
    place = Evidence("policy.json", JsonAt("/assignments/0/target/groupName"))
    assert reading.groups == (Group("Pilot", "Pilot", "devices", place),)


def test_a_filter_is_called_by_its_name_where_the_export_holds_it(tmp_path: Path) -> None:
    filter_ = {
        "@odata.type": f"{GRAPH}deviceAndAppManagementAssignmentFilter",
        "id": FILTER,
        "displayName": "Autopilot devices",
        "rule": "(device.model -eq 1)",
    }
    policy = catalog(SETTING, assignments=[assigned("allDevices", **{FILTERED: FILTER.upper(), MODE: "include"})])
    reading = read(tmp_path, {"A/policy.json": policy, "Filters/f.json": filter_})
    assert only(reading).assignments == (Assignment("all-devices", filter="Autopilot devices", filter_mode="include"),)
    assert reading.files[1] == FileRecord(
        "Filters/f.json", "ignored", "assignment filter", "no policy; its name is used"
    )


@pytest.mark.parametrize(
    "stated", [[assigned("allDevices")], assigned("allDevices"), {"assignments": [assigned("allDevices")]}]
)
def test_assignments_in_a_file_of_their_own_belong_to_the_policy_beside(stated: object, tmp_path: Path) -> None:
    files = {"Custom/Hello.json": custom(oma("Integer", "./Vendor/MSFT/A", 1)), "Custom/Assignments/Hello.json": stated}
    reading = read(tmp_path, files)
    assert only(reading).assignments == (Assignment("all-devices"),)
    record = FileRecord(
        "Custom/Assignments/Hello.json", "ignored", "assignments", "assignments, used with their policy"
    )
    assert reading.files[0] == record


def test_groups_are_known_by_id_name_and_rule(tmp_path: Path) -> None:
    def group(id_: str, name: str, rule: str | None) -> Json:
        return {"id": id_, "displayName": name, "securityEnabled": True, "membershipRule": rule}

    table = {
        "TenantId": "dcd219dd-bc68-4b9b-bf0b-4a33a796be35",
        "Organization": "Contoso",
        "Objects": [
            {"DisplayName": "Devices", "Id": "1", "Type": "Group"},
            {"DisplayName": "Other", "Id": "4", "Type": "Group"},
            {"DisplayName": "A filter", "Id": "9", "Type": "AssignmentFilter"},
        ],
    }
    reading = read(
        tmp_path,
        {
            "Groups/Devices.json": group("1", "Devices", '(device.devicePhysicalIDs -any (_ -contains "[ZTDId]"))'),
            "Groups/Users.json": group("2", "Users", "(user.accountEnabled -eq true)"),
            "Groups/Static.json": group("3", "Static", None),
            "MigrationTable.json": table,
            "Templates/Groups.json": {"groups": [{"displayName": "New", "membershipRule": "device.x -eq user.y"}]},
        },
    )
    named = JsonAt("/displayName")
    assert reading.groups == (
        Group("1", "Devices", "devices", Evidence("Groups/Devices.json", named)),
        Group("2", "Users", "users", Evidence("Groups/Users.json", named)),
        Group("3", "Static", None, Evidence("Groups/Static.json", named)),
        Group("4", "Other", None, Evidence("MigrationTable.json", JsonAt("/Objects/1/DisplayName"))),
        Group("New", "New", None, Evidence("Templates/Groups.json", JsonAt("/groups/0/displayName"))),
    )
    assert reading.tenants == ("dcd219dd-bc68-4b9b-bf0b-4a33a796be35",)
    assert {record.status for record in reading.files} == {"ignored"}
    assert reading.problems == ()
