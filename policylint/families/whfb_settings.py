"""Windows Hello for Business: its settings in both worlds, and what an OMA-URI of the PassportForWork CSP means.

Sources: Passport.admx; the PassportForWork CSP page and its DDF; semantics W-URI, W-TYPES and section 3.1.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from policylint.model import Claim, Policy, Scope, SettingId, registry

PASSPORT = r"SOFTWARE\Policies\Microsoft\PassportForWork"
PASSPORT_CSP = "Vendor/MSFT/PassportForWork"
"""The CSP, below ./Device or ./User."""
WINBIO = r"SOFTWARE\Microsoft\Windows\CurrentVersion\WinBio\Credential Provider"


class Group(StrEnum):
    """How a setting's source is chosen (W-GRP-E, W-GRP-P, W-GRP-X)."""

    ENABLEMENT = "E"
    PIN = "P"
    EACH = "X"


@dataclass(frozen=True, slots=True, eq=False)
class Hello:
    """One setting: the GPO's registry value, the CSP node, and what both accept. Each exists once, in SETTINGS."""

    name: str
    """The last segments of the CSP node, or of the registry value where there is no node."""
    group: Group
    key: str
    value: str
    node: str
    """Below ./Device/Vendor/MSFT/PassportForWork; {TenantId} stands for the tenant; '' where the CSP has no node."""
    format: Literal["bool", "int", "chr"]
    user_csp: bool = False
    user_gpo: bool = False
    limits: tuple[int, int] | None = None
    title: str = ""
    """The display name in Group Policy, or of the node where no policy has one."""
    by_passport_admx: bool = True
    """Whether a GPO that sets it counts as configuring Windows Hello (W-EITHER-OR); other ADMX files own the rest."""

    def id(self, scope: Scope) -> SettingId:
        """The setting's id in a scope: the GPO's registry value."""
        return registry(scope, self.key, self.value)


def _pin(name: str, title: str, limits: tuple[int, int]) -> Hello:
    node = f"{{TenantId}}/Policies/PINComplexity/{name}"
    return Hello(name, Group.PIN, rf"{PASSPORT}\PINComplexity", name, node, "int", True, limits=limits, title=title)


def _policy(
    name: str, title: str, value: str = "", group: Group = Group.EACH, *, user_csp: bool = False, user_gpo: bool = False
) -> Hello:
    node = f"{{TenantId}}/Policies/{name}"
    return Hello(name, group, PASSPORT, value or name, node, "bool", user_csp, user_gpo, title=title)


ENABLED = _policy(
    "UsePassportForWork", "Use Windows Hello for Business", "Enabled", Group.ENABLEMENT, user_csp=True, user_gpo=True
)
CERTIFICATE = _policy(
    "UseCertificateForOnPremAuth",
    "Use certificate for on-premises authentication",
    group=Group.ENABLEMENT,
    user_gpo=True,
)
CLOUD = _policy("UseCloudTrustForOnPremAuth", "Use cloud trust for on-premises authentication")
SECURITY_DEVICE = _policy("RequireSecurityDevice", "Use a hardware security device", group=Group.PIN, user_csp=True)
TPM12 = Hello(
    "TPM12",
    Group.EACH,
    rf"{PASSPORT}\ExcludeSecurityDevices",
    "TPM12",
    "{TenantId}/Policies/ExcludeSecurityDevices/TPM12",
    "bool",
)
MINIMUM = _pin("MinimumPINLength", "Minimum PIN length", (4, 127))
MAXIMUM = _pin("MaximumPINLength", "Maximum PIN length", (4, 127))
UPPERCASE = _pin("UppercaseLetters", "Require uppercase letters", (0, 2))
LOWERCASE = _pin("LowercaseLetters", "Require lowercase letters", (0, 2))
SPECIAL = _pin("SpecialCharacters", "Require special characters", (0, 2))
DIGITS = _pin("Digits", "Require digits", (0, 2))
HISTORY = _pin("History", "History", (0, 50))
EXPIRATION = _pin("Expiration", "Expiration", (0, 730))
BIOMETRICS = Hello(
    "UseBiometrics", Group.EACH, WINBIO, "Domain Accounts", "Biometrics/UseBiometrics", "bool", title="Use biometrics"
)

CLASSES = (UPPERCASE, LOWERCASE, SPECIAL, DIGITS)
"""The four character classes of a PIN: 0 allowed, 1 required, 2 forbidden."""

SETTINGS: tuple[Hello, ...] = (
    ENABLED,
    CERTIFICATE,
    CLOUD,
    SECURITY_DEVICE,
    MINIMUM,
    MAXIMUM,
    *CLASSES,
    HISTORY,
    EXPIRATION,
    TPM12,
    _policy("EnablePinRecovery", "Use PIN Recovery", user_csp=True),
    _policy("DisablePostLogonProvisioning", "Do not start Windows Hello provisioning after sign-in", user_gpo=True),
    _policy(
        "UseHelloCertificatesAsSmartCardCertificates",
        "Use Windows Hello for Business certificates as smart card certificates",
    ),
    Hello(
        "EnableWindowsHelloProvisioningForSecurityKeys",
        Group.EACH,
        PASSPORT,
        "EnableWindowsHelloProvisioningForSecurityKeys",
        "{TenantId}/Policies/EnableWindowsHelloProvisioningForSecurityKeys",
        "bool",
        by_passport_admx=False,
    ),
    Hello(
        "Remote/UseRemotePassport",
        Group.EACH,
        rf"{PASSPORT}\Remote",
        "Enabled",
        "{TenantId}/Policies/Remote/UseRemotePassport",
        "bool",
    ),
    BIOMETRICS,
    Hello(
        "FacialFeaturesUseEnhancedAntiSpoofing",
        Group.EACH,
        r"SOFTWARE\Policies\Microsoft\Biometrics\FacialFeatures",
        "EnhancedAntiSpoofing",
        "Biometrics/FacialFeaturesUseEnhancedAntiSpoofing",
        "bool",
        by_passport_admx=False,
    ),
    Hello(
        "EnableESSwithSupportedPeripherals",
        Group.EACH,
        r"Software\Microsoft\Policies\PassportForWork\Biometrics",
        "EnableESSwithSupportedPeripherals",
        "Biometrics/EnableESSwithSupportedPeripherals",
        "int",
        limits=(0, 1),
    ),
    *(
        Hello(name, Group.EACH, rf"{PASSPORT}\DeviceUnlock", name, f"DeviceUnlock/{name}", "chr")
        for name in ("GroupA", "GroupB", "Plugins")
    ),
    Hello("DynamicLock", Group.EACH, rf"{PASSPORT}\DynamicLock", "DynamicLock", "DynamicLock/DynamicLock", "bool"),
    Hello("DynamicLock/Plugins", Group.EACH, rf"{PASSPORT}\DynamicLock", "Plugins", "DynamicLock/Plugins", "chr"),
    Hello(
        "UseSecurityKeyForSignin",
        Group.EACH,
        r"SOFTWARE\Policies\Microsoft\FIDO",
        "EnableFIDODeviceLogon",
        "SecurityKey/UseSecurityKeyForSignin",
        "int",
        limits=(0, 1),
        by_passport_admx=False,
    ),
    Hello("DisableSmartCardNode", Group.EACH, PASSPORT, "DisableSmartCardNode", "", "bool"),
    Hello("AllowAllUserAccessToSmartCardNode", Group.EACH, PASSPORT, "AllowAllUserAccessToSmartCardNode", "", "bool"),
    Hello("DisablePostLogonCredentialCaching", Group.EACH, PASSPORT, "DisablePostLogonCredentialCaching", "", "bool"),
)

BY_ID: Mapping[str, Hello] = {hello.id(scope).key: hello for hello in SETTINGS for scope in Scope}
_DEPRECATED = {"usebiometrics": BIOMETRICS}
"""Nodes that the CSP still has under an older name; its DDF says which one to use instead."""
_BY_NODE: Mapping[str, Hello] = {hello.node.casefold(): hello for hello in SETTINGS if hello.node} | _DEPRECATED

_URI = re.compile(
    r"\./(?:(?P<scope>user|device)/)?vendor/msft/(?P<policy>policy/(?:config/)?)?passportforwork/(?P<rest>.+)", re.I
)
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.I)

Fault = Literal["root", "node", "scope", "placeholder", "braces", "type"]


@dataclass(frozen=True, slots=True)
class Node:
    """What an OMA-URI of the PassportForWork CSP says: the setting, and everything that is wrong with it."""

    hello: Hello | None
    scope: Scope
    tenant: str | None
    """The tenant segment as written, when the node has one and the author had to write it."""
    faults: tuple[Fault, ...]

    @property
    def tenant_guid(self) -> str | None:
        """The tenant id that must be the target's for the setting to count."""
        return self.tenant.casefold() if self.tenant and _GUID.fullmatch(self.tenant) else None


def ids_at(uri: str) -> tuple[SettingId, ...]:
    """The ids of the setting that an OMA-URI of the PassportForWork CSP names, whatever tenant it carries."""
    match = _URI.fullmatch(uri.strip())
    if match is None:
        return ()
    rest = match["rest"].rstrip("/")
    hello = _BY_NODE.get(f"{{TenantId}}/{rest.partition('/')[2]}".casefold()) or _BY_NODE.get(rest.casefold())
    return tuple(hello.id(scope) for scope in Scope) if hello else ()


def node_of(claim: Claim, policy: Policy) -> Node | None:
    """Reads an MDM claim as a node of the PassportForWork CSP; None when its URI is of another CSP.

    The claim may be lowered already: its origin keeps what was written. In a custom profile the author writes the
    tenant segment and the data type, and both can be wrong; in every other kind of profile the service writes them.
    """
    written = claim.origin if policy.kind == "custom" and claim.origin else claim.setting.text
    match = _URI.fullmatch(written.strip())
    if match is None:
        return None
    scope = Scope.USER if (match["scope"] or "").casefold() == "user" else Scope.DEVICE
    rest = match["rest"].rstrip("/")
    first, _, below = rest.partition("/")
    tenant = first if below.casefold().startswith("policies/") else None
    hello = _BY_NODE.get((f"{{TenantId}}/{below}" if tenant is not None else rest).casefold())
    return Node(hello, scope, tenant, tuple(_faults(claim, policy, match, scope, tenant, hello)))


def _faults(
    claim: Claim, policy: Policy, match: re.Match[str], scope: Scope, tenant: str | None, hello: Hello | None
) -> list[Fault]:
    faults: list[Fault] = []
    if match["policy"]:
        faults.append("root")
    if hello is None:
        faults.append("node")
    elif scope is Scope.USER and not hello.user_csp:
        faults.append("scope")
    if policy.kind == "custom":
        if tenant is not None and _GUID.fullmatch(tenant.strip("{}")) is None:
            faults.append("placeholder")
        elif tenant is not None and tenant.startswith("{"):
            faults.append("braces")
        if hello is not None and not _typed(claim, hello):
            faults.append("type")
    return faults


OMA_TYPES = {"bool": ("Boolean",), "int": ("Integer",), "chr": ("String", "StringXml")}
"""The omaSetting classes that fit a node's DFFormat."""


def _typed(claim: Claim, hello: Hello) -> bool:
    return claim.type in OMA_TYPES[hello.format]


def number(claim: Claim) -> int | str | None:
    """The value that the GPO's registry value would have: booleans as 1 and 0; text stays text; None if neither."""
    value = claim.value
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, str) and value.strip().casefold() in ("true", "false"):
        return int(value.strip().casefold() == "true")
    if isinstance(value, str) and value.strip().lstrip("-").isdigit() and claim.type not in ("REG_SZ", "REG_EXPAND_SZ"):
        return int(value)
    return value if isinstance(value, int | str) else None
