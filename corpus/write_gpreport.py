"""gpreport.xml: what GPMC shows of a GPO, in UTF-16LE with BOM. It names policies by their display texts only."""

from __future__ import annotations

import codecs
from collections.abc import Iterable
from xml.sax.saxutils import escape

from corpus.gpo import Domain, Gpo, Principal, Setting, SomLink
from corpus.policies import Element, path
from corpus.write_security import domain_admins, sddl, trustees

SETTINGS = "http://www.microsoft.com/GroupPolicy/Settings"
TYPES = "http://www.microsoft.com/GroupPolicy/Types"


def gpreport(domain: Domain, gpo: Gpo) -> bytes:
    """The report's bytes."""
    lines = [
        '<?xml version="1.0" encoding="utf-16"?>',
        '<GPO xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        f'xmlns="{SETTINGS}">',
        *_head(domain, gpo),
        *_security(domain, gpo),
        "  <FilterDataAvailable>true</FilterDataAvailable>",
        *_side("Computer", gpo.computer, gpo, 1),
        *_side("User", gpo.user, gpo, bool(gpo.computer) + bool(gpo.rights) + 1),
        *(line for link in gpo.links for line in _link(link)),
        "</GPO>",
    ]
    return codecs.BOM_UTF16_LE + "\r\n".join(lines).encode("utf-16-le")


def _tag(depth: int, name: str, text: str, attributes: str = "") -> str:
    return f"{'  ' * depth}<{name}{attributes}>{escape(text)}</{name.partition(' ')[0]}>"


def _typed(depth: int, name: str, text: str) -> str:
    return _tag(depth, name, text, f' xmlns="{TYPES}"')


def _head(domain: Domain, gpo: Gpo) -> list[str]:
    return [
        "  <Identifier>",
        _typed(2, "Identifier", gpo.guid),
        _typed(2, "Domain", domain.dns),
        "  </Identifier>",
        _tag(1, "Name", gpo.name),
        "  <IncludeComments>true</IncludeComments>",
        _tag(1, "CreatedTime", gpo.created),
        _tag(1, "ModifiedTime", gpo.modified),
        _tag(1, "ReadTime", f"{gpo.backed_up}.4830172Z"),
    ]


def _security(domain: Domain, gpo: Gpo) -> list[str]:
    ns = f' xmlns="{TYPES}/Security"'
    owner = domain_admins(domain)
    return [
        "  <SecurityDescriptor>",
        _tag(2, "SDDL", sddl(domain, gpo.apply_to), ns),
        *(
            line
            for role in ("Owner", "Group")
            for line in (
                f"    <{role}{ns}>",
                _typed(3, "SID", owner.sid),
                _typed(3, "Name", owner.name),
                f"    </{role}>",
            )
        ),
        f"    <PermissionsPresent{ns}>true</PermissionsPresent>",
        f"    <Permissions{ns}>",
        "      <InheritsFromParent>false</InheritsFromParent>",
        *(
            line
            for trustee, access in trustees(domain, gpo.apply_to)
            for line in _permission(trustee.sid, trustee.name, access)
        ),
        "    </Permissions>",
        f"    <AuditingPresent{ns}>false</AuditingPresent>",
        "  </SecurityDescriptor>",
    ]


def _permission(sid: str, name: str, access: str) -> list[str]:
    return [
        "      <TrusteePermissions>",
        "        <Trustee>",
        _typed(5, "SID", sid),
        _typed(5, "Name", name),
        "        </Trustee>",
        '        <Type xsi:type="PermissionType">',
        "          <PermissionType>Allow</PermissionType>",
        "        </Type>",
        "        <Inherited>false</Inherited>",
        "        <Applicability>",
        "          <ToSelf>true</ToSelf>",
        "          <ToDescendantObjects>false</ToDescendantObjects>",
        "          <ToDescendantContainers>true</ToDescendantContainers>",
        "          <ToDirectDescendantsOnly>false</ToDirectDescendantsOnly>",
        "        </Applicability>",
        "        <Standard>",
        f"          <GPOGroupedAccessEnum>{access}</GPOGroupedAccessEnum>",
        "        </Standard>",
        "        <AccessMask>0</AccessMask>",
        "      </TrusteePermissions>",
    ]


def _side(name: str, settings: tuple[Setting, ...], gpo: Gpo, number: int) -> list[str]:
    version = str(gpo.edits if settings else 0)
    return [
        f"  <{name}>",
        _tag(2, "VersionDirectory", version),
        _tag(2, "VersionSysvol", version),
        _tag(2, "Enabled", "true" if settings else "false"),
        *(_rights(gpo, f"q{number}") if gpo.rights and name == "Computer" else []),
        *(_registry(settings, gpo, f"q{number + bool(gpo.rights and name == 'Computer')}") if settings else []),
        f"  </{name}>",
    ]


def _rights(gpo: Gpo, q: str) -> Iterable[str]:
    """User rights in the order of their names, with the groups that have them."""
    return [
        "    <ExtensionData>",
        f'      <Extension xmlns:{q}="{SETTINGS}/Security" xsi:type="{q}:SecuritySettings">',
        *(line for name in sorted(gpo.rights) for line in _right(name, gpo.rights[name], q)),
        f"        <{q}:Blocked>false</{q}:Blocked>",
        "      </Extension>",
        "      <Name>Security</Name>",
        "    </ExtensionData>",
    ]


def _right(name: str, members: tuple[Principal, ...], q: str) -> Iterable[str]:
    return [
        f"        <{q}:UserRightsAssignment>",
        _tag(5, f"{q}:Name", name),
        *(line for member in members for line in _member(member, q)),
        f"        </{q}:UserRightsAssignment>",
    ]


def _member(member: Principal, q: str) -> list[str]:
    return [
        f"          <{q}:Member>",
        _typed(6, "SID", member.sid),
        _typed(6, "Name", member.name),
        f"          </{q}:Member>",
    ]


def _registry(settings: tuple[Setting, ...], gpo: Gpo, q: str) -> Iterable[str]:
    """Policies in the order of their category paths."""
    ordered = sorted(settings, key=lambda setting: path(setting.template.category))
    return [
        "    <ExtensionData>",
        f'      <Extension xmlns:{q}="{SETTINGS}/Registry" xsi:type="{q}:RegistrySettings">',
        *(line for setting in ordered for line in _policy(setting, gpo, q)),
        f"        <{q}:Blocked>false</{q}:Blocked>",
        "      </Extension>",
        "      <Name>Registry</Name>",
        "    </ExtensionData>",
    ]


def _policy(setting: Setting, gpo: Gpo, q: str) -> list[str]:
    template = setting.template
    comment = gpo.policy_comments.get(template.name)
    shown = [element for element in template.elements if element.id in setting.elements]
    return [
        f"        <{q}:Policy>",
        _tag(5, f"{q}:Name", template.text),
        _tag(5, f"{q}:State", setting.state),
        *([_tag(5, f"{q}:Comment", comment)] if comment else []),
        _tag(5, f"{q}:Explain", template.explain.replace("\n", "\r\n")),
        _tag(5, f"{q}:Supported", template.supported.text),
        _tag(5, f"{q}:Category", path(template.category)),
        *(_controls(setting, shown, q) if setting.state == "Enabled" else []),
        f"        </{q}:Policy>",
    ]


def _controls(setting: Setting, shown: list[Element], q: str) -> list[str]:
    notes = setting.template.notes if shown else ()
    return [
        *(
            line
            for note in notes
            for line in (f"          <{q}:Text>", _tag(6, f"{q}:Name", note), f"          </{q}:Text>")
        ),
        *(line for element in shown for line in _control(element, setting.elements[element.id], q)),
    ]


def _control(element: Element, value: int, q: str) -> list[str]:
    tag = {"boolean": "CheckBox", "decimal": "Numeric", "enum": "DropDownList"}[element.kind]
    off = element.kind == "boolean" and not value
    lines = [_tag(6, f"{q}:Name", element.label), _tag(6, f"{q}:State", "Disabled" if off else "Enabled")]
    if element.kind == "decimal":
        lines.append(_tag(6, f"{q}:Value", str(value)))
    if element.kind == "enum":
        text = next(text for _, text, number in element.choices if number == value)
        lines += [f"            <{q}:Value>", _tag(7, f"{q}:Name", text), f"            </{q}:Value>"]
    return [f"          <{q}:{tag}>", *lines, f"          </{q}:{tag}>"]


def _link(link: SomLink) -> list[str]:
    head, _, tail = link.path.rpartition("/")
    return [
        "  <LinksTo>",
        _tag(2, "SOMName", tail if head else tail.partition(".")[0]),
        _tag(2, "SOMPath", link.path),
        _tag(2, "Enabled", "true" if link.enabled else "false"),
        _tag(2, "NoOverride", "true" if link.enforced else "false"),
        "  </LinksTo>",
    ]
