"""A setting under all its names, for people: what each world calls it, how values translate, and who wins."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap

from policylint.catalogue.admx import AdmxStore
from policylint.effective import Effective
from policylint.escape import terminal
from policylint.explain.known import Known
from policylint.explain.law import between_channels, between_sides, covered
from policylint.laws import LAWS, law_text
from policylint.reports.drawing import Paint, painter
from policylint.reports.known_facts import file_of, node_facts, sides, states, takes, translations
from policylint.reports.phrases import owner
from policylint.reports.text_effective import header
from policylint.story import Unset

_WIDTH = 100
_COLUMN = 18
_SHOWN = 12


def explain(known: Known, store: AdmxStore, color: bool = False) -> str:
    """Everything about one setting."""
    paint = painter(color)
    blocks = [
        list(_title(known, paint)),
        [*_section("Group Policy", _group_policy(known, store), paint)],
        [*_section("setting", _settings(known), paint)],
        [*_section("CSP", _nodes(known), paint)],
        [*_section("settings catalog", (f"{d.id}  {d.name}".rstrip() for d in known.definitions), paint)],
        [*_section("templates", (one.text for one in known.properties), paint)],
        [*_section("values", _values(known), paint)],
        [*_section("who wins", _law(known), paint)],
        [*_section("MDMWinsOverGP", _cover(known), paint)],
    ]
    return "\n".join("\n".join(block) for block in blocks if block) + "\n"


def unset(effective: Effective, found: Unset, color: bool = False) -> str:
    """That nothing sets it at the target; under which names it is known; who would if it reached the target."""
    paint, known = painter(color), found.known
    out = effective.out_of_play(known.ids)
    told = (f"{owner(o.policy)}: {o.text}   {o.reason}" for o in out)
    names = [*(setting.text for setting in known.ids), *known.nodes, *(d.id for d in known.definitions)]
    lines = [
        *header(effective, paint),
        "",
        *_title(known, paint),
        f"  nothing sets it at {terminal(effective.target)}",
        *_section("not in play", told, paint),
        *_section("known as", names, paint),
    ]
    return "\n".join(lines) + "\n"


def _title(known: Known, paint: Paint) -> Iterator[str]:
    yield paint(terminal(known.title), "strong") + (f" ({terminal(known.category)})" if known.category else "")


def _section(name: str, lines: Iterator[str] | list[str], paint: Paint) -> Iterator[str]:
    """Lines under a name at the left; what is indented belongs to the line above it."""
    for number, line in enumerate(lines):
        indent = len(line) - len(line.lstrip(" "))
        parts = wrap(terminal(line.strip()), _WIDTH - _COLUMN - indent, break_on_hyphens=False, break_long_words=False)
        for row, part in enumerate(parts):
            left = "" if number or row else name
            yield f"  {paint(left.ljust(_COLUMN), 'frame')}{'':{indent + (2 if row else 0)}}{part}"


def _group_policy(known: Known, store: AdmxStore) -> Iterator[str]:
    for policy, element in known.parts[:_SHOWN]:
        yield f"{policy.name} in {file_of(policy)} ({sides(policy)})"
        supported = store.supported_on(policy)
        if supported:
            yield f"  {supported}"
        if element is None:
            yield from (f"  {state}" for state in states(policy))
        for one in policy.elements:
            if element in (None, one.id):
                yield f"  {store.label(policy, one.id)} ({one.id}): {takes(one)}"
    if len(known.parts) > _SHOWN:
        yield f"and {len(known.parts) - _SHOWN} more"


def _settings(known: Known) -> Iterator[str]:
    yield from (setting.text for setting in known.ids)
    yield from (f"{key}… (a list)" for key in known.keys)


def _nodes(known: Known) -> Iterator[str]:
    described = {node.uri.casefold(): node for node in known.described}
    for uri in known.nodes:
        yield uri
        node = described.get(uri.casefold()) or described.get(uri.rpartition("/")[0].casefold())
        if node is not None:
            yield f"  {'; '.join(node_facts(node))}"


def _values(known: Known) -> Iterator[str]:
    told = dict.fromkeys(text for _, text in translations(known))
    yield from (f"of the node, as Group Policy writes it: {text}" for text in told)


def _law(known: Known) -> Iterator[str]:
    rules = between_channels(known)
    if rules:
        yield "Group Policy against Intune"
        yield from (f"  {rule}: {law_text(rule)}" for rule in rules)
    elif not (known.in_group_policy and known.in_intune):
        yield f"only {'Group Policy' if known.in_group_policy else 'Intune'} is known to set it"
    both = between_sides(known)
    if both:
        yield "computer against user"
        yield from (f"  {rule}: {law_text(rule)}" for rule in both)


def _cover(known: Known) -> Iterator[str]:
    found: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for node, word, rules in covered(known) if known.in_group_policy else ():
        found.setdefault((word, rules), []).append(node)
    for (word, rules), nodes in found.items():
        yield f"reaches it: {word}"
        yield from (f"  {node}" for node in (nodes if len(found) > 1 else ()))
        yield from (f"  {rule}: {LAWS[rule].text}" for rule in rules)
