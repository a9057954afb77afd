"""What a computer and its user really had, as `gpresult /x` saw it: the applied GPOs, and who decided each setting.

Observations are evidence to compare with: no policy, and no claim. A report lists winners only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from policylint.evidence import Evidence
from policylint.model import Channel, Policy, Scope, SettingId, Value
from policylint.topology import Target


@dataclass(frozen=True, slots=True)
class ObservedGpo:
    """A GPO at one of its links, as the report lists it."""

    id: str
    """`{GUID}` in upper case; `LOCALGPO` for the local one."""
    name: str
    domain: str
    som: str
    """The container of the link, as `policylint.model.Link` names it; '' where the report tells none."""
    link_order: int | None
    """As listed: it counts over all containers, and upwards with the applied order."""
    applied_order: int
    """The higher, the later applied, and the stronger; 0 for the local GPO and for what was not applied."""
    enforced: bool
    refused: str = ""
    """Why it was not applied, in the report's terms."""

    @property
    def applied(self) -> bool:
        """Whether it was applied from the directory."""
        return self.applied_order > 0 and not self.refused

    def same(self, policy: Policy) -> bool:
        """Whether a policy of the estate is this GPO. The default GPOs have the same id in every domain."""
        domains = {domain.casefold() for domain in (self.domain, policy.domain) if domain}
        return policy.channel is Channel.GPO and policy.id.casefold() == self.id.casefold() and len(domains) < 2


@dataclass(frozen=True, slots=True)
class ObservedSetting:
    """A value that was in force, and the GPO that decided it."""

    setting: SettingId | None
    """None for an administrative template, which the report knows by name and category only."""
    name: str
    category: str
    value: Value
    gpo: ObservedGpo
    precedence: int | None
    """1 for the winner; None where the report tells none."""
    evidence: Evidence


@dataclass(frozen=True)
class ObservedSide:
    """The computer's or the user's half of a report: its GPOs in applied order, and its settings in the report's."""

    gpos: tuple[ObservedGpo, ...] = ()
    settings: tuple[ObservedSetting, ...] = ()

    @cached_property
    def winners(self) -> Mapping[str | tuple[str, str], ObservedSetting]:
        """Who decided, by setting key, or by name and category of an administrative template."""
        return {
            (s.name, s.category) if s.setting is None else s.setting.key: s
            for s in reversed(self.settings)
            if s.precedence in (1, None)
        }


@dataclass(frozen=True, slots=True)
class Observation:
    """One report. `target` is the name of the target that the same report makes."""

    target: str
    computer: ObservedSide
    user: ObservedSide
    evidence: Evidence

    @property
    def settings(self) -> int:
        """How many settings it tells the decider of."""
        return len(self.computer.winners) + len(self.user.winners)

    def side(self, scope: Scope) -> ObservedSide:
        """The half of the report that a scope belongs to."""
        return self.computer if scope is Scope.DEVICE else self.user

    def decided(self, setting: SettingId, scope: Scope, name: str | None, category: str) -> ObservedSetting | None:
        """Who decided a setting, given with its display name and category; None where the report does not tell."""
        winners = self.side(scope).winners
        return winners.get(setting.key) or winners.get((name or "", category))

    def applied_order(self, policy: Policy, scope: Scope, som: str) -> int | None:
        """When a GPO was applied from its link to a container, or from its only link where that container is ''."""
        links = [gpo for gpo in self.side(scope).gpos if gpo.applied and gpo.same(policy)]
        if som:
            links = [gpo for gpo in links if gpo.som.rstrip("/").casefold() == som.rstrip("/").casefold()]
        return links[0].applied_order if len(links) == 1 else None


def observation_of(target: Target, observations: Iterable[Observation]) -> Observation | None:
    """The observation of a target that a report told; None for any other target."""
    return next((seen for seen in observations if target.observed and seen.target == target.name), None)
