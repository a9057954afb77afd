"""ControlPolicyConflict/MDMWinsOverGP: where it is in force, and which settings it reaches (semantics 2.2).

It makes the GP service block the group policy of each *device-wide Policy CSP* policy that is set and has a GP
equivalent. Other CSPs, nodes without an equivalent and Windows Hello keep their own law; whether it counts for Windows
Update (D4) and for user policies (M-MWG-USER) is not documented.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum

from policylint.catalogue import ddf, settings_catalog
from policylint.facts import NEVER, FactValue, Is, When, every, negate, some
from policylint.lowering.products import number
from policylint.model import Claim, Policy, Scope, csp
from policylint.rank import Contestant, Precedence

SWITCH = "./Device/Vendor/MSFT/Policy/Config/ControlPolicyConflict/MDMWinsOverGP"
MINIMUM_BUILD = 17134
"""Windows 10, version 1803 (M-MWG-SCOPE)."""
NEW_ENOUGH: When = Is("os-build", f"10.0.{MINIMUM_BUILD} or later")
_POLICY = re.compile(r"\./(?:(?P<scope>device|user)/)?vendor/msft/policy/config/(?P<area>[^/]+)/", re.IGNORECASE)


class Cover(Enum):
    """Whether the switch reaches what a claim sets; the doubtful ones by the id that says what is not documented."""

    YES = "yes"
    NO = "no"
    UPDATE = "D4"
    USER = "M-MWG-USER"
    UNMAPPED = "M-MWG-TAGS"

    __hash__ = object.__hash__  # there is one of each, and that of `Enum` is written in Python


def in_force(precedence: Precedence) -> When:
    """Where the switch is on for the target: the policies that turn it on, and a build that knows it (M-MWG-SCOPE)."""
    claims = precedence.contests.get((csp(SWITCH).key, Scope.DEVICE), ())
    on, off = ([c for c in claims if number(c.claim.value) == state] for state in (1, 0))
    if not on:
        return NEVER
    undisputed = negate(some(*(c.when for c in off)))
    told = some(undisputed, *(_disagreement(a, b) for a in on for b in off))
    return every(some(*(c.when for c in on)), told, _new_enough(precedence.known))


def _disagreement(a: Contestant, b: Contestant) -> When:
    """That the profile that turns the switch on counts, and not the one that turns it off: Intune promises nothing."""
    first, second = sorted((a.policy.name, b.policy.name))
    return Is(f'conflict between "{first}" and "{second}"', a.policy.name == first)


def _new_enough(known: Mapping[str, FactValue]) -> When:
    given = re.fullmatch(r"10\.0\.(\d+)(\.\d+)?", str(known.get("os-build", "")))
    if given is None:
        return NEW_ENOUGH
    return every() if int(given[1]) >= MINIMUM_BUILD else NEVER


def cover(claim: Claim, policy: Policy, written: Sequence[Claim] | None = None) -> Cover:
    """Whether the switch reaches what an Intune claim sets (M-MWG-ONLY-POLICYCSP, M-MWG-TAGS, M-MWG-EXCEPTIONS).

    `written` is as for `uris_of`.
    """
    if claim.scope is Scope.USER:
        return Cover.USER
    if policy.kind == "administrative-template":
        return Cover.UNMAPPED
    return together(cover_of(uri) for uri in uris_of(claim, policy, written))


def together(covers: Iterable[Cover]) -> Cover:
    """Whether the switch reaches what is written to several nodes, by whether it reaches each of them."""
    found = set(covers)
    return found.pop() if len(found) == 1 else Cover.UNMAPPED if found else Cover.NO


def cover_of(uri: str) -> Cover:
    """Whether the switch reaches what a CSP node of the device sets; of a user's node that is not said."""
    policy = _POLICY.match(uri)
    if policy is None:
        return Cover.NO
    if policy["area"].casefold() == "update":
        return Cover.UPDATE
    node = _node(uri)
    if node is None:
        return Cover.UNMAPPED
    return Cover.YES if node.admx or node.gp else Cover.NO


def uris_of(claim: Claim, policy: Policy, written: Sequence[Claim] | None = None) -> tuple[str, ...]:
    """The CSP nodes that a claim of a policy was written to: one, or those that a template's property feeds.

    The element of an ADMX-backed policy counts as its policy's node. `written` is what the policy states under the
    claim's origin, for those who have it at hand.
    """
    if uri := uri_of(claim):
        return (uri,)
    texts = texts_of(claim, policy.written if written is None else written)
    return tuple(dict.fromkeys(uri for text in texts if (uri := node_named(text))))


def texts_of(claim: Claim, written: Sequence[Claim]) -> list[str]:
    """What a policy wrote, of what it states, where it says what a claim of it came from."""
    origin, evidence = claim.origin, claim.evidence
    return [
        c.setting.text for c in written if c.origin == origin and (c.evidence is evidence or c.evidence == evidence)
    ]


def uri_of(claim: Claim) -> str:
    """The CSP node that a claim itself names, as what it was written as or what it sets; '' where it names none."""
    return node_named(claim.origin) or node_named(claim.setting.text)


def node_named(text: str) -> str:
    """The CSP node that a URI or the id of a definition names; '' for other texts."""
    if text.startswith("./"):
        return text
    definition = settings_catalog.lookup(text) if text else None
    return definition.node if definition is not None else ""


def nodes_of(claim: Claim, policy: Policy, written: Sequence[Claim] | None = None) -> tuple[ddf.Node, ...]:
    """What the DDF says about the nodes that a claim of a policy was written to; `written` is as for `uris_of`."""
    return tuple(node for uri in uris_of(claim, policy, written) if (node := _node(uri)) is not None)


def _node(uri: str) -> ddf.Node | None:
    """The node of a URI, or the one whose element or part it names: a rule of one value, an element of a dialog."""
    node = ddf.lookup(uri)
    above = ddf.lookup(uri.rpartition("/")[0]) if node is None else None
    return above if above is not None and above.settable else node
