"""The properties of Intune's templates and enrolment objects as names of settings, from the tables they are read by."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from policylint.catalogue import template_properties
from policylint.catalogue.ddf import key_of
from policylint.readers.intune import enrolment, identity_protection

_TYPE = re.compile(r"#?microsoft\.graph\.", re.IGNORECASE)
_INTENT = re.compile(r"deviceConfiguration--([^_]+)_(.+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Property:
    """A property of a Graph entity, and the node that it writes."""

    entity: str
    name: str
    node: str

    @property
    def text(self) -> str:
        """`windowsIdentityProtectionConfiguration.pinMinimumLength`."""
        return f"{self.entity}.{self.name}"


def property_named(text: str) -> tuple[Property, ...]:
    """The properties of a name: `entity.property`, `graph:entity/property`, an intent's definition id, or the property.

    Members of objects have a dot in their names.
    """
    wanted = _TYPE.sub("", text.strip(), count=1).removeprefix("graph:").casefold()
    intent = _INTENT.fullmatch(wanted)
    wanted = f"{intent[1]}.{intent[2]}" if intent else wanted.replace("/", ".")
    return _by_name().get(wanted, ())


def properties_at(node: str) -> tuple[Property, ...]:
    """The properties that write a node."""
    return _by_node().get(key_of(node), ())


def _all() -> Iterator[Property]:
    yield from (Property(one.entity, one.name, one.node) for one in template_properties.all_properties() if one.node)
    for entity, table in (
        ("windowsIdentityProtectionConfiguration", identity_protection.PROPERTIES),
        ("deviceEnrollmentWindowsHelloForBusinessConfiguration", enrolment.PROPERTIES),
    ):
        yield from (Property(entity, name, node.uri) for name, node in table.items())


@cache
def _by_name() -> Mapping[str, tuple[Property, ...]]:
    found: dict[str, list[Property]] = {}
    for one in _all():
        for name in (one.text, one.name):
            found.setdefault(name.casefold(), []).append(one)
    return {name: tuple(those) for name, those in found.items()}


@cache
def _by_node() -> Mapping[str, tuple[Property, ...]]:
    found: dict[str, list[Property]] = {}
    for one in _all():
        found.setdefault(key_of(one.node), []).append(one)
    return {key: tuple(those) for key, those in found.items()}
