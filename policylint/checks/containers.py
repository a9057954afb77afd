"""Where GPOs are linked, and what the containers there hold: computers, users, domain controllers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from policylint.estate import Estate
from policylint.model import Policy
from policylint.targets import is_derived
from policylint.topology import Linked

CONTROLLERS = "domain controllers"
"""The OU that every domain has for them."""
_COMPUTERS = frozenset((CONTROLLERS, "computers", "workstations", "servers", "member servers", "laptops", "desktops"))
_USERS = frozenset(("users", "people", "employees"))


def links(policy: Policy, estate: Estate) -> tuple[str, ...] | None:
    """The containers that a GPO's enabled links name; None where nobody tells its links.

    As the topology tells a container's links, else as the export shows them (see `policylint.rank.gpo`).
    """
    topology = estate.topology
    told: list[Linked] = []
    if links_of := topology.links_of:
        names = {policy.name.casefold(), policy.id.casefold(), policy.id.strip("{}").casefold()}
        told = [linked for name in sorted(names) for linked in links_of.get(name, ())]
    if policy.links is None and not told:
        return None
    found = [linked.som.path.rstrip("/") for linked in told if linked.entry.enabled]
    for link in policy.links or ():
        path = link.som.rstrip("/")
        if link.enabled and path.casefold() not in topology.linked:
            found.append(path)
    return tuple(dict.fromkeys(found))


def is_site(path: str) -> bool:
    """Whether a container is a site."""
    return path.casefold().startswith("site:")


def is_domain(path: str) -> bool:
    """Whether a container is a domain, and no OU of one."""
    return not is_site(path) and "/" not in path


def holds_controllers(path: str) -> bool:
    """Whether a container is the OU of a domain's controllers, or one below it."""
    parts = path.casefold().split("/")
    return len(parts) > 1 and parts[1] == CONTROLLERS


@dataclass(frozen=True, slots=True)
class Contents:
    """What is known about the contents of containers: by the targets that somebody wrote down, else by their names."""

    devices: frozenset[str]
    users: frozenset[str]
    told: bool
    """Whether targets tell where both stand: a list of devices says nothing of users."""

    def computers_only(self, path: str) -> bool:
        """Whether a container holds computers and, as far as anybody tells, no users."""
        key = path.casefold()
        if holds_controllers(path):
            return key not in self.users
        if self.told:
            return key in self.devices and key not in self.users
        return _is_called(path, _COMPUTERS)

    def users_only(self, path: str) -> bool:
        """Whether a container holds users and, as far as anybody tells, no computers."""
        key = path.casefold()
        if self.told:
            return key in self.users and key not in self.devices
        return _is_called(path, _USERS)


def _is_called(path: str, names: frozenset[str]) -> bool:
    return "/" in path and path.casefold().rpartition("/")[2] in names


def contents(estate: Estate) -> Contents:
    """What the estate tells about the contents of its containers."""
    written = [] if is_derived(estate) else estate.topology.target
    devices = _above({target.device for target in written if target.device})
    users = _above({target.user for target in written if target.user})
    return Contents(devices, users, bool(devices and users))


def _above(places: Iterable[str]) -> frozenset[str]:
    """The places with every container above them, without case."""
    found = set[str]()
    for place in places:
        parts: Sequence[str] = place.casefold().rstrip("/").split("/")
        found |= {"/".join(parts[:number]) for number in range(1, len(parts) + 1)}
    return frozenset(found)
