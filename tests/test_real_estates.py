"""Real estates, read from their files by hand and explained here: what Windows does with them, and why.

Each docstring says what the raw files hold; the expected outcome is the law's, worked out from that without the engine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from policylint.effective import Effective, Result
from policylint.model import Scope, Value
from policylint.observed import ObservedGpo
from policylint.rank import rank
from policylint.readers import read
from policylint.resolve import resolve
from policylint.targets import find_target
from tests.gpo_writer import BackupWriter, link, utf16

SECURITY_CSE = "{827D319E-6EAC-11D2-A4EA-00C04F79F83A}"
SECURITY_TOOL = "{803E14A0-B4FB-11D0-A0D0-00A0C90F574B}"

SMB = r"secedit:Registry Values/MACHINE\System\CurrentControlSet\Services\LanManServer\Parameters"
PERSONALIZATION = r"HKLM\Software\Policies\Microsoft\Windows\Personalization!ForceStartBackground"
BITLOCKER = r"HKLM\Software\Policies\Microsoft\FVE"
HELLO = r"HKLM\SOFTWARE\Policies\Microsoft\PassportForWork"


@dataclass(frozen=True)
class Told:
    """What is expected of one setting: its state and value, who wins, who loses by which rules, and the open facts."""

    state: str
    value: Value
    winner: str | None
    losers: tuple[tuple[str, Value, tuple[str, ...]], ...] = ()
    conditions: tuple[str, ...] = ()


def told(effective: Effective, setting: str, scope: Scope = Scope.DEVICE) -> Told:
    """The setting as the engine resolves it; policies by name."""
    row = found(effective, setting, scope)
    return Told(
        row.state.value,
        row.value,
        row.winner.policy.name if row.winner else None,
        tuple((c.policy.name, c.claim.value, c.reasons) for c in row.losers),
        row.conditions,
    )


def found(effective: Effective, setting: str, scope: Scope = Scope.DEVICE) -> Result:
    wanted = setting.casefold()
    (row,) = (row for row in effective.settings if row.setting.key == wanted and row.scope is scope)
    return row


def names(effective: Effective) -> set[str]:
    return {row.setting.key for row in effective.settings}


def excluded(effective: Effective, *policies: str, scope: Scope = Scope.DEVICE) -> dict[str, str]:
    """Why these policies do not reach the target, by name."""
    return {e.policy.name: e.reason for e in effective.excluded if e.policy.name in policies and e.scope is scope}


def at(folder: Path, target: str | None = None, topology: str = "", scratch: Path | None = None) -> Effective:
    """The effective settings of a target of a real estate, with what a topology file adds."""
    written = None
    if scratch is not None:
        written = scratch / "topology.toml"
        written.write_text(topology, "utf-8")
    estate = read([folder.name], str(written) if written else None, folder.parent)
    return resolve(rank(estate, find_target(target, estate)))


# gpohound-goad: a SYSVOL and BloodHound's collection of one domain. Nothing tells the DACLs of the GPOs, so that their
# security filtering stays open: every outcome hangs on it. Links of containers come from `Links` of ous.json.


def filtering(*gpos: str) -> tuple[str, ...]:
    return tuple(f'security filtering of "{gpo}"' for gpo in gpos)


def test_an_enforced_link_higher_up_beats_an_enforced_one_below(sample_data: Path) -> None:
    """COMPUTER links "DISABLE SMB SIGNING" (0), enforced; WORKSTATION/LYON below it "ENABLE SMB SIGNING" (1), enforced
    too: among enforced links the higher container wins."""
    lyon = at(sample_data / "gpo" / "gpohound-goad", "WORKSTATION/LYON")
    for value in ("EnableSecuritySignature", "RequireSecuritySignature"):
        assert told(lyon, rf"{SMB}\{value}") == Told(
            "conditional",
            0,
            "DISABLE SMB SIGNING",
            (("ENABLE SMB SIGNING", 1, ("G-ENFORCED-INVERT",)),),
            filtering("DISABLE SMB SIGNING", "ENABLE SMB SIGNING"),
        )


def test_an_enforced_link_beats_one_below_that_is_not(sample_data: Path) -> None:
    """In WORKSTATION/PARIS the link of "ENABLE SMB SIGNING" is not enforced; the one of COMPUTER still is."""
    paris = at(sample_data / "gpo" / "gpohound-goad", "WORKSTATION/PARIS")
    assert told(paris, rf"{SMB}\RequireSecuritySignature") == Told(
        "conditional",
        0,
        "DISABLE SMB SIGNING",
        (("ENABLE SMB SIGNING", 1, ("G-ENFORCED-TOP",)),),
        filtering("DISABLE SMB SIGNING", "ENABLE SMB SIGNING"),
    )


def test_the_nearest_container_wins_where_nothing_is_enforced(sample_data: Path) -> None:
    """Start's background: "GENERIC WALLPAPER" at COMPUTER says 5, "PARIS WALLPAPER" at WORKSTATION/PARIS says 1."""
    goad = sample_data / "gpo" / "gpohound-goad"
    assert told(at(goad, "WORKSTATION/PARIS"), PERSONALIZATION) == Told(
        "conditional",
        1,
        "PARIS WALLPAPER",
        (("GENERIC WALLPAPER", 5, ("G-LSDOU",)),),
        filtering("PARIS WALLPAPER", "GENERIC WALLPAPER"),
    )
    assert told(at(goad, "WORKSTATION/LYON"), PERSONALIZATION) == Told(
        "conditional", 5, "GENERIC WALLPAPER", (), filtering("GENERIC WALLPAPER")
    )


def test_a_container_that_blocks_inheritance_lets_only_enforced_links_through(sample_data: Path) -> None:
    """SERVERS/PARIS blocks inheritance: of what is linked at SERVERS, COMPUTER and the domain, only the enforced
    "DISABLE SMB SIGNING" arrives. SERVERS/LYON does not block, and gets the rest as well."""
    goad = sample_data / "gpo" / "gpohound-goad"
    paris, lyon = (at(goad, f"SERVERS/{city}") for city in ("PARIS", "LYON"))
    above = "DEFAULT DOMAIN POLICY", "GENERIC WALLPAPER", "LOCAL REMOTE DESKTOP USERS", "SERVER LOCAL ADMINISTRATORS"
    assert excluded(paris, *above, "DISABLE SMB SIGNING") == dict.fromkeys(above, "G-BLOCK")
    assert excluded(lyon, *above, "DISABLE SMB SIGNING") == {}
    assert told(paris, rf"{SMB}\EnableSecuritySignature").value == 0
    assert PERSONALIZATION.casefold() not in names(paris)
    assert told(lyon, PERSONALIZATION).value == 5


# detectionlab: nine backups of one domain, whose reports tell links and which of them are enforced.


def test_an_enforced_gpo_arrives_whatever_blocks_and_another_only_where_nothing_does(sample_data: Path) -> None:
    """ "Windows Event Forwarding Server" is enforced at the domain, "Powershell Logging" linked there without that. No
    backup says whether Servers blocks inheritance: the first is certain, the second hangs on it."""
    servers = at(sample_data / "gpo" / "detectionlab", "windomain.local/Servers")
    forwarding = r"HKLM\Software\Policies\Microsoft\Windows\EventLog\EventForwarding\SubscriptionManager!1"
    server = "Server=http://wef.windomain.local:5985/wsman/SubscriptionManager/WEC,Refresh=60"
    assert told(servers, forwarding) == Told("determined", server, "Windows Event Forwarding Server")
    logging = r"HKLM\Software\Policies\Microsoft\Windows\PowerShell\ModuleLogging!EnableModuleLogging"
    assert told(servers, logging) == Told(
        "conditional", 1, "Powershell Logging", (), ("blocks-inheritance of windomain.local/Servers",)
    )
    domain = at(sample_data / "gpo" / "detectionlab", "windomain.local")
    assert told(domain, logging) == Told("determined", 1, "Powershell Logging")


def test_each_container_gets_the_audit_policy_that_is_linked_to_it(sample_data: Path) -> None:
    """Three GPOs audit process creation for success and failure, each enforced at a container of its own. Those for
    servers and workstations have their user side disabled (options 1). "Allow Domain Users RDP" is linked nowhere."""
    creation = "audit:{0cce922b-69ae-11d9-bed3-505054503030}"
    auditing = {
        "Domain Controllers": "Domain Controllers Enhanced Auditing Policy",
        "Servers": "Servers Enhanced Auditing Policy",
        "Workstations": "Workstations Enhanced Auditing Policy",
    }
    for container, gpo in auditing.items():
        effective = at(sample_data / "gpo" / "detectionlab", f"windomain.local/{container}")
        assert told(effective, creation) == Told("determined", 3, gpo)
        others = [other for other in auditing.values() if other != gpo]
        assert excluded(effective, *auditing.values(), "Allow Domain Users RDP") == {
            **dict.fromkeys(others, "G-LSDOU"),
            "Allow Domain Users RDP": "G-LSDOU",
        }
        assert excluded(effective, auditing["Servers"], auditing["Workstations"], scope=Scope.USER) == {
            auditing["Servers"]: "G-STATUS",
            auditing["Workstations"]: "G-STATUS",
        }


# sec-ad-fr: 92 backups of one domain. Most GPOs exist twice under one name: a newer one is linked to every tier.


def test_equal_values_need_no_link_order(sample_data: Path) -> None:
    """_Tier2 links two GPOs named "Bitlocker-Enabled", one of them enforced, and 37 more; no backup tells link orders.
    No two of the GPOs that arrive anywhere set one value differently, so that nothing hangs on an order."""
    folder = sample_data / "gpo" / "sec-ad-fr"
    for target in ("_Tier0", "_Tier0/PAW", "_Tier1", "_Tier1_Legacy", "_Tier2", "_Tier2/Workstations"):
        effective = at(folder, f"serval.int/{target}")
        open_facts = {fact for row in effective.settings for fact in row.conditions}
        assert open_facts <= {
            f"blocks-inheritance of serval.int/{'/'.join(target.split('/')[: n + 1])}" for n in (0, 1)
        }
    tier2 = at(folder, "serval.int/_Tier2")
    tpm = found(tier2, rf"{BITLOCKER}!UseTPM")
    assert told(tier2, rf"{BITLOCKER}!UseTPM") == Told(
        "determined", 1, "Bitlocker-Enabled", (("Bitlocker-Enabled", 1, ("G-ENFORCED-TOP",)),)
    )
    assert tpm.winner is not None
    assert [tpm.winner.policy.id, *(loser.policy.id for loser in tpm.losers)] == [
        "{116C1007-3D44-43CD-B8D3-AEAB1596C342}",
        "{57E48B0A-07B6-478E-B7BC-511CB2E7A749}",
    ]


def test_what_a_tier_gives_its_privileged_workstations_hangs_on_inheritance_unless_it_is_enforced(
    sample_data: Path,
) -> None:
    """PAW, below _Tier0, enforces "NTLM-Disabled" itself, and the domain enforces "mDNS-Disabled" as a preference;
    "LLMNR-Disabled" is linked to _Tier0 alone, and no backup says whether PAW blocks inheritance."""
    paw = at(sample_data / "gpo" / "sec-ad-fr", "serval.int/_Tier0/PAW")
    netlogon = r"secedit:Registry Values/MACHINE\System\CurrentControlSet\Services\Netlogon\Parameters"
    assert told(paw, rf"{netlogon}\RestrictNTLMInDomain") == Told(
        "determined", 7, "NTLM-Disabled", (("NTLM-Disabled", 7, ("G-ENFORCED-TOP",)),)
    )
    mdns = r"gpp:Registry/HKLM\SYSTEM\CurrentControlSet\Services\Dnscache\Parameters!EnableMDNS"
    assert told(paw, mdns) == Told("determined", 0, "mDNS-Disabled", (("mDNS-Disabled", 0, ("G-ENFORCED-TOP",)),))
    llmnr = r"HKLM\Software\Policies\Microsoft\Windows NT\DNSClient!EnableMulticast"
    assert told(paw, llmnr) == Told(
        "conditional", 0, "LLMNR-Disabled", (), ("blocks-inheritance of serval.int/_Tier0/PAW",)
    )


# hardenad-1: two BitLocker GPOs enforced at one OU, each for the members of one group and against those of another
# (ACEs of the descriptor in Backup.xml), both behind the WMI filter "Windows-Supported-OS-Clients".

PIN, TPM_ONLY = "HAD-BitLocker-PIN-Enabled-Win10-11", "HAD-BitLocker-TPMOnly-Enabled-Win10-11"
GROUP = "S-1-5-21-1980938675-1312184500-41287988"
PIN_APPLY, PIN_DENY, TPM_APPLY = f"{GROUP}-1345", f"{GROUP}-1344", f"{GROUP}-1343"
WORKSTATIONS = "harden.lab/Harden_T0/Workstations"


def workstation(
    sample_data: Path, scratch: Path, *groups: str, wmi: bool = True, order: Sequence[str] = ()
) -> Effective:
    links = ", ".join(f'{{ gpo = "{gpo}", enforced = true }}' for gpo in order)
    som = f"""[[som]]
path = "{WORKSTATIONS}"
blocks-inheritance = false
links = [{links}]
"""
    topology = f"""[[wmi-filter]]
name = "Windows-Supported-OS-Clients"
result = {str(wmi).lower()}

[[target]]
name = "PC"
device = "{WORKSTATIONS}"
groups = {list(groups)}

{som if order else ""}"""
    return at(sample_data / "gpo" / "hardenad-1", "PC", topology, scratch)


def test_a_member_of_the_group_that_a_gpo_is_for_gets_it(sample_data: Path, tmp_path: Path) -> None:
    """The PIN GPO writes UseAdvancedStartup 1 and UseTPMPIN 1; the other one is not for this device."""
    pc = workstation(sample_data, tmp_path, PIN_APPLY)
    assert told(pc, f"{BITLOCKER}!UseAdvancedStartup") == Told("determined", 1, PIN)
    assert told(pc, f"{BITLOCKER}!UseTPMPIN") == Told("determined", 1, PIN)
    assert excluded(pc, PIN, TPM_ONLY) == {TPM_ONLY: "G-SECFILTER"}


def test_a_denied_member_does_not_get_what_another_of_his_groups_is_allowed(sample_data: Path, tmp_path: Path) -> None:
    """A deny of Apply Group Policy stands before the allow."""
    pc = workstation(sample_data, tmp_path, PIN_APPLY, PIN_DENY)
    assert excluded(pc, PIN, TPM_ONLY) == {PIN: "G-SECFILTER", TPM_ONLY: "G-SECFILTER"}
    assert f"{BITLOCKER}!UseTPMPIN".casefold() not in names(pc)


def test_a_wmi_filter_without_rows_keeps_both_out(sample_data: Path, tmp_path: Path) -> None:
    """Both GPOs name the filter; that it gives no rows comes before their security filtering is asked."""
    pc = workstation(sample_data, tmp_path, PIN_APPLY, TPM_APPLY, wmi=False)
    assert excluded(pc, PIN, TPM_ONLY) == {PIN: "G-WMI", TPM_ONLY: "G-WMI"}


def test_without_a_link_order_two_enforced_gpos_of_one_container_leave_the_value_open(
    sample_data: Path, tmp_path: Path
) -> None:
    """In both groups: 1 of the one against 0 of the other, and UseTPMPIN, which one writes and the other deletes
    (`**del.UseTPMPIN`). A backup tells no link order."""
    pc = workstation(sample_data, tmp_path, PIN_APPLY, TPM_APPLY)
    order = (f'link order of {WORKSTATIONS}: "{PIN}" above "{TPM_ONLY}"',)
    for value, (ours, theirs) in {"UseAdvancedStartup": (1, 0), "UseTPMPIN": (1, None)}.items():
        row = found(pc, f"{BITLOCKER}!{value}")
        assert (row.state.value, row.value, row.candidates, row.conditions) == (
            "conditional",
            None,
            (ours, theirs),
            order,
        )


def test_with_a_link_order_the_first_link_wins_and_its_deletion_counts(sample_data: Path, tmp_path: Path) -> None:
    pc = workstation(sample_data, tmp_path, PIN_APPLY, TPM_APPLY, order=[TPM_ONLY, PIN])
    loser = ("G-ENFORCED-SAME-SOM",)
    assert told(pc, f"{BITLOCKER}!UseAdvancedStartup") == Told("determined", 0, TPM_ONLY, ((PIN, 1, loser),))
    assert told(pc, f"{BITLOCKER}!UseTPMPIN") == Told("determined", None, TPM_ONLY, ((PIN, 1, loser),))
    assert found(pc, f"{BITLOCKER}!UseTPMPIN").absent


# stig-sos: "SOS - GPO Loopback" writes UserPolicyMode 2 (replace). No backup is linked; the links stand here.

KIOSKS = """
[[som]]
path = "corp.example"
blocks-inheritance = false
links = []

[[som]]
path = "corp.example/Kiosks"
blocks-inheritance = false
links = [{ gpo = "SOS - GPO Loopback" }, { gpo = "SOS - Branding" }]

[[som]]
path = "corp.example/People"
blocks-inheritance = false
links = [{ gpo = "SOS - OneDrive" }]

[[target]]
name = "kiosk"
device = "corp.example/Kiosks"
user = "corp.example/People"

[[target]]
name = "desk"
device = "corp.example/People"
user = "corp.example/People"
"""


def test_loopback_with_replace_takes_the_users_own_gpos_away(sample_data: Path, tmp_path: Path) -> None:
    """At a kiosk the user gets the user side of "SOS - Branding", which the computer's OU links, instead of "SOS -
    OneDrive" of his own OU; on a desk he gets his own. The loopback GPO's own user side is disabled (options 1)."""
    folder = sample_data / "gpo" / "stig-sos"
    kiosk, desk = (at(folder, name, KIOSKS, tmp_path) for name in ("kiosk", "desk"))
    sync = r"HKCU\SOFTWARE\Policies\Microsoft\OneDrive!DisablePersonalSync"
    style = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Policies\System!WallpaperStyle"
    three = "SOS - GPO Loopback", "SOS - Branding", "SOS - OneDrive"
    mode = r"HKLM\Software\Policies\Microsoft\Windows\System!UserPolicyMode"
    assert told(kiosk, mode) == Told("determined", 2, "SOS - GPO Loopback")
    assert told(kiosk, style, Scope.USER) == Told("determined", "3", "SOS - Branding")
    assert found(kiosk, style, Scope.USER).reasons == ("G-LOOP-REPLACE", "G-LSDOU")
    assert sync.casefold() not in names(kiosk)
    assert excluded(kiosk, *three, scope=Scope.USER)["SOS - OneDrive"] == "G-LOOP-REPLACE"
    assert excluded(kiosk, *three, scope=Scope.USER)["SOS - GPO Loopback"] == "G-STATUS"
    assert told(desk, sync, Scope.USER) == Told("determined", 1, "SOS - OneDrive")
    assert style.casefold() not in names(desk)


# laymanstake-rsop: gpresult of a domain controller. Its GPOs are not there, but what each of them won is.


def template(settings: Mapping[str, Value]) -> bytes:
    """The security template that states these settings."""
    sections: dict[str, list[str]] = {}
    for setting, value in settings.items():
        section, _, name = setting.removeprefix("secedit:").partition("/")
        shown = ",".join(f"*{sid}" for sid in value) if isinstance(value, tuple) else str(value)
        sections.setdefault(section, []).append(f"{name} = {'4,' if section == 'Registry Values' else ''}{shown}")
    lines = [line for section, entries in sections.items() for line in (f"[{section}]", *entries)]
    return utf16("\r\n".join(["[Unicode]", "Unicode=yes", *lines, ""]))


def backed_up(gpo: ObservedGpo, folder: str, settings: Mapping[str, Value]) -> BackupWriter:
    """A backup of a GPO that gpresult shows, linked where it says, with these settings."""
    return BackupWriter(
        folder=folder,
        id=gpo.id,
        name=gpo.name,
        domain=gpo.domain,
        machine_cses=(SECURITY_CSE + SECURITY_TOOL,),
        user_cses=None,
        links=link(gpo.som),
        files={"Machine/microsoft/windows nt/SecEdit/GptTmpl.inf": template(settings)},
    )


def test_the_winners_that_gpresult_shows_win(sample_data: Path, tmp_path: Path) -> None:
    """The two default GPOs, each with the settings that gpresult says it won, linked where gpresult says, and read
    beside the report: every one of the 46 settings has the value and the winner of the report.

    Of user rights the domain's GPO states others besides, and loses, because the OU is nearer. Of account policy the
    controllers' GPO states others: the accounts of the domain follow what is linked at its root all the same.
    """
    report = "rsop.xml"
    (tmp_path / report).write_bytes((sample_data / "gpo" / "laymanstake-rsop" / report).read_bytes())
    (seen,) = read([report], base=tmp_path).observations
    winners = {w.setting.text: (w.value, w.gpo.name) for w in seen.computer.winners.values() if w.setting}
    _, domain, controllers = seen.computer.gpos
    rights = {setting: ("S-1-5-32-545",) for setting in winners if setting.startswith("secedit:Privilege Rights/")}
    accounts = {setting: 1_000 for setting in winners if setting.startswith("secedit:Kerberos Policy/")}
    stated = {
        gpo.name: {setting: value for setting, (value, winner) in winners.items() if winner == gpo.name}
        for gpo in (domain, controllers)
    }
    backed_up(domain, "{A}", rights | stated[domain.name]).write(tmp_path / "backups")
    backed_up(controllers, "{B}", accounts | stated[controllers.name]).write(tmp_path / "backups")
    estate = read(["."], base=tmp_path)
    effective = resolve(rank(estate, find_target("CHILD\\CHILDDC$", estate)))
    resolved = {row.setting.text: (row.value, row.winner and row.winner.policy.name) for row in effective.settings}
    assert len(winners) == 46
    assert {
        setting: resolved.get(f"{setting} (domain accounts)") or resolved[setting] for setting in winners
    } == winners


# oib-2022-09: an export of IntuneManagement. WHfB with certificate trust is an endpoint security intent for all
# devices; the custom profile with cloud trust is assigned to nobody.


def test_an_unassigned_profile_does_not_change_the_trust_model(sample_data: Path) -> None:
    """The intent has windowsHelloForBusinessBlocked false and useCertificatesForOnPremisesAuthEnabled true. No export
    tells whether the device is in MDM, or how it is joined: managed, it has certificate trust; without Intune nothing
    configures it, and Windows' default counts, which is key trust or none by the join."""
    device = at(sample_data / "intune" / "oib-2022-09")
    intent, cloud = "Baseline - Windows Hello for Business", "Windows Hello for Business Hybrid Cloud Trust"
    assert told(device, f"{HELLO}!UseCertificateForOnPremAuth") == Told("conditional", 1, intent, (), ("mdm",))
    assert told(device, f"{HELLO}!Enabled") == Told("conditional", 1, intent, (), ("mdm",))
    assert f"{HELLO}!UseCloudTrustForOnPremAuth".casefold() not in names(device)
    assert {e.policy.name: e.reason for e in device.excluded if e.policy.name == cloud} == {cloud: "I-ASG-NONE"}
    (trust,) = device.outcomes
    assert (trust.state.value, trust.value, trust.candidates) == (
        "conditional",
        "certificate",
        ("certificate", "key", "none"),
    )


def test_a_group_that_one_profile_excludes_and_the_other_is_for_never_has_both(sample_data: Path) -> None:
    """BitLocker with a TPM is for all devices but one group, the one without is for that group: UseTPM is 1 or 2, by
    the membership. IntuneManagement writes the group's id, and its name beside it."""
    device = at(sample_data / "intune" / "oib-2022-09")
    row = found(device, f"{BITLOCKER}!UseTPM")
    assert (row.state.value, row.candidates) == ("conditional", (1, 2, None))
    assert 'group "MEM-Devices-HyperV"' in row.conditions


# ces2026-intunecd: CIS, NCSC and MSZT variants of the same areas, by IntuneCD, which leaves out the assignments of
# profiles that have none: only MSZT's are for all devices.

MSZT = "POC_WIN_D_CO_SBL_MSZT"


def test_of_variants_only_the_assigned_one_counts(sample_data: Path) -> None:
    """PIN history 24 in MSZT and 0 in NCSC; a drive's encryption 7, 6 and 4; LAPS's password length 14 and 15."""
    device = at(sample_data / "intune" / "ces2026-intunecd")
    tenant_wide = (("All users and all devices", 24, ("W-GRP-P",)),)
    assert told(device, rf"{HELLO}\PINComplexity!History") == Told(
        "conditional", 24, f"{MSZT}_WindowsHello", tenant_wide, ("mdm",)
    )
    assert told(device, f"{BITLOCKER}!EncryptionMethodWithXtsOs") == Told(
        "conditional", 7, f"{MSZT}_BitLocker", (), ("mdm",)
    )
    unassigned = {e.policy.name for e in device.excluded if e.reason == "I-ASG-NONE"}
    assert {"POC_WIN_D_CO_SBL_NCSC_MS_WindowsHello", "POC_WIN_D_CO_SBL_CIS_MS_BitLocker"} <= unassigned
    assert not any(name.startswith(MSZT) for name in unassigned)


def test_two_profiles_for_all_devices_that_disagree_have_no_winner(sample_data: Path) -> None:
    """Write access to unencrypted fixed drives: denied by MSZT's BitLocker profile (_1), not by its security baseline
    (_0), and both are for all devices: Intune reports a conflict, and no document says which value a device has."""
    device = at(sample_data / "intune" / "ces2026-intunecd")
    row = found(device, r"HKLM\System\CurrentControlSet\Policies\Microsoft\FVE!FDVDenyWriteAccess")
    both = f"{MSZT}_BitLocker", f"{MSZT}_WindowsSecurityBaseline"
    assert (row.state.value, row.value, row.candidates, row.winner) == ("undetermined", None, (1, 0, None), None)
    assert [(loser.policy.name, loser.claim.value) for loser in row.losers] == list(zip(both, (1, 0), strict=True))
    assert row.conditions == ("mdm", f'conflict between "{both[0]}" and "{both[1]}"')
    assert "I-CONF-CONF" in row.reasons
