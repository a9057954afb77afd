from __future__ import annotations

import gzip
import json
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from policylint.catalogue import build
from policylint.catalogue.settings_catalog import Definition, lookup, of_rows, shipped, using
from policylint.model import csp

SHIPPED = Path(build.__file__).parent / "data" / "settings-catalog.tsv.gz"
EDGE = "device_vendor_msft_policy_config_microsoft_edge~policy~microsoft_edge~startup_homepagelocation"

EDGE_NODE = "./Device/Vendor/MSFT/Policy/Config/microsoft_edge~Policy~microsoft_edge~Startup/HomepageLocation"


def graph(id_: str, uri: str, name: str, kind: str = "Simple", **members: Any) -> Mapping[str, Any]:
    base, _, offset = uri.partition("/Vendor/MSFT")
    return {
        "@odata.type": f"#microsoft.graph.deviceManagementConfiguration{kind}SettingDefinition",
        "id": id_,
        "name": name,
        "baseUri": f"{base}/Vendor/MSFT",
        "offsetUri": offset,
        "valueDefinition": {
            "@odata.type": "#microsoft.graph.deviceManagementConfigurationStringSettingValueDefinition"
        },
    } | members


def rows(*definitions: Mapping[str, Any]) -> list[list[str]]:
    return [line.split("\t") for line in gzip.decompress(build.settings_catalog(definitions)).decode().splitlines()]


def test_a_definition_gets_its_node_back_as_microsoft_spells_it() -> None:
    assert lookup(EDGE) == Definition(
        EDGE,
        "./Device/Vendor/MSFT/Policy/Config/microsoft_edge~Policy~microsoft_edge~Startup/HomepageLocation",
        "",
        "choice",
        False,
        "Configure the home page URL",
        needs={f"{EDGE}_1": (f"{EDGE}_homepagelocation",)},
    )


def test_an_element_lives_in_the_node_of_its_parent() -> None:
    found = lookup(f"{EDGE}_homepagelocation")
    assert found is not None
    assert (found.node, found.element, found.kind) == (
        "./Device/Vendor/MSFT/Policy/Config/microsoft_edge~Policy~microsoft_edge~Startup/HomepageLocation",
        "HomepageLocation",
        "string",
    )
    assert found.uri == f"{found.node}/HomepageLocation"


@pytest.mark.parametrize("scope", ["device", "user"])
def test_windows_hello_settings_have_the_tenant_as_placeholder(scope: str) -> None:
    found = lookup(f"{scope}_vendor_msft_passportforwork_{{tenantid}}_policies_pincomplexity_history")
    expected = f"./{scope.title()}/Vendor/MSFT/PassportForWork/{{TenantId}}/Policies/PINComplexity/History"
    assert found is not None
    assert (found.uri, found.kind) == (expected, "integer")


def test_the_children_that_a_choice_needs_are_kept_with_ids_in_full() -> None:
    below = [{"dependedOnBy": "device_a_text", "required": True}, {"dependedOnBy": "device_b", "required": True}]
    optional = [{"dependedOnBy": "device_a_more", "required": False}]
    options = [
        {"itemId": "device_a_1", "optionValue": {"value": "1"}, "dependedOnBy": [*below, *optional]},
        {"itemId": "device_a_0", "optionValue": {"value": "0"}, "dependedOnBy": []},
    ]
    (row,) = rows(graph("device_a", "./Device/Vendor/MSFT/Policy/A", "A", "Choice", options=options))
    assert row[-1] == '{"_1":["_text","device_b"]}'
    found = of_rows(["\t".join(row)]).lookup("device_a")
    assert found is not None
    assert found.needs == {"device_a_1": ("device_a_text", "device_b")}


def test_case_does_not_count_and_unknown_ids_are_unknown() -> None:
    assert lookup(EDGE.upper()) == lookup(EDGE)
    assert lookup("device_vendor_msft_policy_config_nobody_knows") is None


def test_a_choice_whose_name_is_not_its_value_is_translated() -> None:
    rules = "device_vendor_msft_policy_config_defender_attacksurfacereductionrules"
    found = lookup(f"{rules}_blockexecutablecontentfromemailclientandwebmail")
    assert found is not None
    assert found.options[f"{found.id}_block"].casefold() == "be9ba2d9-53ea-4cdc-84e5-9b1eeee46550=1"  # type: ignore[union-attr]  # these options are text


def test_two_versions_of_a_definition_are_one_node() -> None:
    first = "device_vendor_msft_policy_config_localpoliciessecurityoptions_interactivelogon_machineinactivitylimit"
    one, two = lookup(first), lookup(f"{first}_v2")
    assert one is not None
    assert two is not None
    assert one.uri == two.uri


def test_ids_that_the_service_cut_off_are_known_too() -> None:
    found = lookup("pdates~policy~l_microsoftofficemachine~l_updates_l_updatebranch")
    assert found is not None
    assert found.node.endswith("/L_UpdateBranch")


def test_only_definitions_of_one_setting_share_a_name() -> None:
    names: dict[str, set[str]] = defaultdict(set)
    for line in gzip.decompress(SHIPPED.read_bytes()).decode("utf-8").splitlines():
        found = lookup(line.partition("\t")[0])
        assert found is not None
        if found.kind != "group":
            names[csp(found.uri).key].add(re.sub(r"_v\d+$", "", found.id))
    assert {name: ids for name, ids in names.items() if len(ids) > 1} == {}


def test_the_table_is_small_and_loads_on_first_use_in_a_tenth_of_a_second() -> None:
    assert SHIPPED.stat().st_size < 1_000_000
    program = (
        "import time; from policylint.catalogue import settings_catalog as c; t = time.process_time();"
        "c.lookup('x'); print(time.process_time() - t)"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert float(ran.stdout) < 0.1


def test_building_names_elements_by_what_distinguishes_them() -> None:
    node = "./Device/Vendor/MSFT/Policy/Config/A/Node"
    prefix = "device_vendor_msft_policy_config_a_node"
    assert rows(
        graph(prefix, node, "Policy", "Choice", options=[]),
        graph(f"{prefix}_part", node, "Part"),
        graph(f"{prefix}_list", node, "List", "SettingGroupCollection", maximumCount=600),
        graph(f"{prefix}_list_key", node, "Name"),
        graph(f"{prefix}_v2", node, "Policy", "Choice", options=[]),
    ) == [
        [prefix, node, "", "c", "", ""],
        [f"{prefix}_list", node, "List", "g*", "", ""],
        [f"{prefix}_list_key", node, "List/key", "s", "", ""],
        [f"{prefix}_part", node, "Part", "s", "", ""],
        [f"{prefix}_v2", node, "", "c", "", ""],
    ]


def test_building_keeps_only_values_that_an_id_does_not_tell() -> None:
    id_ = "device_vendor_msft_policy_config_a_node"
    options = [
        {"itemId": f"{id_}_1", "optionValue": {"value": 1}},
        {"itemId": f"{id_}_block", "optionValue": {"value": "guid=1"}},
        {"itemId": f"{id_}_allow", "optionValue": {"value": "Allow"}},
    ]
    (row,) = rows(graph(id_, "./Device/Vendor/MSFT/Policy/Config/A/Node", "Node", "Choice", options=options))
    assert json.loads(row[4]) == {f"{id_}_allow": "Allow", f"{id_}_block": "guid=1"}


def test_building_leaves_out_what_is_no_csp() -> None:
    preparation = graph("enrollment_autopilot_dpp_jointype", "./enrollment/Vendor/MSFT/JoinType", "JoinType")
    application = {**graph("com.microsoft.edge.x", "./x/Vendor/MSFT", "x"), "baseUri": ""}
    assert rows(preparation, application) == []


def test_building_the_shipped_table_again_gives_the_same_bytes(
    sample_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "DATA", tmp_path)
    build.main(["--settings-catalog", str(sample_data / "settings-catalog" / "windows-setting-definitions.json.gz")])
    table = (tmp_path / SHIPPED.name).read_bytes()
    assert gzip.decompress(table) == gzip.decompress(SHIPPED.read_bytes())
    assert table[4:8] == bytes(4), "gzip without a timestamp"


NODE = "./Device/Vendor/MSFT/Policy/Config/A/Node"


def test_a_definition_has_its_display_name_without_the_side() -> None:
    prefix = "device_vendor_msft_policy_config_a_node"
    named = rows(
        graph(prefix, NODE, "Policy", "Choice", options=[], displayName="Turn it\ton (Device)"),
        graph(f"{prefix}_part", NODE, "Part", displayName="Part (of it):  "),
        graph(f"{prefix}_text", NODE, "Text", displayName="This explains at length. " * 8),
    )
    assert [row[-1] for row in named] == ["Turn it on", "Part (of it):", ""]


@pytest.mark.parametrize(
    ("setting", "title"),
    [
        (f"{NODE}", ("Turn it on", "")),
        (f"{NODE.upper()}/PART", ("Turn it on", "Part")),
        ("./Vendor/MSFT/Policy/Config/A/Node/Part", ("Turn it on", "Part")),
        ("./Device/Vendor/MSFT/Policy/Config/A/Other", ("", "")),
    ],
)
def test_a_setting_has_the_title_of_its_policy_and_its_own_where_it_is_an_element(
    setting: str, title: tuple[str, str]
) -> None:
    catalog = of_rows([f"a\t{NODE}\t\tc\t\tTurn it on", f"a_part\t{NODE}\tPart\ts\t\tPart:"])
    assert catalog.title_of(setting) == title


def test_a_node_with_a_name_in_it_has_the_title_of_its_definition() -> None:
    rule = "./Vendor/MSFT/Firewall/MdmStore/FirewallRules/Contoso/Action/Type"
    assert shipped().title_of(rule) == ("Action", "")


def test_the_definitions_of_a_node_start_with_its_own_whatever_its_dynamic_segments_are_called() -> None:
    use = "device_vendor_msft_passportforwork_{tenantid}_policies_usepassportforwork"
    uri = "./Vendor/MSFT/PassportForWork/dcd219dd-bc68-4b9b-bf0b-4a33a796be35/Policies/UsePassportForWork"
    assert [found.id for found in shipped().with_node(uri)] == [use]
    assert [found.element for found in shipped().with_node(EDGE_NODE)] == ["", "HomepageLocation"]


def test_definitions_of_an_estate_come_before_the_shipped_ones_while_it_is_read() -> None:
    own = of_rows([f"a\t{NODE}\t\tc\t\tTurn it on", f"{EDGE}\t{NODE}\t\ts\t\tMine"], shipped().rows)
    with using(own):
        assert lookup("a") == Definition("a", NODE, "", "choice", False, "Turn it on")
        assert lookup(EDGE) == Definition(EDGE, NODE, "", "string", False, "Mine")
        assert lookup(f"{EDGE}_homepagelocation") == shipped().lookup(f"{EDGE}_homepagelocation")
    assert lookup("a") is None
    assert lookup(EDGE) == shipped().lookup(EDGE)
