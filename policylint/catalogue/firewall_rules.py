"""Firewall rules in registry values: `v2.26|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=22|Name=…|`.

[MS-GPFAS] 2.2.2.19. Fields may stand several times: each time one more port, address or profile.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from policylint.decoded import Decoded, FieldValue
from policylint.model import Value

_VERSION = re.compile(r"v[0-9]+\.[0-9]+", re.IGNORECASE)

_PROTOCOLS = {"1": "ICMPv4", "2": "IGMP", "6": "TCP", "17": "UDP", "41": "IPv6", "47": "GRE", "58": "ICMPv6"}
_WORDS: Mapping[str, Mapping[str, str]] = {
    "direction": {"in": "inbound", "out": "outbound"},
    "action": {"allow": "allow", "block": "block", "bypass": "bypass"},
    "protocol": _PROTOCOLS,
}
_FIELDS: Mapping[str, str | tuple[str, ...]] = {
    "direction": "Dir",
    "action": "Action",
    "active": "Active",
    "protocol": "Protocol",
    "local-ports": ("LPort", "LPort2_10", "LPort2_20", "LPort2_24"),
    "remote-ports": ("RPort", "RPort2_10", "RPort2_25"),
    "icmp-types": ("ICMP4", "ICMP6"),
    "local-addresses": ("LA4", "LA6"),
    "remote-addresses": ("RA4", "RA6", "RA42", "RA62"),
    "program": "App",
    "service": "Svc",
    "package": "AppPkgId",
    "profiles": ("Profile",),
    "interfaces": ("IF",),
    "interface-types": ("IFType",),
    "edge-traversal": "Edge",
    "security": ("Security", "Security2_9", "Security2"),
    "remote-users": ("RUAuth",),
    "remote-computers": ("RMauth",),
    "local-users": ("LUAuth",),
    "description": "Desc",
    "group": "EmbedCtxt",
}
"""Fields in their order, by the token that says the one value, or by the tokens that say one of several each."""
_FOLDED: Mapping[str, str | frozenset[str]] = {
    name: tokens.casefold() if isinstance(tokens, str) else frozenset(token.casefold() for token in tokens)
    for name, tokens in _FIELDS.items()
}
_KNOWN = {
    "name",
    *(t for tokens in _FOLDED.values() for t in ([tokens] if isinstance(tokens, str) else tokens)),
}


def firewall_rule(id_: str, value: Value) -> Decoded | None:
    """The rule in a value; None where it is not of that form. What is left of its tokens stands under `other`."""
    if not isinstance(value, str):
        return None
    version, *parts = value.split("|")
    if not _VERSION.fullmatch(version):
        return None
    parted = [part.partition("=") for part in parts]
    pairs = [(key, key.casefold(), text) for key, sign, text in parted if sign]
    last = {folded: text for _, folded, text in pairs}
    fields = tuple(_fields(pairs, last))
    name = last.get("name") or id_
    return Decoded("firewall-rule", name, (*fields, ("version", version[1:])), _traffic(dict(fields)))


def _fields(pairs: Sequence[tuple[str, str, str]], last: Mapping[str, str]) -> Iterator[tuple[str, FieldValue]]:
    for name, tokens in _FOLDED.items():
        if isinstance(tokens, str):
            if text := last.get(tokens):
                yield name, _worded(name, text)
        elif not tokens.isdisjoint(last):
            yield name, tuple([text for _, folded, text in pairs if folded in tokens])
    other = tuple([f"{key}={text}" for key, folded, text in pairs if folded not in _KNOWN])
    if other:
        yield "other", other


def _worded(name: str, text: str) -> str | bool:
    if text.casefold() in ("true", "false"):
        return text.casefold() == "true"
    return _WORDS.get(name, {}).get(text.casefold(), text)


def _traffic(fields: Mapping[str, FieldValue]) -> str:
    number = fields.get("protocol")
    ports = fields.get("local-ports") or fields.get("remote-ports") or ()
    named = number if number in _PROTOCOLS.values() else f"protocol {number}"
    protocol = f"{named} {_joined(ports)}".strip() if number else "any protocol"
    off = "switched off" if fields.get("active") is False else ""
    parts = (_joined(fields.get("direction", "")), _joined(fields.get("action", "")), protocol, off)
    return ", ".join(part for part in parts if part)


def _joined(value: FieldValue) -> str:
    return ", ".join(value) if isinstance(value, tuple) else str(value)
