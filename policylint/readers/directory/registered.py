"""What the directory registers for a GPO decides which files of a SYSVOL copy apply (rule G-CSE-GUID)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from policylint.evidence import Evidence
from policylint.model import Channel, Claim, Policy, Problem, Scope, Sweep
from policylint.readers.directory.known import DirectoryGpo
from policylint.readers.gpo.cse import NAMES, in_sequence
from policylint.readers.gpo.extension_lists import unsorted
from policylint.readers.gpo.files import classify
from policylint.readers.gpo.tree import SIDES

Registered = Mapping[Scope, tuple[str, ...] | None]


def applied(policies: Iterable[Policy], gpos: Iterable[DirectoryGpo]) -> tuple[list[Policy], list[Problem]]:
    """The policies without the settings that stand in files whose extension the directory does not register (RD006).

    A list out of order is a GP008, whatever was read of its GPO.

    Only copies of SYSVOL are looked at, where a file's path tells the GPO's id; a backup brings its own lists.
    """
    gpos = [gpo for gpo in gpos if gpo.registered is not None]
    lists = {gpo.id: gpo.registered for gpo in gpos if gpo.registered is not None}
    kept: list[Policy] = []
    problems = [fault for gpo in gpos for fault in unsorted(gpo.registered or {}, gpo.evidence, gpo.id)]
    for policy in policies:
        told = lists.get(policy.id) if policy.channel is Channel.GPO else None
        if told is None:
            kept.append(policy)
            continue
        idle = _idle(policy, told)
        problems += idle.values()
        kept.append(
            replace(
                policy,
                claims=tuple(claim for claim in policy.claims if claim.evidence.path not in idle),
                sweeps=tuple(sweep for sweep in policy.sweeps if sweep.evidence.path not in idle),
            )
            if idle
            else policy
        )
    return kept, problems


def _idle(policy: Policy, registered: Registered) -> dict[str, Problem]:
    """The files of the policy that do not apply, each with the problem that says so."""
    found: dict[str, Problem] = {}
    settings: tuple[Claim | Sweep, ...] = (*policy.claims, *policy.sweeps)
    for path in dict.fromkeys(setting.evidence.path for setting in settings):
        _, inside, below = path.upper().partition(f"{policy.id}/")
        kind, scope = classify(path[-len(below) :]) if inside and below else (None, None)
        if kind is None or kind.cse is None or scope is None:
            continue
        extensions = registered.get(scope)
        if extensions is not None and kind.cse not in in_sequence(extensions):
            count = sum(claim.evidence.path == path for claim in policy.claims)
            message = (
                f"{count} {'setting does' if count == 1 else 'settings do'} not apply: the directory does not register "
                f"the client-side extension '{NAMES.get(kind.cse, kind.name)}' {kind.cse} for the GPO's "
                f"{SIDES[scope]} side"
            )
            found[path] = Problem("RD006", message, Evidence(path), policy.id)
    return found
