"""Where GPOs are linked: links that do nothing, or more than people expect (PR004, PR005, PR007, PR008, GP002)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import permutations

from policylint.checks.found import Found, Spot, listed, quoted
from policylint.estate import Estate
from policylint.findings import Confidence
from policylint.model import Channel, Link, Policy
from policylint.targets import is_derived, targets
from policylint.topology import Som

NAMED = 3
FEW = 5
"""So many GPOs without a link get a finding each: more of them are a collection of backups, or years of neglect."""


def links_of(policy: Policy, estate: Estate) -> tuple[Link, ...]:
    """The links of a GPO: as the topology tells them, and those that its export shows of other containers."""
    topology = estate.topology
    if not topology.linked:
        return policy.links or ()
    names = dict.fromkeys((policy.id.casefold(), policy.id.strip("{}").casefold(), policy.name.casefold()))
    told = {(linked.key, linked.number): linked for name in names for linked in topology.links_of.get(name, ())}
    found = [
        Link(one.som.path.rstrip("/"), one.entry.enabled, one.entry.enforced, policy.evidence) for one in told.values()
    ]
    return (*found, *(link for link in policy.links or () if link.som.rstrip("/").casefold() not in topology.linked))


def _linked(estate: Estate) -> tuple[tuple[Policy, tuple[Link, ...]], ...]:
    """The GPOs, with their links."""
    return estate.once(_links)


def _links(estate: Estate) -> tuple[tuple[Policy, tuple[Link, ...]], ...]:
    return tuple((policy, links_of(policy, estate)) for policy in estate.policies if policy.channel is Channel.GPO)


def enforced_on_site(estate: Estate) -> Iterator[Found]:
    """Enforced links of sites: they beat every other link there is (PR005, G-ENFORCED-INVERT)."""
    for policy, links in _linked(estate):
        for link in links:
            if link.enabled and link.enforced and _is_site(link.som):
                message = (
                    f"{quoted([policy.name])} is enforced on the site {link.som[5:]}, where it beats every GPO of the "
                    "domain and its OUs, whatever is enforced or blocked there"
                )
                yield Found(message, (Spot(link.evidence, policy, "enforced on a site"),))


def disabled_and_enforced(estate: Estate) -> Iterator[Found]:
    """Disabled links that are enforced: disabled wins (PR008, G-LINK-DISABLED)."""
    for policy, links in _linked(estate):
        off = [link for link in links if link.enforced and not link.enabled]
        if off:
            where = listed(link.som for link in off[:NAMED]) + (f" and {len(off) - NAMED} more" if off[NAMED:] else "")
            message = f"the link of {quoted([policy.name])} to {where} is disabled and enforced: it applies nothing"
            yield Found(message, (Spot(off[0].evidence, policy, "disabled"),))


def twice_on_a_path(estate: Estate) -> Iterator[Found]:
    """GPOs that are linked to a container and to one above it, so that they are applied twice (PR007)."""
    for policy, links in _linked(estate):
        live = [link for link in links if link.enabled and not _is_site(link.som)]
        pairs = [(a, b) for a, b in permutations(live, 2) if _comes_down(a, b, estate)]
        if pairs:
            above, below = pairs[0]
            others = len({below.som for _, below in pairs}) - 1
            more = f" (and {others} more container{'s' if others > 1 else ''})" if others else ""
            both = f"both {above.som} and {below.som}{more}" if above.som != below.som else f"{above.som} twice"
            text = f"{quoted([policy.name])} is linked to {both}: it is applied twice, and the stronger link counts"
            told = _is_told(above.som.rstrip("/"), below.som.rstrip("/"), estate)
            sure: Confidence = "certain" if above.enforced or told else "likely"
            yield Found(text, (Spot(below.evidence, policy, "linked again"),), confidence=sure)


def _comes_down(above: Link, below: Link, estate: Estate) -> bool:
    """Whether what the first link applies reaches the container of the second, which may be the same."""
    upper, lower = (link.som.rstrip("/").casefold() for link in (above, below))
    if lower == upper:
        return True
    if not lower.startswith(f"{upper}/"):
        return False
    return above.enforced or not any(som.blocks_inheritance is not False for som in _between(upper, lower, estate))


def _is_told(upper: str, lower: str, estate: Estate) -> bool:
    """Whether it is known of every container between the two that it does not block inheritance."""
    steps = lower.count("/") - upper.count("/")
    return upper.casefold() == lower.casefold() or len(_between(upper.casefold(), lower.casefold(), estate)) == steps


def _between(upper: str, lower: str, estate: Estate) -> list[Som]:
    """The described containers below the first, down to the second."""
    parts = lower[len(upper) + 1 :].split("/")
    paths = ("/".join((upper, *parts[: n + 1])) for n in range(len(parts)))
    return [som for path in paths if (som := estate.topology.som_at(path)) is not None]


def blocked(estate: Estate) -> Iterator[Found]:
    """Containers that block inheritance, with the GPOs that are therefore not applied there (PR004, G-BLOCK).

    GPOs whose every link is cut off from all targets that somebody wrote down apply nowhere: that is worth a warning.
    """
    linked = _linked(estate)
    nowhere = [] if is_derived(estate) else [(p, links) for p, links in linked if _is_cut_off(links, estate)]
    for policy, links in nowhere:
        where = listed(sorted({link.som for link in links if link.enabled}))
        text = f"{quoted([policy.name])} is linked to {where} and reaches no target: blocked inheritance keeps it out"
        yield Found(text, (Spot(policy.evidence, policy, "reaches no target"),))
    told = {id(policy) for policy, _ in nowhere}
    for som in (som for som in estate.topology.som if som.blocks_inheritance):
        kept_out = [p for p, links in linked if id(p) not in told and _is_kept_out(links, som)]
        if kept_out:
            yield _blocked(som, kept_out)


def _blocked(som: Som, kept_out: list[Policy]) -> Found:
    are = "is" if len(kept_out) == 1 else "are"
    message = f"{som.path} blocks inheritance, so {some_of(kept_out)} from above {are} not applied there"
    return Found(message, tuple(Spot(p.evidence, p, "not applied there") for p in kept_out[:NAMED]), severity="note")


def some_of(policies: Sequence[Policy]) -> str:
    """The first three of some GPOs by name, and how many more there are."""
    more = len(policies) - NAMED
    if more <= 0:
        return quoted(policy.name for policy in policies)
    named = ", ".join(quoted([policy.name]) for policy in policies[:NAMED])
    return f"{named} and {more} more GPO{'s' if more > 1 else ''}"


def _is_kept_out(links: Sequence[Link], som: Som) -> bool:
    """Whether a container blocks the links of a GPO: all of them stand above it, and none is enforced."""
    live = [link for link in links if link.enabled]
    own = som.path.rstrip("/").casefold()
    above = [link for link in live if own.startswith(f"{link.som.rstrip('/').casefold()}/")]
    here = any(link.som.rstrip("/").casefold() == own or _is_site(link.som) for link in live)
    return bool(above) and not here and not any(link.enforced for link in above)


def _is_cut_off(links: Sequence[Link], estate: Estate) -> bool:
    """Whether blocked inheritance keeps a GPO away from every target that it would reach."""
    live = [link for link in links if link.enabled]
    if any(_is_site(link.som) for link in live):
        return False
    places = {place.rstrip("/") for target in targets(estate) for place in (target.device, target.user) if place}
    ways = [(link, place) for place in places for link in live if _is_on(link, place)]
    return bool(ways) and all(_is_cut(link, place, estate) for link, place in ways)


def _is_on(link: Link, place: str) -> bool:
    return f"{place.casefold()}/".startswith(f"{link.som.rstrip('/').casefold()}/")


def _is_cut(link: Link, place: str, estate: Estate) -> bool:
    """Whether a container between the link and the place blocks what is not enforced."""
    upper, lower = link.som.rstrip("/").casefold(), place.casefold()
    return not link.enforced and upper != lower and any(s.blocks_inheritance for s in _between(upper, lower, estate))


def linked_nowhere(estate: Estate) -> Iterator[Found]:
    """GPOs without a link that is enabled, where links are told (GP002); many of them are one finding.

    A GPO whose export shows no links may be linked to a container that nobody describes: of it nothing is said.
    """
    told = [(policy, links) for policy, links in _linked(estate) if policy.links is not None and estate.linked]
    without = [(policy, links) for policy, links in told if not any(link.enabled for link in links)]
    if len(without) > FEW:
        policies = [policy for policy, _ in without]
        text = (
            f"{len(policies)} of {len(told)} GPOs have no link that is enabled and apply nothing: {some_of(policies)}"
        )
        yield Found(text, tuple(Spot(p.evidence, p, "not linked") for p in policies[:NAMED]))
        return
    for policy, links in without:
        name = quoted([policy.name])
        state = f"{name}: its only link is disabled" if links else f"{name} is linked nowhere"
        text = f"{name}: all its links are disabled" if len(links) > 1 else state
        yield Found(f"{text}, so it applies nothing", (Spot(policy.evidence, policy, "not linked"),))


def _is_site(som: str) -> bool:
    return som.casefold().startswith("site:")
