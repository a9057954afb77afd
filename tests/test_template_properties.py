"""The table of template properties: built from two references, and right where a third one tells the values."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from policylint.catalogue import build
from policylint.catalogue.build_templates import template_properties
from policylint.catalogue.template_properties import lookup
from policylint.model import csp

COLUMNS = ("graph_type", "property", "portal_data_type", "true_means", "false_means", "unconfigured_value", "options")


def portal(*cells: str) -> dict[str, str]:
    return dict(zip(COLUMNS, cells, strict=True))


def article(property_: str, offset: str, base: str = "./Vendor/MSFT/Policy") -> dict[str, str]:
    return {"graph_entity_property": f"windowsX.{property_}", "csp": base, "offset_uri": offset}


def rows(article_: list[dict[str, str]], portal_: list[dict[str, str]]) -> dict[str, list[str]]:
    """The rows of `windowsX` by property: kind, silent values, node, words."""
    lines = gzip.decompress(template_properties(article_, portal_)).decode().splitlines()
    cells = (line.split("\t") for line in lines)
    return {cell[1]: cell[2:] for cell in cells if cell[0] == "windowsX"}


def switch(name: str, means: str = "", false: str = "false=not configured") -> dict[str, str]:
    return portal("windowsX", name, "0", means, false, "", "")


@pytest.mark.parametrize(
    ("name", "means", "node", "words"),
    [
        ("appsBlocked", "block", "/Config/Apps/AllowApps", '{"true":0}'),
        ("appsBlocked", "block", "/Config/Apps/DisableApps", '{"true":1}'),
        ("appsRequired", "require", "/Config/Apps/RequireApps", '{"true":1}'),
        ("scanApps", "enable", "/Config/Apps/AllowScan", '{"true":1}'),
        ("allowApps", "block", "/Config/Apps/AllowApps", '{"true":1}'),
        ("allowsApps", "block", "/Config/Apps/AllowTheApps", '{"true":0}'),
        ("allowTheApps", "block", "/Config/Apps/EnableApps", None),
        ("enableApps", "enable", "/Config/Apps/PreventOtherThings", None),
        ("apps", "", "/Config/Apps/AppsLevel", None),
    ],
)
def test_a_switch_is_lowered_only_where_both_names_say_which_way_it_turns(
    name: str, means: str, node: str, words: str | None
) -> None:
    found = rows([article(name, node)], [switch(name, means)])[name]
    kept = f"./Device/Vendor/MSFT/Policy{node}" if words else ""
    assert found == ["b", "false", kept, words or ""]


def test_a_node_that_several_properties_feed_belongs_to_none() -> None:
    node = "/Config/Settings/PageVisibilityList"
    found = rows([article("hideA", node), article("hideB", node)], [switch("hideA", "block"), switch("hideB", "block")])
    assert [cells[2] for cells in found.values()] == ["", ""]


def test_a_property_that_feeds_several_nodes_keeps_its_name() -> None:
    assert rows([article("days", "/A/X, /A/Y")], [portal("windowsX", "days", "14", "", "", "", "")])["days"][2] == ""


def test_escapes_remarks_and_missing_areas_of_the_article_are_mended() -> None:
    offset = "/LocalPolicies/Network\\_Level (CSP requires other properties: a, b"
    found = rows([article("level", offset)], [portal("windowsX", "level", "14", "", "", "", "")])
    assert found["level"][2] == "./Device/Vendor/MSFT/Policy/Config/LocalPolicies/Network_Level"


def test_an_option_that_is_labelled_not_configured_says_nothing_and_user_defined_may_mean_off() -> None:
    options = "notConfigured=deviceDefault; disableOption=userDefined; enableOption=enable"
    found = rows([], [portal("windowsX", "level", "16", "", "", '"deviceDefault"', options)])
    assert found["level"][:2] == ["e", "!userDefined,deviceDefault"]


def test_both_values_of_a_switch_with_two_labels_are_real() -> None:
    options = "enabledOption=True; disabledOption=False"
    stated = portal("windowsX", "allowUpdates", "19", "", "", "", options)
    found = rows([article("allowUpdates", "/Config/Update/AllowUpdates")], [stated])
    assert found["allowUpdates"][1::2] == ["!false", '{"false":0,"true":1}']


def test_what_says_nothing_differs_by_property() -> None:
    network = lookup("windows10EndpointProtectionConfiguration", "defenderNetworkProtectionType")
    unwanted = lookup("windows10EndpointProtectionConfiguration", "defenderPotentiallyUnwantedAppAction")
    assert network is not None
    assert unwanted is not None
    assert (network.says_nothing("userDefined"), unwanted.says_nothing("userDefined")) == (False, True)
    assert (network.says_nothing("notConfigured"), network.says_nothing(None)) == (True, True)


def test_a_default_that_a_template_states_is_a_choice_in_an_intent() -> None:
    day = lookup("windows10GeneralConfiguration", "defenderScheduleScanDay")
    assert day is not None
    assert (day.says_nothing("everyday"), day.says_nothing("everyday", chosen=True)) == (True, False)
    assert (day.says_nothing("userDefined", chosen=True), day.says_nothing("monday")) == (True, False)


def test_what_the_portal_shows_as_not_configured_says_nothing_whatever_it_is_called() -> None:
    stated = portal("windowsX", "edgeBlockPopups", "19", "", "", "false", "yes=False; no=True")
    found = rows([article("edgeBlockPopups", "/Config/Browser/AllowPopups")], [stated])
    assert found["edgeBlockPopups"][1::2] == ["false", '{"true":0}']


def references(sample_data: Path) -> tuple[Path, Path]:
    intune = sample_data / "intune"
    return (
        intune / "_ref-graph-to-csp" / "graph-property-to-csp.tsv",
        intune / "_ref-template-properties" / "template-properties.tsv",
    )


def test_the_table_is_what_the_references_give(
    sample_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "DATA", tmp_path)
    build.main(["--templates", *map(str, references(sample_data))])
    made = (tmp_path / "template-properties.tsv.gz").read_bytes()
    shipped = files("policylint.catalogue").joinpath("data", "template-properties.tsv.gz").read_bytes()
    assert gzip.decompress(made) == gzip.decompress(shipped)


def test_every_value_is_one_that_the_settings_catalog_offers(sample_data: Path) -> None:
    """The oracle is a third source: the options of the settings catalog's definitions, as Graph returns them."""
    offered: dict[str, set[str]] = {}
    for definition in definitions(sample_data):
        uri = f"{definition['baseUri'].rstrip('/')}/{definition['offsetUri'].lstrip('/')}"
        options = {str(option["value"]).casefold() for option in definition.get("options") or ()}
        offered.setdefault(csp(uri).key, set()).update(options)
    compared, strange = 0, []
    for entity, name, _, _, node, words in table():
        options = offered.get(csp(node).key, set()) if node and words else set()
        for one in json.loads(words).values() if options else ():
            for element, value in one.items() if isinstance(one, dict) else [("", one)]:
                of = offered.get(csp(f"{node}/{element}").key, options) if element else options
                compared += not str(value).startswith(("#", "60*", "86400*"))
                if str(value).casefold() not in of and not re.fullmatch(r"#|\d+\*", str(value)):
                    strange.append((entity, name, element, value))
    assert strange == []
    assert compared == 1180


def definitions(sample_data: Path) -> Iterator[dict[str, Any]]:
    lines = (sample_data / "intune" / "_ref-setting-definitions" / "setting-definitions.jsonl").read_text("utf-8")
    yield from map(json.loads, lines.splitlines())


def table() -> Iterator[list[str]]:
    packed = files("policylint.catalogue").joinpath("data", "template-properties.tsv.gz").read_bytes()
    yield from (line.split("\t") for line in gzip.decompress(packed).decode().splitlines())
