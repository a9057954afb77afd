"""What the rules about ADMX stores find in real stores; their fixtures stand in the rule files."""

from __future__ import annotations

from pathlib import Path

import pytest

from policylint.checks import admx_files
from policylint.checks.found import EstateCheck
from policylint.estate import Estate
from policylint.readers import read

SETS = ("chrome-edge-2026", "firefox-policy-templates", "office16-2026", "windows-11-25h2")


def stores(sample_data: Path, *names: str) -> Estate:
    return read(list(names), base=sample_data / "admx")


def found(check: EstateCheck, estate: Estate) -> list[str]:
    return [one.message for one in check(estate)]


def test_two_files_of_22h2_have_one_namespace(sample_data: Path) -> None:
    assert found(admx_files.duplicate_namespace, stores(sample_data, "windows-11-22h2-multilang")) == [
        "WindowsStore.admx and winstoreui.admx of one store have the target namespace Microsoft.Policies.WindowsStore: "
        "the editor reports an error and uses only one of them"
    ]


def test_one_policy_means_the_opposite_in_1809_and_22h2(sample_data: Path) -> None:
    estate = stores(sample_data, "windows-10-1809", "windows-11-22h2-multilang")
    assert found(admx_files.opposite_meaning, estate) == [
        '"Configure local administrator merge behavior for lists" means the opposite in two stores: Enabled writes 0 '
        "by windows-10-1809/WindowsDefender.admx and 1 by windows-11-22h2-multilang/WindowsDefender.admx; a GPO that one "
        "editor shows as Enabled the other shows as Disabled"
    ]
    assert found(admx_files.additive_differs, estate) == []


def test_the_russian_texts_of_samba_lag(sample_data: Path) -> None:
    """The texts of one category and two policies came to samba.admx after its ru-RU file; nothing else lags."""
    (lagging,) = found(admx_files.missing_texts, stores(sample_data, "samba-gpo"))
    assert lagging.startswith("samba-gpo/ru-RU/samba.adml lacks string cat_371a8ff5_990f_47dd_b200_d436ac28a4f9, ")
    assert lagging.endswith(", which samba.admx refers to: the editor has no text or dialog for it in that language")


@pytest.mark.parametrize("name", [*SETS, "windows-11-22h2-multilang", "windows-10-1809"])
def test_no_other_language_lags(sample_data: Path, name: str) -> None:
    assert found(admx_files.missing_texts, stores(sample_data, name)) == []


@pytest.mark.parametrize("name", SETS)
def test_nothing_is_wrong_with_other_stores_of_the_vendors(sample_data: Path, name: str) -> None:
    estate = stores(sample_data, name)
    for check in (
        admx_files.duplicate_namespace,
        admx_files.outside_policy_keys,
        admx_files.additive_differs,
        admx_files.opposite_meaning,
        admx_files.in_language_folder,
    ):
        assert found(check, estate) == []
