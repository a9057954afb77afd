"""Certificates in registry values: a list of properties, each with number, 1, length and data; 32 is the certificate.

[MS-GPEF] 2.2.1.2.1 has the layout, wincrypt.h the numbers. The key above the value is named by the SHA-1 of the
certificate. Its text (subject, issuer, dates, uses) is read by the `cryptography` library, which is loaded only here.
"""

from __future__ import annotations

import hashlib
import struct
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING

from policylint.decoded import Decoded, Fields, FieldValue
from policylint.model import Value

if TYPE_CHECKING:
    from cryptography import x509

FRIENDLY_NAME, DER = 11, 32

_USES = {
    "digital_signature": "digital signature",
    "content_commitment": "non-repudiation",
    "key_encipherment": "key encipherment",
    "data_encipherment": "data encipherment",
    "key_agreement": "key agreement",
    "key_cert_sign": "certificate signing",
    "crl_sign": "CRL signing",
}


def certificate(store: str, key: str, value: Value) -> Decoded | None:
    """The certificate in a value; None where the value is no list of properties.

    A certificate that cannot be decoded, or that is another than its key names, says so under `problems`.
    """
    found = properties(value) if isinstance(value, bytes) else None
    if found is None:
        return None
    der = found.get(DER, b"")
    about, name, problem = _decoded(der)
    friendly = found.get(FRIENDLY_NAME, b"").decode("utf-16-le", "replace").rstrip("\0")
    other = other_than_its_key(key, der)
    problems = (problem, f"its key is named {key.upper()}" if other else "")
    told = (("problems", tuple(p for p in problems if p)),) if any(problems) else ()
    fields = (("store", store), ("thumbprint", thumbprint(der) if der else key.upper()), *about, *told)
    return Decoded("certificate", friendly or name or key.upper(), fields, f"store {store}")


def thumbprint(der: bytes) -> str:
    """The SHA-1 of a certificate, in upper case, as Windows shows it."""
    return hashlib.sha1(der, usedforsecurity=False).hexdigest().upper()


def other_than_its_key(key: str, der: bytes) -> bool:
    """Whether a certificate is another than its key names."""
    return bool(der) and thumbprint(der) != key.upper()


def properties(blob: bytes) -> dict[int, bytes] | None:
    """The properties by number; None where the lengths do not add up."""
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


def _decoded(der: bytes) -> tuple[Fields, str, str]:
    """What the certificate says, its common name, and what is wrong where the library refuses it."""
    if not der:
        return (), "", "no certificate is inside"
    from cryptography import x509

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what will not be read in future: it is read now
            cert = x509.load_der_x509_certificate(der)
            return tuple(_told(cert)), _common_name(cert), ""
    except (ValueError, TypeError, OverflowError, x509.UnsupportedGeneralNameType, x509.DuplicateExtension):
        return (), "", "its text cannot be decoded"


def _told(cert: x509.Certificate) -> Iterator[tuple[str, FieldValue]]:
    yield "subject", cert.subject.rfc4514_string()
    yield "issuer", cert.issuer.rfc4514_string()
    yield "serial", f"{cert.serial_number:X}"
    yield "valid-from", cert.not_valid_before_utc.strftime("%Y-%m-%dT%H:%M:%SZ")
    yield "valid-to", cert.not_valid_after_utc.strftime("%Y-%m-%dT%H:%M:%SZ")
    uses = tuple(_uses(cert))
    if uses:
        yield "key-usage", uses


def _uses(cert: x509.Certificate) -> Iterator[str]:
    from cryptography import x509

    try:
        usage = cert.extensions.get_extension_for_class(x509.KeyUsage).value
    except (x509.ExtensionNotFound, ValueError):
        return
    yield from (words for name, words in _USES.items() if getattr(usage, name))


def _common_name(cert: x509.Certificate) -> str:
    from cryptography.x509.oid import NameOID

    named = cert.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(named[0].value) if named else ""
