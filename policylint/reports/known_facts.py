"""What is known about a setting, in the words that its reports share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from policylint.catalogue import security_settings
from policylint.catalogue.admx_policy import (
    AdmxPolicy,
    AnyElement,
    Boolean,
    Datum,
    Decimal,
    Enum,
    Item,
    ListBox,
    MultiText,
    Text,
)
from policylint.catalogue.csp_node import Allowed, Node
from policylint.catalogue.gp_mapping import Form
from policylint.explain.known import Known
from policylint.families.whfb_settings import ids_at
from policylint.lowering.product_nodes import TWINS
from policylint.model import Scope, csp
from policylint.spelling import spelled

SIDES = {Scope.DEVICE: "computer", Scope.USER: "user"}


def sides(policy: AdmxPolicy) -> str:
    """`computer`, `user`, or both."""
    return " and ".join(SIDES[scope] for scope in Scope if scope in policy.scopes)


def file_of(policy: AdmxPolicy) -> str:
    """The file that defines it; a shipped one by its name alone."""
    return policy.evidence.path.rpartition("/")[2]


def states(policy: AdmxPolicy) -> Iterator[str]:
    """What Enabled and Disabled write as the policy's own value and lists."""
    for state, value, items in (
        ("Enabled", policy.enabled, policy.enabled_list),
        ("Disabled", policy.disabled, policy.disabled_list),
    ):
        own = _datum(value) if value is not None and policy.value_name is not None else ""
        told = [part for part in (own, *_items(items)) if part]
        if told:
            yield f"{state} {', '.join(told)}"


def takes(element: AnyElement) -> str:
    """What an element of a dialog writes."""
    match element:
        case Boolean(on=on, off=off):
            return f"ticked {_datum(on)}, not ticked {_datum(off)}" if on and off else "ticked or not"
        case Enum(choices=choices):
            return ", ".join(f"{choice.label} {_datum(choice.data)}" for choice in choices)
        case Decimal(minimum=low, maximum=high):
            return f"a number{_range(low, high)}"
        case Text():
            return "a text"
        case MultiText():
            return "lines of text"
        case ListBox():
            return f"a list: a value of {element.key} for each entry"


def _range(low: int | None, high: int | None) -> str:
    return "" if low is None and high is None else f" from {low or 0}" + ("" if high is None else f" to {high}")


def _datum(value: Datum | None) -> str:
    if value is None or value.type == "delete":
        return "deletes the value"
    return f"writes {value.type} {spelled(value.data)}"


def _items(items: tuple[Item, ...]) -> Iterator[str]:
    for item in items:
        what = "deletes" if item.data.type == "delete" else f"sets to {spelled(item.data.data)}"
        yield f"{what} {item.value_name}"


def node_facts(node: Node) -> Iterator[str]:
    """Format, allowed values, default, builds, and how two sources meet, each in a few words."""
    if node.admx is not None:
        yield f"payload of the ADMX policy {node.admx.name}"
    else:
        yield f"{node.format}{_allowed(node.allowed)}"
        if node.default not in (None, ""):
            yield f"default {node.default}"
    if node.builds:
        yield f"since {', '.join(node.builds)}"
    if node.deprecated:
        yield f"deprecated since {node.deprecated}"
    if node.conflict_resolution:
        yield f"of two sources {node.conflict_resolution}"
    if node.reboot:
        yield f"restart: {node.reboot}"


def _allowed(allowed: Allowed | None) -> str:
    if allowed is None:
        return ""
    if allowed.values:
        return ": " + ", ".join(f"{value} {name}".strip() for value, name in allowed.values)
    if allowed.ranges:
        return ": " + ", ".join(f"{low} to {high}" for low, high in allowed.ranges)
    return f": {allowed.kind}" if allowed.kind not in ("None", "ADMX") else ""


def translations(known: Known) -> Iterator[tuple[str, str]]:
    """What the values of each node are where Group Policy writes them, as far as a table tells."""
    for twin in known.twins:
        if twin.form is not None:
            yield twin.uri, _form(twin.form)
        elif twin.reading in ("untranslated", "unjoined"):
            yield twin.uri, f"no certain translation: {twin.reason}"
    for node in known.described:
        entry = security_settings.lookup(csp(node.uri).key)
        if entry is not None:
            yield node.uri, _TEMPLATE[entry.form]
        elif ids_at(node.uri):
            yield node.uri, "true is 1, false is 0" if node.format == "bool" else _SAME[node.format != "int"]
        elif csp(node.uri).key in TWINS:
            yield node.uri, _SAME[TWINS[csp(node.uri).key].kind == "text"]


_SAME = ("the same number", "the same text")
_TEMPLATE: Mapping[security_settings.Form, str] = {
    "principals": "the same accounts and groups",
    "number": "the same number",
    "age": "the same number; 0 is -1",
    "digit": "the same number, as text",
    "string": "the same text",
    "strings": "the same list",
    "commas": "the same list, between commas",
    "bytes": "the same bytes, which the node writes as base64",
    "attempts": "the same number; GPOs may write 4 for 0",
    "start": "the same start type",
}


def _form(form: Form) -> str:
    if form.choices is not None:
        told = (f"{value} is {'absent' if data is None else spelled(data)}" for value, data in form.choices.items())
        return ", ".join(told)
    if form.numbers:
        return "the same number" + (", as text" if form.digits else "")
    if form.text is not None:
        return "the same text"
    if form.lines:
        return "a line for each entry"
    return "a value for each entry, its data 0" if form.names else "name=data: a value for each entry"
