"""A second, deliberately naive resolver of Group Policy, written from [MS-GPOL] 3.2.5.1 alone, list by list.

It knows nothing of policylint: it makes the lists of GPOs that the specification describes and executes the
instructions of each GPO one after the other in a dictionary that stands for the registry.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

MODE = "UserPolicyMode"
MERGE, REPLACE = 1, 2

Instruction = tuple[str, str, int | None]
"""`("set", name, 1)`, `("soft", name, 1)`, `("delete", name, None)` or `("sweep", "", None)`, which is `**DelVals.`."""


@dataclass(frozen=True)
class Gpo:
    """A GPO: its instructions for each side, and what filters it."""

    name: str
    computer: Sequence[Instruction] = ()
    user: Sequence[Instruction] = ()
    disabled: frozenset[str] = frozenset()
    rows: bool = True
    """What its WMI filter gives."""
    apply: frozenset[str] = frozenset({"everyone"})
    deny: frozenset[str] = frozenset()
    read: frozenset[str] = frozenset({"everyone"})

    def side(self, side: str) -> Sequence[Instruction]:
        return self.computer if side == "computer" else self.user


@dataclass(frozen=True)
class NaiveLink:
    gpo: str
    enforced: bool = False
    enabled: bool = True


@dataclass(frozen=True)
class Container:
    """A site, domain or OU; the first link has link order 1, which is the strongest."""

    path: str
    links: Sequence[NaiveLink] = ()
    blocks: bool = False


@dataclass(frozen=True)
class Directory:
    gpos: Mapping[str, Gpo]
    containers: Mapping[str, Container]
    site: str
    groups: frozenset[str] = field(default_factory=frozenset)


def scopes_of(place: str, directory: Directory) -> Iterable[Container]:
    """3.2.5.1.3: the nearest OU first, then outwards to the domain, the site last."""
    while place:
        if place in directory.containers:
            yield directory.containers[place]
        place = place.rpartition("/")[0]
    yield directory.containers[directory.site]


def gpo_list(place: str, side: str, directory: Directory) -> list[Gpo]:
    """3.2.5.1.5 to 3.2.5.1.7: enforced links are appended, others prepended, so what stands last is applied last."""
    normal: list[str] = []
    enforced: list[str] = []
    blocked = False
    for container in scopes_of(place, directory):
        weakest_first = [link for link in reversed(container.links) if link.enabled]
        enforced += [link.gpo for link in weakest_first if link.enforced]
        if not blocked:
            normal = [link.gpo for link in weakest_first if not link.enforced] + normal
        blocked = blocked or container.blocks
    found = [directory.gpos[name] for name in normal + enforced]
    return [gpo for gpo in found if allowed(gpo, side, directory.groups | {"everyone"})]


def allowed(gpo: Gpo, side: str, token: frozenset[str]) -> bool:
    """3.2.5.1.6 and 3.2.5.1.7; the computer reads the user's GPOs (MS16-072), and is in the same groups here."""
    readable = side == "computer" or bool(gpo.read & token)
    return side not in gpo.disabled and gpo.rows and bool(gpo.apply & token) and not gpo.deny & token and readable


def registry_after(gpos: Iterable[Gpo], side: str) -> dict[str, int | None]:
    """[MS-GPREG] 3.2.5.1: every instruction in order. None: deleted."""
    values: dict[str, int | None] = {}
    for gpo in gpos:
        for verb, name, datum in gpo.side(side):
            if verb == "sweep":
                values = {key: data if key == MODE else None for key, data in values.items()}  # MODE has another key
            elif verb != "soft" or values.get(name) is None:
                values[name] = datum
    return values


def settled(device: str, user: str, directory: Directory) -> tuple[dict[str, int | None], dict[str, int | None]]:
    """The registry of the computer and of the user, loopback as the computer's own policy says (3.2.1.3)."""
    computer = registry_after(gpo_list(device, "computer", directory), "computer")
    mode = computer.get(MODE)
    own = gpo_list(user, "user", directory)
    others = gpo_list(device, "user", directory)
    users = {MERGE: own + others, REPLACE: others}.get(mode or 0, own)
    return computer, registry_after(users, "user")
