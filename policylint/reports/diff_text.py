"""What changes, for people: group by group of targets, then findings, then policies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policylint.diff import Difference, OutcomeChange, SettingChange, TargetChanges
from policylint.escape import terminal
from policylint.findings import Finding
from policylint.reports import Compared
from policylint.reports.diff_phrases import answer, changed, container, hangs_on, source, totals, which
from policylint.reports.drawing import Paint, painter
from policylint.reports.order import ordered
from policylint.reports.phrases import counted, place

_MARKS = {"appeared": ("+", "good"), "gone": ("-", "error")}


def difference(found: Difference, old: Compared, new: Compared, color: bool = False) -> str:
    """The report."""
    paint = painter(color)
    blocks = [list(_group(group, old, new, paint)) for group in found.changes]
    for names, word in ((found.added, "added"), (found.removed, "removed")):
        if names:
            more = f" and {len(names) - len(which(names))} more" if len(names) > len(which(names)) else ""
            blocks.append([f"{counted(len(names), 'target')} {word}: {terminal(', '.join(which(names)))}{more}"])
    blocks += [list(_findings("new", found.new, new, paint)), list(_findings("fixed", found.fixed, old, paint))]
    blocks.append(list(_policies(found, paint)))
    blocks.append([paint(totals(found), "strong")])
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _group(group: TargetChanges, old: Compared, new: Compared, paint: Paint) -> Iterator[str]:
    named = which(group.targets)
    more = f" and {len(group.targets) - len(named)} more" if len(group.targets) > len(named) else ""
    yield paint(f"{terminal(', '.join(named))}{more}", "strong")
    for outcome in group.outcomes:
        yield from _change(outcome, outcome.subject.id, old, new, paint)
    for setting in group.settings:
        name = f"  {terminal(setting.subject.name)}" if setting.subject.name else ""
        yield from _change(setting, f"{setting.subject.setting.text}{name}", old, new, paint)


def _change(
    change: SettingChange | OutcomeChange, name: str, old: Compared, new: Compared, paint: Paint
) -> Iterator[str]:
    mark, style = _MARKS.get(change.kind, ("~", "warning"))
    yield f"  {paint(mark, style)} {terminal(name)}"
    yield f"      {answer(change.old)} -> {paint(answer(change.new), 'strong')}"
    for word, subject, side in (("old", change.old, old), ("new", change.new, new)):
        decider = source(subject, side.locator)
        if decider is not None:
            policy, channel, at = decider
            yield f'      {word}: "{terminal(policy)}" ({channel})  {paint("-->", "frame")} {at}'
    yield from (f"      if {terminal(condition)}" for condition in hangs_on(change.old, change.new))


def _findings(word: str, findings: Sequence[Finding], side: Compared, paint: Paint) -> Iterator[str]:
    if findings:
        yield paint(counted(len(findings), f"{word} finding"), "strong")
    for finding in ordered(findings):
        yield f"  {paint(f'{finding.severity}[{finding.rule}]', finding.severity)}: {terminal(finding.message)}"
        for location in finding.locations[:1]:
            spot = side.locator.locate(location.evidence, excerpt=False)
            yield f"      {paint('-->', 'frame')} {place(location.evidence.path, spot)}"


def _policies(found: Difference, paint: Paint) -> Iterator[str]:
    if found.policies or found.containers:
        yield paint("what was changed", "strong")
    for policy in found.policies:
        yield f'  "{terminal(policy.policy.name)}" ({policy.policy.channel}): {changed(policy)}'
    for som in found.containers:
        yield f"  {terminal(som.path)}: {container(som)}"
