"""The words in which changes are told to people, as text and as Markdown. They are not escaped yet."""

from __future__ import annotations

from collections.abc import Iterator

from policylint.diff import Difference, winner_of
from policylint.diff.policies import ContainerChange, PolicyChange
from policylint.effective import Outcome, Result, State
from policylint.locate import Locator
from policylint.reports.phrases import counted, decided, place

NO_EFFECT = "no effective change"
WHATS = {
    "added": "added",
    "removed": "removed",
    "renamed": "renamed",
    "settings": "says something else",
    "status": "other sides enabled",
    "links": "linked elsewhere",
    "filtering": "filtered otherwise",
    "assignments": "assigned otherwise",
}
EFFECTS = {True: "", False: f": {NO_EFFECT}", None: ": nothing of it is evaluated"}
CONTAINERS = {
    "blocks": "blocks inheritance",
    "inherits": "does not block inheritance",
    "blocking-untold": "nothing tells any more whether it blocks inheritance",
    "order": "another link order",
}
CERTAINTY = {State.DETERMINED: "", State.NOT_APPLICABLE: " (not applicable)"}
NAMED = 3
"""How many targets are named before the rest is counted."""


def answer(subject: Result | Outcome | None) -> str:
    """What the answer is, and how sure: `1`, `1 (conditional)`, `not configured`."""
    if subject is None:
        return "not configured"
    return decided(subject) + CERTAINTY.get(subject.state, f" ({subject.state})")


def source(subject: Result | Outcome | None, locator: Locator) -> tuple[str, str, str] | None:
    """Who decides it: the policy's name, its channel and the place; None where nobody does for sure."""
    first = None if subject is None else winner_of(subject)
    if first is None:
        return None
    spot = locator.locate(first.claim.evidence, excerpt=False)
    return first.policy.name, str(first.policy.channel), place(first.claim.evidence.path, spot)


def hangs_on(old: Result | Outcome | None, new: Result | Outcome | None) -> tuple[str, ...]:
    """The conditions of the new answer, where they are not those of the old one."""
    conditions = () if new is None else new.conditions
    return conditions if old is None or set(conditions) != set(old.conditions) else ()


def which(targets: tuple[str, ...]) -> tuple[str, ...]:
    """The targets that are named."""
    return targets[:NAMED]


def changed(change: PolicyChange) -> str:
    """What changes about a policy, and whether that does anything."""
    return ", ".join(WHATS[what] for what in change.what) + EFFECTS[change.effective]


def container(change: ContainerChange) -> str:
    """What changes about a container."""
    return ", ".join(CONTAINERS[what] for what in change.what)


def totals(found: Difference) -> str:
    """The whole difference in one line."""
    if found.empty:
        return f"nothing changes on {counted(found.compared, 'target')}"
    return ", ".join(_totals(found))


def _totals(found: Difference) -> Iterator[str]:
    settings = {(c.subject.setting.key, c.subject.scope) for group in found.changes for c in group.settings}
    outcomes = {c.subject.id for group in found.changes for c in group.outcomes}
    targets = sum(len(group.targets) for group in found.changes)
    if settings or outcomes:
        parts = [counted(len(settings), "setting")] * bool(settings) + [counted(len(outcomes), "outcome")] * bool(
            outcomes
        )
        verb = "changes" if len(settings) + len(outcomes) == 1 else "change"
        yield f"{' and '.join(parts)} {verb} on {targets} of {counted(found.compared, 'target')}"
    else:
        yield f"{NO_EFFECT} on {counted(found.compared, 'target')}"
    for names, word in ((found.added, "added"), (found.removed, "removed")):
        if names:
            yield f"{counted(len(names), 'target')} {word}"
    yield f"{counted(len(found.new), 'new finding')}, {len(found.fixed)} fixed"
