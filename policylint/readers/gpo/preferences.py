"""Group Policy Preferences: `Preferences/<Kind>/<Kind>.xml` of either side ([MS-GPPREF] 2.2.1; G-GPP-ORDER).

Items act one after the other in the order of the file, so of two items on one thing the later one that applies wins.
"Create" writes only what is not there yet; "Delete" is a claim that nothing is there. What is switched off claims
nothing. The side is that of the folder, wherever in the registry an item writes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from lxml import etree

from policylint.evidence import XmlAt
from policylint.facts import ALWAYS, NEVER, Every, When, every, negate, some
from policylint.model import Claim, Problem, Scope, SettingId
from policylint.readers.gpo import targeting_faults
from policylint.readers.gpo.preference_items import SHAPES, Shape, setting, value_of
from policylint.readers.gpo.targeting import Targeting, runs_once
from policylint.readers.source import Source
from policylint.readers.xml import attributes, child, children, local, parse, route

PASSWORD_RULE = "GP001"  # noqa: S105 - the id of a rule, not a password
_FLAGS = (
    ("userContext", "in the user's context"),
    ("removePolicy", "removed when it no longer applies"),
    ("bypassErrors", "errors bypassed"),
)


_PASSWORD = b"cpassword"


@dataclass(frozen=True, slots=True)
class Preferences:
    """What one file of preferences came to. `off` counts the items that are switched off."""

    claims: tuple[Claim, ...] = ()
    problems: tuple[Problem, ...] = ()
    off: int = 0


@dataclass(frozen=True, slots=True)
class _Item:
    """An item: its element and properties, its name for people, and what it hangs on."""

    element: etree._Element
    tag: str
    properties: etree._Element
    name: str
    when: When
    enabled: bool

    @property
    def action(self) -> str:
        """C, R, U or D; Update where the item has none, as services and devices do."""
        return str(self.properties.get("action", "U")).upper()


@dataclass(slots=True)
class _File:
    scope: Scope
    source: Source
    folder: str
    claims: dict[str, list[Claim]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def complain(self, rule: str, item: _Item, message: str) -> None:
        self.problems.append(Problem(rule, message, self.source.at(XmlAt(route(item.element)))))


def read(data: bytes, scope: Scope, source: Source, folder: str, policy: str) -> Preferences:
    """The claims of one file of preferences. `folder` is the title of its kind, `policy` the name of the GPO.

    Problems: GP001 for every stored password, whether or not its item does anything; RD012 for items that cannot be
    mapped. Raises ReadError (RD003, RD005) for what is no XML.
    """
    stored = _PASSWORD in data.replace(b"\0", b"").lower()
    return items_below(parse(data), scope, source, folder, policy, passwords=stored)


def items_below(
    root: etree._Element, scope: Scope, source: Source, folder: str, policy: str, *, passwords: bool = True
) -> Preferences:
    """As `read`, of the root element of preferences, which may stand in a report.

    Without `passwords` it is known that no item stores one, and they are not looked for.
    """
    file = _File(scope, source, folder)
    items = list(_items(root, Targeting(policy), ALWAYS, enabled=_enabled(root)))
    _targeting(file, root)
    for item in items:
        if passwords:
            _passwords(file, item)
        if item.enabled:
            _claim(file, item)
    claims = tuple(claim for written in file.claims.values() for claim in written)
    return Preferences(claims, tuple(file.problems), sum(not item.enabled for item in items))


def _items(parent: etree._Element, targeting: Targeting, when: When, *, enabled: bool) -> Iterator[_Item]:
    """The items below an element in document order; filters and `disabled` of a collection count for all in it."""
    for element in parent:
        tag = local(element)
        if not tag or tag == "Filters":
            continue
        name, on = str(element.get("name") or tag), enabled and _enabled(element)
        here = every(when, targeting.of(element, name))
        properties = child(element, "Properties")
        if properties is not None:
            yield _Item(element, tag, properties, name, here, on)
        elif tag == "Collection":
            yield from _items(element, targeting, here, enabled=on)


def _name(element: etree._Element) -> str:
    return str(element.get("name") or local(element))


def _enabled(element: etree._Element) -> bool:
    return element.get("disabled") != "1"


def _passwords(file: _File, item: _Item) -> None:
    """A password in any attribute of the item, in whatever letter case; an empty one is none."""
    for part in item.element.iter("*"):
        if any(name.lower() == "cpassword" and value for name, value in attributes(part).items()):
            message = (
                f"the preference '{item.name}' ({file.folder}) stores a password: everybody who can read the GPO can "
                "decrypt it, because Microsoft has published the key"
            )
            at = file.source.at(XmlAt(route(part)))
            file.problems.append(Problem(PASSWORD_RULE, message, at, setting=_setting_of(file, item).text))
            return


def _targeting(file: _File, root: etree._Element) -> None:
    """Filters that decide nothing, wherever in the file they stand; what is switched off is left alone."""
    for filters in root.iter("{*}Filters"):
        element = filters.getparent()
        if element is None or not _enabled(element):
            continue
        for rule, text in targeting_faults.faults(element):
            message = f"the preference '{_name(element)}' ({file.folder}) {text}"
            file.problems.append(Problem(rule, message, file.source.at(XmlAt(route(filters)))))


def _shape(file: _File, item: _Item) -> tuple[Shape, str]:
    """What an item of this kind is about, and its key, '' where it does not say."""
    shape = SHAPES.get(item.tag) or Shape(file.folder.replace(" ", ""), lambda _: "")
    key = shape.key(attributes(item.properties))
    return shape, key or str(item.element.get("name", ""))


def _setting_of(file: _File, item: _Item) -> SettingId:
    shape, key = _shape(file, item)
    return setting(shape.kind, key or item.name)


def _claim(file: _File, item: _Item) -> None:
    tag, gone = item.tag, item.action == "D"
    shape, key = _shape(file, item)
    if not key:
        file.complain("RD012", item, f"an item of the kind '{tag}' does not say what it is about")
        return
    try:
        value = value_of(item.properties)
    except ValueError as exc:
        file.complain("RD012", item, f"the preference '{item.name}' cannot be used: {exc}")
        return
    claim = Claim(
        setting(shape.kind, key),
        file.scope,
        None if gone else value,
        item.properties.get("type") or tag if tag == "Registry" else tag,
        file.source.at(XmlAt(route(item.element))),
        absent=gone,
        soft=item.action == "C",
        origin=_origin(item),
        when=item.when,
    )
    _write(file, claim)
    if tag == "Group" and not gone:
        for member in _members(claim, key, item.properties):
            _write(file, member)


def _origin(item: _Item) -> str:
    """The item's name, with how it is applied where that differs from the usual."""
    said = [text for name, text in _FLAGS if item.element.get(name) == "1"]
    said += ["applied once"] if runs_once(item.element) else []
    return f"{item.name} [{', '.join(said)}]" if said else item.name


def _members(group: Claim, key: str, properties: etree._Element) -> Iterator[Claim]:
    """The members that a group gains or loses; each is a setting of its own."""
    for member in (m for members in children(properties, "Members") for m in children(members, "Member")):
        who, action = str(member.get("sid") or member.get("name") or ""), str(member.get("action", "ADD")).upper()
        if who:
            evidence = replace(group.evidence, place=XmlAt(route(member)))
            setting_id: SettingId = setting("Groups", f"{key}/{who}")
            origin = str(member.get("name") or who)
            yield replace(group, setting=setting_id, value=action, type="Member", evidence=evidence, origin=origin)


def _write(file: _File, claim: Claim) -> None:
    """Adds a claim after those before it: where it applies it replaces them, unless it only creates."""
    earlier = file.claims.get(claim.setting.key, [])
    if not earlier:
        file.claims[claim.setting.key] = [] if _never(claim.when) else [claim]
        return
    there = some(*(old.when for old in earlier if not old.absent))
    gone = some(*(old.when for old in earlier if old.absent))
    if claim.soft:
        # Where an earlier item deleted the thing it is written for certain; elsewhere only if the machine has none.
        certain = replace(claim, soft=False, when=every(claim.when, gone, negate(there)))
        added = [certain, replace(claim, when=every(claim.when, negate(there), negate(gone)))]
        replaced = [_unless(claim, old) if old.absent else old for old in earlier]
    else:
        added, replaced = [claim], [_unless(claim, old) for old in earlier]
    file.claims[claim.setting.key] = [kept for kept in (*replaced, *added) if not _never(kept.when)]


def _unless(claim: Claim, old: Claim) -> Claim:
    return replace(old, when=every(old.when, negate(claim.when)))


def _never(when: When) -> bool:
    """Whether a condition plainly contradicts itself, as that of an item that a later one replaces."""
    if isinstance(when, Every):
        return any(negate(part) in when.parts for part in when.parts)
    return when == NEVER
