"""What the rules about ADMX stores find in real stores; their fixtures stand in the rule files."""

from __future__ import annotations

from pathlib import Path

import pytest

from policylint.checks import admx_files, admx_settings, admx_states
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
        "by windows-10-1809/WindowsDefender.admx and 1 by windows-11-22h2-multilang/WindowsDefender.admx; a GPO that "
        "one editor shows as Enabled the other shows as Disabled"
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


def gpos(sample_data: Path, *names: str) -> Estate:
    return read(list(names), base=sample_data)


def test_attack_surface_rules_as_numbers_are_found_in_a_real_gpo(sample_data: Path) -> None:
    (message,) = found(admx_settings.wrong_type_or_range, gpos(sample_data, "gpo/sec-ad-fr"))
    assert message.startswith(
        '"Exploit-Guard-ASR-Enabled" holds HKLM\\SOFTWARE\\Policies\\Microsoft\\Windows Defender\\'
    )
    assert message.endswith(
        "56A863A9-875E-4185-98A7-B882C64B5CE5 and 18 more as REG_DWORD, where "
        '"Configure Attack Surface Reduction rules" writes REG_EXPAND_SZ and REG_SZ: what Windows makes of it is not '
        "documented"
    )


def test_a_store_of_22h2_does_not_explain_what_came_later(sample_data: Path) -> None:
    estate = gpos(sample_data, "gpo/sec-ad-fr", "admx/windows-11-22h2-multilang")
    assert {message.rpartition("; ")[2] for message in found(admx_settings.unexplained, estate)} == {
        "newer or other templates have policies for some: DeviceGuard.admx",
        "newer or other templates have policies for some: LanmanWorkstation.admx",
        "newer or other templates have policies for some: LanmanServer.admx and LanmanWorkstation.admx",
    }


def test_a_computer_policy_on_the_users_side_is_found_in_a_real_gpo(sample_data: Path) -> None:
    value = r"HKCU\Software\Policies\Microsoft\Windows\CurrentVersion\PushNotifications!NoCloudApplicationNotification"
    messages = found(admx_settings.wrong_side, gpos(sample_data, "gpo/mxk-lgpo"))
    assert len(messages) == 2
    assert all(f"sets {value} for users" in message for message in messages)


@pytest.mark.parametrize("name", ["msft-ws2022-baseline", "nsacyber-shb", "stig-sos", "dod-stig-apps"])
def test_baselines_hold_what_their_templates_write(sample_data: Path, name: str) -> None:
    estate = gpos(sample_data, f"gpo/{name}")
    for check in (admx_settings.wrong_type_or_range, admx_settings.wrong_side, admx_states.undecidable):
        assert found(check, estate) == []
