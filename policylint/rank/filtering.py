"""Who a GPO applies to: its DACL and its WMI filter (semantics 1.5).

Apply is asked of the principal that a side belongs to, Read of the computer on both sides: since MS16-072 the computer
fetches the user's GPOs too. Two combinations of denials have not been measured (G-DENY-CELLS).
"""

from __future__ import annotations

from collections.abc import Iterable

from policylint.estate import Estate
from policylint.facts import ALWAYS, NEVER, Is, When, every, negate, some
from policylint.model import Filtering, Policy, Scope
from policylint.rank.reach import Placement
from policylint.targets import EVERYONE, member

Gate = tuple[str, When]

_COMPUTERS, _USERS, _CONTROLLERS = "-515", "-513", "-516"
"""Domain Computers, Domain Users, Domain Controllers: how the SIDs end of what accounts are in by default."""
UNMEASURED = "G-DENY-CELLS"


def at_controllers(place: str | None) -> bool:
    """Whether a computer stands among the domain controllers."""
    return place is not None and place.casefold().split("/")[1:2] == ["domain controllers"]


def gates(policy: Policy, scope: Scope, at: Placement) -> list[Gate]:
    """What must hold for a GPO that is linked to apply on one side, each with its rule; nothing that always does."""
    asked = policy.filtering
    if asked is None:
        return _unsaid(policy, at)
    if asked.deny or asked.deny_read:
        return _open(policy, scope, at)
    key = scope, policy.wmi_filter, asked.apply, asked.read
    known = at.shared.gates
    if key not in known:
        known[key] = _open(policy, scope, at)
    return known[key]


def _unsaid(policy: Policy, at: Placement) -> list[Gate]:
    """The gates of a GPO whose security filter nobody tells: the same for every target."""
    known = at.estate.once(_by_name)
    if (policy.name, policy.wmi_filter) not in known:
        known[policy.name, policy.wmi_filter] = _open(policy, Scope.DEVICE, at)
    return known[policy.name, policy.wmi_filter]


def _by_name(_: Estate) -> dict[tuple[str, str | None], list[Gate]]:
    return {}


def _open(policy: Policy, scope: Scope, at: Placement) -> list[Gate]:
    """The gates that may be shut."""
    found = _wmi(policy, at.estate), *_filtered(policy, scope, at)
    return [(rule, gate) for rule, gate in found if gate is not ALWAYS]


def _wmi(policy: Policy, estate: Estate) -> Gate:
    """The WMI filter gives rows (G-WMI); one that fails denies the GPO alone, as measured (G-WMI-ERROR, D16)."""
    if not policy.wmi_filter:
        return "G-WMI", ALWAYS
    for entry in estate.topology.wmi_filter:
        if entry.name.casefold() == policy.wmi_filter.casefold() and entry.result is not None:
            return ("G-WMI-ERROR", NEVER) if entry.result == "error" else ("G-WMI", ALWAYS if entry.result else NEVER)
    return "G-WMI", Is(f'wmi-filter "{policy.wmi_filter}"')


def _filtered(policy: Policy, scope: Scope, at: Placement) -> list[Gate]:
    """Security filtering: Apply allowed and not denied, and Read by the computer (G-SECFILTER, G-MS16-072)."""
    filtering = policy.filtering
    if filtering is None:
        return [("G-SECFILTER", Is(f'security filtering of "{policy.name}"'))]
    applies = some(*(_holds(sid, scope, at) for sid in filtering.apply))
    found: list[Gate] = [("G-SECFILTER", every(applies, negate(_denied(filtering.deny, scope, at))))]
    read = "G-MS16-072" if scope is Scope.USER else "G-SECFILTER"
    if scope is Scope.USER and filtering.read:
        found.append((read, some(*(_holds(sid, Scope.DEVICE, at) for sid in filtering.read))))
    if filtering.deny_read:
        found.append((read, negate(_denied(filtering.deny_read, Scope.DEVICE, at))))
    return [*found, *_unmeasured(policy.name, filtering, scope, at)]


def _denied(sids: Iterable[str], scope: Scope, at: Placement) -> When:
    return some(*(_holds(sid, scope, at) for sid in sids))


def _unmeasured(name: str, filtering: Filtering, scope: Scope, at: Placement) -> list[Gate]:
    """Deny Apply that names the computer, for user settings; deny Read that names the user, for computer settings."""
    sids = filtering.deny if scope is Scope.USER else filtering.deny_read
    other, what = (Scope.DEVICE, "Apply") if scope is Scope.USER else (Scope.USER, "Read")
    if not sids:
        return []
    stray = some(*(every(_holds(sid, other, at), negate(_holds(sid, scope, at))) for sid in sids))
    return [(UNMEASURED, negate(every(stray, Is(f'{UNMEASURED} (deny {what} on "{name}" keeps it out)'))))]


def _holds(sid: str, scope: Scope, at: Placement) -> When:
    """Whether the SID is that of a group which the computer, or the user, is in: known, or a condition."""
    if sid.startswith("S-1-5-21-") and sid.endswith((_COMPUTERS, _USERS, _CONTROLLERS)):
        computers = _CONTROLLERS if at_controllers(at.target.device) else _COMPUTERS
        return ALWAYS if sid.endswith(computers if scope is Scope.DEVICE else _USERS) else NEVER
    if sid.casefold() in EVERYONE:
        return ALWAYS
    return member(sid, at.target, at.estate, scope)
