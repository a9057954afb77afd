"""The rules that we decode from the Registry.pol of a backup are those of GPMC's report of the same GPO."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from lxml import etree

from policylint.catalogue import certificates
from policylint.catalogue.decoded import decode
from policylint.decoded import Decoded
from policylint.model import Scope
from policylint.readers.gpo.registry_pol import claims, records
from policylint.readers.source import Source

SETTINGS = "{http://www.microsoft.com/GroupPolicy/Settings/%s}"
FIREWALL, SRP, KEYS = (SETTINGS % name for name in ("WindowsFirewall", "SRPV2", "PublicKey"))

Rule = tuple[str, ...]

TOKENS = {
    "direction": ("Dir",),
    "action": ("Action",),
    "active": ("Active",),
    "protocol": ("Protocol",),
    "local-ports": ("LPort", "LPort2_10"),
    "remote-ports": ("RPort", "RPort2_10"),
    "icmp-types": ("ICMP4", "ICMP6"),
    "local-addresses": ("LA4", "LA6"),
    "remote-addresses": ("RA4", "RA6"),
    "program": ("App",),
    "service": ("Svc",),
    "profiles": ("Profile",),
    "edge-traversal": ("Edge",),
    "security": ("Security",),
    "remote-users": ("RUAuth",),
    "description": ("Desc",),
    "group": ("EmbedCtxt",),
    "version": ("Version",),
}
WORDS = {"inbound": "In", "outbound": "Out", "allow": "Allow", "block": "Block", "yes": "true", "no": "false"}
PROTOCOLS = {"TCP": "6", "UDP": "17", "ICMPv4": "1", "ICMPv6": "58", "IGMP": "2", "IPv6": "41"}


@cache
def decoded(folder: Path) -> list[Decoded]:
    """The rules in both Registry.pol files of a backup."""
    found = []
    for path in sorted(p for p in folder.rglob("*") if p.name.casefold() == "registry.pol"):
        written = claims(records(path.read_bytes())[0], Scope.DEVICE, Source(path.as_posix(), path))[0]
        for claim in written:
            rule = decode(claim.setting, claim.value)
            if rule is not None:
                found.append(rule)
    return found


def firewall_of_pol(rule: Decoded) -> Rule:
    """A firewall rule in the report's words: every field but what the report leaves out."""
    lines = [("name", rule.name), *rule.lines()]
    told = [(name, WORDS.get(text, text) if name != "protocol" else PROTOCOLS[text]) for name, text in lines]
    return tuple(sorted(f"{name}={text}" for name, text in told if name != "other"))


def firewall_of_report(element: etree._Element) -> Rule:
    names = {token: name for name, tokens in TOKENS.items() for token in tokens} | {"Name": "name"}
    told = ((etree.QName(part).localname, part.text or "") for part in element)
    return tuple(sorted(f"{names[part]}={text}" for part, text in told if part != "Defer"))


def applocker_of_pol(rule: Decoded) -> Rule:
    fields = dict(rule.fields)
    texts = {name: text for name, text in fields.items() if isinstance(text, str)}
    kinds = {"conditions": fields.get("conditions", ()), "exceptions": fields.get("exceptions", ())}
    lists = [f"{kind}: {text}" for kind, many in kinds.items() if isinstance(many, tuple) for text in many]
    own = (texts[name] for name in ("collection", "type", "action", "principal"))
    return (rule.name, texts.get("description", ""), *own, *lists)


def applocker_of_report(collection: str, element: etree._Element) -> Rule:
    kind = etree.QName(element).localname.removeprefix("File").removesuffix("Rule").casefold()
    get = element.attrib.get
    lists = [
        f"{name.casefold()}: {condition(node)}"
        for name in ("Conditions", "Exceptions")
        for part in element.findall(SRP + name)
        for node in part.iter(SRP + "FilePath", SRP + "FilePublisher")
    ]
    own = (collection, kind, get("Action", "").casefold(), get("UserOrGroupSid", ""))
    return (get("Name", ""), get("Description", ""), *own, *lists)


def condition(node: etree._Element) -> str:
    """A condition of the report, from its attributes; an exception stands one element deeper than a condition."""
    get = node.attrib.get
    if "Path" in node.attrib:
        return f"path {get('Path')}"
    parts = [f"publisher {get('PublisherName')}"]
    parts += [f"product {get('ProductName')}"] if get("ProductName") != "*" else []
    parts += [f"file {get('BinaryName')}"] if get("BinaryName") != "*" else []
    for bounds in node:
        low = bounds.get("LowSection")
        parts += [f"from version {low}"] if low not in (None, "*", "0.0.0.0") else []  # noqa: S104 - a version
        parts += [f"to version {bounds.get('HighSection')}"] if bounds.get("HighSection") not in (None, "*") else []
    return ", ".join(parts)


def certificate_of_report(element: etree._Element) -> Rule:
    blob = bytes.fromhex(element.findtext(KEYS + "Data", ""))
    der = (certificates.properties(blob) or {})[certificates.DER]
    told = (element.findtext(KEYS + name, "") for name in ("IssuedTo", "IssuedBy", "ExpirationDate"))
    return (hashlib.sha1(der, usedforsecurity=False).hexdigest().upper(), *told)


def certificate_of_pol(rule: Decoded) -> Rule:
    fields = dict(rule.fields)
    people = (common_name(str(fields[name])) for name in ("subject", "issuer"))
    return (str(fields["thumbprint"]), *people, str(fields["valid-to"]))


def common_name(distinguished: str) -> str:
    """What Windows calls an account of a certificate: its common name."""
    return next(part[3:] for part in distinguished.split(",") if part.startswith("CN="))


@cache
def backups(sample_data: Path) -> list[tuple[Path, etree._Element]]:
    reports = sorted(p for p in sample_data.joinpath("gpo").rglob("*") if p.name.casefold() == "gpreport.xml")
    return [
        (report.parent, etree.fromstring(report.read_bytes()))
        for report in reports
        if any(p.name.casefold() == "registry.pol" for p in report.parent.rglob("*"))
    ]


def compared(sample_data: Path, kind: str) -> tuple[int, list[str]]:
    """How many rules of a kind backup and report both tell, and the backups where they differ."""
    equal, differ = 0, []
    for folder, report in backups(sample_data):
        ours = sorted(OF_POL[kind](rule) for rule in decoded(folder) if rule.kind == kind)
        if ours == sorted(OF_REPORT[kind](report)):
            equal += len(ours)
        else:
            differ.append(folder.relative_to(sample_data).as_posix())
    return equal, differ


def firewall_rules(report: etree._Element) -> Iterator[Rule]:
    for way in ("In", "Out"):
        yield from map(firewall_of_report, report.iter(f"{FIREWALL}{way}boundFirewallRules"))


def applocker_rules(report: etree._Element) -> Iterator[Rule]:
    for collection in report.iter(SRP + "RuleCollection"):
        rules = (rule for rule in collection if etree.QName(rule).localname.endswith("Rule"))
        yield from (applocker_of_report(str(collection.get("Type")), rule) for rule in rules)


def certificates_shown(report: etree._Element) -> Iterator[Rule]:
    shown = (e for e in report.iter() if e.find(KEYS + "ExpirationDate") is not None)
    yield from map(certificate_of_report, shown)


OF_POL = {
    "firewall-rule": firewall_of_pol,
    "applocker-rule": applocker_of_pol,
    "certificate": certificate_of_pol,
}
OF_REPORT = {
    "firewall-rule": firewall_rules,
    "applocker-rule": applocker_rules,
    "certificate": certificates_shown,
}
UNREGISTERED = "gpo/steamroller/GPO/{545BBCAB-984F-44E3-89CB-47930A4A4A6A}"
"""Its Registry.pol holds a rule, and no extension is registered that would process it: the report shows nothing."""


def test_firewall_rules_are_those_of_the_report(sample_data: Path) -> None:
    assert compared(sample_data, "firewall-rule") == (78, [UNREGISTERED])


def test_applocker_rules_are_those_of_the_report(sample_data: Path) -> None:
    assert compared(sample_data, "applocker-rule") == (94, [])


def test_certificates_are_those_of_the_report(sample_data: Path) -> None:
    assert compared(sample_data, "certificate") == (39, [])
