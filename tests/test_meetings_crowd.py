"""Many policies on one setting: each is in a finding, and cost stays linear."""

from __future__ import annotations

from itertools import combinations

from policylint.checks.meetings import meetings
from policylint.checks.setters import CROWD
from policylint.estate import Estate
from policylint.evidence import Evidence
from policylint.model import Assignment, Channel, Claim, Policy, Scope, csp

NODE = csp("./Device/Vendor/MSFT/Policy/Config/Defender/AllowArchiveScanning")
HERE = Evidence("profile.json")


def profile(number: int, value: int) -> Policy:
    claim = Claim(NODE, Scope.DEVICE, value, "Integer", HERE)
    name = f"Profile {number:04}"
    everybody = (Assignment("all-devices"),)
    return Policy(name, name, Channel.MDM, "custom", HERE, (claim,), assignments=everybody)


def test_in_a_crowd_everybody_meets_the_first_that_says_each_thing() -> None:
    crowd = tuple(profile(number, number % 2) for number in range(CROWD + 1))
    met = {(m.mine.name, m.theirs.name) for m in meetings(Estate(crowd))}
    first, second = crowd[0].name, crowd[1].name
    others = [policy.name for policy in crowd[2:]]
    assert met == {(first, second), *((one, other) for one in (first, second) for other in others)}


def test_below_that_everybody_meets_everybody() -> None:
    few = tuple(profile(number, 1) for number in range(4))
    met = {(m.mine.name, m.theirs.name) for m in meetings(Estate(few))}
    assert met == {(a.name, b.name) for a, b in combinations(few, 2)}
