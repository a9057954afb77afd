"""Microsoft365DSC resources that name settings of the catalog as properties of their own: `AllowArchiveScanning = 1`.

The property is the last part of a definition id. Where it stands below exactly one of the resource's ids it is put back
into a setting instance of the catalog; anything else is told as a setting that is not mapped.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping

from policylint.catalogue.settings_catalog import Definition, lookup
from policylint.readers.json import pointer

_DEFENDER = "device_vendor_msft_policy_config_defender_"
_ASR_RULES = f"{_DEFENDER}attacksurfacereductionrules_"
_ABOVE: Mapping[str, tuple[str, ...]] = {
    "intunesettingcatalogasrrulespolicywindows10": (_ASR_RULES, _DEFENDER),
    "intuneantiviruspolicywindows10settingcatalog": (
        _DEFENDER,
        f"{_DEFENDER}threatseveritydefaultaction_",
        "device_vendor_msft_defender_configuration_",
        "device_vendor_msft_policy_config_windowsdefendersecuritycenter_",
    ),
    "intuneendpointdetectionandresponsepolicywindows10": (
        "device_vendor_msft_windowsadvancedthreatprotection_",
        "device_vendor_msft_windowsadvancedthreatprotection_configuration_",
    ),
}
"""By resource: what stands before the property in the ids of its settings."""
_ABOUT = ("@odata.type", "id", "assignments", "description")
_NO_SETTING = ("displayname", "identity", "templateid", "rolescopetagids")


def is_flat(resource: str) -> bool:
    """Whether the resource has settings of the catalog as properties."""
    return resource.casefold() in _ABOVE


def catalog(resource: str, body: Mapping[str, object], lines: MutableMapping[str, int]) -> dict[str, object]:
    """The resource as a policy of the catalog; `lines` gets the lines of the settings by their new pointers."""
    about = {name: value for name, value in body.items() if name in _ABOUT}
    told = [(name, value) for name, value in body.items() if name not in _ABOUT and value is not None]
    properties = [(name, value) for name, value in told if name.casefold() not in _NO_SETTING]
    settings = []
    for index, (name, value) in enumerate(properties):
        lines[f"/settings/{index}"] = lines.get(pointer(name), 1)
        settings.append({"settingInstance": _instance(resource, name, value)})
    return {**about, "name": body.get("displayName"), "platforms": "windows10", "settings": settings}


def _instance(resource: str, name: str, value: object) -> dict[str, object]:
    found = [d for above in _ABOVE[resource.casefold()] if (d := lookup(above + name.casefold())) is not None]
    stated = dict(_stated(found[0], value)) if len(found) == 1 else {}
    if not stated:
        why = "no single setting has its name" if len(found) != 1 else "its value does not fit the setting"
        return {"settingDefinitionId": f"{name} of {resource}", "@odata.type": why}
    return {"settingDefinitionId": found[0].id, **stated}


def _stated(definition: Definition, value: object) -> Iterator[tuple[str, object]]:
    """The member of a setting instance that holds the value; nothing for a value of another shape."""
    many = value if isinstance(value, list) else [value]
    if not all(isinstance(one, str | int) for one in many):
        return
    options = [{"value": f"{definition.id}_{one}", "children": []} for one in many]
    simple = [{"value": one} for one in many]
    match definition.kind:
        case "choice" if len(many) == 1:
            yield "choiceSettingValue", options[0]
        case "choices":
            yield "choiceSettingCollectionValue", options
        case "strings" | "integers":
            yield "simpleSettingCollectionValue", simple
        case "string" | "integer" | "secret" if len(many) == 1:
            yield "simpleSettingValue", simple[0]
