"""Every rule of the precedence law: the test that is named after it, or why nothing decides by it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

HERE = Path(__file__).parent

LAWS = re.findall(
    r"\S+",
    """
G-LSDOU G-CONTAINER G-MLGPO G-LGPO-OFF G-COMPUTER-VS-USER-GENERIC G-LINK-FORMAT G-LINK-ORDER G-LINK-RAW
G-LINK-INHERIT-CMD G-LINK-DISABLED G-LINK-DANGLING G-ENFORCED-TOP G-ENFORCED-INVERT G-ENFORCED-SAME-SOM
G-ENFORCED-SCOPE G-BLOCK G-BLOCK-LOCAL G-ENFORCED-BEATS-BLOCK G-NO-REORDER G-STATUS G-FUNCVER G-EMPTY G-VERSION-SKEW
G-CSE-GUID G-CSE-ORDER G-SLOWLINK G-REFRESH G-SECFILTER G-MS16-072 G-DENY-CELLS G-DENY-TOOLING G-WMI G-WMI-ERROR
G-WMI-OFFLINE G-ILT G-LOOP-VALUE G-LOOP-REPLACE G-LOOP-MERGE G-LOOP-MERGE-ENFORCED G-LOOP-BOTH-SIDES G-LOOP-XFOREST
G-LOOP-SELF G-POL-FORMAT G-POL-LWW G-POL-SPECIAL G-POL-DISABLED G-POL-NOTCONF G-POL-TATTOO G-POL-LIST G-POL-MULTI
G-ADMX-NS G-SEC-TATTOO G-SEC-LWW G-SEC-ACCOUNT G-SEC-RIGHTS G-SEC-RG G-SEC-VS-GPP G-SEC-ACL G-SEC-REGVAL G-AUD-ADV
G-AUD-LEGACY G-AUD-VALUES G-SCR G-GPP-ORDER G-GPP-VS-POLICY G-SRP G-APPLOCKER G-FW-MERGE
M-DEFAULT-GP M-DEFAULT-RACE M-NOT-SAME-STORE M-MWG-SCOPE M-MWG-EFFECT M-MWG-ONLY-POLICYCSP M-MWG-TAGS M-MWG-EXCEPTIONS
M-MWG-USER M-MWG-STORE M-MWG-DIAG M-MWG-RESIDUE M-WHFB M-LAPS M-DEF-CHAIN M-DEF-TAMPER M-DEF-EXCL M-DEF-REG M-WU-SCAN
M-WU-DUAL M-BL M-FW M-NETISO M-FONT M-CHROME M-EDGE M-STARTLAYOUT M-ING-PATH M-ING-URI M-ADMXB
W-CORRECTION-S0 W-STORES W-URI W-TYPES W-NO-CR W-JSON W-HIER W-MWG W-GRP-E W-GRP-P W-GRP-X W-GRP-CLOUD W-EITHER-OR
W-SAME-SOURCE W-CERT-WITHOUT-ENABLE W-DEVLOCK W-TENANT W-DEFAULT W-WORKED-EXAMPLE W-TABLE W-JOIN W-CERT-WAIT W-HW
W-PREREQ W-CKTR W-DCLOS W-UNSUPPORTED W-PINRESET W-DUAL W-MFU W-DYN W-ESS W-RCG W-PWLESS W-CONVPIN W-MIG
W-DISABLEDUSER W-ROTATE W-EVENTS
I-COMP-CONF I-CONF-CONF I-EXPLAIN I-SEC-BASE I-CUSTOM I-REMOVE I-MERGE I-APP-PROT I-CR-WHERE I-CR-COUNT I-CR-ZERO
I-SCOPE I-SCOPE-ASSIGN I-SCOPE-BOTH I-SCOPE-EXIST I-USERHIVE I-ASG-EXCL I-ASG-MIXED I-ASG-VIRTUAL I-FILTER I-ASG-NONE
I-APPLICABILITY I-ENR
""",
)

BY_KIND = "test_extensions.py::test_the_stronger_link_decides_by_the_law_of_the_kind"

UNDER_ANOTHER_NAME = {
    "G-COMPUTER-VS-USER-GENERIC": "test_scopes.py::test_d24_without_a_family_nobody_tells",
    "G-POL-LWW": BY_KIND,
    "G-SEC-LWW": BY_KIND,
    "G-SEC-RIGHTS": BY_KIND,
    "G-SEC-ACL": BY_KIND,
    "G-AUD-ADV": BY_KIND,
    "G-GPP-ORDER": BY_KIND,
    "G-SRP": BY_KIND,
    "G-APPLOCKER": BY_KIND,
    "G-FW-MERGE": BY_KIND,
    "G-AUD-VALUES": "test_extensions.py::test_d30_a_zero_in_audit_csv_is_no_auditing_or_nothing",
    "G-CSE-ORDER": "test_extensions.py::test_a_preference_that_only_creates_leaves_the_policy_alone",
    "G-POL-FORMAT": "test_registry_pol.py::test_a_truncated_file_keeps_every_whole_record",
    "M-DEFAULT-GP": "test_channels.py::test_d3_without_a_family_group_policy_is_assumed_and_doubted",
    "M-DEFAULT-RACE": "test_channels.py::test_d3_without_a_family_group_policy_is_assumed_and_doubted",
    "M-BL": "test_channels.py::test_d20_bitlocker_and_firewall_are_undetermined",
    "M-DEF-REG": "test_channels.py::test_m_def_chain_group_policy_beats_intune",
    "M-WHFB": "test_whfb_settings.py::test_w_hier_orders_all_four_targeted_sources",
    "M-ADMXB": "test_lowering_admx_backed.py::*",
    "W-STORES": "test_whfb_settings.py::test_w_hier_orders_all_four_targeted_sources",
    "W-NO-CR": "test_whfb_trust.py::test_i_conf_conf_two_intune_profiles_that_disagree_have_no_winner",
    "W-JSON": "test_intune_hello.py::*",
    "W-MWG": "test_whfb_settings.py::test_mdm_wins_over_gp_has_no_effect_on_windows_hello",
    "W-PREREQ": "test_whfb_trust.py::test_prerequisites_are_listed_and_do_not_decide",
    "W-CKTR": "test_disagreements.py::test_d23_the_cloud_kerberos_ticket_is_not_required_for_cloud_trust",
    "I-CR-WHERE": "test_channels.py::test_d19_the_ddfs_hint_does_not_decide_between_profiles",
}
"""Rules whose test bears the name of a disagreement, of a kind of setting or of another rule; `*`: a whole file."""

NO_INPUT = "no export tells it"
NO_OUTCOME = "says what happens on the device afterwards, not which value is in effect"
HELP = "advice and prerequisites, not precedence"
CHECKED = "a check finds it; no value hangs on it"

DECIDES_NOTHING = {
    "G-LINK-INHERIT-CMD": "what a command leaves out of its output; the readers take what is there",
    "G-VERSION-SKEW": CHECKED,
    "G-SLOWLINK": "the speed of the link is that of the moment: answers are those of a fast link",
    "G-REFRESH": NO_OUTCOME,
    "G-DENY-TOOLING": "why the descriptor is read and not the list of permissions",
    "G-POL-TATTOO": NO_OUTCOME,
    "G-ADMX-NS": "about definitions, not settings",
    "G-SEC-TATTOO": NO_OUTCOME,
    "M-MWG-STORE": "where the switch is kept on the device",
    "M-MWG-DIAG": "a report of the device",
    "M-MWG-RESIDUE": NO_OUTCOME,
    "M-WU-SCAN": "how Windows Update reads its settings",
    "M-WU-DUAL": "how Windows Update reads its settings",
    "M-ING-PATH": CHECKED,
    "M-ING-URI": CHECKED,
    "W-CERT-WAIT": HELP,
    "W-HW": HELP,
    "W-DCLOS": HELP,
    "W-UNSUPPORTED": HELP,
    "W-PINRESET": HELP,
    "W-DUAL": HELP,
    "W-MFU": HELP,
    "W-DYN": HELP,
    "W-ESS": HELP,
    "W-RCG": HELP,
    "W-PWLESS": HELP,
    "W-CONVPIN": HELP,
    "W-MIG": HELP,
    "W-DISABLEDUSER": HELP,
    "W-ROTATE": HELP,
    "W-EVENTS": HELP,
    "I-REMOVE": NO_OUTCOME,
    "I-APP-PROT": "not about Windows",
    "I-CR-COUNT": "a count of what the DDF says",
    "I-CR-ZERO": "how an arbiter would compare, where none is documented to",
    "I-SCOPE-EXIST": CHECKED,
    "I-USERHIVE": NO_OUTCOME,
}


def _tests() -> dict[str, set[str]]:
    """The test functions by file."""
    found = {}
    for path in HERE.glob("test_*.py"):
        tree = ast.walk(ast.parse(path.read_text("utf-8")))
        found[path.name] = {n.name for n in tree if isinstance(n, ast.FunctionDef) and n.name.startswith("test_")}
    return found


TESTS = _tests()


def _is_named_after(rule: str) -> bool:
    name = re.compile(rf"(?:^|_){rule.lower().replace('-', '_')}(?:_|$)")
    return any(name.search(test) for tests in TESTS.values() for test in tests)


def _exists(where: str) -> bool:
    file, _, test = where.partition("::")
    return bool(TESTS.get(file)) if test == "*" else test in TESTS.get(file, ())


def test_every_rule_that_decides_something_has_a_test_named_after_it() -> None:
    untested = [
        law for law in LAWS if not _is_named_after(law) and law not in {**UNDER_ANOTHER_NAME, **DECIDES_NOTHING}
    ]
    assert untested == []


def test_tests_that_stand_for_a_rule_exist() -> None:
    assert [law for law, where in UNDER_ANOTHER_NAME.items() if not _exists(where)] == []


def test_no_rule_is_excused_that_has_a_test() -> None:
    assert [law for law in DECIDES_NOTHING if _is_named_after(law) or law in UNDER_ANOTHER_NAME] == []
    assert set(DECIDES_NOTHING) | set(UNDER_ANOTHER_NAME) <= set(LAWS)
