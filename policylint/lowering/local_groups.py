"""Members of local groups that Intune replaces: `RestrictedGroups` and the replacing rows of `LocalUsersAndGroups`.

A restricted group of a GPO is replaced too (`__Members` is authoritative, G-SEC-RG), so the two compare. A row that
adds or removes single members says nothing about the rest of the group and stays a CSP node.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from lxml import etree

from policylint.catalogue.security_settings import POLICY
from policylint.lowering.context import Context
from policylint.lowering.written import restated
from policylint.model import Claim, Policy, SettingId, Value, csp, setting_id
from policylint.principals import principal, principals

_RESTRICTED = csp(f"{POLICY}/RestrictedGroups/ConfigureGroupMembership").key
_CONFIGURE = csp(f"{POLICY}/LocalUsersAndGroups/Configure").key
_ROW = re.compile(re.escape(_CONFIGURE) + r"_.+_(?P<member>action|desc|users|userselectiontype)")
_REPLACES = "AddRestrict"
_CDATA = re.compile(r"<!\[CDATA\[(.*)\]\]>", re.DOTALL)


def without_cdata(text: str) -> str:
    """The text without the CDATA section around it, which the CSP's pages wrap documents, lists and nothing in."""
    wrapped = _CDATA.fullmatch(text.strip())
    return wrapped[1] if wrapped else text


def concerns(setting: SettingId, context: Context) -> bool:
    """Whether it is one of the two nodes, or a member of a row below the second."""
    return setting.key == _RESTRICTED or setting.key.startswith(_CONFIGURE)


def lower(claims: Sequence[Claim], policy: Policy, context: Context) -> list[Sequence[Claim] | None]:
    """What becomes of claims of one policy: those that replace members become `secedit:Group Membership/…__Members`."""
    groups = _replaced(claims)
    return [_lowered(claim, groups) for claim in claims]


def _lowered(claim: Claim, groups: Mapping[str, tuple[str, ...]]) -> Sequence[Claim] | None:
    key = claim.setting.key
    if key in (_RESTRICTED, _CONFIGURE) and isinstance(claim.value, str):
        return _document(claim, claim.value)
    row, _, member = key.rpartition("_")
    if row not in groups:
        return None
    return [_members(claim, group, claim.value) for group in groups[row]] if member == "users" else ()


def _replaced(claims: Sequence[Claim]) -> dict[str, tuple[str, ...]]:
    """The groups of every catalog row that replaces, by the key that its members begin with."""
    rows: dict[str, dict[str, Value]] = {}
    for claim in claims:
        match = _ROW.fullmatch(claim.setting.key) if claim.setting.key.startswith(_CONFIGURE) else None
        if match is not None:
            rows.setdefault(claim.setting.key.rpartition("_")[0], {})[match["member"]] = claim.value
    return {
        row: desc
        for row, told in rows.items()
        if told.get("action") == _REPLACES
        and isinstance(desc := told.get("desc"), tuple)
        and isinstance(told.get("users"), tuple)
    }


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)


def _document(claim: Claim, text: str) -> list[Claim] | None:
    """`<accessgroup desc="…">` of either node; None where the XML holds a row that does not replace."""
    try:
        root = etree.fromstring(without_cdata(text).strip(), _parser())
    except (etree.XMLSyntaxError, ValueError):
        return None
    found = [_group(group) for group in root.iterchildren("{*}accessgroup")]
    whole = [one for one in found if one is not None]
    if not whole or len(whole) != len(found):
        return None
    return [_members(claim, name, members) for name, members in whole]


def _group(group: etree._Element) -> tuple[str, tuple[str, ...]] | None:
    """The group and its members; None for a row that updates."""
    action = next((str(one.get("action", "")) for one in group.iterchildren("{*}group")), "R")
    name = group.get("desc")
    members = list(group.iterchildren("{*}member", "{*}add"))
    if not name or action.upper() != "R" or any(one.get("name", one.get("member")) is None for one in members):
        return None
    return name, tuple(str(one.get("name", one.get("member"))) for one in members)


def _members(claim: Claim, group: str, members: Value) -> Claim:
    setting = setting_id(f"secedit:Group Membership/{principal(group)}__Members")
    return restated(claim, setting, principals(members if isinstance(members, tuple) else ()), "Principals")
