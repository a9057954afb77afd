"""A Windows Hello setting that a custom profile writes at no tenant is listed with those that have no say (W-URI)."""

from __future__ import annotations

import pytest

from policylint.effective import Effective
from policylint.model import SettingId
from tests.hello import effective, gpo, mdm, row

GUID = "dcd219dd-bc68-4b9b-bf0b-4a33a796be35"
NODE = "./Device/Vendor/MSFT/PassportForWork/{}/Policies/UseCertificateForOnPremAuth"
VALUE = r"HKLM\SOFTWARE\Policies\Microsoft\PassportForWork!UseCertificateForOnPremAuth"


def unheard(found: Effective, setting: SettingId) -> list[tuple[str, str, str]]:
    return [(out.policy.name, out.reason, out.text) for out in found.out_of_play([setting])]


@pytest.mark.parametrize(
    ("tenant", "text"),
    [
        ("{TenantId}", "'{TenantId}' stands in place of the tenant id"),
        ("<tenant>", "'<tenant>' stands in place of the tenant id"),
        (f"{{{GUID}}}", f"the tenant id stands in braces, as '{{{GUID}}}'"),
    ],
)
def test_a_profile_that_names_no_tenant_is_out_of_play(tenant: str, text: str) -> None:
    custom = mdm("By hand", {NODE.format(tenant): True}, kind="custom")
    found = effective(gpo("PKI", {VALUE: 1}), custom)
    assert unheard(found, row(found, VALUE).setting) == [("By hand", "W-URI", text)]


def test_a_profile_that_names_the_tenant_is_in_play() -> None:
    custom = mdm("By hand", {NODE.format(GUID): True}, kind="custom")
    found = effective(gpo("PKI", {VALUE: 1}), custom)
    assert unheard(found, row(found, VALUE).setting) == []
