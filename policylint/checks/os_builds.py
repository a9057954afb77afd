"""Settings that the Windows that gets them does not know (IN004): its build is too old, or its edition another one.

The DDF tells both (Applicability); editions by the numbers of GetProductInfo.

"If the feature was backported, multiple OS versions will be listed, such that the OS build version without a minor
number is the first major release" (DDFv2Msft.xsd). Builds of one servicing branch share their minor numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from policylint.catalogue.csp_node import Node
from policylint.catalogue.definitions import Definitions
from policylint.checks.found import WHERE, Found, View, claim_spot, listed, quoted
from policylint.estate import Estate
from policylint.facts import ALWAYS
from policylint.model import Channel, Claim, Policy
from policylint.targets import targets

_BUILD = re.compile(r"10\.0\.(\d{4,5})(?:\.(\d{1,6}))?")
_BRANCHES = (range(19041, 19046), (22621, 22631), (26100, 26200))
"""Builds that get the same updates: Windows 10 2004 to 22H2, Windows 11 22H2 and 23H2, Windows 11 24H2 and 25H2."""

_HELLO = "/passportforwork/"

EDITIONS: Mapping[str, str] = {"home": "0x65", "pro": "0x30", "enterprise": "0x4", "education": "0x79"}
"""The product types of the editions, as the DDF writes them."""


@dataclass(frozen=True, slots=True)
class Build:
    """A build of Windows; `minor` None is any, or one that nobody told."""

    major: int
    minor: int | None = None

    @property
    def branch(self) -> int:
        """The number that stands for all builds with the same updates."""
        return next((min(branch) for branch in _BRANCHES if self.major in branch), self.major)


def build(text: str) -> Build | None:
    """A build as `10.0.22631` or `10.0.22631.3007`; None for anything else, Insider builds (99.9.99999) among it."""
    found = _BUILD.fullmatch(text.strip())
    return Build(int(found[1]), int(found[2]) if found[2] else None) if found else None


def is_older(device: Build, first: Sequence[str]) -> bool:
    """Whether a device is certainly older than a feature with these builds. What is not told is no."""
    known = [one for text in first if (one := build(text)) is not None]
    releases = [one.major for one in known if one.minor is None]
    if not known or any(device.major >= major for major in releases):
        return False
    if not releases and device.branch > max(one.branch for one in known):
        return False  # backports only: the release that came with it is one of the newer ones
    return all(_before(device, one) for one in known if one.branch == device.branch)


def _before(device: Build, backport: Build) -> bool:
    """Whether a device of the backport's own branch is before it."""
    if backport.minor is None:
        return device.major < backport.major
    return device.major >= backport.major and device.minor is not None and device.minor < backport.minor


def narrow(estate: Estate) -> Estate:
    """The estate with the Intune policies that set something too new for one of the builds that targets tell."""
    facts = [target.facts.known() for target in targets(estate)]
    devices = {device for known in facts if (device := build(str(known.get("os-build", "")))) is not None}
    editions = {str(known["edition"]) for known in facts if "edition" in known}
    concerned = (
        policy
        for policy in estate.policies
        if any(any(_newer(policy, device, estate.definitions)) for device in devices)
        or any(any(_of_others(policy, edition, estate.definitions)) for edition in editions)
    )
    return replace(estate, policies=tuple(concerned) if devices or editions else ())


def too_old(view: View) -> Iterator[Found]:
    """Settings whose node came with a later build than the target's, or is for other editions than the target's.

    The device answers that there is no such node.
    """
    yield from _too_old(view)
    edition = str(view.precedence.known.get("edition", ""))
    for reach in view.precedence.reaches if edition else ():
        for claim, node in _of_others(reach.policy, edition, view.estate.definitions):
            yield Found(
                f"{_name(node)} in {quoted([reach.policy.name])} is not for Windows {edition.title()}, which {WHERE} "
                "runs",
                (claim_spot(claim, reach.policy, f"goes to {node.uri}"),),
                claim.setting.text,
                claim.scope.value,
                confidence="likely" if reach.when == ALWAYS else "possible",
            )


def _too_old(view: View) -> Iterator[Found]:
    device = build(str(view.precedence.known.get("os-build", "")))
    for reach in view.precedence.reaches if device else ():
        for claim, node in _newer(reach.policy, device, view.estate.definitions) if device else ():
            since = listed(one for one in node.builds if build(one))
            yield Found(
                f"{_name(node)} in {quoted([reach.policy.name])} exists since {since}, and {WHERE} runs an older build",
                (claim_spot(claim, reach.policy, f"goes to {node.uri}"),),
                claim.setting.text,
                claim.scope.value,
                confidence="likely" if reach.when == ALWAYS else "possible",
            )


def _name(node: Node) -> str:
    return node.uri.partition("/Vendor/MSFT/")[2].removeprefix("Policy/Config/") or node.uri


def _of_others(policy: Policy, edition: str, known: Definitions) -> Iterator[tuple[Claim, Node]]:
    """The claims of an Intune policy whose node is for other editions, the first of each node."""
    seen: set[str] = set()
    for claim in policy.written if policy.channel is Channel.MDM else ():
        node = _node(claim, known)
        if node is None or node.uri in seen or not node.editions or EDITIONS["enterprise"] not in node.editions:
            continue  # those that no client has are for servers and devices of other kinds
        if EDITIONS[edition] not in node.editions:
            seen.add(node.uri)
            yield claim, node


def _newer(policy: Policy, device: Build, known: Definitions) -> Iterator[tuple[Claim, Node]]:
    """The claims of an Intune policy whose node is newer than the device, the first of each node."""
    seen: set[str] = set()
    for claim in policy.written if policy.channel is Channel.MDM else ():
        node = _node(claim, known)
        if node is not None and node.uri not in seen and is_older(device, node.builds):
            seen.add(node.uri)
            yield claim, node


def _node(claim: Claim, known: Definitions) -> Node | None:
    """The node that a claim is written to. Windows Hello has rules of its own."""
    uri = claim.setting.text
    if not uri.startswith("./") or _HELLO in uri.casefold():
        return None
    definition = known.catalog.lookup(claim.origin)
    return known.nodes.lookup(definition.node if definition else uri)
