from __future__ import annotations

import base64
from pathlib import Path

import pytest

from policylint.evidence import Evidence, JsonAt
from policylint.model import Channel, Claim, FileRecord, Policy, Problem, Scope, csp
from tests.intune_writer import Json, custom, oma, only, read_one, values

CLOUD = "./Device/Vendor/MSFT/PassportForWork/{TenantID}/Policies/UseCloudTrustForOnPremAuth"


def test_each_setting_claims_its_uri_as_it_was_typed(tmp_path: Path) -> None:
    reading = read_one(tmp_path, custom(oma("Boolean", CLOUD, True), assignments=[]))
    assert reading.policies == (
        Policy(
            "1adf4959-0000-4000-8000-000000000002",
            "Custom",
            Channel.MDM,
            "custom",
            Evidence("policy.json", JsonAt("/displayName")),
            (
                Claim(
                    csp(CLOUD),
                    Scope.DEVICE,
                    True,
                    "Boolean",
                    Evidence("policy.json", JsonAt("/omaSettings/0/value")),
                    origin=CLOUD,
                ),
            ),
            assignments=(),
        ),
    )
    assert str(only(reading).claims[0].setting) == CLOUD
    assert reading.files == (FileRecord("policy.json", "read", "custom profile", settings=1),)


@pytest.mark.parametrize(
    ("kind", "written", "value"),
    [
        ("Boolean", "true", "true"),
        ("Integer", 4, 4),
        ("String", '<enabled/><data id="a" value="1" />', '<enabled/><data id="a" value="1" />'),
        ("StringXml", base64.b64encode(b"\xef\xbb\xbf<a/>").decode(), "<a/>"),
        ("StringXml", base64.b64encode("<ü/>".encode("utf-16")).decode(), "<ü/>"),
        ("StringXml", "<by hand/>", "<by hand/>"),
        ("Base64", "AAEC", "AAEC"),
        ("FloatingPoint", 1.5, "1.5"),
        ("DateTime", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"),
    ],
)
def test_values_are_kept_as_written(kind: str, written: object, value: object, tmp_path: Path) -> None:
    (claim,) = only(read_one(tmp_path, custom(oma(kind, "./Vendor/MSFT/A/B", written)))).claims
    assert (claim.type, claim.value, claim.scope) == (kind, value, Scope.DEVICE)


def test_user_uris_claim_in_user_scope(tmp_path: Path) -> None:
    (claim,) = only(read_one(tmp_path, custom(oma("Integer", "./user/Vendor/MSFT/A", 1)))).claims
    assert claim.scope is Scope.USER


def test_bare_and_device_uris_are_one_setting(tmp_path: Path) -> None:
    written = custom(oma("Integer", "./Vendor/MSFT/A/B", 1), oma("Integer", "./Device/Vendor/MSFT/A/b", 1))
    one, two = only(read_one(tmp_path, written)).claims
    assert one.setting == two.setting


@pytest.mark.parametrize(
    "masked",
    [
        {"value": "****", "isEncrypted": True, "secretReferenceValueId": "1_2"},
        {"value": "****", "isEncrypted": False},
        {"value": "c2VjcmV0", "isEncrypted": True},
        {"value": None, "secretReferenceValueId": "1_2"},
    ],
)
def test_encrypted_values_are_told_and_claim_nothing(masked: Json, tmp_path: Path) -> None:
    reading = read_one(tmp_path, custom(oma("String", CLOUD, "") | masked))
    assert values(only(reading)) == {}
    assert reading.problems == (
        Problem(
            "RD015",
            f"the value of {CLOUD} is encrypted in the export: it is not compared",
            Evidence("policy.json", JsonAt("/omaSettings/0/value")),
            "1adf4959-0000-4000-8000-000000000002",
        ),
    )


def test_settings_without_uri_type_or_value_are_told(tmp_path: Path) -> None:
    broken = [oma("String", " ", "x"), oma("Strange", CLOUD, "x"), oma("String", CLOUD, None)]
    reading = read_one(tmp_path, custom(*broken))
    assert values(only(reading)) == {}
    assert [(problem.rule, problem.message) for problem in reading.problems] == [
        ("RD012", "an omaSetting without omaUri"),
        ("RD012", f"{CLOUD} has a value of type #microsoft.graph.omaSettingStrange, which cannot be used"),
        ("RD012", f"{CLOUD} has no value, which cannot be used"),
    ]
