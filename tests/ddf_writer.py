"""Writes small DDF v2 files, with the head that Microsoft's files have."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE MgmtTree PUBLIC " -//OMA//DTD-DM-DDF 1.2//EN"
  "http://www.openmobilealliance.org/tech/DTD/DM_DDF-V1_2.dtd"
  [<?oma-dm-ddf-ver supported-versions="1.2"?>]>
<MgmtTree xmlns:MSFT="http://schemas.microsoft.com/MobileDevice/DM">
  <VerDTD>1.2</VerDTD>
"""


def ddf(*tops: str) -> bytes:
    """A file with these top nodes: UTF-8 with a byte-order mark, as in the download."""
    return ("\ufeff" + HEAD + "".join(tops) + "</MgmtTree>\n").encode()


def node(
    name: str,
    *below: str,
    path: str = "",
    title: str = "",
    format_: str = "node",
    access: tuple[str, ...] = ("Get",),
    default: str = "",
    more: str = "",
) -> str:
    """A node with its properties; `more` stands inside DFProperties as it is."""
    parts = (
        "<Node>",
        f"<NodeName>{escape(name)}</NodeName>",
        f"<Path>{escape(path)}</Path>" if path else "",
        "<DFProperties>",
        f"<AccessType>{''.join(f'<{tag} />' for tag in access)}</AccessType>",
        f"<DefaultValue>{escape(default)}</DefaultValue>" if default else "",
        f"<DFFormat><{format_} /></DFFormat>",
        f"<DFTitle>{escape(title)}</DFTitle>" if title else "",
        more,
        "</DFProperties>",
        *below,
        "</Node>",
    )
    return "".join(parts)


def leaf(name: str, format_: str = "int", more: str = "", default: str = "") -> str:
    """A node that can be given a value."""
    return node(name, format_=format_, access=("Add", "Delete", "Get", "Replace"), more=more, default=default)


def applicability(builds: str = "", editions: str = "") -> str:
    """When a node is there."""
    told = (f"<MSFT:OsBuildVersion>{builds}</MSFT:OsBuildVersion>" if builds else "") + (
        f"<MSFT:EditionAllowList>{editions}</MSFT:EditionAllowList>" if editions else ""
    )
    return f"<MSFT:Applicability>{told}</MSFT:Applicability>"


def allowed(kind: str, inside: str = "") -> str:
    """MSFT:AllowedValues."""
    return f'<MSFT:AllowedValues ValueType="{kind}">{inside}</MSFT:AllowedValues>'


def enum(*values: tuple[str, str]) -> str:
    """The values of an ENUM or Flag, with their names."""
    return "".join(
        f"<MSFT:Enum><MSFT:Value>{escape(value)}</MSFT:Value>"
        f"<MSFT:ValueDescription>{escape(name)}</MSFT:ValueDescription></MSFT:Enum>"
        for value, name in values
    )


def value(text: str) -> str:
    """The value of a Range or RegEx."""
    return f"<MSFT:Value>{escape(text)}</MSFT:Value>"


def delimited(delimiter: str) -> str:
    """The delimiter of a list."""
    return f"<MSFT:List Delimiter={quoteattr(delimiter)} />"


def admx_backed(file: str, name: str, area: str) -> str:
    """The ADMX policy behind a node."""
    backed = f"<MSFT:AdmxBacked Area={quoteattr(area)} Name={quoteattr(name)} File={quoteattr(file)} />"
    return allowed("ADMX", backed)


def gp_mapping(name: str, area: str, element: str = "") -> str:
    """The group policy that does the same."""
    part = f" GpElement={quoteattr(element)}" if element else ""
    return f"<MSFT:GpMapping GpEnglishName={quoteattr(name)} GpAreaPath={quoteattr(area)}{part} />"
