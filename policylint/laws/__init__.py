"""The documented rules of precedence, by the ids that results print as their reasons.

Each has where it comes from: SPEC (a Microsoft open specification), DOC (Microsoft's documentation, ADMX and DDF
texts), MEASURED (observed on Windows by others), DERIVED (follows from the cited ones; nobody states it), SILENT
(looked for, not documented) or CONFLICT (sources disagree).
"""

from __future__ import annotations

from collections.abc import Mapping

from policylint.laws.channels import CHANNEL_LAWS, SCOPE_LAWS
from policylint.laws.extensions import EXTENSION_LAWS
from policylint.laws.law import Law

GPP = "Group Policy processing (Windows Server documentation)"
GPOL = "[MS-GPOL]"
GPREG = "[MS-GPREG]"
MANAGE = "Manage Windows Hello for Business in your organization: policy conflicts from multiple policy sources"
CONFIGURE = "Configure Windows Hello for Business"
CLOUD_GUIDE = "Cloud Kerberos trust deployment guide"
CSP = "PassportForWork CSP"

LAWS: Mapping[str, Law] = {
    # Group Policy
    "G-LSDOU": Law("local, site, domain, OU: what is applied last wins, so the nearest container does", "DOC", GPP),
    "G-LINK-ORDER": Law("on one container the link with the lowest link order wins", "DOC", GPP),
    "G-LINK-RAW": Law(
        "the last link of a raw gPLink string is taken as link order 1; specification and practice disagree",
        "CONFLICT",
        f"{GPOL} 3.2.5.1.5",
    ),
    "G-LINK-DISABLED": Law("a disabled link applies nothing, enforced or not", "SPEC", f"{GPOL} 2.2.2"),
    "G-ENFORCED-TOP": Law("every enforced link beats every link that is not enforced", "SPEC", f"{GPOL} 3.2.5.1.5"),
    "G-ENFORCED-INVERT": Law("among enforced links the highest container wins", "DOC", GPP),
    "G-ENFORCED-SAME-SOM": Law(
        "among enforced links on one container link order decides", "DERIVED", f"{GPOL} 3.2.5.1.5"
    ),
    "G-BLOCK": Law("blocked inheritance keeps links from above out, unless they are enforced", "SPEC", f"{GPOL} 2.2.2"),
    "G-STATUS": Law("a disabled side of a GPO applies nothing", "SPEC", f"{GPOL} 2.2.4"),
    "G-FUNCVER": Law("a GPO whose functionality version is not 2 is denied", "SPEC", f"{GPOL} 3.2.5.1.6"),
    "G-EMPTY": Law(
        "a side of a GPO whose version is 0 in the directory and in its files applies nothing",
        "SPEC",
        f"{GPOL} 3.2.5.1.6",
    ),
    "G-SECFILTER": Law(
        "a GPO applies to whom it allows both Read and Apply Group Policy; a deny wins", "SPEC", f"{GPOL} 3.2.5.1.6"
    ),
    "G-MS16-072": Law("user policy is fetched by the computer, which must be allowed to read it", "DOC", "MS16-072"),
    "G-WMI": Law("a GPO applies where its WMI filter gives rows", "SPEC", f"{GPOL} 3.2.5.1.7"),
    "G-WMI-ERROR": Law(
        "a GPO whose WMI filter fails is denied, and the others apply; by specification all would be",
        "MEASURED",
        f"{GPOL} 3.2.5.1.7",
    ),
    "G-DENY-CELLS": Law(
        "a denial that names the other side's principal: the user's for Read of computer settings, the computer's for "
        "Apply of user settings; neither is documented or measured",
        "SILENT",
        "MS16-072",
    ),
    "G-LOOP-XFOREST": Law(
        "a user of another forest gets the computer's list alone, unless cross-forest policy is allowed",
        "SPEC",
        f"{GPOL} 3.2.5.1",
    ),
    "G-MLGPO": Law(
        "local policy: for everybody, then for administrators or all others, then for one user; the last counts",
        "DOC",
        "Multiple Local Group Policy objects (Windows Server documentation)",
    ),
    "G-LGPO-OFF": Law("a domain's GPO may turn all local policy off", "DOC", "grouppolicy.admx"),
    "G-LOOP-SELF": Law(
        "the computer's settings decide about loopback, before the user's list is made", "DERIVED", GPOL
    ),
    "G-LOOP-MERGE": Law(
        "loopback merge: the computer's list is applied after the user's and wins", "SPEC", f"{GPOL} 3.2.1.3"
    ),
    "G-LOOP-MERGE-ENFORCED": Law(
        "loopback merge: the computer's list comes after the user's enforced links too", "DERIVED", f"{GPOL} 3.2.1.3"
    ),
    "G-LOOP-REPLACE": Law(
        "loopback replace: only the computer's list supplies user settings", "SPEC", f"{GPOL} 3.2.1.3"
    ),
    "G-POL-LWW": Law("instructions are carried out GPO by GPO: the last writer of a value wins", "SPEC", GPREG),
    "G-POL-SPECIAL": Law(
        "`**` instructions act at their position; `**soft.` writes only what is absent", "SPEC", f"{GPREG} 2.2.1"
    ),
    "G-POL-LIST": Law(
        "a list that is not additive deletes the values of its key first, so the last GPO's list replaces the others",
        "SPEC",
        f"{GPREG} 2.2.1",
    ),
    # Security settings, audit policy, scripts, preferences, rules
    **EXTENSION_LAWS,
    # The computer's side and the user's
    **SCOPE_LAWS,
    # Group Policy and Intune
    **CHANNEL_LAWS,
    # Intune
    "I-ASG-NONE": Law("a profile without assignments has no effect", "DOC", "Assign policies in Microsoft Intune"),
    "I-APPLICABILITY": Law(
        "an applicability rule restricts a profile to versions of Windows",
        "DOC",
        "Create a device profile in Microsoft Intune: applicability rules",
    ),
    "I-ENR": Law(
        "enrolment policies count at enrolment; of several the one with the best priority does",
        "DOC",
        "Set up the Enrollment Status Page; deviceEnrollmentConfiguration (Microsoft Graph)",
    ),
    "I-ASG-EXCL": Law(
        "excluding a group beats including one of the same type", "DOC", "Assign policies in Microsoft Intune"
    ),
    "I-ASG-VIRTUAL": Law(
        "All devices and All users overlap every group of their type", "DOC", "Assign policies in Microsoft Intune"
    ),
    "I-EXPLAIN": Law(
        "profiles meet only on devices and users that both are assigned to",
        "DOC",
        "Troubleshoot policies and profiles in Microsoft Intune",
    ),
    "I-CONF-CONF": Law(
        "two profiles with one value agree; with different values they are in conflict, and no winner is documented",
        "DOC",
        "Troubleshoot policies and profiles in Microsoft Intune",
    ),
    "I-COMP-CONF": Law(
        "compliance outranks configuration, and of two compliance policies the most restrictive applies",
        "DOC",
        "Troubleshoot policies and profiles in Microsoft Intune",
    ),
    # Windows Hello for Business
    "W-HIER": Law("user GPO, computer GPO, user MDM, device MDM, Device Lock: the first source wins", "DOC", MANAGE),
    "W-SAME-SOURCE": Law("inside one channel a user policy takes the place of the computer policy", "DOC", CONFIGURE),
    "W-GRP-E": Law(
        "enablement and certificate trust come from one channel: the one that sets enablement", "DOC", MANAGE
    ),
    "W-GRP-P": Law(
        "all PIN rules and the hardware rule come from one source, the highest that sets any of them; what elects a "
        "source that sets only some is not said",
        "SILENT",
        MANAGE,
    ),
    "W-GRP-X": Law("every other setting is taken from its first source", "DOC", MANAGE),
    "W-GRP-CLOUD": Law(
        "which group cloud trust belongs to is not documented: it counts for sure in the channel and scope of "
        "enablement",
        "SILENT",
        "windows-itpro-docs issue 11440",
    ),
    "W-EITHER-OR": Law(
        "with Group Policy and Intune both configuring Windows Hello, Intune's other settings count one by one, or are "
        "ignored as a whole: documents disagree",
        "CONFLICT",
        f"{MANAGE}; {CLOUD_GUIDE}",
    ),
    "W-TABLE": Law(
        "off: none; certificate policy on: certificate; else cloud trust on: cloud Kerberos; else key",
        "DOC",
        CLOUD_GUIDE,
    ),
    "W-DEFAULT": Law(
        "unset, Windows Hello is on by default on Entra joined devices; on hybrid joined ones users may set up a "
        "convenience PIN",
        "CONFLICT",
        f"{CONFIGURE}; Passport.admx",
    ),
    "W-JOIN": Law(
        "no Group Policy on Entra joined devices, no Intune and no cloud trust on devices joined to AD alone",
        "DOC",
        CLOUD_GUIDE,
    ),
    "W-TENANT": Law(
        "the tenant-wide policy is applied at enrolment only, and is the lowest source",
        "DOC",
        "deviceEnrollmentWindowsHelloForBusinessConfiguration (Microsoft Graph)",
    ),
    "W-URI": Law(
        "an OMA-URI of Windows Hello names the tenant by its id without braces; anything else there counts for nobody",
        "DOC",
        CSP,
    ),
    "W-DEVLOCK": Law(
        "PIN rules beside Device Lock rules: the strictest counts, or the PIN rules do: documents disagree",
        "CONFLICT",
        f"{CONFIGURE}; {CSP}",
    ),
    "W-TYPES": Law("a minimum PIN length above the maximum means the defaults of both", "DOC", f"{CSP}; Passport.admx"),
    # Disagreements between the sources, and what follows from them
    "D1": Law("raw gPLink: the first string is strongest, or the last", "CONFLICT", "G-LINK-RAW"),
    "D3": Law("Group Policy over Intune is documented for 1709 and called a race since", "CONFLICT", "M-DEFAULT-GP"),
    "D5": Law("Intune's settings that do not overlap with Group Policy: kept, or ignored", "CONFLICT", "W-EITHER-OR"),
    "D6": Law("cloud trust set elsewhere than enablement: taken by itself, or ineffective", "SILENT", "W-GRP-CLOUD"),
    "D11": Law("PIN rules against Device Lock: the strictest, or the PIN rules", "CONFLICT", "W-DEVLOCK"),
    "D19": Law(
        "two profiles in one scope: Intune reports a conflict, the DDF hints at a merge", "CONFLICT", "I-CONF-CONF"
    ),
    "D25": Law("Windows Hello unset on hybrid devices: on, or a convenience PIN", "CONFLICT", "W-DEFAULT"),
    "D29": Law(
        "digits in PINs unset: required by the DDF, allowed by Passport.admx", "CONFLICT", f"{CSP}; Passport.admx"
    ),
    "D30": Law(
        "0 in audit.csv: no auditing, as the editor writes it, or unchanged, as specified",
        "CONFLICT",
        "[MS-GPAC] 2.2.1.3",
    ),
}
"""In the order in which they are explained."""


def law_text(rule: str) -> str:
    """What a rule id stands for, with its provenance where that is not plain documentation; '' for an unknown id."""
    law = LAWS.get(rule)
    if law is None:
        return ""
    return law.text if law.provenance in ("DOC", "SPEC") else f"{law.text} [{law.provenance.lower()}]"


def explain_fact(fact: str) -> str:
    """What a condition means, in a sentence; '' for facts whose name says it."""
    law = LAWS.get(fact.partition(" (")[0])
    return law.text if law else FACTS.get(fact, "")


FACTS: Mapping[str, str] = {
    "join": "whether the device is Entra joined, hybrid joined or joined to AD alone",
    "mdm": "whether the device is enrolled in Intune",
    "tenant": "which tenant the device belongs to",
    "site": "which site the device is in",
    "enrolled-after-tenant-policy": "whether the device was enrolled after the tenant-wide policy was made",
    "raw gPLink order": "whether the last link of a raw gPLink string is link order 1",
    "loopback": "how user policy is processed on the computer",
    "os-build": "which build of Windows the device runs",
    "edition": "which edition of Windows the device runs",
    "tamper-protection": "whether tamper protection keeps Defender's settings as they are",
}
"""The facts of topology.toml that results may hang on."""
