"""Secrets are hidden in every notation that exports have for them, and policies about passwords are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policylint.masks import MASK, is_secret, masked, spans
from policylint.model import Value

SECRET = "hunter2"  # noqa: S105  # it is one, and stands in every example


def hidden(text: str) -> str:
    """The text with its secrets masked."""
    parts, at = [], 0
    for start, end in spans(text):
        parts += [text[at:start], MASK]
        at = end
    return "".join(parts) + text[at:]


@pytest.mark.parametrize(
    "text",
    [
        '<Properties action="U" cpassword="hunter2" userName="x"/>',
        "<Properties cpassword='hunter2'/>",
        '<Properties name="DefaultPassword" type="REG_SZ" value="hunter2"/>',
        '<Properties value="hunter2" type="REG_SZ" name="DefaultPassword"/>',
        "<keyMaterial>hunter2</keyMaterial>",
        '<w:sharedKey protected="false">hunter2</w:sharedKey>',
        "<Password><Value>hunter2</Value><PlainText>true</PlainText></Password>",
        "<q1:Name>DefaultPassword</q1:Name><q1:String>hunter2</q1:String>",
        "<LocURI>./Vendor/MSFT/WiFi/Password</LocURI></Target><Data>hunter2</Data>",
        r'"payload": "<enabled/><data id=\"WifiPassword\" value=\"hunter2\"/>"',
        r'"value": "\u003ckeyMaterial\u003ehunter2\u003c/keyMaterial\u003e"',
        "&lt;keyMaterial&gt;hunter2&lt;/keyMaterial&gt;",
        '{"preSharedKey": "hunter2"}',
        r'{"inner": "{\"password\":\"hunter2\"}"}',
        '{"omaUri": "./Vendor/MSFT/Wifi/Password", "value": "hunter2"}',
        '{"value": "hunter2", "omaUri": "./Vendor/MSFT/Wifi/Password"}',
        '{"settingDefinitionId": "device_x_adminpassword", "simpleSettingValue": {"value": "hunter2"}}',
        '{"@odata.type": "#microsoft.graph.deviceManagementConfigurationSecretSettingValue", "value": "hunter2"}',
        r"{\"@odata.type\":\"#x.SecretSettingValue\",\"valueState\":\"notEncrypted\",\"value\":\"hunter2\"}",
        '{"isEncrypted": true, "value": "hunter2"}',
        r"MACHINE\Software\Winlogon\DefaultPassword=1,hunter2",
        r'"MACHINE\Software\Winlogon\DefaultPassword"=1,"hunter2"',
        "MinimumLength = 0\nPassword = hunter2\n",
        "MinimumLength = 0\r\nPassword = hunter2\r\n",
        "proxy https://user:hunter2@proxy.contoso.com:8080/",
    ],
)
def test_a_secret_is_hidden_however_it_is_written(text: str) -> None:
    shown = hidden(text)
    assert SECRET not in shown
    assert MASK in shown


@pytest.mark.parametrize(
    "text",
    [
        '"passwordRequiredType": "alphanumeric"',
        '"recoveryPasswordUsage": "allowed"',
        '"firewallPreSharedKeyEncodingMethod": "deviceDefault"',
        '{"settingDefinitionId": "x_allowpassword", "choiceSettingValue": {"value": "x_allowpassword_1"}}',
        '{"omaUri": "./Pol_MSS_DisableSavePassword", "value": "<enabled/>"}',
        "[System Access]\r\nPasswordComplexity = 1\r\nClearTextPassword = 0\r\n",
        r"MACHINE\System\Netlogon\DisableSavePassword=4,1",
        "<q1:Name>fPromptForPassword</q1:Name><q1:Number>1</q1:Number><q1:Name>x</q1:Name><q1:String>shown</q1:String>",
        "./Device/Vendor/MSFT/Policy/Config/DeviceLock/MinDevicePasswordLength",
        "Password reset -&gt; Accounts",
        "https://contoso.com/a@b",
    ],
)
def test_a_policy_about_passwords_is_shown(text: str) -> None:
    assert hidden(text) == text


@given(st.text(alphabet='<>"\\{}[]:=,/ \nPasswordvalue'))
def test_masks_are_sorted_and_do_not_overlap_in_any_text(text: str) -> None:
    flat = [offset for span in spans(text) for offset in span]
    assert flat == sorted(flat)


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        (r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon!DefaultPassword", True),
        ("./Vendor/MSFT/WiFi/Profile/x/keyMaterial", True),
        ("clientSecret", True),
        (r"HKLM\SOFTWARE\Password!", True),
        ("device_vendor_msft_laps_policies_passwordlength", False),
        ("passwordRequired", False),
        ("./Device/Vendor/MSFT/Policy/Config/UserRights/CreateToken", False),
        ("CloudManagementEnrollmentToken", True),
    ],
)
def test_a_name_tells_a_secret_by_how_it_ends(name: str, secret: bool) -> None:
    assert is_secret(name) is secret


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("hunter2", MASK),
        (("hunter2", ""), (MASK, "")),
        (b"\x01\x02", MASK),
        (1, 1),
        (True, True),
        (None, None),
        ("1", "1"),
        ("enabled", "enabled"),
        ("device_x_password_1", "device_x_password_1"),
    ],
)
def test_the_value_of_a_secret_is_masked_and_a_switch_is_not(value: Value, shown: Value) -> None:
    assert masked(("device_x_password",), value) == shown


def test_a_secret_inside_a_harmless_payload_is_masked_alone() -> None:
    payload = '<enabled/><data id="Server" value="a"/><data id="Password" value="hunter2"/>'
    assert masked(("Proxy",), payload) == payload.replace("hunter2", MASK)
