"""What each client-side extension does to settings of several GPOs: the G- rules of semantics 1.7 to 1.10."""

from __future__ import annotations

from dataclasses import replace

import pytest

from policylint.effective import Result
from policylint.facts import Is
from policylint.model import Value
from tests.gpo_estate import DOMAIN, INNER, KEY, OUTER, PLACES, VALUE, claim, gpo, row, settle, sweep, told

LSA = r"HKLM\SYSTEM\CurrentControlSet\Control\Lsa!LmCompatibilityLevel"
TEMPLATE = r"secedit:Registry Values/MACHINE\System\CurrentControlSet\Control\Lsa\LmCompatibilityLevel"
PREFERENCE = rf"gpp:Registry/HKLM\{KEY}!Value"
LENGTH = "secedit:System Access/MinimumPasswordLength"
OF_DOMAIN = f"{LENGTH} (domain accounts)"
LOGON = "secedit:Event Audit/AuditLogonEvents"
SUBCATEGORY = "audit:{0cce9215-69ae-11d9-bed3-505054503030}"
NO_LEGACY = r"HKLM\System\CurrentControlSet\Control\Lsa!SCENoApplyLegacyAuditPolicy"
ADMINS = "S-1-5-32-544"
FIREWALL = r"HKLM\SOFTWARE\Policies\Microsoft\WindowsFirewall\FirewallRules!"
APPLOCKER = r"HKLM\SOFTWARE\Policies\Microsoft\Windows\SrpV2\Exe"
SAFER = r"HKLM\SOFTWARE\Policies\Microsoft\Windows\Safer\CodeIdentifiers"
ROOT = r"HKLM\SOFTWARE\Policies\Microsoft\SystemCertificates\Root\Certificates"


def two(text: str, weak: Value, strong: Value) -> Result:
    """A setting that a GPO of the domain and one of the inner OU set."""
    return row(settle(gpo("Domain", {text: weak}, DOMAIN), gpo("Inner", {text: strong}, INNER)), text)


@pytest.mark.parametrize(
    ("text", "weak", "strong", "rules"),
    [
        pytest.param(VALUE, 1, 2, ("G-POL-LWW",), id="G-POL-LWW"),
        pytest.param("secedit:System Access/LockoutBadCount", 5, 10, ("G-SEC-LWW", "G-SEC-ACCOUNT"), id="G-SEC-LWW"),
        pytest.param("secedit:System Access/EnableGuestAccount", 1, 0, ("G-SEC-LWW",), id="G-SEC-LWW option"),
        pytest.param(TEMPLATE, 3, 5, ("G-SEC-LWW",), id="G-SEC-LWW registry value"),
        pytest.param(
            "secedit:Privilege Rights/SeDebugPrivilege",
            (ADMINS, "S-1-5-18"),
            (ADMINS,),
            ("G-SEC-RIGHTS", "D13"),
            id="G-SEC-RIGHTS",
        ),
        pytest.param(
            "secedit:Privilege Rights/SeDebugPrivilege", (ADMINS,), (), ("G-SEC-RIGHTS", "D13"), id="granted to nobody"
        ),
        pytest.param(
            f"secedit:Group Membership/{ADMINS}__Members", ("Ann",), ("Ben",), ("G-SEC-RG", "D14"), id="G-SEC-RG"
        ),
        pytest.param(
            "secedit:File Security/%SystemRoot%\\x", ("0", "D:"), ("2", "D:PAR"), ("G-SEC-ACL",), id="G-SEC-ACL"
        ),
        pytest.param("secedit:Service General Setting/Spooler", ("2", ""), ("4", ""), ("G-SEC-ACL",), id="service"),
        pytest.param(SUBCATEGORY, 1, 3, ("G-AUD-ADV", "D17"), id="G-AUD-ADV"),
        pytest.param("gpp:Drives/X:", ("path=a",), ("path=b",), ("G-GPP-ORDER",), id="G-GPP-ORDER"),
        pytest.param(f"{FIREWALL}{{1}}", "v2|Action=Allow", "v2|Action=Block", ("G-FW-MERGE",), id="G-FW-MERGE"),
        pytest.param(f"{APPLOCKER}!EnforcementMode", 0, 1, ("G-APPLOCKER",), id="G-APPLOCKER"),
        pytest.param(f"{SAFER}!DefaultLevel", 262144, 0, ("G-SRP",), id="G-SRP"),
    ],
)
def test_the_stronger_link_decides_by_the_law_of_the_kind(
    text: str, weak: Value, strong: Value, rules: tuple[str, ...]
) -> None:
    found = two(text, weak, strong)
    assert (*told(found), found.reasons) == ("determined", strong, (strong,), ("G-LSDOU", *rules))


@pytest.mark.parametrize(
    "ids",
    [
        pytest.param((f"{FIREWALL}{{1}}", f"{FIREWALL}{{2}}"), id="firewall rules"),
        pytest.param((f"{APPLOCKER}\\{{1}}!Value", f"{APPLOCKER}\\{{2}}!Value"), id="AppLocker rules"),
        pytest.param((f"{SAFER}\\0\\Paths\\{{1}}!ItemData", f"{SAFER}\\0\\Paths\\{{2}}!ItemData"), id="SRP rules"),
        pytest.param((f"{ROOT}\\AA!Blob", f"{ROOT}\\BB!Blob"), id="certificates"),
        pytest.param((r"script:Startup/\\s\a.cmd", r"script:Startup/\\s\b.cmd"), id="scripts"),
        pytest.param(("gpp:Drives/X:", "gpp:Drives/Y:"), id="preference items"),
    ],
)
def test_what_has_names_of_its_own_adds_up(ids: tuple[str, str]) -> None:
    found = settle(gpo("Domain", {ids[0]: "one"}, DOMAIN), gpo("Inner", {ids[1]: "two"}, INNER))
    assert [told(row(found, text)) for text in ids] == [
        ("determined", "one", ("one",)),
        ("determined", "two", ("two",)),
    ]


def test_g_scr_a_script_that_two_gpos_run_is_no_conflict() -> None:
    found = two(r"script:Startup/\\s\a.cmd /x", "/x", "/x")
    assert (*told(found), found.reasons) == ("determined", "/x", ("/x",), ("G-LSDOU", "G-SCR"))


def test_g_sec_rg_different_member_of_lists_of_one_group_have_no_documented_result() -> None:
    found = two("secedit:Group Membership/Helpdesk__Memberof", (ADMINS,), ("S-1-5-32-555",))
    assert told(found) == ("undetermined", None, (("S-1-5-32-555",), (ADMINS,)))
    assert found.conditions == ("G-SEC-RG",)


def test_g_pol_list_a_list_that_deletes_first_replaces_the_weaker_one() -> None:
    strong = gpo("Inner", {f"HKLM\\{KEY}!1": "b"}, INNER, sweeps=(sweep(),))
    found = settle(gpo("Domain", {f"HKLM\\{KEY}!1": "a", f"HKLM\\{KEY}!2": "c"}, DOMAIN), strong)
    rows = [row(found, f"HKLM\\{KEY}!{name}") for name in "12"]
    assert [(*told(r), r.absent) for r in rows] == [
        ("determined", "b", ("b",), False),
        ("determined", None, (None,), True),
    ]
    assert "G-POL-LIST" in rows[1].reasons


class TestOneRegistryValue:
    def test_g_sec_regval_registry_pol_and_a_template_that_differ_are_undetermined_on_both_rows(self) -> None:
        found = settle(gpo("Pol", {LSA: 3}, INNER), gpo("Template", {TEMPLATE: 5}, OUTER))
        pol, template = row(found, LSA), row(found, TEMPLATE)
        assert (told(pol), told(template)) == (("undetermined", None, (3, 5)), ("undetermined", None, (5, 3)))
        assert (pol.conditions, template.conditions) == (("G-SEC-REGVAL",), ("G-SEC-REGVAL",))
        named = [("Pol", ("G-SEC-REGVAL",)), ("Template", ("G-SEC-REGVAL",))]
        assert [(c.policy.name, c.reasons) for c in pol.losers] == named
        assert [(c.policy.name, c.reasons) for c in template.losers] == named[::-1]

    def test_equal_data_is_no_dispute(self) -> None:
        found = settle(gpo("Pol", {LSA: 5}, INNER), gpo("Template", {TEMPLATE: 5}, OUTER))
        assert [told(row(found, text)) for text in (LSA, TEMPLATE)] == [("determined", 5, (5,))] * 2

    def test_a_deletion_against_a_value_is_a_dispute(self) -> None:
        found = settle(gpo("Pol", {LSA: None}, INNER), gpo("Template", {TEMPLATE: 5}, OUTER))
        assert told(row(found, LSA)) == ("undetermined", None, (None, 5))

    def test_a_dispute_hangs_on_what_the_other_one_hangs_on(self) -> None:
        found = settle(gpo("Pol", {LSA: 3}, INNER), gpo("Template", {TEMPLATE: 5}, OUTER, wmi_filter="Laptops"))
        pol = row(found, LSA)
        assert told(pol) == ("conditional", None, (3, 5, None))
        assert pol.conditions == ('wmi-filter "Laptops"', "G-SEC-REGVAL")

    def test_g_gpp_vs_policy_a_preference_in_a_policies_key_is_a_dispute(self) -> None:
        found = settle(gpo("Pol", {VALUE: 1}, INNER), gpo("Preference", {PREFERENCE: 2}, OUTER))
        assert told(row(found, VALUE)) == ("undetermined", None, (1, 2))
        assert row(found, PREFERENCE).conditions == ("G-GPP-VS-POLICY",)

    def test_a_preference_that_only_creates_leaves_the_policy_alone(self) -> None:
        create = gpo("Preference", [claim(PREFERENCE, 2, soft=True)], OUTER)
        assert told(row(settle(gpo("Pol", {VALUE: 1}, INNER), create), VALUE)) == ("determined", 1, (1,))

    def test_g_sec_vs_gpp_a_template_and_a_preference_are_a_dispute(self) -> None:
        preference = r"gpp:Registry/HKLM\System\CurrentControlSet\Control\Lsa!LmCompatibilityLevel"
        found = settle(gpo("Template", {TEMPLATE: 5}, INNER), gpo("Preference", {preference: 3}, OUTER))
        assert row(found, TEMPLATE).conditions == ("G-SEC-VS-GPP",)


class TestLocalGroups:
    FIXED, ADDED = f"secedit:Group Membership/{ADMINS}__Members", "secedit:Group Membership/Helpdesk__Memberof"
    ITEM = "gpp:Groups/Administrators (built-in)/Helpdesk"

    def test_d15_members_and_member_of_of_two_gpos_are_undetermined(self) -> None:
        found = settle(gpo("Fixed", {self.FIXED: ("Ann",)}, INNER), gpo("Added", {self.ADDED: (ADMINS,)}, OUTER))
        assert told(row(found, self.FIXED)) == ("undetermined", None, (("Ann",), ("Ann", "Helpdesk")))
        assert told(row(found, self.ADDED)) == ("undetermined", None, ((ADMINS,), ()))
        assert row(found, self.FIXED).reasons == ("G-LSDOU", "G-SEC-RG", "D15")

    def test_members_and_member_of_of_one_gpo_are_its_own_affair(self) -> None:
        found = settle(gpo("Both", {self.FIXED: ("Ann",), self.ADDED: (ADMINS,)}, INNER))
        assert told(row(found, self.FIXED)) == ("determined", ("Ann",), (("Ann",),))

    @pytest.mark.parametrize(("members", "action"), [(("Ann",), "ADD"), (("Ann", "Helpdesk"), "REMOVE")])
    def test_g_sec_vs_gpp_a_preference_that_says_otherwise_is_a_dispute(
        self, members: tuple[str, ...], action: str
    ) -> None:
        found = settle(gpo("Fixed", {self.FIXED: members}, INNER), gpo("Item", {self.ITEM: action}, OUTER))
        assert (row(found, self.FIXED).conditions, row(found, self.ITEM).conditions) == (("G-SEC-VS-GPP",),) * 2

    def test_a_preference_that_adds_who_is_listed_says_the_same(self) -> None:
        found = settle(gpo("Fixed", {self.FIXED: ("Helpdesk",)}, INNER), gpo("Item", {self.ITEM: "ADD"}, OUTER))
        assert told(row(found, self.FIXED)) == ("determined", ("Helpdesk",), (("Helpdesk",),))


class TestAccountPolicy:
    def test_g_sec_account_domain_accounts_obey_the_domains_root_and_local_ones_the_nearest_link(self) -> None:
        found = settle(gpo("Root", {LENGTH: 14}, DOMAIN), gpo("Inner", {LENGTH: 8}, INNER))
        local, domain = row(found, LENGTH), row(found, OF_DOMAIN)
        assert (told(local), told(domain)) == (("determined", 8, (8,)), ("determined", 14, (14,)))
        assert "G-SEC-ACCOUNT" in local.reasons
        assert "G-SEC-ACCOUNT" in domain.reasons

    def test_an_ou_alone_says_nothing_of_domain_accounts(self) -> None:
        found = settle(gpo("Inner", {LENGTH: 8}, INNER))
        assert [r.setting.text for r in found.settings] == [LENGTH]

    def test_blocked_inheritance_does_not_free_domain_accounts(self) -> None:
        blocked = PLACES.replace('A"\nblocks-inheritance = false', 'A"\nblocks-inheritance = true')
        found = settle(gpo("Root", {LENGTH: 14}, DOMAIN), gpo("Inner", {LENGTH: 8}, INNER), topology=blocked)
        assert told(row(found, OF_DOMAIN)) == ("determined", 14, (14,))

    def test_a_gpo_that_is_filtered_may_not_apply_to_the_controllers(self) -> None:
        root = gpo("Root", {LENGTH: 14}, DOMAIN, wmi_filter="Servers")
        assert row(settle(root), OF_DOMAIN).conditions == ('wmi-filter "Servers"',)

    def test_a_domain_controller_takes_no_account_policy_from_its_ou(self) -> None:
        controllers = "contoso.com/Domain Controllers"
        places = f'{PLACES}[[som]]\npath = "{controllers}"\nblocks-inheritance = false\n'
        policies = gpo("Root", {LENGTH: 14}, DOMAIN), gpo("Controllers", {LENGTH: 8}, controllers)
        found = settle(*policies, topology=places, device=controllers)
        assert told(row(found, LENGTH)) == ("determined", 14, (14,))
        out = found.out_of_play([row(found, LENGTH).setting])
        assert [(item.policy.name, item.reason) for item in out] == [("Controllers", "G-SEC-ACCOUNT")]


class TestAudit:
    def test_g_aud_legacy_advanced_audit_policy_clears_the_basic_one(self) -> None:
        found = row(settle(gpo("Basic", {LOGON: 3}, INNER), gpo("Advanced", {SUBCATEGORY: 1}, OUTER)), LOGON)
        assert (*told(found), found.reasons) == ("not-applicable", None, (), ("G-LSDOU", "G-AUD-LEGACY"))

    def test_basic_audit_policy_alone_applies(self) -> None:
        assert told(row(settle(gpo("Basic", {LOGON: 3}, INNER)), LOGON)) == ("determined", 3, (3,))

    def test_the_option_that_ignores_it_is_obeyed(self) -> None:
        assert told(row(settle(gpo("Basic", {LOGON: 3, NO_LEGACY: 1}, INNER)), LOGON)) == ("not-applicable", None, ())

    def test_both_kinds_with_the_option_off_have_unexpected_results(self) -> None:
        found = settle(gpo("Both", {LOGON: 3, NO_LEGACY: 0, SUBCATEGORY: 1}, INNER))
        assert told(row(found, LOGON)) == ("undetermined", None, (3, None))

    def test_advanced_audit_policy_that_may_reach_the_computer_is_a_condition(self) -> None:
        advanced = gpo("Advanced", {SUBCATEGORY: 1}, OUTER, wmi_filter="Laptops")
        found = row(settle(gpo("Basic", {LOGON: 3}, INNER), advanced), LOGON)
        assert told(found) == ("conditional", 3, (3, None))
        assert found.conditions == ("G-AUD-LEGACY (advanced audit policy applies)",)

    def test_advanced_audit_policy_that_sets_nothing_in_any_case_clears_nothing(self) -> None:
        nothing = gpo("Nothing", [replace(claim(SUBCATEGORY, None), absent=True)], OUTER, wmi_filter="Laptops")
        assert told(row(settle(gpo("Basic", {LOGON: 3}, INNER), nothing), LOGON)) == ("determined", 3, (3,))

    def test_d30_a_zero_in_audit_csv_is_no_auditing_or_nothing(self) -> None:
        zero = claim(SUBCATEGORY, 0, when=Is("D30 (0 means no auditing)"))
        found = row(settle(gpo("Zero", [zero], INNER), gpo("Domain", {SUBCATEGORY: 3}, DOMAIN)), SUBCATEGORY)
        assert (*told(found), found.conditions) == ("conditional", 0, (0, 3), ("D30 (0 means no auditing)",))


class TestPreferences:
    def test_a_create_counts_only_where_a_weaker_gpo_left_nothing(self) -> None:
        create = gpo("Inner", [claim("gpp:Files/x", ("a",), soft=True)], INNER)
        weaker = gpo("Domain", {"gpp:Files/x": ("b",)}, DOMAIN)
        assert told(row(settle(create, weaker), "gpp:Files/x")) == ("determined", ("b",), (("b",),))
        deleted = gpo("Outer", {"gpp:Files/x": None}, OUTER)
        found = row(settle(create, weaker, deleted), "gpp:Files/x")
        assert (*told(found), found.winner and found.winner.policy.name) == ("determined", ("a",), (("a",),), "Inner")
        assert "G-GPP-ORDER" in found.reasons


def test_a_soft_value_over_a_deletion_that_may_not_apply_is_a_condition() -> None:
    soft = gpo("Soft", [claim(VALUE, 1, soft=True)], INNER)
    deleted = gpo("Delete", {VALUE: None}, OUTER, wmi_filter="Laptops")
    found = row(settle(soft, deleted, gpo("Set", {VALUE: 2}, DOMAIN)), VALUE)
    assert (*told(found), found.conditions) == ("conditional", 1, (1, 2), ('wmi-filter "Laptops"',))


def test_of_two_soft_values_the_weaker_one_was_there_first() -> None:
    weak, strong = (
        gpo(name, [claim(VALUE, n, soft=True)], som) for name, n, som in (("W", 1, DOMAIN), ("S", 2, INNER))
    )
    found = row(settle(weak, strong), VALUE)
    assert (*told(found), [(c.policy.name, c.reasons) for c in found.losers]) == (
        "determined",
        1,
        (1,),
        [("S", ("G-POL-SPECIAL",))],
    )
