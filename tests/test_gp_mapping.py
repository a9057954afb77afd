"""CSP nodes with a group policy twin: how they are joined, and what their values are in the registry."""

from __future__ import annotations

import re
from collections import Counter
from importlib.resources import files

import pytest

from policylint.catalogue import ddf, shipped
from policylint.catalogue.admx import AdmxStore
from policylint.catalogue.admx_policy import AdmxPolicy, Boolean, Enum
from policylint.catalogue.build_gp_mapping import gp_mapping
from policylint.catalogue.gp_join import ADMX
from policylint.catalogue.gp_mapping import DATA, Form, Twin, all_twins, classification, lookup
from policylint.catalogue.gp_values import AGREES, ELEMENTS, INVERTED, UNCERTAIN, VALUES, short

CONFIG = "./Device/Vendor/MSFT/Policy/Config"
DEFENDER = r"Software\Policies\Microsoft\Windows Defender"


def known(uri: str) -> Twin:
    twin = lookup(uri)
    assert twin is not None
    return twin


def place(uri: str) -> str:
    twin = known(uri)
    return f"{twin.key}!{twin.value_name}"


def policy_of(twin: Twin) -> AdmxPolicy:
    """The policy of a twin as the shipped definitions have it."""
    assert twin.policy is not None
    return AdmxStore.of(shipped.files()).policies(twin.policy)[0]


def test_the_table_is_what_the_shipped_nodes_and_definitions_give() -> None:
    built = gp_mapping(ddf.all_nodes(), AdmxStore.of(shipped.files()))
    assert files("policylint.catalogue").joinpath("data", DATA).read_bytes() == built


def test_every_node_with_a_mapping_is_classified() -> None:
    assert classification() == {
        "identity": 565,
        "table": 35,
        "untranslated": 18,
        "unjoined": 17,
        "security": 198,
        "admx-backed": 9,
    }
    assert sum(classification().values()) == sum(node.gp is not None for node in ddf.all_nodes())


def test_mappings_to_administrative_templates_are_joined_by_the_documented_rules() -> None:
    areas = {node.uri: node.gp.area_path for node in ddf.all_nodes() if node.gp}
    assert Counter(twin.rule or twin.reason for twin in all_twins() if ADMX in areas[twin.uri]) == {
        "file and name": 565,
        "element id": 21,
        "registry value name": 12,
        "name in another file": 10,
        "display text": 7,
        "no policy is known that it names": 13,
        "its value is the payload of an administrative template": 1,
        "the policy is for the other side: devices or users": 4,
    }


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        ("Defender/AllowArchiveScanning", rf"{DEFENDER}\Scan!DisableArchiveScanning"),
        ("Defender/CheckForSignaturesBeforeRunningScan", rf"{DEFENDER}\Scan!CheckForSignaturesBeforeRunningScan"),
        (
            "Update/ConfigureDeadlineForQualityUpdates",
            r"Software\Policies\Microsoft\Windows\WindowsUpdate!ConfigureDeadlineForQualityUpdates",
        ),
        (
            "Privacy/LetAppsAccessGraphicsCaptureProgrammatic",
            r"Software\Policies\Microsoft\Windows\AppPrivacy!LetAppsAccessGraphicsCaptureProgrammatic",
        ),
        (
            "Update/SetPolicyDrivenUpdateSourceForOtherUpdates",
            r"Software\Policies\Microsoft\Windows\WindowsUpdate!SetPolicyDrivenUpdateSourceForOtherUpdates",
        ),
        (
            "Update/BranchReadinessLevel",
            r"Software\Policies\Microsoft\Windows\WindowsUpdate!BranchReadinessLevel",
        ),
        (
            "DmaGuard/DeviceEnumerationPolicy",
            r"Software\Policies\Microsoft\Windows\Kernel DMA Protection!DeviceEnumerationPolicy",
        ),
        (
            "Update/UpdateNotificationLevel",
            r"Software\Policies\Microsoft\Windows\WindowsUpdate!UpdateNotificationLevel",
        ),
    ],
    ids=[
        "the policy's own value",
        "an element that became the policy's own value",
        "the name is an element's",
        "GpElement names another policy's element",
        "GpElement names another node's element",
        "the element moved to another policy",
        "the only element",
        "the element that has the node's name",
    ],
)
def test_a_node_is_joined_to_one_place_in_the_registry(node: str, expected: str) -> None:
    assert place(f"{CONFIG}/{node}").casefold() == expected.casefold()


def test_a_misspelled_display_text_is_found_by_its_registry_value_name() -> None:
    assert place("./Device/Vendor/MSFT/BitLocker/RemovableDrivesEncryptionType").endswith("!RDVEncryptionType")


def test_case_and_scope_spellings_do_not_matter_and_unmapped_nodes_have_no_twin() -> None:
    assert lookup("./vendor/msft/policy/config/camera/ALLOWCAMERA") == known(f"{CONFIG}/Camera/AllowCamera")
    assert lookup("device_vendor_msft_policy_config_camera_allowcamera") == known(f"{CONFIG}/Camera/AllowCamera")
    assert lookup("./Device/Vendor/MSFT/VPNv2/{ProfileName}/AlwaysOn") is None


def test_an_entry_of_a_list_has_the_twin_of_the_list() -> None:
    rules = known(f"{CONFIG}/Defender/AttackSurfaceReductionRules")
    assert rules.form == Form(pairs="|")
    assert lookup(f"{CONFIG}/Defender/AttackSurfaceReductionRules/BlockAdobeReaderFromCreatingChildProcesses") == rules


def test_a_policy_for_the_other_side_is_no_twin() -> None:
    twin = known(f"{CONFIG}/TextInput/ConfigureJapaneseIMEVersion")
    assert (twin.reading, twin.reason) == ("unjoined", "the policy is for the other side: devices or users")


def test_every_line_read_by_hand_is_about_a_node_that_exists_and_none_is_said_twice() -> None:
    nodes = {short(twin.uri) for twin in all_twins()}
    assert {*INVERTED, *VALUES, *AGREES, *ELEMENTS, *UNCERTAIN} <= nodes
    assert not (INVERTED.keys() & VALUES.keys() or UNCERTAIN.keys() & (INVERTED.keys() | VALUES.keys() | AGREES))


# What Enabled means is told by the policy's display name, independently of the table.
_NO = re.compile(
    r"\b(turn off|do not|don't|prohibit|prevent|disable|disallow|hide|remove|block|deny|limit|restrict|headless)\b",
    re.I,
)
_NOT = re.compile(r"Disable|Disallow|DoNot|Prevent|Block|Hide|TurnOff|Deny|Exclude|Limit|Restrict")


def _switches() -> list[Twin]:
    """Nodes of a policy with a value of its own that translate 0 and 1, one for both scopes."""
    found = {short(t.uri): t for t in all_twins() if t.form and t.form.choices and not t.element}
    return [twin for twin in found.values() if twin.form and {"0", "1"} <= set(twin.form.choices or ())]


def _expected(twin: Twin) -> object:
    """What 1 must be in the registry: Enabled's data where node and display name both affirm or both negate."""
    policy = policy_of(twin)
    enabled = policy.enabled.data if policy.enabled else 1
    disabled = policy.disabled.data if policy.disabled else None
    agree = len(_NOT.findall(twin.uri.rpartition("/")[2])) % 2 == bool(_NO.search(policy.display_name))
    return enabled if agree else disabled


def test_the_display_name_of_the_policy_says_the_same_as_the_table() -> None:
    switches = _switches()
    assert len(switches) == 219
    assert {short(t.uri) for t in switches if t.form and (t.form.choices or {})["1"] != _expected(t)} == {
        "Accounts/RestrictToEnterpriseDeviceAuthenticationOnly",  # "Only allow device authentication" restricts too
        "ApplicationManagement/DisableStoreOriginatedApps",  # Disabled disables, says its explanation
        "Browser/LockdownFavorites",  # "Prevent changes" locks down
        "Power/TurnOffHybridSleepOnBattery",  # 1 is "hybrid sleep", says the DDF
        "Power/TurnOffHybridSleepPluggedIn",
        "Update/ManagePreviewBuilds",  # three values, and Enabled is 2
    }


@pytest.mark.parametrize("name", sorted(INVERTED))
def test_an_inverted_node_turns_the_values_of_enabled_and_disabled_round(name: str) -> None:
    twin = next(twin for twin in all_twins() if short(twin.uri) == name)
    policy = policy_of(twin)
    assert (twin.reading, twin.form) == ("table", Form(choices={"0": 1, "1": 0}))
    assert {datum.data for datum in (policy.enabled, policy.disabled) if datum} == {0, 1}
    assert policy.value_name == twin.value_name
    switched_off = bool(_NO.search(policy.display_name))  # what the node allows
    assert policy.enabled is not None
    assert policy.enabled.data == (1 if switched_off else 0)


@pytest.mark.parametrize("twin", [t for t in all_twins() if t.form and t.form.choices], ids=lambda t: short(t.uri))
def test_every_translated_choice_is_one_that_the_policy_can_write(twin: Twin) -> None:
    policy = policy_of(twin)
    element = next((e for e in policy.elements if e.id == twin.element), None)
    data: set[object] = {datum.data for datum in (policy.enabled, policy.disabled) if datum}
    data |= {1} if policy.enabled is None else set()
    data |= {None} if policy.disabled is None else set()
    if isinstance(element, Enum):
        data = {choice.data.data for choice in element.choices}
    elif isinstance(element, Boolean):
        data = {box.data for box in (element.on, element.off) if box} | ({1} if element.on is None else set()) | {None}
    elif element is not None:
        return  # a number within limits
    older = {"Update/ManagePreviewBuilds": {0}, "System/AllowTelemetry": {2}}  # of older templates
    assert twin.form is not None
    assert set((twin.form.choices or {}).values()) <= data | older.get(short(twin.uri), set())
