"""Local policy: the layers that lie below every GPO of the directory (G-MLGPO, G-LGPO-OFF; semantics 1.1).

A copy of `System32/GroupPolicy` is the computer's own policy, and one of `System32/GroupPolicyUsers/<SID>` is that of
administrators, of everybody else, or of one user. Nothing filters them, nor does blocked inheritance keep them out,
whatever one page says (D2).
"""

from __future__ import annotations

import re

from policylint.facts import ALWAYS, Is, When, negate
from policylint.model import Policy, Scope
from policylint.rank.reach import Excluded, Reach

LOCAL = "local policy"
"""What stands in the place of a container."""
SWITCH = r"hklm\software\policies\microsoft\windows\system!disablelgpoprocessing"
_FOLDER = re.compile(r"(?:.*/)?system32/grouppolicy(?:users/(?P<sid>s-1(?:-[0-9]+)+))?", re.IGNORECASE)
_ADMINISTRATOR: When = Is("user is an administrator")
_LAYERS: dict[str, tuple[int, When]] = {
    "": (-3, ALWAYS),
    "s-1-5-32-544": (-2, _ADMINISTRATOR),
    "s-1-5-32-545": (-2, negate(_ADMINISTRATOR)),
}
"""By the SID of the layer's folder: its depth below the site's, and who gets it."""


def layer_of(policy: Policy) -> tuple[int, When] | None:
    """The depth of a local policy and who gets it; None for a GPO of the directory."""
    if policy.id.startswith("{"):
        return None
    match = _FOLDER.fullmatch(policy.id.rstrip("/"))
    if match is None:
        return None
    sid = (match["sid"] or "").casefold()
    return _LAYERS.get(sid) or (-1, Is(f"user {sid.upper()}"))


def local_reach(policy: Policy, scope: Scope, layer: tuple[int, When]) -> Reach | Excluded:
    """How a local policy reaches its computer; layers of users have no computer side."""
    depth, who = layer
    if scope is Scope.DEVICE and depth > -3:
        return Excluded(policy, "G-MLGPO", "local policy of users has no computer settings", scope)
    return Reach(policy, ALWAYS, ("G-MLGPO",), (("G-MLGPO", who),), scope, LOCAL, depth, order=depth)


def is_local(reach: Reach) -> bool:
    """Whether it is local policy that reaches the target."""
    return reach.som == LOCAL
