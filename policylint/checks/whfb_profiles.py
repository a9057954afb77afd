"""Windows Hello for Business: what single policies get wrong (WH012 to WH016, WH018, WH046)."""

from __future__ import annotations

from collections.abc import Iterator

from policylint.checks.found import Found, Spot, claim_spot, quoted
from policylint.estate import Estate
from policylint.evidence import Evidence
from policylint.families.whfb_settings import BIOMETRICS, BY_ID, CLOUD, OMA_TYPES, Fault, Node, node_of
from policylint.model import Channel, Claim, Policy, Scope, shown


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
        written = claim.origin or claim.setting.text
        if "placeholder" in node.faults:
            text, fix = f"the placeholder {node.tenant} stands where the tenant id belongs", "write the tenant id"
        elif "braces" in node.faults:
            text, fix = "the tenant id stands in braces", "write the tenant id without braces"
        elif node.tenant_guid and estate.tenant and node.tenant_guid != estate.tenant.casefold():
            text = f"the tenant id is {node.tenant_guid}, and this tenant's is {estate.tenant}"
            fix = f"write {estate.tenant}"
        elif node.tenant_guid and not estate.tenant and len(guids) > 1:
            others = ", ".join(sorted(guids - {node.tenant_guid}))
            text, fix = f"the tenant id is {node.tenant_guid}, and other profiles say {others}", "use one tenant id"
        else:
            continue
        yield _found(policy, claim, f"{text} in {written}: the device ignores {_name(node)}", fix)


def _name(node: Node) -> str:
    return node.hello.name if node.hello else "the setting"


def _found(policy: Policy, claim: Claim, text: str, fix: str) -> Found:
    return Found(
        f"{quoted([policy.name])}: {text}",
        (claim_spot(claim, policy, fix),),
        claim.setting.text,
        claim.scope.value,
        help=f"{fix} in {quoted([policy.name])}",
    )


def _by_fault(estate: Estate, fault: Fault) -> Iterator[tuple[Policy, Claim, Node, str]]:
    for policy, claim, node in _nodes(estate):
        if fault in node.faults:
            yield policy, claim, node, claim.origin or claim.setting.text


def no_such_node(estate: Estate) -> Iterator[Found]:
    """The CSP has no such node, or not in this scope (I-SCOPE-EXIST)."""
    for policy, claim, node, written in _by_fault(estate, "scope"):
        text = f"{_name(node)} exists in device scope only, so {written} has no effect"
        yield _found(policy, claim, text, f"write ./Device{written[6:]}")
    for policy, claim, node, written in _by_fault(estate, "node"):
        if "root" not in node.faults:
            yield _found(policy, claim, f"the PassportForWork CSP has no node {written}", "write the node's real path")


def wrong_type(estate: Estate) -> Iterator[Found]:
    """The data type of an OMA-URI does not fit the node's format (W-TYPES)."""
    for policy, claim, node, written in _by_fault(estate, "type"):
        wanted = OMA_TYPES[node.hello.format][0] if node.hello else ""
        yield _found(policy, claim, f"{written} takes {wanted} data and is sent as {claim.type}", f"use {wanted}")


def wrong_root(estate: Estate) -> Iterator[Found]:
    """PassportForWork is written below the Policy CSP, which it is not part of (W-URI)."""
    for policy, claim, _, written in _by_fault(estate, "root"):
        right = written.replace("/Policy/Config/", "/").replace("/Policy/", "/")
        text = f"{written} is below the Policy CSP, where PassportForWork does not live: it has no effect"
        yield _found(policy, claim, text, f"write {right}")


def twice_in_intune(estate: Estate) -> Iterator[Found]:
    """One setting stands in a custom profile and in the settings catalog: a duplicate, or a conflict that nobody sees."""
    live = [p for p in estate.policies if p.channel is Channel.MDM and p.assignments != ()]
    written = [(p, c) for p in live if p.kind == "custom" for c in p.claims if _counts(c, p, estate)]
    catalog = [(p, c) for p in live if p.kind == "settings-catalog" for c in p.claims if c.setting.key in BY_ID]
    for policy, claim in written:
        for other, same in catalog:
            if (claim.setting, claim.scope) != (same.setting, same.scope):
                continue
            equal = claim.value == same.value
            says = "sets the same value as" if equal else f"sets {shown(claim.value)} where {shown(same.value)} is set in"
            end = "one of them is enough" if equal else "no winner is documented, and the portal shows no conflict"
            yield Found(
                f"{quoted([policy.name])} {says} {quoted([other.name])} for {BY_ID[claim.setting.key].name}: {end}",
                (claim_spot(claim, policy, "OMA-URI"), claim_spot(same, other, "settings catalog")),
                claim.setting.text,
                claim.scope.value,
                severity="note" if equal else "error",
                help=f"remove the OMA-URI from {quoted([policy.name])}",
                subject=claim.setting.text,
            )


def _counts(claim: Claim, policy: Policy, estate: Estate) -> bool:
    """Whether a lowered OMA-URI counts for this tenant, as far as that is known."""
    node = node_of(claim, policy) if claim.setting.key in BY_ID else None
    return node is not None and (
        not node.tenant_guid or estate.tenant is None or estate.tenant.casefold() == node.tenant_guid
    )


def tattooed_biometrics(estate: Estate) -> Iterator[Found]:
    """A GPO turns biometrics off in a value outside the policy keys, where it stays when the GPO goes (G-POL-TATTOO)."""
    for policy in estate.policies:
        for claim in policy.claims:
            if policy.channel is Channel.GPO and BY_ID.get(claim.setting.key) is BIOMETRICS and claim.value == 0:
                yield Found(
                    f"{quoted([policy.name])} turns biometrics off in a value outside the policy keys: it stays when "
                    "the GPO no longer applies",
                    (claim_spot(claim, policy, "tattoos"),),
                    claim.setting.text,
                    claim.scope.value,
                    help="plan a GPO that turns biometrics on again before this one is removed",
                )


def store_without_cloud_trust(estate: Estate) -> Iterator[Found]:
    """A GPO sets cloud trust, and a store's Passport.admx is too old to show it (AD007)."""
    writers = [
        (policy, claim)
        for policy in estate.policies
        for claim in policy.claims
        if policy.channel is Channel.GPO and BY_ID.get(claim.setting.key) is CLOUD
    ]
    for file in estate.admx if writers else ():
        values = {value.casefold() for value in passport_values(file)}
        if not values or CLOUD.value.casefold() in values:
            continue
        names = dict.fromkeys(policy.name for policy, _ in writers)
        yield Found(
            f"{file.path} does not know cloud trust, which {quoted(names)} sets: the editor shows it as an extra registry "
            "setting, and saving the GPO elsewhere can lose it",
            (Spot(Evidence(file.path), None, "older than Windows 10 21H2"), *(claim_spot(c, p) for p, c in writers)),
            CLOUD.id(Scope.DEVICE).text,
            Scope.DEVICE.value,
            help="copy Passport.admx and Passport.adml of Windows 10 21H2 or later into the store",
        )
