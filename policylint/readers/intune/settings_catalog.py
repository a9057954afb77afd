"""Policies of Intune's settings catalog (Graph `deviceManagementConfigurationPolicy`), in every dialect of export.

Endpoint security policies and the security baselines since 2023 have the same shape. One claim comes of each setting
instance. Its name is the CSP node where the catalogue knows the definition, else the definition id as exported; rows
of a repeated group (firewall rules, list elements) get the row's own key into the name, because two rows are two
settings and the row's number means nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from policylint.catalogue.settings_catalog import Catalog, Term, current, typed
from policylint.frozen import plain
from policylint.model import Claim, Problem, Value, csp
from policylint.readers.intune.catalog_children import misfits
from policylint.readers.intune.catalog_groups import Row, Rows, is_pair, keys, placed
from policylint.readers.intune.graph_object import Body, Found, Item, each, not_evaluated
from policylint.readers.intune.policy import policy

KIND = "settings catalog policy"

_FOREIGN = re.compile(r"(com\.apple|com\.android|com\.google|ddm-|linux_|safari_|softwareupdate_)", re.IGNORECASE)
"""Definition ids of other platforms; exports that leave `platforms` out are told by them."""

_DEVICE_PREPARATION = "enrollment_"


def read(item: Item) -> Found:
    """A settings catalog policy as claims. Problems: RD010 (not a CSP), RD011 (no settings), RD012, RD015 (secrets)."""
    platforms = str(item.body.get("platforms") or "")
    instances = _instances(item)
    ids = [str(instance.get("settingDefinitionId", "")) for instance, _ in instances]
    if _foreign(platforms, ids):
        return Found(KIND, f"for {platforms or 'another platform'}, not for Windows")
    if ids and all(id_.casefold().startswith(_DEVICE_PREPARATION) for id_ in ids):
        return not_evaluated(item, "Autopilot device preparation policy")
    if not instances and item.body.get("settingCount") != 0:
        count = item.body.get("settingCount")
        message = f'the export of "{item.name}" carries no settings' + (f" of {count}" if count else "")
        return Found(KIND, "settings lost in the export", problems=(Problem("RD011", message, item.named, item.id),))
    reading = _Reading(item, current())
    for instance, at in instances:
        reading.instance(instance, at, ())
    return policy(item, KIND, "settings-catalog", reading.parts, made_from=_family(item.body))


def _family(body: Body) -> str:
    """The family of the template that the policy was made from; '' for a plain one."""
    reference = body.get("templateReference")
    stated = reference.get("templateFamily") if isinstance(reference, dict) else None
    return stated if isinstance(stated, str) and stated.casefold() not in ("", "none") else ""


def _instances(item: Item) -> list[tuple[Body, str]]:
    """The setting instances of a policy with their pointers."""
    stated, at = item.body.get("settings"), item.settings_at
    if isinstance(stated, list):
        return [
            (instance, f"{at}/{number}/settingInstance")
            for number, setting in enumerate(stated)
            if type(setting) is dict and type(instance := setting.get("settingInstance")) is dict
        ]
    return [
        (instance, f"{place}/settingInstance")
        for setting, place in each(stated, at)
        if isinstance(instance := setting.get("settingInstance"), dict)
    ]


def _foreign(platforms: str, ids: list[str]) -> bool:
    if platforms and platforms.casefold() not in ("none", "unknownfuturevalue"):
        return "windows" not in platforms.casefold()
    return bool(ids) and all(_FOREIGN.match(id_) for id_ in ids)


_claim = plain(Claim)


class _Reading:
    """Reads the instances of one policy, each with the children below it."""

    def __init__(self, item: Item, catalog: Catalog) -> None:
        self.item = item
        self.below = item.below
        self.term = catalog.term
        self.terms = catalog.terms
        self.parts: list[Claim | Problem] = []
        """What was read, in the order of the file."""

    def instance(self, instance: Body, at: str, rows: Rows) -> None:
        """One setting instance and the children below it. `rows` are the repeated groups around it, outermost first."""
        id_ = instance.get("settingDefinitionId")
        if type(id_) is str and id_:
            term = self.terms.get(id_) or self.term(id_)
            choice = instance.get("choiceSettingValue")
            if type(choice) is dict:  # most are one, and are spared the other questions
                option = choice.get("value")
                if type(option) is str and not rows and not term.needs_children and not choice.get("children"):
                    place = self.below(f"{at}/choiceSettingValue/value")
                    value = term.value(option)
                    self.parts.append(_claim(term.setting, term.scope, value, "choice", place, False, False, term.id))
                    return
                self.chosen(term, choice, f"{at}/choiceSettingValue", rows)
                return
            for member, shape in _SHAPES.items():
                stated = instance.get(member)
                if stated is not None:
                    shape(self, term, stated, f"{at}/{member}", rows)
                    return
        told = id_ if isinstance(id_, str) and id_ else "an instance without settingDefinitionId"
        message = f"{told} has no value of a known shape ({instance.get('@odata.type', 'no type')})"
        self.problem("RD012", message, at)

    def claim(self, term: Term, rows: Rows, value: Value, type_: str, at: str) -> None:
        """The setting has that value."""
        setting = csp(placed(term.uri, rows)) if rows else term.setting
        self.parts.append(_claim(setting, term.scope, value, type_, self.below(at), False, False, term.id))

    def problem(self, rule: str, message: str, at: str) -> None:
        """Something claims nothing."""
        self.parts.append(Problem(rule, message, self.below(at), self.item.id))

    def choice(self, term: Term, stated: object, at: str, rows: Rows) -> None:
        """One choice, where PowerShell made an array of it."""
        for choice, place in each(stated, at):
            self.chosen(term, choice, place, rows)

    def chosen(self, term: Term, choice: Body, at: str, rows: Rows) -> None:
        """The value of a choice, and the children that it has."""
        option, children = choice.get("value"), choice.get("children")
        if type(option) is str:
            self.claim(term, rows, term.value(option), "choice", f"{at}/value")
            if children or term.needs_children:
                self.parts += misfits(self.item, term, option, children, at)
        else:
            self.problem("RD012", f"{term.id}: a choice without a value", at)
        if children:
            self.children(children, f"{at}/children", rows)

    def choices(self, term: Term, stated: object, at: str, rows: Rows) -> None:
        """A list of choices, and the children of each."""
        chosen = each(stated, at)
        values = tuple(str(term.value(str(choice.get("value") or ""))) for choice, _ in chosen)
        self.claim(term, rows, values, "collection", at)
        for choice, place in chosen:
            self.children(choice.get("children"), f"{place}/children", rows)

    def simple(self, term: Term, stated: object, at: str, rows: Rows) -> None:
        """A number or a text."""
        for simple, place in each(stated, at):
            value = simple.get("value")
            type_ = _kind(simple)
            if self.refused(term, type_, place):
                continue
            if isinstance(value, bool | int | str):
                whole = "integer" in type_ or isinstance(value, int)
                told = typed(value) if whole else value
                self.claim(term, rows, told, "integer" if whole else "string", f"{place}/value")
            else:
                self.problem("RD012", f"{term.id}: a value of a type that a setting cannot have", place)

    def simples(self, term: Term, stated: object, at: str, rows: Rows) -> None:
        """A list of numbers or texts."""
        entries = each(stated, at)
        refused = [self.refused(term, _kind(simple), place) for simple, place in entries]
        if not any(refused):
            values = tuple([str(simple.get("value", "")) for simple, _ in entries])
            self.claim(term, rows, values, "collection", at)

    def group(self, term: Term, stated: object, at: str, rows: Rows) -> None:
        """The rows of a group. Only those of a group that may repeat are keyed."""
        members = each(stated, at)
        if not (term.definition.repeats if term.definition else len(members) > 1):
            for member, place in members:
                self.children(member.get("children"), f"{place}/children", rows)
            return
        uri = placed(term.uri, rows)
        found = keys(term.id, [member for member, _ in members])
        for key, (member, place) in zip(found, members, strict=True):
            pairs = is_pair(term.id, member)
            skip = f"{term.id}_key" if pairs else ""
            self.children(member.get("children"), f"{place}/children", (*rows, Row(uri, key, pairs)), skip)

    def children(self, children: object, at: str, rows: Rows, skip: str = "") -> None:
        """The instances below a value, but not the one that is the row's key."""
        for child, place in each(children, at):
            if not skip or str(child.get("settingDefinitionId", "")) != skip:
                self.instance(child, place, rows)

    def refused(self, term: Term, type_: str, at: str) -> bool:
        """Whether no claim can be made of a value: a secret is exported as a token, a reference as an object's id."""
        if "secretsetting" in type_:
            self.problem("RD015", f"{term.id} is a secret: its value is not in the export and is not compared", at)
        elif "referencesetting" in type_:
            self.problem("RD012", f"{term.id}: it refers to a reusable setting, which is not read", at)
        else:
            return False
        return True


def _kind(simple: Body) -> str:
    """The type of a simple value, case-folded."""
    type_ = simple.get("@odata.type", "")
    return _folded(type_) if isinstance(type_, str) else str(type_).casefold()


_folded = lru_cache(maxsize=1 << 8)(str.casefold)


_SHAPES: Mapping[str, Callable[[_Reading, Term, object, str, Rows], None]] = {
    "choiceSettingValue": _Reading.choice,
    "simpleSettingValue": _Reading.simple,
    "simpleSettingCollectionValue": _Reading.simples,
    "groupSettingCollectionValue": _Reading.group,
    "groupSettingValue": _Reading.group,
    "choiceSettingCollectionValue": _Reading.choices,
}
