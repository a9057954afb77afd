"""What sides, loopback, security settings and audit policy take from each other; messages stand in the rule files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policylint.checks import precedence_accounts, precedence_placement
from policylint.checks.containers import contents, links
from policylint.estate import Estate
from policylint.evidence import Evidence
from policylint.families.related import is_filtered, related_keys, written_to
from policylint.findings import Finding
from policylint.lint import lint
from policylint.model import Channel, Claim, Filtering, Link, Policy, Scope, setting_id
from policylint.readers import read
from policylint.rules import load_rules
from policylint.scenario import Scenario, estate_of
from policylint.topology import LinkEntry, Som, Topology

RIGHT = "secedit:Privilege Rights/SeServiceLogonRight"
LENGTH = "secedit:System Access/MinimumPasswordLength"
LOGON = "audit:{0cce9215-69ae-11d9-bed3-505054503030}"
VALUE = r"HKLM\Software\Policies\Contoso!A"
HERE = Evidence("gpo")

SIDS = st.lists(st.sampled_from(["S-1-5-20", "S-1-5-32-544", "S-1-5-32-545", "CONTOSO\\sql"]), unique=True)


def gpo(name: str, settings: dict[str, object], link: str = "contoso.com/W#1", **more: object) -> dict[str, object]:
    return {"policy": name, "channel": "gpo", "link": link, "set": settings, **more}


def findings(rule: str, *policies: dict[str, object], **scenario: object) -> list[Finding]:
    estate = estate_of(Scenario.model_validate({"given": list(policies), **scenario}))
    return list(lint(estate, {rule: load_rules()[rule]}))


def linked(name: str, settings: dict[str, int], *containers: str, id: str = "", scope: Scope = Scope.DEVICE) -> Policy:
    claims = tuple(Claim(setting_id(key), scope, value, "Integer", HERE) for key, value in settings.items())
    places = tuple(Link(container, True, False, HERE) for container in containers)
    return Policy(
        id or name, name, Channel.GPO, "gpo", HERE, claims, links=places, filtering=Filtering(("S-1-5-11",), ())
    )


def estate(*policies: Policy) -> Estate:
    return Estate(policies, linked=True)


@given(SIDS, SIDS)
def test_a_right_is_reported_exactly_where_the_stronger_list_leaves_somebody_out(
    strong: list[str], weak: list[str]
) -> None:
    pair = gpo("Strong", {RIGHT: strong}), gpo("Weak", {RIGHT: weak}, "contoso.com/W#2")
    lost = bool(set(weak) - set(strong))
    assert [f.rule for f in findings("PR028", *pair)] == (["PR028"] if lost and strong else [])
    assert [f.rule for f in findings("PR029", *pair)] == (["PR029"] if lost and not strong else [])


@given(st.sampled_from([0, 1, 2, 3, 4]), st.sampled_from([0, 1, 2, 3, 4]))
def test_a_subcategory_is_reported_where_the_numbers_mean_something_else(strong: int, weak: int) -> None:
    found = findings("PR038", gpo("Strong", {LOGON: strong}), gpo("Weak", {LOGON: weak}, "contoso.com/W#2"))
    assert bool(found) is (strong % 4 != weak % 4)


def test_a_pair_that_hangs_on_a_wmi_filter_is_likely() -> None:
    strong = gpo("Strong", {RIGHT: ["S-1-5-20"]}, **{"wmi-filter": "Servers"})
    (found,) = findings("PR028", strong, gpo("Weak", {RIGHT: ["S-1-5-19"]}, "contoso.com/W#2"))
    assert found.confidence == "likely"


def test_gpos_that_nobody_tells_a_link_of_are_not_paired() -> None:
    pair = gpo("A", {RIGHT: ["S-1-5-20"]}, ""), gpo("B", {RIGHT: ["S-1-5-19"]}, "")
    assert findings("PR028", *pair) == []


def test_overriding_the_default_domain_policy_is_a_note() -> None:
    default = linked("Default Domain Policy", {LENGTH: 7}, "contoso.com", id=precedence_accounts.DEFAULT_DOMAIN_POLICY)
    rule = load_rules()["PR035"]
    (found,) = lint(
        in_order(estate(default, linked("Passwords", {LENGTH: 14}, "contoso.com")), "Passwords", default.name),
        {rule.id: rule},
    )
    assert (found.severity, found.message) == (
        "note",
        '"Passwords" overrides the account policy of "Default Domain Policy" for the accounts of contoso.com: '
        "MinimumPasswordLength 14 over 7",
    )


def in_order(estate: Estate, *names: str) -> Estate:
    som = Som(path="contoso.com", blocks_inheritance=False, links=[LinkEntry(gpo=name) for name in names])
    return replace(estate, topology=Topology(som=[som]))


@pytest.mark.parametrize(
    ("container", "severity"),
    [("contoso.com/Domain Controllers", "error"), ("contoso.com/Staff/Users", "error"), ("contoso.com/W", "note")],
)
def test_account_policy_below_the_domain_is_as_bad_as_its_container_makes_it(container: str, severity: str) -> None:
    rule = load_rules()["PR034"]
    (found,) = lint(estate(linked("Passwords", {LENGTH: 14}, container)), {rule.id: rule})
    assert found.severity == severity


def test_containers_are_known_by_their_names_where_nobody_wrote_targets_down() -> None:
    known = contents(estate())
    assert [
        path
        for path in ("contoso.com", "contoso.com/Servers", "contoso.com/X/Laptops", "contoso.com/Serverside", "Servers")
        if known.computers_only(path)
    ] == ["contoso.com/Servers", "contoso.com/X/Laptops"]
    assert known.users_only("contoso.com/Staff/Users")


def test_no_user_setting_is_called_dead_where_a_gpo_of_unknown_links_sets_loopback() -> None:
    user = r"HKCU\Software\Policies\Contoso!A"
    loopback = linked("Loopback", {r"HKLM\Software\Policies\Microsoft\Windows\System!UserPolicyMode": 1})
    desktop = linked("Desktop", {user: 1}, "contoso.com/Servers", scope=Scope.USER)
    untold = Policy("L", "L", Channel.GPO, "gpo", HERE, loopback.claims)
    assert len(list(precedence_placement.user_settings_for_computers(estate(desktop)))) == 1
    assert list(precedence_placement.user_settings_for_computers(estate(desktop, untold))) == []


def test_disabled_links_are_no_links() -> None:
    policy = Policy("A", "A", Channel.GPO, "gpo", HERE, links=(Link("contoso.com/W", False, False, HERE),))
    assert links(policy, estate(policy)) == ()
    assert links(Policy("B", "B", Channel.GPO, "gpo", HERE), estate(policy)) is None


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (r"hklm\a\b!c", r"hklm\a\b!c"),
        (r"secedit:registry values/machine\a\b\c", r"hklm\a\b!c"),
        (r"gpp:registry/hkcu\a!c", r"hkcu\a!c"),
        (r"gpp:registry/hkcr\a!c", ""),
        (r"gpp:registry/hklm\a", ""),
        ("secedit:system access/minimumpasswordlength", ""),
    ],
)
def test_three_names_of_one_registry_value(key: str, value: str) -> None:
    assert written_to(key) == value


def _related(*policies: Policy) -> set[str]:
    return related_keys(policies, {claim.setting.key for policy in policies for claim in policy.claims})


def test_what_is_not_related_and_not_filtered_stays_out() -> None:
    plain = linked("Plain", {VALUE: 1}, "contoso.com")
    assert not is_filtered(plain)
    assert _related(plain) == set()
    template = linked("T", {r"secedit:Registry Values/MACHINE\Software\Policies\Contoso\A": 2}, "contoso.com")
    assert _related(plain, template) == {plain.claims[0].setting.key, template.claims[0].setting.key}


def on_sample(sample_data: Path, name: str, rule: str) -> list[str]:
    found = lint(read([name], base=sample_data / "gpo"), {rule: load_rules()[rule]})
    return [finding.message for finding in found]


def test_computer_settings_of_a_school_stand_at_its_users(sample_data: Path) -> None:
    """Remote Desktop is turned on in the computer half of a GPO that only the users' OU links."""
    assert on_sample(sample_data, "lab-school-gr", "PR014") == [
        'all 2 computer settings of "User Policies" never apply: it is linked to school.local/SCHOOL/Users, which, by '
        "its name, holds users and no computers"
    ]


def test_a_hardening_set_has_basic_audit_policy_beside_the_advanced_one(sample_data: Path) -> None:
    (message,) = on_sample(sample_data, "policyrules-0x6d", "PR036")
    assert message.startswith('"Windows 10 Hardening" sets basic and advanced audit policy: the basic one (Audit')


def test_two_gpos_manage_administrators_by_template_and_by_preference(sample_data: Path) -> None:
    assert [message.partition(" adds ")[2] for message in on_sample(sample_data, "group3r-sysvol", "PR031")] == [
        "lowpriv, liam and l0ss: no document says what is left"
    ] * 2


def test_a_deployment_hangs_on_item_level_targeting(sample_data: Path) -> None:
    assert on_sample(sample_data, "pdfcreator-ru", "PR052") == [
        '2 preference items of "INSTALL_PDF_Creator" count on ilccredits.com only where item-level targeting says so: '
        "distrib and PDFCreator"
    ]
