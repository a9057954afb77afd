"""The README shows what policylint really prints."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from tests.test_cli import run
from tests.test_diff import commit, git

ROOT = Path(__file__).parents[1]
EXPECTED = ROOT / "corpus" / "hybrid-classic-mistakes.expected"
BLOCK = re.compile(r"```console\n\$ (policylint (\w+) [^\n]*)\n(.*?)```", re.DOTALL)


def change(folder: Path) -> str:
    """What `diff` says when the PKI policy of the estate is removed, from one commit to the next."""
    shutil.copytree(EXPECTED.with_suffix(""), folder / "exports")
    git(folder, "init", "-q", "-b", "main")
    commit(folder)
    git(folder, "checkout", "-q", "-b", "change")
    shutil.rmtree(folder / "exports" / "gpo" / "{B09E8C50-223C-4688-BF6C-05BCB29A3C84}")
    topology = folder / "exports" / "topology.toml"
    topology.write_text(topology.read_text("utf-8").replace('{ gpo = "WHfB PKI" },', ""), "utf-8")
    commit(folder)
    return run("diff", "main..HEAD", "exports", cwd=folder).stdout


def test_every_example_is_part_of_the_committed_answers(tmp_path: Path) -> None:
    answers = {
        "check": (EXPECTED / "check.txt").read_text("utf-8"),
        "why": (EXPECTED / "why-london-laptop.txt").read_text("utf-8"),
        "resolve": (EXPECTED / "resolve-kiosk.txt").read_text("utf-8"),
        "diff": change(tmp_path),
        "explain": run("explain", "Allow Windows Tips").stdout,
        "graph": run("graph", str(EXPECTED.with_suffix("")), "--for", "London laptop", "-o", "mermaid").stdout,
    }
    shown = BLOCK.findall((ROOT / "README.md").read_text("utf-8"))
    assert [verb for _, verb, _ in shown] == ["check", "why", "resolve", "diff", "explain", "graph"]
    missing = [
        part
        for _, verb, text in shown
        for part in re.split(r"\n*\[…\]\n*", text.strip("\n"))
        if part.strip("\n") not in answers[verb]
    ]
    assert missing == []
