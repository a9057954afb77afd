"""Local groups that two kinds of policy manage at once (PR030, PR031; G-SEC-RG with D15, G-SEC-VS-GPP)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from policylint.checks.found import WHERE, Found, View, claim_spot, quoted
from policylint.checks.gpo_claims import gpos, linked, members, some_of, together
from policylint.families.related import GROUP_ITEM, GROUP_LIST
from policylint.model import Claim
from policylint.principals import display, principal
from policylint.rank import Contestant

_MEMBERS, _MEMBER_OF = "__members", "__memberof"
_BUILT_IN = " (built-in)"
_EMPTIES = frozenset(("deleteallusers=1", "deleteallgroups=1"))


@dataclass(frozen=True, slots=True)
class _Change:
    """What one GPO does to a group's members without fixing all of them: who comes, who goes."""

    by: Contestant
    comes: tuple[str, ...] = ()
    goes: tuple[str, ...] = ()
    empties: bool = False

    def against(self, fixed: Claim) -> bool:
        """Whether a list that fixes the members says otherwise."""
        listed = {name.casefold() for name in members(fixed.value)}
        return (
            self.empties
            or any(name.casefold() not in listed for name in self.comes)
            or any(name.casefold() in listed for name in self.goes)
        )


def members_and_member_of(view: View) -> Iterator[Found]:
    """One GPO fixes a group's members, another adds one to it: both may be applied, in no strict order (KB925443)."""
    added = view.once(_added)
    for group, fixed in view.once(_fixed):
        for change in added.get(group, ()):
            if (
                _both_linked(fixed, change.by)
                and change.by.policy.id != fixed.policy.id
                and change.against(fixed.claim)
            ):
                yield _found(
                    fixed,
                    change,
                    f"{quoted([fixed.policy.name])} fixes the members of {display(group.upper())} on {WHERE}, and "
                    f'{quoted([change.by.policy.name])} adds {_named(change.comes)} by "Member of": '
                    "both may be applied, and no document promises who stays a member",
                    "put all members of the group into one list, or use Member of in all GPOs",
                )


def restricted_and_preference(view: View) -> Iterator[Found]:
    """Restricted Groups and a preference item change one group: two extensions, whose order no document settles."""
    items = _items(view)
    for group, fixed in view.once(_fixed):
        for change in items.get(group, ()):
            if _meet(fixed, change.by) and change.against(fixed.claim):
                yield _both(fixed, change, group, "fixes the members of")
    for group, changes in view.once(_added).items():
        for added in changes:
            for change in items.get(group, ()):
                gone = {name.casefold() for name in change.goes}
                if _meet(added.by, change.by) and (
                    change.empties or any(name.casefold() in gone for name in added.comes)
                ):
                    yield _both(added.by, change, group, "adds members to")


def _both(first: Contestant, change: _Change, group: str, does: str) -> Found:
    what = "empties it" if change.empties else f"adds {_named(change.comes)}" if change.comes else ""
    if change.goes and not change.empties:
        what += f"{' and ' if what else ''}removes {_named(change.goes)}"
    return _found(
        first,
        change,
        f"Restricted Groups in {quoted([first.policy.name])} {does} {display(group.upper())} on {WHERE}, and the "
        f"preference Local Users and Groups in {quoted([change.by.policy.name])} {what}: no document says what is left",
        "manage the group's members with one of the two",
    )


def _named(names: Sequence[str]) -> str:
    return some_of([display(name) for name in names])


def _found(first: Contestant, change: _Change, message: str, help: str) -> Found:
    return Found(
        message,
        (
            claim_spot(first.claim, first.policy, "Restricted Groups"),
            claim_spot(change.by.claim, change.by.policy, "changes the same group"),
        ),
        first.claim.setting.text,
        first.claim.scope.value,
        confidence=together(first, change.by),
        help=help,
        subject=first.claim.setting.text,
    )


def _both_linked(a: Contestant, b: Contestant) -> bool:
    return bool(a.reach.som and b.reach.som)


def _meet(a: Contestant, b: Contestant) -> bool:
    """Whether two claims reach the target together: one GPO's do wherever it is linked."""
    return _both_linked(a, b) or a.policy.id == b.policy.id


def _fixed(view: View) -> list[tuple[str, Contestant]]:
    """The groups whose members some GPO fixes, by SID or name, with the strongest one that does."""
    found = []
    for (key, _), contestants in view.on(GROUP_LIST).items():
        if key.endswith(_MEMBERS):
            found += [(_group(key, _MEMBERS), one) for one in linked(contestants)[:1] or gpos(contestants)]
    return found


def _added(view: View) -> Mapping[str, Sequence[_Change]]:
    """Who is added by `__Memberof`, by the group that gains the member."""
    found: dict[str, list[_Change]] = {}
    for (key, _), contestants in view.on(GROUP_LIST).items():
        if key.endswith(_MEMBER_OF):
            for one in gpos(contestants):
                for group in members(one.claim.value):
                    member = one.claim.setting.text.partition("/")[2].rpartition("__")[0]
                    found.setdefault(group.casefold(), []).append(_Change(one, (member,)))
    return found


def _items(view: View) -> Mapping[str, Sequence[_Change]]:
    """What preference items do to groups: one change for each GPO and group."""
    changes: dict[tuple[str, str], _Change] = {}
    for contestants in view.on(GROUP_ITEM).values():
        for one in gpos(contestants):
            group = _preference_group(one.claim)
            known = changes.get((group, one.policy.id), _Change(one))
            changes[group, one.policy.id] = _with(known, one)
    found: dict[str, list[_Change]] = {}
    for (group, _), change in changes.items():
        found.setdefault(group, []).append(change)
    return found


def _with(known: _Change, one: Contestant) -> _Change:
    claim = one.claim
    if claim.type != "Member":
        empties = claim.absent or any(text.casefold() in _EMPTIES for text in members(claim.value))
        return _Change(known.by, known.comes, known.goes, known.empties or empties)
    who = principal(claim.setting.text.rpartition("/")[2])
    if claim.value == "REMOVE":
        return _Change(one, known.comes, (*known.goes, who), known.empties)
    return _Change(one, (*known.comes, who), known.goes, known.empties)


def _preference_group(claim: Claim) -> str:
    """The group of an item or of one of its members; built-in groups by their SID."""
    text = claim.setting.text[len(GROUP_ITEM) :]
    if claim.type == "Member":
        text = text.rpartition("/")[0]
    return principal(text.removesuffix(_BUILT_IN)).casefold()


def _group(key: str, end: str) -> str:
    return key[len(GROUP_LIST) :].removesuffix(end)
