"""What a Graph object is: by `@odata.type`, else by the collection its context names, else by its members.

The tables name every kind seen in exports. What is for Windows but not evaluated is told (RD010); what sets nothing on
a Windows device is passed over with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from policylint.model import PolicyKind, Problem
from policylint.readers.intune import (
    administrative_templates,
    compliance,
    custom_profile,
    enrolment,
    identity_protection,
    intents,
    scripts,
    settings_catalog,
    templates,
)
from policylint.readers.intune import directory as intune_directory
from policylint.readers.intune.assignments import is_assignments
from policylint.readers.intune.graph_object import Body, Found, Item, not_evaluated

NOT_GRAPH = "JSON"

_EVALUATED: Mapping[str, Callable[[Item], Found]] = {
    "devicemanagementconfigurationpolicy": settings_catalog.read,
    "windows10customconfiguration": custom_profile.read,
    "windowsidentityprotectionconfiguration": identity_protection.read,
    "deviceenrollmentwindowshelloforbusinessconfiguration": enrolment.read,
    "devicemanagementintent": intents.read,
    "intent": intents.read,
    "windows10compliancepolicy": compliance.read,
    "windows10mobilecompliancepolicy": compliance.read,
    "grouppolicyconfiguration": administrative_templates.read,
    "devicemanagementscript": scripts.read_script,
    "devicehealthscript": scripts.read_remediation,
    "group": intune_directory.group,
    "deviceandappmanagementassignmentfilter": intune_directory.assignment_filter,
    "migrationtable": intune_directory.migration_table,
}

_TEMPLATES: Mapping[str, tuple[str, PolicyKind]] = {
    "windowsupdateforbusinessconfiguration": ("update ring", "template"),
    "windows10generalconfiguration": ("device restrictions template", "template"),
    "windows10endpointprotectionconfiguration": ("endpoint protection template", "template"),
    "windows10devicefirmwareconfigurationinterface": ("device firmware (DFCI) template", "template"),
    "windowsdeliveryoptimizationconfiguration": ("delivery optimization template", "template"),
    "windowshealthmonitoringconfiguration": ("health monitoring template", "template"),
    "windowskioskconfiguration": ("kiosk template", "template"),
    "windowsdomainjoinconfiguration": ("domain join template", "template"),
    "windows10networkboundaryconfiguration": ("network boundary template", "template"),
    "windows10teamgeneralconfiguration": ("Surface Hub template", "template"),
    "windows10secureassessmentconfiguration": ("secure assessment template", "template"),
    "windowsdefenderadvancedthreatprotectionconfiguration": ("Defender for Endpoint template", "template"),
    "sharedpcconfiguration": ("shared PC template", "template"),
    "editionupgradeconfiguration": ("edition upgrade template", "template"),
    "windowsinformationprotectionpolicy": ("Windows Information Protection policy", "template"),
    "mdmwindowsinformationprotectionpolicy": ("Windows Information Protection policy", "template"),
    "windowsfeatureupdateprofile": ("feature update profile", "update"),
    "windowsqualityupdateprofile": ("quality update profile", "update"),
    "windowsqualityupdatepolicy": ("quality update policy", "update"),
    "windowsdriverupdateprofile": ("driver update profile", "update"),
}
"""Flat objects whose properties are their settings: what they are called, and the kind of policy they are."""

_NO_POLICY: Mapping[str, tuple[str, str]] = {
    "devicemanagementcompliancepolicy": ("compliance policy", "for another platform, not for Windows"),
    "deviceenrollmentlimitconfiguration": ("enrolment limit", "sets nothing on devices"),
    "deviceenrollmentplatformrestrictionsconfiguration": ("enrolment restriction", "sets nothing on devices"),
    "deviceenrollmentplatformrestrictionconfiguration": ("enrolment restriction", "sets nothing on devices"),
    "deviceenrollmentconfiguration": ("enrolment configuration", "sets nothing on devices"),
    "windowsrestoredeviceenrollmentconfiguration": ("enrolment configuration", "sets nothing on devices"),
    "windows10enrollmentcompletionpageconfiguration": (
        "enrolment status page",
        "shown at enrolment, no setting",
    ),
    "devicecomanagementauthorityconfiguration": ("co-management authority", "takes effect at enrolment, no setting"),
    "azureadwindowsautopilotdeploymentprofile": ("Autopilot profile", "takes effect before enrolment, no setting"),
    "activedirectorywindowsautopilotdeploymentprofile": (
        "Autopilot profile",
        "takes effect before enrolment, no setting",
    ),
    "devicecompliancescript": ("custom compliance script", "looks at devices, sets nothing"),
    "devicecustomattributeshellscript": ("custom attribute script", "for another platform, not for Windows"),
    "deviceandappmanagementroledefinition": ("role", "no policy"),
    "deviceandappmanagementroleassignment": ("role assignment", "no policy"),
    "roledefinition": ("role", "no policy"),
    "rolescopetag": ("scope tag", "no policy"),
    "notificationmessagetemplate": ("message template", "no policy"),
    "termsandconditions": ("terms and conditions", "no policy"),
    "devicecategory": ("device category", "no policy"),
    "conditionalaccesspolicy": ("conditional access policy", "sets nothing on devices"),
    "devicemanagementsettings": ("tenant settings", "no policy"),
    "devicemanagementreusablepolicysetting": ("reusable setting", "no policy of its own"),
    "grouppolicydefinition": ("administrative template definition", "a catalogue, no policy"),
    "customcompliancerules": ("custom compliance rules", "no policy of their own"),
    "assignments": ("assignments", "without their policy"),
    "report": ("report", "no policy"),
    "error": ("Graph error", "no policy"),
}
"""Kinds that set nothing by themselves: what they are called, and why they are passed over."""

_FOREIGN = re.compile(r"(intune\w*)?(android|aosp|ios|ipad|iphone|mac|apple|depios|linux|deviceshellscript)")

_COLLECTIONS: Mapping[str, str] = {
    "configurationpolicies": "devicemanagementconfigurationpolicy",
    "configurationpolicies/settings": "devicemanagementconfigurationpolicy",
    "intents": "devicemanagementintent",
    "intents/settings": "devicemanagementintent",
    "grouppolicyconfigurations": "grouppolicyconfiguration",
    "grouppolicydefinitions": "grouppolicydefinition",
    "devicemanagementscripts": "devicemanagementscript",
    "devicehealthscripts": "devicehealthscript",
    "devicecompliancescripts": "devicecompliancescript",
    "deviceshellscripts": "deviceshellscript",
    "assignmentfilters": "deviceandappmanagementassignmentfilter",
    "groups": "group",
    "rolescopetags": "rolescopetag",
    "roledefinitions": "roledefinition",
    "notificationmessagetemplates": "notificationmessagetemplate",
    "reusablepolicysettings": "devicemanagementreusablepolicysetting",
}

_MEMBERS: tuple[tuple[frozenset[str], str], ...] = tuple(
    (frozenset(members.split()), kind)
    for members, kind in (
        ("error", "error"),
        ("omaSettings", "windows10customconfiguration"),
        ("settingsDelta", "devicemanagementintent"),
        ("windowsHelloForBusinessBlocked", "windowsidentityprotectionconfiguration"),
        ("definitionValues", "grouppolicyconfiguration"),
        ("added deletedIds", "grouppolicyconfiguration"),
        ("definition@odata.bind", "grouppolicydefinitionvalue"),
        ("settingCount technologies", "devicemanagementconfigurationpolicy"),
        ("TenantId Objects", "migrationtable"),
        ("membershipRule displayName", "group"),
        ("securityEnabled displayName", "group"),
        ("rule platform", "deviceandappmanagementassignmentfilter"),
        ("Rules", "customcompliancerules"),
        ("detectionScriptContent", "devicehealthscript"),
        ("scriptContent", "devicemanagementscript"),
        ("localizedNotificationMessages", "notificationmessagetemplate"),
        ("localizedMessages brandingOptions", "notificationmessagetemplate"),
        ("isBuiltIn displayName", "rolescopetag"),
        ("deviceComplianceCheckinThresholdDays", "devicemanagementsettings"),
        ("groupName assignedTo", "report"),
    )
)
"""Members that tell a kind when neither type nor context does; the first row that is present as a whole counts."""

_STRIPPED = frozenset({"DeviceStatusOverview", "AdditionalProperties", "DeviceSettingStateSummaries"})


def read(item: Item) -> Found:
    """Reads one object as what it is. Problems: those of its reader; RD010, RD011 (stripped), RD012 (unknown type)."""
    kind = kind_of(item)
    if kind in _EVALUATED:
        return _EVALUATED[kind](item)
    if kind in _TEMPLATES:
        return templates.read(item, *_TEMPLATES[kind])
    if kind in _NO_POLICY:
        return Found(*_NO_POLICY[kind])
    if kind == "stripped":
        message = (
            f'the settings of "{item.name}" were lost in the export: the tool wrote SDK objects without their type'
        )
        return Found("Intune object", "settings lost in the export", problems=(Problem("RD011", message, item.named),))
    if not kind:
        return Found(NOT_GRAPH, "not a Graph object")
    return _by_name(item, kind)


def kind_of(item: Item) -> str:
    """The object's type in lower case without namespace, a name of our own where Graph has none, or ''."""
    type_ = item.body.get("@odata.type")
    if isinstance(type_, str) and type_:
        return type_.rpartition(".")[2].casefold()
    if is_assignments(item.body):
        return "assignments"
    collection = item.collection.casefold()
    if collection in _COLLECTIONS and not (collection == "configurationpolicies" and "omaSettings" in item.body):
        return _COLLECTIONS[collection]
    settings = _first(item.body.get("settings"))
    if "settingInstance" in settings:
        return "devicemanagementconfigurationpolicy"
    if "definitionId" in settings:
        return "devicemanagementintent"
    present = item.body.keys()
    told = next((kind for members, kind in _MEMBERS if members <= present), "")
    if told:
        return told
    return "stripped" if _STRIPPED & present else ""


def _first(value: object) -> Body:
    one = value[0] if isinstance(value, list) and value else value
    return one if isinstance(one, dict) else {}


def _by_name(item: Item, kind: str) -> Found:
    """Types that no table names: other platforms, applications and Windows templates tell themselves by their name."""
    label = _label(item, kind)
    if _FOREIGN.match(kind):
        return Found(label, "for another platform, not for Windows")
    if kind.startswith("grouppolicypresentation"):
        return Found(label, "part of an administrative template, no policy of its own")
    if kind.startswith(("windows", "sharedpc")) and kind.endswith("configuration"):
        return templates.read(item, label, "template")
    if "windows" in kind or kind.startswith("intune"):
        return not_evaluated(item, label)
    if kind.endswith(("app", "appx", "msi")) or "managedapp" in kind:
        return Found(label, "an application, no policy")
    message = f'"{item.name}" has the unknown type {item.body.get("@odata.type", kind)}'
    return Found(label, "unknown type", problems=(Problem("RD012", message, item.at("@odata.type"), item.id),))


def _label(item: Item, kind: str) -> str:
    type_ = item.body.get("@odata.type")
    return type_.rpartition(".")[2] if isinstance(type_, str) and type_ else kind
