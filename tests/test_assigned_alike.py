"""Profiles with the same assignments: what is shared between them, and what names the one profile."""

from __future__ import annotations

import pytest

from policylint.estate import Estate
from policylint.evidence import Evidence
from policylint.facts import ALWAYS, Is, When
from policylint.model import Assignment, Channel, Policy
from policylint.rank.mdm import mdm_reaches
from policylint.rank.reach import Placement
from policylint.topology import Target

HERE = Evidence("profile.json")


def gates(*assignments: Assignment) -> list[When]:
    """When the assignments of two profiles, P and Q, reach a target that nothing is known of."""
    those = tuple(Policy(name, name, Channel.MDM, "custom", HERE, assignments=assignments) for name in "PQ")
    into, _ = mdm_reaches(Placement(Estate(those), Target(name="any"), {}, ("entra",)))
    return [dict(reach.gates)[reach.reasons[0]] for reach in into]


@pytest.mark.parametrize(
    ("assignment", "expected"),
    [
        (Assignment("all-devices"), [ALWAYS, ALWAYS]),
        (Assignment("group", group="Pilot"), [Is('group "Pilot"'), Is('group "Pilot"')]),
        (Assignment("other"), [Is('assignment of "P"'), Is('assignment of "Q"')]),
        (Assignment("group"), [Is('assignment of "P"'), Is('assignment of "Q"')]),
    ],
)
def test_a_condition_is_shared_unless_the_export_does_not_say_whom_it_means(
    assignment: Assignment, expected: list[When]
) -> None:
    assert gates(assignment) == expected
