"""Items of Group Policy Preferences: what each kind of item is about, and what it sets ([MS-GPPREF] 2.2.1).

A table says which properties name the thing that an item configures; the same thing in two GPOs then has one setting
id. Everything else that an item says is its value.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from lxml import etree

from policylint.masks import MASK, is_secret
from policylint.model import SettingId, Value, folded
from policylint.readers.xml import attributes, children, local

Key = Callable[[Mapping[str, str]], str]


@dataclass(frozen=True, slots=True)
class Shape:
    """A kind of item: the kind in its setting id, and the key in it, from the item's properties ('' if they lack)."""

    kind: str
    key: Key


def setting(kind: str, key: str) -> SettingId:
    """The id of a preference item, `gpp:Kind/key`."""
    return folded(f"gpp:{kind}/{key}")


def _first(*names: str) -> Key:
    return lambda properties: next((properties[name] for name in names if properties.get(name)), "")


def _only(key: str) -> Key:
    return lambda _: key


_HIVES = {
    "HKEY_LOCAL_MACHINE": "HKLM",
    "HKEY_CURRENT_USER": "HKCU",
    "HKEY_CLASSES_ROOT": "HKCR",
    "HKEY_USERS": "HKU",
    "HKEY_CURRENT_CONFIG": "HKCC",
}


def _registry(properties: Mapping[str, str]) -> str:
    """`HKLM\\Key!Value`; `HKLM\\Key!` is the default value, and without `!` it is the key itself."""
    hive, key, name = (properties.get(part, "") for part in ("hive", "key", "name"))
    if not hive or not key.strip("\\"):
        return ""
    path = f"{_HIVES.get(hive.upper(), hive)}\\{key.strip(chr(92))}"
    if properties.get("default") == "1":
        return f"{path}!"
    return f"{path}!{name}" if name else path


def _drive(properties: Mapping[str, str]) -> str:
    """The letter; the path where the letter is only where Windows starts to look for a free one."""
    letter = properties.get("letter", "").rstrip(":")
    free = properties.get("useLetter") == "0" and properties.get("path")
    return properties["path"] if free else f"{letter.upper()}:" if letter else ""


def _file(properties: Mapping[str, str]) -> str:
    """The target; with wildcards in the source it is a folder, and the files in it are named by the source."""
    target, last = properties.get("targetPath", ""), re.split(r"[\\/]", properties.get("fromPath", ""))[-1]
    return f"{target.rstrip(chr(92))}\\{last}" if target and ("*" in last or "?" in last) else target


def _ini(properties: Mapping[str, str]) -> str:
    path, section, name = (properties.get(part, "") for part in ("path", "section", "property"))
    return f"{path}[{section}]{name}" if path else ""


def _variable(properties: Mapping[str, str]) -> str:
    """The name; a variable of the user is another one, and a part of PATH stands for itself."""
    name = properties.get("name", "")
    part = f"+{properties.get('value', '')}" if properties.get("partial") == "1" and name else ""
    return f"{name}{part}" + (" (user)" if name and properties.get("user") == "1" else "")


_BUILT_IN = {
    "544": "Administrators",
    "545": "Users",
    "546": "Guests",
    "547": "Power Users",
    "551": "Backup Operators",
    "552": "Replicator",
    "555": "Remote Desktop Users",
    "556": "Network Configuration Operators",
    "558": "Performance Monitor Users",
    "559": "Performance Log Users",
    "562": "Distributed COM Users",
    "568": "IIS_IUSRS",
    "569": "Cryptographic Operators",
    "573": "Event Log Readers",
    "578": "Hyper-V Administrators",
    "580": "Remote Management Users",
}
"""Groups of every Windows, by the end of S-1-5-32-…: the editor writes their names in its own language."""


def _group(properties: Mapping[str, str]) -> str:
    known = _BUILT_IN.get(properties.get("groupSid", "").removeprefix("S-1-5-32-"))
    return f"{known} (built-in)" if known else _first("groupName", "groupSid")(properties)


SHAPES: Mapping[str, Shape] = {
    "Group": Shape("Groups", _group),
    "User": Shape("Users", _first("userName")),
    "Registry": Shape("Registry", _registry),
    "Drive": Shape("Drives", _drive),
    "Task": Shape("ScheduledTasks", _first("name")),
    "TaskV2": Shape("ScheduledTasks", _first("name")),
    "ImmediateTask": Shape("ScheduledTasks", _first("name")),
    "ImmediateTaskV2": Shape("ScheduledTasks", _first("name")),
    "NTService": Shape("Services", _first("serviceName")),
    "Folder": Shape("Folders", _first("path")),
    "File": Shape("Files", _file),
    "Shortcut": Shape("Shortcuts", _first("shortcutPath")),
    "EnvironmentVariable": Shape("EnvironmentVariables", _variable),
    "Ini": Shape("IniFiles", _ini),
    "PowerScheme": Shape("PowerOptions", _first("name")),
    "GlobalPowerOptions": Shape("PowerOptions", _only("GlobalPowerOptions")),
    "GlobalPowerOptionsV2": Shape("PowerOptions", _first("nameGuid", "name")),
    "SharedPrinter": Shape("Printers", _first("path")),
    "PortPrinter": Shape("Printers", _first("ipAddress", "localName")),
    "LocalPrinter": Shape("Printers", _first("name")),
    "NetShare": Shape("NetworkShares", _first("name")),
    "DataSource": Shape("DataSources", _first("dsn")),
    "Device": Shape("Devices", _first("deviceTypeID", "deviceType", "deviceClassGUID", "deviceClass")),
    "GlobalFolderOptions": Shape("FolderOptions", _only("GlobalFolderOptions")),
    "GlobalFolderOptionsVista": Shape("FolderOptions", _only("GlobalFolderOptionsVista")),
    "OpenWith": Shape("FolderOptions", _first("fileExtension")),
    "FileType": Shape("FolderOptions", _first("fileExt", "fileExtension")),
    "DUN": Shape("NetworkOptions", _first("name")),
    "VPN": Shape("NetworkOptions", _first("name")),
    "Internet": Shape("InternetSettings", _only("Internet")),
    "IE7": Shape("InternetSettings", _only("IE7")),
    "IE8": Shape("InternetSettings", _only("IE8")),
    "IE10": Shape("InternetSettings", _only("IE10")),
    "RegionalOptions": Shape("RegionalOptions", _only("RegionalOptions")),
    "StartMenu": Shape("StartMenu", _only("StartMenu")),
    "StartMenuVista": Shape("StartMenu", _only("StartMenuVista")),
    "Application": Shape("Applications", _first("name")),
}
"""The items, by element ([MS-GPPREF] 2.2.1.2 to 2.2.1.22)."""

_UNSAID = frozenset(("", "NOCHANGE", "NO_CHANGE"))
_ACTION = "action"


def value_of(properties: etree._Element) -> Value:
    """What the item sets: typed registry data, else `name=value` for all that its properties say, sorted by name.

    Members of groups are settings of their own and left out, and so is what says nothing: empty properties and
    NOCHANGE. Passwords are masked. Raises ValueError for registry data that does not fit its type.
    """
    parent = properties.getparent()
    if parent is not None and local(parent) == "Registry":
        return _data(properties)
    return tuple(sorted(_said(properties), key=str.casefold))


def _said(properties: etree._Element) -> list[str]:
    found = [f"{name}={value}" for name, value in _attributes(properties) if name != _ACTION and value not in _UNSAID]
    for name, tag, inner in _numbered(properties):
        if tag != "Members":
            _add_below(found, inner, tag, name)
    return found


def _add_below(found: list[str], element: etree._Element, tag: str, path: str) -> None:
    """Adds what stands in elements below the properties: a task's definition, a data source's attributes."""
    text = (element.text or "").strip()
    if text:
        found.append(f"{path}={MASK if _secret(tag) else text}")
    found += [f"{path}@{name}={value}" for name, value in _attributes(element) if value]
    if len(element):
        for name, inner_tag, inner in _numbered(element):
            _add_below(found, inner, inner_tag, f"{path}/{name}")


def _numbered(element: etree._Element) -> list[tuple[str, str, etree._Element]]:
    """The elements below with their names and tags; where several have one tag, the name is numbered."""
    inner = [(tag[tag.rfind("}") + 1 :], part) for part in element if isinstance(tag := part.tag, str)]
    if len(inner) == len({tag for tag, _ in inner}):
        return [(tag, tag, part) for tag, part in inner]
    alike, met, found = Counter(tag for tag, _ in inner), Counter[str](), []
    for tag, part in inner:
        met[tag] += 1
        found.append((f"{tag}[{met[tag]}]" if alike[tag] > 1 else tag, tag, part))
    return found


def _attributes(element: etree._Element) -> list[tuple[str, str]]:
    """The attributes, with secrets masked: those named so, and the value of a pair that is named so."""
    found = attributes(element)
    if not found:
        return []
    named = _secret(found.get("name", ""))
    return [
        (name, MASK if value and (_secret(name) or (named and name.casefold() == "value")) else value)
        for name, value in found.items()
    ]


_secret = lru_cache(maxsize=4096)(is_secret)
"""Items of one kind have the same names."""


def _data(properties: etree._Element) -> Value:
    """Registry data: numbers are hexadecimal however they are displayed, bytes a run of hexadecimal digits."""
    kind, text = str(properties.get("type", "")).upper(), str(properties.get("value", ""))
    if kind == "REG_MULTI_SZ":
        lists = children(properties, "Values")
        listed = tuple((value.text or "") for values in lists for value in children(values, "Value"))
        return listed if lists else tuple(text.split("\n")) if text else ()
    try:
        if kind.startswith(("REG_DWORD", "REG_QWORD")):
            return int(text, 16) if re.fullmatch(r"[0-9A-Fa-f]{1,16}", text) else _refuse(text)
        return bytes.fromhex(text) if kind in ("REG_BINARY", "REG_NONE") else text
    except ValueError as exc:
        message = f"{kind} data is no hexadecimal number of whole bytes"
        raise ValueError(message) from exc


def _refuse(text: str) -> int:
    raise ValueError(f"'{text}' is not a hexadecimal number")
