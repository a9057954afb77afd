r"""Registry values that hold a whole rule: what is in them, for names that people know.

Firewall rules ([MS-GPFAS] 2.2.2), AppLocker rules, certificates ([MS-GPEF] 2.2.1.2.1: a list of properties) and name
resolution rules ([MS-GPNRPT] 2.2) stay registry values, with their ids and values; only their names are made here.
"""

from __future__ import annotations

import hashlib
import re
import struct
from collections.abc import Callable
from dataclasses import dataclass

from lxml import etree

from policylint.errors import ReadError
from policylint.model import SettingId, Value
from policylint.readers.xml import child, local, parse

Fields = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Decoded:
    """A rule in a registry value: its kind, its name, what it says as (field, text) in its own order, and a summary."""

    kind: str
    name: str
    fields: Fields
    summary: str = ""

    @property
    def title(self) -> str:
        """As results name it: `firewall rule "SSH" (inbound, allow, TCP 22)`."""
        return f'{self.kind} "{self.name}"' + (f" ({self.summary})" if self.summary else "")


def decode(setting: SettingId, value: Value) -> Decoded | None:
    """The rule that the value holds; None where the setting holds none, or the value is not of its form."""
    for pattern, read in _DECODERS:
        match = pattern.fullmatch(setting.text)
        if match is not None:
            return read(match, value)
    return None


_PROTOCOLS = {"1": "ICMPv4", "2": "IGMP", "6": "TCP", "17": "UDP", "41": "IPv6", "47": "GRE", "58": "ICMPv6"}
_DIRECTIONS = {"in": "inbound", "out": "outbound"}
_VERSION = re.compile(r"v[0-9]+\.[0-9]+", re.IGNORECASE)


def _firewall(match: re.Match[str], value: Value) -> Decoded | None:
    """`v2.26|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=22|Name=…|`: fields may stand several times."""
    if not isinstance(value, str):
        return None
    version, *parts = value.split("|")
    if not _VERSION.fullmatch(version):
        return None
    pairs = tuple((key, text) for key, sign, text in (part.partition("=") for part in parts) if sign)
    return Decoded("firewall rule", _joined(pairs, "Name") or match["name"], pairs, _traffic(pairs))


def _traffic(pairs: Fields) -> str:
    direction, action = _joined(pairs, "Dir").casefold(), _joined(pairs, "Action").casefold()
    number = _joined(pairs, "Protocol")
    ports = _joined(pairs, "LPort", "LPort2_10") or _joined(pairs, "RPort", "RPort2_10")
    protocol = f"{_PROTOCOLS.get(number, f'protocol {number}')} {ports}".strip() if number else "any protocol"
    off = "switched off" if _joined(pairs, "Active").casefold() == "false" else ""
    return ", ".join(part for part in (_DIRECTIONS.get(direction, direction), action, protocol, off) if part)


def _joined(pairs: Fields, *keys: str) -> str:
    wanted = {key.casefold() for key in keys}
    return ", ".join(text for key, text in pairs if key.casefold() in wanted)


def _applocker(match: re.Match[str], value: Value) -> Decoded | None:
    """`<FilePathRule Name=… Action="Deny" UserOrGroupSid=…><Conditions><FilePathCondition Path=…/>`."""
    if not isinstance(value, str):
        return None
    try:
        rule = parse(value.encode("utf-8", "surrogatepass"))
    except ReadError:
        return None
    action, who = str(rule.get("Action", "")), str(rule.get("UserOrGroupSid", ""))
    conditions = tuple(("condition", text) for text in _conditions(child(rule, "Conditions")))
    exceptions = tuple(("exception", text) for text in _conditions(child(rule, "Exceptions")))
    pairs = (("collection", match["collection"]), ("action", action), ("principal", who), *conditions, *exceptions)
    name = str(rule.get("Name", "")) or match["name"]
    summary = ", ".join(part for part in (match["collection"], action.casefold(), who) if part)
    return Decoded("AppLocker rule", name, pairs, summary)


def _conditions(element: etree._Element | None) -> list[str]:
    if element is None:
        return []
    told = (node for node in element.iter() if local(node) in _CONDITIONS)
    return [", ".join(str(node.get(key, "")) for key in _CONDITIONS[local(node)] if node.get(key)) for node in told]


_CONDITIONS = {
    "FilePathCondition": ("Path",),
    "FilePublisherCondition": ("PublisherName", "ProductName", "BinaryName"),
    "FileHash": ("SourceFileName", "Data"),
}
_FRIENDLY_NAME, _DER = 11, 32


def _certificate(match: re.Match[str], value: Value) -> Decoded | None:
    """A blob of properties, each with number, 1, length and data; number 32 is the certificate in DER."""
    if not isinstance(value, bytes):
        return None
    properties = _properties(value)
    if properties is None:
        return None
    friendly = properties.get(_FRIENDLY_NAME, b"").decode("utf-16-le", "replace").rstrip("\0")
    thumbprint = match["thumb"].upper()
    der = properties.get(_DER)
    genuine = der is not None and hashlib.sha1(der, usedforsecurity=False).hexdigest().upper() == thumbprint
    pairs = (("store", match["store"]), ("thumbprint", thumbprint), ("certificate", "inside" if genuine else "other"))
    return Decoded("certificate", friendly or thumbprint, pairs, f"store {match['store']}")


def _properties(blob: bytes) -> dict[int, bytes] | None:
    found, at = dict[int, bytes](), 0
    while at < len(blob):
        if at + 12 > len(blob):
            return None
        number, _, size = struct.unpack_from("<III", blob, at)
        if at + 12 + size > len(blob):
            return None
        found[number] = blob[at + 12 : at + 12 + size]
        at += 12 + size
    return found


def _name_resolution(match: re.Match[str], value: Value) -> Decoded | None:
    """A rule is a key; each of its values is a part of it, `Name` the namespaces that it is for."""
    if value is None:
        return None
    text = ", ".join(value) if isinstance(value, tuple) else str(value)
    return Decoded("name resolution rule", match["rule"], ((match["name"], text),), match["name"])


_POLICIES = r"HKLM\\SOFTWARE\\Policies\\Microsoft\\"
_DECODERS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], Value], Decoded | None]], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE | re.DOTALL), read)
    for pattern, read in (
        (_POLICIES + r"WindowsFirewall\\FirewallRules!(?P<name>.+)", _firewall),
        (_POLICIES + r"Windows\\SrpV2\\(?P<collection>[^\\]+)\\(?P<name>[^\\]+)!Value", _applocker),
        (
            r"HK(?:LM|CU)\\SOFTWARE\\Policies\\Microsoft\\SystemCertificates\\(?P<store>[^\\]+)"
            r"\\Certificates\\(?P<thumb>[0-9a-f]{40})!Blob",
            _certificate,
        ),
        (_POLICIES + r"Windows NT\\DNSClient\\DnsPolicyConfig\\(?P<rule>[^\\]+)!(?P<name>.+)", _name_resolution),
    )
)
