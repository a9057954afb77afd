"""What changes, as Markdown for a pull request comment.

Everything that comes from the inputs stands in code spans: nothing in them is markup, a mention or a link.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from policylint.diff import Difference, OutcomeChange, SettingChange, TargetChanges
from policylint.escape import markdown
from policylint.findings import Finding
from policylint.reports import Compared
from policylint.reports.diff_phrases import NO_EFFECT, answer, changed, container, hangs_on, source, totals, which
from policylint.reports.order import ordered
from policylint.reports.phrases import counted, place

LONGEST = 60_000
"""Characters: a comment on GitHub has room for 65,536."""
_LEAST = 200
"""Room that is kept for saying what is left out."""
_CERTAINTY = re.compile(r"(.*?)( \([a-z -]+\))?", re.DOTALL)


def difference(found: Difference, old: Compared, new: Compared, color: bool = False) -> str:
    """The comment: what matters first. What has no room is counted."""
    blocks = [f"### policylint: {totals(found)}"]
    blocks += _findings("New findings", found.new, new)
    blocks += [block for group in found.changes for block in _group(group, old, new)]
    blocks += _targets(found)
    blocks += _findings("Fixed findings", found.fixed, old)
    blocks += _policies(found)
    blocks.append(f"{markdown(old.name)} against {markdown(new.name)}")
    return _fitting(blocks)


def _fitting(blocks: Sequence[str]) -> str:
    """The blocks with what has room: of a long list the first entries and how many more there are."""
    room = LONGEST
    kept = []
    for number, block in enumerate(blocks):
        if room < _LEAST:
            kept.append(f"… and {counted(len(blocks) - number, 'more part')}: `policylint diff` shows all of it")
            break
        kept.append(_cut(block, room if len(blocks) == number + 1 else room // 2))
        room -= len(kept[-1])
    return "\n\n".join(kept) + "\n"


def _cut(block: str, room: int) -> str:
    """A block that is a list, with as many of its entries as have room."""
    if len(block) <= room:
        return block
    entries = re.split(r"\n(?=- )", block)
    kept = [entries[0]]
    for entry in entries[1:]:
        if sum(map(len, kept)) + len(kept) + len(entry) > room - _LEAST:
            break
        kept.append(entry)
    return "\n".join([*kept, f"- … and {len(entries) - len(kept)} more: `policylint diff` shows all of them"])


def _named(targets: tuple[str, ...]) -> str:
    named = which(targets)
    more = f" and {len(targets) - len(named)} more" if len(targets) > len(named) else ""
    return ", ".join(map(markdown, named)) + more


def _group(group: TargetChanges, old: Compared, new: Compared) -> Iterator[str]:
    lines = [f"#### On {_named(group.targets)}", ""]
    lines += [line for change in group.outcomes for line in _change(change, f"**{change.subject.id}**", old, new)]
    for change in group.settings:
        title = f" {markdown(change.subject.name)}" if change.subject.name else ""
        lines += _change(change, f"{markdown(change.subject.setting.text)}{title}", old, new)
    yield "\n".join(lines)


def _change(change: SettingChange | OutcomeChange, name: str, old: Compared, new: Compared) -> Iterator[str]:
    yield f"- {name}: {_answer(answer(change.old))} → **{_answer(answer(change.new))}**"
    for word, subject, side in (("before", change.old, old), ("after", change.new, new)):
        decider = source(subject, side.locator)
        if decider is not None:
            policy, channel, at = decider
            yield f"  - {word}: {markdown(policy)} ({channel}), {markdown(at)}"
    yield from (f"  - if {markdown(condition)}" for condition in hangs_on(change.old, change.new))


def _answer(text: str) -> str:
    found = _CERTAINTY.fullmatch(text)
    return text if found is None else f"{markdown(found[1])}{found[2] or ''}"


def _findings(title: str, findings: Sequence[Finding], side: Compared) -> Iterator[str]:
    if not findings:
        return
    lines = [f"#### {title}", ""]
    for finding in ordered(findings):
        lines.append(f"- **{finding.severity} {finding.rule}**: {markdown(finding.message)}")
        for location in finding.locations[:1]:
            spot = side.locator.locate(location.evidence, excerpt=False)
            lines.append(f"  - {markdown(place(location.evidence.path, spot))}")
    yield "\n".join(lines)


def _targets(found: Difference) -> Iterator[str]:
    for names, word in ((found.added, "added"), (found.removed, "removed")):
        if names:
            yield f"{counted(len(names), 'target')} {word}: {_named(names)}"


def _policies(found: Difference) -> Iterator[str]:
    if not found.policies and not found.containers:
        return
    lines = ["#### What was changed", ""]
    for policy in found.policies:
        lines.append(f"- {markdown(policy.policy.name)} ({policy.policy.channel}): {changed(policy)}")
    lines += [f"- {markdown(som.path)}: {container(som)}" for som in found.containers]
    if not found.changes:
        lines += ["", f"**{NO_EFFECT.capitalize()}** on any target."]
    yield "\n".join(lines)
