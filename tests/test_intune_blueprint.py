"""Microsoft365DSC blueprints: the syntax, and resources put back into the shape of Graph."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policylint.errors import ReadError
from policylint.evidence import Evidence, LineAt
from policylint.model import Assignment
from policylint.readers.intune.dsc import Resource, is_configuration, resources
from tests.intune_writer import catalog, choice, only, read, simple, texts, values

ID = "device_vendor_msft_policy_config_x_y"
SETTING = "MSFT_MicrosoftGraphdeviceManagementConfigurationSetting"
INSTANCE = "MSFT_MicrosoftGraphDeviceManagementConfigurationSettingInstance"


def script(*blocks: str) -> str:
    return "Configuration Tenant\r\n{\r\n    Node localhost\r\n    {\r\n" + "\r\n".join(blocks) + "\r\n    }\r\n}\r\n"


def block(body: str, type_: str = "IntuneX", title: str = '"Title"') -> str:
    return f"        {type_} {title}\r\n        {{\r\n{body}\r\n        }}"


def one(body: str) -> dict[str, object]:
    (resource,) = resources(script(block(body)))
    assert isinstance(resource, Resource)
    return resource.body


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("'it''s'", "it's"),
        ('"say ""hi"""', 'say "hi"'),
        ('"a`nb`tc`"d``"', 'a\nb\tc"d`'),
        ("''", ""),
        ("@'\r\n don''t `n\r\n'@", " don''t `n"),
        ('@"\r\na`tb\r\n"@', "a\tb"),
        ("$True", True),
        ("$false", False),
        ("$null", None),
        ("14", 14),
        ("-1", -1),
        ("1.5", "1.5"),
        ("@()", []),
        ("@('a','b')", ["a", "b"]),
        ("@(\r\n'a'\r\n$True\r\n)", ["a", True]),
        ("@{ a = 1; 'b c' = 2 }", {"a": 1, "b c": 2}),
        ("MSFT_A{ b = MSFT_B{ c = 'd' } }", {"b": {"c": "d"}}),
        ("$ConfigurationData.NonNodeData.ApplicationId", None),
        ("(Get-Secret -Name 'x'; 'y')", None),
        ("New-Object PSCredential ('dummy', (ConvertTo-SecureString 'x'))", None),
        ("'{ not = a block }' # remark }", "{ not = a block }"),
        ("<# remark = 1 #> 7", 7),
    ],
)
def test_values(written: str, value: object) -> None:
    assert one(f"A = {written};\r\nB = 'next'") == {"A": value, "B": "next"}


def test_every_value_knows_its_line() -> None:
    (resource,) = resources(script(block("A = @(\r\n'x'\r\nMSFT_B{\r\nC = 1\r\n}\r\n)")))
    assert isinstance(resource, Resource)
    assert (resource.line, resource.lines) == (5, {"/A": 7, "/A/0": 8, "/A/1": 9, "/A/1/C": 10})


def test_a_resource_inside_a_string_is_no_resource() -> None:
    found = list(resources(script(block("A = '\r\nIntuneY \"b\"\r\n{ }'"), block("B = 1", "IntuneZ"))))
    assert [resource.type for resource in found if isinstance(resource, Resource)] == ["IntuneX", "IntuneZ"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("A", "a = after A is expected, not '}'"),
        ("A = ", "a value is expected, not '}'"),
        ("A = @(", "a value is expected, not '}'"),
        ("A = 'open", 'a value is expected, not "\'"'),
        ("= 1", "the name of a property is expected, not '='"),
    ],
)
def test_a_broken_resource_is_told_at_its_line_and_hides_no_other(body: str, expected: str) -> None:
    broken, *rest = resources(script(block(body), block("B = 1", "IntuneZ")))
    assert isinstance(broken, ReadError)
    assert (broken.rule, type(broken.place)) == ("RD030", LineAt)
    assert [resource.body for resource in rest if isinstance(resource, Resource)] == [{"B": 1}]
    assert broken.message.startswith("not a value of a configuration: ")
    assert expected.split(",")[0] in broken.message


def test_reading_stops_where_nothing_is_readable() -> None:
    found = list(resources(script(*[block("A = @'")] * 300)))
    assert [error.rule for error in found if isinstance(error, ReadError)] == ["RD030"] * 100 + ["RD007"]


def test_deep_nesting_is_refused() -> None:
    (error,) = resources(script(block("A = " + "@(" * 200)))
    assert isinstance(error, ReadError)
    assert error.rule == "RD007"


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(alphabet="IntuneX \"'@({})=;,\n`$#<>[]a1", max_size=120))
def test_no_text_makes_the_reader_fail(text: str) -> None:
    for found in resources(script(block(text)) + text):
        assert isinstance(found, Resource) or found.rule in ("RD030", "RD007")


_text = st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=20)


@given(
    st.recursive(st.none() | st.booleans() | st.integers(-(10**17), 10**17) | _text, lambda v: st.lists(v, max_size=4))
)
def test_values_written_as_powershell_are_read_back(value: object) -> None:
    assert one(f"A = {_written(value)};") == {"A": value}


def _written(value: object) -> str:
    if isinstance(value, list):
        return "@(" + "\n".join(map(_written, value)) + ")"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    words = {"None": "$null", "True": "$True", "False": "$False"}
    return words.get(str(value), str(value))


def instance(kind: str, inner: str, id_: str = ID) -> str:
    type_ = f"#microsoft.graph.deviceManagementConfiguration{kind}Instance"
    return f"{INSTANCE}{{\r\n{inner}\r\nSettingDefinitionId = '{id_}'\r\nodataType = '{type_}'\r\n}}"


COMPLIANCE = "IntuneDeviceCompliancePolicyWindows10"


def catalog_block(*instances: str, rest: str = "") -> str:
    stated = "\r\n".join(f"{SETTING}{{\r\nSettingInstance = {one_}\r\n}}" for one_ in instances)
    body = f'Id = "5e082981-0000-4000-8000-000000000001";\r\nName = "Catalog";\r\nPlatforms = "windows10";{rest}'
    return block(f"{body}\r\nSettings = @(\r\n{stated}\r\n);", "IntuneSettingCatalogCustomPolicyWindows10")


def test_a_catalog_policy_gives_the_claims_of_its_json(tmp_path: Path) -> None:
    type_ = "odataType = '#microsoft.graph.deviceManagementConfiguration{}SettingValue'"
    text = f"MSFT_V{{ {type_.format('String')}; StringValue = 'a' }}"
    number = f"MSFT_V{{ {type_.format('Integer')}; IntValue = 7 }}"
    child = instance("SimpleSettingCollection", f"simpleSettingCollectionValue = @({text})", f"{ID}_list")
    blueprint = catalog_block(
        instance("ChoiceSetting", f"choiceSettingValue = MSFT_C{{ Children = @({child}); Value = '{ID}_1' }}"),
        instance("SimpleSetting", f"simpleSettingValue = {number}", f"{ID}_number"),
    )
    portal = catalog(choice(ID, "1", texts(f"{ID}_list", "a")), simple(f"{ID}_number", 7))
    from_blueprint = only(read(tmp_path, {"tenant.ps1": script(blueprint)}))
    from_portal = only(read(tmp_path, {"portal.json": portal}))
    assert from_blueprint.name == from_portal.name
    assert [(c.setting, c.scope, c.value, c.type) for c in from_blueprint.claims] == [
        (c.setting, c.scope, c.value, c.type) for c in from_portal.claims
    ]


def test_evidence_is_the_line_of_the_value(tmp_path: Path) -> None:
    text = script(catalog_block(instance("ChoiceSetting", f"choiceSettingValue = MSFT_C{{\r\nValue = '{ID}_1'\r\n}}")))
    (claim,) = only(read(tmp_path, {"tenant.ps1": text})).claims
    line = text[: text.index(f"'{ID}_1'")].count("\n") + 1
    assert claim.evidence == Evidence("tenant.ps1", LineAt(line))


def test_assignments_have_their_targets_inside(tmp_path: Path) -> None:
    target = "#microsoft.graph.{}AssignmentTarget"
    stated = "MSFT_A{{ dataType = '{}'; {} deviceAndAppManagementAssignmentFilterType = 'none' }}"
    everyone = stated.format(target.format("allDevices"), "groupDisplayName = 'All devices';")
    group = stated.format(target.format("exclusionGroup"), "groupDisplayName = 'Kiosks'; groupId = '';")
    text = script(catalog_block(rest=f"\r\nAssignments = @(\r\n{everyone}\r\n{group}\r\n);"))
    policy = only(read(tmp_path, {"tenant.ps1": text.replace("Settings = @(\r\n\r\n);", "settingCount = 0;")}))
    assert policy.assignments == (Assignment("all-devices"), Assignment("group", True, "Kiosks"))


@pytest.mark.parametrize("rest", ["", "\r\nAssignments = @();"])
def test_a_blueprint_without_assignments_does_not_say_unassigned(rest: str, tmp_path: Path) -> None:
    text = script(
        block(f"DisplayName = 'C';\r\nBitLockerEnabled = $True;{rest}", "IntuneDeviceCompliancePolicyWindows10")
    )
    assert only(read(tmp_path, {"tenant.ps1": text})).assignments == (None if not rest else ())


def test_rules_of_attack_surface_reduction_are_choices_of_the_catalog(tmp_path: Path) -> None:
    name = "blockexecutablecontentfromemailclientandwebmail"
    text = script(
        block(
            f'DisplayName = "ASR";\r\nIdentity = "i";\r\n{name} = "block";',
            "IntuneSettingCatalogASRRulesPolicyWindows10",
        )
    )
    policy = only(read(tmp_path, {"tenant.ps1": text}))
    assert (policy.id, policy.name, list(values(policy).values())) == (
        "i",
        "ASR",
        ["BE9BA2D9-53EA-4CDC-84E5-9B1EEEE46550=1"],
    )


def test_antivirus_settings_are_those_of_the_catalog_by_their_last_part(tmp_path: Path) -> None:
    body = """DisplayName = "AV";
TemplateId = "804339ad-1553-4478-a742-138fb5807418_1";
RoleScopeTagIds = @("0");
AllowArchiveScanning = 1;
AvgCPULoadFactor = 50;
ExcludedPaths = @("C:\\A", "D:\\B");
LowSeverityThreats = "quarantine";
TamperProtectionOfTheFuture = "on";
ExcludedProcesses = @{ a = 1 };"""
    reading = read(tmp_path, {"tenant.ps1": script(block(body, "IntuneAntivirusPolicyWindows10SettingCatalog"))})
    node = "./Device/Vendor/MSFT/Policy/Config/Defender/"
    assert values(only(reading)) == {
        f"{node}AllowArchiveScanning": 1,
        f"{node}AvgCPULoadFactor": 50,
        f"{node}ExcludedPaths": ("C:\\A", "D:\\B"),
        f"{node}ThreatSeverityDefaultAction/lowseveritythreats": "1=2",
    }
    told = "of IntuneAntivirusPolicyWindows10SettingCatalog has no value of a known shape"
    assert [(problem.rule, problem.message) for problem in reading.problems] == [
        ("RD012", f"tamperProtectionOfTheFuture {told} (no single setting has its name)"),
        ("RD012", f"excludedProcesses {told} (its value does not fit the setting)"),
    ]


def test_exclusions_beside_attack_surface_reduction_rules_are_read(tmp_path: Path) -> None:
    body = 'DisplayName = "ASR";\nattacksurfacereductiononlyexclusions = @("C:\\A");'
    text = script(block(body, "IntuneSettingCatalogASRRulesPolicyWindows10"))
    node = "./Device/Vendor/MSFT/Policy/Config/Defender/AttackSurfaceReductionOnlyExclusions"
    assert values(only(read(tmp_path, {"tenant.ps1": text}))) == {node: ("C:\\A",)}


def test_custom_profiles_keep_deliberately_empty_values(tmp_path: Path) -> None:
    members = "OmaUri = './Vendor/MSFT/X'; Value = ''; odataType = '#microsoft.graph.omaSettingString'"
    body = f"DisplayName = 'C';\r\nOmaSettings = @(MSFT_O{{ {members}; IsEncrypted = $False }});"
    text = script(block(body, "IntuneDeviceConfigurationCustomPolicyWindows10"))
    assert values(only(read(tmp_path, {"tenant.ps1": text}))) == {"./Vendor/MSFT/X": ""}


@pytest.mark.parametrize(
    ("type_", "reason"),
    [
        ("IntuneDeviceCompliancePolicyiOs", "for another platform, not for Windows"),
        ("IntuneDeviceEnrollmentLimitRestriction", "sets nothing on devices"),
        ("IntuneSomethingNew", "not evaluated yet"),
    ],
)
def test_resources_that_set_nothing_here_are_named(type_: str, reason: str, tmp_path: Path) -> None:
    reading = read(tmp_path, {"tenant.ps1": script(block("DisplayName = 'X';", type_))})
    assert [(file.status, file.reason) for file in reading.files] == [("ignored", reason)]


def test_a_resource_that_is_to_be_absent_is_no_policy(tmp_path: Path) -> None:
    text = script(block("DisplayName = 'X';\r\nEnsure = 'Absent';", COMPLIANCE))
    assert read(tmp_path, {"tenant.ps1": text}).policies == ()


def test_other_scripts_are_no_configurations() -> None:
    assert not is_configuration("Get-IntunePolicy | Out-File x")
    assert not is_configuration("Configuration A { Node b { File c { } } }")


def test_a_blueprint_in_utf_16_is_read(tmp_path: Path) -> None:
    text = script(block("DisplayName = 'Größe';\r\nBitLockerEnabled = $True;", COMPLIANCE))
    assert only(read(tmp_path, {"tenant.txt": text.encode("utf-16")})).name == "Größe"


@given(
    st.dictionaries(
        st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,8}", fullmatch=True),
        st.sampled_from(
            ("'a'", "'it''s'", '"b"', '"`t"', "$True", "$null", "$x", "-7", "1.5", "7a", "0123456789012345678")
        ),
        max_size=6,
    ),
    st.sampled_from(("\r\n", "\n", ";", "\n\n    ")),
)
def test_a_property_reads_the_same_with_a_remark_before_its_value(body: dict[str, str], between: str) -> None:
    bare, remarked = (
        one_of(between.join(f"{name} ={remark}{value}" for name, value in body.items())) for remark in (" ", " <# #> ")
    )
    assert (bare.body, bare.lines) == (remarked.body, remarked.lines)


def one_of(body: str) -> Resource:
    (resource,) = resources(script(block(body)))
    assert isinstance(resource, Resource)
    return resource
