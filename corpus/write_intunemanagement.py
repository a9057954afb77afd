"""Intune policies as IntuneManagement exports them with Windows PowerShell: UTF-16LE, every piece of OData metadata.

Sources: exports of the tool; ConvertTo-Json of Windows PowerShell 5.1, whose indentation follows the column of the
bracket.
"""

from __future__ import annotations

import codecs
import json
import uuid
from collections.abc import Iterable

from corpus.write_intune import (
    BETA,
    GRAPH,
    Assign,
    Choice,
    Device,
    EntraGroup,
    Instance,
    Json,
    Profile,
    Table,
    Texts,
    Whole,
)

_CONFIG = f"{GRAPH}deviceManagementConfiguration"
_METADATA = f"{BETA}/$metadata#deviceManagement"


def powershell(value: Json) -> bytes:
    """The bytes of a file that Windows PowerShell wrote with ConvertTo-Json and Out-File."""
    return codecs.BOM_UTF16_LE + f"{_layout(value, 0)}\r\n".encode("utf-16-le")


def _layout(value: Json, column: int) -> str:
    """A value whose opening bracket stands in a column."""
    if isinstance(value, dict):
        pairs = [f"{_quote(key)}:  " for key in value]
        items = [head + _layout(part, column + 4 + len(head)) for head, part in zip(pairs, value.values(), strict=True)]
        return _bracket("{", items, "}", column)
    if isinstance(value, list):
        return _bracket("[", [_layout(part, column + 4) for part in value], "]", column)
    return _quote(value) if isinstance(value, str) else json.dumps(value)


def _bracket(opening: str, items: list[str], closing: str, column: int) -> str:
    inner = ",\r\n".join(" " * (column + 4) + item for item in items)
    return f"{opening}\r\n{inner}\r\n{' ' * column}{closing}"


def _quote(text: str) -> str:
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(f"\\u{ord(char):04x}" if char in "'<>&" else char for char in quoted)


_PROFILE_ACTIONS = (
    "assign",
    "clearEnrollmentTimeDeviceMembershipTarget",
    "createCopy",
    "reorder",
    "retrieveEnrollmentTimeDeviceMembershipTarget",
    "setEnrollmentTimeDeviceMembershipTarget",
    "retrieveLatestUpgradeDefaultBaselinePolicy",
)


def profile(item: Profile) -> tuple[str, bytes]:
    """A settings-catalog policy."""
    entity = f"deviceManagement/configurationPolicies('{item.id}')"
    table: Table = {
        "@odata.context": f"{_METADATA}/configurationPolicies(assignments(),settings())/$entity",
        "@odata.type": f"{_CONFIG}Policy",
        "@odata.id": entity,
        "@odata.editLink": entity,
        "createdDateTime@odata.type": "#DateTimeOffset",
        "createdDateTime": item.created,
        "creationSource": None,
        "description": item.description,
        "lastModifiedDateTime@odata.type": "#DateTimeOffset",
        "lastModifiedDateTime": item.modified,
        "name": item.name,
        "platforms@odata.type": f"{_CONFIG}Platforms",
        "platforms": "windows10",
        "priorityMetaData": None,
        "roleScopeTagIds@odata.type": "#Collection(String)",
        "roleScopeTagIds": ["0"],
        "settingCount": len(item.settings),
        "technologies@odata.type": f"{_CONFIG}Technologies",
        "technologies": "mdm",
        "id": item.id,
        "templateReference": {
            "@odata.type": f"{_CONFIG}PolicyTemplateReference",
            "templateId": "",
            "templateFamily@odata.type": f"{_CONFIG}TemplateFamily",
            "templateFamily": "none",
            "templateDisplayName": None,
            "templateDisplayVersion": None,
        },
        **_links("assignments", f"{_METADATA}/configurationPolicies('{item.id}')/assignments", f"{BETA}/{entity}"),
        "assignments": [_catalog_assignment(item.id, one) for one in item.assigned],
        **_links("settings", f"{_METADATA}/configurationPolicies('{item.id}')/settings", f"{BETA}/{entity}"),
        "settings": [_setting(entity, number, one) for number, one in enumerate(item.settings)],
        **_actions(f"{BETA}/{entity}", _PROFILE_ACTIONS),
    }
    return f"SettingsCatalog/{item.name}_{item.id}.json", powershell(table)


def _links(name: str, context: str, entity: str) -> Table:
    links: Table = {f"{name}@odata.context": context} if context else {}
    links[f"{name}@odata.associationLink"] = f"{entity}/{name}/$ref"
    links[f"{name}@odata.navigationLink"] = f"{entity}/{name}"
    return links


def _actions(entity: str, names: Iterable[str]) -> Table:
    return {f"{GRAPH}{name}": _action(f"microsoft.graph.{name}", entity) for name in names}


def _action(name: str, entity: str) -> Table:
    return {"title": name, "target": f"{entity}/{name}"}


def _catalog_assignment(policy: str, item: Assign) -> Table:
    return {
        "id": f"{policy}_{item.id}",
        "source": "direct",
        "sourceId": policy,
        "target": {
            "@odata.type": item.target,
            "deviceAndAppManagementAssignmentFilterId": None,
            "deviceAndAppManagementAssignmentFilterType": "none",
            **_group_id(item),
        },
    }


def _group_id(item: Assign) -> Table:
    return {"groupId": item.to.id} if isinstance(item.to, EntraGroup) else {}


def _setting(entity: str, number: int, item: Instance) -> Table:
    own = f"{entity}/settings('{number}')"
    return {
        "@odata.type": f"{_CONFIG}Setting",
        "@odata.id": own,
        "@odata.editLink": own,
        "id": str(number),
        "settingInstance": _instance(item),
        **_links("settingDefinitions", "", f"{BETA}/{own}"),
    }


def _instance(item: Instance) -> Table:
    children_type = f"#Collection(microsoft.graph.{_CONFIG.removeprefix(GRAPH)}SettingInstance)"
    if isinstance(item, Choice):
        return _head("Choice", item) | {
            "choiceSettingValue": {
                "@odata.type": f"{_CONFIG}ChoiceSettingValue",
                "settingValueTemplateReference": None,
                "value": f"{item.definition}_{item.option}",
                "children@odata.type": children_type,
                "children": [],
            }
        }
    if isinstance(item, Whole):
        return _head("Simple", item) | {
            "simpleSettingValue": {
                "@odata.type": f"{_CONFIG}IntegerSettingValue",
                "settingValueTemplateReference": None,
                "value": item.number,
            }
        }
    if isinstance(item, Texts):
        return _head("SimpleSettingCollection", item) | {
            "simpleSettingCollectionValue@odata.type": (
                f"#Collection(microsoft.graph.{_CONFIG.removeprefix(GRAPH)}SimpleSettingValue)"
            ),
            "simpleSettingCollectionValue": [
                {
                    "@odata.type": f"{_CONFIG}StringSettingValue",
                    "settingValueTemplateReference": None,
                    "value": entry,
                }
                for entry in item.entries
            ],
        }
    return _head("GroupSettingCollection", item) | {
        "groupSettingCollectionValue@odata.type": (
            f"#Collection(microsoft.graph.{_CONFIG.removeprefix(GRAPH)}GroupSettingValue)"
        ),
        "groupSettingCollectionValue": [
            {
                "@odata.type": f"{_CONFIG}GroupSettingValue",
                "settingValueTemplateReference": None,
                "children@odata.type": children_type,
                "children": [_instance(child) for child in item.children],
            }
        ],
    }


def _head(kind: str, item: Instance) -> Table:
    name = kind if kind.endswith("Collection") else f"{kind}Setting"
    return {
        "@odata.type": f"{_CONFIG}{name}Instance",
        "settingDefinitionId": item.definition,
        "settingInstanceTemplateReference": None,
    }


_RELATED = ("deviceSettingStateSummaries", "deviceStatuses", "deviceStatusOverview", "groupAssignments")
_RELATED_USERS = ("userStatuses", "userStatusOverview")
_DEVICE_ACTIONS = ("assign", "assignedAccessMultiModeProfiles", "windowsPrivacyAccessControls")


def device(item: Device) -> tuple[str, bytes]:
    """A device configuration."""
    entity = f"deviceManagement/deviceConfigurations('{item.id}')"
    typed = f"{BETA}/{entity}/microsoft.graph.{item.type}"
    actions = _DEVICE_ACTIONS + (("getOmaSettingPlainTextValue",) if "omaSettings" in item.body else ())
    table: Table = {
        "@odata.context": f"{_METADATA}/deviceConfigurations(assignments())/$entity",
        "@odata.type": f"{GRAPH}{item.type}",
        "@odata.id": entity,
        "@odata.editLink": f"{entity}/microsoft.graph.{item.type}",
        "id": item.id,
        "lastModifiedDateTime@odata.type": "#DateTimeOffset",
        "lastModifiedDateTime": item.modified,
        "roleScopeTagIds@odata.type": "#Collection(String)",
        "roleScopeTagIds": ["0"],
        "supportsScopeTags": True,
        "deviceManagementApplicabilityRuleOsEdition": None,
        "deviceManagementApplicabilityRuleOsVersion": None,
        "deviceManagementApplicabilityRuleDeviceMode": None,
        "createdDateTime@odata.type": "#DateTimeOffset",
        "createdDateTime": item.created,
        "description": item.description,
        "displayName": item.name,
        "version": 1,
        **({"omaSettings@odata.type": "#Collection(microsoft.graph.omaSetting)"} if "omaSettings" in item.body else {}),
        **item.body,
        **_links("assignments", f"{_METADATA}/{typed.partition('/deviceManagement/')[2]}/assignments", typed),
        "assignments": [_device_assignment(entity, item.id, one) for one in item.assigned],
    }
    for name in (*_RELATED, *_RELATED_USERS):
        table |= _links(name, "", typed)
    table |= _actions(f"{BETA}/{entity}/microsoft.graph.deviceConfiguration", actions)
    return f"DeviceConfiguration/{item.name}_{item.id}.json", powershell(table)


def _device_assignment(entity: str, policy: str, item: Assign) -> Table:
    own = f"{entity}/assignments('{policy}_{item.id}')"
    return {
        "@odata.type": f"{GRAPH}deviceConfigurationAssignment",
        "@odata.id": own,
        "@odata.editLink": own,
        "id": f"{policy}_{item.id}",
        "source@odata.type": f"{GRAPH}deviceAndAppManagementAssignmentSource",
        "source": "direct",
        "sourceId": policy,
        "intent@odata.type": f"{GRAPH}deviceConfigAssignmentIntent",
        "intent": "apply",
        "target": {
            "@odata.type": item.target,
            "deviceAndAppManagementAssignmentFilterId": None,
            "deviceAndAppManagementAssignmentFilterType@odata.type": (
                f"{GRAPH}deviceAndAppManagementAssignmentFilterType"
            ),
            "deviceAndAppManagementAssignmentFilterType": "none",
            **_group_id(item),
        },
    }


def groups(tenant: str, organization: str, found: Iterable[EntraGroup]) -> dict[str, bytes]:
    """MigrationTable.json and the Groups folder, by which ids become names."""
    entries = list(found)
    table: Table = {
        "TenantId": tenant,
        "Objects": [{"DisplayName": group.name, "Id": group.id, "Type": "Group"} for group in entries],
        "Organization": organization,
    }
    files = {"MigrationTable.json": powershell(table)}
    return files | {f"Groups/{group.name}.json": powershell(_group(tenant, group)) for group in entries}


def _group(tenant: str, group: EntraGroup) -> Table:
    table: Table = {
        "id": group.id,
        "deletedDateTime": None,
        "classification": None,
        "createdDateTime": "2024-03-11T08:12:40Z",
        "createdByAppId": "74658136-14ec-4630-ad9b-26e160ff0fc6",
        "organizationId": tenant,
        "description": None,
        "displayName": group.name,
        "expirationDateTime": None,
        "groupTypes": ["DynamicMembership"] if group.rule else [],
        "infoCatalogs": [],
        "isAssignableToRole": None,
        "isManagementRestricted": None,
        "mail": None,
        "mailEnabled": False,
        "mailNickname": group.id[:10],
        "membershipRule": group.rule or None,
        "membershipRuleProcessingState": "On" if group.rule else None,
    }
    table |= dict.fromkeys(_ON_PREMISES)
    table |= dict.fromkeys(("preferredDataLocation", "preferredLanguage"))
    table |= {
        "proxyAddresses": [],
        "renewedDateTime": "2024-03-11T08:12:40Z",
        "resourceBehaviorOptions": [],
        "resourceProvisioningOptions": [],
        "securityEnabled": True,
        "securityIdentifier": _entra_sid(group.id),
        "theme": None,
        "visibility": None,
        "onPremisesProvisioningErrors": [],
        "writebackConfiguration": {"isEnabled": None, "onPremisesGroupType": None},
    }
    return table


_ON_PREMISES = (
    "onPremisesDomainName",
    "onPremisesLastSyncDateTime",
    "onPremisesNetBiosName",
    "onPremisesSamAccountName",
    "onPremisesSecurityIdentifier",
    "onPremisesSyncEnabled",
)


def _entra_sid(id: str) -> str:
    """The SID that Windows gives an Entra object: its id as four numbers."""
    data = uuid.UUID(id).bytes_le
    return "S-1-12-1-" + "-".join(str(int.from_bytes(data[i : i + 4], "little")) for i in range(0, 16, 4))
