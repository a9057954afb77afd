"""GPO backups as GPMC makes them: Backup.xml, bkupInfo.xml, manifest.xml, registry.pol, comment.cmtx and GPO.cmt.

The report is made in write_gpreport.py. Sources: [MS-GPREG] 2.2.1 and backups made with GPMC.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable
from xml.sax.saxutils import escape

from corpus.gpo import Domain, Gpo, Setting, records, registry_pol, security_template
from corpus.policies import Admx
from corpus.write_gpreport import gpreport
from corpus.write_security import descriptor

REGISTRY_CSE = "{35378EAC-683F-11D2-A89A-00C04FBBCFA2}"
SECURITY_CSE, SECURITY_TOOL = "{827D319E-6EAC-11D2-A4EA-00C04F79F83A}", "{803E14A0-B4FB-11D0-A0D0-00A0C90F574B}"
TOOLS = {"Machine": "{D02B1F72-3407-48AE-BA88-E8213C6761F1}", "User": "{D02B1F73-3407-48AE-BA88-E8213C6761F1}"}
"""The editor's extension for administrative templates, on either side."""
OPERATIONS = "http://www.microsoft.com/GroupPolicy/GPOOperations"
MANIFEST = f"{OPERATIONS}/Manifest"


def backups(domain: Domain, gpos: Iterable[Gpo]) -> dict[str, bytes]:
    """A folder of backups: one folder by backup id for each GPO, and the manifest."""
    found: dict[str, bytes] = {}
    instances = []
    for gpo in gpos:
        found |= {f"{gpo.backup}/{path}": data for path, data in backup(domain, gpo).items()}
        instances.append(backup_inst(domain, gpo, ""))
    head = f'<Backups xmlns="{MANIFEST}" xmlns:mfst="{MANIFEST}" mfst:version="1.0">'
    return found | {"manifest.xml": f"{head}{''.join(instances)}</Backups>".encode()}


def backup(domain: Domain, gpo: Gpo) -> dict[str, bytes]:
    """The files of one backup, by path below its folder."""
    found = {
        "Backup.xml": backup_xml(domain, gpo),
        "bkupInfo.xml": backup_inst(domain, gpo, f' xmlns="{MANIFEST}"').encode() + b"\r\n",
        "gpreport.xml": gpreport(domain, gpo),
    }
    for side, settings in _sides(gpo):
        found[f"DomainSysvol/GPO/{side}/registry.pol"] = registry_pol(records(settings))
        found[f"DomainSysvol/GPO/{side}/comment.cmtx"] = comment_cmtx(settings, gpo)
    if gpo.rights:
        found[f"DomainSysvol/GPO/{_TEMPLATE.replace(chr(92), '/')}"] = security_template(gpo)
    if gpo.comment:
        found["DomainSysvol/GPO/GPO.cmt"] = gpo.comment.encode("utf-16-le")
    return found


def _sides(gpo: Gpo) -> list[tuple[str, tuple[Setting, ...]]]:
    return [(side, settings) for side, settings in (("Machine", gpo.computer), ("User", gpo.user)) if settings]


def backup_inst(domain: Domain, gpo: Gpo, xmlns: str) -> str:
    """The element that bkupInfo.xml and manifest.xml share."""
    fields = (
        ("GPOGuid", gpo.guid),
        ("GPODomain", domain.dns),
        ("GPODomainGuid", domain.guid),
        ("GPODomainController", domain.dc),
        ("BackupTime", gpo.backed_up),
        ("ID", gpo.backup),
        ("Comment", gpo.backup_comment),
        ("GPODisplayName", gpo.name),
    )
    return f"<BackupInst{xmlns}>{''.join(_cdata(tag, text) for tag, text in fields)}</BackupInst>"


def _cdata(tag: str, text: str) -> str:
    return f"<{tag}><![CDATA[{text}]]></{tag}>"


def backup_xml(domain: Domain, gpo: Gpo) -> bytes:
    """Backup.xml: who may do what, the GPO's core settings, and the files that belong to it."""
    settings = dict(_sides(gpo))
    registry = [
        _file(domain, gpo, f"%GPO_{prefix}_FSPATH%", side, "registry.pol") if side in settings else ""
        for side, prefix in (("Machine", "MACH"), ("User", "USER"))
    ]
    others = [_file(domain, gpo, "%GPO_FSPATH%", "", "GPO.cmt")] if gpo.comment else []
    others += [
        _file(domain, gpo, f"%GPO_{'MACH' if side == 'Machine' else 'USER'}_FSPATH%", side, "comment.cmtx")
        for side in settings
    ]
    lines = [
        '<?xml version="1.0" encoding="utf-8"?><!-- Copyright (c) Microsoft Corporation.  All rights reserved. -->'
        '<GroupPolicyBackupScheme bkp:version="2.0" bkp:type="GroupPolicyBackupTemplate" '
        f'xmlns:bkp="{OPERATIONS}" xmlns="{OPERATIONS}">',
        f"    <GroupPolicyObject><SecurityGroups>{_groups(domain, gpo)}</SecurityGroups><FilePaths/>"
        f"{_core(domain, gpo)} ",
        f'        <GroupPolicyExtension bkp:ID="{REGISTRY_CSE}" bkp:DescName="Registry">',
        *(f"            {line}" for line in registry),
        f"            {_adm_wildcard(domain, gpo)}",
        "        </GroupPolicyExtension>",
        *(_security_extension(domain, gpo) if gpo.rights else ()),
        *["        "] * 9,
        '    <GroupPolicyExtension bkp:ID="{F15C46CD-82A0-4C2D-A210-5D0D3182A418}" bkp:DescName="Unknown Extension">'
        f"{''.join(others)}</GroupPolicyExtension></GroupPolicyObject>",
        "</GroupPolicyBackupScheme>",
    ]
    return "\r\n".join(lines).encode()


_TEMPLATE = r"Machine\microsoft\windows nt\SecEdit\GptTmpl.inf"


def _security_extension(domain: Domain, gpo: Gpo) -> tuple[str, ...]:
    below = _TEMPLATE.partition("\\")[2]
    return (
        f'        <GroupPolicyExtension bkp:ID="{SECURITY_CSE}" bkp:DescName="Security">',
        rf'            <FSObjectFile bkp:Path="%GPO_MACH_FSPATH%\{below}" '
        rf'bkp:SourceExpandedPath="{_share(domain, gpo, "Machine", below)}" '
        rf'bkp:ReEvaluateFunction="SecurityValidateSettings" bkp:Location="DomainSysvol\GPO\{_TEMPLATE}"/>',
        "        </GroupPolicyExtension>",
    )


def _groups(domain: Domain, gpo: Gpo) -> str:
    groups = [
        (f"{domain.sid}-519", "Enterprise Admins", "UniversalGroup"),
        (f"{domain.sid}-512", "Domain Admins", "GlobalGroup"),
    ]
    if gpo.apply_to:
        groups.insert(0, (gpo.apply_to.sid, gpo.apply_to.name, "GlobalGroup"))
    return "".join(
        '<Group bkp:Source="FromDACL">'
        + _cdata("Sid", sid)
        + _cdata("SamAccountName", name)
        + _cdata("Type", kind)
        + _cdata("NetBIOSDomainName", domain.netbios)
        + _cdata("DnsDomainName", domain.dns)
        + _cdata("UPN", f"{name}@{domain.dns}")
        + "</Group>"
        for sid, name, kind in groups
    )


def _core(domain: Domain, gpo: Gpo) -> str:
    return "".join(
        (
            "<GroupPolicyCoreSettings>",
            _cdata("ID", gpo.guid),
            _cdata("Domain", domain.dns),
            f"<SecurityDescriptor>{descriptor(domain, gpo.apply_to).hex(' ')}</SecurityDescriptor>",
            _cdata("DisplayName", gpo.name),
            _cdata("Options", str(gpo.options)),
            _cdata("UserVersionNumber", str(_version(gpo, gpo.user))),
            _cdata("MachineVersionNumber", str(_version(gpo, gpo.computer))),
            _extensions("MachineExtensionGuids", "Machine", gpo.computer, bool(gpo.rights)),
            _extensions("UserExtensionGuids", "User", gpo.user, False),
            "<WMIFilter/></GroupPolicyCoreSettings>",
        )
    )


def _version(gpo: Gpo, settings: tuple[Setting, ...]) -> int:
    """The high word counts the edits of the files, the low word those of the directory object."""
    return gpo.edits << 16 | gpo.edits if settings else 0


def _extensions(tag: str, side: str, settings: tuple[Setting, ...], template: bool) -> str:
    """A GPO with a security template has administrative templates too, so that registry comes first."""
    security = f"[{SECURITY_CSE}{SECURITY_TOOL}]" if template else ""
    return _cdata(tag, f"[{REGISTRY_CSE}{TOOLS[side]}]{security}") if settings else f"<{tag}/>"


def _file(domain: Domain, gpo: Gpo, variable: str, side: str, name: str) -> str:
    location = "\\".join(part for part in ("DomainSysvol", "GPO", side, name) if part)
    return (
        rf'<FSObjectFile bkp:Path="{variable}\{name}" bkp:SourceExpandedPath="{_share(domain, gpo, side, name)}" '
        f'bkp:Location="{location}"/>'
    )


def _adm_wildcard(domain: Domain, gpo: Gpo) -> str:
    source = _share(domain, gpo, "Adm", "*.*")
    return rf'<FSObjectFile bkp:Path="%GPO_FSPATH%\Adm\*.*" bkp:SourceExpandedPath="{source}"/>'


def _share(domain: Domain, gpo: Gpo, *parts: str) -> str:
    base = rf"\\{domain.dc}\sysvol\{domain.dns}\Policies\{gpo.guid}"
    return "\\".join((base, *(part for part in parts if part)))


def comment_cmtx(settings: tuple[Setting, ...], gpo: Gpo) -> bytes:
    """comment.cmtx: the namespaces of the configured policies, and what was written in their comment boxes."""
    prefixes: dict[Admx, str] = {}
    for setting in settings:
        prefixes.setdefault(setting.template.admx, f"ns{len(prefixes)}")
    notes = [
        (f"{prefixes[s.template.admx]}", s.template.name, gpo.policy_comments[s.template.name])
        for s in settings
        if s.template.name in gpo.policy_comments
    ]
    refs = [
        f'      <comment policyRef="{ns}:{name}" commentText="$(resource.{ns}_{name})"></comment>'
        for ns, name, _ in notes
    ]
    strings = [f'      <string id="{ns}_{name}">{escape(text)}</string>' for ns, name, text in notes]
    lines = [
        "<?xml version='1.0' encoding='utf-8'?>",
        '<policyComments xmlns:xsd="http://www.w3.org/2001/XMLSchema" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" revision="1.0" schemaVersion="1.0" '
        'xmlns="http://www.microsoft.com/GroupPolicy/CommentDefinitions">',
        "  <policyNamespaces>",
        *(f'    <using prefix="{ns}" namespace="{admx.namespace}"></using>' for admx, ns in prefixes.items()),
        "  </policyNamespaces>",
        "  <comments>",
        *_wrap("admTemplate", refs),
        "  </comments>",
        '  <resources minRequiredRevision="1.0">',
        *_wrap("stringTable", strings),
        "  </resources>",
        "</policyComments>",
    ]
    return codecs.BOM_UTF8 + "\r\n".join(lines).encode()


def _wrap(tag: str, lines: list[str]) -> list[str]:
    return [f"    <{tag}>", *lines, f"    </{tag}>"] if lines else [f"    <{tag}></{tag}>"]
