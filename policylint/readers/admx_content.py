"""What stands in a parsed .admx file and its .adml file, taken out when somebody asks for it."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import cast

from lxml import etree

from policylint.catalogue.admx_policy import AdmxCategory, AdmxPolicy, AnyElement, Control, Datum, Item, QName, fold_key
from policylint.evidence import Evidence, XmlAt
from policylint.model import Scope
from policylint.readers.admx_elements import attributes, datum, element_of, integer, items_of, name_of, parts, text
from policylint.readers.xml import route

_KEYS = etree.XPath("//@key|//@Key|//@defaultKey", smart_strings=False)
_COUNT = etree.XPath("count(*[local-name()='policies']/*)")
_INCOMPLETE = etree.XPath("*[local-name()='policies']/*[not(string(@name)) or not(string(@key))]")
_NUMBERS = ("{*}decimal", "{*}longDecimal")
_STRING = re.compile(r"\s*\$\(string\.(.*)\)\s*", re.IGNORECASE | re.DOTALL)
_PRESENTATION = re.compile(r"\s*\$\(presentation\.(.*)\)\s*", re.IGNORECASE | re.DOTALL)
_BOTH = frozenset({Scope.DEVICE, Scope.USER})
_SCOPES = {"machine": frozenset({Scope.DEVICE}), "user": frozenset({Scope.USER}), "both": _BOTH}
_DEFAULTS = ("defaultvalue", "defaultchecked", "defaultitem")


class Texts:
    """The strings and dialogs of one .adml file. Ids are compared exactly, then without case: Foxit has both kinds."""

    def __init__(self, path: str, language: str, root: etree._Element) -> None:
        self.path = path
        self.language = language
        self._root = root

    def display(self, written: str) -> str:
        """The text that `$(string.ID)` stands for, or its id where there is none; other text as it stands."""
        found = _STRING.fullmatch(written)
        if found is None:
            return written
        return self._strings.get(found[1]) or self._folded.get(found[1].casefold()) or ""

    def controls(self, presentation: str) -> tuple[Control, ...]:
        """The dialog of a presentation id; empty where there is none."""
        found = self._presentations.get(presentation)
        if found is None:
            folded = {id.casefold(): element for id, element in self._presentations.items()}
            found = folded.get(presentation.casefold())
        return tuple(_control(kind, element) for kind, element in parts(found))

    @cached_property
    def _strings(self) -> Mapping[str, str]:
        return {element.get("id", ""): text(element).strip() for element in self._root.iter("{*}string")}

    @cached_property
    def _folded(self) -> Mapping[str, str]:
        return {id.casefold(): string for id, string in self._strings.items()}

    @cached_property
    def _presentations(self) -> Mapping[str, etree._Element]:
        return {element.get("id", ""): element for element in self._root.iter("{*}presentation")}


def _control(kind: str, element: etree._Element) -> Control:
    given = attributes(element)
    inner = {name: text(part).strip() for name, part in parts(element)}
    label = inner["label"] if "label" in inner else (element.text or "").strip()
    default = next((given[name] for name in _DEFAULTS if name in given), None)
    if default is None:
        default = inner.get("defaultValue", inner.get("default", ""))
    return Control(kind, given.get("refid", ""), label, default)


def prefixes(root: etree._Element) -> tuple[str, Mapping[str, str]]:
    """The target namespace ('' when there is none) and the namespaces of all prefixes, case-folded."""
    target = ""
    known: dict[str, str] = {}
    for kind, section in parts(root):
        for name, element in parts(section) if kind == "policyNamespaces" else ():
            given = attributes(element)
            namespace = given.get("namespace", "")
            known.setdefault(given.get("prefix", "").casefold(), namespace)
            if name == "target":
                target = namespace
    return target, known


def without_identity(root: etree._Element) -> Iterator[tuple[str, XmlAt]]:
    """The policies that nothing can refer to or that write nowhere: what they lack, and where they stand."""
    for element in cast(list[etree._Element], _INCOMPLETE(root)):
        missing = [name for name in ("name", "key") if not attributes(element).get(name)]
        if missing:
            yield f"a policy without a {' and a '.join(missing)} is not used", XmlAt(route(element))


def without_number(root: etree._Element) -> Iterator[tuple[str, XmlAt]]:
    """The decimal values that are no numbers, and where they stand."""
    values = (element.get("value") for element in root.iter(*_NUMBERS))
    with contextlib.suppress(ValueError):  # all at once, for there are 6,000 and they are numbers
        sum(map(int, filter(None, values)))
        return
    for element in root.iter(*_NUMBERS):
        value = element.get("value")
        if value and integer(value) is None:
            yield f"'{value[:40]}' is not a number: the value is not used", XmlAt(route(element))


def count(root: etree._Element) -> int:
    """How many policies there are, those without name or key too."""
    return int(cast(float, _COUNT(root)))


class AdmxContent:
    """The definitions of one .admx file."""

    def __init__(
        self, path: str, root: etree._Element, namespace: str, using: Mapping[str, str], texts: Texts | None
    ) -> None:
        self._path = path
        self._root = root
        self._namespace = namespace
        self._using = using
        self._texts = texts

    def keys(self) -> frozenset[str]:
        """All registry keys that the file names, folded."""
        return frozenset(fold_key(key) for key in set(cast(list[str], _KEYS(self._root))))

    def names(self) -> frozenset[str]:
        """The names of the policies, case-folded."""
        elements = (element for _, kind, element in self._in_section("policies") if kind == "policy")
        return frozenset(attributes(e)["name"].casefold() for e in elements if not _is_incomplete(e))

    def policies(self) -> tuple[AdmxPolicy, ...]:
        """The policies, in file order; those without a name or key are left out (`without_identity` tells)."""
        found: list[AdmxPolicy] = []
        for place, kind, element in self._in_section("policies"):
            if kind == "policy" and not _is_incomplete(element):
                found.append(self._policy(element, place))
        return tuple(found)

    def categories(self) -> tuple[AdmxCategory, ...]:
        """The categories, in file order."""
        return tuple(
            self._category(element, place)
            for place, kind, element in self._in_section("categories")
            if kind == "category"
        )

    def supported_on(self) -> Mapping[str, str]:
        """The texts of the supportedOn definitions, by case-folded name."""
        found: dict[str, str] = {}
        for _, kind, section in self._in_section("supportedOn"):
            for name, element in parts(section) if kind == "definitions" else ():
                given = attributes(element)
                if name == "definition" and given.get("name"):
                    found.setdefault(given["name"].casefold(), self._display(given.get("displayname", "")))
        return found

    def controls(self, presentation: str) -> tuple[Control, ...]:
        """The dialog of a presentation id."""
        return self._texts.controls(presentation) if self._texts else ()

    def _in_section(self, name: str) -> Iterator[tuple[XmlAt, str, etree._Element]]:
        """Place, local name and element of everything in the sections of a name."""
        for index, (kind, section) in enumerate(parts(self._root)):
            if kind == name:
                for at, (inner, element) in enumerate(parts(section)):
                    yield XmlAt((index, at)), inner, element

    def _display(self, written: str) -> str:
        if self._texts is not None:
            return self._texts.display(written)
        return "" if _STRING.fullmatch(written) else written

    def _refer(self, ref: str | None) -> QName | None:
        """What a `ref` names; one with an unknown prefix keeps it in its name, so that it names nothing."""
        if not ref:
            return None
        prefix, colon, name = ref.partition(":")
        if not colon:
            return QName(self._namespace, ref)
        namespace = self._using.get(prefix.casefold())
        return QName("", ref) if namespace is None else QName(namespace, name)

    def _category(self, element: etree._Element, place: XmlAt) -> AdmxCategory:
        given = attributes(element)
        name = given.get("name", "")
        parent = next((part.get("ref") for kind, part in parts(element) if kind == "parentCategory"), None)
        shown = self._display(given.get("displayname", "")) or name
        return AdmxCategory(QName(self._namespace, name), shown, self._refer(parent), Evidence(self._path, place))

    def _policy(self, element: etree._Element, place: XmlAt) -> AdmxPolicy:
        given = attributes(element)
        name, key = given["name"], given["key"]
        found = {name_of(part.tag): part for part in element.iterchildren(etree.Element)}
        presentation = _PRESENTATION.fullmatch(given.get("presentation", ""))
        return AdmxPolicy(
            id=QName(self._namespace, name),
            scopes=_SCOPES.get(given.get("class", "").casefold(), _BOTH),
            display_name=self._display(given.get("displayname", "")) or name,
            explain=self._display(given.get("explaintext", "")),
            key=key,
            value_name=given.get("valuename"),
            enabled=_value(found, "enabledValue"),
            disabled=_value(found, "disabledValue"),
            enabled_list=_items(found, "enabledList", key),
            disabled_list=_items(found, "disabledList", key),
            elements=self._elements(found.get("elements"), key),
            category=self._refer(_ref(found, "parentCategory")),
            supported_on=self._refer(_ref(found, "supportedOn")),
            presentation=presentation[1] if presentation else "",
            evidence=Evidence(self._path, place),
        )

    def _elements(self, holder: etree._Element | None, key: str) -> tuple[AnyElement, ...]:
        made = (element_of(kind, element, key, self._display) for kind, element in parts(holder))
        return tuple(element for element in made if element is not None)


@dataclass(frozen=True)
class KeptContent:
    """The definitions of an .admx file that was read in a run before: opened for more than its keys and names."""

    known_keys: frozenset[str]
    known_names: frozenset[str]
    parsed: Callable[[], AdmxContent]

    @cached_property
    def _content(self) -> AdmxContent:
        return self.parsed()

    def keys(self) -> frozenset[str]:
        """All registry keys that the file names, folded."""
        return self.known_keys

    def names(self) -> frozenset[str]:
        """The names of the policies, case-folded."""
        return self.known_names

    def policies(self) -> tuple[AdmxPolicy, ...]:
        """The policies, in file order."""
        return self._content.policies()

    def categories(self) -> tuple[AdmxCategory, ...]:
        """The categories, in file order."""
        return self._content.categories()

    def supported_on(self) -> Mapping[str, str]:
        """The texts of the supportedOn definitions, by case-folded name."""
        return self._content.supported_on()

    def controls(self, presentation: str) -> tuple[Control, ...]:
        """The dialog of a presentation id."""
        return self._content.controls(presentation)


def _is_incomplete(element: etree._Element) -> bool:
    given = attributes(element)
    return not given.get("name") or not given.get("key")


def _value(found: Mapping[str, etree._Element], name: str) -> Datum | None:
    return datum(found[name]) if name in found else None


def _items(found: Mapping[str, etree._Element], name: str, key: str) -> tuple[Item, ...]:
    return items_of(found[name], key) if name in found else ()


def _ref(found: Mapping[str, etree._Element], name: str) -> str | None:
    return found[name].get("ref") if name in found else None
