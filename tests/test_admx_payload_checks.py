"""Payloads of custom profiles against their policies (IN005): what is said, how surely, and what to do."""

from __future__ import annotations

import pytest

from policylint.checks.admx_payloads import wrong_payload
from policylint.checks.found import Found
from policylint.scenario import Scenario, estate_of

NODE = "./Device/Vendor/MSFT/Policy/Config/DeviceInstallation/PreventInstallationOfMatchingDeviceSetupClasses"
BOX = '<data id="DeviceInstall_Classes_Deny_Retroactive" value="true"/>'
LIST = '<data id="DeviceInstall_Classes_Deny_List" value="1&#xF000;{a}"/>'
FORM = 'write <enabled/> and a <data id=… value=…/> for each field of the policy, or <disabled/>, in "P"'


def found(value: str, node: str = NODE) -> list[Found]:
    policy = {"policy": "P", "channel": "mdm", "kind": "custom", "set": {node: value}}
    return list(wrong_payload(estate_of(Scenario.model_validate({"given": [policy]}))))


@pytest.mark.parametrize(
    ("value", "said", "severity", "confidence", "help_"),
    [
        ("on", "is the text 'on'", None, "certain", FORM),
        (
            f"<enabled/>{BOX}",
            "leaves out DeviceInstall_Classes_Deny_List, and a payload has to hold every field of the policy",
            "warning",
            "likely",
            'add a <data id=… value=…/> for DeviceInstall_Classes_Deny_List in "P"',
        ),
        (
            f'<enabled/>{BOX}{LIST}<data id="DeviceInstall_Clases_Deny_List" value="1"/>',
            "names the field DeviceInstall_Clases_Deny_List, which the policy DeviceInstall_Classes_Deny has not",
            None,
            "likely",
            'write DeviceInstall_Classes_Deny_List for DeviceInstall_Clases_Deny_List in "P"',
        ),
        (
            f'<enabled/>{BOX}<data id="DeviceInstall_Classes_Deny_List" value="{{a}}"/>',
            "gives a value that the policy does not take: "
            "DeviceInstall_Classes_Deny_List is a list without a name for every entry",
            None,
            "likely",
            'correct the value in "P"',
        ),
        (
            f'<enabled/>{LIST}<data id="DeviceInstall_Classes_Deny_Retroactive" value="yes"/>',
            "gives a value that the policy does not take: "
            "DeviceInstall_Classes_Deny_Retroactive is yes, which is neither true nor false",
            None,
            "likely",
            'correct the value in "P"',
        ),
    ],
)
def test_a_payload_that_does_not_fit_its_policy_is_told(
    value: str, said: str, severity: str | None, confidence: str, help_: str
) -> None:
    (one,) = found(value)
    assert (one.message, one.severity, one.confidence, one.help) == (
        f'the value of {NODE} in "P" {said}',
        severity,
        confidence,
        help_,
    )


@pytest.mark.parametrize("value", [f"<enabled/>{BOX}{LIST}", "<disabled/>", f"<![CDATA[<Enabled/>{BOX}{LIST}]]>"])
def test_a_payload_that_fits_is_not_mentioned(value: str) -> None:
    assert found(value) == []


def test_nothing_is_said_of_nodes_without_a_policy() -> None:
    node = "./Device/Vendor/MSFT/Policy/Config"
    assert found("on", f"{node}/Browser/HomePages") == found("on", f"{node}/Acme~Policy~Acme/Lock") == []
