"""The join of CSP nodes to the ADMX policies that their DDF names (MSFT:GpMapping), and to one place in the registry.

`GpEnglishName` is an ADMX policy name despite its title; display texts, element ids and registry value names occur in
its stead, and some policies have moved to another file or were rewritten since. The rules stand in the order in which
they are tried; what none of them finds has no twin.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from policylint.catalogue.admx_policy import AdmxPolicy, AnyElement, ListBox, fold_key, slots
from policylint.catalogue.ddf import GpRef, Node
from policylint.catalogue.gp_values import ELEMENTS, short
from policylint.model import Scope

ADMX = "~AT~"
"""Between the file and the categories in the area path of an ADMX policy."""


@dataclass(frozen=True, slots=True)
class Joined:
    """The policy of a node and the element of it; `element` None is the policy's own value."""

    policy: AdmxPolicy
    element: AnyElement | None
    rule: str
    """Which of RULES found the policy."""

    @property
    def key(self) -> str:
        """The registry key, without hive."""
        return self.element.key if self.element else self.policy.key

    @property
    def value_name(self) -> str:
        """The value name; empty for a list, whose entries have names of their own."""
        if self.element is None:
            return self.policy.value_name or ""
        return "" if isinstance(self.element, ListBox) else self.element.value_name


@dataclass(frozen=True)
class Policies:
    """ADMX policies with the stem of their file, found by what a GpMapping may name."""

    filed: tuple[tuple[str, AdmxPolicy], ...]

    @classmethod
    def of(cls, policies: Iterable[AdmxPolicy]) -> Policies:
        """The policies of ADMX files; file names do not tell `_` from `-` apart."""
        return cls(tuple((_stem(policy.evidence.path), policy) for policy in policies))

    @cached_property
    def by_name(self) -> Mapping[str, list[tuple[str, AdmxPolicy]]]:
        """By policy name."""
        return self._by(lambda policy: (policy.name,))

    @cached_property
    def by_text(self) -> Mapping[str, list[tuple[str, AdmxPolicy]]]:
        """By display text."""
        return self._by(lambda policy: (policy.display_name,))

    @cached_property
    def by_element(self) -> Mapping[str, list[tuple[str, AdmxPolicy]]]:
        """By the ids of elements."""
        return self._by(lambda policy: (element.id for element in policy.elements))

    @cached_property
    def by_value(self) -> Mapping[str, list[tuple[str, AdmxPolicy]]]:
        """By the registry values that they write, lists apart."""
        return self._by(lambda policy: {slot.value_name for slot in slots(policy) if slot.value_name and not slot.item})

    def _by(self, names: Callable[[AdmxPolicy], Iterable[str]]) -> Mapping[str, list[tuple[str, AdmxPolicy]]]:
        found: dict[str, list[tuple[str, AdmxPolicy]]] = {}
        for stem, policy in self.filed:
            for name in names(policy):
                found.setdefault(_fold(name), []).append((stem, policy))
        return found

    def other_side(self, node: Node) -> bool:
        """Whether the policy that the node names exists, for the other side only."""
        gp = node.gp
        return gp is not None and any(scope_of(node) not in policy.scopes for policy in _file_and_name(self, node, gp))

    def join(self, node: Node) -> Joined | None:
        """The policy and element of a node; None when no rule finds one that exists on the node's side."""
        if node.gp is None:
            return None
        for rule, find in RULES.items():
            fitting = [policy for policy in find(self, node, node.gp) if scope_of(node) in policy.scopes]
            place = _place(node, node.gp, fitting[0]) if fitting else None
            if place is not None:
                return Joined(fitting[0], place[0], rule)
        return None


def scope_of(node: Node) -> Scope:
    """The side that a node belongs to."""
    return Scope.USER if node.uri.startswith("./User/") else Scope.DEVICE


def _fold(name: str) -> str:
    return name.strip().casefold()


def _stem(path: str) -> str:
    return _fold(path.rpartition("/")[2].removesuffix(".admx")).replace("_", "-")


def _file(gp: GpRef) -> str:
    return _stem(gp.area_path.partition("~")[0])


def _file_and_name(policies: Policies, _: Node, gp: GpRef) -> list[AdmxPolicy]:
    return [policy for stem, policy in policies.by_name.get(_fold(gp.name), ()) if stem == _file(gp)]


def _display_text(policies: Policies, _: Node, gp: GpRef) -> list[AdmxPolicy]:
    return [policy for stem, policy in policies.by_text.get(_fold(gp.name), ()) if stem == _file(gp)]


def _other_file(policies: Policies, _: Node, gp: GpRef) -> list[AdmxPolicy]:
    return [policy for _, policy in policies.by_name.get(_fold(gp.name), ())] if ADMX in gp.area_path else []


def _element_id(policies: Policies, node: Node, gp: GpRef) -> list[AdmxPolicy]:
    named = ELEMENTS.get(short(node.uri), "")
    if named and ADMX not in gp.area_path:
        return [policy for _, policy in policies.by_element.get(_fold(named), ())]
    found = (policies.by_element.get(_fold(name), ()) for name in (gp.name, gp.element))
    return [policy for those in found for stem, policy in those if stem == _file(gp)]


def _value_name(policies: Policies, node: Node, gp: GpRef) -> list[AdmxPolicy]:
    """The policy that writes a registry value of that name: in the file that is named, else the only one anywhere."""
    names = (gp.element, gp.name, node.uri.rpartition("/")[2])
    for name in filter(None, names):
        found = policies.by_value.get(_fold(name), [])
        here = [policy for stem, policy in found if stem == _file(gp)]
        if here:
            return here
        there = [policy for _, policy in found if scope_of(node) in policy.scopes]
        if len(there) == 1:
            return there
    return []


RULES: Mapping[str, Callable[[Policies, Node, GpRef], list[AdmxPolicy]]] = {
    "file and name": _file_and_name,
    "display text": _display_text,
    "name in another file": _other_file,
    "element id": _element_id,
    "registry value name": _value_name,
}
"""What a GpMapping may name, in the order in which it is tried."""


def _place(node: Node, gp: GpRef, policy: AdmxPolicy) -> tuple[AnyElement | None] | None:
    """The element, or the policy's own value (None); nothing where neither is certain.

    What the node is called comes before GpElement, which names the elements of another policy in four cases.
    """
    last = _fold(node.uri.rpartition("/")[2])
    for name in (_fold(ELEMENTS.get(short(node.uri), "")), last, _fold(gp.element), _fold(gp.name)):
        for element in policy.elements if name else ():
            if name in (_fold(element.id), _fold(element.value_name)):
                return (element,)
    if policy.value_name is not None and not _shares_value(policy):
        rewritten = not gp.element or not policy.elements or _fold(policy.value_name).startswith(last)
        return (None,) if rewritten else None
    return (policy.elements[0],) if len(policy.elements) == 1 else None


def _shares_value(policy: AdmxPolicy) -> bool:
    """Whether an element stands on the policy's own value."""
    own = fold_key(policy.key), _fold(policy.value_name or "")
    return any((fold_key(e.key), _fold(e.value_name)) == own for e in policy.elements if not isinstance(e, ListBox))
