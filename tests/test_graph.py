"""Drawings of precedence: what they hold, that names cannot break them, and that cycles are named."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from policylint.contest import resolve_contest
from policylint.effective import State
from policylint.evidence import Evidence
from policylint.facts import ALWAYS
from policylint.families.channels import ChannelLaw
from policylint.graph import Arrow, Box, Drawing, Group, contest_of
from policylint.locate import Locator
from policylint.model import Channel, Claim, Policy, Scope, registry
from policylint.rank import Contestant
from policylint.rank.reach import Reach
from policylint.rank.strength import Order
from policylint.reports import GRAPH_FORMATS
from tests.test_cli import run

ESTATE = ("corpus/hybrid-classic-mistakes", "--for", "London laptop")
SETTING = registry(Scope.DEVICE, "Software\\Policies\\Contoso", "Value")
MERMAID = (
    r"flowchart TB",
    r'  (  )?(subgraph )?\w+\["[^"\[\]<>]*(<br/>[^"\[\]<>]*)*"\](:::(wins|stands|loses|out))?',
    r"  end",
    r'  \w+ (-->|-\.->)\|"[^"|<>]*"\| \w+',
    r"  classDef \w+ [\w:#,-]+",
)
"""Every line that a flowchart of ours may have."""


class Circle(ChannelLaw):
    """A law by which each policy beats the next one, and the last one the first."""

    def order(self, a: Contestant, b: Contestant) -> Order:
        return Order((int(b.policy.id) - int(a.policy.id)) % 3 == 1, "M-DEFAULT-GP")


def contestant(number: int, value: int) -> Contestant:
    evidence = Evidence(f"{number}.json")
    policy = Policy(str(number), f"Policy {number}", Channel.MDM, "custom", evidence)
    claim = Claim(SETTING, Scope.DEVICE, value, "Integer", evidence)
    return Contestant(claim, Reach(policy, ALWAYS, ("I-ASG-VIRTUAL",)), ALWAYS)


def valid(text: str) -> bool:
    """Whether every line is one that a flowchart of ours has, and every arrow joins boxes."""
    lines = text.splitlines()
    boxes = set(re.findall(r'^ +(\w+)\["', text, re.MULTILINE))
    joined = {id_ for arrow in re.findall(r"^  (\w+) -[-.>]+\|.*\| (\w+)$", text, re.MULTILINE) for id_ in arrow}
    return all(any(re.fullmatch(form, line) for form in MERMAID) for line in lines) and joined <= boxes


def hostile() -> Drawing:
    """A drawing whose names try to end a label in every format."""
    names = [
        '"] --> x["',
        "a\\",
        "\\N\n}\nx -> y",
        "<script>alert(1)</script>",
        "end",
        "`#quot;`",
        "\x1b[2J\u202e",
        "|",
    ]
    boxes = tuple(
        Box(f"s0c{n}", "stands", Policy(str(n), name, Channel.GPO, "gpo", Evidence("x.json")))
        for n, name in enumerate(names, 1)
    )
    return Drawing(names[0], (Group(names[3], boxes),), (Arrow("s0c1", "s0c2", ("G-LSDOU",), (names[0], names[7])),))


def test_claims_that_beat_each_other_in_a_circle_are_undetermined_and_the_cycle_is_named() -> None:
    found = resolve_contest([contestant(number, number) for number in range(3)], Circle())
    assert (found.state, found.value, found.winner) == (State.UNDETERMINED, None, None)
    assert sorted(map(str, found.candidates)) == ["0", "1", "2"]
    assert found.conditions == ('cycle of "Policy 0", "Policy 1", "Policy 2"',)


def test_claims_in_a_circle_that_agree_are_determined() -> None:
    found = resolve_contest([contestant(number, 7) for number in range(3)], Circle())
    assert (found.state, found.value, found.candidates) == (State.DETERMINED, 7, (7,))


@pytest.mark.parametrize("name", ["dot", "mermaid", "json"])
def test_a_drawing_names_the_cycle(name: str) -> None:
    contestants = [contestant(number, number) for number in range(3)]
    drawing = contest_of(contestants, Circle(), "s0c", resolve_contest(contestants, Circle()))
    assert [sorted(cycle) for cycle in drawing.cycles] == [["s0c1", "s0c2", "s0c3"]]
    text = GRAPH_FORMATS[name](drawing, Locator({}))
    assert ('"cycles": [' if name == "json" else "beat each other in a cycle") in text


def test_the_order_of_a_target_lists_every_policy_once_a_side() -> None:
    found = json.loads(run("graph", *ESTATE, "-o", "json").stdout)
    named = {node["id"]: node["policy"] for node in found["nodes"]}
    assert [named[id_] for id_ in named if id_.startswith("device")] == [
        "Workstation Hardening",
        "WHfB Cloud Trust Pilot",
        "WHfB PKI",
        "Workstation Base",
    ]
    assert found["edges"] == [
        {"winner": "device1", "loser": "device2", "rules": ["G-ENFORCED-TOP"], "facts": []},
        {"winner": "device2", "loser": "device3", "rules": ["G-LSDOU"], "facts": []},
        {"winner": "device3", "loser": "device4", "rules": ["G-LINK-ORDER"], "facts": []},
    ]


def test_a_story_has_an_arrow_from_the_winner_to_each_loser_with_the_rule() -> None:
    found = json.loads(run("graph", *ESTATE, "--setting", "whfb/trust-model", "-o", "json").stdout)
    named = {node["id"]: (node["policy"], node["role"]) for node in found["nodes"]}
    assert [(named[e["winner"]][0], named[e["loser"]][0], e["rules"]) for e in found["edges"]] == [
        ("WHfB PKI", "WHfB Cloud Trust Pilot", ["W-GRP-E"]),
        ("WHfB PKI", "WHfB Cloud Trust Pilot", ["W-TABLE"]),
        ("WHfB PKI", "WHfB Cloud Trust", ["W-HIER"]),
        ("WHfB PKI", "WHfB Cloud Trust", ["W-HIER"]),
    ]
    assert [role for _, role in named.values()] == ["wins", "loses", "loses", "loses", "loses"]


@pytest.mark.parametrize("setting", [[], ["--setting", "whfb/trust-model"], ["--setting", "Expiration"]])
def test_drawings_are_the_same_twice_and_valid(setting: list[str]) -> None:
    for name in ("dot", "mermaid"):
        one, two = (run("graph", *ESTATE, *setting, "-o", name) for _ in range(2))
        assert (one.returncode, one.stderr, one.stdout) == (0, "", two.stdout)
        if name == "mermaid":
            assert valid(one.stdout)


def test_no_name_breaks_out_of_a_mermaid_label() -> None:
    assert valid(GRAPH_FORMATS["mermaid"](hostile(), Locator({})))


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
def test_graphviz_reads_what_names_cannot_break() -> None:
    text = GRAPH_FORMATS["dot"](hostile(), Locator({}))
    found = subprocess.run(["dot", "-Tjson"], input=text, capture_output=True, encoding="utf-8", check=True)
    drawn = json.loads(found.stdout)
    assert [one["name"] for one in drawn["objects"] if "nodes" not in one] == [f"s0c{n}" for n in range(1, 9)]
    assert [(one["tail"], one["head"]) for one in drawn["edges"]].count((1, 2)) == 1
    assert found.stderr == ""


def test_a_setting_that_nobody_sets_has_nothing_to_draw() -> None:
    found = run("graph", *ESTATE, "--setting", "Allow Windows Tips")
    assert found.returncode == 2
    assert "nothing sets 'Do not show Windows tips' at 'London laptop'" in found.stderr


def test_a_drawing_goes_to_a_file(tmp_path: Path) -> None:
    assert run("graph", *ESTATE, "-o", f"mermaid={tmp_path}/order.mmd").stdout == ""
    assert (tmp_path / "order.mmd").read_text("utf-8").startswith("flowchart TB\n")
