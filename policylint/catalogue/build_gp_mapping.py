"""The table of CSP nodes with a group policy twin: where the value stands in the registry, and which data it is there.

A translation is written only where it is certain. The same numbers with the same meaning need no reading: the choices
or limits of an ADMX element are the node's allowed values, or the policy's enabled and disabled values are, and neither
name negates what the other affirms. `gp_values` has the rest, read by hand. Everything else says why it has none.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from policylint.catalogue.admx import AdmxStore
from policylint.catalogue.admx_policy import (
    DELETE,
    ONE,
    Boolean,
    Datum,
    Decimal,
    Enum,
    ListBox,
    MultiText,
    Text,
)
from policylint.catalogue.ddf import Node
from policylint.catalogue.gp_join import Joined, Policies
from policylint.catalogue.gp_values import AGREES, INVERTED, UNCERTAIN, VALUES, Data, short

_NEGATION = re.compile(
    r"Disable|Disallow|DoNot|Prevent|Block|Hide|TurnOff|Deny|Exclude|Prohibit|Limit|Restrict|(?<![A-Za-z])No(?=[A-Z])"
)
_FEW = 64
"""Ranges up to this many values are compared choice by choice."""

_SECURITY = "Windows Settings~"
_LIST = {"Defender/AttackSurfaceReductionRules": "pairs", "Defender/ThreatSeverityDefaultAction": "pairs"}
"""Lists whose entries are `name=data`; those of the others are names, each with the data 0."""

Form = Mapping[str, object]


class Uncertain(Exception):
    """No translation of the node's values is certain; the message says why."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; without `form`, `reason` says why the node stays what it is."""

    uri: str
    reading: str
    """How the values are known: identity, table, untranslated, security, admx-backed or unjoined."""
    reason: str = ""
    joined: Joined | None = None
    form: Form = field(default_factory=dict)

    def line(self) -> str:
        """The cells: node, reading, reason, rule, namespace, policy, element, key, value name, form."""
        place = self.joined
        told = ("",) * 6
        if place is not None:
            element = place.element.id if place.element else ""
            policy = place.policy
            told = (place.rule, policy.id.namespace, policy.name, element, place.key, place.value_name)
        form = json.dumps(self.form, separators=(",", ":")) if self.form else ""
        return "\t".join((self.uri, self.reading, self.reason, *told, form))


def gp_mapping(nodes: Iterable[Node], store: AdmxStore) -> bytes:
    """The table that `policylint.catalogue.gp_mapping` reads, as gzip without a timestamp."""
    policies = Policies.of(policy for file in store.files for policy in file.policies)
    rows = sorted((row(node, policies) for node in nodes if node.gp), key=lambda row: row.uri)
    return gzip.compress("".join(f"{row.line()}\n" for row in rows).encode("utf-8"), compresslevel=9, mtime=0)


def row(node: Node, policies: Policies) -> Row:
    """The row of a node that has a GpMapping."""
    area = node.gp.area_path if node.gp else ""
    if area.startswith(_SECURITY):
        return Row(node.uri, "security", "a security setting, not an administrative template")
    joined = policies.join(node)
    if node.admx is not None:
        return Row(node.uri, "admx-backed", "its value is the payload of an administrative template", joined)
    if joined is None:
        other = "the policy is for the other side: devices or users"
        return Row(node.uri, "unjoined", other if policies.other_side(node) else "no policy is known that it names")
    if short(node.uri) in UNCERTAIN:
        return Row(node.uri, "untranslated", UNCERTAIN[short(node.uri)], joined)
    try:
        by_hand = _by_hand(node, joined)
        form = by_hand or _FORMS[type(joined.element)](node, joined)
        return Row(node.uri, "table" if by_hand else "identity", "", joined, form)
    except Uncertain as error:
        return Row(node.uri, "untranslated", str(error), joined)


def _by_hand(node: Node, joined: Joined) -> Form | None:
    """The translation that was read by hand. Raises Uncertain when the join is not the one that was read."""
    name = short(node.uri)
    if name in INVERTED:
        if joined.value_name != INVERTED[name]:
            raise Uncertain(f"the twin is {joined.value_name}, not {INVERTED[name]}")
        return {"choices": {"0": 1, "1": 0}}
    return {"choices": dict(VALUES[name])} if name in VALUES else None


def _own(node: Node, joined: Joined) -> Form:
    """A policy with a value of its own: the node's values are those of Enabled and Disabled."""
    policy = joined.policy
    return _same(node, joined, (policy.enabled or ONE, policy.disabled or DELETE))


def _boolean(node: Node, joined: Joined) -> Form:
    box = joined.element
    if not isinstance(box, Boolean) or box.on_list or box.off_list:
        raise Uncertain("the box writes several values")
    return _same(node, joined, (box.on or ONE, box.off or DELETE))


def _same(node: Node, joined: Joined, data: tuple[Datum, Datum]) -> Form:
    """Two values with the same numbers. A deletion stands for 0: without the value, the feature is not switched."""
    written: dict[str, Data] = {"0" if datum == DELETE else str(datum.data): datum.data for datum in data}
    return {"choices": _agreeing(node, joined, written)}


def _enum(node: Node, joined: Joined) -> Form:
    choices = joined.element.choices if isinstance(joined.element, Enum) else ()
    written = {str(c.data.data): c.data.data for c in choices if c.data != DELETE}
    return {"choices": _agreeing(node, joined, written)}


def _agreeing(node: Node, joined: Joined, written: Mapping[str, Data]) -> dict[str, Data]:
    """The values that both sides have. Raises Uncertain when names contradict or fewer than two are common."""
    allowed = _values(node)
    if len(written) == 2 and not _affirms(node, joined):
        raise Uncertain("one of the names negates what the other affirms")
    common = {value: written[value] for value in allowed if value in written}
    if len(common) < 2:
        raise Uncertain("the node's values have other numbers than the policy's")
    return common


def _values(node: Node) -> list[str]:
    """The values that a node takes, one by one."""
    allowed = node.allowed
    if allowed is None:
        return []
    span = [str(n) for low, high in allowed.ranges for n in range(low, min(high, low + _FEW) + 1)]
    return [value for value, _ in allowed.values] or span


def _affirms(node: Node, joined: Joined) -> bool:
    """Whether the names of node and registry value turn the same way."""
    name = node.uri.rpartition("/")[2]
    same = len(_NEGATION.findall(name)) % 2 == len(_NEGATION.findall(joined.value_name)) % 2
    return same or short(node.uri) in AGREES


def _decimal(node: Node, joined: Joined) -> Form:
    """A number: the same in both. Words of the DDF for numbers must be all that the policy takes."""
    element, allowed = joined.element, node.allowed
    if not isinstance(element, Decimal) or node.format != "int":
        raise Uncertain("the node holds no number")
    if allowed is not None and allowed.kind == "ENUM":
        values = sorted(int(value) for value, _ in allowed.values)
        if short(node.uri) not in AGREES and (values[0], values[-1]) != (element.minimum, element.maximum):
            raise Uncertain("the policy takes a number, the node a choice")
    limits = allowed.ranges if allowed and allowed.ranges else ((element.minimum or 0, element.maximum or 0xFFFFFFFF),)
    return {"numbers": limits, "digits": True} if element.as_text else {"numbers": limits}


def _text(node: Node, joined: Joined) -> Form:
    if node.format != "chr":
        raise Uncertain("the node holds no text")
    return {"text": _DELIMITERS.get(short(node.uri), _delimiter(node))}


def _lines(node: Node, joined: Joined) -> Form:
    if node.format != "chr" or not _delimiter(node):
        raise Uncertain("how the node parts lines is not known")
    return {"lines": _delimiter(node)}


def _list(node: Node, joined: Joined) -> Form:
    box = joined.element
    if not isinstance(box, ListBox) or not box.explicit:
        raise Uncertain("the entries of the policy's list have no names of their own")
    return {_LIST.get(short(node.uri), "names"): _delimiter(node) or "|"}


def _delimiter(node: Node) -> str:
    return node.allowed.delimiter if node.allowed else ""


_DELIMITERS = {"Cryptography/TLSCipherSuites": ","}
"""What parts a list in the registry, where it is not what parts it in the node."""

_FORMS: Mapping[type, Callable[[Node, Joined], Form]] = {
    type(None): _own,
    Boolean: _boolean,
    Enum: _enum,
    Decimal: _decimal,
    Text: _text,
    MultiText: _lines,
    ListBox: _list,
}
