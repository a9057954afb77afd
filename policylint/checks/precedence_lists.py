"""Lists, deletions and policies of several values, where several GPOs write them (PR015 to PR019)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from policylint.catalogue.admx import AdmxStore
from policylint.catalogue.admx_policy import AdmxPolicy, ListBox, Slot, fold_key, slots
from policylint.catalogue.raising import owners_of
from policylint.checks.clashes import Clash
from policylint.checks.contested import registry_path
from policylint.checks.found import WHERE, Found, View, claim_spot, quoted
from policylint.checks.pairs import Pair, by_pair, counted, pair_found, short
from policylint.contest import strongest_first
from policylint.estate import Estate
from policylint.model import Claim, Policy, registry
from policylint.rank import Contestant


def colliding_lists(view: View) -> Iterator[Found]:
    """Entries of two lists that are numbered alike, so that one GPO's take the place of another's (PR016, G-POL-LIST).

    The stronger GPO does not delete the list first, so what else the weaker one lists stays: a mixture nobody wants.
    """
    found = [
        clash for clash in view.once(_registry) if _is_valued(clash) and is_of_list(clash, view) and not _sweeps(clash)
    ]
    yield from by_pair(
        [clash for clash in found if _box(clash, view.estate.store)], lambda pair: _collision(pair, view)
    )


def wiped_lists(view: View) -> Iterator[Found]:
    """Lists that a stronger GPO's list replaces (PR017, `**DelVals.` before the entries)."""
    found = [clash for clash in view.once(_registry) if _is_hard(clash) and is_replaced(clash, view)]
    yield from by_pair([clash for clash in found if _is_lost(clash, view)], lambda pair: _wiped(pair, view))


def deleted_values(view: View) -> Iterator[Found]:
    """Values of a weaker GPO that a stronger one deletes (PR018)."""
    found = [c for c in view.once(_registry) if _is_hard(c) and c.winner.claim.absent and not is_replaced(c, view)]
    yield from by_pair(found, _deleted)


def soft_values(view: View) -> Iterator[Found]:
    """Values that are written only where nothing is, beside a GPO that writes something (PR019, `**soft.`)."""
    found = [clash for clash in view.once(_registry) if clash.winner.claim.soft or clash.loser.claim.soft]
    yield from by_pair(found, _soft)


def split_policies(view: View) -> Iterator[Found]:
    """Policies of the editor that two GPOs each win a part of (PR015, G-POL-MULTI)."""
    seen: set[object] = set()
    for clash in view.once(_registry):
        for policy in _owners(clash.winner.claim, view.estate.store) if _is_valued(clash) else ():
            key = policy.id.key, clash.winner.policy.id, clash.loser.policy.id, clash.winner.claim.scope
            if key not in seen:
                seen.add(key)
                yield from _split(clash, policy, view)


def _registry(view: View) -> list[Clash]:
    """The clashes of registry values."""
    return [clash for clash in view.clashes if clash.key.startswith(("hklm\\", "hkcu\\"))]


def is_of_list(clash: Clash, view: View) -> bool:
    """Whether the setting is an entry of a list as a whole: numbered by the editor, or replaced with its list."""
    return is_replaced(clash, view) or _box(clash, view.estate.store) is not None


def is_replaced(clash: Clash, view: View) -> bool:
    """Whether the stronger GPO deletes all values of the key and writes its own."""
    return _sweeps(clash) and bool(_entries(clash.winner, clash.key, view.estate))


def _is_hard(clash: Clash) -> bool:
    return clash.is_placed and not clash.winner.claim.soft and not clash.loser.claim.soft


def _is_valued(clash: Clash) -> bool:
    return _is_hard(clash) and not clash.winner.claim.absent and not clash.loser.claim.absent


def _sweeps(clash: Clash) -> bool:
    """Whether the stronger GPO deletes all values of the setting's key."""
    path, scope = registry_path(clash.key), clash.winner.claim.scope
    return any(s.key == path and s.scope is scope and not s.tree for s in clash.winner.policy.sweeps)


def _whole(policy: Policy, estate: Estate) -> Policy:
    """The policy with all its claims: the view has only those on contested settings."""
    return next((p for p in estate.policies if p.id == policy.id and p.evidence == policy.evidence), policy)


def _entries(contestant: Contestant, key: str, estate: Estate) -> list[Claim]:
    """What the contestant's GPO writes into the key of a setting."""
    path, scope = registry_path(key), contestant.claim.scope
    claims = _whole(contestant.policy, estate).claims
    return [c for c in claims if c.scope is scope and not c.absent and registry_path(c.setting.key) == path]


def _box(clash: Clash, store: AdmxStore) -> Slot | None:
    """The list box that owns the setting and numbers its entries, where nobody else owns it."""
    owners = owners_of(store, clash.winner.claim.setting)
    numbered = [o for o in owners if isinstance(o.element, ListBox) and o.value_name is None and _numbers(o.element)]
    return numbered[0] if numbered and len(numbered) == len(owners) else None


def _numbers(box: ListBox) -> bool:
    return box.prefix is not None and not box.explicit


def _collision(pair: Pair, view: View) -> Found:
    winner, loser = pair[0].winner, pair[0].loser
    box = _box(pair[0], view.estate.store)
    name = quoted([box.policy.display_name]) if box else short(winner.claim.setting.text)
    message = (
        f"the lists of {quoted([winner.policy.name])} and {quoted([loser.policy.name])} for {name} collide on {WHERE}: "
        f"both write {counted(pair)}, and only the first one's count"
    )
    if pair[0].order.fact is not None:
        message = message.replace("only the first one's count", "only one of them counts")
    return pair_found(pair, message)


def _is_lost(clash: Clash, view: View) -> bool:
    """Whether the weaker GPO's entry is not in the stronger one's list either, under another number."""
    if _box(clash, view.estate.store) is None:
        return True
    return clash.loser.claim.value not in [c.value for c in _entries(clash.winner, clash.key, view.estate)]


def _wiped(pair: Pair, view: View) -> Found:
    winner, loser = pair[0].winner, pair[0].loser
    keys = list(dict.fromkeys(registry_path(clash.key) for clash in pair))
    lost = len({clash.key for clash in pair if registry_path(clash.key) == keys[0]})
    entries = len(_entries(loser, pair[0].key, view.estate))
    more = f", and {len(keys) - 1} more list{'s' if len(keys) > 2 else ''}" if len(keys) > 1 else ""
    what = "its only entry is lost" if entries == 1 else f"{lost} of its {entries} entries are lost"
    verb = "replaces" if pair[0].order.fact is None else "may replace"
    message = (
        f"the list of {quoted([winner.policy.name])} for {_list_name(pair[0], view.estate.store)} {verb} "
        f"that of {quoted([loser.policy.name])} on {WHERE}: {what}{more}"
    )
    return pair_found(pair, message, "is deleted or overwritten", "replaces the list")


def _list_name(clash: Clash, store: AdmxStore) -> str:
    """What the list is called in the editor, else its key."""
    boxes = [o for o in owners_of(store, clash.winner.claim.setting) if isinstance(o.element, ListBox)]
    path = clash.winner.claim.setting.text.rpartition("!")[0]
    return quoted([boxes[0].policy.display_name]) if boxes else path.rpartition("\\")[2]


def _deleted(pair: Pair) -> Found:
    winner, loser = (quoted([c.policy.name]) for c in (pair[0].winner, pair[0].loser))
    if pair[0].order.fact is not None:
        text = f"{winner} deletes {counted(pair)}, which {loser} writes, and which of them wins on {WHERE} is not told"
    else:
        text = f"{winner} deletes {counted(pair)} on {WHERE}, which {loser} writes"
    found = pair_found(pair, text, "has no effect", "deletes it")
    swept = any(clash.winner.claim.type.startswith("**") for clash in pair)
    return found if swept else _as_note(found)


def _as_note(found: Found) -> Found:
    """Deleting one value is what a disabled policy does: somebody meant it."""
    return replace(found, severity="note")


def _soft(pair: Pair) -> Found:
    clash = pair[0]
    soft, hard = (clash.winner, clash.loser) if clash.winner.claim.soft else (clash.loser, clash.winner)
    message = (
        f"{quoted([soft.policy.name])} writes {counted(pair)} only where nothing is, "
        f"and {quoted([hard.policy.name])} {'deletes' if hard.claim.absent else 'writes'} "
        f"{'it' if len({clash.key for clash in pair}) == 1 else 'them'} too on {WHERE}"
    )
    return pair_found(pair, message)


def _owners(claim: Claim, store: AdmxStore) -> tuple[AdmxPolicy, ...]:
    """The policies that write the setting, where it is no entry of a list: the best known one."""
    owners = owners_of(store, claim.setting)
    return () if any(slot.value_name is None for slot in owners) else tuple(slot.policy for slot in owners[:1])


def _split(clash: Clash, policy: AdmxPolicy, view: View) -> Iterator[Found]:
    """The finding, where the weaker GPO comes through with another value of the policy that the stronger leaves out."""
    store, scope = view.estate.store, clash.winner.claim.scope
    places = {fold_key(s.key) + "!" + s.value_name.casefold() for s in slots(policy) if s.value_name is not None}
    mine, other = (_written(c, places, view.estate) for c in (clash.winner, clash.loser))
    for at in sorted(other.keys() - mine.keys()):
        claim = other[at]
        owners = {owner.id.key for owner in _owners(claim, store)}
        if policy.id.key in owners and _comes_through(clash, claim, view):
            names = [quoted([c.policy.name]) for c in (clash.winner, clash.loser)]
            message = (
                f"{names[0]} and {names[1]} each decide a part of {quoted([policy.display_name])} on {WHERE}: "
                f"{short(clash.winner.claim.setting.text)} comes from the former, {short(claim.setting.text)} "
                f"from the latter"
            )
            yield Found(
                message,
                (
                    claim_spot(claim, clash.loser.policy, "comes through"),
                    claim_spot(clash.winner.claim, clash.winner.policy, "wins"),
                ),
                clash.winner.claim.setting.text,
                scope.value,
                confidence=clash.confidence,
                subject=claim.setting.text,
                apart=message,
            )
            return


def _written(contestant: Contestant, places: set[str], estate: Estate) -> dict[str, Claim]:
    """What the contestant's GPO writes or deletes of these places, by folded key and value name."""
    scope, found = contestant.claim.scope, dict[str, Claim]()
    for claim in _whole(contestant.policy, estate).claims:
        at = claim.setting.key.partition("\\")[2]
        if claim.scope is scope and at in places:
            found[at] = claim
    return found


def _comes_through(clash: Clash, claim: Claim, view: View) -> bool:
    """Whether the weaker GPO's claim is what counts: nobody else makes one, or it is the strongest."""
    path, _, name = claim.setting.key.partition("\\")[2].rpartition("!")
    if claim.absent or registry(claim.scope, path, name) != claim.setting:
        return False
    if any(s.key == path or (s.tree and path.startswith(f"{s.key}\\")) for s in clash.winner.policy.sweeps):
        return False
    contestants = view.precedence.contests.get((claim.setting.key, claim.scope), ())
    return not contestants or strongest_first(contestants)[0].policy.id == clash.loser.policy.id
