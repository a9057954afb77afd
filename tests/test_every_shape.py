"""ADMX-backed settings of the whole settings catalog, stated in three shapes of profile: the same registry values.

What one shape cannot say stays a CSP node; where two of them say something of the registry, they agree.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest

import policylint
from policylint.catalogue import shipped
from policylint.catalogue.admx import AdmxStore
from policylint.catalogue.admx_policy import AdmxPolicy, AnyElement, Boolean, Decimal, Enum, ListBox, MultiText
from policylint.catalogue.settings_catalog import Definition, all_definitions
from policylint.estate import Estate
from policylint.lowering.admx_backed import element_of
from policylint.lowering.admx_definitions import Definitions, Miss
from policylint.lowering.payload import SEPARATOR
from policylint.model import Policy, Value
from tests.intune_writer import GRAPH, Json, catalog, choice, custom, group, oma, simple, texts

STEP = 11
"""Every eleventh setting is tried: all of them take half a minute."""

Written = Mapping[int, Mapping[str, Value]]
"""Registry values by the number of the setting in its profile, and by key; None is a deletion."""


@dataclass(frozen=True)
class Stated:
    """One enabled policy with all its elements, in three shapes."""

    catalog: Json
    custom: Json
    display: Json


@dataclass(frozen=True)
class Spoken:
    """One element: as a child in the catalog, as data of a payload, and as a presentation's value."""

    child: Json
    data: str
    shown: Json


def element(definition: Definition, kind: AnyElement) -> Spoken:
    """A value that the element can hold."""
    id_ = definition.id
    if isinstance(kind, Boolean):
        return Spoken(choice(id_, "1"), "true", {"value": True})
    if isinstance(kind, Enum):
        told = str(kind.choices[-1].data.data)
        return Spoken(choice(id_, told), told, {"value": told})
    if isinstance(kind, Decimal):
        number = kind.minimum or (1 if kind.maximum is None else min(1, kind.maximum))
        return Spoken(simple(id_, number), str(number), {"value": number})
    if isinstance(kind, MultiText):
        return Spoken(texts(id_, "x", "y"), SEPARATOR.join("xy"), {"values": ["x", "y"]})
    if isinstance(kind, ListBox) and kind.explicit:
        row = [simple(f"{id_}_key", "n"), simple(f"{id_}_value", "v")]
        return Spoken(group(id_, row), SEPARATOR.join("nv"), {"values": [{"name": "n", "value": "v"}]})
    if isinstance(kind, ListBox):
        name = "x" if kind.prefix is None else f"{kind.prefix}1"
        return Spoken(texts(id_, "x"), f"{name}{SEPARATOR}x", {"values": [{"name": "x"}]})
    return Spoken(simple(id_, "x"), "x", {"value": "x"})


@cache
def known() -> Definitions:
    return Definitions(Estate(()), AdmxStore.of((), shipped.files()))


def settings() -> Iterator[Stated]:
    """Every ADMX-backed policy of the catalog whose elements the definition has."""
    below: dict[str, list[Definition]] = defaultdict(list)
    roots: dict[str, Definition] = {}
    for definition in all_definitions():
        if not definition.element:
            roots.setdefault(definition.node, definition)
        elif "/" not in definition.element:
            below[definition.node].append(definition)
    for node, root in islice(roots.items(), 0, None, STEP):
        policy = known().behind(node)
        if isinstance(policy, Miss) or root.kind != "choice":
            continue
        found = [(one, element_of(policy, one.element)) for one in below[node]]
        spoken = [(kind, element(one, kind)) for one, kind in found if kind]
        if len(spoken) == len(found):
            yield stated(root, policy, spoken)


def stated(root: Definition, policy: AdmxPolicy, spoken: list[tuple[AnyElement, Spoken]]) -> Stated:
    data = "".join(f"<data id={quoteattr(kind.id)} value={quoteattr(one.data)}/>" for kind, one in spoken)
    labels = {control.ref: control.label for control in known().controls(policy)}
    path = known().store.category_path(policy.category).replace("/", "\\")
    class_ = "user" if root.node.startswith("./User") else "machine"
    shown = [
        {
            "@odata.type": f"{GRAPH}groupPolicyPresentationValue",
            "presentation": {"label": labels.get(kind.id, "")},
            **one.shown,
        }
        for kind, one in spoken
    ]
    return Stated(
        choice(root.id, "1", *(one.child for _, one in spoken)),
        oma("String", root.node, f"<enabled/>{data}"),
        {
            "definition": {"displayName": policy.display_name, "categoryPath": f"\\{path}", "classType": class_},
            "enabled": True,
            "presentationValues": shown,
        },
    )


def registry_values(policy: Policy) -> Written:
    found: dict[int, dict[str, Value]] = defaultdict(dict)
    for claim in policy.claims:
        if claim.setting.key.startswith("hk"):
            number = int(getattr(claim.evidence.place, "pointer", "").split("/")[2])
            found[number][claim.setting.key] = None if claim.absent else claim.value
    return found


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Written]:
    """What each shape writes."""
    folder = tmp_path_factory.mktemp("shapes")
    every = list(settings())
    templates = {"@odata.type": f"{GRAPH}groupPolicyConfiguration", "displayName": "display", "id": "d"}
    shapes = (
        catalog(*(one.catalog for one in every), name="catalog"),
        custom(*(one.custom for one in every), displayName="custom"),
        templates | {"definitionValues": [one.display for one in every]},
    )
    for number, shape in enumerate(shapes):
        (folder / f"{number}.json").write_text(json.dumps(shape), "utf-8")
    policies = policylint.read(["."], base=Path(folder)).policies
    return {policy.name: registry_values(policy) for policy in policies}


def test_a_payload_writes_what_the_catalog_does(read: Mapping[str, Written]) -> None:
    ours, theirs = read["catalog"], read["custom"]
    assert len(ours) > 700
    assert {n: (ours[n], theirs.get(n)) for n in ours if ours[n] != theirs.get(n)} == {}


def test_an_administrative_template_writes_nothing_that_the_catalog_does_not(read: Mapping[str, Written]) -> None:
    ours, theirs = read["catalog"], read["display"]
    assert {n: values for n, values in theirs.items() if not values.items() <= ours[n].items()} == {}
    assert len(theirs) / len(ours) > 0.97, "few names stand for several policies"
