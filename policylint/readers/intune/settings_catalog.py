"""Policies of Intune's settings catalog (Graph `deviceManagementConfigurationPolicy`), in every dialect of export.

Endpoint security policies and the security baselines since 2023 have the same shape. One claim comes of each setting
instance. Its name is the CSP node where the catalogue knows the definition, else the definition id as exported; rows
of a repeated group (firewall rules, list elements) get the row's own key into the name, because two rows are two
settings and the row's number means nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from policylint.catalogue.settings_catalog import Definition, lookup
from policylint.model import Claim, Problem, Scope, Value, csp
from policylint.readers.intune.catalog_children import misfits
from policylint.readers.intune.graph_object import Body, Found, Item, each, not_evaluated
from policylint.readers.intune.policy import policy

KIND = "settings catalog policy"

_FOREIGN = re.compile(r"(com\.apple|com\.android|com\.google|ddm-|linux_|safari_|softwareupdate_)", re.IGNORECASE)
"""Definition ids of other platforms; exports that leave `platforms` out are told by them."""

_DEVICE_PREPARATION = "enrollment_"
_VERSION = re.compile(r"_v\d+$")
_WHOLE = re.compile(r"0|-?[1-9]\d{0,18}")
_PLACEHOLDER = re.compile(r"\{[^}]*\}$")
_KEYS = ("key", "name", "id", "desc")
"""Children that name their row, strongest first; a placeholder at the end of the group's id comes before them."""


def read(item: Item) -> Found:
    """A settings catalog policy as claims. Problems: RD010 (not a CSP), RD011 (no settings), RD012, RD015 (secrets)."""
    platforms = str(item.body.get("platforms") or "")
    instances = list(_instances(item))
    ids = [str(instance.get("settingDefinitionId", "")) for instance, _ in instances]
    if _foreign(platforms, ids):
        return Found(KIND, f"for {platforms or 'another platform'}, not for Windows")
    if ids and all(id_.casefold().startswith(_DEVICE_PREPARATION) for id_ in ids):
        return not_evaluated(item, "Autopilot device preparation policy")
    if not instances and item.body.get("settingCount") != 0:
        count = item.body.get("settingCount")
        message = f'the export of "{item.name}" carries no settings' + (f" of {count}" if count else "")
        return Found(KIND, "settings lost in the export", problems=(Problem("RD011", message, item.named, item.id),))
    parts = (part for instance, at in instances for part in _instance(item, instance, at, ()))
    found = policy(item, KIND, "settings-catalog", parts)
    family = _family(item.body)
    return replace(found, policy=replace(found.policy, made_from=family)) if found.policy and family else found


def _family(body: Body) -> str:
    """The family of the template that the policy was made from; '' for a plain one."""
    reference = body.get("templateReference")
    stated = reference.get("templateFamily") if isinstance(reference, dict) else None
    return stated if isinstance(stated, str) and stated.casefold() not in ("", "none") else ""


def _instances(item: Item) -> Iterator[tuple[Body, str]]:
    for setting, at in each(item.body.get("settings"), item.settings_at):
        if isinstance(setting.get("settingInstance"), dict):
            yield setting["settingInstance"], f"{at}/settingInstance"


def _foreign(platforms: str, ids: list[str]) -> bool:
    if platforms and platforms.casefold() not in ("none", "unknownfuturevalue"):
        return "windows" not in platforms.casefold()
    return bool(ids) and all(_FOREIGN.match(id_) for id_ in ids)


@dataclass(frozen=True, slots=True)
class _Row:
    """One row of a repeated group: `key` tells it from its sisters."""

    group: str
    key: str
    pairs: bool
    """The row is a name and a value, as in an ADMX list: the key alone names the setting."""

    def place(self, text: str) -> str:
        """The name of a setting in this row: the key stands for the placeholder, or behind the group's name."""
        if self.pairs:
            return f"{self.group}/{self.key}"
        placeholder = _PLACEHOLDER.search(self.group)
        if placeholder is not None and text.startswith(self.group):
            return self.group[: placeholder.start()] + self.key + text[len(self.group) :]
        if text.casefold().startswith((f"{self.group}/".casefold(), f"{self.group}_".casefold())):
            return f"{self.group}/{self.key}/{text[len(self.group) + 1 :]}"
        return f"{text}/{self.key}"


Rows = tuple[_Row, ...]
Parts = Iterator[Claim | Problem]


def _instance(item: Item, instance: Body, at: str, rows: Rows) -> Parts:
    """One setting instance and the children below it. `rows` are the repeated groups around it, outermost first."""
    id_ = instance.get("settingDefinitionId")
    member = next((key for key in _SHAPES if instance.get(key) is not None), None)
    if not isinstance(id_, str) or not id_ or member is None:
        told = id_ if isinstance(id_, str) and id_ else "an instance without settingDefinitionId"
        message = f"{told} has no value of a known shape ({instance.get('@odata.type', 'no type')})"
        yield Problem("RD012", message, item.below(at), item.id)
        return
    yield from _SHAPES[member](_Node(item, id_, lookup(id_), rows), instance[member], f"{at}/{member}")


@dataclass(frozen=True, slots=True)
class _Node:
    """A setting instance's definition, in its rows."""

    item: Item
    id: str
    definition: Definition | None
    rows: Rows

    @property
    def uri(self) -> str:
        text = self.definition.uri if self.definition else self.id
        for row in self.rows:
            text = row.place(text)
        return text

    @property
    def scope(self) -> Scope:
        user = self.definition.node.startswith("./User/") if self.definition else self.id.casefold().startswith("user_")
        return Scope.USER if user else Scope.DEVICE

    def claim(self, value: Value, type_: str, at: str) -> Claim:
        return Claim(csp(self.uri), self.scope, value, type_, self.item.below(at), origin=self.id)

    def unmapped(self, why: str, at: str) -> Problem:
        return Problem("RD012", f"{self.id}: {why}", self.item.below(at), self.item.id)


def _choice(node: _Node, stated: object, at: str) -> Parts:
    for choice, place in each(stated, at):
        option = choice.get("value")
        if isinstance(option, str):
            yield node.claim(_option(node, option), "choice", f"{place}/value")
            if node.definition is not None:
                yield from misfits(node.item, node.definition, choice, place)
        else:
            yield node.unmapped("a choice without a value", place)
        yield from _children(node, choice, place, node.rows)


def _choices(node: _Node, stated: object, at: str) -> Parts:
    chosen = list(each(stated, at))
    values = (_option(node, str(choice.get("value") or "")) for choice, _ in chosen)
    yield node.claim(tuple(str(value) for value in values), "collection", at)
    for choice, place in chosen:
        yield from _children(node, choice, place, node.rows)


def _simple(node: _Node, stated: object, at: str) -> Parts:
    for simple, place in each(stated, at):
        refused = _refused(node, simple, place)
        value = simple.get("value")
        if refused is not None:
            yield refused
        elif isinstance(value, bool | int | str):
            whole = "integer" in str(simple.get("@odata.type", "")).casefold() or isinstance(value, int)
            yield node.claim(_typed(value) if whole else value, "integer" if whole else "string", f"{place}/value")
        else:
            yield node.unmapped("a value of a type that a setting cannot have", place)


def _simples(node: _Node, stated: object, at: str) -> Parts:
    entries = list(each(stated, at))
    refused = [one for simple, place in entries if (one := _refused(node, simple, place)) is not None]
    if refused:
        yield from refused
        return
    yield node.claim(tuple(str(simple.get("value", "")) for simple, _ in entries), "collection", at)


def _group(node: _Node, stated: object, at: str) -> Parts:
    """The rows of a group. Only those of a group that may repeat are keyed, by name, by first value, or by number."""
    rows = list(each(stated, at))
    repeats = node.definition.repeats if node.definition else len(rows) > 1
    taken: dict[str, int] = {}
    for index, (row, place) in enumerate(rows):
        if not repeats:
            yield from _children(node, row, place, node.rows)
            continue
        key = _row_key(node.id, row) or str(index)
        taken[key] = taken.get(key, 0) + 1
        key = key if taken[key] == 1 else f"{key}#{taken[key]}"
        pairs = _is_pair(node.id, row)
        yield from _children(node, row, place, (*node.rows, _Row(node.uri, key, pairs)), skip="_key" if pairs else "")


def _children(node: _Node, parent: Body, at: str, rows: Rows, skip: str = "") -> Parts:
    for child, place in each(parent.get("children"), f"{at}/children"):
        if not skip or str(child.get("settingDefinitionId", "")) != node.id + skip:
            yield from _instance(node.item, child, place, rows)


_SHAPES: Mapping[str, Callable[[_Node, object, str], Parts]] = {
    "choiceSettingValue": _choice,
    "simpleSettingValue": _simple,
    "simpleSettingCollectionValue": _simples,
    "groupSettingCollectionValue": _group,
    "groupSettingValue": _group,
    "choiceSettingCollectionValue": _choices,
}


def _refused(node: _Node, simple: Body, at: str) -> Problem | None:
    """A value that no claim can be made of: a secret is exported as a token, a reference as another object's id."""
    type_ = str(simple.get("@odata.type", "")).casefold()
    if "secretsetting" in type_:
        message = f"{node.id} is a secret: its value is not in the export and is not compared"
        return Problem("RD015", message, node.item.below(at), node.item.id)
    if "referencesetting" in type_:
        return node.unmapped("it refers to a reusable setting, which is not read", at)
    return None


def _option(node: _Node, option: str) -> Value:
    """The value that a choice stands for: as the catalogue says, else what follows the definition id.

    A choice of another definition has no value here and stays as it is written (IN024).
    """
    known = node.definition.options if node.definition else {}
    if option in known:
        return _typed(known[option])
    stem, whole = node.id.casefold(), option.casefold()
    for prefix in (stem, _VERSION.sub("", stem)):
        if whole.startswith(f"{prefix}_"):
            return _typed(option[len(prefix) + 1 :])
    if node.definition is not None:
        return option
    shared = next((n for n, (a, b) in enumerate(zip(stem, whole, strict=False)) if a != b), min(len(stem), len(whole)))
    return _typed(option[option.rfind("_", 0, shared) + 1 :])


def _typed(value: str | int) -> Value:
    """`true` and `false` as booleans, whole numbers as integers, where writing them back gives the same text."""
    if not isinstance(value, str):
        return value
    if value in ("true", "false"):
        return value == "true"
    return int(value) if _WHOLE.fullmatch(value) else value


def _is_pair(group: str, row: Body) -> bool:
    ids = {str(child.get("settingDefinitionId", "")) for child, _ in each(row.get("children"), "")}
    return f"{group}_value" in ids and ids <= {f"{group}_key", f"{group}_value"}


def _row_key(group: str, row: Body) -> str | None:
    """What tells a row from others: a child that is named as one, in the row or one group further in, else any text."""
    children = [child for child, _ in each(row.get("children"), "")]
    texts = {str(child.get("settingDefinitionId", "")).casefold(): _text(child) for child in children}
    stem = group.casefold()
    placeholder = _PLACEHOLDER.search(stem)
    named = ((placeholder[0][1:-1],) if placeholder else ()) + _KEYS
    found = next((text for name in named if (text := texts.get(f"{stem}_{name}"))), None)
    for child in children:
        for inner, _ in each(child.get("groupSettingCollectionValue"), ""):
            found = found or _row_key(str(child.get("settingDefinitionId", "")), inner)
    return found or next((text for text in texts.values() if text), None)


def _text(instance: Body) -> str | None:
    """The text of a simple value or of choices, as a key."""
    simple = instance.get("simpleSettingValue")
    if isinstance(simple, dict) and isinstance(simple.get("value"), str | int):
        return None if "secret" in str(simple.get("@odata.type", "")).casefold() else str(simple["value"])
    stem = len(str(instance.get("settingDefinitionId", ""))) + 1
    stated = instance.get("choiceSettingCollectionValue") or instance.get("choiceSettingValue")
    chosen = [str(choice.get("value", ""))[stem:] for choice, _ in each(stated, "")]
    return ",".join(chosen) or None
