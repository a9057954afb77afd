"""Client-side extensions: which one applies which file of a GPO, and how a GPO registers them ([MS-GPOL] 2.2.4).

A settings file whose extension the GPO does not register never applies (rule G-CSE-GUID).
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

REGISTRY = "{35378EAC-683F-11D2-A89A-00C04FBBCFA2}"
SECURITY = "{827D319E-6EAC-11D2-A4EA-00C04F79F83A}"
AUDIT = "{F3CCC681-B74C-4060-9F26-CD84525DCA2A}"
SCRIPTS = "{42B5FAAE-6536-11D2-AE5A-0000F87571E3}"
FOLDER_REDIRECTION = "{25537BA6-77A8-11D2-9B6C-0000F8080861}"
SOFTWARE = "{C6DC5466-785A-11D2-84D0-00C04FB169F7}"

PREFERENCES = {
    "applications": ("Applications", "{F9C77450-3A41-477E-9310-9ACD617BD9E3}"),
    "datasources": ("Data Sources", "{728EE579-943C-4519-9EF7-AB56765798ED}"),
    "devices": ("Devices", "{1A6364EB-776B-4120-ADE1-B63A406A76B5}"),
    "drives": ("Drive Maps", "{5794DAFD-BE60-433F-88A2-1A31939AC01F}"),
    "environmentvariables": ("Environment Variables", "{0E28E245-9368-4853-AD84-6DA3BA35BB75}"),
    "files": ("Files", "{7150F9BF-48AD-4DA4-A49C-29EF4A8369BA}"),
    "folderoptions": ("Folder Options", "{A3F3E39B-5D83-4940-B954-28315B82F0A8}"),
    "folders": ("Folders", "{6232C319-91AC-4931-9385-E70C2B099F0E}"),
    "groups": ("Local Users and Groups", "{17D89FEC-5C44-4972-B12D-241CAEF74509}"),
    "inifiles": ("Ini Files", "{74EE6C03-5363-4554-B161-627540339CAB}"),
    "internetsettings": ("Internet Settings", "{E47248BA-94CC-49C4-BBB5-9EB7F05183D0}"),
    "networkoptions": ("Network Options", "{3A0DBA37-F8B2-4356-83DE-3E90BD5C261F}"),
    "networkshares": ("Network Shares", "{6A4C88C6-C502-4F74-8F60-2CB23EDC24E2}"),
    "poweroptions": ("Power Options", "{E62688F0-25FD-4C90-BFF5-F508B9D2E31F}"),
    "printers": ("Printers", "{BC75B1ED-5833-4858-9BB8-CBF0B166DF9D}"),
    "regionaloptions": ("Regional Options", "{E5094040-C46C-4115-B030-04FB2E545B00}"),
    "registry": ("Windows Registry", "{B087BE9D-ED37-454F-AF9C-04291E351182}"),
    "scheduledtasks": ("Scheduled Tasks", "{AADCED64-746C-4633-A97C-D61349046527}"),
    "services": ("Services", "{91FBB303-0CD5-4055-BF42-E512A681B325}"),
    "shortcuts": ("Shortcuts", "{C418DD9D-0D14-4EFB-8FBF-CFE535C8FAC7}"),
    "startmenutaskbar": ("Start Menu", "{E4F48E54-F38D-4884-BFB9-D4D2E5729C18}"),
}
"""The extensions of Group Policy Preferences, name and GUID, by their folder, case-folded ([MS-GPPREF] 1.9)."""

NAMES = {
    REGISTRY: "Registry",
    SECURITY: "Security",
    AUDIT: "Audit Policy Configuration",
    SCRIPTS: "Scripts",
    FOLDER_REDIRECTION: "Folder Redirection",
    SOFTWARE: "Software Installation",
    **{guid: f"Preferences: {title}" for title, guid in PREFERENCES.values()},
}

_GROUP = re.compile(r"\[(\{[0-9A-Fa-f-]{36}\})")


@lru_cache(maxsize=1024)
def extensions(text: str) -> tuple[str, ...]:
    """The extensions of a gPCMachineExtensionNames list, `[{extension}{tool}…][…]`, in upper case and in its order.

    The null GUID that starts a preferences list stands for no extension and is left out.
    """
    found = (match[1].upper() for match in _GROUP.finditer(text))
    return tuple(guid for guid in found if guid.strip("{0-}"))


def out_of_order(guids: tuple[str, ...]) -> str | None:
    """The first extension that sorts before the one in front of it: Windows reads the list up to there."""
    return next((after for before, after in pairwise(guids) if after < before), None)


def in_sequence(guids: tuple[str, ...]) -> tuple[str, ...]:
    """The extensions that Windows gets to: it stops at the first one out of sequence ([MS-GPOL] 3.2.5.1.10)."""
    stray = next((n for n, (before, after) in enumerate(pairwise(guids), 1) if after < before), len(guids))
    return guids[:stray]
