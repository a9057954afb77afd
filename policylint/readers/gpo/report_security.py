"""Security settings as a report shows them, turned back into the entries of the files that they came from.

Names are those of the template, except for what the editor translates: numbers and SIDs are taken, words are not.
"""

from __future__ import annotations

import re

from lxml import etree

from policylint.evidence import XmlAt
from policylint.readers.gpo.template_lines import Entry, Subcategory
from policylint.readers.xml import child, children, local, route, text_in

_SECURITY = "{http://www.microsoft.com/GroupPolicy/Settings/Security}"
AUDIT = "{http://www.microsoft.com/GroupPolicy/Settings/Auditing}AuditSetting"
SHOWN = frozenset(
    _SECURITY + name for name in ("Account", "Audit", "EventLog", "SecurityOptions", "UserRightsAssignment")
)
"""The elements that can be turned back."""
_TRUTH = {"true": "1", "false": "0"}


def entry(element: etree._Element) -> Entry | None:
    """The entry that one of SHOWN stands for; None where the report leaves out what it needs."""
    name, place = text_in(element, "Name") or "", XmlAt(route(element))
    match local(element):
        case "Account":
            section = "Kerberos Policy" if text_in(element, "Type") == "Kerberos" else "System Access"
            value = _signed(_number(element))
        case "Audit":
            section, value = "Event Audit", _attempts(element)
        case "EventLog":
            section, value = f"{text_in(element, 'Log') or ''} Log", _number(element)
        case "UserRightsAssignment":
            section, value = "Privilege Rights", ",".join(map(_member, children(element, "Member")))
        case _:
            return _option(element, place)
    return None if value is None or not name else Entry(section, f"{name}={value}", place)


def subcategory(element: etree._Element) -> Subcategory:
    """The row of the audit table that an AuditSetting stands for."""
    guid, number = text_in(element, "SubcategoryGuid") or "", text_in(element, "SettingValue") or ""
    return Subcategory(guid, number, XmlAt(route(element)))


def _number(element: etree._Element) -> str | None:
    truth = text_in(element, "SettingBoolean")
    return text_in(element, "SettingNumber") if truth is None else _TRUTH.get(truth)


def _signed(number: str | None) -> str | None:
    """Template numbers are signed, -1 is "never"; a report shows them without sign."""
    if number is None or not re.fullmatch("[0-9]{10}", number):
        return number
    return str(int(number) - (1 << 32)) if int(number) >= 1 << 31 else number


def _attempts(element: etree._Element) -> str:
    success, failure = text_in(element, "SuccessAttempts") == "true", text_in(element, "FailureAttempts") == "true"
    return str(success + 2 * failure)


def _member(element: etree._Element) -> str:
    sid = text_in(element, "SID")
    return f"*{sid}" if sid else text_in(element, "Name") or ""


def _option(element: etree._Element, place: XmlAt) -> Entry | None:
    """A registry value by its key, or an entry of [System Access] by its name."""
    key, policy = text_in(element, "KeyName"), text_in(element, "SystemAccessPolicyName")
    number, text = _number(element), text_in(element, "SettingString")
    if policy:
        value = number if number is not None else None if text is None else _in_quotes(text)
        return None if value is None else Entry("System Access", f"{policy}={value}", place)
    strings = child(element, "SettingStrings")
    if not key:
        return None
    if strings is not None:
        listed = ("".join(map(str, part.itertext())) for part in strings if local(part))
        return Entry("Registry Values", f"{key}=7,{','.join(_quoted(part) for part in listed)}", place)
    if number is not None:
        return Entry("Registry Values", f"{key}=4,{number}", place)
    return None if text is None else Entry("Registry Values", f"{key}=1,{_in_quotes(text)}", place)


def _in_quotes(text: str) -> str:
    return text if len(text) > 1 and text.startswith('"') and text.endswith('"') else f'"{text}"'


def _quoted(text: str) -> str:
    return text.replace(",", '","')
