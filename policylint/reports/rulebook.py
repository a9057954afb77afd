"""The rule book for people and programs: one rule explained, and the list of all."""

from __future__ import annotations

import json
import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping

from policylint.checks import TARGET_CHECKS
from policylint.reports.phrases import counted
from policylint.rule_files import Fixture
from policylint.rules import Rule
from policylint.scenario import Given, links_of, split_link

VERSION = 1
WIDTH = 100
_INDENT = "  "
_EXCERPT = 12
"""How many lines of a fixture's file are shown."""

FAMILIES = {
    "RD": "reading",
    "WH": "Windows Hello for Business",
    "PR": "precedence",
    "GP": "Group Policy hygiene",
    "AD": "ADMX",
    "IN": "Intune",
    "SC": "security",
    "PL": "policylint's own bookkeeping",
}
"""What the two letters of a rule's id stand for."""


def explanation(rule: Rule) -> str:
    """One rule as `explain` prints it: what it finds, why that matters, what to do, an example, and the documents."""
    also = f", also {' and '.join(rule.also)}" if rule.also else ""
    parts = [f"{rule.id} {rule.name} ({rule.severity}, {rule.status}, since {rule.since}{also})"]
    parts.append(_wrapped(rule.summary, ""))
    parts += [f"{title}\n{_wrapped(text)}" for title, text in (("Why", rule.why), ("Fix", rule.fix))]
    if rule.fail:
        parts.append("\n".join([f"Example: {rule.fail[0].name}", *_example(rule.fail[0], rule)]))
    if rule.references:
        parts.append("\n".join(["References", *(f"{_INDENT}{link}" for link in rule.references)]))
    return "\n\n".join(parts) + "\n"


def _wrapped(text: str, indent: str = _INDENT) -> str:
    return textwrap.fill(
        text.strip(),
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _example(fixture: Fixture, rule: Rule) -> Iterator[str]:
    """What is given, and the messages that the rule has for it."""
    for given in fixture.given:
        yield from _policy(given)
    for name, content in fixture.files.items():
        yield from _file(name, content)
    known = dict(fixture.facts) if rule.check in TARGET_CHECKS else {}
    known |= {"tenant": fixture.tenant} if fixture.tenant else {}
    if known:
        yield f"{_INDENT}on a device with {', '.join(f'{name} = {_said(value)}' for name, value in known.items())}"
    for message in fixture.expect:
        yield textwrap.fill(
            f"{rule.id}: {message}",
            WIDTH,
            initial_indent=f"{_INDENT}=> ",
            subsequent_indent=f"{_INDENT}   ",
            break_long_words=False,
            break_on_hyphens=False,
        )


def _policy(given: Given) -> Iterator[str]:
    yield f'{_INDENT}"{given.policy}" ({given.channel}, {_reach(given)})'
    for setting, value in given.set_.items():
        yield f"{_INDENT * 2}{setting} = {_said(value)}"
    for setting in given.delete:
        yield f"{_INDENT * 2}{setting} is deleted"
    for setting in given.soft:
        yield f"{_INDENT * 2}{setting} is written only where nothing is"
    for key in given.sweep:
        yield f"{_INDENT * 2}all values of {key} are deleted first"


def _reach(given: Given) -> str:
    """Where a policy is linked or to whom it is assigned."""
    if given.channel == "gpo":
        return "; ".join(map(_link, links_of(given))) or "not linked"
    kind = (given.kind or "settings-catalog").replace("-", " ")
    names = [given.assigned] if isinstance(given.assigned, str) else given.assigned
    if given.kind == "enrolment":
        return "tenant-wide enrolment policy"
    if names is None:
        return f"{kind}, assignment not exported"
    return f"{kind}, assigned to {' and '.join(name.replace('-', ' ') for name in names) or 'nobody'}"


def _link(link: str) -> str:
    container, order, enforced, enabled = split_link(link)
    parts = (
        f"linked to {container}",
        f"link order {order}" if order else "",
        "enforced" if enforced else "",
        "" if enabled else "the link is disabled",
    )
    return ", ".join(part for part in parts if part)


def _said(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _file(name: str, content: str) -> Iterator[str]:
    """A file of a fixture: its first lines, or its first bytes."""
    if content.startswith("link:"):
        yield f"{_INDENT}{name} (a link to {content.removeprefix('link:')})"
    elif content.startswith("hex:"):
        data = bytes.fromhex(content.removeprefix("hex:"))
        yield f"{_INDENT}{name} ({counted(len(data), 'byte')})"
        yield f"{_INDENT * 2}{data[:16].hex(' ')}{' …' if len(data) > 16 else ''}"
    else:
        yield f"{_INDENT}{name}"
        lines = [line if len(line) < WIDTH else f"{line[: WIDTH - 2]} …" for line in content.splitlines()]
        yield from (f"{_INDENT * 2}{line}".rstrip() for line in lines[:_EXCERPT])
        if len(lines) > _EXCERPT:
            yield f"{_INDENT * 2}…"


def listing(rules: Mapping[str, Rule]) -> str:
    """One aligned line for each rule, by family, and how many there are."""
    width = max((len(rule.name) for rule in rules.values()), default=0)
    families = Counter(rule.family for rule in rules.values())
    blocks = []
    for family in families:
        own = [rule for rule in rules.values() if rule.family == family]
        lines = (f"{_INDENT}{rule.id}  {rule.severity:<7}  {rule.name:<{width}}  {rule.summary}" for rule in own)
        blocks.append("\n".join([f"{family}  {FAMILIES.get(family, '')}".rstrip(), *lines]))
    total = ", ".join(f"{number} {family}" for family, number in families.items())
    blocks.append(counted(len(rules), "rule") + (f": {total}" if total else ""))
    return "\n\n".join(blocks) + "\n"


def listing_json(rules: Mapping[str, Rule]) -> str:
    """The list for programs: `{"version": 1, "rules": [{"id", "name", "severity", …}]}`, in the order of the ids."""
    listed = [
        {
            "id": rule.id,
            "name": rule.name,
            "severity": rule.severity,
            "family": rule.family,
            "profile": rule.profile,
            "status": rule.status,
            "since": rule.since,
            "summary": rule.summary,
            "references": rule.references,
        }
        for rule in rules.values()
    ]
    return json.dumps({"version": VERSION, "rules": listed}, indent=2) + "\n"
