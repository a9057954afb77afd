"""Intune policies in the dialects of three exporters: the portal, IntuneManagement and IntuneCD.

Sources: exports of the three tools; the Graph types deviceManagementConfigurationPolicy, windows10CustomConfiguration,
windowsIdentityProtectionConfiguration and deviceEnrollmentWindowsHelloForBusinessConfiguration.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

Json = dict[str, "Json"] | list["Json"] | str | int | bool | None
Table = dict[str, Json]

GRAPH = "#microsoft.graph."
BETA = "https://graph.microsoft.com/beta"
_CONFIG = f"{GRAPH}deviceManagementConfiguration"
ALL_DEVICES, ALL_USERS = "adadadad-808e-44e2-905a-0b7873a8a531", "acacacac-9df4-4c7d-9d50-4ef0226f57a9"
"""How the ids of assignments to the two virtual groups end."""


@dataclass(frozen=True, slots=True)
class EntraGroup:
    """A group of the tenant; a rule makes it dynamic."""

    name: str
    id: str
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Assign:
    """To whom a policy is assigned: a group, or one of the virtual groups."""

    to: EntraGroup | str
    exclude: bool = False

    @property
    def target(self) -> str:
        """The Graph type of the assignment's target."""
        if isinstance(self.to, EntraGroup):
            return f"{GRAPH}{'exclusionGroup' if self.exclude else 'group'}AssignmentTarget"
        return f"{GRAPH}{'allDevices' if self.to == ALL_DEVICES else 'allLicensedUsers'}AssignmentTarget"

    @property
    def id(self) -> str:
        """The last part of the assignment's id."""
        return self.to.id if isinstance(self.to, EntraGroup) else self.to


@dataclass(frozen=True, slots=True)
class Choice:
    """A choice of the settings catalog: the option's id is the definition's id and a suffix."""

    definition: str
    option: str


@dataclass(frozen=True, slots=True)
class Whole:
    """An integer of the settings catalog."""

    definition: str
    number: int


@dataclass(frozen=True, slots=True)
class Texts:
    """A list of strings of the settings catalog."""

    definition: str
    entries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Together:
    """A group of settings: the way the catalog carries the tenant's node."""

    definition: str
    children: tuple[Choice | Whole, ...]


Instance = Choice | Whole | Texts | Together


@dataclass(frozen=True, slots=True)
class Profile:
    """A settings-catalog policy."""

    name: str
    id: str
    settings: tuple[Instance, ...]
    created: str
    modified: str
    description: str = ""
    assigned: tuple[Assign, ...] = ()


@dataclass(frozen=True, slots=True)
class Oma:
    """One setting of a custom profile; its type follows from the value."""

    name: str
    uri: str
    value: bool | int | str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Device:
    """A device configuration: what it has beside the fields that all of them have, in `body`."""

    type: str
    name: str
    id: str
    created: str
    modified: str
    body: Mapping[str, Json] = field(default_factory=dict)
    description: str | None = None
    assigned: tuple[Assign, ...] = ()


def hello(scope: str, **values: bool | int) -> Together:
    """Windows Hello settings of a scope, as the catalog groups them under the tenant's node.

    Booleans and the character classes are choices; lengths, history and expiration are integers.
    """
    base = f"{scope}_vendor_msft_passportforwork_{{tenantid}}"
    pin = {"history", "expiration", "minimumpinlength", "maximumpinlength"}
    characters = {"digits", "lowercaseletters", "uppercaseletters", "specialcharacters"}
    children: list[Choice | Whole] = []
    for name, value in values.items():
        node = name.replace("__", "_")
        definition = f"{base}_policies_{'pincomplexity_' if node in pin | characters else ''}{node}"
        if node in pin:
            children.append(Whole(definition, value))
        else:
            children.append(Choice(definition, str(value).lower()))
    return Together(base, tuple(children))


def custom(name: str, id: str, created: str, settings: Iterable[Oma], assigned: tuple[Assign, ...]) -> Device:
    """A custom profile of OMA-URIs."""
    body: Table = {"omaSettings": [_oma(setting) for setting in settings]}
    return Device("windows10CustomConfiguration", name, id, created, created, body, assigned=assigned)


def _oma(setting: Oma) -> Table:
    kind = {bool: "Boolean", int: "Integer", str: "String"}[type(setting.value)]
    return {
        "@odata.type": f"{GRAPH}omaSetting{kind}",
        "displayName": setting.name,
        "description": setting.description or None,
        "omaUri": setting.uri,
        "secretReferenceValueId": None,
        "isEncrypted": False,
        "value": setting.value,
    }


# The portal -----------------------------------------------------------------------------------------------------------


def portal(profile: Profile, exported: str) -> tuple[str, bytes]:
    """The portal's "Export JSON": its file name and one line of UTF-8 with BOM, without assignments."""
    table: Table = {
        "@odata.context": f"{BETA}/$metadata#deviceManagement/configurationPolicies/$entity",
        "createdDateTime": profile.created,
        "creationSource": None,
        "description": profile.description,
        "lastModifiedDateTime": profile.modified,
        "name": profile.name,
        "platforms": "windows10",
        "priorityMetaData": None,
        "roleScopeTagIds": ["0"],
        "settingCount": len(profile.settings),
        "technologies": "mdm",
        "id": profile.id,
        "templateReference": _template(),
        "settings": _settings(profile, _plain),
    }
    text = json.dumps(table, ensure_ascii=False, separators=(",", ":"))
    return f"{profile.name}_{exported.replace(':', '_')}.json", codecs.BOM_UTF8 + text.encode()


def _template() -> Table:
    return {
        "templateId": "",
        "templateFamily": "none",
        "templateDisplayName": None,
        "templateDisplayVersion": None,
    }


def _settings(profile: Profile, write: Callable[[Instance], Table]) -> list[Json]:
    return [{"id": str(number), "settingInstance": write(item)} for number, item in enumerate(profile.settings)]


def _plain(item: Instance) -> Table:
    return _instance(item, {"settingInstanceTemplateReference": None})


def _audited(item: Instance) -> Table:
    return _instance(item, {"settingInstanceTemplateReference": None, "auditRuleInformation": None})


def _instance(item: Instance, references: Table) -> Table:
    head: Table = {"@odata.type": _INSTANCES[type(item)], "settingDefinitionId": item.definition, **references}
    if isinstance(item, Choice):
        value: Table = {"settingValueTemplateReference": None, "value": f"{item.definition}_{item.option}"}
        return head | {"choiceSettingValue": value | {"children": []}}
    if isinstance(item, Whole):
        kind: Table = {"@odata.type": f"{_CONFIG}IntegerSettingValue", "settingValueTemplateReference": None}
        return head | {"simpleSettingValue": kind | {"value": item.number}}
    if isinstance(item, Texts):
        text: Table = {"@odata.type": f"{_CONFIG}StringSettingValue", "settingValueTemplateReference": None}
        return head | {"simpleSettingCollectionValue": [text | {"value": entry} for entry in item.entries]}
    children: list[Json] = [_instance(child, references) for child in item.children]
    return head | {"groupSettingCollectionValue": [{"settingValueTemplateReference": None, "children": children}]}


_INSTANCES: Mapping[type[Instance], str] = {
    Choice: f"{_CONFIG}ChoiceSettingInstance",
    Whole: f"{_CONFIG}SimpleSettingInstance",
    Texts: f"{_CONFIG}SimpleSettingCollectionInstance",
    Together: f"{_CONFIG}GroupSettingCollectionInstance",
}


# IntuneCD -------------------------------------------------------------------------------------------------------------


def indented(table: Json) -> bytes:
    """The form of IntuneCD's files: UTF-8 without BOM, indented by five."""
    return json.dumps(table, ensure_ascii=False, indent=5).encode()


def cd_profile(profile: Profile) -> tuple[str, bytes]:
    """A settings-catalog policy of an IntuneCD backup."""
    table: Table = {
        "creationSource": None,
        "description": profile.description,
        "name": profile.name,
        "platforms": "windows10",
        "priorityMetaData": None,
        "roleScopeTagIds": ["Default"],
        "settingCount": len(profile.settings),
        "technologies": "mdm",
        "templateReference": _template(),
        "settings": _settings(profile, _audited),
    }
    return f"Settings Catalog/{profile.name}_mdm.json", indented(table | _cd_assignments(profile.assigned, {}))


def cd_device(device: Device) -> tuple[str, bytes]:
    """A device configuration of an IntuneCD backup."""
    table: Table = {
        "@odata.type": f"{GRAPH}{device.type}",
        "roleScopeTagIds": ["Default"],
        "deviceManagementApplicabilityRuleOsEdition": None,
        "deviceManagementApplicabilityRuleOsVersion": None,
        "deviceManagementApplicabilityRuleDeviceMode": None,
        "description": device.description,
        "displayName": device.name,
        **device.body,
    }
    path = f"Device Configurations/{device.name}_{device.type}.json"
    return path, indented(table | _cd_assignments(device.assigned, {"intent": "apply"}))


def cd_enrolment(state: str, **changes: Json) -> tuple[str, bytes]:
    """The tenant-wide Windows Hello object, which every tenant has and which is assigned to everything."""
    name, kind = "All users and all devices", "deviceEnrollmentWindowsHelloForBusinessConfiguration"
    table: Table = {
        "@odata.type": f"{GRAPH}{kind}",
        "displayName": name,
        "description": "Windows Hello for Business for everybody who enrols, below every other policy.",
        "priority": 0,
        "roleScopeTagIds": [],
        "deviceEnrollmentConfigurationType": "windowsHelloForBusiness",
        "pinMinimumLength": 6,
        "pinMaximumLength": 127,
        "pinUppercaseCharactersUsage": "allowed",
        "pinLowercaseCharactersUsage": "allowed",
        "pinSpecialCharactersUsage": "allowed",
        "state": state,
        "securityDeviceRequired": False,
        "unlockWithBiometricsEnabled": True,
        "remotePassportEnabled": True,
        "pinPreviousBlockCount": 0,
        "pinExpirationInDays": 0,
        "enhancedBiometricsState": "notConfigured",
        "securityKeyForSignIn": "notConfigured",
        "enhancedSignInSecurity": 0,
    }
    path = f"Enrollment Configurations/{name}_{kind}.json"
    return path, indented(table | changes | _cd_assignments((Assign(ALL_DEVICES),), {}))


def _cd_assignments(assigned: Iterable[Assign], extra: Table) -> Table:
    """Names instead of ids, and no key at all for what is not assigned."""
    found: list[Json] = [{"source": "direct", **extra, "target": _cd_target(item)} for item in assigned]
    return {"assignments": found} if found else {}


def _cd_target(item: Assign) -> Table:
    table: Table = {
        "@odata.type": item.target,
        "deviceAndAppManagementAssignmentFilterId": None,
        "deviceAndAppManagementAssignmentFilterType": "none",
    }
    if isinstance(item.to, str):
        return table
    if not item.to.rule:
        return table | {"groupName": item.to.name, "groupType": "StaticMembership"}
    return table | {"groupName": item.to.name, "groupType": "DynamicMembership", "membershipRule": item.to.rule}
