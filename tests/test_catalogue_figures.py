"""What the catalogue joins: the minimum figures, and how the settable nodes of Policy/Config divide."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import catalogue_figures
from benchmarks.catalogue_figures import Figure, admx_backed, classes, group_policy, ingested, oracle, profile_ids

POLICY_CONFIG = "./Device/Vendor/MSFT/Policy/Config"


def short(figures: list[Figure]) -> list[str]:
    """The figures that are below their minimum."""
    return [f"{figure.name}: {figure.found} of {figure.of}" for figure in figures if not figure.holds]


def test_what_is_shipped_is_joined_as_far_as_it_must_be() -> None:
    assert short(catalogue_figures.figures(None)) == []


def test_nodes_that_name_an_admx_policy_have_it_but_for_three_that_no_file_defines() -> None:
    assert admx_backed() == Figure(
        "AdmxBacked nodes with their ADMX policy",
        2498,
        2501,
        2498,
        (
            f"{POLICY_CONFIG}/ADMX_MicrosoftDefenderAntivirus/UX_Configuration_CustomDefaultActionToastString",
            "./User/Vendor/MSFT/Policy/Config/ADMX_EAIME/L_TurnOnLexiconUpdate",
            "./User/Vendor/MSFT/Policy/Config/ADMX_EAIME/L_TurnOnLiveStickers",
        ),
    )


def test_every_node_that_names_a_group_policy_is_counted() -> None:
    assert group_policy().of == 633
    assert [figure.of for figure in ingested()] == [5724, 5724]


def test_every_settable_node_of_the_policy_csp_has_one_class() -> None:
    found = classes()
    assert sum(map(len, found.values())) == 3617
    assert sum(len(set(uris)) for uris in found.values()) == len(set().union(*found.values()))
    assert f"{POLICY_CONFIG}/UserRights/AllowLocalLogOn" in found["security setting"]
    assert f"{POLICY_CONFIG}/Printers/PointAndPrintRestrictions" in found["ADMX-backed"]
    assert f"{POLICY_CONFIG}/System/AllowTelemetry" in found["group policy twin"]
    assert f"{POLICY_CONFIG}/ControlPolicyConflict/MDMWinsOverGP" in found["no GP twin"]
    assert f"{POLICY_CONFIG}/Update/PauseDeferrals" in found["unknown"]


def test_every_setting_of_the_sample_profiles_is_known(sample_data: Path) -> None:
    assert profile_ids(sample_data).missing == ()


def test_another_tool_resolves_profiles_to_the_same_uris_and_values(sample_data: Path) -> None:
    found = oracle(sample_data)
    assert (found.found, found.of, found.missing) == (876, 876, ())


def test_the_figures_are_printed(sample_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert catalogue_figures.main([str(sample_data)]) == 0
    assert capsys.readouterr().out.startswith(" 2,498 of  2,501  AdmxBacked nodes with their ADMX policy\n")
