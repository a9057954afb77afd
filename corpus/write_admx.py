"""ADMX and ADML files of the templates in policies.py, in the form that Windows ships them: UTF-8 with BOM, CRLF.

Sources: the Group Policy ADMX syntax reference and its schema (PolicyDefinitions, 2006/07).
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

from corpus.policies import CATEGORIES, FILES, SUPPORTED, TEMPLATES, Admx, Category, Element, Number, Template

NAMESPACE = "http://schemas.microsoft.com/GroupPolicy/2006/07/PolicyDefinitions"
_ROOT = (
    'xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    f'revision="1.0" schemaVersion="1.0" xmlns="{NAMESPACE}"'
)
_TITLES = {"Windows": "Windows base categories"}


def store(files: Iterable[Admx] = FILES) -> dict[str, bytes]:
    """A central store: each ADMX file, and its English ADML below en-US."""
    found: dict[str, bytes] = {}
    for admx in files:
        found[f"{admx.file}.admx"] = definitions(admx)
        found[f"en-US/{admx.file}.adml"] = resources(admx)
    return found


def definitions(admx: Admx) -> bytes:
    """The bytes of one .admx file."""
    categories = [line for category in _categories(admx) for line in _category(category)]
    policies = [line for template in _templates(admx) for line in _policy(template)]
    return _text(
        [
            f"<policyDefinitions {_ROOT}>",
            "  <policyNamespaces>",
            f'    <target prefix="{admx.prefix}" namespace="{admx.namespace}" />',
            *(
                f'    <using prefix="{other.prefix}" namespace="{other.namespace}" />'
                for other in FILES[:1]
                if other is not admx
            ),
            "  </policyNamespaces>",
            '  <resources minRequiredRevision="1.0" />',
            *_supported(admx),
            *_block("categories", categories),
            *_block("policies", policies),
            "</policyDefinitions>",
        ]
    )


def _block(name: str, lines: list[str]) -> list[str]:
    return [f"  <{name}>", *lines, f"  </{name}>"] if lines else []


def _categories(admx: Admx) -> list[Category]:
    return [category for category in CATEGORIES.values() if category.admx is admx]


def _templates(admx: Admx) -> list[Template]:
    return [template for template in TEMPLATES if template.admx is admx]


def _supported(admx: Admx) -> list[str]:
    found = [
        f'      <definition name="{entry.name}" displayName="$(string.{entry.name})" />'
        for entry in SUPPORTED
        if entry.admx is admx
    ]
    return ["  <supportedOn>", "    <definitions>", *found, "    </definitions>", "  </supportedOn>"] if found else []


def _reference(owner: Admx, name: str, user: Admx) -> str:
    return name if owner is user else f"{owner.prefix}:{name}"


def _category(category: Category) -> list[str]:
    head = f'    <category name="{category.name}" displayName="$(string.{category.name})"'
    if not category.parent:
        return [f"{head} />"]
    parent = CATEGORIES[category.parent]
    return [
        f"{head}>",
        f'      <parentCategory ref="{_reference(parent.admx, parent.name, category.admx)}" />',
        "    </category>",
    ]


def _policy(template: Template) -> list[str]:
    attributes = [
        f'name="{template.name}"',
        f'class="{template.side}"',
        f'displayName="$(string.{template.name})"',
        f'explainText="$(string.{template.name}Explain)"',
        *([f'presentation="$(presentation.{_presentation_id(template)})"'] if template.elements else []),
        f'key="{template.key}"',
        *([f'valueName="{template.value}"'] if template.value else []),
    ]
    category = CATEGORIES[template.category]
    return [
        f"    <policy {' '.join(attributes)}>",
        f'      <parentCategory ref="{_reference(category.admx, category.name, template.admx)}" />',
        f'      <supportedOn ref="{_reference(template.supported.admx, template.supported.name, template.admx)}" />',
        *_state("enabledValue", template.on if template.value else None),
        *_state("disabledValue", template.off if template.value else None),
        *_elements(template),
        "    </policy>",
    ]


def _state(tag: str, value: Number | None) -> list[str]:
    if value is None:
        return []
    inner = f'<decimal value="{value}" />' if isinstance(value, int) else f"<string>{value}</string>"
    return [f"      <{tag}>", f"        {inner}", f"      </{tag}>"]


def _elements(template: Template) -> list[str]:
    if not template.elements:
        return []
    inner = [line for element in template.elements for line in _element(element)]
    return ["      <elements>", *inner, "      </elements>"]


def _element(element: Element) -> list[str]:
    low, high = element.limits
    attributes = [
        f'id="{element.id}"',
        *([f'key="{element.key}"'] if element.key else []),
        f'valueName="{element.value}"',
        *([f'minValue="{low}"'] if low is not None else []),
        *([f'maxValue="{high}"'] if high is not None else []),
        *(['storeAsText="true"'] if element.as_text else []),
        *(['required="true"'] if element.kind == "enum" else []),
    ]
    inner = _values(element)
    head = f"        <{element.kind} {' '.join(attributes)}"
    return [f"{head}>", *inner, f"        </{element.kind}>"] if inner else [f"{head} />"]


def _values(element: Element) -> list[str]:
    if element.zero:
        pairs = (("trueValue", 1), ("falseValue", 0))
        return [f'          <{tag}><decimal value="{value}" /></{tag}>' for tag, value in pairs]
    return [
        line
        for name, _, value in element.choices
        for line in (
            f'          <item displayName="$(string.{name})">',
            f'            <value><decimal value="{value}" /></value>',
            "          </item>",
        )
    ]


def resources(admx: Admx) -> bytes:
    """The bytes of one .adml file."""
    templates = _templates(admx)
    strings: dict[str, str] = {entry.name: entry.text for entry in SUPPORTED if entry.admx is admx}
    strings |= {category.name: category.text for category in _categories(admx)}
    for template in templates:
        strings |= {template.name: template.text, f"{template.name}Explain": template.explain}
        strings |= {name: text for element in template.elements for name, text, _ in element.choices}
    title = _TITLES.get(admx.file) or next(category.text for category in CATEGORIES.values() if _shown(category, admx))
    presentations = [line for template in templates for line in _presentation(template)]
    return _text(
        [
            f"<policyDefinitionResources {_ROOT}>",
            f"  <displayName>{escape(title)}</displayName>",
            f"  <description>{escape(title)}: the part that these examples use</description>",
            "  <resources>",
            "    <stringTable>",
            *(f'      <string id="{name}">{_lines(text)}</string>' for name, text in strings.items()),
            "    </stringTable>",
            *(["    <presentationTable>", *presentations, "    </presentationTable>"] if presentations else []),
            "  </resources>",
            "</policyDefinitionResources>",
        ]
    )


def _shown(category: Category, admx: Admx) -> bool:
    return any(template.category == category.name for template in _templates(admx))


def _lines(text: str) -> str:
    return escape(text).replace("\n", "\r\n")


def _presentation_id(template: Template) -> str:
    return template.presentation or template.name


def _presentation(template: Template) -> list[str]:
    if not template.elements:
        return []
    return [
        f'      <presentation id="{_presentation_id(template)}">',
        *(f"        <text>{escape(note)}</text>" for note in template.notes),
        *(f"        {_control(element)}" for element in template.elements),
        "      </presentation>",
    ]


def _control(element: Element) -> str:
    tag, attributes = {
        "boolean": ("checkBox", 'defaultChecked="false"'),
        "decimal": ("decimalTextBox", f'defaultValue="{element.default}"'),
        "enum": ("dropdownList", f'noSort="true" defaultItem="{element.default}"'),
    }[element.kind]
    return f"<{tag} refId={quoteattr(element.id)} {attributes}>{escape(element.label)}</{tag}>"


def _text(lines: list[str]) -> bytes:
    text = "\r\n".join(['<?xml version="1.0" encoding="utf-8"?>', *lines, ""])
    return codecs.BOM_UTF8 + text.encode()
