"""A small estate for the tests of reports: a Registry.pol, an Intune export, and what lint and resolve say of them."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from pathlib import Path

from policylint.effective import Contender, Effective, Outcome, Result, State
from policylint.evidence import Evidence, JsonAt, PolAt
from policylint.facts import Is
from policylint.findings import Finding, Location, Summary, ref
from policylint.locate import Locator
from policylint.model import Channel, Claim, Policy, Scope, csp, registry

HELLO = r"SOFTWARE\Policies\Microsoft\PassportForWork"
POL = "gpo/{6A1F}/DomainSysvol/GPO/Machine/registry.pol"
EXPORT = "intune/Cloud Trust.json"
VALUE = "device_vendor_msft_passportforwork_{tenantid}_policies_usecloudtrustforonpremauth_true"
SUMMARY = Summary(policies=2, settings=3, targets=2, files=4, unread=1, ignored=2)


def pol(*instructions: tuple[str, str, int, bytes]) -> tuple[bytes, list[PolAt]]:
    """A Registry.pol of (key, name, type, data), and where each record stands ([MS-GPREG] 2.2.1)."""
    file, places = b"PReg\x01\0\0\0", []
    for number, (key, name, kind, data) in enumerate(instructions, 1):
        names = f"[{key}\0;{name}\0;".encode("utf-16-le", "surrogatepass")
        record = names + struct.pack("<IHIH", kind, ord(";"), len(data), ord(";")) + data + "]".encode("utf-16-le")
        places.append(PolAt(number, len(file), len(file) + len(record)))
        file += record
    return file, places


@dataclass(frozen=True)
class Desk:
    """Files on disk, the evidence in them, and everything that reports are made of."""

    locator: Locator
    record: Evidence
    value: Evidence
    pki: Policy
    cloud: Policy

    @property
    def finding(self) -> Finding:
        """The example of the handbook: certificate trust beats cloud trust."""
        return Finding(
            rule="WH001",
            name="certificate-overrides-cloud-trust",
            severity="error",
            confidence="certain",
            message='certificate trust wins: cloud Kerberos trust in "Cloud Trust" has no effect on OU=Workstations',
            locations=(
                Location(self.record, "primary", "forces certificate trust"),
                Location(self.value, "related", "loses (W-GRP-E, truth table)"),
            ),
            policies=(ref(self.pki), ref(self.cloud)),
            setting=f"HKLM\\{HELLO}!UseCertificateForOnPremAuth",
            scope="device",
            targets=("Workstations",),
            help='set "Use certificate for on-premises authentication" to Not Configured in "WHfB PKI"',
            why="policylint why whfb/trust-model --for Workstations",
        )

    @property
    def contested(self) -> Result:
        """A setting that both policies claim; the GPO wins as long as its WMI filter lets it."""
        setting = registry(Scope.DEVICE, HELLO, "UseCertificateForOnPremAuth")
        winner = Contender(Claim(setting, Scope.DEVICE, 1, "REG_DWORD", self.record), self.pki, ("G-LINK-ORDER",))
        written = "./Device/Vendor/MSFT/PassportForWork/{tenantid}/Policies/UseCertificateForOnPremAuth"
        losing = Claim(setting, Scope.DEVICE, 0, "choice", self.value, origin=written, when=Is("mdm"))
        return Result(
            setting=setting,
            scope=Scope.DEVICE,
            state=State.CONDITIONAL,
            value=1,
            absent=False,
            candidates=(1, 0),
            conditions=('wmi-filter "Laptops"',),
            reasons=("G-LINK-ORDER", "W-GRP-E"),
            winner=winner,
            losers=(Contender(losing, self.cloud, ("W-GRP-E",)),),
            name="Use certificate for on-premises authentication",
        )

    @property
    def outcome(self) -> Outcome:
        """The trust model that follows."""
        contested = self.contested
        assert contested.winner is not None
        return Outcome(
            id="whfb/trust-model",
            state=State.CONDITIONAL,
            value="certificate",
            candidates=("certificate", "cloud-kerberos"),
            conditions=('wmi-filter "Laptops"',),
            reasons=("W-TABLE", "W-GRP-E"),
            prerequisites=("certificate: a PKI",),
            contenders=(contested.winner, *contested.losers),
        )

    @property
    def effective(self) -> Effective:
        """A target with one setting of each state but not-applicable."""
        open_setting = registry(Scope.DEVICE, HELLO, "UseCloudTrustForOnPremAuth")
        lock = csp("./User/Vendor/MSFT/Policy/Config/DeviceLock/MinDevicePasswordLength")
        claim = Claim(lock, Scope.USER, 8, "Integer", self.value)
        rows = (
            Result(
                lock, Scope.USER, State.DETERMINED, 8, False, (8,), (), ("M-ONLY",), Contender(claim, self.cloud), ()
            ),
            Result(open_setting, Scope.DEVICE, State.UNDETERMINED, None, False, (1, None), (), ("D19",), None, ()),
            self.contested,
        )
        facts = {"mdm": True, "join": "hybrid"}
        return Effective("London laptop", "contoso.com/Workstations", "contoso.com/Users", facts, rows, (self.outcome,))


def desk(folder: Path) -> Desk:
    """Writes the files into a folder."""
    file, places = pol(
        (HELLO, "Enabled", 4, (1).to_bytes(4, "little")),
        (HELLO, "UseCertificateForOnPremAuth", 4, (1).to_bytes(4, "little")),
    )
    (folder / "registry.pol").write_bytes(file)
    settings = [{"id": "0"}, {"choiceSettingValue": {"value": VALUE}}]
    (folder / "cloud.json").write_text(json.dumps({"name": "Cloud Trust", "settings": settings}, indent=4), "utf-8")
    record, value = Evidence(POL, places[1]), Evidence(EXPORT, JsonAt("/settings/1/choiceSettingValue/value"))
    return Desk(
        Locator({POL: folder / "registry.pol", EXPORT: folder / "cloud.json"}),
        record,
        value,
        Policy("{6A1F}", "WHfB PKI", Channel.GPO, "gpo", Evidence(POL)),
        Policy("9b1c", "Cloud Trust", Channel.MDM, "settings-catalog", Evidence(EXPORT)),
    )
