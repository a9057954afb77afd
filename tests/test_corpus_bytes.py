"""The files of the corpus: made again byte for byte, read the same by others, and built like real exports."""

from __future__ import annotations

import json
import os
import re
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from corpus import (
    estate_both_worlds,
    estate_broken,
    estate_clean_cloud_trust,
    estate_hybrid_classic_mistakes,
    estate_no_topology,
    estate_worked_example,
)
from corpus.build import ESTATES, GENERATED
from corpus.companies import CONTOSO, FABRIKAM
from corpus.gpo import Domain, Gpo, Record, record_bytes, records
from corpus.policies import CATEGORIES, TEMPLATES, Template, path
from corpus.write_gpo import MANIFEST, OPERATIONS, REGISTRY_CSE, TOOLS, backup_inst
from corpus.write_intune import indented
from corpus.write_intunemanagement import powershell
from corpus.write_security import descriptor, sddl

CORPUS = Path(__file__).parents[1] / "corpus"
GPOS: tuple[tuple[Domain, Gpo], ...] = (
    *((CONTOSO, gpo) for gpo in estate_hybrid_classic_mistakes.GPOS),
    *((CONTOSO, gpo) for gpo in estate_clean_cloud_trust.GPOS),
    (CONTOSO, estate_both_worlds.BASELINE),
    (CONTOSO, estate_worked_example.GPO),
    *((FABRIKAM, gpo) for gpo in (estate_no_topology.BASELINE, estate_no_topology.DOMAIN_SECURITY)),
)
DAMAGED = {
    f"gpo/{estate_broken.LEGACY.backup}/Backup.xml",
    f"gpo/{estate_broken.LEGACY.backup}/gpreport.xml",
    f"gpo/{estate_broken.UNPAIRED.backup}/gpreport.xml",
    "admx/Legacy.admx",
}
SAFE = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)


def generated(folder: Path) -> dict[str, bytes]:
    """Every generated file below a corpus folder."""
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for name in ESTATES
        for part in (*GENERATED, "topology.toml")
        for file in sorted([folder / name / part, *(folder / name / part).rglob("*")])
        if file.is_file()
    }


def xml_files() -> Iterator[tuple[str, bytes]]:
    for name, files in ESTATES.items():
        for place, data in files().items():
            if place.endswith((".xml", ".cmtx", ".admx", ".adml")) and not (name == "broken" and place in DAMAGED):
                yield f"{name}/{place}", data


def xml(data: bytes) -> etree._Element:
    """The root. Declarations are left out: Microsoft's tools write utf-16 over text that is decoded by its BOM."""
    text = data.decode("utf-16" if data[:2] == b"\xff\xfe" else "utf-8-sig")
    return etree.fromstring(re.sub(r"^<\?xml.*?\?>", "", text).encode(), SAFE)


def test_building_again_gives_the_committed_bytes(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONHASHSEED": "random"}
    subprocess.run([sys.executable, str(CORPUS / "build.py"), "--to", str(tmp_path)], check=True, env=environment)
    assert generated(tmp_path) == generated(CORPUS)


def test_every_xml_file_that_is_not_damaged_on_purpose_is_well_formed() -> None:
    roots = {place.rpartition("/")[2]: etree.QName(xml(data)).localname for place, data in xml_files()}
    assert {name: root for name, root in roots.items() if not name.endswith((".admx", ".adml"))} == {
        "Backup.xml": "GroupPolicyBackupScheme",
        "bkupInfo.xml": "BackupInst",
        "comment.cmtx": "policyComments",
        "gpreport.xml": "GPO",
        "manifest.xml": "Backups",
    }


def test_no_entity_of_the_broken_estate_stands_outside_the_files_that_are_about_entities() -> None:
    assert {place for place, data in estate_broken.files().items() if b"ENTITY" in data.replace(b"\0", b"")} == {
        f"gpo/{estate_broken.LEGACY.backup}/Backup.xml",
        f"gpo/{estate_broken.LEGACY.backup}/gpreport.xml",
        "admx/Legacy.admx",
    }


# Samba ----------------------------------------------------------------------------------------------------------------

SYSTEM_PYTHON = Path("/usr/bin/python3")
ORACLE = """
import json, sys
from samba.dcerpc import security
from samba.gp_parse.gp_pol import GPPolParser
from samba.ndr import ndr_unpack
found = {"pol": {}, "sddl": []}
asked = json.load(sys.stdin)
for path in asked["pol"]:
    parser = GPPolParser()
    parser.parse(open(path, "rb").read())
    found["pol"][path] = [[e.keyname, e.valuename, e.type, e.data] for e in parser.pol_file.entries]
for data, sid in asked["sd"]:
    sd = ndr_unpack(security.descriptor, bytes.fromhex(data))
    found["sddl"].append(sd.as_sddl(security.dom_sid(sid)))
json.dump(found, sys.stdout)
"""


def samba(pol: list[Path], sd: list[tuple[bytes, str]]) -> dict[str, Any]:
    """What Samba reads from Registry.pol files and security descriptors; skips where it is not installed."""
    if not SYSTEM_PYTHON.exists():
        pytest.skip("no system Python to run Samba with")
    question = json.dumps({"pol": [str(p) for p in pol], "sd": [(data.hex(), sid) for data, sid in sd]})
    answer = subprocess.run([str(SYSTEM_PYTHON), "-c", ORACLE], input=question, capture_output=True, text=True)
    if "No module named 'samba" in answer.stderr:
        pytest.skip("Samba's Python modules are not installed")
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)  # type: ignore[no-any-return]  # JSON has no types


def expected(record: Record) -> list[str | int]:
    value = struct.unpack("<I", record.data)[0] if record.type == 4 else record.data.decode("utf-16-le").rstrip("\0")
    return [record.key, record.value, record.type, value]


def test_samba_reads_from_every_registry_pol_what_the_settings_say() -> None:
    wanted = {
        CORPUS / estate / "gpo" / gpo.backup / "DomainSysvol/GPO" / side / "registry.pol": [
            expected(record) for record in records(settings)
        ]
        for estate, gpos in (
            ("hybrid-classic-mistakes", estate_hybrid_classic_mistakes.GPOS),
            ("clean-cloud-trust", estate_clean_cloud_trust.GPOS),
            ("both-worlds", (estate_both_worlds.BASELINE,)),
            ("worked-example", (estate_worked_example.GPO,)),
            ("broken", (estate_broken.CERTIFICATE_TRUST, estate_broken.CLOUD_TRUST)),
            (
                "no-topology",
                (estate_no_topology.BASELINE, estate_no_topology.ROLLOUT, estate_no_topology.DOMAIN_SECURITY),
            ),
        )
        for gpo in gpos
        for side, settings in (("Machine", gpo.computer), ("User", gpo.user))
        if settings
    }
    assert samba(list(wanted), [])["pol"] == {str(file): found for file, found in wanted.items()}


def rights_sorted(text: str) -> str:
    """SDDL with the rights of each entry in alphabetical order: Windows and Samba list them differently."""
    return re.sub(r"(?<=;)((?:[A-Z]{2})+)(?=;[^;]*;[^;]*;)", lambda m: "".join(sorted(re.findall("..", m[1]))), text)


def test_samba_writes_the_descriptor_of_backup_xml_as_the_sddl_of_the_report() -> None:
    asked = [(descriptor(domain, gpo.apply_to), domain.sid) for domain, gpo in GPOS]
    shown = zip(samba([], asked)["sddl"], asked, strict=True)
    assert [rights_sorted(text.replace(";EA)", f";{sid}-519)")) for text, (_, sid) in shown] == [
        rights_sorted(re.sub(r"^O:DAG:DA|S:AI.*$", "", sddl(domain, gpo.apply_to))) for domain, gpo in GPOS
    ]


# Real exports ---------------------------------------------------------------------------------------------------------


def pol_records(data: bytes) -> list[Record]:
    """Real files, walked by the size field. Raises when the file is damaged."""
    found, at = [], 8
    while at < len(data):
        key, at = _string(data, at + 2)
        value, at = _string(data, at + 2)
        kind, _, size = struct.unpack_from("<I2sI", data, at + 2)
        at += 14
        found.append(Record(key, value, kind, data[at : at + size]))
        at += size + 2
    return found


def _string(data: bytes, at: int) -> tuple[str, int]:
    end = at
    while data[end : end + 2] != b"\0\0":
        end += 2
        if end > len(data):
            raise ValueError("no end of string")
    return data[at:end].decode("utf-16-le"), end + 2


def test_the_pol_writer_reproduces_every_real_file_that_can_be_read(sample_data: Path) -> None:
    different, same = [], 0
    for file in sorted((sample_data / "gpo").rglob("[Rr]egistry.pol")):
        data = file.read_bytes()
        if "adsys-sysvol" in file.parts or data[:8] != b"PReg\1\0\0\0":
            continue
        again = data[:8] + b"".join(record_bytes(record) for record in pol_records(data))
        same += again == data
        different += [str(file)] if again != data else []
    assert (different, same > 250) == ([], True)


def field(root: etree._Element, name: str) -> str:
    return next((element.text or "" for element in root.iter(f"{{*}}{name}")), "")


def real_backups(sample_data: Path) -> Iterator[tuple[Path, Domain, Gpo]]:
    """Real backups with what their bkupInfo.xml says."""
    for file in sorted((sample_data / "gpo").rglob("bkupInfo.xml")):
        root = etree.fromstring(file.read_bytes(), SAFE)
        domain = Domain(
            field(root, "GPODomain"), "", "", field(root, "GPODomainGuid"), field(root, "GPODomainController")
        )
        gpo = Gpo(
            field(root, "GPODisplayName"),
            field(root, "GPOGuid"),
            field(root, "ID"),
            created="",
            modified="",
            backed_up=field(root, "BackupTime"),
            backup_comment=field(root, "Comment"),
        )
        yield file, domain, gpo


def test_the_writer_reproduces_every_real_bkupinfo(sample_data: Path) -> None:
    def unindented(text: str) -> str:
        """Without the layout of a hand, and without the manifest's prefix that one file has kept."""
        text = text.replace(f' xmlns:mfst="{MANIFEST}" mfst:SIPresent="true"', "").replace("\r\n", "\n")
        return re.sub(r">\s+<", "><", text.strip())

    different = [
        str(file)
        for file, domain, gpo in real_backups(sample_data)
        if unindented(file.read_bytes().decode()) != unindented(backup_inst(domain, gpo, f' xmlns="{MANIFEST}"'))
    ]
    assert different == []


def test_the_security_descriptor_is_that_of_real_gpos_made_by_domain_admins(sample_data: Path) -> None:
    reproduced = 0
    for file, _, _ in real_backups(sample_data):
        backup = file.parent / "Backup.xml"
        root = etree.fromstring(backup.read_bytes(), SAFE) if backup.exists() else None
        if root is None:
            continue
        sids = [element.text or "" for element in root.iter("{*}Sid")]
        admins = next((sid for sid in sids if sid.endswith("-512")), None)
        if admins is not None:
            domain = Domain("", "", admins.removesuffix("-512"), "", "")
            reproduced += field(root, "SecurityDescriptor") == descriptor(domain, None).hex(" ")
    assert reproduced > 100


def routes(root: etree._Element) -> set[tuple[str, ...]]:
    """Every element by its route of local names, with its attributes."""
    found: set[tuple[str, ...]] = set()

    def walk(element: etree._Element, above: tuple[str, ...]) -> None:
        here = (*above, etree.QName(element).text)
        found.add((*here, *sorted(f"@{name}" for name in map(str, element.attrib))))
        for child in element.iterchildren("*"):
            walk(child, here)

    walk(root, ())
    return found


@pytest.mark.parametrize("name", ["Backup.xml", "manifest.xml", "gpreport.xml", "comment.cmtx"])
def test_every_element_route_of_a_gpo_file_occurs_in_real_ones(name: str, sample_data: Path) -> None:
    real: set[tuple[str, ...]] = set()
    for file in sorted((sample_data / "gpo").rglob(name)):
        try:
            real |= routes(xml(file.read_bytes()))
        except (etree.XMLSyntaxError, UnicodeError, ValueError):
            continue
    ours = {route for place, data in xml_files() if place.endswith(f"/{name}") for route in routes(xml(data))}
    assert ours - real == set()


@pytest.mark.parametrize("name", ["Backup.xml", "manifest.xml", "bkupInfo.xml", "gpreport.xml", "comment.cmtx"])
def test_a_gpo_file_begins_as_real_ones_do(name: str, sample_data: Path) -> None:
    def opening(data: bytes) -> str:
        text = data.decode("utf-16-le" if data[:2] == b"\xff\xfe" else "utf-8").replace("\r\n", "\n")
        return text[: text.index(">", text.index("xmlns")) + 1]

    files = sorted((sample_data / "gpo").rglob(name))
    real = {opening(data) for data in (file.read_bytes() for file in files) if b"x\0m\0l\0n" in data or b"xmln" in data}
    ours = {opening(data) for place, data in xml_files() if place.endswith(f"/{name}")}
    assert ours - real == set()


def test_the_extension_lists_are_those_of_real_backups(sample_data: Path) -> None:
    texts = [file.read_text("utf-8-sig") for file in sorted((sample_data / "gpo").rglob("Backup.xml"))]
    for side, tool in TOOLS.items():
        assert any(f"<{side}ExtensionGuids><![CDATA[[{REGISTRY_CSE}{tool}]]]>" in t for t in texts)
    assert all(OPERATIONS in text for text in texts)


def decoded(data: bytes) -> str:
    return data.decode("utf-16" if data[:2] == b"\xff\xfe" else "utf-8-sig")


def real_json(sample_data: Path, folder: str) -> Iterator[tuple[Path, bytes, Any]]:
    for file in sorted((sample_data / "intune" / folder).rglob("*")):
        if file.suffix not in (".json", ".txt"):
            continue
        data = file.read_bytes()
        try:
            yield file, data, json.loads(decoded(data))
        except ValueError:
            continue


OTHER_WRITERS = {"EndpointSecurity", "EnrollmentStatusPage"}
"""Folders of kinds that the corpus has none of, and that IntuneManagement edits as text after the conversion."""


def test_the_powershell_layout_reproduces_real_intunemanagement_files(sample_data: Path) -> None:
    different, same = [], 0
    for folder in ("oib-2022-09", "oib-v3.7", "intuneadmin-expert"):
        for file, data, table in real_json(sample_data, folder):
            text = decoded(data).replace("\r\n", "\n")
            if data[:2] != b"\xff\xfe" or '":  ' not in text or file.parent.name in OTHER_WRITERS:
                continue
            again = decoded(powershell(table)).replace("\r\n", "\n") == text
            same += again
            different += [] if again else [str(file)]
    assert (different, same > 150) == ([], True)


def test_the_layout_of_intunecd_reproduces_real_files(sample_data: Path) -> None:
    pairs = [(data, indented(table)) for _, data, table in real_json(sample_data, "ces2026-intunecd")]
    different = [data for data, again in pairs if data.rstrip() != again]
    assert (different[:1], len(pairs) > 70) == ([], True)


def shapes(value: Any, name: str = "") -> set[tuple[str, ...]]:
    """For every object below: the key that it stands at, and its own keys in order.

    A setting instance stands at `settingInstance`, or at `children` when it is nested: one place.
    """
    if isinstance(value, list):
        return {shape for item in value for shape in shapes(item, name)}
    if not isinstance(value, dict):
        return set()
    found = {(name, *value)}
    for key, item in value.items():
        found |= shapes(item, "settingInstance" if key == "children" else key)
    return found


DIALECTS = [
    ("hybrid-classic-mistakes/intune/portal", ("asd-blueprint", "intuneadmin-expert", "oib-v3.7")),
    ("hybrid-classic-mistakes/intune/IntuneManagement", ("oib-2022-09", "oib-v3.7", "intuneadmin-expert")),
    ("hybrid-classic-mistakes/intune/IntuneCD", ("ces2026-intunecd", "intuneadmin-expert")),
    ("entra-only/intune", ("ces2026-intunecd",)),
]
NOT_IN_THE_SAMPLES = {
    # IntuneCD names groups instead of ids (its Graph request module); its one sample assigns to all devices only
    ("target", "@odata.type", *("deviceAndAppManagementAssignmentFilter" + end for end in ("Id", "Type")), "groupName")
}


@pytest.mark.parametrize(("folder", "samples"), DIALECTS)
def test_every_object_has_the_keys_of_real_ones_in_their_order(
    folder: str, samples: tuple[str, ...], sample_data: Path
) -> None:
    real = {shape for sample in samples for _, _, table in real_json(sample_data, sample) for shape in shapes(table)}
    # the samples have no custom or identity protection profile of IntuneCD
    files = [file for file in sorted((CORPUS / folder).rglob("*.json")) if file.parent.name != "Device Configurations"]
    ours = {shape for file in files for shape in shapes(json.loads(decoded(file.read_bytes())))}
    assert {shape for shape in ours - real if shape[:5] not in NOT_IN_THE_SAMPLES} == set()


ADMX = "{*}"


def facts_of_real(template: Template, store: Path) -> dict[str, object]:
    """What a real store says about a policy, in the terms of policies.py."""
    root = etree.fromstring((store / f"{template.admx.file}.admx").read_bytes(), SAFE)
    texts = etree.fromstring((store / "en-US" / f"{template.admx.file}.adml").read_bytes(), SAFE)
    base = etree.fromstring((store / "en-US" / "Windows.adml").read_bytes(), SAFE)
    strings = {
        s.get("id"): "".join(map(str, s.itertext())) for s in [*base.iter("{*}string"), *texts.iter("{*}string")]
    }
    labels = {c.get("refId"): "".join(map(str, c.itertext())).strip() for c in texts.iter("{*}*") if c.get("refId")}
    policy = next(p for p in root.iter(f"{ADMX}policy") if p.get("name") == template.name)
    parent = policy.find(f"{ADMX}parentCategory")
    supported = policy.find(f"{ADMX}supportedOn")
    assert parent is not None and supported is not None
    return {
        "namespace": next(root.iter(f"{ADMX}target")).get("namespace"),
        "side": policy.get("class"),
        "text": strings[template.name if template.name != "ActiveHours" else "ActiveHours_Title"],
        "key": policy.get("key"),
        "value": policy.get("valueName", ""),
        "states": [_state(policy, "enabledValue"), _state(policy, "disabledValue")],
        "category": strings[(parent.get("ref") or "").rpartition(":")[2]],
        "supported": strings[(supported.get("ref") or "").rpartition(":")[2]],
        "elements": {
            e.get("id"): (
                etree.QName(e).localname,
                e.get("valueName"),
                e.get("key", ""),
                e.get("minValue"),
                e.get("maxValue"),
                e.get("storeAsText", "false"),
                [d.get("value") for d in e.iter(f"{ADMX}item") for d in d.iter(f"{ADMX}decimal")],
                labels[e.get("id")],
            )
            for elements in policy.iter(f"{ADMX}elements")
            for e in elements.iterchildren("*")
        },
    }


def _state(policy: etree._Element, tag: str) -> str | None:
    value = policy.find(f"{ADMX}{tag}")
    return None if value is None else value[0].get("value") or value[0].text


def facts_of(template: Template) -> dict[str, object]:
    """The same of the table, with what an element shares with its policy left out."""
    low_high = [[None if limit is None else str(limit) for limit in e.limits] for e in template.elements]
    own = template.value != ""
    return {
        "namespace": template.admx.namespace,
        "side": template.side,
        "text": template.text,
        "key": template.key,
        "value": template.value,
        "states": [None if v is None or not own else str(v) for v in (template.on, template.off)],
        "category": CATEGORIES[template.category].text,
        "supported": template.supported.text,
        "elements": {
            e.id: (
                e.kind,
                e.value,
                e.key,
                *limits,
                "true" if e.as_text else "false",
                [str(value) for _, _, value in e.choices],
                e.label.strip(),
            )
            for e, limits in zip(template.elements, low_high, strict=True)
        },
    }


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: str(template.name))
def test_a_template_has_the_names_keys_and_values_of_windows(template: Template, sample_data: Path) -> None:
    real = facts_of_real(template, sample_data / "admx" / "windows-11-25h2")
    elements: Any = real["elements"]
    if template.elements and template.elements[0].id == "MSPassport_DisablePostLogonProvisioning":
        name, *rest = elements[template.elements[0].id]
        elements[template.elements[0].id] = (name, rest[0], "", *rest[2:])  # Windows repeats the policy's key here
    assert facts_of(template) == real


def test_category_paths_are_those_that_reports_show() -> None:
    assert {path("MSPassportForWorkCategory"), path("MSPassportForWorkPINComplexityCategory")} == {
        "Windows Components/Windows Hello for Business",
        "System/PIN Complexity",
    }
