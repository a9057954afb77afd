"""One setting, written by a GPO and by every kind of Intune profile: the files of both worlds, for tests to read."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from policylint.catalogue.settings_catalog import lookup, shipped
from policylint.model import Policy, Value
from tests.gpo_writer import BackupWriter, directive, dword, pol, text, utf16
from tests.intune_writer import CONTEXT, GRAPH, Json, catalog, choice, oma, simple, texts
from tests.intune_writer import custom as custom_profile

TENANT = "dcd219dd-bc68-4b9b-bf0b-4a33a796be35"
CONFIG = "./Device/Vendor/MSFT/Policy/Config"
POLICIES = r"HKLM\Software\Policies\Microsoft"
CSES = (
    "{35378EAC-683F-11D2-A89A-00C04FBBCFA2}",
    "{827D319E-6EAC-11D2-A4EA-00C04F79F83A}",
    "{F3CCC681-B74C-4060-9F26-CD84525DCA2A}",
)
"""Registry, security and audit policy."""

Stated = dict[str, Value]
"""What policies say, by the key of the setting; None where a value is deleted."""


@dataclass(frozen=True)
class Same:
    """A setting of a GPO, and what Intune's profiles state for it."""

    name: str
    gpo: Mapping[str, Value]
    """`HKLM\\Key!Value` with its data, None for a deletion; `[Section]` with rows of GptTmpl.inf; `audit` with rows."""
    exports: Mapping[str, Json]
    """Graph objects, by what writes them."""
    claims: Stated = field(default_factory=dict)
    """What all of them claim, where it is not what `gpo` writes to the registry."""

    def __str__(self) -> str:
        return self.name

    @property
    def expected(self) -> Stated:
        """What every policy claims."""
        return {setting.casefold(): value for setting, value in (self.claims or self.gpo).items()}


def write(case: Same, folder: Path) -> None:
    """The backup of the GPO, and an export of each profile."""
    BackupWriter(machine_cses=CSES, user_cses=CSES, links=None, name="GPO", files=dict(_files(case.gpo))).write(folder)
    for number, (name, body) in enumerate(case.exports.items()):
        member = {"name": name} if "name" in body else {"displayName": name}
        (folder / f"{number}.json").write_text(json.dumps(body | member | {"id": f"{number}"}), "utf-8")


def stated(policy: Policy) -> Stated:
    """What a policy says."""
    return {claim.setting.key: None if claim.absent else claim.value for claim in policy.claims}


def _files(gpo: Mapping[str, Value]) -> Mapping[str, bytes]:
    found: dict[str, bytes] = {}
    for hive, half in (("HKLM\\", "Machine"), ("HKCU\\", "User")):
        values = {setting: data for setting, data in gpo.items() if setting.startswith(hive)}
        if values:
            found[f"{half}/registry.pol"] = pol(*(_record(setting, data) for setting, data in values.items()))
    sections = {name: rows for name, rows in gpo.items() if name.startswith("[")}
    if sections:
        template = "".join(f"{name}\r\n{row}\r\n" for name, rows in sections.items() for row in _rows(rows))
        whole = f'[Unicode]\r\nUnicode=yes\r\n[Version]\r\nsignature="$CHICAGO$"\r\nRevision=1\r\n{template}'
        found["Machine/microsoft/windows nt/SecEdit/GptTmpl.inf"] = b"\xff\xfe" + whole.encode("utf-16-le")
    if "audit" in gpo:
        head = (
            "Machine Name,Policy Target,Subcategory,Subcategory GUID,Inclusion Setting,Exclusion Setting,Setting Value"
        )
        lines = "\r\n".join((head, *_rows(gpo["audit"]), ""))
        found["Machine/microsoft/windows nt/Audit/audit.csv"] = lines.encode()
    return found


def _rows(rows: Value) -> Sequence[str]:
    return rows if isinstance(rows, tuple) else (str(rows),)


def _record(setting: str, data: Value) -> tuple[str, str, int, bytes]:
    key, _, name = setting.partition("\\")[2].partition("!")
    if data is None:
        return directive(key, f"**del.{name}")
    if isinstance(data, tuple):
        return key, name, 7, utf16("\0".join(data) + "\0\0")
    return dword(key, name, data) if isinstance(data, int) else text(key, name, str(data))


def by_catalog(id_: str, value: object, *children: Json) -> Json:
    """A settings catalog policy with one setting, in the shape that the definition has."""
    definition = lookup(id_)
    assert definition is not None, id_
    if definition.kind == "choice":
        return catalog(choice(id_, str(value).lower() if isinstance(value, bool) else str(value), *children))
    return catalog(texts(id_, *value) if isinstance(value, tuple) else simple(id_, value))


def by_node(node: str, value: object, stated_as: object = None) -> dict[str, Json]:
    """A catalog policy and a custom profile that set a node; `stated_as` is the value in the custom one."""
    written = value if stated_as is None else stated_as
    return {"catalog": by_catalog(shipped().with_node(node)[0].id, value), "custom": by_uri(node, written)}


def by_uri(node: str, value: object) -> Json:
    """A custom profile with one setting, typed as its value."""
    kind = "Boolean" if isinstance(value, bool) else "Integer" if isinstance(value, int) else "String"
    return custom_profile(oma(kind, node, value))


def by_template(entity: str, **members: object) -> Json:
    """A template profile."""
    return {"@odata.type": f"{GRAPH}{entity}", "id": "t", "displayName": "T", **members}


def by_intent(entity: str, name: str, value: object) -> Json:
    """An endpoint security intent with one setting, its value as Graph's valueJson."""
    setting = {
        "@odata.type": f"{GRAPH}deviceManagementAbstractComplexSettingInstance",
        "definitionId": f"deviceConfiguration--{entity}_{name}",
        "valueJson": json.dumps(value),
    }
    return {"@odata.type": f"{GRAPH}deviceManagementIntent", "id": "i", "displayName": "I", "settings": [setting]}


def by_display(path: str, name: str, enabled: bool, *elements: tuple[str, object], user: bool = False) -> Json:
    """An administrative templates profile as IntuneCD writes it; the elements by their labels."""
    shown = {
        "definition": {"displayName": name, "categoryPath": path, "classType": "user" if user else "machine"},
        "enabled": enabled,
        "presentationValues": [
            {
                "@odata.type": f"{GRAPH}groupPolicyPresentationValue",
                "presentation": {"label": label},
                **({"values": value} if isinstance(value, list) else {"value": value}),
            }
            for label, value in elements
        ],
    }
    return {
        "@odata.context": f"{CONTEXT}groupPolicyConfigurations/$entity",
        "@odata.type": f"{GRAPH}groupPolicyConfiguration",
        "displayName": "A",
        "definitionValues": [shown],
    }
