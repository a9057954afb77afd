"""What the rules about order, links and lists of GPOs find beyond their fixtures: several targets, and real estates."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import policylint
from policylint.estate import Estate
from policylint.evidence import Evidence
from policylint.findings import Finding
from policylint.lint import lint
from policylint.model import Channel, Claim, Filtering, Policy, Scope, registry
from policylint.rules import load_rules, select
from policylint.topology import LinkEntry, Som, Topology

MINE = ("PR001", "PR002", "PR003", "PR004", "PR005", "PR006", "PR007", "PR008", "PR011", "PR015", "PR016", "PR017")


def gpo(name: str, value: int) -> Policy:
    """A GPO that writes one value; where it is linked, the topology tells."""
    at = Evidence(name)
    setting = registry(Scope.DEVICE, r"SOFTWARE\Policies\Contoso", "Mode")
    claim = Claim(setting, Scope.DEVICE, value, "REG_DWORD", at)
    return Policy(name, name, Channel.GPO, "gpo", at, (claim,), filtering=Filtering(("S-1-5-11",), ()))


def found(policies: tuple[Policy, ...], soms: list[Som], *rules: str) -> tuple[Finding, ...]:
    """What the rules find in an estate whose containers are all told."""
    estate = Estate(policies, topology=Topology(som=soms), linked=True)
    return lint(estate, select(load_rules(), rules or MINE))


def som(path: str, *links: str, blocks: bool = False) -> Som:
    """A container with enabled links, strongest first."""
    return Som(path=path, links=[LinkEntry(gpo=link) for link in links], blocks_inheritance=blocks)


def test_two_containers_that_order_two_gpos_differently_give_two_findings() -> None:
    policies = gpo("A", 1), gpo("B", 2)
    got = found(policies, [som("c.com"), som("c.com/X", "A", "B"), som("c.com/Y", "B", "A")], "PR001")
    assert {(f.message.partition(":")[0], f.targets, f.confidence) for f in got} == {
        ('"A" beats "B" on c.com/X', ("c.com/X",), "certain"),
        ('"B" beats "A" on c.com/Y', ("c.com/Y",), "certain"),
    }


def test_one_pair_of_gpos_on_many_containers_is_one_finding() -> None:
    policies = gpo("A", 1), gpo("B", 2)
    soms = [som("c.com", "A", "B"), *(som(f"c.com/{name}", blocks=name == "Z") for name in "XYZ")]
    assert [(f.message.partition(":")[0], f.targets) for f in found(policies, soms, "PR001")] == [
        ('"A" beats "B" on c.com', ("c.com",))
    ]


def test_a_blocked_container_is_a_note_where_the_gpo_is_applied_elsewhere() -> None:
    got = found((gpo("A", 1),), [som("c.com", "A"), som("c.com/X", blocks=True)], "PR004")
    assert [(f.severity, f.message) for f in got] == [
        ("note", 'c.com/X blocks inheritance, so "A" from above is not applied there')
    ]


def test_goad_loses_its_smb_signing_as_its_author_meant_to_show(sample_data: Path) -> None:
    estate = policylint.read([sample_data / "gpo" / "gpohound-goad"])
    got = lint(estate, select(load_rules(), MINE))
    assert Counter(f.rule for f in got) == {"PR001": 1, "PR002": 1, "PR003": 1, "PR004": 1}
    assert {(f.rule, tuple(sorted(p.name for p in f.policies))) for f in got if f.rule in ("PR002", "PR003")} == {
        ("PR002", ("DISABLE SMB SIGNING", "ENABLE SMB SIGNING")),
        ("PR003", ("DISABLE SMB SIGNING", "ENABLE SMB SIGNING")),
    }


def test_backups_without_link_order_leave_the_bitlocker_pin_open(sample_data: Path) -> None:
    estate = policylint.read([sample_data / "gpo" / "hardenad-1"])
    got = lint(estate, select(load_rules(), ["PR001"]))
    assert {(f.targets, f.severity, f.confidence) for f in got} == {
        (("harden.lab/Harden_T0/Workstations",), "note", "likely"),
        (("harden.lab/Harden_T12/Workstations",), "note", "likely"),
    }


def test_many_gpos_without_a_link_are_one_finding(sample_data: Path) -> None:
    estate = policylint.read([sample_data / "gpo" / "sec-ad-fr"])
    got = lint(estate, select(load_rules(), ["GP002"]))
    assert [(f.message.partition(":")[0], f.severity) for f in got] == [
        ("40 of 91 GPOs have no link that is enabled and apply nothing", "note")
    ]
