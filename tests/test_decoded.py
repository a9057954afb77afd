"""Rules inside registry values get the names that people know them by."""

from __future__ import annotations

import hashlib
import struct
import subprocess
import sys
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from policylint.catalogue.decoded import decode
from policylint.decoded import Decoded
from policylint.model import Scope, SettingId, Value, registry
from policylint.readers.gpo.registry_pol import claims, records
from policylint.readers.source import Source

FIREWALL = registry(Scope.DEVICE, r"SOFTWARE\Policies\Microsoft\WindowsFirewall\FirewallRules", "{RULE}")
APPLOCKER = registry(Scope.DEVICE, r"Software\Policies\Microsoft\Windows\SrpV2\Exe\243692f9", "Value")
RULE_KEY = r"Software\Policies\Microsoft\Windows NT\DNSClient\DnsPolicyConfig\{R}"
RESOLUTION = registry(Scope.DEVICE, RULE_KEY, "Name")
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


def test_a_firewall_rule_tells_its_fields_in_a_fixed_order_and_keeps_what_it_does_not_know() -> None:
    rule = decode(
        FIREWALL,
        "v2.30|RA4=10.0.0.1|RA4=LocalSubnet|Name=Mail|Action=Allow|Active=TRUE|Dir=In|Profile=Domain|Protocol=6|"
        "LPort=25|LPort=587|App=%ProgramFiles%\\mail.exe|Svc=mail|RA6=fe80::/64|Edge=TRUE|Defer=App|Profile=Private|",
    )
    assert rule == Decoded(
        "firewall-rule",
        "Mail",
        (
            ("direction", "inbound"),
            ("action", "allow"),
            ("active", True),
            ("protocol", "TCP"),
            ("local-ports", ("25", "587")),
            ("remote-addresses", ("10.0.0.1", "LocalSubnet", "fe80::/64")),
            ("program", "%ProgramFiles%\\mail.exe"),
            ("service", "mail"),
            ("profiles", ("Domain", "Private")),
            ("edge-traversal", True),
            ("other", ("Defer=App",)),
            ("version", "2.30"),
        ),
        "inbound, allow, TCP 25, 587",
    )


def test_an_applocker_rule_tells_its_collection_action_principal_and_conditions() -> None:
    rule = decode(
        APPLOCKER,
        '<FilePublisherRule Id="x" Name="No tools" Description="" UserOrGroupSid="S-1-1-0" Action="Deny"><Conditions>'
        '<FilePublisherCondition PublisherName="O=A" ProductName="*" BinaryName="a.exe">'
        '<BinaryVersionRange LowSection="1.0.0.0" HighSection="*"/></FilePublisherCondition></Conditions><Exceptions>'
        '<FilePathCondition Path="%WINDIR%\\*"/><FileHashCondition><FileHash Type="SHA256" Data="0xAB" '
        'SourceFileName="b.exe"/></FileHashCondition></Exceptions></FilePublisherRule>\r\n',
    )
    assert rule is not None
    assert rule.title == 'AppLocker rule "No tools" (Exe, deny, S-1-1-0)'
    assert rule.fields == (
        ("collection", "Exe"),
        ("type", "publisher"),
        ("action", "deny"),
        ("principal", "S-1-1-0"),
        ("conditions", ("publisher O=A, file a.exe, from version 1.0.0.0",)),
        ("exceptions", ("path %WINDIR%\\*", "SHA256 0xAB of b.exe")),
    )
    assert decode(APPLOCKER, "<broken") is None


def test_a_certificate_is_named_by_its_friendly_name_or_thumbprint() -> None:
    name = "Root CA\0".encode("utf-16-le")
    assert title(certificate("Root"), blob((11, name), (32, DER))) == 'certificate "Root CA" (store Root)'
    assert title(certificate("CA"), blob((32, DER))) == f'certificate "{THUMBPRINT}" (store CA)'
    assert title(certificate("CA"), blob((32, DER))[:-1]) == ""


def self_signed() -> bytes:
    """A certificate authority's certificate, always with the same facts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [x509.NameAttribute(NameOID.COUNTRY_NAME, "DE"), x509.NameAttribute(NameOID.COMMON_NAME, "Contoso Root")]
    )
    usage = dict.fromkeys(("digital_signature", "key_cert_sign", "crl_sign"), True) | dict.fromkeys(
        (
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    built = (
        x509.CertificateBuilder(name, name, key.public_key(), 0xABC)
        .not_valid_before(datetime(2020, 1, 2, 3, 4, 5))
        .not_valid_after(datetime(2040, 1, 2, 3, 4, 5))
        .add_extension(x509.KeyUsage(**usage), critical=True)
    )
    return built.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


def test_a_certificate_tells_its_subject_issuer_serial_dates_and_uses() -> None:
    der = self_signed()
    thumbprint = hashlib.sha1(der, usedforsecurity=False).hexdigest().upper()
    rule = decode(certificate("Root", thumbprint), blob((32, der)))
    assert rule == Decoded(
        "certificate",
        "Contoso Root",
        (
            ("store", "Root"),
            ("thumbprint", thumbprint),
            ("subject", "CN=Contoso Root,C=DE"),
            ("issuer", "CN=Contoso Root,C=DE"),
            ("serial", "ABC"),
            ("valid-from", "2020-01-02T03:04:05Z"),
            ("valid-to", "2040-01-02T03:04:05Z"),
            ("key-usage", ("digital signature", "certificate signing", "CRL signing")),
        ),
        "store Root",
    )


def test_a_certificate_that_is_not_of_its_key_or_not_decoded_says_so() -> None:
    rule = decode(certificate("Root", "0" * 40), blob((32, DER)))
    assert rule is not None
    assert rule.fields == (
        ("store", "Root"),
        ("thumbprint", THUMBPRINT),
        ("problems", ("its text cannot be decoded", f"its key is named {'0' * 40}")),
    )


def test_certificates_are_the_only_thing_that_the_library_for_them_is_loaded_for() -> None:
    program = (
        "import sys; from policylint.catalogue.decoded import decode; from policylint.model import setting_id;"
        r"decode(setting_id(r'HKLM\Software\Policies\Microsoft\WindowsFirewall\FirewallRules!x'), 'v2.0|Name=x|');"
        "print('cryptography' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


@pytest.mark.parametrize(
    ("name", "value", "field"),
    [
        ("Name", (".contoso.com", "b"), ("namespaces", (".contoso.com", "b"))),
        ("GenericDNSServers", "10.0.0.1;10.0.0.2", ("dns-servers", ("10.0.0.1", "10.0.0.2"))),
        ("ConfigOptions", 10, ("settings-in-use", ("DNSSEC", "DNS servers"))),
        ("DNSSECValidationRequired", 1, ("dnssec-validation", True)),
        ("DirectAccessProxyType", 0, ("directaccess-proxy", "no proxy")),
        ("DirectAccessProxyType", 9, ("directaccess-proxy", "9")),
        ("Unheard", 1, ("other", ("Unheard=1",))),
    ],
)
def test_each_value_of_a_name_resolution_rule_is_a_part_of_it(
    name: str, value: Value, field: tuple[str, object]
) -> None:
    rule = decode(registry(Scope.DEVICE, RULE_KEY, name), value)
    assert rule is not None
    assert (rule.kind, rule.name, rule.fields) == ("name-resolution-rule", "{R}", (field,))


def test_a_software_restriction_rule_tells_its_level_and_what_it_is_about() -> None:
    key = r"Software\Policies\Microsoft\Windows\Safer\CodeIdentifiers\0\Paths\{P}"
    rule = decode(registry(Scope.USER, key, "ItemData"), r"%TEMP%\*")
    assert rule == Decoded(
        "software-restriction-rule",
        "{P}",
        (("level", "disallowed"), ("type", "path"), ("path", r"%TEMP%\*")),
        "disallowed, path",
    )


def test_other_settings_hold_no_rule() -> None:
    assert decode(registry(Scope.DEVICE, r"Software\Policies\Contoso", "A"), "v2.26|Name=x|") is None


@given(st.sampled_from((FIREWALL, APPLOCKER, RESOLUTION, certificate("Root"))), st.text() | st.binary() | st.integers())
def test_any_value_is_a_rule_or_none(setting: SettingId, value: Value) -> None:
    rule = decode(setting, value)
    assert rule is None or rule.title.casefold().startswith(rule.kind.replace("-", " "))


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
                assert "problems" not in dict(rule.fields), path
    assert kinds == {"applocker-rule": 120, "firewall-rule": 95, "certificate": 45, "software-restriction-rule": 8}
