"""The values of a gpresult report: the GPO list of each side, and the settings that were in force with their deciders.

Settings are read as in a GPO report, so what that shows without key or name (scripts, certificates) is left out here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from lxml import etree

from policylint.evidence import XmlAt
from policylint.model import Claim, Scope
from policylint.observed import Observation, ObservedGpo, ObservedSetting, ObservedSide
from policylint.readers.gpo import report_policies, report_security, template_lines, written_registry
from policylint.readers.source import Source
from policylint.readers.xml import child, children, local, route, text_in

_REFUSALS = (
    ("AccessDenied", "true", "access denied"),
    ("Enabled", "false", "disabled"),
    ("FilterAllowed", "false", "filtered out"),
    ("IsValid", "false", "not valid"),
)
_SITE = re.compile(r"[^/]+/configuration/sites/(.+)", re.IGNORECASE | re.DOTALL)


def observation(root: etree._Element, target: str, source: Source) -> Observation | None:
    """The observation in a report; None where it is a model of what would be (DataType PlannedData)."""
    if (text_in(root, "DataType") or "LoggedData") != "LoggedData":
        return None
    computer = _side(child(root, "ComputerResults"), Scope.DEVICE, source)
    user = _side(child(root, "UserResults"), Scope.USER, source)
    return Observation(target, computer, user, source.at(XmlAt(())))


def _side(results: etree._Element | None, scope: Scope, source: Source) -> ObservedSide:
    if results is None:
        return ObservedSide()
    listed = [gpo for element in children(results, "GPO") for gpo in _gpos(element)]
    gpos = tuple(sorted(listed, key=lambda gpo: (gpo.applied_order, gpo.link_order or 0, gpo.id)))
    by_id = {(gpo.id, gpo.domain.casefold()): gpo for gpo in gpos}
    parts = (
        part
        for data in children(results, "ExtensionData")
        for extension in children(data, "Extension")
        for part in extension
        if local(part)
    )
    return ObservedSide(gpos, tuple(_settings(parts, by_id, scope, source)))


def _gpos(element: etree._Element) -> Iterator[ObservedGpo]:
    """The GPO, once for each link."""
    id_, domain = _identity(child(element, "Path"))
    refused = next((why for tag, text, why in _REFUSALS if text_in(element, tag) == text), "")
    links: list[etree._Element | None] = [*children(element, "Link")]
    for link in links or [None]:
        yield ObservedGpo(
            id=id_,
            name=text_in(element, "Name") or id_,
            domain=domain,
            som=_som(text_in(link, "SOMPath") or ""),
            link_order=_number(text_in(link, "LinkOrder")),
            applied_order=_number(text_in(link, "AppliedOrder")) or 0,
            enforced=text_in(link, "NoOverride") == "true",
            refused=refused or ("link disabled" if text_in(link, "Enabled") == "false" else ""),
        )


def _identity(element: etree._Element | None) -> tuple[str, str]:
    return (text_in(element, "Identifier") or "").upper(), text_in(element, "Domain") or ""


def _som(path: str) -> str:
    """A container as links name it: a site stands in the report by its place in the configuration partition."""
    site = _SITE.fullmatch(path)
    return f"site:{site[1]}" if site else path


def _number(text: str | None) -> int | None:
    return int(text) if text and re.fullmatch("[0-9]{1,9}", text) else None


def _settings(
    parts: Iterable[etree._Element], gpos: Mapping[tuple[str, str], ObservedGpo], scope: Scope, source: Source
) -> Iterator[ObservedSetting]:
    for part in parts:
        id_, domain = _identity(child(part, "GPO"))
        if not id_:
            continue
        gpo = gpos.get((id_, domain.casefold())) or ObservedGpo(id_, id_, domain, "", None, 0, False)
        precedence, at = _number(text_in(part, "Precedence")), source.at(XmlAt(route(part)))
        name, category = text_in(part, "Name") or "", text_in(part, "Category") or ""
        for claim in _claims(part, scope, source):
            yield ObservedSetting(claim.setting, name, category, claim.value, gpo, precedence, at)
        if part.tag == report_policies.TEMPLATE and name:
            yield ObservedSetting(None, name, category, text_in(part, "State"), gpo, precedence, at)


def _claims(part: etree._Element, scope: Scope, source: Source) -> tuple[Claim, ...]:
    """What one element of a report would claim if it stood in the report of a GPO."""
    if part.tag in report_security.SHOWN:
        entry = report_security.entry(part)
        return () if entry is None else template_lines.template([entry], source).claims
    if part.tag == report_security.AUDIT:
        return template_lines.audit([report_security.subcategory(part)], source).claims
    if part.tag == report_policies.REGISTRY_SETTING:
        setting = report_policies.registry_setting(part, scope)
        return () if setting is None else written_registry.outcome([setting], source).claims
    return ()
