"""Policies of one estate are lowered as each is alone: what is worked out once holds for all that say the same."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from policylint.estate import Estate
from policylint.evidence import Evidence, JsonAt
from policylint.lowering import lower
from policylint.model import Channel, Claim, Policy, PolicyKind, Scope, Value, csp

CONFIG = "Vendor/MSFT/Policy/Config"
NODES = (
    f"./Device/{CONFIG}/RemoteAssistance/SolicitedRemoteAssistance",  # backed by ADMX, with elements
    f"./Device/{CONFIG}/RemoteAssistance/SolicitedRemoteAssistance/RA_Solicit_Control_List",
    f"./User/{CONFIG}/AttachmentManager/DoNotPreserveZoneInformation",
    "./Vendor/MSFT/Firewall/MdmStore/DomainProfile/EnableFirewall",
    "./Device/Vendor/MSFT/LAPS/Policies/AdministratorAccountName",
    f"./Device/{CONFIG}/Defender/AttackSurfaceReductionRules",
    f"./Device/{CONFIG}/LocalPoliciesSecurityOptions/InteractiveLogon_MachineInactivityLimit",
    f"./Device/{CONFIG}/UserRights/DebugPrograms",
    f"./Device/{CONFIG}/RestrictedGroups/ConfigureGroupMembership",
    "./Device/Vendor/MSFT/PassportForWork/{TenantId}/Policies/UsePassportForWork",
    "./Device/Vendor/MSFT/Nowhere/Node",
)
RULE = "be9ba2d9-53ea-4cdc-84e5-9b1eeee46550"
VALUES: tuple[Value, ...] = (
    0,
    1,
    True,
    False,
    "1",
    "true",
    "Administrators",
    ("Administrators", "Users"),
    f"{RULE}=1|{RULE[:-1]}1=2",
    "<enabled/>",
    '<enabled/><data id="RA_Solicit_Control_List" value="0"/><data id="RA_Unknown" value="x"/>',
    '<groupmembership><accessgroup desc="Users"><member name="A"/></accessgroup></groupmembership>',
)
KINDS: tuple[PolicyKind, ...] = ("settings-catalog", "custom", "template", "intent", "compliance")


def policy(number: int, kind: PolicyKind, stated: list[tuple[str, Value, str]]) -> Policy:
    claims = tuple(
        Claim(csp(node), scope_of(node), value, type_, Evidence(f"{number}.json", JsonAt(f"/{at}")), origin=node)
        for at, (node, value, type_) in enumerate(stated)
    )
    return Policy(str(number), f"Policy {number}", Channel.MDM, kind, Evidence(f"{number}.json"), claims)


def scope_of(node: str) -> Scope:
    return Scope.USER if node.startswith("./User/") else Scope.DEVICE


STATED = st.tuples(
    st.sampled_from(NODES), st.sampled_from(VALUES), st.sampled_from(("Integer", "String", "Boolean", "choice"))
)
POLICIES = st.lists(st.tuples(st.sampled_from(KINDS), st.lists(STATED, max_size=6)), max_size=5).map(
    lambda drawn: tuple(policy(number, kind, stated) for number, (kind, stated) in enumerate(drawn))
)


@given(POLICIES)
def test_a_policy_is_lowered_beside_others_as_it_is_alone(policies: tuple[Policy, ...]) -> None:
    together = lower(Estate(policies)).policies
    assert [shown(one) for one in together] == [shown(*lower(Estate((one,))).policies) for one in policies]


def shown(one: Policy) -> list[tuple[object, ...]]:
    """The claims, with True kept apart from 1."""
    return [(claim, claim.setting.text, type(claim.value)) for claim in one.claims]


@given(POLICIES)
def test_what_no_family_takes_stays_in_its_place_among_what_they_make(policies: tuple[Policy, ...]) -> None:
    for one in lower(Estate(policies)).policies:
        places = [
            int(claim.evidence.place.pointer[1:]) for claim in one.claims if isinstance(claim.evidence.place, JsonAt)
        ]
        assert places == sorted(places)
        assert {claim for claim in one.written if "nowhere" in claim.setting.key} <= set(one.claims)


def test_elements_that_a_payload_names_in_vain_go_on_as_nodes_below_it() -> None:
    node = NODES[0]
    told = '<enabled/><data id="RA_Unknown" value="x"/>'
    (one,) = lower(Estate((policy(1, "custom", [(node, told, "String")]),))).policies
    last = one.claims[-1]
    assert (last.setting, last.value, last.origin) == (csp(f"{node}/RA_Unknown"), "x", node)


def test_claims_that_say_the_same_keep_their_own_evidence_and_origin() -> None:
    firewall = NODES[3]
    made = policy(1, "template", [(firewall, 1, "Integer")])
    other = replace(made, id="2", claims=(replace(made.claims[0], evidence=Evidence("b"), origin="b"),))
    first, second = lower(Estate((made, other))).policies
    assert [(c.evidence, c.origin) for c in (*first.claims, *second.claims)] == [
        (made.claims[0].evidence, firewall),
        (Evidence("b"), "b"),
    ]
