from __future__ import annotations

from pathlib import Path

import pytest

from policylint.evidence import Evidence, JsonAt
from policylint.model import Channel, Claim, FileRecord, Policy, Problem, Scope, csp
from tests.intune_writer import (
    CONTEXT,
    DEVICE_PASSPORT,
    GRAPH,
    PASSPORT,
    Json,
    catalog,
    choice,
    choices,
    group,
    only,
    pointers,
    read,
    read_one,
    simple,
    texts,
    values,
)

KIND = "settings catalog policy"
CONFIG = "device_vendor_msft_policy_config"
URI = "./Device/Vendor/MSFT/Policy/Config"
CLOUD = f"{PASSPORT}_policies_usecloudtrustforonpremauth"
CLOUD_URI = f"{DEVICE_PASSPORT}/{{TenantId}}/Policies/UseCloudTrustForOnPremAuth"
HISTORY = f"{PASSPORT}_policies_pincomplexity_history"
HISTORY_URI = f"{DEVICE_PASSPORT}/{{TenantId}}/Policies/PINComplexity/History"


def test_a_policy_becomes_claims_on_csp_nodes_with_their_places(tmp_path: Path) -> None:
    hello = group(PASSPORT, [choice(CLOUD, "true"), simple(HISTORY, 24)])
    reading = read_one(tmp_path, catalog(hello, assignments=[]))
    row = "/settings/0/settingInstance/groupSettingCollectionValue/0/children"
    assert reading.policies == (
        Policy(
            "5e082981-0000-4000-8000-000000000001",
            "Catalog",
            Channel.MDM,
            "settings-catalog",
            Evidence("policy.json", JsonAt("/name")),
            (
                Claim(
                    csp(CLOUD_URI),
                    Scope.DEVICE,
                    True,
                    "choice",
                    Evidence("policy.json", JsonAt(f"{row}/0/choiceSettingValue/value")),
                    origin=CLOUD,
                ),
                Claim(
                    csp(HISTORY_URI),
                    Scope.DEVICE,
                    24,
                    "integer",
                    Evidence("policy.json", JsonAt(f"{row}/1/simpleSettingValue/value")),
                    origin=HISTORY,
                ),
            ),
            assignments=(),
        ),
    )
    assert [str(claim.setting) for claim in only(reading).claims] == [CLOUD_URI, HISTORY_URI]
    assert reading.files == (FileRecord("policy.json", "read", KIND, settings=2),)
    assert reading.problems == ()


def test_user_definitions_claim_in_user_scope(tmp_path: Path) -> None:
    id_ = PASSPORT.replace("device_", "user_") + "_policies_requiresecuritydevice"
    (claim,) = only(read_one(tmp_path, catalog(choice(id_, "false")))).claims
    uri = "./User/Vendor/MSFT/PassportForWork/{TenantId}/Policies/RequireSecurityDevice"
    assert (str(claim.setting), claim.scope, claim.value) == (uri, Scope.USER, False)


def test_a_policy_and_its_elements_are_different_settings(tmp_path: Path) -> None:
    node = f"{CONFIG}_admx_terminalserver_ts_security_layer_policy"
    element = simple(f"{node}_ts_security_layer", "2")
    assert values(only(read_one(tmp_path, catalog(choice(node, "1", element))))) == {
        f"{URI}/ADMX_TerminalServer/TS_SECURITY_LAYER_POLICY": 1,
        f"{URI}/ADMX_TerminalServer/TS_SECURITY_LAYER_POLICY/TS_SECURITY_LAYER": "2",
    }


@pytest.mark.parametrize(
    ("suffix", "value"), [("0", 0), ("-1", -1), ("true", True), ("false", False), ("007", "007"), ("tls1.2", "tls1.2")]
)
def test_choices_are_typed_by_what_they_say(suffix: str, value: object, tmp_path: Path) -> None:
    id_ = f"{CONFIG}_not_in_the_catalogue"
    (claim,) = only(read_one(tmp_path, catalog(choice(id_, suffix)))).claims
    assert (str(claim.setting), claim.value, type(claim.value)) == (id_, value, type(value))


def test_a_choice_may_be_the_empty_text(tmp_path: Path) -> None:
    assert values(only(read_one(tmp_path, catalog(choice("device_vendor_msft_x", ""))))) == {"device_vendor_msft_x": ""}


@pytest.mark.parametrize(
    ("definition", "option", "value"),
    [
        ("device_vendor_msft_x_schedule_v2", "device_vendor_msft_x_schedule_60", 60),
        ("device_vendor_msft_x_{rule}_ruletype", "device_vendor_msft_x_{rule}_automatic", "automatic"),
    ],
)
def test_the_suffix_of_an_unknown_choice_is_taken_after_what_both_ids_share(
    definition: str, option: str, value: object, tmp_path: Path
) -> None:
    instance = choice(definition, "")
    instance["choiceSettingValue"]["value"] = option
    assert values(only(read_one(tmp_path, catalog(instance)))) == {definition: value}


def test_each_attack_surface_reduction_rule_is_a_setting_with_its_real_value(tmp_path: Path) -> None:
    rules = f"{CONFIG}_defender_attacksurfacereductionrules"
    mail = choice(f"{rules}_blockexecutablecontentfromemailclientandwebmail", "block")
    exclusions = texts(f"{mail['settingDefinitionId']}_perruleexclusions", "C:\\a.exe")
    mail["choiceSettingValue"]["children"].append(exclusions)
    exclusions_uri = "./Vendor/MSFT/Defender/Configuration/ASROnlyPerRuleExclusions"
    assert values(only(read_one(tmp_path, catalog(group(rules, [mail]))))) == {
        f"{URI}/Defender/AttackSurfaceReductionRules/BlockExecutableContentFromEmailClientAndWebmail": (
            "BE9BA2D9-53EA-4CDC-84E5-9B1EEEE46550=1"
        ),
        f"{exclusions_uri}/BlockExecutableContentFromEmailClientAndWebmail": ("C:\\a.exe",),
    }


def test_collections_keep_their_order(tmp_path: Path) -> None:
    id_ = "device_vendor_msft_x_list"
    policy = only(read_one(tmp_path, catalog(texts(id_, "b", "a", 3))))
    assert values(policy) == {id_: ("b", "a", "3")}
    assert pointers(policy) == {id_: "/settings/0/settingInstance/simpleSettingCollectionValue"}


def test_rows_of_a_firewall_rule_group_are_keyed_by_the_rule_name(tmp_path: Path) -> None:
    rules = "vendor_msft_firewall_mdmstore_firewallrules_{firewallrulename}"

    def rule(name: str, direction: str) -> list[Json]:
        return [simple(f"{rules}_firewallrulename", name), choice(f"{rules}_direction", direction)]

    policy = only(read_one(tmp_path, catalog(group(rules, rule("Allow RDP", "in"), rule("Block SMB", "out")))))
    node = "./Vendor/MSFT/Firewall/MdmStore/FirewallRules"
    assert {uri: value for uri, value in values(policy).items() if uri.endswith("/Direction")} == {
        f"{node}/Allow RDP/Direction": "IN",
        f"{node}/Block SMB/Direction": "OUT",
    }


def test_the_order_of_rows_does_not_change_what_they_are_called(tmp_path: Path) -> None:
    rules = "vendor_msft_firewall_mdmstore_firewallrules_{firewallrulename}"
    one = [simple(f"{rules}_firewallrulename", "One"), choice(f"{rules}_direction", "in")]
    two = [simple(f"{rules}_firewallrulename", "Two"), choice(f"{rules}_direction", "out")]
    there = only(read_one(tmp_path, catalog(group(rules, one, two))))
    back = only(read_one(tmp_path, catalog(group(rules, two, one))))
    assert values(there) == values(back)


def test_rows_of_one_name_are_kept_apart(tmp_path: Path) -> None:
    paths = f"{CONFIG}_connectivity_hardeneduncpaths_pol_hardenedpaths"
    row = [simple(f"{paths}_key", "\\\\*\\SYSVOL"), simple(f"{paths}_value", "RequireIntegrity=1")]
    node = f"{URI}/Connectivity/HardenedUNCPaths/Pol_HardenedPaths/\\\\*\\SYSVOL"
    assert values(only(read_one(tmp_path, catalog(group(paths, row, row))))) == {
        node: "RequireIntegrity=1",
        f"{node}#2": "RequireIntegrity=1",
    }


def test_local_groups_are_keyed_by_the_group_that_they_configure(tmp_path: Path) -> None:
    outer = f"{CONFIG}_localusersandgroups_configure"
    inner = f"{outer}_groupconfiguration_accessgroup"
    users = texts(f"{inner}_users", "AzureAD\\one")
    access = group(
        inner,
        [
            choice(f"{inner}_userselectiontype", "users", users),
            choice(f"{inner}_action", "add_update"),
            choices(f"{inner}_desc", "administrators"),
        ],
    )
    node = f"{URI}/LocalUsersAndGroups/Configure/administrators/groupconfiguration_accessgroup"
    found = values(only(read_one(tmp_path, catalog(group(outer, [access])))))
    assert {uri.removeprefix(node): value for uri, value in found.items()} == {
        "/userselectiontype": "users",
        "/users": ("AzureAD\\one",),
        "/action": "AddUpdate",
        "/desc": ("S-1-5-32-544",),
    }


def test_rows_without_any_text_are_keyed_by_number(tmp_path: Path) -> None:
    id_ = "device_vendor_msft_x_rules"
    found = read_one(tmp_path, catalog(group(id_, [texts(f"{id_}_list", "a")], [texts(f"{id_}_list", "b")])))
    assert values(only(found)) == {f"{id_}/0/list": ("a",), f"{id_}/1/list": ("b",)}


def test_a_secret_is_told_and_claims_nothing(tmp_path: Path) -> None:
    id_ = "device_vendor_msft_windowsadvancedthreatprotection_onboarding_fromconnector"
    reading = read_one(tmp_path, catalog(simple(id_, "token", "Secret")))
    assert values(only(reading)) == {}
    assert reading.problems == (
        Problem(
            "RD015",
            f"{id_} is a secret: its value is not in the export and is not compared",
            Evidence("policy.json", JsonAt("/settings/0/settingInstance/simpleSettingValue")),
            "5e082981-0000-4000-8000-000000000001",
        ),
    )


def test_what_cannot_be_mapped_is_told_and_hides_nothing_else(tmp_path: Path) -> None:
    broken: list[Json] = [
        {"settingDefinitionId": "device_vendor_msft_a", "@odata.type": "#new.Shape"},
        {"choiceSettingValue": {"value": "x"}},
        choice("device_vendor_msft_b", "1") | {"choiceSettingValue": {"value": None}},
        simple("device_vendor_msft_c", "id", "Reference"),
        simple("device_vendor_msft_d", None),
        choice("device_vendor_msft_e", "1"),
    ]
    reading = read_one(tmp_path, catalog(*broken))
    assert values(only(reading)) == {"device_vendor_msft_e": 1}
    assert [(problem.rule, problem.message) for problem in reading.problems] == [
        ("RD012", "device_vendor_msft_a has no value of a known shape (#new.Shape)"),
        ("RD012", "an instance without settingDefinitionId has no value of a known shape (no type)"),
        ("RD012", "device_vendor_msft_b: a choice without a value"),
        ("RD012", "device_vendor_msft_c: it refers to a reusable setting, which is not read"),
        ("RD012", "device_vendor_msft_d: a value of a type that a setting cannot have"),
    ]


def test_a_policy_without_its_settings_is_told(tmp_path: Path) -> None:
    listed = {"@odata.context": f"{CONTEXT}configurationPolicies", "value": [catalog(settings=None, settingCount=7)]}
    reading = read_one(tmp_path, listed)
    assert reading.policies == ()
    assert [(p.rule, p.message) for p in reading.problems] == [
        ("RD011", 'the export of "Catalog" carries no settings of 7')
    ]
    assert reading.files == (FileRecord("policy.json", "ignored", KIND, "settings lost in the export"),)


@pytest.mark.parametrize("platforms", ["macOS", "linux", "iOS", "androidEnterprise"])
def test_policies_of_other_platforms_are_passed_over(platforms: str, tmp_path: Path) -> None:
    reading = read_one(tmp_path, catalog(simple("com.apple.x", 1), platforms=platforms))
    assert (reading.policies, reading.problems) == ((), ())
    assert reading.files == (FileRecord("policy.json", "ignored", KIND, f"for {platforms}, not for Windows"),)


def test_without_platform_the_definition_ids_tell_it(tmp_path: Path) -> None:
    reading = read_one(tmp_path, catalog(texts("linux_mdatp_managed_x", "a"), platforms=None))
    assert reading.files == (FileRecord("policy.json", "ignored", KIND, "for another platform, not for Windows"),)


def test_device_preparation_is_recognised_but_not_evaluated(tmp_path: Path) -> None:
    reading = read_one(tmp_path, catalog(choice("enrollment_autopilot_dpp_jointype", "0")))
    kind = "Autopilot device preparation policy"
    assert reading.files == (FileRecord("policy.json", "ignored", kind, "not evaluated yet"),)
    assert [problem.rule for problem in reading.problems] == ["RD010"]


SETTINGS = catalog(choice(CLOUD, "true"))["settings"]
BODY = {"name": "Cloud trust", "platforms": "windows10", "technologies": "mdm", "settings": SETTINGS}
DIALECTS: dict[str, tuple[object, str, str]] = {
    "portal": (
        {
            "@odata.context": f"{CONTEXT}configurationPolicies/$entity",
            "id": "42",
            "settings@odata.context": "…",
            **BODY,
        },
        "42",
        "/settings/0",
    ),
    "full metadata": (
        {
            "@odata.type": f"{GRAPH}deviceManagementConfigurationPolicy",
            "id": "42",
            "name@odata.type": "#String",
            "settings@odata.associationLink": "https://graph.microsoft.com/…",
            "#microsoft.graph.assign": {"title": "microsoft.graph.assign"},
            **BODY,
        },
        "42",
        "/settings/0",
    ),
    "IntuneCD": ({"creationSource": None, "settingCount": 1, **BODY}, "Cloud trust", "/settings/0"),
    "a page with expanded settings": (
        {"@odata.context": f"{CONTEXT}configurationPolicies(settings())", "value": [{"id": "42", **BODY}]},
        "42",
        "/value/0/settings/0",
    ),
    "the settings of one policy": (
        {"@odata.context": f"{CONTEXT}configurationPolicies('42')/settings", "value": SETTINGS},
        "42",
        "/value/0",
    ),
    "a bare array of settings": (SETTINGS, "policy", "/0"),
    "PowerShell unrolled the settings": ({**BODY, "settings": SETTINGS[0]}, "Cloud trust", "/settings"),
}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_gives_the_same_claim(dialect: str, tmp_path: Path) -> None:
    written, id_, at = DIALECTS[dialect]
    policy = only(read_one(tmp_path, written))
    assert policy.id == id_
    assert values(policy) == {CLOUD_URI: True}
    assert pointers(policy) == {CLOUD_URI: f"{at}/settingInstance/choiceSettingValue/value"}


def test_a_policy_has_its_name_before_its_display_name(tmp_path: Path) -> None:
    assert only(read_one(tmp_path, catalog(choice(CLOUD, "true"), displayName="Other"))).name == "Catalog"


def test_a_policy_without_a_name_is_called_after_its_file(tmp_path: Path) -> None:
    found = read(tmp_path, {"Windows/Base line.json": SETTINGS})
    assert (only(found).name, only(found).id) == ("Base line", "Base line")
