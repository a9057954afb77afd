"""A second, deliberately naive resolver of Windows Hello, written from the semantics (chapters 3.2 and 3.3) alone.

It knows nothing of policylint. A source is a mapping from a setting to the values that its policies give; more than one
value is a conflict that nobody resolves (I-CONF-CONF). Every reading of the documentation is played through.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from itertools import product
from typing import TypeVar

T = TypeVar("T", int | None, str)

Plain = Mapping[str, Mapping[str, int]]
"""Source -> setting -> value."""
Told = Mapping[str, Mapping[str, tuple[int, ...]]]
"""The same, before one value is chosen in each conflict."""

HIERARCHY = ("user-gpo", "computer-gpo", "user-mdm", "device-mdm", "tenant")
GP = HIERARCHY[:2]
GROUP_E = ("Enabled", "UseCertificateForOnPremAuth")
GROUP_P = ("RequireSecurityDevice", "MinimumPINLength", "Digits")
CLOUD = "UseCloudTrustForOnPremAuth"
GROUP_X = ("EnablePinRecovery",)
SETTINGS = (*GROUP_E, CLOUD, *GROUP_P, *GROUP_X)


@dataclass(frozen=True)
class Answer:
    """The state, the value that is assumed and everything that is possible."""

    state: str
    value: int | str | None
    candidates: frozenset[int | str | None]


def reaching(sources: Told, join: str, mdm: bool, enrolled_after: bool) -> Told:
    """W-JOIN: no GPO on an Entra joined device; W-TENANT: the tenant's object counts for devices enrolled after it."""
    out = {*(GP if join == "entra" else ()), *(() if mdm else HIERARCHY[2:]), *(() if enrolled_after else ("tenant",))}
    return {source: told for source, told in sources.items() if source not in out}


def choices(sources: Told) -> Iterator[Plain]:
    """Every way to choose one value in each conflict."""
    cells = [(source, name, values) for source, told in sources.items() for name, values in told.items()]
    for chosen in product(*(values for *_, values in cells)):
        plain: dict[str, dict[str, int]] = {}
        for (source, name, _), value in zip(cells, chosen, strict=True):
            plain.setdefault(source, {})[name] = value
        yield plain


def first(sources: Plain, names: tuple[str, ...], among: tuple[str, ...] = HIERARCHY) -> str | None:
    """The strongest source that configures any of the settings (W-HIER)."""
    return next((s for s in among if any(name in sources.get(s, {}) for name in names)), None)


def configured(sources: Plain, source: str | None, name: str) -> int | None:
    """What the source says."""
    return sources.get(source or "", {}).get(name)


def elected(sources: Plain) -> tuple[str, ...]:
    """W-GRP-E: the sources of the channel that configures enablement; all while none does (W-CERT-WITHOUT-ENABLE)."""
    source = first(sources, ("Enabled",))
    return HIERARCHY if source is None else GP if source in GP else HIERARCHY[2:]


def mixed(sources: Plain) -> bool:
    """W-GRP-CLOUD: cloud trust from another channel than enablement, or enablement from user-scope MDM."""
    enables, cloud = first(sources, ("Enabled",)), first(sources, (CLOUD,))
    return enables is not None and cloud is not None and (cloud not in elected(sources) or enables == "user-mdm")


def row_of_table(e: int | None, c: int | None, k: int | None, join: str) -> set[str]:
    """Table 3.3; a missing enablement leaves "none" open (W-DEFAULT)."""
    if e == 0:
        return {"none"}
    model = "certificate" if c else "cloud-kerberos" if k and join != "ad" else "key"
    return {model} if e else {model, "none"}


def deciders(sources: Plain, name: str) -> set[str | None]:
    """The source that a setting is taken from, by each reading of its group."""
    if name == "UseCertificateForOnPremAuth":
        return {first(sources, (name,), elected(sources))}
    if name in GROUP_P:
        return {first(sources, GROUP_P)}
    literal = first(sources, (name,))
    return {literal, None} if name == CLOUD and mixed(sources) else {literal}


def values(sources: Plain, name: str) -> set[int | None]:
    """What one setting is, by each reading of its group."""
    return {configured(sources, source, name) for source in deciders(sources, name)}


def models(sources: Plain, join: str) -> set[str]:
    """The trust models by each reading of W-GRP-CLOUD."""
    enabled, certificate, cloud = (values(sources, name) for name in SETTINGS[:3])
    cells = product(enabled, certificate, cloud)
    return {model for e, c, k in cells for model in row_of_table(e, c, k, join)}


def without_intune(sources: Plain) -> Plain:
    """W-EITHER-OR as deployment guides read it: with any Hello setting in Group Policy, Intune is ignored whole."""
    group_policy = {source: said for source, said in sources.items() if source in GP and said}
    return group_policy or sources


def trust(sources: Told, join: str, mdm: bool, enrolled_after: bool) -> Answer:
    """`whfb/trust-model` where every fact is known."""
    worlds = list(choices(reaching(sources, join, mdm, enrolled_after)))
    assumed = [models(world, join) for world in worlds]
    guides = set[str]().union(*(models(without_intune(world), join) for world in worlds))
    manage = set[str]().union(*assumed)
    if join == "entra" and len(manage) > 1 and all("Enabled" not in s for w in worlds for s in w.values()):
        manage -= {"none"}  # on by default, conditional (W-DEFAULT)
        guides |= {"none"}
        if len(manage) == 1:
            return Answer("conditional", min(manage), frozenset(manage | guides))
    return _answer(manage, guides)


def setting(sources: Told, name: str, user: bool, join: str, mdm: bool, enrolled_after: bool) -> Answer:
    """One setting on the user's or the device's side where every fact is known."""
    manage, others = set[int | None](), set[int | None]()
    for world in choices(reaching(sources, join, mdm, enrolled_after)):
        side = {source: said for source, said in world.items() if source.startswith("user") == user}
        guided = without_intune(world)
        manage |= {configured(side, source, name) for source in deciders(world, name)}
        others |= {configured(side, source, name) for source in deciders(guided, name)}
        if name in GROUP_P:  # what elects the source is silent: member by member is the other reading
            others.add(configured(side, first(world, (name,)), name))
    return _answer(manage, others)


def _answer(manage: Set[T], others: Set[T]) -> Answer:
    if len(manage) > 1:
        return Answer("undetermined", None, frozenset(manage | others))
    (value,) = manage
    return Answer("conditional" if others - manage else "determined", value, frozenset(manage | others))
