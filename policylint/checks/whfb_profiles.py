"""Windows Hello for Business: what single policies get wrong (WH012 to WH016, WH018, WH046)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches

from policylint.catalogue.admx import AdmxFile
from policylint.catalogue.admx_policy import fold_key
from policylint.checks.found import Found, Spot, claim_spot, listed, quoted
from policylint.claimed import claimed
from policylint.estate import Estate
from policylint.evidence import Evidence
from policylint.families.whfb_settings import (
    BIOMETRICS,
    BY_ID,
    CLOUD,
    OMA_TYPES,
    PASSPORT,
    SETTINGS,
    Fault,
    Hello,
    Node,
    node_of,
)
from policylint.model import Channel, Claim, Policy, Scope, shown

_POLICY = re.compile(r"/policy/(?:config/)?", re.IGNORECASE)
_BELOW = re.compile(r"(/PassportForWork/)", re.IGNORECASE)
_GUID = re.compile(r"^\{?[0-9a-f-]{36}\}?", re.IGNORECASE)


def _nodes(estate: Estate) -> Iterator[tuple[Policy, Claim, Node]]:
    """Every OMA-URI of the PassportForWork CSP that an author wrote, as written."""
    for policy in estate.policies:
        if policy.kind != "custom":
            continue
        for claim in policy.claims:
            node = node_of(claim, policy)
            if node is not None:
                yield policy, claim, node


def wrong_tenant(estate: Estate) -> Iterator[Found]:
    """The tenant segment of an OMA-URI is a placeholder, has braces, or is another tenant's id (W-URI)."""
    nodes = list(_nodes(estate))
    guids = {node.tenant_guid for _, _, node in nodes if node.tenant_guid}
    for policy, claim, node in nodes:
        mine, rest = node.tenant_guid, guids - {node.tenant_guid}
        if "placeholder" in node.faults:
            text, fix = f"has no effect: '{node.tenant}' stands in place of the tenant id", "write the tenant id"
        elif "braces" in node.faults:
            text, fix = "has no effect: the tenant id stands in braces", "write the tenant id without braces"
        elif mine and estate.tenant and mine != estate.tenant.casefold():
            text = f"has no effect: it names the tenant {mine}, and the devices are in {estate.tenant}"
            fix = f"write {estate.tenant}"
        elif mine and not estate.tenant and rest:
            text = f"counts in one tenant only: it names {mine}, and other profiles name {listed(sorted(rest))}"
            fix = "write the tenant id of the devices"
        else:
            continue
        yield _found(policy, claim, node, text, fix)


def _found(policy: Policy, claim: Claim, node: Node, text: str, fix: str) -> Found:
    """A finding about one OMA-URI: named by its setting where the node is known, as written where not."""
    subject = f"the OMA-URI of {node.hello.name}" if node.hello else _written(claim)
    return Found(
        f"{subject} in {quoted([policy.name])} {text}",
        (claim_spot(claim, policy, f"goes to {_written(claim)}"),),
        claim.setting.text,
        claim.scope.value,
        help=f"{fix} in {quoted([policy.name])}",
    )


def _written(claim: Claim) -> str:
    return (claim.origin or claim.setting.text).strip()


def _by_fault(estate: Estate, fault: Fault) -> Iterator[tuple[Policy, Claim, Node, str]]:
    for policy, claim, node in _nodes(estate):
        if fault in node.faults:
            yield policy, claim, node, _written(claim)


def no_such_node(estate: Estate) -> Iterator[Found]:
    """The CSP has no such node, or not in this scope (I-SCOPE-EXIST)."""
    for policy, claim, node, written in _by_fault(estate, "scope"):
        text = "has no effect: the node exists in device scope only"
        yield _found(policy, claim, node, text, f"write ./Device{written[len('./User') :]}")
    for policy, claim, node, written in _by_fault(estate, "node"):
        if "root" not in node.faults:
            text = "has no effect: the PassportForWork CSP has no such node"
            yield _found(policy, claim, node, text, _nearest(written))


def _nearest(written: str) -> str:
    """What to write instead: the known node that comes closest."""
    root, below, rest = _BELOW.split(written, maxsplit=1)
    known = [hello.node.replace("{TenantId}", "<tenant id>") for hello in SETTINGS if hello.node]
    near = get_close_matches(_GUID.sub("<tenant id>", rest), known, 1)
    return f"write {root}{below}{near[0]}" if near else "write the path as the PassportForWork CSP reference has it"


def wrong_type(estate: Estate) -> Iterator[Found]:
    """The data type of an OMA-URI does not fit the node's format (W-TYPES)."""
    for policy, claim, node, _ in _by_fault(estate, "type"):
        wanted = OMA_TYPES[node.hello.format][0] if node.hello else ""
        text = f"is sent as {claim.type} data where the node takes {wanted}: the device can refuse it"
        yield _found(policy, claim, node, text, f"choose the data type {wanted}")


def wrong_root(estate: Estate) -> Iterator[Found]:
    """PassportForWork is written below the Policy CSP, which it is not part of (W-URI)."""
    for policy, claim, node, written in _by_fault(estate, "root"):
        text = "has no effect: it is below the Policy CSP, where PassportForWork does not live"
        right = _POLICY.sub("/", written, count=1)
        yield _found(policy, claim, node, text, f"write {right}")


def twice_in_intune(estate: Estate) -> Iterator[Found]:
    """A custom profile and the settings catalog set the same setting: a duplicate, or a conflict that nobody sees."""
    live = [p for p in estate.policies if p.channel is Channel.MDM and p.assignments != ()]
    written = [(p, c) for p in live if p.kind == "custom" for c in p.claims if _counts(c, p, estate)]
    catalog = [(p, c) for p in live if p.kind == "settings-catalog" for c in p.claims if c.setting.key in BY_ID]
    for policy, claim in written:
        for other, same in catalog:
            if (claim.setting, claim.scope) != (same.setting, same.scope):
                continue
            equal = claim.value == same.value
            theirs = "" if equal else f"{shown(same.value)} "
            end = "one of them is enough" if equal else "no winner is documented, and the portal shows no conflict"
            yield Found(
                f"{BY_ID[claim.setting.key].name} is {shown(claim.value)} in the custom profile "
                f"{quoted([policy.name])} and {theirs}in the settings catalog profile {quoted([other.name])}: {end}",
                (claim_spot(claim, policy, "OMA-URI"), claim_spot(same, other, "settings catalog")),
                claim.setting.text,
                claim.scope.value,
                severity="note" if equal else "error",
                help=f"remove the OMA-URI from {quoted([policy.name])}",
                confidence="certain" if _overlap(policy, other) else "likely",
            )


def _overlap(a: Policy, b: Policy) -> bool:
    """Whether two profiles surely reach one device: without assignment overlap there is no conflict (I-EXPLAIN)."""
    if any(x.exclude or x.filter for p in (a, b) for x in p.assignments or ()):
        return False
    mine, theirs = ({(x.target, (x.group or "").casefold()) for x in p.assignments or ()} for p in (a, b))
    return bool(mine & theirs)


def _counts(claim: Claim, policy: Policy, estate: Estate) -> bool:
    """Whether a lowered OMA-URI counts for this tenant, as far as that is known."""
    node = node_of(claim, policy) if claim.setting.key in BY_ID else None
    return node is not None and (
        not node.tenant_guid or estate.tenant is None or estate.tenant.casefold() == node.tenant_guid
    )


def tattooed_biometrics(estate: Estate) -> Iterator[Found]:
    """A GPO turns biometrics off outside the policy keys, where the value stays when the GPO goes (G-POL-TATTOO)."""
    for policy, claim in _of_gpos(estate, BIOMETRICS):
        if claim.value == 0:
            yield Found(
                f"{quoted([policy.name])} turns biometrics off in a value outside the policy keys: it stays when "
                "the GPO no longer applies",
                (claim_spot(claim, policy, "tattoos"),),
                claim.setting.text,
                claim.scope.value,
                help="plan a GPO that turns biometrics on again before this one is removed",
            )


def _of_gpos(estate: Estate, hello: Hello) -> list[tuple[Policy, Claim]]:
    """What GPOs say about a setting."""
    keys = [key for key, known in BY_ID.items() if known is hello]
    return [(policy, claim) for policy, claim in claimed(estate).on(keys) if policy.channel is Channel.GPO]


def store_without_cloud_trust(estate: Estate) -> Iterator[Found]:
    """A GPO sets cloud trust, and a store's Passport.admx is too old to show it (AD007)."""
    writers = _of_gpos(estate, CLOUD)
    for file in estate.admx if writers else ():
        values = {value.casefold() for value in passport_values(file)}
        if not values or CLOUD.value.casefold() in values:
            continue
        names = dict.fromkeys(policy.name for policy, _ in writers)
        yield Found(
            f"{file.path} does not know cloud trust, which {quoted(names)} sets: the editor cannot show or change it",
            (Spot(Evidence(file.path), None, "older than Windows 10 21H2"), *(claim_spot(c, p) for p, c in writers)),
            CLOUD.id(Scope.DEVICE).text,
            Scope.DEVICE.value,
            help="copy Passport.admx and Passport.adml of Windows 10 21H2 or later into the store",
        )


def passport_values(file: AdmxFile) -> frozenset[str]:
    """The values of the PassportForWork key that the policies of an ADMX file and their elements write."""
    key = fold_key(PASSPORT)
    if key not in file.keys:
        return frozenset()
    return frozenset(slot.value_name for slot in file.inside(key) if slot.value_name)
