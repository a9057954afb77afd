"""Rules inside registry values get the names that people know them by."""

from __future__ import annotations

import hashlib
import struct
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policylint.catalogue.decoded import decode
from policylint.model import Scope, SettingId, Value, registry
from policylint.readers.gpo.registry_pol import claims, records
from policylint.readers.source import Source

FIREWALL = registry(Scope.DEVICE, r"SOFTWARE\Policies\Microsoft\WindowsFirewall\FirewallRules", "{RULE}")
APPLOCKER = registry(Scope.DEVICE, r"Software\Policies\Microsoft\Windows\SrpV2\Exe\243692f9", "Value")
RESOLUTION = registry(Scope.DEVICE, r"Software\Policies\Microsoft\Windows NT\DNSClient\DnsPolicyConfig\{R}", "Name")
DER = b"0\x03\x02\x01\x00"
THUMBPRINT = hashlib.sha1(DER, usedforsecurity=False).hexdigest().upper()


def certificate(store: str, thumbprint: str = THUMBPRINT) -> SettingId:
    return registry(
        Scope.DEVICE, rf"Software\Policies\Microsoft\SystemCertificates\{store}\Certificates\{thumbprint}", "Blob"
    )


def blob(*properties: tuple[int, bytes]) -> bytes:
    return b"".join(struct.pack("<III", number, 1, len(data)) + data for number, data in properties)


def title(setting: SettingId, value: Value) -> str:
    rule = decode(setting, value)
    return "" if rule is None else rule.title


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (
            "v2.26|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=22|Name=SSH|",
            'firewall rule "SSH" (inbound, allow, TCP 22)',
        ),
        (
            "v2.10|Action=Block|Active=FALSE|Dir=Out|Protocol=17|RPort=53|RPort=5353|Name=DNS|",
            'firewall rule "DNS" (outbound, block, UDP 53, 5353, switched off)',
        ),
        ("v2.30|Action=Block|Active=TRUE|Dir=In|", 'firewall rule "{RULE}" (inbound, block, any protocol)'),
        ("v2.30|Dir=In|Protocol=99|Name=x|", 'firewall rule "x" (inbound, protocol 99)'),
        ("no rule", ""),
        (5, ""),
        (None, ""),
    ],
)
def test_a_firewall_rule_is_named_by_its_direction_action_and_ports(value: Value, shown: str) -> None:
    assert title(FIREWALL, value) == shown


def test_an_applocker_rule_tells_its_collection_action_principal_and_conditions() -> None:
    rule = decode(
        APPLOCKER,
        '<FilePublisherRule Id="x" Name="No tools" UserOrGroupSid="S-1-1-0" Action="Deny"><Conditions>'
        '<FilePublisherCondition PublisherName="O=A" ProductName="*" BinaryName="*"/></Conditions><Exceptions>'
        '<FilePathCondition Path="%WINDIR%\\*"/></Exceptions></FilePublisherRule>\r\n',
    )
    assert rule is not None
    assert rule.title == 'AppLocker rule "No tools" (Exe, deny, S-1-1-0)'
    assert rule.fields == (
        ("collection", "Exe"),
        ("action", "Deny"),
        ("principal", "S-1-1-0"),
        ("condition", "O=A, *, *"),
        ("exception", "%WINDIR%\\*"),
    )
    assert decode(APPLOCKER, "<broken") is None


def test_a_certificate_is_named_by_its_friendly_name_or_thumbprint() -> None:
    name = "Root CA\0".encode("utf-16-le")
    assert title(certificate("Root"), blob((11, name), (32, DER))) == 'certificate "Root CA" (store Root)'
    assert title(certificate("CA"), blob((32, DER))) == f'certificate "{THUMBPRINT}" (store CA)'
    assert title(certificate("CA"), blob((32, DER))[:-1]) == ""


def test_a_certificate_whose_bytes_are_those_of_another_says_so() -> None:
    rule = decode(certificate("Root", "0" * 40), blob((32, DER)))
    assert rule is not None
    assert rule.fields == (("store", "Root"), ("thumbprint", "0" * 40), ("certificate", "other"))


def test_a_name_resolution_rule_is_named_by_its_key() -> None:
    assert title(RESOLUTION, (".contoso.com", "b")) == 'name resolution rule "{R}" (Name)'


def test_other_settings_hold_no_rule() -> None:
    assert decode(registry(Scope.DEVICE, r"Software\Policies\Contoso", "A"), "v2.26|Name=x|") is None


@given(st.sampled_from((FIREWALL, APPLOCKER, RESOLUTION, certificate("Root"))), st.text() | st.binary() | st.integers())
def test_any_value_is_a_rule_or_none(setting: SettingId, value: Value) -> None:
    rule = decode(setting, value)
    assert rule is None or rule.title.startswith(rule.kind)


def test_every_rule_in_real_files_is_decoded(sample_data: Path) -> None:
    kinds: Counter[str] = Counter()
    for path in sorted(p for p in sample_data.rglob("*") if p.suffix.casefold() == ".pol"):
        data = path.read_bytes()
        found = records(data)[0] if data.startswith(b"PReg\1\0\0\0") else ()
        for claim in claims(found, Scope.DEVICE, Source(path.as_posix(), path))[0]:
            rule = decode(claim.setting, claim.value)
            expected = claim.setting.key.endswith("!blob") or "\\firewallrules!" in claim.setting.key
            assert rule is not None or not expected, claim.setting
            if rule is not None:
                kinds[rule.kind] += 1
                assert dict(rule.fields).get("certificate", "inside") == "inside", path
    assert kinds == {"AppLocker rule": 120, "firewall rule": 95, "certificate": 45}
