"""The README shows what policylint really prints."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
EXPECTED = ROOT / "corpus" / "hybrid-classic-mistakes.expected"
BLOCK = re.compile(r"```console\n\$ (policylint (\w+) [^\n]*)\n(.*?)```", re.DOTALL)


def test_every_example_is_part_of_the_committed_answers() -> None:
    answers = {
        "check": (EXPECTED / "check.txt").read_text("utf-8"),
        "why": (EXPECTED / "why-london-laptop.txt").read_text("utf-8"),
        "resolve": (EXPECTED / "resolve-kiosk.txt").read_text("utf-8"),
    }
    shown = BLOCK.findall((ROOT / "README.md").read_text("utf-8"))
    assert [verb for _, verb, _ in shown] == ["check", "why", "resolve"]
    missing = [
        part
        for _, verb, text in shown
        for part in re.split(r"\n*\[…\]\n*", text.strip("\n"))
        if part.strip("\n") not in answers[verb]
    ]
    assert missing == []
