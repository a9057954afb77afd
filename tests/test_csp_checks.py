"""Custom profiles against the descriptions of CSPs: what is refused, and what nobody can tell."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policylint.catalogue import ddf
from policylint.catalogue.csp_node import Allowed, Node
from policylint.checks import csp_nodes
from policylint.checks.csp_nodes import refused
from policylint.estate import Estate
from policylint.evidence import Evidence
from policylint.model import Channel, Claim, Policy, Scope, Value, csp
from policylint.readers import read

LM_HASH = "LocalPoliciesSecurityOptions/NetworkSecurity_DoNotStoreLANManagerHashValueOnNextPasswordChange"
CONFIG = "./Device/Vendor/MSFT/Policy/Config"
VALUES = Allowed("ENUM", (("0", "Off"), ("1", "On"), ("true", "")))
FLAGS = Allowed("Flag", (("1", ""), ("2", ""), ("0x8", "")))
GUIDS = Allowed("RegEx", pattern=r"^\{[0-9A-F]{8}\}$", delimiter=",")


def profile(uri: str, value: Value, type_: str) -> Estate:
    scope = Scope.USER if uri.startswith("./User/") else Scope.DEVICE
    claim = Claim(csp(uri), scope, value, type_, Evidence("p.json"), origin=uri)
    policy = Policy("1", "P", Channel.MDM, "custom", Evidence("p.json"), (claim,), written=(claim,))
    return Estate((policy,))


def messages(estate: Estate) -> list[str]:
    """What every check says."""
    checks = (csp_nodes.no_such_node, csp_nodes.wrong_type, csp_nodes.out_of_range, csp_nodes.mdm_wins_form)
    return [found.message for check in checks for found in check(estate)]


@pytest.mark.parametrize(
    ("allowed", "format_", "value", "bad"),
    [
        (VALUES, "int", 1, None),
        (VALUES, "int", 2, "2"),
        (VALUES, "chr", "01", None),
        (VALUES, "chr", "TRUE", None),
        (Allowed("ENUM", (), delimiter=";"), "chr", "x", None),
        (Allowed("ENUM", (("Lan", ""), ("All", "")), delimiter=","), "chr", "lan, all", None),
        (Allowed("ENUM", (("Lan", ""), ("All", "")), delimiter=","), "chr", "Lan,Wan", "Wan"),
        (Allowed("Range", ranges=((0, 5), (9, 9))), "int", 9, None),
        (Allowed("Range", ranges=((0, 5), (9, 9))), "int", 7, "7"),
        (Allowed("Range", ranges=((-1, 5),)), "int", -1, None),
        (Allowed("Range", ranges=((0, 5),)), "chr", "many", None),
        (FLAGS, "int", 11, None),
        (FLAGS, "int", 4, "4"),
        (FLAGS, "int", -1, "-1"),
        (GUIDS, "chr", "{0123ABCD}, {00000000}", None),
        (GUIDS, "chr", "{0123ABCD},x", "x"),
        (Allowed("RegEx", pattern="^(a(?i)b)$"), "chr", "z", None),
        (Allowed("RegEx", pattern="^a$"), "chr", "b" * 5000, None),
        (Allowed("SDDL"), "chr", "z", None),
    ],
)
def test_what_a_node_refuses(allowed: Allowed, format_: str, value: Value, bad: str | None) -> None:
    assert refused(allowed, format_, value) == bad


@given(st.sampled_from([n for n in ddf.all_nodes() if n.allowed]), st.one_of(st.text(max_size=30), st.integers()))
def test_no_value_breaks_a_check(node: Node, value: str | int) -> None:
    assert node.allowed is not None
    bad = refused(node.allowed, node.format, value)
    assert bad is None or bad in str(value)


@given(st.text(max_size=60), st.one_of(st.text(max_size=10), st.integers(), st.booleans()))
def test_no_uri_breaks_a_check(uri: str, value: Value) -> None:
    assert isinstance(messages(profile(uri, value, "String")), list)


def test_the_default_of_a_node_is_never_refused() -> None:
    told = [(n, n.default) for n in ddf.all_nodes() if n.allowed and n.default and "{" not in n.uri]
    types = {"int": "Integer", "bool": "Boolean"}
    found = (csp_nodes.out_of_range(profile(n.uri, d, types.get(n.format, "String"))) for n, d in told)
    assert [one.message for several in found for one in several] == []


@pytest.mark.parametrize(
    "uri",
    [
        "./Device/Vendor/MSFT/PassportForWork/x/Policies/UsePassportForWrk",
        f"{CONFIG}/PassportForWork/x",
        f"{CONFIG}/ControlPolicyConflict/MDMWinsOverGP",
    ],
)
def test_what_other_rules_judge_is_left_to_them(uri: str) -> None:
    assert messages(profile(uri, 1, "Integer")) == []


def test_one_mistake_is_one_finding() -> None:
    wins = "/Policy/Config/ControlPolicyConflict/MDMWinsOverGP"
    assert len(messages(profile(f"./User/Vendor/MSFT{wins}", "1", "String"))) == 1
    assert len(messages(profile(f"./Device/Vendor/MSFT{wins}", "1", "String"))) == 1
    assert len(messages(profile(f"{CONFIG}/Kerberos/CloudKerberosTicketRetrievalEnabled", "5", "String"))) == 1


def test_a_node_that_the_estates_own_ddf_describes_is_known(tmp_path: Path) -> None:
    from tests.ddf_writer import ddf as document
    from tests.ddf_writer import leaf, node

    (tmp_path / "Firewall.xml").write_bytes(document(node("Firewall", leaf("Newest"), path="./Vendor/MSFT")))
    uri = "./Vendor/MSFT/Firewall/Newest"
    estate = profile(uri, 1, "Integer")
    known = read(["."], base=tmp_path).definitions
    assert messages(estate) == [f'{uri} in "P" names no known node of the Firewall CSP']
    assert messages(Estate(estate.policies, definitions=known)) == []


def test_what_is_found_in_real_profiles_was_checked_by_hand(sample_data: Path) -> None:
    found = messages(read(["intune"], base=sample_data))
    assert sorted(set(found)) == [
        f'{CONFIG}/{LM_HASH} in "CIS '
        'Baseline Microsoft Intune for Windows 10 v1.1.0 (imported)" is deprecated since 10.0.22000',
        f'{CONFIG}/{LM_HASH} in "CIS '
        'Baseline Microsoft Intune for Windows 10 v2.0.0 (imported)" is deprecated since 10.0.22000',
        f'{CONFIG}/Privacy/LetAppsActivateWithVoiceAboveLock in "CIS Baseline Microsoft Intune for Windows 10 v2.0.0 '
        '(imported)" holds an ADMX payload, and the node takes Integer data: the device can refuse it',
        f"{CONFIG}/RemovableStorageDevices\\{{53f56308-b6bf-11d0-94f2-00a0c91efb8b}}/CDandDVD_DenyWrite_Access_2 in "
        '"Enterprise-Config-Win10-Custom-CSP" names no known node',
        f"{CONFIG}/RemovableStorageDevices\\{{53f56308-b6bf-11d0-94f2-00a0c91efb8b}}/CDandDVD_DenyWrite_Access_2 in "
        '"Specialized-Config-Win10-Custom-CSP" names no known node',
    ]
