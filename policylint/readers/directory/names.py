"""Distinguished names (RFC 4514) and the canonical paths that GPMC and gpreport.xml write for them."""

from __future__ import annotations

import re

from policylint.model import Scope

_PART = re.compile(r"\s*([A-Za-z][A-Za-z0-9-]*|[0-9.]+)\s*=\s*((?:[^,\\]|\\.)*)(?:,|$)", re.DOTALL)
_ESCAPE = re.compile(r"((?:\\[0-9A-Fa-f]{2})+)|\\(.)", re.DOTALL)
_GUID = re.compile(r"\{?([0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})\}?")
_OFF = ((Scope.USER, 1), (Scope.DEVICE, 2))
"""Bits of `flags`, the status of a GPO ([MS-GPOL] 2.2.4; rule G-STATUS)."""

Rdns = tuple[tuple[str, str], ...]


def rdns(dn: str) -> Rdns:
    """The parts of a DN, nearest first: type in lower case, value without escapes. Empty for what is no DN."""
    found: list[tuple[str, str]] = []
    at = 0
    while at < len(dn):
        part = _PART.match(dn, at)
        if part is None:
            return ()
        found.append((part[1].casefold(), _ESCAPE.sub(_plain, part[2].strip())))
        at = part.end()
    return tuple(found)


def _plain(escape: re.Match[str]) -> str:
    if escape[1]:
        return bytes.fromhex(escape[1].replace("\\", "")).decode("utf-8", "replace")
    return str(escape[2])


def som_path(dn: str) -> str | None:
    """The path of a scope of management: `contoso.com/OU`, or `site:London`. None where the DN is that of none.

    OUs, domains and sites are known by their DN alone: exports of a few attributes leave objectClass out.
    """
    parts = rdns(dn)
    kinds = [kind for kind, _ in parts]
    if [kind for kind in kinds if kind != "dc"] == [] and parts:
        return None if parts[0][1].casefold() in ("domaindnszones", "forestdnszones") else domain(parts)
    if kinds[0:1] == ["ou"]:
        return canonical(parts)
    above = [value.casefold() for _, value in parts[1:3]]
    return f"site:{parts[0][1]}" if above == ["sites", "configuration"] and kinds[0] == "cn" else None


def canonical(parts: Rdns) -> str:
    """`contoso.com/Workstations/London`: the domain, then the containers from the top. A slash in a name is escaped."""
    containers = [value.replace("/", "\\/") for kind, value in parts if kind != "dc"]
    return "/".join([domain(parts), *reversed(containers)])


def domain(parts: Rdns) -> str:
    """The DNS name of the domain that a DN is in."""
    return ".".join(value for kind, value in parts if kind == "dc")


def guid(text: str) -> str | None:
    """The first GUID in a text, as policies are named: `{GUID}` in upper case."""
    found = _GUID.search(text)
    return f"{{{found[1].upper()}}}" if found else None


def gpo_id(dn: str) -> str | None:
    """The id of the GPO that a DN names: `CN={GUID},CN=Policies,CN=System,…`; None for any other DN."""
    parts = rdns(dn)
    above = [value.casefold() for _, value in parts[1:3]]
    return guid(parts[0][1]) if above == ["policies", "system"] else None


def disabled_sides(flags: int) -> frozenset[Scope]:
    """The sides of a GPO that its `flags` switch off."""
    return frozenset(scope for scope, bit in _OFF if flags & bit)
