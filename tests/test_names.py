"""Any name of a setting leads to it: those of the registry, of ADMX files, of CSPs, of Intune and of templates."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from policylint.errors import UsageError
from policylint.estate import Estate
from policylint.explain.known import known_as
from policylint.explain.meaning import setting_of
from policylint.laws import LAWS
from policylint.nearest import nearest
from policylint.rank import rank
from policylint.readers import read
from policylint.reports.explained import rule_or_law
from policylint.resolve import resolve
from policylint.story import find_subjects
from policylint.targets import targets
from tests.test_cli import run

NOTHING = Estate(())
ENABLED = r"HKLM\SOFTWARE\Policies\Microsoft\PassportForWork!Enabled"
TIPS = r"HKLM\Software\Policies\Microsoft\Windows\CloudContent!DisableSoftLanding"
SHOWN = "Windows Components/Cloud Content/Do not show Windows tips"
ESTATE = ("corpus/hybrid-classic-mistakes", "--for", "London laptop")


def ids(name: str) -> list[list[str]]:
    """The settings of each meaning of a name, the computer's."""
    return [[s.text for s in one.ids if not s.text.startswith("HKCU")] for one in known_as(name, NOTHING)]


@pytest.mark.parametrize(
    "name",
    [
        TIPS,
        TIPS.casefold(),
        TIPS.replace("HKLM", "HKEY_LOCAL_MACHINE"),
        TIPS.replace("HKLM", "HKLM:").replace("!", "\\"),
        "Computer\\" + TIPS.replace("HKLM", "HKEY_LOCAL_MACHINE"),
        "Registry::" + TIPS.replace("HKLM", "HKEY_LOCAL_MACHINE"),
        TIPS.removeprefix("HKLM\\"),
        "CloudContent!DisableSoftLanding",
        "DisableSoftLanding",
        "CloudContent.admx/DisableSoftLanding",
        "Microsoft.Policies.CloudContent:DisableSoftLanding",
        "Do not show Windows tips",
        "  do not show windows TIPS ",
        SHOWN,
        "Cloud Content/Do not show Windows tips",
        f"Computer Configuration/Policies/Administrative Templates/{SHOWN}",
        f"Computer Configuration/Administrative Templates/{SHOWN}".replace("/", " > "),
        SHOWN.replace("/", "\\"),
        "./Device/Vendor/MSFT/Policy/Config/Experience/AllowWindowsTips",
        "./Vendor/MSFT/Policy/Config/Experience/AllowWindowsTips",
        "Vendor/MSFT/Policy/Config/Experience/AllowWindowsTips",
        "Experience/AllowWindowsTips",
        "AllowWindowsTips",
        "device_vendor_msft_policy_config_experience_allowwindowstips",
        "device_vendor_msft_policy_config_experience_allowwindowstips_1",
        "Allow Windows Tips",
        "windows10GeneralConfiguration.windowsSpotlightBlockWindowsTips",
        "graph:windows10GeneralConfiguration/windowsSpotlightBlockWindowsTips",
        "#microsoft.graph.windows10GeneralConfiguration.windowsSpotlightBlockWindowsTips",
        "deviceConfiguration--windows10GeneralConfiguration_windowsSpotlightBlockWindowsTips",
        "windowsSpotlightBlockWindowsTips",
    ],
)
def test_every_name_of_a_setting_leads_to_it(name: str) -> None:
    assert ids(name) == [[TIPS]]


@pytest.mark.parametrize(
    ("name", "setting"),
    [
        ("SeDebugPrivilege", "secedit:Privilege Rights/SeDebugPrivilege"),
        ("Debug programs", "secedit:Privilege Rights/SeDebugPrivilege"),
        ("Local Policies/User Rights Assignment/Debug programs", "secedit:Privilege Rights/SeDebugPrivilege"),
        ("UserRights/DebugPrograms", "secedit:Privilege Rights/SeDebugPrivilege"),
        ("Audit Process Creation", "audit:{0cce922b-69ae-11d9-bed3-505054503030}"),
        ("{0CCE922B-69AE-11D9-BED3-505054503030}", "audit:{0cce922b-69ae-11d9-bed3-505054503030}"),
        ("0cce922b-69ae-11d9-bed3-505054503030", "audit:{0cce922b-69ae-11d9-bed3-505054503030}"),
        ("secedit:System Access/MinimumPasswordLength", "secedit:System Access/MinimumPasswordLength"),
        ("System Access/MinimumPasswordLength", "secedit:System Access/MinimumPasswordLength"),
        ("Minimum password length", "secedit:System Access/MinimumPasswordLength"),
    ],
)
def test_security_settings_have_their_names_too(name: str, setting: str) -> None:
    assert ids(name) == [[setting]]


@pytest.mark.parametrize(
    "name",
    [
        "./Device/Vendor/MSFT/PassportForWork/dcd219dd-bc68-4b9b-bf0b-4a33a796be35/Policies/UsePassportForWork",
        "./Vendor/MSFT/PassportForWork/{TenantId}/Policies/UsePassportForWork",
        "device_vendor_msft_passportforwork_{tenantid}_policies_usepassportforwork_true",
        "windowsIdentityProtectionConfiguration.windowsHelloForBusinessBlocked",
        "deviceEnrollmentWindowsHelloForBusinessConfiguration.state",
    ],
)
def test_a_node_of_windows_hello_is_its_registry_value_whatever_the_tenant(name: str) -> None:
    assert ids(name) == [[ENABLED]]


def test_an_element_is_named_behind_its_policy() -> None:
    pin = r"HKLM\SOFTWARE\Policies\Microsoft\PassportForWork\PINComplexity!MinimumPINLength"
    assert ids("Minimum PIN length: Minimum PIN length") == [[pin]]
    assert ids("MSPassport_MinimumPINLength/MSPassport_MinimumPINLengthDataType") == [[pin]]


def test_a_display_name_of_two_policies_means_both() -> None:
    assert len(known_as("Configure the home page URL", NOTHING)) == 4
    with pytest.raises(UsageError, match=r"is the name of 4 settings: .*Microsoft Edge/Startup, home page"):
        setting_of("Configure the home page URL", NOTHING)


@pytest.mark.parametrize("name", ["", " ", "!", "\\", "/", ":", "./", "{", "a" * 5000, "\ud800", "HKLM\\!", "_" * 300])
def test_a_name_that_nobody_has_means_nothing(name: str) -> None:
    assert known_as(name, NOTHING) == ()


def test_the_nearest_names_are_the_same_in_any_order() -> None:
    names = ["Minimum PIN length", "Maximum PIN length", "Expiration"]
    assert nearest("Minimum PIN lenght", names) == nearest("Minimum PIN lenght", reversed(names)) == names[:2]


def test_why_answers_that_nothing_sets_a_known_setting() -> None:
    found = run("why", "Allow Windows Tips", *ESTATE)
    assert found.returncode == 0
    assert found.stdout.split("\n\n")[1].splitlines() == [
        "Do not show Windows tips (Windows Components/Cloud Content)",
        "  nothing sets it at London laptop",
        f"  known as          {TIPS}",
        "                    ./Device/Vendor/MSFT/Policy/Config/Experience/AllowWindowsTips",
        "                    device_vendor_msft_policy_config_experience_allowwindowstips",
    ]


def test_why_answers_that_nothing_sets_it_in_json() -> None:
    found = json.loads(run("why", "Allow Windows Tips", *ESTATE, "-o", "json").stdout)
    assert (found["setting"], found["also"], found["excluded"]) == (None, [], [])
    assert found["known"] == {
        "name": "Do not show Windows tips",
        "category": "Windows Components/Cloud Content",
        "element": "",
        "settings": [TIPS],
        "lists": [],
        "nodes": ["./Device/Vendor/MSFT/Policy/Config/Experience/AllowWindowsTips"],
        "catalog": ["device_vendor_msft_policy_config_experience_allowwindowstips"],
    }


@pytest.mark.parametrize(
    "name",
    [
        "MSPassport_UsePassportForWork",
        "PassportForWork!Enabled",
        "./Vendor/MSFT/PassportForWork/dcd219dd-bc68-4b9b-bf0b-4a33a796be35/Policies/UsePassportForWork",
        "Windows Components/Windows Hello for Business/Use Windows Hello for Business",
        "Use Windows Hello For Business",
        "windowsIdentityProtectionConfiguration.windowsHelloForBusinessBlocked",
    ],
)
def test_why_tells_the_same_story_by_any_name(name: str) -> None:
    told = run("why", name, *ESTATE, "-o", "json")
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout == run("why", ENABLED, *ESTATE, "-o", "json").stdout


def test_every_setting_of_real_exports_is_found_by_its_id(sample_data: Path) -> None:
    estate = read([str(sample_data / "intune" / "ces2026-intunecd")])
    effective = resolve(rank(estate, targets(estate)[0]))
    missed = [row.setting.text for row in effective.settings if row not in find_subjects(row.setting.text, effective)]
    assert missed == []


def test_why_suggests_names_of_the_catalogue() -> None:
    found = run("why", "Do not show Windows tip", *ESTATE)
    assert found.returncode == 2
    assert "did you mean 'Do not show Windows tips'" in found.stderr


class TestExplain:
    """`explain` tells everything about a rule, a law or a setting."""

    def test_every_law_is_explained_by_its_id(self) -> None:
        told = {id_: rule_or_law(id_.casefold()) for id_ in LAWS}
        assert [id_ for id_, tell in told.items() if tell is None or LAWS[id_].source not in tell("text", False)] == []

    def test_a_law_has_its_provenance_and_source(self) -> None:
        found = json.loads(run("explain", "d3", "-o", "json").stdout)
        law = LAWS["D3"]
        assert found == {
            "version": 1,
            "kind": "law",
            "id": "D3",
            "text": law.text,
            "provenance": law.provenance,
            "source": law.source,
        }

    def test_a_rule_is_found_by_id_and_name(self) -> None:
        assert run("explain", "wh001").stdout == run("explain", "certificate-overrides-cloud-trust").stdout
        assert json.loads(run("explain", "WH001", "-o", "json").stdout)["kind"] == "rule"

    def test_a_setting_has_the_names_of_both_worlds_and_the_law_between_them(self) -> None:
        found = json.loads(run("explain", "Allow Windows Tips", "-o", "json").stdout)
        node = "./Device/Vendor/MSFT/Policy/Config/Experience/AllowWindowsTips"
        assert (found["name"], found["settings"]) == ("Do not show Windows tips", [TIPS])
        assert [(p["name"], p["file"], p["sides"]) for p in found["policies"]] == [
            ("DisableSoftLanding", "CloudContent.admx", ["computer"])
        ]
        assert found["values"] == [{"node": node, "translation": "0 is 1, 1 is 0"}]
        assert found["rules"] == {"channels": ["M-DEFAULT-GP", "M-DEFAULT-RACE", "D3"], "sides": []}
        assert found["mdmWinsOverGP"] == [{"node": node, "reaches": "yes", "rules": ["M-MWG-EFFECT"]}]

    def test_windows_hello_has_a_law_of_its_own(self) -> None:
        found = json.loads(run("explain", "UseCloudTrustForOnPremAuth", "-o", "json").stdout)
        assert found["rules"]["channels"] == ["W-HIER", "W-GRP-X", "W-GRP-CLOUD", "D6", "W-EITHER-OR", "D5"]

    def test_definitions_of_the_user_come_first(self, tmp_path: Path) -> None:
        definitions = """<policyDefinitions revision="1.0" schemaVersion="1.0">
          <policyNamespaces><target prefix="p" namespace="Contoso.Policies.Printers"/></policyNamespaces>
          <resources minRequiredRevision="1.0"/>
          <policies><policy name="Printers" class="Machine" displayName="Contoso printers" key="Software\\Contoso"
            valueName="Printers"><parentCategory ref="p:None"/></policy></policies>
        </policyDefinitions>"""
        (tmp_path / "contoso.admx").write_text(definitions, "utf-8")
        found = run("explain", "Contoso printers", str(tmp_path))
        assert (found.returncode, found.stderr) == (0, "")
        assert "HKLM\\Software\\Contoso!Printers" in found.stdout
