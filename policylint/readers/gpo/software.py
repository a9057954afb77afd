"""Software installation: advertise scripts, `Applications\\{GUID}.aas` ([MS-GPSI] 2.2.4).

An `.aas` file is a script for the Windows Installer. All that is read of it is which product it advertises; how it is
deployed stands in the directory, which no GPO folder holds.
"""

from __future__ import annotations

import re
import struct

from policylint.errors import ReadError
from policylint.evidence import ByteAt
from policylint.model import Claim, Scope, SettingId
from policylint.readers.gpo.settings_file import Found
from policylint.readers.source import Source

_SIGNATURE = b"IXOS"
_PRODUCT = re.compile(rb"\x26\x00(\{[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}\})")


def read(data: bytes, scope: Scope, source: Source, policy: str) -> Found:
    """The claim that a product is installed: named by the product, else by the file; the value is the product code.

    `policy` is not needed. Raises ReadError (RD020) for what is no advertise script.
    """
    if data[4:8] != _SIGNATURE:
        raise ReadError("RD020", "not an advertise script: the signature IXOS is missing", ByteAt(4))
    product = _PRODUCT.search(data, 0, 512)
    name = _name(data, product.end()) if product else ""
    text = f"software:{name or source.path.rpartition('/')[2]}"
    code = product[1].decode("ascii") if product else ""
    return Found((Claim(SettingId(text, text.casefold()), scope, code, "Product code", source.at()),))


def _name(data: bytes, start: int) -> str:
    """The product's name, which follows its code with a length of 15 bits; '' where none stands there."""
    if len(data) < start + 2:
        return ""
    (length,) = struct.unpack_from("<H", data, start)
    wide, size = bool(length & 0x8000), length & 0x7FFF
    raw = data[start + 2 : start + 2 + size * (2 if wide else 1)]
    try:
        name = raw.decode("utf-16-le" if wide else "cp1252")
    except UnicodeDecodeError:
        return ""
    return name if name.isprintable() else ""
