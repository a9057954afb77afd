"""How the ids of settings of single products begin: below which keys and nodes their values stand."""

from __future__ import annotations

from policylint.model import csp


def prefixed(key: str, beginnings: tuple[str, ...]) -> bool:
    """Whether a setting's key begins in one of the ways."""
    return key.startswith(beginnings)


def _below(*keys: str) -> tuple[str, ...]:
    """A registry key's own values, and all keys below it."""
    return tuple(f"{key}{border}" for key in keys for border in ("!", "\\"))


def _nodes(*uris: str) -> tuple[str, ...]:
    return tuple(f"{csp(uri).key}_" for uri in uris)


DEFENDER_KEY = r"hklm\software\policies\microsoft\windows defender"

LAPS = (
    *_below(r"hklm\software\microsoft\windows\currentversion\policies\laps"),
    *_nodes("./Device/Vendor/MSFT/LAPS/Policies"),
)
LEGACY_LAPS = _below(r"hklm\software\policies\microsoft services\admpwd")
DEFENDER = (*_below(DEFENDER_KEY), *_nodes("./Device/Vendor/MSFT/Defender/Configuration"))
BITLOCKER = (
    *_below(r"hklm\software\policies\microsoft\fve", r"hklm\system\currentcontrolset\policies\microsoft\fve"),
    *_nodes("./Device/Vendor/MSFT/BitLocker"),
)
FIREWALL = (
    *_below(r"hklm\software\policies\microsoft\windowsfirewall"),
    *_nodes("./Device/Vendor/MSFT/Firewall/MdmStore"),
)
FIREWALL_RULES = (r"hklm\software\policies\microsoft\windowsfirewall\firewallrules!",)
CHROME = _below(*(rf"{hive}\software\policies\google\chrome" for hive in ("hklm", "hkcu")))
EDGE = _below(*(rf"{hive}\software\policies\microsoft\edge" for hive in ("hklm", "hkcu")))
