"""Settings of the catalog that the catalog does not have (IN024): ids, and choices of another setting.

The catalog that policylint ships is of a date, and Microsoft adds to it every month: an id that it does not know can
be newer. Ids are renamed as little as CSP nodes are, so one that is spelled nearly like a known one is a slip.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from policylint.checks.found import Found, claim_spot, quoted
from policylint.estate import Estate
from policylint.model import Policy

_OURS = ("device_vendor_msft_", "user_vendor_msft_", "vendor_msft_")
_NAMED = 3
_ALIKE = 0.97
"""Ids share their beginnings, which are long: what is this much alike differs in a letter or two."""


def unknown_setting(estate: Estate) -> Iterator[Found]:
    """Definition ids that the catalog does not have, once a policy, and choices that are another definition's."""
    new = _new_ids(estate)
    for policy in estate.policies:
        if policy.kind == "settings-catalog":
            if new:
                yield from _unknown(estate, policy, new)
            yield from _foreign_choices(estate, policy)


def _new_ids(estate: Estate) -> Mapping[str, str]:
    """The ids as they are written that the catalog does not have, without case."""
    catalog = estate.definitions.catalog
    written = {c.origin for policy in estate.policies if policy.kind == "settings-catalog" for c in policy.written}
    folded = [(origin, origin.casefold()) for origin in written if catalog.lookup(origin) is None]
    return {origin: id_ for origin, id_ in folded if id_.startswith(_OURS)}


def _unknown(estate: Estate, policy: Policy, new: Mapping[str, str]) -> Iterator[Found]:
    claims = {new[claim.origin]: claim for claim in reversed(policy.written) if claim.origin in new}
    if not claims:
        return
    near = {id_: get_close_matches(id_, _stems(estate, id_), 1, _ALIKE) for id_ in sorted(claims)}
    told = [f"{claims[id_].origin}{f' (near: {meant[0]})' if meant else ''}" for id_, meant in near.items()]
    more = f" and {len(told) - _NAMED} more" if len(told) > _NAMED else ""
    yield Found(
        f"{quoted([policy.name])} has {len(told)} {'setting' if len(told) == 1 else 'settings'} that the settings "
        f"catalog of policylint does not know: {', '.join(told[:_NAMED])}{more}",
        tuple(claim_spot(claims[id_], policy, "no such definition is known") for id_ in list(near)[:_NAMED]),
        confidence="likely" if any(near.values()) else "possible",
        severity=None if any(near.values()) else "note",
    )


def _stems(estate: Estate, id_: str) -> list[str]:
    """The known ids that begin as an unknown one does, in its CSP area."""
    begin = id_[: max(id_.rfind("_", 0, len(id_) // 2 + 1), len("device_vendor_msft_"))]
    return [known for known in estate.definitions.catalog.rows if known.startswith(begin)]


def _foreign_choices(estate: Estate, policy: Policy) -> Iterator[Found]:
    for claim in policy.written:
        choice = claim.value
        if not isinstance(choice, str) or claim.type != "choice" or not choice.casefold().startswith(_OURS):
            continue  # a choice of its own definition is a number or a word
        if estate.definitions.catalog.lookup(claim.origin) is not None:
            yield Found(
                f"{quoted([policy.name])} chooses {choice} for {claim.origin}, which has no such choice: Intune "
                "refuses the policy",
                (claim_spot(claim, policy, "a choice of another setting"),),
                claim.setting.text,
                claim.scope.value,
            )
