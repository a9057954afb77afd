"""Custom profiles against the CSP's own description: nodes that do not exist, wrong types, values out of reach.

The description is the DDF (IN001 to IN003, IN029), extended by what the settings catalog names. Both are of a date:
where a node may be newer than they are, a finding says so by its confidence. Windows Hello has rules of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from policylint.catalogue.csp_node import Allowed, Node
from policylint.catalogue.ddf import key_of
from policylint.checks.found import Found, claim_spot, quoted
from policylint.estate import Estate
from policylint.model import Claim, Policy, Value, shown

FORMATS = {
    "bool": ("Boolean",),
    "int": ("Integer",),
    "chr": ("String", "StringXml"),
    "xml": ("String", "StringXml"),
    "float": ("FloatingPoint",),
}
"""The omaSetting classes that fit a node's DFFormat. What becomes of the others (b64, bin, time) no page says."""

MDM_WINS = "/controlpolicyconflict/mdmwinsovergp"

_HELLO = re.compile(
    r"\./(?:(?:device|user)/)?vendor/msft/(?:policy/(?:config/)?)?passportforwork(?:/|$)", re.IGNORECASE
)
_INGESTED = re.compile(r"~policy~|/admxinstall/", re.IGNORECASE)
_CSP = re.compile(r"(?:\./)?(?:(?:device|user)/)?vendor/msft/([^/]+)/", re.IGNORECASE)
_NUMBER = re.compile(r"[+-]?\d{1,20}")
_FLAG = re.compile(r"\d{1,20}|0x[0-9a-fA-F]{1,16}")
_PAYLOAD = ("<enabled", "<disabled")
_SHOWN = 8
_LONGEST = 4096
"""Longer values are not matched with expressions, which may come with the inputs."""


Stated = tuple[tuple[Policy, Claim, str, Node | None], ...]


def _stated(estate: Estate) -> Stated:
    """Every OMA-URI that an author wrote, with its node where one is known."""
    return estate.once(_found_stated)


def _found_stated(estate: Estate) -> Stated:
    lookup = estate.definitions.nodes.lookup
    written = ((policy, claim) for policy in estate.policies if policy.kind == "custom" for claim in policy.written)
    named = ((policy, claim, (claim.origin or claim.setting.text).strip()) for policy, claim in written)
    return tuple((policy, claim, uri, lookup(uri)) for policy, claim, uri in named if not _HELLO.match(uri))


def _found(policy: Policy, claim: Claim, uri: str, text: str, fix: str) -> Found:
    return Found(
        f"{uri} in {quoted([policy.name])} {text}",
        (claim_spot(claim, policy, f"goes to {uri}"),),
        claim.setting.text,
        claim.scope.value,
        help=f"{fix} in {quoted([policy.name])}" if fix else "",
    )


def no_such_node(estate: Estate) -> Iterator[Found]:
    """A URI that neither the DDF nor the settings catalog knows, that takes no value, or is deprecated (IN001)."""
    for policy, claim, uri, node in _stated(estate):
        if node is None:
            yield from _unknown(estate, policy, claim, uri)
        elif node.format == "node" or node.access == {"Get"}:
            text = "has no effect: it names a node that takes no value"
            yield _found(policy, claim, uri, text, "name the node that holds the setting")
        elif node.deprecated:
            since = "" if node.deprecated == "unknown" else f" since {node.deprecated}"
            found = _found(policy, claim, uri, f"is deprecated{since}", "check whether it is still needed")
            yield replace(found, severity="warning")


def _unknown(estate: Estate, policy: Policy, claim: Claim, uri: str) -> Iterator[Found]:
    """Nothing is said of CSPs that no file describes, nor of areas that a profile's own ADMX file makes."""
    known, csp = estate.definitions, _CSP.match(uri)
    if key_of(uri).endswith(MDM_WINS):
        return  # IN028
    if _INGESTED.search(uri) or known.catalog.with_node(uri):
        return
    near = known.nodes.nearest(uri)
    if near is not None and _end(near) == _end(uri) and near.split("/")[1] != uri.split("/")[1]:
        side = "user" if near.startswith("./User/") else "device"
        yield _found(policy, claim, uri, f"has no effect: the node exists in {side} scope only", f"write {near}")
    elif near is not None:
        found = _found(policy, claim, uri, "names no known node", f"write {near}, if that is what is meant,")
        yield replace(found, confidence="likely")
    elif csp is not None and known.nodes.lookup(f"./Device/Vendor/MSFT/{csp[1]}"):
        text = f"names no known node of the {csp[1]} CSP"
        yield replace(_found(policy, claim, uri, text, ""), severity="warning", confidence="possible")


def _end(uri: str) -> str:
    """What stands behind the scope."""
    return uri.casefold().partition("/vendor/")[2]


def wrong_type(estate: Estate) -> Iterator[Found]:
    """The data type of an OMA-URI does not fit the node's format (IN002)."""
    for policy, claim, uri, node in _stated(estate):
        fitting = FORMATS.get(node.format) if node is not None else None
        if node is None or fitting is None or claim.type in fitting or key_of(uri).endswith(MDM_WINS):
            continue
        payload = claim.type in FORMATS["chr"] and str(claim.value).lstrip().casefold().startswith(_PAYLOAD)
        if payload:
            text = f"holds an ADMX payload, and the node takes {fitting[0]} data: the device can refuse it"
            yield _found(policy, claim, uri, text, f"choose the data type {fitting[0]} and one of the node's values")
        else:
            text = f"is sent as {claim.type} data where the node takes {fitting[0]}: the device can refuse it"
            yield _found(policy, claim, uri, text, f"choose the data type {fitting[0]}")


def out_of_range(estate: Estate) -> Iterator[Found]:
    """The value of an OMA-URI is none that the node takes (IN003). Windows newer than the DDF may take more."""
    told: dict[tuple[int, str], str | None] = {}
    for policy, claim, uri, node in _stated(estate):
        if node is None or node.allowed is None or claim.type not in FORMATS.get(node.format, ()):
            continue
        text, default = str(claim.value), (node.default or "").casefold()
        if len(text) <= len(default) and text.casefold() == default:  # folding makes no text shorter
            continue  # eleven nodes have a default beside their values, which stands for "not configured"
        at = id(node), text
        if at not in told:
            told[at] = refused(node.allowed, node.format, claim.value)
        bad = told[at]
        if bad is not None:
            text = f"is {shown(bad)}, and the node takes {_takes(node.allowed)}"
            yield replace(_found(policy, claim, uri, text, "choose a value that the node takes"), confidence="likely")


def refused(allowed: Allowed, format_: str, value: Value) -> str | None:
    """The value, or the entry of a list, that a node does not take; None where it takes all, or nobody can tell."""
    text = str(value).strip()
    entries = text.split(allowed.delimiter) if allowed.delimiter and format_ == "chr" else [text]
    return next((entry for entry in map(str.strip, entries) if entry and not _fits(allowed, entry)), None)


def _fits(allowed: Allowed, entry: str) -> bool:
    number = int(entry) if _NUMBER.fullmatch(entry) else None
    match allowed.kind:
        case "ENUM":
            return not allowed.values or any(_same(value, entry, number) for value, _ in allowed.values)
        case "Range":
            return number is None or not allowed.ranges or any(low <= number <= high for low, high in allowed.ranges)
        case "Flag":
            bits = [
                int(value, 16 if value.startswith("0x") else 10)
                for value, _ in allowed.values
                if _FLAG.fullmatch(value)
            ]
            return number is None or len(bits) != len(allowed.values) or not number & ~_all(bits)
        case "RegEx":
            return _matches(allowed.pattern, entry)
        case _:
            return True


def _same(value: str, entry: str, number: int | None) -> bool:
    stated = int(value) if _NUMBER.fullmatch(value) else None
    return stated == number if stated is not None and number is not None else value.casefold() == entry.casefold()


def _all(bits: list[int]) -> int:
    together = 0
    for bit in bits:
        together |= bit
    return together


def _matches(pattern: str, entry: str) -> bool:
    """Whether an expression finds the entry; one that Python does not know says nothing."""
    if not pattern or len(entry) > _LONGEST:
        return True
    try:
        return re.search(pattern, entry) is not None
    except re.error:
        return True


def _takes(allowed: Allowed) -> str:
    if allowed.kind == "Range":
        return " or ".join(f"{low} to {high}" for low, high in allowed.ranges)
    if allowed.kind == "RegEx":
        return f"what matches {allowed.pattern}"
    values = [value for value, _ in allowed.values]
    rest = f" and {len(values) - _SHOWN} more" if len(values) > _SHOWN else ""
    return ("sums of " if allowed.kind == "Flag" else "") + ", ".join(values[:_SHOWN]) + rest


def mdm_wins_form(estate: Estate) -> Iterator[Found]:
    """MDMWinsOverGP is an integer of device scope (IN028; ControlPolicyConflict page)."""
    for policy, claim, uri, _ in _stated(estate):
        if not key_of(uri).endswith(MDM_WINS):
            continue
        if key_of(uri).startswith("./user/"):
            text = "has no effect: MDMWinsOverGP exists in device scope only"
            yield _found(
                policy, claim, uri, text, "write ./Device/Vendor/MSFT/Policy/Config/ControlPolicyConflict/MDMWinsOverGP"
            )
        elif claim.type != "Integer":
            text = f"is sent as {claim.type} data where MDMWinsOverGP takes Integer: Group Policy can keep winning"
            yield _found(policy, claim, uri, text, "choose the data type Integer")


def restarts(estate: Estate) -> Iterator[Found]:
    """A setting whose node restarts the device by itself (IN029). One finding a profile and CSP."""
    texts = {claim.setting.text for policy in estate.policies for claim in policy.written}
    lookup = estate.definitions.nodes.lookup
    restarting = {text: csp for text in texts if text[:2] == "./" and (csp := _restarting(lookup(text)))}
    for policy in estate.policies if restarting else ():
        seen: dict[str, tuple[Claim, int]] = {}
        for claim in [claim for claim in policy.written if claim.setting.text in restarting]:
            csp = restarting[claim.setting.text]
            first, count = seen.get(csp, (claim, 0))
            seen[csp] = first, count + 1
        for csp, (claim, count) in seen.items():
            many = f"{count} settings" if count > 1 else "a setting"
            yield Found(
                f"{quoted([policy.name])} has {many} of the {csp} CSP that a device restarts for",
                (claim_spot(claim, policy, "the device restarts when this is applied"),),
                claim.setting.text,
                claim.scope.value,
                help=f"assign {quoted([policy.name])} in rings, outside working hours",
            )


def _restarting(node: Node | None) -> str:
    """The CSP of a node that restarts the device, or ''."""
    if node is None or node.reboot != "Automatic":
        return ""
    return node.uri.partition("/MSFT/")[2].split("/")[0] or node.uri
