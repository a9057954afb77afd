r"""Settings whose values hold a whole rule: firewall and AppLocker rules, certificates, name resolution, Safer.

They keep their ids and values, which is what they are compared by; what the rule says is told beside it.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from policylint.catalogue.applocker_rules import applocker_rule
from policylint.catalogue.certificates import certificate
from policylint.catalogue.firewall_rules import firewall_rule
from policylint.decoded import Decoded, FieldValue
from policylint.model import SettingId, Value


def decode(setting: SettingId, value: Value) -> Decoded | None:
    """The rule that the value holds; None where the setting holds none, or the value is not of its form."""
    if value is None or _MARKS.search(setting.key) is None:
        return None
    for pattern, read in _DECODERS:
        match = pattern.fullmatch(setting.text)
        if match is not None:
            return read(match, value)
    return None


def _firewall(match: re.Match[str], value: Value) -> Decoded | None:
    return firewall_rule(match["name"], value)


def _applocker(match: re.Match[str], value: Value) -> Decoded | None:
    return applocker_rule(match["collection"], match["name"], value)


def _certificate(match: re.Match[str], value: Value) -> Decoded | None:
    return certificate(match["store"], match["key"], value)


_PROXIES = {0: "no proxy", 1: "the default proxy", 2: "the proxy that is named"}
_IPSEC = {0: "no encryption", 1: "low", 2: "medium", 3: "high"}
_PARTS: dict[str, tuple[str, dict[int, str | bool]]] = {
    name.casefold(): (field, dict(words))
    for name, field, words in (
        ("Name", "namespaces", {}),
        ("ConfigOptions", "settings-in-use", {}),
        ("GenericDNSServers", "dns-servers", {}),
        ("DNSSECValidationRequired", "dnssec-validation", {0: False, 1: True}),
        ("DNSSECQueryIPSECRequired", "dnssec-ipsec", {0: False, 1: True}),
        ("DNSSECQueryIPSECEncryption", "dnssec-ipsec-encryption", _IPSEC),
        ("DirectAccessDNSServers", "directaccess-dns-servers", {}),
        ("DirectAccessProxyType", "directaccess-proxy", _PROXIES),
        ("DirectAccessProxyName", "directaccess-proxy-name", {}),
        ("DirectAccessQueryIPSECRequired", "directaccess-ipsec", {0: False, 1: True}),
        ("DirectAccessQueryIPSECEncryption", "directaccess-ipsec-encryption", _IPSEC),
        ("IPSECCARestriction", "ipsec-certification-authority", {}),
        ("Version", "version", {}),
    )
}
"""The values of a name resolution rule ([MS-GPNRPT] 2.2.2): the field each is, and what its numbers mean."""
_OPTIONS = ((2, "DNSSEC"), (4, "DirectAccess"), (8, "DNS servers"), (16, "encoding of names"))


def _name_resolution(match: re.Match[str], value: Value) -> Decoded | None:
    """A rule is a key; each of its values is a part of it, `Name` the namespaces that it is for."""
    field, words = _PARTS.get(match["name"].casefold(), ("other", {}))
    told: FieldValue = value if isinstance(value, tuple) else str(value)
    if isinstance(value, int):
        told = words.get(value, str(value))
    if field == "other":
        text = ", ".join(value) if isinstance(value, tuple) else str(value)
        told = (f"{match['name']}={text}",)
    elif field == "settings-in-use" and isinstance(value, int):
        told = tuple(word for bit, word in _OPTIONS if value & bit) or ("none",)
    elif field.endswith("dns-servers") and isinstance(value, str):
        told = tuple(server.strip() for server in value.split(";") if server.strip())
    return Decoded("name-resolution-rule", match["rule"], ((field, told),), field)


_LEVELS = {
    "0": "disallowed",
    "4096": "untrusted",
    "65536": "constrained",
    "131072": "basic user",
    "262144": "unrestricted",
}
_SAFER_KINDS = {"paths": "path", "hashes": "hash", "urlzones": "zone"}


def _software_restriction(match: re.Match[str], value: Value) -> Decoded | None:
    """A rule is a key below the level that it gives; each of its values is a part of it (winsafer.h)."""
    level = _LEVELS.get(match["level"], match["level"])
    kind = _SAFER_KINDS[match["kind"].casefold()]
    about = (("level", level), ("type", kind))
    text = value.hex() if isinstance(value, bytes) else ", ".join(value) if isinstance(value, tuple) else str(value)
    if match["part"].casefold() == "itemdata":
        return Decoded("software-restriction-rule", match["name"], (*about, (kind, text)), f"{level}, {kind}")
    part = (f"{match['part']}={text}",)
    return Decoded("software-restriction-rule", match["name"], (*about, ("other", part)), f"{level}, {match['part']}")


_MARKS = re.compile(r"\\firewallrules!|\\srpv2\\|\\certificates\\|\\dnspolicyconfig\\|\\codeidentifiers\\")
"""What the keys of such settings have in them: for all others, that is the only question asked."""
_DEVICE, _EITHER = (rf"HK{hive}\\SOFTWARE\\Policies\\Microsoft\\" for hive in ("LM", "(?:LM|CU)"))
_DECODERS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], Value], Decoded | None]], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE | re.DOTALL), read)
    for pattern, read in (
        (_DEVICE + r"WindowsFirewall\\FirewallRules!(?P<name>.+)", _firewall),
        (_DEVICE + r"Windows\\SrpV2\\(?P<collection>[^\\]+)\\(?P<name>[^\\]+)!Value", _applocker),
        (_EITHER + r"SystemCertificates\\(?P<store>[^\\]+)\\Certificates\\(?P<key>[0-9a-f]{40})!Blob", _certificate),
        (_DEVICE + r"Windows NT\\DNSClient\\DnsPolicyConfig\\(?P<rule>[^\\]+)!(?P<name>.+)", _name_resolution),
        (
            _EITHER + r"Windows\\Safer\\CodeIdentifiers\\(?P<level>[0-9]+)\\(?P<kind>Paths|Hashes|UrlZones)"
            r"\\(?P<name>[^\\!]+)(?:\\[^!]+)?!(?P<part>.+)",
            _software_restriction,
        ),
    )
)
