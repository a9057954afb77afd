"""The ADMX definitions that policylint ships, and how a user's own files stand before them."""

from __future__ import annotations

import gzip
import subprocess
import sys
import time
from pathlib import Path

import pytest

from policylint.catalogue import shipped
from policylint.catalogue.admx import AdmxFile, AdmxStore
from policylint.catalogue.build_admx import admx_data
from policylint.catalogue.element_state import Half
from policylint.catalogue.raising import raise_name
from policylint.catalogue.state import recover
from policylint.model import Scope, registry
from policylint.readers.admx import take
from policylint.readers.source import Source
from tests.admx_writer import KEY, adml, admx, decimal, policy, store

HELLO = r"SOFTWARE\Policies\Microsoft\PassportForWork"
ON_OFF = f"<enabledValue>{decimal(1)}</enabledValue><disabledValue>{decimal(0)}</disabledValue>"


def files(folder: Path, *policies: str, namespace: str = "Contoso.App", **texts: str) -> tuple[AdmxFile, ...]:
    written: dict[str, str | bytes] = {
        "app.admx": admx(*policies, namespace=namespace),
        "en-US/app.adml": adml(**texts),
    }
    return take(store(folder, written))[0].admx


def test_the_sets_that_are_shipped() -> None:
    assert [(s.name, s.files, s.policies) for s in shipped.sets()] == [
        ("chrome-edge-2026", 7, 2020),
        ("firefox-policy-templates", 2, 412),
        ("office16-2026", 12, 2420),
        ("security-baseline", 3, 44),
        ("third-party-2026", 24, 672),
        ("windows-11-25h2", 233, 3635),
    ]


def test_the_counts_are_those_of_the_files() -> None:
    named = {s.name: [f for f in shipped.files() if f.path.startswith(f"catalogue:{s.name}/")] for s in shipped.sets()}
    counted = [(name, len(those), sum(len(file.policies) for file in those)) for name, those in named.items()]
    assert counted == [(s.name, s.files, s.policies) for s in shipped.sets()]


def test_no_explanation_is_shipped() -> None:
    assert {policy.explain for file in shipped.files() for policy in file.policies} == {""}


def test_a_file_has_what_the_sample_data_says(sample_data: Path) -> None:
    folder = sample_data / "admx" / "security-baseline"
    own = take([Source(p.relative_to(folder).as_posix(), p) for p in sorted(folder.rglob("*.adm[xl]"))])[0].admx
    theirs = {file.path.rpartition("/")[2]: file for file in shipped.files() if "security-baseline" in file.path}
    for file in own:
        other = theirs[file.path]
        assert [(p.id, p.key, p.elements) for p in other.policies] == [(p.id, p.key, p.elements) for p in file.policies]


def test_building_it_again_gives_the_same_bytes(sample_data: Path) -> None:
    sets = {s.name: sample_data / "admx" / s.name for s in shipped.sets()}
    assert admx_data(sets) == shipped.data()


def test_it_is_smaller_than_a_megabyte_and_a_plain_gzip() -> None:
    assert len(shipped.data()) < 1_000_000
    assert gzip.decompress(shipped.data()).startswith(b'{"version":2,"sets":[')


def test_data_of_another_form_is_refused(tmp_path: Path) -> None:
    changed = gzip.compress(b'{"version":0,"sets":[],"files":[]}')
    with pytest.raises(ValueError, match="form 0, not 2"):
        shipped.load(changed)


def test_loading_takes_far_less_than_a_tenth_of_a_second_and_little_memory() -> None:
    """Measured in a process of its own, against what the interpreter had before."""
    program = (
        "import tracemalloc; from policylint.catalogue import admx, shipped; "
        "tracemalloc.start(); store = admx.AdmxStore.of((), shipped.files()); store.by_key; "
        "print(tracemalloc.get_traced_memory()[0]); tracemalloc.stop()"
    )
    memory = int(subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout)
    assert memory < 16 * 2**20
    times = []
    for _ in range(5):
        start = time.process_time()
        shipped.load.__wrapped__(shipped.data())
        times.append(time.process_time() - start)
    assert min(times) < 0.1


# names


def test_a_policy_is_found_by_file_and_name_in_any_spelling() -> None:
    extended = AdmxStore.of((), shipped.files())
    found = extended.named("pol_admpwd_enabled", "ADMPWD.admx")
    assert [p.id.name for p in found] == ["POL_AdmPwd_Enabled"]
    spelled = extended.named("DisableCMD", "Shell-CommandPrompt-RegEditTools.admx")
    assert [p.display_name for p in spelled] == ["Prevent access to the command prompt"]


def test_a_policy_without_a_file_is_looked_for_in_all(tmp_path: Path) -> None:
    extended = AdmxStore.of(files(tmp_path, policy("HomepageLocation")), shipped.files())
    places = [p.evidence.path for p in extended.named("homepagelocation")]
    assert places[0] == "app.admx"
    assert {place.rpartition("/")[2] for place in places[1:]} == {"chrome.admx", "msedge.admx"}
    assert extended.named("HomepageLocation", "firefox") == ()


def test_a_value_that_only_the_shipped_files_know_gets_its_name(tmp_path: Path) -> None:
    extended = AdmxStore.of(files(tmp_path, policy("Own")), shipped.files())
    raised = raise_name(extended, registry(Scope.DEVICE, HELLO, "UseCloudTrustForOnPremAuth"))
    assert raised is not None
    assert (raised.name, raised.path, raised.element, raised.others) == (
        "Use cloud trust for on-premises authentication",
        "Windows Components/Windows Hello for Business",
        None,
        (),
    )


# the user's own files first


def passport(folder: Path, name: str = "MSPassport_UsePassportForWork", value: str = "Enabled") -> tuple[AdmxFile, ...]:
    written = policy(name, ON_OFF, f'valueName="{value}"', key=HELLO)
    return files(folder, written, namespace="Microsoft.Policies.MicrosoftPassportForWork", **{name: "Nutzen"})


def test_a_policy_that_both_define_has_one_owner_in_the_users_language(tmp_path: Path) -> None:
    extended = AdmxStore.of(passport(tmp_path), shipped.files())
    owners = extended.owners(Scope.DEVICE, HELLO, "Enabled")
    assert [(slot.policy.display_name, slot.policy.evidence.path) for slot in owners] == [("Nutzen", "app.admx")]


def test_a_value_that_only_the_newer_shipped_version_writes_keeps_its_name(tmp_path: Path) -> None:
    extended = AdmxStore.of(passport(tmp_path), shipped.files())
    raised = raise_name(extended, registry(Scope.DEVICE, HELLO, "DisablePostLogonProvisioning"))
    assert raised is not None
    assert (raised.name, raised.element) == (
        "Use Windows Hello for Business",
        "MSPassport_DisablePostLogonProvisioning",
    )


def test_both_definitions_are_given_to_who_asks_by_name_the_users_first(tmp_path: Path) -> None:
    extended = AdmxStore.of(passport(tmp_path), shipped.files())
    found = extended.named("MSPassport_UsePassportForWork")
    assert [p.evidence.path for p in found] == ["app.admx", "catalogue:windows-11-25h2/Passport.admx"]
    assert extended.policies(found[0].id) == found


def test_a_policy_of_the_users_stands_before_a_shipped_one_of_another_name(tmp_path: Path) -> None:
    extended = AdmxStore.of(passport(tmp_path, "Mine"), shipped.files())
    owners = extended.owners(Scope.DEVICE, HELLO, "Enabled")
    assert [slot.policy.name for slot in owners] == ["Mine", "MSPassport_UsePassportForWork"]


def test_one_state_is_recovered_of_a_policy_that_both_define(tmp_path: Path) -> None:
    extended = AdmxStore.of(passport(tmp_path), shipped.files())
    half = Half({(HELLO.casefold(), "enabled"): ("REG_DWORD", 1)})
    found = recover(extended, Scope.DEVICE, half)
    assert [(s.policy.evidence.path, s.state, s.runners_up) for s in found] == [("app.admx", "enabled", ())]


# owners of one value


def lists(name: str, *values: str) -> str:
    items = "".join(f'<item valueName="{value}"><value>{decimal(1)}</value></item>' for value in values)
    return policy(name, f"<enabledList>{items}</enabledList>")


def test_of_several_owners_the_one_whose_values_all_stand_there_is_named(tmp_path: Path) -> None:
    own = AdmxStore.of(files(tmp_path, lists("A", "X", "Y"), lists("B", "X", "Z")))
    half = Half({(KEY.casefold(), "x"): ("REG_DWORD", 1), (KEY.casefold(), "z"): ("REG_DWORD", 1)})
    raised = raise_name(own, registry(Scope.DEVICE, KEY, "X"), half)
    assert raised is not None
    assert (raised.policy.name, [p.name for p in raised.others]) == ("B", ["A"])


def test_then_the_one_that_explains_more_and_then_the_name_decides(tmp_path: Path) -> None:
    own = AdmxStore.of(files(tmp_path, lists("A", "X"), lists("C", "X", "Y"), lists("B", "X", "Y")))
    half = Half({(KEY.casefold(), name): ("REG_DWORD", 1) for name in "xy"})
    raised = raise_name(own, registry(Scope.DEVICE, KEY, "X"), half)
    assert raised is not None
    assert (raised.policy.name, [p.name for p in raised.others]) == ("B", ["C", "A"])


def test_a_list_box_that_takes_whatever_stands_in_its_key_comes_last(tmp_path: Path) -> None:
    box = policy("Box", '<elements><list id="l" explicitValue="true"/></elements>')
    own = AdmxStore.of(files(tmp_path, box, policy("Value", attributes='valueName="X"')))
    half = Half({(KEY.casefold(), name): ("REG_DWORD", 5) for name in "xyz"})
    raised = raise_name(own, registry(Scope.DEVICE, KEY, "X"), half)
    assert raised is not None
    assert (raised.policy.name, [p.name for p in raised.others]) == ("Value", ["Box"])


def test_an_element_is_called_as_in_the_dialog() -> None:
    extended = AdmxStore.of((), shipped.files())
    (found,) = extended.named("MSPassport_RequireSecurityDevice", "Passport.admx")
    assert extended.label(found, "MSPassport_ExcludeTPM12DataType") == "TPM 1.2"
    assert extended.label(found, "NoSuchElement") == "NoSuchElement"


def test_what_an_add_on_repeats_is_called_as_windows_calls_it() -> None:
    """MDOP's BitLocker Management has the policies of BitLocker once more, under the same values and names."""
    definitions = AdmxStore.of((), shipped.files())
    setting = registry(Scope.DEVICE, r"SOFTWARE\Policies\Microsoft\FVE", "EncryptionMethodWithXtsFdv")
    raised = raise_name(definitions, setting)
    assert raised is not None
    assert raised.path == "Windows Components/BitLocker Drive Encryption"
    assert [definitions.category_path(other.category) for other in raised.others] == [
        "Windows Components/MDOP MBAM (BitLocker Management)"
    ]
