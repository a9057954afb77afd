"""One security setting, stated by a GPO's template and in every dialect of Intune, is one setting with one value."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import policylint
from policylint.catalogue.security_settings import POLICY, entries
from policylint.estate import Estate
from policylint.evidence import Evidence, LineAt
from policylint.lowering import lower
from policylint.model import Channel, Claim, Policy, PolicyKind, Scope, Value, csp
from policylint.principals import principal, principals
from policylint.readers.gpo import audit_csv, security_template
from policylint.readers.source import Source
from tests.intune_writer import GRAPH, only, read_one

HERE = Evidence("made.json", LineAt(1))
LSA = r"MACHINE\System\CurrentControlSet\Control\Lsa"
SYSTEM = r"MACHINE\Software\Microsoft\Windows\CurrentVersion\Policies\System"
WINLOGON = r"MACHINE\Software\Microsoft\Windows NT\CurrentVersion\Winlogon"
SERVER = r"MACHINE\System\CurrentControlSet\Services\LanManServer\Parameters"
ADMINS, GUESTS = "S-1-5-32-544", "S-1-5-32-546"
GUID = "{0cce923f-69ae-11d9-bed3-505054503030}"

Written = tuple[PolicyKind, str, Value]
"""A kind of profile, the type that its reader gives, and the value as that reader hands it over."""


def catalog(value: Value) -> Written:
    type_ = "collection" if isinstance(value, tuple) else "choice" if isinstance(value, int) else "string"
    return "settings-catalog", type_, value


def custom(value: Value) -> Written:
    return "custom", "Integer" if isinstance(value, int) else "String", value


def template(value: Value) -> Written:
    return "template", "Integer" if isinstance(value, int) else "String", value


def mdm(node: str, written: Written) -> Policy:
    """A profile that states one node."""
    kind, type_, value = written
    claim = Claim(csp(f"{POLICY}/{node}"), Scope.DEVICE, value, type_, HERE)
    return Policy("1", "Profile", Channel.MDM, kind, HERE, (claim,))


def gpo(section: str, row: str) -> Policy:
    """A GPO whose template holds that row, or whose audit table does."""
    source = Source("GptTmpl.inf", Path("GptTmpl.inf"))
    if section == "audit":
        found = audit_csv.read(f",System,Audit,{GUID},,,{row}".encode(), Scope.DEVICE, source, "")
    else:
        found = security_template.read(f"[{section}]\n{row}\n".encode(), Scope.DEVICE, source, "")
    assert found.problems == ()
    return Policy("{A}", "GPO", Channel.GPO, "gpo", HERE, found.claims)


def stated(policy: Policy) -> list[tuple[str, Value, str]]:
    return [(claim.setting.key, claim.value, claim.type) for claim in policy.claims]


def lowered(policy: Policy, *others: Policy) -> Policy:
    return lower(Estate((policy, *others))).policies[0]


NUMBERS = {  # node: template entry
    "LocalPoliciesSecurityOptions/Accounts_BlockMicrosoftAccounts": rf"{SYSTEM}\NoConnectedUser",
    "LocalPoliciesSecurityOptions/InteractiveLogon_DoNotRequireCTRLALTDEL": rf"{SYSTEM}\DisableCAD",
    "LocalPoliciesSecurityOptions/InteractiveLogon_MachineInactivityLimit": rf"{SYSTEM}\InactivityTimeoutSecs",
    "LocalPoliciesSecurityOptions/InteractiveLogon_DoNotDisplayLastSignedIn": rf"{SYSTEM}\DontDisplayLastUserName",
    "LocalPoliciesSecurityOptions/NetworkSecurity_LANManagerAuthenticationLevel": rf"{LSA}\LmCompatibilityLevel",
    "LocalPoliciesSecurityOptions/NetworkSecurity_MinimumSessionSecurityForNTLMSSPBasedClients": (
        rf"{LSA}\MSV1_0\NTLMMinClientSec"
    ),
    "LocalPoliciesSecurityOptions/NetworkAccess_DoNotAllowAnonymousEnumerationOfSAMAccounts": (
        rf"{LSA}\RestrictAnonymousSAM"
    ),
    "LocalPoliciesSecurityOptions/NetworkAccess_DoNotAllowAnonymousEnumerationOfSamAccountsAndShares": (
        rf"{LSA}\RestrictAnonymous"
    ),
    "LocalPoliciesSecurityOptions/MicrosoftNetworkServer_DigitallySignCommunicationsAlways": (
        rf"{SERVER}\RequireSecuritySignature"
    ),
    "LocalPoliciesSecurityOptions/UserAccountControl_RunAllAdministratorsInAdminApprovalMode": rf"{SYSTEM}\EnableLUA",
    "LocalPoliciesSecurityOptions/UserAccountControl_UseAdminApprovalMode": rf"{SYSTEM}\FilterAdministratorToken",
    "Cryptography/AllowFipsAlgorithmPolicy": rf"{LSA}\FIPSAlgorithmPolicy\Enabled",
    "DeviceLock/RelaxMinimumPasswordLengthLimits": (
        r"MACHINE\System\CurrentControlSet\Control\SAM\RelaxMinimumPasswordLengthLimits"
    ),
}
ACCESS = {
    "LocalPoliciesSecurityOptions/Accounts_EnableAdministratorAccountStatus": "EnableAdminAccount",
    "LocalPoliciesSecurityOptions/Accounts_EnableGuestAccountStatus": "EnableGuestAccount",
    "LocalPoliciesSecurityOptions/NetworkAccess_AllowAnonymousSIDOrNameTranslation": "LSAAnonymousNameLookup",
    "LocalPoliciesSecurityOptions/NetworkSecurity_ForceLogoffWhenLogonHoursExpire": "ForceLogoffWhenHourExpire",
    "DeviceLock/MinimumPasswordLength": "MinimumPasswordLength",
    "DeviceLock/PasswordHistorySize": "PasswordHistorySize",
    "DeviceLock/AllowAdministratorLockout": "AllowAdministratorLockout",
}
CASES = [
    *(
        (node, "Registry Values", f"{entry}=4,1", [catalog(1), custom(1), template(1)])
        for node, entry in NUMBERS.items()
    ),
    *((node, "System Access", f"{entry} = 1", [catalog(1), custom(1)]) for node, entry in ACCESS.items()),
    ("DeviceLock/MaximumPasswordAge", "System Access", "MaximumPasswordAge = 42", [catalog(42), custom(42)]),
    ("DeviceLock/MaximumPasswordAge", "System Access", "MaximumPasswordAge = -1", [catalog(0), custom(0)]),
    (
        "LocalPoliciesSecurityOptions/Accounts_RenameGuestAccount",
        "System Access",
        'NewGuestName = "Visitor"',
        [catalog("Visitor"), custom("Visitor")],
    ),
    (
        "LocalPoliciesSecurityOptions/InteractiveLogon_SmartCardRemovalBehavior",
        "Registry Values",
        rf'{WINLOGON}\ScRemoveOption=1,"1"',
        [catalog(1), custom("1"), template(1)],
    ),
    (
        "LocalPoliciesSecurityOptions/InteractiveLogon_NumberOfPreviousLogonsToCache",
        "Registry Values",
        rf'{WINLOGON}\CachedLogonsCount=1,"4"',
        [catalog("4"), custom("4")],
    ),
    (
        "LocalPoliciesSecurityOptions/NetworkAccess_RestrictClientsAllowedToMakeRemoteCallsToSAM",
        "Registry Values",
        rf'{LSA}\RestrictRemoteSAM=1,"O:BAG:BAD:(A;;RC;;;BA)"',
        [catalog("O:BAG:BAD:(A;;RC;;;BA)"), custom("O:BAG:BAD:(A;;RC;;;BA)")],
    ),
    (
        "LocalPoliciesSecurityOptions/InteractiveLogon_MessageTitleForUsersAttemptingToLogOn",
        "Registry Values",
        rf'{SYSTEM}\LegalNoticeCaption=1,""',
        [catalog(""), custom("<![CDATA[]]>")],
    ),
    (
        "LocalPoliciesSecurityOptions/InteractiveLogon_MessageTextForUsersAttemptingToLogOn",
        "Registry Values",
        rf'{SYSTEM}\LegalNoticeText=7,Keep out","please,Thank you',
        [catalog(("Keep out,please", "Thank you")), custom("Keep out,please\uf000Thank you")],
    ),
    (
        "LocalPoliciesSecurityOptions/NetworkAccess_NamedPipesThatCanBeAccessedAnonymously",
        "Registry Values",
        rf"{SERVER}\NullSessionPipes=7,COMNAP,SQL\QUERY",
        [catalog(("COMNAP", r"SQL\QUERY")), custom(r"COMNAP,SQL\QUERY")],
    ),
    (
        "LocalPoliciesSecurityOptions/Audit_AuditTheUseOfBackupAndRestoreprivilege",
        "Registry Values",
        rf"{LSA}\FullPrivilegeAuditing=3,1",
        [catalog("AQ=="), ("custom", "Base64", "AQ==")],
    ),
    (
        "UserRights/AccessFromNetwork",
        "Privilege Rights",
        "SeNetworkLogonRight = *S-1-5-32-544,*S-1-5-32-555",
        [
            catalog(("*S-1-5-32-555", "*S-1-5-32-544")),
            catalog(("BUILTIN\\Remote Desktop Users", "BUILTIN\\Administrators")),
            custom("Administrators\uf000Remote Desktop Users"),
            custom("<![CDATA[*S-1-5-32-544&#xF000;*S-1-5-32-555]]>"),
        ],
    ),
    (
        "UserRights/DenyLocalLogOn",
        "Privilege Rights",
        "SeDenyInteractiveLogonRight = *S-1-5-32-546",
        [catalog(("*S-1-5-32-546",)), custom("Guests")],
    ),
    (
        "UserRights/CreateToken",
        "Privilege Rights",
        "SeCreateTokenPrivilege =",
        [catalog(()), catalog(("*S-1-0-0",)), custom(""), custom("<![CDATA[]]>")],
    ),
    (
        "UserRights/DenyRemoteDesktopServicesLogOn",
        "Privilege Rights",
        "SeDenyRemoteInteractiveLogonRight = *S-1-5-113,Guests",
        [catalog(("NT AUTHORITY\\Local Account", "*S-1-5-32-546")), custom("Guests\uf000Local account")],
    ),
    ("Audit/AccountLogon_AuditCredentialValidation", "audit", "3", [catalog(3), custom(3), template(3)]),
    ("Audit/AccountLogon_AuditCredentialValidation", "audit", "0", [catalog(0), custom(0)]),
    (
        "SystemServices/ConfigureXboxLiveGameSaveServiceStartupMode",
        "Service General Setting",
        '"XblGameSave",4,""',
        [catalog(4), custom(4)],
    ),
    (
        "SystemServices/ConfigureHomeGroupListenerServiceStartupMode",
        "Service General Setting",
        '"HomeGroupListener",4,""',
        [catalog(4), custom(4)],
    ),
    (
        "RestrictedGroups/ConfigureGroupMembership",
        "Group Membership",
        "*S-1-5-32-544__Members = *S-1-5-32-546,Ann",
        [
            custom(
                '<groupmembership><accessgroup desc="Administrators"><member name="Guests"/><member name="Ann"/>'
                "</accessgroup></groupmembership>"
            )
        ],
    ),
    (
        "LocalUsersAndGroups/Configure",
        "Group Membership",
        "*S-1-5-32-544__Members =",
        [
            custom(
                '<GroupConfiguration><accessgroup desc="*S-1-5-32-544"><group action="R"/></accessgroup>'
                "</GroupConfiguration>"
            )
        ],
    ),
]


@pytest.mark.parametrize(
    ("node", "section", "row", "written"),
    [(node, section, row, one) for node, section, row, dialects in CASES for one in dialects],
)
def test_a_node_is_the_template_entry_of_a_gpo(node: str, section: str, row: str, written: Written) -> None:
    ours, theirs = lowered(mdm(node, written)), gpo(section, row)
    assert stated(ours) == stated(theirs)
    assert [claim.origin for claim in ours.claims] == [f"{POLICY}/{node}"]
    assert ours.written == mdm(node, written).claims


ENDPOINT, RESTRICTIONS = "windows10EndpointProtectionConfiguration", "windows10GeneralConfiguration"


@pytest.mark.parametrize(
    ("entity", "name", "value", "section", "row"),
    [
        (ENDPOINT, f"localSecurityOptions{name}", value, section, row)
        for name, value, section, row in (
            ("BlockMicrosoftAccounts", True, "Registry Values", rf"{SYSTEM}\NoConnectedUser=4,3"),
            ("BlockRemoteLogonWithBlankPassword", True, "Registry Values", rf"{LSA}\LimitBlankPasswordUse=4,1"),
            ("DisableGuestAccount", True, "System Access", "EnableGuestAccount = 0"),
            ("DisableAdministratorAccount", True, "System Access", "EnableAdminAccount = 0"),
            ("AllowUndockWithoutHavingToLogon", True, "Registry Values", rf"{SYSTEM}\UndockWithoutLogon=4,0"),
            ("AllowPKU2UAuthenticationRequests", True, "Registry Values", rf"{LSA}\pku2u\AllowOnlineID=4,0"),
            ("MachineInactivityLimit", 15, "Registry Values", rf"{SYSTEM}\InactivityTimeoutSecs=4,900"),
            ("BlockRemoteOpticalDriveAccess", True, "Registry Values", rf'{WINLOGON}\AllocateCDRoms=1,"1"'),
            (
                "FormatAndEjectOfRemovableMediaAllowedUser",
                "administratorsAndInteractiveUsers",
                "Registry Values",
                rf'{WINLOGON}\AllocateDASD=1,"2"',
            ),
            (
                "StandardUserElevationPromptBehavior",
                "automaticallyDenyElevationRequests",
                "Registry Values",
                rf"{SYSTEM}\ConsentPromptBehaviorUser=4,0",
            ),
            (
                "AdministratorElevationPromptBehavior",
                "promptForConsentOnTheSecureDesktop",
                "Registry Values",
                rf"{SYSTEM}\ConsentPromptBehaviorAdmin=4,2",
            ),
            (
                "AllowRemoteCallsToSecurityAccountsManager",
                "O:BAG:BAD:(A;;RC;;;BA)",
                "Registry Values",
                rf'{LSA}\RestrictRemoteSAM=1,"O:BAG:BAD:(A;;RC;;;BA)"',
            ),
            (
                "AllowAnonymousEnumerationOfSAMAccountsAndShares",
                True,
                "Registry Values",
                rf"{LSA}\RestrictAnonymous=4,1",
            ),
        )
    ]
    + [
        (
            ENDPOINT,
            "userRightsDebugPrograms",
            {"state": "allowed", "localUsersOrGroups": [{"name": "Administrators"}]},
            "Privilege Rights",
            "SeDebugPrivilege = *S-1-5-32-544",
        ),
        (
            ENDPOINT,
            "xboxServicesLiveGameSaveServiceStartupMode",
            "disabled",
            "Service General Setting",
            '"XblGameSave",4,""',
        ),
        (RESTRICTIONS, "passwordMinimumAgeInDays", 1, "System Access", "MinimumPasswordAge = 1"),
    ],
)
def test_a_template_property_is_the_template_entry_of_a_gpo(
    entity: str, name: str, value: object, section: str, row: str, tmp_path: Path
) -> None:
    profile = {"@odata.type": f"{GRAPH}{entity}", "id": "1", "displayName": "Profile", name: value}
    assert stated(lowered(only(read_one(tmp_path, profile)))) == stated(gpo(section, row))


def test_a_dialog_in_a_template_writes_the_registry_values_of_the_administrative_template(tmp_path: Path) -> None:
    drive = {"encryptionMethod": "xtsAes256", "requireEncryptionForWriteAccess": True}
    profile = {"@odata.type": f"{GRAPH}{ENDPOINT}", "id": "1", "displayName": "P", "bitLockerFixedDrivePolicy": drive}
    found = {claim.setting.key: claim.value for claim in lowered(only(read_one(tmp_path, profile))).claims}
    assert found == {
        r"hklm\software\policies\microsoft\fve!encryptionmethodwithxtsfdv": 7,
        r"hklm\system\currentcontrolset\policies\microsoft\fve!fdvdenywriteaccess": 1,
    }


@pytest.mark.parametrize(
    ("node", "written"),
    [
        ("LocalPoliciesSecurityOptions/Devices_AllowedToFormatAndEjectRemovableMedia", custom("Administrators")),
        ("LocalPoliciesSecurityOptions/Accounts_BlockMicrosoftAccounts", custom("3")),
        ("LocalPoliciesSecurityOptions/Accounts_RenameGuestAccount", custom(3)),
        ("LocalPoliciesSecurityOptions/Audit_AuditTheUseOfBackupAndRestoreprivilege", catalog("?")),
        ("Audit/AccountLogon_AuditCredentialValidation", custom(7)),
        ("SystemServices/ConfigureXboxLiveGameSaveServiceStartupMode", custom(9)),
        ("DeviceLock/MinDevicePasswordLength", catalog(14)),
        ("DeviceLock/AccountLockoutPolicy", catalog("five")),
        ("RestrictedGroups/ConfigureGroupMembership", custom("<groupmembership>")),
        (
            "LocalUsersAndGroups/Configure",
            custom(
                '<GroupConfiguration><accessgroup desc="Users"><group action="U"/></accessgroup></GroupConfiguration>'
            ),
        ),
    ],
)
def test_what_no_template_says_stays_a_node(node: str, written: Written) -> None:
    policy = mdm(node, written)
    assert lowered(policy).claims == policy.claims


def test_lockout_is_one_node_and_three_entries() -> None:
    written = catalog("AccountLockoutDuration:0, AccountLockoutThreshold:5, ResetAccountLockoutCounterAfter:60")
    template_ = gpo("System Access", "LockoutDuration = -1\nLockoutBadCount = 5\nResetLockoutCount = 60")
    assert stated(lowered(mdm("DeviceLock/AccountLockoutPolicy", written))) == stated(template_)


def test_a_service_beside_the_same_start_type_with_permissions_stays_a_node() -> None:
    policy = mdm("SystemServices/ConfigureXboxLiveGameSaveServiceStartupMode", catalog(4))
    guarded = gpo("Service General Setting", '"XblGameSave",4,"D:(A;;GA;;;BA)"')
    automatic = gpo("Service General Setting", '"XblGameSave",2,"D:(A;;GA;;;BA)"')
    assert lowered(policy, guarded).claims == policy.claims
    key = "secedit:service general setting/xblgamesave"
    assert stated(lowered(policy, automatic)) == [(key, ("4", ""), "Start type, SDDL")]


def test_no_auditing_is_spelled_as_the_estates_gpos_spell_it() -> None:
    policy = mdm("Audit/AccountLogon_AuditCredentialValidation", catalog(0))
    assert stated(lowered(policy, gpo("audit", "4"))) == stated(gpo("audit", "4"))


def test_a_catalog_row_that_restricts_replaces_the_group_and_one_that_updates_stays() -> None:
    row = f"{POLICY}/LocalUsersAndGroups/Configure/Administrators/groupconfiguration_accessgroup"
    members: dict[str, Value] = {"desc": (ADMINS,), "action": "AddRestrict", "users": ("Guests", "Ann")}
    claims = [Claim(csp(f"{row}/{name}"), Scope.DEVICE, value, "choice", HERE) for name, value in members.items()]
    policy = Policy("1", "Groups", Channel.MDM, "settings-catalog", HERE, tuple(claims))
    replaced = [("secedit:group membership/s-1-5-32-544__members", ("Ann", GUESTS), "Principals")]
    assert stated(lowered(policy)) == replaced
    adds = replace(policy, claims=(claims[0], replace(claims[1], value="AddUpdate"), claims[2]))
    assert lowered(adds).claims == adds.claims


def test_account_policy_of_a_gpo_and_of_intune_is_one_setting() -> None:
    (theirs,) = gpo("System Access", "MinimumPasswordLength = 14").claims
    (ours,) = lowered(mdm("DeviceLock/MinimumPasswordLength", catalog(14))).claims
    assert (theirs.setting, theirs.value, theirs.when) == (ours.setting, ours.value, ours.when)


@pytest.mark.parametrize(
    ("name", "sid"),
    [
        ("Administrators", ADMINS),
        ("BUILTIN\\Guests", GUESTS),
        ("nt authority\\local service", "S-1-5-19"),
        ("Everyone", "S-1-1-0"),
        ("Window Manager\\Window Manager Group", "S-1-5-90-0"),
        # as Windows resolves them: sc.exe showsid
        ("NT SERVICE\\WdiServiceHost", "S-1-5-80-3139157870-2983391045-3678747466-658725712-1809340420"),
        ("NT SERVICE\\TrustedInstaller", "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464"),
        ("IIS APPPOOL\\DefaultAppPool", "S-1-5-82-3006700770-424185619-1745488364-794895919-4004696415"),
    ],
)
def test_a_well_known_name_is_its_sid(name: str, sid: str) -> None:
    assert (principal(name), principal(f'"{name.upper()}"'), principal(f"*{sid.lower()}")) == (sid, sid, sid)


@pytest.mark.parametrize(
    "name", ["Guest", "Administrator", "CONTOSO\\Domain Admins", "BUILTIN\\Nobody", "NT SERVICE\\"]
)
def test_a_name_of_an_account_stays_a_name(name: str) -> None:
    assert principal(name) == name


@given(st.lists(st.sampled_from(("*S-1-5-32-544", "Administrators", "Guests", "Ann", "ann", "*S-1-0-0", ""))))
def test_the_order_and_the_repeats_of_principals_mean_nothing(names: list[str]) -> None:
    once = principals(names)
    assert {one.casefold() for one in principals(reversed(names))} == {one.casefold() for one in once}
    assert principals(once) == once


def test_every_node_is_an_entry_of_its_own() -> None:
    found = [entry.setting.key for entry in entries().values()]
    assert (len(found), len(set(found))) == (215, 215)


def test_the_sample_policies_are_lowered(sample_data: Path) -> None:
    estate = policylint.read([str(sample_data / "intune")])
    areas = ("userrights", "localpoliciessecurityoptions", "audit", "systemservices", "localusersandgroups")
    prefixes = {area: f"device_vendor_msft_policy_config_{area}_" for area in areas}
    counted = {
        area: (
            sum(c.setting.key.startswith(prefix) for p in estate.policies for c in p.written),
            sum(c.setting.key.startswith(prefix) for p in estate.policies for c in p.claims),
        )
        for area, prefix in prefixes.items()
    }
    # What stays: two rows of local groups that add members, and a removable-media option stated in words.
    assert counted == {
        "userrights": (248, 0),
        "localpoliciessecurityoptions": (544, 1),
        "audit": (367, 0),
        "systemservices": (60, 0),
        "localusersandgroups": (12, 8),
    }


def test_authors_of_both_worlds_agree_where_their_advice_does(sample_data: Path) -> None:
    """Public baselines as an oracle: a wrong entry, unit or direction would set a setting apart in all of them."""
    worlds: dict[Channel, dict[str, set[Value]]] = {Channel.GPO: {}, Channel.MDM: {}}
    gpos = ("nsacyber-shb", "msft-ws2022-baseline", "policyrules-msft", "policyrules-0x6d", "private-secure-windows")
    for folder in (*(f"gpo/{name}" for name in gpos), "intune"):
        for policy in policylint.read([str(sample_data / folder)]).policies:
            for claim in policy.claims:
                if claim.setting.key.startswith(("secedit:", "audit:")):
                    worlds[policy.channel].setdefault(claim.setting.key, set()).add(claim.value)
    theirs, ours = worlds[Channel.GPO], worlds[Channel.MDM]
    shared = theirs.keys() & ours.keys()
    apart = {key.rpartition("\\")[2].rpartition("/")[2] for key in shared if not theirs[key] & ours[key]}
    assert len(shared) == 111
    assert apart == {  # each was looked at in the files
        "audit:{0cce9242-69ae-11d9-bed3-505054503030}",  # Kerberos: off on clients, on where the templates are for DCs
        "newadministratorname",  # everybody has a name of their own
        "newguestname",
        "sesystemprofileprivilege",  # the profile says S-1-5-80, which is the beginning of a SID
        "seshutdownprivilege",  # users may shut down clients, and not servers
        "undockwithoutlogon",  # blocked for privileged workstations; the only template is a laptop's export
        "validateadmincodesignatures",
    }
