"""Findings about two policies that meet: which pairs, one finding each, how they are worded, and real exports."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from policylint.checks.meetings import meetings
from policylint.findings import Finding
from policylint.lint import lint
from policylint.model import OsVersions
from policylint.readers import read
from policylint.readers.intune.policy import os_versions
from policylint.rules import load_rules, select
from policylint.scenario import Scenario, estate_of
from tests.channel_scenarios import SWITCH, Given, gpo, mdm
from tests.intune_writer import catalog, choice, only, read_one

CAMERA = "./Device/Vendor/MSFT/Policy/Config/Camera/AllowCamera"
SPOTLIGHT = "./Device/Vendor/MSFT/Policy/Config/Experience/AllowCortana"
KEY = r"HKLM\SOFTWARE\Policies\Contoso!"


def findings(rules: str, given: list[Given], **scenario: Any) -> tuple[Finding, ...]:
    told = {"facts": {"join": "hybrid", "mdm": True}, **scenario}
    return lint(estate_of(Scenario.model_validate({"given": given, **told})), select(load_rules(), [rules]))


def pairs(given: list[Given]) -> list[tuple[str, str, int]]:
    estate = estate_of(Scenario.model_validate({"given": given}))
    return [(m.mine.name, m.theirs.name, m.both.bit_count()) for m in meetings(estate)]


def test_of_a_gpo_and_a_profile_the_profile_comes_first_and_two_gpos_are_no_pair() -> None:
    both = {f"{KEY}A": 1}
    assert pairs([gpo("G", set=both), mdm("P", both), gpo("H", "contoso.com/W#2", set=both)]) == [
        ("P", "G", 1),
        ("P", "H", 1),
    ]


def test_two_exports_of_one_profile_are_no_pair() -> None:
    assert pairs([mdm("Camera", {CAMERA: 0}), mdm("camera", {CAMERA: 1})]) == []


def test_a_pair_is_reported_once_with_its_first_three_settings() -> None:
    def sets(value: int) -> dict[str, int]:
        return {f"{KEY}{name}": value for name in "ABCDE"}

    (found,) = findings("IN009", [mdm("One", sets(0)), mdm("Two", sets(1))])
    assert found.message == (
        '"One" and "Two" reach the same devices and set 5 settings (A, B, C and 2 more) differently: '
        "Intune reports a conflict and promises no winner"
    )
    assert [(place.role, place.label) for place in found.locations] == [
        ("primary", "sets 0"),
        ("related", "sets 1"),
    ]
    assert [policy.name for policy in found.policies] == ["One", "Two"]


def test_a_label_says_what_the_file_says_and_what_it_becomes_where_windows_turns_it_round() -> None:
    def sets(value: int) -> dict[str, int]:
        return {"./Device/Vendor/MSFT/Policy/Config/Defender/AllowArchiveScanning": value}

    (found,) = findings("IN009", [mdm("One", sets(0)), mdm("Two", sets(1))])
    assert [place.label for place in found.locations] == [
        "sets 0 (DisableArchiveScanning = 1)",
        "sets 1 (DisableArchiveScanning = 0)",
    ]


def test_a_label_hides_a_secret() -> None:
    (found,) = findings("IN009", [mdm(name, {f"{KEY}DefaultPassword": f"{name}!x"}) for name in ("One", "Two")])
    assert [place.label for place in found.locations] == ["sets ****", "sets ****"]


@pytest.mark.parametrize(
    ("mine", "theirs", "differ"),
    [("1", 1, False), (True, 1, False), ("TRUE", True, False), ("0", 1, True), (["b", "A"], ["a", "B"], False)],
)
def test_a_value_is_the_same_in_whatever_type_it_is_written(mine: Any, theirs: Any, differ: bool) -> None:
    found = findings("IN012", [mdm("Custom", {f"{KEY}A": mine}, "custom"), mdm("Catalog", {f"{KEY}A": theirs})])
    assert [one.severity for one in found] == ["warning" if differ else "note"]


def test_how_sure_a_finding_is_follows_whom_the_policies_reach() -> None:
    given = [gpo("G", set={f"{KEY}A": 1}), mdm("P", {f"{KEY}A": 0})]
    sure, unsure = findings("PR023", given), findings("PR023", given, facts={"join": "hybrid"})
    assert [one.confidence for one in (*sure, *unsure)] == ["certain", "possible"]


def test_a_pair_has_one_fingerprint_whatever_it_differs_in() -> None:
    first = findings("IN009", [mdm("One", {CAMERA: 0}), mdm("Two", {CAMERA: 1})])
    more = findings("IN009", [mdm("One", {CAMERA: 0, SPOTLIGHT: 0}), mdm("Two", {CAMERA: 1, SPOTLIGHT: 1})])
    assert [one.fingerprint for one in first] == [one.fingerprint for one in more]


def test_a_conflict_is_reported_by_one_rule() -> None:
    given = [mdm("One", {CAMERA: 0}), mdm("Two", {CAMERA: 1}), mdm("Three", {CAMERA: 1}, "custom")]
    assert [(one.rule, one.policies[0].name) for one in findings("IN", given) if one.rule < "IN013"] == [
        ("IN009", "One"),
        ("IN012", "One"),
        ("IN012", "Two"),
    ]


def test_what_mdm_wins_reaches_is_no_race_any_more() -> None:
    given = [gpo("G", set={r"HKLM\Software\Policies\Microsoft\Camera!AllowCamera": 0}), mdm("P", {CAMERA: 1})]
    switch = mdm("Switch", {SWITCH: 1})
    assert [one.rule for told in (given, [*given, switch]) for one in findings("PR023,PR024", told)] == ["PR023"]


def test_the_order_of_policies_makes_no_difference() -> None:
    given = [mdm("One", {CAMERA: 0}), mdm("Two", {CAMERA: 1}), gpo("G", set={f"{KEY}A": 1}), mdm("P", {f"{KEY}A": 0})]

    def told(policies: list[Given]) -> list[tuple[str, list[str]]]:
        return sorted((one.rule, sorted(p.name for p in one.policies)) for one in findings("IN009,PR023", policies))

    assert told(given) == told(given[::-1]) == [("IN009", ["One", "Two"]), ("PR023", ["G", "P"])]


def names(found: tuple[Finding, ...], rule: str) -> list[tuple[str, ...]]:
    return sorted(tuple(sorted(p.name for p in one.policies)) for one in found if one.rule == rule)


def test_a_real_tenant_whose_baseline_meets_its_endpoint_security_policies(sample_data: Path) -> None:
    found = lint(read(["intune/ces2026-intunecd"], base=sample_data), load_rules())
    own = "POC_WIN_D_CO_SBL_MSZT_"
    assert names(found, "IN011") == [
        (f"{own}BitLocker", f"{own}WindowsSecurityBaseline"),
        (f"{own}Firewall", f"{own}WindowsSecurityBaseline"),
    ]
    assert {one.confidence for one in found if one.rule == "IN011"} == {"certain"}
    assert names(found, "IN009") == names(found, "IN010") == []  # the CIS and NCSC profiles are not assigned


def test_a_real_tenant_of_rings_and_roles_without_conflicts(sample_data: Path) -> None:
    found = lint(read(["intune/oib-2022-09"], base=sample_data), load_rules())
    assert names(found, "IN009") == names(found, "IN010") == names(found, "IN011") == []
    assert names(found, "IN019") == [
        (
            "Baseline - Google Chrome - Security (Device)",
            "Baseline - Google Chrome - User Experience & Extensions (User)",
        )
    ]


def test_real_rings_of_defender_updates_are_made_to_differ(sample_data: Path) -> None:
    found = lint(read(["intune/oib-v3.7"], base=sample_data), select(load_rules(), ["IN010"]))
    assert [name for pair in names(found, "IN010") for name in pair if "Ring" in name] == []


def test_real_gpos_beside_real_profiles(sample_data: Path) -> None:
    found = lint(read(["gpo/nathan-defender", "intune/oib-v3.7"], base=sample_data), load_rules())
    assert names(found, "PR045") == [
        ("Defender AV - Servers", "Win - OIB - ES - Attack Surface Reduction - D - ASR Rules (L2) - v3.7"),
        ("Defender AV - Servers", "Win - OIB - ES - Defender Antivirus - D - AV Configuration - v3.3"),
    ]


@pytest.mark.parametrize(
    ("family", "told"),
    [("baseline", "baseline"), ("endpointSecurityFirewall", "endpointSecurityFirewall"), ("none", "")],
)
def test_a_catalog_policy_tells_the_family_of_its_template(tmp_path: Path, family: str, told: str) -> None:
    setting = choice("device_vendor_msft_policy_config_camera_allowcamera", "0")
    profile = only(read_one(tmp_path, catalog(setting, templateReference={"templateFamily": family})))
    assert profile.made_from == told


@pytest.mark.parametrize(
    ("stated", "told"),
    [
        (None, None),
        ("all", None),
        ({"minOSVersion": "10.0.1", "maxOSVersion": None, "ruleType": "include"}, OsVersions("10.0.1", "")),
        ({"minOSVersion": "", "maxOSVersion": "10.0.2", "ruleType": "exclude"}, OsVersions("", "10.0.2", True)),
        ({"minOSVersion": None, "maxOSVersion": None}, None),
    ],
)
def test_an_applicability_rule_tells_versions(stated: object, told: OsVersions | None) -> None:
    assert os_versions(stated) == told
