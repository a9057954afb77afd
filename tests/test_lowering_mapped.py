"""Settings of Intune whose CSP node mirrors a group policy meet that policy: one setting, equal values."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import policylint
from policylint.catalogue.gp_mapping import all_twins
from policylint.catalogue.settings_catalog import lookup
from policylint.estate import Estate
from policylint.lowering import lower
from policylint.lowering.twins import Translations
from policylint.model import Channel, Claim, Policy, Value, csp
from policylint.scenario import Scenario, estate_of
from tests.intune_writer import GRAPH, Json, catalog, custom, oma, read, simple, texts

CONFIG = "./Device/Vendor/MSFT/Policy/Config"
USER = "./User/Vendor/MSFT/Policy/Config"
CENTER = r"SOFTWARE\Policies\Microsoft\Windows Defender Security Center"
SSL = r"SOFTWARE\Policies\Microsoft\Cryptography\Configuration\SSL\00010002"
WINDOWS = r"Software\Policies\Microsoft\Windows"
DEFENDER = r"Software\Policies\Microsoft\Windows Defender"
GENERAL = "windows10GeneralConfiguration"
ENDPOINT = "windows10EndpointProtectionConfiguration"
RINGS = "windowsUpdateForBusinessConfiguration"

DELETED = None
"""What GPMC writes as `**del.` for Disabled or an empty box."""

# node, its value, the registry value that the GPO writes, its data, and the property of a template that says the same
SETTINGS: list[tuple[str, Value, str, Value, tuple[str, str, object] | None]] = [
    (
        "Camera/AllowCamera",
        0,
        r"HKLM\software\Policies\Microsoft\Camera!AllowCamera",
        0,
        (GENERAL, "cameraBlocked", True),
    ),
    (
        "Defender/AllowArchiveScanning",
        1,
        rf"HKLM\{DEFENDER}\Scan!DisableArchiveScanning",
        0,
        (GENERAL, "defenderScanArchiveFiles", True),
    ),
    (
        "Defender/AllowBehaviorMonitoring",
        1,
        rf"HKLM\{DEFENDER}\Real-Time Protection!DisableBehaviorMonitoring",
        0,
        (GENERAL, "defenderRequireBehaviorMonitoring", True),
    ),
    (
        "Defender/AllowRealtimeMonitoring",
        0,
        rf"HKLM\{DEFENDER}\Real-Time Protection!DisableRealtimeMonitoring",
        1,
        None,
    ),
    (
        "Defender/AllowUserUIAccess",
        0,
        rf"HKLM\{DEFENDER}\UX Configuration!UILockdown",
        1,
        (GENERAL, "defenderBlockEndUserAccess", True),
    ),
    (
        "Defender/AvgCPULoadFactor",
        30,
        rf"HKLM\{DEFENDER}\Scan!AvgCPULoadFactor",
        30,
        (GENERAL, "defenderScanMaxCpu", 30),
    ),
    (
        "Defender/CloudBlockLevel",
        2,
        rf"HKLM\{DEFENDER}\MpEngine!MpCloudBlockLevel",
        2,
        (GENERAL, "defenderCloudBlockLevel", "high"),
    ),
    (
        "Defender/EnableNetworkProtection",
        1,
        rf"HKLM\{DEFENDER}\Windows Defender Exploit Guard\Network Protection!EnableNetworkProtection",
        1,
        (ENDPOINT, "defenderNetworkProtectionType", "enable"),
    ),
    (
        "Defender/PUAProtection",
        1,
        rf"HKLM\{DEFENDER}!PUAProtection",
        1,
        (GENERAL, "defenderPotentiallyUnwantedAppAction", "block"),
    ),
    ("Defender/ScanParameter", 2, rf"HKLM\{DEFENDER}\Scan!ScanParameters", 2, (GENERAL, "defenderScanType", "full")),
    (
        "DeviceGuard/LsaCfgFlags",
        1,
        rf"HKLM\{WINDOWS}\DeviceGuard!LsaCfgFlags",
        1,
        (ENDPOINT, "deviceGuardLocalSystemAuthorityCredentialGuardSettings", "enableWithUEFILock"),
    ),
    (
        "DeviceGuard/EnableVirtualizationBasedSecurity",
        1,
        rf"HKLM\{WINDOWS}\DeviceGuard!EnableVirtualizationBasedSecurity",
        1,
        None,
    ),
    ("DmaGuard/DeviceEnumerationPolicy", 0, rf"HKLM\{WINDOWS}\Kernel DMA Protection!DeviceEnumerationPolicy", 0, None),
    ("Experience/AllowCortana", 0, rf"HKLM\{WINDOWS}\Windows Search!AllowCortana", 0, None),
    (
        "Experience/AllowWindowsConsumerFeatures",
        0,
        rf"HKLM\{WINDOWS}\CloudContent!DisableWindowsConsumerFeatures",
        1,
        None,
    ),
    (
        "Experience/AllowWindowsTips",
        0,
        rf"HKLM\{WINDOWS}\CloudContent!DisableSoftLanding",
        1,
        (GENERAL, "windowsSpotlightBlockWindowsTips", True),
    ),
    (
        "LanmanWorkstation/EnableInsecureGuestLogons",
        0,
        rf"HKLM\{WINDOWS}\LanmanWorkstation!AllowInsecureGuestAuth",
        0,
        None,
    ),
    ("LocalSecurityAuthority/ConfigureLsaProtectedProcess", 1, rf"HKLM\{WINDOWS}\System!RunAsPPL", 1, None),
    ("Privacy/LetAppsAccessCamera", 2, rf"HKLM\{WINDOWS}\AppPrivacy!LetAppsAccessCamera", 2, None),
    (
        "Privacy/LetAppsAccessCamera_ForceDenyTheseApps",
        "A_1;B_2",
        rf"HKLM\{WINDOWS}\AppPrivacy!LetAppsAccessCamera_ForceDenyTheseApps",
        ("A_1", "B_2"),
        None,
    ),
    (
        "SmartScreen/EnableSmartScreenInShell",
        1,
        rf"HKLM\{WINDOWS}\System!EnableSmartScreen",
        1,
        (ENDPOINT, "smartScreenEnableInShell", True),
    ),
    (
        "SmartScreen/PreventOverrideForFilesInShell",
        1,
        rf"HKLM\{WINDOWS}\System!ShellSmartScreenLevel",
        "Block",
        (ENDPOINT, "smartScreenBlockOverrideForFiles", True),
    ),
    ("Start/HideRecentlyAddedApps", 0, rf"HKLM\{WINDOWS}\Explorer!HideRecentlyAddedApps", DELETED, None),
    (
        "System/AllowLocation",
        0,
        rf"HKLM\{WINDOWS}\LocationAndSensors!DisableLocation",
        1,
        (GENERAL, "locationServicesBlocked", True),
    ),
    ("System/AllowTelemetry", 1, rf"HKLM\{WINDOWS}\DataCollection!AllowTelemetry", 1, None),
    (
        "System/TelemetryProxy",
        "p:80",
        rf"HKLM\{WINDOWS}\DataCollection!TelemetryProxyServer",
        "p:80",
        (GENERAL, "systemTelemetryProxyServer", "p:80"),
    ),
    (
        "Update/AllowMUUpdateService",
        0,
        rf"HKLM\{WINDOWS}\WindowsUpdate\AU!AllowMUUpdateService",
        DELETED,
        (RINGS, "microsoftUpdateServiceAllowed", False),
    ),
    (
        "Update/DeferQualityUpdatesPeriodInDays",
        7,
        rf"HKLM\{WINDOWS}\WindowsUpdate!DeferQualityUpdatesPeriodInDays",
        7,
        (RINGS, "qualityUpdatesDeferralPeriodInDays", 7),
    ),
    ("Update/UpdateServiceUrl", "https://wsus", rf"HKLM\{WINDOWS}\WindowsUpdate!WUServer", "https://wsus", None),
    ("Cryptography/TLSCipherSuites", ("A", "B"), rf"HKLM\{SSL}!Functions", "A,B", None),
    (
        "WindowsDefenderSecurityCenter/DisableVirusUI",
        1,
        rf"HKLM\{CENTER}\Virus and threat protection!UILockdown",
        1,
        None,
    ),
    (
        "BITS/CostedNetworkBehaviorForegroundPriority",
        1,
        rf"HKLM\{WINDOWS}\BITS\TransferPolicy!ForegroundTransferPolicy",
        0x800000FF,
        None,
    ),
]
NAMES = [node for node, *_ in SETTINGS]


def stated(claim: Claim) -> tuple[str, Value]:
    return claim.setting.key, None if claim.absent else claim.value


def gpo(setting: str, data: Value) -> tuple[str, Value]:
    """What a GPO that writes the data, or deletes the value, claims."""
    raw = list(data) if isinstance(data, tuple) else data
    policy = {"policy": "G", "channel": "gpo"} | ({"delete": [setting]} if data is None else {"set": {setting: raw}})
    (read_,) = estate_of(Scenario.model_validate({"given": [policy]})).policies
    (claim,) = read_.claims
    return stated(claim)


def lowered(folder: Path, *exports: Json) -> list[Policy]:
    """The policies of an estate of these exports."""
    reading = read(folder, {f"{number}.json": one | {"id": str(number)} for number, one in enumerate(exports)})
    return list(lower(Estate(policies=reading.policies)).policies)


def claims_of(folder: Path, *exports: Json) -> list[tuple[str, Value]]:
    return [stated(claim) for policy in lowered(folder, *exports) for claim in policy.claims]


def catalog_instance(node: str, value: Value) -> Json:
    """The node of devices in a settings catalog policy, in the shape that its definition has."""
    definition = lookup(csp(f"{CONFIG}/{node}").key)
    assert definition is not None
    if definition.kind == "choice":
        option = next((o for o, told in definition.options.items() if told == value), f"{definition.id}_{value!s}")
        value_ = {"choiceSettingValue": {"value": option, "children": []}}
        type_ = f"{GRAPH}deviceManagementConfigurationChoiceInstance"
        return {"@odata.type": type_, "settingDefinitionId": definition.id, **value_}
    if definition.kind == "strings":
        return texts(definition.id, *(value if isinstance(value, tuple) else str(value).split(";")))
    return simple(definition.id, value)


@pytest.mark.parametrize(("node", "value", "setting", "data", "_"), SETTINGS, ids=NAMES)
def test_a_setting_of_the_catalog_is_the_value_that_a_gpo_writes(
    node: str, value: Value, setting: str, data: Value, _: object, tmp_path: Path
) -> None:
    assert claims_of(tmp_path, catalog(catalog_instance(node, value))) == [gpo(setting, data)]


@pytest.mark.parametrize(("node", "value", "setting", "data", "_"), SETTINGS, ids=NAMES)
def test_a_custom_profile_is_the_value_that_a_gpo_writes(
    node: str, value: Value, setting: str, data: Value, _: object, tmp_path: Path
) -> None:
    kind = "Integer" if isinstance(value, int) else "String"
    written = ";".join(value) if isinstance(value, tuple) else value
    data = written.replace(";", ",") if isinstance(value, tuple) and isinstance(written, str) else data
    expected = data if not isinstance(value, tuple) else "A;B"
    assert claims_of(tmp_path, custom(oma(kind, f"{CONFIG}/{node}", written))) == [gpo(setting, expected)]


@pytest.mark.parametrize(
    ("template", "setting", "data"),
    [(template, setting, data) for _, _, setting, data, template in SETTINGS if template],
    ids=[node for node, *_, template in SETTINGS if template],
)
def test_a_template_is_the_value_that_a_gpo_writes(
    template: tuple[str, str, object], setting: str, data: Value, tmp_path: Path
) -> None:
    entity, name, value = template
    export = {"@odata.type": f"{GRAPH}{entity}", "displayName": "T", name: value}
    assert gpo(setting, data) in claims_of(tmp_path, export)


def test_a_node_of_users_is_a_value_in_their_hive(tmp_path: Path) -> None:
    export = custom(oma("Integer", f"{USER}/Experience/AllowWindowsSpotlight", 0))
    setting = rf"HKCU\{WINDOWS}\CloudContent!DisableWindowsSpotlightFeatures"
    assert claims_of(tmp_path, export) == [gpo(setting, 1)]


def test_a_policy_that_is_for_users_only_is_no_twin_of_a_node_of_devices(tmp_path: Path) -> None:
    node = f"{CONFIG}/TextInput/ConfigureJapaneseIMEVersion"
    assert claims_of(tmp_path, custom(oma("Integer", node, 1))) == [(csp(node).key, 1)]


def test_what_the_export_said_is_kept(tmp_path: Path) -> None:
    uri = "./Vendor/MSFT/Policy/Config/Defender/AllowEmailScanning"
    (policy,) = lowered(tmp_path, custom(oma("Integer", uri, 1)))
    (claim,), (written,) = policy.claims, policy.written
    assert (claim.origin, claim.evidence, claim.type) == (uri, written.evidence, "REG_DWORD")
    assert (written.setting, written.value, written.type) == (csp(uri), 1, "Integer")


@pytest.mark.parametrize(
    ("node", "kind", "value"),
    [
        ("Connectivity/DisallowNetworkConnectivityActiveTests", "Integer", 1),
        ("NewsAndInterests/DisableWidgetsBoard", "Integer", 1),
        ("Start/StartLayout", "String", "<LayoutModificationTemplate/>"),
        ("ApplicationManagement/AllowAllTrustedApps", "Integer", 65535),
        ("System/AllowLocation", "Integer", 2),
        ("Defender/AllowCloudProtection", "Integer", 1),
        ("Defender/AvgCPULoadFactor", "Integer", 101),
        ("Defender/AllowEmailScanning", "Integer", 7),
        ("Defender/AllowEmailScanning", "String", "1"),
        ("Defender/AllowEmailScanning", "Boolean", True),
        ("System/TelemetryProxy", "Integer", 1),
        ("Privacy/LetAppsAccessCamera", "String", '<enabled/><data id="LetAppsAccessCamera_Enum" value="2"/>'),
    ],
)
def test_a_value_without_a_certain_meaning_stays_at_the_node(
    node: str, kind: str, value: int | str, tmp_path: Path
) -> None:
    uri = f"{CONFIG}/{node}"
    assert claims_of(tmp_path, custom(oma(kind, uri, value))) == [(csp(uri).key, value)]


def test_two_profiles_stay_one_setting_when_only_one_of_them_can_be_translated(tmp_path: Path) -> None:
    node = f"{CONFIG}/System/AllowLocation"
    first, second = custom(oma("Integer", node, 0)), custom(oma("Integer", node, 2))
    assert claims_of(tmp_path, first, second) == [(csp(node).key, 0), (csp(node).key, 2)]


def test_entries_of_a_list_are_settings_of_their_own(tmp_path: Path) -> None:
    key = rf"HKLM\{DEFENDER}\Windows Defender Exploit Guard\Controlled Folder Access\ProtectedFolders"
    export = custom(oma("String", f"{CONFIG}/Defender/ControlledFolderAccessProtectedFolders", r"D:\a| D:\b |"))
    assert claims_of(tmp_path, export) == [gpo(rf"{key}!D:\a", "0"), gpo(rf"{key}!D:\b", "0")]


def test_actions_by_severity_are_settings_of_their_own_in_every_shape(tmp_path: Path) -> None:
    node = f"{CONFIG}/Defender/ThreatSeverityDefaultAction"
    key = rf"HKLM\{DEFENDER}\Threats\ThreatSeverityDefaultAction"
    assert claims_of(tmp_path, custom(oma("String", node, "1=6|5=3"))) == [gpo(f"{key}!1", "6"), gpo(f"{key}!5", "3")]
    low = simple(f"{csp(node).key}_lowseveritythreats", "1=6")
    assert claims_of(tmp_path, catalog(low)) == [gpo(f"{key}!1", "6")]
    assert claims_of(tmp_path, custom(oma("String", node, "1=6|nonsense"))) == [(csp(node).key, "1=6|nonsense")]


@given(st.sampled_from([t for t in all_twins() if t.form and t.form.choices and t.scope == "device"]), st.data())
def test_distinct_values_of_a_choice_never_become_equal(twin: object, data: st.DataObject) -> None:
    choices = twin.form.choices  # type: ignore[attr-defined]  # hypothesis hands the sampled twins on untyped
    assert len({repr(value) for value in choices.values()}) == len(choices)


@given(st.one_of(st.none(), st.booleans(), st.integers(), st.text(), st.binary(), st.tuples(st.text(), st.text())))
def test_no_value_breaks_the_lowering(value: Value) -> None:
    scenario = {"given": [{"policy": "P", "channel": "mdm", "set": {f"{CONFIG}/Camera/AllowCamera": 1}}]}
    estate = estate_of(Scenario.model_validate(scenario))
    sample = estate.policies[0].written[0]
    nodes = (f"{CONFIG}/{node}" for node in NAMES)
    claims = tuple(replace(sample, setting=csp(node), value=value) for node in nodes)
    policy = replace(estate.policies[0], claims=claims)
    (done,) = lower(replace(estate, policies=(policy,))).policies
    assert done.written == claims


def test_the_settings_of_the_table_are_all_of_this_shape() -> None:
    assert len(SETTINGS) >= 25
    assert json.dumps(NAMES) == json.dumps(list(dict.fromkeys(NAMES)))


def test_public_baselines_of_one_author_are_equal_in_both_worlds(sample_data: Path) -> None:
    """Microsoft's baselines, and those made after them: one wrong translation would set a setting apart in all."""
    worlds: dict[Channel, dict[str, set[Value]]] = {Channel.GPO: {}, Channel.MDM: {}}
    gpos = ("gpo/msft-ws2022-baseline", "gpo/policyrules-msft")
    profiles = ("ciaops-bp", "ncsc-packs", "oib-v3.7", "ces2026-intunecd", "asd-blueprint", "itpm-win10")
    for folder in (*gpos, *(f"intune/{name}" for name in profiles)):
        twins = Translations()
        for policy in policylint.read([str(sample_data / folder)]).policies:
            mapped = {claim.evidence for claim in policy.written if twins.twin(claim)}
            for claim in policy.claims:
                if claim.setting.key.startswith("hk") and (policy.channel is Channel.GPO or claim.evidence in mapped):
                    worlds[policy.channel].setdefault(claim.setting.key, set()).add(stated(claim)[1])
    theirs, ours = worlds[Channel.GPO], worlds[Channel.MDM]
    shared = theirs.keys() & ours.keys()
    assert len(shared) == 48
    assert {key for key in shared if not theirs[key] & ours[key]} == set()
