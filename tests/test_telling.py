"""From what checks found to findings: what several findings show is made once, and told once in each."""

from __future__ import annotations

from policylint.checks.found import WHERE, Found, Spot
from policylint.evidence import Evidence, JsonAt, LineAt
from policylint.findings import Location, ref
from policylint.model import Channel, Policy
from policylint.rules import Rule
from policylint.telling import Telling

RULE = Rule("XX001", "a-rule", "check", "warning", "0.1", "Summary", "Why", "Fix it", ())


def evidence(pointer: str = "/a", path: str = "policy.json") -> Evidence:
    return Evidence(path, JsonAt(pointer))


def policy(name: str) -> Policy:
    return Policy(name, name, Channel.MDM, "custom", evidence())


ONE, TWO = policy("One"), policy("Two")


def test_the_first_place_is_the_primary_one_and_the_others_are_related() -> None:
    found = Found("message", (Spot(evidence("/a"), ONE, "here"), Spot(evidence("/b"), TWO, "there")))
    assert Telling().finding(found, RULE, "", "").locations == (
        Location(evidence("/a"), "primary", "here"),
        Location(evidence("/b"), "related", "there"),
    )


def test_spots_of_one_place_policy_and_label_are_shown_once() -> None:
    found = Found("message", (Spot(evidence(), ONE, "here"), Spot(evidence(), policy("One"), "here")))
    told = Telling().finding(found, RULE, "", "")
    assert (told.locations, told.policies) == ((Location(evidence(), "primary", "here"),), (ref(ONE),))


def test_spots_that_differ_in_place_file_policy_or_label_are_all_shown() -> None:
    spots = (
        Spot(evidence(), ONE, "here"),
        Spot(evidence("/b"), ONE, "here"),
        Spot(evidence(path="other.json"), ONE, "here"),
        Spot(evidence(), TWO, "here"),
        Spot(evidence(), ONE, "there"),
        Spot(Evidence("policy.json", LineAt(1)), ONE, "here"),
        Spot(Evidence("policy.json"), None, "here"),
    )
    told = Telling().finding(Found("message", spots), RULE, "", "")
    assert [(one.evidence, one.label) for one in told.locations] == [(spot.evidence, spot.label) for spot in spots]


def test_policies_are_named_once_in_the_order_of_their_spots() -> None:
    spots = tuple(Spot(evidence(str(n)), of) for n, of in enumerate((TWO, ONE, TWO, None)))
    assert Telling().finding(Found("message", spots), RULE, "", "").policies == (ref(TWO), ref(ONE))


def test_two_findings_share_the_places_that_both_show() -> None:
    telling, first, second = Telling(), Spot(evidence("/a"), ONE), Spot(evidence("/b"), ONE)
    told = [telling.finding(Found("message", (first, second)), RULE, "", "") for _ in range(2)]
    assert [a is b for a, b in zip(told[0].locations, told[1].locations, strict=True)] == [True, True]


def test_a_place_is_primary_in_one_finding_and_related_in_another() -> None:
    telling, first, second = Telling(), Spot(evidence("/a"), ONE), Spot(evidence("/b"), ONE)
    told = [telling.finding(Found("message", spots), RULE, "", "") for spots in ((first, second), (second, first))]
    assert [[one.role for one in finding.locations] for finding in told] == [["primary", "related"]] * 2


def test_targets_in_the_message_are_told_as_lint_says() -> None:
    found = Found(f"{{x}} at {WHERE}", (Spot(evidence()),))
    assert [Telling().finding(found, RULE, where, "").message for where in ("Paris", WHERE)] == [
        "{x} at Paris",
        f"{{x}} at {WHERE}",
    ]


def test_what_a_check_says_of_severity_and_help_comes_before_the_rule() -> None:
    told = Telling().finding(Found("message", (), severity="note", help="Do this"), RULE, "", "")
    plain = Telling().finding(Found("message", ()), RULE, "", "")
    assert [(f.severity, f.help, f.locations) for f in (told, plain)] == [
        ("note", "Do this", ()),
        ("warning", "Fix it", ()),
    ]
