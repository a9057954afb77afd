"""Microsoft365DSC blueprints: a tenant as PowerShell DSC, whose Intune resources are Graph objects in other words.

Resources name their properties as Graph does, with a capital letter, `odataType` for `@odata.type`, the value of a
simple setting by its type (`StringValue`, `IntValue`), and they leave out what is null. Each resource is put back into
the shape of Graph and read by the reader of that kind.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from policylint.errors import ReadError
from policylint.readers.intune import blueprint_flat
from policylint.readers.intune.dsc import Resource, resources
from policylint.readers.intune.graph_object import Item
from policylint.readers.json import step
from policylint.readers.source import Source

KIND = "Microsoft365DSC configuration"

_GRAPH = "#microsoft.graph."
_TEMPLATE = "IntuneDeviceConfiguration{}PolicyWindows10"

_TYPES: Mapping[str, str] = {
    name.casefold(): type_
    for name, type_ in {
        "IntuneSettingCatalogCustomPolicyWindows10": "deviceManagementConfigurationPolicy",
        "IntuneSettingCatalogASRRulesPolicyWindows10": "deviceManagementConfigurationPolicy",
        "IntuneAntivirusPolicyWindows10SettingCatalog": "deviceManagementConfigurationPolicy",
        "IntuneEndpointDetectionAndResponsePolicyWindows10": "deviceManagementConfigurationPolicy",
        "IntuneDeviceCompliancePolicyWindows10": "windows10CompliancePolicy",
        "IntuneDeviceConfigurationPolicyWindows10": "windows10GeneralConfiguration",
        _TEMPLATE.format("Custom"): "windows10CustomConfiguration",
        _TEMPLATE.format("EndpointProtection"): "windows10EndpointProtectionConfiguration",
        _TEMPLATE.format("IdentityProtection"): "windowsIdentityProtectionConfiguration",
        _TEMPLATE.format("HealthMonitoringConfiguration"): "windowsHealthMonitoringConfiguration",
        _TEMPLATE.format("Kiosk"): "windowsKioskConfiguration",
        _TEMPLATE.format("DomainJoin"): "windowsDomainJoinConfiguration",
        _TEMPLATE.format("DeliveryOptimization"): "windowsDeliveryOptimizationConfiguration",
        _TEMPLATE.format("FirmwareInterface"): "windows10DeviceFirmwareConfigurationInterface",
        _TEMPLATE.format("NetworkBoundary"): "windows10NetworkBoundaryConfiguration",
        _TEMPLATE.format("SecureAssessment"): "windows10SecureAssessmentConfiguration",
        _TEMPLATE.format("SharedMultiDevice"): "sharedPCConfiguration",
        _TEMPLATE.format("AdministrativeTemplate"): "groupPolicyConfiguration",
        "IntuneWindowsUpdateForBusinessRingUpdateProfileWindows10": "windowsUpdateForBusinessConfiguration",
        "IntuneWindowsUpdateForBusinessFeatureUpdateProfileWindows10": "windowsFeatureUpdateProfile",
        "IntuneWindowsUpdateForBusinessQualityUpdateProfileWindows10": "windowsQualityUpdateProfile",
        "IntuneWindowsUpdateForBusinessDriverUpdateProfileWindows10": "windowsDriverUpdateProfile",
        "IntuneWindowsHelloForBusinessGlobalPolicy": "deviceEnrollmentWindowsHelloForBusinessConfiguration",
        "IntuneDeviceEnrollmentStatusPageWindows10": "windows10EnrollmentCompletionPageConfiguration",
        "IntuneDeviceEnrollmentPlatformRestriction": "deviceEnrollmentPlatformRestrictionsConfiguration",
        "IntuneDeviceEnrollmentLimitRestriction": "deviceEnrollmentLimitConfiguration",
        "IntuneDeviceAndAppManagementAssignmentFilter": "deviceAndAppManagementAssignmentFilter",
        "IntuneDeviceRemediation": "deviceHealthScript",
        "IntuneDeviceManagementScriptWindows10": "deviceManagementScript",
        "IntuneRoleDefinition": "roleDefinition",
        "IntuneRoleAssignment": "deviceAndAppManagementRoleAssignment",
        "IntuneDeviceCategory": "deviceCategory",
    }.items()
}
"""The Graph type behind a resource. Resources that are not here keep their own name as their type."""

_NOT_GRAPH = frozenset(
    """applicationid applicationsecret certificatethumbprint certificatepath certificatepassword credential ensure
    managedidentity accesstokens tenantid""".split()  # noqa: SIM905 - thirty lines of one word each say less
)
"""What every resource has for signing in."""

_RENAMED = {"odataType": "@odata.type", "dataType": "@odata.type", "stringValue": "value", "intValue": "value"}
_TARGETS = ("groupId", "deviceAndAppManagementAssignmentFilterId", "deviceAndAppManagementAssignmentFilterType")


def items(source: Source, text: str) -> Iterator[Item | ReadError]:
    """The Intune objects of a blueprint, in file order; an error (RD030, RD007) for a resource that is not read."""
    for resource in resources(text):
        if isinstance(resource, ReadError):
            yield resource
        elif str(resource.body.get("Ensure", "Present")).casefold() != "absent":
            yield _item(source, resource)


def _item(source: Source, resource: Resource) -> Item:
    graph = _Graph(resource.lines)
    kept = {name: value for name, value in resource.body.items() if name.casefold() not in _NOT_GRAPH}
    body = graph.members({name: value for name, value in kept.items() if name != "Assignments"}, "", "")
    body = {"@odata.type": _GRAPH + _TYPES.get(resource.type.casefold(), resource.type), **body}
    if body.get("id") is None and isinstance(kept.get("Identity"), str):
        body["id"] = kept["Identity"]
    if "Assignments" in kept:
        body["assignments"] = list(_assignments(kept["Assignments"]))
    if blueprint_flat.is_flat(resource.type):
        body = blueprint_flat.catalog(resource.type, body, graph.lines)
    return Item(source, body, lines={"": resource.line, **graph.lines})


@dataclass
class _Graph:
    """Puts values back into Graph's shape; `lines` follows the new names."""

    old: Mapping[str, int]
    lines: dict[str, int] = field(default_factory=dict)

    def value(self, value: object, was: str, at: str) -> object:
        if was in self.old:
            self.lines[at] = self.old[was]
        if isinstance(value, dict):
            return self.members(value, was, at)
        if isinstance(value, list):
            return [self.value(one, f"{was}/{n}", f"{at}/{n}") for n, one in enumerate(value)]
        return value

    def members(self, members: Mapping[str, object], was: str, at: str) -> dict[str, object]:
        found: dict[str, object] = {}
        for name, value in members.items():
            own = _graph_name(name)
            old, new = was + step(name), at + step(own)
            if isinstance(value, dict | list):
                found[own] = self.value(value, old, new)
                continue
            found[own] = value
            if old in self.old:
                self.lines[new] = self.old[old]
        return found


@lru_cache(maxsize=1024)
def _graph_name(name: str) -> str:
    own = name[:1].lower() + name[1:]
    return _RENAMED.get(own, own)


def _assignments(stated: object) -> Iterator[dict[str, object]]:
    """Assignments with their target inside, as Graph has it; a group without id goes by its name."""
    for one in stated if isinstance(stated, list) else [stated]:
        if isinstance(one, dict):
            told = {name[:1].lower() + name[1:]: value for name, value in one.items()}
            target = {name: told[name] for name in _TARGETS if told.get(name)}
            group = told.get("groupDisplayName")
            if "groupId" in target and isinstance(group, str):
                target["groupName"] = group
            elif isinstance(group, str):
                target["groupId"] = group
            yield {"target": {"@odata.type": told.get("dataType", ""), **target}}
