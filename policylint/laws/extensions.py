"""The documented rules of each client-side extension of Group Policy; `laws` lists them all."""

from __future__ import annotations

from collections.abc import Mapping

from policylint.laws.law import Law

SECURITY = "Security policy settings (Windows security documentation)"
GPSB = "[MS-GPSB]"
AUDIT_FAQ = "Advanced security audit policy FAQ"

EXTENSION_LAWS: Mapping[str, Law] = {
    "G-SEC-LWW": Law(
        "security settings are applied GPO by GPO: of each setting the last writer's value counts", "DOC", SECURITY
    ),
    "G-SEC-ACCOUNT": Law(
        "password, lockout and Kerberos policy of domain accounts come only from GPOs linked at the domain's root; "
        "elsewhere they rule a computer's local accounts",
        "DOC",
        "Account Policies (Windows security documentation)",
    ),
    "G-SEC-RIGHTS": Law(
        "user rights: for each right the last GPO's list takes the place of the others, an empty one too",
        "DOC",
        "User Rights Assignment (Windows security documentation)",
    ),
    "G-SEC-RG": Law(
        "restricted groups: Members is authoritative, and the last GPO's list replaces the others; Member of only "
        "adds, and what two different lists of one group come to is not documented",
        "DOC",
        "Restricted Groups (Windows Server documentation)",
    ),
    "G-SEC-ACL": Law(
        "permissions of registry keys and files, and services: of each path the last writer's entry counts",
        "DERIVED",
        f"{GPSB} 2.2.7 to 2.2.9",
    ),
    "G-SEC-VS-GPP": Law(
        "a security template and a preference act on one thing: which of the two extensions has the last word is not "
        "documented",
        "SILENT",
        GPSB,
    ),
    "G-SEC-REGVAL": Law(
        "a security template and Registry.pol write one registry value: Registry.pol is applied first, but a refresh "
        "in the background may run one extension alone",
        "DERIVED",
        "[MS-GPOL] 3.2.5.1.10",
    ),
    "G-GPP-VS-POLICY": Law(
        "a preference writes a registry value that Registry.pol writes too: it lands last, until the next refresh of "
        "Registry.pol",
        "DERIVED",
        "[MS-GPOL] 3.2.5.1.10",
    ),
    "G-AUD-ADV": Law("advanced audit policy: of each subcategory the last writer's value counts", "DOC", AUDIT_FAQ),
    "G-AUD-LEGACY": Law("advanced audit policy that any GPO sets clears the legacy one", "DOC", AUDIT_FAQ),
    "G-SCR": Law("scripts add up: the scripts of every GPO run, in the order of the GPOs", "SPEC", "[MS-GPSCR] 3.2.5"),
    "G-GPP-ORDER": Law(
        "preferences: GPO by GPO, item by item; a later Update, Replace or Delete counts, a Create only in a void",
        "SPEC",
        "[MS-GPPREF] 3.2.5",
    ),
    "G-SRP": Law(
        "software restriction: rules of all GPOs add up, the default level is the last writer's",
        "DOC",
        "Software Restriction Policies (Windows Server documentation)",
    ),
    "G-APPLOCKER": Law(
        "AppLocker: rules of all GPOs add up, a deny counts first; how a collection is enforced is the last writer's",
        "DOC",
        "Understand AppLocker rules and enforcement setting inheritance in Group Policy",
    ),
    "G-FW-MERGE": Law(
        "firewall rules of all GPOs add up; of two with one name the last writer's counts", "SPEC", "[MS-FASP] 2.2.38"
    ),
    "D13": Law("user rights: replaced right by right, or added to", "CONFLICT", "G-SEC-RIGHTS"),
    "D14": Law("members of restricted groups: authoritative, or added only", "CONFLICT", "G-SEC-RG"),
    "D15": Law(
        "Members and Member of of different GPOs on one group: both may be applied, in no strict order",
        "CONFLICT",
        "KB925443",
    ),
    "D17": Law(
        "audit policy of two GPOs: a row of the FAQ's table contradicts the rule it stands below",
        "CONFLICT",
        AUDIT_FAQ,
    ),
    "D18": Law(
        "loopback merge: the computer's list after the user's enforced links follows from the order; nobody says it",
        "DERIVED",
        "G-LOOP-MERGE-ENFORCED",
    ),
}
