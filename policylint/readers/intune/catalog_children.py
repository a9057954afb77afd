"""What an instance of the settings catalog lacks or has too much of, as its definition tells: children of choices.

A definition names the children that each of its choices depends on; Graph refuses a policy without them, so they are
missing only where somebody edited an export. Children that belong to the other side are three in the whole catalog.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from policylint.catalogue.settings_catalog import Definition, Term
from policylint.model import Problem
from policylint.readers.intune.graph_object import Item

_CONFIG = "_vendor_msft_policy_config_"
_OTHER_SIDE = frozenset(
    {
        f"user{_CONFIG}browser_configurekioskresetafteridletimeout",
        f"device{_CONFIG}experience_allowwindowsconsumerfeatures",
        f"device{_CONFIG}experience_allowwindowstips",
    }
)
"""The children that the catalog itself has below a setting of the other side."""

_NAMED = 3


def misfits(item: Item, term: Term, option: str, children: object, at: str) -> Sequence[Problem]:
    """What is wrong below one choice: children that it needs (IN025), and children of the other side (IN026)."""
    definition, ids = term.definition, _ids(children)
    if definition is None or (option, ids) in term.complete:
        return ()
    found = list(_lacking(item, definition, option, ids, at)) if term.needs_children else []
    own = _side(definition.id) if ids else ""
    for id_ in ids if own else ():
        side = _side(id_)
        if side and side != own and id_.casefold() not in _OTHER_SIDE:
            told = f"{id_}, a setting for {_SAID[side]}, below {definition.id}, which is for {_SAID[own]}"
            place = item.below(f"{at}/children")
            found.append(Problem("IN026", f'"{item.name}" has {told}', place, item.id, definition.uri))
    if not found:
        term.complete.add((option, ids))
    return found


def _ids(children: object) -> tuple[str, ...]:
    """The definitions of the children."""
    every = children if isinstance(children, list) else (children,)
    return tuple([str(child.get("settingDefinitionId", "")) for child in every if isinstance(child, dict)])


def _lacking(item: Item, definition: Definition, option: str, ids: Sequence[str], at: str) -> Iterator[Problem]:
    needed = definition.needs.get(option.casefold())
    if not needed:
        return
    there = {id_.casefold() for id_ in ids}
    lacking = [id_ for id_ in needed if id_ not in there]
    if lacking:
        message = f'"{item.name}" chooses {option} without {_named(lacking)}, which this choice needs'
        yield Problem("IN025", message, item.below(f"{at}/value"), item.id, definition.uri)


_SAID = {"device": "devices", "user": "users"}


@lru_cache(maxsize=1 << 14)
def _side(id_: str) -> str:
    """`device` or `user`; empty where an id does not tell."""
    first = id_.casefold().partition("_")[0]
    return {"vendor": "device"}.get(first, first if first in _SAID else "")


def _named(ids: Sequence[str]) -> str:
    more = f" and {len(ids) - _NAMED} more" if len(ids) > _NAMED else ""
    return ", ".join(ids[:_NAMED]) + more
