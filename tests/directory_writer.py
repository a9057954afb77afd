"""Writers of small directory exports, in the bytes of the tools that make them."""

from __future__ import annotations

import base64
import io
import struct
import zipfile
from collections.abc import Iterable, Mapping, Sequence

DC = "DC=contoso,DC=com"
A, B, C = (f"{{AAAAAAAA-0000-0000-0000-00000000000{n}}}" for n in (1, 2, 3))


def gplink(*links: tuple[str, int], prefix: str = "LDAP") -> str:
    """The raw string, in the order of the links."""
    return "".join(f"[{prefix}://cn={gpo},cn=policies,cn=system,{DC};{options}]" for gpo, options in links)


def ldif(*entries: tuple[str, Sequence[tuple[str, str | bytes]]], wrap: int = 76, newline: str = "\n") -> str:
    """Entries with folded lines; bytes as base64 (RFC 2849)."""
    lines = []
    for dn, attributes in entries:
        for name, value in (("dn", dn), *attributes):
            if isinstance(value, str) and value.isascii():
                text = f"{name}: {value}"
            else:
                raw = value if isinstance(value, bytes) else value.encode()
                text = f"{name}:: {base64.b64encode(raw).decode()}"
            lines += [text[:wrap], *(f" {text[i : i + wrap - 1]}" for i in range(wrap, len(text), wrap - 1))]
        lines.append("")
    return newline.join([*lines, ""])


def sid(*numbers: int) -> bytes:
    """S-1-5-… as the directory stores it."""
    return struct.pack(f"<BBxxxxxB{len(numbers)}I", 1, len(numbers), 5, *numbers)


def packed(files: Mapping[str, bytes | str] | Iterable[tuple[str, bytes | str]]) -> bytes:
    """A .zip with the files."""
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items() if isinstance(files, Mapping) else files:
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return into.getvalue()
