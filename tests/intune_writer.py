"""Writes small Intune exports: Graph objects as dictionaries, wrapped and encoded as the tools do."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from policylint.model import Claim, Policy
from policylint.readers.intune import exports as intune
from policylint.readers.source import Reading, Source

Json = dict[str, Any]
GRAPH = "#microsoft.graph."
CONTEXT = "https://graph.microsoft.com/beta/$metadata#deviceManagement/"
PASSPORT = "device_vendor_msft_passportforwork_{tenantid}"
DEVICE_PASSPORT = "./Device/Vendor/MSFT/PassportForWork"
TEMPLATE_PASSPORT = "./Vendor/MSFT/PassportForWork"


def sources(folder: Path, files: Mapping[str, object]) -> list[Source]:
    """The files of an export, written below a folder: bytes as they are, text as UTF-8, anything else as JSON."""
    made = []
    for path, content in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        text = content if isinstance(content, str | bytes) else json.dumps(content)
        file.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
        made.append(Source(path, file))
    return made


def read(folder: Path, files: Mapping[str, object]) -> Reading:
    """What `take` makes of the files."""
    reading, _ = intune.take(sources(folder, files))
    return reading


def read_one(folder: Path, content: object) -> Reading:
    """What `take` makes of one file."""
    return read(folder, {"policy.json": content})


def only(reading: Reading) -> Policy:
    """The one policy that was read."""
    (policy,) = reading.policies
    return policy


def values(policy: Policy) -> dict[str, object]:
    """Setting → value."""
    return {str(claim.setting): claim.value for claim in policy.claims}


def pointers(policy: Policy) -> dict[str, str]:
    """Setting → where its value stands."""
    return {str(claim.setting): pointer_of(claim) for claim in policy.claims}


def pointer_of(claim: Claim) -> str:
    place = claim.evidence.place
    return getattr(place, "pointer", "no pointer")


def catalog(*instances: Json, **members: object) -> Json:
    """A settings catalog policy as IntuneManagement writes it."""
    return {
        "@odata.type": f"{GRAPH}deviceManagementConfigurationPolicy",
        "id": "5e082981-0000-4000-8000-000000000001",
        "name": "Catalog",
        "platforms": "windows10",
        "technologies": "mdm",
        "settings": [{"id": str(index), "settingInstance": one} for index, one in enumerate(instances)],
        **members,
    }


def choice(id_: str, value: str, *children: Json) -> Json:
    stated = {"value": f"{id_}_{value}", "children": list(children)}
    return _instance("Choice", id_, {"choiceSettingValue": stated})


def choices(id_: str, *suffixes: str) -> Json:
    stated = [{"value": f"{id_}_{suffix}", "children": []} for suffix in suffixes]
    return _instance("ChoiceSettingCollection", id_, {"choiceSettingCollectionValue": stated})


def simple(id_: str, value: object, kind: str = "") -> Json:
    kind = kind or ("Integer" if isinstance(value, int) else "String")
    stated = {"@odata.type": f"{GRAPH}deviceManagementConfiguration{kind}SettingValue", "value": value}
    return _instance("Simple", id_, {"simpleSettingValue": stated})


def texts(id_: str, *entries: object) -> Json:
    return _instance("SimpleSettingCollection", id_, {"simpleSettingCollectionValue": [{"value": v} for v in entries]})


def group(id_: str, *rows: list[Json]) -> Json:
    return _instance("GroupSettingCollection", id_, {"groupSettingCollectionValue": [{"children": r} for r in rows]})


def _instance(kind: str, id_: str, value: Json) -> Json:
    type_ = f"{GRAPH}deviceManagementConfiguration{kind}Instance"
    return {"@odata.type": type_, "settingDefinitionId": id_, "settingInstanceTemplateReference": None, **value}


def assigned(target: str, **members: object) -> Json:
    """One assignment: `target` is the Graph type without `AssignmentTarget`."""
    return {"target": {"@odata.type": f"{GRAPH}{target}AssignmentTarget", **members}}


def custom(*settings: Json, **members: object) -> Json:
    """A custom profile."""
    return {
        "@odata.type": f"{GRAPH}windows10CustomConfiguration",
        "id": "1adf4959-0000-4000-8000-000000000002",
        "displayName": "Custom",
        "omaSettings": list(settings),
        **members,
    }


def oma(kind: str, uri: str, value: object, **members: object) -> Json:
    return {
        "@odata.type": f"{GRAPH}omaSetting{kind}",
        "displayName": "A setting",
        "omaUri": uri,
        "value": value,
    } | members


def identity(**members: object) -> Json:
    """An identity protection profile."""
    return {
        "@odata.type": f"{GRAPH}windowsIdentityProtectionConfiguration",
        "displayName": "Hello",
        "id": "h",
    } | members


def intent(**members: object) -> Json:
    """An endpoint security intent whose settings are Windows Hello properties, values as Graph's valueJson."""
    settings = [
        {
            "@odata.type": f"{GRAPH}deviceManagementAbstractComplexSettingInstance",
            "definitionId": f"deviceConfiguration--windowsIdentityProtectionConfiguration_{name}",
            "valueJson": json.dumps(value),
        }
        for name, value in members.items()
    ]
    return {"@odata.type": f"{GRAPH}deviceManagementIntent", "id": "i", "displayName": "Intent", "settings": settings}


def enrolment(**members: object) -> Json:
    """The tenant-wide Windows Hello object."""
    type_ = f"{GRAPH}deviceEnrollmentWindowsHelloForBusinessConfiguration"
    return {"@odata.type": type_, "id": "e", "displayName": "All users and all devices"} | members
