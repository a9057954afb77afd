"""What the boxes and arrows of a drawing say, line by line; none of it is escaped yet."""

from __future__ import annotations

from collections.abc import Iterator

from policylint.facts import ALWAYS
from policylint.graph import Arrow, Box, Drawing
from policylint.locate import Locator
from policylint.reports.phrases import claimed_by, place, said
from policylint.reports.text_effective import split


def box_lines(box: Box, locator: Locator) -> Iterator[str]:
    """The policy, what it claims or how it is linked, what it hangs on, and where that stands."""
    side = "" if box.scope is None else f", {box.scope}"
    yield f"{box.policy.name} ({box.policy.channel}{side})"
    if box.claim is not None:
        name = split(box.claim.setting.text)[1]
        yield f"{name} = {claimed_by(box.claim)}" + (" wins" if box.role == "wins" else "")
    elif box.reach is not None and box.reach.som:
        enforced = ", enforced" if box.reach.enforced else ""
        order = "" if box.reach.order is None else f", link order {box.reach.order}"
        yield f"{box.reach.som}{order}{enforced}" + (", by loopback" if box.reach.by_loopback else "")
    if box.text:
        yield f"{box.text} ({', '.join(box.reasons)})"
    if box.when != ALWAYS:
        yield f"counts if {said(box.when)}"
    if box.claim is not None:
        yield place(box.evidence.path, locator.locate(box.evidence, excerpt=False))


def arrow_text(arrow: Arrow) -> str:
    """The rules, and what they hang on."""
    return ", ".join(arrow.rules) + (f", if {'; '.join(arrow.facts)}" if arrow.facts else "")


def cycle_lines(drawing: Drawing) -> Iterator[str]:
    """Each cycle by the names of its policies."""
    names = {box.id: box.policy.name for group in drawing.groups for box in group.boxes}
    for cycle in drawing.cycles:
        told = ", ".join(f'"{names[id_]}"' for id_ in cycle)
        yield f"undetermined: these beat each other in a cycle, so none of them wins: {told}"
